"""Accounts and regions: what is stopped early, what is renewed, and that one does not hold up the others."""

from __future__ import annotations

import itertools
import threading
from collections import Counter
from collections.abc import Callable

import pytest
from botocore.exceptions import EndpointConnectionError

from drift.errors import CredentialsError, EndpointError
from drift.fetchers.accounts import AccountError
from drift.fetchers.aws import Aws
from drift.fetchers.s3 import S3Fetcher
from drift.fetchers.s3_client import Clients, Connection, Port
from drift.fetchers.s3_inbox import Inbox
from drift.fetchers.s3_retry import Retry
from drift.fetchers.s3_sweep import Sweep
from drift.interfaces import Wanted
from drift.settings import AccountAccess
from drift.snapshot import Bucket, State
from tests.fixtures_s3 import QUICK
from tests.live.fault_server import HANG, SLOW_DOWN, Asked, FaultServer, Reply, error, rules

Make = Callable[..., S3Fetcher]
RULES = rules()
DENIED = error(403, "AccessDenied")
NONE = error(404, "NoSuchCORSConfiguration")
MINE, OTHER = "111111111111", "222222222222"


def wanted(prefix: str, count: int, account: str | None = None, region: str | None = None) -> list[Wanted]:
    return [Wanted(f"{prefix}-{number}", account, region) for number in range(count)]


def put(server: FaultServer, buckets: list[Wanted], *script: Reply) -> None:
    for each in buckets:
        server.bucket(each.name, *script)


def states(buckets: tuple[Bucket, ...]) -> Counter[State]:
    return Counter(bucket.state for bucket in buckets)


def signed_in(server: FaultServer, bucket: str) -> list[str]:
    return [each.headers["authorization"].split("/")[2] for each in server.asked_for(bucket)]


def test_an_account_that_denies_everything_is_stopped_with_one_message(
    fault_server: FaultServer, fetcher: Make
) -> None:
    closed, open_ = wanted("closed", 200, MINE), wanted("open", 30, OTHER)
    put(fault_server, closed, DENIED)
    put(fault_server, open_, RULES)
    reader = fetcher()

    snapshot = reader.fetch([*closed, *open_])

    assert states(snapshot.buckets[:200]) == {State.DENIED: 200}
    assert states(snapshot.buckets[200:]) == {State.CONFIGURED: 30}
    assert len(fault_server.asked) < 30 + 30
    last = snapshot.buckets[199].reason
    assert last is not None
    assert last.startswith(f"not asked for: the first 20 reads in account {MINE} were all denied")
    (said,) = snapshot.diagnostics
    assert (said.id, said.severity.value) == ("account-denied", "warning")
    assert said.help is not None
    assert "s3:GetBucketCORS" in said.help
    assert "ViewOnlyAccess" in said.help
    assert reader.diagnostics == snapshot.diagnostics


def test_one_bucket_that_may_be_read_keeps_an_account_open(fault_server: FaultServer, fetcher: Make) -> None:
    buckets = wanted("b", 60)
    put(fault_server, buckets, DENIED)
    fault_server.bucket("b-0", NONE)

    snapshot = fetcher(concurrency=1).fetch(buckets)

    assert len(fault_server.asked) == 60
    assert snapshot.diagnostics == ()


def test_buckets_that_are_not_there_do_not_speak_for_the_account(fault_server: FaultServer, fetcher: Make) -> None:
    gone, closed = wanted("gone", 25), wanted("closed", 60)
    put(fault_server, closed, DENIED)

    fetcher(concurrency=1).fetch([*gone, *closed])

    assert len([each for each in fault_server.asked if each.bucket.startswith("closed")]) == 20


class Refreshed(Aws):
    """An ``Aws`` that counts how often new credentials were asked for, and says whether there are any."""

    def __init__(self, url: str, fresh: bool | Exception = True) -> None:
        super().__init__(endpoint_url=url)
        self.fresh = fresh
        self.times = 0
        self.together = 0
        self._at_it = 0

    def refresh(self, account: str | None = None, signed_at: float | None = None) -> bool:
        assert signed_at is not None
        self.times += 1
        self._at_it += 1
        self.together = max(self.together, self._at_it)
        threading.Event().wait(0.05)
        self._at_it -= 1
        if isinstance(self.fresh, Exception):
            raise self.fresh
        return self.fresh


