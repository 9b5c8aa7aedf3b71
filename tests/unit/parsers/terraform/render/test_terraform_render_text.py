"""Values as text of HCL, and edits of lists, objects, arguments and blocks one at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drift.edits import edited
from parsers.terraform.cutter import ArgumentCut, cut
from parsers.terraform.nodes import ObjectNode, Template, TupleNode
from parsers.terraform.render.changes import edits_of
from parsers.terraform.render.source import Source, Sources
from parsers.terraform.render.wording import laid_out, literal, many_lines, quoted, writable
from parsers.terraform.render.written import (
    REMOVED,
    ArgumentChange,
    BlockAt,
    Change,
    EntryChange,
    ListChange,
    ListJoin,
    Plain,
    ValueChange,
    Written,
)
from parsers.terraform.syntax import parse_expression, parse_file
from parsers.terraform.tokens import tokens_of
from tests.rendering import Files

PATH = "main.tf"
_TRICKY = st.text(st.sampled_from("${%}\"\\n#'/*=\n\t\x00\x7f\u202e\u00e9\U0001f600 ab"), max_size=8)


def _text_of(source: str) -> str:
    node = parse_expression(PATH, source)
    assert isinstance(node, Template)
    assert len(node.parts) <= 1
    return "".join(part for part in node.parts if isinstance(part, str))


@given(_TRICKY)
def test_any_text_in_quotes_is_read_again_as_that_text_and_interpolates_nothing(text: str) -> None:
    assert _text_of(quoted(text)) == text


@given(_TRICKY)
def test_text_in_quotes_stays_on_one_line_and_hides_nothing_from_a_reader_of_the_diff(text: str) -> None:
    written = quoted(text)
    assert all(char.isprintable() for char in written)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("${x}", '"$${x}"'),
        ("%{x}", '"%%{x}"'),
        ("$${x}", '"\\u0024$${x}"'),
        ("$x", '"$x"'),
        ('a"b\\c', '"a\\"b\\\\c"'),
        ("\u202e", '"\\u202e"'),
        ("\U000e0001", '"\\U000e0001"'),
        ("h\u00e9", '"h\u00e9"'),
    ],
)
def test_what_would_mean_something_in_a_string_is_escaped(text: str, written: str) -> None:
    assert quoted(text) == written


@pytest.mark.parametrize("value", ["\ud800", ("a", "\udfff"), {"a": "e\u0301"}])
def test_text_that_hcl_cannot_say_is_known_beforehand(value: str) -> None:
    assert not writable(value)


_keys = st.sampled_from(["a", "b_c", "d-e", "f.g", "for"])
_plain: st.SearchStrategy[object] = st.recursive(
    st.none() | st.booleans() | st.integers(0, 9999) | st.sampled_from(["a", "${b}"]),
    lambda inner: st.lists(inner, max_size=3).map(tuple) | st.dictionaries(_keys, inner),
    max_leaves=6,
)


@given(_plain)
def test_a_value_is_the_same_on_one_line_on_many_and_as_it_is_best_read(value: object) -> None:
    one, many, best = (_shape(each) for each in (literal(value), many_lines(value, ""), laid_out(value, "  ")))  # type: ignore[arg-type]
    assert one == many == best


def _shape(source: str) -> object:
    def shape(node: object) -> object:
        if isinstance(node, TupleNode):
            return [shape(each) for each in node.items]
        if isinstance(node, ObjectNode):
            return [(shape(key), shape(each)) for key, each in node.items]
        return node.parts if isinstance(node, Template) else node.value  # type: ignore[attr-defined]

    return shape(parse_expression(PATH, source))


def _value(text: str, name: str) -> Written:
    """The expression of an argument at the top level."""
    for item in cut(text, 1 if text.startswith("\ufeff") else 0, len(text)):
        if isinstance(item, ArgumentCut) and item.name == name:
            tokens = tokens_of(text, item.value, item.end)
            return Written(PATH, tokens[0].start, tokens[-1].end)
    raise AssertionError(name)


def _after(text: str, *changes: Change) -> str:
    edits = edits_of(changes, Sources(Files({PATH: text.encode()})))
    assert edits is not None
    new = edited(text, edits)
    parse_file(PATH, new.encode())
    return new


def _list(text: str, drop: Sequence[int] = (), add: Sequence[str] = ()) -> str:
    return _after(text, ListChange(_value(text, "x"), tuple(drop), tuple(add)))


@pytest.mark.parametrize(
    ("before", "drop", "add", "after"),
    [
        ("x = []\n", [], ["a"], 'x = ["a"]\n'),
        ("x = [ ]\n", [], ["a", "b"], 'x = ["a", "b"]\n'),
        ('x = ["a"]\n', [0], [], "x = []\n"),
        ('x = [ "a" ]\n', [0], ["b"], 'x = [ "b" ]\n'),
        ('x = ["a", "b",]\n', [1], [], 'x = ["a",]\n'),
        ('x = ["a","b"]\n', [], ["c"], 'x = ["a","b","c"]\n'),
        ('x = ["a", "b", "c"]\n', [0, 2], ["d"], 'x = ["b", "d"]\n'),
        ('x = ["a", "b", "c"] # why\n', [1], [], 'x = ["a", "c"] # why\n'),
        ('x = [\n  "a",\n]\n', [], ["b"], 'x = [\n  "a",\n  "b",\n]\n'),
        ('x = [\n  "a"\n]\n', [], ["b"], 'x = [\n  "a",\n  "b"\n]\n'),
        ('x = [\n  "a",\n  "b"\n]\n', [1], [], 'x = [\n  "a"\n]\n'),
        ('x = [\n  "a", # one\n  "b"  # two\n]\n', [0], [], 'x = [\n  "b" # two\n]\n'),
        ('x = [\n  "a",\n]\n', [0], [], "x = [\n]\n"),
        ('x = [\n  "a",\n]\n', [0], ["b"], 'x = [\n  "b",\n]\n'),
        ("x = [\n  # none yet\n]\n", [], ["a"], 'x = [\n  # none yet\n  "a",\n]\n'),
        ('x = [\n  # of all\n  "a",\n  "b",\n]\n', [0], [], 'x = [\n  # of all\n  "b",\n]\n'),
        ('x = [\n  # of a\n  "a",\n\n  # of b\n  "b",\n]\n', [0], [], 'x = [\n  # of b\n  "b",\n]\n'),
        ('x = [\n  "a",\n  # "old",\n]\n', [], ["b"], 'x = [\n  "a",\n  "b",\n  # "old",\n]\n'),
        ('x = [\n  "a", var.b,\n  "c",\n]\n', [0], ["d"], 'x = [\n  var.b,\n  "c",\n  "d",\n]\n'),
        ('x = ["a", # one\n  "b"]\n', [0], [], 'x = [\n  "b"]\n'),
        ('x = [<<EOT\na\nEOT\n  , "b"]\n', [1], [], "x = [<<EOT\na\nEOT\n]\n"),
        ('x = ["a"]', [], ["b"], 'x = ["a", "b"]'),
        ('x = [\r\n  "a",\r\n]\r\n', [], ["b"], 'x = [\r\n  "a",\r\n  "b",\r\n]\r\n'),
        ('\ufeffx = ["a"]\n', [], ["b"], '\ufeffx = ["a", "b"]\n'),
    ],
)
def test_items_come_and_go_in_the_style_of_their_neighbours(
    before: str, drop: Sequence[int], add: Sequence[str], after: str
) -> None:
    assert _list(before, drop, add) == after


def test_a_line_that_would_get_too_long_is_only_broken_where_the_list_is_new() -> None:
    long = [f"https://{'x' * 30}{place}.example" for place in range(4)]
    assert "\n" in _after("x = 1\n", ValueChange(_value("x = 1\n", "x"), tuple(long))).strip()
    assert "\n" not in _list('x = ["a"]\n', (), long).strip()


_RULE: dict[str, Plain] = {"allowed_methods": ("GET",), "max_age_seconds": 5}
_LINES = 'allowed_methods = ["GET"]\n    max_age_seconds = 5'


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("x = []\n", f"x = [\n  {{\n    {_LINES}\n  }}\n]\n"),
        ("x = [{ a = 1 }]\n", 'x = [{ a = 1 }, { allowed_methods = ["GET"], max_age_seconds = 5 }]\n'),
        ("x = [\n  {\n    a = 1\n  },\n]\n", f"x = [\n  {{\n    a = 1\n  }},\n  {{\n    {_LINES}\n  }},\n]\n"),
        ('x = [{ "a" : 1 }]\n', 'x = [{ "a" : 1 }, { "allowed_methods" : ["GET"], "max_age_seconds" : 5 }]\n'),
        (
            "x = [\n  {\n    a = 1,\n  }\n]\n",
            "x = [\n  {\n    a = 1,\n  },\n  {\n"
            + '    allowed_methods = ["GET"],\n    max_age_seconds = 5,\n  }\n]\n',
        ),
    ],
)
def test_a_new_object_is_written_like_the_one_before_it(before: str, after: str) -> None:
    assert _after(before, ListChange(_value(before, "x"), (), (_RULE,))) == after


@pytest.mark.parametrize(
    ("before", "name", "value", "after"),
    [
        ("x = {}\n", "b", 1, "x = { b = 1 }\n"),
        ("x = { a = 1 }\n", "b", 1, "x = { a = 1, b = 1 }\n"),
        ("x = {\n  a = 1\n}\n", "bcd", ("e",), 'x = {\n  a   = 1\n  bcd = ["e"]\n}\n'),
        ("x = {\n  a = 1,\n}\n", "b", None, "x = {\n  a = 1,\n  b = null,\n}\n"),
        ("x = {\n  a   = 1\n  bcd = 2 # c\n}\n", "bcd", REMOVED, "x = {\n  a = 1\n}\n"),
        ('x = { "a" = 1 }\n', "a", 2, 'x = { "a" = 2 }\n'),
        ("x = { a = 1 }\n", "no", REMOVED, "x = { a = 1 }\n"),
        ("x = { a : 1 }\n", "b", "${c}", 'x = { a : 1, b : "$${c}" }\n'),
    ],
)
def test_entries_are_set_put_in_and_taken_out(before: str, name: str, value: object, after: str) -> None:
    assert _after(before, EntryChange(_value(before, "x"), name, value)) == after  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("x = var.a\n", 'x = concat(var.a, ["n"])\n'),
        ("x = concat(var.a, var.b)\n", 'x = concat(var.a, var.b, ["n"])\n'),
        ("x = concat(\n  var.a,\n  var.b,\n)\n", 'x = concat(\n  var.a,\n  var.b,\n  ["n"],\n)\n'),
        ("x = concat(\n  var.a,\n  var.b\n)\n", 'x = concat(\n  var.a,\n  var.b,\n  ["n"]\n)\n'),
        ("x = concat(var.a)[0]\n", 'x = concat(concat(var.a)[0], ["n"])\n'),
        ("x = [for e in var.a : e]\n", 'x = concat([for e in var.a : e], ["n"])\n'),
    ],
)
def test_an_expression_is_joined_with_what_it_does_not_give(before: str, after: str) -> None:
    assert _after(before, ListJoin(_value(before, "x"), ("n",))) == after


def _whole(text: str) -> BlockAt:
    return BlockAt(PATH, 0, len(text))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", 'n = ["a"]\n'),
        ("# only this\n", 'n = ["a"]\n# only this\n'),
        ("xy = 1", 'xy = 1\nn  = ["a"]'),
        ("xy = 1\n\n# end\n", 'xy = 1\nn  = ["a"]\n\n# end\n'),
        ("xy = {\n  a = 1\n}\n", 'xy = {\n  a = 1\n}\nn = ["a"]\n'),
        ("xy = 1\r\n", 'xy = 1\r\nn  = ["a"]\r\n'),
    ],
)
def test_a_variable_that_its_file_does_not_set_is_set_behind_the_last(before: str, after: str) -> None:
    assert _after(before, ArgumentChange(_whole(before), "n", ("a",))) == after


@pytest.mark.parametrize("text", ["x = [for a in b : a]\n", "x = var.a\n", "x = [1][0]\n", 'x = "a"\n', "x = {}.a\n"])
def test_a_list_that_is_none_is_refused_and_not_guessed_at(text: str) -> None:
    assert edits_of([ListChange(_value(text, "x"), (), ("a",))], Sources(Files({PATH: text.encode()}))) is None


@pytest.mark.parametrize("make", [lambda at: ListChange(at, (), ("\ud800",)), lambda at: ValueChange(at, "e\u0301")])
def test_a_text_that_cannot_be_said_gives_no_edit(make: Callable[[Written], Change]) -> None:
    text = "x = []\n"
    assert edits_of([make(_value(text, "x"))], Sources(Files({PATH: text.encode()}))) is None


def test_a_block_on_one_line_is_spread_when_it_gets_another_argument() -> None:
    text = "b {\n  c { x = 1 }\n}\n"
    at = text.index("c {")
    block = BlockAt(PATH, at, text.index("}") + 1, parse_file(PATH, text.encode()).blocks[0].blocks[0])
    assert _after(text, ArgumentChange(block, "yy", 2)) == "b {\n  c {\n    x  = 1\n    yy = 2\n  }\n}\n"


def test_lines_that_are_no_comment_are_told_from_those_that_are() -> None:
    source = Source("a = <<EOT\n# no comment\nEOT\n# one\n/* two\nthree */\nb = 1 # four\n/* x */ c = 2\n")
    lines = [at for at in range(len(source.text)) if source.line_start(at) == at and source.is_comment(at)]
    assert [source.line(at) for at in lines] == ["# one", "/* two", "three */"]


def test_a_value_that_gets_more_lines_leaves_the_column_and_the_rest_closes_up() -> None:
    text = "x = {\n  a    = {}\n  long = 1\n  b    = 2\n}\n"
    at = text.index("{}")
    change = EntryChange(Written(PATH, at, at + 2), "c", {"d": 1})
    assert _after(text, change) == "x = {\n  a = {\n    c = {\n      d = 1\n    }\n  }\n  long = 1\n  b    = 2\n}\n"
