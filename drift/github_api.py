"""A small client of GitHub's REST and GraphQL API, for what the Action writes: comments and issues.

The token goes to the host of ``GITHUB_API_URL`` and nowhere else: redirects and pages of another host are refused, and
no error tells it. Attempts, their total time, the pages of a list and the size of an answer are bounded.
Sources: GitHub's "Rate limits for the REST API", "Using pagination in the REST API" and "Forming calls with GraphQL".
"""

from __future__ import annotations

import http.client
import json
import os
import random
import re
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

from drift import __version__
from drift.errors import UsageError
from drift.github_answers import Answer, GitHubError, error_of, whole_number

API_VERSION = "2022-11-28"
DEFAULT_URL = "https://api.github.com"

MAX_ATTEMPTS = 6
MAX_SECONDS = 120.0
"""For all requests of a client together, waiting included."""
MAX_BYTES = 20_000_000
MAX_PAGES = 50
MAX_REDIRECTS = 3

_TIMEOUT = 30.0
_FIRST_WAIT = 0.5
_LIMIT_WAIT = 60.0
"""Seconds to wait after a secondary rate limit that does not say how long: GitHub asks for a minute at least."""
_NEXT = re.compile(r'<([^<>]+)>\s*;[^<]*?\brel="?next"?')


@dataclass(frozen=True, slots=True)
class Clock:
    """Time and chance, for tests to replace. ``monotonic`` and ``sleep`` in seconds, ``now`` since the epoch."""

    monotonic: Callable[[], float] = time.monotonic
    now: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep
    jitter: Callable[[], float] = random.random


