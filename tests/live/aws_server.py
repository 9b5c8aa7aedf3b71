"""A small AWS on loopback that remembers every request: which service, which operation, whose credentials.

All services answer at one URL, as emulators do; which one is meant stands in the signature, as in AWS itself.
"""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass, replace
from urllib.parse import parse_qs, parse_qsl, unquote, urlsplit

from tests.live.aws_answers import answer, refusal
from tests.live.aws_world import Answered, Key, Question, World
from tests.live.loopback import Handler, Loopback

CALLER = Key(
    "111111111111",
    "AKIACALLER0000EXAMPLE",
    "secret-of-the-caller/bPxRfiCYEXAMPLEKEY",
    "session-token-of-the-caller/AQoDYXdzEJr==",
    "arn:aws:iam::111111111111:user/ci",
)
"""The credentials that tests put into the environment."""

_SCOPE = re.compile(r"AWS4-HMAC-SHA256 Credential=([^/]+)/\d{8}/([^/]+)/([^/]+)/aws4_request,.*Signature=([0-9a-f]+)")


@dataclass(frozen=True)
class Call:
    """A request that arrived; ``account`` is that of the credentials, empty if they are unknown."""

    service: str
    operation: str
    account: str
    region: str
    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def authorization(self) -> str:
        return self.headers.get("authorization", "")

    @property
    def signature(self) -> str:
        scope = _SCOPE.fullmatch(self.authorization)
        return scope[4] if scope else ""


class AwsServer(Loopback):
    """Answers out of ``world`` and keeps ``calls``. ``broken`` services answer 500.

    With ``telltale`` every error repeats in its message, and the answer in its headers, the signed request and the
    credentials behind it, as S3 repeats a request whose signature is wrong.
    """

    def __init__(self) -> None:
        super().__init__(_Handler)
        self.world = World(keys={CALLER.access: CALLER})
        self.calls: list[Call] = []
        self.broken: set[str] = set()
        self.telltale = False
        self._lock = threading.Lock()

    @property
    def operations(self) -> list[tuple[str, str]]:
        """Service and operation of each call, in the order in which they came."""
        return [(call.service, call.operation) for call in self.calls]

    def of(self, operation: str) -> list[Call]:
        return [call for call in self.calls if call.operation == operation]

    def secrets(self) -> set[str]:
        """Everything that no output may hold: keys and their secrets, tokens, signatures and signed headers."""
        found = {text for key in self.world.keys.values() for text in (key.access, key.secret)}
        found |= {key.token for key in self.world.keys.values() if key.token}
        found |= {call.signature for call in self.calls if call.signature}
        return found | {call.authorization for call in self.calls if call.authorization}

    def take(self, method: str, target: str, headers: dict[str, str], body: bytes) -> Answered:
        """Remember the request and answer it."""
        parts = urlsplit(target)
        scope = _SCOPE.fullmatch(headers.get("authorization", ""))
        access, region, service = (scope[1], scope[2], scope[3]) if scope else ("", "", "unsigned")
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        bucket = unquote(parts.path.removeprefix("/")).rstrip("/") if service == "s3" else ""
        operation = _s3_operation(method, bucket, query) if service == "s3" else _operation(headers, body)
        with self._lock:
            key = self.world.keys.get(access)
            account = key.account if key else ""
            self.calls.append(Call(service, operation, account, region, method, target, headers, body))
            if service in self.broken:
                given = refusal(service, 500, "InternalError" if service == "s3" else "InternalFailure")
            else:
                given = answer(self.world, Question(service, operation, region, key, query, headers, body, bucket))
            return self._telling(given, headers, key) if self.telltale and given.status >= 300 else given

    def _telling(self, given: Answered, headers: dict[str, str], key: Key | None) -> Answered:
        secret, signed = key.secret if key else "", headers.get("authorization", "")
        words = f"{signed} {headers.get('x-amz-security-token', '')} {secret}"
        body = given.body.replace("<Message>no", f"<StringToSign>{words}</StringToSign><Message>{words}")
        body = body.replace('"message": "no"', f'"message": "{words}"')
        return replace(given, body=body, headers={**given.headers, "x-amz-what-you-sent": words})


def _s3_operation(method: str, bucket: str, query: dict[str, str]) -> str:
    """The operation's name, or for one that has no place here the request line's own words."""
    sub = next((name for name, value in query.items() if value == ""), "")
    if "/" not in bucket:
        named = {
            ("GET", ""): "ListBuckets" if not bucket else "ListObjects",
            ("HEAD", ""): "HeadBucket",
            ("GET", "cors"): "GetBucketCors",
            ("PUT", "cors"): "PutBucketCors",
            ("DELETE", "cors"): "DeleteBucketCors",
            ("GET", "tagging"): "GetBucketTagging",
        }.get((method, sub))
        if named is not None:
            return named
    return f"{method} {'object' if '/' in bucket else 'bucket'}?{sub}"


def _operation(headers: dict[str, str], body: bytes) -> str:
    target = headers.get("x-amz-target")
    if target is not None:
        return target.rpartition(".")[2]
    return parse_qs(body.decode(errors="replace")).get("Action", ["?"])[0]


class _Handler(Handler):
    def _serve(self) -> None:
        headers = self.lower_headers()
        body = self.rfile.read(int(headers.get("content-length", 0)))
        given = self.server.owner.take(self.command, self.path, headers, body)
        self.give(given.status, given.body, given.kind, given.headers)

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = do_PATCH = do_OPTIONS = _serve  # noqa: N815
