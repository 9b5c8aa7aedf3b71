"""The pool: order, bounds, jobs that come back, and how a run ends."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from drift.fetchers.s3_pool import Again, Pool


def test_results_stand_in_the_order_of_the_jobs_however_they_finish() -> None:
    pool: Pool[int, int] = Pool(4)
    gate = threading.Event()

    def work(job: int) -> int:
        if job == 0:
            gate.wait(5)  # the first job ends last
        if job == 40:
            gate.set()
        return job * 10

    assert pool.run(range(41), work) == [job * 10 for job in range(41)]


def test_no_more_jobs_are_under_way_than_there_are_threads() -> None:
    pool: Pool[int, int] = Pool(3)
    lock = threading.Lock()
    under_way, most = 0, 0
    together = threading.Barrier(3)

    def work(job: int) -> int:
        nonlocal under_way, most
        with lock:
            under_way += 1
            most = max(most, under_way)
        together.wait(5)
        with lock:
            under_way -= 1
        return job

    pool.run(range(12), work)

    assert most == 3


def test_a_job_that_is_not_finished_comes_back_as_it_was_left() -> None:
    pool: Pool[tuple[str, int], str] = Pool(2)

    def work(job: tuple[str, int]) -> str | Again[tuple[str, int]]:
        name, tries = job
        return f"{name}{tries}" if tries == 3 else Again((name, tries + 1), 0.0)

    assert pool.run([("a", 0), ("b", 3), ("c", 1)], work) == ["a3", "b3", "c3"]


def test_while_many_jobs_wait_no_new_ones_are_begun() -> None:
    pool: Pool[tuple[int, bool], int] = Pool(2)
    begun: list[int] = []

    def work(job: tuple[int, bool]) -> int | Again[tuple[int, bool]]:
        number, again = job
        if not again:
            begun.append(number)
            return Again((number, True), 0.01)
        # Four wait at most, and each of the two threads may have begun one more in the meantime.
        assert len(begun) - number <= 6
        return number

    assert pool.run([(number, False) for number in range(40)], work) == list(range(40))


def test_an_error_ends_the_run_and_is_raised_as_it_is() -> None:
    pool: Pool[int, int] = Pool(2)
    done: list[int] = []

    def work(job: int) -> int:
        if job == 3:
            raise LookupError("no such thing")
        done.append(job)
        return job

    with pytest.raises(LookupError, match="no such thing"):
        pool.run(range(100_000), work)

    assert len(done) < 100_000


def test_a_pause_ends_with_the_run() -> None:
    pool: Pool[int, int] = Pool(2)
    woken = threading.Event()
    waiting = threading.Event()

    def work(job: int) -> int:
        if job == 0:
            waiting.set()
            pool.pause(60)
            woken.set()
            return job
        waiting.wait(5)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        pool.run(range(2), work)

    assert woken.wait(5)


@pytest.mark.parametrize("jobs", [0, 1, 2, 7])
def test_progress_ends_with_all_jobs_done(jobs: int) -> None:
    told: list[tuple[int, int]] = []
    pool: Pool[int, int] = Pool(3)

    pool.run(range(jobs), lambda job: job, lambda done, total: told.append((done, total)))

    assert told == sorted(told)
    assert told[-1:] == ([(jobs, jobs)] if jobs else [])


def test_few_jobs_start_few_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[str] = []
    start: Callable[[threading.Thread], None] = threading.Thread.start

    def note(thread: threading.Thread) -> None:
        started.append(thread.name)
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", note)

    Pool[int, int](16).run(range(2), lambda job: job)

    assert len(started) == 2