def test_expired_credentials_are_renewed_once_for_all_and_no_bucket_is_to_blame(fault_server: FaultServer) -> None:
    buckets = wanted("b", 40)
    put(fault_server, buckets, RULES)
    put(fault_server, buckets[10:14], error(400, "ExpiredToken"), RULES)
    aws = Refreshed(fault_server.url)

    snapshot = S3Fetcher(aws=aws, retry=QUICK, concurrency=8).fetch(buckets)

    assert states(snapshot.buckets) == {State.CONFIGURED: 40}
    assert snapshot.diagnostics == ()
    assert 1 <= aws.times <= 4
    assert aws.together == 1


def test_where_no_new_credentials_are_to_be_had_the_rest_is_not_asked_for(fault_server: FaultServer) -> None:
    buckets = wanted("b", 100)
    put(fault_server, buckets, error(400, "ExpiredToken"))
    put(fault_server, buckets[:5], RULES)

    snapshot = S3Fetcher(aws=Refreshed(fault_server.url, fresh=False), retry=QUICK, concurrency=4).fetch(buckets)

    assert states(snapshot.buckets) == {State.CONFIGURED: 5, State.ERROR: 95}
    assert len(fault_server.asked) < 40
    assert [each.id for each in snapshot.diagnostics] == ["credentials-refused"]


def test_new_credentials_that_expire_as_well_are_not_asked_for_without_end(fault_server: FaultServer) -> None:
    fault_server.bucket("b", error(400, "ExpiredToken"))
    fault_server.bucket("works", RULES)
    aws = Refreshed(fault_server.url)

    broken, works = S3Fetcher(aws=aws, retry=QUICK).fetch([Wanted("b"), Wanted("works")]).buckets

    assert (broken.state, works.state) == (State.ERROR, State.CONFIGURED)
    assert len(fault_server.asked_for("b")) == 6


class Refused(Aws):
    """An ``Aws`` whose role in one account may not be assumed."""

    def client(
        self, service: str, region: str | None = None, account: str | None = None, config: object = None
    ) -> object:
        if account == MINE:
            raise AccountError(MINE, f"account {MINE}: the role reader may not be assumed", denied=True, advice="trust")
        return super().client(service, region, None, config)


def accounts(server: FaultServer, kind: type[Aws] = Refused, regions: tuple[str, ...] = ()) -> Aws:
    return kind(endpoint_url=server.url, accounts=[AccountAccess(each, "reader", regions) for each in (MINE, OTHER)])


def test_an_account_whose_role_is_refused_does_not_end_the_run(fault_server: FaultServer) -> None:
    closed, open_ = wanted("closed", 30, MINE), wanted("open", 30, OTHER)
    put(fault_server, open_, Reply(body=RULES.body, owner=OTHER))

    snapshot = S3Fetcher(aws=accounts(fault_server), retry=QUICK, concurrency=4).fetch([*closed, *open_])

    assert states(snapshot.buckets[:30]) == {State.DENIED: 30}
    assert states(snapshot.buckets[30:]) == {State.CONFIGURED: 30}
    assert snapshot.buckets[0].reason == f"account {MINE}: the role reader may not be assumed"
    assert [(each.id, each.message) for each in snapshot.diagnostics] == [
        ("account-denied", f"account {MINE}: the role reader may not be assumed")
    ]


def page(*names: str, region: str | None = "eu-west-1") -> Reply:
    told = f"<BucketRegion>{region}</BucketRegion>" if region else ""
    buckets = "".join(f"<Bucket><Name>{name}</Name>{told}</Bucket>" for name in names)
    return Reply(body=f"<ListAllMyBucketsResult><Buckets>{buckets}</Buckets></ListAllMyBucketsResult>")


