"""Keeping the issues of one scope: found, opened, written again, closed and opened again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from drift.action_issue_body import (
    MAX_BUCKETS,
    Checked,
    Kind,
    Marker,
    Says,
    Subject,
    body_of,
    cleared,
    closing,
    known_to,
    marker_of,
    news,
    scope_key,
    tail_of,
    title,
)
from drift.action_login import Login
from drift.github_answers import GitHubError
from drift.github_api import GitHub
from drift.report import Report

SECONDS_BETWEEN_COMMENTS = 20 * 3600
"""An issue is commented on once a day, be there as many runs as there may; its text is always that of the last one."""

MAX_PAGES_OPEN, MAX_PAGES = 49, 10
"""How many pages of a hundred issues are looked through for ours, those that changed last first."""

_GONE = (301, 404, 410)
_ONE_EACH = "give each job a tracking-issue of its own"


@dataclass(frozen=True, slots=True)
class _Issue:
    number: int
    url: str
    id: object
    open: bool
    locked: bool
    body: str
    marker: Marker


class _GoneError(Exception):
    """The issue was deleted, moved elsewhere or made a discussion since it was listed."""


@dataclass(slots=True)
class Keeper:
    """One run's hold on the issues of one scope. ``run`` is the number of the workflow's run and its attempt.

    ``login`` is who the token is. All methods raise ``GitHubError``.
    """

    github: GitHub
    login: Login
    repository: str
    run: tuple[int, int]
    checked: Checked
    report: Report | None
    scope: str
    labels: tuple[str, ...]
    limit: int
    url: str = ""
    """Of the open issue of what drifted."""
    notices: list[str] = field(default_factory=list)

    def tell(self, notice: str) -> None:
        self.notices.append(notice)

    def point_to(self, subject: Subject, url: str) -> None:
        """Remember where the open issue of what drifted is."""
        if subject.kind is Kind.DRIFT:
            self.url = url

    @property
    def issues(self) -> str:
        return f"/repos/{self.repository}/issues"

    def keep(self, subject: Subject) -> None:
        """Bring the issue of one kind up to date; once more from the start where it vanished meanwhile."""
        for _ in range(2):
            listed = list(self.ours("open", MAX_PAGES_OPEN))
            try:
                self.settle(subject, listed)
            except _GoneError:
                continue
            return
        self.tell("the tracking issue was not kept: it is listed, and cannot be written to")

    def settle(self, subject: Subject, listed: list[_Issue]) -> None:
        """``listed`` are our open issues, of all scopes."""
        issue = self.chosen(subject.kind, listed)
        if issue is None and subject.says is not Says.NOTHING:
            issue = self.chosen(subject.kind, self.ours("closed", MAX_PAGES))
        if issue is None and subject.says is Says.THERE:
            issue = self.chosen(subject.kind, self.ours("all", MAX_PAGES, filtered=False))
        if issue is None:
            if subject.says is Says.THERE:
                self.create(subject, listed)
            return
        if issue.open:
            self.point_to(subject, issue.url)
        if issue.marker.run > self.run:
            self.tell(f"{issue.url} is left as it is: a newer run has written it")
        elif subject.of(issue.marker) is Says.THERE:
            self.there(subject, issue, listed)
        elif subject.of(issue.marker) is Says.GONE:
            self.gone(subject, issue)

    def ours(self, state: str, most: int, *, filtered: bool = True, mine: bool = True) -> Iterator[_Issue]:
        """The tracking issues in that state that the token's own login wrote, of all scopes.

        Without ``filtered`` GitHub is not asked for those of an author: some of its hosts find none of an app's.
        Without ``mine`` they are those of all authors.
        """
        query = {"state": state, "sort": "updated", "direction": "desc"} | (
            {"creator": self.login.name} if filtered else {}
        )
        for number, item in enumerate(self.github.pages(self.issues, most=most + 1, **query)):
            if number == most * 100:
                return
            if (issue := _issue(item, self.login.name if mine else None)) is not None:
                yield issue

    def chosen(self, kind: Kind, issues: Iterable[_Issue]) -> _Issue | None:
        """The first that was made, where a race or a hand made two."""
        scope = scope_key(self.scope)
        fitting = [each for each in issues if (each.marker.scope, each.marker.kind) == (scope, kind)]
        return min(fitting, key=lambda each: each.number, default=None)

    def marker(self, subject: Subject, **more: Any) -> Marker:
        keys = frozenset(subject.buckets) if len(subject.buckets) <= MAX_BUCKETS else None
        return Marker(scope_key(self.scope), subject.kind, self.run, "", subject.state, keys, **more)

    def create(self, subject: Subject, listed: list[_Issue]) -> None:
        """Open the first issue of the scope, and only one: another run may be doing the same."""
        if self.full(listed):
            return
        if not self.login.sure and self.chosen(subject.kind, self.ours("all", MAX_PAGES, filtered=False, mine=False)):
            self.tell(
                "no tracking issue is opened: whether the one that is there is ours cannot be told with this token"
            )
            return
        made = body_of(self.marker(subject), self.report, self.scope, self.checked)
        if made is None:
            raise AssertionError("nobody has written below it yet")
        new = {"title": title(subject.kind, self.scope), "body": made[0], "labels": list(self.labels)}
        number = self.post(new, subject.kind)
        before = self.chosen(subject.kind, list(self.ours("open", MAX_PAGES_OPEN)))
        if before is not None and number is not None and before.number < number:
            twin = replace(made[1], clean=True).line() + made[0].removeprefix(made[1].line())
            change = {"body": twin, "state": "closed", "state_reason": "not_planned"}
            self.github.send("PATCH", f"{self.issues}/{number}", change)
            self.tell(f"{before.url} was opened at the same time by another run; this run's is closed")
        if before is not None:
            self.point_to(subject, before.url)

    def post(self, new: dict[str, Any], kind: Kind) -> int | None:
        """The number of the new issue. Where it is not known whether it was made, it is looked for before it is tried
        again; labels that are refused are left out.
        """
        for last in (False, True):
            try:
                return _number(self.github.send("POST", self.issues, new))
            except GitHubError as error:
                if last:
                    raise
                if error.uncertain:
                    if (found := self.chosen(kind, list(self.ours("open", 1)))) is not None:
                        return found.number
                elif error.status == 422 and new["labels"]:
                    self.tell(f"the tracking issue has no labels: {error.message}")
                    new = new | {"labels": []}
                else:
                    raise
        return None

    def full(self, listed: list[_Issue]) -> bool:
        if len(listed) < self.limit:
            return False
        self.tell(f"no tracking issue is opened: {len(listed)} are open, and tracking-issue-limit allows no more")
        return True

    def there(self, subject: Subject, issue: _Issue, listed: list[_Issue]) -> None:
        """Write the issue again if it would say something else, and open it again if nobody else has closed it."""
        before = issue.marker
        if not issue.open and not before.clean and before.state == subject.state:
            self.tell(f"{issue.url} was closed by somebody; it is opened again when something else is wrong")
            self.pass_by(issue)
            return
        if not issue.open and self.full(listed):
            return
        issue = self.fresh(issue)
        again = before.clean or not issue.open
        changed = again or before.state != subject.state
        marker = self.marker(subject, commented=before.commented)
        commenting = changed and self.may_comment(before)
        if commenting:
            marker = replace(marker, commented=int(self.checked.when.timestamp()))
        still = subject.still_open(before)
        if marker.buckets is not None:
            marker = replace(marker, buckets=frozenset(sorted(marker.buckets | still)[:MAX_BUCKETS]))
        made = body_of(marker, self.report, self.scope, self.checked, tail_of(issue.body, before), len(still))
        if made is None:
            self.tell(f"{issue.url} is left as it is: what is written below the report leaves no room for it")
            return
        body, marker = made
        same = (marker.text, marker.state, marker.buckets) == (before.text, before.state, before.buckets)
        if same and not again:
            self.pass_by(issue)
            return
        if before.run == self.run:
            self.tell(f"this run has written {issue.url} twice; {_ONE_EACH}")
        self.patch(issue, {"body": body} | ({} if issue.open else {"state": "open", "state_reason": "reopened"}))
        self.point_to(subject, issue.url)
        if commenting:
            self.comment(issue, news(subject.kind, subject, before, self.checked, again=again))

    def gone(self, subject: Subject, issue: _Issue) -> None:
        """Say that all is well, and close the issue; once, so that somebody may open it again."""
        before = issue.marker
        if before.clean:
            self.pass_by(issue)
            return
        if before.run == self.run:
            self.tell(f"{issue.url} is left open: this run has written it too; {_ONE_EACH}")
            return
        issue = self.fresh(issue)
        commenting = issue.open and self.may_comment(before)
        said = int(self.checked.when.timestamp()) if commenting else before.commented
        clean = replace(before, run=self.run, clean=True, commented=said, buckets=frozenset())
        body = cleared(issue.body, before, clean, self.checked)
        self.patch(issue, {"body": body} | ({"state": "closed", "state_reason": "completed"} if issue.open else {}))
        self.point_to(subject, "")
        if commenting:
            self.comment(issue, closing(subject.kind, self.checked))

    def pass_by(self, issue: _Issue) -> None:
        """Have the issue, which says already what this run found, know of this run, so that none before it writes over
        that. Nobody is told of such an edit.
        """
        if issue.marker.run < self.run:
            issue = self.fresh(issue)
            self.patch(issue, {"body": known_to(self.run, issue.body, issue.marker)})

    def may_comment(self, before: Marker) -> bool:
        return int(self.checked.when.timestamp()) - before.commented >= SECONDS_BETWEEN_COMMENTS

    def fresh(self, issue: _Issue) -> _Issue:
        """The issue as it is now: somebody may have written to it since it was listed."""
        try:
            item = self.github.get(f"{self.issues}/{issue.number}")
        except GitHubError as error:
            if error.status in _GONE:
                raise _GoneError from None
            raise
        now = _issue(item, None)
        if now is None or (now.number, now.id, now.marker) != (issue.number, issue.id, issue.marker):
            raise _GoneError
        return now

    def patch(self, issue: _Issue, change: dict[str, Any]) -> None:
        try:
            self.github.send("PATCH", f"{self.issues}/{issue.number}", change)
        except GitHubError as error:
            if error.status in _GONE:
                raise _GoneError from None
            raise

    def comment(self, issue: _Issue, text: str) -> None:
        """A word to whoever watches the issue. It is not worth a second try: the issue says the same."""
        if issue.locked:
            return
        try:
            self.github.send("POST", f"{self.issues}/{issue.number}/comments", {"body": text})
        except GitHubError as error:
            self.tell(f"{issue.url} was written, and could not be commented on: {error.message}")


def _issue(item: Any, author: str | None) -> _Issue | None:
    """One of ours, or None: a pull request, or an issue without our line or of another author."""
    if not isinstance(item, Mapping) or "pull_request" in item:
        return None
    user = item.get("user")
    login = user.get("login") if isinstance(user, Mapping) else None
    if author is not None and str(login).lower() != author.lower():
        return None
    body, marker = item.get("body"), marker_of(item.get("body"))
    number = _number(item)
    if marker is None or number is None or not isinstance(body, str):
        return None
    url, is_open = str(item.get("html_url", "")), item.get("state") == "open"
    return _Issue(number, url, item.get("id"), is_open, item.get("locked") is True, body, marker)


def _number(item: Any) -> int | None:
    number = item.get("number") if isinstance(item, Mapping) else None
    return number if isinstance(number, int) else None
