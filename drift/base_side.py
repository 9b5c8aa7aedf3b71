"""What the target branch declares: read at a git revision, in a second checkout, or out of a saved file."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path

from drift.base_commits import Commits
from drift.base_paths import (
    Nothing,
    refuse_doubtful_folder,
    refuse_other_repository,
    refuse_second_checkout,
    resolved,
)
from drift.base_place import second_checkout
from drift.both_ways import in_both_ways
from drift.discovery import Source, declared_in, open_source, path_as_named, path_as_shown, repository_around, shown
from drift.documents import document_kind, snapshot_from_json
from drift.errors import InputError, UsageError
from drift.interfaces import NamedText
from drift.location import Diagnostic, Location, Severity
from drift.on_pull_request import Base
from drift.plugins import load_parsers
from drift.pull_request import BaseSource
from drift.revision import RevisionTree
from drift.settings import Settings
from drift.snapshot import Snapshot, merged
from drift.sources import each_once, inputs_of, load, load_declared, text_in, text_of
from drift.tree import DiskTree, Walked


class BaseSide:
    """What ``settings.base`` means for the paths of a run. Use it with ``with``: it may have git running."""

    def __init__(self, paths: Sequence[Path], settings: Settings) -> None:
        self._given = settings.base or ""
        self._paths = paths or (Path(),)
        self._settings = settings
        self._folder = second_checkout(self._given)
        self._notes: list[Diagnostic] = []
        self._passed_over: dict[str, str] = {}
        self._unread: dict[str, str] = {}
        self._moved: dict[str, str] = {}
        self._unread_in_head: dict[str, str] = {}
        self._open = ExitStack()
        self._commits = Commits(self._given, settings.merge_base, self._folder, self._note)
        self._open.callback(self._commits.close)

    def __enter__(self) -> BaseSide:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    @property
    def folder(self) -> Path | None:
        """The second checkout, or the saved file: what lies there is not declared by head."""
        return self._folder

    def head(self, source: Source) -> Source:
        """The source as it will be once head is merged."""
        refuse_other_repository(source, self._given, self._folder)
        refuse_second_checkout(source, self._given, self._folder)
        tree = self._commits.head(source.tree.root)
        named = path_as_named(source.given, source.tree.root)
        path = None if named is None else tree.resolved(named)  # the target branch may have turned a link since
        path = source.path if path is None else path
        if tree.is_file(path) or tree.is_folder(path):
            found = replace(source, tree=tree, path=path)
            if named not in (None, path) and self._commits.is_foreign(found):
                raise UsageError(
                    f"{source.given} is a link to {path}, which git does not know: once merged it leads nowhere",
                    advice="git add what it leads to, or name that itself",
                )
            return found
        if not self._is_at_base(source, path if named is None else named):
            raise InputError("there is no such file or folder", location=Location(str(source.given)))
        self._note("path-removed", f"{source.given} is gone: what {self._given} declares there is looked for elsewhere")
        return replace(source, tree=Nothing(source.tree.root), path="")

    def _is_at_base(self, source: Source, path: str) -> bool:
        if self._folder is not None and self._folder.is_file():
            return False
        tree = self._commits.base(source.tree.root)
        there = resolved(tree, path)
        return tree.is_file(there) or tree.is_folder(there)

    def declared(self, settings: Settings) -> Snapshot:
        """What head declares. What depends on a file that both branches have changed is unknown."""
        ours = load_declared(self._paths, settings, self.head)
        self._note_untracked(ours)
        if not self._commits.is_open:
            return ours
        with self._commits.as_target_has_it():
            theirs = load_declared(self._paths, settings, self.head)
        return in_both_ways(ours, theirs, self._given)

    def read(self) -> Base:
        """What is declared there. Raises ``CorsDriftError`` where there is no such revision, or git refuses."""
        if self._folder is not None and self._folder.is_file():
            return self._base(self._saved(self._folder), BaseSource(self._given))
        target = self._declared(self._sources())
        if self._folder is not None and not target.buckets and not target.errors:
            self._note("base-declares-nothing", f"{self._given} declares no bucket", Severity.WARNING)
            if not (self._folder / ".git").exists():
                self._note(
                    "base-unread", f"whether {self._given} is a checkout at all cannot be told", Severity.WARNING
                )
        ends = self._commits.first
        source = BaseSource(self._given) if ends is None else BaseSource(self._given, ends.target, ends.fork)
        return self._base(target, source)

    def whole(self, base: bool) -> Snapshot:
        """All that the trees around the paths declare, at base or as they are: where a bucket may have moved to."""
        tops = {source.tree.root: replace(source, path="", given=source.tree.root) for source in self._sources()}
        if base:
            roots = dict.fromkeys(map(self._root_at_base, tops.values()))
            return self._declared([Source(DiskTree(root), "", root) for root in roots])
        ours = self._whole_head(tops.values())
        if not self._commits.is_open:
            return ours
        with self._commits.as_target_has_it():
            return in_both_ways(ours, self._whole_head(tops.values()), self._given)

    @property
    def narrowed(self) -> bool:
        """Whether the paths are less than the trees that they lie in."""
        if self._folder is not None and self._folder.is_file():
            return False
        return any(source.path or self._root_at_base(source) != source.tree.root for source in self._sources())

    @property
    def roots(self) -> list[Path]:
        """The tops of the trees that the paths of the run lie in."""
        return [source.tree.root for source in self._sources()]

    @property
    def unread_in_head(self) -> Mapping[str, str]:
        """The folders of head in which nothing could be read, and why: once ``read`` has looked."""
        return self._unread_in_head

    def content(self, path: str, *, base: bool) -> bytes | None:
        """What a file of base, or of head, holds, by the path that a location of that side has; None where it cannot
        be read.
        """
        for root in dict.fromkeys(self.roots):
            tree = self._commits.base(root) if base else self._commits.head(root)
            inside = path_as_shown(path, tree.root)
            if inside is not None and tree.is_file(inside):
                with suppress(InputError):
                    return tree.read(inside)
        return None

    def _root_at_base(self, source: Source) -> Path:
        """The root of the source; all of the repository where base has no such folder."""
        root = source.tree.root
        return root if self._commits.base(root).is_folder("") else repository_around(root) or root

    def _sources(self) -> list[Source]:
        return [open_source(path, self._settings.declared.root, may_be_gone=True) for path in self._paths]

    def _whole_head(self, sources: Iterable[Source]) -> Snapshot:
        left_out = () if self._folder is None else (self._folder,)
        found = []
        for source in map(self.head, sources):
            tree = source.tree
            inputs = inputs_of(self._settings.declared, self._settings.live, partial(text_in, tree))
            found.append(declared_in(source, load_parsers(), inputs, left_out))
        return merged(found)

    def _note_untracked(self, head: Snapshot) -> None:
        """What nobody has committed may be made from what base has too: nothing says that it is new."""
        places = [each.location.path for each in head.buckets if each.location is not None]
        for source in self._sources():
            for path in dict.fromkeys(places):
                inside = path_as_shown(path, source.tree.root)
                if inside and ".terraform" not in inside.split("/") and self._commits.is_untracked(source, inside):
                    self._passed_over[path] = "git does not know this file (git add it, or build the base too)"

    def _saved(self, path: Path) -> Snapshot:
        live = self._settings.live.source
        found = load(path, replace(self._settings, declared=replace(self._settings.declared, root=None)))
        is_live = found.buckets and all(each.address is None and each.location is None for each in found.buckets)
        if is_live or (live is not None and os.path.realpath(live) == os.path.realpath(path)):
            raise UsageError(
                f"--base {self._given} holds what is live, not what the target branch declares",
                advice="save that with: cors-drift declared --output json=FILE",
            )
        return found

    def _base(self, target: Snapshot, source: BaseSource) -> Base:
        faults = [(each.message, each.location) for each in target.errors]
        faults += [(why, Location(path)) for path, why in self._unread.items()]
        gaps: list[tuple[str, Location | None]] = [(why, Location(path)) for path, why in self._moved.items()]
        fault, gap = (self._not_all(*each[0]) if each else None for each in (faults, gaps))
        told = [replace(each, severity=_eased(each.severity)) for each in target.diagnostics]
        told = [replace(each, message=f"at {self._given}: {each.message}") for each in told]
        diagnostics = tuple(dict.fromkeys((*told, *self._notes)))
        return Base(source, target, fault, self._passed_over, diagnostics, gap=gap)

    def _not_all(self, message: str, location: Location | None) -> str:
        place = f" ({location})" if location else ""
        return f"what {self._given} declares could not all be read: {message}{place}"

    def _declared(self, sources: Sequence[Source]) -> Snapshot:
        return merged(each_once(self._declared_at(source) for source in sources))

    def _declared_at(self, head: Source) -> Snapshot:
        refuse_other_repository(head, self._given, self._folder)
        tree = self._commits.base(head.tree.root)
        named = path_as_named(head.given, head.tree.root)
        path = resolved(tree, head.path if named is None else named)
        if not head.given.is_absolute() and named == head.path:
            refuse_doubtful_folder(head.tree.root, self._commits.links(head.tree.root), tree, self._given)
        if not tree.is_file(path) and not tree.is_folder(path):
            if isinstance(tree, RevisionTree) and not tree.in_head(path) and not self._commits.tracks(head):
                raise UsageError(
                    f"--base {self._given}: {path} is not in git, so that there is nothing to compare it with",
                    advice="make it from a checkout of the base too, and give that folder with --base",
                )
            missing = path or shown(tree, path)
            self._note("base-has-no-path", f"{self._given} has no {missing}: what it declares elsewhere is looked at")
            return Snapshot("", diagnostics=tuple(self._not_read(tree, head)))
        ours = head.path if named is None else self._commits.head(head.tree.root).resolved(named)
        if ours is not None and path != ours:
            leads = f"a link leads to {path or 'the top'} at {self._given}, and to {ours or 'the top'} here"
            self._note("other-path", leads)
        if tree.is_file(path) and document_kind(content := tree.read(path)) == "cors-drift/snapshot":
            return snapshot_from_json(content, shown(tree, path))
        left_out = [each for each in (self._settings.live.source, *self._settings.identity.states) if each is not None]
        source = Source(tree, path, head.given)
        inputs = inputs_of(self._settings.declared, self._settings.live, lambda file: self._text(file, head.tree, tree))
        try:
            found = declared_in(source, load_parsers(), inputs, left_out)
        except InputError as error:  # a file that no parser knows there, or that cannot be read
            told = Diagnostic(Severity.ERROR, "base-unreadable", error.message, error.location, error.advice)
            found = Snapshot("", diagnostics=(told,))
        return replace(found, diagnostics=(*found.diagnostics, *self._not_read(tree, head)))

    def _text(self, path: Path, head: Walked, tree: Walked) -> NamedText | None:
        """A file of values that the user named: as base has it, where it is a part of the tree."""
        inside = path_as_named(path, head.root)
        if inside is None:
            real = Path(os.path.realpath(path))
            if not real.is_relative_to(head.root):
                return text_of(path)
            inside = real.relative_to(head.root).as_posix()
        if tree.is_file(inside):
            try:
                return NamedText(str(path), tree.read(inside).decode("utf-8-sig"))
            except InputError as error:
                self._unread[shown(tree, inside)] = error.message
                self._note("base-unread", f"{self._given}: {inside}: {error.message}", Severity.WARNING)
                return None
            except UnicodeDecodeError as error:
                raise InputError("this file is not UTF-8 text", location=Location(str(path))) from error
        if isinstance(tree, RevisionTree) and not tree.in_head(inside):
            return text_of(path)  # nobody committed it: it is of the surroundings, and the same for both sides
        self._note("base-has-no-file", f"{self._given} has no {inside}: it is read without it")
        return None

    def _not_read(self, tree: Walked, head: Source) -> Iterator[Diagnostic]:
        empty = self._commits.empty_submodules(head, tree)
        self._unread_in_head |= {shown(head.tree, path): why for path, why in empty.items()}
        if not isinstance(tree, RevisionTree):
            return
        moved = empty | {path: why for path, why in tree.moved.items() if not self._commits.is_kept(head, path)}
        self._passed_over |= {shown(tree, path): why for path, why in self._commits.replaced_submodules(head, tree)}
        for kept, found in ((self._passed_over, tree.passed_over), (self._unread, tree.unread), (self._moved, moved)):
            kept.update({shown(tree, path): why for path, why in found.items()})
        for path, why in (tree.unread | moved).items():
            yield Diagnostic(
                Severity.WARNING, "base-unread", why, Location(shown(tree, path)), "give the base as a folder"
            )
        if tree.borrowed:
            told = f"what git does not have was taken as it is here: {', '.join(list(tree.borrowed)[:3])}"
            more = len(tree.borrowed) - 3
            self._note("base-borrowed", told + (f" and {more} more" if more > 0 else ""))

    def _note(self, id: str, message: str, severity: Severity = Severity.INFO) -> None:
        self._notes.append(Diagnostic(severity, id, message))


def _eased(severity: Severity) -> Severity:
    """What is wrong at base is no error of the run: the pull request may be what mends it."""
    return Severity.WARNING if severity is Severity.ERROR else severity
