"""The file that undoes what was written: the rules that were there, and those that were to take their place.

It is a ``cors-drift/snapshot`` of the old live rules, so that every command that reads a snapshot reads it, with one
key more for the whole (``undo``) and one for each bucket (``intended``). It is written before anything else is, whole
or not at all, never over another file, and for its owner alone: it holds sensitive values, which it has to put back.
"""

from __future__ import annotations

import json
import os
import re
import secrets
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from drift import __version__
from drift.cors.model import BucketCors, Unknown
from drift.documents.lines import MAX_WHOLE_BYTES
from drift.documents.parts import Json
from drift.documents.reading import bucket_from_value, json_value, snapshot_from_value
from drift.documents.runs import Named, Run, run_to_json, shown_url
from drift.documents.text import json_text
from drift.documents.writing import bucket_to_json, rules_to_json, time_to_json
from drift.errors import InputError, UsageError
from drift.live_side import LiveSide
from drift.location import Location
from drift.restoring_values import Direction, Restoring
from drift.snapshot import Bucket, State

MODE = 0o600
_TRIES = 5
_ACCOUNT = re.compile(r"[0-9]{12}")
_ADVICE = "it must be a file that `cors-drift fix --apply` has written, as it was"


@dataclass(frozen=True, slots=True)
class Undoable:
    """One bucket of such a file: ``old`` are the rules that were there, ``intended`` those that were to be written."""

    name: str
    old: BucketCors | None
    intended: BucketCors | None
    account: str | None = None
    region: str | None = None
    sensitive: frozenset[str | int] = frozenset()


@dataclass(frozen=True, slots=True)
class UndoFile:
    """What such a file says. ``endpoint`` is the server in the place of AWS, as it may be shown."""

    buckets: tuple[Undoable, ...]
    endpoint: str | None = None
    taken_at: datetime | None = None


def server_of(side: LiveSide) -> str | None:
    """The server that S3 is asked at in the place of AWS, as it may be shown, however it was configured."""
    from drift.fetchers.endpoints import is_aws

    asked: str = side.aws.client("s3").meta.endpoint_url
    return None if is_aws(asked) else shown_url(asked)


def default_name(now: datetime) -> str:
    """A name that no other run has: ``cors-drift-undo-20261122T213000Z-1f2e3d4c.json``."""
    return f"cors-drift-undo-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}.json"


def create(
    path: Path | None, buckets: Sequence[Restoring], direction: Direction, endpoint: str | None, now: datetime
) -> Path:
    """Write the file for the buckets that are about to be written; where it is then. Without ``path`` it gets a name
    of its own in the working folder.

    Raises ``UsageError`` where it cannot be written or is there already: nothing is ever written over.
    """
    text = _text(buckets, direction, endpoint, now).encode("ascii")
    if len(text) > MAX_WHOLE_BYTES:
        raise UsageError("the old rules of so many buckets do not fit into one file", advice="select fewer buckets")
    for _ in range(_TRIES if path is None else 1):
        target = Path(default_name(now)) if path is None else path
        try:
            _place(target, text)
        except FileExistsError:
            continue
        except OSError as error:
            raise UsageError(
                f"{target} cannot be written: {error.strerror}; nothing was changed",
                advice="name another place with --undo-file: without that file nothing is written",
            ) from error
        return target
    raise there_already(target)


def there_already(path: Path) -> UsageError:
    """The error for a file that would have to be written over."""
    return UsageError(f"--undo-file {path}: there is such a file already", advice="name one that is not there yet")


def _place(target: Path, text: bytes) -> None:
    """The file appears under its name when it is whole and on the disk; never in the place of another."""
    folder = target.absolute().parent
    part = folder / f".{target.name[:80]}.{secrets.token_hex(4)}"
    try:
        _write(part, text)
        try:
            os.link(part, target)
        except FileExistsError:
            raise
        except OSError:  # a file system without links
            _write_in_place(target, text)
    finally:
        with suppress(OSError):
            part.unlink()
    _sync_folder(folder)


def _write_in_place(target: Path, text: bytes) -> None:
    """Nothing stays under the name if it cannot be written whole: half a file would undo nothing."""
    try:
        _write(target, text)
    except FileExistsError:
        raise
    except OSError:
        remove(target)
        raise


def _write(path: Path, text: bytes) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(path, flags, MODE), "wb") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())


def _sync_folder(folder: Path) -> None:
    with suppress(OSError):  # Windows has no such thing, and some file systems refuse
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def remove(path: Path) -> None:
    """Take the file away again: nothing was written that it could undo."""
    with suppress(OSError):
        path.unlink()


