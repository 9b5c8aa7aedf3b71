"""Names by the CloudFormation stack."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from drift.cors.model import Unknown
from drift.identity import identify
from drift.identity_lookups import Refused, Stack, StackResource, StackSource
from drift.snapshot import Alternative, Bucket, IdentifiedBy, Identity, Snapshot, State

CHILD = "arn:aws:cloudformation:eu-west-1:111122223333:stack/shop-Storage-1A2B3C4D5E6F/0f-1e"
DENIED = Refused("these credentials may not call it", "allow it", denied=True)


def declared(address: str = "Assets", stack: str | None = "shop", **more: object) -> Bucket:
    name = Unknown("CloudFormation generates the name")
    return Bucket(name, State.ABSENT, "cloudformation", address, stack=stack, generated=True, **more)  # type: ignore[arg-type]


def resource(
    logical_id: str = "Assets",
    physical_id: str | None = "shop-assets-1",
    status: str = "CREATE_COMPLETE",
    kind: str = "AWS::S3::Bucket",
) -> StackResource:
    return StackResource(logical_id, kind, physical_id, status)


class Stacks:
    """Stacks by name, with a note of who was asked."""

    def __init__(
        self, stacks: Mapping[str, Sequence[StackResource] | Refused], region: str | None = "eu-west-1"
    ) -> None:
        self.stacks, self.region = stacks, region
        self.asked: list[tuple[str, str | None, str | None]] = []

    def __call__(self, stack: str, account: str | None, region: str | None) -> Stack | Refused:
        self.asked.append((stack, account, region))
        found = self.stacks.get(stack, Refused("there is no such stack", missing=True))
        return found if isinstance(found, Refused) else Stack(tuple(found), region or self.region)


def by_stack(stacks: Stacks, *buckets: Bucket) -> Snapshot:
    return identify(Snapshot("", buckets), [StackSource(stacks)])


def reason(bucket: Bucket) -> str:
    assert isinstance(bucket.name, Unknown)
    return bucket.name.reason.removeprefix("CloudFormation generates the name; ")


def test_stack_names_the_bucket_of_a_logical_id() -> None:
    stacks = Stacks({"shop": [resource("Other", "shop-other-1"), resource()]})
    outcome = by_stack(stacks, declared())
    (bucket,) = outcome.buckets
    assert (bucket.name, bucket.region) == ("shop-assets-1", "eu-west-1")
    assert bucket.identity == Identity(IdentifiedBy.STACK, "stack shop in eu-west-1 has it as Assets")
    assert outcome.diagnostics == ()


def test_stack_is_asked_once_in_the_account_and_region_that_are_declared() -> None:
    stacks = Stacks({"shop": [resource(), resource("Logs", "shop-logs-1")]})
    here = {"account": "111122223333", "region": "us-east-1"}
    by_stack(stacks, declared(**here), declared("Logs", **here), declared("Logs", **{**here, "region": "eu-west-1"}))
    assert stacks.asked == [("shop", "111122223333", "us-east-1"), ("shop", "111122223333", "eu-west-1")]


def test_nested_stack_is_followed_by_its_arn() -> None:
    root = [resource("Storage", CHILD, kind="AWS::CloudFormation::Stack")]
    stacks = Stacks({"shop": root, CHILD: [resource("Media", "shop-media-1")]})
    (bucket,) = by_stack(stacks, declared("Storage/Media")).buckets
    assert bucket.name == "shop-media-1"
    assert bucket.identity is not None
    assert bucket.identity.says == "stack shop/Storage in eu-west-1 has it as Media"


@pytest.mark.parametrize("arn", ["http://evil.example/", "../x", "arn:aws:s3:::bucket", None])
def test_nested_stack_that_is_none_is_not_followed(arn: str | None) -> None:
    stacks = Stacks({"shop": [resource("Storage", arn, kind="AWS::CloudFormation::Stack")]})
    (bucket,) = by_stack(stacks, declared("Storage/Media")).buckets
    assert reason(bucket) == "stack shop has no stack as Storage"
    assert len(stacks.asked) == 1


def test_name_of_the_stack_is_asked_for_where_it_is_not_known() -> None:
    stacks = Stacks({})
    (bucket,) = by_stack(stacks, declared(stack=None)).buckets
    assert reason(bucket) == "the name of its stack is not known: give --stack-name"
    assert stacks.asked == []


def test_nobody_asks_for_what_other_tools_declare_or_for_what_could_not_be_compared() -> None:
    stacks = Stacks({})
    other = Bucket(Unknown("x"), State.ABSENT, "terraform", "a")
    unread = Bucket(Unknown("x"), State.UNKNOWN, "cloudformation", "a", reason="a macro", stack="shop")
    assert by_stack(stacks, other, unread).buckets == (other, unread)
    assert stacks.asked == []


def test_what_the_stack_does_not_have_is_not_deployed_or_not_of_that_template() -> None:
    (bucket,) = by_stack(Stacks({"shop": [resource("Other")]}), declared()).buckets
    assert reason(bucket) == (
        "stack shop has no Assets: this template is not deployed yet, or it is not the template of that stack"
    )


def test_false_condition_and_missing_deployment_cannot_be_told_apart() -> None:
    cases = (Alternative("IsProd is true", declared()), Alternative("IsProd is false", None))
    (bucket,) = by_stack(Stacks({"shop": [resource("Other")]}), declared(alternatives=cases)).buckets
    assert (
        reason(bucket) == "stack shop has no Assets: its condition is false there, or this template is not deployed yet"
    )


def test_bucket_that_is_there_is_created_whatever_its_condition_says() -> None:
    cases = (Alternative("IsProd is true", declared()), Alternative("IsProd is false", None))
    (bucket,) = by_stack(Stacks({"shop": [resource()]}), declared(alternatives=cases)).buckets
    assert (bucket.name, bucket.alternatives) == ("shop-assets-1", ())


@pytest.mark.parametrize(
    ("resources", "why"),
    [
        ([resource(status="CREATE_FAILED"), resource("Other")], "stack shop could not create Assets"),
        ([resource(status="DELETE_COMPLETE")], "stack shop is rolled back or deleted: it has no resources"),
        (
            [resource(status="DELETE_SKIPPED"), resource("Other")],
            "Assets is no longer in stack shop, which left shop-assets-1 behind",
        ),
        (
            [resource(physical_id=None, status="CREATE_IN_PROGRESS")],
            "stack shop has Assets, which has no bucket yet (CREATE_IN_PROGRESS)",
        ),
        (
            [resource(kind="AWS::SNS::Topic")],
            "stack shop has Assets as AWS::SNS::Topic, and the template as AWS::S3::Bucket",
        ),
        ([], "stack shop has no Assets: this template is not deployed yet, or it is not the template of that stack"),
    ],
)
def test_why_a_stack_has_no_bucket_is_told(resources: list[StackResource], why: str) -> None:
    outcome = by_stack(Stacks({"shop": resources}), declared())
    assert reason(outcome.buckets[0]) == why
    assert outcome.diagnostics == ()


def test_bucket_that_was_replaced_is_the_one_that_is_still_there() -> None:
    both = [resource(physical_id="shop-old", status="DELETE_COMPLETE"), resource(physical_id="shop-new")]
    assert by_stack(Stacks({"shop": both}), declared()).buckets[0].name == "shop-new"


def test_two_buckets_under_one_logical_id_are_both_named() -> None:
    both = [resource(physical_id="shop-one"), resource(physical_id="shop-two", status="UPDATE_IN_PROGRESS")]
    (bucket,) = by_stack(Stacks({"shop": both}), declared()).buckets
    assert reason(bucket) == "2 buckets may be meant: shop-one, shop-two (stack shop has them as Assets)"


def test_stack_that_may_not_be_read_is_one_warning_for_all_its_buckets() -> None:
    outcome = by_stack(Stacks({"shop": DENIED, "site": DENIED}), declared(), declared("Logs"), declared(stack="site"))
    (told,) = outcome.diagnostics
    assert (told.id, told.help) == ("stack-not-read", "allow it")
    assert "stack shop, stack site" in told.message
    assert reason(outcome.buckets[0]) == "stack shop was not read: these credentials may not call it"


def test_stack_that_is_not_there_is_a_warning_of_its_own() -> None:
    (told,) = by_stack(Stacks({}), declared()).diagnostics
    assert told.id == "stack-not-found"


def test_hostile_physical_id_is_refused() -> None:
    (bucket,) = by_stack(Stacks({"shop": [resource(physical_id="../../etc\x1b[31m")]}), declared()).buckets
    assert "is not the name of a bucket" in reason(bucket)
    assert reason(bucket).isprintable()
