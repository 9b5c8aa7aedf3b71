"""An S3 on loopback that keeps CORS rules and takes writes, and goes wrong where it is told to.

It remembers every request with its outcome. ``before`` is called ahead of each request with its number (from 1) and
may change anything, as somebody else at work there would; ``Trouble`` is what goes wrong with the next requests of a
kind on a bucket.
"""

from __future__ import annotations

import json
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlsplit

from tests.live.loopback import Handler, Loopback

NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"

Rules = Sequence[Mapping[str, Any]]

OLD: Rules = ({"AllowedMethods": ["PUT"], "AllowedOrigins": ["https://evil.example"]},)
NEW: Rules = ({"AllowedMethods": ["GET"], "AllowedOrigins": ["https://a.example"]},)
OTHER: Rules = ({"AllowedMethods": ["HEAD"], "AllowedOrigins": ["https://third.example"]},)

_NAMES = (
    ("ID", "ID"),
    ("AllowedHeaders", "AllowedHeader"),
    ("AllowedMethods", "AllowedMethod"),
    ("AllowedOrigins", "AllowedOrigin"),
    ("ExposeHeaders", "ExposeHeader"),
    ("MaxAgeSeconds", "MaxAgeSeconds"),
)


def xml_of(rules: Rules) -> str:
    """The inside of a CORSConfiguration."""
    from xml.sax.saxutils import escape

    def of(rule: Mapping[str, Any]) -> str:
        values = ((tag, rule[name]) for name, tag in _NAMES if name in rule)
        listed = ((tag, value if isinstance(value, list) else [value]) for tag, value in values)
        return "".join(f"<{tag}>{escape(str(each))}</{tag}>" for tag, several in listed for each in several)

    return "".join(f"<CORSRule>{of(rule)}</CORSRule>" for rule in rules)


def rules_of(xml: str) -> Rules:
    """The same read back; well-formed documents of the SDK only."""
    from defusedxml.ElementTree import fromstring

    found = []
    for rule in fromstring(xml):
        values: dict[str, Any] = {}
        for name, tag in _NAMES:
            texts = [each.text or "" for each in rule if each.tag.endswith("}" + tag) or each.tag == tag]
            if texts:
                values[name] = texts if name.endswith("s") and name != "MaxAgeSeconds" else texts[0]
        if "MaxAgeSeconds" in values:
            values["MaxAgeSeconds"] = int(values["MaxAgeSeconds"])
        found.append(values)
    return tuple(found)


@dataclass(frozen=True)
class Call:
    """A request that came in, and what was done."""

    method: str
    bucket: str
    query: str
    headers: dict[str, str]
    done: str


@dataclass
class Trouble:
    """What goes wrong with the next ``times`` requests of a method on a bucket.

    ``error`` (status and code) is answered and nothing done; ``reset`` breaks the connection off, ``after`` the request
    was carried out or before; ``stale`` reads show the rules of before; ``html`` is the page of a proxy.
    """

    method: str
    times: int = 1
    error: tuple[int, str] | None = None
    reset: bool = False
    after: bool = False
    stale: bool = False
    html: bool = False


@dataclass
class Kept:
    rules: Rules | None
    region: str = "us-east-1"
    owner: str | None = None
    before: Rules | None = None
    troubles: list[Trouble] = field(default_factory=list)


