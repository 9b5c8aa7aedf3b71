"""HTTP servers of tests, on a free port of loopback for as long as a ``with`` lasts."""

from __future__ import annotations

import sys
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self


class Loopback:
    """A server whose requests ``handler`` serves; it finds this object as ``self.server.owner``."""

    def __init__(self, handler: type[BaseHTTPRequestHandler]) -> None:
        self._http = _Http(self, handler)
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_port}"

    def closing(self) -> None:
        """Called when the test is over, before the server ends."""

    def failed(self, error: BaseException | None) -> None:
        """A request could not be served. A client that hung up is part of the tests."""

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, at: TracebackType | None) -> None:
        self.closing()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, owner: Loopback, handler: type[BaseHTTPRequestHandler]) -> None:
        super().__init__(("127.0.0.1", 0), handler)
        self.owner = owner

    def handle_error(self, request: object, client_address: object) -> None:
        self.owner.failed(sys.exception())


class Handler(BaseHTTPRequestHandler):
    """Keeps connections, and says nothing on stderr."""

    protocol_version = "HTTP/1.1"
    server: Any

    def lower_headers(self) -> dict[str, str]:
        """The headers that came in; names in lower case."""
        return {name.lower(): value for name, value in self.headers.items()}

    def give(
        self, status: int, text: str, kind: str, headers: Mapping[str, str] | None = None, *, cut: int = 0
    ) -> None:
        """An answer, with no body to HEAD; ``cut`` leaves out so many bytes of the body that was announced."""
        content = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content[: len(content) - cut])

    def log_message(self, format: str, *args: object) -> None:
        """Nothing on stderr."""
