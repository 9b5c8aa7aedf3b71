"""The lines of a file of a pull request on which a suggestion can be applied, out of the patch that GitHub shows. Pure.

A review comment stands on lines of one hunk, at most those around the changed ones; a suggestion on a range with a
deleted line in it cannot be applied.
Sources: GitHub's "REST API endpoints for pull request review comments" and "… for pull requests" (list files).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from drift.reporters.markdown_escape import fenced

MAX_SUGGESTION = 20_000
"""Characters of a suggestion: a comment has room for 65,536."""

_HUNK = re.compile(r"@@ -\d+(?:,\d+)? \+(\d+)(?:,\d+)? @@")


@dataclass(frozen=True, slots=True)
class Range:
    """Lines of a file, counted from 1, both ends included, and the lines that are suggested in their place."""

    start: int
    end: int
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PatchedFile:
    """A file of a pull request: the id of its content as git has it, and its patch."""

    blob: str
    patch: str

    def range_of(self, content: bytes, start: int, end: int, after: str) -> Range | None:
        """Where to suggest ``after`` in the place of the lines from ``start`` to ``end`` of ``content``, which is the
        whole file; ``end`` is ``start - 1`` where it only comes in. None where a click could not apply it.

        A suggestion replaces lines by others: what only comes in, or goes, takes a neighbour along.
        """
        if self.blob != blob_id(content, self.blob):
            return None
        lines = content.decode("utf-8").split("\n")
        last = len(lines) - 1  # what follows the last line end is no line that can be told from one without an end
        new = _whole_lines(after)
        if new is None or not 1 <= start <= end + 1 <= last + 1:
            return None
        for first, stop in _with_neighbour(start, end) if end < start or not new else ((start, end),):
            if not 1 <= first <= stop <= last or not self._has(first, lines[first - 1 : stop]):
                continue
            suggested = (*lines[first - 1 : start - 1], *new, *lines[end:stop])
            if _is_plain(suggested):
                return Range(first, stop, suggested)
        return None

    def _has(self, start: int, lines: Sequence[str]) -> bool:
        """Whether the patch shows these lines from ``start`` on in one piece, with none deleted between them."""
        shown = {number: (place, text) for place, number, text in self._rows()}
        places = []
        for number, line in enumerate(lines, start):
            if number not in shown or shown[number][1] != line:
                return False
            places.append(shown[number][0])
        return places == list(range(places[0], places[0] + len(places)))

    def _rows(self) -> Iterator[tuple[int, int, str]]:
        """The lines of the new file that the patch shows, each with its place in the patch and its number."""
        number = 0
        for place, row in enumerate(self.patch.split("\n")):
            if found := _HUNK.match(row):
                number = int(found[1])
            elif row[:1] in (" ", "+") and number:
                yield place, number, row[1:]
                number += 1


def blob_id(content: bytes, like: str) -> str:
    """The id that git gives to a content; of the kind that ``like`` is."""
    blob = b"blob %d\0%s" % (len(content), content)
    return (
        hashlib.sha256(blob).hexdigest() if len(like) == 64 else hashlib.sha1(blob, usedforsecurity=False).hexdigest()
    )


def _with_neighbour(start: int, end: int) -> Sequence[tuple[int, int]]:
    return (start - 1, end), (start, end + 1)


def _whole_lines(text: str) -> Sequence[str] | None:
    """The lines of a text that ends with a line end, or is empty."""
    lines = text.split("\n")
    return lines[:-1] if lines[-1] == "" else None


def _is_plain(lines: Sequence[str]) -> bool:
    """Whether what is shown is what a click puts there: no character that is invisible or acts on the page, no carriage
    return, which GitHub's forms may change.
    """
    without_tabs = [line.replace("\t", " ") for line in lines]
    short = sum(map(len, lines)) <= MAX_SUGGESTION
    return short and bool(lines) and fenced(without_tabs)[1:-1] == without_tabs
