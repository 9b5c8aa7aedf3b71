"""A fleet of any size takes the memory of a small one: written, kept, cut off, gone on with, read, split and merged."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

COUNT = int(os.environ.get("CORS_DRIFT_FLEET", "10000"))
BYTES_PER_BUCKET = 100
"""What is kept for each bucket is its place in a table, some 50 bytes; as an object it would be some 1,500."""


@pytest.mark.skipif(sys.platform == "win32", reason="the system does not tell the memory that a process had")
def test_ten_times_the_buckets_take_hardly_more_memory(tmp_path: Path) -> None:
    most = []
    for count in (COUNT // 10, COUNT):
        folder = tmp_path / str(count)
        folder.mkdir()
        done = subprocess.run(
            [sys.executable, "-m", "tests.fleet_memory", str(count), str(folder)],
            cwd=Path(__file__).parents[3],
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        print(done.stdout)
        steps = [json.loads(line) for line in done.stdout.splitlines()]
        most.append(max(step["bytes"] for step in steps))
    assert most[1] - most[0] < BYTES_PER_BUCKET * COUNT + 4_000_000
