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
from drift.cors.pattern import matches, matches_overlapping
from drift.cors.readings import Entry, StarReading, entries
from drift.cors.search import SIMPLE_METHODS, Search

MAX_STEPS = 100_000
"""What the questions about one list of rules may spend together; then only what is seen at once is told."""

WORST_FIRST = ("PUT", "DELETE", "POST", "GET", "HEAD")


class Reached:
    """The rules of one bucket, to be asked which requests of browsers get to a rule."""

    def __init__(self, cors: BucketCors) -> None:
        self._ordered = cors.ordered
        self._taken = entries(cors.rules, StarReading.STAR_ANYWHERE, zero_is_unset=False)
        self._budget = Budget(MAX_STEPS)

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
        before = list(self._before(rule, otherwise))
        rivals = [each for each in before if method in each.methods]
        origin = _at_once(pattern, [*besides, *(each for rival in rivals for each in rival.origins)])
        if origin is not None:
            return CorsRequest(origin, method, preflight=method not in SIMPLE_METHODS)
        if "*" not in pattern and (not is_browser_origin(pattern) or any(matches(each, pattern) for each in besides)):
            return None
        return self._searched(_single(own, pattern, method, headers), rivals, besides, headers)

    def _before(self, rule: int, otherwise: Collection[int]) -> Iterator[Entry]:
        """What is taken off, as rules without unknowns: what the others may take, or what they certainly take."""
        for index, entry in enumerate(self._taken):
            if index in otherwise and index != rule and (index < rule or not self._ordered):
                yield replace(entry, methods=entry.may_methods, origins=entry.may_origins, headers=entry.may_headers)
            elif index < rule:
                yield replace(entry, may_methods=entry.methods, may_origins=entry.origins, may_headers=entry.headers)

    def _searched(
        self, own: Entry, rivals: Sequence[Entry], besides: Collection[str], headers: bool
    ) -> CorsRequest | None:
        before = [each if headers else replace(each, headers=(), may_headers=()) for each in rivals]
        if besides:
            before.insert(0, _taking(tuple(besides), own))
        try:
            found = Search(before, [*before, own], self._budget).run().found.get(FREER)
        except OverBudgetError:
            return None
        return None if found is None else found.request

    def requests(
        self,
        rule: int,
        pattern: str,
        methods: Iterable[str] = WORST_FIRST,
        *,
        besides: Collection[str] = (),
        otherwise: Collection[int] = (),
        headers: bool = True,
    ) -> list[CorsRequest]:
        """The same for each of the methods with which something gets to the rule, the worst method first."""
        found = (
            self.request(rule, pattern, method, besides=besides, otherwise=otherwise, headers=headers)
            for method in methods
        )
        return [each for each in found if each is not None]


def _single(entry: Entry, pattern: str, method: str, headers: bool) -> Entry:
    own = entry.headers if headers else ()
    methods = frozenset({method})
    return Entry(entry.index, methods, methods, (pattern,), (pattern,), own, own, _ANSWER)


def _taking(patterns: tuple[str, ...], own: Entry) -> Entry:
    """A rule that takes everything from these origins."""
    return Entry(own.index, own.methods, own.methods, patterns, patterns, ("*",), ("*",), _ANSWER)


_ANSWER = Answer(ECHO, frozenset(), (frozenset(METHODS), None))


def _at_once(pattern: str, taken: Sequence[str]) -> str | None:
    """An origin of the pattern that none of the taken ones matches, if one of those that come to mind is so."""
    prefix, star, suffix = pattern.partition("*")
    fillers = ORIGINS.fillers(prefix, suffix) if star else ("",)
    for filler in fillers:
        text = prefix + filler + suffix
        if is_browser_origin(text) and matches(pattern, text) and not any(matches_overlapping(p, text) for p in taken):
            return text
    return None
