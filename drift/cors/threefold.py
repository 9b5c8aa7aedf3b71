"""Three rule lists, of which two come from the third: which requests each of the two answers otherwise, and which both.

A request is answered in one of a few ways, by which rules of the three lists allow its origin, its method and all of
its headers. There are finitely many such sets of rules; each that a browser can bring about is looked at once. As in
``prove``, what it may spend is capped.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise

from drift.cors.answers import Relation, Relations, relation
from drift.cors.budget import MAX_STEPS, Budget, OverBudgetError
from drift.cors.grammar import is_browser_origin
from drift.cors.headers import Names, name_kinds
from drift.cors.model import METHODS, CorsRequest, CorsRule
from drift.cors.origins import ORIGINS
from drift.cors.readings import Entry, StarReading, entries
from drift.cors.regions import Regions
from drift.cors.search import PAGE_SEES, SIMPLE_METHODS

Rules = Sequence[CorsRule]


class Touch(StrEnum):
    """How a request came to be answered, in two lists that come from one."""

    OWN = "own"
    """Head answers otherwise than base; live as base."""
    UNDONE = "undone"
    """Live answers otherwise than base; head as base."""
    TAKEN = "taken"
    """Live answers otherwise than base; head as live."""
    BOTH = "both"
    """All three answer otherwise."""


@dataclass(frozen=True, slots=True)
class Touches:
    """A request for each way that there is. If ``complete``, there is no request of any other way."""

    found: Mapping[Touch, CorsRequest] = field(default_factory=dict)
    complete: bool = False


def touches(
    base: Rules, head: Rules, live: Rules, *, zero_is_unset: bool = False, max_steps: int = MAX_STEPS
) -> Touches:
    """Who answers what otherwise, under the reading of S3 that ``evaluate`` takes.

    Not complete where a value is not known, where the rules can be read in several ways, or where it takes more than
    ``max_steps``.
    """
    sides = [entries(rules, StarReading.STAR_ANYWHERE, zero_is_unset=zero_is_unset) for rules in (base, head, live)]
    if not all(entry.known for side in sides for entry in side):
        return Touches()
    search = _Search(sides, Budget(max_steps))
    try:
        search.run()
    except OverBudgetError:
        return Touches(search.requests)
    return Touches(search.requests, complete=not search.ambiguous)


_Ranked = tuple[tuple[int, int, int], CorsRequest]


class _Search:
    def __init__(self, sides: Sequence[Sequence[Entry]], budget: Budget) -> None:
        self._budget = budget
        self._entries = [entry for side in sides for entry in side]
        ends = [0, len(sides[0]), len(sides[0]) + len(sides[1]), len(self._entries)]
        self._sections = [(1 << stop) - (1 << start) for start, stop in pairwise(ends)]
        self._groups = list(dict.fromkeys(entry.origins for entry in self._entries)) or [()]
        self._regions = Regions(self._groups, ORIGINS, budget)
        self._names = name_kinds([entry.headers for entry in self._entries], budget)
        self._accepting = self._accepted_names(self._names)
        self.ambiguous = (
            self._regions.overlaps
            or self._names.overlaps
            or any("*" in entry.origins and len(entry.origins) > 1 for entry in self._entries)
        )
        self._done: set[int] = set()
        self._best: dict[Touch, _Ranked] = {}
        self._cached: dict[Touch, _Ranked] = {}

    @property
    def requests(self) -> dict[Touch, CorsRequest]:
        """A request of each way. What only feeds a browser's preflight cache lists all methods of a rule, so that two
        lists which add one each differ there from one another too: that counts only where nothing else differs.
        """
        cached = {touch: best for touch, best in self._cached.items() if touch is not Touch.BOTH or not self._best}
        return {touch: request for touch, (_, request) in (cached | self._best).items()}

    def run(self) -> None:
        """Look at every set of rules that the origin of a browser can bring about."""
        self._regions.sweep(self._visit)
        for text in self._regions.points:
            if is_browser_origin(text):
                self._origin(self._regions.groups_of(text), text)

    def _accepted_names(self, names: Names) -> list[tuple[str, int]]:
        """A name of each kind that a browser can send, with the entries that accept it."""
        found = []
        for place, name in enumerate(names.member):
            if names.sendable >> place & 1:
                masks = (names.of[entry.headers] >> place & 1 for entry in self._entries)
                found.append((name, sum(bit << index for index, bit in enumerate(masks))))
        return found

    def _visit(self, row: str, columns: int, sets: Sequence[int]) -> int:
        again = 0
        for groups, part in self._classes(columns, sets):
            if groups in self._done:
                continue
            origin = self._regions.browser_member(row, part)
            if origin is None:
                again |= part
            else:
                self._origin(groups, origin)
        return again

    def _classes(self, columns: int, sets: Sequence[int]) -> list[tuple[int, int]]:
        """The columns, parted by which groups match there."""
        classes = [(0, columns)]
        for number, own in enumerate(sets):
            self._budget.spend(len(classes))
            parted = []
            for groups, part in classes:
                if part & own:
                    parted.append((groups | 1 << number, part & own))
                if part & ~own:
                    parted.append((groups, part & ~own))
            classes = parted
        return classes

    def _origin(self, groups: int, origin: str) -> None:
        if groups in self._done:
            return
        self._done.add(groups)
        numbers = {patterns: number for number, patterns in enumerate(self._groups)}
        here = [groups >> numbers[entry.origins] & 1 == 1 for entry in self._entries]
        for method in METHODS:
            rules = sum(
                1 << index for index, entry in enumerate(self._entries) if here[index] and method in entry.methods
            )
            for left, headers in self._with_headers(rules):
                self._judge(left, CorsRequest(origin, method, headers))

    def _with_headers(self, rules: int) -> Iterator[tuple[int, tuple[str, ...]]]:
        """What is left of the rules with each set of headers that leaves others, the smallest sets first.

        The same rules with some header and with none are two: what the page may read is told by the second alone.
        """
        known = set[int]()
        waiting: list[tuple[int, tuple[str, ...]]] = [(rules, ())]
        for left, headers in waiting:
            yield left, headers
            for name, accepting in self._accepting:
                self._budget.spend()
                fewer = left & accepting
                if fewer not in known:
                    known.add(fewer)
                    waiting.append((fewer, (*headers, name)))

    def _judge(self, left: int, request: CorsRequest) -> None:
        self._budget.spend()
        base, head, live = (self._first(left & section) for section in self._sections)
        page_reads = not request.headers
        by_head, by_live, apart = (
            relation(
                None if one is None else one.answer, None if other is None else other.answer, page_reads=page_reads
            )
            for one, other in ((base, head), (base, live), (head, live))
        )
        touch, best = _touch(*(_beyond_cache(each) for each in (by_head, by_live, apart))), self._best
        if touch is None:
            touch, best = _touch(by_head, by_live, apart), self._cached
        if touch is None:
            return
        shown = by_live if touch is Touch.TAKEN else by_head if touch is Touch.OWN else apart
        rank = (_weight(shown), len(request.headers), METHODS.index(request.method or METHODS[0]))
        if touch is Touch.BOTH and (by_head | by_live | apart) & PAGE_SEES:
            shown = PAGE_SEES  # a preflight alone would not tell apart the two that differ in what the page reads
        if touch not in best or rank < best[touch][0]:
            best[touch] = rank, _sent(request, shown)

    def _first(self, rules: int) -> Entry | None:
        return self._entries[(rules & -rules).bit_length() - 1] if rules else None


def _touch(by_head: Relations, by_live: Relations, apart: Relations) -> Touch | None:
    if by_live == Relation.EQUAL:
        return None if by_head == Relation.EQUAL else Touch.OWN
    if by_head == Relation.EQUAL:
        return Touch.UNDONE
    return Touch.TAKEN if apart == Relation.EQUAL else Touch.BOTH


def _beyond_cache(shown: Relations) -> Relations:
    return Relation.EQUAL if shown == Relation.CACHE else shown


def _weight(shown: Relations) -> int:
    if shown & (Relation.ALLOWS | Relation.REFUSES):
        return 0
    return 2 if shown == Relation.CACHE else 1


def _sent(request: CorsRequest, shown: Relations) -> CorsRequest:
    """As a preflight where a browser sends one, or where only its answer tells."""
    told_by_preflight = shown & Relation.CACHE or not (shown & PAGE_SEES or request.method in SIMPLE_METHODS)
    preflight = bool(request.headers or told_by_preflight)
    return CorsRequest(request.origin, request.method, request.headers, preflight)
