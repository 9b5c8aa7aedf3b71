"""The header names that AllowedHeaders allow, cut into kinds: names that the same lists allow are of one kind.

Whether a set of names is allowed by one list and not by another then takes operations on bits: see ``prove``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from drift.cors.budget import Budget
from drift.cors.grammar import browser_headers, is_browser_header
from drift.cors.regions import Kind, Regions

_FILLERS = ("other", "x-other", "-other", "x", "")
_WHOLE = ("x-other", "other")


Patterns = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Names:
    """Kinds of header names. ``member`` has one name of each kind, one that a browser can send if there is any.

    ``sendable`` are the kinds that have such a name, ``all`` all kinds, ``of`` the kinds that each list of patterns
    allows; all as bits. ``overlaps``: whether a pattern allows more names in the overlapping reading.
    """

    member: tuple[str, ...]
    sendable: int
    all: int
    of: dict[Patterns, int]
    overlaps: bool = False

    def cheapest(self, kinds: int) -> int:
        """The kind, of these, whose name is the shortest."""
        best = -1
        while kinds:
            low = kinds & -kinds
            kinds ^= low
            place = low.bit_length() - 1
            if best < 0 or len(self.member[place]) < len(self.member[best]):
                best = place
        return best

    def one_of_each(self, sets: Sequence[int]) -> tuple[int, ...]:
        """Few kinds that meet all sets: always the one next that meets most of what is left."""
        chosen = []
        left = list(dict.fromkeys(sets))
        while left:
            common = left[0]
            for each in left[1:]:
                common = common & each or common
            best = self.cheapest(common)
            chosen.append(best)
            left = [each for each in left if not each >> best & 1]
        return tuple(chosen)


def fold_headers(patterns: Sequence[str]) -> Patterns:
    """The patterns as S3 compares them, without repeats; ``*`` alone where it is among them."""
    folded = dict.fromkeys(pattern.lower() for pattern in patterns)
    return ("*",) if "*" in folded else tuple(sorted(folded))


def name_kinds(lists: Sequence[Patterns], budget: Budget, *, overlapping: bool = False) -> Names:
    """The kinds of names that the lists tell apart, each list as ``fold_headers`` gives it."""
    telling = [patterns for patterns in dict.fromkeys(lists) if patterns not in ((), ("*",))]
    if not telling:
        return Names(("x-other",), 1, 1, {(): 0, ("*",): 1})
    regions = Regions(telling, HEADERS, budget, overlapping=overlapping)
    found = _Kinds(regions)
    masks = list(found.members)
    of = {(): 0, ("*",): (1 << len(masks)) - 1}
    for number, patterns in enumerate(telling):
        of[patterns] = sum(1 << place for place, mask in enumerate(masks) if mask >> number & 1)
    sendable = sum(1 << place for place, mask in enumerate(masks) if mask in found.sendable)
    return Names(tuple(found.members.values()), sendable, of[("*",)], of, regions.overlaps)


def _can_be_asked_for(name: str) -> bool:
    """Whether Access-Control-Request-Headers can carry the name to S3, from whatever client."""
    return bool(name) and "," not in name and name == name.strip(" \t") == name.lower()


def _fillers(row: str, column: str) -> tuple[str, ...]:
    """What to put for a star in a header name."""
    return _FILLERS if row or column else _WHOLE


HEADERS = Kind(browser_headers, is_browser_header, _fillers, _can_be_asked_for)


class _Kinds:
    """Collects one member for each set of lists that allow a name."""

    def __init__(self, regions: Regions) -> None:
        self.members: dict[int, str] = {}
        self.sendable: set[int] = set()
        self._regions = regions
        for name in regions.possible_points():
            regions.budget.spend()
            self._add(regions.groups_of(name), name, is_browser_header(name))
        regions.sweep(self._visit)

    def _add(self, mask: int, name: str, sendable: bool) -> None:
        if mask not in self.members or (sendable and mask not in self.sendable):
            self.members[mask] = name
            if sendable:
                self.sendable.add(mask)

    def _visit(self, row: str, columns: int, sets: Sequence[int]) -> int:
        again = 0
        for mask, part in self._classes(columns, sets):
            if mask in self.sendable:
                continue
            name = self._regions.browser_member(row, part)
            if name is not None:
                self._add(mask, name, True)
                continue
            again |= part
            if mask not in self.members:
                other = self._regions.any_member(row, part)
                if other is not None:
                    self._add(mask, other, False)
        return again

    def _classes(self, columns: int, sets: Sequence[int]) -> list[tuple[int, int]]:
        """The columns, parted by which groups have them."""
        classes = [(0, columns)]
        for number, own in enumerate(sets):
            if own & columns:
                self._regions.budget.spend(len(classes))
                parted = []
                for mask, part in classes:
                    inside = part & own
                    if inside:
                        parted.append((mask | 1 << number, inside))
                    if inside != part:
                        parted.append((mask, part ^ inside))
                classes = parted
        return classes
