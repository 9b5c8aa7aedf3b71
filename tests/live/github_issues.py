"""The issues of the GitHub on loopback: listed, opened, changed, commented on, locked, moved, deleted, switched off.

Source: GitHub's "REST API endpoints for issues": a list holds pull requests too; an issue that was transferred answers
301, one that was deleted 410; labels that are not there are made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.live.github_stand_in import BOT, NOT_ACCESSIBLE, NOT_FOUND, Asked, GitHubStandIn, Reply, refused

DISABLED = refused(410, "Issues are disabled for this repo")
DELETED = refused(410, "This issue was deleted")


@dataclass
class Issue:
    number: int
    title: str
    body: str
    login: str = BOT
    labels: list[str] = field(default_factory=list)
    state: str = "open"
    reason: str | None = None
    locked: bool = False
    updated: int = 0
    gone: str = ""
    """``deleted`` or ``transferred``: it is in no list any more."""


class GitHubIssues(GitHubStandIn):
    """One repository with issues. ``listing`` False gives a token that may not even read them."""

    def __init__(self) -> None:
        super().__init__()
        self.issues: dict[int, Issue] = {}
        self.disabled = False
        self.by_author = True
        """Whether the list finds what an app wrote by its author; some hosts do not."""
        self.known_labels: set[str] | None = None
        self.before_list: Callable[[], object] = lambda: None
        """Called before a list of issues is answered: what others do meanwhile."""
        self._next = iter(range(100, 1_000_000))
        self._ticks = iter(range(1, 1_000_000))

    def issue(self, body: str, login: str = BOT, **more: Any) -> Issue:
        """Put an issue there."""
        made = Issue(next(self._next), more.pop("title", "an issue"), body, login, **more)
        made.updated = next(self._ticks)
        self.issues[made.number] = made
        return made

    def said(self, number: int) -> list[str]:
        """The comments on an issue."""
        return [each.body for each in self.on(number)]

    def _routes(self) -> Iterator[tuple[str, Callable[..., Reply]]]:
        yield r"/issues", lambda asked: self._all(asked) if asked.method == "GET" else self._new(asked)
        yield r"/issues/(\d+)", self._issue
        yield r"/issues/(\d+)/comments", self._say
        yield from super()._routes()

    def _all(self, asked: Asked) -> Reply:
        self.before_list()
        if self.disabled:
            return DISABLED
        query = asked.query
        found = [each for each in self.issues.values() if not each.gone]
        if query.get("state", "open") != "all":
            found = [each for each in found if each.state == query.get("state", "open")]
        if "creator" in query:
            found = [each for each in found if each.login == query["creator"] and self.by_author]
        newest_first = query.get("direction", "desc") == "desc"
        by = (lambda each: each.updated) if query.get("sort") == "updated" else (lambda each: each.number)
        return self.paged(asked, [self._told(each) for each in sorted(found, key=by, reverse=newest_first)])

    def _new(self, asked: Asked) -> Reply:
        if self.disabled:
            return DISABLED
        labels = asked.body.get("labels", [])
        if len(asked.body["body"]) > 65_536:
            return refused(422, "Validation Failed")
        if self.known_labels is not None and not self.known_labels.issuperset(labels):
            return refused(422, "Validation Failed: label is invalid")
        made = self.issue(asked.body["body"], self.login, title=asked.body["title"], labels=labels)
        return Reply(201, self._told(made))

    def _issue(self, asked: Asked, number: int) -> Reply:
        issue = self.issues.get(number)
        if issue is None:
            return NOT_FOUND
        if issue.gone == "deleted":
            return DELETED
        if issue.gone:
            return Reply(301, {"message": "Moved Permanently"}, {"Location": f"{self.url}/repositories/9/issues/1"})
        if asked.method == "PATCH":
            assert set(asked.body) <= {"body", "state", "state_reason"}, "a title and labels are people's own"
            assert len(asked.body.get("body", "")) <= 65_536
            issue.body = asked.body.get("body", issue.body)
            issue.state = asked.body.get("state", issue.state)
            issue.reason = asked.body.get("state_reason", issue.reason)
            issue.updated = next(self._ticks)
        return Reply(body=self._told(issue))

    def _say(self, asked: Asked, number: int) -> Reply:
        """A comment, on an issue or on a pull request."""
        if asked.method == "GET":
            return self._list(asked, number)
        if number in self.issues and self.issues[number].locked:
            return refused(403, "Unable to create comment because issue is locked.")
        return self._create(asked, number)

    def _told(self, issue: Issue) -> dict[str, Any]:
        told = {
            "id": issue.number * 7, "number": issue.number, "title": issue.title, "body": issue.body,
            "state": issue.state, "state_reason": issue.reason, "locked": issue.locked,
            "user": {"login": issue.login}, "labels": [{"name": each} for each in issue.labels],
            "html_url": f"https://github.example/{self.repository}/issues/{issue.number}",
        }  # fmt: skip
        return told | ({"pull_request": {}} if issue.title.startswith("PR ") else {})


__all__ = ["DELETED", "DISABLED", "NOT_ACCESSIBLE", "GitHubIssues", "Issue"]
