"""Functions of numbers (go-cty function/stdlib/number.go)."""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from parsers.terraform.convert import convert
from parsers.terraform.functions.registry import function
from parsers.terraform.values import (
    ANY,
    BOOL,
    NUMBER,
    NUMBERS,
    STRING,
    EvaluationError,
    Type,
    Value,
    list_of,
    number,
)

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


@function("max", NUMBER, rest=NUMBER)
def max_(*values: Value) -> Value:
    return number(max(value.number for value in values))


@function("min", NUMBER, rest=NUMBER)
def min_(*values: Value) -> Value:
    return number(min(value.number for value in values))


@function("abs", NUMBER)
def abs_(value: Value) -> Value:
    return number(NUMBERS.abs(value.number))


@function("ceil", NUMBER)
def ceil(value: Value) -> Value:
    return number(value.number.to_integral_value(ROUND_CEILING))


@function("floor", NUMBER)
def floor(value: Value) -> Value:
    return number(value.number.to_integral_value(ROUND_FLOOR))


@function("signum", NUMBER)
def signum(value: Value) -> Value:
    return number((value.number > 0) - (value.number < 0))


@function("sum", ANY)
def sum_(values: Value) -> Value:
    if not values.members:
        raise EvaluationError("sum needs at least one number")
    total = Decimal(0)
    for member in values.members:
        total = NUMBERS.add(total, convert(member, NUMBER).number)
    return number(total)


@function("parseint", STRING, NUMBER)
def parseint(value: Value, base: Value) -> Value:
    radix = int(base.number)
    if not 2 <= radix <= 62:
        raise EvaluationError("parseint needs a base from 2 to 62")
    content = value.text.removeprefix("-")
    digits = [_DIGITS.find(char if radix > 36 else char.lower()) for char in content]
    if not digits or len(digits) > 400 or any(not 0 <= digit < radix for digit in digits):
        raise EvaluationError("parseint: this is no number in that base")
    total = 0
    for digit in digits:
        total = total * radix + digit
    return number(-total if value.text.startswith("-") else total)


@function("range", NUMBER, NUMBER, NUMBER, optional=2)
def range_(first: Value, limit: Value | None = None, step: Value | None = None) -> Value:
    start, end = (Decimal(0), first.number) if limit is None else (first.number, limit.number)
    by = step.number if step is not None else Decimal(1 if end >= start else -1)
    if by == 0 or ((by > 0) != (end >= start) and start != end):
        raise EvaluationError("range: the step does not lead to the limit")
    if abs(NUMBERS.divide(NUMBERS.subtract(end, start), by)) > 1024:
        raise EvaluationError("range gives at most 1,024 numbers")
    numbers: list[Value] = []
    while (start < end) if by > 0 else (start > end):
        numbers.append(number(start))
        start = NUMBERS.add(start, by)
    return list_of(NUMBER, numbers)


@function("tonumber", ANY, nulls=True, deep=False, shallow=False)
def tonumber(value: Value) -> Value:
    return convert(value, NUMBER)


@function("tobool", ANY, nulls=True, deep=False, shallow=False)
def tobool(value: Value) -> Value:
    return convert(value, BOOL)


@function("alltrue", Type("list", BOOL))
def alltrue(values: Value) -> Value:
    return Value(BOOL, all(member.data is True for member in values.members))


@function("anytrue", Type("list", BOOL))
def anytrue(values: Value) -> Value:
    return Value(BOOL, any(member.data is True for member in values.members))
