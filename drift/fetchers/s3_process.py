"""A process that reads buckets, as the one that has started it sees it."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys

from drift.fetchers.s3_frames import Unpacker, write_frame
from drift.interfaces import Wanted

MOST = 8
"""Processes that are started if nobody says how many: more would only make S3 refuse."""

Key = tuple[str | None, str | None]


class Worker:
    """One process and the buckets that it has not answered for."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.process = process
        self.ready = False
        self.given: dict[int, Wanted] = {}
        self.by_key: dict[Key, int] = {}
        self.unpacker = Unpacker()

    def send(self, kind: str, content: object) -> None:
        """Give it something. That it is gone is noticed elsewhere."""
        assert self.process.stdin is not None  # noqa: S101 - it is started with a pipe
        with contextlib.suppress(OSError, ValueError):
            write_frame(self.process.stdin, [kind, content])

    def end(self) -> None:
        """Tell it to end, and do not wait: it is ended by its id should it not listen."""
        with contextlib.suppress(OSError):
            self.process.stdin.close()  # type: ignore[union-attr]
        if self.process.poll() is None:
            self.process.terminate()


def start() -> subprocess.Popen[bytes]:
    """A process that reads nothing of the folder that it is started in (-P), and says nothing on the terminal."""
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "drift.fetchers.s3_worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def processes_of_use() -> int:
    """How many processes this machine has a use for."""
    try:
        cores = len(os.sched_getaffinity(0))
    except AttributeError:  # not on every platform
        cores = os.cpu_count() or 1
    return min(cores, _granted(), MOST) if sys.executable else 1


def _granted() -> int:
    """The cores whose time a container may use, by its control group; as many as there may be where nothing is said."""
    try:
        with open("/sys/fs/cgroup/cpu.max", encoding="ascii") as file:
            quota, period = (int(each) for each in file.read().split())
    except (OSError, ValueError):  # no such file, or "max"
        return MOST
    return max(1, round(quota / max(1, period)))
