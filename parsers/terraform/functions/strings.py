"""Functions of strings (terraform/internal/lang/funcs/string.go, go-cty function/stdlib/string.go)."""

from __future__ import annotations

import re
from collections.abc import Callable

from parsers.terraform.access import join_text
from parsers.terraform.functions.arguments import whole
from parsers.terraform.functions.graphemes import graphemes
from parsers.terraform.functions.registry import function
from parsers.terraform.limits import MAX_TEXT
from parsers.terraform.values import (
    BOOL,
    NUMBER,
    STRING,
    EvaluationError,
    RefusalError,
    Type,
    Unresolved,
    Value,
    list_of,
    refined,
    text,
    truth,
    unknown,
)

STRINGS = Type("list", STRING)
_SPACE = (
    "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)
"""What Go takes for space."""


def _mapped(value: Value, change: Callable[[str], str]) -> Value:
    """A change of letter case, which what is known of an unknown goes through as well."""
    unresolved = value.unresolved
    if unresolved is None:
        return text(change(value.text))
    prefix, suffix = (part if part.isascii() else "" for part in (unresolved.prefix, unresolved.suffix))
    identity = None if unresolved.identity is None else (change.__name__, unresolved.identity)
    return unknown(
        unresolved.reason, STRING, prefix=change(prefix), suffix=change(suffix), identity=identity, not_null=True
    )


def _letter(char: str, changed: str) -> str:
    """Letter by letter, as Go does it: what would become several letters stays."""
    return changed if len(changed) == 1 else char


def _upper(content: str) -> str:
    return "".join(_letter(char, char.upper()) for char in content)


def _lower(content: str) -> str:
    return "".join("i" if char == "\u0130" else _letter(char, char.lower()) for char in content)


@function("lower", STRING, deep=False, shallow=False, gives=STRING)
def lower(value: Value) -> Value:
    return _mapped(value, _lower)


@function("upper", STRING, deep=False, shallow=False, gives=STRING)
def upper(value: Value) -> Value:
    return _mapped(value, _upper)


def _separates(char: str) -> bool:
    """Whether a word begins behind the character (Go, strings.isSeparator)."""
    if char.isascii():
        return not (char.isalnum() or char == "_")
    return char in _SPACE


@function("title", STRING, gives=STRING)
def title(value: Value) -> Value:
    content = value.text
    return text(
        "".join(
            _letter(char, char.title()) if before is None or _separates(before) else char
            for before, char in zip([None, *content], content, strict=False)
        )
    )


@function("trimspace", STRING, gives=STRING)
def trimspace(value: Value) -> Value:
    return text(value.text.strip(_SPACE))


@function("trim", STRING, STRING, gives=STRING)
def trim(value: Value, cut: Value) -> Value:
    return text(value.text.strip(cut.text) if cut.text else value.text)


@function("trimprefix", STRING, STRING, gives=STRING)
def trimprefix(value: Value, prefix: Value) -> Value:
    return text(value.text.removeprefix(prefix.text))


@function("trimsuffix", STRING, STRING, gives=STRING)
def trimsuffix(value: Value, suffix: Value) -> Value:
    return text(value.text.removesuffix(suffix.text))


@function("chomp", STRING, gives=STRING)
def chomp(value: Value) -> Value:
    return text(re.sub(r"(?:\r\n?|\n)+\Z", "", value.text))


@function("indent", NUMBER, STRING, gives=STRING)
def indent(spaces: Value, value: Value) -> Value:
    count = whole(spaces)
    if count < 0:
        raise RefusalError("a negative indentation stops Terraform itself")
    if count > MAX_TEXT or value.text.count("\n") * count > MAX_TEXT:
        raise RefusalError("an indentation that makes the string too long")
    return text(value.text.replace("\n", "\n" + " " * count))


@function("strrev", STRING, gives=STRING)
def strrev(value: Value) -> Value:
    return text("".join(reversed(graphemes(value.text))))


@function("startswith", STRING, STRING, deep=False, shallow=False, gives=BOOL)
def startswith(value: Value, prefix: Value) -> Value:
    return _edge(value, prefix, str.startswith, "prefix")


@function("endswith", STRING, STRING, deep=False, shallow=False, gives=BOOL)
def endswith(value: Value, suffix: Value) -> Value:
    if value.unresolved is not None and suffix.data == "":
        return unknown(value.unresolved.reason, BOOL, not_null=True)
    return _edge(value, suffix, str.endswith, "suffix")


def _edge(value: Value, edge: Value, test: Callable[[str, str], bool], known: str) -> Value:
    if edge.unresolved is not None:
        return unknown(edge.unresolved.reason, BOOL, not_null=True)
    if value.unresolved is None:
        return truth(test(value.text, edge.text))
    certain: str = getattr(value.unresolved, known)
    if test(certain, edge.text):
        return truth(True)
    if not test(edge.text, certain):
        return truth(False)
    return unknown(value.unresolved.reason, BOOL, not_null=True)


@function("strcontains", STRING, STRING, gives=BOOL)
def strcontains(value: Value, part: Value) -> Value:
    return truth(part.text in value.text)


@function("substr", STRING, NUMBER, NUMBER, gives=STRING)
def substr(value: Value, offset: Value, length: Value) -> Value:
    start, count = whole(offset), whole(length)
    characters = graphemes(value.text)
    if start < 0:
        start = max(0, len(characters) + start)
        count = count or -1  # no length at all, counted from the end, is all the rest to Terraform
    return text("".join(characters[start : None if count < 0 else start + count]))


@function("split", STRING, STRING, gives=STRINGS)
def split(separator: Value, value: Value) -> Value:
    parts = value.text.split(separator.text) if separator.text else list(value.text)
    return list_of(STRING, (text(part) for part in parts))


@function("join", STRING, rest=STRINGS, deep=False, gives=STRING)
def join(separator: Value, *lists: Value) -> Value:
    if not lists:
        raise EvaluationError("join needs at least one list")
    pieces: list[str | Unresolved] = []
    for member in (member for each in lists for member in each.members):
        if member.is_null:
            raise EvaluationError("join cannot take null")
        if pieces:
            pieces.append(separator.text)
        pieces.append(member.unresolved if member.unresolved is not None else member.text)
    if sum(len(piece) for piece in pieces if isinstance(piece, str)) > MAX_TEXT:
        raise RefusalError(f"a string of more than {MAX_TEXT:,} characters")
    if len(pieces) == 1 and isinstance(pieces[0], Unresolved):
        return refined(Value(STRING, pieces[0]), not_null=True)
    return join_text(pieces)
