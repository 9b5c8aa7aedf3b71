"""One reading of live buckets, however many: they come in the order that was asked for, each is kept on disk as soon as
it is read, and a run that is cut off can be gone on with.
"""

from __future__ import annotations

from array import array
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from operator import length_hint
from pathlib import Path

from drift.coverage import Coverage
from drift.documents.lines import Head, SnapshotWriter
from drift.documents.runs import Run
from drift.errors import CorsDriftError
from drift.interfaces import Fetcher, Wanted
from drift.interruption import Interrupted, Stop
from drift.journal import Journal, snapshot_path
from drift.location import Diagnostic, Severity
from drift.replacing import replacing
from drift.shards import Shard
from drift.snapshot import Bucket

Progress = Callable[[int, int | None], None]
"""Told how many buckets have been read, of how many; None while that is not known."""


class Plan:
    """The buckets of a run that are to be read, in order: those of the shard that the journal does not have.

    ``places`` has, for every bucket that has come up, one more than its place in the journal, or 0 while it is not
    there; ``positions`` are their numbers among all, the other shards' included. Eight bytes each.
    """

    def __init__(self, wanted: Iterable[Wanted], shard: Shard | None, journal: Journal | None) -> None:
        self._wanted = wanted
        self.shard, self.journal = shard, journal
        self.places, self.positions = array("Q"), array("Q")
        self.pending: deque[int] = deque()
        self.count = 0
        self.exhausted = False

    def __iter__(self) -> Iterator[Wanted]:
        for position, wanted in enumerate(self._wanted):
            if self.shard is not None:
                if not self.shard.holds(wanted.name):
                    continue
                self.positions.append(position)
            self.count += 1
            place = None
            if self.journal is not None:
                place = self.journal.find(wanted)
                if place is None:
                    self.pending.append(len(self.places))
                self.places.append(0 if place is None else place + 1)
            if place is None:
                yield wanted
        self.exhausted = True

    def __length_hint__(self) -> int:
        return length_hint(self._wanted) // (self.shard.of if self.shard else 1)

    @property
    def total(self) -> int | None:
        """How many there are in all, as soon as that is known."""
        return self.count if self.exhausted else None


