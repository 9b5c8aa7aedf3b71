"""Two lists of rules for one origin and method: which requests tell them apart, over all sets of requested headers.

A set H of names picks from a list the first rule whose AllowedHeaders allow all of H. Some H picks rule i of one list
and rule j of the other exactly if, with X the names that both allow, no rule before i and none before j allows all of
X: one name of each difference makes such an H, and no other H can do better. So no sets are searched.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass

from drift.cors.answers import Answer, Relation, Relations, relation
from drift.cors.budget import Budget
from drift.cors.headers import Names, Patterns, name_kinds
from drift.cors.model import METHODS
from drift.cors.readings import Entry

Signature = tuple[int, int]
"""Which rules of a list can answer at some place (as bits, by their place in the list), and which do so for sure."""


@dataclass(frozen=True, slots=True)
class Pick:
    """A set of names for which the two answers stand in this relation; ``sendable`` if a browser can ask for them.

    ``certain`` is what the request may show whatever the unknowns are: the relation itself where there are none.
    ``hinges`` are the rules with an unknown that it depends on, by side and index.
    """

    relation: Relations
    certain: Relations
    headers: tuple[str, ...]
    sendable: bool
    hinges: tuple[tuple[str, int], ...] = ()


class Side:
    """The rules of one list that allow a method, with what the search needs of them.

    ``groups`` are the numbers of the origins that each rule allows for sure and of those that it may allow;
    ``numbers`` those of behaviours, shared with the other list.
    """

    def __init__(
        self, rules: Sequence[Entry], groups: Sequence[tuple[int, int]], names: Names, numbers: dict[Hashable, int]
    ) -> None:
        self.rules = rules
        self.groups = groups
        self.names = names
        self.headers = [names.of[rule.headers] for rule in rules]
        self.may_headers = [names.of[rule.may_headers] for rule in rules]
        self.blocking = [
            sum(1 << other for other in range(place) if may & ~self.headers[other] == 0)
            for place, may in enumerate(self.may_headers)
        ]

        later = 0
        self._closing = [False] * len(rules)
        for place in reversed(range(len(rules))):
            self._closing[place] = later & ~self.headers[place] == 0
            later |= self.may_headers[place]
        self._numbers = numbers
        self._behaviours: dict[Signature, int] = {}

    def behaviour(self, signature: Signature) -> int:
        """A number for what these rules do; the same for signatures, of either list, that answer all requests alike."""
        known = self._behaviours.get(signature)
        if known is None:
            can = signature[0]
            places = [place for place in range(can.bit_length()) if can >> place & 1]
            behaviour: Hashable = object()  # equal to nothing
            if all(self.rules[place].known for place in places):
                behaviour = tuple((self.headers[place], self.rules[place].answer) for place in places)
            known = self._behaviours[signature] = self._numbers.setdefault(behaviour, len(self._numbers))
        return known

    def classes(self, places: int, sets: Sequence[int], budget: Budget) -> list[tuple[int, int, int]]:
        """The places (bits), parted by which rules can answer there: (part, rules that can, rules that surely do).

        A rule is left out where an earlier one surely allows the origin and every header that it allows.
        """
        classes = [(places, 0, 0)]
        closed: list[tuple[int, int, int]] = []
        for place, (sure_group, may_group) in enumerate(self.groups):
            may = sets[may_group]
            if not may & places:
                continue
            budget.spend(len(classes))
            bit, blocking = 1 << place, self.blocking[place]
            done = closed if self._closing[place] else None
            parted = []
            for part, can, surely in classes:
                inside = part & may
                if not inside or surely & blocking:
                    parted.append((part, can, surely))
                    continue
                if inside != part:
                    parted.append((part ^ inside, can, surely))
                certain = inside & sets[sure_group]
                if certain:
                    (parted if done is None else done).append((certain, can | bit, surely | bit))
                if certain != inside:
                    parted.append((inside ^ certain, can | bit, surely))
            classes = parted
            if not classes:
                break
        return closed + classes

    def answer(self, place: int) -> Answer | None:
        return None if place < 0 else self.rules[place].answer


def sides_by_method(
    lists: Sequence[Sequence[Entry]], groups: dict[Patterns, int], budget: Budget, *, overlapping: bool = False
) -> Iterator[tuple[tuple[str, ...], list[Side]]]:
    """The rules of each list for each method; methods that the same rules allow come together, unused ones not at all.

    ``groups`` are the numbers of the lists of origins; 0 is that of the empty one.
    """
    patterns = [each for rules in lists for entry in rules for each in (entry.headers, entry.may_headers)]
    names = name_kinds(patterns, budget, overlapping=overlapping)
    by_rules: dict[tuple[tuple[tuple[int, bool], ...], ...], list[str]] = {}
    for method in METHODS:
        key = tuple(
            tuple((place, method in entry.methods) for place, entry in enumerate(rules) if method in entry.may_methods)
            for rules in lists
        )
        by_rules.setdefault(key, []).append(method)
    for key, methods in by_rules.items():
        if any(key):
            numbers: dict[Hashable, int] = {}
            sides = []
            for rules, chosen in zip(lists, key, strict=True):
                own = [
                    (groups[rules[place].origins] if sure else 0, groups[rules[place].may_origins])
                    for place, sure in chosen
                ]
                sides.append(Side([rules[place] for place, _ in chosen], own, names, numbers))
            yield tuple(methods), sides


class Duel:
    """The declared and the live rules for the methods that the same rules allow."""

    def __init__(self, methods: tuple[str, ...], declared: Side, live: Side, budget: Budget) -> None:
        self.methods = methods
        self.declared = declared
        self.live = live
        self.overlaps = declared.names.overlaps
        self._names = declared.names
        self._budget = budget
        self._known = all(rule.known for side in (declared, live) for rule in side.rules)
        self._picks: dict[tuple[Signature, Signature], tuple[Pick, ...]] = {}
        self._relations: dict[tuple[int, int, bool], Relations] = {}

    def picks(self, declared: Signature, live: Signature) -> tuple[Pick, ...]:
        """For each relation that some set of headers brings about, the smallest such set found."""
        key = declared, live
        if key not in self._picks:
            best: dict[tuple[Relations, Relations, bool], Pick] = {}
            for pick in self._all_picks(declared, live, best):
                kind = pick.relation, pick.certain, pick.sendable
                if kind not in best or len(pick.headers) < len(best[kind].headers):
                    best[kind] = pick
            self._picks[key] = tuple(best.values())
        return self._picks[key]

    def _all_picks(
        self, declared: Signature, live: Signature, best: dict[tuple[Relations, Relations, bool], Pick]
    ) -> Iterator[Pick]:
        for ours, our_blockers in _candidates(declared):
            for theirs, their_blockers in _candidates(live):
                self._budget.spend()
                if not our_blockers and not their_blockers:
                    found = self._relation(ours, theirs, True)
                    if found != Relation.EQUAL:
                        certain = self._certain(declared, live, (), found)
                        yield Pick(found, certain, (), True, self._hinges(declared, live))
                    continue
                found = self._relation(ours, theirs, False)
                known = best.get((found, found, True)) if self._known else None
                if known is not None and len(known.headers) <= 1:
                    continue  # it takes a header at least to get past the rules before
                if found != Relation.EQUAL:
                    yield from self._with_headers(declared, live, (ours, theirs), our_blockers, their_blockers, found)

    def _with_headers(
        self,
        declared: Signature,
        live: Signature,
        pair: tuple[int, int],
        our_blockers: list[int],
        their_blockers: list[int],
        found: Relations,
    ) -> Iterator[Pick]:
        allowed = self._names.all
        for place, side in zip(pair, (self.declared, self.live), strict=True):
            if place >= 0:
                allowed &= side.may_headers[place]
        missing = [allowed & ~self.declared.headers[place] for place in our_blockers]
        missing += [allowed & ~self.live.headers[place] for place in their_blockers]
        self._budget.spend(len(missing))
        for sendable in (True, False):
            kinds = [each & self._names.sendable for each in missing] if sendable else missing
            if all(kinds):
                chosen = self._names.one_of_each(kinds)
                names = tuple(sorted(self._names.member[place] for place in chosen))
                certain = self._certain(declared, live, chosen, found)
                yield Pick(found, certain, names, sendable, self._hinges(declared, live))
                return

    def _certain(self, declared: Signature, live: Signature, kinds: tuple[int, ...], found: Relations) -> Relations:
        """What the request with these headers shows whatever the unknowns are: all relations that it may show."""
        if self._known:
            return found
        every = 0
        for ours in _winners(self.declared, declared, kinds):
            for theirs in _winners(self.live, live, kinds):
                every |= self._relation(ours, theirs, not kinds)
        return every

    def _hinges(self, declared: Signature, live: Signature) -> tuple[tuple[str, int], ...]:
        if self._known:
            return ()
        return tuple(
            (name, entry.index)
            for name, side, (can, _) in (("declared", self.declared, declared), ("live", self.live, live))
            for place, entry in enumerate(side.rules)
            if can >> place & 1 and not entry.known
        )

    def _relation(self, ours: int, theirs: int, page_reads: bool) -> Relations:
        key = ours, theirs, page_reads
        if key not in self._relations:
            self._relations[key] = relation(self.declared.answer(ours), self.live.answer(theirs), page_reads=page_reads)
        return self._relations[key]


def _candidates(signature: Signature) -> Iterator[tuple[int, list[int]]]:
    """Each rule that can answer, and -1 for a refusal, with the earlier rules that surely take what they allow."""
    can, surely = signature
    blockers: list[int] = []
    for place in range(can.bit_length()):
        if can >> place & 1:
            yield place, list(blockers)
            if surely >> place & 1:
                blockers.append(place)
    yield -1, blockers


def _winners(side: Side, signature: Signature, kinds: tuple[int, ...]) -> Iterator[int]:
    """The rules that may answer a request for names of these kinds, and -1 if it may be refused."""
    can, surely = signature
    asked = sum(1 << kind for kind in kinds)
    for place in range(can.bit_length()):
        if can >> place & 1 and asked & ~side.may_headers[place] == 0:
            yield place
            if surely >> place & 1 and asked & ~side.headers[place] == 0:
                return
    yield -1
