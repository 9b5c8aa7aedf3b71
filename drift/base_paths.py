"""Which path of base a path of head is held against, and where that cannot be told."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from drift.discovery import Source, repository_around
from drift.errors import CorsDriftError, UsageError
from drift.git_index import indexed_in
from drift.git_objects import MODULE, Repository
from drift.revision import RevisionTree
from drift.tree import DiskTree, Walked

_PART_OF_GIT = re.compile(r"\.git/(?:worktrees/[^/]+/)?modules/")
"""Where git keeps the submodules of a repository, or of one of its work trees."""


class Nothing(DiskTree):
    """What a path that a pull request takes away holds: a folder with nothing in it."""

    def is_file(self, path: str) -> bool:
        """None is."""
        return False

    def is_folder(self, path: str) -> bool:
        """Itself alone."""
        return not path

    def names(self, folder: str) -> Sequence[str]:
        """None."""
        return ()

    def walk(self, folder: str = "", on_link: Callable[[str], None] | None = None) -> Iterator[str]:
        """No files."""
        return iter(())


def resolved(tree: Walked, path: str) -> str:
    """A path as it was written, with its links followed as this tree has them."""
    if isinstance(tree, RevisionTree):
        return tree.resolved(path) or path
    real = Path(os.path.realpath(tree.root / path))
    inside = real.relative_to(tree.root).as_posix() if real.is_relative_to(tree.root) else path
    return "" if inside == "." else inside


def refuse_other_repository(source: Source, given: str, second: Path | None) -> None:
    """Raise ``UsageError`` for a path in a repository of its own inside of the one around the working folder, and for
    one in a submodule, wherever one stands: it has branches of its own, which say nothing of what a pull request
    changes. A ``second`` checkout is compared with as it is.
    """
    around = repository_around(Path(os.path.realpath(Path.cwd())))
    own = repository_around(source.tree.root)
    if own is None:
        return
    if around is not None and own != around and own.is_relative_to(around):
        raise UsageError(
            f"{source.given} is in a repository of its own, of which --base {given} says nothing",
            advice="check that repository out by itself, and run it there with a base of that repository",
        )
    outer = repository_around(own.parent)
    if second is None and outer is not None and _is_submodule(own, outer):
        raise UsageError(
            f"{own} is a submodule of {outer}: --base {given} would be a revision of the submodule, which says nothing "
            "of what the pull request changes",
            advice="run it in the repository around it, or check that of the submodule out by itself",
        )


def _is_submodule(own: Path, outer: Path) -> bool:
    """Whether a repository is a part of the one around it: by the index of that, or by where git keeps its own."""
    inside = own.relative_to(outer).as_posix()
    with suppress(OSError, UnicodeDecodeError):
        if (own / ".git").is_file() and _PART_OF_GIT.search((own / ".git").read_text("utf-8")[:8192]):
            return True
    index = indexed_in(outer)
    if index is None:
        with suppress(CorsDriftError), Repository(outer) as repository:
            index = repository.index()
    return any(each.path == inside and each.entry.kind == MODULE for each in index or ())


def refuse_second_checkout(source: Source, given: str, second: Path | None) -> None:
    """Raise ``UsageError`` for a path that leads into the ``second`` checkout, which lies inside of what is checked: it
    would be compared with itself, and once merged lead nowhere.
    """
    root = source.tree.root
    other = None if second is None else Path(os.path.realpath(second))
    if other is None or other == root or not other.is_relative_to(root):
        return
    if Path(os.path.realpath(root / source.path)).is_relative_to(other):
        raise UsageError(
            f"{source.given} leads into --base {given}: it would be compared with itself",
            advice="name what the pull request declares; a link that it brings may not lead there",
        )


def refuse_doubtful_folder(root: Path, links: Iterable[str], base: Walked, given: str) -> None:
    """Raise ``UsageError`` where the working folder may have been gone to by a link that leads elsewhere at base: the
    system tells where one is, not by what name. ``links`` are those that git knows of head.
    """
    here = Path(os.path.realpath(Path.cwd()))
    if here == root or not here.is_relative_to(root):
        return
    for link in links:
        leads = Path(os.path.realpath(root / link))
        if leads == root or not leads.is_relative_to(root) or not here.is_relative_to(leads):
            continue
        there = resolved(base, link)
        if there != leads.relative_to(root).as_posix() and base.is_folder(there):
            raise UsageError(
                f"the link {link} leads to the working folder, and at {given} it leads to {there}: by which name the "
                "folder was meant cannot be told",
                advice=f"run it at the top of the repository, and name the folder: cors-drift check {link}",
            )
