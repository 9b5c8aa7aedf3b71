"""The commits that ``--base`` and the work tree stand for, and the trees of both sides, one repository at a time."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from drift.base_place import FETCH_DEPTH
from drift.branch_merge import AfterMerging, Ends, after_merging
from drift.discovery import Source, repository_around
from drift.errors import CorsDriftError, UsageError
from drift.git_index import indexed_in
from drift.git_objects import LINK, MODULE, Indexed, Repository
from drift.location import Severity
from drift.revision import RevisionTree
from drift.tree import DiskTree, Ignored, Walked
from drift.work_tree import Tracked, WorkTree, folders_above

EVERYTHING = Tracked(everything=True)
"""Where no index can be read: what a pull request has ``.gitignore`` say must not hide what it commits."""


class Note(Protocol):
    """Tells something of a run."""

    def __call__(self, id: str, message: str, severity: Severity = Severity.INFO) -> None: ...


@dataclass(frozen=True, slots=True)
class Revisions:
    """The commits of one repository that a run looks at. ``forks`` are where head left the target branch, none where it
    has all of it.
    """

    repository: Repository
    head: str | None
    target: str
    forks: tuple[str, ...] = ()

    @property
    def fork(self) -> str | None:
        """The first of them."""
        return next(iter(self.forks), None)


@dataclass(slots=True)
class _Head:
    """The work tree below one root."""

    index: dict[str, Indexed]
    tracked: Tracked
    left_out: dict[str, RevisionTree | None] = field(default_factory=dict)
    merging: AfterMerging | None = None
    forks: list[RevisionTree] = field(default_factory=list)


class Commits:
    """Base and head of the repositories of a run. ``folder`` is the second checkout, if base is one."""

    def __init__(self, given: str, merge_base: bool, folder: Path | None, note: Note) -> None:
        self._given = given
        self._merge_base = merge_base
        self._folder = folder
        self._note = note
        self._stack = ExitStack()
        self._revisions: dict[Path, Revisions] = {}
        self._repositories: dict[Path, Repository | None] = {}
        self._heads: dict[Path, _Head] = {}
        self._theirs = False

    def close(self) -> None:
        """End what git is running."""
        self._stack.close()

    @property
    def first(self) -> Revisions | None:
        """The commits of the repository of the first path; None if base is no revision."""
        return next(iter(self._revisions.values()), None)

    @property
    def is_open(self) -> bool:
        """Whether there are files that both the branch and its target have changed."""
        return any(each.merging is not None and each.merging.open for each in self._heads.values())

    @contextmanager
    def as_target_has_it(self) -> Iterator[None]:
        """Have such files be as the target branch has them, for the trees of head that are asked for meanwhile."""
        self._theirs = True
        try:
            yield
        finally:
            self._theirs = False

    def head(self, root: Path) -> WorkTree:
        """The tree below a root as it will be once the branch is merged."""
        if root not in self._heads:
            self._heads[root] = self._read_head(root)
        found = self._heads[root]
        instead = dict(found.left_out)
        if found.merging is not None:
            instead |= found.merging.settled
            if self._theirs:
                instead |= found.merging.open
        return WorkTree(root, found.tracked, instead)

    def base(self, root: Path) -> Walked:
        """The tree that base has in the place of the one below a root."""
        if self._folder is not None:
            return self._second(self._folder, root)
        top = repository_around(root)
        if top is None:
            raise UsageError(
                f"--base {self._given}: there is no such folder, and no git repository around {root}",
                advice="give the folder of a second checkout",
            )
        revisions = self._of(top)
        return RevisionTree(revisions.repository, revisions.target, _below(top, root), DiskTree(root), revisions.head)

    def tracks(self, source: Source) -> bool:
        """Whether git keeps track of a path of head, or of something below it."""
        self.head(source.tree.root)
        head = self._heads[source.tree.root]
        return source.path in head.tracked.files or source.path in head.tracked.folders

    def is_foreign(self, source: Source) -> bool:
        """Whether git keeps track of nothing at a path, in no submodule either: another checkout, for one."""
        if self._folder is not None or not source.path or self.tracks(source):
            return False
        head = self._heads[source.tree.root]
        settled = {} if head.merging is None else head.merging.settled
        merged = any(path == source.path or path.startswith(f"{source.path}/") for path in settled)
        return not merged and not any(above in head.index for above in (source.path, *folders_above(source.path)))

    def links(self, root: Path) -> list[str]:
        """The links of head that git knows, without those that are as base has them once it is merged."""
        self.head(root)
        head = self._heads[root]
        settled = () if head.merging is None else head.merging.settled
        return [path for path, each in head.index.items() if each.entry.kind == LINK and path not in settled]

    def is_untracked(self, source: Source, path: str) -> bool:
        """Whether head has a file that base cannot have: one that git does not keep track of, in none of its submodules
        either. A second checkout may have been built like head.
        """
        self.head(source.tree.root)
        head, disk = self._heads[source.tree.root], DiskTree(source.tree.root)
        if head.tracked.everything:
            return Ignored.has(disk, path)  # nobody can tell, and it looks as if
        if self._folder is not None or path in head.tracked.files or not disk.is_file(path):
            return False
        return not any(above in head.index for above in folders_above(path))

    def empty_submodules(self, source: Source, base: Walked) -> dict[str, str]:
        """The submodules below a source that head has otherwise than base and that are not checked out: what the pull
        request changes in them is not known.
        """
        self.head(source.tree.root)
        head = self._heads[source.tree.root]
        found: dict[str, str] = {}
        for path, indexed in head.index.items():
            inside = not source.path or path == source.path or path.startswith(f"{source.path}/")
            there = base.entry(path) == indexed.entry if isinstance(base, RevisionTree) else not base.names(path)
            moved = indexed.entry.kind == MODULE and inside and not there
            if moved and not self.is_kept(source, path) and not DiskTree(source.tree.root).names(path):
                found[path] = "this submodule is not the one that base has, and it is not checked out"
        return found

    def is_kept(self, source: Source, path: str) -> bool:
        """Whether a branch that is behind has a submodule as it was where it left its target: then merging gives the
        target's.
        """
        self.head(source.tree.root)
        head = self._heads[source.tree.root]
        entry = head.index[path].entry if path in head.index else None
        return bool(head.forks) and all(each.entry(path) == entry for each in head.forks)

    def replaced_submodules(self, source: Source, base: RevisionTree) -> Iterator[tuple[str, str]]:
        """The submodules of such a branch that merging replaces: what is checked out in them is not what will be."""
        self.head(source.tree.root)
        for path, indexed in self._heads[source.tree.root].index.items():
            if indexed.entry.kind == MODULE and self.is_kept(source, path) and base.entry(path) != indexed.entry:
                yield path, "the target branch has another state of this submodule, or none any more"

    def _second(self, folder: Path, root: Path) -> DiskTree:
        """A second checkout, read as git would have it where it is one."""
        real = Path(os.path.realpath(folder))
        if real == root:
            raise UsageError(
                f"--base {self._given} is the folder that is checked: it would be compared with itself",
                advice="name the target branch, or the folder of a second checkout",
            )
        tree = DiskTree(real)
        if not tree.names(""):
            raise UsageError(f"--base {self._given} is an empty folder", advice="check the target branch out in it")
        repository = self._repository(real) if (real / ".git").exists() else None
        if repository is not None:
            self._tell_if_behind(root, repository)
        index = self._index(real, repository)
        return WorkTree(real, EVERYTHING if index is None else Tracked.of([each.path for each in index]), {})

    def _tell_if_behind(self, root: Path, second: Repository) -> None:
        top = repository_around(root)
        ours = None if top is None else self._repository(top)
        target = second.commit("HEAD")
        head = None if ours is None else ours.commit("HEAD")
        if ours is None or target is None or head is None or ours.commit(target) is None:
            return
        if target not in ours.merge_bases(head, target):
            told = f"{self._given} has commits that the branch lacks: what they changed seems to be changed back by it"
            self._note("branch-behind", f"{told}; bring the branch up to date, or name the revision", Severity.WARNING)

    def _repository(self, top: Path) -> Repository | None:
        """For what git knows besides: None where it cannot be asked."""
        if top not in self._repositories:
            try:
                self._repositories[top] = self._stack.enter_context(Repository(top))
            except CorsDriftError:
                self._repositories[top] = None
        return self._repositories[top]

    def _index(self, top: Path, repository: Repository | None) -> Sequence[Indexed] | None:
        """What git keeps track of, from git or without it; None where that cannot be told."""
        if repository is not None:
            with suppress(CorsDriftError):
                return repository.index()
        return indexed_in(top)

    def _read_head(self, root: Path) -> _Head:
        top = repository_around(root)
        if top is None:
            return _Head({}, EVERYTHING)
        revisions = None if self._folder is not None else self._of(top)
        repository = self._repository(top) if revisions is None else revisions.repository
        folder = _below(top, root)
        prefix = f"{folder}/" if folder else ""
        tracked = self._index(top, repository)
        if tracked is None:
            return _Head({}, EVERYTHING)
        index = {each.path.removeprefix(prefix): each for each in tracked if each.path.startswith(prefix)}
        found = _Head(index, Tracked.of(list(index)))
        left_out = any(each.left_out for each in index.values())
        if repository is None:
            if left_out:
                raise UsageError("what this sparse checkout left out is read with git", advice="install git")
            return found
        head = repository.commit("HEAD")
        if head is not None and left_out:
            tree = RevisionTree(repository, head, folder, DiskTree(root), head)
            found.left_out = {path: tree for path, each in index.items() if each.left_out and tree.itself(path)}
        if revisions is not None and revisions.forks and head is not None:
            ends = Ends(revisions.forks, revisions.target, head)
            found.forks = [RevisionTree(repository, each, folder, DiskTree(root), head) for each in revisions.forks]
            found.merging = after_merging(repository, ends, folder, DiskTree(root), found.left_out, self._stack)
        return found

    def _of(self, top: Path) -> Revisions:
        if top not in self._revisions:
            self._revisions[top] = self._resolved(self._stack.enter_context(Repository(top)))
        return self._revisions[top]

    def _resolved(self, repository: Repository) -> Revisions:
        target, head = repository.commit(self._given), repository.commit("HEAD")
        if target is None:
            raise self._not_there(repository, f"--base {self._given}: there is no such revision or folder")
        if meanings := repository.meanings(self._given):
            raise UsageError(
                f"--base {self._given} may be {' or '.join(meanings)}, which are not the same",
                advice=f"write --base {meanings[0]}",
            )
        if head == target:
            self._note(
                "base-is-head",
                f"{self._given} is the commit that is checked out: there is nothing to compare but what is not "
                "committed; before a deployment, give what was deployed last",
                Severity.WARNING,
            )
        if head is None or not self._merge_base:
            return Revisions(repository, head, target)
        forks = repository.merge_bases(head, target)
        if not forks:
            raise self._not_there(repository, f"--base {self._given}: it has no history in common with what is here")
        if forks[0] == target:
            return Revisions(repository, head, target)
        if len(forks) > 1:
            told = f"the branch and {self._given} have {len(forks)} best common ancestors, which are merged first"
            self._note("several-merge-bases", told)
        self._note("branch-behind", f"{self._given} has commits that the branch lacks: head is what merging gives")
        return Revisions(repository, head, target, tuple(forks))

    def _not_there(self, repository: Repository, message: str) -> UsageError:
        if repository.is_shallow:
            return UsageError(f"{message}; this clone is shallow", advice=FETCH_DEPTH)
        return UsageError(message, advice="fetch it first, or give the folder of a second checkout")


def _below(top: Path, root: Path) -> str:
    """The path of a root in its repository."""
    return "" if root == top else root.relative_to(top).as_posix()
