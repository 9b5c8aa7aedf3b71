"""An S3 on loopback for fleets: thousands of requests a second, faults that a seed decides, and every request counted.

In a test it runs in a thread of its own (``ScaleServer`` is a context manager), for a benchmark in its own process
(``python -m tests.live.scale_server JSON``, which prints its URL and ends when its stdin does). ``GET /-/counts`` tells
what was counted as JSON, ``POST /-/reset`` starts again.
"""

from __future__ import annotations

import asyncio
import json
import socket
import ssl
import struct
import sys
import threading
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.live.scale_answers import Answers, Manner
from tests.live.scale_fleet import Fleet, Trouble
from tests.live.scale_http import Reply, Request, parse


class ScaleServer:
    """Serves a fleet. ``certificate`` and ``key`` are PEM files: with them it speaks TLS."""

    def __init__(
        self,
        fleet: Fleet,
        manner: Manner | None = None,
        certificate: Path | None = None,
        key: Path | None = None,
    ) -> None:
        self.answers = Answers(fleet, manner or Manner())
        self._tls = None
        if certificate is not None:
            self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._tls.load_cert_chain(certificate, key)
        self._loop = asyncio.new_event_loop()
        self._server: asyncio.Server | None = None
        self._open: set[_Connection] = set()
        self._thread = threading.Thread(target=self._loop.run_forever, name="scale-server", daemon=True)

    @property
    def fleet(self) -> Fleet:
        """What is served."""
        return self.answers.fleet

    @property
    def url(self) -> str:
        """Where it listens."""
        assert self._server is not None
        scheme = "http" if self._tls is None else "https"
        return f"{scheme}://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(30)
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, at: TracebackType | None) -> None:
        asyncio.run_coroutine_threadsafe(self._hang_up(), self._loop).result(30)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(30)
        self._loop.close()

    async def _listen(self) -> None:
        def connection() -> _Connection:
            return _Connection(self.answers, self._open)

        self._server = await self._loop.create_server(connection, "127.0.0.1", 0, ssl=self._tls, backlog=1024)

    async def _hang_up(self) -> None:
        assert self._server is not None
        self._server.close()
        for each in tuple(self._open):
            each.abort()
        await asyncio.sleep(0)


@dataclass(eq=False)
class _Connection(asyncio.Protocol):
    """One client's connection: requests come one after another, as HTTP/1.1 without pipelining has it."""

    answers: Answers
    open: set[_Connection]
    data: bytes = b""
    head: Request | None = None
    length: int = 0
    transport: asyncio.Transport = field(init=False)
    later: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.open.add(self)
        self.answers.counts.connections += 1

    def connection_lost(self, exc: Exception | None) -> None:
        self.open.discard(self)
        if self.later is not None:
            self.later.cancel()

    def abort(self) -> None:
        self.transport.abort()

    def data_received(self, data: bytes) -> None:
        self.data += data
        if self.head is None:
            end = self.data.find(b"\r\n\r\n")
            if end < 0:
                return
            self.head = parse(self.data[:end])
            self.data = self.data[end + 4 :]
            self.length = int(self.head.headers.get("content-length", 0))
        if len(self.data) < self.length:
            return
        body, self.data = self.data[: self.length], self.data[self.length :]
        request, self.head = self.head, None
        request.body = body.decode("latin-1")
        reply = self.answers.reply(request)
        if reply.delay:
            self.later = asyncio.get_running_loop().call_later(reply.delay, self._send, reply)
        else:
            self._send(reply)

    def _send(self, reply: Reply) -> None:
        if self.transport.is_closing() or reply.then == "silence":
            return
        if reply.then == "reset":
            self._reset()
            return
        self.transport.write(reply.data)
        if reply.then == "close":
            self.transport.close()
        elif reply.then == "reset after":
            asyncio.get_running_loop().call_soon(self._reset)

    def _reset(self) -> None:
        """Without lingering, closing sends RST in the place of FIN."""
        raw = self.transport.get_extra_info("socket")
        if raw is not None and not self.transport.is_closing():
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.transport.abort()


def make_certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 that is its own authority, and its key, as PEM files for a day."""
    from datetime import UTC, datetime, timedelta
    from ipaddress import ip_address

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.x509.oid import NameOID

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "scale-server")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    where = folder / "certificate.pem", folder / "key.pem"
    where[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    where[1].write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return where


def in_own_process(fleet: Fleet, manner: Manner, certificate: Path | None = None, key: Path | None = None) -> str:
    """The argument for a server in its own process."""
    return json.dumps(
        {
            "fleet": asdict(fleet),
            "manner": asdict(manner),
            "certificate": certificate and str(certificate),
            "key": key and str(key),
        }
    )


def _from_argument(text: str) -> ScaleServer:
    given: dict[str, Any] = json.loads(text)
    fleet = given["fleet"]
    for shares in ("passing", "lasting"):
        fleet[shares] = {Trouble(kind): share for kind, share in fleet[shares].items()}
    for lists, names in ((fleet, ("regions", "accounts")), (given["manner"], ("denied", "refused"))):
        lists.update({name: tuple(lists[name]) for name in names})
    files = [Path(given[name]) if given[name] else None for name in ("certificate", "key")]
    return ScaleServer(Fleet(**fleet), Manner(**given["manner"]), *files)


if __name__ == "__main__":
    with _from_argument(sys.argv[1]) as running:
        print(running.url, flush=True)
        sys.stdin.read()
