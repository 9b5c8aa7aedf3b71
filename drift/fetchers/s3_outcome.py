"""What an answer of S3, or a failure to get one, says about a bucket's CORS configuration.

Pure: one call in, one outcome out. Codes are those of "Error responses" in the S3 API reference; GetBucketCors models
no errors of its own, so they are told apart by code and status.
"""

from __future__ import annotations

import errno
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

from drift.cors.model import BucketCors, CorsRule
from drift.snapshot import State


class Fault(Enum):
    """Why there is no answer from S3 about this one bucket, where asking again or elsewhere may help, or where many of
    the kind tell something about the account or the server.
    """

    NO_BUCKET = "no bucket"
    THROTTLED = "throttled"
    TRANSIENT = "transient"
    SILENT = "silent"
    UNREACHABLE = "unreachable"
    NO_ENDPOINT = "no endpoint"
    CREDENTIALS = "credentials"
    EXPIRED = "expired"
    ELSEWHERE = "elsewhere"
    DENIED = "denied"
    UNSUPPORTED = "unsupported"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is known of the bucket if nothing further is tried. ``cors`` is there exactly when it has rules."""

    state: State
    reason: str | None = None
    cors: BucketCors | None = None
    fault: Fault | None = None

    @property
    def answered(self) -> bool:
        """Whether there was an answer from S3 itself, and not about the credentials alone."""
        return self.fault not in _NO_ANSWER

    @property
    def told(self) -> bool:
        """Whether it is known what the bucket has."""
        return self.state in (State.CONFIGURED, State.ABSENT)


_NO_ANSWER = frozenset({Fault.SILENT, Fault.UNREACHABLE, Fault.NO_ENDPOINT, Fault.CREDENTIALS, Fault.EXPIRED})

THROTTLE_CODES = frozenset(
    {"SlowDown", "ServiceUnavailable", "Throttling", "ThrottlingException", "ThrottledException", "TooManyRequests"}
    | {"TooManyRequestsException", "RequestLimitExceeded", "RequestThrottled", "RequestThrottledException"}
    | {"BandwidthLimitExceeded", "ProvisionedThroughputExceededException", "PriorRequestNotComplete", "LimitExceeded"}
)
TRANSIENT_CODES = frozenset({"InternalError", "RequestTimeout", "RequestTimeoutException", "OperationAborted"})
DENIED_CODES = frozenset(
    {
        "AccessDenied",
        "AccessDeniedException",
        "AllAccessDisabled",
        "AccountProblem",
        "NotSignedUp",
        "UnauthorizedAccess",
    }
    | {"UnauthorizedAccessError", "InvalidPayer"}
)
CREDENTIAL_CODES = {
    "ExpiredToken": "the credentials have expired",
    "ExpiredTokenException": "the credentials have expired",
    "TokenRefreshRequired": "the session token must be refreshed",
    "InvalidToken": "the session token is not valid here",
    "InvalidAccessKeyId": "S3 does not know this access key",
    "InvalidSecurity": "the credentials are not valid",
    "SignatureDoesNotMatch": "the secret key does not fit the access key",
    "RequestTimeTooSkewed": "the clock of this machine differs too much from that of S3",
    "RequestExpired": "the clock of this machine differs too much from that of S3",
}
UNSUPPORTED_CODES = frozenset(
    {"NotImplemented", "MethodNotAllowed", "UnsupportedOperation", "InvalidAccessPointAliasError"}
)
WRONG_REGION_CODES = frozenset(
    {"PermanentRedirect", "TemporaryRedirect", "Redirect", "AuthorizationHeaderMalformed"}
    | {"IllegalLocationConstraintException"}
)

EXPIRED_CODES = frozenset({"ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired"})
"""New credentials may help, where there are any to be had."""

_NO_BUCKETS = {
    "--x-s3": "directory buckets have no CORS configuration",
    "--xa-s3": "this is an access point of a directory bucket, which has no CORS configuration",
    "--table-s3": "table buckets have no CORS configuration",
    "--ol-s3": "this is the alias of an Object Lambda access point, which has no CORS configuration",
    "--op-s3": "this is the alias of an access point on S3 on Outposts, which has no CORS configuration",
    "-ext-s3alias": "this is an access point of a file system, which has no CORS configuration",
    ".mrap": "this is the alias of a Multi-Region Access Point, which has no CORS configuration",
}
"""Endings that S3 keeps for names that are no general purpose bucket's. Source: "Bucket naming rules" of the S3 user
guide, and those of directory buckets and access points.
"""

_ROOT = re.compile(rb"<(?![?!])(?:[A-Za-z_][\w.-]{0,40}:)?([A-Za-z_][\w.-]{0,63})")
_LOOKED_AT = 2048

_CODE = re.compile(r"[A-Za-z][A-Za-z0-9._:-]{0,63}")
_ACCOUNT = re.compile(r"[0-9]{12}")


def is_account(text: str | None) -> bool:
    """Whether this is an account id; S3 refuses any other expected owner (InvalidBucketOwnerAWSAccountID)."""
    return text is not None and _ACCOUNT.fullmatch(text) is not None


def unsupported_name(bucket: str) -> str | None:
    """Why the name is no general purpose bucket's nor the alias of an access point to one, or None."""
    if bucket.startswith("arn:"):
        return "this is an ARN, not a bucket name; for an access point give its alias"
    return next((why for ending, why in _NO_BUCKETS.items() if bucket.endswith(ending)), None)


