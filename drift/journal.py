"""What a run has read so far, on disk: a run that is cut off at any moment loses nothing that was finished.

JSON lines: a head that says which run this is, then each bucket as snapshots have it, as soon as it is read. Nothing is
ever changed but by adding to the end, where a later line about a bucket counts in the place of an earlier one. A last
line without its end was being written when the run was cut off, and is not there.
"""

from __future__ import annotations

import contextlib
import json
import os
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from drift.documents.lines import MAX_WHOLE_BYTES, Head, LineParser, bucket_line, open_snapshot
from drift.documents.reading import json_value
from drift.documents.runs import Run, run_from_json, run_to_json
from drift.documents.writing import time_to_json
from drift.errors import InputError, UsageError
from drift.interfaces import Wanted
from drift.location import Location
from drift.lone_file import cannot_write, open_alone
from drift.positions import Positions
from drift.snapshot import Bucket, State

FINISHED = frozenset({State.CONFIGURED, State.ABSENT, State.MISSING, State.UNSUPPORTED})
"""What is known of a bucket in these states would be the same if it were asked again."""

SYNC_LINES, SYNC_SECONDS = 500, 1.0
"""The file is forced to the disk after so many buckets or so long. Killing the process loses none even of these: only
a machine that goes down does."""

_KIND = "cors-drift/journal"
_PARTIAL = ".partial"
_ANEW = "leave --resume out to read anew"


def journal_path(file: Path) -> Path:
    """Where the journal of a snapshot lies while it is not finished."""
    return file.with_name(f"{file.name}{_PARTIAL}")


def snapshot_path(journal: Path) -> Path:
    """The snapshot that a journal is for."""
    return journal.with_name(journal.name.removesuffix(_PARTIAL))