def test_several_accounts_are_listed_one_after_another_and_one_that_refuses_is_told(fault_server: FaultServer) -> None:
    fault_server.pages = {"": page("a", "b")}
    reader = S3Fetcher(aws=accounts(fault_server), retry=QUICK)

    assert list(reader.list_buckets()) == [Wanted("a", OTHER, "eu-west-1"), Wanted("b", OTHER, "eu-west-1")]
    assert [each.id for each in reader.diagnostics] == ["account-denied"]


class Roleless(Aws):
    """Every account is asked with the caller's own credentials."""

    def client(
        self, service: str, region: str | None = None, account: str | None = None, config: object = None
    ) -> object:
        return super().client(service, region, None, config)


def test_many_accounts_are_listed_side_by_side_and_told_in_their_order(fault_server: FaultServer) -> None:
    """Every answer waits until eight accounts are being asked: one after the other would never get there."""
    together = threading.Barrier(8)

    def reply(asked: Asked) -> Reply:
        together.wait(10)
        region = asked.headers["authorization"].split("/")[2]
        return page(f"in-{region}", region=region)

    fault_server.reply = reply  # type: ignore[method-assign]
    access = [AccountAccess(f"{number:012}", "reader", (f"region-{number}",)) for number in range(16)]
    reader = S3Fetcher(aws=Roleless(endpoint_url=fault_server.url, accounts=access), retry=QUICK)

    assert [each.name for each in reader.list_buckets()] == [f"in-region-{number}" for number in range(16)]


def test_an_account_that_cannot_be_listed_is_told_and_the_others_are_listed(fault_server: FaultServer) -> None:
    def reply(asked: Asked) -> Reply:
        return error(403, "AccessDenied") if "/eu-north-1/" in asked.headers["authorization"] else page("a")

    fault_server.reply = reply  # type: ignore[method-assign]
    access = [AccountAccess(MINE, "reader", ("eu-north-1",)), AccountAccess(OTHER, "reader", ("eu-west-1",))]
    reader = S3Fetcher(aws=Roleless(endpoint_url=fault_server.url, accounts=access), retry=QUICK)

    assert [each.name for each in reader.list_buckets()] == ["a"]
    (said,) = reader.diagnostics
    assert said.id == "listing-failed"
    assert MINE in said.message
    assert said.help == "allow s3:ListAllMyBuckets, or name the buckets"


def test_an_account_whose_listing_is_silent_is_told_at_the_deadline_and_the_others_are_listed(
    fault_server: FaultServer,
) -> None:
    def reply(asked: Asked) -> Reply:
        return HANG if "/eu-north-1/" in asked.headers["authorization"] else page("a")

    fault_server.reply = reply  # type: ignore[method-assign]
    access = [AccountAccess(MINE, "reader", ("eu-north-1",)), AccountAccess(OTHER, "reader", ("eu-west-1",))]
    reader = S3Fetcher(aws=Roleless(endpoint_url=fault_server.url, accounts=access), retry=QUICK, deadline=1.5)

    assert [each.name for each in reader.list_buckets()] == ["a"]
    (said,) = reader.diagnostics
    assert (said.id, said.message) == ("listing-incomplete", "the deadline passed before all buckets were listed")


def test_all_that_the_same_credentials_sign_in_a_region_is_asked_for_at_one_pace(fault_server: FaultServer) -> None:
    """AWS counts requests for the account that signs, whoever owns the buckets."""
    sweep = Sweep(Clients(Connection(endpoint_url=fault_server.url)), QUICK, None, Inbox())
    places = [(MINE, "eu-west-1"), (OTHER, "eu-west-1"), (OTHER, "eu-north-1")]

    sweep.submit((number, Wanted(f"b{number}", *place)) for number, place in enumerate(places))
    sweep.stop()

    paces = {(lane.account.owner, lane.region): id(lane.pace) for lane in sweep._lanes.values()}
    assert paces[places[0]] == paces[places[1]]
    assert len(set(paces.values())) == 2


def test_where_no_account_can_be_listed_an_error_is_raised(fault_server: FaultServer) -> None:
    with pytest.raises(CredentialsError, match="list the buckets"):
        list(S3Fetcher(aws=accounts(fault_server), retry=QUICK).list_buckets())


