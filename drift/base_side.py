"""What the target branch declares: read at a git revision, in a second checkout, or out of a saved file."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from drift.discovery import Source, declared_in, open_source, shown
from drift.documents import document_kind, snapshot_from_json
from drift.errors import InputError, UsageError
from drift.git_objects import Repository
from drift.interfaces import NamedText
from drift.location import Diagnostic, Location, Severity
from drift.on_pull_request import Base
from drift.plugins import load_parsers
from drift.pull_request import BaseSource
from drift.revision import RevisionTree
from drift.settings import Settings
from drift.snapshot import Snapshot, merged
from drift.sources import each_once, inputs_of, load, text_of
from drift.tree import DiskTree, Walked

_FETCH_DEPTH = "check out with fetch-depth: 0 (actions/checkout), or run: git fetch --unshallow"


@dataclass(frozen=True, slots=True)
class _Revisions:
    """The commits of one repository that a run looks at."""

    repository: Repository
    head: str | None
    target: str
    fork: str | None


class BaseSide:
    """What ``settings.base`` means for the paths of a run. Use it with ``with``: it may have git running."""

    def __init__(self, paths: Sequence[Path], settings: Settings) -> None:
        self._given = settings.base or ""
        self._paths = paths or (Path(),)
        self._settings = settings
        self._folder = self._second_checkout()
        self._repositories: dict[Path, _Revisions] = {}
        self._open = ExitStack()
        self._notes: list[Diagnostic] = []
        self._passed_over: dict[str, str] = {}

    def __enter__(self) -> BaseSide:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    @property
    def folder(self) -> Path | None:
        """The second checkout, or the saved file: what lies there is not declared by head."""
        return self._folder

    def _second_checkout(self) -> Path | None:
        """The path that is meant; None for a revision. What is both must be written so that it is one of them."""
        path = Path(self._given)
        if not os.path.lexists(path):
            return None
        if not path.is_absolute() and not self._given.startswith(("./", "../")) and self._given not in (".", ".."):
            here = Path(os.path.realpath(Path.cwd()))
            top = next((each for each in (here, *here.parents) if (each / ".git").exists()), None)
            if top is not None and not self._given.startswith("-"):
                with Repository(top) as repository:
                    if repository.commit(self._given) is not None:
                        raise UsageError(
                            f"--base {self._given} is a revision, and a path too",
                            advice=f"write ./{self._given} for the path, or refs/heads/{self._given}",
                        )
        return path

    def read(self) -> Base:
        """What is declared there. Raises ``CorsDriftError`` where there is no such revision, or git refuses."""
        if self._folder is not None and self._folder.is_file():
            found = load(self._folder, replace(self._settings, declared=replace(self._settings.declared, root=None)))
            return self._base(found, None, BaseSource(self._given))
        sources = [open_source(path, self._settings.declared.root) for path in self._paths]
        target = self._declared(sources, lambda revisions: revisions.target)
        moved = [each for each in self._repositories.values() if each.fork is not None]
        fork = self._declared(sources, lambda revisions: revisions.fork or revisions.target) if moved else None
        first = next(iter(self._repositories.values()), None)
        source = BaseSource(self._given) if first is None else BaseSource(self._given, first.target, first.fork)
        return self._base(target, fork, source)

    def whole(self, base: bool) -> Snapshot:
        """All that the trees around the paths declare, at base or as they are: where a bucket may have moved to."""
        sources = [open_source(path, self._settings.declared.root) for path in self._paths]
        tops = {source.tree.root: replace(source, path="") for source in sources}
        if base:
            return self._declared(list(tops.values()), lambda revisions: revisions.target)
        inputs = inputs_of(self._settings.declared, self._settings.live, text_of)
        left_out = () if self._folder is None else (self._folder,)
        return merged(declared_in(source, load_parsers(), inputs, left_out) for source in tops.values())

    @property
    def narrowed(self) -> bool:
        """Whether the paths are less than the trees that they lie in."""
        if self._folder is not None and self._folder.is_file():
            return False
        return any(open_source(path, self._settings.declared.root).path for path in self._paths)

    def _base(self, target: Snapshot, fork: Snapshot | None, source: BaseSource) -> Base:
        faults = (*target.errors, *(fork.errors if fork else ()))
        fault = None
        if faults:
            place = f" ({faults[0].location})" if faults[0].location else ""
            fault = f"what {self._given} declares could not all be read: {faults[0].message}{place}"
        told = [replace(each, severity=_eased(each.severity)) for each in target.diagnostics]
        told = [replace(each, message=f"at {self._given}: {each.message}") for each in told]
        return Base(source, target, fork, fault, self._passed_over, tuple(dict.fromkeys((*told, *self._notes))))

    def _declared(self, sources: Sequence[Source], commit: Callable[[_Revisions], str]) -> Snapshot:
        return merged(each_once(self._declared_at(source, commit) for source in sources))

    def _declared_at(self, head: Source, commit: Callable[[_Revisions], str]) -> Snapshot:
        tree = self._tree(head, commit)
        path = head.path
        if path and not tree.is_file(path) and not tree.is_folder(path):
            if isinstance(tree, RevisionTree) and not tree.in_head(path):
                raise UsageError(
                    f"--base {self._given}: {path} is not in git, so that there is nothing to compare it with",
                    advice="make it from a checkout of the base too, and give that folder with --base",
                )
            self._note("base-has-no-path", f"{self._given} has no {path}: what it declares elsewhere is looked at")
            path = ""
        left_out = [each for each in (self._settings.live.source, *self._settings.identity.states) if each is not None]
        if tree.is_file(path):
            content = tree.read(path)
            kind = document_kind(content)
            if kind == "cors-drift/snapshot":
                return snapshot_from_json(content, shown(tree, path))
        source = Source(tree, path, head.given)
        inputs = inputs_of(self._settings.declared, self._settings.live, lambda file: self._text(file, head.tree, tree))
        try:
            found = declared_in(source, load_parsers(), inputs, left_out)
        except InputError as error:  # a file that no parser knows there, or that cannot be read
            told = Diagnostic(Severity.ERROR, "base-unreadable", error.message, error.location, error.advice)
            found = Snapshot("", diagnostics=(told,))
        return replace(found, diagnostics=(*found.diagnostics, *self._unread(tree)))

    def _tree(self, head: Source, commit: Callable[[_Revisions], str]) -> Walked:
        root = head.tree.root
        if self._folder is not None:
            return DiskTree(self._folder)
        top = next((each for each in (root, *root.parents) if (each / ".git").exists()), None)
        if top is None:
            raise UsageError(
                f"--base {self._given}: there is no such folder, and no git repository around {root}",
                advice="give the folder of a second checkout",
            )
        revisions = self._revisions(top)
        folder = "" if root == top else root.relative_to(top).as_posix()
        return RevisionTree(revisions.repository, commit(revisions), folder, DiskTree(root), revisions.head)

    def _revisions(self, top: Path) -> _Revisions:
        if top not in self._repositories:
            repository = self._open.enter_context(Repository(top))
            self._repositories[top] = self._resolved(repository)
        return self._repositories[top]

    def _resolved(self, repository: Repository) -> _Revisions:
        target, head = repository.commit(self._given), repository.commit("HEAD")
        if target is None:
            raise self._not_there(repository, f"--base {self._given}: there is no such revision or folder")
        if head is None or not self._settings.merge_base:
            return _Revisions(repository, head, target, None)
        forks = repository.merge_bases(head, target)
        if not forks:
            raise self._not_there(repository, f"--base {self._given}: it has no history in common with what is here")
        if len(forks) > 1:
            told = f"the branch and {self._given} have {len(forks)} best common ancestors; {forks[0][:12]} is taken"
            self._note("several-merge-bases", told)
        return _Revisions(repository, head, target, None if forks[0] == target else forks[0])

    def _not_there(self, repository: Repository, message: str) -> UsageError:
        if repository.is_shallow:
            return UsageError(f"{message}; this clone is shallow", advice=_FETCH_DEPTH)
        return UsageError(message, advice="fetch it first, or give the folder of a second checkout")

    def _text(self, path: Path, head: Walked, tree: Walked) -> NamedText | None:
        """A file of values that the user named: as base has it, where it is a part of the tree."""
        real = Path(os.path.realpath(path))
        if not real.is_relative_to(head.root):
            return text_of(path)
        inside = real.relative_to(head.root).as_posix()
        if tree.is_file(inside):
            try:
                return NamedText(str(path), tree.read(inside).decode("utf-8-sig"))
            except UnicodeDecodeError as error:
                raise InputError("this file is not UTF-8 text", location=Location(str(path))) from error
        if isinstance(tree, RevisionTree) and not tree.in_head(inside):
            return text_of(path)  # nobody committed it: it is of the surroundings, and the same for both sides
        self._note("base-has-no-file", f"{self._given} has no {inside}: it is read without it")
        return None

    def _unread(self, tree: Walked) -> Iterator[Diagnostic]:
        if not isinstance(tree, RevisionTree):
            return
        for path, why in (tree.passed_over | tree.unread).items():
            self._passed_over[shown(tree, path)] = why
        for path, why in tree.unread.items():
            yield Diagnostic(
                Severity.WARNING, "base-unread", why, Location(shown(tree, path)), "give the base as a folder"
            )
        if tree.borrowed:
            told = f"what git does not have was taken as it is here: {', '.join(list(tree.borrowed)[:3])}"
            more = len(tree.borrowed) - 3
            self._note("base-borrowed", told + (f" and {more} more" if more > 0 else ""))

    def _note(self, id: str, message: str) -> None:
        self._notes.append(Diagnostic(Severity.INFO, id, message))


def _eased(severity: Severity) -> Severity:
    """What is wrong at base is no error of the run: the pull request may be what mends it."""
    return Severity.WARNING if severity is Severity.ERROR else severity
