"""What merging two commits gives, as a folder object: worked out beside the repository, which is not touched.

A repository of our own, in a temporary folder, borrows the objects of the real one and keeps what the merge makes. It
has none of the real one's settings and attributes, so that no merge driver, filter or hook has a say. The three sides
are made commits there that have no other history: a shallow clone has all that is needed. Only commits that have
several best common ancestors are merged with all their history, since which of those counts is not ours to choose.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from drift.git_objects import SECONDS, Repository, environment, executable

_WHO = {f"GIT_{who}_{what}": "cors-drift" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
_WHEN = {f"GIT_{who}_DATE": "2000-01-01T00:00:00Z" for who in ("AUTHOR", "COMMITTER")}
_OWN = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}


@dataclass(frozen=True, slots=True)
class Merged:
    """``folder`` is the object of the top folder; ``conflicts`` are the paths that git could not merge."""

    folder: str
    conflicts: tuple[str, ...]


class Merging:
    """A place where commits are merged. Use it with ``with``: it is gone at the end."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._place = Path(tempfile.mkdtemp(prefix="cors-drift-"))

    def __enter__(self) -> Merging:
        return self

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self._place, ignore_errors=True)

    def merge(self, fork: str, target: str, head: str) -> Merged | None:
        """Folder objects of the three sides merged; None where this git cannot (before 2.38, or objects missing)."""
        self._prepare(_format(fork))
        first = self._commit(fork)
        ends = [self._commit(each, first) for each in (target, head)] if first else []
        return None if None in ends or not ends else self._merged(*map(str, ends))

    def merge_history(self, target: str, head: str) -> Merged | None:
        """Two commits merged with all their history, for such as left each other more than once (criss-cross merges):
        git merges their ancestors first. None as of ``merge``.
        """
        self._prepare(_format(head))
        cut_off = self._repository.cut_off
        if cut_off:
            (self._place / "shallow").write_bytes(cut_off)
        return self._merged(target, head)

    def _prepare(self, objects: str) -> None:
        """Our own repository, of the same kind of objects."""
        self._git("init", "--quiet", "--bare", f"--object-format={objects}", ".")
        info = self._place / "objects" / "info"
        info.mkdir(parents=True, exist_ok=True)
        borrowed = os.path.realpath(self._repository.folder_of_objects)
        (info / "alternates").write_bytes(os.fsencode(borrowed) + b"\n")

    def _merged(self, target: str, head: str) -> Merged | None:
        found = self._git("merge-tree", "--write-tree", "-z", "--name-only", "--no-messages", target, head)
        return None if found is None or not found[0] else Merged(found[0], tuple(found[1:]))

    def reader(self) -> Repository:
        """The repository with what the merge made: that of ``merge``, and all objects of the real one."""
        return Repository(self._place, bare=True)

    def _commit(self, folder: str, *parents: str) -> str | None:
        before = [each for parent in parents for each in ("-p", parent)]
        found = self._git("commit-tree", *before, "-m", "a side", folder)
        return found[0].strip() if found else None

    def _git(self, *arguments: str) -> list[str] | None:
        """What git prints, at NULs; None where it fails. 1 is the exit code of a merge with conflicts."""
        try:
            found = subprocess.run(  # noqa: S603 - no shell; all that is not fixed is the name of an object
                [executable(self._repository.top), "--no-pager", "-c", "gc.auto=0", *arguments],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                env=environment() | _WHO | _WHEN | _OWN | {"GIT_DIR": str(self._place)},
                cwd=self._place,
                timeout=SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return None
        if found.returncode not in ((0, 1) if arguments[0] == "merge-tree" else (0,)):
            return None
        return [each for each in os.fsdecode(found.stdout).split("\0") if each] or [""]


def _format(name: str) -> str:
    return "sha1" if len(name) == 40 else "sha256"
