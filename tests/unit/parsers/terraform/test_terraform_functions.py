"""Every function of the language against what the real Terraform makes of it (``record_functions.py``)."""

from __future__ import annotations

import json
import pkgutil
from importlib import import_module

import pytest

from drift.location import Location
from parsers.terraform import functions
from parsers.terraform.file_functions import FILE_FUNCTIONS
from parsers.terraform.functions import re2
from parsers.terraform.functions.registry import FUNCTIONS
from parsers.terraform.values import EvaluationError, RefusalError
from tests.unit.parsers.terraform.record_functions import expressions, groups
from tests.unit.parsers.terraform.recorded import FOLDER, difference, recorded, value_of

OF_THE_EVALUATOR = {"try", "can"}
"""Functions that take expressions, not values."""

UNTOLD = {
    'element(["a", "b", "c"], -1)': "an error up to Terraform 1.11 and the last element since",
    'element(["a", "b", "c"], -4)': "an error up to Terraform 1.11 and the last element since",
    'matchkeys(["a", "b"], ["x", "y"], ["x", local.s])': "Terraform gives an empty list, as if it knew",
    'textencodebase64("こ", "Shift_JIS")': "several bytes a character",
    'textencodebase64("こ", "EUC-JP")': "several bytes a character",
    'textencodebase64("こ", "ISO-2022-JP")': "several bytes a character",
    'textencodebase64("中", "GBK")': "several bytes a character",
    'textencodebase64("中", "GB18030")': "several bytes a character",
    'textencodebase64("中", "Big5")': "several bytes a character",
    'textencodebase64("한", "EUC-KR")': "several bytes a character",
    'textdecodebase64("gg==", "Shift_JIS")': "several bytes a character",
    'pathexpand("~/.ssh/id_rsa")': "hangs on who runs it",
    'pathexpand("~")': "hangs on who runs it",
    'pathexpand("~/../x")': "hangs on who runs it",
    'file("/nowhere/x")': "outside of the tree",
    'fileexists("/nowhere/x")': "outside of the tree",
    'fileset(".", "{h,b{o,x}}*.txt")': "braces within braces are read in a way of its own",
    'fileset(".", "*[*")': "some classes that are not closed are passed over",
    'format("%1000000000d", 1)': "a bound",
    'format("%.1000000000f", 1)': "a bound",
    'jsondecode("1e400")': "a bound",
    'tonumber("1e400")': "a bound",
    'yamldecode("1e400")': "a bound",
    'regex("\\\\p{Foo}", "a")': "not all scripts are known by name",
    'regex("\\\\Qa.b\\\\E+", "a.bbb")': "a repetition behind quoted text",
    'regex("(?i)\u017f", "s")': "letters that fold into others outside of ASCII",
    'regex("(?i)ß", "ẞ")': "letters that fold into others outside of ASCII",
    'regex("\\\\C", "a")': "single bytes",
    'provider::terraform::encode_expr("a")': "needs a provider that is declared",
    "provider::x::f(1)": "needs a provider that is declared",
    'timeadd("9999-12-31T23:59:59Z", "1s")': "a bound",
    'timeadd("0000-01-01T00:00:00Z", "-1s")': "a bound",
}
"""What Terraform knows or refuses and this program leaves unknown, and why."""

MORE = {
    'endswith(local.p, "post")': "the end of an unknown text is known here",
    'startswith(local.p, "prefix")': "the known beginning rules it out, though it is the shorter one",
}
"""What this program knows and Terraform only after apply, and why that is right."""

NOT_REFUSED = {
    'templatestring("plain", {})': "whether an argument is a reference is not seen by a function",
    'templatestring("Hello, $${name}", { name = "x" })': "whether an argument is a reference is not seen by a function",
    "try(local.missing, 1)": "names are resolved by the module, which there is none of here",
    "try(var.missing, 1)": "names are resolved by the module, which there is none of here",
}
"""What Terraform refuses before it evaluates anything."""

OTHER_TYPES = {
    "tolist(local.l)": "Terraform forgets the element type of an unknown list",
}

ALLOWED: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(UNTOLD, ("unknown", "refused")),
    **dict.fromkeys(MORE, ("known",)),
    **dict.fromkeys(NOT_REFUSED, ("different",)),
    **dict.fromkeys(OTHER_TYPES, ("type",)),
}


@pytest.mark.parametrize("group", groups())
def test_the_functions_of_a_group_give_what_terraform_gives(group: str) -> None:
    records = recorded(group)
    found = {source: difference(source, record) for source, record in records.items()}
    assert {source: kind for source, kind in found.items() if kind and kind not in ALLOWED.get(source, ())} == {}
    assert {source for source in records if source in ALLOWED and not found[source]} == set()


def test_every_expression_that_is_written_down_is_recorded() -> None:
    assert {group: expressions(group) for group in groups()} == {group: list(recorded(group)) for group in groups()}


