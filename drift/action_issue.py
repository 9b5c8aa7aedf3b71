"""The scheduled job's tracking issues: one that says what drifted, one that says what could not be checked.

There is at most one of each kind in a scope. It is known by a hidden line at its start and by its author, who is
whoever the token speaks for; so nobody else can make the job write to an issue of theirs. A title, labels and what is
written below the report are people's own, and so is the state: an issue that somebody closed stays closed until
something else drifts, one that somebody opened again stays open. Nothing in here changes the verdict of a run.

Source of the calls: GitHub's "REST API endpoints for issues" and "for issue comments", version 2022-11-28.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from drift.action_event import event_of, run_of
from drift.action_issue_body import Checked, Kind, subject_of
from drift.action_issue_keeper import Keeper
from drift.action_login import login_of
from drift.action_runner import Inputs
from drift.errors import CorsDriftError, UsageError
from drift.github_answers import GitHubError
from drift.github_api import GitHub
from drift.report import Report

MOST_OPEN = 10
"""So many issues of ours are open at a time, unless the input says otherwise."""


_OF_WHAT_IS_DEPLOYED = (
    "schedule",
    "workflow_dispatch",
    "repository_dispatch",
    "push",
    "release",
    "deployment",
    "deployment_status",
)
"""Events whose runs speak of what is deployed, as far as they are of the default branch."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """The inputs: a name that tells several tracking issues of a repository apart, labels of a new one, the limit."""

    scope: str = ""
    labels: tuple[str, ...] = ()
    limit: int = MOST_OPEN

    @classmethod
    def of(cls, inputs: Inputs) -> Wanted | None:
        """What the inputs say; None where no issue is wanted. Raises ``UsageError``."""
        scope = inputs.text("tracking-issue").strip()
        if scope.lower() in ("", "false"):
            return None
        limit = inputs.text("tracking-issue-limit").strip() or str(MOST_OPEN)
        if not (limit.isascii() and limit.isdecimal() and 1 <= int(limit[:4]) <= 100 and len(limit) < 4):
            raise UsageError("the input tracking-issue-limit must be a number from 1 to 100")
        labels = tuple(dict.fromkeys(inputs.lines("tracking-issue-labels")))
        return cls(inputs.of_matrix() if scope.lower() == "true" else scope, labels, int(limit))


@dataclass(frozen=True, slots=True)
class WorkflowRun:
    """The run of the workflow: which one, of what, started by which event. ``number`` grows with every run."""

    repository: str
    number: int
    attempt: int
    sha: str
    url: str
    event: str
    branch: str
    default_branch: str

    @classmethod
    def of(cls, environment: Mapping[str, str], event: Mapping[str, Any]) -> WorkflowRun:
        """The run of a runner's environment; ``event`` is what the file of ``GITHUB_EVENT_PATH`` holds."""
        repository = environment.get("GITHUB_REPOSITORY", "")
        number = environment.get("GITHUB_RUN_ID", "")
        attempt = environment.get("GITHUB_RUN_ATTEMPT", "")
        name, branch = environment.get("GITHUB_EVENT_NAME", ""), environment.get("GITHUB_REF", "")
        if name == "workflow_run":  # it runs on the default branch, whatever the one before it was about
            before = _part(event, "workflow_run")
            name, branch = (str(before.get(key) or "workflow_run") for key in ("event", "head_branch"))
        default = _part(event, "repository").get("default_branch")
        return cls(
            repository,
            int(number) if number.isdecimal() else 0,
            int(attempt) if attempt.isdecimal() else 1,
            environment.get("GITHUB_SHA", ""),
            run_of(environment).url,
            name,
            branch.removeprefix("refs/heads/"),
            default if isinstance(default, str) else "",
        )

    @property
    def refusal(self) -> str | None:
        """Why this run has no say about what is deployed, if so."""
        if self.event not in _OF_WHAT_IS_DEPLOYED:
            return f"it is for scheduled runs, and this one was started by {self.event or 'something unknown'}"
        if self.event != "schedule" and self.default_branch and self.branch != self.default_branch:
            return f"it speaks of the branch {self.default_branch}, and this run is of another one"
        return None


@dataclass(frozen=True, slots=True)
class Tracked:
    """What became of it: where the open issue of what drifted is, if any, and what is to be told in the log."""

    url: str = ""
    notices: tuple[str, ...] = ()


def kept(inputs: Inputs, report: Report | None, why: str = "") -> Tracked:
    """Do what the inputs ask for, with the run that the environment tells of. Whatever is wrong is a notice. ``why``
    says why there is no report.
    """
    try:
        wanted = Wanted.of(inputs)
        if wanted is None:
            return Tracked()
        if not (token := inputs.text("token")):
            return Tracked(notices=("no tracking issue: the input token is empty",))
        environment = inputs.environment
        run = WorkflowRun.of(environment, event_of(environment))
        return track(GitHub.of_environment(token, environment), run, report, wanted, why=why)
    except CorsDriftError as error:
        return Tracked(notices=(f"no tracking issue: {error.message}",))
    except Exception as error:  # the verdict stands, whatever is wrong here
        return Tracked(notices=(f"no tracking issue: this is a defect of cors-drift: {type(error).__name__}",))


def track(
    github: GitHub,
    run: WorkflowRun,
    report: Report | None,
    wanted: Wanted,
    now: datetime | None = None,
    *,
    why: str = "",
) -> Tracked:
    """Open, write again, close or open again the issues of the scope, as the report says.

    ``report`` holds nothing that must not be shown, and is None where the run ended before there was one. What GitHub
    refuses is told in a notice.
    """
    if (refusal := run.refusal) is not None:
        return Tracked(notices=(f"no tracking issue is kept by this run: {refusal}",))
    if report is not None and report.base is not None:
        return Tracked(notices=("no tracking issue is kept by this run: with a base it speaks of a pull request",))
    checked = Checked(run.sha, run.url, now or datetime.now(UTC), why)
    written_by = (run.number, run.attempt)
    scope = (wanted.scope, wanted.labels, wanted.limit)
    keeper = Keeper(github, login_of(github), run.repository, written_by, checked, report, *scope)
    for kind in Kind:
        try:
            keeper.keep(subject_of(kind, report))
        except GitHubError as error:
            keeper.tell(_refused(error))
    return Tracked(keeper.url, tuple(dict.fromkeys(keeper.notices)))


def _refused(error: GitHubError) -> str:
    match error.status:
        case 410:
            advice = "; the repository has its issues switched off"
        case _:
            advice = "; give the job the permission issues: write" if error.denied else ""
    return f"the tracking issue was not kept: {error.message}{advice}"


def _part(event: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    part = event.get(key)
    return part if isinstance(part, Mapping) else {}
