"""What a branch that is behind will be once it is merged: which files of the work tree merging changes, and into what.

git merges the two commits (``drift.git_merge``). Where this git cannot, or something is missing, files are taken whole:
one that only one side has changed is that side's. A file that could not be merged, or that the work tree has changed
beside the commit, is open: what depends on it is not known.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass

from drift.errors import InputError
from drift.git_merge import Merging
from drift.git_objects import FOLDER, MODULE, Entry, MissingObjectError, Repository
from drift.revision import RevisionTree
from drift.tree import DiskTree


@dataclass(frozen=True, slots=True)
class AfterMerging:
    """The files that merging changes, each with the tree to read it from, None where it goes. ``open`` are those that
    both sides have changed, as the target branch has them.
    """

    settled: Mapping[str, RevisionTree | None]
    open: Mapping[str, RevisionTree | None]


@dataclass(frozen=True, slots=True)
class Ends:
    """The commits of a merge: where head left the target branch, more than one after merges in both directions, the tip
    of that, and head.
    """

    forks: tuple[str, ...]
    target: str
    head: str


def after_merging(
    repository: Repository, ends: Ends, folder: str, beside: DiskTree, left_out: Collection[str], stack: ExitStack
) -> AfterMerging:
    """``folder`` is the part of the repository that ``beside`` stands for; ``left_out`` is what a sparse checkout does
    not have of it. What the trees need stays open as long as ``stack``.
    """

    def tree(source: Repository, name: str) -> RevisionTree:
        return RevisionTree(source, name, folder, beside, ends.head)

    forks = [repository.root_of(commit) for commit in ends.forks]
    roots = [repository.root_of(commit) for commit in (ends.target, ends.head)]
    merging = stack.enter_context(Merging(repository))
    merged = merging.merge(forks[0], *roots) if len(forks) == 1 else merging.merge_history(ends.target, ends.head)
    theirs = tree(repository, ends.target)
    ours = tree(repository, ends.head)
    settled: dict[str, RevisionTree | None] = {}
    unsure: dict[str, RevisionTree | None] = {}
    if merged is None:
        before = [tree(repository, each) for each in ends.forks]
        changed = (each for fork in forks for each in _changed(repository, fork, roots[0], folder))
        for path in dict.fromkeys(changed):
            if all(ours.itself(path) == each.itself(path) for each in before):
                settled[path] = theirs if theirs.itself(path) else None
            elif ours.itself(path) != theirs.itself(path):
                unsure[path] = theirs if theirs.itself(path) else None
    else:
        reader = stack.enter_context(merging.reader())
        result = tree(reader, merged.folder)
        prefix = f"{folder}/" if folder else ""
        conflicts = {path.removeprefix(prefix) for path in merged.conflicts if path.startswith(prefix)}
        for path in conflicts:
            unsure[path] = theirs if theirs.itself(path) else None
        for path in _changed(reader, roots[1], merged.folder, folder):
            if path not in conflicts:
                settled[path] = result if result.itself(path) else None
    for path in [path for path in settled if path not in left_out and not _as_committed(ours, beside, path)]:
        unsure[path] = settled.pop(path)
    return AfterMerging(settled, unsure)


def _as_committed(ours: RevisionTree, beside: DiskTree, path: str) -> bool:
    """Whether the work tree has at a path what head's commit has there."""
    if ours.is_link(path) or beside.is_link(path):
        link = beside.root / path
        return ours.is_link(path) and link.is_symlink() and ours.link(path) == os.readlink(link)
    there, here = ours.is_file(path), beside.is_file(path)
    if not there or not here:
        return there == here
    try:
        return ours.read(path).replace(b"\r\n", b"\n") == beside.read(path).replace(b"\r\n", b"\n")
    except InputError:
        return False


def _changed(repository: Repository, one: str, other: str, folder: str) -> Iterator[str]:
    """The files below a folder in which two folder objects differ, submodules left out."""
    for name in folder.split("/") if folder else ():
        ends = [_listed(repository, each).get(name) for each in (one, other)]
        one, other = (each.object if each is not None and each.kind == FOLDER else "" for each in ends)
    waiting = [("", one, other)]
    while waiting:
        above, first, second = waiting.pop()
        ours, theirs = _listed(repository, first), _listed(repository, second)
        for name in sorted({*ours, *theirs}):
            sides = [each.get(name) for each in (ours, theirs)]
            if sides[0] == sides[1]:
                continue
            path = f"{above}{name}"
            folders = [each.object if each is not None and each.kind == FOLDER else "" for each in sides]
            if any(folders):
                waiting.append((f"{path}/", folders[0], folders[1]))
            if any(each is not None and each.kind not in (FOLDER, MODULE) for each in sides):
                yield path


def _listed(repository: Repository, name: str) -> Mapping[str, Entry]:
    try:
        return repository.folder(name) if name else {}
    except (MissingObjectError, ValueError):
        return {}
