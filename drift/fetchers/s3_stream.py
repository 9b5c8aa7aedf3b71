"""Results in the order of the input, with few buckets held at a time, whoever reads them and in whatever order."""

from __future__ import annotations

import operator
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

from drift.errors import CorsDriftError, EndpointError
from drift.fetchers import s3_faults as faults
from drift.fetchers.s3_inbox import Found, Inbox
from drift.fetchers.s3_lane import NO_ENDPOINT
from drift.fetchers.s3_outcome import Fault, Outcome
from drift.fetchers.s3_rule_sets import HELD, size_of
from drift.interfaces import Wanted
from drift.location import Diagnostic, Severity
from drift.snapshot import State

WINDOW = 16_384
"""Buckets that are begun and not handed on. The more, the less does a slow account keep others waiting behind it."""

_OPEN = 2048
"""Buckets that are begun and not finished, from which on the input is drawn from only now and then: it may be a listing
whose pages take long, and meanwhile nothing is handed on.
"""

_NOW_AND_THEN = 0.5
"""Seconds between two draws where there is enough to do, so that what stands behind a slow account is come to too."""

_DRAWN = 256
"""Buckets that are drawn from the input at a time."""

_PATIENCE = 0.1
"""Seconds that what was drawn waits for what comes next, which may be a page that is long in coming, or never comes."""

_RECENT = 256
"""Buckets over which the usual size of their rules is reckoned."""

_POLL = 0.05
"""Seconds between two looks at what was found. Waking the caller for each bucket would cost as much as reading it."""


class Reading(Protocol):
    """What reads: the threads of this process, or other processes."""

    def submit(self, wanted: Iterable[tuple[int, Wanted]]) -> None:
        """Take on buckets; what comes of them goes into the inbox. Called by one thread at a time."""
        ...

    def tick(self) -> None:
        """Called often from the thread of the caller."""
        ...

    def stop(self) -> None:
        """Ask for nothing more; whatever comes of what is under way is lost. Does not wait for requests."""
        ...


