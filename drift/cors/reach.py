"""Which rules of a list can answer a browser's request at all, and which earlier rules keep the others from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from drift.cors.budget import Budget
from drift.cors.duel import Side, sides_by_method
from drift.cors.headers import Patterns
from drift.cors.origins import ORIGINS
from drift.cors.readings import Entry
from drift.cors.regions import Regions
from drift.cors.search import OneText, RowOf, Where


@dataclass(slots=True)
class Reach:
    """``answering``: rules, by index, that answer some request of a browser for some value of their unknowns.

    ``shadows``: for the others, the earlier rules that answer what they allow; none if no browser sends any of that.
    """

    answering: set[int] = field(default_factory=set)
    shadows: dict[int, set[int]] = field(default_factory=dict)


def reach(rules: Sequence[Entry], budget: Budget, *, overlapping: bool = False) -> Reach:
    """Raises ``OverBudgetError``."""
    groups: dict[Patterns, int] = {(): 0}
    for entry in rules:
        groups.setdefault(entry.origins, len(groups))
        groups.setdefault(entry.may_origins, len(groups))
    sides = [side for _, (side,) in sides_by_method([rules], groups, budget, overlapping=overlapping)]
    regions = Regions(list(groups), ORIGINS, budget, overlapping=overlapping)
    found = Reach()

    def visit(where: Where, places: int, sets: Sequence[int]) -> int:
        again = 0
        for side in sides:
            for part, can, surely in side.classes(places, sets, budget):
                again |= _look(found, side, where, sets, (part, can, surely))
        return again

    regions.sweep(lambda row, columns, sets: visit(RowOf(regions, row), columns, sets))
    told: set[int] = set()
    for text in regions.points:
        mask = regions.groups_of(text)
        budget.spend()
        if mask not in told and not visit(OneText(text), 1, [mask >> group & 1 for group in range(len(groups))]):
            told.add(mask)  # other texts of these groups would tell the same
    return found


def _look(found: Reach, side: Side, where: Where, sets: Sequence[int], seen: tuple[int, int, int]) -> int:
    """Take note of what the rules do at these places; returns those to be looked at again."""
    part, can, surely = seen
    again = 0
    for place, entry in enumerate(side.rules):
        here = part & sets[side.groups[place][1]]
        if not here or entry.index in found.answering:
            continue
        before = surely & side.blocking[place]
        shadow = None if can >> place & 1 else side.rules[(before & -before).bit_length() - 1].index
        if shadow is not None and shadow in found.shadows.get(entry.index, ()):
            continue
        if where.browsers(here) is None:
            again |= here
        elif shadow is None:
            found.answering.add(entry.index)
        else:
            found.shadows.setdefault(entry.index, set()).add(shadow)
    return again
