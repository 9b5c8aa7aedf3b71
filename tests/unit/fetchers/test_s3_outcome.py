"""One failed call, one outcome: the table of codes, and what a reason may hold."""

from __future__ import annotations

import errno
from typing import Any

import pytest
from botocore import exceptions as sdk
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from drift.errors import CredentialsError, EndpointError
from drift.fetchers import s3_faults
from drift.fetchers.s3_outcome import (
    CREDENTIAL_CODES,
    THROTTLE_CODES,
    Fault,
    from_answer,
    from_code,
    from_error,
    is_account,
    unsupported_name,
)
from drift.snapshot import State


@pytest.mark.parametrize(
    ("code", "status", "state", "fault"),
    [
        ("NoSuchCORSConfiguration", 404, State.ABSENT, None),
        ("NoSuchCORSConfiguration", 500, State.ERROR, Fault.TRANSIENT),
        ("NoSuchCORSConfiguration", 400, State.ERROR, None),
        ("NoSuchBucket", 404, State.MISSING, Fault.NO_BUCKET),
        ("404", 404, State.ERROR, None),
        ("NoSuchKey", 404, State.ERROR, None),
        ("AccessDenied", 403, State.DENIED, Fault.DENIED),
        ("AllAccessDisabled", 403, State.DENIED, Fault.DENIED),
        ("NotSignedUp", 403, State.DENIED, Fault.DENIED),
        ("", 403, State.DENIED, Fault.DENIED),
        ("403", 403, State.DENIED, Fault.DENIED),
        ("InvalidObjectState", 403, State.DENIED, Fault.DENIED),
        ("SlowDown", 503, State.THROTTLED, Fault.THROTTLED),
        ("ServiceUnavailable", 503, State.THROTTLED, Fault.THROTTLED),
        ("503", 503, State.ERROR, Fault.TRANSIENT),
        ("RequestLimitExceeded", 400, State.THROTTLED, Fault.THROTTLED),
        ("429", 429, State.THROTTLED, Fault.THROTTLED),
        ("InternalError", 500, State.ERROR, Fault.TRANSIENT),
        ("502", 502, State.ERROR, Fault.TRANSIENT),
        ("RequestTimeout", 400, State.ERROR, Fault.TRANSIENT),
        ("NotImplemented", 501, State.UNSUPPORTED, Fault.UNSUPPORTED),
        ("501", 501, State.UNSUPPORTED, Fault.UNSUPPORTED),
        ("MethodNotAllowed", 405, State.UNSUPPORTED, Fault.UNSUPPORTED),
        ("InvalidAccessPointAliasError", 400, State.UNSUPPORTED, Fault.UNSUPPORTED),
        ("PermanentRedirect", 301, State.ERROR, Fault.ELSEWHERE),
        ("AuthorizationHeaderMalformed", 400, State.ERROR, Fault.ELSEWHERE),
        ("InvalidBucketName", 400, State.ERROR, None),
        ("InvalidBucketOwnerAWSAccountID", 400, State.ERROR, None),
        ("ExpiredToken", 400, State.ERROR, Fault.EXPIRED),
        ("InvalidAccessKeyId", 403, State.ERROR, Fault.CREDENTIALS),
        ("SignatureDoesNotMatch", 403, State.ERROR, Fault.CREDENTIALS),
        ("RequestTimeTooSkewed", 403, State.ERROR, Fault.CREDENTIALS),
        ("", 0, State.ERROR, None),
    ],
)
def test_every_code_has_its_outcome(code: str, status: int, state: State, fault: Fault | None) -> None:
    outcome = from_code(code, status, False)

    assert (outcome.state, outcome.fault) == (state, fault)
    assert (outcome.reason is None) == (state is State.ABSENT)


@given(st.text(max_size=20), st.integers(0, 999), st.booleans())
def test_nothing_but_the_code_itself_proves_that_there_are_no_rules(code: str, status: int, owner: bool) -> None:
    outcome = from_code(code, status, owner)

    assert outcome.state not in (State.ABSENT, State.CONFIGURED, State.UNKNOWN)
    assert outcome.cors is None
    assert outcome.reason is not None
    assert outcome.reason.isprintable()


@pytest.mark.parametrize("code", sorted(THROTTLE_CODES | set(CREDENTIAL_CODES)))
def test_throttles_and_credential_faults_are_never_told_as_denials(code: str) -> None:
    assert from_code(code, 403, True).state is not State.DENIED


@pytest.mark.parametrize(
    "answer", [{}, {"CORSRules": []}, {"CORSRules": None}, {"ResponseMetadata": {"HTTPStatusCode": 200}}]
)
def test_an_answer_without_rules_is_an_error(answer: dict[str, Any]) -> None:
    assert from_answer(answer).state is State.ERROR


