"""A member of a region: one that a person likes to read if there is one, else any, else a proof that there is none."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from drift.cors.walks import Walks, paths

if TYPE_CHECKING:
    from drift.cors.regions import Regions

_FRESH = "~|^\u00b7\u00a7\u20ac"
"""Tried first for a text that nothing in the patterns continues."""


class Members:
    """Finds members of the regions."""

    def __init__(self, regions: Regions) -> None:
        self._regions = regions
        self._kind = regions.kind
        self._walks: Walks | None = None
        self._alive = 0
        self._fresh: str | None = None

    def hopeful(self, row: str, columns: int) -> int:
        """The columns without those that cannot hold anything a browser can send; once one was searched in vain."""
        if self._walks is None:
            return columns
        return columns & self._alive if row in self._walks.heads else 0

    def of_browser(self, row: str, column: str) -> str | None:
        """A text of the region that a browser can send; None if there is none, which is exact."""
        for filler in self._kind.fillers(row, column):
            text = row + filler + column
            if self._kind.sendable(text) and self._regions.is_in(text, row, column):
                return text
        return self._searched(row, column)

    def of_any_text(self, row: str, column: str) -> str | None:
        """Any text of the region that can be sent."""
        for filler in (*self._kind.fillers(row, column), self._unused() * 2):
            text = row + filler + column
            if text and self._regions.is_in(text, row, column):
                return text
        return None

    def _unused(self) -> str:
        """A character that is in no row and no column: with it between them a text is of that very region."""
        if self._fresh is None:
            used = set().union(*self._regions.rows, *self._regions.columns, *self._regions.points)
            rare = (chr(code) for code in range(0x4E00, 0x9FFF))
            self._fresh = next(each for each in (*_FRESH, *rare) if each not in used)
        return self._fresh

    def _searched(self, row: str, column: str) -> str | None:
        """By the automaton: every member is of one of these four forms.

        Reading a member from the left one leaves the tree of rows at some character, and from the right that of
        columns. Either the first happens before the second, or at the same character, or the two readings together
        stay inside both trees (then the text is a path of each, one behind the other), or row and column overlap.
        """
        if self._walks is None:
            self._walks = Walks(self._kind.grammar(), self._regions.rows, self._regions.columns, self._regions.budget)
            tails = self._walks.tails
            self._alive = sum(1 << place for place, column in enumerate(self._regions.columns) if column in tails)
        walks = self._walks
        head, tail = walks.heads.get(row), walks.tails.get(column)
        if head is None or tail is None:
            return None
        if head.away & tail.away or head.next & tail.next:
            for text in self._apart(row, column):
                if self._regions.is_in(text, row, column):
                    return text
        for text in self._together(row, column):
            self._regions.budget.spend()
            if self._kind.sendable(text) and self._regions.is_in(text, row, column):
                return text
        return None

    def _apart(self, row: str, column: str) -> Iterator[str]:
        """All texts that leave both trees in between; each is in the region unless it is a point."""
        walks = self._walks
        assert walks is not None  # noqa: S101 - built by the only caller
        grammar = walks.grammar
        for start, left, before in walks.exits_right(row):
            reached = grammar.step[start][left]
            for end, right, after in walks.exits_left(column):
                self._regions.budget.spend()
                if left == right and end >> reached & 1:
                    yield before + left + after
                for middle in paths(grammar, reached, grammar.before(right, end), self._regions.budget):
                    yield before + left + middle + right + after

    def _together(self, row: str, column: str) -> Iterator[str]:
        walks = self._walks
        assert walks is not None  # noqa: S101 - built by the only caller
        for shared in range(1, min(len(row), len(column)) + 1):
            self._regions.budget.spend()
            if row.endswith(column[:shared]):
                yield row + column[shared:]
        head, tail = walks.heads[row], walks.tails[column]
        if head.states & tail.states:
            for node, state in head.places:
                for end, states in tail.places:
                    self._regions.budget.spend()
                    if states >> state & 1:
                        yield walks.text_of_head(node) + walks.text_of_tail(end)
