"""The work tree as head: what will be declared once the branch is merged, and nothing that git alone hides from disk.

Three things set it apart from the folder on disk:

* what is tracked is read although a ``.gitignore`` file names it: git ignores only what nobody added;
* what a sparse checkout left out is read from the commit;
* where the target branch has moved on, files and links are taken as merging leaves them.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from drift.errors import InputError
from drift.location import Location
from drift.revision import MAX_LINKS, RevisionTree
from drift.tree import MAX_PATH_BYTES, SKIPPED_FOLDERS, DiskTree, Ignored


@dataclass(frozen=True, slots=True)
class Tracked:
    """The files that git keeps track of, by their paths in the tree, and all folders above them. ``everything`` where
    nobody can tell: then each file may be one of them.
    """

    files: frozenset[str] = frozenset()
    folders: frozenset[str] = frozenset()
    everything: bool = False

    @staticmethod
    def of(paths: Collection[str]) -> Tracked:
        """With the folders that the paths imply."""
        return Tracked(frozenset(paths), frozenset(above for path in paths for above in folders_above(path)))


def folders_above(path: str) -> Iterator[str]:
    """The folders that a path lies in, the innermost first, without the root."""
    while path := path.rpartition("/")[0]:
        yield path


def _parts(path: str) -> list[str]:
    """The names in a path, the last one first."""
    return [part for part in path.split("/") if part not in ("", ".")][::-1]


class WorkTree(DiskTree):
    """The folder on disk with some paths as a commit has them: ``instead`` gives the tree to read each from, or None
    where merging takes the file away. Links lead where those trees have them lead.
    """

    def __init__(self, root: Path, tracked: Tracked, instead: Mapping[str, RevisionTree | None]) -> None:
        super().__init__(root)
        self.tracked = tracked
        self._instead = instead
        self._turned = {path for path in instead if super(WorkTree, self).is_link(path)}
        self._below: dict[str, set[str]] = {}
        for path in [path for path, tree in instead.items() if tree is not None]:
            for each in (path, *folders_above(path)):
                folder, _, name = each.rpartition("/")
                self._below.setdefault(folder, set()).add(name)

    def resolved(self, path: str) -> str | None:
        """The path with the links in it followed as they will be; None if that leads out of the tree."""
        real: list[str] = []
        links = 0
        parts = _parts(path) if len(path) <= MAX_PATH_BYTES else [".."]
        while parts:
            part = parts.pop()
            if part == "..":
                if not real:
                    return None
                real.pop()
                continue
            target = self._target("/".join([*real, part]))
            if target is None:
                real.append(part)
                continue
            links += 1
            if links > MAX_LINKS or len(target) > MAX_PATH_BYTES:
                return None
            if target.startswith("/"):
                if not Path(target).is_relative_to(self.root):
                    return None
                target, real = Path(target).relative_to(self.root).as_posix(), []
            parts += _parts(target)
        return "/".join(real)

    def read(self, path: str) -> bytes:
        real = self._real(path)
        if real is None or not (real in self._instead or self._is_behind(real)):
            return super().read(path if real is None else real)
        tree = self._instead.get(real)
        if tree is None:
            raise InputError("there is no such file", location=Location(path))
        return tree.read(real)

    def is_file(self, path: str) -> bool:
        real = self._real(path)
        if real is not None and real in self._instead:
            tree = self._instead[real]
            return tree is not None and tree.is_file(real)
        return real is not None and not self._is_behind(real) and super().is_file(real)

    def is_folder(self, path: str) -> bool:
        real = self._real(path)
        if real is None or real in self._below:
            return real is not None
        if real in self._instead or self._is_behind(real) or not super().is_folder(real):
            return False
        return not self._loses(real) or bool(self.names(real))

    def names(self, folder: str) -> Sequence[str]:
        real = self._real(folder)
        if real is None:
            return ()
        on_disk = () if real in self._turned or self._is_behind(real) else super().names(real)
        kept = {name for name in on_disk if not self._is_gone(f"{real}/{name}" if real else name)}
        return sorted(kept | self._below.get(real, set()))

    def is_link(self, path: str) -> bool:
        folder, _, name = path.rpartition("/")
        real = self._real(folder)
        return real is not None and self._target(f"{real}/{name}" if real else name) is not None

    def is_on_disk(self, path: str) -> bool:
        real = self._real(path)
        if real is None or real in self._instead or self._is_behind(real):
            return False
        here = self._inside(path)
        return here is not None and here == self._inside(real) and super().is_file(real)

    def _real(self, path: str) -> str | None:
        """See ``resolved``; the path itself where the disk may be asked."""
        return self.resolved(path) if self._instead and "\0" not in path else path

    def _target(self, path: str) -> str | None:
        """Where a path leads that has no link in front of it; None if it is none itself."""
        if path in self._instead:
            tree = self._instead[path]
            return None if tree is None else tree.link(path)
        if path in self._below or self._is_behind(path):
            return None
        try:
            return os.readlink(self.root / path)
        except (OSError, ValueError):
            return None

    def _is_behind(self, path: str) -> bool:
        """Whether a path lies behind a link of the disk that will be another one, or none."""
        return bool(self._turned) and any(above in self._turned for above in folders_above(path))

    def _is_gone(self, path: str) -> bool:
        return path in self._instead and self._instead[path] is None

    def _loses(self, folder: str) -> bool:
        return any(tree is None and path.startswith(f"{folder}/") for path, tree in self._instead.items())

    def _is_tracked(self, path: str) -> bool:
        return self.tracked.everything or path in self.tracked.files

    def _has_tracked(self, folder: str) -> bool:
        return self.tracked.everything or folder in self.tracked.folders

    def _wanted_in(self, folder: str, ignores: Ignored) -> Iterator[tuple[str, Ignored | None]]:
        on_disk = folder not in self._turned and not self._is_behind(folder) and super().is_folder(folder)
        found = dict(super()._wanted_in(folder, ignores)) if on_disk else {}
        found = {path: kind for path, kind in found.items() if path not in self._instead}
        for name in self._below.get(folder, ()):
            path = f"{folder}/{name}" if folder else name
            if path in self._below:
                if path not in found and name not in SKIPPED_FOLDERS:
                    found[path] = Ignored(everything=True)  # on disk it is not there, or ignored
            elif self.is_file(path):
                found[path] = None
        yield from sorted(found.items(), key=lambda each: each[0])
