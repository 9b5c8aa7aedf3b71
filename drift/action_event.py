"""The pull request and the run that a step of GitHub Actions belongs to, out of the runner's environment.

Source: GitHub's "Variables reference" and "Webhook events and payloads", pull_request.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

MAX_EVENT = 30_000_000
"""Bytes. GitHub caps the payload of an event at 25 MB."""

_REPOSITORY = re.compile(r"[A-Za-z0-9_.-]{1,100}/[A-Za-z0-9_.-]{1,100}")
_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")


@dataclass(frozen=True, slots=True)
class Run:
    """A run of a workflow. ``workflow`` are hex digits that stand for its file, within which ``number`` only grows:
    runs are later or earlier than one another by number, then by ``attempt``. ``url`` is empty where it is not known.
    """

    workflow: str
    number: int
    attempt: int
    url: str = ""

    @property
    def place(self) -> tuple[int, int]:
        return self.number, self.attempt


@dataclass(frozen=True, slots=True)
class PullRequestEvent:
    """What happened to a pull request. ``commit`` is its head at that time, which is what the run speaks of;
    ``fork`` says that the head is in another repository.
    """

    repository: str
    number: int
    commit: str
    fork: bool


def run_of(environment: Mapping[str, str]) -> Run:
    """The run at hand. Outside of a runner it is number 0 of no workflow."""
    # The reference is OWNER/REPO/.github/workflows/FILE@REF, and REF is another one for each pull request.
    workflow = environment.get("GITHUB_WORKFLOW_REF", "").partition("@")[0] or environment.get("GITHUB_WORKFLOW", "")
    digest = hashlib.sha256(workflow.encode("utf-8", "surrogatepass")).hexdigest()[:12]
    number, attempt = (_whole(environment.get(f"GITHUB_RUN_{name}")) for name in ("NUMBER", "ATTEMPT"))
    return Run(digest, number, attempt, _url(environment))


def pull_request_of(environment: Mapping[str, str]) -> PullRequestEvent | None:
    """The pull request of a ``pull_request`` event. None for any other event, and where the event cannot be read.

    ``pull_request_target`` and ``workflow_run`` are other events: they have rights that a pull request must not have.
    """
    if environment.get("GITHUB_EVENT_NAME") != "pull_request":
        return None
    event = event_of(environment)
    pull = event.get("pull_request")
    repository = environment.get("GITHUB_REPOSITORY", "")
    if not isinstance(pull, dict) or not _REPOSITORY.fullmatch(repository):
        return None
    number, head = pull.get("number"), pull.get("head")
    commit = head.get("sha") if isinstance(head, dict) else None
    if type(number) is not int or number < 1 or not isinstance(commit, str) or not _COMMIT.fullmatch(commit):
        return None
    return PullRequestEvent(repository, number, commit, fork=_repository_of(head) != repository)


def event_of(environment: Mapping[str, str]) -> Mapping[str, Any]:
    """What the runner says of the event that started the run; nothing where it does not say."""
    try:
        with Path(environment.get("GITHUB_EVENT_PATH") or "").open("rb") as stream:
            document = json.loads(stream.read(MAX_EVENT))
    except (OSError, ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}


def _repository_of(head: object) -> object:
    """Where the head is; its repository is null where that was deleted."""
    repository = head.get("repo") if isinstance(head, dict) else None
    return repository.get("full_name") if isinstance(repository, dict) else None


def _url(environment: Mapping[str, str]) -> str:
    server = environment.get("GITHUB_SERVER_URL", "")
    repository, identifier = environment.get("GITHUB_REPOSITORY", ""), environment.get("GITHUB_RUN_ID", "")
    known = re.fullmatch(r"https://[A-Za-z0-9.-]+(?::\d+)?", server) and urlsplit(server).hostname
    if not known or not _REPOSITORY.fullmatch(repository) or not re.fullmatch(r"[0-9]{1,20}", identifier):
        return ""
    return f"{server}/{repository}/actions/runs/{identifier}"


def _whole(text: str | None) -> int:
    return int(text) if text and re.fullmatch(r"[0-9]{1,12}", text) else 0
