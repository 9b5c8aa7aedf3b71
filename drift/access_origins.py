"""The origins that rules tell apart: every origin that a browser can send belongs to exactly one of these classes.

What a rule list answers hangs on an origin only through the entries of AllowedOrigins that match it. Origins that the
same entries match are therefore treated alike, but for being sent back by name, and one of them shows what all get.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from drift.cors.budget import Budget, OverBudgetError
from drift.cors.grammar import is_browser_origin
from drift.cors.model import CorsRule, Unknown
from drift.cors.origins import ORIGINS, why_never_sent
from drift.cors.pattern import covers, matches
from drift.cors.regions import Regions

ELSEWHERE = ("https://elsewhere.example", "https://other.example")
"""Stand for any other site, the first that no entry matches."""

MAX_STEPS = 60_000
"""Work on one bucket's origins."""

MAX_CLASSES = 200
"""Classes of patterns that are looked for."""

_LIKED = ("any", "any.", "https://any.example", "any.example", ".any.example", "https://any", "1", "")
"""Put in the place of a star, so that nobody takes the origin for a known one."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of AllowedOrigins. ``pattern`` matches whatever it may match; ``shape`` is an unknown it stands for."""

    pattern: str
    shape: Unknown | None = None

    @property
    def exact(self) -> bool:
        return self.shape is None and "*" not in self.pattern


@dataclass(frozen=True, slots=True)
class OriginClass:
    """Origins that are treated alike, with ``origin`` to stand for them.

    ``entries`` are what matches them and is worth naming: the exact origins themselves, or the patterns that none of
    the others here covers; none for all that no entry names. ``rest`` says that other classes have a part of what
    these patterns match. ``unsent`` says why no browser sends such an origin.
    """

    origin: str
    entries: tuple[Entry, ...]
    rest: bool = False
    unsent: str | None = None


def entries_of(rules: Sequence[CorsRule]) -> list[tuple[Entry, ...]]:
    """The entries of each rule."""
    found = []
    for rule in rules:
        values = rule.allowed_origins
        listed = (values,) if isinstance(values, Unknown) else values
        whole = isinstance(values, Unknown)
        found.append(
            tuple(
                Entry("*" if whole else _widest(each), each) if isinstance(each, Unknown) else Entry(each)
                for each in listed
            )
        )
    return found


def _widest(unknown: Unknown) -> str:
    """Matches whatever a value of the unknown may match, were its star in the text that is known."""
    return unknown.prefix.partition("*")[0] + "*" + unknown.suffix.rpartition("*")[2]


def origin_classes(
    sides: Sequence[Sequence[CorsRule]], asked: Collection[str] = ()
) -> tuple[tuple[OriginClass, ...], bool]:
    """The classes in the order of reading: exact origins as written, then patterns, then any other site; and whether
    these are all. ``asked`` are origins that stand for their class before others do.
    """
    by_rule = [entries for rules in sides for entries in entries_of(rules)]
    return _Classes(by_rule, asked).found()


