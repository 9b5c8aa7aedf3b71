"""New credentials in the place of expired ones, had once for all requests that need them."""

from __future__ import annotations

import threading
import time
from enum import Enum


class Renewal(Enum):
    """What is to be done about a request whose credentials had expired."""

    BEGIN = "begin"
    """Renew them, and say so with ``Renewals.end``."""
    WAIT = "wait"
    """Another thread is at it."""
    DONE = "done"
    """There are new ones since the request was signed."""
    IN_VAIN = "in vain"
    """There are none to be had."""


class Renewals:
    """New credentials in the place of expired ones: once for all requests that were signed with the old ones."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: set[str | None] = set()
        self._last: dict[str | None, tuple[float, bool]] = {}

    def step(self, account: str | None, signed_at: float) -> Renewal:
        """What to do; ``signed_at`` is when the request was made, on the monotonic clock."""
        with self._lock:
            if account in self._running:
                return Renewal.WAIT
            at, renewed = self._last.get(account, (float("-inf"), False))
            if at > signed_at:
                return Renewal.DONE if renewed else Renewal.IN_VAIN
            self._running.add(account)
            return Renewal.BEGIN

    def end(self, account: str | None, renewed: bool) -> None:
        """The renewal that was begun is over."""
        with self._lock:
            self._running.discard(account)
            self._last[account] = (time.monotonic(), renewed)
