"""A lane that has answered and does not any more: waits that grow, with one probe after each, before it is given up."""

from __future__ import annotations

import time
from collections.abc import Callable

from drift.fetchers.s3_retry import Retry

PATIENCE = 30.0
"""Seconds without any answer after which a lane is given up at the next probe that fails."""

MOST_WAITS = 7
"""So many waits at most: with those of ``Retry`` they take a little longer than ``PATIENCE``."""


class Outage:
    """Belongs to one lane, and is used under its lock."""

    def __init__(self, retry: Retry, clock: Callable[[], float] = time.monotonic) -> None:
        self._retry, self._clock = retry, clock
        self._since = 0.0
        self._until = float("-inf")
        self._waits = 0

    @property
    def on(self) -> bool:
        """Whether only probes are sent."""
        return self._waits > 0

    def due(self) -> float:
        """Seconds until the next probe may leave."""
        return max(0.0, self._until - self._clock()) if self._waits else 0.0

    def counts(self, began: float) -> bool:
        """Whether a request that left then says anything new: many that leave together fail of one cause."""
        return began >= self._until

    def failed(self) -> bool:
        """The lane does not answer; whether that has lasted long enough to give it up."""
        now = self._clock()
        if not self._waits:
            self._since = now
        elif self._waits >= MOST_WAITS or now - self._since >= PATIENCE:
            return True
        self._waits += 1
        self._until = now + self._retry.outage_wait(self._waits)
        return False

    def over(self) -> None:
        """There was an answer."""
        if self._waits:
            self._waits = 0
            self._until = min(self._until, self._clock())
