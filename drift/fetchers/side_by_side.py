"""Slow sources read at the same time, their items passed on in the order of the sources, few held at a time."""

from __future__ import annotations

import queue
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Generic, TypeVar

Item = TypeVar("Item")

_POLL = 0.1
"""Seconds between looks at whether anybody still wants the items."""


def in_order(sources: Iterable[Callable[[], Iterable[Item]]], at_once: int, held: int = 4) -> Iterator[Item]:
    """The items of all sources, source after source. ``at_once`` of them are read ahead, each in its own thread.

    ``held`` items of a source wait for those of the sources before it; then the source waits too.
    ``sources`` is drawn from as needed. What a source raises is raised here, in its turn; then, and when the caller
    stops, the others end after what they are at.
    """
    stop = threading.Event()
    running: deque[_Reader[Item]] = deque()
    try:
        for source in sources:
            running.append(_Reader(source, stop, held))
            if len(running) >= at_once:
                yield from running.popleft().items()
        while running:
            yield from running.popleft().items()
    finally:
        stop.set()


class _Reader(Generic[Item]):
    """One source and its thread."""

    def __init__(self, source: Callable[[], Iterable[Item]], stop: threading.Event, held: int) -> None:
        self._source = source
        self._stop = stop
        self._queue: queue.Queue[tuple[Item] | BaseException | None] = queue.Queue(held)
        threading.Thread(target=self._read, daemon=True).start()

    def items(self) -> Iterator[Item]:
        """What the source gives; raises what it raises."""
        while (found := self._queue.get()) is not None:
            if isinstance(found, BaseException):
                raise found
            yield found[0]

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
