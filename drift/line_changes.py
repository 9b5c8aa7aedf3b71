"""Which lines of a file edits have changed, for whom, and that as a unified diff that ``git apply`` and ``patch`` take.

Lines end at a line feed alone, as git has it: a carriage return before it is a part of the line.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Generic, TypeVar

from drift.edits import TextEdit, in_order

Owner = TypeVar("Owner", bound=Hashable)

CONTEXT = 3
"""Lines around a change in a diff, as in git's."""


@dataclass(frozen=True, slots=True)
class Hunk(Generic[Owner]):
    """The lines from ``start`` up to, not including, ``end``, counted from 0, and what stands in their place."""

    start: int
    end: int
    before: tuple[str, ...]
    after: tuple[str, ...]
    owners: frozenset[Owner]


@dataclass(slots=True)
class _Line(Generic[Owner]):
    text: str
    origin: int | None
    owners: frozenset[Owner]


class ChangedFile(Generic[Owner]):
    """A file on its way through edits: for each line, which line it was, and whose edits have changed it."""

    def __init__(self, text: str) -> None:
        self._original = lines_of(text)
        self._lines = [_Line[Owner](line, index, frozenset()) for index, line in enumerate(self._original)]
        self._gone: dict[int, frozenset[Owner]] = {}
        self._owned: dict[Owner, list[Hunk[Owner]]] | None = None

    def apply(self, edits: Sequence[tuple[TextEdit, frozenset[Owner]]]) -> None:
        """Make edits of one state of the file, each with whose it is."""
        self._owned = None
        owners: dict[TextEdit, frozenset[Owner]] = {}
        for edit, whose in edits:
            owners[edit] = owners.get(edit, frozenset()) | whose
        starts = list(accumulate((len(line.text) for line in self._lines), initial=0))
        ends = bool(self._lines) and not self._lines[-1].text.endswith("\n")
        for edit in reversed(in_order(list(owners))):  # so that what is above a line is yet as it was
            self._apply(edit, owners[edit], _line_at(starts, edit.start, ends), _line_at(starts, edit.end, ends))

    def _apply(self, edit: TextEdit, owners: frozenset[Owner], begin: tuple[int, int], end: tuple[int, int]) -> None:
        first, offset = begin
        last, rest = end
        lines = self._lines[first : last + 1]
        old = "".join(line.text for line in lines)
        length = len(old) - (len(lines[-1].text) - rest if last < len(self._lines) else 0)
        new = lines_of(old[:offset] + edit.text + old[length:])
        same = 0
        while same < min(len(lines), len(new)) and lines[same].text == new[same]:
            same += 1
        tail = 0
        while tail < min(len(lines), len(new)) - same and lines[-1 - tail].text == new[-1 - tail]:
            tail += 1
        middle = lines[same : len(lines) - tail]
        known = owners.union(*(line.owners for line in middle))
        for line in middle:
            if line.origin is not None:
                self._gone[line.origin] = known
        put = [_Line[Owner](text, None, known) for text in new[same : len(new) - tail]]
        self._lines[first + same : first + len(lines) - tail] = put

    @property
    def text(self) -> str:
        """The text after the edits."""
        return "".join(line.text for line in self._lines)

    def hunks(self) -> Iterator[Hunk[Owner]]:
        """What has changed, from the top down; neighbouring lines make one hunk."""
        done = 0
        new: list[_Line[Owner]] = []
        for line in self._lines:
            if line.origin is None:
                new.append(line)
                continue
            if new or line.origin > done:
                yield self._hunk(done, line.origin, new)
                new = []
            done = line.origin + 1
        if new or done < len(self._original):
            yield self._hunk(done, len(self._original), new)

    def hunks_by_owner(self) -> Mapping[Owner, Sequence[Hunk[Owner]]]:
        """The same for each whose edits are in them."""
        if self._owned is None:
            self._owned = {}
            for hunk in self.hunks():
                for owner in hunk.owners:
                    self._owned.setdefault(owner, []).append(hunk)
        return self._owned

    def _hunk(self, start: int, end: int, new: Sequence[_Line[Owner]]) -> Hunk[Owner]:
        owners = frozenset[Owner]().union(*(line.owners for line in new))
        owners = owners.union(*(self._gone.get(index, frozenset()) for index in range(start, end)))
        return Hunk(start, end, tuple(self._original[start:end]), tuple(line.text for line in new), owners)


def _line_at(starts: Sequence[int], offset: int, ends: bool) -> tuple[int, int]:
    """The line that an offset lies in, and where in it, by where each line starts and the last one ends; the end of a
    file that ``ends`` within a line is the end of that.
    """
    index = bisect_right(starts, offset) - 1
    if index == len(starts) - 1 and ends:
        index -= 1
    return index, offset - starts[index]


def lines_of(text: str) -> list[str]:
    """The lines with their line ends; the last may have none."""
    lines = text.split("\n")
    found = [f"{line}\n" for line in lines[:-1]]
    return [*found, lines[-1]] if lines[-1] else found


def unified(path: str, text: str, hunks: Iterable[Hunk[Owner]], *, is_new: bool = False) -> str:
    """A unified diff of one file, empty where nothing has changed.

    It has no ``diff --git`` line on purpose: without one git takes its paths from the working folder, as patch does.
    """
    original = lines_of(text)
    groups = list(_grouped(list(hunks)))
    if not groups:
        return ""
    head = f"--- {'/dev/null' if is_new else _quoted(f'a/{path}')}\n+++ {_quoted(f'b/{path}')}\n"
    parts = [head]
    shift = 0
    for group in groups:
        start = max(group[0].start - CONTEXT, 0)
        end = min(group[-1].end + CONTEXT, len(original))
        grown = sum(len(each.after) - len(each.before) for each in group)
        counts = end - start, end - start + grown
        places = (start + (counts[0] > 0), start + shift + (counts[1] > 0))
        parts.append(f"@@ -{places[0]},{counts[0]} +{places[1]},{counts[1]} @@\n")
        at = start
        for hunk in group:
            parts += _signed(" ", original[at : hunk.start])
            parts += _signed("-", hunk.before)
            parts += _signed("+", hunk.after)
            at = hunk.end
        parts += _signed(" ", original[at:end])
        shift += grown
    return "".join(parts)


def _grouped(hunks: Sequence[Hunk[Owner]]) -> Iterator[list[Hunk[Owner]]]:
    """Hunks whose surroundings touch go together."""
    group: list[Hunk[Owner]] = []
    for hunk in hunks:
        if group and hunk.start - group[-1].end > 2 * CONTEXT:
            yield group
            group = []
        group.append(hunk)
    if group:
        yield group


def _signed(sign: str, lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        yield f"{sign}{line}" if line.endswith("\n") else f"{sign}{line}\n\\ No newline at end of file\n"


def _quoted(path: str) -> str:
    """A path as git writes it in a diff: quoted where it has characters that would end or bend the line; with a tab
    behind it where it has blanks, at which other programs would end it.
    """
    if any(ord(char) < 0x20 or char in '"\\\x7f' or 0xD800 <= ord(char) <= 0xDFFF for char in path):
        content = path.encode("utf-8", "surrogateescape")
        return '"' + "".join(_ESCAPES.get(byte) or _byte(byte) for byte in content) + '"'
    return f"{path}\t" if " " in path else path


def _byte(byte: int) -> str:
    return chr(byte) if 0x20 <= byte < 0x7F else f"\\{byte:03o}"


_ESCAPES = {7: "\\a", 8: "\\b", 9: "\\t", 10: "\\n", 11: "\\v", 12: "\\f", 13: "\\r", 34: '\\"', 92: "\\\\"}
