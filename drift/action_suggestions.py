"""Review comments with suggestions: each edit once, on lines where a click applies it, taken back once it no longer
stands.

A suggestion in an ordinary comment cannot be applied, and a review comment can stand on lines of the pull request's
patch alone: whatever has no such place is left to the comment's section. Whatever keeps one from being written is told
in a notice, and has no say in the verdict.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from drift.action_comment import MAX_TRIES, refusal, url_of, why_denied
from drift.action_comment_body import Key
from drift.action_event import PullRequestEvent, Run
from drift.action_login import DEFAULT_LOGIN, Login, login_of
from drift.action_suggestion_body import GONE, Marker, digest_of, marker_of, review_body
from drift.adoption import FileChange, ShownEdit
from drift.discovery import repository_around
from drift.errors import CorsDriftError
from drift.errors import Run as RunOfCheck
from drift.github_answers import GitHubError
from drift.github_api import GitHub
from drift.github_patch import PatchedFile, Range
from drift.report import Report, Verdict
from drift.settings import Settings
from drift.suggesting import Suggested, Suggestions, suggestions

MAX_SUGGESTIONS = 10
"""Review comments of a run: each of them notifies people."""

_MINIMIZE = "mutation($id: ID!) { minimizeComment(input: {subjectId: $id, classifier: OUTDATED}) { clientMutationId } }"
_NOT_VALID = 422
_TOLD = (Verdict.DRIFT, Verdict.CLEAN, Verdict.IN_SYNC, Verdict.POLICY)
"""The verdicts of runs that saw enough to take back what was suggested before."""


@dataclass(frozen=True, slots=True)
class Posted:
    """The edits that a review comment suggests, with its address, empty where it is not known; ``notice``: what the
    user is to know, if any.
    """

    placed: Mapping[ShownEdit, str] = field(default_factory=dict)
    notice: str = ""


@dataclass(frozen=True, slots=True)
class ForRun:
    """What a run suggests; None where that is not known, so that what stands is left alone."""

    found: Suggestions | None = None
    notice: str = ""


def suggested_for(run: RunOfCheck) -> ForRun:
    """The suggestions of a run of the check. Whatever fails of it is a notice: the verdict stands."""
    report, settings = run.report, run.settings
    if not isinstance(report, Report) or not isinstance(settings, Settings) or report.verdict not in _TOLD:
        return ForRun()
    try:
        return ForRun(suggestions(report, run.paths, settings))
    except CorsDriftError as error:
        return ForRun(notice=f"nothing is suggested: {error.message}")
    except Exception as error:
        return ForRun(notice=f"nothing is suggested: this is a defect of cors-drift: {type(error).__name__}")


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A review comment that there should be."""

    edit: ShownEdit
    path: str
    where: Range
    marker: Marker
    body: str


@dataclass(frozen=True, slots=True)
class _Found:
    """A comment of ours that still suggests something. ``line`` is None where GitHub says that it is outdated."""

    id: int
    node: str
    url: str
    path: object
    start: object
    line: object
    answered: bool
    marker: Marker


def publish_suggestions(github: GitHub, event: PullRequestEvent, run: Run, key: Key, found: Suggestions) -> Posted:
    """Bring the review comments up to date. Never raises for GitHub."""
    if event.fork:
        told = "no suggestions on lines: the run is for a pull request from a fork"
        return Posted(notice=told if found.edits else "")
    review = _Review(github, event, run, key, found)
    try:
        if why := refusal(github, event):
            return Posted(notice=f"no suggestions on lines: {why}")
        review.bring_up_to_date()
    except GitHubError as error:
        return Posted(review.placed, f"not all suggestions are on their lines: {why_denied(error, event)}")
    return Posted(review.placed, review.notice)


