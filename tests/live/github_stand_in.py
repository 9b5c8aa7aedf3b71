"""A GitHub on loopback: pull requests, issues and their comments, answered as GitHub's REST documentation says.

Sources: GitHub's "REST API endpoints for issue comments", "… for issues", "… for pull requests" and "… for pull request
review comments", "Using pagination in the REST API", "Rate limits for the REST API"; of GraphQL, ``viewer`` and
the mutations that minimize a comment.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from tests.live.loopback import Handler, Loopback

TOKEN = "ghs_standin0123456789"
BOT = "github-actions[bot]"
REPOSITORY = "octo/site"
HEAD = "a" * 40
DOCUMENTATION = "https://docs.github.com/rest"


@dataclass(frozen=True)
class Asked:
    """A request as it came in; header names in lower case."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Any


@dataclass(frozen=True)
class Reply:
    """An answer out of turn. ``drop`` breaks the connection off, ``after`` once the request has had its effect."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    drop: bool = False
    after: bool = False


def refused(status: int, message: str, **headers: str) -> Reply:
    """An error as GitHub words it."""
    body = {"message": message, "documentation_url": DOCUMENTATION, "status": str(status)}
    return Reply(status, body, {name.replace("_", "-"): value for name, value in headers.items()})


NOT_ACCESSIBLE = refused(403, "Resource not accessible by integration")
NOT_FOUND = refused(404, "Not Found")


@dataclass
class Comment:
    id: int
    login: str
    body: str
    minimized: bool = False


@dataclass
class ReviewComment:
    """A comment on lines of a pull request. ``line`` is None where it is outdated."""

    id: int
    login: str
    body: str
    path: str
    line: int | None
    start_line: int | None = None
    in_reply_to_id: int | None = None
    minimized: bool = False


class GitHubStandIn(Loopback):
    """One repository. ``script`` answers the next requests out of turn, ``refuse`` decides of each if it is refused.

    ``readable`` and ``writable``: what the token may do. ``viewer`` is the login that GraphQL tells of the token, None
    where it tells nothing.
    """

    def __init__(self) -> None:
        super().__init__(_Handler)
        self.repository = REPOSITORY
        self.asked: list[Asked] = []
        self.comments: dict[int, list[Comment]] = {}
        self.pulls: dict[int, dict[str, Any]] = {7: {"state": "open", "locked": False, "head": {"sha": HEAD}}}
        self.files: dict[int, list[dict[str, Any]]] = {}
        self.reviews: dict[int, list[ReviewComment]] = {}
        self.script: list[Reply] = []
        self.refuse: Callable[[Asked], Reply | None] = lambda _: None
        self.login = BOT
        self.viewer: str | None = BOT
        self.user: str | None = None
        self.readable = self.writable = True
        self._numbers = iter(range(1_000, 1_000_000))
        self._lock = threading.Lock()

    def comment(self, body: str, login: str = BOT, *, on: int = 7) -> Comment:
        """Put a comment there."""
        made = Comment(next(self._numbers), login, body)
        self.comments.setdefault(on, []).append(made)
        return made

    def refusal(self, message: str) -> Reply:
        """A refusal of anything, in these words."""
        return refused(422, message)

    def on(self, number: int = 7) -> list[Comment]:
        return self.comments.get(number, [])

    def review(self, number: int = 7) -> list[ReviewComment]:
        """The review comments of a pull request."""
        return self.reviews.setdefault(number, [])

    def review_comment(self, body: str, path: str, line: int, login: str = BOT, **more: Any) -> ReviewComment:
        """Put a review comment there."""
        made = ReviewComment(next(self._numbers), login, body, path, line, **more)
        self.review().append(made)
        return made

    def writes(self) -> list[tuple[str, str]]:
        """What was asked for beside reading."""
        return [(each.method, each.path) for each in self.asked if each.method != "GET" and each.path != "/graphql"]

    def answer(self, asked: Asked) -> Reply:
        with self._lock:
            self.asked.append(asked)
            told = self.script.pop(0) if self.script else None
            if told is not None and not told.after:
                return told
            reply = self.refuse(asked) or self._answer(asked)
            return told or reply

    def _answer(self, asked: Asked) -> Reply:
        if asked.headers.get("authorization") != f"Bearer {TOKEN}":
            return refused(401, "Bad credentials")
        if asked.path == "/graphql":
            return self._graphql(asked.body)
        if asked.path == "/user":
            return NOT_ACCESSIBLE if self.user is None else Reply(body={"login": self.user, "type": "User"})
        if not self.readable:
            return NOT_FOUND
        if asked.method != "GET" and not self.writable:
            return NOT_ACCESSIBLE
        for pattern, answer in self._routes():
            if match := re.fullmatch(f"{asked.method} /repos/{re.escape(self.repository)}{pattern}", _line(asked)):
                return answer(asked, *(int(group) for group in match.groups()))
        return NOT_FOUND

    def _routes(self) -> Iterator[tuple[str, Callable[..., Reply]]]:
        yield r"/pulls/(\d+)", self._pull
        yield (
            r"/issues/(\d+)/comments",
            lambda asked, number: self._list(asked, number) if asked.method == "GET" else self._create(asked, number),
        )
        yield r"/issues/comments/(\d+)", self._one
        yield r"/pulls/(\d+)/files", lambda asked, number: self.paged(asked, self.files.get(number, []))
        yield r"/pulls/(\d+)/comments", self._reviews
        yield r"/pulls/comments/(\d+)", self._review

    def _pull(self, asked: Asked, number: int) -> Reply:
        return Reply(body={"number": number, **self.pulls[number]}) if number in self.pulls else NOT_FOUND

    def _list(self, asked: Asked, number: int) -> Reply:
        return self.paged(asked, [self._shown(each) for each in self.on(number)])

    def paged(self, asked: Asked, items: list[Any]) -> Reply:
        """A page of a list, and where the next one is."""
        size, page = int(asked.query.get("per_page", "30")), int(asked.query.get("page", "1"))
        assert size <= 100
        headers = {}
        if len(items) > size * page:
            links = {"next": page + 1, "last": (len(items) - 1) // size + 1}
            told = (
                f'<{self.url}{asked.path}?{urlencode({**asked.query, "page": str(number)})}>; rel="{name}"'
                for name, number in links.items()
            )
            headers = {"Link": ", ".join(told)}
        return Reply(body=items[size * (page - 1) : size * page], headers=headers)

    def _create(self, asked: Asked, number: int) -> Reply:
        if self.pulls.get(number, {}).get("locked"):
            return refused(403, "Unable to create comment because issue is locked.")
        if len(asked.body["body"]) > 65_536:
            return refused(422, "Validation Failed")
        return Reply(201, self._shown(self.comment(asked.body["body"], self.login, on=number)))

    def _one(self, asked: Asked, identifier: int) -> Reply:
        for comments in self.comments.values():
            for each in comments:
                if each.id == identifier:
                    if asked.method == "DELETE":
                        comments.remove(each)
                        return Reply(204)
                    if asked.method == "PATCH":
                        each.body = asked.body["body"]
                    return Reply(body=self._shown(each))
        return NOT_FOUND

    def _reviews(self, asked: Asked, number: int) -> Reply:
        if asked.method == "GET":
            return self.paged(asked, [self._shown_review(each) for each in self.review(number)])
        body = asked.body
        assert body["commit_id"] == self.pulls[number]["head"]["sha"]
        assert (body["side"], body.get("start_side", "RIGHT")) == ("RIGHT", "RIGHT")
        start, line = body.get("start_line"), body["line"]
        if start is not None and start >= line:
            return refused(422, "Validation Failed: start line must precede the end line")
        hunks = [
            hunk for each in self.files.get(number, []) if each["filename"] == body["path"] for hunk in _hunks(each)
        ]
        if not any({start or line, line} <= hunk for hunk in hunks):
            return refused(422, "Validation Failed: Pull request review thread line must be part of the diff")
        made = ReviewComment(next(self._numbers), self.login, body["body"], body["path"], line, start)
        self.review(number).append(made)
        return Reply(201, self._shown_review(made))

    def _review(self, asked: Asked, identifier: int) -> Reply:
        for comments in self.reviews.values():
            for each in comments:
                if each.id == identifier:
                    if asked.method == "DELETE":
                        comments.remove(each)
                        return Reply(204)
                    each.body = asked.body["body"]
                    return Reply(body=self._shown_review(each))
        return NOT_FOUND

    def _shown_review(self, comment: ReviewComment) -> dict[str, Any]:
        shown = {
            "id": comment.id,
            "node_id": f"PRRC_{comment.id}",
            "html_url": f"https://github.example/{self.repository}/pull/7#discussion_r{comment.id}",
            "user": {"login": comment.login},
            "body": comment.body,
            "path": comment.path,
            "line": comment.line,
            "start_line": comment.start_line,
            "side": "RIGHT",
        }
        return shown | ({} if comment.in_reply_to_id is None else {"in_reply_to_id": comment.in_reply_to_id})

    def _shown(self, comment: Comment) -> dict[str, Any]:
        kind = "Bot" if comment.login.endswith("[bot]") else "User"
        return {
            "id": comment.id,
            "node_id": f"IC_{comment.id}",
            "html_url": f"https://github.example/{self.repository}/pull/7#issuecomment-{comment.id}",
            "user": {"login": comment.login, "type": kind},
            "body": comment.body,
        }

    def _graphql(self, body: Any) -> Reply:
        """``viewer``, minimizeComment and unminimizeComment."""
        if "viewer" in body["query"]:
            if self.viewer is None:
                return refused(403, "Resource not accessible by integration")
            return Reply(body={"data": {"viewer": {"login": self.viewer}}})
        if not self.writable:
            return Reply(body={"data": None, "errors": [{"type": "FORBIDDEN", "message": "no"}]})
        identifier = body["variables"]["id"]
        there: list[tuple[str, Comment | ReviewComment]] = []
        there += [(f"IC_{each.id}", each) for comments in self.comments.values() for each in comments]
        there += [(f"PRRC_{each.id}", each) for comments in self.reviews.values() for each in comments]
        (found,) = (each for node, each in there if node == identifier)
        found.minimized = "unminimizeComment" not in body["query"]
        return Reply(body={"data": {"clientMutationId": None}})


def _hunks(file: dict[str, Any]) -> Iterator[set[int]]:
    """The lines of the new file that each hunk of the patch shows."""
    for hunk in re.split(r"^@@ ", file.get("patch", ""), flags=re.MULTILINE)[1:]:
        head, *rows = hunk.split("\n")
        (first,) = re.findall(r"\+(\d+)", head.partition(" @@")[0])
        shown = [row for row in rows if row[:1] in (" ", "+")]
        yield set(range(int(first), int(first) + len(shown)))


def _line(asked: Asked) -> str:
    return f"{asked.method} {asked.path}"


class _Handler(Handler):
    def _serve(self) -> None:
        url = urlsplit(self.path)
        length = int(self.headers.get("content-length") or 0)
        body = json.loads(self.rfile.read(length)) if length else None
        asked = Asked(self.command, url.path, dict(parse_qsl(url.query)), self.lower_headers(), body)
        reply = self.server.owner.answer(asked)
        if reply.drop:
            self.close_connection = True
            return
        text = "" if reply.body is None else json.dumps(reply.body)
        self.give(reply.status, text, "application/json; charset=utf-8", reply.headers)

    do_GET = do_POST = do_PATCH = do_DELETE = do_PUT = _serve  # noqa: N815
