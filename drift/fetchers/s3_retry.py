"""How often S3 is asked again, and how fast.

The SDK's own retries are off. Since botocore 1.44 its default mode has one retry quota for a whole client, which a
burst of SlowDown answers empties: with many threads every later bucket is then given up after one refusal. Here a
refused bucket goes back to the queue, and one pace, shared by all threads of a region, follows what S3 admits.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

_WINDOW = 1.0
"""Seconds over which the rate of answers is measured while S3 has refused nothing yet."""

_ENOUGH = 20
"""Answers before the first refusal that tell enough about the rate to go on from there with care."""

_CUT = 0.8
_DEEPEST_CUT = 0.4
_GAIN = 0.2
_FIRST_GAIN = 1.0
"""Requests a second more for each answer: the rate then grows by this share of itself in a second."""


@dataclass(frozen=True, slots=True)
class Retry:
    """The patience of a run. Attempts count the first one; all times are in seconds, rates in requests a second."""

    throttled_attempts: int = 12
    transient_attempts: int = 3
    first_wait: float = 0.25
    longest_wait: float = 10.0
    recheck_wait: float = 1.0
    """Before a bucket that S3 does not know is asked for once more: S3 has been seen to say so under load."""
    slowest_rate: float = 2.0
    cut_interval: float = 0.5
    """Refusals within this time count as one: they answer requests that were sent at the same pace."""

    def wait(self, attempt: int) -> float:
        """How long to wait before attempt ``attempt`` + 1: exponential, with full jitter above one half."""
        longest = min(self.first_wait * 2.0 ** (attempt - 1), self.longest_wait)
        return random.uniform(longest / 2, longest)  # noqa: S311 - spreads retries, hides nothing

    def outage_wait(self, attempt: int) -> float:
        """How long nothing is sent before probe ``attempt`` of a lane that has answered and does not any more."""
        return min(self.first_wait * 2.0**attempt, self.longest_wait)


class Pace:
    """How fast requests may leave: as fast as the threads can until S3 first refuses, then by AIMD.

    A refusal cuts the rate, each answer adds a little: a lot until the first cut, which shows where the limit is. Safe
    to share between threads.
    """

    def __init__(self, retry: Retry, clock: Callable[[], float] = time.monotonic) -> None:
        self._retry = retry
        self._clock = clock
        self._lock = threading.Lock()
        self._rate: float | None = None
        self._next = 0.0
        self._cut_at = float("-inf")
        self._since: float | None = None  # from the first request on: until then a client is made, which takes long
        self._answers = 0
        self._before = 0.0
        self._found = False

    @property
    def rate(self) -> float | None:
        """Requests a second, or None while there is no limit."""
        return self._rate

    def turn(self) -> float:
        """Take the next place in the line; the seconds to wait until then."""
        with self._lock:
            if self._rate is None:
                if self._since is None:
                    self._since = self._clock()
                return 0.0
            now = self._clock()
            place = max(now, self._next)
            self._next = place + 1 / self._rate
            return place - now

    def due(self) -> float:
        """Seconds until the next place in the line is free; takes none."""
        if self._rate is None:
            return 0.0
        return self._next - self._clock()

    def answered(self) -> None:
        """S3 answered, whatever it said."""
        with self._lock:
            self._answers += 1
            if self._rate is not None:
                self._rate += _GAIN if self._found else _FIRST_GAIN
                return
            now = self._clock()
            if self._since is None:
                self._since = now
            elif now - self._since >= _WINDOW:
                self._before = self._measured(now)
                self._since, self._answers = now, 0

    def refused(self) -> None:
        """S3 asked to slow down."""
        with self._lock:
            now = self._clock()
            if now - self._cut_at < self._retry.cut_interval:
                return
            measured = self._measured(now)
            if self._rate is None:
                rate = max(measured, self._before)
                self._found = self._answers + self._before >= _ENOUGH
                self._next = now
            else:
                # What was answered since the last cut is the better guess where the rate was far too high.
                rate = min(self._rate * _CUT, max(measured, self._rate * _DEEPEST_CUT))
                self._found = True
            self._rate = max(rate, self._retry.slowest_rate)
            self._cut_at = self._since = now
            self._answers = 0

    def _measured(self, now: float) -> float:
        since = now if self._since is None else self._since
        return self._answers / max(now - since, 0.1)
