"""The items of a list literal and the entries of an object literal, with what stands between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from parsers.terraform.scan import ScanError
from parsers.terraform.templates import TemplateError, unescape
from parsers.terraform.tokens import NAME, NEWLINE, STRING, Token, tokens_of

_OPENING = frozenset({"LPAR", "LSQB", "LBRACE"})
_CLOSING = frozenset({"RPAR", "RSQB", "RBRACE"})


class NoLiteralError(Exception):
    """The text is no list or object that is written out, so it has no members to edit."""


@dataclass(frozen=True, slots=True)
class Member:
    """An item, or an entry with its key; ``comma`` is the offset of the one behind it."""

    start: int
    end: int
    comma: int | None
    key: str | None = None
    sign: str = ""
    value: int = 0
    """Where its value begins: of an item, where it begins itself."""

    @property
    def stop(self) -> int:
        """Behind the member and its comma."""
        return self.end if self.comma is None else self.comma + 1


@dataclass(frozen=True, slots=True)
class Members:
    """All members between two brackets; ``opened`` is behind the first bracket, ``closed`` before the last."""

    opened: int
    closed: int
    members: tuple[Member, ...]
    is_object: bool


def members_of(text: str, start: int, end: int) -> Members:
    """The members of the list or object between two offsets. Raises NoLiteralError."""
    try:
        tokens = tokens_of(text, start, end)
    except ScanError as error:
        raise NoLiteralError(error.message) from error
    if len(tokens) < 2 or tokens[0].type not in ("LSQB", "LBRACE") or tokens[1].type == "FOR":
        raise NoLiteralError("this is no list and no object")
    is_object = tokens[0].type == "LBRACE"
    found: list[Member] = []
    current: list[Token] = []
    depth = 1
    for place, token in enumerate(tokens[1:], 1):
        depth += (token.type in _OPENING) - (token.type in _CLOSING)
        if depth == 0:
            if place != len(tokens) - 1:
                raise NoLiteralError("something is done to this list or object")
            if current:
                found.append(_member(current, None, is_object))
        elif depth == 1 and (token.type == "COMMA" or (is_object and token.type == NEWLINE)):
            if current:
                found.append(_member(current, token.start if token.type == "COMMA" else None, is_object))
            current = []
        else:
            current.append(token)
    return Members(tokens[0].end, tokens[-1].start, tuple(found), is_object)


def _member(tokens: Sequence[Token], comma: int | None, is_object: bool) -> Member:
    start, end = tokens[0].start, tokens[-1].end
    if not is_object:
        return Member(start, end, comma, value=start)
    depth = 0
    for place, token in enumerate(tokens):
        depth += (token.type in _OPENING) - (token.type in _CLOSING)
        if depth == 0 and token.type in ("EQ", "COLON") and place < len(tokens) - 1:
            return Member(start, end, comma, _key(tokens[:place]), token.text, tokens[place + 1].start)
    raise NoLiteralError("an entry has no value")


def _key(tokens: Sequence[Token]) -> str | None:
    """The key as text; None for one that is computed."""
    if len(tokens) != 1:
        return None
    word = tokens[0]
    if word.type == NAME:
        return word.text
    if word.type != STRING or "${" in word.text or "%{" in word.text:
        return None
    try:
        return unescape(word.text[1:-1])
    except TemplateError:
        return None