class Stream:
    """One pass over an input. For one use; all in the thread of whoever draws from it.

    No more is begun while the rules that wait to be handed on, with what is yet to come of the buckets that are begun,
    take ``HELD`` bytes.

    Unless it is ``ordered``, each bucket comes as soon as it is known. ``deadline`` is on the monotonic clock,
    ``allowed`` the seconds that it was set to. ``endpoint`` says where requests go, for an error that ends the run.
    """

    def __init__(
        self,
        reading: Reading,
        inbox: Inbox,
        endpoint: Callable[[], str],
        *,
        window: int = WINDOW,
        ordered: bool = True,
        deadline: float | None = None,
        allowed: float = 0.0,
        progress: Callable[[int, int], None] | None = None,
    ) -> None:
        self._reading, self._inbox, self._endpoint = reading, inbox, endpoint
        self._window, self._ordered = max(1, window), ordered
        self._deadline, self._allowed = deadline, allowed
        self._progress = progress
        self._told = 0
        self._started: dict[int, Wanted] = {}
        self._finished: dict[int, tuple[Found, int]] = {}
        self._size = 0
        self._usual = 0.0
        self._drawn = self._next = self._done = self._late = self._hint = 0
        self._drawn_at = 0.0
        self._over = self._exhausted = False
        self._input_error: BaseException | None = None
        self._lost: Outcome | None = None
        self._answered = False
        self._beginning = threading.Lock()

    @property
    def late(self) -> Diagnostic | None:
        """What is to be said of buckets that were not read in time."""
        if not self._late:
            return None
        buckets = "1 bucket was" if self._late == 1 else f"{self._late} buckets were"
        return Diagnostic(
            Severity.WARNING,
            "deadline",
            f"the deadline of {self._allowed:g} seconds has passed: {buckets} not read",
            help="allow more time with --deadline, or read in parts with --shard",
        )

    def run(self, wanted: Iterable[Wanted]) -> Iterator[Found]:
        """What came of each. Raises ``CredentialsError`` or ``EndpointError`` if no bucket could be read, and
        whatever the input raises, after what was drawn before.
        """
        self._hint = operator.length_hint(wanted)
        source = iter(wanted)
        try:
            while True:
                self._collect()
                yield from self._ready()
                if self._exhausted and not self._started and (self._held() or not self._finished):
                    break
                if self._may_draw():
                    self._draw(source)
                else:
                    self._wait()
        finally:
            self._reading.stop()
        if self._lost is not None and not self._answered:
            raise self._fatal(self._lost)
        if self._input_error is not None:
            raise self._input_error

    def _may_draw(self) -> bool:
        if self._exhausted or len(self._started) + len(self._finished) >= self._window:
            return False
        if self._size + self._usual * len(self._started) >= HELD:
            return False
        return len(self._started) < _OPEN or time.monotonic() - self._drawn_at > _NOW_AND_THEN

    def _draw(self, source: Iterator[Wanted]) -> None:
        room = min(_DRAWN, self._window - len(self._started) - len(self._finished))
        batch: list[tuple[int, Wanted]] = []
        drawn = threading.Event()
        if not self._hint:  # what knows its length needs no time to come
            threading.Thread(target=self._begin_early, args=(batch, drawn), name="s3-early", daemon=True).start()
        try:
            for _ in range(room):
                each = next(source)
                with self._beginning:
                    batch.append((self._drawn, each))
                    self._drawn += 1
        except StopIteration:
            self._exhausted = True
        except Exception as error:
            self._exhausted, self._input_error = True, error
        finally:
            drawn.set()
        self._drawn_at = time.monotonic()
        if self._over:
            self._give_up(batch)
        else:
            self._begin(batch)

    def _begin(self, batch: list[tuple[int, Wanted]]) -> None:
        with self._beginning:
            if batch:
                self._started.update(batch)
                self._reading.submit(batch)
                batch.clear()

    def _begin_early(self, batch: list[tuple[int, Wanted]], drawn: threading.Event) -> None:
        """In a thread of its own: what was drawn does not wait for the rest of the batch."""
        try:
            while not drawn.wait(_PATIENCE):
                if not self._over:
                    self._begin(batch)
        except BaseException as error:  # whatever it is, it belongs to the caller's thread
            self._inbox.fail(error)

    def _wait(self) -> None:
        left = _POLL if self._deadline is None or self._over else min(_POLL, self._deadline - time.monotonic())
        if left > 0:
            self._inbox.bell.wait(left)
        self._inbox.bell.clear()

    def _collect(self) -> None:
        """Take in what was found, and see to the time."""
        self._reading.tick()
        if self._inbox.failure is not None:
            raise self._inbox.failure
        found = self._inbox.found
        for _ in range(len(found)):
            each = found.popleft()
            if self._started.pop(each.index, None) is not None:
                self._take(each)
        if self._deadline is not None and not self._over and time.monotonic() >= self._deadline:
            self._over = True
            self._reading.stop()
            left, self._started = self._started, {}
            self._give_up(left.items())
        if self._progress is not None and self._done != self._told:
            self._told = self._done
            self._progress(self._done, max(self._hint, self._drawn))

    def _take(self, found: Found) -> None:
        size = size_of(found.outcome.cors)
        self._size += size
        self._usual += (size - self._usual) / _RECENT
        self._finished[found.index] = found, size
        self._done += 1
        if found.region is not None and not self._answered:
            if found.outcome.answered:
                self._answered = True
            elif self._lost is None:
                self._lost = found.outcome

    def _give_up(self, wanted: Iterable[tuple[int, Wanted]]) -> None:
        reason = f"not read: the deadline of {self._allowed:g} seconds had passed"
        for index, each in wanted:
            self._late += 1
            self._take(Found(index, each, Outcome(State.ERROR, reason)))

    def _ready(self) -> Iterator[Found]:
        """What can be handed on. While nothing was answered, it is held back: the run may end with an error."""
        full = len(self._finished) >= self._window
        if self._held() and not (full or self._over):
            return
        while self._finished and not self._ordered:
            yield self._pop(next(iter(self._finished)))
        while self._next in self._finished:
            self._next += 1
            yield self._pop(self._next - 1)

    def _pop(self, index: int) -> Found:
        found, size = self._finished.pop(index)
        self._size -= size
        return found

    def _held(self) -> bool:
        """Whether there were only faults so far that are no bucket's own."""
        return self._lost is not None and not self._answered

    def _fatal(self, lost: Outcome) -> CorsDriftError:
        """The one fault behind all outcomes."""
        if lost.fault is Fault.CREDENTIALS:
            return faults.refused(lost.reason or "")
        if lost.fault is Fault.NO_ENDPOINT:
            return EndpointError(lost.reason or "", advice=NO_ENDPOINT)
        return faults.unreachable(lost.reason or "", self._endpoint())
