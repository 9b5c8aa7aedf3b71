"""A tree with the text of some files replaced or added in memory, over another tree."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator, Mapping, Sequence

from drift.edits import TextEdit, edited
from drift.errors import InputError
from drift.location import Location
from drift.tree import Ignored, Walked


class NotTextError(InputError):
    """A file is not UTF-8, so that no edit can say where in it."""


class Overlay:
    """The files of ``below``, with ``files`` (path to content) in the place of its own or beside them.

    Implements ``drift.tree.Walked``. What is replaced behind a link is replaced under all its names: paths in
    ``files`` are those that ``path_of`` gives. ``below`` may be a folder on disk, a revision, or another overlay.

    ``kept`` is for what readers make of this one state of the files and want to find again; another state is another
    object. It goes with the overlay.
    """

    def __init__(self, below: Walked, files: Mapping[str, bytes] | None = None) -> None:
        self.root = below.root
        self.below = below
        self.files = dict(files or {})
        self.kept: dict[str, object] = {}
        self._folders = {folder for path in self.files for folder in _above(path)}

    def with_files(self, files: Mapping[str, bytes]) -> Overlay:
        """The same with more files replaced or added."""
        return Overlay(self.below, {**self.files, **files})

    def with_edits(self, edits: Sequence[TextEdit]) -> Overlay:
        """The same after edits. Raises ``ValueError`` where two overlap, ``InputError`` for what cannot be edited."""
        by_path: dict[str, list[TextEdit]] = {}
        for edit in edits:
            by_path.setdefault(self.path_of(edit.path), []).append(edit)
        return self.with_files({path: edited(self.text(path), each).encode() for path, each in by_path.items()})

    def text(self, path: str) -> str:
        """The content as text, as edits count its characters; nothing of a file that there is not."""
        if not self.is_file(path):
            if self.is_folder(path) or not self._may_be_added(path):
                raise InputError("no file can be written here", location=Location(path))
            return ""
        try:
            return self.read(path).decode("utf-8")
        except UnicodeDecodeError as error:
            raise NotTextError("this file is not UTF-8 text", location=Location(path)) from error

    def path_of(self, path: str) -> str:
        """The path with links followed, as far as the tree below can say where they lead."""
        resolved = getattr(self.below, "resolved", None)
        if callable(resolved):
            found = resolved(path)
            return path if found is None else str(found)
        if not hasattr(self.below, "is_on_disk"):
            return path
        real = (self.root / path).resolve()
        return real.relative_to(self.root).as_posix() if real.is_relative_to(self.root) else path

    def read(self, path: str) -> bytes:
        """See ``drift.interfaces.Tree``."""
        key = self._key(path)
        return self.below.read(path) if key is None else self.files[key]

    def is_file(self, path: str) -> bool:
        """See ``drift.interfaces.Tree``."""
        return self._key(path) is not None or self.below.is_file(path)

    def is_folder(self, path: str) -> bool:
        """See ``drift.interfaces.Tree``."""
        return path in self._folders or self.below.is_folder(path)

    def names(self, folder: str) -> Sequence[str]:
        """See ``drift.interfaces.Tree``."""
        return sorted({*self.below.names(folder), *self._added_in(folder)})

    def is_link(self, path: str) -> bool:
        """See ``drift.tree.Linked``."""
        return path not in self.files and self.below.is_link(path)

    def is_on_disk(self, path: str) -> bool:
        """Whether what ``read`` gives is the file on disk."""
        on_disk = getattr(self.below, "is_on_disk", None)
        return self._key(path) is None and callable(on_disk) and bool(on_disk(path))

    def walk(self, folder: str = "", on_link: Callable[[str], None] | None = None) -> Iterator[str]:
        """See ``DiskTree.walk``. Added files are met where the walk would meet them, unless they are ignored."""
        seen = set()
        if self.below.is_folder(folder):
            for path in self.below.walk(folder, on_link):
                seen.add(path)
                yield path
        for path in sorted(self.files):
            inside = not folder or path.startswith(f"{folder}/")
            if inside and path not in seen and not self.below.is_file(path) and not Ignored.has(self, path):
                yield path

    def _added_in(self, folder: str) -> Iterator[str]:
        start = f"{folder}/" if folder else ""
        for path in self.files:
            if path.startswith(start):
                yield path.removeprefix(start).partition("/")[0]

    def _key(self, path: str) -> str | None:
        """The path under which the content is replaced, None if it is not."""
        if not self.files or path in self.files:
            return path if path in self.files else None
        plain = posixpath.normpath(path) if path else path
        if plain in self.files:
            return plain
        if not self.below.is_file(path):
            return None
        real = self.path_of(path)
        return real if real in self.files else None

    def _may_be_added(self, path: str) -> bool:
        """Whether a new file may have this path: in the tree, below no link and no file."""
        plain = bool(path) and not path.startswith("/") and posixpath.normpath(path) == path and "\0" not in path
        if not plain or ".." in path.split("/") or self.is_link(path):
            return False
        above = list(_above(path))
        return not any(self.is_link(each) or self.is_file(each) for each in above)


def _above(path: str) -> Iterator[str]:
    """The folders above a path, the top itself left out."""
    parts = path.split("/")
    return ("/".join(parts[:count]) for count in range(1, len(parts)))
