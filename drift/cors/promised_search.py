"""The search for a request that breaks a statement, over all origins, methods and sets of requested headers.

The origins are walked region by region (``regions``), as they are to compare two lists. In a region only finitely much
counts: which rules can answer (``duel.Side``). Whether some set of headers makes one of them answer badly takes no
search either: rule *w* answers some set of the names *A* that it allows, in place of the rules before it, exactly if
each of these leaves out a name of *A*; one such name of each is a set that does it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import Flag, auto

from drift.cors.answers import ALWAYS_EXPOSED, ECHO, STAR, Answer
from drift.cors.budget import Budget, OverBudgetError
from drift.cors.duel import Side, Signature, sides_by_method
from drift.cors.headers import Patterns, fold_headers
from drift.cors.model import CorsRequest, CorsRule
from drift.cors.origins import ORIGINS
from drift.cors.pattern import matches, matches_overlapping
from drift.cors.promised_statement import Sense, Statement
from drift.cors.readings import Entry, Reading, entries
from drift.cors.regions import Regions
from drift.cors.search import AFTERWARDS, SIMPLE_METHODS, OneText, RowOf, Where

_SUBJECT = 1
"""The statement's own list, beside that of the rules."""


class Bad(Flag):
    """What an answer must not be."""

    REFUSED = auto()
    ALLOWED = auto()
    STAR = auto()
    """Allowed without credentials."""
    ECHO = auto()
    """Allowed with credentials."""
    UNREAD = auto()
    """The page may not read one of the response headers named."""
    READ = auto()
    """The page may read one of the response headers named."""


OF_ONE_RULE = Bad.STAR | Bad.ECHO | Bad.UNREAD | Bad.READ
"""What hangs on which rule answers; the others on whether one does."""


def bad_of(statement: Statement) -> Bad:
    """What breaks the statement."""
    if statement.forbids:
        return Bad.ECHO if statement.credentials else Bad.READ if statement.exposed else Bad.ALLOWED
    credentials = Bad.STAR if statement.credentials else Bad(0)
    return Bad.REFUSED | credentials | (Bad.UNREAD if statement.exposed else Bad(0))


@dataclass(slots=True)
class Outcome:
    """``request`` breaks the statement for every value of the unknowns. ``doubtful``: the rules, by index, with an
    unknown for some value of which some request breaks it.
    """

    request: CorsRequest | None = None
    doubtful: set[int] = field(default_factory=set)


class _SettledError(Exception):
    """What was found is good enough."""


