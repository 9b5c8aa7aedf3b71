"""Files that change together, under every failure; and what git could not give back."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from drift import writing_files
from drift.adoption import FileChange
from drift.errors import CorsDriftError, InputError, UsageError
from drift.writing_files import write_files
from tests.repositories import Repository


def change(path: Path, after: str, root: Path | None = None) -> FileChange:
    before = path.read_bytes() if path.exists() else None
    return FileChange(str(path), path.name, str(root or path.parent), before, after.encode())


@pytest.fixture
def three(tmp_path: Path) -> list[FileChange]:
    """Three files that are there, to be written."""
    changes = []
    for name in ("a.tf", "b.tf", "c.tf"):
        (tmp_path / name).write_text(f"old {name}")
        changes.append(change(tmp_path / name, f"new {name}"))
    return changes


def contents(changes: Sequence[FileChange]) -> set[str]:
    return {Path(each.path).read_text().split()[0] for each in changes}


def names(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir())


def test_all_files_are_written_and_nothing_is_left_beside_them(three: list[FileChange], tmp_path: Path) -> None:
    write_files(three, allow_dirty=False)
    assert contents(three) == {"new"}
    assert names(tmp_path) == ["a.tf", "b.tf", "c.tf"]


def test_the_mode_of_a_file_is_kept(three: list[FileChange]) -> None:
    os.chmod(three[0].path, 0o640)
    write_files(three, allow_dirty=False)
    assert stat.S_IMODE(os.stat(three[0].path).st_mode) == 0o640


def test_a_new_file_has_the_mode_that_any_new_file_has(tmp_path: Path) -> None:
    (tmp_path / "like").write_text("")
    write_files([change(tmp_path / "new.tf", "x")], allow_dirty=False)
    assert (tmp_path / "new.tf").stat().st_mode == (tmp_path / "like").stat().st_mode


class _Fails:
    """A call of the system that fails, or is interrupted, at its n-th time."""

    def __init__(self, real: Callable[..., object], at: int, error: BaseException, *, after: bool) -> None:
        self._real, self._left, self._error, self._after = real, at, error, after

    def __call__(self, *arguments: object, **more: object) -> object:
        self._left -= 1
        if self._left == 0 and not self._after:
            raise self._error
        result = self._real(*arguments, **more)
        if self._left == 0:
            raise self._error
        return result


FULL, CTRL_C = OSError(28, "No space left on device"), KeyboardInterrupt()
FAILURES = [
    (name, at, error)
    for name, at in (("replace", 1), ("replace", 2), ("replace", 3), ("fsync", 2), ("link", 3))
    for error in (FULL, CTRL_C)
    if name != "link" or error is CTRL_C  # where no link can be made the old content is copied
]


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(("name", "at", "error"), FAILURES, ids=lambda each: str(each) or "ctrl-c")
def test_whatever_fails_in_between_all_files_are_as_they_were(
    three: list[FileChange],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    at: int,
    error: BaseException,
    after: bool,
) -> None:
    monkeypatch.setattr(os, name, _Fails(getattr(os, name), at, error, after=after))
    with pytest.raises((InputError, KeyboardInterrupt)):
        write_files(three, allow_dirty=False)
    assert contents(three) == {"old"}
    assert names(tmp_path) == ["a.tf", "b.tf", "c.tf"]


def test_a_new_file_goes_again_where_another_one_cannot_be_written(
    three: list[FileChange], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    new = change(tmp_path / "0.tf", "new")
    monkeypatch.setattr(os, "replace", _Fails(os.replace, 2, OSError(5, "I/O error"), after=False))
    with pytest.raises(InputError, match=r"cannot be written \(I/O error\): all files are as they were"):
        write_files([new, *three], allow_dirty=False)
    assert contents(three) == {"old"}
    assert names(tmp_path) == ["a.tf", "b.tf", "c.tf"]


def test_where_no_links_can_be_made_the_old_content_is_copied(
    three: list[FileChange], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    monkeypatch.setattr(os, "replace", _Fails(os.replace, 3, OSError(5, "I/O error"), after=True))
    with pytest.raises(InputError):
        write_files(three, allow_dirty=False)
    assert contents(three) == {"old"}


@pytest.mark.parametrize("at", [1, 2, 3])
def test_a_killed_run_leaves_each_file_whole(three: list[FileChange], tmp_path: Path, at: int) -> None:
    script = f"""
import os, signal
from drift import writing_files
from drift.adoption import FileChange
from pathlib import Path
left = {at}
real = os.replace
def replace(*arguments):
    global left
    left -= 1
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    real(*arguments)
writing_files.os.replace = replace
folder = Path({str(tmp_path)!r})
changes = [FileChange(str(p), p.name, str(folder), p.read_bytes(), b"new " + p.name.encode())
           for p in sorted(folder.glob("*.tf"))]
