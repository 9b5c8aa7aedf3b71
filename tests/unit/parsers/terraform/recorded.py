"""Expressions that the real Terraform was asked about, evaluated here in the same surroundings."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from drift.errors import InputError
from drift.location import Location
from drift.tree import DiskTree
from parsers.terraform import functions
from parsers.terraform.expressions import Budget, Scope, evaluate
from parsers.terraform.file_functions import FILE_FUNCTIONS, call_file_function
from parsers.terraform.syntax import parse_expression
from parsers.terraform.values import (
    BOOL,
    EPHEMERAL,
    NUMBER,
    SENSITIVE,
    STRING,
    EvaluationError,
    RefusalError,
    Type,
    Unresolved,
    Value,
    marked,
    number_text,
    object_of,
    text,
    unknown,
)

FOLDER = Path(__file__).parent / "functions"
TREE = DiskTree(FOLDER / "files")
_SECRET = marked(text("hush"), {SENSITIVE})
_LOCALS = object_of(
    {
        "a": unknown("a is unknown"),
        "s": unknown("s is unknown", STRING),
        "n": unknown("n is unknown", NUMBER),
        "b": unknown("b is unknown", BOOL),
        "l": unknown("l is unknown", Type("list", STRING), not_null=True),
        "m": unknown("m is unknown", Type("map", STRING), not_null=True),
        "p": unknown("p is unknown", STRING, prefix="pre-", suffix="-post", not_null=True),
        "secret": _SECRET,
        "inner": object_of({"open": text("o"), "secret": _SECRET}),
        "template": text("Hello, ${name}!"),
        "wrong": text("Hello, ${nam"),
    }
)
_ROOTS = {"local": _LOCALS, "var": object_of({"ephemeral": marked(text("gone"), {EPHEMERAL})})}


class Surroundings:
    """The names of ``record_functions.LOCALS``, and all functions."""

    def resolve(self, words: tuple[str, ...], at: Location) -> tuple[Value, int]:
        if words[0] not in _ROOTS:
            raise EvaluationError(f'nothing is called "{words[0]}"', at)
        return _ROOTS[words[0]], 1

    def call(self, name: str, args: list[Value], at: Location) -> Value:
        if name in FILE_FUNCTIONS:
            return call_file_function(TREE, "", self, name, args, at)
        return functions.call(name, args, at)


def recorded(group: str) -> dict[str, Any]:
    """The records of a group, by expression."""
    found: dict[str, Any] = json.loads((FOLDER / f"{group}.json").read_text())
    return found


def value_of(source: str) -> Value:
    """What an expression comes to. Raises EvaluationError and RefusalError."""
    return evaluate(parse_expression("test", source), Scope(Surroundings(), Budget()))


def type_text(kind: Type) -> str:
    """A type as the console's ``type`` shows it."""
    if kind.kind == "any":
        return "dynamic"
    if kind.element is not None:
        return f"{kind.kind}({type_text(kind.element)})"
    if kind.kind == "tuple":
        return f"tuple([{','.join(type_text(each) for each in kind.items)}])"
    if kind.kind == "object":
        return f"object({{{','.join(f'{name}:{type_text(each)}' for name, each in kind.fields)}}})"
    return kind.kind


def plain(value: Value) -> Any:
    """The value in the form of the records, with None for what is unknown."""
    data = value.data
    if isinstance(data, Unresolved) or data is None:
        return None
    if isinstance(data, Decimal):
        return {"number": number_text(data)}
    if isinstance(data, tuple):
        return [plain(each) for each in data]
    if isinstance(data, Mapping):
        return {key: plain(each) for key, each in data.items() if each.unresolved is None}
    return data


def openings(value: Value) -> Any:
    """Where a value is unknown: True, False, or the same of its members."""
    data = value.data
    if isinstance(data, tuple):
        return [openings(each) for each in data]
    if isinstance(data, Mapping):
        return {key: each for key, each in ((key, openings(each)) for key, each in data.items()) if each is not False}
    return isinstance(data, Unresolved)


def anywhere(shape: Any) -> bool:
    """Whether something is unknown in a shape that ``openings`` gave."""
    if isinstance(shape, list | dict):
        return any(anywhere(each) for each in (shape.values() if isinstance(shape, dict) else shape))
    return bool(shape)


def _shape(recorded_unknown: Any) -> Any:
    """``after_unknown`` of a plan in the form of ``openings``."""
    if isinstance(recorded_unknown, list):
        return [_shape(each) for each in recorded_unknown]
    if isinstance(recorded_unknown, dict):
        inner = ((key, _shape(each)) for key, each in recorded_unknown.items())
        return {key: each for key, each in inner if each is not False}
    return bool(recorded_unknown)


def difference(source: str, record: Any) -> str:
    """How an expression comes out otherwise than Terraform's: "" if it does not.

    "unknown" or "refused" where only Terraform knows, "known" where only this program does, else "different", "type".
    """
    try:
        value = value_of(source)
    except (EvaluationError, InputError):
        return "" if record == "error" else "different"
    except RefusalError:
        return "" if record == "infinite" else "refused"
    found = openings(value)
    if record in ("error", "infinite"):
        infinite = "Inf" in json.dumps(plain(value))
        return "" if record == "infinite" and infinite else "unknown" if anywhere(found) else "different"
    want = _shape(record.get("unknown", False))
    if (anywhere(found) or anywhere(want)) and found != want:
        if not anywhere(found) or not anywhere(want):
            return "known" if anywhere(want) else "unknown"
        return "unknown" if found is True else "different"
    if plain(value) != record["value"]:
        return "different"
    untyped = record["type"] == "dynamic" and record["value"] is None
    return "" if untyped or type_text(value.type) == record["type"] else "type"
