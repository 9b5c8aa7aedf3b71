"""``log`` and ``pow``, which Terraform computes as Go's ``float64`` (go-cty function/stdlib/number.go).

Go has algorithms of its own, so that the last digit may differ from the C library's; they are followed step by step
(Go, math/log.go after FreeBSD's e_log.c, and math/pow.go), since ``ceil(log(n, 2))`` and the like hang on it.
"""

from __future__ import annotations

import math
from decimal import Decimal

from parsers.terraform.functions.arguments import floating
from parsers.terraform.functions.registry import function
from parsers.terraform.values import NUMBER, EvaluationError, RefusalError, Value, number

_LN2_HIGH = 6.93147180369123816490e-01
_LN2_LOW = 1.90821492927058770002e-10
_COEFFICIENTS = (
    6.666666666666735130e-01,
    3.999999999940941908e-01,
    2.857142874366239149e-01,
    2.222219843214978396e-01,
    1.818357216161805012e-01,
    1.531383769920937332e-01,
    1.479819860511658591e-01,
)


def _log(amount: float) -> float:
    if amount < 0 or math.isnan(amount):
        return math.nan
    if amount == 0:
        return -math.inf
    if math.isinf(amount):
        return amount
    fraction, exponent = math.frexp(amount)
    if fraction < math.sqrt(2) / 2:
        fraction, exponent = fraction * 2, exponent - 1
    fraction -= 1
    first, second, third, fourth, fifth, sixth, seventh = _COEFFICIENTS
    ratio = fraction / (2 + fraction)
    square = ratio * ratio
    fourth_power = square * square
    odd = square * (first + fourth_power * (third + fourth_power * (fifth + fourth_power * seventh)))
    even = fourth_power * (second + fourth_power * (fourth + fourth_power * sixth))
    half = 0.5 * fraction * fraction
    return exponent * _LN2_HIGH - ((half - (ratio * (half + odd + even) + exponent * _LN2_LOW)) - fraction)


def _pow(base: float, power: float) -> float:
    """``base ** power`` of finite numbers; infinite where it is too large."""
    if power == 0 or base == 1:
        return 1.0
    if power == 1:
        return base
    if base == 0:
        odd = power == math.floor(power) and power % 2 == 1
        return (math.copysign(math.inf, base) if odd else math.inf) if power < 0 else (base if odd else 0.0)
    if abs(power) == 0.5:
        root = math.sqrt(base) if base >= 0 else math.nan
        return root if power > 0 else 1 / root
    rest, count = math.modf(abs(power))
    if rest and base < 0:
        return math.nan
    if rest:
        raise RefusalError("a power that is not whole, whose last digit hangs on the machine, is not computed")
    return _whole_power(base, count, negative=power < 0)


def _whole_power(base: float, count: float, *, negative: bool) -> float:
    if count >= 2**63:
        if base == -1:
            return 1.0
        return math.inf if (abs(base) > 1) != negative else 0.0
    left, result, exponent = int(count), 1.0, 0
    fraction, scale = math.frexp(base)
    while left:
        if not -(1 << 12) <= scale <= 1 << 12:
            exponent += scale
            break
        if left & 1:
            result *= fraction
            exponent += scale
        fraction *= fraction
        scale <<= 1
        if fraction < 0.5:
            fraction += fraction
            scale -= 1
        left >>= 1
    if negative:
        result, exponent = 1 / result, -exponent
    try:
        return math.ldexp(result, exponent)
    except OverflowError:
        return math.copysign(math.inf, result)


def _number(amount: float) -> Value:
    if math.isnan(amount):
        raise EvaluationError("the result is no number")
    if math.isinf(amount):
        raise RefusalError("a number too large to compute with")
    return number(Decimal(amount), 53)


@function("log", NUMBER, NUMBER, gives=NUMBER)
def log(value: Value, base: Value) -> Value:
    over, under = _log(floating(value)), _log(floating(base))
    if under == 0:
        return _number(math.nan if over == 0 or math.isnan(over) else math.copysign(math.inf, over))
    return _number(over / under)


@function("pow", NUMBER, NUMBER, gives=NUMBER)
def power(base: Value, exponent: Value) -> Value:
    return _number(_pow(floating(base), floating(exponent)))
