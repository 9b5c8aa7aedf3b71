"""Regular expressions as Go runs them (package regexp), by Python's ``regex``, which stops after a given time."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from parsers.terraform.functions.graphemes import library
from parsers.terraform.functions.re2_syntax import Pattern, translated
from parsers.terraform.values import RefusalError

SECONDS = 0.5
"""How long one call may search: patterns come from strangers."""
SECONDS_IN_ALL = 5.0
"""How long all slow calls of this process may search together; then each may do so for ``BRIEFLY`` only."""
BRIEFLY = 0.02
"""What no ordinary search comes near to."""
_LONGEST = 10_000


@dataclass(frozen=True, slots=True)
class Expression:
    """A compiled pattern, and the names of its groups, in order; "" for one without."""

    compiled: Any
    names: tuple[str, ...]
    folds: bool
    is_ascii: bool


@lru_cache(maxsize=256)
def _translated(pattern: str) -> Pattern:
    return translated(pattern)


def expression(pattern: str) -> Expression:
    """A pattern in RE2 syntax. Raises EvaluationError for what Go refuses, RefusalError for what is not evaluated."""
    if len(pattern) > _LONGEST:
        raise RefusalError("a regular expression that is so long is not evaluated")
    found = _translated(pattern)
    regex = library()
    try:
        compiled = regex.compile(found.text)
    except (regex.error, RecursionError) as error:
        raise RefusalError("a regular expression that is not evaluated by this program") from error
    return Expression(compiled, tuple(found.names), found.folds, pattern.isascii())


@dataclass(slots=True)
class _Patience:
    """How long slow searches may still take."""

    left: float = SECONDS_IN_ALL

    def limit(self) -> float:
        return SECONDS if self.left > 0 else BRIEFLY

    def take(self, seconds: float) -> None:
        if seconds > BRIEFLY:
            self.left -= seconds


_PATIENCE = _Patience()


def matches(wanted: Expression, content: str) -> Iterator[Any]:
    """The matches in Go's sense (regexp.Regexp.allMatches): none that is empty right behind the one before it."""
    if wanted.folds and not (wanted.is_ascii and content.isascii()):
        raise RefusalError("a regular expression without regard to case is only evaluated over ASCII text")
    start = time.monotonic()
    try:
        yield from _matches(wanted, content, start + _PATIENCE.limit())
    finally:
        _PATIENCE.take(time.monotonic() - start)


def _matches(wanted: Expression, content: str, deadline: float) -> Iterator[Any]:
    at, before = 0, -1
    while at <= len(content):
        left = deadline - time.monotonic()
        try:
            found = wanted.compiled.search(content, at, timeout=left) if left > 0 else None
        except TimeoutError:
            left = 0
        if left <= 0:
            raise RefusalError("a regular expression takes too long")
        if found is None:
            return
        start, end = found.span()
        if end > at or start != before:
            yield found
        at, before = (end if end > at else at + 1), end
