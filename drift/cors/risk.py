"""Which requests reach a rule: what it answers although other rules stand before it, entry of AllowedOrigins by entry.

Two questions are told apart. *Who may*: a request that a rule allows is allowed, by this rule or by one before it, so
only what earlier rules certainly take is taken off, and what is unknown in them cannot make the claim false. *What is
said*: that hangs on which rule answers, so all is taken off that rules may take which would say something else; where
the rules have no order, each of them may come first.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace

from drift.cors.answers import ECHO, FREER, Answer
from drift.cors.budget import Budget, OverBudgetError
from drift.cors.grammar import is_browser_origin
from drift.cors.model import METHODS, BucketCors, CorsRequest
from drift.cors.origins import ORIGINS
from drift.cors.pattern import Covering, matches
from drift.cors.readings import Entry, StarReading, entries
from drift.cors.search import SIMPLE_METHODS, Search

MAX_STEPS = 50_000
"""What the questions about one list of rules may spend together; what is asked then has no answer, and is not told."""

STEPS_A_SEARCH = 100
"""What a search costs beside its own steps, which do not count what it takes to find a text that browsers send."""

PATTERNS_A_STEP = 16
"""Entries of other rules that can be made ready to be looked through in one step."""

WORST_FIRST = ("PUT", "DELETE", "POST", "GET", "HEAD")


class Reached:
    """The rules of one bucket, to be asked which requests of browsers get to a rule."""

    def __init__(self, cors: BucketCors) -> None:
        self._ordered = cors.ordered
        self._taken = entries(cors.rules, StarReading.STAR_ANYWHERE, zero_is_unset=False)
        self._certain = [
            replace(each, may_methods=each.methods, may_origins=each.origins, may_headers=each.headers)
            for each in self._taken
        ]
        self._possible = [
            replace(each, methods=each.may_methods, origins=each.may_origins, headers=each.may_headers)
            for each in self._taken
        ]
        self._budget = Budget(MAX_STEPS)
        self._known: dict[tuple[int, str, frozenset[int]], _Rivals] = {}

    def requests(
        self,
        rule: int,
        pattern: str,
        methods: Iterable[str] = WORST_FIRST,
        *,
        besides: Collection[str] = (),
        otherwise: Collection[int] = (),
        headers: bool = True,
    ) -> Iterator[CorsRequest]:
        """``request`` for each of the methods with which something gets to the rule, in their order, as they are asked
        for.
        """
        found = (
            self.request(rule, pattern, method, besides=besides, otherwise=otherwise, headers=headers)
            for method in methods
        )
        return (each for each in found if each is not None)

    def request(
        self,
        rule: int,
        pattern: str,
        method: str,
        *,
        besides: Collection[str] = (),
        otherwise: Collection[int] = (),
        headers: bool = True,
    ) -> CorsRequest | None:
        """A request that the rule allows by this entry of its origins and no earlier rule does; None if there is none.

        ``besides``: patterns that the origin must not match. ``otherwise``: rules that would say something else to it,
        none of which may answer it, whatever is unknown in them. ``headers``: it may take a header to get past the
        earlier rules.
        """
        own = self._taken[rule]
        if method not in own.methods:
            return None
        try:
            return self._asked(own, pattern, method, besides, frozenset(otherwise), headers)
        except OverBudgetError:
            return None  # and so for all that is asked after it

    def _asked(
        self,
        own: Entry,
        pattern: str,
        method: str,
        besides: Collection[str],
        otherwise: frozenset[int],
        headers: bool,
    ) -> CorsRequest | None:
        rivals = self._rivals(own.index, method, otherwise)
        origin = _at_once(pattern, besides, rivals, self._budget)
        if origin is not None:
            return CorsRequest(origin, method, preflight=method not in SIMPLE_METHODS)
        if "*" not in pattern and not is_browser_origin(pattern):
            return None
        return self._searched(_single(own, pattern, method, headers), rivals.rules, besides, headers)

    def _rivals(self, rule: int, method: str, otherwise: frozenset[int]) -> _Rivals:
        """What is taken off, as rules without unknowns: what the others may take, or what they certainly take."""
        known = self._known.get((rule, method, otherwise))
        if known is None:
            before = [
                self._possible[place] if entry.index in otherwise else self._certain[place]
                for place, entry in enumerate(self._taken)
                if entry.index < rule or (not self._ordered and entry.index != rule and entry.index in otherwise)
            ]
            rules = [each for each in before if method in each.methods]
            self._budget.spend(sum(len(each.origins) for each in rules) // PATTERNS_A_STEP)
            known = self._known[rule, method, otherwise] = _Rivals(rules)
        return known

    def _searched(
        self, own: Entry, rivals: Sequence[Entry], besides: Collection[str], headers: bool
    ) -> CorsRequest | None:
        """By the prover: what allows more with the entry at the end than without it."""
        before = [each if headers else replace(each, headers=(), may_headers=()) for each in rivals]
        if besides:
            before.insert(0, _taking(tuple(besides), own))
        self._budget.spend(STEPS_A_SEARCH)
        found = Search(before, [*before, own], self._budget).run().found.get(FREER)
        return None if found is None else found.request


class _Rivals:
    """Rules that take what they allow."""

    def __init__(self, rules: Sequence[Entry]) -> None:
        self.rules = rules
        patterns = [pattern for each in rules for pattern in each.origins]
        self._literals = frozenset(patterns)
        self._stars = Covering(patterns)

    def take(self, origin: str) -> bool:
        """Whether one of them allows the origin."""
        return origin in self._literals or next(self._stars.others(origin), None) is not None


def _at_once(pattern: str, besides: Collection[str], rivals: _Rivals, budget: Budget) -> str | None:
    """An origin of the pattern that nobody takes, if one of those that come to mind is so."""
    prefix, star, suffix = pattern.partition("*")
    for filler in ORIGINS.fillers(prefix, suffix) if star else ("",):
        budget.spend(1 if star else 0)
        text = prefix + filler + suffix
        if is_browser_origin(text) and not any(matches(each, text) for each in besides) and not rivals.take(text):
            return text
    return None


def _single(entry: Entry, pattern: str, method: str, headers: bool) -> Entry:
    own = entry.headers if headers else ()
    methods = frozenset({method})
    return Entry(entry.index, methods, methods, (pattern,), (pattern,), own, own, _ANSWER)


def _taking(patterns: tuple[str, ...], own: Entry) -> Entry:
    """A rule that takes everything from these origins."""
    return Entry(own.index, own.methods, own.methods, patterns, patterns, ("*",), ("*",), _ANSWER)


_ANSWER = Answer(ECHO, frozenset(), (frozenset(METHODS), None))
