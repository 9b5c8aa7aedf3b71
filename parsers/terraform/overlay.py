"""A tree with some files put in, or put in the place of its own."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping, Sequence

from drift.interfaces import Tree
from parsers.terraform import files


class Overlay:
    """Implements ``drift.interfaces.Tree``. ``written`` are contents by name, in ``folder``.

    The files of the folder ``laid`` and of those below it lie over those of ``folder``, but for hidden ones and the
    names in ``left_out``; what is written lies over both.
    """

    def __init__(
        self,
        tree: Tree,
        folder: str,
        written: Mapping[str, bytes],
        laid: str | None = None,
        left_out: frozenset[str] = frozenset(),
    ) -> None:
        self._tree = tree
        self._folder = folder
        self._written = {files.join(folder, name): content for name, content in written.items()}
        self._names = tuple(written)
        self._laid = laid
        self._left_out = left_out

    def changes(self, folder: str) -> bool:
        """Whether the configuration in a folder is another one than that of the tree."""
        laid = self._over(folder)
        names = () if laid is None else self._shown(folder, self._tree.names(laid))
        return (folder == self._folder and bool(self._names)) or any(files.stem(name) is not None for name in names)

    def origin(self, path: str) -> str:
        """Where the file that is read at a path lies in the tree itself."""
        laid = None if path in self._written else self._over(path)
        return laid if laid is not None and self._tree.is_file(laid) else path

    def read(self, path: str) -> bytes:
        """See ``Tree``."""
        return self._written[path] if path in self._written else self._tree.read(self.origin(path))

    def is_file(self, path: str) -> bool:
        """See ``Tree``."""
        return path in self._written or self._tree.is_file(self.origin(path))

    def is_folder(self, path: str) -> bool:
        """See ``Tree``."""
        laid = self._over(path)
        return self._tree.is_folder(path) or (laid is not None and self._tree.is_folder(laid))

    def names(self, folder: str) -> Sequence[str]:
        """See ``Tree``."""
        laid = self._over(folder)
        names = set(self._tree.names(folder))
        if laid is not None:
            names.update(self._shown(folder, self._tree.names(laid)))
        if folder == self._folder:
            names.update(self._names)
        return sorted(names)

    def _shown(self, folder: str, names: Sequence[str]) -> list[str]:
        return [name for name in names if self._over(files.join(folder, name)) is not None]

    def _over(self, path: str) -> str | None:
        """The path that lies over this one, whether or not there is something."""
        if self._laid is None or files.leaves_tree(path):
            return None
        if path == self._folder:
            return self._laid
        prefix = f"{self._folder}/" if self._folder else ""
        parts = path.removeprefix(prefix).split("/")
        if not path.startswith(prefix) or parts[0] in self._left_out or any(part.startswith(".") for part in parts):
            return None
        return posixpath.join(self._laid, *parts)
