"""A process that reads buckets, as the one that has started it sees it."""

from __future__ import annotations

import contextlib
import os
import queue
import subprocess
import sys
import threading
import time

from drift.fetchers.s3_frames import Unpacker, write_frame
from drift.interfaces import Wanted

MOST = 8
"""Processes that are started if nobody says how many: more would only make S3 refuse."""

_LAST = 2.0
"""Seconds in which a process ends that has closed its output."""

Key = tuple[str | None, str | None]


class Worker:
    """One process and the buckets that it has not answered for."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.process = process
        self.ready = False
        self.given: dict[int, Wanted] = {}
        self.by_key: dict[Key, int] = {}
        self.unpacker = Unpacker()
        self.heard = time.monotonic()
        self._letters: queue.SimpleQueue[list[object] | None] = queue.SimpleQueue()
        threading.Thread(target=self._write, name="s3-crew-out", daemon=True).start()

    def send(self, kind: str, content: object) -> None:
        """Give it something; never waits, whether it listens or not. That it is gone is noticed elsewhere."""
        self._letters.put([kind, content])

    def _write(self) -> None:
        """In a thread of its own: the pipe to a process that stands still is full at some time."""
        pipe = self.process.stdin
        assert pipe is not None  # noqa: S101 - it is started with a pipe
        while (letter := self._letters.get()) is not None:
            with contextlib.suppress(OSError, ValueError):
                write_frame(pipe, letter)
        with contextlib.suppress(OSError):
            pipe.close()

    def silent(self, since: float) -> bool:
        """Whether there was something to be said, and nothing has been heard since then (monotonic)."""
        return self.heard < since and (bool(self.given) or not self.ready)

    def end(self) -> None:
        """End it, and do not wait: by SIGKILL, which reaches one that stands still too. It has nothing to tidy up."""
        self._letters.put(None)
        if self.process.poll() is None:
            self.process.kill()

    def ended(self) -> int:
        """Wait for the end of one that has closed its output; its exit code."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(_LAST)
        self.end()
        return self.process.wait()


def start() -> subprocess.Popen[bytes]:
    """A process that reads nothing of the folder that it is started in (-P), nor of the places that variables name
    where this one does not (-I), and says nothing on the terminal.
    """
    return subprocess.Popen(  # noqa: S603 - this interpreter, with a module of ours
        [sys.executable, "-I" if sys.flags.isolated else "-P", "-m", "drift.fetchers.s3_worker"],
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
