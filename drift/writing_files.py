"""Files that change together: all of them or none, and each at any moment whole, as it was or as it is to be.

The new contents are written beside the files and brought to disk before the first file is touched; then each takes its
file's place at once (rename). If that fails in between, or is interrupted, the files that had been replaced get their
old contents back. A process that is killed leaves each file whole; which ones are new git tells.
"""

from __future__ import annotations

import os
import secrets
import shutil
import stat
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from drift.adoption import FileChange
from drift.errors import InputError, UsageError
from drift.location import Location
from drift.writing_git import uncommitted


@dataclass(slots=True)
class _Prepared:
    """A file with its new content beside it, and the old one under a second name. ``begun``: the swap may be made."""

    change: FileChange
    new: Path
    old: Path | None = None
    begun: bool = False

    @property
    def path(self) -> Path:
        return Path(self.change.path)


def write_files(changes: Sequence[FileChange], *, allow_dirty: bool) -> None:
    """Write all of them, or raise and leave all as they were.

    Raises ``UsageError`` for a file with changes that git could not give back (unless ``allow_dirty``), ``InputError``
    for one that was changed since it was read, that leads out of its root, or that cannot be written.
    """
    for change in changes:
        _check(change)
    if not allow_dirty:
        _refuse_dirty(changes)
    prepared: list[_Prepared] = []
    try:
        for change in changes:
            prepared.append(_prepare(change))
        for each in prepared:
            _check(each.change)  # nothing may have been written meanwhile
        for each in prepared:
            each.begun = True
            _swap(each)
        _sync_folders(prepared)
    except BaseException as error:
        _put_back(prepared)
        if isinstance(error, OSError):
            raise _cannot_be_written(error, prepared, changes) from error
        raise
    finally:
        for each in prepared:
            for name in (each.new, each.old):
                if name is not None:
                    with suppress(OSError):
                        name.unlink(missing_ok=True)


def _check(change: FileChange) -> None:
    """That the file is where it was, and holds what it held when it was read."""
    path = Path(change.path)
    place = Location(change.shown)
    if Path(os.path.realpath(path)) != path or not path.is_relative_to(change.root):
        raise InputError("this path leads elsewhere than when it was read: nothing was written", location=place)
    if change.before is None:
        if os.path.lexists(path):
            raise InputError("this file was to be a new one, and is there: nothing was written", location=place)
        return
    try:
        mode = path.lstat().st_mode
        same = stat.S_ISREG(mode) and path.read_bytes() == change.before
    except OSError as error:
        raise InputError(
            f"this file can no longer be read ({error.strerror}): nothing was written", location=place
        ) from error
    if not same:
        raise InputError(
            "this file has changed since it was read: nothing was written", location=place, advice="run it again"
        )


def _refuse_dirty(changes: Sequence[FileChange]) -> None:
    for change, why in uncommitted(changes):
        raise UsageError(
            f"{change.shown} {why}: nothing was written",
            advice="commit or stash it first, or say --allow-dirty",
        )


def _prepare(change: FileChange) -> _Prepared:
    path = Path(change.path)
    each = _Prepared(change, _beside(path, "new"))
    handle = os.open(each.new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(change.after)
            stream.flush()
            _take_over(stream.fileno(), path, new=change.before is None)
            os.fsync(stream.fileno())
        if change.before is not None:
            each.old = _beside(path, "old")
            _second_name(path, each.old)
    except BaseException:
        for name in (each.new, each.old):
            if name is not None:
                with suppress(OSError):
                    name.unlink(missing_ok=True)
        raise
    return each


def _take_over(handle: int, path: Path, *, new: bool) -> None:
    """Mode and owner of the file that is replaced."""
    if new:
        mask = os.umask(0)
        os.umask(mask)
        os.fchmod(handle, 0o666 & ~mask)
        return
    known = path.lstat()
    with suppress(OSError):  # only root may give files away
        os.fchown(handle, known.st_uid, known.st_gid)
    os.fchmod(handle, stat.S_IMODE(known.st_mode))


def _second_name(path: Path, name: Path) -> None:
    """The old content under a name of its own, so that going back needs no room on the disk."""
    try:
        os.link(path, name, follow_symlinks=False)
    except OSError:
        shutil.copy2(path, name, follow_symlinks=False)


def _swap(each: _Prepared) -> None:
    if each.change.before is None:
        os.link(each.new, each.path)  # fails if somebody has made the file meanwhile; a rename would not
    else:
        os.replace(each.new, each.path)


def _put_back(prepared: Sequence[_Prepared]) -> None:
    """Give the files that may have been replaced their old contents back."""
    for each in reversed(prepared):
        if not each.begun:
            continue
        with suppress(OSError):
            if each.old is not None:
                os.replace(each.old, each.path)
            elif each.path.read_bytes() == each.change.after:
                each.path.unlink()


def _sync_folders(prepared: Sequence[_Prepared]) -> None:
    """Bring the names to disk too, where the system can."""
    for folder in {each.path.parent for each in prepared}:
        _quietly(lambda folder=folder: _sync(folder))  # type: ignore[misc]


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _quietly(act: Callable[[], None]) -> None:
    with suppress(OSError):
        act()


def _beside(path: Path, kind: str) -> Path:
    return path.with_name(f".{path.name[:100]}.{secrets.token_hex(6)}.{kind}")


def _cannot_be_written(error: OSError, prepared: Sequence[_Prepared], changes: Sequence[FileChange]) -> InputError:
    begun = [each.change for each in prepared if each.begun]
    change = begun[-1] if begun else changes[min(len(prepared), len(changes) - 1)]
    return InputError(
        f"this file cannot be written ({error.strerror}): all files are as they were",
        location=Location(change.shown),
        advice="check the permissions of the file and of its folder, and the room on the disk",
    )
