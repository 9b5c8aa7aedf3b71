"""How much of what was asked for has been read, and what became of the rest: counted, never kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from drift import errors
from drift.location import Diagnostic, Severity
from drift.snapshot import Bucket, State

_SHOWN = 20
"""Accounts and regions that are told one by one; those with buckets that were not read come first."""

_NOT_READ = {
    State.DENIED: "denied",
    State.MISSING: "missing",
    State.THROTTLED: "throttled",
    State.UNSUPPORTED: "unsupported",
    State.UNKNOWN: "not known",
    State.ERROR: "failed",
}

_NOT_LISTED = frozenset(
    {"account-denied", "account-unreachable", "listing-failed", "listing-incomplete", "shards-missing"}
    | {"config-sources-failed", "config-query-failed"}
)
"""Ids of diagnostics that say that there are buckets which did not even come up."""

Place = tuple[str | None, str | None]
"""An account and a region."""


class Coverage:
    """Counts buckets by state, and by account and region."""

    def __init__(self) -> None:
        self.by_state: Counter[State] = Counter()
        self._by_place: dict[Place, Counter[State]] = {}

    def add(self, bucket: Bucket) -> None:
        """Count one."""
        self.by_state[bucket.state] += 1
        place = (bucket.account, bucket.region)
        if place not in self._by_place:
            self._by_place[place] = Counter()
        self._by_place[place][bucket.state] += 1

    @property
    def total(self) -> int:
        """All that were counted."""
        return self.by_state.total()

    def exit_code(self, diagnostics: tuple[Diagnostic, ...]) -> int:
        """That of a command which only shows: 2 error, 3 some bucket not read, 4 nothing there, 0."""
        if any(each.severity is Severity.ERROR for each in diagnostics):
            return errors.EXIT_ERROR
        if not all_listed(diagnostics):
            return errors.EXIT_INCOMPLETE
        if not self.total:
            return errors.EXIT_NOTHING
        return errors.EXIT_OK if _read(self.by_state) == self.total else errors.EXIT_INCOMPLETE

    def lines(self, before: str = "") -> Iterator[str]:
        """In words: all of them, then each account and region where there are several. ``before`` is what is to be
        said of where they come from ("1,000 listed, ").
        """
        yield f"{_buckets(self.total)}: {before}{_words(self.by_state)}."
        if len(self._by_place) < 2:
            return
        places = sorted(self._by_place.items(), key=lambda each: (_read(each[1]) == each[1].total(), _name(each[0])))
        width = max(len(_name(place)) for place, _ in places[:_SHOWN])
        for place, counts in places[:_SHOWN]:
            yield f"  {_name(place):{width}}  {counts.total():,}: {_words(counts)}"
        if more := places[_SHOWN:]:
            unread = sum(_read(counts) != counts.total() for _, counts in more)
            yield f"  and {len(more):,} more, {f'{unread:,} of them not read in full' if unread else 'all read'}"


def all_listed(diagnostics: tuple[Diagnostic, ...]) -> bool:
    """Whether every bucket that there is has come up, as far as anybody knows."""
    return not any(each.id in _NOT_LISTED for each in diagnostics)


def base_is_whole(diagnostics: tuple[Diagnostic, ...]) -> bool:
    """Whether the target branch of a pull request was read so far that no bucket of it can have been missed."""
    return not any(each.id == "base-unread" for each in diagnostics)


def _read(counts: Counter[State]) -> int:
    return counts[State.CONFIGURED] + counts[State.ABSENT]


def _words(counts: Counter[State]) -> str:
    read = f"{_read(counts):,} read ({counts[State.CONFIGURED]:,} with rules, {counts[State.ABSENT]:,} without)"
    return ", ".join([read, *(f"{counts[state]:,} {word}" for state, word in _NOT_READ.items() if counts[state])])


def _name(place: Place) -> str:
    return " ".join(part for part in place if part) or "elsewhere"


def _buckets(count: int) -> str:
    return f"{count:,} bucket{'' if count == 1 else 's'}"
