"""The list of operations, the guard that holds to it, and the policies that are made from it."""

from __future__ import annotations

import re
from typing import Any

import pytest

from drift.fetchers.operations import (
    ALLOWED,
    OPERATIONS,
    WRITING,
    Feature,
    ForbiddenOperationError,
    guard,
    guard_writing,
    policy,
)
from tests.fixtures_aws import aws_server
from tests.fixtures_s3 import aws_environment
from tests.live.aws_server import AwsServer

__all__ = ["aws_environment", "aws_server"]

READS = re.compile(r"(Get|List|Describe|Head|Lookup|Select|BatchGet)")
ISSUES_CREDENTIALS = {"AssumeRole", "AssumeRoleWithWebIdentity", "CreateToken", "CreateOAuth2Token"}


@pytest.fixture
def guarded(aws_environment: pytest.MonkeyPatch) -> Any:
    """A botocore session with nothing but the guard."""
    import botocore.session

    session = botocore.session.Session()
    guard(session.get_component("event_emitter"))
    return session


def test_every_operation_is_one_of_the_sdk_and_known_by_its_events_name(guarded: Any) -> None:
    for each in OPERATIONS:
        model = guarded.get_service_model(each.service)
        assert each.name in model.operation_names
        assert (model.service_id.hyphenize(), each.name) in ALLOWED


def test_everything_that_is_called_reads_or_issues_credentials() -> None:
    for each in OPERATIONS:
        assert READS.match(each.name) or each.name in ISSUES_CREDENTIALS


def test_what_the_sdk_models_as_reading_s3_is_sent_as_get_or_head(guarded: Any) -> None:
    model = guarded.get_service_model("s3")

    assert {model.operation_model(each.name).http["method"] for each in OPERATIONS if each.service == "s3"} == {
        "GET",
        "HEAD",
    }


@pytest.mark.parametrize("service", sorted({each.service for each in OPERATIONS}))
def test_no_other_operation_of_a_service_gets_as_far_as_a_request(
    guarded: Any, service: str, aws_server: AwsServer
) -> None:
    client = guarded.create_client(service, region_name="us-east-1", endpoint_url=aws_server.url)
    listed = {each.name for each in OPERATIONS if each.service == service}
    others = sorted(set(client.meta.service_model.operation_names) - listed)

    for name in others:
        with pytest.raises(ForbiddenOperationError, match=name):
            client._make_api_call(name, {})

    assert others
    assert aws_server.calls == []


def test_services_that_are_not_listed_cannot_be_asked_at_all(guarded: Any, aws_server: AwsServer) -> None:
    client = guarded.create_client("dynamodb", region_name="us-east-1", endpoint_url=aws_server.url)

    with pytest.raises(ForbiddenOperationError):
        client.list_tables()
    assert aws_server.calls == []


def test_a_request_is_looked_at_again_when_it_is_about_to_be_sent(guarded: Any, aws_server: AwsServer) -> None:
    client = guarded.create_client("s3", region_name="us-east-1", endpoint_url=aws_server.url)

    def as_a_write(request: Any, **_: object) -> None:
        request.method = "PUT"

    client.meta.events.register("request-created.s3.GetBucketCors", as_a_write)

    with pytest.raises(ForbiddenOperationError, match="sent to S3 as PUT"):
        client.get_bucket_cors(Bucket="assets")
    assert aws_server.calls == []


def test_nor_does_a_url_get_signed_that_would_write(guarded: Any) -> None:
    with pytest.raises(ForbiddenOperationError):
        guarded.create_client("s3", region_name="us-east-1").generate_presigned_url(
            "put_object", {"Bucket": "b", "Key": "k"}
        )


WRITES: list[tuple[str, dict[str, Any]]] = [
    ("put_bucket_cors", {"CORSConfiguration": {"CORSRules": []}}),
    ("delete_bucket_cors", {}),
]


