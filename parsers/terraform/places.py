"""Offsets in a text to places in its file."""

from __future__ import annotations

import re
from bisect import bisect_right

from drift.location import Location

_LINE = re.compile("\n")


class Text:
    """A text of a file, or of a part of it that starts at ``line`` and ``column``. Columns count code points."""

    __slots__ = ("_column", "_line", "_starts", "path", "source")

    def __init__(self, path: str, source: str, line: int = 1, column: int = 1) -> None:
        self.path = path
        self.source = source
        self._line = line
        self._column = column
        self._starts: list[int] | None = None

    def at(self, start: int, end: int) -> Location:
        """The place of the characters from ``start`` up to, not including, ``end``."""
        line = self._line_of(start)
        column = start - self._line_start(line) + (self._column if line == 0 else 1)
        last = self._line_of(max(start, end - 1))
        return Location(self.path, line + self._line, last + self._line, column)

    def _line_of(self, offset: int) -> int:
        if self._starts is None:
            self._starts = [found.end() for found in _LINE.finditer(self.source)]
        return bisect_right(self._starts, offset)

    def _line_start(self, line: int) -> int:
        return self._starts[line - 1] if line and self._starts is not None else 0
