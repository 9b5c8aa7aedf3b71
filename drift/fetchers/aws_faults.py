"""What a failed call of an AWS service other than S3 says, in one line with what to do.

Like that of S3, the reason never quotes what the server wrote beyond its code: it may repeat a signed request.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any

from drift.errors import CorsDriftError, CredentialsError, EndpointError, UsageError
from drift.fetchers import s3_faults, s3_outcome
from drift.fetchers.endpoints import is_aws
from drift.fetchers.operations import OPERATIONS


class Cause(Enum):
    """Why a service did not do as it was asked."""

    DENIED = "denied"
    """The credentials are good and may not do this."""
    CREDENTIALS = "credentials"
    """There are no usable credentials."""
    THROTTLED = "throttled"
    UNREACHABLE = "unreachable"
    UNSUPPORTED = "unsupported"
    """The server does not have this service or operation."""
    OTHER = "other"
    """The service answered with a code of its own, such as that there is no such stack: see ``code``."""


@dataclass(frozen=True, slots=True)
class ServiceFault:
    """``reason`` is for people, ``code`` is the service's own (empty if it gave none), ``advice`` what to try."""

    cause: Cause
    reason: str
    code: str = ""
    advice: str | None = None

    def error(self) -> CorsDriftError:
        """The same as an error that stops the run."""
        kind = CredentialsError if self.cause in (Cause.DENIED, Cause.CREDENTIALS) else EndpointError
        return kind(self.reason, advice=self.advice)


_THROTTLES = s3_outcome.THROTTLE_CODES | {"LimitExceededException", "Throttled"}
_DENIALS = s3_outcome.DENIED_CODES | {"AuthorizationError", "NotAuthorized", "UnauthorizedOperation"}
_CREDENTIALS = {
    "ExpiredToken": "have expired",
    "ExpiredTokenException": "have expired",
    "RequestExpired": "have expired, or the clock of this machine is wrong",
    "InvalidClientTokenId": "are not known",
    "UnrecognizedClientException": "are not known",
    "InvalidAccessKeyId": "are not known",
    "InvalidToken": "are not known",
    "SignatureDoesNotMatch": "do not fit together, or the clock of this machine is wrong",
    "IncompleteSignature": "do not fit together",
    "InvalidSignatureException": "do not fit together, or the clock of this machine is wrong",
    "MissingAuthenticationToken": "did not arrive",
    "MissingAuthenticationTokenException": "did not arrive",
    "AuthFailure": "are not known",
    "OptInRequired": "are of an account that has not signed up for this service",
}
_UNSUPPORTED = frozenset(
    {"NotImplemented", "UnknownOperationException", "InvalidAction", "UnsupportedOperation", "MethodNotAllowed"}
)
_CODE = re.compile(r"[A-Za-z][A-Za-z0-9._:-]{0,63}")


_KEPT = frozenset({"Code", "Region", "Bucket", "Endpoint"})


def without_words(parsed: Any, **_: object) -> None:
    """A handler of the SDK's ``after-call`` event: of an error document only codes and places come in.

    S3 repeats the signed request in some, and a server that is not AWS may write anything; the text would stand in
    every exception and traceback.
    """
    if isinstance(parsed, dict) and isinstance(parsed.get("Error"), dict):
        parsed["Error"] = {name: text for name, text in parsed["Error"].items() if name in _KEPT}


def fault_of(error: Exception, operation: str, profile: str | None = None, endpoint: str = "") -> ServiceFault:
    """What a failed call says; ``operation`` is its name in ``operations.OPERATIONS``, ``endpoint`` where it went.

    A ``CorsDriftError`` passes as it is told.
    """
    from botocore.exceptions import BotoCoreError, ClientError
    from botocore.parsers import ResponseParserError

    if isinstance(error, CorsDriftError):
        causes = {CredentialsError: Cause.CREDENTIALS, EndpointError: Cause.UNREACHABLE}
        cause = next((causes[kind] for kind in causes if isinstance(error, kind)), Cause.OTHER)
        return ServiceFault(cause, error.message, advice=error.advice)
    setup = s3_faults.from_setup(error, profile)
    if setup is not None:
        return ServiceFault(Cause.CREDENTIALS, setup.message, advice=setup.advice)
    if isinstance(error, ClientError):
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
        code = str(error.response.get("Error", {}).get("Code") or "")
        return _from_code(code, status if isinstance(status, int) else 0, operation)
    if isinstance(error, BotoCoreError) and not isinstance(error, ResponseParserError):
        return _from_sdk(error, operation, endpoint)
    return _unreadable(error, operation, endpoint)


