"""Requests and answers as the S3 for fleets reads and writes them: as much of HTTP/1.1 as clients of S3 use."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import unquote

_REASONS = {200: "OK", 301: "Moved Permanently", 400: "Bad Request", 403: "Forbidden", 404: "Not Found"}
_REASONS |= {405: "Method Not Allowed", 500: "Internal Server Error", 501: "Not Implemented", 503: "Slow Down"}


@dataclass(slots=True)
class Request:
    """A request as it came in; header names in lower case."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: str = ""

    @property
    def scope(self) -> list[str]:
        """Access key, day, region and service out of the signature; empty without one."""
        credential = self.headers.get("authorization", "").partition("Credential=")[2].partition(",")[0]
        return credential.split("/")[:4]


@dataclass(frozen=True, slots=True)
class Reply:
    """Bytes to send after ``delay`` seconds. ``then``: ``close``, ``reset`` (in place of an answer), ``reset after``
    or ``silence``.
    """

    data: bytes = b""
    delay: float = 0.0
    then: str = ""


def parse(head: bytes) -> Request:
    """The request line and the headers."""
    first, *lines = head.decode("latin-1").split("\r\n")
    method, target, _ = first.split(" ", 2)
    path, _, query = target.partition("?")
    headers = {}
    for line in lines:
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    return Request(method, unquote(path), query, headers)


def http(
    status: int, body: bytes, headers: dict[str, str] | None = None, delay: float = 0.0, head: bool = False
) -> Reply:
    """An answer with a body of a known length; with ``head`` the body is left out."""
    lines = [f"HTTP/1.1 {status} {_REASONS[status]}", f"Content-Length: {len(body)}", "x-amz-request-id: SCALE"]
    lines += [f"{name}: {value}" for name, value in {"Content-Type": "application/xml", **(headers or {})}.items()]
    return Reply("\r\n".join([*lines, "", ""]).encode() + (b"" if head else body), delay)


def error_document(code: str, inside: str = "") -> bytes:
    """S3's error document."""
    return f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>no</Message>{inside}</Error>".encode()
