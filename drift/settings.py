"""Everything that the user can set, as one frozen value."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from pathlib import Path

from drift.errors import UsageError
from drift.ignoring import Ignore
from drift.location import Location, Severity


class Undeclared(StrEnum):
    """What live rules on a bucket are for which the code declares none."""

    ERROR = "error"
    WARNING = "warning"
    IGNORE = "ignore"


class Format(StrEnum):
    """How a report is written."""

    TERMINAL = "terminal"
    JSON = "json"
    MARKDOWN = "markdown"
    HTML = "html"
    SARIF = "sarif"
    JUNIT = "junit"
    GITHUB = "github"


class ListFormat(StrEnum):
    """How anything else than a report is written; the values are those of ``Format``."""

    TERMINAL = "terminal"
    JSON = "json"


class FailOn(StrEnum):
    """From which severity on a finding of policy, promise or waiver fails the run."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"
    NEVER = "never"

    def reached_by(self, severity: Severity) -> bool:
        """Whether a finding of this severity fails the run."""
        order = list(FailOn)
        return self is not FailOn.NEVER and order.index(FailOn(severity)) <= order.index(self)


@dataclass(frozen=True, slots=True)
class Waiver:
    """A finding that is accepted for now, on the buckets whose name fits the glob ``bucket``.

    ``subject`` is the only one of several findings of that id on a bucket that it is for (``Finding.subject``); empty
    for all. ``expires`` is the last day on which it holds. ``rules`` are digests (``drift.accepted``) of the finding on
    each bucket under the effective rules that were accepted. On any other bucket and under any other rules the waiver
    is void.
    """

    bucket: str
    finding: str
    reason: str
    owner: str
    expires: date
    rules: tuple[str, ...]
    location: Location | None = None
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Promise:
    """A statement that must hold of the declared and of the live rules: ``says``, in the words of ``drift.promises``.

    ``buckets`` are globs of the names that it is about; empty means all.
    """

    says: str
    buckets: tuple[str, ...] = ()
    location: Location | None = None


NO_LIVE = "none"
"""In the place of a live source: live is not to be read."""

USUAL_DIALECT = "terraform"
"""What ``generate`` writes if no dialect is asked for."""

MAX_SECONDS = 86_400
"""The longest time that any setting may have: a day."""


class Addressing(StrEnum):
    """Where a bucket's name stands in a request: in the path, in the host name, or as the SDK sees fit."""

    PATH = "path"
    VIRTUAL = "virtual"
    AUTO = "auto"


@dataclass(frozen=True, slots=True)
class AccountAccess:
    """An account to read and how to get there: ``role`` is the ARN or the name of a role in it, None for the caller's
    own credentials. ``regions`` are the only ones to read; empty means all.
    """

    id: str
    role: str | None = None
    regions: tuple[str, ...] = ()
    external_id: str | None = field(default=None, repr=False)
    session_name: str = "cors-drift"


@dataclass(frozen=True, slots=True, eq=False)
class LiveSettings:
    """How the live side is read. Times are in seconds.

    ``unread``: it is not to be read at all.
    ``source`` is a file in place of S3, ``aggregator`` an AWS Config aggregator in its place. ``account`` is the
    12-digit id of the owner. ``accounts`` are to be read, or with ``organization_role`` all of the AWS Organization.
    ``processes``: None for as many as are of use. After ``deadline`` nothing more is asked for. What seems to have
    drifted is read once more after ``recheck``, and until the two sides agree for at most ``wait``.
    """

    source: Path | None = None
    profile: str | None = None
    region: str | None = None
    account: str | None = None
    endpoint_url: str | None = None
    concurrency: int = 16
    aggregator: str | None = None
    accounts: tuple[AccountAccess, ...] = ()
    organization_role: str | None = None
    addressing: Addressing = Addressing.PATH
    processes: int | None = None
    deadline: float | None = None
    recheck: float = 1.0
    wait: float = 0.0
    confirm: bool = True
    all_buckets: bool = False
    unread: bool = False

    def __post_init__(self) -> None:
        if self.account is not None and not re.fullmatch(r"[0-9]{12}", self.account):
            raise UsageError(f"--account {self.account}: an AWS account id has 12 digits")


@dataclass(frozen=True, slots=True, eq=False)
class IdentitySettings:
    """What tells which live bucket is meant where the code does not: ``names`` from address to bucket name, Terraform
    states and plans (``-`` is standard input), and whether the only bucket that fits a name pattern is taken.
    ``late_names`` are as ``names``, and count where nothing else tells: a pull request brings them.
    """

    names: Mapping[str, str] = field(default_factory=dict)
    late_names: Mapping[str, str] = field(default_factory=dict)
    states: tuple[Path, ...] = ()
    patterns: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class DeclaredSettings:
    """How the declarations are read: values that they leave open, and the folder that no path may lead out of.

    ``variables`` are Terraform's, ``NAME=VALUE`` or the path of a file of them; a later one wins over an earlier one.
    """

    root: Path | None = None
    variables: tuple[str | Path, ...] = ()
    workspace: str | None = None
    parameters: tuple[str, ...] = ()
    parameter_files: tuple[Path, ...] = ()
    stack_name: str | None = None
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class AssessmentSettings:
    """What is made of the findings. ``levels``: id of a finding to its severity, None where it is switched off.

    ``today`` is the day by which waivers expire, in UTC; None for the day of the run.
    """

    levels: Mapping[str, Severity | None] = field(default_factory=dict)
    fail_on: FailOn = FailOn.ERROR
    waivers: tuple[Waiver, ...] = ()
    promises: tuple[Promise, ...] = ()
    ignores: tuple[Ignore, ...] = ()
    today: date | None = None


@dataclass(frozen=True, slots=True, eq=False)
class SarifSettings:
    """How SARIF is written. ``incomplete``: also of a run that did not look at everything. ``category`` tells several
    analyses of one commit apart in code scanning; empty leaves that to whoever uploads.
    """

    incomplete: bool = False
    category: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Settings:
    """One run. ``buckets`` are the only ones to look at, and the name of a spec that has none; empty means all.

    ``base`` is the target branch of a pull request: a git revision, a second checkout, or a saved file. With
    ``merge_base`` it may have moved on since head left it, else it is taken as it stands. ``changed_settings`` is the
    path of a settings file that the pull request changes, and that does not count for that reason.
    """

    declared: DeclaredSettings = DeclaredSettings()
    live: LiveSettings = LiveSettings()
    buckets: tuple[str, ...] = ()
    undeclared: Undeclared = Undeclared.ERROR
    strict: bool = False
    allow_incomplete: bool = False
    exit_zero: bool = False
    detailed_exitcode: bool = False
    identity: IdentitySettings = IdentitySettings()
    blame: bool = False
    base: str | None = None
    merge_base: bool = True
    changed_settings: str | None = None
    assessment: AssessmentSettings = AssessmentSettings()
    sarif: SarifSettings = SarifSettings()
