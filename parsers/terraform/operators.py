"""What the operators of the language do, unknowns included (hclsyntax/expression_ops.go)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, DecimalException

from parsers.terraform.convert import convert
from parsers.terraform.values import (
    ANY,
    BOOL,
    FALSE,
    NUMBER,
    NUMBERS,
    TRUE,
    EvaluationError,
    Lazy,
    RefusalError,
    Unresolved,
    Value,
    number,
    truth,
    unknown,
)


def unary(operator: str, operand: Value) -> Value:
    """``-x`` or ``!x``."""
    wanted = BOOL if operator == "!" else NUMBER
    value = _operand(operand, wanted)
    if value.unresolved is not None:
        return unknown(value.unresolved.reason, wanted)
    return truth(not value.truth) if operator == "!" else number(NUMBERS.minus(value.number))


def binary(operator: str, left: Value, right: Value) -> Value:
    """``left operator right``; both sides are always evaluated, as Terraform 1.11 does."""
    if operator in ("==", "!="):
        same = equal(left, right)
        return unary("!", same) if operator == "!=" else same
    wanted = BOOL if operator in ("&&", "||") else NUMBER
    left, right = _operand(left, wanted), _operand(right, wanted)
    for side in (left, right):
        if side.unresolved is not None:
            return unknown(side.unresolved.reason, BOOL if operator in _TESTS else NUMBER)
    if wanted is BOOL:
        return truth(left.truth and right.truth if operator == "&&" else left.truth or right.truth)
    if operator in _TESTS:
        return truth(_compare(operator, left.number, right.number))
    return _arithmetic(operator, left.number, right.number)


_TESTS = frozenset({"<", ">", "<=", ">=", "&&", "||"})


def _operand(value: Value, wanted: object) -> Value:
    kind = BOOL if wanted is BOOL else NUMBER
    if value.is_null:
        raise EvaluationError("an operator cannot take null")
    return convert(value, kind)


def _compare(operator: str, left: Decimal, right: Decimal) -> bool:
    if operator == "<":
        return left < right
    if operator == ">":
        return left > right
    return left <= right if operator == "<=" else left >= right


def _arithmetic(operator: str, left: Decimal, right: Decimal) -> Value:
    if right == 0 and operator == "%":
        return number(left)
    if right == 0 and operator == "/":
        raise RefusalError("division by zero, which is infinite to Terraform")
    try:
        if operator == "+":
            return number(NUMBERS.add(left, right))
        if operator == "-":
            return number(NUMBERS.subtract(left, right))
        if operator == "*":
            return number(NUMBERS.multiply(left, right))
        return number(NUMBERS.divide(left, right) if operator == "/" else NUMBERS.remainder(left, right))
    except DecimalException as error:
        raise RefusalError("a number too large to compute with") from error


def equal(left: Value, right: Value) -> Value:
    """``left == right``: never converts, and null equals null of any type."""
    for side, other in ((left, right), (right, left)):
        if side.unresolved is not None:
            if side.type.kind != "any" and other.type.kind not in ("any", side.type.kind) and not other.is_null:
                return FALSE
            if _excluded(side.unresolved, other):
                return FALSE
            return unknown(side.unresolved.reason, BOOL)
    if left.is_null or right.is_null:
        return truth(left.is_null and right.is_null)
    if left.type.kind != right.type.kind:
        return FALSE
    if isinstance(left.data, Lazy) or isinstance(right.data, Lazy):
        return unknown("whether two resources are equal is only known after apply", BOOL)
    if isinstance(left.data, tuple):
        return _equal_sequences(left, right)
    if isinstance(left.data, Mapping):
        if left.entries.keys() != right.entries.keys():
            return FALSE
        return _all_equal([(left.entries[key], right.entries[key]) for key in left.entries])
    return truth(left.data == right.data)


def _excluded(side: Unresolved, other: Value) -> bool:
    """Whether what is known of the text of an unknown rules the other string out."""
    if not isinstance(other.data, str):
        return False
    return not (other.data.startswith(side.prefix) and other.data.endswith(side.suffix))


def _equal_sequences(left: Value, right: Value) -> Value:
    if left.type.kind != "tuple" and left.type != right.type and ANY not in (left.type.element, right.type.element):
        return FALSE
    if len(left.members) != len(right.members):
        return FALSE
    if left.type.kind == "set" and any(each.unresolved for each in (*left.members, *right.members)):
        return unknown("a set has members that are not known", BOOL)
    return _all_equal(list(zip(left.members, right.members, strict=True)))


def _all_equal(pairs: list[tuple[Value, Value]]) -> Value:
    open_pair: Value | None = None
    for left, right in pairs:
        same = equal(left, right)
        if same.unresolved is not None:
            open_pair = same
        elif not same.truth:
            return FALSE
    return open_pair if open_pair is not None else TRUE
