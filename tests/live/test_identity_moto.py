"""Buckets of CloudFormation stacks found by logical id and by tags, on moto over HTTP.

Where moto is not AWS: it calls a nested stack by its name and not by its ARN, gives all resources on one page, and puts
no tags on what a stack makes, nor lets anybody put those of AWS: they are written into its memory here.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from drift.cors.model import Unknown
from drift.fetchers.aws import Aws
from drift.fetchers.bucket_tags import BucketTags
from drift.fetchers.stacks import StackResources
from drift.identity import Source, identify
from drift.identity_lookups import LOGICAL_ID_TAG, STACK_NAME_TAG, Refused, Stack, StackSource, TagSource
from drift.identity_sources import CallerSource
from drift.interfaces import Wanted
from drift.name_patterns import Listing, PatternSource
from drift.snapshot import Bucket, IdentifiedBy, Snapshot, State
from tests.fixtures_s3 import MotoS3

REGION = "eu-west-1"
ACCOUNT = "123456789012"
BUCKET = {"Type": "AWS::S3::Bucket"}


def declared(address: str = "Assets", stack: str = "Shop-Prod", region: str | None = REGION) -> Bucket:
    name = Unknown("CloudFormation generates the name")
    return Bucket(name, State.ABSENT, "cloudformation", address, stack=stack, region=region, generated=True)


class World:
    """A moto server, and what it takes to put stacks there."""

    def __init__(self, s3: MotoS3) -> None:
        self.s3 = s3
        self.aws = Aws(endpoint_url=s3.url, region=REGION)

    def deploy(self, stack: str, resources: dict[str, Any], region: str = REGION) -> None:
        self._client("cloudformation", region).create_stack(
            StackName=stack, TemplateBody=json.dumps({"Resources": resources})
        )

    def delete(self, stack: str) -> None:
        self._client("cloudformation", REGION).delete_stack(StackName=stack)

    def upload(self, template: dict[str, Any]) -> str:
        s3 = self._client("s3", "us-east-1")
        s3.create_bucket(Bucket="the-templates")
        s3.put_object(Bucket="the-templates", Key="child.json", Body=json.dumps(template))
        return "https://s3.amazonaws.com/the-templates/child.json"

    def buckets(self) -> list[str]:
        return [each["Name"] for each in self._client("s3", "us-east-1").list_buckets()["Buckets"]]

    def tag(self, bucket: str, stack: str, logical_id: str) -> None:
        from moto.s3.models import s3_backends

        backend = s3_backends[ACCOUNT]["aws"]
        arn = backend.buckets[bucket].arn
        tags = {STACK_NAME_TAG: stack, LOGICAL_ID_TAG: logical_id, "team": "web"}
        backend.tagger.tag_resource(arn, [{"Key": key, "Value": value} for key, value in tags.items()])

    def _client(self, service: str, region: str) -> Any:
        import boto3

        return boto3.session.Session().client(service, endpoint_url=self.s3.url, region_name=region)


@pytest.fixture
def world(moto_s3: MotoS3) -> World:
    return World(moto_s3)


def by_stack(world: World, *buckets: Bucket) -> Snapshot:
    return identify(Snapshot("", buckets), [StackSource(StackResources(world.aws))])


def by_tags(world: World, *buckets: Bucket) -> Snapshot:
    listing = Listing(lambda: map(Wanted, world.buckets()))
    return identify(Snapshot("", buckets), [TagSource(listing, BucketTags(world.aws))])


def test_generated_name_is_that_of_the_stack(world: World) -> None:
    world.deploy("Shop-Prod", {"Assets": BUCKET, "Logs": BUCKET})
    (bucket,) = by_stack(world, declared()).buckets
    assert isinstance(bucket.name, str)
    assert bucket.name in world.buckets()
    assert bucket.name.startswith("shop-prod-assets-")
    assert bucket.identity is not None
    assert bucket.identity.says == "stack Shop-Prod in eu-west-1 has it as Assets"


def test_name_is_found_behind_the_hundredth_resource(world: World) -> None:
    topics: dict[str, Any] = {f"Topic{number}": {"Type": "AWS::SNS::Topic"} for number in range(104)}
    world.deploy("Many", {**topics, "Zassets": BUCKET})
    stack = StackResources(world.aws)("Many")
    assert isinstance(stack, Stack)
    assert len(stack.resources) == 105
    (bucket,) = by_stack(world, declared("Zassets", "Many")).buckets
    assert bucket.name in world.buckets()


def test_bucket_of_a_nested_stack_is_found(world: World) -> None:
    url = world.upload({"Resources": {"Media": BUCKET}})
    child = {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": url}}
    world.deploy("Shop-Prod", {"Storage": child, "Media": BUCKET})
    outer, inner = by_stack(world, declared("Media"), declared("Storage/Media")).buckets
    assert outer.name != inner.name
    assert {outer.name, inner.name} <= set(world.buckets())
    assert str(inner.name).startswith("shop-prod-storage-")


def test_stack_is_looked_for_in_its_own_region(world: World) -> None:
    world.deploy("Shop-Prod", {"Assets": BUCKET}, "us-west-2")
    there, elsewhere = declared(region="us-west-2"), declared("Assets", region="eu-central-1")
    assert by_stack(world, there).buckets[0].identity is not None
    outcome = by_stack(world, elsewhere)
    assert outcome.buckets[0].identity is None
    (told,) = outcome.diagnostics
    assert told.id == "stack-not-found"
    assert "there is no such stack in eu-central-1" in told.message


def test_deleted_stack_is_told_as_none(world: World) -> None:
    world.deploy("Shop-Prod", {"Assets": BUCKET})
    world.delete("Shop-Prod")
    (told,) = by_stack(world, declared()).diagnostics
    assert told.id == "stack-not-found"


def test_what_the_stack_does_not_have_stays_open(world: World) -> None:
    world.deploy("Shop-Prod", {"Other": BUCKET})
    (bucket,) = by_stack(world, declared()).buckets
    assert isinstance(bucket.name, Unknown)
    assert "stack Shop-Prod has no Assets" in bucket.name.reason


def test_name_that_the_account_would_complete_stays_open_where_the_stack_does_not_have_it(world: World) -> None:
    world.deploy("Shop-Dev", {"Other": BUCKET})
    world.deploy("Shop-Prod", {"Assets": {**BUCKET, "Properties": {"BucketName": f"assets-{ACCOUNT}"}}})
    name = Unknown("the account is not known: give --account ID", "assets-")
    bucket = Bucket(name, State.ABSENT, "cloudformation", "Assets", stack="Shop-Dev", region=REGION)
    completes = CallerSource(lambda: Snapshot("", (replace(bucket, name=f"assets-{world.aws.caller().account}"),)))
    sources: list[Source] = [StackSource(StackResources(world.aws)), completes]
    (by_account,) = identify(Snapshot("", (bucket,)), sources[1:]).buckets
    assert by_account.name == f"assets-{ACCOUNT}"
    (outcome,) = identify(Snapshot("", (bucket,)), sources).buckets
    assert isinstance(outcome.name, Unknown)
    assert "stack Shop-Dev has no Assets" in outcome.name.reason


@pytest.mark.parametrize("name", ["../etc", "a b", "-x", "", "arn:aws:s3:::b", "x" * 129])
def test_what_is_no_name_of_a_stack_is_not_asked_for(name: str) -> None:
    assert isinstance(StackResources(Nobody())(name), Refused)


class Nobody:
    """No access at all: a call would be a mistake."""

    def client(self, service: str, region: str | None = None, account: str | None = None, config: Any = None) -> Any:
        raise AssertionError("this would be a call")

    def has(self, account: str | None) -> bool:
        return False

    def refresh(self, account: str | None = None) -> bool:
        raise AssertionError("this would be a call")


def test_tags_tell_the_bucket_of_a_stack(world: World) -> None:
    world.deploy("Shop-Prod", {"Assets": BUCKET, "Logs": BUCKET})
    for name in world.buckets():
        world.tag(name, "Shop-Prod", "Assets" if "-assets-" in name else "Logs")
    outcome = by_tags(world, declared(), declared("Logs"))
    assert sorted(str(bucket.name) for bucket in outcome.buckets) == world.buckets()
    assert all(each.identity is not None and each.identity.by is IdentifiedBy.TAGS for each in outcome.buckets)
    assert outcome.diagnostics == ()


def test_buckets_without_tags_are_not_taken_for_the_stack_s(world: World) -> None:
    world.deploy("Shop-Prod", {"Assets": BUCKET})
    (bucket,) = by_tags(world, declared()).buckets
    assert isinstance(bucket.name, Unknown)
    assert bucket.name.reason.endswith("no listed bucket that fits has its tags")


def test_generated_name_fits_its_pattern(world: World) -> None:
    world.deploy("Shop-Prod", {"Assets": BUCKET, "Logs": BUCKET})
    listing = Listing(lambda: map(Wanted, world.buckets()))
    (bucket,) = identify(Snapshot("", (declared(),)), [PatternSource(listing)]).buckets
    assert bucket.identity is not None
    assert bucket.identity.by is IdentifiedBy.PATTERN
    assert str(bucket.name).startswith("shop-prod-assets-")
