"""Values against the real Terraform: types, conversion, unknowns, marks, numbers, steps, loops, templates.

``values_console.json`` was recorded with ``terraform console`` 1.11.4 by ``record_values_console.py``: what is shown of
an expression and its type, or the error. The names in the expressions are those of ``values_console.tf``.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from drift.location import Location
from parsers.terraform import functions
from parsers.terraform.expressions import Budget, Scope, evaluate
from parsers.terraform.syntax import parse_expression, parse_file
from parsers.terraform.values import EPHEMERAL, SENSITIVE, EvaluationError, Value, marked, text, unknown
from tests.unit.parsers.terraform.console_text import shown, type_shown

HERE = Path(__file__).parent
RECORDED: dict[str, dict[str, str]] = json.loads((HERE / "values_console.json").read_text())
BLOCKS = parse_file("values_console.tf", (HERE / "values_console.tf").read_bytes()).blocks
LOCALS = {
    name: each.expression for block in BLOCKS if block.type == "locals" for name, each in block.attributes.items()
}
VARIABLES = {"secret": marked(text("hush"), {SENSITIVE}), "token": marked(text("eph"), {EPHEMERAL})}


class Console:
    """The names of the recorded folder; what a resource is, is not known there."""

    def __init__(self) -> None:
        self.known: dict[str, Value] = {}
        self.scope = Scope(self, Budget(10_000_000))

    def resolve(self, words: tuple[str, ...], at: Location) -> tuple[Value, int]:
        if words[0] == "var":
            return VARIABLES[words[1]], 2
        if words[0] == "local":
            if words[1] not in self.known:
                self.known[words[1]] = evaluate(LOCALS[words[1]], self.scope)
            return self.known[words[1]], 2
        return unknown("known after apply"), len(words)

    def call(self, name: str, args: list[Value], at: Location) -> Value:
        return functions.call(name, args, at)


CONSOLE = Console()


@pytest.mark.parametrize("source", RECORDED)
def test_an_expression_shows_what_it_shows_in_terraform(source: str) -> None:
    want = RECORDED[source]
    expression = parse_expression("console", source)
    if "error" in want:
        with pytest.raises(EvaluationError) as caught:
            evaluate(expression, CONSOLE.scope)
        assert caught.value.at is not None
        _, known, message = want["error"].partition("must have consistent types. ")
        assert not known or caught.value.message.lower().endswith(message.lower().removesuffix("."))
        return
    value = evaluate(expression, CONSOLE.scope)
    assert shown(value) == want["shows"]
    assert type_shown(value.type) == want["type"]
