"""The pool: bounds, jobs that come back, lanes that must not hold up one another, and how a run ends."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from drift.fetchers.s3_pool import LANES, Again, Lane, Pool

Work = Callable[[Any], Any]


class Runner:
    """A pool whose work returns a result, or ``Again``; what it raises is raised by ``run``."""

    def __init__(self, concurrency: int, work: Work) -> None:
        self.results: list[Any] = []
        self.error: BaseException | None = None
        self.done = threading.Event()
        self._do = work
        self.pool: Pool[Any] = Pool(concurrency, self._work, self._failed, self.done.set)

    def run(self, jobs: Iterable[Any], lane: Lane[Any] | None = None) -> list[Any]:
        lane = lane or Lane()
        return self.run_in((lane, job) for job in jobs)

    def run_in(self, jobs: Iterable[tuple[Lane[Any], Any]]) -> list[Any]:
        self.pool.submit(jobs)
        assert self.done.wait(10)
        if self.error is not None:
            raise self.error
        self.pool.end()
        return self.results

    def _work(self, job: Any, lane: Lane[Any]) -> Again[Any] | None:
        result = self._do(job)
        if isinstance(result, tuple) and result and result[0] == "again":
            return Again(result[1], lane, result[2])
        self.results.append(result)
        return None

    def _failed(self, error: BaseException) -> None:
        self.error = error
        self.done.set()


def test_every_job_is_done_once() -> None:
    assert sorted(Runner(4, lambda job: job).run(range(500))) == list(range(500))


def test_no_more_jobs_are_under_way_than_there_are_threads() -> None:
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

    Runner(3, work).run(range(12))

    assert most == 3


def test_a_job_that_is_not_finished_comes_back_as_it_was_left() -> None:
    def work(job: tuple[str, int]) -> Any:
        name, tries = job
        return f"{name}{tries}" if tries == 3 else ("again", (name, tries + 1), 0.0)

    assert sorted(Runner(2, work).run([("a", 0), ("b", 3), ("c", 1)])) == ["a3", "b3", "c3"]


def test_a_job_that_is_due_sooner_is_not_kept_waiting_by_one_that_is_due_later() -> None:
    first = threading.Event()

    def work(job: tuple[str, bool]) -> Any:
        name, again = job
        if name == "late" and not again:
            return "again", ("late", True), 0.2
        if name == "soon" and not again:
            return "again", ("soon", True), 0.01
        if name == "soon":
            first.set()
        else:
            assert first.is_set()
        return name

    assert Runner(2, work).run([("late", False), ("soon", False)]) == ["soon", "late"]


def test_while_many_jobs_wait_no_new_ones_are_begun() -> None:
    begun: list[int] = []

    def work(job: tuple[int, bool]) -> Any:
        number, again = job
        if not again:
            begun.append(number)
            return "again", (number, True), 0.01
        # Four wait at most, and each of the two threads may have begun one more in the meantime.
        assert len(begun) - number <= 6
        return number

    assert sorted(Runner(2, work).run([(number, False) for number in range(40)])) == list(range(40))


def test_an_error_ends_the_run_and_is_told_as_it_is() -> None:
    done: list[int] = []

    def work(job: int) -> int:
        if job == 3:
            raise LookupError("no such thing")
        done.append(job)
        return job

    with pytest.raises(LookupError, match="no such thing"):
        Runner(2, work).run(range(100_000))

    assert len(done) < 100_000


def test_a_pause_ends_with_the_run() -> None:
    woken = threading.Event()
    waiting = threading.Event()

    def work(job: int) -> int:
        if job == 0:
            waiting.set()
            runner.pool.pause(60)
            woken.set()
            return job
        waiting.wait(5)
        raise KeyboardInterrupt

    runner = Runner(2, work)
    with pytest.raises(KeyboardInterrupt):
        runner.run(range(2))

    assert woken.wait(5)


def test_few_jobs_start_few_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[str] = []
    start: Callable[[threading.Thread], None] = threading.Thread.start

    def note(thread: threading.Thread) -> None:
        started.append(thread.name)
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", note)

    Runner(16, lambda job: job).run(range(2))

    assert len(started) == 2


class Unproven(Lane[Any]):
    __slots__ = ()

    @property
    def suspect(self) -> bool:
        return True


def test_lanes_that_hang_leave_threads_to_those_that_answer() -> None:
    release = threading.Event()
    hanging = [Unproven() for _ in range(5)]
    working: Lane[Any] = Lane()
    answered: list[int] = []

    def work(job: tuple[str, int]) -> int:
        kind, number = job
        if kind == "hangs":
            assert release.wait(8)
        else:
            answered.append(number)
            if len(answered) == 200:
                release.set()  # the others are let go only when this lane is done
        return number

    jobs: list[tuple[Lane[Any], Any]] = [(lane, ("hangs", number)) for lane in hanging for number in range(3)]
    jobs += [(working, ("works", number)) for number in range(200)]

    assert len(Runner(8, work).run_in(jobs)) == 215


class Probing(Lane[Any]):
    __slots__ = ()

    @property
    def probing(self) -> bool:
        return True


def test_a_lane_that_is_probed_has_one_job_at_a_time() -> None:
    lock = threading.Lock()

    def work(job: int) -> int:
        assert lock.acquire(blocking=False)
        threading.Event().wait(0.001)  # gives other threads the chance to be there too
        lock.release()
        return job

    assert sorted(Runner(8, work).run(range(40), Probing())) == list(range(40))


class Paced(Lane[Any]):
    __slots__ = ("open",)

    def __init__(self) -> None:
        super().__init__()
        self.open = False

    def due(self) -> float:
        return 0.0 if self.open else 0.01


def test_a_lane_that_must_wait_for_its_turn_takes_no_thread_while_it_waits() -> None:
    slow, quick = Paced(), Lane[Any]()

    def work(job: int) -> int:
        if job == 99:
            slow.open = True
        return job

    results = Runner(1, work).run_in([(slow, 1000), *((quick, number) for number in range(100))])

    assert results[-1] == 1000


def test_of_several_lanes_each_gets_its_turn() -> None:
    lanes = [Lane[Any]() for _ in range(4)]

    results = Runner(1, lambda job: job).run_in(
        [(lane, (number, at)) for number, lane in enumerate(lanes) for at in range(5)]
    )

    # One thread: the first job may have been taken before the others stood in line.
    assert [number for number, _ in results[1:9]] != [0] * 8
    assert {number for number, _ in results[:8]} == {0, 1, 2, 3}


def test_more_lanes_than_are_worked_on_at_a_time_all_get_done() -> None:
    lanes = [Lane[Any]() for _ in range(3 * LANES)]

    results = Runner(4, lambda job: job).run_in(
        [(lane, (number, at)) for at in range(2) for number, lane in enumerate(lanes)]
    )

    assert sorted(results) == [(number, at) for number in range(len(lanes)) for at in range(2)]
    # A lane is finished before one beyond the limit is begun: its client would be made anew for each of its jobs.
    assert results.index((LANES - 1, 1)) < results.index((3 * LANES - 1, 0))


def test_lanes_that_wait_do_not_keep_those_beyond_the_limit_from_being_begun() -> None:
    slow = [Paced() for _ in range(2 * LANES)]
    quick = Lane[Any]()

    def work(job: int) -> int:
        if job < 0:
            for lane in slow:
                lane.open = True
        return job

    results = Runner(2, work).run_in([*((lane, number) for number, lane in enumerate(slow)), (quick, -1)])

    assert results[0] == -1
    assert len(results) == 2 * LANES + 1


def test_jobs_that_nobody_has_begun_can_be_taken_back() -> None:
    begun, release = threading.Event(), threading.Event()
    lanes = [Lane[Any]() for _ in range(3)]

    def work(job: int) -> int:
        begun.set()
        assert release.wait(5)
        return job

    runner = Runner(1, work)
    runner.pool.submit([(lane, number * 10 + at) for at in range(5) for number, lane in enumerate(lanes)])
    assert begun.wait(5)

    taken = runner.pool.take_back(lanes)
    release.set()

    assert runner.done.wait(5)
    assert len(taken) == 14
    assert sorted([*taken, *runner.results]) == [number * 10 + at for number in range(3) for at in range(5)]
    runner.done.clear()
    assert len(runner.run([100, 101], lanes[0])) == 3
