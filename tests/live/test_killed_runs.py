"""A run that is killed at any moment and gone on with, as often as one likes, gives the snapshot of an unbroken one."""

from __future__ import annotations

import json
import os
import random
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live.fault_server import NO_SUCH_BUCKET, FaultServer, Reply, error, rules

KILLS = int(os.environ.get("CORS_DRIFT_KILLS", "8"))
MOST_KILLS = 4 * KILLS
"""Kills after which no more are tried, though none of them has met a run that was reading."""
BUCKETS = int(os.environ.get("CORS_DRIFT_KILLED_BUCKETS", "110"))

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="forks are a thing of Unix")


class Warm:
    """Starts runs in forks of one process."""

    def __init__(self, process: subprocess.Popen[bytes], folder: Path) -> None:
        self._process, self._folder = process, folder
        self.printed = ""

    def run(self, *arguments: str, kill_after: float | None = None) -> int:
        """How the run ended; it is killed after so many seconds if it has not ended by then."""
        job = {"arguments": arguments, "folder": str(self._folder), "into": str(self._folder / "printed.txt")}
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(job).encode() + b"\n")
        self._process.stdin.flush()
        child = int(self._line(60))
        if kill_after is not None and not self._ready(kill_after):
            os.kill(child, signal.SIGKILL)
        code = int(self._line(120))
        self.printed = (self._folder / "printed.txt").read_text()
        return code

    def _ready(self, seconds: float) -> bool:
        assert self._process.stdout is not None
        return bool(select.select([self._process.stdout], [], [], seconds)[0])

    def _line(self, seconds: float) -> bytes:
        assert self._ready(seconds), "no answer"
        assert self._process.stdout is not None
        line = b""
        while not line.endswith(b"\n"):
            part = os.read(self._process.stdout.fileno(), 1)
            assert part, "the warm process has ended"
            line += part
        return line


@pytest.fixture
def warm(tmp_path: Path, aws_environment: pytest.MonkeyPatch) -> Iterator[Warm]:
    command = [sys.executable, "-m", "tests.live.warm"]
    root = Path(__file__).parents[2]
    process = subprocess.Popen(command, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)
    yield Warm(process, tmp_path)
    process.kill()
    process.communicate()


def a_fleet(server: FaultServer, count: int) -> None:
    """Listed in pages of fifty; in every state, some of which are asked for again when a run goes on."""
    names = [f"fleet-{number:05}" for number in range(count)]
    other = rules("<CORSRule><AllowedMethod>PUT</AllowedMethod><AllowedOrigin>*</AllowedOrigin></CORSRule>")
    kinds = [rules(), other, rules(), error(404, "NoSuchCORSConfiguration"), rules(), error(501, "NotImplemented")]
    for number, name in enumerate(names):
        rare = {30: error(403, "AccessDenied"), 101: NO_SUCH_BUCKET}
        server.bucket(name, rare.get(number, kinds[number % len(kinds)]))
    for start in range(0, count, 50):
        page = "".join(
            f"<Bucket><Name>{name}</Name><BucketRegion>us-east-1</BucketRegion></Bucket>"
            for name in names[start : start + 50]
        )
        more = f"<ContinuationToken>{start + 50}</ContinuationToken>" if start + 50 < count else ""
        body = f"<ListAllMyBucketsResult><Buckets>{page}</Buckets>{more}</ListAllMyBucketsResult>"
        server.pages[str(start) if start else ""] = Reply(body=body)


def timeless(path: Path) -> str:
    return re.sub(r'"taken_at": "[^"]*"', "", path.read_text())


@pytest.mark.parametrize("shard", [(), ("--shard", "1/2")], ids=["whole", "shard"])
def test_a_run_killed_at_random_moments_and_resumed_each_time_is_an_unbroken_one(
    warm: Warm, fault_server: FaultServer, tmp_path: Path, shard: tuple[str, ...]
) -> None:
    seed = int(os.environ.get("CORS_DRIFT_SEED", random.randrange(2**32)))
    print(f"CORS_DRIFT_SEED={seed}")
    chance = random.Random(seed)
    a_fleet(fault_server, BUCKETS)
    command = ("live", "--endpoint-url", fault_server.url, "--processes", "1", "--concurrency", "4", *shard)
    journal, file = tmp_path / "live.json.partial", tmp_path / "live.json"
    assert warm.run(*command, "--output", "json=whole.json") == 3
    want = timeless(tmp_path / "whole.json")
    began = time.monotonic()
    warm.run(*command, "--output", "json=again.json")
    took = time.monotonic() - began
    kills = grown = 0
    while kills < KILLS // (4 if shard else 1) or (not grown and kills < MOST_KILLS):
        before = journal.stat().st_size if journal.exists() else 0
        code = warm.run(*command, "--resume", "live.json", kill_after=chance.uniform(0, took))
        if code == -signal.SIGKILL:
            kills += 1
            grown += journal.exists() and journal.stat().st_size > before
            continue
        assert (code, timeless(file)) == (3, want), warm.printed  # it was quicker than the kill: begin again
        assert not journal.exists()
        file.unlink()
    assert warm.run(*command, "--resume", "live.json") == 3, warm.printed
    assert timeless(file) == want
    assert not journal.exists()
    assert grown >= 1, "no run was killed while it read"
