"""Which files have changes that git could not give back. Nothing that is configured in a repository is run.

git's own status would run filters and file system monitors; here the index, the commit and the file are compared.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from drift.adoption import FileChange
from drift.discovery import repository_around
from drift.errors import CorsDriftError
from drift.git_objects import FOLDER, Indexed, MissingObjectError, Repository

_UNTRACKED = "is not known to git, which could not give it back"
_STAGED = "has staged changes"
_CHANGED = "has changes that are not committed"


def uncommitted(changes: Sequence[FileChange]) -> Iterator[tuple[FileChange, str]]:
    """The files whose present content no commit has, each with why. What lies in no repository is not among them."""
    by_top: dict[Path, list[FileChange]] = {}
    for change in changes:
        top = repository_around(Path(change.path).parent)
        if top is not None and change.before is not None:
            by_top.setdefault(top, []).append(change)
    for top, each in by_top.items():
        try:
            yield from _in_repository(top, each)
        except CorsDriftError as error:
            error.advice = "look at the repository, or write without asking git: --allow-dirty"
            raise


def _in_repository(top: Path, changes: Sequence[FileChange]) -> Iterator[tuple[FileChange, str]]:
    with Repository(top) as repository:
        index = {entry.path: entry for entry in repository.index()}
        head = repository.commit("HEAD")
        for change in changes:
            why = _why(repository, index, head, change)
            if why is not None:
                yield change, why


def _why(repository: Repository, index: Mapping[str, Indexed], head: str | None, change: FileChange) -> str | None:
    path = Path(change.path).relative_to(repository.top).as_posix()
    entry = index.get(path)
    if entry is None:
        return _UNTRACKED
    name = entry.entry.object
    if head is None or _in_commit(repository, head, path) != name:
        return _STAGED
    if repository.is_as_checked_out(path) or _is(change.before or b"", name):
        return None
    return _CHANGED


def _is(content: bytes, name: str) -> bool:
    """Whether a file holds what git has, be it with other line ends."""
    return any(_blob(each, name) == name for each in (content, content.replace(b"\r\n", b"\n")))


def _blob(content: bytes, name: str) -> str:
    make = hashlib.sha256 if len(name) == 64 else hashlib.sha1
    return make(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


def _in_commit(repository: Repository, commit: str, path: str) -> str | None:
    try:
        folder = repository.root_of(commit)
        *above, last = path.split("/")
        for name in above:
            entry = repository.folder(folder).get(name)
            if entry is None or entry.kind != FOLDER:
                return None
            folder = entry.object
        found = repository.folder(folder).get(last)
    except (MissingObjectError, ValueError):
        return None
    return None if found is None else found.object
