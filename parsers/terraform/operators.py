"""What the operators of the language do, unknowns included (hclsyntax/expression_ops.go, go-cty cty/value_ops.go)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal

from parsers.terraform import arithmetic
from parsers.terraform.convert import convert
from parsers.terraform.values import (
    BOOL,
    FALSE,
    NUMBER,
    TRUE,
    EvaluationError,
    Lazy,
    Type,
    Unresolved,
    Value,
    as_object,
    deep_marks,
    first_unknown,
    length_bounds,
    marked,
    truth,
    unknown,
    unmarked,
)

_ARITHMETIC: dict[str, Callable[[Decimal, Decimal], Decimal]] = {
    "+": arithmetic.add,
    "-": arithmetic.subtract,
    "*": arithmetic.multiply,
    "/": arithmetic.divide,
    "%": arithmetic.remainder,
}
_COMPARISONS = frozenset({"<", ">", "<=", ">="})


def unary(operator: str, operand: Value) -> Value:
    """``-x`` or ``!x``."""
    value = _operand(operand, BOOL if operator == "!" else NUMBER, "unary")
    if value.unresolved is not None:
        return marked(unknown(value.unresolved.reason, value.type, not_null=True), value.marks)
    result = truth(not value.truth) if operator == "!" else Value(NUMBER, arithmetic.negative(value.number))
    return marked(result, value.marks)


def binary(operator: str, left: Value, right: Value) -> Value:
    """``left operator right``; both sides are always evaluated, as Terraform 1.11 does."""
    if operator in ("==", "!="):
        same = equal(left, right)
        return unary("!", same) if operator == "!=" else same
    wanted = BOOL if operator in ("&&", "||") else NUMBER
    left, right = _operand(left, wanted, "left"), _operand(right, wanted, "right")
    marks = left.marks | right.marks
    if operator in _COMPARISONS:
        return marked(_compare(operator, left, right), marks)
    opened = left.unresolved or right.unresolved
    if opened is not None:
        return marked(unknown(opened.reason, wanted, not_null=True), marks)
    if wanted == BOOL:
        return marked(truth(left.truth and right.truth if operator == "&&" else left.truth or right.truth), marks)
    try:
        return marked(Value(NUMBER, _ARITHMETIC[operator](left.number, right.number)), marks)
    except EvaluationError as error:
        raise EvaluationError(f"operation failed: {error.detail}") from error


def _operand(value: Value, wanted: Type, side: str) -> Value:
    try:
        converted = convert(value, wanted)
    except EvaluationError as error:
        raise EvaluationError(f"unsuitable value for {side} operand: {error.message}") from error
    if converted.is_null:
        raise EvaluationError("operation failed: argument must not be null")
    return converted


def bounds(value: Value) -> tuple[Decimal, Decimal]:
    """Between what a number is, infinity where nothing bounds it."""
    data = value.data
    if isinstance(data, Decimal):
        return data, data
    low = data.least if isinstance(data, Unresolved) else None
    high = data.most if isinstance(data, Unresolved) else None
    return Decimal("-Infinity") if low is None else low, Decimal("Infinity") if high is None else high


def _compare(operator: str, left: Value, right: Value) -> Value:
    if operator in (">", ">="):
        left, right = right, left
    less = _less(left, right)
    if operator in ("<", ">") or less.data is True:
        return less
    same = equal(left, right)
    if less.unresolved is None and same.unresolved is None:
        return same
    return same if same.data is True else less if less.unresolved is not None else same


def _less(left: Value, right: Value) -> Value:
    (low, high), (lowest, highest) = bounds(left), bounds(right)
    opened = left.unresolved or right.unresolved
    if opened is None:
        return truth(low < lowest)
    if high < lowest:
        return TRUE
    if low > highest:
        return FALSE
    return unknown(opened.reason, BOOL, not_null=True)


def equal(left: Value, right: Value) -> Value:
    """``left == right``: never converts, and null equals null of any type."""
    left, right = as_object(left), as_object(right)
    marks = deep_marks(left) | deep_marks(right)
    if marks:
        return marked(_equal(unmarked(left), unmarked(right)), marks)
    return _equal(left, right)


def _equal(left: Value, right: Value) -> Value:
    if left.is_null or right.is_null:
        other = right if left.is_null else left
        opened = other.unresolved
        if opened is not None and not opened.not_null:
            return unknown(opened.reason, BOOL, not_null=True)
        return truth(left.is_null and right.is_null)
    opened = left.unresolved or right.unresolved
    if opened is not None:
        excluded = _excluded(left, right) if right.unresolved is None else _excluded(right, left)
        return FALSE if excluded else unknown(opened.reason, BOOL, not_null=True)
    if isinstance(left.data, Lazy) or isinstance(right.data, Lazy):
        return unknown("whether two resources are equal is only known after apply", BOOL, not_null=True)
    if not (_type_is_known(left) and _type_is_known(right)):
        may_be = _may_become(left.type, right.type) or _may_become(right.type, left.type)
        found = first_unknown(left) or first_unknown(right)
        reason = "a value has a type that is not known" if found is None else found.reason
        return unknown(reason, BOOL, not_null=True) if may_be else FALSE
    if left.type != right.type:  # a resource may be of any object type
        may_be = _may_become(left.type, right.type)
        return unknown("whether two resources are equal is only known after apply", BOOL) if may_be else FALSE
    return _equal_data(left, right)


def _type_is_known(value: Value) -> bool:
    """Whether no unknown of an unknown type is in a value; null of no type is known well enough."""
    if not value.type.is_open or value.is_null:
        return True
    if isinstance(value.data, tuple):
        return all(map(_type_is_known, value.data))
    return isinstance(value.data, Mapping) and all(map(_type_is_known, value.data.values()))


def _equal_data(left: Value, right: Value) -> Value:
    if isinstance(left.data, Decimal):
        return truth(arithmetic.same_number(left.number, right.number))
    if isinstance(left.data, tuple):
        if left.type.kind == "set":
            return _equal_sets(left, right)
        return (
            _all_equal(zip(left.members, right.members, strict=True))
            if len(left.members) == len(right.members)
            else FALSE
        )
    if isinstance(left.data, Mapping):
        if left.entries.keys() != right.entries.keys():
            return FALSE
        found = [_equal(left.entries[key], right.entries[key]) for key in left.entries]
        return next((same for same in found if same.unresolved is not None), truth(all(same.data for same in found)))
    return truth(left.data == right.data)


def _excluded(one: Value, other: Value) -> bool:
    """Whether what is known of an unknown rules out that it is a certain value, which is not null."""
    side = one.unresolved
    if side is None or other.unresolved is not None:
        return False
    if not _may_become(other.type, one.type) and not _may_become(one.type, other.type):
        return True
    if isinstance(other.data, str):
        return not (other.data.startswith(side.prefix) and other.data.endswith(side.suffix))
    if isinstance(other.data, Decimal):
        low, high = bounds(one)
        return not low <= other.data <= high
    if isinstance(other.data, tuple | Mapping):
        least, most = length_bounds(one)
        has_least, has_most = length_bounds(other)
        return (most is not None and has_least > most) or (has_most is not None and has_most < least)
    return False


def _may_become(source: Type, target: Type) -> bool:
    """Whether values of a type may turn out to be of a target type, ``any`` in the target standing for whatever."""
    if source == target or "resource" in (source.kind, target.kind) or target.kind == "any":
        return True
    if source.kind != target.kind or len(source.inner) != len(target.inner):
        return False
    if [name for name, _ in source.fields] != [name for name, _ in target.fields]:
        return False
    return bool(source.inner) and all(map(_may_become, source.inner, target.inner))


def _equal_sets(left: Value, right: Value) -> Value:
    for each in (*left.members, *right.members):
        if each.unresolved is not None:
            return unknown(each.unresolved.reason, BOOL, not_null=True)
    if len(left.members) != len(right.members):
        return FALSE
    return _all_equal(zip(left.members, right.members, strict=True))


def _all_equal(pairs: Iterable[tuple[Value, Value]]) -> Value:
    """Whether all pairs are equal: what comes after the first that is different or not known is not looked at."""
    for left, right in pairs:
        same = _equal(left, right)
        if same.unresolved is not None or not same.truth:
            return same
    return TRUE
