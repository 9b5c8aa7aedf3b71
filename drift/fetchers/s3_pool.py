"""A fixed number of threads over any number of jobs that stand in lanes, of which none can hold up the others.

Unlike ``concurrent.futures`` it makes no object for a job, takes jobs back for later, and never keeps the process from
ending: the threads are daemons, so that Ctrl-C ends a run at once and not after the slowest request.
"""

from __future__ import annotations

import heapq
import itertools
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

LANES = 64
"""Lanes that are worked on at a time, as long as they keep the threads busy: each has a client of its own."""

Job = TypeVar("Job")


class Lane(Generic[Job]):
    """Jobs with one fate: one account in one region. What it holds is the pool's alone, under the pool's lock.

    A subclass says how fast jobs may start (``due``, ``started``) and whether the lane has shown yet that it works
    (``suspect``): such lanes get few threads, so that dead ones do not take all of them. One that is ``probing`` gets
    one.
    """

    __slots__ = ("active", "admitted", "again", "busy", "fresh", "listed", "waiting")

    def __init__(self) -> None:
        self.fresh: deque[Job] = deque()
        self.again: deque[Job] = deque()
        self.busy = 0
        self.waiting = 0
        self.listed = False
        self.active = False
        self.admitted = False

    def due(self) -> float:
        """Seconds until the next job may start; 0 for now."""
        return 0.0

    def started(self) -> None:
        """A job starts."""

    @property
    def suspect(self) -> bool:
        """Whether it is open if this lane answers at all."""
        return False

    @property
    def probing(self) -> bool:
        """Whether one job at a time finds out if it answers again."""
        return False

    @property
    def closed(self) -> bool:
        """Whether its jobs end at once, without a request."""
        return False


@dataclass(frozen=True, slots=True)
class Again(Generic[Job]):
    """The job is not finished: take it up after so many seconds, in this lane."""

    job: Job
    lane: Lane[Job]
    after: float


