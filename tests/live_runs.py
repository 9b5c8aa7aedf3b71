"""What tests of live runs share: a fetcher without a network, a fleet for it, and snapshots without their times."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from drift.cors.model import BucketCors, CorsRule
from drift.documents.lines import Head
from drift.documents.runs import Named, Run
from drift.interfaces import Wanted
from drift.journal import Journal
from drift.live_run import LiveRun
from drift.location import Diagnostic
from drift.shards import Shard
from drift.snapshot import Bucket, Snapshot, State

HEAD = Head("s3", datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC))
_RULES = tuple(
    BucketCors((CorsRule(("GET", "PUT"), (f"https://{team}.example",), ("*",), max_age_seconds=300),))
    for team in ("a", "b", "c")
)


def a_bucket(name: str, state: State = State.CONFIGURED) -> Bucket:
    """What S3 has of a bucket: rules by its name."""
    cors = _RULES[sum(name.encode()) % 3] if state is State.CONFIGURED else None
    reason = None if state in (State.CONFIGURED, State.ABSENT) else "AccessDenied: no"
    return Bucket(name, state, "s3", cors=cors, reason=reason, region="eu-west-1")


def a_fleet(count: int) -> list[Bucket]:
    """Buckets as a listing has them, in every state that is known for good."""
    states = (State.CONFIGURED, State.CONFIGURED, State.CONFIGURED, State.ABSENT, State.MISSING, State.UNSUPPORTED)
    return [a_bucket(f"fleet-{number:07}", states[number % len(states)]) for number in range(count)]


@dataclass
class FleetFetcher:
    """Reads a fleet in memory. It draws ``window`` buckets ahead, and after ``ends_after`` raises ``ends_with``."""

    fleet: Sequence[Bucket]
    window: int = 1
    ends_after: int | None = None
    ends_with: BaseException | None = None
    diagnostics: tuple[Diagnostic, ...] = ()
    asked: list[str] = field(default_factory=list)

    def stream(self, wanted: Iterable[Wanted]) -> Iterator[Bucket]:
        known = {str(bucket.name): bucket for bucket in self.fleet}
        ahead: list[Wanted] = []
        for each in wanted:
            ahead.append(each)
            if len(ahead) >= self.window:
                yield self._read(known, ahead.pop(0))
        while ahead:
            yield self._read(known, ahead.pop(0))

    def _read(self, known: dict[str, Bucket], wanted: Wanted) -> Bucket:
        if self.ends_with is not None and len(self.asked) == self.ends_after:
            raise self.ends_with
        self.asked.append(wanted.name)
        return known.get(wanted.name) or a_bucket(wanted.name, State.MISSING)

    def fetch(self, wanted: Iterable[Wanted]) -> Snapshot:
        return Snapshot("s3", tuple(self.stream(wanted)))

    def list_buckets(self) -> Iterator[Wanted]:
        return (Wanted(str(bucket.name)) for bucket in self.fleet)


class EagerFetcher(FleetFetcher):
    """Hands on buckets as they become known: of each ``window`` the last one first."""

    def arrivals(self, wanted: Iterable[Wanted]) -> Iterator[tuple[int, Bucket]]:
        known = {str(bucket.name): bucket for bucket in self.fleet}
        numbered = enumerate(wanted)
        while ahead := list(islice(numbered, self.window)):
            for number, each in reversed(ahead):
                yield number, self._read(known, each)


def a_run(
    fetcher: FleetFetcher,
    file: Path | None = None,
    *,
    resume: bool = False,
    shard: Shard | None = None,
    names: Sequence[str] | None = None,
) -> LiveRun:
    """A run over the fleet, or the names, kept beside the file."""
    run = Run(None if names is None else Named.of(names), ("111111111111",), None, shard)
    journal = None
    if file is not None:
        journal = Journal.resume(file, run, HEAD) if resume else Journal.begin(file, run, HEAD)
    wanted = fetcher.list_buckets() if names is None else [Wanted(name) for name in names]
    return LiveRun(fetcher, wanted, run, head=HEAD, journal=journal)


def finish(run: LiveRun, file: Path) -> list[Bucket]:
    """Read all, save it, and end the run as the command does; the buckets."""
    try:
        found = list(run.buckets())
        run.save(file)
        return found
    finally:
        run.close()


def unbroken(fleet: Sequence[Bucket], file: Path, **options: Shard | None) -> bytes:
    """The snapshot of a run that nothing has cut off."""
    finish(a_run(FleetFetcher(fleet), file, shard=options.get("shard")), file)
    return timeless(file.read_bytes())


def timeless(snapshot: bytes) -> bytes:
    """A snapshot as it is but for the time."""
    return re.sub(rb'"taken_at": "[^"]*"', b'"taken_at": null', snapshot)


def with_states(fleet: Sequence[Bucket], state: State, *numbers: int) -> list[Bucket]:
    """The fleet with some buckets in another state."""
    return [
        replace(bucket, state=state, cors=None, reason="AccessDenied: no") if number in numbers else bucket
        for number, bucket in enumerate(fleet)
    ]