writing_files.write_files(changes, allow_dirty=True)
"""
    done = subprocess.run([sys.executable, "-c", script], cwd=Path(__file__).parents[3])
    assert done.returncode == -signal.SIGKILL
    found = [(tmp_path / name).read_text() for name in ("a.tf", "b.tf", "c.tf")]
    assert found == [
        f"{'new' if index < at - 1 else 'old'} {name}" for index, name in enumerate(("a.tf", "b.tf", "c.tf"))
    ]


def test_a_file_that_changed_since_it_was_read_is_left_with_all_others(three: list[FileChange]) -> None:
    Path(three[2].path).write_text("somebody else's")
    with pytest.raises(InputError, match=r"has changed since it was read: nothing was written") as error:
        write_files(three, allow_dirty=True)
    assert str(error.value.location) == "c.tf"
    assert Path(three[0].path).read_text() == "old a.tf"


def test_a_file_that_changes_while_the_others_are_prepared_is_left(
    three: list[FileChange], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = writing_files._prepare

    def prepare(each: FileChange) -> object:
        Path(three[2].path).write_text("somebody else's")
        return real(each)

    monkeypatch.setattr(writing_files, "_prepare", prepare)
    with pytest.raises(InputError, match="has changed since it was read"):
        write_files(three, allow_dirty=True)
    assert Path(three[0].path).read_text() == "old a.tf"
    assert Path(three[2].path).read_text() == "somebody else's"


def test_a_file_that_somebody_made_meanwhile_is_not_written_over(tmp_path: Path) -> None:
    new = change(tmp_path / "new.tf", "ours")
    (tmp_path / "new.tf").write_text("theirs")
    with pytest.raises(InputError, match="was to be a new one, and is there"):
        write_files([new], allow_dirty=False)
    assert (tmp_path / "new.tf").read_text() == "theirs"


def test_a_link_that_took_the_place_of_a_file_is_not_followed(three: list[FileChange], tmp_path: Path) -> None:
    outside = tmp_path.parent / f"{tmp_path.name}-outside"
    outside.write_text("old a.tf")
    Path(three[0].path).unlink()
    Path(three[0].path).symlink_to(outside)
    with pytest.raises(InputError, match="leads elsewhere than when it was read"):
        write_files(three, allow_dirty=True)
    assert outside.read_text() == "old a.tf"


def test_a_path_outside_of_its_root_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.tf").write_text("x")
    (tmp_path / "root").mkdir()
    with pytest.raises(InputError, match="leads elsewhere"):
        write_files([change(tmp_path / "a.tf", "y", tmp_path / "root")], allow_dirty=True)


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    made = Repository(tmp_path)
    made.put("modules/a.tf", "old\n")
    made.commit()
    return made


def edit(tmp_path: Path) -> FileChange:
    return change(tmp_path / "modules" / "a.tf", "new\n", tmp_path)


def refusal(each: FileChange) -> str:
    before = Path(each.path).read_bytes()
    with pytest.raises(UsageError) as error:
        write_files([each], allow_dirty=False)
    assert Path(each.path).read_bytes() == before
    assert error.value.advice == "commit or stash it first, or say --allow-dirty"
    return error.value.message


def test_a_committed_file_is_written(repository: Repository, tmp_path: Path) -> None:
    write_files([edit(tmp_path)], allow_dirty=False)
    assert (tmp_path / "modules" / "a.tf").read_text() == "new\n"


def test_a_committed_file_that_was_only_touched_is_written(repository: Repository, tmp_path: Path) -> None:
    os.utime(tmp_path / "modules" / "a.tf", (1, 1))
    write_files([edit(tmp_path)], allow_dirty=False)


def test_a_file_with_changes_is_refused_unless_that_is_allowed(repository: Repository, tmp_path: Path) -> None:
    repository.put("modules/a.tf", "mine\n")
    assert refusal(edit(tmp_path)) == "a.tf has changes that are not committed: nothing was written"
    write_files([edit(tmp_path)], allow_dirty=True)


def test_a_file_with_staged_changes_is_refused(repository: Repository, tmp_path: Path) -> None:
    repository.put("modules/a.tf", "mine\n")
    repository.git("add", "modules/a.tf")
    assert refusal(edit(tmp_path)) == "a.tf has staged changes: nothing was written"


def test_a_file_that_git_does_not_know_is_refused(repository: Repository, tmp_path: Path) -> None:
    repository.put("modules/b.tf", "mine\n")
    other = change(tmp_path / "modules" / "b.tf", "new\n", tmp_path)
    assert refusal(other) == "b.tf is not known to git, which could not give it back: nothing was written"


def test_a_file_of_a_repository_without_commits_is_refused(tmp_path: Path) -> None:
    made = Repository(tmp_path)
    made.put("modules/a.tf", "mine\n")
    made.git("add", ".")
    assert "has staged changes" in refusal(edit(tmp_path))


def test_a_file_with_other_line_ends_than_git_has_is_no_change(repository: Repository, tmp_path: Path) -> None:
    (tmp_path / "modules" / "a.tf").write_bytes(b"old\r\n")
    write_files([edit(tmp_path)], allow_dirty=False)


def test_nothing_that_a_repository_configures_is_run(repository: Repository, tmp_path: Path) -> None:
    marker = tmp_path.parent / f"{tmp_path.name}-ran"
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\ntouch {marker}\ncat\n")
    program.chmod(0o755)
    hooks = tmp_path / ".git" / "hooks"
    hooks.mkdir(exist_ok=True)
    for name in ("pre-commit", "post-index-change", "fsmonitor-watchman"):
        (hooks / name).write_text(f"#!/bin/sh\ntouch {marker}\n")
        (hooks / name).chmod(0o755)
    repository.put(".gitattributes", "*.tf filter=evil diff=evil\n")
    for key in ("filter.evil.clean", "filter.evil.smudge", "diff.evil.textconv", "core.fsmonitor", "core.pager"):
        repository.git("config", key, str(program))
    repository.put("modules/a.tf", "mine\n")
    assert "not committed" in refusal(edit(tmp_path))
    assert not marker.exists()


def test_a_repository_that_git_refuses_is_told_with_git_s_reason(repository: Repository, tmp_path: Path) -> None:
    (tmp_path / ".git" / "HEAD").write_text("nonsense")
    with pytest.raises(CorsDriftError):
        write_files([edit(tmp_path)], allow_dirty=False)
    assert (tmp_path / "modules" / "a.tf").read_text() == "old\n"
