"""The work tree as head: what will be declared once the branch is merged, and nothing that git alone hides from disk.

Three things set it apart from the folder on disk:

* what is tracked is read although a ``.gitignore`` file names it: git ignores only what nobody added;
* what a sparse checkout left out is read from the commit;
* where the target branch has moved on, files are taken as merging leaves them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from drift.errors import InputError
from drift.location import Location
from drift.revision import RevisionTree
from drift.tree import SKIPPED_FOLDERS, DiskTree, Ignored


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


class WorkTree(DiskTree):
    """The folder on disk with some paths as a commit has them: ``instead`` gives the tree to read each from, or None
    where merging takes the file away.
    """

    def __init__(self, root: Path, tracked: Tracked, instead: Mapping[str, RevisionTree | None]) -> None:
        super().__init__(root)
        self.tracked = tracked
        self._instead = instead
        self._below: dict[str, set[str]] = {}
        for path in [path for path, tree in instead.items() if tree is not None]:
            for each in (path, *folders_above(path)):
                folder, _, name = each.rpartition("/")
                self._below.setdefault(folder, set()).add(name)

    def read(self, path: str) -> bytes:
        at = self._at(path)
        if at is None:
            return super().read(path)
        tree = self._instead[at]
        if tree is None:
            raise InputError("there is no such file", location=Location(path))
        return tree.read(at)

    def is_file(self, path: str) -> bool:
        at = self._at(path)
        tree = None if at is None else self._instead[at]
        return super().is_file(path) if at is None else tree is not None and tree.is_file(at)

    def is_folder(self, path: str) -> bool:
        if not self._instead or self._below.get(path):
            return path in self._below or super().is_folder(path)
        return super().is_folder(path) and (not self._loses(path) or bool(self.names(path)))

    def names(self, folder: str) -> Sequence[str]:
        kept = {name for name in super().names(folder) if not self._is_gone(f"{folder}/{name}" if folder else name)}
        return sorted(kept | self._below.get(folder, set()))

    def is_link(self, path: str) -> bool:
        tree = self._instead.get(path)
        if path in self._instead:
            return tree is not None and tree.is_link(path)
        return super().is_link(path)

    def is_on_disk(self, path: str) -> bool:
        return self._at(path) is None and super().is_file(path)

    def _at(self, path: str) -> str | None:
        """Under which path the file is read from elsewhere; None if it is read from disk."""
        if not self._instead or path in self._instead:
            return path if path in self._instead else None
        real = self._inside(path)
        found = None if real is None else real.relative_to(self.root).as_posix()
        return found if found in self._instead else None

    def _is_gone(self, path: str) -> bool:
        return path in self._instead and self._instead[path] is None

    def _loses(self, folder: str) -> bool:
        return any(tree is None and path.startswith(f"{folder}/") for path, tree in self._instead.items())

    def _is_tracked(self, path: str) -> bool:
        return self.tracked.everything or path in self.tracked.files

    def _has_tracked(self, folder: str) -> bool:
        return self.tracked.everything or folder in self.tracked.folders

    def _wanted_in(self, folder: str, ignores: Ignored) -> Iterator[tuple[str, Ignored | None]]:
        on_disk = super().is_folder(folder)
        found = dict(super()._wanted_in(folder, ignores)) if on_disk else {}
        for name in self._below.get(folder, ()):
            path = f"{folder}/{name}" if folder else name
            if path in self._below:
                if path not in found and name not in SKIPPED_FOLDERS:
                    found[path] = Ignored(everything=True)  # on disk it is not there, or ignored
            elif self.is_file(path):
                found[path] = None
        yield from sorted((each for each in found.items() if not self._is_gone(each[0])), key=lambda each: each[0])