def _text(buckets: Sequence[Restoring], direction: Direction, endpoint: str | None, now: datetime) -> str:
    """The document, one bucket on a line as in every snapshot."""
    run = Run(Named.of([each.name for each in buckets]), (), endpoint)
    head: dict[str, Json] = {
        "kind": "cors-drift/snapshot",
        "version": 1,
        "source": "s3",
        "taken_at": time_to_json(now),
    }
    undo: Json = {
        "tool": {"name": "cors-drift", "version": __version__},
        "direction": direction,
        "endpoint": endpoint,
    }
    lines = ",\n".join(f"    {json_text(_bucket_value(each))}" for each in buckets)
    first = "".join(f"  {json.dumps(key)}: {json_text(value)},\n" for key, value in head.items())
    rest = f'  "diagnostics": [],\n  "run": {json_text(run_to_json(run))},\n  "undo": {json_text(undo)}\n'
    return f'{{\n{first}  "buckets": [\n{lines}\n  ],\n{rest}}}\n'


def _bucket_value(each: Restoring) -> dict[str, Json]:
    state = State.ABSENT if each.before is None else State.CONFIGURED
    bucket = Bucket(each.name, state, "s3", cors=each.before, account=each.account, region=each.region)
    whole = bucket_to_json(bucket)
    kept = ("bucket", "address", "state", "rules", "ordered", "account", "region", "location", "reason")
    after = State.ABSENT if each.after is None else State.CONFIGURED
    intended: Json = {"state": after.value, "rules": rules_to_json(each.after.rules) if each.after else []}
    marks: list[Json] = sorted(each.sensitive, key=str)
    return {key: whole[key] for key in kept} | {"intended": intended} | ({"sensitive": marks} if marks else {})


def read(path: Path) -> UndoFile:
    """Such a file. It may be anything. Raises ``InputError`` that says what is wrong with it."""
    at = Location(str(path))
    try:
        if path.is_fifo():  # opening one waits for somebody to write
            raise InputError("this is a pipe and no file", location=at, advice=_ADVICE)
        with path.open("rb") as file:
            content = file.read(MAX_WHOLE_BYTES + 1)
    except OSError as error:
        raise InputError(f"this file cannot be read: {error.strerror}", location=at) from error
    if len(content) > MAX_WHOLE_BYTES:
        raise InputError(f"this has more than {MAX_WHOLE_BYTES:,} bytes", location=at, advice=_ADVICE)
    value = json_value(content, at)
    undo = value.get("undo") if isinstance(value, dict) else None
    if not isinstance(value, dict) or not isinstance(undo, dict):
        raise InputError("this file undoes nothing: it has no `undo`", location=at, advice=_ADVICE)
    snapshot = snapshot_from_value(value, str(path))
    endpoint = undo.get("endpoint")
    if endpoint is not None and not isinstance(endpoint, str):
        raise InputError("undo.endpoint must be a string or null", location=at, advice=_ADVICE)
    pairs = zip(value["buckets"], snapshot.buckets, strict=True)
    buckets = tuple(_undoable(index, raw, bucket, at) for index, (raw, bucket) in enumerate(pairs))
    names = [each.name for each in buckets]
    if len(set(names)) != len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise InputError(f"bucket {twice!r} stands there twice", location=at, advice=_ADVICE)
    if not buckets:
        raise InputError("this file names no bucket", location=at, advice=_ADVICE)
    return UndoFile(buckets, endpoint, snapshot.taken_at)


def _undoable(index: int, raw: Any, bucket: Bucket, at: Location) -> Undoable:
    where = f"buckets[{index}]"

    def wrong(what: str) -> InputError:
        return InputError(f"{where}.{what}", location=at, advice=_ADVICE)

    intended = raw.get("intended")
    if not isinstance(intended, dict):
        raise wrong("intended must be an object")
    shape = {"bucket": raw["bucket"], "state": intended.get("state"), "rules": intended.get("rules")}
    try:
        after = bucket_from_value(shape, "s3", at.path)
    except InputError as error:
        raise wrong(f"intended: {error.message}") from error
    if isinstance(bucket.name, Unknown):
        raise wrong("bucket must be a string")
    for side, name in ((bucket, "state"), (after, "intended.state")):
        if side.state not in (State.CONFIGURED, State.ABSENT):
            raise wrong(f"{name} must be configured or absent")
        if side.cors is not None and any(True for _ in side.cors.unknowns()):
            raise wrong("rules have a value that is not known: a file with hidden values undoes nothing")
    if bucket.account is not None and not _ACCOUNT.fullmatch(bucket.account):
        raise wrong("account must have 12 digits")
    return Undoable(
        bucket.name, bucket.cors, after.cors, bucket.account, bucket.region, frozenset(_marks(raw.get("sensitive")))
    )


def _marks(value: object) -> Iterator[str | int]:
    for each in value if isinstance(value, list) else ():
        if isinstance(each, str | int) and not isinstance(each, bool):
            yield each