@pytest.mark.parametrize(("method", "more"), WRITES, ids=["put", "delete"])
def test_no_session_but_one_for_writing_can_write_cors_rules(
    guarded: Any, writing: Any, method: str, more: dict[str, Any], aws_server: AwsServer
) -> None:
    asked = {"region_name": "us-east-1", "endpoint_url": aws_server.url}
    with pytest.raises(ForbiddenOperationError):
        getattr(guarded.create_client("s3", **asked), method)(Bucket="assets", **more)
    assert aws_server.calls == []

    with pytest.raises(Exception, match=r"NotImplemented|NoSuchBucket"):
        getattr(writing.create_client("s3", **asked), method)(Bucket="assets", **more)
    assert len(aws_server.calls) == 1


@pytest.fixture
def writing(aws_environment: pytest.MonkeyPatch) -> Any:
    """A botocore session with nothing but the guard of those that write."""
    import botocore.session

    session = botocore.session.Session()
    guard_writing(session.get_component("event_emitter"))
    return session


def test_what_writes_is_modelled_as_put_and_delete_of_cors(writing: Any) -> None:
    model = writing.get_service_model("s3")
    found = {each.name: model.operation_model(each.name).http for each in WRITING}
    assert {name: (each["method"], each["requestUri"]) for name, each in found.items()} == {
        "PutBucketCors": ("PUT", "?cors"),
        "DeleteBucketCors": ("DELETE", "?cors"),
    }


def test_a_session_for_writing_calls_nothing_else_of_s3_not_even_to_read(writing: Any, aws_server: AwsServer) -> None:
    client = writing.create_client("s3", region_name="us-east-1", endpoint_url=aws_server.url)
    others = sorted(set(client.meta.service_model.operation_names) - {each.name for each in WRITING})

    for name in others:
        with pytest.raises(ForbiddenOperationError, match=name):
            client._make_api_call(name, {})

    assert "GetBucketCors" in others
    assert aws_server.calls == []


@pytest.mark.parametrize("change", [{"method": "DELETE"}, {"url": "http://127.0.0.1:9/assets?policy"}], ids=str)
def test_what_it_sends_is_looked_at_again(writing: Any, change: dict[str, str], aws_server: AwsServer) -> None:
    client = writing.create_client("s3", region_name="us-east-1", endpoint_url=aws_server.url)

    def changed(request: Any, **_: object) -> None:
        for name, value in change.items():
            setattr(request, name, value)

    client.meta.events.register("request-created.s3.PutBucketCors", changed)
    with pytest.raises(ForbiddenOperationError):
        client.put_bucket_cors(Bucket="assets", CORSConfiguration={"CORSRules": []})
    assert aws_server.calls == []


def test_the_permission_for_writing_is_one_action_for_both() -> None:
    assert policy([Feature.APPLY]) == {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "s3:PutBucketCORS", "Resource": "arn:aws:s3:::*"}],
    }
    assert not {each.action for each in OPERATIONS} & {each.action for each in WRITING}


def test_reading_known_buckets_takes_one_permission() -> None:
    assert policy([Feature.READ]) == {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "s3:GetBucketCORS", "Resource": "arn:aws:s3:::*"}],
    }


def test_a_policy_has_what_its_features_need_and_nothing_else() -> None:
    for feature in Feature:
        needed = {each.action for each in (*OPERATIONS, *WRITING) if feature in each.features and each.action}
        allowed: set[str] = set()
        for statement in policy([feature])["Statement"]:
            actions = statement["Action"]
            allowed |= {actions} if isinstance(actions, str) else set(actions)
        assert allowed == needed


def test_arns_are_of_the_partition_the_buckets_and_the_role_that_are_given() -> None:
    document = policy([Feature.READ, Feature.ACCOUNTS], "aws-cn", ["assets", "uploads-*"], "audit")

    assert [statement["Resource"] for statement in document["Statement"]] == [
        ["arn:aws-cn:s3:::assets", "arn:aws-cn:s3:::uploads-*"],
        "arn:aws-cn:iam::*:role/audit",
    ]


def test_actions_on_the_same_resources_stand_in_one_statement() -> None:
    document = policy([Feature.LIST, Feature.BLAME])

    assert document["Statement"] == [
        {"Effect": "Allow", "Action": ["s3:ListAllMyBuckets", "cloudtrail:LookupEvents"], "Resource": "*"}
    ]
