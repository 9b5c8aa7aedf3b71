"""The tables that are shipped are those of the installed python-hcl2, and Terraform's syntax where the two differ."""

from __future__ import annotations

import json
import shutil
import subprocess

import pytest

from drift.errors import InputError
from parsers.terraform import grammar
from parsers.terraform.compile_grammar import text
from parsers.terraform.grammar import Tables, compiled, installed_key, tables
from parsers.terraform.syntax import cut_file, parse_expression

BODY = "locals {{\n  a = {}\n}}\n"

TAKEN = [
    '"${~ 1 ~}"',
    "!!true",
    "!(!!!true)",
    "- -1",
    "1 - - - 2",
    "--1 + 2",
    "(1\n    - 2)",
    "[1\n    + 2, 3]",
    'größe["ключ"].名前',
    '"$${"',
    '["$${", "}"]',
    '"%%{"',
    "<<E\ntext\nE  ",
    "<<-E\n  text\n \tE\t",
    "core::max(1, 2)",
    "provider::aws::arn_parse(x)",
    "/* why */ 1",
    "/* two\n  lines */ 1",
    "1 /* after */",
    "x. y",
    "x[ * ]",
    "{ a = 1,\n  b = 2 }",
    "[for k, v in { a = 1\n b = 2\n } : v]",
    "{\n  for k in x :\n  k => k\n}",
    '"%{ if true }x%{ else }y%{ endif }"',
    "x.0.y.1",
    "x.*.y[0].*.z",
    "x.*.y[*].z",
    "x[*].y.*.z",
    '"a\0b"',
]
"""What Terraform takes; python-hcl2 refuses some of it."""

REFUSED = [
    "1 +\n  2",
    "true ?\n  1 : 2",
    "true\n  ? 1 : 2",
    "{ a = 1 +\n 2 }",
    "{ a = 1\n + 2 }",
    "{ a = 1\n , b = 2 }",
    "{ a\n = 1 }",
    "{ a =\n 1 }",
    "{ a = 1 b = 2 }",
    '"two\nlines"',
    r'"\d"',
    r'"\$"',
    r'"\u12"',
    "x.0.1",
    "x.1.5",
    "1..2",
    "1.2.3",
    "'a'",
    "1 ; 2",
    "a b",
    "[1 2]",
    "",
    "1 /* open",
    "<<E\ntext\n  E x\n",
    "(1",
    "[1)",
    '"${1"',
    "\\",
    "1 & 2",
    "f(1, , 2)",
    "x ? 1",
    "{ for }",
    "{ for = 1 }",
    "x.*.y.*.z",
    "1\r+ 2",
]
"""What Terraform refuses; python-hcl2 takes some of it."""


def fault_in(source: str) -> str | None:
    faults: list[InputError] = []
    try:
        file = cut_file("main.tf", BODY.format(source).encode(), faults.append)
        (block,) = file.blocks
        for attribute in block.attributes.values():
            assert attribute.expression
        if not block.attributes:
            return faults[0].message
    except InputError as error:
        return error.message
    return faults[0].message if faults else None


@pytest.mark.parametrize("source", TAKEN)
def test_what_terraform_takes_is_read(source: str) -> None:
    assert fault_in(source) is None


@pytest.mark.parametrize("source", REFUSED)
def test_what_terraform_refuses_is_a_fault(source: str) -> None:
    assert fault_in(source)


@pytest.mark.terraform
@pytest.mark.skipif(shutil.which("terraform") is None, reason="there is no terraform")
@pytest.mark.parametrize("source", [*TAKEN, *REFUSED])
def test_terraform_takes_and_refuses_the_same(source: str) -> None:
    run = subprocess.run(["terraform", "fmt", "-"], input=BODY.format(source), capture_output=True, text=True)
    assert (run.returncode == 0) is (source in TAKEN)


def test_signs_apply_from_the_inside_out() -> None:
    shown = str(parse_expression("t", "- -x.y[0] + !(!!z)"))
    assert shown.count("Unary") == 5
    assert "Binary(operator='+', left=Unary(operator='-', operand=Unary(" in shown


def test_the_shipped_tables_are_those_of_the_installed_version() -> None:
    if json.loads(grammar.SHIPPED.read_text())["key"] != installed_key():
        pytest.skip("another python-hcl2 than that of the tables: run python -m parsers.terraform.compile_grammar")
    assert text() == grammar.SHIPPED.read_text(encoding="utf-8")


def test_with_another_version_installed_its_own_tables_are_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []

    def remembered() -> dict[str, object]:
        made.append(1)
        return dict(compiled())

    monkeypatch.setattr(grammar, "installed_key", lambda: "another")
    monkeypatch.setattr(grammar, "compiled", remembered)
    found = tables.__wrapped__()
    assert isinstance(found, Tables)
    assert made == [1]
