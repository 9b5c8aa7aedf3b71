"""A digest of what rules mean to a browser: of two lists with one digest, no browser can tell which it talks to.

Folded are, because no answer to a browser depends on them: IDs; the order of values in a list, repeats, and the letter
case of header names; origins and header names that no browser can send; entries that another of their list covers;
response headers that every page may read anyway, or none; rules that never answer, wherever their order lets them be
put; the order of two rules where nothing tells which of them stands first; and, where told so, MaxAgeSeconds 0 against
an unset one. A list of which nothing remains is the same as no rules.

Not folded, so that lists may have two digests and mean the same: a rule that is written as two, or two as one;
patterns that only together cover another; two rules whose order another rule before them makes irrelevant, or whose
common origins no browser sends; rules that take more work than the cap allows. What hangs on an open question about S3
(``drift.cors.open_questions``) is folded only if it is the same under each reading.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from drift.cors.answers import ALWAYS_EXPOSED, NEVER_EXPOSED
from drift.cors.budget import Budget, OverBudgetError
from drift.cors.headers import HEADERS, fold_headers
from drift.cors.meeting import may_meet
from drift.cors.model import METHODS, BucketCors, CorsRule
from drift.cors.origins import why_never_sent
from drift.cors.pattern import Covering, overlapped
from drift.cors.reach import reach
from drift.cors.readings import StarReading, entries, readings_of
from drift.cors.regions import Regions

VERSION = "cors1"
"""Changes with what is folded: digests of two versions are never equal."""

MAX_RULES = 1_000
"""Longer lists, ten times what S3 keeps, have no digest; nor have those with more than ``MAX_TEXT`` characters."""

MAX_TEXT = 1 << 20

_STEPS = 300_000
"""What the folding of one list may spend."""

_Form = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class _Folded:
    """A rule with all folded that needs no other rule to be seen. ``form`` is what the digest is made of.

    ``before`` are the origins before ``*`` where there is one beside others, else empty.
    """

    methods: tuple[str, ...]
    origins: tuple[str, ...]
    before: tuple[str, ...]
    headers: tuple[str, ...]
    exposed: tuple[str, ...]
    max_age: int | None

    @property
    def form(self) -> _Form:
        age = () if self.max_age is None else (str(self.max_age),)
        return self.methods, self.origins, self.before, self.headers, self.exposed, age

    @property
    def beside_star(self) -> bool:
        return "*" in self.origins and len(self.origins) > 1

    @property
    def answer(self) -> tuple[object, ...]:
        """What it answers where it does; equal to nothing where that hangs on how S3 takes a star beside origins."""
        kind: object = object() if self.beside_star else "*" in self.origins
        return kind, self.exposed, self.max_age, tuple(sorted(_as_read(self.methods)))

    @property
    def rule(self) -> CorsRule:
        origins = self.origins
        if self.beside_star:
            after = (each for each in origins if each != "*" and each not in self.before)
            origins = (*self.before, "*", *after)
        return CorsRule(self.methods, origins, self.headers, self.exposed, self.max_age)


@lru_cache(maxsize=256)
def digest(cors: BucketCors | None, *, zero_is_unset: bool = False) -> str | None:
    """``cors1:`` and 40 hex digits; None for rules with a value that is not known (IDs apart), or of absurd size.

    ``zero_is_unset`` makes MaxAgeSeconds 0 and an unset one the same, as in ``prove``. Equal digests (of one setting of
    it) mean that ``prove`` says identical or cosmetic. Rules without an order of their own (``BucketCors.ordered``)
    have the digest of any order if all orders mean the same, else one that no list with an order has.
    """
    rules = () if cors is None else cors.rules
    if len(rules) > MAX_RULES or any(name != "ID" for rule in rules for name, _ in rule.unknowns()):
        return None
    if sum(len(text) + 1 for rule in rules for text in _texts(rule)) > MAX_TEXT:
        return None
    budget = Budget(_STEPS)
    folded = [each for each in (_folded(rule, zero_is_unset) for rule in rules) if each.origins]
    if cors is not None and not cors.ordered and not _any_order(folded, Budget(_STEPS)):
        return _hashed(["set", *sorted(_written(rule, zero_is_unset) for rule in rules)])
    try:
        order = _least(_without_silent(_Trace(folded, budget), budget))
    except OverBudgetError:
        order = folded
    return _hashed([each.form for each in order])


def _hashed(content: object) -> str:
    text = json.dumps(content, ensure_ascii=True, separators=(",", ":"))
    return f"{VERSION}:{hashlib.sha256(text.encode()).hexdigest()[:40]}"


def _texts(rule: CorsRule) -> Iterator[str]:
    for values in (rule.allowed_methods, rule.allowed_origins, rule.allowed_headers, rule.expose_headers):
        yield from _known(values)


def _known(values: object) -> tuple[str, ...]:
    """The values of a list, in which nothing is unknown here."""
    return tuple(each for each in values if isinstance(each, str)) if isinstance(values, tuple) else ()


def _as_read(values: Iterable[str]) -> list[str]:
    """The values as a browser reads them from the header in which S3 joins them by commas."""
    return [part for part in map(str.strip, ",".join(values).split(",")) if part]


def _folded(rule: CorsRule, zero_is_unset: bool) -> _Folded:
    origins = [each for each in dict.fromkeys(_known(rule.allowed_origins)) if not _never_sent(each)]
    before: tuple[str, ...] = ()
    if "*" in origins:
        before = _uncovered(origins[: origins.index("*")])
        origins = ["*", *_uncovered(each for each in origins if each != "*")]
    headers = fold_headers([each for each in fold_headers(_known(rule.allowed_headers)) if not _never_asked(each)])
    exposed = frozenset(map(str.lower, _as_read(_known(rule.expose_headers)))) - ALWAYS_EXPOSED - NEVER_EXPOSED
    age = rule.max_age_seconds
    return _Folded(
        methods=tuple(sorted(set(_known(rule.allowed_methods)))),
        origins=tuple(sorted(origins)) if "*" in origins else _uncovered(origins),
        before=before,
        headers=_uncovered(headers),
        exposed=tuple(sorted(exposed)),
        max_age=age if isinstance(age, int) and not (zero_is_unset and age == 0) else None,
    )


def _written(rule: CorsRule, zero_is_unset: bool) -> _Form:
    """The rule as the prover holds the rules of two sets without order against one another."""
    age = rule.max_age_seconds
    told = () if not isinstance(age, int) or (zero_is_unset and age == 0) else (str(age),)
    lists = (rule.allowed_methods, rule.allowed_origins)
    names = (rule.allowed_headers, rule.expose_headers)
    return (
        *(tuple(sorted(set(_known(values)))) for values in lists),
        *(tuple(sorted({each.lower() for each in _known(values)})) for values in names),
        told,
    )


def _uncovered(patterns: Iterable[str]) -> tuple[str, ...]:
    own = sorted(set(patterns))
    covering = Covering(own)
    return tuple(each for each in own if next(covering.others(each), None) is None)


@lru_cache(maxsize=10_000)
def _never_sent(origin: str) -> bool:
    """Whether no browser sends an origin that the entry matches, under whatever reading."""
    try:
        return why_never_sent(origin) is not None
    except OverBudgetError:
        return False


@lru_cache(maxsize=10_000)
def _never_asked(pattern: str) -> bool:
    """Whether no browser asks for a header that the entry allows, under whatever reading."""
    prefix, star, suffix = pattern.partition("*")
    if not star:
        return not HEADERS.sendable(pattern)
    try:
        regions = Regions([(pattern,)], HEADERS, Budget(_STEPS))
        found = regions.browser_member(prefix, 1 << regions.columns.index(suffix))
    except OverBudgetError:
        return False
    return found is None and not any(map(HEADERS.sendable, overlapped(pattern)))


def _any_order(rules: Sequence[_Folded], budget: Budget) -> bool:
    """Whether all orders of the rules, and of the values in them, mean the same."""
    if any(each.beside_star for each in rules):
        return False
    try:
        return not any(_clash(one, other, budget) for place, one in enumerate(rules) for other in rules[place + 1 :])
    except OverBudgetError:
        return False


class _Trace:
    """Rules of which only such pairs have an order as some request may tell apart (a trace, as Mazurkiewicz has it)."""

    def __init__(self, rules: Sequence[_Folded], budget: Budget) -> None:
        self.rules = rules
        self.left = set(range(len(rules)))
        self.after: list[list[int]] = [[] for _ in rules]
        self.partners: list[bool] = [False] * len(rules)
        for first, one in enumerate(rules):
            for second in range(first + 1, len(rules)):
                if _clash(one, rules[second], budget):
                    self.after[first].append(second)
                elif _meet(one, rules[second], budget):
                    self.partners[first] = self.partners[second] = True

    def latest(self, place: int) -> list[int]:
        """The rules in an order in which this one stands as late as it can."""
        behind = {place}
        for each in sorted(self.left):
            if each in behind:
                behind.update(self.after[each])
        return [
            *(each for each in sorted(self.left) if each not in behind),
            place,
            *(each for each in sorted(self.left) if each in behind and each != place),
        ]


def _without_silent(trace: _Trace, budget: Budget) -> _Trace:
    """The trace without rules that answer nothing where they stand as late as they can, one by one.

    Which one goes first depends on the rules alone and not on the order in which they are written, since of two that
    do each other's work only one may go.
    """
    asked = [any(method in METHODS for method in each.methods) for each in trace.rules]
    if all(asked) and not any(trace.after) and not any(trace.partners):
        return trace  # no two of them allow one request, so each answers what it allows
    silent = _silent(trace.rules, budget)
    maybe = [each for each in trace.left if each in silent or trace.partners[each]]
    for place in sorted(maybe, key=lambda each: (trace.rules[each].form, each), reverse=True):
        order = trace.latest(place)
        if order.index(place) in _silent([trace.rules[each] for each in order], budget):
            trace.left.remove(place)
    return trace


def _silent(rules: Sequence[_Folded], budget: Budget) -> set[int]:
    """The rules, by place, that answer no browser under any reading."""
    written = [each.rule for each in rules]
    taken = entries(written, StarReading.STAR_ANYWHERE, zero_is_unset=False)
    ends = dict.fromkeys(overlapping for _, overlapping in readings_of(written))
    answering: set[int] = set()
    for overlapping in ends:
        answering |= reach(taken, budget, overlapping=overlapping).answering
    return set(range(len(rules))) - answering


def _least(trace: _Trace) -> list[_Folded]:
    """The least, as lists are compared, of all orders of the trace."""
    waits = dict.fromkeys(trace.left, 0)
    for each in trace.left:
        for later in trace.after[each]:
            if later in waits:
                waits[later] += 1
    free = [each for each, before in waits.items() if not before]
    order = []
    while free:
        best = min(free, key=lambda each: (trace.rules[each].form, each))
        free.remove(best)
        order.append(trace.rules[best])
        for later in trace.after[best]:
            if later in waits:
                waits[later] -= 1
                if not waits[later]:
                    free.append(later)
    return order


def _clash(one: _Folded, other: _Folded, budget: Budget) -> bool:
    """Whether some request may tell which of the two stands first: both allow it, and they answer otherwise."""
    if one.form == other.form or one.answer == other.answer:
        return False
    return _meet(one, other, budget)


def _meet(one: _Folded, other: _Folded, budget: Budget) -> bool:
    """Whether both may allow some request."""
    budget.spend()
    if not set(one.methods) & set(other.methods):
        return False
    return may_meet(set(one.origins), set(other.origins), budget)
