"""An S3 that misbehaves as told, over real HTTP on loopback, and remembers what it was asked."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from tests.live.loopback import Handler, Loopback

ONE_RULE = "<CORSRule><AllowedMethod>GET</AllowedMethod><AllowedOrigin>https://a.example</AllowedOrigin></CORSRule>"


@dataclass(frozen=True)
class Asked:
    """A request as it came in; header names in lower case."""

    method: str
    path: str
    query: str
    headers: dict[str, str]

    @property
    def bucket(self) -> str:
        return unquote(self.path.removeprefix("/").partition("/")[0])


@dataclass(frozen=True)
class Reply:
    """What to send. ``then`` is ``close`` after a whole answer, or breaks it off: ``reset`` or ``hang``.

    ``cut`` leaves out so many bytes of the announced body. ``owner``: the account that the request must name, else 403.
    """

    status: int = 200
    body: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    kind: str = "application/xml"
    then: str = ""
    cut: int = 0
    owner: str | None = None


def rules(xml: str = ONE_RULE) -> Reply:
    return Reply(body=f'<CORSConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{xml}</CORSConfiguration>')


def error(status: int, code: str, inside: str = "", **headers: str) -> Reply:
    body = f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>no</Message>{inside}</Error>"
    return Reply(status, body, {name.replace("_", "-"): value for name, value in headers.items()})


def html(status: int) -> Reply:
    return Reply(status, "<html><head><title>Sign in</title></head><body><p>Please</p></body></html>", kind="text/html")


SLOW_DOWN = error(503, "SlowDown")
NO_SUCH_BUCKET = error(404, "NoSuchBucket")
RESET = Reply(then="reset")
HANG = Reply(then="hang")


class FaultServer(Loopback):
    """Answers by bucket: the first request gets the first reply of its script, and so on; the last reply repeats.

    A bucket without a script does not exist. ``pages`` are the answers to ListBuckets, by continuation token.
    """

    def __init__(self) -> None:
        super().__init__(_Handler)
        self.asked: list[Asked] = []
        self.scripts: dict[str, Sequence[Reply]] = {}
        self.pages: dict[str, Reply] = {}
        self._counts: dict[str, int] = {}
        self._lock = threading.Lock()
        self._closing = threading.Event()

    def bucket(self, name: str, *script: Reply) -> None:
        self.scripts[name] = script

    def asked_for(self, bucket: str) -> list[Asked]:
        return [each for each in self.asked if each.bucket == bucket]

    def reply(self, asked: Asked) -> Reply:
        with self._lock:
            self.asked.append(asked)
            count = self._counts.get(asked.bucket, 0)
            self._counts[asked.bucket] = count + 1
        if asked.bucket == "":
            token = dict(part.partition("=")[::2] for part in asked.query.split("&")).get("continuation-token", "")
            return self.pages.get(token, error(403, "AccessDenied"))
        script = self.scripts.get(asked.bucket, (NO_SUCH_BUCKET,))
        reply = script[min(count, len(script) - 1)]
        if reply.owner is not None and asked.headers.get("x-amz-expected-bucket-owner") != reply.owner:
            return error(403, "AccessDenied")
        return reply

    def hang(self) -> None:
        """Say nothing until the test is over; never longer than ten seconds."""
        self._closing.wait(10)

    def closing(self) -> None:
        self._closing.set()


class _Handler(Handler):
    def _serve(self) -> None:
        parts = urlsplit(self.path)
        self._send(self.server.owner.reply(Asked(self.command, parts.path, parts.query, self.lower_headers())))

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = do_OPTIONS = _serve  # noqa: N815

    def _send(self, reply: Reply) -> None:
        if reply.then == "hang":
            self.server.owner.hang()
            self.close_connection = True
            return
        if reply.then == "reset":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
            self.close_connection = True
            return
        self.give(reply.status, reply.body, reply.kind, reply.headers, cut=reply.cut)
        if reply.cut:
            self.close_connection = True
