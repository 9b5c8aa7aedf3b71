"""Numbers as Terraform has them: binary, with a mantissa of 512 bits (go-cty, cty.Number over Go's big.Float).

A number is a Decimal that holds the binary value exactly. Text is read and shown as Go does it: the nearest number of
512 bits, and the shortest text that is read back as the same number.
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_EVEN, Context, Decimal, DivisionByZero, InvalidOperation, Overflow

from parsers.terraform.faults import EvaluationError, RefusalError
from parsers.terraform.limits import MAX_EXPONENT

BITS = 512
"""The mantissa of a number that is written down or read from text."""
INTEGER_BITS = 64
"""The mantissa of a number that Terraform has counted."""

NUMBERS = Context(
    prec=2_500,
    rounding=ROUND_HALF_EVEN,
    Emax=10 * MAX_EXPONENT,
    Emin=-10 * MAX_EXPONENT,
    traps=[DivisionByZero, InvalidOperation, Overflow],
)
"""Enough digits for the exact sum and product of two numbers; ``nearest`` rounds them to what Terraform keeps."""
_EXACT = Context(prec=20_000, Emax=999_999, Emin=-999_999)
_NUMERAL = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:(?P<base>[eEpP])(?P<exponent>[+-]?\d+))?"
_INFINITY = r"[+-]?[iI]nf"
_LONGEST = 5_000


class Number(Decimal):
    """A number whose mantissa has other than 512 bits, as counted ones and those of floating point functions have."""

    __slots__ = ("bits",)
    bits: int


def bits_of(amount: Decimal) -> int:
    """The mantissa of a number."""
    return amount.bits if isinstance(amount, Number) else BITS


def nearest(amount: Decimal, bits: int = BITS) -> Decimal:
    """The number of so many bits that is nearest to an amount. Raises RefusalError beyond what is computed with."""
    if not amount.is_finite():
        if amount.is_nan():
            raise RefusalError("a number that is none")
        return amount
    if amount and abs(amount.adjusted()) >= MAX_EXPONENT:
        raise RefusalError("a number too large to compute with")
    top, bottom = amount.as_integer_ratio()
    if top.bit_length() > bits or bottom & (bottom - 1):
        amount = _quotient(top, bottom, bits)
    if bits == BITS:
        return Decimal(amount)
    found = Number(amount)
    found.bits = bits
    return found


def _quotient(top: int, bottom: int, bits: int) -> Decimal:
    """A fraction rounded to so many bits, half to even."""
    size = abs(top)
    exponent = size.bit_length() - bottom.bit_length() - bits
    while True:
        over, under = (size, bottom << exponent) if exponent >= 0 else (size << -exponent, bottom)
        mantissa, rest = divmod(over, under)
        if mantissa.bit_length() <= bits:
            break
        exponent += 1
    if 2 * rest > under or (2 * rest == under and mantissa & 1):
        mantissa += 1
    return _scaled(-mantissa if top < 0 else mantissa, exponent)


def _scaled(mantissa: int, exponent: int) -> Decimal:
    """``mantissa * 2 ** exponent``, exactly."""
    if exponent >= 0:
        return Decimal(mantissa << exponent)
    return Decimal(mantissa * 5**-exponent).scaleb(exponent, _EXACT)


def parse(content: str) -> Decimal | None:
    """The number that a string holds (Go, big.ParseFloat with base 10), or None.

    Raises RefusalError for one that is too long or too large.
    """
    if re.fullmatch(_INFINITY, content):
        return Decimal("-Infinity" if content[0] == "-" else "Infinity")
    found = re.fullmatch(_NUMERAL, content, re.ASCII)
    if found is None:
        return None
    if len(content) > _LONGEST:
        raise RefusalError("a number with too many digits")
    base, exponent = found["base"], found["exponent"]
    if base is None or base in "eE":
        return nearest(Decimal(content))
    if abs(int(exponent)) > 4 * MAX_EXPONENT:
        raise RefusalError("a number too large to compute with")
    digits = Decimal(content[: found.start("base")])
    return nearest(_EXACT.multiply(digits, _scaled(1, int(exponent))))


def negative(amount: Decimal) -> Decimal:
    """``-amount``; the negative of nought is one that shows its sign, as in Go."""
    return nearest(amount.copy_negate(), bits_of(amount))


def add(left: Decimal, right: Decimal) -> Decimal:
    """``left + right``. Raises EvaluationError for opposed infinities."""
    if left.is_infinite() and right.is_infinite() and left != right:
        raise EvaluationError("can't compute sum of opposing infinities")
    return nearest(NUMBERS.add(left, right), max(bits_of(left), bits_of(right)))


def subtract(left: Decimal, right: Decimal) -> Decimal:
    """``left - right``. Raises EvaluationError for infinity minus infinity."""
    if left.is_infinite() and left == right:
        raise EvaluationError("can't subtract infinity from itself")
    return add(left, negative(right))


def multiply(left: Decimal, right: Decimal) -> Decimal:
    """``left * right``. Raises EvaluationError for nought times infinity."""
    if (left.is_infinite() or right.is_infinite()) and not (left and right):
        raise EvaluationError("can't multiply zero by infinity")
    product = nearest(NUMBERS.multiply(left, right))
    bits = max(bits_of(left), bits_of(right))
    if bits == BITS or product.is_infinite():
        return product
    return nearest(product, max(bits, _needed(product)))


def _needed(amount: Decimal) -> int:
    """The bits of the mantissa without the zeros at its end."""
    top = abs(amount.as_integer_ratio()[0])
    return (top >> (top & -top).bit_length() - 1).bit_length() if top else 0


def divide(left: Decimal, right: Decimal) -> Decimal:
    """``left / right``; by nought it is infinite. Raises EvaluationError where it means nothing."""
    if (not left and not right) or (left.is_infinite() and right.is_infinite()):
        raise EvaluationError("can't divide zero by zero or infinity by infinity")
    negated = left.is_signed() != right.is_signed()
    if left.is_infinite() or not right:
        return Decimal("-Infinity" if negated else "Infinity")
    bits = max(bits_of(left), bits_of(right))
    if right.is_infinite() or not left:
        return nearest(Decimal("-0" if negated else "0"), bits)
    (top, bottom), (over, under) = left.as_integer_ratio(), right.as_integer_ratio()
    sign = -1 if negated else 1
    return nearest(_quotient(sign * abs(top * under), bottom * abs(over), bits), bits)


def remainder(left: Decimal, right: Decimal) -> Decimal:
    """``left % right``, with the sign of the left: what is left over a division towards nought."""
    if left.is_infinite() or right.is_infinite():
        raise EvaluationError("can't use modulo with zero and infinity")
    if not right:
        return left
    whole = nearest(Decimal(int(divide(left, right))), bits_of(left))
    taken = nearest(NUMBERS.multiply(whole, right), bits_of(left))
    return nearest(NUMBERS.subtract(left, taken), bits_of(left))


def same_number(left: Decimal, right: Decimal) -> bool:
    """Whether ``left == right``: fractions are the same if they are shown alike (go-cty, rawNumberEqual)."""
    if left == right:
        return True
    if left.is_infinite() or right.is_infinite() or left.is_signed() != right.is_signed():
        return False
    if bits_of(left) == bits_of(right):  # then no two numbers are shown alike
        return False
    if 1 in (left.as_integer_ratio()[1], right.as_integer_ratio()[1]):
        return False
    return number_text(left) == number_text(right)


def number_text(amount: Decimal) -> str:
    """A number as Terraform shows it: the shortest text that means it, never with an exponent."""
    if amount.is_infinite():
        return "-Inf" if amount.is_signed() else "+Inf"
    bits = bits_of(amount)
    top, bottom = nearest(amount, bits).as_integer_ratio()
    if bottom == 1 and top.bit_length() <= bits:
        return "-0" if not top and amount.is_signed() else str(top)
    digits, point = _shortest(abs(top), bottom, bits)
    if point <= 0:
        shown = "0." + "0" * -point + digits
    elif point >= len(digits):
        shown = digits + "0" * (point - len(digits))
    else:
        shown = f"{digits[:point]}.{digits[point:]}"
    return f"-{shown}" if top < 0 else shown


def _shortest(top: int, bottom: int, bits: int) -> tuple[str, int]:
    """The fewest digits that are read back as the same number, and where the point is in them (Go, roundShortest)."""
    shift = top.bit_length() - bits - 1
    mantissa = top >> shift if shift >= 0 else top << -shift
    exponent = shift - (bottom.bit_length() - 1)
    (digits, point), (lower, _), (upper, _) = (_digits(mantissa + step, exponent) for step in (0, -1, 1))
    inclusive = not mantissa & 2
    for at, digit in enumerate(digits):
        below, above = lower[at : at + 1] or "0", upper[at : at + 1] or "0"
        down = below != digit or (inclusive and at + 1 == len(lower))
        up = digit != above and (inclusive or ord(digit) + 1 < ord(above) or at + 1 < len(upper))
        if down or up:
            if down and up:
                up = _rounds_up(digits, at + 1)
            return _cut(digits, point, at + 1, up=up)
    return digits, point


def _digits(mantissa: int, exponent: int) -> tuple[str, int]:
    """The digits of ``mantissa * 2 ** exponent`` without noughts around them, and where the point is in them."""
    amount = _scaled(mantissa, exponent).as_tuple()
    digits = "".join(map(str, amount.digits)).lstrip("0")
    return digits.rstrip("0"), len(digits) + int(amount.exponent)


def _rounds_up(digits: str, count: int) -> bool:
    if count >= len(digits):
        return False
    if digits[count:] == "5":
        return int(digits[count - 1]) % 2 == 1
    return digits[count] >= "5"


def _cut(digits: str, point: int, count: int, *, up: bool) -> tuple[str, int]:
    if count >= len(digits):
        return digits, point
    kept = digits[:count]
    if up:
        kept = kept.rstrip("9")
        if not kept:
            return "1", point + 1
        kept = kept[:-1] + chr(ord(kept[-1]) + 1)
    return kept.rstrip("0"), point
