"""Lines of styled text broken at a width: between words, under a hanging indent; inside a word only if need be."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

Part = tuple[str, str]
"""A text and its style."""

NARROWEST = 20
"""No terminal is taken to be narrower: at one column a character nothing could be read."""

_WORDS = re.compile(r" +|[^ ]+")
_GOOD_ENDS = "/?&=,;:._-"
"""After these a long word is broken rather than elsewhere: it is mostly a URL, an ARN or an address."""


def cells(text: str) -> int:
    """Columns that a terminal gives to the text."""
    return len(text) if text.isascii() else sum(map(_cell, text))


def _cell(char: str) -> int:
    if unicodedata.category(char) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def wrapped(parts: Iterable[Part], width: int) -> Iterator[list[Part]]:
    """The line as lines of at most ``width`` columns. What follows the first is indented two more than that."""
    kept = [part for part in parts if part[0]]
    if sum(cells(text) for text, _ in kept) <= width:
        yield kept
        return
    text = "".join(text for text, _ in kept)
    width = max(width, NARROWEST)
    indent = min(len(text) - len(text.lstrip(" ")), width // 2 - 2)
    yield from _Breaker(width, indent).lines(kept)


class _Breaker:
    """The line that is being filled: its parts, its columns, and the blanks that stand before the next word."""

    def __init__(self, width: int, indent: int) -> None:
        self._width = width
        self._hang = indent + 2
        self._line: list[Part] = [(" " * indent, "")] if indent else []
        self._column = indent
        self._blanks = 0

    def lines(self, parts: Iterable[Part]) -> Iterator[list[Part]]:
        started = False
        for text, style in parts:
            for word in _WORDS.findall(text):
                if word[0] == " ":
                    self._blanks += len(word) if started else 0
                else:
                    started = True
                    yield from self._word(word, style)
        yield self._line

    def _word(self, word: str, style: str) -> Iterator[list[Part]]:
        if self._column + self._blanks + cells(word) <= self._width:
            self._put(word, style)
            return
        fits_below = cells(word) <= self._width - self._hang
        room = self._width - self._column - self._blanks
        if self._column > self._hang and (fits_below or room < self._width // 3):
            yield self._next()
        while cells(word) > (room := self._width - self._column - self._blanks):
            head, word = _cut(word, max(room, 2))
            self._put(head, style)
            yield self._next()
        self._put(word, style)

    def _put(self, text: str, style: str) -> None:
        if self._blanks:
            self._line.append((" " * self._blanks, ""))
        self._line.append((text, style))
        self._column += self._blanks + cells(text)
        self._blanks = 0

    def _next(self) -> list[Part]:
        full, self._line = self._line, [(" " * self._hang, "")]
        self._column, self._blanks = self._hang, 0
        return full


def _cut(word: str, room: int) -> tuple[str, str]:
    """As much of a word as fits, up to a good place to break it if there is one in the last third."""
    fits, columns = 0, 0
    for char in word:
        columns += _cell(char)
        if columns > room:
            break
        fits += 1
    fits = max(fits, 1)
    good = max(word.rfind(char, fits * 2 // 3, fits) for char in _GOOD_ENDS) + 1
    fits = good or fits
    return word[:fits], word[fits:]
