"""ListBuckets, page after page."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from drift.errors import CredentialsError, EndpointError
from drift.fetchers.s3 import S3Fetcher
from drift.fetchers.s3_retry import Retry
from drift.interfaces import Wanted
from drift.snapshot import State
from tests.live.fault_server import HANG, SLOW_DOWN, FaultServer, Reply, error, rules

Make = Callable[..., S3Fetcher]


def page(*names: str, token: str = "", region: str = "eu-west-1") -> Reply:
    buckets = "".join(f"<Bucket><Name>{name}</Name><BucketRegion>{region}</BucketRegion></Bucket>" for name in names)
    more = f"<ContinuationToken>{token}</ContinuationToken>" if token else ""
    return Reply(body=f"<ListAllMyBucketsResult><Buckets>{buckets}</Buckets>{more}</ListAllMyBucketsResult>")


def test_pages_are_followed_to_the_last_token_and_bring_the_regions(fault_server: FaultServer, fetcher: Make) -> None:
    fault_server.pages = {"": page("a", token="t1"), "t1": page(token="t2"), "t2": page("b", region="us-east-2")}

    assert list(fetcher().list_buckets()) == [Wanted("a", region="eu-west-1"), Wanted("b", region="us-east-2")]
    assert all("max-buckets=1000" in each.query for each in fault_server.asked)


def test_a_token_that_comes_back_is_an_error_and_no_endless_loop(fault_server: FaultServer, fetcher: Make) -> None:
    fault_server.pages = {"": page("a", token="t1"), "t1": page("b", token="t1")}

    with pytest.raises(EndpointError, match="twice"):
        list(fetcher().list_buckets())


def test_an_account_without_buckets_is_an_empty_list(fault_server: FaultServer, fetcher: Make) -> None:
    fault_server.pages = {"": page()}

    assert list(fetcher().list_buckets()) == []


def test_a_listing_that_is_not_allowed_says_what_to_allow(fault_server: FaultServer, fetcher: Make) -> None:
    with pytest.raises(CredentialsError) as caught:
        list(fetcher().list_buckets())

    assert caught.value.advice == "allow s3:ListAllMyBuckets, or name the buckets"


def test_a_throttled_listing_ends_as_an_endpoint_fault(fault_server: FaultServer, fetcher: Make) -> None:
    fault_server.pages = {"": SLOW_DOWN}

    with pytest.raises(EndpointError, match="SlowDown"):
        list(fetcher().list_buckets())
    assert len(fault_server.asked) == 12


def test_refused_credentials_are_told_as_such(fault_server: FaultServer, fetcher: Make) -> None:
    fault_server.pages = {"": error(403, "InvalidAccessKeyId")}

    with pytest.raises(CredentialsError, match="does not know this access key"):
        list(fetcher().list_buckets())


def test_an_answer_that_is_no_listing_is_an_error_and_not_an_empty_account(
    fault_server: FaultServer, fetcher: Make
) -> None:
    fault_server.pages = {"": Reply(body="<html/>")}

    with pytest.raises(EndpointError, match="no list of buckets"):
        list(fetcher().list_buckets())


@pytest.mark.parametrize(
    ("pages", "names", "words"),
    [({"": HANG}, [], "any bucket was listed"), ({"": page("a", token="t1"), "t1": HANG}, ["a"], "all buckets were")],
)
def test_a_server_that_does_not_answer_holds_a_listing_up_no_longer_than_the_deadline(
    fault_server: FaultServer, fetcher: Make, pages: dict[str, Reply], names: list[str], words: str
) -> None:
    fault_server.pages = pages
    listing = fetcher(deadline=0.3)

    assert [each.name for each in listing.list_buckets()] == names
    (told,) = listing.diagnostics
    assert told.id == "listing-incomplete"
    assert words in told.message
    assert len(fault_server.asked) == len(pages)


def test_no_attempt_is_waited_for_that_would_come_after_the_deadline(fault_server: FaultServer, fetcher: Make) -> None:
    fault_server.pages = {"": SLOW_DOWN}
    listing = fetcher(deadline=60, retry=Retry(first_wait=1000, longest_wait=1000))

    assert list(listing.list_buckets()) == []
    assert [each.id for each in listing.diagnostics] == ["listing-incomplete"]
    assert len(fault_server.asked) == 1


def test_a_listing_within_its_deadline_is_whole_and_its_faults_are_told_as_ever(
    fault_server: FaultServer, fetcher: Make
) -> None:
    fault_server.pages = {"": page("a", token="t1"), "t1": page("b", token="t2"), "t2": error(403, "AccessDenied")}
    listing = fetcher(deadline=60)
    found = listing.list_buckets()

    assert [next(found).name, next(found).name] == ["a", "b"]
    with pytest.raises(CredentialsError):
        next(found)
    assert listing.diagnostics == ()


def test_buckets_that_were_named_are_told_when_the_rest_is_not_listed_in_time(
    fault_server: FaultServer, fetcher: Make
) -> None:
    def wanted() -> Iterator[Wanted]:
        yield Wanted("named")
        yield from reading.list_buckets()

    fault_server.pages = {"": HANG}
    fault_server.bucket("named", rules())
    reading = fetcher(deadline=1.0)

    found = reading.fetch(wanted())

    assert [(each.name, each.state) for each in found.buckets] == [("named", State.CONFIGURED)]
    assert [each.id for each in found.diagnostics] == ["listing-incomplete"]
