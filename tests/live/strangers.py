"""Servers of others, as programs that are started for a test and ended with it."""

from __future__ import annotations

import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

STARTED_WITHIN, ENDED_WITHIN = 60, 10  # seconds


@contextmanager
def serving(command: Sequence[str], port: str = "{}") -> Iterator[str]:
    """The URL of a server that the command starts on loopback; its last argument is the port, as ``port`` writes it.

    Raises ``RuntimeError`` where it does not start.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        number = free.getsockname()[1]
    url, whole = f"http://127.0.0.1:{number}", [*command, port.format(number)]
    running = subprocess.Popen(whole, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _await(running, url, whole)
        yield url
    finally:
        running.terminate()
        try:
            running.wait(ENDED_WITHIN)
        except subprocess.TimeoutExpired:
            running.kill()
            running.wait()


def _await(running: subprocess.Popen[bytes], url: str, command: Sequence[str]) -> None:
    deadline = time.monotonic() + STARTED_WITHIN
    while time.monotonic() < deadline and running.poll() is None:
        try:
            urllib.request.urlopen(url, timeout=2).close()
        except urllib.error.HTTPError:
            return  # it answers
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"the server did not start: run {' '.join(command)} to see why")
