"""Who wrote the rules, looked up in CloudTrail's event history over real HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from drift.cors.model import BucketCors, CorsRule, Unknown
from drift.cors.verdict import Effect
from drift.fetchers.asking import Patience
from drift.fetchers.aws import Aws
from drift.fetchers.cloudtrail import Blame
from drift.history import Agreement, Change
from drift.settings import AccountAccess
from drift.snapshot import Bucket, State
from tests.live.config_server import ConfigServer, Fault, running
from tests.recorded import ACCOUNT, trail_record
from tests.rules import rule

LOOKUP = "LookupEvents"
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
NARROW = rule("GET", "https://a.example")
WIDE = rule("GET", "*")


class Clock:
    """Time that passes only by sleeping."""

    def __init__(self) -> None:
        self.at = 0.0
        self.slept: list[float] = []

    def now(self) -> float:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.at += seconds


@pytest.fixture
def trail(aws_environment: pytest.MonkeyPatch) -> Iterator[ConfigServer]:
    yield from running()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def blame(trail: ConfigServer, clock: Clock) -> Callable[..., Blame]:
    def make(accounts: tuple[AccountAccess, ...] = (), **more: Any) -> Blame:
        aws = Aws(region="eu-west-1", endpoint_url=trail.url, accounts=accounts)
        return Blame(aws, patience=Patience(sleep=clock.sleep), clock=clock.now, now=lambda: NOW, **more)

    return make


def live(name: str, *rules: CorsRule, account: str | None = ACCOUNT, region: str = "eu-west-1") -> Bucket:
    state = State.CONFIGURED if rules else State.ABSENT
    return Bucket(name, state, "s3", cors=BucketCors(rules) if rules else None, account=account, region=region)


def at(days: float) -> str:
    """So many days ago."""
    return (NOW - timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")


def test_each_change_is_found_with_who_made_it_and_what_it_meant(
    trail: ConfigServer, blame: Callable[..., Blame]
) -> None:
    trail.recorded.trail["eu-west-1"] = [
        trail_record("site", WIDE, at=at(1), number=3, agent="[S3Console/0.4, aws-internal/3]"),
        trail_record("site", NARROW, at=at(9), number=1),
        trail_record("other", WIDE, at=at(2), number=4),
        trail_record("site", at=at(5), number=2),
    ]
    histories, diagnostics = blame().histories([live("site", WIDE)])
    found = histories["site"]
    assert [(step.event.call.value, step.effect) for step in found.steps] == [
        ("PutBucketCors", None),
        ("DeleteBucketCors", Effect.NARROWER),
        ("PutBucketCors", Effect.WIDER),
    ]
    assert [step.event.wrote for step in found.steps] == [BucketCors((NARROW,)), None, BucketCors((WIDE,))]
    assert found.live is Agreement.SAME
    assert found.author is not None
    assert found.author.tool == "S3 console"
    assert found.since == NOW - timedelta(days=90)
    assert diagnostics == ()


def test_a_fleet_costs_two_look_ups_for_each_account_and_region_in_the_buckets_own_region(
    trail: ConfigServer, blame: Callable[..., Blame]
) -> None:
    for region in ("eu-west-1", "us-east-1"):
        trail.recorded.trail[region] = [
            trail_record(f"{region}-{number}", NARROW, at=at(1), number=number) for number in range(20)
        ]
    buckets = [live(f"{region}-{n}", NARROW, region=region) for n in range(20) for region in trail.recorded.trail]
    histories, _ = blame().histories(buckets)
    assert len(histories) == 40
    assert all(len(each.steps) == 1 for each in histories.values())
    assert sorted((each.region, each.parameters["LookupAttributes"][0]["AttributeValue"]) for each in trail.asked) == [
        ("eu-west-1", "DeleteBucketCors"),
        ("eu-west-1", "PutBucketCors"),
        ("us-east-1", "DeleteBucketCors"),
        ("us-east-1", "PutBucketCors"),
    ]


def test_no_more_than_two_requests_leave_in_a_second(
    trail: ConfigServer, blame: Callable[..., Blame], clock: Clock
) -> None:
    trail.recorded.trail["eu-west-1"] = [trail_record("site", NARROW, at=at(1), number=number) for number in range(500)]
    blame().histories([live("site", NARROW)])
    assert trail.counts[LOOKUP] == 11
    assert clock.slept == [0.5] * 10


def test_refusals_for_being_too_fast_are_waited_out(
    trail: ConfigServer, blame: Callable[..., Blame], clock: Clock
) -> None:
    trail.recorded.trail["eu-west-1"] = [trail_record("site", NARROW, at=at(1))]
    trail.recorded.faults[LOOKUP] = [Fault("ThrottlingException")] * 3
    histories, diagnostics = blame().histories([live("site", NARROW)])
    assert len(histories["site"].steps) == 1
    assert diagnostics == ()
    assert sum(clock.slept) > 3


def test_the_same_event_counts_once_and_refused_attempts_are_only_counted(
    trail: ConfigServer, blame: Callable[..., Blame]
) -> None:
    trail.recorded.trail["eu-west-1"] = [
        trail_record("site", NARROW, at=at(3), number=1),
        trail_record("site", NARROW, at=at(3), number=1),
        trail_record("site", WIDE, at=at(2), number=2, errorCode="AccessDenied", errorMessage="no"),
    ]
    found = blame().histories([live("site", NARROW)])[0]["site"]
    assert len(found.steps) == 1
    assert found.failed == 1
    assert found.live is Agreement.SAME


def test_what_is_too_much_is_left_at_a_bound_that_is_told(trail: ConfigServer, blame: Callable[..., Blame]) -> None:
    busy = [trail_record("busy", NARROW, at=at(day / 10), number=day) for day in range(1, 400)]
    quiet = [trail_record(name, WIDE, at=at(50), number=900) for name in ("q-1", "q-2", "q-3")]
    trail.recorded.trail["eu-west-1"] = [*busy, *quiet]
    names = ("q-1", "q-2", "q-3")
    histories, diagnostics = blame(max_pages=4).histories([live(name, WIDE) for name in names])
    assert all(histories[name].steps == () for name in names)
    assert histories["q-1"].since == NOW - timedelta(days=20)
    [note] = diagnostics
    assert (note.id, note.severity.value) == ("blame-bounded", "info")
    assert "2026-11-02 12:00Z" in note.message
    assert trail.counts[LOOKUP] == 5


def test_one_or_two_buckets_beyond_the_bound_are_looked_up_by_name(
    trail: ConfigServer, blame: Callable[..., Blame]
) -> None:
    busy = [trail_record("busy", NARROW, at=at(day / 10), number=day) for day in range(1, 400)]
    trail.recorded.trail["eu-west-1"] = [*busy, trail_record("quiet", WIDE, at=at(50), number=900)]
    histories, diagnostics = blame(max_pages=4).histories([live("quiet", WIDE)])
    assert histories["quiet"].live is Agreement.SAME
    assert histories["quiet"].since == NOW - timedelta(days=90)
    assert diagnostics == ()


def test_events_from_before_the_bound_of_the_other_call_are_left_out(
    trail: ConfigServer, blame: Callable[..., Blame]
) -> None:
    """Between a deletion and the first write at hand there may be others: what that write changed is not known."""
    writes = [trail_record("busy", NARROW, at=at(day / 10), number=day) for day in range(1, 400)]
    trail.recorded.trail["eu-west-1"] = [*writes, trail_record("busy", at=at(60), number=900)]
    found = blame(max_pages=2).histories([live("busy", NARROW)])[0]["busy"]
    assert found.steps[0].change is Change.FIRST
    assert len(found.steps) == 100


def test_a_denied_account_and_region_is_one_diagnostic_and_the_others_go_on(
    trail: ConfigServer, blame: Callable[..., Blame]
) -> None:
    trail.recorded.always[LOOKUP, "us-east-1"] = Fault("AccessDeniedException")
    trail.recorded.trail["eu-west-1"] = [trail_record("fine", NARROW, at=at(1))]
    buckets = [live("fine", NARROW), live("d-1", NARROW, region="us-east-1"), live("d-2", NARROW, region="us-east-1")]
    histories, diagnostics = blame().histories(buckets)
    [denied] = diagnostics
    assert denied.id == "blame-failed"
    assert "account 111111111111, us-east-1" in denied.message
    assert "cloudtrail:LookupEvents" in (denied.help or "")
    assert histories["fine"].steps
    assert histories["d-1"].steps == ()
    assert histories["d-1"].unclear is not None
    assert histories["d-1"].since is None


def test_buckets_of_another_account_are_not_looked_up_with_these_credentials(
    trail: ConfigServer, blame: Callable[..., Blame]
) -> None:
    _, [told] = blame().histories([live("theirs", NARROW, account="222222222222")])
    assert "in account 222222222222, these credentials are of 111111111111" in told.message
    assert trail.counts[LOOKUP] == 0


def test_an_account_that_is_given_is_asked_with_its_own_credentials(
    trail: ConfigServer, blame: Callable[..., Blame]
) -> None:
    trail.recorded.trail["eu-west-1"] = [trail_record("theirs", NARROW, at=at(1))]
    access = AccountAccess("222222222222", role="reader")
    histories, diagnostics = blame((access,)).histories([live("theirs", NARROW, account="222222222222")])
    assert diagnostics == ()
    assert len(histories["theirs"].steps) == 1
    assert {each.key for each in trail.asked} == {"ASIA222222222222"}


def test_a_record_that_is_cut_off_shows_who_but_not_which_rules(
    trail: ConfigServer, blame: Callable[..., Blame]
) -> None:
    record = trail_record("site", NARROW, at=at(1), number=1)
    trail.recorded.trail["eu-west-1"] = [record]
    trail.recorded.texts[record["eventID"]] = '{"userIdentity": {"type": "IAMUser"'
    found = blame().histories([live("site", NARROW)])[0]["site"]
    [step] = found.steps
    assert step.change is Change.UNKNOWN
    assert isinstance(step.event.wrote, Unknown)
    assert step.event.who == "build-17"
    assert found.live is Agreement.UNKNOWN


def test_nothing_recorded_is_told_as_such(trail: ConfigServer, blame: Callable[..., Blame]) -> None:
    found = blame().histories([live("site", NARROW)])[0]["site"]
    assert (found.live, found.steps, found.unclear) == (Agreement.NO_EVENT, (), None)


def test_nothing_is_asked_where_nothing_has_drifted(trail: ConfigServer, blame: Callable[..., Blame]) -> None:
    assert blame().histories([]) == ({}, ())
    assert trail.asked == []


def test_pages_that_go_round_in_circles_are_one_diagnostic(trail: ConfigServer, blame: Callable[..., Blame]) -> None:
    trail.recorded.trail["eu-west-1"] = [trail_record("site", NARROW, at=at(1))]
    trail.recorded.loops = True
    histories, [told] = blame().histories([live("site", NARROW)])
    assert "same page was offered twice" in told.message
    assert histories["site"].unclear is not None


def test_when_the_time_is_up_what_was_not_read_to_the_end_is_not_told_at_all(
    trail: ConfigServer, blame: Callable[..., Blame]
) -> None:
    trail.recorded.trail["eu-west-1"] = [trail_record("site", NARROW, at=at(1), number=number) for number in range(500)]
    histories, [told] = blame(seconds=2.0).histories([live("site", NARROW)])
    assert "the time for looking up changes was over" in told.message
    assert histories["site"].steps == ()
    assert trail.counts[LOOKUP] == 4


def test_a_denial_halfway_tells_nothing_of_what_was_found_before(
    trail: ConfigServer, blame: Callable[..., Blame]
) -> None:
    trail.recorded.trail["eu-west-1"] = [trail_record("site", NARROW, at=at(1), number=number) for number in range(100)]
    made = blame()
    trail.recorded.faults[LOOKUP] = []
    original = trail.answer

    def deny_later(operation: str, asked: Any) -> tuple[int, str]:
        if trail.counts[LOOKUP] == 2:
            trail.recorded.faults[LOOKUP] = [Fault("AccessDeniedException")]
        return original(operation, asked)

    trail.answer = deny_later  # type: ignore[method-assign]
    histories, [told] = made.histories([live("site", NARROW)])
    assert told.id == "blame-failed"
    assert histories["site"].live is Agreement.NO_EVENT
    assert histories["site"].unclear is not None


def test_a_deletion_and_a_write_at_the_same_second_are_a_replacement(
    trail: ConfigServer, blame: Callable[..., Blame]
) -> None:
    both = [trail_record("site", NARROW, at=at(1), number=1), trail_record("site", at=at(1), number=2)]
    trail.recorded.trail["eu-west-1"] = both
    found = blame().histories([live("site", NARROW)])[0]["site"]
    assert [step.event.call.value for step in found.steps] == ["DeleteBucketCors", "PutBucketCors"]
    assert found.live is Agreement.SAME
