"""The search for requests that tell two rule lists apart, under one reading of what is not known of S3.

Methods that the same rules allow are looked at together; the origins are walked region by region (``regions``), in
each region the sets of requested headers pair by pair (``duel``). What is found first in the browsers' universe counts;
a difference that only other clients can see is kept beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from drift.cors.answers import DIRECTIONS, FREER, NOTHING, TIGHTER, Relation, Relations
from drift.cors.budget import Budget
from drift.cors.duel import Duel, Pick, Signature, sides_by_method
from drift.cors.grammar import is_browser_origin
from drift.cors.headers import Patterns
from drift.cors.model import METHODS, CorsRequest
from drift.cors.origins import ORIGINS
from drift.cors.readings import Entry
from drift.cors.regions import Regions

SIMPLE_METHODS = frozenset({"GET", "HEAD", "POST"})
"""Fetch standard, CORS-safelisted method: no preflight for the method's sake."""

_WORST = [(Relation.ALLOWS.bit_length(), 0), (Relation.REFUSES.bit_length(), 0)]

AFTERWARDS = 20_000
"""Steps that are spent on worse or smaller requests once nothing can change the verdict."""

PAGE_SEES = Relation.EXPOSES_MORE | Relation.EXPOSES_LESS | Relation.UNRANKED
"""What only the answer to the actual request shows."""


@dataclass(frozen=True, slots=True)
class Found:
    """A request and what it shows; ``rank`` is lower for what is worse, then for what is smaller."""

    rank: tuple[int, int, int]
    relation: Relations
    request: CorsRequest


@dataclass(slots=True)
class Outcome:
    """What was found. ``possible``: what some request of a browser may show. ``certain``: what one surely shows.

    ``found`` has a request for each direction of ``certain``, ``elsewhere`` requests that no browser sends.
    """

    possible: Relations = NOTHING
    certain: Relations = NOTHING
    found: dict[Relations, Found] = field(default_factory=dict)
    elsewhere: dict[Relations, Found] = field(default_factory=dict)
    doubtful: set[tuple[str, int]] = field(default_factory=set)
    """Rules, by side and index, with an unknown that some request hangs on."""

    overlaps: bool = False
    """Whether a pattern, of origins or of header names, matches more in the overlapping reading."""


class _SettledError(Exception):
    """Nothing that is still to be found would change the outcome."""


