"""The resources of stacks and the tags of buckets, out of answers as the SDK gives them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from drift.fetchers.asking import Patience
from drift.fetchers.bucket_tags import BucketTags
from drift.fetchers.stacks import MAX_PAGES, StackResources
from drift.identity_lookups import Refused, Stack, StackResource
from drift.interfaces import Wanted

AT_ONCE = Patience(sleep=lambda _: None)
ITEM = {
    "LogicalResourceId": "Assets",
    "ResourceType": "AWS::S3::Bucket",
    "PhysicalResourceId": "shop-assets-1",
    "ResourceStatus": "CREATE_COMPLETE",
}


def refusal(code: str, status: int) -> ClientError:
    return ClientError(
        {"Error": {"Code": code, "Message": "m"}, "ResponseMetadata": {"HTTPStatusCode": status}},
        "x",
    )


class Answers:
    """Access to a service that gives these answers one after the other, the last one for ever."""

    def __init__(self, *answers: Mapping[str, Any] | Exception, accounts: Sequence[str] = ()) -> None:
        self.answers, self.accounts = list(answers), accounts
        self.asked: list[dict[str, Any]] = []
        self.made: list[tuple[str, str | None, str | None]] = []

    def client(self, service: str, region: str | None = None, account: str | None = None, config: Any = None) -> Any:
        self.made.append((service, region, account))
        meta = SimpleNamespace(endpoint_url="https://x.example", region_name=region or "us-east-1")
        return SimpleNamespace(meta=meta, list_stack_resources=self._answer, get_bucket_tagging=self._answer)

    def has(self, account: str | None) -> bool:
        return account in self.accounts

    def refresh(self, account: str | None = None) -> bool:
        return False

    def _answer(self, **asked: Any) -> Mapping[str, Any]:
        self.asked.append(asked)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


def page(*items: Mapping[str, Any], token: str | None = None) -> dict[str, Any]:
    return {"StackResourceSummaries": list(items), **({"NextToken": token} if token else {})}


def test_all_pages_of_a_stack_are_its_resources() -> None:
    access = Answers(page(ITEM, token="t"), page({**ITEM, "LogicalResourceId": "Logs"}))
    stack = StackResources(access, "eu-west-1", AT_ONCE)("shop")
    assert isinstance(stack, Stack)
    assert [each.logical_id for each in stack.resources] == ["Assets", "Logs"]
    assert stack.resources[0] == StackResource("Assets", "AWS::S3::Bucket", "shop-assets-1", "CREATE_COMPLETE")
    assert stack.region == "eu-west-1"
    assert access.asked == [{"StackName": "shop"}, {"StackName": "shop", "NextToken": "t"}]


def test_resource_without_an_id_has_none() -> None:
    stack = StackResources(Answers(page({"LogicalResourceId": "A", "PhysicalResourceId": ""})))("shop")
    assert stack == Stack((StackResource("A", "", None, ""),), "us-east-1")


def test_stack_that_never_ends_is_given_up() -> None:
    class Endless(Answers):
        def _answer(self, **asked: Any) -> Mapping[str, Any]:
            self.asked.append(asked)
            return page(ITEM, token=f"token-{len(self.asked)}")

    access = Endless(page())
    assert isinstance(StackResources(access, None, AT_ONCE)("shop"), Refused)
    assert len(access.asked) == MAX_PAGES


def test_page_that_comes_twice_is_given_up() -> None:
    access = Answers(page(ITEM, token="again"))
    assert isinstance(StackResources(access, None, AT_ONCE)("shop"), Refused)
    assert len(access.asked) == 2


def test_stack_that_is_not_there_is_told_apart_from_one_that_was_not_read() -> None:
    missing = StackResources(Answers(refusal("ValidationError", 400)))("shop")
    assert missing == Refused(
        "there is no such stack in us-east-1", "check --stack-name and --region; a deleted stack is found no longer",
        missing=True,
    )  # fmt: skip
    denied = StackResources(Answers(refusal("AccessDenied", 403)))("shop")
    assert isinstance(denied, Refused)
    assert (denied.denied, denied.missing) == (True, False)
    assert denied.advice is not None
    assert "cloudformation:ListStackResources" in denied.advice


@pytest.mark.parametrize("error", [refusal("AccessDenied", 403), EndpointConnectionError(endpoint_url="https://x")])
def test_three_failures_in_a_row_are_enough_for_a_region(error: Exception) -> None:
    access = Answers(error)
    read = StackResources(access, None, Patience(broken_attempts=1, sleep=lambda _: None))
    assert all(isinstance(read(f"stack-{number}", None, "eu-west-1"), Refused) for number in range(10))
    assert len(access.asked) == 3
    read("shop", None, "us-east-1")
    assert len(access.asked) == 4


def test_failures_count_only_in_a_row_and_missing_stacks_not_at_all() -> None:
    denied, missing = refusal("AccessDenied", 403), refusal("ValidationError", 400)
    access = Answers(denied, denied, page(ITEM), denied, missing, denied, missing, denied, page(ITEM))
    read = StackResources(access, None, AT_ONCE)
    for number in range(12):
        read(f"stack-{number}")
    assert len(access.asked) == 8


def test_credentials_of_an_account_are_used_where_there_are_any() -> None:
    access = Answers(page(ITEM), accounts=["222222222222"])
    read = StackResources(access, "eu-west-1", AT_ONCE)
    read("shop", "222222222222", "us-west-2")
    read("shop", "333333333333")
    assert access.made == [
        ("cloudformation", "us-west-2", "222222222222"),
        ("cloudformation", "eu-west-1", None),
    ]


def test_tags_are_asked_for_where_the_bucket_is_and_of_its_owner() -> None:
    access = Answers({"TagSet": [{"Key": "team", "Value": "web"}, {"Key": "empty"}]}, accounts=["222222222222"])
    tags = BucketTags(access, AT_ONCE)(Wanted("assets", "222222222222", "eu-west-1"))
    assert tags == {"team": "web", "empty": ""}
    assert access.made == [("s3", "eu-west-1", "222222222222")]
    assert access.asked == [{"Bucket": "assets", "ExpectedBucketOwner": "222222222222"}]


@pytest.mark.parametrize("code", ["NoSuchTagSet", "NoSuchBucket"])
def test_bucket_without_tags_or_gone_has_none(code: str) -> None:
    assert BucketTags(Answers(refusal(code, 404)), AT_ONCE)(Wanted("assets")) == {}


@pytest.mark.parametrize(
    ("answer", "denied"), [(refusal("AccessDenied", 403), True), (refusal("NotImplemented", 501), False), ({}, False)]
)
def test_tags_that_are_not_told_are_a_value(answer: Mapping[str, Any] | Exception, denied: bool) -> None:
    refused = BucketTags(Answers(answer), AT_ONCE)(Wanted("assets"))
    assert isinstance(refused, Refused)
    assert refused.denied is denied
