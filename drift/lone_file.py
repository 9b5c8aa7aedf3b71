"""A file that one process at a time may write, and that no link leads to."""

from __future__ import annotations

import io
import os
import stat
from pathlib import Path

from drift.errors import UsageError


def open_alone(path: Path | None) -> io.FileIO:
    """The file, for reading and writing, made where there is none; without a path one that has no name.

    Raises ``UsageError`` where it cannot be written, is no regular file, or is being written by another process.
    """
    if path is None:
        import tempfile

        return tempfile.TemporaryFile("w+b", buffering=0, prefix="cors-drift-")
    while True:
        file = _open_named(path)
        # A run that ended between the two has taken away the file that was opened.
        if path.exists() and os.path.samestat(os.fstat(file.fileno()), os.stat(path)):
            return file
        file.close()


def _open_named(path: Path) -> io.FileIO:
    try:
        # Not through a link: a tree that somebody else made must not lead what is written anywhere.
        flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
        fd = os.open(path, flags, 0o666)
    except OSError as error:
        if path.is_symlink():
            raise UsageError(f"{path} is a link, and is not followed", advice="remove it") from error
        raise cannot_write(path, error) from error
    try:
        if not stat.S_ISREG(os.fstat(fd).st_mode):
            raise UsageError(f"{path} is no regular file", advice="remove it")
        _lock(fd, path)
        return os.fdopen(fd, "r+b", buffering=0)
    except BaseException:
        os.close(fd)
        raise


def _lock(fd: int, path: Path) -> None:
    try:
        import fcntl
    except ImportError:  # Windows: there nothing keeps two runs apart
        return
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise UsageError(f"{path} is being written by another run", advice="wait for it, or write elsewhere") from error
    except OSError:  # a file system without locks
        return


def cannot_write(path: Path | None, error: OSError) -> UsageError:
    what = "what is read" if path is None else str(path)
    return UsageError(f"{what} cannot be written: {error.strerror}", advice="check the path given to --output")