def test_only_the_regions_that_were_given_are_listed_and_read(fault_server: FaultServer) -> None:
    fault_server.pages = {"": page("a", region="eu-west-1")}
    aws = accounts(fault_server, regions=("eu-central-1", "eu-west-1"))
    reader = S3Fetcher(aws=aws, retry=QUICK)
    assert [each.name for each in reader.list_buckets()] == ["a"]
    fault_server.pages = {"": page("a", region="us-east-1")}
    assert list(reader.list_buckets()) == []
    fault_server.asked.clear()

    fault_server.bucket("moves", error(301, "PermanentRedirect", x_amz_bucket_region="us-west-2"))
    fault_server.bucket("here", RULES)
    there, moves, here = reader.fetch(
        [Wanted("there", OTHER, "us-east-1"), Wanted("moves", OTHER), Wanted("here", OTHER)]
    ).buckets

    assert (there.state, there.reason) == (
        State.UNKNOWN,
        f"us-east-1 is not among the regions to be read of account {OTHER}",
    )
    assert moves.state is State.UNKNOWN
    assert (here.state, here.region) == (State.CONFIGURED, "eu-central-1")
    assert not fault_server.asked_for("there")


def test_a_bucket_that_moved_counts_for_the_region_that_it_is_in(fault_server: FaultServer, fetcher: Make) -> None:
    """A region that does not answer is closed; the one that sent its buckets there is not."""
    dead, alive = wanted("dead", 40), wanted("alive", 40)
    put(fault_server, dead, error(301, "PermanentRedirect", x_amz_bucket_region="ap-east-1"), Reply(then="reset"))
    put(fault_server, alive, RULES)

    snapshot = fetcher(retry=Retry(1, 1, 0, 0, 0, 10_000)).fetch([*dead, *alive])

    assert states(snapshot.buckets[:40]) == {State.ERROR: 40}
    assert states(snapshot.buckets[40:]) == {State.CONFIGURED: 40}
    assert {bucket.region for bucket in snapshot.buckets[:40]} == {"ap-east-1"}


@pytest.mark.parametrize(
    ("fault", "requests"),
    [(error(503, "SlowDown"), 2), (error(500, "InternalError"), 2), (Reply(then="reset"), 2), (Reply(400), 2)],
    ids=["503", "500", "reset", "400"],
)
def test_a_question_for_the_region_that_fails_is_asked_again(
    fault_server: FaultServer, fetcher: Make, fault: Reply, requests: int
) -> None:
    lost = error(301, "PermanentRedirect")
    found = Reply(200, headers={"x-amz-bucket-region": "eu-west-1"})
    fault_server.bucket("b", lost, fault, lost, found, RULES)

    (bucket,) = fetcher().fetch([Wanted("b")]).buckets

    assert (bucket.state, bucket.region) == (State.CONFIGURED, "eu-west-1")
    assert [each.method for each in fault_server.asked].count("HEAD") == requests


def test_a_region_that_is_silent_is_not_waited_for_again_and_again(fault_server: FaultServer, fetcher: Make) -> None:
    silent, alive = wanted("silent", 60, region="ap-east-1"), wanted("alive", 60, region="eu-west-1")
    put(fault_server, silent, HANG)
    put(fault_server, alive, RULES)

    snapshot = fetcher(read_timeout=0.1, concurrency=8).fetch([*silent, *alive])

    assert states(snapshot.buckets[:60]) == {State.ERROR: 60}
    assert states(snapshot.buckets[60:]) == {State.CONFIGURED: 60}
    assert len([each for each in fault_server.asked if each.bucket.startswith("silent")]) < 25
    (said,) = snapshot.diagnostics
    assert said.id == "region-unreachable"
    assert said.message.startswith("the account, ap-east-1: S3 did not answer in time (ReadTimeoutError), 8 times")


