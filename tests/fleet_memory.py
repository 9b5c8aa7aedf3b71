"""How much memory a fleet takes from the first bucket to the merged snapshot: run with ``-m``, a count and a folder.

Prints the most memory (in bytes) that the process ever had after each step, and the seconds that the step took.
"""

from __future__ import annotations

import json
import re
import resource
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from drift.documents.lines import SnapshotWriter, open_snapshot
from drift.documents.runs import Run
from drift.interfaces import Wanted
from drift.interruption import Interrupted
from drift.journal import Journal
from drift.live_run import LiveRun
from drift.merging import Merging
from drift.replacing import replacing
from drift.shards import Shard
from drift.snapshot import Bucket
from tests.live_runs import HEAD, FleetFetcher, a_bucket

SHARDS = 4


@dataclass
class Endless(FleetFetcher):
    """A fleet that is made up as it is asked for, and of which nothing is remembered."""

    count: int = 0
    read: int = 0

    def _read(self, known: dict[str, Bucket], wanted: Wanted) -> Bucket:
        if self.ends_with is not None and self.read == self.ends_after:
            raise self.ends_with
        self.read += 1
        return a_bucket(wanted.name)

    def list_buckets(self) -> Iterator[Wanted]:
        return (Wanted(f"fleet-bucket-{number:09}") for number in range(self.count))


def read(count: int, file: Path, *, resume: bool = False, ends_after: int | None = None, shard: str = "1/1") -> int:
    """Read a fleet into a file; how many buckets were asked for."""
    ends_with = None if ends_after is None else Interrupted()
    fetcher = Endless((), 1000, ends_after, ends_with, count=count)
    run = Run(None, ("111111111111",), None, None if shard == "1/1" else Shard.parse(shard))
    journal = Journal.resume(file, run, HEAD) if resume else Journal.begin(file, run, HEAD)
    live = LiveRun(fetcher, fetcher.list_buckets(), run, head=HEAD, journal=journal)
    for _ in live.buckets():
        pass
    live.save(file)
    live.close()
    return fetcher.read


def merge(files: list[Path], into: Path) -> None:
    with Merging(files) as merging, replacing(into) as stream:
        writer = SnapshotWriter(stream, merging.head)
        for bucket in merging.buckets():
            writer.bucket(bucket)
        writer.end(merging.diagnostics, merging.run)


def gone_through(file: Path) -> int:
    with open_snapshot(file) as reader:
        return sum(1 for _ in reader)


def most_memory() -> int:
    """In bytes. What getrusage tells would be that of whoever started us, if he was larger."""
    status = Path("/proc/self/status")
    if status.exists():
        return int(re.search(r"VmHWM:\s+(\d+) kB", status.read_text())[1]) * 1024  # type: ignore[index]
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def main(count: int, folder: Path) -> None:
    """Every step once; their results must fit together."""
    whole, shards = folder / "whole.json", [folder / f"{index}.json" for index in range(1, SHARDS + 1)]

    def step(name: str, work: Callable[[], object]) -> object:
        began = time.perf_counter()
        result = work()
        seconds = time.perf_counter() - began
        print(json.dumps({"step": name, "bytes": most_memory(), "seconds": round(seconds, 2)}), flush=True)
        return result

    step("run", lambda: read(count, whole))
    assert step("read", lambda: gone_through(whole)) == count
    step("interrupted", lambda: read(count, folder / "cut.json", ends_after=count // 2))
    assert step("resumed", lambda: read(count, folder / "cut.json", resume=True)) == count - count // 2
    for index, path in enumerate(shards, 1):
        step("shard", lambda: read(count, path, shard=f"{index}/{SHARDS}"))  # noqa: B023 - called at once
    step("merged", lambda: merge(shards, folder / "merged.json"))
    step("merged twice", lambda: merge([whole, shards_apart(folder)], folder / "twice.json"))
    same = whole.read_bytes()
    assert same == (folder / "merged.json").read_bytes() == (folder / "cut.json").read_bytes()


def shards_apart(folder: Path) -> Path:
    """A snapshot of other buckets, to be put behind."""
    path = folder / "apart.json"
    with path.open("w") as stream:
        writer = SnapshotWriter(stream, HEAD)
        writer.bucket(a_bucket("apart"))
        writer.end(())
    return path


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