class Pool(Generic[Job]):
    """Runs ``work`` on every job that is submitted, in several threads, until it returns None for it.

    What ``work`` raises ends the pool: ``failed`` is called with it once. ``idle`` is called when nothing is left to
    do. Both are called in one of the threads.
    """

    def __init__(
        self,
        concurrency: int,
        work: Callable[[Job, Lane[Job]], Again[Job] | None],
        failed: Callable[[BaseException], None],
        idle: Callable[[], None],
    ) -> None:
        self._concurrency = max(1, concurrency)
        self._work, self._failed, self._on_idle = work, failed, idle
        self._changed = threading.Condition()
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []
        self._ready: deque[Lane[Job]] = deque()
        self._held: deque[Lane[Job]] = deque()
        self._outside: deque[Lane[Job]] = deque()
        self._timed: list[tuple[float, int, Lane[Job], Job | None]] = []
        self._order = itertools.count()
        self._open = self._active = self._admitted = self._suspects = self._sleepers = 0
        self._watched: float | None = None

    @property
    def open(self) -> int:
        """How many jobs are not finished."""
        return self._open

    def submit(self, jobs: Iterable[tuple[Lane[Job], Job]]) -> None:
        """Take on jobs. Never waits."""
        with self._changed:
            for lane, job in jobs:
                lane.fresh.append(job)
                self._open += 1
                self._list(lane)
            new = min(self._concurrency, self._open) - len(self._threads)
            self._changed.notify()  # who takes a job wakes the next one, as long as there are any
        for _ in range(new):
            thread = threading.Thread(target=self._serve, name=f"s3-{len(self._threads)}", daemon=True)
            self._threads.append(thread)
            thread.start()

    def take_back(self, lanes: Iterable[Lane[Job]]) -> list[Job]:
        """The jobs of these lanes that nobody has begun; they are not open any more."""
        with self._changed:
            jobs: list[Job] = []
            for lane in lanes:
                jobs.extend(lane.fresh)
                lane.fresh.clear()
            self._open -= len(jobs)
            return jobs

    def pause(self, seconds: float) -> bool:
        """Wait inside ``work``; cut short when the pool ends. Whether it has ended."""
        return self._stop.wait(seconds)

    def end(self) -> None:
        """Start nothing more. Work that is under way goes on in the background; whatever comes of it is lost."""
        self._stop.set()
        with self._changed:
            self._changed.notify_all()

    def _serve(self) -> None:
        lane: Lane[Job] | None = None
        again: Again[Job] | None = None
        suspect = False
        while True:
            with self._changed:
                if lane is not None:
                    self._finish(lane, again, suspect)
                task = self._take()
                if task is None:
                    return
            lane, job, suspect = task
            try:
                again = self._work(job, lane)
            except BaseException as error:  # whatever it is, it belongs to the caller's thread
                self.end()
                self._failed(error)
                return

    def _finish(self, lane: Lane[Job], again: Again[Job] | None, suspect: bool) -> None:
        lane.busy -= 1
        if suspect:
            self._suspects -= 1
            self._ready.extend(self._held)
            self._held.clear()
        if again is not None:
            heapq.heappush(self._timed, (time.monotonic() + again.after, next(self._order), again.lane, again.job))
            again.lane.waiting += 1
            self._list(again.lane)
        else:
            self._open -= 1
            if not self._open:
                self._on_idle()
        self._list(lane)

    def _list(self, lane: Lane[Job]) -> None:
        """Put a lane in line for a thread, if it has anything to do and is not there yet; count the lanes in use."""
        if (lane.fresh or lane.again) and not lane.listed:
            lane.listed = True
            if not lane.admitted and self._admitted >= LANES:
                self._outside.append(lane)
                return
            self._admit(lane)
        active = lane.admitted and (lane.listed or lane.busy > 0 or lane.waiting > 0)
        self._active += active - lane.active
        lane.active = active
        if lane.admitted and not active:
            lane.admitted = False
            self._admitted -= 1
            if self._outside:
                self._admit_next()

    def _admit(self, lane: Lane[Job]) -> None:
        if not lane.admitted:
            lane.admitted = True
            self._admitted += 1
        self._ready.append(lane)

    def _admit_next(self) -> None:
        lane = self._outside.popleft()
        self._admit(lane)
        self._list(lane)

    def _take(self) -> tuple[Lane[Job], Job, bool] | None:
        """The next job, waiting for one that is due later; None at the end. Called with the lock held."""
        while not self._stop.is_set():
            now = time.monotonic()
            while self._timed and self._timed[0][0] <= now:
                _, _, lane, job = heapq.heappop(self._timed)
                if job is None:
                    self._ready.append(lane)
                else:
                    lane.waiting -= 1
                    lane.again.append(job)
                    self._list(lane)
            task = self._next()
            while task is None and self._outside:  # the lanes that are worked on leave threads idle
                self._admit_next()
                task = self._next()
            if task is not None:
                if self._sleepers and (self._ready or self._unwatched()):
                    self._changed.notify()
                return task
            self._sleep(now)
        return None

    def _unwatched(self) -> bool:
        """Whether something is due later for which no sleeping thread will wake up in time."""
        return bool(self._timed) and (self._watched is None or self._timed[0][0] < self._watched)

    def _sleep(self, now: float) -> None:
        """Wait for work. Only one thread watches the time: if all did, all would wake up for each job."""
        watch = self._timed[0][0] if self._unwatched() else None
        if watch is not None:
            self._watched = watch
        self._sleepers += 1
        self._changed.wait(None if watch is None else watch - now)
        self._sleepers -= 1
        if watch is not None and watch == self._watched:
            self._watched = None

    def _next(self) -> tuple[Lane[Job], Job, bool] | None:
        for _ in range(len(self._ready)):
            lane = self._ready.popleft()
            if not self._may_start(lane):
                continue
            lane.busy += 1
            lane.started()
            job = lane.again.popleft() if lane.again else lane.fresh.popleft()
            if lane.fresh or lane.again:
                self._ready.append(lane)
            else:
                lane.listed = False
            suspect = lane.suspect
            self._suspects += suspect
            return lane, job, suspect
        return None

    def _may_start(self, lane: Lane[Job]) -> bool:
        """Whether the lane's next job may start now; else it is taken out of the line until that may have changed."""
        if not lane.fresh and not lane.again:  # they were taken back
            lane.listed = False
            self._list(lane)
            return False
        if lane.closed:
            return True
        # So many waiting jobs mean that S3 refuses: new ones would only make the queue longer.
        crowded = not lane.again and lane.waiting >= 2 * self._concurrency
        if crowded or lane.busy >= self._share(lane):
            lane.listed = False  # looked at again when one of its jobs ends or comes back
            return False
        if lane.suspect and self._suspects >= max(1, self._concurrency // 2):
            self._held.append(lane)
            return False
        wait = lane.due()
        if wait > 0:
            heapq.heappush(self._timed, (time.monotonic() + wait, next(self._order), lane, None))
            return False
        return True

    def _share(self, lane: Lane[Job]) -> int:
        """How many threads the lane may have: all if it is alone, and fewer until it has shown that it answers."""
        if lane.probing:
            return 1
        if lane.suspect:
            return max(1, self._concurrency // (2 if self._active <= 1 else 4))
        if self._active <= 1:
            return self._concurrency
        return max(2, -(-self._concurrency // self._active))
