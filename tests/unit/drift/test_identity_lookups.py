"""Names by the CloudFormation stack, and by the tags that it leaves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from drift.cors.model import Unknown
from drift.identity import Source, identify
from drift.identity_lookups import (
    LOGICAL_ID_TAG,
    MAX_CANDIDATES,
    MAX_TAGGED,
    STACK_ID_TAG,
    STACK_NAME_TAG,
    Refused,
    Stack,
    StackResource,
    StackSource,
    TagSource,
    bears,
)
from drift.interfaces import Wanted
from drift.name_patterns import Listing
from drift.snapshot import Alternative, Bucket, IdentifiedBy, Identity, Snapshot, State

CHILD = "arn:aws:cloudformation:eu-west-1:111122223333:stack/shop-Storage-1A2B3C4D5E6F/0f-1e"
RANDOM = "1a2b3c4d5e6f"
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


def tags(stack: str = "shop", logical_id: str = "Assets") -> dict[str, str]:
    return {STACK_NAME_TAG: stack, LOGICAL_ID_TAG: logical_id, "owner": "me"}


class Tags:
    """Tags by bucket, with a note of what was asked."""

    def __init__(self, buckets: Mapping[str, Mapping[str, str] | Refused]) -> None:
        self.buckets = buckets
        self.asked: list[str] = []

    def __call__(self, bucket: Wanted) -> Mapping[str, str] | Refused:
        self.asked.append(bucket.name)
        return self.buckets.get(bucket.name, {})


def by_tags(read: Tags, listed: Sequence[str], *buckets: Bucket, whole: bool = True) -> Snapshot:
    listing = Listing(lambda: [Wanted(name, None, "eu-west-1") for name in listed], lambda: whole)
    return identify(Snapshot("", buckets), [TagSource(listing, read)])


def test_tags_name_the_bucket_of_a_logical_id() -> None:
    name = f"shop-assets-{RANDOM}"
    (bucket,) = by_tags(Tags({name: tags()}), ["other", name], declared()).buckets
    assert (bucket.name, bucket.region) == (name, "eu-west-1")
    assert bucket.identity == Identity(IdentifiedBy.TAGS, "it has the tags of Assets in stack shop")


def test_only_buckets_whose_names_fit_are_asked_and_the_best_first() -> None:
    listed = ["another", f"shop-zlogs-{RANDOM}", "shop-a-by-hand", f"shop-assets-{RANDOM}"]
    read = Tags({listed[3]: tags()})
    by_tags(read, listed, declared())
    assert read.asked == [listed[3], "shop-a-by-hand", listed[1]]


def test_name_says_nothing_where_the_tags_say_otherwise() -> None:
    name = f"shop-assets-{RANDOM}"
    outcome = by_tags(Tags({name: tags("another")}), [name], declared())
    assert reason(outcome.buckets[0]) == "no listed bucket that fits has its tags"


def test_two_buckets_with_the_same_tags_are_both_named() -> None:
    listed = [f"shop-assets-{RANDOM}", f"shop-assets-x{RANDOM}"]
    (bucket,) = by_tags(Tags(dict.fromkeys(listed, tags())), listed, declared()).buckets
    assert reason(bucket).startswith(f"2 buckets may be meant: {listed[0]}, {listed[1]}")


def test_tags_decide_nothing_where_not_all_buckets_were_listed() -> None:
    name = f"shop-assets-{RANDOM}"
    (bucket,) = by_tags(Tags({name: tags()}), [name], declared(), whole=False).buckets
    assert reason(bucket) == f"not all buckets were listed: {name} has the tags of Assets in stack shop, and others may"


@pytest.mark.parametrize(
    ("listed", "why"),
    [
        (["other"], "no listed bucket fits its name, and not all buckets were listed"),
        (["shop-by-hand"], "no listed bucket that fits has its tags, and not all buckets were listed"),
    ],
)
def test_bucket_with_the_tags_may_be_among_those_that_were_not_listed(listed: list[str], why: str) -> None:
    (bucket,) = by_tags(Tags({}), listed, declared(), whole=False).buckets
    assert reason(bucket) == why


@pytest.mark.parametrize(
    ("stack", "logical_id", "address", "borne"),
    [
        ("shop", "Assets", "Assets", True),
        ("Shop", "Assets", "Assets", False),
        ("shop", "assets", "Assets", False),
        ("shop-Storage-1A2B3C4D5E6F", "Media", "Storage/Media", True),
        ("shop-Storage-1A2B3C4D5E6F7", "Media", "Storage/Media", True),
        ("shop-Storage-1A2B", "Media", "Storage/Media", False),
        ("shop", "Media", "Storage/Media", False),
        ("shop-Storage-1A2B3C4D5E6F", "Media", "Media", False),
    ],
)
def test_tags_are_those_of_a_stack_and_of_the_stacks_nested_in_it(
    stack: str, logical_id: str, address: str, borne: bool
) -> None:
    assert bears(tags(stack, logical_id), declared(address)) is borne


@pytest.mark.parametrize(
    ("where", "taken"),
    [
        ({}, True),
        ({"account": "111122223333", "region": "eu-west-1"}, True),
        ({"account": "444455556666"}, False),
        ({"region": "us-east-1"}, False),
    ],
)
def test_stack_of_that_name_in_another_account_or_region_is_another(where: dict[str, str], taken: bool) -> None:
    name = f"shop-assets-{RANDOM}"
    arn = "arn:aws:cloudformation:eu-west-1:111122223333:stack/shop/0f-1e"
    listing = Listing(lambda: [Wanted(name)])
    source = TagSource(listing, Tags({name: {**tags(), STACK_ID_TAG: arn}}))
    (bucket,) = identify(Snapshot("", (declared(**where),)), [source]).buckets
    assert (bucket.name == name) is taken


def test_account_that_nothing_confirms_is_not_taken_for_the_one_that_is_meant() -> None:
    name = f"shop-assets-{RANDOM}"
    (bucket,) = by_tags(Tags({name: tags()}), [name], declared(account="111122223333")).buckets
    assert isinstance(bucket.name, Unknown)


def test_no_tags_are_read_without_the_name_of_a_stack() -> None:
    read = Tags({})
    bucket = declared(stack=None)
    assert by_tags(read, ["shop-assets-1"], bucket).buckets == (bucket,)
    assert read.asked == []


def test_tags_that_may_not_be_read_are_one_warning_and_few_attempts() -> None:
    listed = [f"shop-b{number}" for number in range(40)]
    read = Tags(dict.fromkeys(listed, DENIED))
    outcome = by_tags(read, listed, declared())
    (told,) = outcome.diagnostics
    assert (told.id, told.help) == ("tags-not-read", "allow it")
    assert len(read.asked) == 5
    assert reason(outcome.buckets[0]) == "not all buckets whose names fit were asked for their tags"


def test_so_many_buckets_are_asked_and_no_more() -> None:
    listed = [f"shop-b{number:04}" for number in range(MAX_CANDIDATES + 30)]
    read = Tags({})
    outcome = by_tags(read, listed, declared())
    assert len(read.asked) == MAX_CANDIDATES
    assert reason(outcome.buckets[0]) == "not all buckets whose names fit were asked for their tags"


def test_no_more_than_so_many_buckets_are_asked_in_a_run() -> None:
    stacks = [f"stack{number}" for number in range(8)]
    listed = [f"{stack}-b{number:03}" for stack in stacks for number in range(MAX_CANDIDATES)]
    read = Tags({})
    by_tags(read, listed, *(declared(stack=stack) for stack in stacks))
    assert len(read.asked) == MAX_TAGGED


def test_tags_are_asked_where_the_stack_may_not_be_and_not_where_it_has_no_such_bucket() -> None:
    name = f"shop-assets-{RANDOM}"
    for stacks, found in ((Stacks({"shop": DENIED}), True), (Stacks({"shop": [resource("Other")]}), False)):
        read = Tags({name: tags()})
        sources: list[Source] = [StackSource(stacks), TagSource(Listing(lambda: [Wanted(name)]), read)]
        (bucket,) = identify(Snapshot("", (declared(),)), sources).buckets
        assert (bucket.name == name) is found
        assert bool(read.asked) is found
