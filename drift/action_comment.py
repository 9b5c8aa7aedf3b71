"""The one comment of a step on a pull request: found again, brought up to date, taken back when all is well.

Whatever keeps it from being written is told in a notice. It has no say in the verdict.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from drift.action_comment_body import Key, Marker, Said, body_of, is_clear, marker_of, says_the_same
from drift.action_event import PullRequestEvent, Run
from drift.action_login import Login, login_of
from drift.github_answers import GitHubError
from drift.github_api import GitHub
from drift.report import Report

MAX_TRIES = 3
"""So often a comment is made where it is not known whether GitHub has made it: before each, the list is read again."""

_MINIMIZE = "mutation($id: ID!) { minimizeComment(input: {subjectId: $id, classifier: RESOLVED}) { clientMutationId } }"
_UNMINIMIZE = "mutation($id: ID!) { unminimizeComment(input: {subjectId: $id}) { clientMutationId } }"


class WhenClear(StrEnum):
    """What becomes of the comment when all is well again. Where there is none, none is made."""

    REPLACE = "replace"
    """A short one in its place."""
    COLLAPSE = "collapse"
    """The same, hidden as resolved."""
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class Outcome:
    """``url`` of the comment as it stands, empty where there is none; ``notice``: what the user is to know, if any."""

    url: str = ""
    notice: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """What a comment is to say: the report, which has nothing sensitive left in it, or ``why`` there is none; ``name``
    tells it from others on the same pull request. ``more`` is Markdown that comes after the report.
    """

    report: Report | None
    why: str = ""
    name: str = ""
    more: str = ""


@dataclass(frozen=True, slots=True)
class _Found:
    """A comment of ours."""

    id: int
    node: str
    url: str
    body: str
    marker: Marker


def publish(github: GitHub, event: PullRequestEvent, run: Run, key: Key, told: Told, when_clear: WhenClear) -> Outcome:
    """Bring the comment up to date. Never raises for GitHub."""
    said = Said.OPEN
    if is_clear(told.report):
        said = Said.FOLDED if when_clear is WhenClear.COLLAPSE else Said.CLEAR
    marker = Marker(key, event.commit, run, said)
    body = body_of(told.report, event, marker, why=told.why, name=told.name, more=told.more)
    sticky = _Sticky(github, event, marker, body, when_clear)
    try:
        return sticky.refused() or sticky.written()
    except GitHubError as error:
        return Outcome(notice=f"no comment: {why_denied(error, event)}")


def refusal(github: GitHub, event: PullRequestEvent) -> str:
    """Why nothing is to be written on a pull request: it is closed, or has moved on. Empty where it is neither."""
    try:
        pull = github.get(f"/repos/{event.repository}/pulls/{event.number}")
    except GitHubError as error:
        if not error.denied:
            raise
        return ""  # a token may be good for comments alone
    if not isinstance(pull, dict):
        return ""
    if pull.get("state") == "closed":
        return "the pull request is closed"
    head = pull.get("head")
    now = head.get("sha") if isinstance(head, dict) else None
    if isinstance(now, str) and now != event.commit:
        return "the pull request has a newer commit by now, whose own run speaks of it"
    return ""


@dataclass(frozen=True, slots=True)
class _Sticky:
    github: GitHub
    event: PullRequestEvent
    marker: Marker
    body: str
    when_clear: WhenClear

    @property
    def _comments(self) -> str:
        return f"/repos/{self.event.repository}/issues/{self.event.number}/comments"

    def refused(self) -> Outcome | None:
        """Why nothing is to be written, whatever is there."""
        why = refusal(self.github, self.event)
        return Outcome(notice=f"no comment: {why}") if why else None

    def written(self) -> Outcome:
        login = login_of(self.github)
        for tried in range(1, MAX_TRIES + 1):
            ours, others = self._found(login)
            if ours:
                return self._updated(ours[0], ours[1:])
            if self.marker.said is not Said.OPEN:
                return Outcome()
            if others and not login.sure:
                return Outcome(
                    notice="no comment: whether the one that is there is ours cannot be told with this token"
                )
            try:
                made = self.github.send("POST", self._comments, {"body": self.body})
            except GitHubError as error:
                if not error.uncertain or tried == MAX_TRIES:
                    raise
                continue
            return Outcome(url_of(made))
        raise AssertionError("the last try returns or raises")

    def _found(self, login: Login) -> tuple[list[_Found], int]:
        """The comments with the key of this one that the token's own login wrote, and how many others wrote."""
        ours, others = [], 0
        for found, author in self._marked():
            if author == login.name:
                ours.append(found)
            else:
                others += 1
        return ours, others

    def _marked(self) -> Iterator[tuple[_Found, object]]:
        for each in self.github.pages(self._comments):
            if not isinstance(each, dict) or not isinstance(each.get("body"), str) or type(each.get("id")) is not int:
                continue
            marker = marker_of(each["body"])
            if marker is None or marker.key != self.marker.key:
                continue
            user = each.get("user")
            author = user.get("login") if isinstance(user, dict) else None
            yield _Found(each["id"], str(each.get("node_id") or ""), url_of(each), each["body"], marker), author

    def _updated(self, found: _Found, more: list[_Found]) -> Outcome:
        run = self.marker.run
        places = [each.marker.run.place for each in (found, *more) if each.marker.run.workflow == run.workflow]
        if places and max(places) > run.place:
            return Outcome(found.url, "the comment stays as it is: a newer run wrote it")
        for each in more:  # of two runs that made one at the same time
            self._delete(each)
        # What says the same is written all the same by a newer run, so that none in between writes over it.
        if says_the_same(found.body, self.body) and not (places and run.place > max(places)):
            return Outcome(found.url)
        notice = ""
        if run.place in places and run.number:
            notice = "two steps of this run write the same comment: give each a comment-id of its own"
            if self.marker.said is not Said.OPEN:
                return Outcome(found.url, notice)
        if self.marker.said is not Said.OPEN and self.when_clear is WhenClear.DELETE:
            self._delete(found)
            return Outcome(notice=notice)
        made = self.github.send("PATCH", self._one(found), {"body": self.body})
        return Outcome(url_of(made) or found.url, notice or self._folded(found))

    def _folded(self, found: _Found) -> str:
        """Hide or show the comment, where that changes; what to tell the user, if it cannot be done."""
        before, now = found.marker.said is Said.FOLDED, self.marker.said is Said.FOLDED
        if before == now:
            return ""
        try:
            self.github.graphql(_MINIMIZE if now else _UNMINIMIZE, id=found.node)
        except GitHubError:
            return f"the comment is up to date, but the token may not {'hide' if now else 'show'} it"
        return ""

    def _delete(self, found: _Found) -> None:
        try:
            self.github.send("DELETE", self._one(found))
        except GitHubError as error:
            if error.status != 404:  # gone already
                raise

    def _one(self, found: _Found) -> str:
        return f"/repos/{self.event.repository}/issues/comments/{found.id}"


def url_of(comment: Any) -> str:
    """The address of a comment as GitHub tells it; empty where that is none."""
    url = comment.get("html_url") if isinstance(comment, dict) else None
    return url if isinstance(url, str) and url.startswith("https://") and url.isprintable() else ""


def why_denied(error: GitHubError, event: PullRequestEvent) -> str:
    """What went wrong, and what to give the job where its token may not write."""
    if not error.denied or "locked" in error.message:
        return error.message
    if event.fork:
        return f"the token of a run from a fork cannot write; the job summary has the report ({error.message})"
    return f"the token may not write it: give the job pull-requests: write ({error.message})"
