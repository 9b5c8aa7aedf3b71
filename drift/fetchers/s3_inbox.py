"""Where threads and processes that read put what they found."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from drift.fetchers.s3_lane import Closure
from drift.fetchers.s3_outcome import Outcome
from drift.interfaces import Wanted


@dataclass(frozen=True, slots=True)
class Found:
    """What came of a bucket. ``region`` is where S3 answered, or would have been asked; None if it needs no asking."""

    index: int
    wanted: Wanted
    outcome: Outcome
    region: str | None = None


class Inbox:
    """Where several threads put what they found, for one that looks there now and then, or when the bell rings."""

    def __init__(self) -> None:
        self.found: deque[Found] = deque()
        self.closures: deque[Closure] = deque()
        self.bell = threading.Event()
        self.failure: BaseException | None = None
        self.tell: Callable[[Closure], None] = lambda closure: None
        self._lock = threading.Lock()
        self._closed: set[tuple[str | None, str | None, str | None]] = set()

    def close(self, closure: Closure) -> None:
        """Something is not asked for any more. Whoever finds that out first is heard, and the others are told."""
        key = (closure.account, closure.owner, closure.region)
        with self._lock:
            if key in self._closed:
                return
            self._closed.add(key)
            self.closures.append(closure)
        self.tell(closure)

    def fail(self, error: BaseException) -> None:
        """The run cannot go on; the first to say so is heard."""
        self.failure = self.failure or error
        self.bell.set()