class _Classes:
    def __init__(self, by_rule: Sequence[tuple[Entry, ...]], asked: Collection[str]) -> None:
        self._by_rule = by_rule
        self._asked = asked
        self._entries = list(dict.fromkeys(entry for entries in by_rule for entry in entries))
        self._patterns = list(dict.fromkeys(entry.pattern for entry in self._entries))
        self._place = {pattern: place for place, pattern in enumerate(self._patterns)}
        self._rules_of: dict[str, int] = {}
        for number, entries in enumerate(by_rule):
            for entry in entries:
                self._rules_of[entry.pattern] = self._rules_of.get(entry.pattern, 0) | 1 << number
        self._wide = [entry for entry in self._entries if not entry.exact]

    def found(self) -> tuple[tuple[OriginClass, ...], bool]:
        exact = [entry for entry in self._entries if entry.exact]
        try:
            regions = Regions([(pattern,) for pattern in self._patterns], ORIGINS, Budget(MAX_STEPS))
            members = self._members(regions)
            complete = True
        except OverBudgetError:
            members, complete = {}, False
        named = {entry.pattern for entry in exact}
        strangers = [origin for origin in self._asked if origin not in named]
        grouped = [*self._exact(exact), *self._unmatched(strangers)]
        return (*grouped, *self._patterned(members, strangers, complete)), complete

    def _members(self, regions: Regions) -> dict[int, str]:
        """An origin for every set of patterns that match a browser's origin which is not written out."""
        members: dict[int, str] = {}

        def visit(row: str, columns: int, sets: Sequence[int]) -> int:
            again = 0
            for mask, part in _parted(columns, sets):
                regions.budget.spend(1 + len(self._patterns) // 8)
                if mask not in members:
                    member = regions.browser_member(row, part)
                    if member is None:
                        again |= part
                    elif len(members) >= MAX_CLASSES:
                        raise OverBudgetError("too many classes of origins")
                    else:
                        members[mask] = self._liked(regions, row, mask, member)
            return again

        regions.sweep(visit)
        return members

    def _liked(self, regions: Regions, row: str, mask: int, member: str) -> str:
        """An origin of the same class, if there is one that reads better."""
        tails = [self._patterns[place].partition("*")[2] for place in range(len(self._patterns)) if mask >> place & 1]
        tail = max(tails, key=len, default="")
        for text in (*ELSEWHERE, *(row + middle + tail for middle in _LIKED)):
            if is_browser_origin(text) and text not in regions.points and regions.groups_of(text) == mask:
                return text
        return member

    def _exact(self, exact: Sequence[Entry]) -> Iterator[OriginClass]:
        """Exact origins, those together that the same rules name or match."""
        groups: dict[object, list[Entry]] = {}
        for entry in exact:
            unsent = why_never_sent(entry.pattern)
            rules = self._rules_of[entry.pattern]
            for wide in self._wide:
                if matches(wide.pattern, entry.pattern):
                    rules |= self._rules_of[wide.pattern]
            key = (rules, entry.pattern == "null", unsent if unsent is None else entry.pattern)
            groups.setdefault(key, []).append(entry)
        for (_, _, unsent), entries in ((key, each) for key, each in groups.items() if isinstance(key, tuple)):
            known = next((each.pattern for each in entries if each.pattern in self._asked), entries[0].pattern)
            yield OriginClass(known, tuple(entries), unsent=None if unsent is None else why_never_sent(known))

    def _unmatched(self, strangers: Sequence[str]) -> Iterator[OriginClass]:
        """Origins that somebody asks for and no browser sends."""
        for origin in strangers:
            if not is_browser_origin(origin):
                yield OriginClass(origin, (), unsent="it is no origin of a browser")

    def _patterned(self, members: dict[int, str], strangers: Sequence[str], complete: bool) -> Iterator[OriginClass]:
        standing = dict(members)
        for origin in strangers:
            if is_browser_origin(origin):
                standing[self._mask(origin)] = origin
        if not complete:
            other = next((each for each in ELSEWHERE if self._mask(each) not in standing), None)
            if other is not None:
                standing[self._mask(other)] = other
        for mask in sorted(standing, key=lambda each: (-self._weight(each), -each)):
            named = self._narrowest(mask)
            yield OriginClass(standing[mask], named, rest=bool(named) and self._shared(named, mask, standing))
        if complete:
            reached = 0
            for mask in members:
                reached |= mask
            for entry in self._wide:
                unsent = why_never_sent(entry.pattern) if entry.shape is None else None
                if unsent is not None and not reached >> self._place[entry.pattern] & 1:
                    yield OriginClass(entry.pattern, (entry,), unsent=unsent)

    def _mask(self, origin: str) -> int:
        return sum(1 << place for place, each in enumerate(self._patterns) if matches(each, origin))

    def _weight(self, mask: int) -> int:
        """Narrow patterns are told first, all other origins last."""
        return sum(len(self._patterns[place]) - 1 for place in range(len(self._patterns)) if mask >> place & 1)

    def _narrowest(self, mask: int) -> tuple[Entry, ...]:
        """The patterns of the class without ``*`` itself and without those that cover another one here."""
        here = [entry for entry in self._wide if mask >> self._place[entry.pattern] & 1]
        here = [entry for entry in here if entry.pattern != "*" or entry.shape is not None]
        return tuple(
            entry
            for entry in here
            if not any(other.pattern != entry.pattern and covers(entry.pattern, other.pattern) for other in here)
        )

    def _shared(self, named: tuple[Entry, ...], mask: int, standing: dict[int, str]) -> bool:
        """Whether an origin with a line of its own is matched by all these patterns too."""
        own = 0
        for entry in named:
            own |= 1 << self._place[entry.pattern]
        if any(other != mask and other & own == own for other in standing):
            return True
        exact = (entry.pattern for entry in self._entries if entry.exact)
        return any(all(matches(wide.pattern, each) for wide in named) for each in exact)


def _parted(columns: int, sets: Sequence[int]) -> list[tuple[int, int]]:
    """The columns by which groups hold them."""
    parts = [(0, columns)]
    for number, held in enumerate(sets):
        if held & columns:
            split = []
            for mask, part in parts:
                inside = part & held
                if inside:
                    split.append((mask | 1 << number, inside))
                if part ^ inside:
                    split.append((mask, part ^ inside))
            parts = split
    return parts