@pytest.mark.parametrize(
    ("error", "state", "fault"),
    [
        (sdk.ReadTimeoutError(endpoint_url="http://s3/b?cors"), State.ERROR, Fault.SILENT),
        (sdk.ConnectionClosedError(endpoint_url="http://s3/b?cors"), State.ERROR, Fault.TRANSIENT),
        (sdk.ResponseStreamingError(error="x"), State.ERROR, Fault.TRANSIENT),
        (sdk.ConnectTimeoutError(endpoint_url="http://s3/b?cors"), State.ERROR, Fault.UNREACHABLE),
        (sdk.EndpointConnectionError(endpoint_url="http://s3/b?cors"), State.ERROR, Fault.UNREACHABLE),
        (sdk.ProxyConnectionError(proxy_url="http://p"), State.ERROR, Fault.UNREACHABLE),
        (sdk.SSLError(endpoint_url="https://s3/b?cors", error=OSError("bad")), State.ERROR, Fault.UNREACHABLE),
        (sdk.HTTPClientError(error="x"), State.ERROR, Fault.UNREACHABLE),
        (sdk.ParamValidationError(report="Invalid bucket name"), State.ERROR, None),
        (sdk.EndpointProviderError(msg="x"), State.ERROR, None),
        (ValueError("invalid literal for int()"), State.ERROR, Fault.TRANSIENT),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else None,
)
def test_every_failure_of_the_sdk_has_its_outcome(error: Exception, state: State, fault: Fault | None) -> None:
    outcome = from_error(error)

    assert (outcome.state, outcome.fault) == (state, fault)
    assert outcome.reason is not None
    assert "http" not in outcome.reason


def test_what_the_server_says_beyond_its_code_is_not_repeated() -> None:
    details = {
        "Code": "SignatureDoesNotMatch",
        "Message": "m-secret",
        "StringToSign": "s-secret",
        "AWSAccessKeyId": "k-secret",
    }
    response: Any = {"Error": details, "ResponseMetadata": {"HTTPStatusCode": 403}}
    error = ClientError(response, "GetBucketCors")

    assert "secret" not in (from_error(error).reason or "").replace("the secret key", "")


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (sdk.NoCredentialsError(), "no AWS credentials"),
        (sdk.PartialCredentialsError(provider="env", cred_var="x"), "incomplete"),
        (sdk.ProfileNotFound(profile="p"), "profile"),
        (sdk.UnauthorizedSSOTokenError(), "SSO session"),
        (sdk.SSOTokenLoadError(error_msg="x"), "SSO session"),
        (sdk.TokenRetrievalError(provider="sso", error_msg="x"), "SSO session"),
        (sdk.CredentialRetrievalError(provider="process", error_msg="x"), "could not be fetched"),
        (sdk.ConfigParseError(path="x", error="x"), "configuration files"),
        (sdk.InvalidConfigError(error_msg="x"), "configuration files"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else None,
)
def test_every_credential_fault_of_the_sdk_stops_the_run_with_advice(error: Exception, words: str) -> None:
    found = s3_faults.from_setup(error, None)

    assert isinstance(found, CredentialsError)
    assert words in found.message
    assert found.advice


def test_faults_of_single_buckets_do_not_stop_the_run() -> None:
    for error in (sdk.ReadTimeoutError(endpoint_url="x"), sdk.ParamValidationError(report="x"), ValueError("x")):
        assert s3_faults.from_setup(error, None) is None


def test_a_wrong_clock_is_no_matter_of_keys() -> None:
    assert s3_faults.refused("the clock of this machine differs").advice == "set the clock of this machine"


def test_an_unreachable_endpoint_is_named() -> None:
    found = s3_faults.unreachable("S3 cannot be reached", "https://s3.example")

    assert isinstance(found, EndpointError)
    assert found.message == "https://s3.example: S3 cannot be reached"


@pytest.mark.parametrize(
    ("text", "valid"),
    [
        ("123456789012", True),
        (None, False),
        ("12345678901", False),
        ("12345678901x", False),
        ("", False),
        ("١٢٣٤٥٦٧٨٩٠١٢", False),
        ("123456789012\n", False),
    ],
)
def test_an_account_id_is_twelve_ascii_digits(text: str | None, valid: bool) -> None:
    assert is_account(text) is valid


@pytest.mark.parametrize("name", ["assets", "x-s3", "my-arn:x", "logs--x-s3-old"])
def test_ordinary_names_are_asked_for(name: str) -> None:
    assert unsupported_name(name) is None


RULES = [{"AllowedMethods": ["GET"], "AllowedOrigins": ["*"]}]


@pytest.mark.parametrize(
    ("rules", "root"),
    [
        (RULES, "html"),
        (RULES, "ListBucketResult"),
        ([{}], "CORSConfiguration"),
        ([*RULES, {"AllowedMethods": ["GET"]}], "CORSConfiguration"),
        ([{"AllowedOrigins": ["*"]}], None),
    ],
)
def test_rules_that_s3_cannot_have_said_are_not_believed(rules: list[dict[str, Any]], root: str | None) -> None:
    outcome = from_answer({"CORSRules": rules}, root)
    assert (outcome.state, outcome.fault, outcome.cors) == (State.ERROR, Fault.TRANSIENT, None)
    assert from_answer({"CORSRules": RULES}, "CORSConfiguration").state is State.CONFIGURED


@pytest.mark.parametrize("number", [errno.EMFILE, errno.ENFILE])
def test_a_want_of_files_is_no_fault_of_the_other_end(number: int) -> None:
    from botocore.exceptions import EndpointConnectionError

    error = EndpointConnectionError(endpoint_url="https://s3.example", error="no")
    error.__context__ = ConnectionError("no connection")
    error.__context__.__cause__ = OSError(number, "Too many open files")
    outcome = from_error(error)
    assert outcome.fault is Fault.TRANSIENT
    assert "ulimit -n" in str(outcome.reason)