def test_every_function_of_terraform_is_one_here_or_has_its_reason() -> None:
    names = json.loads((FOLDER / "names.json").read_text())
    here = {*functions.MODULE_OF, *FILE_FUNCTIONS, *OF_THE_EVALUATOR, *functions.UNKNOWABLE}
    assert {name for name in names if name.removeprefix("core::") not in here} == set()
    assert len(names) == 236


def test_every_function_is_looked_for_in_the_module_that_has_it() -> None:
    for module in pkgutil.iter_modules(functions.__path__, f"{functions.__name__}."):
        import_module(module.name)
    held = {name: entry.body.__module__.rpartition(".")[2] for name, entry in FUNCTIONS.items()}
    assert held == functions.MODULE_OF


def test_every_function_has_recorded_expressions() -> None:
    everything = " ".join(source for group in groups() for source in recorded(group))
    names = {name for name in json.loads((FOLDER / "names.json").read_text()) if "::" not in name}
    assert {name for name in names if f"{name}(" not in everything} == {"plantimestamp"}


@pytest.mark.parametrize("name", sorted(functions.UNKNOWABLE))
def test_what_cannot_be_told_is_a_text_with_its_reason_and_place(name: str) -> None:
    value = functions.call(name, [], Location("main.tf", 3))
    assert value.unresolved is not None
    assert value.unresolved.reason.startswith(f"{name}() ")
    assert value.unresolved.reason.endswith("(main.tf:3)")
    assert (value.type.kind, value.unresolved.not_null) == ("string", True)


@pytest.mark.parametrize(
    "source",
    [
        "setproduct(range(1000), range(1000), range(1000))",
        'format("%1000000d%1000000d", 1, 2)',
        'format("%900000s%900000s", "a", "b")',
        'join(format("%900000s", "a"), ["x", "y", "z"])',
        'indent(900000, "a\\nb\\nc")',
        'replace(format("%9000d", 1), " ", format("%9000d", 1))',
        'replace(format("%9000d", 1), "/ /", format("%9000d", 1))',
        "pow(9, 999999999)",
        'yamldecode("a: &a [x,x,x,x,x,x,x,x]\\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b]\\n'
        'd: &d [*c,*c,*c,*c,*c,*c,*c,*c]\\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d]\\nf: [*e,*e,*e,*e,*e,*e,*e,*e]")',
        'jsondecode(join("", [for i in range(1000) : "["]))',
        'yamldecode(join("", [for i in range(500) : "["]))',
        'regex("(a|aa)+$", format("%s!", join("", [for i in range(60) : "a"])))',
    ],
)
def test_what_would_grow_without_bound_is_refused_and_never_caught(source: str) -> None:
    with pytest.raises(RefusalError):
        value_of(f"try({source}, 1)")


@pytest.mark.parametrize(
    ("source", "want"),
    [
        ('urldecode("a%20b+c%C3%A9")', "a b c\u00e9"),
        ('base64gunzip("H4sIAAAAAAAAA8tIzcnJBwCGphA2BQAAAA==")', "hello"),
        ('cidrcontains("192.168.2.0/20", "192.168.2.1")', True),
        ('cidrcontains("192.168.2.0/20", "192.126.2.1")', False),
        ('cidrcontains("fe80::/48", "fe80::/56")', True),
        ('cidrcontains("10.0.0.0/16", "10.0.0.0/8")', False),
        ('assumeequal("a", "a")', "a"),
        ('startswith(assumestringprefix(local.s, "x-"), "x-")', True),
        ("length(assumelistlength(local.l, 2, 2))", 2),
        ("assumelistlengthmin(local.l, 1) == []", False),
        ("length(assumemaplengthmax(assumenotnull(local.m), 0))", 0),
        ("assumenotnull(local.s) == null", False),
    ],
)
def test_the_functions_that_opentofu_has_beside_are_evaluated(source: str, want: object) -> None:
    assert value_of(source).data == want


@pytest.mark.parametrize(
    "source",
    [
        'assumeequal("a", "b")',
        "assumenotnull(tostring(null))",
        'assumestringprefix(local.p, "other")',
        "assumesetlengthmax([1, 2], 1)",
        'base64gunzip("x")',
        'urldecode("%zz")',
    ],
)
def test_an_assumption_that_does_not_hold_is_an_error(source: str) -> None:
    with pytest.raises(EvaluationError):
        value_of(source)


def test_slow_searches_together_have_an_end_and_quick_ones_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(re2, "_PATIENCE", re2._Patience(left=0.0))
    with pytest.raises(RefusalError, match="takes too long"):
        value_of(f'can(regex("^(a|aa)+$", "{"a" * 40}b"))')
    assert value_of('can(regex("^[a-z]+$", "abc"))').data is True
