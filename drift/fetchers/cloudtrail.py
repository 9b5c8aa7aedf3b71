"""Who wrote the rules of the buckets that have drifted, looked up in CloudTrail's event history.

LookupEvents answers twice a second for an account and region, 50 events a page, 90 days back, and takes one attribute.
So all drifted buckets of an account and region are looked for together, by the names of the two calls that write rules,
in the bucket's own region, and told apart here. Asked for by resource, a bucket's every event would come, reads by
scanners included: that is tried only for one or two buckets that the first way did not find before its bound.

What is found is a hint and never changes a verdict. Needs ``cloudtrail:LookupEvents``; no trail has to be set up.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Protocol

from drift.cors.model import Unknown
from drift.errors import CorsDriftError
from drift.fetchers.asking import Access, Desk, Patience, RefusedError
from drift.fetchers.aws_faults import Cause, ServiceFault
from drift.fetchers.cloudtrail_record import event_of
from drift.fetchers.s3_outcome import is_account
from drift.fetchers.side_by_side import in_order
from drift.history import Call, CorsEvent, Rules, Timeline, timeline
from drift.location import Diagnostic, Severity
from drift.snapshot import Bucket, State

DAYS = 90
"""How far back CloudTrail's event history goes."""

PAGE = 50
"""Events in a page, the most that there can be."""

MAX_PAGES = 60
"""Pages that are read for one call in one account and region: half a minute."""

FEW = 2
"""So many buckets are looked up one by one where the search for all did not reach them."""

SPACING = 0.5
"""Seconds between two requests in one account and region: AWS answers two a second."""

SECONDS = 300.0
"""How long all of it may take; what was not looked up by then is told."""

LANES = 8
"""Accounts and regions that are asked at the same time."""

_LOOKUP = "LookupEvents"


class Trails(Access, Protocol):
    """What is needed of ``drift.fetchers.aws.Aws``."""

    def caller(self) -> Any: ...


@dataclass(slots=True)
class _Found:
    """What came of looking in one account and region. ``since``: how far back each bucket's events are all there."""

    buckets: Sequence[Bucket]
    events: list[CorsEvent] = field(default_factory=list)
    since: dict[str, datetime] = field(default_factory=dict)
    unclear: str | None = None
    diagnostics: list[Diagnostic] = field(default_factory=list)


