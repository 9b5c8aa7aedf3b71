"""What the S3 for fleets answers to a request, and what it counts. One thread asks, so there are no locks."""

from __future__ import annotations

import base64
import json
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs

from tests.live.scale_fleet import Fleet, Nature, Trouble, document_of
from tests.live.scale_http import Reply, Request, error_document, http

_PAGE = b"<!DOCTYPE html><html><head><title>Sign in</title></head><body><p>Please sign in<br></body></html>"
_WELL_FORMED_PAGE = b"<html><head><title>Sign in</title></head><body><p>Please sign in</p></body></html>"


@dataclass(frozen=True)
class Manner:
    """How the server as a whole behaves. Times are in seconds, rates in requests a second.

    ``rate`` is what each account is admitted, with ``burst`` at once; the rest gets SlowDown. ``token_calls`` is how
    many reads a session token is good for, whatever STS says; ``token_seconds`` the life that STS gives and S3 keeps.
    ``unpaged`` admits ListBuckets without MaxBuckets. In ``denied`` accounts nothing may be read, ``refused`` ones
    cannot be got into.
    """

    latency: float = 0.0
    slow: float = 0.3
    rate: float | None = None
    burst: float = 10.0
    token_calls: int | None = None
    token_seconds: int = 3600
    unpaged: bool = False
    denied: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()


@dataclass(slots=True)
class Counts:
    """What was asked and how it was answered."""

    connections: int = 0
    operations: Counter[str] = field(default_factory=Counter)
    answers: Counter[str] = field(default_factory=Counter)
    buckets: Counter[str] = field(default_factory=Counter)
    """Requests about a bucket, HEAD included."""
    regions: Counter[str] = field(default_factory=Counter)
    """Requests about buckets, by the region that they were signed for."""
    spoilt: Counter[str] = field(default_factory=Counter)
    """How often a bucket's own trouble was the answer."""

    @property
    def reads(self) -> int:
        """All requests about buckets."""
        return self.operations["GetBucketCors"] + self.operations["HeadBucket"]

    def as_json(self) -> bytes:
        """All but what is counted for each bucket, and the number of buckets that were asked for."""
        return json.dumps(
            {
                "connections": self.connections,
                "operations": self.operations,
                "answers": self.answers,
                "regions": self.regions,
                "reads": self.reads,
                "buckets": len(self.buckets),
            }
        ).encode()


@dataclass(slots=True)
class _Token:
    account: str
    expires: float
    calls: int = 0


class _Throttle:
    """A token bucket."""

    def __init__(self, rate: float, burst: float) -> None:
        self._rate, self._burst = rate, burst
        self._left, self._at = burst, time.monotonic()

    def admits(self) -> bool:
        now = time.monotonic()
        self._left = min(self._burst, self._left + (now - self._at) * self._rate)
        self._at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True


