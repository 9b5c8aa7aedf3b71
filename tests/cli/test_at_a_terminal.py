"""At a real terminal: colour, a progress bar that cleans up, wrapped lines."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import write
from tests.fixtures_s3 import MotoS3

SPEC = "version: 1\nbuckets:\n  b-one: []\n"

pty = pytest.importorskip("pty", reason="pseudo-terminals are a thing of Unix")


def at_a_terminal(folder: Path, *arguments: str, **environment: str) -> tuple[int, str]:
    """Run with both outputs on one pseudo-terminal; exit code and everything that was shown."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "drift", *arguments],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs,
        env={**os.environ, "TERM": "xterm-256color", **environment},
    )
    os.close(theirs)
    shown = b""
    while True:
        try:
            part = os.read(ours, 65536)
        except OSError:  # Linux says so when the last writer has gone
            break
        if not part:
            break
        shown += part
    os.close(ours)
    return process.wait(), shown.decode()


def test_colour_and_a_progress_bar_that_leaves_no_trace(tmp_path: Path, moto_s3: MotoS3) -> None:
    write(tmp_path, cors__yaml=SPEC)
    moto_s3.put("b-one")
    code, shown = at_a_terminal(tmp_path, "check", "--endpoint-url", moto_s3.url)
    assert code == 0
    assert "\x1b[32min sync\x1b[0m" in shown
    assert "Reading buckets" in shown
    assert shown.count("\x1b[?25l") == shown.count("\x1b[?25h")
    last = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown).splitlines()[-1]
    assert last == "In sync. 1 bucket: 1 in sync."


def test_no_colour_where_it_is_not_wanted(tmp_path: Path, moto_s3: MotoS3) -> None:
    write(tmp_path, cors__yaml=SPEC)
    _, shown = at_a_terminal(tmp_path, "declared", NO_COLOR="1")
    assert not re.search(r"\x1b\[[0-9;]*m", shown)
