"""The settings of a run with a base, where no file of them is named: those of the target branch.

A settings file that is merely found comes with the pull request, which is what is judged. What it says of the verdict
is read as the target branch has it, as everything else that is held against the pull request. A file that nobody
committed was put there by whoever runs the check, and counts.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from drift.base_paths import resolved
from drift.base_place import second_checkout
from drift.config import CONFIG_NAME, Config, config_from, read_content
from drift.discovery import path_as_named, repository_around, working_folder
from drift.errors import CorsDriftError, UsageError
from drift.git_objects import Repository
from drift.location import Location
from drift.revision import RevisionTree
from drift.tree import DiskTree


@dataclass(frozen=True, slots=True)
class AtBase:
    """What the target branch sets; ``changed`` is the path of the file where the pull request has another one."""

    config: Config
    changed: str | None


_File = tuple[Path, str]
"""A settings file: where it stands, or would stand in the work tree, and its content."""


def settings_at(base: str, found: Path | None, here: Path) -> AtBase | None:
    """The settings of the target branch for a run in the folder ``here``; None where those that were found count.

    What is wrong with the base itself is left to the run to tell. Raises ``UsageError`` where the target branch's own
    settings cannot be used.
    """
    given = None if found is None else (found, read_content(found))
    with ExitStack() as open_:
        try:
            sides = _sides(base, found, here, open_)
        except CorsDriftError:
            return None
        if sides is None:
            return None
        theirs, *before = (each() for each in sides)
    places = [each[0] for each in (given, theirs, *before) if each is not None]
    changed = None if given in (theirs, *before) else _shown(places[0], here)
    if theirs is None:
        return AtBase(Config({}), changed)
    try:
        return AtBase(config_from(theirs[1], theirs[0], named=False), changed)
    except UsageError as error:
        error.message = f"at {base}: {error.message}"
        name = CONFIG_NAME if found is None else _shown(found, here)
        told = f"a pull request that mends it names its own file: cors-drift --config {name} check --base {base}"
        error.advice = f"{error.advice}; {told}" if error.advice else told
        raise


def _sides(base: str, found: Path | None, here: Path, open_: ExitStack) -> list[Callable[[], _File | None]] | None:
    """What reads the settings of the target branch, and then those of where head left it; None where they do not count,
    or there is no such base.
    """
    folder = second_checkout(base)
    top = repository_around(here)
    if top is None:
        return None if folder is None else [partial(_in_folder, folder, Path(), here)]
    if folder is not None:  # which needs no git
        with suppress(CorsDriftError):
            if found is not None and not _is_committed(open_.enter_context(Repository(top)), top, found):
                return None
        return [partial(_in_folder, folder, _named(here, top), top)]
    repository = open_.enter_context(Repository(top))
    head = repository.commit("HEAD")
    if found is not None and not _is_committed(repository, top, found):
        return None
    target = repository.commit(base)
    if target is None:
        return None
    forks = repository.merge_bases(head, target) if head is not None else ()
    return [partial(_at, repository, each, top, here) for each in (target, *forks)]


def _is_committed(repository: Repository, top: Path, found: Path) -> bool:
    """Whether git knows the file, as part of a commit or of one that is about to be made: CI may merge without."""
    if not found.is_relative_to(top):
        return False
    inside = found.relative_to(top).as_posix()
    if any(each.path.casefold() == inside.casefold() for each in repository.index()):  # some disks tell no case apart
        return True
    head = repository.commit("HEAD")
    if head is None:
        return False
    tree = RevisionTree(repository, head, "", DiskTree(top), head)
    return tree.is_file(inside) or tree.is_link(inside)


def _named(here: Path, top: Path) -> Path:
    """The folder of a run, below the top of its repository, by the name under which it was gone to: the pull request
    may have a link in it lead elsewhere.
    """
    named = path_as_named(working_folder(), top)
    return here.relative_to(top) if named is None else Path(named)


def _at(repository: Repository, commit: str, top: Path, here: Path) -> _File | None:
    """The settings file that would be found at a commit: where it would stand, and its content."""
    tree = RevisionTree(repository, commit, "", DiskTree(top), None)
    below = Path(resolved(tree, _named(here, top).as_posix()))
    for folder in (below, *below.parents):
        path = top / folder / CONFIG_NAME
        inside = path.relative_to(top).as_posix()
        if tree.is_file(inside):
            return path, _text(tree.read(inside), path)
    return None


def _in_folder(checkout: Path | None, below: Path, top: Path) -> _File | None:
    """The same in a second checkout."""
    if checkout is None or not checkout.is_dir():
        return None
    below = Path(resolved(DiskTree(checkout), below.as_posix()))
    for folder in (below, *below.parents):
        path = checkout / folder / CONFIG_NAME
        if path.is_file():
            return top / folder / CONFIG_NAME, read_content(path)
    return None


def _text(content: bytes, path: Path) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise UsageError(f"this file cannot be read: {error}", location=Location(str(path))) from error


def _shown(path: Path, here: Path) -> str:
    return path.relative_to(here).as_posix() if path.is_relative_to(here) else str(path)
