"""Runs a piece of work with a bound on its memory and, as a guard against hangs, on its time."""

from __future__ import annotations

import multiprocessing
import os
import resource
import signal
import traceback
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any, TypeVar

Result = TypeVar("Result")


class BoundError(AssertionError):
    """The work failed, took too long, or took too much memory."""


def bounded(work: Callable[[], Result], *, megabytes: int = 500, seconds: int = 60) -> Result:
    """What the work gives, done in a child process that may take ``megabytes`` more memory than this one has now.

    ``seconds`` is no measure of speed: it is far more than the work takes, so that only a hang meets it.
    """
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(duplex=False)
    child = context.Process(target=_child, args=(work, sender, megabytes, seconds))
    child.start()
    sender.close()
    try:
        fine, result = _answer(receiver, seconds)
    finally:
        child.kill()
        child.join()
    if not fine:
        raise BoundError(result)
    done: Result = result
    return done


def _answer(receiver: Connection, seconds: int) -> tuple[bool, Any]:
    try:
        answer: tuple[bool, Any] = receiver.recv() if receiver.poll(seconds + 5) else (False, f"nothing in {seconds} s")
    except EOFError:
        return False, "the process died"
    return answer


def _child(work: Callable[[], object], sender: Connection, megabytes: int, seconds: int) -> None:
    with open("/proc/self/statm") as status:
        used = int(status.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    limit = used + megabytes * 2**20
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    signal.signal(signal.SIGALRM, _late)
    signal.alarm(seconds)
    try:
        sender.send((True, work()))
    except BaseException:
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
        sender.send((False, traceback.format_exc(limit=-12)))
    finally:
        sender.close()
        os._exit(0)


def _late(signum: int, frame: object) -> None:
    raise TimeoutError("the work hangs")