def from_answer(answer: Mapping[str, Any], root: str | None = None) -> Outcome:
    """A 200. Without rules it proves nothing: boto3 gives that for an empty body and for any well-formed page too.

    ``root`` is the outermost element of the answer. A server that passes over ``?cors`` lists objects. Every rule that
    S3 stores has methods and origins, so what lacks them was not understood.
    """
    rules = answer.get("CORSRules")
    if rules and root not in (None, "CORSConfiguration"):
        return Outcome(
            State.ERROR, f"S3 answered 200 with <{root}>, which is no CORS configuration", fault=Fault.TRANSIENT
        )
    if rules and not all(each.get("AllowedMethods") and each.get("AllowedOrigins") for each in rules):
        return Outcome(State.ERROR, "S3 answered with a rule without methods or origins", fault=Fault.TRANSIENT)
    if rules:
        return Outcome(State.CONFIGURED, cors=BucketCors(tuple(_rule(rule) for rule in rules)))
    if root in LISTINGS:
        return Outcome(
            State.UNSUPPORTED,
            "this server does not know GetBucketCors: it answers with a list of objects",
            fault=Fault.UNSUPPORTED,
        )
    reason = "S3 answered 200 without any rule: a proxy or a login page in between?"
    return Outcome(State.ERROR, reason, fault=Fault.TRANSIENT)


LISTINGS = frozenset({"ListBucketResult", "ListVersionsResult", "ListAllMyBucketsResult"})


def root_element(body: bytes) -> str | None:
    """The name of the outermost element without its prefix, if the body looks like XML."""
    found = _ROOT.search(body, 0, _LOOKED_AT)
    return found.group(1).decode("ascii") if found else None


def from_error(error: Exception, *, owner_sent: bool = False) -> Outcome:
    """What a failed call says. ``owner_sent``: whether the request named the account that must own the bucket.

    The reason never quotes what the server or the SDK wrote beyond S3's code: it may hold signed requests.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    if isinstance(error, ClientError):
        details = error.response.get("Error", {})
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
        return from_code(str(details.get("Code") or ""), status if isinstance(status, int) else 0, owner_sent)
    if isinstance(error, BotoCoreError):
        return _from_sdk(error)
    return Outcome(State.ERROR, f"the answer could not be read ({type(error).__name__})", fault=Fault.TRANSIENT)


def from_head(error: Exception) -> Outcome:
    """What a failed HeadBucket says of the question where a bucket is. There is no error document with it.

    S3 says 400 there for credentials that have expired too, which GetBucketCors will tell.
    """
    from botocore.exceptions import ClientError

    outcome = from_error(error)
    if not isinstance(error, ClientError):
        return outcome
    if error.response.get("ResponseMetadata", {}).get("HTTPStatusCode") == 503:
        return replace(outcome, state=State.THROTTLED, fault=Fault.THROTTLED)
    return replace(outcome, state=State.ERROR, fault=Fault.TRANSIENT)


def from_code(code: str, status: int, owner_sent: bool) -> Outcome:
    """An error document's code with the HTTP status; an empty or numeric code means that there was no such document."""
    said = _said(code, status)
    if code == "NoSuchCORSConfiguration" and status == 404:
        return Outcome(State.ABSENT)
    if code == "NoSuchBucket":
        return Outcome(State.MISSING, "there is no such bucket", fault=Fault.NO_BUCKET)
    if code in CREDENTIAL_CODES:
        fault = Fault.EXPIRED if code in EXPIRED_CODES else Fault.CREDENTIALS
        return Outcome(State.ERROR, f"{CREDENTIAL_CODES[code]} ({said})", fault=fault)
    if code in THROTTLE_CODES or status == 429:
        return Outcome(State.THROTTLED, f"S3 asks to slow down ({said})", fault=Fault.THROTTLED)
    if code in UNSUPPORTED_CODES or status in (405, 501):
        reason = f"this bucket or store has no CORS configuration to ask for ({said})"
        return Outcome(State.UNSUPPORTED, reason, fault=Fault.UNSUPPORTED)
    if code in DENIED_CODES or status == 403:
        return Outcome(State.DENIED, _denied(code, said, owner_sent), fault=Fault.DENIED)
    if code in WRONG_REGION_CODES or 300 <= status < 400:
        reason = f"the bucket is in another region, and S3 did not say in which ({said})"
        return Outcome(State.ERROR, reason, fault=Fault.ELSEWHERE)
    if status == 500 and not _CODE.fullmatch(code):  # botocore calls a 200 that is no XML a 500 too
        return Outcome(State.ERROR, f"S3 failed, or its answer was cut off ({said})", fault=Fault.TRANSIENT)
    if code in TRANSIENT_CODES or status >= 500:
        return Outcome(State.ERROR, f"S3 failed ({said})", fault=Fault.TRANSIENT)
    if code == "InvalidBucketName":
        return Outcome(State.ERROR, f"this is not a valid bucket name ({said})")
    return Outcome(State.ERROR, f"S3 refused the request ({said})")


