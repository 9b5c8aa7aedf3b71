"""One reading of live buckets, however many: they come in the order that was asked for, each is kept on disk as soon as
it is read, and a run that is cut off can be gone on with.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from operator import length_hint
from pathlib import Path

from drift import errors
from drift.coverage import Coverage, all_listed
from drift.documents.lines import Head, SnapshotWriter
from drift.documents.runs import Run
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
    there; ``positions`` are their numbers among all, the other shards' included: eight bytes each. ``pending`` says
    for the n-th bucket to be read which one of all it is, as long as it is not read.
    """

    def __init__(self, wanted: Iterable[Wanted], shard: Shard | None, journal: Journal | None) -> None:
        self._wanted = wanted
        self.shard, self.journal = shard, journal
        self.places, self.positions = array("Q"), array("Q")
        self.pending: dict[int, int] = {}
        self.listed = self.count = self._drawn = 0
        self.exhausted = False

    def __iter__(self) -> Iterator[Wanted]:
        last: tuple[str, str | None] | None = None
        for position, wanted in enumerate(self._wanted):
            if (wanted.name, wanted.account) == last:  # a listing that changes between two pages may say one twice
                continue
            last = (wanted.name, wanted.account)
            self.listed += 1
            if self.shard is not None:
                if not self.shard.holds(wanted.name):
                    continue
                self.positions.append(position)
            self.count += 1
            place = None
            if self.journal is not None:
                place = self.journal.find(wanted)
                if place is None:
                    self.pending[self._drawn] = len(self.places)
                    self._drawn += 1
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
        return replace(self._run, complete=self._ended_by is None and all_listed(self.diagnostics))

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """What is to be said of the run as a whole."""
        ended = () if self._ended_by is None else (self._ended_by,)
        return tuple(dict.fromkeys((*self._fetcher.diagnostics, *ended)))

    @property
    def cut_off(self) -> bool:
        """Whether a signal or an error has ended it."""
        return self._ended_by is not None

    @property
    def exit_code(self) -> int:
        """That of the command; a shard may well have no bucket of a fleet."""
        code = self.coverage.exit_code(self.diagnostics)
        shared = self._run.shard is not None and self._plan.listed > 0
        return errors.EXIT_OK if code == errors.EXIT_NOTHING and shared else code

    @property
    def read(self) -> int:
        """How many buckets there is something to tell of, what an earlier run has read included."""
        return self.coverage.total if self._journal is None else len(self._journal)

    def buckets(self, progress: Progress | None = None) -> Iterator[Bucket]:
        """Every bucket in order, as they become known. Raises what the fetcher raises, after it was noted."""
        self._progress = progress
        stream = self._arrivals()
        try:
            while (arrived := self._next(stream)) is not None:
                yield from self._counted(self._placed(*arrived))
            yield from self._counted(self._ready())  # what the journal has behind the last one that was read
        except Interrupted:
            self._interrupt()
        except KeyboardInterrupt:
            self._interrupt()
            raise
        except errors.CorsDriftError as error:
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

    def left(self) -> Iterator[Bucket]:
        """What was read by a run that was cut off, and not handed on, for something before it was not read."""
        if self._journal is not None and self._ended_by is not None:
            yield from self._counted(self._journal.bucket(place) for place, _ in self._saved(self._shown))

    def close(self) -> None:
        """Take the journal away if all was read, or nothing could be; else leave it to go on from."""
        if self._journal is None:
            return
        if self._ended_by is None or not (self.read or self.interrupted):
            self._journal.remove()
        else:
            self._journal.sync()
            self._journal.close()

    def _arrivals(self) -> Iterator[tuple[int, Bucket]]:
        """Each bucket with its number among those to be read. With a journal they may come in any order: the sooner one
        is kept, the less is lost.
        """
        arrivals = getattr(self._fetcher, "arrivals", None)
        if arrivals is None or self._journal is None:
            return enumerate(self._fetcher.stream(self._plan))
        found: Iterator[tuple[int, Bucket]] = arrivals(self._plan)
        return found

    def _next(self, stream: Iterator[tuple[int, Bucket]]) -> tuple[int, Bucket] | None:
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

    def _placed(self, number: int, bucket: Bucket) -> Iterator[Bucket]:
        """Keep the bucket that was just read, and hand on what is next, which may be it."""
        if self._journal is None:
            yield bucket
            return
        slot = self._plan.pending.pop(number)
        self._plan.places[slot] = self._journal.append(bucket) + 1
        yield from self._ready(slot, bucket)

    def _ready(self, slot: int = -1, bucket: Bucket | None = None) -> Iterator[Bucket]:
        """What the journal has of the buckets that are next; the one at the slot is at hand."""
        if self._journal is None:
            return
        places = self._plan.places
        while self._shown < len(places) and (place := places[self._shown]):
            self._shown += 1
            yield bucket if bucket is not None and self._shown == slot + 1 else self._journal.bucket(place - 1)

    def _counted(self, buckets: Iterator[Bucket]) -> Iterator[Bucket]:
        for bucket in buckets:
            self.coverage.add(bucket)
            if self._progress is not None:
                self._progress(self.coverage.total, self._plan.total)
            yield bucket

    def _saved(self, start: int = 0) -> Iterator[tuple[int, int | None]]:
        """Place and position of what is in the journal: in order, then what an earlier run has read further on."""
        positions = self._plan.positions
        for slot in range(start, len(self._plan.places)):
            if place := self._plan.places[slot]:
                yield place - 1, positions[slot] if self._run.shard else None
        if self._journal is not None and self._resumed and self._ended_by is not None:
            passed = iter(sorted(self._plan.places))
            last = next(passed, None)
            for place in self._journal.places():
                while last is not None and last < place + 1:
                    last = next(passed, None)
                if last != place + 1:
                    yield place, None
