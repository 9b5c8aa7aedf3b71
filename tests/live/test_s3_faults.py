"""The live fetcher against an S3 that fails, over HTTP: every fault has its state, and none passes for an answer."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from drift.errors import CredentialsError, EndpointError, UsageError
from drift.fetchers.s3 import S3Fetcher
from drift.fetchers.s3_retry import Retry
from drift.interfaces import Wanted
from drift.snapshot import Bucket, State
from tests.fixtures_s3 import QUICK
from tests.live.fault_server import (
    HANG,
    ONE_RULE,
    RESET,
    SLOW_DOWN,
    FaultServer,
    Reply,
    error,
    html,
    rules,
)

Make = Callable[..., S3Fetcher]
OWNER = "123456789012"
RULES = rules()


def read(fetcher: S3Fetcher, *names: str) -> list[Bucket]:
    return list(fetcher.fetch([Wanted(name) for name in names]).buckets)


def outcome(server: FaultServer, fetcher: S3Fetcher, *script: Reply) -> Bucket:
    """What comes of a bucket with this script, beside one that works."""
    server.bucket("subject", *script)
    server.bucket("works", RULES)
    subject, works = read(fetcher, "subject", "works")
    assert works.state is State.CONFIGURED
    return subject


def test_only_signed_reads_are_sent_in_path_style_with_our_name(fault_server: FaultServer, fetcher: Make) -> None:
    fault_server.bucket("with.dots", RULES)
    fault_server.bucket("plain", error(404, "NoSuchCORSConfiguration"))

    read(fetcher(), "with.dots", "plain")

    assert {(each.method, each.path, each.query) for each in fault_server.asked} == {
        ("GET", "/with.dots", "cors"),
        ("GET", "/plain", "cors"),
    }
    for each in fault_server.asked:
        assert "app/cors-drift" in each.headers["user-agent"]
        assert each.headers["authorization"].startswith("AWS4-HMAC-SHA256 ")
        assert "x-amz-expected-bucket-owner" not in each.headers


def test_slow_down_is_waited_out(fault_server: FaultServer, fetcher: Make) -> None:
    subject = outcome(fault_server, fetcher(), *[SLOW_DOWN] * 6, RULES)

    assert subject.state is State.CONFIGURED
    assert len(fault_server.asked_for("subject")) == 7


def test_slow_down_without_end_is_throttled_after_the_attempts(fault_server: FaultServer, fetcher: Make) -> None:
    subject = outcome(fault_server, fetcher(), SLOW_DOWN)

    assert subject.state is State.THROTTLED
    assert subject.reason == "S3 asks to slow down (SlowDown, HTTP 503)"
    assert len(fault_server.asked_for("subject")) == QUICK.throttled_attempts


def test_the_environment_does_not_decide_how_often_is_asked(
    fault_server: FaultServer, fetcher: Make, aws_environment: pytest.MonkeyPatch
) -> None:
    aws_environment.setenv("AWS_RETRY_MODE", "adaptive")
    aws_environment.setenv("AWS_MAX_ATTEMPTS", "9")
    fault_server.bucket("subject", SLOW_DOWN)

    read(fetcher(retry=Retry(throttled_attempts=2, first_wait=0, slowest_rate=10_000)), "subject")

    assert len(fault_server.asked) == 2


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (error(500, "InternalError"), "S3 failed (InternalError, HTTP 500)"),
        (html(502), "S3 failed (HTTP 502)"),
        (RESET, "the connection broke off (ConnectionClosedError)"),
        (Reply(body=rules().body[:-12]), "S3 failed, or its answer was cut off (HTTP 500)"),
        (Reply(body=rules().body, cut=12), "S3 failed, or its answer was cut off (HTTP 500)"),
        (Reply(body="<Error><Code>InternalError</Code></Error>"), "S3 failed (InternalError, HTTP 500)"),
    ],
    ids=["500", "502-html", "reset", "truncated", "cut-off", "error-in-200"],
)
def test_a_passing_fault_is_tried_again_and_a_lasting_one_is_an_error(
    fault_server: FaultServer, fetcher: Make, reply: Reply, reason: str
) -> None:
    lasting = outcome(fault_server, fetcher(), reply)
    assert (lasting.state, lasting.reason) == (State.ERROR, reason)
    assert len(fault_server.asked_for("subject")) == QUICK.transient_attempts

    fault_server.bucket("passing", reply, RULES)
    (passing,) = read(fetcher(), "passing")
    assert passing.state is State.CONFIGURED


def test_silence_ends_with_the_read_timeout(fault_server: FaultServer, fetcher: Make) -> None:
    short = fetcher(read_timeout=0.15, retry=Retry(transient_attempts=1))

    subject = outcome(fault_server, short, HANG)

    assert subject.state is State.ERROR
    assert subject.reason == "S3 did not answer in time (ReadTimeoutError)"


@pytest.mark.parametrize(
    "reply",
    [Reply(), html(200), rules(""), Reply(body="<CORSConfiguration/>"), Reply(body="<CORSRules/>")],
    ids=["empty", "html", "no-rule", "no-namespace", "other-xml"],
)
def test_a_200_without_a_rule_is_an_error_and_never_none(
    fault_server: FaultServer, fetcher: Make, reply: Reply
) -> None:
    subject = outcome(fault_server, fetcher(), reply)

    assert subject.state is State.ERROR
    assert subject.reason == "S3 answered 200 without any rule: a proxy or a login page in between?"


def test_only_s3_saying_so_proves_that_there_are_no_rules(fault_server: FaultServer, fetcher: Make) -> None:
    assert outcome(fault_server, fetcher(), error(404, "NoSuchCORSConfiguration")).state is State.ABSENT
    assert outcome(fault_server, fetcher(), html(404)).state is State.ERROR
    assert outcome(fault_server, fetcher(), error(200, "NoSuchCORSConfiguration")).state is State.ERROR


def test_a_bucket_is_missing_only_after_a_second_look(fault_server: FaultServer, fetcher: Make) -> None:
    assert outcome(fault_server, fetcher(), error(404, "NoSuchBucket"), RULES).state is State.CONFIGURED

    (gone,) = read(fetcher(), "gone")
    assert gone.state is State.MISSING
    assert len(fault_server.asked_for("gone")) == 2


def test_a_denial_names_the_permission(fault_server: FaultServer, fetcher: Make) -> None:
    subject = outcome(fault_server, fetcher(), error(403, "AccessDenied"))

    assert subject.state is State.DENIED
    assert subject.reason == "access denied (AccessDenied, HTTP 403): reading needs s3:GetBucketCORS on the bucket"
    assert len(fault_server.asked_for("subject")) == 1


def test_a_403_without_a_code_is_told_apart_from_a_denial_of_s3(fault_server: FaultServer, fetcher: Make) -> None:
    subject = outcome(fault_server, fetcher(), html(403))

    assert subject.state is State.DENIED
    assert subject.reason is not None
    assert "proxy" in subject.reason


def test_the_expected_owner_is_sent_and_a_refusal_says_what_it_may_mean(
    fault_server: FaultServer, fetcher: Make
) -> None:
    fault_server.bucket("mine", Reply(body=RULES.body, owner=OWNER))
    fault_server.bucket("other", Reply(body=RULES.body, owner="210987654321"))
    wanted = [Wanted("mine"), Wanted("other"), Wanted("other", account="210987654321")]

    mine, taken, other = fetcher(account=OWNER).fetch(wanted).buckets

    assert mine.state is State.CONFIGURED
    assert taken.state is State.DENIED
    assert taken.reason is not None
    assert "another account" in taken.reason
    assert (other.state, other.account) == (State.CONFIGURED, "210987654321")


def test_an_account_that_is_no_id_is_not_sent(fault_server: FaultServer, fetcher: Make) -> None:
    fault_server.bucket("mine", RULES)

    (mine,) = fetcher(account="production").fetch([Wanted("mine")]).buckets

    assert mine.account is None
    assert "x-amz-expected-bucket-owner" not in fault_server.asked[0].headers


@pytest.mark.parametrize(
    "redirect",
    [
        error(301, "PermanentRedirect", x_amz_bucket_region="eu-west-1"),
        error(307, "TemporaryRedirect", x_amz_bucket_region="eu-west-1"),
        error(400, "AuthorizationHeaderMalformed", "<Region>eu-west-1</Region>"),
        error(400, "IllegalLocationConstraintException", x_amz_bucket_region="eu-west-1"),
    ],
    ids=["301", "307", "malformed", "location"],
)
def test_a_bucket_of_another_region_is_found_there_once_and_for_all(
    fault_server: FaultServer, fetcher: Make, redirect: Reply
) -> None:
    fault_server.bucket("abroad", redirect, RULES)
    reader = fetcher(region="us-east-1")

    (first,), (second,) = read(reader, "abroad"), read(reader, "abroad")

    assert (first.state, first.region) == (State.CONFIGURED, "eu-west-1")
    assert (second.state, second.region) == (State.CONFIGURED, "eu-west-1")
    regions = [each.headers["authorization"].split("/")[2] for each in fault_server.asked]
    assert regions == ["us-east-1", "eu-west-1", "eu-west-1"]


def test_a_redirect_that_names_no_region_is_an_error(fault_server: FaultServer, fetcher: Make) -> None:
    subject = outcome(fault_server, fetcher(), error(301, "PermanentRedirect"))

    assert subject.state is State.ERROR
    assert subject.reason is not None
    assert "another region" in subject.reason
    assert [each.method for each in fault_server.asked_for("subject")] == ["GET", "HEAD"]


def test_a_known_region_is_asked_at_once(fault_server: FaultServer, fetcher: Make) -> None:
    fault_server.bucket("here", RULES)
    fault_server.bucket("there", RULES)

    here, there = fetcher(region="eu-central-1").fetch([Wanted("here"), Wanted("there", region="eu-west-1")]).buckets

    assert (here.region, there.region) == ("eu-central-1", "eu-west-1")
    assert fault_server.asked_for("there")[0].headers["authorization"].split("/")[2] == "eu-west-1"


def test_with_no_region_anywhere_the_fallback_is_asked(fault_server: FaultServer, fetcher: Make) -> None:
    fault_server.bucket("here", RULES)

    (here,) = read(fetcher(), "here")

    assert (here.state, here.region) == (State.CONFIGURED, "us-east-1")


def test_a_region_that_is_none_spoils_only_its_own_bucket(fault_server: FaultServer, fetcher: Make) -> None:
    fault_server.bucket("here", RULES)

    odd, here = fetcher().fetch([Wanted("odd", region="evil.example/#"), Wanted("here")]).buckets

    assert (odd.state, odd.reason) == (State.ERROR, "'evil.example/#' is not the name of a region")
    assert here.state is State.CONFIGURED


@pytest.mark.parametrize("reply", [error(501, "NotImplemented"), error(405, "MethodNotAllowed"), html(501)])
def test_a_store_without_cors_is_unsupported(fault_server: FaultServer, fetcher: Make, reply: Reply) -> None:
    assert outcome(fault_server, fetcher(), reply).state is State.UNSUPPORTED


def test_names_that_are_no_general_purpose_bucket_are_not_asked_for(fault_server: FaultServer, fetcher: Make) -> None:
    names = ["logs--use1-az4--x-s3", "arn:aws:s3:::assets", "tables--table-s3"]

    assert [bucket.state for bucket in read(fetcher(), *names)] == [State.UNSUPPORTED] * 3
    assert fault_server.asked == []


@pytest.mark.parametrize("name", ["", "a b", "../x", "a/b", "ä" * 4, "x" * 300, "a?b", "a\r\nb", "-" * 300])
def test_a_name_that_no_bucket_can_have_is_an_error_and_reaches_nothing_else(
    fault_server: FaultServer, fetcher: Make, name: str
) -> None:
    (bucket,) = read(fetcher(), name)

    assert (bucket.state, bucket.reason) == (State.ERROR, "this is not a valid bucket name")
    assert fault_server.asked == []


@pytest.mark.parametrize(
    ("code", "status", "words"),
    [
        ("ExpiredToken", 400, "expired"),
        ("InvalidAccessKeyId", 403, "does not know this access key"),
        ("SignatureDoesNotMatch", 403, "secret key"),
        ("RequestTimeTooSkewed", 403, "clock"),
        ("InvalidToken", 400, "session token"),
    ],
)
def test_refused_credentials_stop_the_run(
    fault_server: FaultServer, fetcher: Make, code: str, status: int, words: str
) -> None:
    for number in range(40):
        fault_server.bucket(f"b{number}", error(status, code, "<StringToSign>AWS4 secret-to-sign</StringToSign>"))

    with pytest.raises(CredentialsError) as caught:
        read(fetcher(), *(f"b{number}" for number in range(40)))

    assert words in caught.value.message
    assert "secret" not in caught.value.message.replace("secret key", "")
    assert caught.value.advice
    assert "\n" not in caught.value.message + caught.value.advice
    assert len(fault_server.asked) < 30


def test_credentials_that_expire_on_the_way_leave_what_was_read(fault_server: FaultServer, fetcher: Make) -> None:
    names = [f"b{number}" for number in range(60)]
    for name in names[:5]:
        fault_server.bucket(name, RULES)
    for name in names[5:]:
        fault_server.bucket(name, error(400, "ExpiredToken"))

    buckets = read(fetcher(), *names)

    assert [bucket.state for bucket in buckets] == [State.CONFIGURED] * 5 + [State.ERROR] * 55
    assert buckets[-1].reason is not None
    assert "not asked for" in buckets[-1].reason
    assert len(fault_server.asked) < 30


def test_missing_credentials_are_one_line_with_what_to_do(
    fault_server: FaultServer, fetcher: Make, aws_environment: pytest.MonkeyPatch
) -> None:
    aws_environment.delenv("AWS_ACCESS_KEY_ID")
    aws_environment.delenv("AWS_SECRET_ACCESS_KEY")

    with pytest.raises(CredentialsError, match="no AWS credentials were found") as caught:
        read(fetcher(), "any")

    assert caught.value.advice is not None
    assert "AWS_PROFILE" in caught.value.advice


def test_half_of_the_credentials_is_told(
    fault_server: FaultServer, fetcher: Make, aws_environment: pytest.MonkeyPatch
) -> None:
    aws_environment.delenv("AWS_SECRET_ACCESS_KEY")

    with pytest.raises(CredentialsError, match="incomplete"):
        read(fetcher(), "any")


def test_an_unknown_profile_is_told(fault_server: FaultServer, fetcher: Make) -> None:
    with pytest.raises(CredentialsError, match="the AWS profile 'nobody' does not exist"):
        read(fetcher(profile="nobody"), "any")


def test_a_configuration_file_that_cannot_be_read_is_told(
    fault_server: FaultServer, fetcher: Make, aws_environment: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    broken = tmp_path / "config"
    broken.write_text("[profile x\nregion")
    aws_environment.setenv("AWS_CONFIG_FILE", str(broken))

    with pytest.raises(CredentialsError, match="configuration files"):
        read(fetcher(), "any")


def test_a_dead_endpoint_stops_the_run_and_is_named(aws_environment: pytest.MonkeyPatch) -> None:
    with FaultServer() as server:
        url = server.url

    with pytest.raises(EndpointError) as caught:
        read(S3Fetcher(endpoint_url=url, retry=QUICK), *(f"b{number}" for number in range(100)))

    assert caught.value.message == f"{url}: S3 cannot be reached (EndpointConnectionError)"
    assert caught.value.advice


def test_an_endpoint_that_speaks_no_tls_stops_the_run(fault_server: FaultServer, fetcher: Make) -> None:
    with pytest.raises(EndpointError, match="TLS"):
        read(fetcher(endpoint_url=fault_server.url.replace("http:", "https:")), "any")


def test_a_dead_proxy_stops_the_run_and_its_password_is_not_shown(aws_environment: pytest.MonkeyPatch) -> None:
    with FaultServer() as server:
        aws_environment.setenv("HTTP_PROXY", server.url.replace("http://", "http://me:hush@"))

    with pytest.raises(EndpointError, match="proxy") as caught:
        read(S3Fetcher(endpoint_url="http://s3.test", retry=QUICK), "any")

    assert "hush" not in str(caught.value)


@pytest.mark.parametrize(
    "url", ["localhost:9000", "s3.example.com", "ftp://s3.example", "http://", "http://h:x", "//h"]
)
def test_an_endpoint_that_is_no_url_is_bad_usage(url: str) -> None:
    with pytest.raises(UsageError):
        S3Fetcher(endpoint_url=url)


def test_a_password_in_the_endpoint_is_refused_and_not_repeated() -> None:
    with pytest.raises(UsageError) as caught:
        S3Fetcher(endpoint_url="https://me:hush@s3.example")

    assert "hush" not in caught.value.message


def test_an_endpoint_in_the_environment_that_is_no_url_is_bad_usage(aws_environment: pytest.MonkeyPatch) -> None:
    aws_environment.setenv("AWS_ENDPOINT_URL", "localhost:9000")

    with pytest.raises(UsageError, match="the configured endpoint is not a URL"):
        read(S3Fetcher(), "any")


def test_a_region_flag_that_is_no_region_is_bad_usage(fault_server: FaultServer, fetcher: Make) -> None:
    with pytest.raises(UsageError, match="region"):
        read(fetcher(region="eu west"), "any")


def test_a_code_that_is_no_code_is_not_repeated(fault_server: FaultServer, fetcher: Make) -> None:
    subject = outcome(fault_server, fetcher(), error(400, "\x1b[31m you won &lt;b&gt;".replace("\x1b", "")))

    assert subject.reason == "S3 refused the request (HTTP 400)"


def test_progress_counts_every_bucket_in_the_callers_thread(fault_server: FaultServer, fetcher: Make) -> None:
    told: list[tuple[int, int, threading.Thread]] = []
    for number in range(30):
        fault_server.bucket(f"b{number}", *([SLOW_DOWN] if number % 3 else []), RULES)

    def progress(done: int, total: int) -> None:
        told.append((done, total, threading.current_thread()))

    read(fetcher(progress=progress), *(f"b{number}" for number in range(30)))

    assert told[-1][:2] == (30, 30)
    assert [done for done, _, _ in told] == sorted({done for done, _, _ in told})
    assert {thread for _, _, thread in told} == {threading.current_thread()}


def test_ctrl_c_ends_the_run_while_a_request_hangs(fault_server: FaultServer, fetcher: Make) -> None:
    fault_server.bucket("works", RULES)
    fault_server.bucket("hangs", HANG)

    def interrupt(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        read(fetcher(progress=interrupt), "hangs", "works", *["works"] * 50)

    assert len(fault_server.asked) < 50


def test_nothing_wanted_is_nothing_asked(fault_server: FaultServer, fetcher: Make) -> None:
    assert fetcher().fetch([]).buckets == ()
    assert fault_server.asked == []


def test_a_rule_of_a_clone_that_lacks_lists_is_not_understood(fault_server: FaultServer, fetcher: Make) -> None:
    subject = outcome(
        fault_server, fetcher(), rules("<CORSRule><ID/><MaxAgeSeconds>0</MaxAgeSeconds></CORSRule>" + ONE_RULE)
    )

    assert (subject.state, subject.cors) == (State.ERROR, None)
    assert "without methods or origins" in str(subject.reason)


def test_a_max_age_that_is_no_number_is_an_error(fault_server: FaultServer, fetcher: Make) -> None:
    assert (
        outcome(fault_server, fetcher(), rules("<CORSRule><MaxAgeSeconds>x</MaxAgeSeconds></CORSRule>")).state
        is State.ERROR
    )
