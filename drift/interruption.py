"""Ctrl-C, SIGTERM and SIGHUP in a run whose results are worth keeping: reading stops at once, writing never halfway."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

_SIGNALS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
"""Windows has no SIGHUP."""


class Interrupted(BaseException):
    """A signal has come while something was read."""


class Stop:
    """Whether a signal has come. It is raised as ``Interrupted`` only while ``reading`` is true; at any other time it
    is noted, for who looks at ``signal`` between two steps. A second one ends the process at once.

    ``last_words`` is called before that: the place to close a document that was begun.
    """

    def __init__(self) -> None:
        self.signal: int | None = None
        self.reading = False
        self.last_words: Callable[[], None] | None = None

    @property
    def exit_code(self) -> int:
        """130 for Ctrl-C, 143 for SIGTERM, 129 for SIGHUP, as shells count."""
        return 128 + (self.signal or 0)

    def came(self, number: int, _frame: FrameType | None = None) -> None:
        """What the handler of the signals does."""
        if self.signal is not None:
            self._end(number)
        self.signal = number
        if self.reading:
            self.reading = False
            raise Interrupted

    def check(self) -> None:
        """Raise ``Interrupted`` if a signal has come."""
        if self.signal is not None:
            self.reading = False
            raise Interrupted

    def _end(self, number: int) -> None:
        try:
            if self.last_words is not None:
                self.last_words()
            if sys.stderr.isatty():
                os.write(sys.stderr.fileno(), b"\r\x1b[2K\x1b[?25h")  # a progress bar hides the cursor
        finally:
            os._exit(128 + number)


@contextmanager
def stopping() -> Iterator[Stop]:
    """Handles these signals while the context lasts. A signal that is ignored (nohup, a background job) stays so;
    outside the main thread nothing can be handled, and nothing is.
    """
    stop = Stop()
    before = {}
    if threading.current_thread() is threading.main_thread():
        for number in _SIGNALS:
            if signal.getsignal(number) is not signal.SIG_IGN:
                before[number] = signal.signal(number, stop.came)
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, signal.SIG_DFL if handler is None else handler)