class Answers:
    """The state of the server: who may ask, how fast, and which buckets were troubled how often."""

    def __init__(self, fleet: Fleet, manner: Manner) -> None:
        self.fleet = fleet
        self.manner = manner
        self.reset()

    def reset(self) -> None:
        """As if nothing had been asked yet."""
        self.counts = Counts()
        self._throttles: dict[str, _Throttle] = {}
        self._tokens = {"": _Token(self.fleet.accounts[0], float("inf"))}

    def reply(self, request: Request) -> Reply:
        """What to send, counted."""
        if request.path == "/-/counts":
            return http(200, self.counts.as_json(), {"Content-Type": "application/json"})
        if request.path == "/-/reset":
            self.reset()
            return http(200, b"")
        scope = request.scope
        if len(scope) == 4 and scope[3] == "sts":
            return self._sts(parse_qs(request.body or request.query))
        bucket = request.path.strip("/")
        if not bucket:
            return self._listing(request)
        self.counts.buckets[bucket] += 1
        self.counts.operations[_operation(request)] += 1
        if len(scope) != 4:
            return self._error(403, "AccessDenied")
        self.counts.regions[scope[2]] += 1
        return self._read(request, bucket, scope[2])

    def _read(self, request: Request, bucket: str, region: str) -> Reply:
        token = self._token(request)
        if token is None:
            return self._error(400, "ExpiredToken")
        token.calls += 1
        if self.manner.rate is not None and not self._throttle(token.account).admits():
            return self._error(503, "SlowDown")
        if region == self.fleet.dead_region:
            self.counts.answers["silence of a dead region"] += 1
            return Reply(then="silence")
        index = self.fleet.index(bucket)
        if index is None:
            return self._error(404, "NoSuchBucket")
        nature = self.fleet.nature(index)
        if region != nature.region:
            return self._elsewhere(nature, request.method == "HEAD", region)
        if request.method == "HEAD":
            return self._answer(200, b"", "region", {"x-amz-bucket-region": nature.region}, head=True)
        owner = request.headers.get("x-amz-expected-bucket-owner", nature.account)
        if token.account in self.manner.denied or owner != nature.account or nature.account != token.account:
            return self._error(403, "AccessDenied")
        return self._troubled(nature) or self._truth(nature)

    def _truth(self, nature: Nature) -> Reply:
        delay = self.manner.slow if nature.trouble is Trouble.SLOW else 0.0
        if nature.policy is None:
            return self._error(404, "NoSuchCORSConfiguration", delay=delay)
        return self._answer(200, document_of(nature.policy), "rules", delay=delay)

    def _troubled(self, nature: Nature) -> Reply | None:
        """The answer that the bucket's own trouble gives, if it is not over."""
        trouble = nature.trouble
        if trouble is None or nature.times == 0:
            return None
        if nature.times is not None and self.counts.spoilt[nature.name] >= nature.times:
            return None
        self.counts.spoilt[nature.name] += 1
        self.counts.answers[trouble.value] += 1
        document = document_of(nature.policy or 0)
        if trouble is Trouble.SILENT:
            return Reply(then="silence")
        if trouble is Trouble.RESET:
            return Reply(then="reset")
        if trouble in (Trouble.TRUNCATED, Trouble.BROKEN_OFF):
            whole = http(200, document).data
            return Reply(whole[: -len(document) // 2], then="close" if trouble is Trouble.TRUNCATED else "reset after")
        bodies = {
            Trouble.CUT_XML: document[:-25],
            Trouble.MALFORMED: _PAGE,
            Trouble.EMPTY: b"",
            Trouble.HTML: _WELL_FORMED_PAGE,
        }
        if trouble in bodies:
            kind = "text/html" if trouble in (Trouble.HTML, Trouble.MALFORMED) else "application/xml"
            return http(200, bodies[trouble], {"Content-Type": kind}, self.manner.latency)
        status, code = trouble.value.split(" ")[:2]
        return http(int(status), error_document(code), delay=self.manner.latency)

    def _elsewhere(self, nature: Nature, head: bool, asked_in: str) -> Reply:
        there = {"x-amz-bucket-region": nature.region}
        silent = nature.trouble is Trouble.MOVED_MUTE or (nature.trouble is Trouble.MOVED_BARE and not head)
        if nature.trouble is Trouble.MOVED_AUTH and not head:
            body = error_document("AuthorizationHeaderMalformed", f"<Region>{nature.region}</Region>")
            return self._answer(400, body, "AuthorizationHeaderMalformed")
        body = error_document("PermanentRedirect", f"<Endpoint>s3-{asked_in}.example.com</Endpoint>")
        return self._answer(301, body, "PermanentRedirect", {} if silent else there, head=head)

    def _listing(self, request: Request) -> Reply:
        self.counts.operations["ListBuckets"] += 1
        token = self._token(request)
        if token is None:
            return self._error(400, "ExpiredToken")
        query = {name: values[0] for name, values in parse_qs(request.query).items()}
        if "max-buckets" not in query and not self.manner.unpaged:
            return self._error(400, "InvalidRequest")
        size = min(int(query.get("max-buckets", 10_000)), 10_000)
        start = int(base64.b64decode(query["continuation-token"])) if "continuation-token" in query else 0
        prefix, region = query.get("prefix", ""), query.get("bucket-region")
        parts: list[str] = []
        index = start
        while index < self.fleet.count and len(parts) < size:
            nature = self.fleet.nature(index)
            index += 1
            if nature.account != token.account or region not in (None, nature.region):
                continue
            if nature.name.startswith(prefix):
                told = f"<BucketRegion>{nature.region}</BucketRegion>" if nature.region_is_told else ""
                parts.append(f"<Bucket><Name>{nature.name}</Name>{told}</Bucket>")
        more = ""
        if index < self.fleet.count:
            more = f"<ContinuationToken>{base64.b64encode(str(index).encode()).decode()}</ContinuationToken>"
        body = f"<ListAllMyBucketsResult><Buckets>{''.join(parts)}</Buckets>{more}</ListAllMyBucketsResult>"
        return self._answer(200, body.encode(), "page")

    def _sts(self, asked: dict[str, list[str]]) -> Reply:
        action = asked.get("Action", [""])[0]
        self.counts.operations[action] += 1
        if action == "GetCallerIdentity":
            account = self.fleet.accounts[0]
            inside = f"<Arn>arn:aws:iam::{account}:user/reader</Arn><UserId>U</UserId><Account>{account}</Account>"
            return self._answer(200, _sts_document(action, inside), "caller")
        if action != "AssumeRole":
            return self._error(400, "InvalidAction")
        role = asked.get("RoleArn", [""])[0]
        account = role.split(":")[4] if role.count(":") >= 5 else ""
        if account not in self.fleet.accounts or account in self.manner.refused:
            return self._error(403, "AccessDenied")
        name = f"token-{len(self._tokens)}"
        self._tokens[name] = _Token(account, time.monotonic() + self.manner.token_seconds)
        until = datetime.now(UTC) + timedelta(seconds=self.manner.token_seconds)
        inside = (
            f"<Credentials><AccessKeyId>ASIA{len(self._tokens):016d}</AccessKeyId><SecretAccessKey>of-{name}"
            f"</SecretAccessKey><SessionToken>{name}</SessionToken><Expiration>{until:%Y-%m-%dT%H:%M:%SZ}</Expiration>"
            f"</Credentials><AssumedRoleUser><Arn>{role}/s</Arn><AssumedRoleId>R:s</AssumedRoleId></AssumedRoleUser>"
        )
        return self._answer(200, _sts_document(action, inside), "credentials")

    def _token(self, request: Request) -> _Token | None:
        """The session token that the request was signed with, unless it has expired or was never given out; who
        signs with ``static-...`` is believed.
        """
        name = request.headers.get("x-amz-security-token", "")
        if name.startswith("static-"):
            self._tokens.setdefault(name, _Token(self.fleet.accounts[0], float("inf")))
        token = self._tokens.get(name)
        if token is None or time.monotonic() >= token.expires:
            return None
        spent = bool(name) and self.manner.token_calls is not None and token.calls >= self.manner.token_calls
        return None if spent else token

    def _throttle(self, account: str) -> _Throttle:
        if account not in self._throttles:
            self._throttles[account] = _Throttle(self.manner.rate or 0.0, self.manner.burst)
        return self._throttles[account]

    def _error(self, status: int, code: str, delay: float = 0.0) -> Reply:
        return self._answer(status, error_document(code), code, delay=delay)

    def _answer(
        self,
        status: int,
        body: bytes,
        said: str,
        headers: dict[str, str] | None = None,
        delay: float = 0.0,
        head: bool = False,
    ) -> Reply:
        self.counts.answers[said] += 1
        return http(status, body, headers, self.manner.latency + delay, head=head)


def _operation(request: Request) -> str:
    if request.method == "HEAD":
        return "HeadBucket"
    return "GetBucketCors" if request.method == "GET" and request.query == "cors" else f"{request.method} else"


def _sts_document(action: str, inside: str) -> bytes:
    return f"<{action}Response><{action}Result>{inside}</{action}Result></{action}Response>".encode()
