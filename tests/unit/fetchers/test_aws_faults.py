"""What is said of a failed call of a service: why, with its code, and never in the server's own words."""

from __future__ import annotations

from typing import Any

import pytest
from botocore import exceptions as sdk
from botocore.parsers import ResponseParserError

from drift.errors import CredentialsError, EndpointError, UsageError
from drift.fetchers.aws_faults import Cause, fault_of

AWS = "https://sts.us-east-1.amazonaws.com"


def refused(code: str, status: int = 400) -> Exception:
    response: Any = {
        "Error": {"Code": code, "Message": "signed with hunter2-secret"},
        "ResponseMetadata": {"HTTPStatusCode": status},
    }
    error: Exception = sdk.ClientError(response, "LookupEvents")
    return error


@pytest.mark.parametrize(
    ("code", "status", "cause"),
    [
        ("AccessDenied", 403, Cause.DENIED),
        ("AccessDeniedException", 400, Cause.DENIED),
        ("SomethingNew", 403, Cause.DENIED),
        ("ExpiredToken", 403, Cause.CREDENTIALS),
        ("ExpiredTokenException", 400, Cause.CREDENTIALS),
        ("InvalidClientTokenId", 403, Cause.CREDENTIALS),
        ("UnrecognizedClientException", 400, Cause.CREDENTIALS),
        ("SignatureDoesNotMatch", 403, Cause.CREDENTIALS),
        ("ThrottlingException", 400, Cause.THROTTLED),
        ("Throttling", 400, Cause.THROTTLED),
        ("TooManyRequestsException", 400, Cause.THROTTLED),
        ("LimitExceededException", 400, Cause.THROTTLED),
        ("", 429, Cause.THROTTLED),
        ("InternalFailure", 500, Cause.UNREACHABLE),
        ("NotImplemented", 501, Cause.UNSUPPORTED),
        ("InvalidAction", 400, Cause.UNSUPPORTED),
        ("404", 404, Cause.UNSUPPORTED),
        ("NoSuchConfigurationAggregatorException", 400, Cause.OTHER),
        ("ResourceNotFoundException", 404, Cause.OTHER),
        ("ValidationError", 400, Cause.OTHER),
    ],
)
def test_each_code_has_its_cause_and_the_servers_words_are_not_repeated(code: str, status: int, cause: Cause) -> None:
    fault = fault_of(refused(code, status), "LookupEvents")

    assert fault.cause is cause
    assert fault.code == code
    assert "LookupEvents" in fault.reason
    assert "hunter2" not in f"{fault.reason} {fault.advice}"


def test_a_denial_names_the_action_to_allow() -> None:
    assert fault_of(refused("AccessDenied", 403), "LookupEvents").advice is not None
    assert "allow cloudtrail:LookupEvents" in str(fault_of(refused("AccessDenied", 403), "LookupEvents").advice)
    assert "allow s3:ListAllMyBuckets" in str(fault_of(refused("AccessDenied", 403), "ListBuckets").advice)


def test_a_code_that_does_not_look_like_one_is_not_repeated() -> None:
    fault = fault_of(refused("<script>\x1b[31m", 400), "LookupEvents")

    assert "script" not in fault.reason
    assert "HTTP 400" in fault.reason


@pytest.mark.parametrize(
    ("error", "cause"),
    [
        (sdk.EndpointConnectionError(endpoint_url="https://u:p@x/"), Cause.UNREACHABLE),
        (sdk.ReadTimeoutError(endpoint_url="https://u:p@x/"), Cause.UNREACHABLE),
        (sdk.ProxyConnectionError(proxy_url="http://u:p@proxy/"), Cause.UNREACHABLE),
        (sdk.SSLError(endpoint_url="https://u:p@x/", error="no"), Cause.UNREACHABLE),
        (sdk.NoCredentialsError(), Cause.CREDENTIALS),
        (sdk.ParamValidationError(report="u:p"), Cause.OTHER),
        (ValueError("u:p"), Cause.OTHER),
    ],
)
def test_failures_of_the_sdk_are_told_without_what_it_wrote(error: Exception, cause: Cause) -> None:
    fault = fault_of(error, "ListAccounts", endpoint=AWS)

    assert fault.cause is cause
    assert "u:p" not in f"{fault.reason} {fault.advice}"


def test_an_unreadable_answer_means_that_a_server_of_ones_own_does_not_have_it_and_nothing_of_aws() -> None:
    error = ResponseParserError("<html>")

    assert fault_of(error, "GetCallerIdentity", endpoint="http://127.0.0.1:9000").cause is Cause.UNSUPPORTED
    assert fault_of(error, "GetCallerIdentity", endpoint=AWS).cause is Cause.OTHER
    assert fault_of(error, "GetCallerIdentity").cause is Cause.OTHER


def test_errors_of_our_own_pass_as_they_are_told() -> None:
    assert fault_of(UsageError("no", advice="so"), "ListAccounts").reason == "no"
    assert fault_of(CredentialsError("no"), "ListAccounts").cause is Cause.CREDENTIALS


def test_as_an_error_it_is_one_of_credentials_or_of_the_endpoint() -> None:
    assert isinstance(fault_of(refused("AccessDenied", 403), "ListAccounts").error(), CredentialsError)
    assert isinstance(fault_of(refused("Throttling"), "ListAccounts").error(), EndpointError)