def _denied(code: str, said: str, owner_sent: bool) -> str:
    if not _CODE.fullmatch(code):
        return f"access denied ({said}): without S3's error document, so perhaps by a proxy in between"
    reason = f"access denied ({said}): reading needs s3:GetBucketCORS on the bucket"
    if owner_sent:
        reason += "; S3 says the same if the bucket belongs to another account than the expected one"
    return reason


def _without_files(error: BaseException | None) -> bool:
    """Whether there was no file descriptor left for a connection, which is no fault of the other end."""
    while error is not None:
        if isinstance(error, OSError) and error.errno in (errno.EMFILE, errno.ENFILE):
            return True
        error = error.__cause__ or error.__context__
    return False


def _from_sdk(error: Exception) -> Outcome:
    from botocore import exceptions as sdk

    name = type(error).__name__
    if _without_files(error):
        reason = "too many files are open here: raise `ulimit -n`, or read fewer at a time with --concurrency"
        return Outcome(State.ERROR, reason, fault=Fault.TRANSIENT)
    if isinstance(error, sdk.ReadTimeoutError):
        return Outcome(State.ERROR, f"S3 did not answer in time ({name})", fault=Fault.SILENT)
    if isinstance(error, sdk.ConnectionClosedError | sdk.ResponseStreamingError):
        return Outcome(State.ERROR, f"the connection broke off ({name})", fault=Fault.TRANSIENT)
    if isinstance(error, sdk.SSLError):
        return Outcome(State.ERROR, f"no trusted TLS connection to S3 ({name})", fault=Fault.UNREACHABLE)
    if isinstance(error, sdk.ConnectionError | sdk.HTTPClientError):
        what = "the proxy" if isinstance(error, sdk.ProxyConnectionError) else "S3"
        return Outcome(State.ERROR, f"{what} cannot be reached ({name})", fault=Fault.UNREACHABLE)
    missing = next(
        (kind for kind in ("FIPS", "DualStack") if isinstance(error, sdk.EndpointProviderError) and kind in str(error)),
        None,
    )
    if missing is not None:  # "Partition does not support FIPS", out of the SDK's rules
        return Outcome(State.ERROR, f"S3 has no {missing} endpoint in this partition", fault=Fault.NO_ENDPOINT)
    if isinstance(error, sdk.InvalidRegionError):
        return Outcome(State.ERROR, "the bucket's region is not a region's name")
    if isinstance(error, sdk.ParamValidationError):
        return Outcome(State.ERROR, "this is not a valid bucket name")
    return Outcome(State.ERROR, f"the request could not be made ({name})")


def _said(code: str, status: int) -> str:
    """S3's code and status for the reader; a code that does not look like one is not repeated."""
    shown = [code] if _CODE.fullmatch(code) else []
    if status:
        shown.append(f"HTTP {status}")
    return ", ".join(shown) or "no code"


def _rule(rule: Mapping[str, Any]) -> CorsRule:
    """A rule exactly as stored."""
    return CorsRule(
        allowed_methods=tuple(rule.get("AllowedMethods", ())),
        allowed_origins=tuple(rule.get("AllowedOrigins", ())),
        allowed_headers=tuple(rule.get("AllowedHeaders", ())),
        expose_headers=tuple(rule.get("ExposeHeaders", ())),
        max_age_seconds=rule.get("MaxAgeSeconds"),
        id=rule.get("ID"),
    )
