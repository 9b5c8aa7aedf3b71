"""All texts, cut into regions by which of several groups of one-star patterns match them.

A text is a *point* if it is a literal, or if it starts with what a pattern has before its star and ends with what it
has after it but is too short to hold both. There are finitely many points and each is looked at by itself. For every
other text only two things count: the longest text before a star that it starts with (its row), and the longest text
after a star that it ends with (its column). A pattern ``p*s`` matches exactly where the row starts with ``p`` and the
column ends with ``s``.

The rows are walked as a tree, a row below the longest other row that it starts with. The columns are numbered so that
those which end with a given suffix stand side by side: a set of columns is one integer, and each group has one for the
row at hand. A row differs from the row above it only in the columns that its own patterns add, so only these are
visited again. The work is at most rows times columns, whatever the patterns: there are no subsets of patterns in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from drift.cors.budget import Budget
from drift.cors.grammar import Grammar
from drift.cors.members import Members
from drift.cors.pattern import overlapped

Visit = Callable[[str, int, Sequence[int]], int]
"""Called with a row, the columns to visit and each group's columns; returns the columns that are to be visited again
in the rows below, although nothing changes there."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What sort of texts these are. ``grammar`` and ``sendable``: what a browser can send, as automaton and at once.

    ``fillers``: what to put between a row and a column so that a person likes to read it. ``possible``: what
    anybody can send.
    """

    grammar: Callable[[], Grammar]
    sendable: Callable[[str], bool]
    fillers: Callable[[str, str], Sequence[str]]
    possible: Callable[[str], bool] = lambda _: True


class Regions:
    """The regions of several groups of patterns; ``overlapping`` takes patterns as ``matches_overlapping`` does."""

    def __init__(
        self,
        groups: Sequence[Sequence[str]],
        kind: Kind,
        budget: Budget,
        *,
        overlapping: bool = False,
    ) -> None:
        self.kind = kind
        self.budget = budget
        self.size = len(groups)
        self.overlaps = False
        self._overlapping = overlapping
        self._literals: dict[str, int] = {}
        self._stars: dict[str, dict[str, int]] = {"": {}}
        self._split(groups)
        self.points = self._find_points()
        suffixes = {suffix for own in self._stars.values() for suffix in own}
        suffixes.add("")
        self.columns = sorted(suffixes, key=lambda suffix: suffix[::-1])
        self.rows = sorted(self._stars)
        self._block = self._blocks()
        self._head_lengths = sorted({len(row) for row in self.rows}, reverse=True)
        self._tail_lengths = sorted({len(column) for column in self.columns}, reverse=True)
        self._suffixes = suffixes
        self._members = Members(self)

    def _split(self, groups: Sequence[Sequence[str]]) -> None:
        for number, patterns in enumerate(groups):
            bit = 1 << number
            self.budget.spend(len(patterns) + 1)
            for pattern in patterns:
                prefix, star, suffix = pattern.partition("*")
                if star:
                    own = self._stars.setdefault(prefix, {})
                    own[suffix] = own.get(suffix, 0) | bit
                else:
                    self._literals[pattern] = self._literals.get(pattern, 0) | bit

    def _find_points(self) -> dict[str, None]:
        points = dict.fromkeys(self._literals)
        for prefix, own in self._stars.items():
            last = prefix[-1:]
            for suffix in own if last else ():
                if last in suffix:
                    for text in overlapped(f"{prefix}*{suffix}"):
                        self.budget.spend(1 + len(text) // 32)
                        self.overlaps = True
                        points[text] = None
        return points

    def _blocks(self) -> dict[str, int]:
        """For each suffix the columns that end with it, as bits."""
        backwards = [column[::-1] for column in self.columns]
        block = {}
        open_: list[tuple[str, int]] = []
        for place, text in enumerate([*backwards, None]):
            while open_ and (text is None or not text.startswith(open_[-1][0])):
                ended, start = open_.pop()
                block[ended[::-1]] = (1 << place) - (1 << start)
            if text is not None:
                open_.append((text, place))
        return block

    def groups_of(self, text: str) -> int:
        """The groups that match the text, as bits; of any text, point or not."""
        found = self._literals.get(text, 0)
        length = len(text)
        for head in self._head_lengths:
            own = self._stars.get(text[:head]) if head <= length else None
            if own:
                for tail in self._tail_lengths:
                    if tail <= length and (self._overlapping or head + tail <= length):
                        found |= own.get(text[length - tail :], 0)
        return found

    def row_of(self, text: str) -> str:
        """The longest row that the text starts with."""
        return next(text[:head] for head in self._head_lengths if text[:head] in self._stars and head <= len(text))

    def column_of(self, text: str) -> str:
        """The longest column that the text ends with."""
        length = len(text)
        return next(
            text[length - tail :]
            for tail in self._tail_lengths
            if tail <= length and text[length - tail :] in self._suffixes
        )

    def is_in(self, text: str, row: str, column: str) -> bool:
        """Whether the text is of this row and column, and no point."""
        return (
            text not in self.points
            and text.startswith(row)
            and text.endswith(column)
            and self.row_of(text) == row
            and self.column_of(text) == column
            and self.kind.possible(text)
        )

    def sweep(self, visit: Visit) -> None:
        """Visit every row with the columns where something may be new."""
        everything = (1 << len(self.columns)) - 1
        above: list[tuple[str, list[int], int]] = []
        for row in self.rows:
            while above and not row.startswith(above[-1][0]):
                above.pop()
            sets = list(above[-1][1]) if above else [0] * self.size
            todo = above[-1][2] if above else everything
            own = self._stars[row]
            self.budget.spend(1 + len(own))
            for suffix, owners in own.items():
                block = self._block[suffix]
                groups = owners
                while groups:
                    low = groups & -groups
                    groups ^= low
                    number = low.bit_length() - 1
                    todo |= block & ~sets[number]
                    sets[number] |= block
            again = visit(row, todo, sets) if todo else 0
            above.append((row, sets, again))

    def browser_member(self, row: str, columns: int) -> str | None:
        """A text that a browser can send, of the row and one of the columns; None proves that there is none."""
        while columns := self._members.hopeful(row, columns):
            low = columns & -columns
            columns ^= low
            self.budget.spend(2)
            found = self._members.of_browser(row, self.columns[low.bit_length() - 1])
            if found is not None:
                return found
        return None

    def any_member(self, row: str, columns: int) -> str | None:
        """Any text that can be sent, of the row and one of the columns."""
        while columns:
            low = columns & -columns
            columns ^= low
            self.budget.spend(2)
            found = self._members.of_any_text(row, self.columns[low.bit_length() - 1])
            if found is not None:
                return found
        return None

    def possible_points(self) -> Iterator[str]:
        """The points that can be sent at all."""
        return filter(self.kind.possible, self.points)
