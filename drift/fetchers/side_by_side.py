"""Slow sources read at the same time, their items passed on in the order of the sources, few held at a time."""

from __future__ import annotations

import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from typing import Generic, TypeVar

Item = TypeVar("Item")

_POLL = 0.1
"""Seconds between looks at whether anybody still wants the items."""


class OverdueError(Exception):
    """Not all came in time. A source may raise it too."""


def in_order(
    sources: Iterable[Callable[[], Iterable[Item]]], at_once: int, held: int = 4, until: float | None = None
) -> Iterator[Item]:
    """The items of all sources, source after source. ``at_once`` of them are read ahead, each in its own thread.

    ``held`` items of a source wait for those of the sources before it; then the source waits too.
    ``sources`` is drawn from as needed. What a source raises is raised here, in its turn; then, and when the caller
    stops, the others end after what they are at.

    After ``until``, on the monotonic clock, nothing is waited for, however long a source is silent: what it is at goes
    on in its thread, which keeps no process from ending. What is there from any source is passed on, and at the end
    ``OverdueError`` is raised if that may not have been all.
    """
    stop = threading.Event()
    running: deque[_Reader[Item]] = deque()
    whole = True
    try:
        for source in sources:
            if until is not None and time.monotonic() >= until:
                whole = False
                break
            running.append(_Reader(source, stop, held))
            if len(running) >= at_once:
                whole = (yield from running.popleft().items(until)) and whole
        while running:
            whole = (yield from running.popleft().items(until)) and whole
    finally:
        stop.set()
    if not whole:
        raise OverdueError


class _Reader(Generic[Item]):
    """One source and its thread."""

    def __init__(self, source: Callable[[], Iterable[Item]], stop: threading.Event, held: int) -> None:
        self._source = source
        self._stop = stop
        self._queue: queue.Queue[tuple[Item] | BaseException | None] = queue.Queue(held)
        threading.Thread(target=self._read, daemon=True).start()

    def items(self, until: float | None) -> Generator[Item, None, bool]:
        """What the source gives; raises what it raises. Whether it came to its end in time."""
        while (found := self._next(until)) is not None:
            if isinstance(found, OverdueError):
                return False
            if isinstance(found, BaseException):
                raise found
            yield found[0]
        return True

    def _next(self, until: float | None) -> tuple[Item] | BaseException | None:
        if until is None:
            return self._queue.get()
        left = until - time.monotonic()
        if left <= 0:
            self._stop.set()  # nobody adds to what is there
        try:
            return self._queue.get(timeout=max(0.0, left))
        except queue.Empty:
            self._stop.set()
            return OverdueError()

    def _read(self) -> None:
        try:
            for item in self._source():
                if not self._put((item,)):
                    return
        except BaseException as error:  # whatever it is, it belongs to the caller's thread
            self._put(error)
        else:
            self._put(None)

    def _put(self, found: tuple[Item] | BaseException | None) -> bool:
        """Whether somebody takes it; nobody does any more after ``stop``."""
        while not self._stop.is_set():
            try:
                self._queue.put(found, timeout=_POLL)
                return True
            except queue.Full:
                continue
        return False
