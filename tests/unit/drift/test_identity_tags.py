"""Names by the tags that CloudFormation puts on its buckets."""

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
from drift.snapshot import Bucket, IdentifiedBy, Identity, Snapshot, State

RANDOM = "1a2b3c4d5e6f"
UNREAD = "the tags of some buckets whose names fit were not read"
DENIED = Refused("these credentials may not call it", "allow it", denied=True)


def declared(address: str = "Assets", stack: str | None = "shop", **more: object) -> Bucket:
    name = Unknown("CloudFormation generates the name")
    return Bucket(name, State.ABSENT, "cloudformation", address, stack=stack, generated=True, **more)  # type: ignore[arg-type]


def reason(bucket: Bucket) -> str:
    assert isinstance(bucket.name, Unknown)
    return bucket.name.reason.removeprefix("CloudFormation generates the name; ")


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
    assert reason(outcome.buckets[0]) == UNREAD


@pytest.mark.parametrize("refusing", [f"shop-assets-{RANDOM}", f"shop-assets-z{RANDOM[1:]}"])
def test_tags_decide_nothing_where_those_of_a_bucket_that_fits_as_well_may_not_be_read(refusing: str) -> None:
    listed = [refusing, "shop-assets", f"shop-assets-m{RANDOM[1:]}"]
    read = Tags({refusing: DENIED, listed[2]: tags()})
    (bucket,) = by_tags(read, listed, declared()).buckets
    assert reason(bucket) == f"{UNREAD}: {listed[2]} has the tags of Assets in stack shop, and others may"


def test_tags_of_a_bucket_that_hardly_fits_need_not_be_read() -> None:
    name = f"shop-assets-{RANDOM}"
    read = Tags({"shop-secret": DENIED, name: tags()})
    assert by_tags(read, ["shop-secret", name], declared()).buckets[0].name == name


def test_bucket_without_the_tags_is_not_said_of_one_that_was_not_read() -> None:
    name = f"shop-assets-{RANDOM}"
    (bucket,) = by_tags(Tags({name: DENIED}), [name], declared()).buckets
    assert reason(bucket) == UNREAD


def test_so_many_buckets_are_asked_and_no_more() -> None:
    listed = [f"shop-b{number:04}" for number in range(MAX_CANDIDATES + 30)]
    read = Tags({})
    outcome = by_tags(read, listed, declared())
    assert len(read.asked) == MAX_CANDIDATES
    assert reason(outcome.buckets[0]) == UNREAD


def test_no_more_than_so_many_buckets_are_asked_in_a_run() -> None:
    stacks = [f"stack{number}" for number in range(8)]
    listed = [f"{stack}-b{number:03}" for stack in stacks for number in range(MAX_CANDIDATES)]
    read = Tags({})
    by_tags(read, listed, *(declared(stack=stack) for stack in stacks))
    assert len(read.asked) == MAX_TAGGED


def test_tags_are_asked_where_the_stack_may_not_be_and_not_where_it_has_no_such_bucket() -> None:
    name = f"shop-assets-{RANDOM}"
    other = Stack((StackResource("Other", "AWS::S3::Bucket", "shop-other-1", "CREATE_COMPLETE"),))
    for stack, found in ((DENIED, True), (other, False)):
        read = Tags({name: tags()})
        stacks = StackSource(lambda *_, answer=stack: answer)
        sources: list[Source] = [stacks, TagSource(Listing(lambda: [Wanted(name)]), read)]
        (bucket,) = identify(Snapshot("", (declared(),)), sources).buckets
        assert (bucket.name == name) is found
        assert bool(read.asked) is found
