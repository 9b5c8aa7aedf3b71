"""A tree without any file."""

from __future__ import annotations

from collections.abc import Sequence

from drift.errors import InputError


class _NoFiles:
    def read(self, path: str) -> bytes:
        raise InputError("there is no such file")

    def is_file(self, path: str) -> bool:
        return False

    def is_folder(self, path: str) -> bool:
        return False

    def names(self, folder: str) -> Sequence[str]:
        return ()


NO_FILES = _NoFiles()
