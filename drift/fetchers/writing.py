"""The two calls of this program that change anything: PutBucketCors and DeleteBucketCors.

Only ``drift.applying`` imports this (an import contract says so). The session that is opened here can write CORS rules
and nothing else; no other session can write at all. One call is one request: the SDK does not repeat it, since a
request whose answer was lost may have been carried out.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from drift.cors.model import BucketCors, CorsRule
from drift.errors import CorsDriftError
from drift.fetchers import s3_faults
from drift.fetchers.aws import Aws
from drift.fetchers.operations import guard_writing
from drift.fetchers.s3_client import Addressing, region_told
from drift.fetchers.s3_outcome import Fault, Outcome, from_error, is_account
from drift.snapshot import State


class Answer(Enum):
    """What became of one writing call."""

    TAKEN = "taken"
    DENIED = "denied"
    REFUSED = "refused"
    """Certainly not carried out, and asking again is of no use."""
    AGAIN = "again"
    """Certainly not carried out; it may be, if asked again."""
    ELSEWHERE = "elsewhere"
    """Certainly not carried out: the bucket is in another region."""
    EXPIRED = "expired"
    """Certainly not carried out: the credentials have expired."""
    LOST = "lost"
    """It may have been carried out, and nobody said so."""


@dataclass(frozen=True, slots=True)
class Written:
    """``reason`` is for people; ``region`` is where S3 says the bucket is, if it said so."""

    answer: Answer
    reason: str = ""
    region: str | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """A bucket, where it is, and whose it must be."""

    name: str
    region: str | None = None
    account: str | None = None


class Writer:
    """Writes rules, one bucket at a time. ``reading`` is the session that read them, whose credentials are used.

    Raises what ``Aws.client`` does where there are no usable credentials.
    """

    def __init__(
        self,
        reading: Aws,
        addressing: Addressing = "path",
        connect_timeout: float = 5.0,
        read_timeout: float = 15.0,
    ) -> None:
        access = reading.access
        self._aws = _WritingAws(
            access.profile, access.region, access.endpoint_url, access.accounts, _lent(reading, access.accounts)
        )
        self._timeouts = {"connect_timeout": connect_timeout, "read_timeout": read_timeout}
        self._addressing = addressing
        self._clients: dict[tuple[str, str | None], Any] = {}

    def write(self, place: Place, rules: BucketCors | None) -> Written:
        """One request that puts the rules in the place of all that are there, or with None takes them all away.

        Raises ``CredentialsError`` where no request can be signed at all, ``AccountError`` where none can for the
        account, ``RegionError`` for what is no region.
        """
        asked: dict[str, Any] = {"Bucket": place.name}
        if is_account(place.account):
            asked["ExpectedBucketOwner"] = place.account
        client = self._client(place)
        try:
            if rules is None:
                client.delete_bucket_cors(**asked)
            else:
                client.put_bucket_cors(**asked, CORSConfiguration={"CORSRules": cors_rules(rules.rules)})
        except CorsDriftError:
            raise
        except Exception as error:
            fatal = s3_faults.from_setup(error, self._aws.profile)
            if fatal is not None:
                raise fatal from error
            return _written(error, owner_sent="ExpectedBucketOwner" in asked)
        return Written(Answer.TAKEN)

    def renew(self, account: str | None, signed_at: float) -> bool:
        """Get other credentials after EXPIRED; whether there are any."""
        return self._aws.refresh(account if self._aws.has(account) else None, signed_at)

    def now(self) -> float:
        """What ``renew`` is to be told of the time of a request."""
        return time.monotonic()

    def _client(self, place: Place) -> Any:
        from botocore.config import Config

        account = place.account if self._aws.has(place.account) else None
        key = (place.region or self._aws.region, account)
        if key not in self._clients:
            client = self._aws.client(
                "s3",
                key[0],
                account,
                Config(
                    retries={"mode": "standard", "total_max_attempts": 1},
                    # A new dict each time: botocore writes into it.
                    s3={"addressing_style": self._addressing, "us_east_1_regional_endpoint": "regional"},
                    **self._timeouts,
                ),
            )
            for name in ("PutBucketCors", "DeleteBucketCors"):
                client.meta.events.register(f"before-call.s3.{name}", _stay, unique_id="cors-drift-stay")
            self._clients[key] = client
        return self._clients[key]


class _WritingAws(Aws):
    """A session that can write CORS rules."""

    def _guard(self, events: Any) -> None:
        guard_writing(events)


def _lent(reading: Aws, accounts: Sequence[object]) -> Any:
    try:
        return reading.lend()
    except CorsDriftError:
        if accounts:  # each may have credentials of its own
            return None
        raise


def _stay(context: dict[str, Any], **_: object) -> None:
    """Keep the SDK from sending the request once more, to another region: that is done here, after another look."""
    redirect = context.get("s3_redirect")
    if isinstance(redirect, dict):
        redirect["redirected"] = True


def cors_rules(rules: Sequence[CorsRule]) -> list[dict[str, Any]]:
    """Rules as the SDK takes them. Raises ``ValueError`` for a value that is not known."""
    return [_cors_rule(rule) for rule in rules]


def _cors_rule(rule: CorsRule) -> dict[str, Any]:
    if any(True for _ in rule.unknowns()):
        raise ValueError("a rule with an unknown value cannot be written")
    given: Mapping[str, Any] = dict(rule.by_api_name())
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in given.items()
        if value is not None and value != ()
    }


_CERTAIN = {
    Fault.NO_BUCKET: Answer.REFUSED,
    Fault.THROTTLED: Answer.AGAIN,
    Fault.NO_ENDPOINT: Answer.REFUSED,
    Fault.CREDENTIALS: Answer.REFUSED,
    Fault.EXPIRED: Answer.EXPIRED,
    Fault.ELSEWHERE: Answer.ELSEWHERE,
    Fault.UNSUPPORTED: Answer.REFUSED,
}
"""What S3 says that it has not done. A failure without such words (500, a lost connection) may come after the deed."""


def _written(error: Exception, *, owner_sent: bool) -> Written:
    outcome = from_error(error, owner_sent=owner_sent)
    response: Mapping[str, Any] = getattr(error, "response", None) or {}
    code = str(response.get("Error", {}).get("Code") or "")
    status = response.get("ResponseMetadata", {}).get("HTTPStatusCode")
    if code == "OperationAborted":  # S3 API reference, error responses
        return Written(Answer.AGAIN, f"another change of the bucket is under way ({code})")
    if outcome.fault is Fault.DENIED:
        return Written(Answer.DENIED, _denied(code, status, owner_sent))
    if outcome.fault is Fault.UNSUPPORTED:
        return Written(Answer.REFUSED, f"this server does not take CORS rules for this bucket ({_said(code, status)})")
    if outcome.fault is not None:
        answer = Answer.AGAIN if _unsent(error) else _CERTAIN.get(outcome.fault, Answer.LOST)
        if outcome.fault is Fault.THROTTLED and not code.isalpha():
            answer = Answer.LOST  # a 429 or 503 without S3's word: of a proxy, which may have passed it on
        return Written(answer, outcome.reason or "", region_told(response))
    return Written(Answer.REFUSED, _refused(outcome, code, status))


def _unsent(error: Exception) -> bool:
    """Whether there was no connection on which anything could have been sent."""
    from botocore import exceptions as sdk

    return isinstance(error, sdk.EndpointConnectionError | sdk.ConnectTimeoutError | sdk.ProxyConnectionError)


def _said(code: str, status: object) -> str:
    """S3's code and status; a code that does not look like one is not repeated."""
    shown = [code] if code.isalnum() and code.isascii() and len(code) <= 64 and not code.isdigit() else []
    return ", ".join([*shown, *([f"HTTP {status}"] if status else [])]) or "no code"


def _denied(code: str, status: object, owner_sent: bool) -> str:
    reason = f"access denied ({_said(code, status)}): writing needs s3:PutBucketCORS on the bucket"
    if owner_sent:
        reason += "; S3 says the same if the bucket belongs to another account than the expected one"
    return reason


def _refused(outcome: Outcome, code: str, status: object) -> str:
    if outcome.state is State.ERROR and status:
        return f"S3 did not take the rules ({_said(code, status)})"
    return outcome.reason or "S3 did not take the rules"