class LiveRun:
    """Reads buckets once.

    ``wanted`` is what is to be read, named or listed. With a ``journal`` what it has already is not read again, and
    ``save`` writes all as a snapshot. With ``stop`` a signal ends the reading, and ``interrupted`` says so; without
    it Ctrl-C is Python's KeyboardInterrupt, raised after it was noted.
    """

    def __init__(
        self,
        fetcher: Fetcher,
        wanted: Iterable[Wanted],
        run: Run | None = None,
        *,
        head: Head | None = None,
        journal: Journal | None = None,
        stop: Stop | None = None,
    ) -> None:
        begun = head or Head("s3", datetime.now(UTC).replace(microsecond=0))
        self.head = begun if journal is None else journal.head
        self.coverage = Coverage()
        self.interrupted = False
        self._run = run or Run()
        self._fetcher, self._journal = fetcher, journal
        self._stop = stop
        self._progress: Progress | None = None
        self._plan = Plan(wanted, self._run.shard, journal)
        self._resumed = journal is not None and len(journal) > 0
        self._shown = 0
        self._ended_by: Diagnostic | None = None

    @property
    def run(self) -> Run:
        """What was asked for, and whether all of it was read."""
        return replace(self._run, complete=self._ended_by is None)

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """What is to be said of the run as a whole."""
        ended = () if self._ended_by is None else (self._ended_by,)
        return tuple(dict.fromkeys((*self._fetcher.diagnostics, *ended)))

    @property
    def read(self) -> int:
        """How many buckets there is something to tell of, what an earlier run has read included."""
        return self.coverage.total if self._journal is None else len(self._journal)

    def buckets(self, progress: Progress | None = None) -> Iterator[Bucket]:
        """Every bucket in order, as they become known. Raises what the fetcher raises, after it was noted."""
        self._progress = progress
        stream = self._fetcher.stream(self._plan)
        try:
            while (bucket := self._next(stream)) is not None:
                yield from self._counted(self._placed(bucket))
            yield from self._counted(self._ready())  # what the journal has behind the last one that was read
        except Interrupted:
            self._interrupt()
        except KeyboardInterrupt:
            self._interrupt()
            raise
        except CorsDriftError as error:
            self._ended_by = Diagnostic(Severity.ERROR, "error", error.message, error.location, error.advice)
            raise
        finally:
            if close := getattr(stream, "close", None):
                close()

    def save(self, path: Path) -> None:
        """Write what was read as a snapshot: a file that is there as a whole or not at all. Needs the journal."""
        if self._journal is None:
            raise ValueError("nothing was kept")
        with replacing(path, durable=True) as stream:
            writer = SnapshotWriter(stream, self.head)
            for place, position in self._saved():
                writer.line(self._journal.line(place), position)
            writer.end(self.diagnostics, self.run)

    def saved(self) -> Iterator[Bucket]:
        """What was read, again from the start. Needs the journal."""
        if self._journal is not None:
            for place, _ in self._saved():
                yield self._journal.bucket(place)

    def close(self) -> None:
        """Take the journal away if all was read, or nothing could be; else leave it to go on from."""
        if self._journal is None:
            return
        if self._ended_by is None or not (self.read or self.interrupted):
            self._journal.remove()
        else:
            self._journal.sync()
            self._journal.close()

    def _next(self, stream: Iterator[Bucket]) -> Bucket | None:
        if self._stop is None:
            return next(stream, None)
        try:
            self._stop.reading = True
            self._stop.check()
            return next(stream, None)
        finally:
            self._stop.reading = False

    def _interrupt(self) -> None:
        self.interrupted = True
        total = f"{self._plan.total:,}" if self._plan.total is not None else f"at least {self._plan.count:,}"
        nothing = "; nothing was saved" if self._journal is None or not self.read else ""
        self._ended_by = Diagnostic(
            Severity.ERROR,
            "interrupted",
            f"the run was interrupted when {self.read:,} of {total} buckets had been read{nothing}",
            help=self._advice(),
        )

    def _advice(self) -> str:
        path = None if self._journal is None else self._journal.path
        if path is None:
            return "--output json=FILE keeps what was read, for --resume FILE to go on from"
        return f"repeat the command with --resume {snapshot_path(path)} to go on from there"

    def _placed(self, bucket: Bucket) -> Iterator[Bucket]:
        """The bucket that was just read, behind those of the journal that stand before it."""
        if self._journal is None:
            yield bucket
            return
        slot = self._plan.pending.popleft()
        self._plan.places[slot] = self._journal.append(bucket) + 1
        yield from self._ready(slot)
        self._shown = slot + 1
        yield bucket

    def _ready(self, until: int | None = None) -> Iterator[Bucket]:
        """What the journal has of the buckets that are next."""
        if self._journal is None:
            return
        while self._shown < (len(self._plan.places) if until is None else until):
            place = self._plan.places[self._shown]
            self._shown += 1
            yield self._journal.bucket(place - 1)

    def _counted(self, buckets: Iterator[Bucket]) -> Iterator[Bucket]:
        for bucket in buckets:
            self.coverage.add(bucket)
            if self._progress is not None:
                self._progress(self.coverage.total, self._plan.total)
            yield bucket

    def _saved(self) -> Iterator[tuple[int, int | None]]:
        """Place and position of what is in the journal: in order, then what an earlier run has read further on."""
        positions = self._plan.positions
        for slot, place in enumerate(self._plan.places):
            if place:
                yield place - 1, positions[slot] if self._run.shard else None
        if self._journal is not None and self._resumed and self._ended_by is not None:
            passed = iter(sorted(self._plan.places))
            last = next(passed, None)
            for place in self._journal.places():
                while last is not None and last < place + 1:
                    last = next(passed, None)
                if last != place + 1:
                    yield place, None
