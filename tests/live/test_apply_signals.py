"""The command as a process, ended by a signal at each of its calls: what is live, what is told, and the way back."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from drift import undo_file
from tests.live.cors_store import NEW, OLD, CorsStore, snapshot

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="forks are a thing of Unix")

NAMES = ("one", "two")


class Fix:
    """Runs ``fix`` in forks of one warm process. At call number ``at`` the run gets the signal."""

    def __init__(self, process: subprocess.Popen[bytes], store: CorsStore, folder: Path) -> None:
        self._process, self.store, self.folder = process, store, folder
        self.printed = ""

    def run(self, *arguments: str, at: int = 0, by: signal.Signals = signal.SIGTERM, twice: bool = False) -> int:
        where = ("--endpoint-url", self.store.url, "--region", "us-east-1")
        command = ("fix", *arguments, *where, "--apply", "--yes")
        job = {"arguments": command, "folder": str(self.folder), "into": str(self.folder / "printed.txt")}
        start, child = self.store.asked, [0]

        def before(number: int) -> None:
            if number == start + at:
                os.kill(child[0], by)
                if twice:
                    time.sleep(0.2)  # two signals at once may be one
                    os.kill(child[0], by)

        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with self.store.held():  # until it is known whom to signal
            self.store.before = before
            self._process.stdin.write(json.dumps(job).encode() + b"\n")
            self._process.stdin.flush()
            child[0] = int(self._process.stdout.readline())
        code = int(self._process.stdout.readline())
        self.store.before = lambda _: None
        self.printed = (self.folder / "printed.txt").read_text()
        return code

    def undo_files(self) -> list[Path]:
        return sorted(self.folder.glob("cors-drift-undo-*.json"))

    def begin(self) -> None:
        """Old rules everywhere, and no file of an earlier run."""
        self.store.put(*NAMES)
        self.store.calls.clear()
        for file in self.folder.glob("cors-drift-undo-*"):
            file.unlink()


@pytest.fixture
def fix(tmp_path: Path, aws_environment: pytest.MonkeyPatch) -> Iterator[Fix]:
    (tmp_path / "declared.json").write_text(snapshot(dict.fromkeys(NAMES, NEW)))
    command = [sys.executable, "-m", "tests.live.warm"]
    root = Path(__file__).parents[2]
    process = subprocess.Popen(command, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    with CorsStore() as store:
        yield Fix(process, store, tmp_path)
    process.kill()
    process.communicate()


RESTORE = ("declared.json", "--restore", "--recheck", "0")
COMPARING = len(NAMES)
BEFORE_WRITING = 2 * len(NAMES) + 1
CALLS = 2 * len(NAMES) + 3 * len(NAMES)
"""Each bucket is compared, and looked at before anybody is asked; then looked at, written, and read back."""


def each_call(fix: Fix, by: Callable[[int], signal.Signals], first: int = 1) -> Iterator[tuple[int, int, set[str]]]:
    """The number of the call at which the run was ended, its exit code, and the buckets that were written."""
    at = first - 1
    while True:
        at += 1
        fix.begin()
        code = fix.run(*RESTORE, at=at, by=by(at))
        written = {name for _, name, done in fix.store.writes() if done == "done"}
        for name, rules in fix.store.rules().items():
            assert rules == (NEW if name in written else OLD)
        yield at, code, written
        if code == 0:
            return


def test_ctrl_c_or_sigterm_at_any_call_leaves_each_bucket_old_or_new_tells_which_and_can_be_undone(fix: Fix) -> None:
    kinds = (signal.SIGINT, signal.SIGTERM)
    ended = 0
    for at, code, written in each_call(fix, lambda at: kinds[at % 2]):
        files = fix.undo_files()
        assert len(files) == bool(written), (at, fix.printed)
        if code == 0:
            continue
        ended += 1
        assert code == (130 if at % 2 == 0 else 143), (at, fix.printed)
        assert "Traceback" not in fix.printed
        if at > COMPARING:
            for name in set(NAMES) - written:
                assert f"{name}  " in fix.printed, (at, fix.printed)
        if not written:
            continue
        saved = undo_file.read(files[0])
        assert [each.name for each in saved.buckets] == list(NAMES)
        assert files[0].name in fix.printed
        assert fix.run("--undo", str(files[0])) == 0, fix.printed
        assert fix.store.rules() == dict.fromkeys(NAMES, OLD)
    assert ended == CALLS


def test_even_a_killed_run_leaves_the_way_back_for_all_that_it_has_written(fix: Fix) -> None:
    ended = 0
    for at, code, written in each_call(fix, lambda _: signal.SIGKILL, BEFORE_WRITING - 1):
        if code == 0:
            continue
        ended += 1
        assert code == -signal.SIGKILL
        files = fix.undo_files()
        assert len(files) == (at >= BEFORE_WRITING), at
        if files:
            assert [each.name for each in undo_file.read(files[0]).buckets] == list(NAMES)
            assert fix.run("--undo", str(files[0])) == 0, fix.printed
        assert fix.store.rules() == dict.fromkeys(NAMES, OLD), written
    assert ended == CALLS - BEFORE_WRITING + 2


def test_a_second_signal_ends_it_at_once_and_still_names_the_way_back(fix: Fix) -> None:
    fix.begin()
    code = fix.run(*RESTORE, at=BEFORE_WRITING + 1, twice=True)

    (file,) = fix.undo_files()
    assert code == 143
    assert f"cors-drift fix --undo {file.name}" in fix.printed
    assert "WRITTEN" not in fix.printed  # it had no time to tell
    assert fix.run("--undo", file.name) == 0
    assert fix.store.rules() == dict.fromkeys(NAMES, OLD)
