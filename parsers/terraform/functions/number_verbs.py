"""Numbers as Go's ``fmt`` writes them (math/big, Int.Format and Float.Format): every flag, width and precision."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Context, Decimal

from parsers.terraform.values import EvaluationError, number_text

_BASES = {"b": ("b", "0b"), "o": ("o", "0"), "x": ("x", "0x"), "X": ("X", "0X"), "d": ("d", "")}
_SHORTEST_PRECISION = 6
"""What ``%g`` goes by, if no precision is given, to choose between its two forms."""


def _sign(negative: bool, flags: str) -> str:
    return "-" if negative else "+" if "+" in flags else " " if " " in flags else ""


def integer_text(amount: Decimal, verb: str, flags: str, width: int | None, precision: int | None) -> str:
    """A whole number in a base. Raises EvaluationError for another."""
    if not amount.is_finite() or amount != amount.to_integral_value():
        raise EvaluationError(f"format: %{verb} needs a whole number")
    base, mark = _BASES[verb]
    prefix = mark if "#" in flags else ""
    digits = format(abs(int(amount)), base)
    if precision == 0 and digits == "0":
        return ""
    noughts = max(0, (precision or 0) - len(digits))
    sign = _sign(amount < 0, flags)
    missing = (width or 0) - len(sign) - len(prefix) - noughts - len(digits)
    if missing > 0 and "-" not in flags and "0" in flags and precision is None:
        noughts += missing
    shown = f"{sign}{prefix}{'0' * noughts}{digits}"
    return shown.ljust(width or 0) if "-" in flags else shown.rjust(width or 0)


def floating_text(amount: Decimal, verb: str, flags: str, width: int | None, precision: int | None) -> str:
    """A number with ``%e``, ``%f`` or ``%g``."""
    if amount.is_infinite():
        shown, sign = "Inf", _sign(amount < 0, flags) or "+"
        return (sign + shown).ljust(width or 0) if "-" in flags else (sign + shown).rjust(width or 0)
    sign = _sign(amount.is_signed(), flags)
    size = amount.copy_abs()
    if verb in "gG":
        shown = _general(size, precision, verb)
    else:
        places = 6 if precision is None else precision
        shown = _fixed(size, places) if verb == "f" else _scientific(*_digits(size, places + 1), places, verb)
    missing = max(0, (width or 0) - len(sign) - len(shown))
    if "0" in flags:
        return sign + "0" * missing + shown
    return sign + shown + " " * missing if "-" in flags else " " * missing + sign + shown


def shortest_text(amount: Decimal) -> str:
    """A number with ``%v``: in the form of ``%g``, with all of its digits."""
    if amount.is_infinite():
        return "-Inf" if amount < 0 else "+Inf"
    return ("-" if amount.is_signed() else "") + _general(amount.copy_abs(), None, "g", number_text(amount))


def _fixed(size: Decimal, places: int) -> str:
    context = Context(prec=max(1, size.adjusted() + 1) + places + 30, Emax=999_999, Emin=-999_999)
    return format(size.quantize(Decimal(1).scaleb(-places, context), ROUND_HALF_EVEN, context), "f")


def _digits(size: Decimal, count: int) -> tuple[str, int]:
    """So many digits of a number, and its exponent."""
    if not size:
        return "0" * count, 0
    rounded = Context(prec=count, rounding=ROUND_HALF_EVEN, Emax=999_999, Emin=-999_999).plus(size)
    return "".join(map(str, rounded.as_tuple().digits)).ljust(count, "0")[:count], rounded.adjusted()


def _scientific(digits: str, exponent: int, places: int, verb: str) -> str:
    mantissa = digits[0] + ("." + digits[1:].ljust(places, "0") if places > 0 else "")
    return f"{mantissa}{'e' if verb in 'eg' else 'E'}{'-' if exponent < 0 else '+'}{abs(exponent):02d}"


def _general(size: Decimal, precision: int | None, verb: str, shown: str | None = None) -> str:
    """``%g``: the scientific form for very large and very small numbers, no noughts at the end."""
    if precision is None:
        whole, _, fraction = (shown or number_text(size)).lstrip("-").partition(".")
        plain = (whole + fraction).lstrip("0")
        exponent = len(whole) - 1 if whole.strip("0") else len(plain) - len(fraction) - 1
        digits, limit = plain.rstrip("0"), _SHORTEST_PRECISION
    else:
        wanted = precision or 1
        digits, exponent = _digits(size, wanted)
        digits = digits.rstrip("0")
        limit = len(digits) if wanted > len(digits) >= exponent + 1 else wanted
    if not digits:
        return "0"
    if exponent < -4 or exponent >= limit:
        return _scientific(digits, exponent, len(digits) - 1, verb)
    if exponent < 0:
        return "0." + "0" * (-exponent - 1) + digits
    whole, fraction = digits[: exponent + 1].ljust(exponent + 1, "0"), digits[exponent + 1 :]
    return f"{whole}.{fraction}" if fraction else whole
