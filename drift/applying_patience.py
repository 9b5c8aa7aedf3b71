"""How long a run of writing calls waits, and for what."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Patience:
    """How often one bucket is written at most, the first time included, and how long its rules are looked for
    afterwards: S3 keeps the configuration of buckets eventually consistent. All times are in seconds.
    """

    attempts: int = 8
    first_wait: float = 0.25
    longest_wait: float = 10.0
    settle: float = 20.0
    poll: float = 1.0
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic

    def wait(self, attempt: int) -> float:
        """How long to wait after attempt number ``attempt``: exponential, with full jitter above one half."""
        longest = min(self.first_wait * 2.0 ** (attempt - 1), self.longest_wait)
        return random.uniform(longest / 2, longest)  # noqa: S311 - spreads retries, hides nothing