class Search:
    """Two lists of entries; ``run`` fills the outcome, which stands as far as it got if the budget runs out."""

    def __init__(
        self, declared: Sequence[Entry], live: Sequence[Entry], budget: Budget, *, overlapping: bool = False
    ) -> None:
        self.outcome = Outcome()
        self._budget = budget
        self._overlapping = overlapping
        self._lists = declared, live
        self._known = all(entry.known for side in self._lists for entry in side)
        self._settled: int | None = None
        self._methods = {method: place for place, method in enumerate(METHODS)}

    def run(self) -> Outcome:
        """Raises ``OverBudgetError``."""
        groups: dict[Patterns, int] = {(): 0}
        for side in self._lists:
            for entry in side:
                groups.setdefault(entry.origins, len(groups))
                groups.setdefault(entry.may_origins, len(groups))
        duels = self._duels(groups)
        regions = Regions(list(groups), ORIGINS, self._budget, overlapping=self._overlapping)
        self.outcome.overlaps = regions.overlaps or any(duel.overlaps for duel in duels)
        try:
            regions.sweep(lambda row, columns, sets: self._visit(duels, RowOf(regions, row), columns, sets))
            told: set[int] = set()
            for text in regions.points:
                mask = regions.groups_of(text)
                self._budget.spend()
                if mask not in told:
                    sets = [mask >> group & 1 for group in range(len(groups))]
                    if not self._visit(duels, OneText(text), 1, sets):
                        told.add(mask)  # other texts of these groups would tell the same
        except _SettledError:
            pass
        return self.outcome

    def _duels(self, groups: dict[Patterns, int]) -> list[Duel]:
        return [
            Duel(methods, declared, live, self._budget)
            for methods, (declared, live) in sides_by_method(
                self._lists, groups, self._budget, overlapping=self._overlapping
            )
        ]

    def _visit(self, duels: list[Duel], where: Where, places: int, sets: Sequence[int]) -> int:
        """Look at the places; returns those where a difference was found, but no browser's origin for it."""
        if self._settled is not None and self._budget.spent > self._settled + AFTERWARDS:
            raise _SettledError
        again = 0
        for duel in duels:
            theirs = duel.live.classes(places, sets, self._budget)
            same: dict[int, int] = {}
            for part, *live in theirs:
                behaviour = duel.live.behaviour((live[0], live[1]))
                same[behaviour] = same.get(behaviour, 0) | part
            for part, *ours in duel.declared.classes(places, sets, self._budget):
                declared = ours[0], ours[1]
                left = part & ~same.get(duel.declared.behaviour(declared), 0)
                if left:
                    again |= self._against(duel, where, declared, left, theirs)
        return again

    def _against(
        self, duel: Duel, where: Where, declared: Signature, left: int, theirs: list[tuple[int, int, int]]
    ) -> int:
        again = 0
        self._budget.spend(1 + len(theirs) // 8)
        for part, can, surely in theirs:
            both = left & part
            if both:
                left ^= both
                picks = duel.picks(declared, (can, surely))
                if picks and not self._judge(duel, picks, where, both):
                    again |= both
                if not left:
                    break
        return again

    def _judge(self, duel: Duel, picks: tuple[Pick, ...], where: Where, places: int) -> bool:
        """Take note of the picks at these places; False if they may matter and no browser has an origin there."""
        ranked = [(pick, self._rank(duel, pick)) for pick in picks]
        news = [each for each in ranked if each[0].sendable and self._is_news(*each)]
        origin = where.browsers(places) if news else None
        if origin is not None:
            for pick, rank in news:
                self._note(duel, pick, rank, origin)
        if not self.outcome.found:
            for pick, rank in ranked:
                if not (pick.sendable and origin is not None):
                    self._note_elsewhere(duel, pick, rank, where, places)
        return origin is not None or not news

    def _rank(self, duel: Duel, pick: Pick) -> tuple[int, int, int]:
        worst = pick.certain.bit_length()  # relations are numbered from the worst of each direction on
        return worst, len(pick.headers), self._methods[duel.methods[0]]

    def _is_news(self, pick: Pick, rank: tuple[int, int, int]) -> bool:
        if pick.relation & ~self.outcome.possible:
            return True
        direction = _direction(pick.certain)
        if direction is None:
            return False
        known = self.outcome.found.get(direction)
        return known is None or rank < known.rank

    def _note(self, duel: Duel, pick: Pick, rank: tuple[int, int, int], origin: str) -> None:
        outcome = self.outcome
        outcome.possible |= pick.relation
        direction = _direction(pick.certain)
        if direction is None:
            outcome.doubtful.update(pick.hinges)
            return
        outcome.certain |= direction
        known = outcome.found.get(direction)
        if known is None or rank < known.rank:
            outcome.found[direction] = Found(rank, pick.certain, _request(duel, pick, origin))
        ends = [outcome.found[each].rank for each in (FREER, TIGHTER) if each in outcome.found]
        if [rank[:2] for rank in ends] == _WORST:
            raise _SettledError
        if self._settled is None and (len(ends) == 2 or outcome.certain & Relation.UNRANKED):
            self._settled = self._budget.spent

    def _note_elsewhere(self, duel: Duel, pick: Pick, rank: tuple[int, int, int], where: Where, places: int) -> None:
        direction = _direction(pick.certain)
        if direction is None or direction in self.outcome.elsewhere:
            return
        origin = where.anybody(places)
        if origin is not None:
            self.outcome.elsewhere[direction] = Found(rank, pick.certain, _request(duel, pick, origin))


class Where(Protocol):
    """Places, given as bits, whose origins the rules of both lists treat alike."""

    def browsers(self, places: int) -> str | None:
        """An origin that a browser can send, None if there is none."""

    def anybody(self, places: int) -> str | None:
        """Any origin."""


@dataclass(frozen=True, slots=True)
class RowOf:
    """The columns of one row."""

    regions: Regions
    row: str

    def browsers(self, places: int) -> str | None:
        return self.regions.browser_member(self.row, places)

    def anybody(self, places: int) -> str | None:
        return self.regions.any_member(self.row, places)


@dataclass(frozen=True, slots=True)
class OneText:
    """A point."""

    text: str

    def browsers(self, places: int) -> str | None:
        return self.text if places and is_browser_origin(self.text) else None

    def anybody(self, places: int) -> str | None:
        return self.text if places else None


def _direction(certain: Relations) -> Relations | None:
    """The direction in which everything points that a request may show, if there is one."""
    return next((each for each in DIRECTIONS if certain and not certain & ~each), None)


def _request(duel: Duel, pick: Pick, origin: str) -> CorsRequest:
    """The request that shows it: a preflight where a browser would send one, or where only its answer tells."""
    method = duel.methods[0]
    told_by_preflight = pick.certain & Relation.CACHE or not (pick.certain & PAGE_SEES or method in SIMPLE_METHODS)
    return CorsRequest(origin, method, pick.headers, bool(pick.headers or told_by_preflight))
