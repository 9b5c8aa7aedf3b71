"""How variables of the Serverless Framework are written: where one starts and ends, and what is between its commas;
and where a value stands that comes of another file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from drift.location import Location
from parsers.document import Node, Place

MAX_LENGTH = 2000
"""Characters of one variable."""

_VARIABLE = re.compile(r"\s*[A-Za-z][\w-]*(?:\.[\w-]+)*\s*(?:\(|:(?!:))")
"""The start of what stands between the braces: a source, and not the ``AWS::Region`` of ``Fn::Sub``."""


@dataclass(slots=True, eq=False)
class PlacedIn(Place):
    """A place in another file than the one that is read."""

    path: str

    def location(self, path: str) -> Location:
        return Location(self.path, self.line, max(self.line, self.end_line), self.column)


@dataclass(frozen=True, slots=True)
class Found:
    """A value and the file in which it stands."""

    node: Node
    path: str


@dataclass(frozen=True, slots=True)
class Missing:
    """The source has no such value: what is behind the comma counts."""


def variable_parts(text: str) -> Iterator[tuple[str, bool]]:
    """The literal parts of a text, and what stands between the braces of each variable of the framework in it."""
    start = at = 0
    while (begin := text.find("${", at)) >= 0:
        end = _end(text, begin + 2)
        if end is None:
            break
        inner = text[begin + 2 : end]
        if _VARIABLE.match(inner):
            if begin > start:
                yield text[start:begin], False
            yield inner, True
            start = at = end + 1
        else:
            at = begin + 2
    if start < len(text) or not text:
        yield text[start:], False


def _end(text: str, at: int) -> int | None:
    """Where the variable that starts here is closed."""
    depth = 1
    for index in range(at, min(len(text), at + MAX_LENGTH)):
        if text[index] == "{":
            depth += 1
        elif text[index] == "}":
            depth -= 1
            if depth == 0:
                return index
    return None


def fallback_choices(inner: str) -> Iterator[str]:
    """What stands between the commas that are not in quotes or brackets."""
    quote, depth, start = "", 0, 0
    for index, letter in enumerate(inner):
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "'\"":
            quote = letter
        elif letter in "({":
            depth += 1
        elif letter in ")}":
            depth -= 1
        elif letter == "," and depth == 0:
            yield inner[start:index].strip()
            start = index + 1
    yield inner[start:].strip()