def test_a_region_that_hangs_leaves_threads_to_the_others(fault_server: FaultServer, fetcher: Make) -> None:
    """No bucket of the hanging region is done before all of the other one are."""
    hangs, alive = wanted("hangs", 20, region="ap-east-1"), wanted("alive", 50, region="eu-west-1")
    put(fault_server, hangs, HANG)
    put(fault_server, alive, RULES)
    arrivals = fetcher(concurrency=4, deadline=30).arrivals([*hangs, *alive])

    first = [next(arrivals)[0] for _ in range(50)]

    assert sorted(first) == list(range(20, 70))
    arrivals.close()  # type: ignore[attr-defined]


class Broken:
    """In the place of ``Port.read``: after ``good`` calls no connection comes about, for so many calls. ``together`` of
    them fail at the same moment, as the threads of a process do when the network goes.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch, good: int, calls: float, together: int) -> None:
        read, barrier, count, lock = Port.read, threading.Barrier(together), itertools.count(), threading.Lock()
        self.failed = 0

        def broken(port: Port, name: str, owner: str | None) -> object:
            with lock:
                number = next(count) - good
            if not 0 <= number < calls:
                return read(port, name, owner)
            if number < together:
                barrier.wait(10)
            with lock:
                self.failed += 1
            raise EndpointConnectionError(endpoint_url="http://s3.example")

        monkeypatch.setattr(Port, "read", broken)


def test_a_network_that_breaks_for_a_moment_costs_no_bucket(
    fault_server: FaultServer, fetcher: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    buckets = wanted("b", 400)
    put(fault_server, buckets, RULES)
    broken = Broken(monkeypatch, good=100, calls=16, together=16)

    snapshot = fetcher(concurrency=16, processes=1).fetch(buckets)

    assert broken.failed == 16
    assert states(snapshot.buckets) == {State.CONFIGURED: 400}
    assert snapshot.diagnostics == ()


def test_a_network_that_does_not_come_back_ends_the_reading_after_a_few_probes(
    fault_server: FaultServer, fetcher: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    buckets = wanted("b", 400)
    put(fault_server, buckets, RULES)
    broken = Broken(monkeypatch, good=100, calls=float("inf"), together=16)

    snapshot = fetcher(concurrency=16, processes=1).fetch(buckets)

    assert states(snapshot.buckets) == {State.CONFIGURED: 100, State.ERROR: 300}
    assert broken.failed <= 16 + 16
    assert [each.id for each in snapshot.diagnostics] == ["region-unreachable"]


LISTING = Reply(
    body='<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>b</Name></ListBucketResult>'
)


@pytest.mark.parametrize(
    "reply",
    [error(501, "NotImplemented"), error(405, "MethodNotAllowed"), Reply(501), LISTING],
    ids=["501", "405", "bare", "listing"],
)
def test_a_server_that_does_not_know_cors_is_found_out_and_not_asked_thousands_of_times(
    fault_server: FaultServer, fetcher: Make, reply: Reply
) -> None:
    buckets = wanted("b", 500)
    put(fault_server, buckets, reply)

    snapshot = fetcher().fetch(buckets)

    assert states(snapshot.buckets) == {State.UNSUPPORTED: 500}
    assert len(fault_server.asked) < 30
    assert [each.id for each in snapshot.diagnostics] == ["cors-unsupported"]


def test_a_server_that_told_of_one_bucket_is_asked_for_all_others(fault_server: FaultServer, fetcher: Make) -> None:
    buckets = wanted("b", 60)
    put(fault_server, buckets, error(405, "MethodNotAllowed"))
    fault_server.bucket("b-0", NONE)

    snapshot = fetcher(concurrency=1).fetch(buckets)

    assert len(fault_server.asked) == 60
    assert snapshot.diagnostics == ()


@pytest.mark.parametrize(
    "name",
    [
        "ap-x--ol-s3",
        "data--use1-az4--xa-s3",
        "outpost--op-s3",
        "fs-ext-s3alias",
        "abc.mrap",
        "logs--use1-az4--x-s3",
        "t--table-s3",
    ],
)
def test_names_that_are_no_bucket_with_rules_are_told_apart(
    fault_server: FaultServer, fetcher: Make, name: str
) -> None:
    (bucket,) = fetcher().fetch([Wanted(name)]).buckets

    assert bucket.state is State.UNSUPPORTED
    assert fault_server.asked == []


def test_the_alias_of_an_access_point_is_read_like_a_bucket(fault_server: FaultServer, fetcher: Make) -> None:
    name = "my-ap-hrzrlukc5m36ft7okagglf3gmwluquse1b-s3alias"
    fault_server.bucket(name, RULES)

    (bucket,) = fetcher().fetch([Wanted(name)]).buckets

    assert bucket.state is State.CONFIGURED


def test_fips_where_there_is_none_is_one_error(aws_environment: pytest.MonkeyPatch) -> None:
    aws_environment.setenv("AWS_USE_FIPS_ENDPOINT", "true")

    with pytest.raises(EndpointError, match="S3 has no FIPS endpoint in this partition") as caught:
        S3Fetcher(region="cn-north-1", retry=QUICK).fetch(wanted("b", 50))

    assert caught.value.advice is not None
    assert "AWS_USE_FIPS_ENDPOINT" in caught.value.advice


def test_what_was_not_read_by_the_deadline_is_told_and_counted(fault_server: FaultServer, fetcher: Make) -> None:
    fault_server.bucket("works", RULES)
    fault_server.bucket("hangs", HANG)

    snapshot = fetcher(deadline=0.4).fetch([Wanted("works"), Wanted("hangs"), Wanted("works")])

    assert snapshot.buckets[1].state is State.ERROR
    assert snapshot.buckets[1].reason == "not read: the deadline of 0.4 seconds had passed"
    assert [each.id for each in snapshot.diagnostics] == ["deadline"]


def test_after_the_deadline_no_listing_is_begun_and_that_is_told(fault_server: FaultServer, fetcher: Make) -> None:
    fault_server.pages = {"": page("a")}
    reader = fetcher(deadline=0.0)

    assert list(reader.list_buckets()) == []
    assert [each.id for each in reader.diagnostics] == ["listing-incomplete"]
    assert fault_server.asked == []


def test_equal_rules_are_one_value(fault_server: FaultServer, fetcher: Make) -> None:
    buckets = wanted("b", 20)
    put(fault_server, buckets, RULES)

    assert len({id(bucket.cors) for bucket in fetcher().stream(buckets)}) == 1


def test_a_redirect_is_remembered_for_the_next_pass(fault_server: FaultServer, fetcher: Make) -> None:
    fault_server.bucket("b", error(301, "PermanentRedirect", x_amz_bucket_region="eu-west-1"), SLOW_DOWN, RULES)
    reader = fetcher(region="us-east-1")

    for _ in range(2):
        assert next(reader.stream([Wanted("b")])).region == "eu-west-1"

    assert signed_in(fault_server, "b") == ["us-east-1", "eu-west-1", "eu-west-1", "eu-west-1"]


def test_regions_that_send_a_bucket_back_and_forth_are_not_followed_for_ever(
    fault_server: FaultServer, fetcher: Make
) -> None:
    there = error(301, "PermanentRedirect", x_amz_bucket_region="eu-west-1")
    back = error(301, "PermanentRedirect", x_amz_bucket_region="us-east-1")
    fault_server.bucket("b", *[there, back] * 10)
    fault_server.bucket("works", RULES)

    bucket, _ = fetcher(region="us-east-1").fetch([Wanted("b"), Wanted("works")]).buckets

    assert bucket.state is State.ERROR
    assert len(fault_server.asked_for("b")) == 3


def test_a_redirect_to_what_is_no_region_is_not_followed(fault_server: FaultServer, fetcher: Make) -> None:
    fault_server.bucket("b", error(301, "PermanentRedirect", x_amz_bucket_region="evil.example/#"))
    fault_server.bucket("works", RULES)

    bucket, _ = fetcher().fetch([Wanted("b"), Wanted("works")]).buckets

    assert bucket.state is State.ERROR
    assert {each.path for each in fault_server.asked} == {"/b", "/works"}
