"""A fixed number of threads over any number of jobs, with results in the order of the jobs.

Unlike ``concurrent.futures`` it makes no object for a job before its turn, takes jobs back for later, and never keeps
the process from ending: the threads are daemons, so that Ctrl-C ends a run at once and not after the slowest request.
"""

from __future__ import annotations

import heapq
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

Job = TypeVar("Job")
Result = TypeVar("Result")

_POLL = 0.1
"""Seconds between two looks at the progress. The waiting is never longer, so that Ctrl-C is heard on every platform."""


@dataclass(frozen=True, slots=True)
class Again(Generic[Job]):
    """The job is not finished: take it up, as ``job``, after so many seconds."""

    job: Job
    after: float


class Pool(Generic[Job, Result]):
    """Runs ``work`` on every job once and gathers what it returns. For one use.

    ``work`` is called in several threads. What it raises ends the run and is raised by ``run``.
    """

    def __init__(self, concurrency: int) -> None:
        self._concurrency = max(1, concurrency)
        self._changed = threading.Condition()
        self._stop = threading.Event()
        self._settled = threading.Event()
        self._later: list[tuple[float, int, Job]] = []
        self._results: dict[int, Result] = {}
        self._failure: BaseException | None = None
        self._started = 0

    def pause(self, seconds: float) -> None:
        """Wait inside ``work``; cut short when the run ends."""
        if seconds > 0:
            self._stop.wait(seconds)

    def run(
        self,
        jobs: Sequence[Job],
        work: Callable[[Job], Result | Again[Job]],
        progress: Callable[[int, int], None] | None = None,
    ) -> list[Result]:
        """The results in the order of the jobs. ``progress`` is called here, in the caller's thread."""
        threads = [
            threading.Thread(target=self._serve, args=(jobs, work), name=f"s3-{number}", daemon=True)
            for number in range(min(self._concurrency, len(jobs)))
        ]
        try:
            for thread in threads:
                thread.start()
            self._watch(len(jobs), progress)
        finally:
            self._end()
        for thread in threads:
            thread.join()
        return [self._results[index] for index in range(len(jobs))]

    def _watch(self, total: int, progress: Callable[[int, int], None] | None) -> None:
        told = 0
        while told < total:
            self._settled.wait(_POLL)
            if self._failure is not None:
                raise self._failure
            done = len(self._results)
            if progress is not None and done != told:
                progress(done, total)
            told = done

    def _end(self) -> None:
        self._stop.set()
        with self._changed:
            self._changed.notify_all()

    def _serve(self, jobs: Sequence[Job], work: Callable[[Job], Result | Again[Job]]) -> None:
        while (task := self._take(jobs)) is not None:
            index, job = task
            try:
                result = work(job)
            except BaseException as error:  # whatever it is, it belongs to the caller's thread
                self._failure = self._failure or error
                self._settled.set()
                return
            with self._changed:
                if isinstance(result, Again):
                    heapq.heappush(self._later, (time.monotonic() + result.after, index, result.job))
                    self._changed.notify()
                else:
                    self._results[index] = result
                    if len(self._results) == len(jobs):
                        self._changed.notify_all()
                        self._settled.set()

    def _take(self, jobs: Sequence[Job]) -> tuple[int, Job] | None:
        """The next job, waiting for one that is due later; None at the end."""
        with self._changed:
            while not self._stop.is_set() and len(self._results) < len(jobs):
                now = time.monotonic()
                if self._later and self._later[0][0] <= now:
                    _, index, job = heapq.heappop(self._later)
                    return index, job
                # So many waiting jobs mean that S3 refuses: new ones would only make the queue longer.
                if self._started < len(jobs) and len(self._later) < 2 * self._concurrency:
                    self._started += 1
                    return self._started - 1, jobs[self._started - 1]
                self._changed.wait(self._later[0][0] - now if self._later else None)
            return None
