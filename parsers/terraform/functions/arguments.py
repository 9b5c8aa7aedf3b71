"""What functions ask of their arguments beyond the types that they are declared with (go-cty, package gocty)."""

from __future__ import annotations

from decimal import Decimal

from parsers.terraform.values import EvaluationError, Type, Value

LARGEST = 2**63 - 1
"""The largest number that Go's ``int`` holds."""


def whole(value: Value) -> int:
    """The number as a Go ``int``. Raises EvaluationError if it is none."""
    amount = value.number
    if not amount.is_finite() or amount != amount.to_integral_value():
        raise EvaluationError("a whole number is required")
    if not -LARGEST - 1 <= amount <= LARGEST:
        raise EvaluationError("the number is too large")
    return int(amount)


def any_whole(value: Value) -> int:
    """The number as an integer of any size. Raises EvaluationError if it is none."""
    amount = value.number
    if not amount.is_finite() or amount != amount.to_integral_value():
        raise EvaluationError("a whole number is required")
    return int(amount)


def floating(value: Value) -> float:
    """The number as a Go ``float64``."""
    return float(Decimal(value.number))


def members_of(value: Value, name: str) -> tuple[Value, ...]:
    """The members of a list, set or tuple."""
    if value.type.kind not in ("list", "set", "tuple"):
        raise EvaluationError(f"{name} needs a list, not {value.type}")
    return value.members


def element_type(value: Value) -> Type | None:
    """The element type of a list, set or map; None for what has none."""
    return value.type.element
