"""What ``--base`` names: a revision, the folder of a second checkout, or a saved file."""

from __future__ import annotations

import os
from pathlib import Path

from drift.discovery import repository_around
from drift.errors import CorsDriftError, UsageError
from drift.git_objects import Repository

FETCH_DEPTH = "check out with fetch-depth: 0 (actions/checkout), or run: git fetch --unshallow"


def second_checkout(given: str) -> Path | None:
    """The path that is meant; None for a revision.

    What is both must be written so that it is one of them. So must a path that head has committed: a pull request could
    bring a folder ``origin/main`` along, and be compared with what it likes. Raises ``UsageError``.
    """
    if not given.strip():
        raise UsageError("--base has no value", advice="name the target branch, such as origin/main")
    path = Path(given)
    if not os.path.lexists(path):
        return None
    if ".git" in Path(os.path.realpath(path)).parts and path.is_dir() and not (path / ".git").exists():
        raise UsageError(f"--base {given} is git's own folder, and no checkout", advice="name the target branch")
    if path.is_absolute() or given.startswith(("./", "../", "-")) or given in (".", ".."):
        return path
    here = Path(os.path.realpath(Path.cwd()))
    top = repository_around(here)
    if top is not None:
        _refuse_doubt(given, here, top)
    return path


def _refuse_doubt(given: str, here: Path, top: Path) -> None:
    try:
        repository = Repository(top)
    except CorsDriftError as error:
        raise UsageError(
            f"--base {given}: whether this is a revision too cannot be told: {error.message}",
            advice=error.advice or f"write ./{given} for the path",
        ) from error
    with repository:
        if (commit := repository.commit(given)) is not None:
            raise UsageError(
                f"--base {given} is a revision, and a path too",
                advice=f"write ./{given} for the path, or {repository.full_name(given) or commit} for the revision",
            )
        inside = Path(os.path.normpath(here / given)).relative_to(top).as_posix()
        if any(each.path == inside or each.path.startswith(f"{inside}/") for each in repository.index()):
            advice = f"write ./{given} if that is meant"
            raise UsageError(
                f"--base {given}: there is no such revision, only a path that is a part of what is checked",
                advice=f"{FETCH_DEPTH}; or {advice}" if repository.is_shallow else advice,
            )
