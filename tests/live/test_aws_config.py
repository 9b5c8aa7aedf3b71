"""An AWS Config aggregator as the live side, over real HTTP, with answers in the shapes of the service model."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from drift.cors.model import BucketCors, CorsRule
from drift.errors import CorsDriftError, CredentialsError, EndpointError, UsageError
from drift.fetchers.asking import Patience
from drift.fetchers.aws import Aws
from drift.fetchers.aws_config import ConfigFetcher, needs_live_read
from drift.fetchers.aws_config_query import MAX_EXPRESSION
from drift.interfaces import Fetcher, Wanted
from drift.snapshot import Bucket, State
from tests.live.config_server import AGGREGATOR, ConfigServer, Fault, running
from tests.recorded import config_row
from tests.rules import rule

SELECT = "SelectAggregateResourceConfig"
SOURCES = "DescribeConfigurationAggregatorSourcesStatus"
THROTTLED = Fault("ThrottlingException")
RULE = rule("GET PUT", "https://a.example", "*", "ETag", max_age_seconds=3000)

MakeFetcher = Callable[..., ConfigFetcher]


@pytest.fixture
def config(aws_environment: pytest.MonkeyPatch) -> Iterator[ConfigServer]:
    yield from running()


@pytest.fixture
def slept() -> list[float]:
    return []


@pytest.fixture
def make(config: ConfigServer, slept: list[float]) -> MakeFetcher:
    def fetcher(aggregator: str = AGGREGATOR, region: str = "us-east-1", **more: Any) -> ConfigFetcher:
        aws = Aws(region=region, endpoint_url=config.url)
        return ConfigFetcher(aws, aggregator, patience=Patience(sleep=slept.append), **more)

    return fetcher


def names(*several: str) -> list[Wanted]:
    return [Wanted(each) for each in several]


def source(account: str, region: str | None, status: str, **more: Any) -> dict[str, Any]:
    found = {"SourceId": account, "SourceType": "ACCOUNT", "LastUpdateStatus": status, **more}
    return found | ({"AwsRegion": region} if region else {})


def told(fetcher: ConfigFetcher, kind: str) -> list[str]:
    return [each.message for each in fetcher.diagnostics if each.id == kind]


def test_recorded_rules_come_with_account_region_and_the_time_of_the_record(
    config: ConfigServer, make: MakeFetcher
) -> None:
    config.recorded.rows = [config_row("site", RULE, account="222222222222", region="ap-south-1")]
    fetcher: Fetcher = make()
    [found] = fetcher.fetch(names("site")).buckets
    assert found.state is State.CONFIGURED
    assert found.cors == BucketCors((RULE,))
    assert (found.account, found.region, found.source) == ("222222222222", "ap-south-1", "aws-config")
    assert found.as_of == datetime(2026, 11, 20, 12, tzinfo=UTC)
    assert found.writes_max_age_zero
    assert not needs_live_read(found)


def test_a_record_without_rules_is_a_bucket_without_rules(config: ConfigServer, make: MakeFetcher) -> None:
    config.recorded.rows = [config_row("plain")]
    [found] = make().fetch(names("plain")).buckets
    assert (found.state, found.cors, found.reason) == (State.ABSENT, None, None)


def test_a_bucket_without_a_record_is_unknown_and_told_once_with_a_count(
    config: ConfigServer, make: MakeFetcher
) -> None:
    config.recorded.rows = [config_row("known", RULE)]
    fetcher = make()
    buckets = fetcher.fetch(names("a-1", "known", "a-2", "a-3", "a-4")).buckets
    assert [each.state for each in buckets] == [State.UNKNOWN, State.CONFIGURED, *[State.UNKNOWN] * 3]
    assert "not compared" in (buckets[0].reason or "")
    assert needs_live_read(buckets[0])
    [message] = told(fetcher, "config-no-record")
    assert "4 buckets" in message
    assert "a-1; a-2; a-3 and 1 more" in message


def test_few_buckets_are_asked_for_by_name_and_others_are_left_alone(config: ConfigServer, make: MakeFetcher) -> None:
    config.recorded.rows = [config_row(f"b-{number}", RULE) for number in range(500)]
    buckets = make().fetch(names("b-3", "b-7")).buckets
    assert [each.name for each in buckets] == ["b-3", "b-7"]
    [asked] = config.of(SELECT)
    assert asked.parameters["Expression"].endswith("resourceId IN ('b-3','b-7')")


def test_many_names_are_asked_for_in_lots_that_fit_and_answered_in_order(
    config: ConfigServer, make: MakeFetcher
) -> None:
    wanted = [f"bucket-{number:05d}-{'x' * (number % 48)}" for number in range(1500)]
    config.recorded.rows = [config_row(name, RULE) for name in wanted]
    buckets = make().fetch(names(*reversed(wanted))).buckets
    assert [each.name for each in buckets] == wanted[::-1]
    assert all(each.cors == BucketCors((RULE,)) for each in buckets)
    sizes = [len(each.parameters["Expression"]) for each in config.of(SELECT)]
    assert max(sizes) <= MAX_EXPRESSION
    assert len(sizes) <= 24


def test_no_more_is_drawn_from_endless_input_than_is_needed(config: ConfigServer, make: MakeFetcher) -> None:
    drawn = 0

    def endless() -> Iterator[Wanted]:
        nonlocal drawn
        while True:
            drawn += 1
            yield Wanted(f"bucket-{drawn}")

    config.recorded.rows = [config_row("bucket-1", RULE)]
    stream = make().stream(endless())
    assert next(stream).name == "bucket-1"
    assert drawn < 1000
    stream.close()  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", ["it's", "x' OR resourceId LIKE 'a%", "a\nb", "ab", "x-é", "naïve", "a" * 300, ""])
def test_what_cannot_be_a_bucket_name_never_enters_a_query(name: str, config: ConfigServer, make: MakeFetcher) -> None:
    config.recorded.rows = [config_row("fine", RULE)]
    odd, fine = make().fetch(names(name, "fine")).buckets
    assert (odd.name, odd.state, fine.state) == (name, State.ERROR, State.CONFIGURED)
    assert all("IN ('fine')" in each.parameters["Expression"] for each in config.of(SELECT))


def test_directory_buckets_are_unsupported_without_a_question(config: ConfigServer, make: MakeFetcher) -> None:
    [found] = make().fetch(names("data--use1-az1--x-s3")).buckets
    assert found.state is State.UNSUPPORTED
    assert config.of(SELECT) == []


def test_a_deleted_bucket_is_missing_and_a_record_elsewhere_counts_before_it(
    config: ConfigServer, make: MakeFetcher
) -> None:
    gone = {"configurationItemStatus": "ResourceDeleted", "captured": "2026-11-21T00:00:00Z"}
    config.recorded.rows = [
        config_row("gone", **gone),
        config_row("moved", **gone),
        config_row("moved", RULE, account="222222222222"),
    ]
    missing, moved = make().fetch(names("gone", "moved")).buckets
    assert missing.state is State.MISSING
    assert (moved.state, moved.account) == (State.CONFIGURED, "222222222222")


def test_an_unrecorded_resource_is_unknown(config: ConfigServer, make: MakeFetcher) -> None:
    config.recorded.rows = [config_row("b-1", configurationItemStatus="ResourceNotRecorded")]
    [found] = make().fetch(names("b-1")).buckets
    assert found.state is State.UNKNOWN


def test_of_two_records_of_a_name_the_newest_counts_and_that_is_told(config: ConfigServer, make: MakeFetcher) -> None:
    config.recorded.rows = [
        config_row("b-1", RULE, account="222222222222", captured="2026-11-20T12:00:01Z"),
        config_row("b-1", account="111111111111", captured="2026-11-20T12:00:00Z"),
    ]
    fetcher = make()
    [found] = fetcher.fetch(names("b-1")).buckets
    assert (found.state, found.account) == (State.CONFIGURED, "222222222222")
    [message] = told(fetcher, "config-several-records")
    assert "111111111111/eu-west-1" in message


def test_a_bucket_recorded_in_another_account_than_wanted_is_not_compared(
    config: ConfigServer, make: MakeFetcher
) -> None:
    config.recorded.rows = [config_row("b-1", RULE)]
    [found] = make().fetch([Wanted("b-1", account="999999999999")]).buckets
    assert found.state is State.UNKNOWN
    assert "in account 111111111111, not in 999999999999" in (found.reason or "")


def test_buckets_of_sources_that_failed_or_are_outdated_are_not_compared_and_told_by_kind(
    config: ConfigServer, make: MakeFetcher
) -> None:
    config.recorded.rows = [
        config_row("good", RULE, account="111111111111"),
        config_row("bad", RULE, account="222222222222"),
        config_row("old", RULE, account="333333333333", region="eu-west-1"),
        config_row("new", RULE, account="333333333333", region="us-east-1"),
    ]
    config.recorded.sources = [
        source("111111111111", "eu-west-1", "SUCCEEDED", LastUpdateTime=1.7e9),
        source("222222222222", None, "FAILED", LastErrorCode="AccessDenied", LastErrorMessage="x"),
        source("333333333333", "eu-west-1", "OUTDATED", LastUpdateTime=1.7e9),
        source("o-1", None, "FAILED", LastErrorCode="x", SourceType="ORGANIZATION"),
    ]
    fetcher = make()
    buckets = {each.name: each for each in fetcher.fetch(names("good", "bad", "old", "new")).buckets}
    assert [buckets[name].comparable for name in ("good", "bad", "old", "new")] == [True, False, False, True]
    assert buckets["old"].as_of is not None
    assert all(needs_live_read(buckets[name]) for name in ("bad", "old"))
    assert [each.id for each in fetcher.diagnostics] == ["config-sources-failed", "config-sources-outdated"]
    assert "222222222222; organization o-1" in told(fetcher, "config-sources-failed")[0]
    assert "333333333333/eu-west-1, last update 2023-11-14" in told(fetcher, "config-sources-outdated")[0]


def test_sources_are_read_page_by_page_and_named_up_to_three(config: ConfigServer, make: MakeFetcher) -> None:
    config.recorded.sources = [source(f"{number:012d}", "eu-west-1", "FAILED") for number in range(250)]
    config.recorded.rows = [config_row("b-1", RULE, account=f"{249:012d}")]
    fetcher = make()
    [found] = fetcher.fetch(names("b-1")).buckets
    assert found.state is State.UNKNOWN
    assert config.counts[SOURCES] == 3
    assert "250 sources could not be read" in told(fetcher, "config-sources-failed")[0]
    assert "and 247 more" in told(fetcher, "config-sources-failed")[0]


def test_a_bound_on_age_makes_sources_stale_that_aws_calls_up_to_date(config: ConfigServer, make: MakeFetcher) -> None:
    config.recorded.rows = [config_row("b-1", RULE)]
    now = datetime.now(UTC).timestamp()
    config.recorded.sources = [source("111111111111", "eu-west-1", "SUCCEEDED", LastUpdateTime=now - 7200)]
    assert make(oldest=timedelta(hours=3)).fetch(names("b-1")).buckets[0].comparable
    assert not make(oldest=timedelta(hours=1)).fetch(names("b-1")).buckets[0].comparable


def test_where_the_age_may_not_be_asked_for_that_is_a_warning(config: ConfigServer, make: MakeFetcher) -> None:
    config.recorded.rows = [config_row("b-1", RULE)]
    config.recorded.faults[SOURCES] = [Fault("AccessDeniedException")]
    fetcher = make()
    assert fetcher.fetch(names("b-1")).buckets[0].comparable
    [warning] = fetcher.diagnostics
    assert warning.id == "config-age-unknown"
    assert "config:DescribeConfigurationAggregatorSourcesStatus" in (warning.help or "")


def test_refusals_for_being_too_fast_are_waited_out(
    config: ConfigServer, make: MakeFetcher, slept: list[float]
) -> None:
    config.recorded.rows = [config_row("b-1", RULE)]
    config.recorded.faults[SELECT] = [THROTTLED, Fault("LimitExceededException"), Fault("InternalError", 500)]
    assert make().fetch(names("b-1")).buckets[0].comparable
    assert len(slept) == 3
    assert slept[1] > slept[0] / 2


def test_lots_that_are_refused_to_the_end_after_others_were_answered_are_throttled(
    config: ConfigServer, make: MakeFetcher
) -> None:
    wanted = [f"bucket-{number}" for number in range(250)]
    config.recorded.rows = [config_row(name, RULE) for name in wanted]
    fetcher = make(at_once=1)
    stream = fetcher.stream(names(*wanted))
    first = next(stream)
    config.recorded.faults[SELECT] = [THROTTLED] * 8
    rest: list[Bucket] = list(stream)
    states = [each.state for each in (first, *rest)]
    assert states.count(State.THROTTLED) == 100
    assert states.count(State.CONFIGURED) == 150
    assert "did not answer for 100 buckets" in told(fetcher, "config-query-failed")[0]


@pytest.mark.parametrize(
    ("code", "kind", "says"),
    [
        ("AccessDeniedException", CredentialsError, "may not call SelectAggregateResourceConfig"),
        ("UnrecognizedClientException", CredentialsError, "credentials are not known"),
        ("InvalidExpressionException", EndpointError, "InvalidExpressionException"),
        ("ThrottlingException", EndpointError, "slow down"),
        ("UnknownOperationException", EndpointError, "this server does not have it"),
    ],
)
def test_a_refusal_of_everything_is_one_error_with_advice(
    code: str, kind: type[Exception], says: str, config: ConfigServer, make: MakeFetcher
) -> None:
    config.recorded.always[SELECT, "us-east-1"] = Fault(code)
    with pytest.raises(kind, match=says):
        make().fetch(names("b-1"))


def test_an_aggregator_that_is_not_there_is_named_with_its_region(config: ConfigServer, make: MakeFetcher) -> None:
    with pytest.raises(UsageError, match="no AWS Config aggregator 'nobody' in eu-central-1") as caught:
        make("nobody", region="eu-central-1").fetch(names("b-1"))
    assert "--region" in (caught.value.advice or "")


@pytest.mark.parametrize("name", ["", "a b", "x" * 257, "x'"])
def test_what_cannot_be_an_aggregators_name_is_refused_at_once(name: str, make: MakeFetcher) -> None:
    with pytest.raises(UsageError, match="not the name of one"):
        make(name)


def test_in_china_the_error_says_that_there_are_no_such_queries(config: ConfigServer, make: MakeFetcher) -> None:
    config.recorded.always[SELECT, "cn-north-1"] = Fault("UnknownOperationException")
    with pytest.raises(EndpointError) as caught:
        make(region="cn-north-1").fetch(names("b-1"))
    assert "China" in (caught.value.advice or "")


def test_where_no_parts_can_be_selected_the_whole_supplement_is(config: ConfigServer, make: MakeFetcher) -> None:
    config.recorded.whole_only = True
    wanted = [f"bucket-{number}" for number in range(250)]
    config.recorded.rows = [config_row(name, RULE) for name in wanted]
    buckets = make(at_once=1).fetch(names(*wanted)).buckets
    assert all(each.cors == BucketCors((RULE,)) for each in buckets)
    assert config.counts[SELECT] == 4  # only the first lot was asked for twice


def test_pages_that_go_round_in_circles_are_an_error(config: ConfigServer, make: MakeFetcher) -> None:
    config.recorded.rows = [config_row("b-1", RULE)]
    config.recorded.loops = True
    with pytest.raises(EndpointError, match="same page was offered twice"):
        list(make().list_buckets())


def test_an_answer_without_results_is_not_taken_for_no_buckets(config: ConfigServer, make: MakeFetcher) -> None:
    config.recorded.faults[SELECT] = [Fault(raw='{"message": "please sign in"}')]
    with pytest.raises(EndpointError, match="holds no results"):
        make().fetch(names("b-1"))


def test_rows_that_are_no_buckets_are_passed_over(config: ConfigServer, make: MakeFetcher) -> None:
    rows = ["", "[]", "{", "null", '{"resourceId": 7}', json.dumps(config_row("b-1", RULE)), "[" * 100_000]
    config.recorded.faults[SELECT] = [Fault(raw=json.dumps({"Results": rows}))]
    assert make().fetch(names("b-1")).buckets[0].cors == BucketCors((RULE,))


def fleet(buckets: int) -> Iterator[dict[str, Any]]:
    rules: tuple[CorsRule, ...] = (RULE,)
    for number in range(buckets):
        account, region = f"{number % 7:012d}", ("eu-west-1", "us-east-1")[number % 2]
        yield config_row(f"bucket-{number:05d}", *rules[: number % 2], account=account, region=region)


def test_all_buckets_are_listed_by_account_and_region_and_read_without_asking_again(
    config: ConfigServer, make: MakeFetcher
) -> None:
    config.recorded.rows = list(fleet(3000))
    fetcher = make()
    buckets = list(fetcher.stream(fetcher.list_buckets()))
    assert sorted(each.name for each in buckets if isinstance(each.name, str)) == [
        row["resourceId"] for row in config.recorded.rows
    ]
    assert sum(each.state is State.CONFIGURED for each in buckets) == 1500
    expressions = [each.parameters["Expression"] for each in config.of(SELECT)]
    assert sum("COUNT" in each for each in expressions) == 1
    assert not any("resourceId IN" in each for each in expressions)
    assert len(expressions) <= 1 + 3000 / 100 + 2
    assert fetcher.diagnostics == ()


def test_a_listing_gives_each_name_once_and_leaves_out_deleted_buckets(config: ConfigServer, make: MakeFetcher) -> None:
    config.recorded.rows = [
        config_row("twice", account="111111111111", captured="2026-11-20T12:00:00Z"),
        config_row("twice", RULE, account="222222222222", region="us-east-1", captured="2026-11-21T12:00:00Z"),
        config_row("gone", configurationItemStatus="ResourceDeleted"),
    ]
    fetcher = make()
    wanted = list(fetcher.list_buckets())
    assert [each.name for each in wanted] == ["twice"]
    [found] = fetcher.stream(wanted)
    assert (found.account, found.state) == ("222222222222", State.CONFIGURED)
    assert len(told(fetcher, "config-several-records")) == 1


def test_a_listing_that_is_shorter_than_what_was_counted_is_told(config: ConfigServer, make: MakeFetcher) -> None:
    config.recorded.rows = list(fleet(10))
    count = json.dumps({"accountId": "0" * 12, "awsRegion": "eu-west-1", "COUNT(*)": 500})
    config.recorded.faults[SELECT] = [Fault(raw=json.dumps({"Results": [count]}))]
    fetcher = make()
    list(fetcher.list_buckets())
    assert "counted 500 buckets and listed" in told(fetcher, "listing-incomplete")[0]


def test_a_part_of_the_fleet_that_cannot_be_listed_does_not_end_the_rest(
    config: ConfigServer, make: MakeFetcher
) -> None:
    config.recorded.rows = list(fleet(200))
    fetcher = make(at_once=1)
    wanted = fetcher.list_buckets()
    first = next(wanted)
    config.recorded.faults[SELECT] = [Fault("InvalidNextTokenException")]
    others = list(wanted)
    assert first.region == "eu-west-1"
    assert {each.region for each in others} == {"eu-west-1"}
    assert "InvalidNextTokenException" in told(fetcher, "listing-incomplete")[0]


def test_a_fleet_of_which_nothing_can_be_listed_is_an_error(config: ConfigServer, make: MakeFetcher) -> None:
    config.recorded.rows = list(fleet(10))
    count = json.dumps({"accountId": "0" * 12, "awsRegion": "eu-west-1", "COUNT(*)": 5})
    config.recorded.faults[SELECT] = [Fault(raw=json.dumps({"Results": [count]})), Fault("AccessDeniedException")]
    with pytest.raises(CredentialsError):
        list(make().list_buckets())


def test_after_the_deadline_nothing_more_is_asked(config: ConfigServer, make: MakeFetcher) -> None:
    wanted = [f"bucket-{number}" for number in range(250)]
    config.recorded.rows = [config_row(name, RULE) for name in wanted]
    fetcher = make(at_once=1, deadline=3600.0)
    stream = fetcher.stream(names(*wanted))
    first = next(stream)
    fetcher._records._ends = 0.0
    states = [each.state for each in (first, *stream)]
    assert states == [State.CONFIGURED] * 100 + [State.ERROR] * 150
    assert config.counts[SELECT] == 1
    assert "deadline of 3600 seconds" in told(fetcher, "config-query-failed")[0]


def test_where_the_deadline_has_passed_at_the_start_nothing_is_asked(config: ConfigServer, make: MakeFetcher) -> None:
    fetcher = make(deadline=3600.0)
    fetcher._records._ends = 0.0

    with pytest.raises(CorsDriftError, match="deadline of 3600 seconds"):
        fetcher.fetch(names("b-1"))

    assert config.asked == []


@pytest.mark.parametrize(("deadline", "timeouts"), [(None, (5.0, 30.0)), (12.0, (5.0, 12.0)), (0.0, (0.1, 0.1))])
def test_no_answer_is_waited_for_longer_than_the_deadline(
    make: MakeFetcher, deadline: float | None, timeouts: tuple[float, float]
) -> None:
    settings = make(deadline=deadline)._desk.client().meta.config

    assert (settings.connect_timeout, settings.read_timeout) == timeouts


def test_credentials_that_expired_and_cannot_be_renewed_are_one_error(config: ConfigServer, make: MakeFetcher) -> None:
    config.recorded.faults[SELECT] = [Fault("ExpiredTokenException")] * 2
    with pytest.raises(CredentialsError, match="have expired"):
        make().fetch(names("b-1"))
    assert config.counts[SELECT] == 1
