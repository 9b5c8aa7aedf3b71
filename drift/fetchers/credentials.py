"""Credentials that can be exchanged while they are in use."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

SETTLED = 30.0
"""Seconds in which credentials are not renewed once more, for those who do not know what they signed with: many threads
find out at once that they have expired."""


class Held:
    """Credentials that can be exchanged while clients sign with them. What it does not do itself, they do."""

    def __init__(self, now: Any, load: Callable[[], Any], clock: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._load = load
        self._clock = clock
        self._lock = threading.Lock()
        self._renewed: tuple[float, bool] | None = None
        self.failed = False
        """Whether the last request could not be signed; a renewal ahead of time that fails is none."""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._now, name)

    def get_frozen_credentials(self) -> Any:
        """What botocore's signers ask for with each request."""
        return self._frozen(self._now)

    def _frozen(self, credentials: Any) -> Any:
        try:
            frozen = credentials.get_frozen_credentials()
        except Exception:
            self.failed = True
            raise
        self.failed = False
        return frozen

    def renew(self, signed_at: float | None = None) -> bool:
        """Load them anew; False if they are still the same, so that asking again is of no use.

        ``signed_at`` is when the request was signed that was refused (``time.monotonic``): what was renewed since then
        is new enough. Without it, what was renewed just now is.
        """
        with self._lock:
            started = self._clock()
            if self._renewed is not None:
                at, changed = self._renewed
                if (started - at < SETTLED) if signed_at is None else (at >= signed_at):
                    return changed
            before, fresh = self._frozen(self._now), self._load()
            changed = fresh is not None and self._frozen(fresh) != before
            if changed:
                self._now = fresh
            self._renewed = (started, changed)
            return changed
