"""Functions of numbers (go-cty function/stdlib/number.go, terraform/internal/lang/funcs/number.go, collection.go)."""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from parsers.terraform.arithmetic import add
from parsers.terraform.convert import convert
from parsers.terraform.functions.arguments import members_of, whole
from parsers.terraform.functions.registry import function
from parsers.terraform.values import (
    ANY,
    BOOL,
    FALSE,
    NUMBER,
    TRUE,
    EvaluationError,
    Type,
    Value,
    first_unknown,
    list_of,
    number,
    unknown,
)

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_LONGEST_NUMERAL = 5_000
_BOOLS = Type("list", BOOL)


@function("max", rest=NUMBER, gives=NUMBER)
def max_(*values: Value) -> Value:
    if not values:
        raise EvaluationError("max needs at least one number")
    return max(values, key=lambda value: value.number)


@function("min", rest=NUMBER, gives=NUMBER)
def min_(*values: Value) -> Value:
    if not values:
        raise EvaluationError("min needs at least one number")
    return min(values, key=lambda value: value.number)


@function("abs", NUMBER, gives=NUMBER)
def abs_(value: Value) -> Value:
    return number(value.number.copy_abs())


def _rounded(value: Value, rounding: str) -> Value:
    amount = value.number
    if not amount.is_finite():
        return value
    result = int(amount.to_integral_value(rounding))
    return number(result, max(512, result.bit_length()))


@function("ceil", NUMBER, gives=NUMBER)
def ceil(value: Value) -> Value:
    return _rounded(value, ROUND_CEILING)


@function("floor", NUMBER, gives=NUMBER)
def floor(value: Value) -> Value:
    return _rounded(value, ROUND_FLOOR)


@function("signum", NUMBER, gives=NUMBER)
def signum(value: Value) -> Value:
    amount = whole(value)
    return number((amount > 0) - (amount < 0))


@function("sum", ANY, deep=False, gives=NUMBER)
def sum_(values: Value) -> Value:
    members = members_of(values, "sum")
    if not members:
        raise EvaluationError("sum needs at least one number")
    opened = first_unknown(values)
    if opened is not None:
        return unknown(opened.reason, NUMBER, not_null=True)
    if any(member.is_null for member in members):
        raise EvaluationError("sum cannot take null")
    total: Decimal | None = None
    for member in members:
        amount = convert(member, NUMBER).number
        total = amount if total is None else add(total, amount)
    assert total is not None  # noqa: S101 - there is a member
    return number(total)


def _base_given(value: Value, base: Value) -> Type:
    """``parseint`` looks at the type of its text before all else."""
    del base
    if value.type.kind not in ("string", "any"):
        raise EvaluationError(f"parseint needs a string, not {value.type}")
    return NUMBER


@function("parseint", ANY, NUMBER, gives=_base_given)
def parseint(value: Value, base: Value) -> Value:
    _base_given(value, base)
    radix = whole(base)
    if not 2 <= radix <= 62:
        raise EvaluationError("parseint needs a base from 2 to 62")
    content = value.text
    content = content[1:] if content[:1] in ("-", "+") else content
    digits = [_DIGITS.find(char if radix > 36 else char.lower()) for char in content[: _LONGEST_NUMERAL + 1]]
    if not digits or len(digits) > _LONGEST_NUMERAL or any(not 0 <= digit < radix for digit in digits):
        raise EvaluationError("parseint: this is no number in that base")
    total = 0
    for digit in digits:
        total = total * radix + digit
    total = -total if value.text.startswith("-") else total
    return number(total, max(64, total.bit_length()))


@function("range", rest=NUMBER, gives=Type("list", NUMBER))
def range_(*given: Value) -> Value:
    if not 1 <= len(given) <= 3:
        raise EvaluationError("range takes one, two or three numbers")
    start, end = (number(0), given[0]) if len(given) == 1 else given[:2]
    step = given[2] if len(given) == 3 else number(-1 if end.number < start.number else 1)
    down = step.number < 0
    if step.number == 0 or (end.number > start.number if down else end.number < start.number):
        raise EvaluationError("range: the step does not lead to the limit")
    numbers: list[Value] = []
    amount = start.number
    while (amount > end.number) if down else (amount < end.number):
        if len(numbers) >= 1024:
            raise EvaluationError("range gives at most 1,024 numbers")
        numbers.append(number(amount))
        amount = add(amount, step.number)
    return list_of(NUMBER, numbers)


@function("alltrue", _BOOLS, deep=False, gives=BOOL)
def alltrue(values: Value) -> Value:
    for member in values.members:
        if member.unresolved is not None:
            return unknown(member.unresolved.reason, BOOL, not_null=True)
        if member.data is not True:
            return FALSE
    return TRUE


@function("anytrue", _BOOLS, deep=False, gives=BOOL)
def anytrue(values: Value) -> Value:
    if any(member.data is True for member in values.members):
        return TRUE
    opened = first_unknown(values)
    return FALSE if opened is None else unknown(opened.reason, BOOL, not_null=True)