@dataclass(slots=True)
class GitHub:
    """A client with a token. All methods raise ``GitHubError``; paths begin with a slash."""

    token: str = field(repr=False)
    url: str = DEFAULT_URL
    clock: Clock = Clock()
    max_seconds: float = MAX_SECONDS
    _ends: float = field(init=False, repr=False)
    _opener: urllib.request.OpenerDirector = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.url = self.url.rstrip("/")
        _check(self.url)
        if not self.token or not self.token.isascii() or not self.token.isprintable() or " " in self.token:
            raise UsageError("the token is empty or has characters that no token has")
        # What is on loopback is reached without a proxy: over plain http that would get to see the token.
        proxies = [urllib.request.ProxyHandler({})] if urlsplit(self.url).scheme == "http" else []
        self._opener = urllib.request.build_opener(_NoRedirects, *proxies)
        self._ends = self.clock.monotonic() + self.max_seconds

    @classmethod
    def of_environment(cls, token: str, environment: Mapping[str, str] = os.environ) -> GitHub:
        """The client of the GitHub that the workflow runs on. Raises ``UsageError`` for a URL that is no API."""
        return cls(token, environment.get("GITHUB_API_URL") or DEFAULT_URL)

    def get(self, path: str, **query: str | int) -> Any:
        """The document at a path."""
        return self._ask("GET", self._address(path, query)).json

    def send(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """Write; what GitHub answers. A POST is not made again where it may have had its effect."""
        return self._ask(method, self._address(path, {}), body, once=method == "POST").json

    def pages(self, path: str, *, most: int = MAX_PAGES, **query: str | int) -> Iterator[Any]:
        """The items of a list, a hundred to a page. Raises ``GitHubError`` where there are more than ``most`` pages."""
        address: str | None = self._address(path, {"per_page": 100, **query})
        for _ in range(most):
            answer = self._ask("GET", address or "")
            items = answer.json
            if not isinstance(items, list):
                raise GitHubError("GitHub's answer is not a list", status=answer.status)
            yield from items
            found = _NEXT.search(answer.headers.get("link") or "")
            if not found:
                return
            address = urljoin(self.url, found[1])
            self._check_origin(address)
        raise GitHubError(f"the list has more than {most} pages, and no more are read")

    def graphql(self, query: str, **variables: str | int) -> Any:
        """The ``data`` of a GraphQL query or mutation. Both may be made again: use none that adds anything."""
        # GitHub Enterprise Server has its API at /api/v3 and /api/graphql, GitHub itself at / and /graphql.
        address = self.url.removesuffix("/v3") + "/graphql"
        document = self._ask("POST", address, {"query": query, "variables": variables}).json
        if not isinstance(document, dict) or document.get("errors") or not isinstance(document.get("data"), dict):
            raise GitHubError("GitHub did not answer the query", status=403)
        return document["data"]

    def _address(self, path: str, query: Mapping[str, str | int]) -> str:
        return f"{self.url}{path}" + (f"?{urlencode(query)}" if query else "")

    def _check_origin(self, address: str) -> None:
        if urlsplit(address)[:2] != urlsplit(self.url)[:2]:
            raise GitHubError("GitHub's answer leads to another host, where the token is not sent")

    def _ask(self, method: str, address: str, body: Mapping[str, Any] | None = None, *, once: bool = False) -> Answer:
        """Ask, and again as long as that may help. ``once``: not where the request may have been heeded."""
        attempt, redirects = 1, 0
        while True:
            try:
                answer = self._attempt(method, address, body)
            except (OSError, http.client.HTTPException) as error:
                self._again(attempt, None, GitHubError(f"GitHub does not answer: {_name(error)}", uncertain=once), once)
                attempt += 1
                continue
            if answer.status < 300:
                return answer
            if answer.status in (301, 302, 307, 308) and method == "GET" and redirects < MAX_REDIRECTS:
                redirects += 1  # a repository that was renamed
                address = urljoin(address, answer.headers.get("location") or "")
                self._check_origin(address)
                continue
            self._again(attempt, answer, error_of(answer, once), once and not answer.limited)
            attempt += 1

    def _attempt(self, method: str, address: str, body: Mapping[str, Any] | None) -> Answer:
        left = self._ends - self.clock.monotonic()
        if left <= 0:
            raise self._late()
        content = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(address, data=content, method=method)  # noqa: S310 - of the URL that was checked
        # Unredirected headers are not copied by any handler to a request for somewhere else.
        request.add_unredirected_header("Authorization", f"Bearer {self.token}")
        request.add_header("Accept", "application/vnd.github+json")
        request.add_header("X-GitHub-Api-Version", API_VERSION)
        request.add_header("User-Agent", f"cors-drift/{__version__}")
        if content is not None:
            request.add_header("Content-Type", "application/json")
        try:
            response = self._opener.open(request, timeout=min(_TIMEOUT, left))
        except urllib.error.HTTPError as error:
            response = error  # an answer like any other
        with response:
            return Answer(response.status, response.headers, self._content(response))

    def _content(self, response: Any) -> bytes:
        """The body. One that trickles in, or does not end, is given up."""
        parts, size = [], 0
        while part := response.read1(65_536):
            parts.append(part)
            size += len(part)
            if size > MAX_BYTES:
                raise GitHubError("GitHub's answer is too long")
            if self.clock.monotonic() > self._ends:
                raise self._late()
        if response.length:
            raise http.client.IncompleteRead(b"", response.length)
        return b"".join(parts)

    def _late(self) -> GitHubError:
        return GitHubError(f"GitHub took longer than {self.max_seconds:.0f} seconds")

    def _again(self, attempt: int, answer: Answer | None, error: GitHubError, once: bool) -> None:
        """Wait before the next attempt, or raise the error where there is none: after ``MAX_ATTEMPTS``, or before."""
        passing = answer is None or answer.limited or answer.status >= 500
        if once or not passing or attempt == MAX_ATTEMPTS:
            raise error
        wait = self._wait(attempt, answer)
        if wait > self._ends - self.clock.monotonic():
            late = f"{error.message}; the next attempt would be in {wait:.0f} seconds, which is too late"
            raise GitHubError(late, status=error.status, uncertain=error.uncertain, limited=error.limited)
        self.clock.sleep(wait)

    def _wait(self, attempt: int, answer: Answer | None) -> float:
        """Seconds until the next attempt: what GitHub asks for, else twice as long each time."""
        double = float(2 ** (attempt - 1))
        longer = _FIRST_WAIT * double * (1 + self.clock.jitter())
        if answer is None:
            return longer
        told = whole_number(answer.headers.get("retry-after"))
        if told is not None:
            return told
        if not answer.limited:
            return longer
        resets = whole_number(answer.headers.get("x-ratelimit-reset"))
        if answer.headers.get("x-ratelimit-remaining") == "0" and resets is not None:
            return max(resets - self.clock.now(), 0) + 1
        return _LIMIT_WAIT * double


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A redirect is an answer: the client itself decides whether to follow it."""

    def redirect_request(self, *_: Any) -> None:
        return None


def _check(url: str) -> None:
    """Raises ``UsageError`` unless the token may go there."""
    try:
        parts = urlsplit(url)
        usable = bool(parts.hostname) and parts.port != 0 and not parts.query and not parts.fragment
    except ValueError:
        usable = False
    if not usable or "@" in url or not url.isprintable():
        raise UsageError("GITHUB_API_URL is not the URL of an API")
    if parts.scheme != "https" and not (parts.scheme == "http" and _is_loopback(parts.hostname or "")):
        raise UsageError("GITHUB_API_URL must be https: a token is sent there")


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _name(error: BaseException) -> str:
    reason = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(reason, OSError) and reason.strerror:
        return reason.strerror
    return type(reason if isinstance(reason, BaseException) else error).__name__
