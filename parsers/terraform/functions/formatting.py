"""``format`` and ``formatlist``: Go's verbs over Terraform's values (go-cty function/stdlib/format.go)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from parsers.terraform.access import join_text
from parsers.terraform.convert import convert, to_text
from parsers.terraform.functions.graphemes import graphemes
from parsers.terraform.functions.json_text import encode_json
from parsers.terraform.functions.number_verbs import floating_text, integer_text, shortest_text
from parsers.terraform.functions.registry import function
from parsers.terraform.limits import MAX_TEXT
from parsers.terraform.values import (
    ANY,
    BOOL,
    NUMBER,
    STRING,
    EvaluationError,
    RefusalError,
    Type,
    Unresolved,
    Value,
    first_unknown,
    list_of,
    text,
    unknown,
)

_VERB = re.compile(
    r"%(?P<flags>[-+ #0]*)(?P<width>[1-9][0-9]*)?(?:\.(?P<precision>[0-9]*))?(?:\[(?P<index>[0-9]+)\])?"
    r"(?P<verb>[A-Za-z])"
)
_STRINGS = Type("list", STRING)


@dataclass(frozen=True, slots=True)
class Verb:
    """One verb of a template, such as ``%-5.2f``."""

    letter: str
    flags: str
    width: int | None
    precision: int | None

    def padded(self, shown: str) -> str:
        """The text filled up to the width, by noughts too, and at the end too (as it is with go-cty's own verbs)."""
        missing = (self.width or 0) - len(graphemes(shown))
        filler = ("0" if "0" in self.flags else " ") * missing
        return shown + filler if "-" in self.flags else filler + shown


@function("format", STRING, rest=ANY, deep=False, shallow=False, nulls=True, gives=STRING)
def format_(template: Value, *args: Value) -> Value:
    if template.is_null:
        raise EvaluationError("format cannot take null for its template")
    kind = ANY if any(arg.type.kind == "any" for arg in args) else STRING
    if template.unresolved is not None:
        return unknown(template.unresolved.reason, kind)
    opened = next((found for found in map(first_unknown, args) if found is not None), None)
    if opened is None and kind == ANY:
        opened = Unresolved("format() of null, whose type is not known, is only known after apply")
    if opened is None:
        return format_text(template.text, list(args))
    try:
        found = format_text(template.text, list(args))
    except EvaluationError:
        found = unknown(opened.reason, STRING, prefix=template.text.partition("%")[0])
    left = found.unresolved or opened
    return unknown(left.reason, kind, prefix=left.prefix, suffix=left.suffix, identity=left.identity, not_null=True)


@function("formatlist", STRING, rest=ANY, deep=False, shallow=False, nulls=True, gives=_STRINGS)
def formatlist(template: Value, *args: Value) -> Value:
    if template.is_null:
        raise EvaluationError("formatlist cannot take null for its template")
    for arg in args:
        if arg.type.kind == "any":
            opened = arg.unresolved
            return unknown(opened.reason if opened else "formatlist() of null is only known after apply")
    if template.unresolved is not None:
        return unknown(template.unresolved.reason, _STRINGS)
    if not args:
        return list_of(STRING, [format_text(template.text, [])])
    lists = [arg for arg in args if arg.type.kind in ("list", "set", "tuple") and not arg.is_null]
    opened = next((arg.unresolved for arg in lists if arg.unresolved is not None), None)
    for arg in lists:
        inner = first_unknown(arg) if arg.type.kind == "set" and len(arg.members) > 1 else None
        opened = opened or inner
    lengths = (arg.type.items if arg.type.kind == "tuple" else arg.members for arg in lists if _has_length(arg))
    if len(set(map(len, lengths))) > 1:
        raise EvaluationError("formatlist needs lists of one length")
    if opened is not None:
        return unknown(opened.reason, _STRINGS, not_null=True)
    count = len(lists[0].members) if lists else 1
    rows = ([_at(arg, row) for arg in args] for row in range(count))
    return list_of(STRING, [format_(template, *row) for row in rows])


def _has_length(arg: Value) -> bool:
    return arg.type.kind == "tuple" or arg.unresolved is None


def _at(arg: Value, row: int) -> Value:
    """An argument of one row; a null in a list of lists has the type of the row."""
    if not isinstance(arg.data, tuple):
        return arg
    member = arg.members[row]
    return Value(STRING, None) if member.is_null and member.type.kind == "any" else member


def format_text(template: str, args: list[Value]) -> Value:
    """The template with its verbs replaced; unknown arguments leave the text before and after them."""
    pieces: list[str | Unresolved] = []
    position = following = highest = length = 0
    while (start := template.find("%", position)) >= 0:
        pieces.append(template[position:start])
        if template.startswith("%%", start):
            pieces.append("%")
            position = start + 2
            continue
        found = _VERB.match(template, start)
        if found is None:
            raise EvaluationError("format has a verb that is not valid")
        position = found.end()
        place = int(found["index"][:10]) if found["index"] else following + 1
        if not 1 <= place <= len(args):
            raise EvaluationError("format has fewer arguments than verbs")
        following, highest = place, max(highest, place)
        pieces.append(_shown(_verb(found), args[place - 1]))
        length += sum(len(piece) for piece in pieces[-2:] if isinstance(piece, str))
        if length > MAX_TEXT:
            raise RefusalError(f"a string of more than {MAX_TEXT:,} characters")
    if highest < len(args):
        raise EvaluationError("format has more arguments than verbs")
    return join_text([piece for piece in [*pieces, template[position:]] if piece != ""])


def _verb(found: re.Match[str]) -> Verb:
    width, precision = found["width"], found["precision"]
    for size in (width, precision):
        if size is not None and (len(size) > 7 or int(size or 0) > MAX_TEXT):
            raise RefusalError(f"format with a width or precision of more than {MAX_TEXT:,}")
    return Verb(
        found["verb"],
        found["flags"],
        int(width) if width else None,
        int(precision or 0) if precision is not None else None,
    )


def _shown(verb: Verb, value: Value) -> str | Unresolved:
    opened = first_unknown(value)
    if opened is not None:
        plain = verb.letter in "sv" and verb.width is None and verb.precision is None and "#" not in verb.flags
        return opened if plain and value.type.kind == "string" else Unresolved(opened.reason)
    letter = verb.letter
    if letter == "v":
        return verb.padded(_as_is(verb, value))
    if value.is_null:
        raise EvaluationError(f"format: %{letter} cannot take null")
    if letter == "t":
        return "true" if convert(value, BOOL).truth else "false"
    if letter in "bdoxX":
        return integer_text(convert(value, NUMBER).number, letter, verb.flags, verb.width, verb.precision)
    if letter in "eEfgG":
        return floating_text(convert(value, NUMBER).number, letter, verb.flags, verb.width, verb.precision)
    if letter in "sq":
        shown = to_text(value).text
        if verb.precision:
            shown = "".join(graphemes(shown)[: verb.precision])
        return verb.padded(shown if letter == "s" else encode_json(text(shown)))
    raise EvaluationError(f"format has no verb %{letter}")


def _as_is(verb: Verb, value: Value) -> str:
    if "#" not in verb.flags and not value.is_null:
        if value.type == STRING:
            return value.text
        if value.type == NUMBER:
            return shortest_text(value.number)
    return encode_json(value)
