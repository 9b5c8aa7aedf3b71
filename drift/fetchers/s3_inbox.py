"""Where threads and processes that read put what they found."""

from __future__ import annotations

import contextlib
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from drift.fetchers.s3_lane import Closure, Place
from drift.fetchers.s3_outcome import Outcome
from drift.interfaces import Wanted


@dataclass(frozen=True, slots=True)
class Found:
    """What came of a bucket. ``region`` is where S3 answered, or would have been asked; None if it needs no asking."""

    index: int
    wanted: Wanted
    outcome: Outcome
    region: str | None = None
    asked: bool = True
    """False where the account or region was closed before anything was asked."""


class Inbox:
    """Where several threads put what they found, for one that looks there now and then, or when the bell rings."""

    def __init__(self) -> None:
        self.found: deque[Found] = deque()
        self.closures: deque[Closure] = deque()
        self.bell = threading.Event()
        self.failure: BaseException | None = None
        self.tell: Callable[[Closure], None] = lambda closure: None
        self.opened: Callable[[Place], None] = lambda place: None
        self._lock = threading.Lock()
        self._closed: dict[Place, Closure] = {}

    def close(self, closure: Closure) -> None:
        """Something is not asked for any more. Whoever finds that out first is heard, and the others are told."""
        with self._lock:
            if closure.place in self._closed:
                return
            self._closed[closure.place] = closure
            self.closures.append(closure)
        self.tell(closure)

    def reopen(self, place: Place) -> None:
        """Something was told of it: it was closed too early, if it was."""
        with self._lock:
            closure = self._closed.get(place)
            if closure is not None and closure.early:
                del self._closed[place]
                with contextlib.suppress(ValueError, IndexError):  # it was sent to another process, or just is
                    self.closures.remove(closure)

    def is_closed(self, place: Place) -> bool:
        """Whether this region, or all of the account, is not asked for."""
        return place in self._closed or (*place[:2], None) in self._closed

    def fail(self, error: BaseException) -> None:
        """The run cannot go on; the first to say so is heard."""
        self.failure = self.failure or error
        self.bell.set()
