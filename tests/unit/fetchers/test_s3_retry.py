"""The pace at which requests leave, and how long is waited for the next attempt. Time is given, not spent."""

from __future__ import annotations

import itertools

import pytest

from drift.fetchers.s3_retry import Pace, Retry


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def admitted(rate: float, seconds: float, retry: Retry | None = None) -> tuple[int, int, Pace]:
    """How many requests an S3 that admits ``rate`` a second answers and refuses, if they leave at the pace's turn."""
    clock = Clock()
    pace = Pace(retry or Retry(), clock)
    tokens, answered, refused, start = 0.0, 0, 0, clock.now
    while clock.now < start + seconds:
        wait = max(pace.turn(), 0.001)
        clock.now += wait
        tokens = min(tokens + wait * rate, max(rate / 10, 1))
        if tokens >= 1:
            tokens -= 1
            answered += 1
            pace.answered()
        else:
            refused += 1
            pace.refused()
    return answered, refused, pace


def test_nothing_is_held_back_until_s3_refuses() -> None:
    pace = Pace(Retry(), Clock())

    for _ in range(1000):
        assert pace.turn() == 0.0
        pace.answered()

    assert pace.rate is None


@pytest.mark.parametrize("rate", [5, 40, 150, 400])
def test_the_pace_finds_what_s3_admits_and_wastes_little(rate: float) -> None:
    answered, refused, _ = admitted(rate, 60)

    assert answered >= 0.75 * rate * 60
    assert refused <= 0.35 * answered


def test_refusals_at_one_moment_count_once() -> None:
    clock = Clock()
    pace = Pace(Retry(), clock)
    for _ in range(200):
        clock.now += 0.01
        pace.answered()
    pace.refused()
    after_first = pace.rate

    for _ in range(50):
        pace.refused()
    assert pace.rate == after_first

    clock.now += 1
    pace.refused()
    assert after_first is not None
    assert pace.rate is not None
    assert pace.rate < after_first


@pytest.mark.parametrize(("answers", "after"), [(0, 40.0), (60, 60.0), (120, 99.2)])
def test_a_cut_goes_down_to_what_was_answered_but_never_far_at_once(answers: int, after: float) -> None:
    clock = Clock()
    pace = Pace(Retry(), clock)
    for _ in range(300):
        clock.now += 0.01
        pace.answered()
    pace.refused()  # a hundred a second were answered, and that is the limit now

    for _ in range(answers):
        pace.answered()
    clock.now += 1
    pace.refused()

    assert pace.rate == pytest.approx(after, rel=0.01)


def test_the_first_limit_is_what_was_answered_before() -> None:
    clock = Clock()
    pace = Pace(Retry(), clock)
    for _ in range(300):
        clock.now += 0.01
        pace.answered()

    pace.refused()

    assert pace.rate == pytest.approx(100, rel=0.05)


def test_the_pace_never_falls_below_the_slowest_rate() -> None:
    clock = Clock()
    pace = Pace(Retry(slowest_rate=3.0), clock)

    for _ in range(100):
        clock.now += 1
        pace.refused()

    assert pace.rate == 3.0


def test_turns_are_apart_by_the_rate() -> None:
    clock = Clock()
    pace = Pace(Retry(slowest_rate=4.0), clock)
    pace.refused()

    turns = [pace.turn() for _ in range(5)]

    assert [round(after - before, 6) for before, after in itertools.pairwise(turns)] == [0.25] * 4


def test_waits_double_up_to_the_longest_and_are_spread() -> None:
    retry = Retry(first_wait=0.5, longest_wait=4.0)

    for attempt, longest in ((1, 0.5), (2, 1.0), (3, 2.0), (4, 4.0), (9, 4.0), (400, 4.0)):
        waits = {retry.wait(attempt) for _ in range(20)}
        assert all(longest / 2 <= wait <= longest for wait in waits)
        assert len(waits) > 1