def _unreadable(error: Exception, operation: str, endpoint: str) -> ServiceFault:
    """No answer of the service: from a server that has S3 alone that is its way to say no."""
    if endpoint and not is_aws(endpoint):
        return ServiceFault(Cause.UNSUPPORTED, f"{operation}: this server does not have it ({type(error).__name__})")
    return ServiceFault(Cause.OTHER, f"{operation}: the answer could not be read ({type(error).__name__})")


def _from_code(code: str, status: int, operation: str) -> ServiceFault:
    said = ", ".join([*([code] if _CODE.fullmatch(code) else []), *([f"HTTP {status}"] if status else [])]) or "no code"
    if code in _CREDENTIALS:
        return ServiceFault(
            Cause.CREDENTIALS,
            f"{operation}: the AWS credentials {_CREDENTIALS[code]} ({said})",
            code,
            "renew them, or sign in with `aws sso login`; for AWS in China or GovCloud give a --region there",
        )
    if code in _THROTTLES or status == 429:
        return ServiceFault(Cause.THROTTLED, f"{operation}: AWS asks to slow down ({said})", code, "try again later")
    if code in _DENIALS or status == 403:
        action = next((each.action for each in OPERATIONS if each.name == operation and each.action), None)
        advice = f"allow {action}; docs/permissions.md has the policies" if action else None
        return ServiceFault(Cause.DENIED, f"these credentials may not call {operation} ({said})", code, advice)
    if code in _UNSUPPORTED or status in (405, 501) or (status == 404 and not _CODE.fullmatch(code)):
        return ServiceFault(Cause.UNSUPPORTED, f"{operation}: this server does not have it ({said})", code)
    if status >= 500:
        return ServiceFault(Cause.UNREACHABLE, f"{operation}: the service failed ({said})", code, "try again later")
    return ServiceFault(Cause.OTHER, f"{operation} was refused ({said})", code)


def _from_sdk(error: Exception, operation: str, endpoint: str) -> ServiceFault:
    from botocore import exceptions as sdk

    name, at = type(error).__name__, f" at {endpoint}" if endpoint else ""
    if isinstance(error, sdk.HTTPClientError | sdk.ConnectionError):
        return ServiceFault(
            Cause.UNREACHABLE,
            f"{operation}: no answer{at} ({name})",
            advice="check --endpoint-url, --region, the network, and HTTPS_PROXY and AWS_CA_BUNDLE if they are set",
        )
    return ServiceFault(Cause.OTHER, f"{operation}: the request could not be made ({name})")


class RegionError(UsageError):
    """What was given as a region is not the name of one."""


def opened(make: Callable[[], Any], profile: str | None) -> Any:
    """A session or client of the SDK; what is wrong with profile, region or endpoint is told as an error of ours."""
    from botocore.exceptions import BotoCoreError, InvalidRegionError

    try:
        return make()
    except InvalidRegionError as error:
        raise RegionError(
            "what is given as an AWS region is not the name of one", advice="give one such as eu-west-1 with --region"
        ) from error
    except BotoCoreError as error:
        raise s3_faults.from_setup(error, profile) or s3_faults.unusable(error) from error
    except ValueError as error:  # botocore: "Invalid endpoint: ...", out of AWS_ENDPOINT_URL or the profile
        raise UsageError(
            "the configured endpoint is not a URL",
            advice="check AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_S3 and the profile",
        ) from error


def fetched(load: Callable[[], Any], profile: str | None) -> Any:
    """Credentials; whatever a file or a program that gives them has wrong is a fault of the profile."""
    from botocore.exceptions import BotoCoreError, CredentialRetrievalError

    try:
        return load()
    except CorsDriftError:
        raise
    except BotoCoreError as error:
        raise s3_faults.from_setup(error, profile) or s3_faults.unusable(error) from error
    except Exception as error:
        unfetched = CredentialRetrievalError(provider=profile, error_msg=type(error).__name__)
        raise s3_faults.from_setup(unfetched, profile) or s3_faults.unusable(error) from error
