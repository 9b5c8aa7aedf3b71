"""A folder on disk as the tree that parsers may read, and the walk that finds its files.

Input is hostile: templates come from forks. Every path is resolved before it is opened, and nothing outside the root
is read, whatever ``..`` or a symbolic link says.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Protocol

from drift.errors import InputError, TooLargeError
from drift.gitignore import IgnoreFile
from drift.interfaces import Tree
from drift.location import Location

MAX_FILE_BYTES = 64 * 1024 * 1024
"""Larger files are refused: the largest real plan files are a few tens of megabytes."""

MAX_PATH_BYTES = 4096
"""No file has a longer path; asking the system part by part for a hostile one would take minutes."""

MAX_DEPTH = 128
"""Folders nested deeper are not walked, and that is an error: real trees have a tenth of it."""

SKIPPED_FOLDERS = frozenset({".git", ".hg", ".svn", ".terraform", ".terragrunt-cache", "node_modules", "__pycache__"})
"""Folders that hold copies and dependencies, not declarations. Parsers can still read in them (vendored modules)."""


class DiskTree:
    """The files below ``root``. Implements ``drift.interfaces.Tree``."""

    def __init__(self, root: Path) -> None:
        self.root = Path(os.path.realpath(root))
        self._last_read: tuple[str, bytes] | None = None

    def read(self, path: str) -> bytes:
        if self._last_read is not None and self._last_read[0] == path:
            return self._last_read[1]  # several parsers look at one file in turn
        real = self._inside(path)
        if real is None:
            possible = _is_path(path)
            raise InputError(
                "this path leads out of the tree and is not read" if possible else "no file can have this path",
                location=Location(path),
                advice="give a folder that holds all of it with --root" if possible else None,
            )
        try:
            if not real.is_file():
                problem = "this is not a regular file" if real.exists() else "there is no such file"
                raise InputError(problem, location=Location(path))
            size = real.stat().st_size
            if size > MAX_FILE_BYTES:
                raise TooLargeError(
                    f"this file has {size:,} bytes, more than the {MAX_FILE_BYTES:,} that are read",
                    location=Location(path),
                )
            content = real.read_bytes()
        except OSError as error:
            raise InputError(
                f"this file cannot be read: {error.strerror}", location=Location(path), advice="check its permissions"
            ) from error
        self._last_read = (path, content)
        return content

    def is_file(self, path: str) -> bool:
        real = self._inside(path)
        return real is not None and os.path.isfile(real)  # False, not an error, for a name that is too long

    def is_folder(self, path: str) -> bool:
        real = self._inside(path)
        return real is not None and os.path.isdir(real)

    def names(self, folder: str) -> Sequence[str]:
        real = self._inside(folder)
        if real is None:
            return ()
        try:
            return sorted(entry.name for entry in os.scandir(real))
        except OSError:
            return ()

    def walk(self, folder: str = "", on_link: Callable[[str], None] | None = None) -> Iterator[str]:
        """The files below a folder that are not ignored, in a stable order.

        Left out: what ``.gitignore`` files from the root down say, ``SKIPPED_FOLDERS``, links to folders, and links
        that lead out of the tree. A folder that is itself ignored was named on purpose and is walked. ``on_link`` is
        told of each link that is left out, unless what it shows is found at its own place in this walk. Raises
        ``InputError`` where a folder cannot be listed, or leads out of the tree.
        """
        if self._inside(folder) is None:
            problem = "this path leads out of the tree and is not walked"
            raise InputError(problem if _is_path(folder) else "no folder can have this path", location=Location(folder))
        waiting: list[tuple[str, Ignored | None]] = [(folder, Ignored().above(self, folder))]
        while waiting:
            path, ignores = waiting.pop()
            if ignores is None:
                yield path
            else:
                wanted = list(self._wanted_in(path, ignores))
                for link in [each for each, kind in wanted if kind is _LINK]:
                    if on_link is not None and not self._shown_below(folder, link):
                        on_link(link)
                waiting.extend(each for each in reversed(wanted) if each[1] is not _LINK)

    def _shown_below(self, folder: str, link: str) -> bool:
        """Whether a link leads nowhere, or to something that a walk of the folder meets anyway."""
        real = Path(os.path.realpath(self.root / link))
        return not real.exists() or real.is_relative_to(self.root / folder)

    def _wanted_in(self, folder: str, ignores: Ignored) -> Iterator[tuple[str, Ignored | None]]:
        """What is not ignored directly in a folder: files with None, folders with what is ignored above them, links
        that are not followed with ``_LINK``.
        """
        if folder.count("/") >= MAX_DEPTH:
            raise InputError(
                f"folders are nested more than {MAX_DEPTH} deep here",
                location=Location(folder),
                advice="name the folders that hold declarations, or ignore this one in .gitignore",
            )
        try:
            entries = sorted(os.scandir(self.root / folder), key=lambda entry: entry.name)
        except OSError as error:
            raise InputError(
                f"this folder cannot be listed: {error.strerror}", location=Location(folder or ".")
            ) from error
        ignores = ignores.with_file_of(self, folder)
        for entry in entries:
            path = f"{folder}/{entry.name}" if folder else entry.name
            if entry.is_dir(follow_symlinks=False):
                if entry.name in SKIPPED_FOLDERS:
                    continue
                if not ignores.match(path, is_folder=True):
                    yield path, ignores
                elif self._has_tracked(path):
                    yield path, Ignored(everything=True)
            elif not ignores.match(path, is_folder=False) or self._is_tracked(path):
                if self._is_file_inside(entry, path):
                    yield path, None
                elif entry.is_symlink():
                    yield path, _LINK

    def _is_file_inside(self, entry: os.DirEntry[str], path: str) -> bool:
        """What is no link stands in its folder, which is inside: only links cost a look at where they lead."""
        return self.is_file(path) if entry.is_symlink() else entry.is_file(follow_symlinks=False)

    def is_link(self, path: str) -> bool:
        """Whether the path itself is a symbolic link."""
        return (self.root / path).is_symlink()

    def is_on_disk(self, path: str) -> bool:
        """Whether what ``read`` gives is the file on disk."""
        return self.is_file(path)

    def _is_tracked(self, _path: str) -> bool:
        """Whether a file is read although it is ignored."""
        return False

    def _has_tracked(self, _folder: str) -> bool:
        """Whether there is such a file somewhere below a folder."""
        return False

    def _inside(self, path: str) -> Path | None:
        if not _is_path(path):
            return None
        real = Path(os.path.realpath(self.root / path))
        return real if real.is_relative_to(self.root) else None


def _is_path(text: str) -> bool:
    """Whether a file could have this path, as far as its text goes."""
    try:
        return "\0" not in text and len(os.fsencode(text)) <= MAX_PATH_BYTES
    except UnicodeEncodeError:
        return False


class Linked(Tree, Protocol):
    """A tree that knows which of its paths are links."""

    def is_link(self, path: str) -> bool:
        """Whether the path itself is a symbolic link."""
        ...


class Walked(Linked, Protocol):
    """A tree that can be walked; ``root`` is the folder on disk that it stands for."""

    root: Path

    def walk(self, folder: str = "", on_link: Callable[[str], None] | None = None) -> Iterator[str]:
        """See ``DiskTree.walk``."""
        ...


class Ignored:
    """The ``.gitignore`` files that hold for a folder, outermost first; the last pattern that matches decides.

    ``everything`` is for what lies below an ignored folder: no pattern brings it back.
    """

    def __init__(self, files: tuple[tuple[str, IgnoreFile], ...] = (), *, everything: bool = False) -> None:
        self._files = files
        self._everything = everything

    def above(self, tree: Linked, folder: str) -> Ignored:
        """Those above a folder; none if the folder is itself ignored."""
        ignores = self
        parts = folder.split("/")[: MAX_DEPTH + 1] if folder else []
        for depth in range(len(parts)):
            ignores = ignores.with_file_of(tree, "/".join(parts[:depth]))
            if ignores.match("/".join(parts[: depth + 1]), is_folder=True):
                ignores = Ignored()
        return ignores

    @staticmethod
    def has(tree: Linked, path: str) -> bool:
        """Whether a file is ignored, by itself or with a folder that it lies in."""
        ignores = Ignored()
        parts = path.split("/")[: MAX_DEPTH + 1]
        for depth in range(len(parts)):
            ignores = ignores.with_file_of(tree, "/".join(parts[:depth]))
            if ignores.match("/".join(parts[: depth + 1]), is_folder=depth + 1 < len(parts)):
                return True
        return False

    def with_file_of(self, tree: Linked, folder: str) -> Ignored:
        """With the file of one more folder."""
        path = f"{folder}/.gitignore" if folder else ".gitignore"
        if self._everything:
            return self
        if not tree.is_file(path) or tree.is_link(path):  # git follows no link here either
            return self
        try:
            file = IgnoreFile(tree.read(path))
        except InputError:
            return self
        return Ignored((*self._files, (f"{folder}/" if folder else "", file)))

    def match(self, path: str, *, is_folder: bool) -> bool:
        """Whether a path in the folder is ignored."""
        if self._everything:
            return True
        verdicts = (
            file.verdict(path.removeprefix(prefix), is_folder=is_folder) for prefix, file in reversed(self._files)
        )
        return next((verdict for verdict in verdicts if verdict is not None), False)


_LINK = Ignored()
