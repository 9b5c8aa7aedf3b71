"""``assume...`` of OpenTofu: what an author knows of a value that is not known yet (internal/lang/funcs/assume.go)."""

from __future__ import annotations

from parsers.terraform.convert import convert
from parsers.terraform.functions.arguments import whole
from parsers.terraform.functions.registry import function
from parsers.terraform.operators import equal
from parsers.terraform.values import (
    ANY,
    NUMBER,
    STRING,
    EvaluationError,
    Type,
    Value,
    length_bounds,
    refined,
    unknown,
)


def _broken(name: str) -> EvaluationError:
    return EvaluationError(f"{name}: the assumption does not hold")


@function("assumeequal", ANY, ANY, deep=False, shallow=False, nulls=True)
def assumeequal(actual: Value, expected: Value) -> Value:
    same = equal(convert(actual, expected.type), expected)
    if same.unresolved is None and not same.truth:
        raise _broken("assumeequal")
    return expected


@function("assumenotnull", ANY, deep=False, shallow=False, nulls=True)
def assumenotnull(value: Value) -> Value:
    if value.type.kind == "any":
        raise EvaluationError("assumenotnull needs a value of a known type")
    if value.is_null:
        raise _broken("assumenotnull")
    return refined(value, not_null=True)


@function("assumestringprefix", STRING, STRING, deep=False, shallow=False, nulls=True)
def assumestringprefix(value: Value, prefix: Value) -> Value:
    start, data = prefix.text, value.unresolved
    if data is None:
        if not value.is_null and not value.text.startswith(start):
            raise _broken("assumestringprefix")
        return value
    if not (start.startswith(data.prefix) or data.prefix.startswith(start)):
        raise _broken("assumestringprefix")
    longer = max(start, data.prefix, key=len)
    return unknown(
        data.reason, STRING, prefix=longer, suffix=data.suffix, identity=data.identity, not_null=data.not_null
    )


def _enter(kind: str, bounds: tuple[str, ...], ending: str) -> None:
    name = f"assume{kind}length{ending}"

    def assume(value: Value, *given: Value) -> Value:
        limits = dict(zip(bounds, map(whole, given), strict=True))
        if value.is_null:
            return value
        least, most = length_bounds(value)
        if ("least" in limits and most is not None and most < limits["least"]) or least > limits.get("most", least):
            raise _broken(name)
        return refined(value, **limits)

    function(name, Type(kind, ANY), *[NUMBER] * len(bounds), deep=False, shallow=False, nulls=True)(assume)


for _kind in ("list", "set", "map"):
    _enter(_kind, ("least", "most"), "")
    _enter(_kind, ("least",), "min")
    _enter(_kind, ("most",), "max")
