"""A lane that has answered and does not any more: how long it is waited for, and what reopens what was closed."""

from __future__ import annotations

import pytest

from drift.fetchers.s3_lane import DENIED_FIRST, MAX_IN_A_ROW, Account, RegionLane
from drift.fetchers.s3_outage import Outage
from drift.fetchers.s3_outcome import Fault, Outcome
from drift.fetchers.s3_retry import Pace, Retry
from drift.snapshot import State


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


TOLD = Outcome(State.ABSENT)
DENIED = Outcome(State.DENIED, "denied", fault=Fault.DENIED)
UNREACHABLE = Outcome(State.ERROR, "S3 cannot be reached", fault=Fault.UNREACHABLE)
UNSUPPORTED = Outcome(State.UNSUPPORTED, "501", fault=Fault.UNSUPPORTED)


def lane(retry: Retry | None = None) -> RegionLane:
    retry = retry or Retry()
    return RegionLane(Account(None, None), "us-east-1", Pace(retry), retry)


@pytest.mark.parametrize("takes", [0.0, 5.0, 15.0])
def test_an_outage_is_waited_for_half_a_minute_with_few_probes(takes: float) -> None:
    clock = Clock()
    outage = Outage(Retry(), clock)
    probes, waits = 0, []
    assert not outage.failed()
    while True:
        waits.append(outage.due())
        clock.now += outage.due() + takes
        assert outage.due() == 0.0
        probes += 1
        if outage.failed():
            break

    assert 30 <= clock.now - 1000 <= 60
    assert probes <= 8
    assert waits == sorted(waits)
    assert waits[0] == 0.5


def test_after_an_answer_an_outage_begins_anew_and_older_requests_say_nothing() -> None:
    clock = Clock()
    outage = Outage(Retry(), clock)
    outage.failed()
    outage.failed()
    assert not outage.counts(clock.now)

    outage.over()

    assert (outage.on, outage.due()) == (False, 0.0)
    assert outage.counts(clock.now)
    assert not outage.counts(clock.now - 0.001)
    outage.failed()
    assert outage.due() == 0.5


def test_requests_that_left_together_are_one_fault_of_a_lane_that_has_answered() -> None:
    one = lane(Retry(first_wait=0.0, longest_wait=0.0))
    one.note(TOLD, 0.0)

    closures = [one.note(UNREACHABLE, 0.0) for _ in range(500)]

    assert closures == [None] * 500
    assert one.probing
    one.note(TOLD, 0.0)
    assert not one.probing


def test_a_lane_that_never_answered_is_closed_at_once() -> None:
    one = lane()

    closures = [one.note(UNREACHABLE, 0.0) for _ in range(MAX_IN_A_ROW[Fault.UNREACHABLE])]

    assert closures[-1] is not None
    assert closures[-1].early
    assert not one.probing


@pytest.mark.parametrize(
    ("outcome", "times"),
    [
        (DENIED, DENIED_FIRST),
        (UNSUPPORTED, MAX_IN_A_ROW[Fault.UNSUPPORTED]),
        (UNREACHABLE, MAX_IN_A_ROW[Fault.UNREACHABLE]),
    ],
    ids=["denied", "unsupported", "unreachable"],
)
def test_what_was_closed_for_want_of_any_answer_is_open_again_when_another_process_was_told_something(
    outcome: Outcome, times: int
) -> None:
    one = lane()
    closure = [one.note(outcome, 0.0) for _ in range(times)][-1]
    assert closure is not None
    assert closure.early

    one.told_open()

    assert one.outcome is None
    if outcome is not UNREACHABLE:
        assert [one.note(outcome, 0.0) for _ in range(2 * times)] == [None] * (2 * times)
