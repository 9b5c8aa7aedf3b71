"""How much was read, in words and as an exit code."""

from __future__ import annotations

from dataclasses import replace

import pytest

from drift.coverage import Coverage
from drift.location import Diagnostic, Severity
from drift.snapshot import State
from tests.live_runs import a_bucket


def coverage(*states: State) -> Coverage:
    counted = Coverage()
    for number, state in enumerate(states):
        counted.add(a_bucket(f"b-{number}", state))
    return counted


def test_all_states_are_counted_in_one_line() -> None:
    assert list(coverage(*State, State.CONFIGURED).lines()) == [
        "9 buckets: 3 read (2 with rules, 1 without), 1 denied, 1 missing, 1 throttled, 1 unsupported, 1 not known, "
        "1 failed."
    ]
    (line,) = coverage(State.ABSENT).lines("shard 1/2, ")
    assert line == "1 bucket: shard 1/2, 1 read (0 with rules, 1 without)."
    assert list(coverage().lines()) == ["0 buckets: 0 read (0 with rules, 0 without)."]


def test_several_accounts_and_regions_are_told_one_by_one_those_with_gaps_first() -> None:
    counted = Coverage()
    counted.add(replace(a_bucket("a"), account="111111111111"))
    counted.add(replace(a_bucket("b", State.DENIED), account="222222222222", region="us-east-1"))
    counted.add(replace(a_bucket("c", State.ERROR), region=None))
    assert list(counted.lines()) == [
        "3 buckets: 1 read (1 with rules, 0 without), 1 denied, 1 failed.",
        "  222222222222 us-east-1  1: 0 read (0 with rules, 0 without), 1 denied",
        "  elsewhere               1: 0 read (0 with rules, 0 without), 1 failed",
        "  111111111111 eu-west-1  1: 1 read (1 with rules, 0 without)",
    ]


def test_of_very_many_accounts_only_some_are_told() -> None:
    counted = Coverage()
    for number in range(100):
        counted.add(replace(a_bucket("a", State.DENIED if number < 30 else State.ABSENT), account=f"{number:012}"))
    *_, last = lines = list(counted.lines())
    assert len(lines) == 22
    assert last == "  and 80 more, 10 of them not read in full"


@pytest.mark.parametrize(
    ("states", "code"),
    [
        ((State.CONFIGURED, State.ABSENT), 0),
        ((State.CONFIGURED, State.DENIED), 3),
        ((State.MISSING,), 3),
        ((State.UNSUPPORTED,), 3),
        ((), 4),
    ],
)
def test_the_exit_code_tells_whether_all_was_read(states: tuple[State, ...], code: int) -> None:
    warning = Diagnostic(Severity.WARNING, "a", "b")
    assert coverage(*states).exit_code((warning,)) == code
    assert coverage(*states).exit_code((replace(warning, severity=Severity.ERROR),)) == 2


@pytest.mark.parametrize("states", [(State.CONFIGURED,), ()])
@pytest.mark.parametrize("kind", ["account-denied", "account-unreachable", "listing-incomplete", "shards-missing"])
def test_buckets_that_did_not_even_come_up_make_it_incomplete(states: tuple[State, ...], kind: str) -> None:
    assert coverage(*states).exit_code((Diagnostic(Severity.WARNING, kind, "b"),)) == 3