class PromiseSearch:
    """The search in one ordered list of rules, under one reading; ``run`` fills the outcome."""

    def __init__(
        self, rules: Sequence[CorsRule], statement: Statement, bad: Bad, reading: Reading, budget: Budget
    ) -> None:
        star, self._overlapping = reading
        self._entries = entries(rules, star, zero_is_unset=False)
        self._statement = statement
        self._bad = bad
        self._budget = budget
        self._read = [_names_read(rule) for rule in rules]
        self._wanted = frozenset(map(str.lower, statement.exposed)) - ALWAYS_EXPOSED
        self._readable_anyway = len(self._wanted) < len({each.lower() for each in statement.exposed})
        self._cases: dict[tuple[int, Signature], tuple[_Case, ...]] = {}
        self._until: int | None = None
        self.outcome = Outcome()

    def run(self) -> Outcome:
        """Raises ``OverBudgetError`` if nothing was found before."""
        groups: dict[Patterns, int] = {(): 0}
        subject = self._subject()
        for entry in (*self._entries, subject):
            groups.setdefault(entry.origins, len(groups))
            groups.setdefault(entry.may_origins, len(groups))
        named = groups[subject.origins]
        try:
            found = sides_by_method([self._entries, [subject]], groups, self._budget, overlapping=self._overlapping)
            sides = [(methods[0], side) for methods, (side, asked) in found if asked.rules]
            regions = Regions(list(groups), ORIGINS, self._budget, overlapping=self._overlapping)
            regions.sweep(lambda row, places, sets: self._visit(sides, RowOf(regions, row), places, sets, sets[named]))
            self._look_at_points(regions, sides, len(groups))
        except _SettledError:
            pass
        except OverBudgetError:
            if self.outcome.request is None:
                raise
        return self.outcome

    def _subject(self) -> Entry:
        """The statement as a rule."""
        origins, methods = self._statement.origins, frozenset(self._statement.methods)
        headers = fold_headers(self._statement.headers)
        return Entry(0, methods, methods, origins, origins, headers, headers, Answer(ECHO, frozenset(), None))

    def _look_at_points(self, regions: Regions, sides: Sequence[tuple[str, Side]], count: int) -> None:
        told: set[tuple[int, bool]] = set()
        match = matches_overlapping if self._overlapping else matches  # the sentence's patterns are as S3 has them
        for text in regions.points:
            mask = regions.groups_of(text)
            inside = any(match(each, text) for each in self._statement.origins)
            self._budget.spend(1 + len(self._statement.origins) // 8)
            if (mask, inside) not in told:
                sets = [mask >> group & 1 for group in range(count)]
                if not self._visit(sides, OneText(text), 1, sets, int(inside)):
                    told.add((mask, inside))

    def _visit(
        self, sides: Sequence[tuple[str, Side]], where: Where, places: int, sets: Sequence[int], inside: int
    ) -> int:
        """Look at the places; returns those where a browser's origin is still to be found."""
        if self._until is not None and self._budget.spent > self._until:
            raise _SettledError
        here = places & (~inside if self._statement.sense is Sense.NOBODY_BUT else inside)
        again = 0
        for number, (method, side) in enumerate(sides) if here else ():
            for part, *signature in side.classes(here, sets, self._budget):
                cases = self._cases_of(number, side, (signature[0], signature[1]))
                news = [each for each in cases if self._is_news(each)]
                origin = where.browsers(part) if news else None
                if origin is not None:
                    for case in news:
                        self._note(case, method, origin)
                elif news:
                    again |= part
        return again

    def _is_news(self, case: _Case) -> bool:
        if not case.certain:
            return not case.hinges <= self.outcome.doubtful
        return self.outcome.request is None or len(case.headers) < len(self.outcome.request.headers)

    def _note(self, case: _Case, method: str, origin: str) -> None:
        if not case.certain:
            self.outcome.doubtful |= case.hinges
            return
        page_reads = bool(self._bad & (Bad.READ | Bad.UNREAD)) and not case.refused
        simple = method in SIMPLE_METHODS or page_reads
        self.outcome.request = CorsRequest(origin, method, case.headers, bool(case.headers) or not simple)
        if not case.headers:
            raise _SettledError
        self._until = self._until or self._budget.spent + AFTERWARDS

    def _cases_of(self, number: int, side: Side, signature: Signature) -> tuple[_Case, ...]:
        """How these rules can break it: for certain, with the fewest headers, and else by an unknown."""
        key = number, signature
        if key not in self._cases:
            sets = dict.fromkeys(self._sets_of(side, signature))
            found = [each for kinds in sets if (each := self._case(side, signature, kinds)) is not None]
            certain = sorted((each for each in found if each.certain), key=lambda each: len(each.headers))[:1]
            self._cases[key] = tuple(certain or found)
        return self._cases[key]

    def _case(self, side: Side, signature: Signature, kinds: tuple[int, ...]) -> _Case | None:
        """What becomes of a request for names of these kinds; None if it cannot break the statement."""
        self._budget.spend()
        answers = list(_answering(side, signature, kinds))
        told = [self._told(side, place, bool(kinds)) for place in answers]
        if not any(possible for possible, _ in told):
            return None
        headers = tuple(sorted(side.names.member[kind] for kind in kinds))
        hinges = frozenset(side.rules[place].index for place in answers if place >= 0 and not side.rules[place].known)
        return _Case(headers, all(certain for _, certain in told), hinges, -1 in answers)

    def _told(self, side: Side, place: int, with_headers: bool) -> tuple[bool, bool]:
        """Whether the answer of the rule at this place, -1 for a refusal, may break it, and whether it surely does."""
        if place < 0:
            refused = bool(self._bad & Bad.REFUSED)
            return refused, refused
        if self._bad & Bad.ALLOWED:
            return True, True
        entry = side.rules[place]
        may = surely = False
        for bad, kind in ((Bad.STAR, STAR), (Bad.ECHO, ECHO)):
            if self._bad & bad:
                may |= bool(entry.answer.kinds & kind)
                surely |= entry.answer.kinds == kind
        if self._bad & (Bad.READ | Bad.UNREAD) and not with_headers:
            read, settled = self._read[entry.index]
            if self._bad & Bad.UNREAD:
                lacking = bool(self._wanted - read)
                may, surely = may or lacking, surely or (lacking and settled)
            else:
                exposing = self._readable_anyway or bool(self._wanted & read)
                may, surely = may or exposing or not settled, surely or exposing
        return may, surely

    def _sets_of(self, side: Side, signature: Signature) -> Iterator[tuple[int, ...]]:
        """Sets of names, as kinds, of which one breaks the statement if any set of the statement's names does."""
        names = side.names
        own = names.of[fold_headers(self._statement.headers)] & names.sendable
        can = signature[0]
        places = [place for place in range(can.bit_length()) if can >> place & 1]
        if self._statement.forbids and self._statement.headers:
            for place in places:
                for allowed in (own & side.headers[place], own & side.may_headers[place]):
                    if allowed:
                        yield (names.cheapest(allowed),)
            return
        if self._statement.forbids:
            own = names.sendable
        yield ()
        if self._bad & (Bad.REFUSED | OF_ONE_RULE):
            for place in (*places, -1):
                yield from self._past_others(side, signature, place, own)

    def _past_others(self, side: Side, signature: Signature, place: int, own: int) -> Iterator[tuple[int, ...]]:
        """A set of names that comes past the rules before the place, of -1 past all: those that surely answer it, and,
        the better to be certain, those that may.
        """
        can, surely = signature
        end = place if place >= 0 else can.bit_length()
        for earlier, headers in ((surely, side.headers), (can, side.may_headers)):
            before = [other for other in range(end) if earlier >> other & 1]
            allowed = own & side.may_headers[place] if place >= 0 else own
            missing = [allowed & ~headers[other] for other in before]
            self._budget.spend(1 + len(missing))
            if all(missing):
                yield tuple(sorted(side.names.one_of_each(missing)))


@dataclass(frozen=True, slots=True)
class _Case:
    """A set of headers with which some answer breaks the statement, ``certain`` if every possible answer does.

    ``hinges`` are the rules with an unknown that may answer, ``refused`` whether it may be refused.
    """

    headers: tuple[str, ...]
    certain: bool
    hinges: frozenset[int]
    refused: bool


def _answering(side: Side, signature: Signature, kinds: tuple[int, ...]) -> Iterator[int]:
    """The places of the rules that may answer a request for names of these kinds, and -1 if it may be refused."""
    can, surely = signature
    asked = sum(1 << kind for kind in kinds)
    for place in range(can.bit_length()):
        if can >> place & 1 and not asked & ~side.may_headers[place]:
            yield place
            if surely >> place & 1 and not asked & ~side.headers[place]:
                return
    yield -1


def _names_read(rule: CorsRule) -> tuple[frozenset[str], bool]:
    """The response headers that a page surely may read because of the rule, and whether these are all."""
    values = rule.expose_headers
    if not isinstance(values, tuple):
        return frozenset(), False
    known = [each for each in values if isinstance(each, str)]
    names = (part.strip().lower() for part in ",".join(known).split(","))
    return frozenset(name for name in names if name) - ALWAYS_EXPOSED, len(known) == len(values)