class Blame:
    """Looks buckets up. ``clock`` and ``now`` are the machine's but in tests; ``patience`` sleeps for the pace too."""

    def __init__(
        self,
        aws: Trails,
        *,
        days: int = DAYS,
        max_pages: int = MAX_PAGES,
        seconds: float = SECONDS,
        patience: Patience | None = None,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._aws = aws
        self._days = min(days, DAYS)
        self._max_pages = max_pages
        self._seconds = seconds
        self._ends = float("inf")
        self._patience = patience or Patience()
        self._clock = clock
        self._now = now

    def histories(self, buckets: Iterable[Bucket]) -> tuple[Mapping[str, Timeline], tuple[Diagnostic, ...]]:
        """The timeline of each live bucket by name, and what could not be looked up: one diagnostic for each account
        and region. Buckets without a literal name have none. Nothing is raised for what AWS may answer.
        """
        self._ends = self._clock() + self._seconds
        lanes: dict[tuple[str | None, str | None], list[Bucket]] = {}
        for bucket in buckets:
            if isinstance(bucket.name, str):
                lanes.setdefault((bucket.account, bucket.region), []).append(bucket)
        timelines: dict[str, Timeline] = {}
        diagnostics: list[Diagnostic] = []
        jobs = (partial(self._lane, account, region, several) for (account, region), several in lanes.items())
        for found in in_order(jobs, LANES):
            diagnostics += found.diagnostics
            for bucket in found.buckets:
                timelines[str(bucket.name)] = _timeline(bucket, found)
        return timelines, tuple(dict.fromkeys(diagnostics))

    def _lane(self, account: str | None, region: str | None, buckets: Sequence[Bucket]) -> Iterator[_Found]:
        """All that is found in one account and region, as one item."""
        found = _Found(buckets)
        try:
            credentials = self._credentials(account)
            desk = Desk(self._aws, "cloudtrail", region, credentials, self._patience)
            self._look(desk, found)
        except (RefusedError, CorsDriftError) as error:
            message = error.fault.reason if isinstance(error, RefusedError) else error.message
            advice = error.fault.advice if isinstance(error, RefusedError) else error.advice
            found.unclear = message
            found.events.clear()  # without the rest of them, each would be taken for more than it was
            found.since.clear()
            found.diagnostics.append(_failed(account, region, message, advice))
        yield found

    def _credentials(self, account: str | None) -> str | None:
        """The account to ask with; raises where there is none, since another account's history does not tell."""
        if self._aws.has(account):
            return account
        if account is not None and is_account(account):
            caller = self._aws.caller()
            if caller.account != account:
                raise CorsDriftError(
                    f"the bucket is in account {account}, these credentials are of {caller.account}",
                    advice="give a role in that account with [[account]] in cors-drift.toml",
                )
        return None

    def _look(self, desk: Desk, found: _Found) -> None:
        pace = _Pace(self._clock, self._patience.sleep, self._ends)
        start = self._now() - timedelta(days=self._days)
        names = {str(bucket.name) for bucket in found.buckets}
        reached = max(self._search(desk, pace, start, found, names, "EventName", call.value) for call in Call)
        found.since = dict.fromkeys(names, reached)
        missing = sorted(names - {event.bucket for event in found.events})
        if reached > start and len(names) <= FEW:
            for name in missing:
                alone = self._search(desk, pace, start, found, {name}, "ResourceName", name)
                found.since[name] = min(reached, alone)
        least = max(found.since.values())
        if least > start:
            found.diagnostics.append(_bounded(found.buckets[0].account, desk.region, least))

    def _search(
        self, desk: Desk, pace: _Pace, start: datetime, found: _Found, names: set[str], key: str, value: str
    ) -> datetime:
        """Read the events of these buckets, newest first. How far back it got: ``start``, or less if it is too much."""
        asked: dict[str, Any] = {
            "LookupAttributes": [{"AttributeKey": key, "AttributeValue": value}],
            "StartTime": start,
            "MaxResults": PAGE,
        }
        oldest, more = self._now(), None
        for page in desk.pages(_LOOKUP, self._max_pages, pace.turn, **asked):
            for each in page.get("Events") or ():
                event = event_of(each)
                when = event.when if event else None
                oldest = min(oldest, when) if when else oldest
                if event is not None and event.bucket in names:
                    found.events.append(event)
            more = page.get("NextToken")
        return oldest if more else start


class _Pace:
    """At most one request in ``SPACING`` seconds, and none after ``ends``."""

    def __init__(self, clock: Callable[[], float], sleep: Callable[[float], None], ends: float) -> None:
        self._clock = clock
        self._sleep = sleep
        self._ends = ends
        self._next = float("-inf")

    def turn(self) -> None:
        """Wait until the next request may leave. Raises ``RefusedError`` where the time is up."""
        now = self._clock()
        if max(now, self._next) >= self._ends:
            raise RefusedError(ServiceFault(Cause.OTHER, "the time for looking up changes was over"))
        if now < self._next:
            self._sleep(self._next - now)
        self._next = max(now, self._next) + SPACING


def _timeline(bucket: Bucket, found: _Found) -> Timeline:
    """Of the events that are all there. At the same second a deletion comes first: so do tools that replace rules."""
    name = str(bucket.name)
    since = found.since.get(name)
    events = (each for each in reversed(found.events) if not (since and each.when and each.when < since))
    return timeline(
        name,
        events,
        _rules(bucket),
        zero_is_unset=bucket.writes_max_age_zero,
        since=since,
        unclear=found.unclear,
    )


def _rules(bucket: Bucket) -> Rules:
    if bucket.state in (State.CONFIGURED, State.ABSENT):
        return bucket.cors
    return Unknown("the live rules are not known")


def _where(account: str | None, region: str | None) -> str:
    return f"account {account or 'of these credentials'}, {region or 'default region'}"


def _failed(account: str | None, region: str | None, message: str, advice: str | None) -> Diagnostic:
    return Diagnostic(
        Severity.WARNING,
        "blame-failed",
        f"who changed the rules could not be looked up ({_where(account, region)}): {message}",
        help=advice,
    )


def _bounded(account: str | None, region: str, since: datetime) -> Diagnostic:
    return Diagnostic(
        Severity.INFO,
        "blame-bounded",
        f"CloudTrail ({_where(account, region)}) holds so many changes of CORS rules that older ones than of "
        f"{since:%Y-%m-%d %H:%M}Z were not looked at",
        help="look further back in the CloudTrail console, or in Athena over the trail",
    )
