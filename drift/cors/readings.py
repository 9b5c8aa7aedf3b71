"""Rules as the prover takes them, under one reading of what is not known of S3, with bounds for unknown values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from drift.cors.answers import ALWAYS_EXPOSED, ECHO, NEVER_EXPOSED, STAR, Answer
from drift.cors.headers import Patterns, fold_headers
from drift.cors.model import METHODS, CorsRule, TextList, Unknown


class StarReading(Enum):
    """What a rule answers that allows an origin both by ``*`` and by another entry: an open question."""

    STAR_ANYWHERE = "*"
    """``*``, as ``evaluate`` takes it: LocalStack, scality/cloudserver, NooBaa, Ceph."""
    SPECIFIC = "specific"
    """The origin, if any other entry matches it."""
    FIRST = "first"
    """What the first matching entry says: versitygw."""


Reading = tuple[StarReading, bool]
"""How stars beside origins are taken, and whether the two ends of a pattern may share characters."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One rule, or one of the two that it is taken as where its answer depends on which entry matches.

    ``may_...`` is what it allows for some value of its unknowns, the other for every value; equal where nothing is
    unknown. ``index`` is its place in the list.
    """

    index: int
    methods: frozenset[str]
    may_methods: frozenset[str]
    origins: Patterns
    may_origins: Patterns
    headers: Patterns
    may_headers: Patterns
    answer: Answer

    @property
    def known(self) -> bool:
        same = self.methods == self.may_methods and self.origins == self.may_origins
        return same and self.headers == self.may_headers and self.answer.known


def star_beside_others(rule: CorsRule) -> bool:
    """Whether the rule has ``*`` beside other origins."""
    origins = rule.allowed_origins
    return isinstance(origins, tuple) and "*" in origins and len(set(origins)) > 1


def readings_of(rules: Sequence[CorsRule]) -> list[Reading]:
    """The readings that may take these rules each in another way; the one that ``evaluate`` takes stands first."""
    stars = list(StarReading) if any(map(star_beside_others, rules)) else [StarReading.STAR_ANYWHERE]
    patterns = (
        pattern
        for rule in rules
        for values in (rule.allowed_origins, rule.allowed_headers)
        for pattern in _possible(values)
    )
    ends = (False, True) if any(map(_may_overlap, patterns)) else (False,)
    return [(star, overlapping) for overlapping in ends for star in stars]


def _may_overlap(pattern: str) -> bool:
    """Whether the ends may share characters; quick, and True where in doubt."""
    prefix, _, suffix = pattern.lower().partition("*")
    return bool(prefix and suffix) and prefix[-1] in suffix and suffix[0] in prefix


def entries(rules: Sequence[CorsRule], reading: StarReading, *, zero_is_unset: bool) -> list[Entry]:
    """The rules under the reading, in order."""
    return [entry for index, rule in enumerate(rules) for entry in _entries(index, rule, reading, zero_is_unset)]


def _entries(index: int, rule: CorsRule, reading: StarReading, zero_is_unset: bool) -> Iterator[Entry]:
    methods, may_methods = _methods(rule.allowed_methods)
    headers = fold_headers(_known(rule.allowed_headers))
    may_headers = fold_headers(_possible(rule.allowed_headers))
    exposed = cache = None
    if _settled(rule.expose_headers):
        exposed = frozenset(map(str.lower, _as_read(rule.expose_headers))) - ALWAYS_EXPOSED - NEVER_EXPOSED
    age = rule.max_age_seconds
    if not isinstance(age, Unknown) and _settled(rule.allowed_methods):
        cache = (frozenset(_as_read(rule.allowed_methods)), None if zero_is_unset and age == 0 else age)
    origins, may_origins = _known(rule.allowed_origins), _possible(rule.allowed_origins)

    def entry(kinds: int, certain: Sequence[str], possible: Sequence[str]) -> Entry:
        answer = Answer(kinds, exposed, cache)
        own, may = _distinct(certain), _distinct(possible)
        return Entry(index, methods, may_methods, own, may, headers, may_headers, answer)

    if reading is not StarReading.STAR_ANYWHERE and star_beside_others(rule):
        if not _settled(rule.allowed_origins):
            yield entry(STAR | ECHO, origins, may_origins)
            return
        before = origins[: origins.index("*")] if reading is StarReading.FIRST else origins
        specific = [each for each in before if each != "*"]
        if specific:
            yield entry(ECHO, specific, specific)
        yield entry(STAR, ("*",), ("*",))
        return
    if "*" in origins:
        yield entry(STAR, ("*",), ("*",))
    else:
        yield entry(STAR | ECHO if _may_hold_star(rule.allowed_origins) else ECHO, origins, may_origins)


def _methods(values: TextList) -> tuple[frozenset[str], frozenset[str]]:
    if isinstance(values, Unknown):
        return frozenset(), frozenset(METHODS)
    known = frozenset(each for each in values if isinstance(each, str))
    unknown = [each for each in values if isinstance(each, Unknown)]
    return known, known.union(each for each in METHODS if any(one.may_be(each) for one in unknown))


def _as_read(values: TextList) -> list[str]:
    """The values as a browser reads them from the header in which S3 joins them by commas."""
    return [part for part in map(str.strip, ",".join(_known(values)).split(",")) if part]


def _settled(values: TextList) -> bool:
    return isinstance(values, tuple) and all(isinstance(each, str) for each in values)


def _known(values: TextList) -> tuple[str, ...]:
    return tuple(each for each in values if isinstance(each, str)) if isinstance(values, tuple) else ()


def _possible(values: TextList) -> tuple[str, ...]:
    """The patterns, with one for each unknown that matches whatever any value of it would match."""
    if isinstance(values, Unknown):
        return ("*",)
    return tuple(each if isinstance(each, str) else _widest(each) for each in values)


def _widest(unknown: Unknown) -> str:
    """The value may have its star anywhere, in the text that is known too: all is kept that is before or after any."""
    return unknown.prefix.partition("*")[0] + "*" + unknown.suffix.rpartition("*")[2]


def _may_hold_star(values: TextList) -> bool:
    if isinstance(values, Unknown):
        return True
    return any(isinstance(each, Unknown) and each.may_be("*") for each in values)


def _distinct(patterns: Sequence[str]) -> Patterns:
    return tuple(dict.fromkeys(patterns))
