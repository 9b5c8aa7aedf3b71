"""Who changed the rules of a bucket, when, and what each change meant. Pure: events in, a timeline out.

An event is what CloudTrail wrote down of one PutBucketCors or DeleteBucketCors. All text in it was written by others,
user agents by whoever sent the request: it is kept short and is made printable when the event is made (``plain``).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from drift.cors.model import BucketCors, CorsRule, Unknown
from drift.cors.prove import prove
from drift.cors.verdict import Effect, Verdict

MAX_TEXT = 300
"""Characters that are kept of any text in an event but the rules."""

MAX_STEPS = 200_000
"""Work for one comparison of a state with the one before: a timeline may hold hundreds, and it is no verdict."""

MAX_COMPARISONS = 200
"""Different pairs of states that are compared for one bucket; beyond that the effect is left open."""


class Call(StrEnum):
    """The two calls that write CORS rules."""

    PUT = "PutBucketCors"
    DELETE = "DeleteBucketCors"


Rules = BucketCors | Unknown | None
"""The rules of a bucket at one time: None for none, an ``Unknown`` where they are not known."""


@dataclass(frozen=True, slots=True)
class CorsEvent:
    """One recorded attempt to write the rules of a bucket.

    ``who`` is the user, or the session of an assumed role; ``kind`` CloudTrail's type of identity (``AssumedRole``).
    ``role`` is the ARN of the role behind the session, ``invoked_by`` the AWS service that called in somebody's name.
    ``tool`` is the user agent in words. ``wrote`` are the rules that the bucket had from then on. ``error`` is the code
    if the attempt was refused.
    """

    bucket: str
    call: Call
    when: datetime | None
    event_id: str | None
    wrote: Rules
    who: str | None = None
    kind: str | None = None
    role: str | None = None
    invoked_by: str | None = None
    tool: str | None = None
    user_agent: str | None = None
    source_ip: str | None = None
    account: str | None = None
    region: str | None = None
    error: str | None = None


class Change(StrEnum):
    """What a write did to the state before it."""

    CHANGED = "changed"
    NOTHING = "nothing"
    """It wrote what was there."""
    FIRST = "first"
    """What was there before is not known: it is the oldest event at hand, or follows one without rules."""
    UNKNOWN = "unknown"
    """The record does not show what it wrote."""


@dataclass(frozen=True, slots=True)
class Step:
    """One successful write. ``effect`` is that of what it wrote against what stood before, None unless compared."""

    event: CorsEvent
    change: Change
    effect: Effect | None = None


class Agreement(StrEnum):
    """How the last recorded write stands to the live rules."""

    SAME = "same"
    DIFFERENT = "different"
    UNKNOWN = "unknown"
    """Its rules are not known, or the live ones are not."""
    NO_EVENT = "no_event"
    """Nothing was found."""


@dataclass(frozen=True, slots=True)
class Timeline:
    """What is recorded of the rules of one bucket: successful writes, oldest first.

    ``since`` is how far back the record was read, None if that is not known; ``complete`` says that all of it was.
    ``failed`` counts attempts that S3 refused, ``unclear`` says why there may be more than is shown here.
    """

    bucket: str
    steps: tuple[Step, ...] = ()
    failed: int = 0
    live: Agreement = Agreement.NO_EVENT
    since: datetime | None = None
    unclear: str | None = None

    @property
    def last(self) -> CorsEvent | None:
        """The last successful write."""
        return self.steps[-1].event if self.steps else None

    @property
    def changes(self) -> tuple[Step, ...]:
        """The steps without those that wrote what was there."""
        return tuple(step for step in self.steps if step.change is not Change.NOTHING)

    @property
    def author(self) -> CorsEvent | None:
        """The write that brought about what is live, as far as that is certain: later ones wrote the same again."""
        changes = self.changes
        return changes[-1].event if changes and self.live is Agreement.SAME else None


def timeline(
    bucket: str,
    events: Iterable[CorsEvent],
    live: Rules,
    *,
    zero_is_unset: bool = False,
    since: datetime | None = None,
    unclear: str | None = None,
) -> Timeline:
    """The events of one bucket in order, each with what it changed, and whether the last of them is what is live.

    ``live`` is None where the bucket has no rules. ``zero_is_unset``: the live side does not tell MaxAgeSeconds 0 from
    an unset one. Of events at the same second those that were given later stand later. The same event from several
    trails or regions counts once.
    """
    ordered = _in_order(bucket, events)
    steps: list[Step] = []
    before: Rules = Unknown("what stood before the first event")
    compare = _Comparer()
    for event in ordered:
        if event.error is not None:
            continue
        steps.append(_step(before, event, compare))
        before = event.wrote
    agreement = Agreement.NO_EVENT
    if steps:
        agreement = _agreement(steps[-1].event.wrote, live, zero_is_unset)
    failed = sum(event.error is not None for event in ordered)
    return Timeline(bucket, tuple(steps), failed, agreement, since, unclear)


def _in_order(bucket: str, events: Iterable[CorsEvent]) -> list[CorsEvent]:
    found: dict[object, CorsEvent] = {}
    for position, event in enumerate(events):
        if event.bucket == bucket:
            found.setdefault(event.event_id or position, event)
    earliest = datetime.min.replace(tzinfo=UTC)
    return sorted(found.values(), key=lambda event: event.when or earliest)


def _step(before: Rules, event: CorsEvent, compare: _Comparer) -> Step:
    if isinstance(event.wrote, Unknown):
        return Step(event, Change.UNKNOWN)
    if isinstance(before, Unknown):
        return Step(event, Change.FIRST)
    effect = compare(before, event.wrote)
    return Step(event, Change.NOTHING if effect is Effect.IDENTICAL else Change.CHANGED, effect)


class _Comparer:
    """Compares states; two tools that undo one another for months write the same two over and over."""

    def __init__(self) -> None:
        self._known: dict[tuple[object, object], Effect] = {}

    def __call__(self, before: BucketCors | None, after: BucketCors | None) -> Effect:
        if before == after and not _has_unknowns(after):
            return Effect.IDENTICAL
        if (before, after) not in self._known:
            if len(self._known) >= MAX_COMPARISONS:
                return Effect.UNDECIDED
            self._known[before, after] = prove(before, after, max_steps=MAX_STEPS).effect
        return self._known[before, after]


def _agreement(last: Rules, live: Rules, zero: bool) -> Agreement:
    if isinstance(last, Unknown) or isinstance(live, Unknown):
        return Agreement.UNKNOWN
    verdict: Verdict = prove(last, live, zero_is_unset=zero, max_steps=MAX_STEPS)
    if verdict.effect in (Effect.IDENTICAL, Effect.COSMETIC):
        return Agreement.SAME
    return Agreement.UNKNOWN if verdict.effect is Effect.UNDECIDED else Agreement.DIFFERENT


def _has_unknowns(cors: BucketCors | None) -> bool:
    return cors is not None and next(cors.unknowns(), None) is not None


def plain(value: object, limit: int = MAX_TEXT) -> str | None:
    """Text of a stranger, short and printable; None if it is no text or empty."""
    if not isinstance(value, str) or not value:
        return None
    cut = value[:limit]
    shown = "".join(char if char.isprintable() else " " for char in cut).strip()
    return (shown + "…" if len(value) > limit else shown) or None


def rules_of(cors: Rules) -> tuple[CorsRule, ...]:
    """The rules where they are known, else none."""
    return cors.rules if isinstance(cors, BucketCors) else ()
