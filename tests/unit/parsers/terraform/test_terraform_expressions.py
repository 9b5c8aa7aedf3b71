"""Expressions against what the real Terraform makes of them.

``console.json`` was recorded with ``terraform console`` 1.11.4: ``jsonencode`` of each expression and its ``type``, or
``error`` where the console refuses it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import ClassVar

import pytest

from drift.location import Location
from parsers.terraform import functions
from parsers.terraform.expressions import Budget, Scope, evaluate
from parsers.terraform.file_functions import FILE_FUNCTIONS, call_file_function
from parsers.terraform.functions.encoding import encode_json
from parsers.terraform.syntax import parse_expression
from parsers.terraform.values import (
    ANY,
    NUMBER,
    STRING,
    EvaluationError,
    RefusalError,
    Type,
    Value,
    first_unknown,
    object_of,
    unknown,
)
from tests.unit.parsers.terraform.no_files import NO_FILES
from tests.unit.parsers.terraform.recorded import type_text

RECORDED: dict[str, str | dict[str, str]] = json.loads((Path(__file__).parent / "console.json").read_text())


class Only:
    """``u`` is an unknown string with a known prefix, ``n`` an unknown number, ``a`` an unknown of unknown type."""

    values: ClassVar[dict[str, Value]] = {
        "s": unknown("s is unknown", STRING),
        "n": unknown("n is unknown", NUMBER),
        "a": unknown("a is unknown"),
        "p": unknown("p is unknown", STRING, prefix="pre-", suffix="-post"),
    }

    def resolve(self, words: tuple[str, ...], at: Location) -> tuple[Value, int]:
        return object_of(self.values), 1

    def call(self, name: str, args: list[Value], at: Location) -> Value:
        if name in FILE_FUNCTIONS:
            return call_file_function(NO_FILES, "", self, name, args, at)
        return functions.call(name, args, at)


def value_of(source: str) -> Value:
    return evaluate(parse_expression("test", source), Scope(Only(), Budget()))


@pytest.mark.parametrize("source", RECORDED)
def test_an_expression_is_what_the_console_says(source: str) -> None:
    want = RECORDED[source]
    if isinstance(want, str):
        with pytest.raises(EvaluationError):
            value_of(source)
        return
    value = value_of(source)
    assert encode_json(value) == want["json"]
    if "dynamic" not in type_text(value.type) and "dynamic" not in want["type"]:
        assert type_text(value.type) == want["type"].replace('"', "")


@pytest.mark.parametrize(
    ("source", "known"),
    [
        ('[u.s, "a"][1]', '"a"'),
        ('length([u.s, "a"])', "2"),
        ('concat(["a"], [u.s])[0]', '"a"'),
        ('flatten([["a"], [u.s]])[0]', '"a"'),
        ('formatlist("x-%s", ["a", u.s])[0]', '"x-a"'),
        ('[for x in ["a", u.s] : upper(x)][0]', '"A"'),
        ("merge({ a = 1 }, { b = u.s }).a", "1"),
        ("keys({ a = u.s })", '["a"]'),
        ('coalesce(null, "a", u.s)', '"a"'),
        ('contains(["a", u.s], "a")', "true"),
        ('lookup({ a = u.s }, "b", "d")', '"d"'),
        ('startswith(u.p, "pre")', "true"),
        ('endswith(u.p, "-wrong")', "false"),
        ('startswith("x-${u.s}", "x-")', "true"),
        ('u.p == "other"', "false"),
        ("true ? 1 : u.s", '"1"'),
        ("length([u.a]) == 1 ? [] : [u.s]", "[]"),
        ("[u.s] == [u.s, 1]", "false"),
        ('tolist(["a", u.s])[0]', '"a"'),
        ('keys(zipmap(["k"], [u.s]))', '["k"]'),
        ("can({ a = u.s }.b)", "false"),
        ("sensitive(3)", "3"),
    ],
)
def test_an_unknown_leaves_known_what_does_not_hang_on_it(source: str, known: str) -> None:
    assert encode_json(value_of(source)) == known


@pytest.mark.parametrize(
    "source",
    [
        'try(u.s, "fallback")',
        "can(u.s)",
        'coalesce(u.s, "b")',
        "u.s != null",
        "false && u.a",
        "true || u.a",
        'u.a ? "same" : "same"',
        'concat(["a"], split(",", u.s))',
        "distinct([u.s])",
        'compact(["a", u.s])',
        "jsonencode([u.s])",
        'contains(["a"], u.s)',
        'lookup({ a = 1 }, u.s, "d")',
        'length(toset(["a", u.s]))',
        "length(u.s)",
        "[for x in [1, 2] : x if u.a]",
        "{ for x in [u.s] : x => 1 }",
        "u.a.b.c[0]",
        "u.a[*].id",
        "{ (u.s) = 1 }",
        '"%{if u.a}x%{endif}"',
        '"%{for x in u.a}x%{endfor}"',
        "sort([u.s])[0]",
        "{ a = 1 }[u.s]",
        "-u.n",
        "u.n + 1 > 0",
        "timestamp()",
        "provider::x::f(1)",
        "try(timestamp(), 2)",
    ],
)
def test_what_hangs_on_an_unknown_is_unknown(source: str) -> None:
    assert first_unknown(value_of(source)) is not None


@pytest.mark.parametrize(
    ("source", "prefix", "suffix"),
    [
        ('"a-${u.s}-b-${u.n}-c"', "a-", "-c"),
        ('"x${u.p}y"', "xpre-", "-posty"),
        ("upper(u.p)", "PRE-", "-POST"),
        ('format("%s/%s", "h", u.p)', "h/pre-", "-post"),
        ('join(".", ["a", u.s, "z"])', "a.", ".z"),
        ('"%{if u.a}x%{endif}-tail"', "", "-tail"),
        ('join("", [u.p])', "pre-", "-post"),
        ("tostring(u.p)", "pre-", "-post"),
        ("u.a", "", ""),
    ],
)
def test_an_unknown_text_keeps_what_is_certain_of_its_ends(source: str, prefix: str, suffix: str) -> None:
    unresolved = value_of(source).unresolved
    assert unresolved is not None
    assert (unresolved.prefix, unresolved.suffix) == (prefix, suffix)


def test_unknowns_name_the_function_that_is_not_evaluated_and_its_place() -> None:
    unresolved = value_of("provider::x::f(1)").unresolved
    assert unresolved is not None
    assert unresolved.reason == "provider::x::f() is not evaluated by this program (test:1)"


def test_errors_and_reasons_hold_no_evaluated_text() -> None:
    secret = "hunter2"
    for source in (
        f'{{ a = 1 }}["{secret}"]',
        f'tonumber("{secret}")',
        f'regex("z", "{secret}")',
        f'tobool("{secret}")',
    ):
        with pytest.raises(EvaluationError) as caught:
            value_of(source)
        assert secret not in str(caught.value)


@pytest.mark.parametrize("source", ["1e300 * 1e300", 'format("%9999999d", 1)', 'regex("^(a|aa)+$", "LONG")'])
def test_what_this_program_refuses_is_not_caught_by_try(source: str) -> None:
    with pytest.raises(RefusalError):
        value_of(f"try({source.replace('LONG', 'a' * 60 + 'b')}, 1)")


def test_a_list_of_any_type_is_what_an_unconstrained_list_gives() -> None:
    assert value_of("tolist([])").type == Type("list", ANY)


def test_empty_matches_are_those_of_go(  # recorded with terraform console 1.11.4
) -> None:
    assert [each.text for each in value_of('regexall("x*", "axb")').members] == ["", "x", ""]
    assert value_of('replace("axb", "/x*/", "-")').text == "-a-b-"
    assert [each.text for each in value_of('regexall("|x", "x")').members] == ["", ""]


@pytest.mark.parametrize("pattern", [r"\\C", r"\\Qab\\E*", "(?i)\u017f", r"\\p{Vai}", "(" * 60 + ")" * 60])
def test_a_pattern_that_cannot_be_said_otherwise_is_not_evaluated(pattern: str) -> None:
    with pytest.raises(RefusalError, match="regular expression"):
        value_of(f'can(regex("{pattern}", "\u017f"))')


def test_a_name_that_is_no_function_is_an_error() -> None:
    with pytest.raises(EvaluationError, match="there is no function named no_such_function"):
        value_of("no_such_function(1)")
    assert value_of("try(no_such_function(1), 2)").data == 2
