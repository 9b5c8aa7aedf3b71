"""Several snapshots as one, in flat memory: the shards of one run, or any snapshots one after the other."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

from drift.claims import agree
from drift.documents.lines import Entry, Head, SnapshotReader, open_snapshot
from drift.documents.runs import Run
from drift.errors import InputError, UsageError
from drift.journal import FINISHED
from drift.location import Diagnostic, Location, Severity
from drift.positions import Positions
from drift.snapshot import Bucket

_TOLD = 20
"""So many buckets of several files are told one by one."""


class Merging:
    """Snapshots as one. What it says of itself is known at once; the buckets come as they are gone through.

    Shards must be all of one run, each once; ``allow_missing`` takes what there is of them. Any other snapshots follow
    one another; a bucket that several of them have stands there once, if they agree.

    Raises ``InputError`` for a file that is no snapshot, ``UsageError`` for files that do not belong together.
    """

    def __init__(self, paths: Sequence[Path], *, allow_missing: bool = False) -> None:
        with ExitStack() as stack:
            self._readers = [stack.enter_context(open_snapshot(path)) for path in paths]
            runs = [reader.run for reader in self._readers if reader.run is not None and reader.run.shard is not None]
            self._told: list[Diagnostic] = []
            self.run: Run | None = None
            self._dropped = bytearray()
            if not runs:
                self._settle()
            elif len(runs) < len(self._readers):
                self._refuse_mixture()
            else:
                self.run = self._whole(runs, allow_missing)
            self._open = stack.pop_all()
        times = [reader.head.taken_at for reader in self._readers if reader.head.taken_at is not None]
        sources = "+".join(dict.fromkeys(reader.head.source for reader in self._readers if reader.head.source))
        self.head = Head(sources, min(times, default=None))  # nothing in it is older than it says

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, at: TracebackType | None) -> None:
        self._open.close()

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """What all of them say, and what is to be said of how they fit."""
        told = (each for reader in self._readers for each in reader.diagnostics)
        return tuple(dict.fromkeys((*told, *self._told)))

    def buckets(self) -> Iterator[Bucket]:
        """All buckets: of shards in the order of the listing that they have in common, else file by file."""
        if self.run is None:
            for number, entry in enumerate(entry for reader in self._readers for entry in reader):
                if not self._dropped or not self._dropped[number]:
                    yield entry.bucket
            return
        for entry in heapq.merge(*(_of_shard(reader) for reader in self._readers), key=_order):
            yield entry.bucket

    def _whole(self, runs: Sequence[Run], allow_missing: bool) -> Run:
        """The run that these are the shards of."""
        first, where = runs[0], self._readers[0].path
        found: dict[int, str] = {}
        of = first.shard.of if first.shard else 0
        for reader, run in zip(self._readers, runs, strict=True):
            if differences := run.fleet_differences(first):
                raise UsageError(f"{reader.path} and {where} are of different runs: {'; '.join(differences)}")
            if run.shard is None or run.shard.of != of:
                raise UsageError(f"{reader.path} and {where} are of different runs: shard {run.shard}, not one of {of}")
            if run.shard.index in found:
                raise UsageError(f"{reader.path} and {found[run.shard.index]} are the same shard, {run.shard}")
            found[run.shard.index] = reader.path
        missing = [index for index in range(1, of + 1) if index not in found]
        if missing:
            what = f"{_numbers('shard', missing)} of {of} {'is' if len(missing) == 1 else 'are'} missing"
            if not allow_missing:
                raise UsageError(what, advice="read what is missing, or merge what there is with --allow-incomplete")
            self._told.append(Diagnostic(Severity.WARNING, "shards-missing", what))
        complete = not missing and all(run.complete for run in runs)
        return replace(first.unsharded(), complete=complete)

    def _refuse_mixture(self) -> None:
        whole, part = (
            next(each.path for each in self._readers if (each.run is None or each.run.shard is None) is wanted)
            for wanted in (True, False)
        )
        raise UsageError(f"{part} is a shard, {whole} is not", advice="merge the shards first, by themselves")

    def _settle(self) -> None:
        """Find the buckets that several entries are about, and what is to become of them."""
        if len(self._readers) < 2:
            return
        seen, twice = Positions(), set[str]()
        count = 0
        for entry in (entry for reader in self._readers for entry in reader):
            name = entry.bucket.name
            if isinstance(name, str) and seen.put(name, count) is not None:
                twice.add(name)
            count += 1
        if not twice:
            return
        claims: dict[str, list[tuple[int, str, Bucket]]] = {}
        number = 0
        for reader in self._readers:
            for entry in reader:
                if isinstance(entry.bucket.name, str) and entry.bucket.name in twice:
                    claims.setdefault(entry.bucket.name, []).append((number, reader.path, entry.bucket))
                number += 1
        self._dropped = bytearray(count)
        self._tell_rest([told for each in claims.values() for told in self._judge(each)])

    def _judge(self, claims: Sequence[tuple[int, str, Bucket]]) -> Iterator[Diagnostic]:
        """Drop the entries that say nothing new, and tell where that was no matter of course."""
        kept: list[tuple[int, str, Bucket]] = []
        for claim in claims:
            same = any(_says_the_same(claim[2], other) for _, _, other in kept)
            self._dropped[claim[0]] = same
            if not same:
                kept.append(claim)
        live = [claim for claim in kept if _is_live(claim[2])]
        read = [claim for claim in live if claim[2].state in FINISHED]
        unread = [claim for claim in live if claim[2].state not in FINISHED]
        for number, path, bucket in unread[0 if read else 1 :]:
            self._dropped[number] = 1
            other = (read or unread)[0]
            yield Diagnostic(
                Severity.INFO,
                "entry-dropped",
                f"{bucket.name}: {bucket.state} in {path}; taken from {other[1]}, where it is {other[2].state}",
            )
        if len(read) > 1:
            places = ", ".join(f"{bucket.state} in {path}" for _, path, bucket in read)
            yield Diagnostic(
                Severity.WARNING,
                "entries-differ",
                f"{read[0][2].name}: the snapshots do not agree, and all entries were kept: {places}",
                help="merge snapshots of one time, or read the bucket again",
            )

    def _tell_rest(self, told: Sequence[Diagnostic]) -> None:
        for kind in dict.fromkeys(each.id for each in told):
            these = [each for each in told if each.id == kind]
            self._told += these[:_TOLD]
            if len(these) > _TOLD:
                more = f"the same is so for {len(these) - _TOLD:,} more buckets"
                self._told.append(replace(these[0], message=more))


def _is_live(bucket: Bucket) -> bool:
    return bucket.address is None and bucket.location is None


def _says_the_same(one: Bucket, other: Bucket) -> bool:
    """Whether the second entry adds nothing. Two declarations of one bucket stay two, unless they are one."""
    if one == other:
        return True
    if not (_is_live(one) and _is_live(other)) or (one.account and other.account and one.account != other.account):
        return False
    return agree(one, other) or (one.state is other.state and one.state in FINISHED and one.cors is None)


def _of_shard(reader: SnapshotReader) -> Iterator[Entry]:
    """The entries of a shard, which must be its own and in order."""
    shard = reader.run.shard if reader.run else None
    last = -1
    for entry in reader:
        at = Location(reader.path, entry.line)
        if not isinstance(entry.bucket.name, str) or shard is None or not shard.holds(entry.bucket.name):
            raise InputError(f"{entry.bucket.name} does not belong to shard {shard}", location=at)
        if entry.position is not None:
            if entry.position < last:
                raise InputError("the buckets of this shard are not in their order", location=at)
            last = entry.position
        yield entry


def _order(entry: Entry) -> tuple[bool, int]:
    return entry.position is None, entry.position or 0


def _numbers(word: str, numbers: Iterable[int]) -> str:
    texts = [str(each) for each in numbers]
    if len(texts) == 1:
        return f"{word} {texts[0]}"
    shown = texts if len(texts) <= _TOLD else [*texts[:_TOLD], f"{len(texts) - _TOLD} more"]
    return f"{word}s {', '.join(shown[:-1])} and {shown[-1]}"
