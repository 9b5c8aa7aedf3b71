"""One list of rules by itself: what in it has no effect, and where the order of the rules decides."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, islice

from drift.cors import open_questions
from drift.cors.answers import Relation, relation, shown_of
from drift.cors.budget import MAX_STEPS, Budget, OverBudgetError
from drift.cors.grammar import is_browser_origin
from drift.cors.meeting import may_meet
from drift.cors.model import BucketCors, CorsRule, TextList
from drift.cors.origins import ORIGINS, why_never_sent
from drift.cors.pattern import Covering
from drift.cors.reach import reach
from drift.cors.readings import Entry, StarReading, entries, readings_of
from drift.cors.replay import renumbered, replayed
from drift.cors.search import Outcome, Search
from drift.cors.verdict import Witness

NEVER_ANSWERS = "rule-never-answers"
DEAD_ORIGIN = "origin-never-sent"
COVERED = "covered-entry"
BESIDE_STAR = "origin-beside-star"
ORDER_MATTERS = "order-matters"

MOST_WALKED = 200
"""Wildcards of one bucket that are searched for an origin where none comes to mind; what more there are is left out."""

MOST_PAIRS = 20
"""Pairs of rules whose order matters that are told of; more are of the same kind."""


@dataclass(frozen=True, slots=True)
class Note:
    """Something about one list. ``id`` is one of the constants above; rules count from 0.

    ``rule``: which it is about. ``field`` and ``value``: the entry, by the API name of its list, None of a whole rule.
    ``others``: the rules that shadow it, or the rule with which its order matters. ``why``: in words. ``witness``: of
    an order that matters, a request with the answer of ``rule`` and that of the other, were each of them first;
    ``cache_only``: they differ in nothing but what feeds a browser's preflight cache.
    """

    id: str
    rule: int
    why: str
    field: str | None = None
    value: str | None = None
    others: tuple[int, ...] = ()
    witness: Witness | None = None
    cache_only: bool = False


def within(cors: BucketCors, *, max_steps: int = MAX_STEPS) -> tuple[Note, ...]:
    """All that can be said of the rules by themselves, for every value of what is unknown in them.

    What would take more than ``max_steps`` is left out; nothing is said that is not certain, or that holds only under
    one reading of what is not known of S3. The witnesses are of the reading taken.
    """
    found: list[Note] = []
    budget = Budget(max_steps)
    walks = Budget(MOST_WALKED)
    for index, rule in enumerate(cors.rules):
        found += _entries_without_effect(index, rule, walks)
    never: tuple[Note, ...] = ()
    try:
        # Rules without an order may each come first, so none of them keeps another from answering.
        never = tuple(note for note in _never_answering(cors.rules, budget) if cors.ordered or not note.others)
        found += never
        silent = {note.rule for note in never}
        taken, *others = _read(cors.rules)
        clashes = (
            clash
            for clash in _clashes(cors.rules, taken, budget, silent)
            if all(each.tells_apart(clash.first, clash.second, budget) for each in others)
        )
        for clash in islice(clashes, MOST_PAIRS):
            found.append(_order_note(clash))
    except OverBudgetError:
        pass  # what was found is certain all the same
    return tuple(sorted(found, key=lambda note: note.rule))


def order_matters(cors: BucketCors, *, max_steps: int = MAX_STEPS) -> Witness | None:
    """A request that two orders of the rules answer differently; None if every order answers alike under some reading.

    Two orders can differ exactly if two rules both allow some request and answer it differently: each can be first. No
    headers need be requested for that. The witness has the answers of the two rules, each by its own index, as declared
    and as live. One that only feeds the preflight cache is given if there is no other. It is of the reading taken;
    under each other some pair differs too. A list that takes more than ``max_steps`` is judged by what was found.
    """
    kept: Clash | None = None
    budget = Budget(max_steps)
    taken, *others = _read(cors.rules)
    try:
        for clash in _clashes(cors.rules, taken, budget):
            if kept is None or not clash.cache_only:
                kept = clash
            if not clash.cache_only:
                break
        for reading in others if kept is not None else ():
            if not any(reading.tells_apart(*pair, budget) for pair in combinations(range(len(cors.rules)), 2)):
                return None
    except OverBudgetError:
        kept = None if others else kept
    return kept.witness if kept is not None else None


def order_may_matter(cors: BucketCors, *, max_steps: int = MAX_STEPS) -> bool:
    """Whether two orders may differ for some value of what is unknown, under some reading; True where in doubt."""
    budget = Budget(max_steps)
    try:
        return any(
            (found := reading.swapped(*pair, budget)) is not None and found.possible
            for reading in _read(cors.rules)
            for pair in combinations(range(len(cors.rules)), 2)
        )
    except OverBudgetError:
        return True


@dataclass(frozen=True, slots=True)
class _Read:
    """The rules under one reading: for each the entries that it is taken as."""

    rules: list[list[Entry]]
    overlapping: bool

    def swapped(self, first: int, second: int, budget: Budget) -> Outcome | None:
        """What tells two rules, one before the other, from the same the other way round; None if nothing can."""
        one, other = self.rules[first], self.rules[second]
        budget.spend()
        if not _may_clash(one, other, budget):
            return None
        return Search([*one, *other], [*other, *one], budget, overlapping=self.overlapping).run()

    def tells_apart(self, first: int, second: int, budget: Budget) -> bool:
        """Whether some request tells which of the two stands first."""
        found = self.swapped(first, second, budget)
        return found is not None and bool(found.found)


def _read(rules: Sequence[CorsRule]) -> list[_Read]:
    """The rules under each reading, the one that ``evaluate`` takes first."""
    found = []
    for star, overlapping in readings_of(rules):
        taken: list[list[Entry]] = [[] for _ in rules]
        for entry in entries(rules, star, zero_is_unset=False):
            taken[entry.index].append(entry)
        found.append(_Read(taken, overlapping))
    return found


@dataclass(frozen=True, slots=True)
class Clash:
    """Two rules, by index, that both allow a request and answer it differently."""

    first: int
    second: int
    witness: Witness
    cache_only: bool


def _clashes(rules: Sequence[CorsRule], taken: _Read, budget: Budget, silent: Collection[int] = ()) -> Iterator[Clash]:
    """Pairs of rules, but for the silent ones, that some request tells apart by which of them stands first.

    The reading is that of ``evaluate``, which is asked for the witnesses.
    """
    for first, second in combinations(range(len(rules)), 2):
        if first in silent or second in silent:
            budget.spend()
            continue
        found = taken.swapped(first, second, budget)
        clash = _clash(rules, first, second, found) if found is not None else None
        if clash is not None:
            yield clash


def _may_clash(rule: Sequence[Entry], another: Sequence[Entry], budget: Budget) -> bool:
    """Whether two rules may both allow some request and answer it differently, under whatever reading; quick."""
    return any(
        one.may_methods & other.may_methods
        and relation(one.answer, other.answer, page_reads=True) != Relation.EQUAL
        and may_meet(set(one.may_origins), set(other.may_origins), budget)
        for one in rule
        for other in another
    )


def _clash(rules: Sequence[CorsRule], first: int, second: int, outcome: Outcome) -> Clash | None:
    found = min(outcome.found.values(), key=lambda each: (each.relation == Relation.CACHE, each.rank), default=None)
    if found is None:
        return None
    pair = [rules[first], rules[second]]
    witness = replayed(shown_of(found.relation), found.request, pair, pair[::-1])
    witness = replace(
        witness,
        declared=renumbered(witness.declared, (first, second)),
        live=renumbered(witness.live, (second, first)),
    )
    return Clash(first, second, witness, found.relation == Relation.CACHE)


def _order_note(clash: Clash) -> Note:
    request = clash.witness.request
    what = "with other methods or another max-age" if clash.cache_only else "differently"
    why = f"rules {clash.first + 1} and {clash.second + 1} both allow {request.method} from {request.origin}, {what}"
    others = (clash.second,)
    return Note(ORDER_MATTERS, clash.first, why, others=others, witness=clash.witness, cache_only=clash.cache_only)


def _never_answering(rules: Sequence[CorsRule], budget: Budget) -> Iterator[Note]:
    taken = entries(rules, StarReading.STAR_ANYWHERE, zero_is_unset=False)  # which rules answer is the same under all
    ends = dict.fromkeys(overlapping for _, overlapping in readings_of(rules))
    found = [reach(taken, budget, overlapping=overlapping) for overlapping in ends]
    for index in range(len(rules)):
        if any(index in each.answering for each in found):
            continue
        shadows = tuple(sorted({shadow for each in found for shadow in each.shadows.get(index, ())}))
        if shadows:
            listed = ", ".join(str(each + 1) for each in shadows)
            why = f"every request that it allows is answered by an earlier rule: {listed}"
        else:
            why = "no browser sends a request that it allows"
        yield Note(NEVER_ANSWERS, index, why, others=shadows)


def _entries_without_effect(index: int, rule: CorsRule, walks: Budget) -> Iterator[Note]:
    origins = _known(rule.allowed_origins)
    for origin in origins:
        try:
            if _sent_at_once(origin):
                continue
            walks.spend(1 if "*" in origin else 0)
            why = why_never_sent(origin)
        except OverBudgetError:
            continue
        if why is not None:
            yield Note(DEAD_ORIGIN, index, f"no browser sends such an origin: {why}", "AllowedOrigins", origin)
    for name, values, folded in (
        ("AllowedOrigins", origins, origins),
        ("AllowedHeaders", _known(rule.allowed_headers), tuple(each.lower() for each in _known(rule.allowed_headers))),
    ):
        covering = Covering(folded)
        for written, value in zip(values, folded, strict=True):
            wide = next(covering.others(value), None)
            if wide == "*" and name == "AllowedOrigins":
                why = open_questions.OPEN_QUESTIONS[open_questions.STAR_BESIDE_ORIGIN]
                yield Note(BESIDE_STAR, index, why, name, written)
            elif wide is not None:
                yield Note(COVERED, index, f"{wide} of the same list covers it", name, written)


def _sent_at_once(origin: str) -> bool:
    """Whether a browser can send an origin of the entry, by those that come to mind; quick."""
    prefix, star, suffix = origin.partition("*")
    fillers = ORIGINS.fillers(prefix, suffix) if star else ("",)
    return any(is_browser_origin(prefix + filler + suffix) for filler in fillers)


def _known(values: TextList) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each for each in values if isinstance(each, str))) if isinstance(values, tuple) else ()
