"""``format``: Go's verbs over Terraform's values (go-cty function/stdlib/format.go)."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_EVEN, Decimal

from parsers.terraform.access import join_text
from parsers.terraform.convert import convert, to_text
from parsers.terraform.functions.encoding import encode_json
from parsers.terraform.values import (
    BOOL,
    NUMBER,
    EvaluationError,
    RefusalError,
    Unresolved,
    Value,
    first_unknown,
    number_text,
)

_VERB = re.compile(
    r"%(?P<flags>[-+ #0]*)(?P<width>\d{0,4})(?:\.(?P<precision>\d{0,3}))?(?:\[(?P<index>\d{1,3})\])?(?P<verb>.)", re.S
)


def format_text(template: str, args: list[Value]) -> Value:
    """The template with its verbs replaced; unknown arguments leave the text before and after them."""
    pieces: list[str | Unresolved] = []
    position = used = 0
    for found in _VERB.finditer(template):
        pieces.append(template[position : found.start()])
        position = found.end()
        if found["verb"] == "%":
            pieces.append("%")
            continue
        if found["index"]:
            used = int(found["index"]) - 1
        if used >= len(args) or used < 0:
            raise EvaluationError("format has fewer arguments than verbs")
        pieces.append(_shown(found, args[used]))
        used += 1
    rest = template[position:]
    if used < len(args) and "[" not in template:
        raise EvaluationError("format has more arguments than verbs")
    if "%" in rest:
        raise EvaluationError("format has a verb that is not finished")
    return join_text([piece for piece in [*pieces, rest] if piece != ""])


def _shown(found: re.Match[str], value: Value) -> str | Unresolved:
    opened = first_unknown(value)
    if opened is not None:
        return (
            opened
            if value.unresolved is not None and found["verb"] in "sv" and not found["width"]
            else Unresolved(opened.reason)
        )
    verb, flags, width = found["verb"], found["flags"], int(found["width"] or 0)
    if verb in "sv" and (verb == "v" or value.type.kind in ("string", "number", "bool")):
        shown = _plain(value, verb)
        if found["precision"]:
            shown = shown[: int(found["precision"])]
    elif verb == "q":
        shown = encode_json(to_text(value))
    elif verb == "t":
        shown = "true" if convert(value, BOOL).truth else "false"
    elif verb in "df":
        amount = convert(value, NUMBER).number
        if verb == "d" and amount != int(amount):
            raise RefusalError("%d of a number that is not whole is not evaluated")
        shown = _number(amount, verb, found["precision"], flags)
        if "0" in flags and "-" not in flags:
            sign = shown[0] if shown[0] in "+-" else ""
            return sign + shown[len(sign) :].rjust(width - len(sign), "0")
    elif verb == "s":
        raise EvaluationError("format: %s needs a string")
    else:
        raise RefusalError(f"the verb %{verb} of format is not evaluated")
    return shown.ljust(width) if "-" in flags else shown.rjust(width)


def _plain(value: Value, verb: str) -> str:
    if value.is_null:
        if verb == "s":
            raise EvaluationError("format: %s cannot take null")
        raise RefusalError("%v of null is not evaluated")
    if value.type.kind in ("string", "number", "bool"):
        return to_text(value).text
    return encode_json(value)


def _number(amount: Decimal, verb: str, precision: str | None, flags: str) -> str:
    if verb == "d":
        shown = number_text(Decimal(int(amount)))
    else:
        places = int(precision) if precision else 6
        shown = format(amount.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_EVEN), "f")
    return "+" + shown if "+" in flags and amount >= 0 else shown
