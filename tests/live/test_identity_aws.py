"""Names looked up with several accounts, page by page, and where a service does not answer: against a small AWS."""

from __future__ import annotations

import pytest

from drift.cors.model import Unknown
from drift.fetchers.asking import Patience
from drift.fetchers.aws import Aws
from drift.fetchers.bucket_tags import BucketTags
from drift.fetchers.s3 import S3Fetcher
from drift.fetchers.stacks import StackResources
from drift.identity import Source, identify
from drift.identity_lookups import LOGICAL_ID_TAG, STACK_ID_TAG, STACK_NAME_TAG, StackSource, TagSource
from drift.identity_sources import CallerSource
from drift.name_patterns import Listing
from drift.settings import AccountAccess
from drift.snapshot import Bucket, IdentifiedBy, Snapshot, State
from tests.fixtures_aws import aws_server
from tests.live.aws_server import CALLER, AwsServer
from tests.live.aws_world import LiveBucket, Role

__all__ = ["aws_server"]

OTHER = "222222222222"
AT_ONCE = Patience(sleep=lambda _: None)


def declared(address: str = "Assets", stack: str = "shop", account: str | None = None) -> Bucket:
    name = Unknown("CloudFormation generates the name")
    return Bucket(
        name, State.ABSENT, "cloudformation", address, stack=stack, account=account, region="us-east-1", generated=True
    )


def tagged(address: str, stack: str = "shop", account: str = CALLER.account) -> LiveBucket:
    arn = f"arn:aws:cloudformation:us-east-1:{account}:stack/{stack}/0f-1e"
    return LiveBucket(account, tags={STACK_NAME_TAG: stack, LOGICAL_ID_TAG: address, STACK_ID_TAG: arn})


def sources(server: AwsServer, *accounts: AccountAccess) -> list[Source]:
    aws = Aws(endpoint_url=server.url, accounts=accounts)
    listing = Listing(S3Fetcher(endpoint_url=server.url).list_buckets)
    return [StackSource(StackResources(aws, patience=AT_ONCE)), TagSource(listing, BucketTags(aws, AT_ONCE))]


@pytest.fixture
def shop(aws_server: AwsServer) -> AwsServer:
    """With a stack of five buckets in the caller's account, two on a page."""
    names = ("Assets", "Logs", "Media", "Uploads", "Web")
    aws_server.world.stacks[(CALLER.account, "shop")] = {each: f"shop-{each.lower()}-1a2b3c4d5e6f" for each in names}
    for each in names:
        aws_server.world.buckets[f"shop-{each.lower()}-1a2b3c4d5e6f"] = tagged(each)
    return aws_server


def test_stack_is_read_to_its_last_page_and_once_for_all_its_buckets(shop: AwsServer) -> None:
    outcome = identify(Snapshot("", (declared("Web"), declared("Assets"))), sources(shop))
    assert [bucket.name for bucket in outcome.buckets] == ["shop-web-1a2b3c4d5e6f", "shop-assets-1a2b3c4d5e6f"]
    assert shop.operations == [("cloudformation", "ListStackResources")] * 3


def test_nothing_is_asked_where_every_name_is_known(shop: AwsServer) -> None:
    known = Bucket("assets", State.ABSENT, "cloudformation", "Assets", stack="shop")
    assert identify(Snapshot("", (known,)), sources(shop)).buckets == (known,)
    assert shop.calls == []


def test_stack_of_another_account_is_read_with_its_role(shop: AwsServer) -> None:
    shop.world.roles[f"arn:aws:iam::{OTHER}:role/audit"] = Role()
    shop.world.stacks[(OTHER, "shop")] = {"Assets": "shop-assets-of-the-other"}
    buckets = (declared(), declared(account=OTHER))
    here, there = identify(Snapshot("", buckets), sources(shop, AccountAccess(OTHER, "audit"))).buckets
    assert there.name == "shop-assets-of-the-other"
    assert there.account == OTHER
    assert isinstance(here.name, str)


def test_role_that_is_refused_leaves_the_name_open_and_the_rest_alone(shop: AwsServer) -> None:
    buckets = (declared(account=OTHER), declared("Logs"))
    outcome = identify(Snapshot("", buckets), sources(shop, AccountAccess(OTHER, "audit")))
    refused, found = outcome.buckets
    assert isinstance(refused.name, Unknown)
    assert found.name == "shop-logs-1a2b3c4d5e6f"
    assert "stack-not-read" in {each.id for each in outcome.diagnostics}


def test_tags_tell_the_bucket_where_cloudformation_does_not_answer(shop: AwsServer) -> None:
    shop.broken.add("cloudformation")
    outcome = identify(Snapshot("", (declared("Media"),)), sources(shop))
    (bucket,) = outcome.buckets
    assert bucket.name == "shop-media-1a2b3c4d5e6f"
    assert bucket.identity is not None
    assert bucket.identity.by is IdentifiedBy.TAGS
    assert [each.id for each in outcome.diagnostics] == ["stack-not-read"]
    (first, *_) = shop.of("GetBucketTagging")
    assert first.path.startswith("/shop-media-1a2b3c4d5e6f")  # what fits best is asked first


def test_tags_of_a_bucket_that_is_somebody_else_s_are_not_read(shop: AwsServer) -> None:
    shop.broken.add("cloudformation")
    name = "shop-assets-1a2b3c4d5e6f"
    shop.world.buckets = {name: LiveBucket(OTHER, tags=shop.world.buckets[name].tags)}
    (bucket,) = identify(Snapshot("", (declared(),)), sources(shop)).buckets
    assert isinstance(bucket.name, Unknown)


def test_caller_is_asked_for_only_where_that_completes_a_name(shop: AwsServer) -> None:
    aws = Aws(endpoint_url=shop.url)
    wanting = Bucket(Unknown("the account is not known: give --account ID", "site-"), State.ABSENT, "terraform", "a")

    def again() -> Snapshot:
        return Snapshot("", (Bucket(f"site-{aws.caller().account}", State.ABSENT, "terraform", "a"),))

    identify(Snapshot("", (declared(),)), [CallerSource(again)])
    assert shop.calls == []
    (bucket,) = identify(Snapshot("", (wanting,)), [CallerSource(again)]).buckets
    assert bucket.name == f"site-{CALLER.account}"
    assert shop.operations == [("sts", "GetCallerIdentity")]


def test_no_more_stacks_are_asked_for_after_some_denials(shop: AwsServer) -> None:
    shop.world.keys.clear()  # nobody is known any more: every call is refused
    buckets = tuple(declared(stack=f"stack-{number}") for number in range(20))
    aws = Aws(endpoint_url=shop.url)
    outcome = identify(Snapshot("", buckets), [StackSource(StackResources(aws, patience=AT_ONCE))])
    assert all(isinstance(bucket.name, Unknown) for bucket in outcome.buckets)
    assert len(outcome.diagnostics) == 1
    assert len(shop.of("ListStackResources")) == 3