class Journal:
    """Buckets that were read, by the place (in bytes) of their lines. One process at a time may have it open.

    ``path`` None is a file without a name, gone with the process: a place for results before they can be written.
    Raises ``UsageError`` where it cannot be written, or where another process has it.
    """

    def __init__(self, path: Path | None, run: Run, head: Head) -> None:
        self.path, self.run, self.head = path, run, head
        self._file = open_alone(path)
        self._turn = threading.Lock()  # places are looked up in another thread than lines are added in
        self._end = 0
        self._unsynced, self._synced = 0, time.monotonic()
        self._places = Positions()  # of what earlier runs have read: nobody asks for what this one adds
        self._taking_up = False
        self._added = 0
        self._parse = LineParser(head.source, str(path))

    @classmethod
    def begin(cls, file: Path | None, run: Run, head: Head) -> Journal:
        """An empty one for the snapshot that is to be ``file``; what an earlier run has left there is dropped."""
        journal = cls(None if file is None else journal_path(file), run, head)
        with journal._writing():
            journal._file.truncate(0)
        journal._begin()
        return journal

    @classmethod
    def resume(cls, file: Path, run: Run, head: Head) -> Journal:
        """The journal of the snapshot that was to be ``file``, else one made of what a run has saved there; an empty
        one where nothing is there yet.

        Raises ``UsageError`` where it belongs to another run or nothing is left to read, ``InputError`` where it is
        damaged.
        """
        path = journal_path(file)
        journal = cls(path, run, head)
        try:
            if not journal._load():
                journal._take_over(file)
        except BaseException:
            journal.close()
            raise
        return journal

    def __len__(self) -> int:
        """How many buckets it has."""
        return len(self._places) + self._added

    def find(self, wanted: Wanted) -> int | None:
        """The place of a bucket that an earlier run has read, and that need not be read again."""
        place = self._places.get(wanted.name)
        if place is None:
            return None
        bucket = self.bucket(place)
        known = (None, bucket.account)
        same = bucket.name == wanted.name and (bucket.account is None or wanted.account in known)
        return place if same and bucket.state in FINISHED else None

    def append(self, bucket: Bucket) -> int:
        """Add a bucket; its place."""
        place = self._write(bucket_line(bucket, self.head.source))
        if self._taking_up or self._places.get(bucket.name) is not None:
            self._places.put(bucket.name, place)
        else:
            self._added += 1
        return place

    def line(self, place: int) -> str:
        """The line at a place, without its end."""
        return self._at(place).decode("ascii")

    def bucket(self, place: int) -> Bucket:
        """The bucket at a place."""
        return self._parse(self._at(place), 0).bucket

    def places(self) -> Iterator[int]:
        """The places of all buckets that earlier runs have read, in the order of their last lines."""
        for number, (place, text) in enumerate(self._each(), 1):
            if number > 1 and self._places.get(self._parse(text, number).bucket.name) == place:
                yield place

    def sync(self) -> None:
        """Force to the disk what has been written."""
        with self._writing():
            os.fsync(self._file.fileno())
        self._unsynced, self._synced = 0, time.monotonic()

    def close(self) -> None:
        """End the use of it; the file stays."""
        self._file.close()

    def remove(self) -> None:
        """Close it and take the file away: what it was there for is done."""
        if self.path is not None:
            try:
                self.path.unlink(missing_ok=True)  # before another run may have it
            except OSError:  # Windows: not while it is open
                self.close()
                with contextlib.suppress(OSError):
                    self.path.unlink()
        self.close()

    def _begin(self) -> None:
        run, began = run_to_json(self.run), time_to_json(self.head.taken_at)
        self._write(json.dumps({"kind": _KIND, "version": 1, "source": self.head.source, "began": began, "run": run}))
        self.sync()

    def _write(self, line: str) -> int:
        place = self._end
        data = line.encode("ascii") + b"\n"
        with self._writing(), self._turn:
            self._file.seek(place)
            while data:  # a disk that is nearly full may take a part only
                data = data[self._file.write(data) :]
            self._end = self._file.tell()
        self._unsynced += 1
        if self._unsynced >= SYNC_LINES or time.monotonic() - self._synced > SYNC_SECONDS:
            self.sync()
        return place

    def _at(self, place: int) -> bytes:
        text, size = self._read(place, 4096), 4096
        while b"\n" not in text and len(text) == size:
            size *= 4
            text = self._read(place, size)
        return text.partition(b"\n")[0]

    def _read(self, place: int, size: int) -> bytes:
        with self._turn:
            self._file.seek(place)
            return self._file.read(size) or b""

    def _each(self) -> Iterator[tuple[int, bytes]]:
        """Place and text of each whole line."""
        place, size = 0, 65536
        while block := self._read(place, size):
            whole, end, _ = block.rpartition(b"\n")
            if end:
                for text in whole.split(b"\n"):
                    yield place, text
                    place += len(text) + 1
            elif len(block) < size or size > MAX_WHOLE_BYTES:
                return  # it was cut off here
            else:
                size *= 2

    def _load(self) -> bool:
        """Take up what is there; False if the run was cut off before anything was."""
        number = 0
        for number, (place, text) in enumerate(self._each(), 1):
            if number == 1:
                self._take_head(text)
            else:
                self._places.put(self._parse(text, number).bucket.name, place)
            self._end = place + len(text) + 1
        with self._writing():
            self._file.truncate(self._end)
        return number > 0

    def _take_head(self, text: bytes) -> None:
        at = Location(str(self.path), 1)
        head = json_value(text, at)
        if not isinstance(head, dict) or head.get("kind") != _KIND:
            raise InputError("this is no journal of a run", location=at, advice=_ANEW)
        if head.get("version") != 1:
            raise InputError("this is a journal of another version of this program", location=at, advice=_ANEW)
        source, began = head.get("source"), head.get("began")
        try:
            run = run_from_json(head.get("run"))
            taken_at = None if began is None else datetime.fromisoformat(began).astimezone(UTC)
        except (ValueError, TypeError, OverflowError) as error:
            raise InputError(f"this is no head of a journal: {error}", location=at, advice=_ANEW) from error
        check_same(run, self.run, self.path or Path())
        if source != self.head.source:
            raise UsageError(f"{self.path} was read from {source!r}, not from {self.head.source!r}", advice=_ANEW)
        self.head = Head(self.head.source, taken_at)

    def _take_over(self, file: Path) -> None:
        """Begin with what the snapshot has, if there is one."""
        try:
            if not file.is_file():
                self._begin()
                return
            with open_snapshot(file) as saved:
                if saved.run is None:
                    raise UsageError(f"--resume {file}: this is no snapshot of a live run", advice=_ANEW)
                check_same(saved.run, self.run, file)
                if saved.run.complete and all(each.bucket.state in FINISHED for each in saved):
                    raise UsageError(f"--resume {file}: nothing is left to read in this snapshot", advice=_ANEW)
                self.head = Head(self.head.source, saved.head.taken_at or self.head.taken_at)
                self._begin()
                self._taking_up = True
                for entry in saved:
                    self.append(entry.bucket)
                self._taking_up = False
        except BaseException:
            self.remove()  # it held nothing
            raise

    @contextlib.contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise cannot_write(self.path, error) from error


def check_same(saved: Run, wanted: Run, path: Path) -> None:
    """Raises ``UsageError`` that says what differs where this is not the run that the file was saved by."""
    if differences := saved.differences(wanted):
        raise UsageError(
            f"{path} belongs to another run: it is of {'; of '.join(differences)}",
            advice=f"repeat the command that it was begun with, or {_ANEW}",
        )
