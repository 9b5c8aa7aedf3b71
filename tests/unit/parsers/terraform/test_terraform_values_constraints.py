"""Values under type constraints against the real Terraform: conversion, ``any``, ``optional()`` and its defaults.

``values_constraints.json`` was recorded with ``terraform console`` 1.11.4 by ``record_values_constraints.py``.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from parsers.terraform.constraints import Nothing, constraint
from parsers.terraform.expressions import Budget, Scope, evaluate
from parsers.terraform.syntax import parse_expression
from parsers.terraform.values import STRING, EvaluationError, Value, object_of, unknown
from tests.unit.parsers.terraform.console_text import shown, type_shown

RECORDED: dict[str, dict[str, str]] = json.loads((Path(__file__).parent / "values_constraints.json").read_text())


def applied(kind: str, value: str) -> Value:
    given = evaluate(parse_expression("test", value), Scope(Nothing(), Budget()))
    return constraint(parse_expression("test", kind)).apply(given)


@pytest.mark.parametrize("line", RECORDED)
def test_a_value_becomes_what_terraform_makes_of_it_or_fails_in_the_same_words(line: str) -> None:
    kind, value = line.split(" | ")
    want = RECORDED[line]
    if "error" in want:
        with pytest.raises(EvaluationError) as caught:
            applied(kind, value)
        _, known, message = want["error"].partition("type constraint: ")
        assert not known or caught.value.message.endswith(message.removesuffix("."))
        return
    found = applied(kind, value)
    assert shown(found) == want["shows"]
    assert type_shown(found.type) == want["type"]


def test_an_unknown_for_an_attribute_with_a_default_is_not_null() -> None:
    wanted = constraint(parse_expression("test", 'object({a=optional(string,"d"),b=optional(string)})'))
    opened = unknown("later", STRING)
    filled = wanted.apply(object_of({"a": opened, "b": opened})).entries
    first, second = filled["a"].unresolved, filled["b"].unresolved
    assert first is not None
    assert first.not_null
    assert second is not None
    assert not second.not_null
