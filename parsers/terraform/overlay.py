"""A tree with some files put in, or put in the place of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from drift.interfaces import Tree
from parsers.terraform import files


class Overlay:
    """Implements ``drift.interfaces.Tree``. ``written`` are contents by name, in one folder."""

    def __init__(self, tree: Tree, folder: str, written: Mapping[str, bytes]) -> None:
        self._tree = tree
        self._folder = folder
        self._written = {files.join(folder, name): content for name, content in written.items()}
        self._names = tuple(written)

    def read(self, path: str) -> bytes:
        """See ``Tree``."""
        return self._written[path] if path in self._written else self._tree.read(path)

    def is_file(self, path: str) -> bool:
        """See ``Tree``."""
        return path in self._written or self._tree.is_file(path)

    def is_folder(self, path: str) -> bool:
        """See ``Tree``."""
        return self._tree.is_folder(path)

    def names(self, folder: str) -> Sequence[str]:
        """See ``Tree``."""
        names = self._tree.names(folder)
        return sorted({*names, *self._names}) if folder == self._folder else names
