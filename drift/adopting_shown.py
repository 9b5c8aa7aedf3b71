"""Edits as they are shown and written: one diff of all files, the lines of each bucket, the contents of the files."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from drift.adoption import FileChange, ShownEdit
from drift.line_changes import Hunk, unified
from drift.remedy import Remedies
from drift.remedy_meaning import Key


def shown_edits(remedies: Remedies, key: Key) -> tuple[ShownEdit, ...]:
    """The lines that are changed for a bucket, be it along with others."""
    own = {key} | remedies.along.get(key, set())
    found = []
    for path, changed in sorted(remedies.changed.items()):
        owned = changed.hunks_by_owner()
        hunks = dict.fromkeys(hunk for each in own for hunk in owned.get(each, ()))
        found += [_shown_edit(shown_path(path), hunk) for hunk in sorted(hunks, key=lambda hunk: hunk.start)]
    return tuple(found)


def diff_of(remedies: Remedies) -> tuple[str | None, str | None]:
    """One unified diff of all files, None where there is none, and the folder that its paths are relative to.

    That is the working folder (then None) if all files are in it: git and patch take no path that leads out.
    """
    paths = [path for path, changed in sorted(remedies.changed.items()) if next(changed.hunks(), None) is not None]
    if not paths:
        return None, None
    here = os.path.realpath(Path.cwd())
    inside = all(Path(path).is_relative_to(here) for path in paths)
    root = here if inside else os.path.commonpath([remedies.root_of(path) for path in paths])
    parts = [_diff_of_file(remedies, path, Path(path).relative_to(root).as_posix()) for path in paths]
    return "".join(parts), None if inside else root


def files_of(remedies: Remedies) -> Iterator[FileChange]:
    """The files to write."""
    for path, content in sorted(remedies.files.items()):
        before = remedies.content_before(path)
        if before != content:
            yield FileChange(path, shown_path(path), remedies.root_of(path), before, content)


def diffs_by_owners(remedies: Remedies) -> Iterator[tuple[str, frozenset[Key]]]:
    """The diff of each file, and the buckets that it is for."""
    for path, changed in remedies.changed.items():
        owners = frozenset[Key]().union(*(hunk.owners for hunk in changed.hunks()))
        along = {key for key, others in remedies.along.items() if others & owners}
        yield _diff_of_file(remedies, path, ""), owners | along


def shown_path(path: str) -> str:
    """An absolute path as the user would write it."""
    here = os.path.realpath(Path.cwd())
    return Path(path).relative_to(here).as_posix() if Path(path).is_relative_to(here) else path


def _diff_of_file(remedies: Remedies, path: str, called: str) -> str:
    before = remedies.content_before(path)
    text = (before or b"").decode("utf-8")
    return unified(called, text, remedies.changed[path].hunks(), is_new=before is None)


def _shown_edit(path: str, hunk: Hunk[Key]) -> ShownEdit:
    return ShownEdit(path, hunk.start + 1, hunk.end, "".join(hunk.before), "".join(hunk.after))
