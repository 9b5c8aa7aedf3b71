"""Snapshots of any size: the ``cors-drift/snapshot`` document with one bucket on a line, written and read line by line.

It is one JSON value like any other and fits the same schema. What reads it here is as happy with any other layout (of
``jq``, of an older version), which it then has to read as a whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import IO, NamedTuple, TextIO

from drift.documents.parts import Json
from drift.documents.reading import bucket_from_value, json_value, snapshot_from_value
from drift.documents.runs import Run, run_from_json, run_to_json
from drift.documents.text import json_text
from drift.documents.writing import bucket_to_json, diagnostic_to_json, time_to_json
from drift.errors import InputError, TooLargeError
from drift.location import Diagnostic, Location
from drift.snapshot import Bucket, Snapshot

MAX_WHOLE_BYTES = 64 * 1024 * 1024
"""A document of another layout is read as a whole, if it is no larger; so is all that stands around the buckets."""

PROMISED = frozenset(
    {"bucket", "address", "state", "rules", "ordered", "account", "region", "location", "reason"},
)
"""Keys of a bucket that are always there; any other is left out where it says nothing."""

MAX_HEAD_BYTES = 64 * 1024
"""What stands before the buckets is a few lines."""

_KNOWN_LINES = 10_000
_NAME = re.compile(rb'\{"bucket": "([A-Za-z0-9._-]{1,255})", ')
_DIGITS = re.compile(rb"[0-9]{1,15}\}")
_POSITION = b', "position": '
_OPENING = b'  "buckets": [\n'
_CLOSINGS = (b"  ],\n", b"  ]\n")
_FIRST_LINES = b'{\n  "kind": "cors-drift/snapshot",\n'
_BEFORE = b'    {"bucket": '


@dataclass(frozen=True, slots=True)
class Head:
    """What a snapshot says before its buckets. ``taken_at`` is in UTC."""

    source: str
    taken_at: datetime | None = None


class Entry(NamedTuple):
    """A bucket of a snapshot. ``position`` is where it stood in the listing, if that was noted; ``line`` is that of
    the file, None where the file has another layout.
    """

    bucket: Bucket
    position: int | None = None
    line: int | None = None


def bucket_line(bucket: Bucket, source: str) -> str:
    """A bucket as its line has it, in a snapshot of the source."""
    whole = bucket_to_json(bucket)
    said = {key: value for key, value in whole.items() if key in PROMISED or _says(key, value, source)}
    return json_text(said)


def _says(key: str, value: Json, source: str) -> bool:
    return value is not None and value is not False and value != [] and (key != "source" or value != source)


class SnapshotWriter:
    """Writes a snapshot to a stream, bucket by bucket; the head goes out with the first of them, or at the end."""

    def __init__(self, stream: TextIO, head: Head) -> None:
        self.head = head
        self._stream = stream
        self._count = 0
        self._ended = False

    def bucket(self, bucket: Bucket, position: int | None = None) -> None:
        """Write a bucket."""
        self.line(bucket_line(bucket, self.head.source), position)

    def line(self, line: str, position: int | None = None) -> None:
        """Write a bucket that is such a line already."""
        if position is not None:
            line = f'{line[:-1]}, "position": {position}}}'
        before = ",\n    " if self._count else f"{self._opening()}\n    "
        self._count += 1
        self._stream.write(before + line)

    def end(self, diagnostics: tuple[Diagnostic, ...], run: Run | None = None) -> None:
        """Write all that comes after the buckets, at most once. ``run`` is there for what is live."""
        if self._ended:
            return
        self._ended = True
        closing = "\n  ]" if self._count else f"{self._opening()}]"
        told = ",\n".join(f"    {json_text(diagnostic_to_json(each))}" for each in diagnostics)
        inside = f"\n{told}\n  " if told else ""
        asked = "" if run is None else f',\n  "run": {json_text(run_to_json(run))}'
        self._stream.write(f'{closing},\n  "diagnostics": [{inside}]{asked}\n}}\n')

    def _opening(self) -> str:
        head: dict[str, Json] = {
            "kind": "cors-drift/snapshot",
            "version": 1,
            "source": self.head.source,
            "taken_at": time_to_json(self.head.taken_at),
        }
        lines = "".join(f"  {json_text(key)}: {json_text(value)},\n" for key, value in head.items())
        return f'{{\n{lines}  "buckets": ['


def write_snapshot(snapshot: Snapshot, stream: TextIO) -> None:
    """Write a snapshot that is there as a whole."""
    writer = SnapshotWriter(stream, Head(snapshot.source, snapshot.taken_at))
    for bucket in snapshot.buckets:
        writer.bucket(bucket)
    writer.end(snapshot.diagnostics)


class SnapshotReader:
    """A snapshot in a file. All but the buckets is known at once; those come as they are gone through.

    Raises ``InputError`` for what is no snapshot.
    """

    def __init__(self, file: IO[bytes], path: str) -> None:
        self.path = path
        self._file = file
        self._start, self._first_line = 0, 0
        self._whole: list[Entry] | None = None
        around = self._around() if file.seekable() else None
        try:
            value = None if around is None else json_value(around, Location(path))
        except InputError:  # the layout is ours, what it holds is not: read as a whole, it has its own error
            value = around = None
        if around is None:
            value = self._read_whole()
        shell = snapshot_from_value(value, path)
        self.head = Head(shell.source, shell.taken_at)
        self.diagnostics = shell.diagnostics
        self.run = self._run(value)
        if around is None and isinstance(value, dict):
            positions = (_position(each, path) for each in value["buckets"])
            self._whole = [Entry(*each) for each in zip(shell.buckets, positions, strict=True)]

    def __iter__(self) -> Iterator[Entry]:
        """The buckets, from the first one each time. Raises ``InputError`` with the line of what is none."""
        return self._lines() if self._whole is None else iter(self._whole)

    def _lines(self) -> Iterator[Entry]:
        parse = LineParser(self.head.source, self.path)
        self._file.seek(self._start)
        for number, line in enumerate(self._each_line(), self._first_line):
            if line in _CLOSINGS:
                return
            yield parse(line.strip(b" ,\n"), number)

    def _each_line(self) -> Iterator[bytes]:
        return iter(lambda: self._file.readline(MAX_WHOLE_BYTES), b"")

    def _around(self) -> bytes | None:
        """All but the buckets, if the file has the layout that is written here."""
        around = self._file.read(len(_FIRST_LINES))
        if around != _FIRST_LINES:
            return None
        while not around.endswith(_OPENING):
            line = self._file.readline(MAX_HEAD_BYTES)
            around += line
            if not line or len(around) > MAX_HEAD_BYTES:
                return None
        self._start, self._first_line = self._file.tell(), around.count(b"\n") + 1
        last = _OPENING
        for line in self._each_line():
            if line in _CLOSINGS:
                rest = self._file.read(MAX_WHOLE_BYTES)
                return None if last.endswith(b",\n") else around + line + rest
            if not line.startswith(_BEFORE) or last.endswith(b"}\n") or not line.endswith((b"},\n", b"}\n")):
                return None
            last = line
        return None

    def _read_whole(self) -> object:
        if self._file.seekable():
            self._file.seek(0)
        content = self._file.read(MAX_WHOLE_BYTES + 1)
        if len(content) > MAX_WHOLE_BYTES:
            raise TooLargeError(
                f"this has more than the {MAX_WHOLE_BYTES:,} bytes that are read of a snapshot in this layout",
                location=Location(self.path),
                advice="leave it as it was written, one bucket on a line: then it may have any size",
            )
        return json_value(content, Location(self.path))

    def _run(self, value: object) -> Run | None:
        run = value.get("run") if isinstance(value, dict) else None
        try:
            return None if run is None else run_from_json(run)
        except ValueError as error:
            raise InputError(f"run is not what it must be: {error}", location=Location(self.path)) from error


class LineParser:
    """Buckets out of their lines. Most lines of a fleet differ in the name alone: what else a line says is read once,
    and its rules are then one object in memory.
    """

    def __init__(self, source: str, path: str) -> None:
        self._source, self._path = source, path
        self._known: dict[bytes, Bucket] = {}

    def __call__(self, text: bytes, line: int) -> Entry:
        """The bucket. Raises ``InputError`` with the line for what is none."""
        name = _NAME.match(text)
        before, noted, position = text.rpartition(_POSITION)
        if name is None or not text.endswith(b"}") or (noted and not _DIGITS.fullmatch(position)):
            return Entry(*self._read(text, line), line)
        said = before[name.end() :] if noted else text[name.end() : -1]
        known = self._known.get(said)
        if known is None:
            known, _ = self._read(text, line)
            if len(self._known) >= _KNOWN_LINES:
                self._known.clear()
            self._known[said] = known
        return Entry(replace(known, name=name[1].decode()), int(position[:-1]) if noted else None, line)

    def _read(self, text: bytes, line: int) -> tuple[Bucket, int | None]:
        at = Location(self._path, line)
        value = json_value(text, at)
        try:
            return bucket_from_value(value, self._source, self._path), _position(value, self._path)
        except InputError as error:
            error.location = at
            raise


def _position(value: object, path: str) -> int | None:
    position = value.get("position") if isinstance(value, dict) else None
    if position is not None and (isinstance(position, bool) or not isinstance(position, int) or position < 0):
        raise InputError("position must be a whole number from 0", location=Location(path))
    return position


@contextmanager
def open_snapshot(path: Path) -> Iterator[SnapshotReader]:
    """A snapshot to be gone through. Raises ``InputError`` for what cannot be read or is no snapshot."""
    try:
        file = path.open("rb")
    except OSError as error:
        raise InputError(f"this file cannot be read: {error.strerror}", location=Location(str(path))) from error
    with file:
        yield SnapshotReader(file, str(path))


def snapshot_by_lines(file: Path, shown: str) -> Snapshot | None:
    """The snapshot in a file of any size that begins as those that are written here do, else None. Buckets with the
    same rules share them. ``shown`` is what errors call the file; they are ``InputError``.
    """
    if not file.is_file():
        return None
    try:
        opened = file.open("rb")
    except OSError:
        return None
    with opened:
        if opened.read(len(_FIRST_LINES)) != _FIRST_LINES:
            return None
        opened.seek(0)
        reader = SnapshotReader(opened, shown)
        buckets = tuple(entry.bucket for entry in reader)
        part = None if reader.run is None else reader.run.part
        return Snapshot(reader.head.source, buckets, reader.diagnostics, reader.head.taken_at, part=part)
