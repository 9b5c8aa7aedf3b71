"""A file that is there as a whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from drift.errors import UsageError


@contextmanager
def replacing(path: Path, *, durable: bool = False) -> Iterator[TextIO]:
    """Where to write what the file is to hold: it takes the old one's place at the end, if nothing was raised.

    A link stays one, and a device or pipe is written to. With ``durable`` it outlives a loss of power. Raises
    ``UsageError`` where the file cannot be written.
    """
    try:
        real = Path(os.path.realpath(path))
        if is_special(real):
            with real.open("w", encoding="utf-8") as stream:
                yield stream
            return
        handle, name = tempfile.mkstemp(prefix=f".{real.name[:50]}.", dir=real.absolute().parent)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as stream:
                yield stream
                stream.flush()
                if durable:
                    os.fsync(stream.fileno())
            os.chmod(name, 0o666 & ~_umask())
            os.replace(name, real)
        except BaseException:
            os.unlink(name)
            raise
    except OSError as error:
        raise cannot_be_written(path, error) from error


def is_special(path: Path) -> bool:
    """Whether this is a device, a pipe or the like: there to be written to, not to be replaced or read back."""
    return path.exists() and not path.is_file() and not path.is_dir()


def cannot_be_written(path: Path, error: OSError) -> UsageError:
    """The error for a file that the user named for output."""
    return UsageError(f"{path} cannot be written: {error.strerror}", advice="check the path given to --output")


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