class CorsStore(Loopback):
    """``buckets`` is all that there is. ``calls`` are the requests in the order in which they were answered."""

    def __init__(self) -> None:
        super().__init__(_Handler)
        self.buckets: dict[str, Kept] = {}
        self.calls: list[Call] = []
        self.before: Callable[[int], None] = lambda _: None
        self.slow = 0.0
        self.asked = 0
        self._lock = threading.RLock()

    def put(self, *names: str, rules: Rules | None = OLD, **more: Any) -> None:
        for name in names:
            self.buckets[name] = Kept(rules, **more)

    def trouble(self, bucket: str, method: str, **what: Any) -> None:
        self.buckets[bucket].troubles.append(Trouble(method, **what))

    @contextmanager
    def held(self) -> Iterator[None]:
        """No request is answered meanwhile."""
        with self._lock:
            yield

    def rules(self) -> dict[str, Rules | None]:
        return {name: kept.rules for name, kept in self.buckets.items()}

    def writes(self) -> list[tuple[str, str, str]]:
        """Method, bucket and what was done, of every request that is no reading one."""
        return [(call.method, call.bucket, call.done) for call in self.calls if call.method not in ("GET", "HEAD")]

    def answer(self, method: str, target: str, headers: dict[str, str], body: bytes) -> Mapping[str, Any]:
        parts = urlsplit(target)
        name = unquote(parts.path.removeprefix("/")).rstrip("/")
        with self._lock:
            self.asked += 1
            self.before(self.asked)
            given = self._given(method, name, parts.query, headers, body)
            self.calls.append(Call(method, name, parts.query, headers, given.get("done", "")))
        if self.slow:
            time.sleep(self.slow)
        return given

    def _given(self, method: str, name: str, query: str, headers: dict[str, str], body: bytes) -> Mapping[str, Any]:
        kept = self.buckets.get(name)
        if kept is None:
            return _error(404, "NoSuchBucket")
        if method == "HEAD":
            return {"status": 200, "headers": {"x-amz-bucket-region": kept.region}}
        if query not in ("cors", "cors="):
            return _error(501, "NotImplemented")
        if f"/{kept.region}/s3/" not in headers.get("authorization", ""):
            return _error(301, "PermanentRedirect", {"x-amz-bucket-region": kept.region})
        if kept.owner is not None and headers.get("x-amz-expected-bucket-owner", kept.owner) != kept.owner:
            return _error(403, "AccessDenied")
        trouble = next((each for each in kept.troubles if each.method == method and each.times > 0), None)
        if trouble is None:
            return self._done(method, kept, body)
        trouble.times -= 1
        if trouble.error is not None:
            return _error(*trouble.error)
        if trouble.html:
            return {"status": 503, "body": "<html><body>busy</body></html>", "done": "html"}
        if trouble.stale:
            return _shown(kept.before)
        if trouble.reset and trouble.after:
            self._done(method, kept, body)
            return {"reset": True, "done": "done, reset"}
        return {"reset": True, "done": "reset"}

    def _done(self, method: str, kept: Kept, body: bytes) -> Mapping[str, Any]:
        if method == "GET":
            return _shown(kept.rules)
        kept.before = kept.rules
        if method == "DELETE":
            kept.rules = None
            return {"status": 204, "done": "done"}
        kept.rules = rules_of(body.decode())
        return {"status": 200, "done": "done"}


def _shown(rules: Rules | None) -> Mapping[str, Any]:
    if rules is None:
        return _error(404, "NoSuchCORSConfiguration")
    return {"status": 200, "body": f'<CORSConfiguration xmlns="{NAMESPACE}">{xml_of(rules)}</CORSConfiguration>'}


def _error(status: int, code: str, headers: Mapping[str, str] | None = None) -> Mapping[str, Any]:
    body = f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>no</Message></Error>"
    return {"status": status, "body": body, "headers": headers or {}, "done": code}


class _Handler(Handler):
    disable_nagle_algorithm = True

    def _serve(self) -> None:
        headers = self.lower_headers()
        body = self.rfile.read(int(headers.get("content-length", 0)))
        given = self.server.owner.answer(self.command, self.path, headers, body)
        if given.get("reset"):
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
            self.close_connection = True
            return
        self.give(given["status"], given.get("body", ""), "application/xml", given.get("headers"))

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = _serve  # noqa: N815


def snapshot(buckets: Mapping[str, Rules | None], **more: Any) -> str:
    """A saved snapshot that declares the rules, as JSON."""
    listed: Iterable[Mapping[str, Any]] = (
        {
            "bucket": name,
            "address": None,
            "state": "configured" if rules else "absent",
            "rules": list(rules or ()),
            "ordered": True,
            "account": None,
            "region": None,
            "location": None,
            "reason": None,
            "says_none": True,
            **more,
        }
        for name, rules in buckets.items()
    )
    head = {"kind": "cors-drift/snapshot", "version": 1, "source": "spec", "taken_at": None}
    return json.dumps({**head, "buckets": list(listed), "diagnostics": []})