@dataclass(slots=True)
class _Review:
    github: GitHub
    event: PullRequestEvent
    run: Run
    key: Key
    found: Suggestions
    placed: dict[ShownEdit, str] = field(default_factory=dict)
    notice: str = ""
    _login: Login = field(default_factory=lambda: Login(DEFAULT_LOGIN, sure=False))

    @property
    def _pull(self) -> str:
        return f"/repos/{self.event.repository}/pulls/{self.event.number}"

    def bring_up_to_date(self) -> None:
        self._login = login_of(self.github)
        ours, others = self._ours()
        newest = max((each.marker.run.place for each in ours if self._is_of_workflow(each)), default=(0, 0))
        if newest > self.run.place:
            self.notice = "the suggestions stay as they are: a newer run wrote them"
            return
        wanted = {each.marker.edit: each for each in self._wanted()} if self.found.edits else {}
        for each in ours:
            same = wanted.get(each.marker.edit)
            if same is not None and same.edit not in self.placed and _stands(each, same):
                self.placed[same.edit] = each.url
            else:
                self._take_back(each)
        missing = [each for each in wanted.values() if each.edit not in self.placed]
        if others and missing and not self._login.sure:
            self.notice = (
                "no suggestions on lines: whether those that are there are ours cannot be told with this token"
            )
            return
        for new in missing:
            self._post(new)

    def _is_of_workflow(self, found: _Found) -> bool:
        return found.marker.run.workflow == self.run.workflow

    def _ours(self) -> tuple[list[_Found], int]:
        """The suggestions of this step that the token's own login made, and how many others made."""
        known = [each for each in self.github.pages(f"{self._pull}/comments") if isinstance(each, dict)]
        answered = {each.get("in_reply_to_id") for each in known}
        ours, others = [], 0
        for each in known:
            marker = marker_of(each["body"]) if isinstance(each.get("body"), str) else None
            if marker is None or marker.key != self.key or marker.gone or type(each.get("id")) is not int:
                continue
            user = each.get("user")
            if not isinstance(user, dict) or user.get("login") != self._login.name:
                others += 1
                continue
            place = (each.get("path"), each.get("start_line"), each.get("line"))
            node = str(each.get("node_id") or "")
            ours.append(_Found(each["id"], node, url_of(each), *place, each["id"] in answered, marker))
        return ours, others

    def _wanted(self) -> Iterator[_Wanted]:
        """The review comments to make: of edits that belong together all or none."""
        files = self._files()
        changes = {each.shown: each for each in self.found.files}
        places = {edit: _place(edit, changes.get(edit.path), files) for edit in self.found.edits}
        kept = _together(self.found.buckets, {edit for edit, place in places.items() if place is not None})
        for edit, place in places.items():
            if edit not in kept or place is None:
                continue
            path, where = place
            buckets = self.found.of(edit)
            together = len({each for bucket in buckets for each in bucket.edits})
            marker = Marker(self.key, digest_of(path, edit, buckets), self.run)
            yield _Wanted(edit, path, where, marker, review_body(where, buckets, together, marker))

    def _files(self) -> dict[str, PatchedFile]:
        """The files of the pull request that GitHub shows a patch of."""
        found = {}
        for each in self.github.pages(f"{self._pull}/files"):
            if isinstance(each, dict) and all(isinstance(each.get(name), str) for name in ("filename", "sha", "patch")):
                found[each["filename"]] = PatchedFile(each["sha"], each["patch"])
        return found

    def _post(self, wanted: _Wanted) -> None:
        where = wanted.where
        body: dict[str, Any] = {
            "body": wanted.body,
            "commit_id": self.event.commit,
            "path": wanted.path,
            "line": where.end,
            "side": "RIGHT",
        }
        if where.start < where.end:  # GitHub refuses a range of one line
            body |= {"start_line": where.start, "start_side": "RIGHT"}
        for tried in range(1, MAX_TRIES + 1):
            try:
                made = self.github.send("POST", f"{self._pull}/comments", body)
            except GitHubError as error:
                if error.status == _NOT_VALID:
                    return  # GitHub's own word on which lines it takes: the edit is shown in the comment
                if not error.uncertain or tried == MAX_TRIES:
                    raise
                there = [each for each in self._ours()[0] if each.marker.edit == wanted.marker.edit]
                if not there:
                    continue
                self.placed[wanted.edit] = there[0].url
                return
            self.placed[wanted.edit] = url_of(made)
            return

    def _take_back(self, found: _Found) -> None:
        """Delete a comment; one that was answered stays, says so and is hidden."""
        one = f"/repos/{self.event.repository}/pulls/comments/{found.id}"
        try:
            if not found.answered:
                self.github.send("DELETE", one)
                return
            marker = replace(found.marker, run=self.run, gone=True)
            self.github.send("PATCH", one, {"body": f"{GONE}\n\n{marker}"})
        except GitHubError as error:
            if error.status != 404:  # gone already
                raise
            return
        try:
            self.github.graphql(_MINIMIZE, id=found.node)
        except GitHubError:
            self.notice = "a suggestion that no longer stands says so, but the token may not hide it"


def _stands(found: _Found, wanted: _Wanted) -> bool:
    """Whether a comment stands where a click applies it: GitHub moves it along with its lines."""
    where = wanted.where
    start = where.start if where.start < where.end else None
    return (found.path, found.start, found.line) == (wanted.path, start, where.end)


def _place(edit: ShownEdit, change: FileChange | None, files: Mapping[str, PatchedFile]) -> tuple[str, Range] | None:
    """The file and the lines of the pull request on which to suggest an edit."""
    if change is None or change.before is None:
        return None
    top = repository_around(Path(change.path).parent)
    path = "" if top is None else Path(change.path).relative_to(top).as_posix()
    if path not in files:
        return None
    where = files[path].range_of(change.before, edit.start_line, edit.end_line, edit.after)
    return None if where is None else (path, where)


def _together(buckets: Sequence[Suggested], places: set[ShownEdit]) -> set[ShownEdit]:
    """The edits with a place whose companions have one too, at most ``MAX_SUGGESTIONS``: a part alone would declare
    what nobody wants.
    """
    groups: list[set[ShownEdit]] = []
    for bucket in buckets:
        own = set(bucket.edits)
        for group in [each for each in groups if each & own]:
            groups.remove(group)
            own |= group
        groups.append(own)
    kept: set[ShownEdit] = set()
    for group in groups:
        if group <= places and len(kept) + len(group) <= MAX_SUGGESTIONS:
            kept |= group
    return kept
