"""What a comparison came to: all that reporters, remedies and the exit code see."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from drift import errors
from drift.cors.model import Text
from drift.cors.verdict import Effect, Witness
from drift.diff import Change, Fold
from drift.finding import Finding, PromiseOutcome
from drift.history import Timeline
from drift.ignoring import Ignored
from drift.location import Diagnostic, Location
from drift.pull_request import BaseSource, PullRequest
from drift.settings import FailOn
from drift.snapshot import Bucket

__all__ = ["BucketReport", "BucketState", "ExitPolicy", "Finding", "Report", "Summary", "Verdict", "verdict_of"]


class BucketState(StrEnum):
    """Where a bucket ends: in exactly one of these."""

    IN_SYNC = "in_sync"
    DRIFTED = "drifted"
    UNDECLARED = "undeclared"
    """It has rules, and the code says that it has none or does not name it."""
    MISSING = "missing"
    DENIED = "denied"
    UNRESOLVED = "unresolved"
    """What the code declares, or for which bucket, could not be told."""
    THROTTLED = "throttled"
    UNSUPPORTED = "unsupported"
    ERROR = "error"
    PENDING = "pending"
    """It differs from live on purpose: the pull request changes it, and deploying brings that about."""
    VALIDATED = "validated"
    """Its declaration alone was looked at, since that was all that was asked for; nothing was compared."""


class Verdict(StrEnum):
    """The whole run in one word."""

    IN_SYNC = "in_sync"
    CLEAN = "clean"
    """Nothing fails the run, and not all is in sync: drift is accepted, a pull request changes something on purpose or
    does not touch what drifted, or declarations alone were to be looked at."""
    DRIFT = "drift"
    POLICY = "policy"
    """No drift, but a finding of the policy, a promise or a waiver at or above the level that fails the run."""
    INCOMPLETE = "incomplete"
    NOTHING = "nothing_to_compare"
    ERROR = "error"


EXIT_CODES = {
    Verdict.IN_SYNC: errors.EXIT_OK,
    Verdict.CLEAN: errors.EXIT_OK,
    Verdict.DRIFT: errors.EXIT_DRIFT,
    Verdict.POLICY: errors.EXIT_DRIFT,
    Verdict.ERROR: errors.EXIT_ERROR,
    Verdict.INCOMPLETE: errors.EXIT_INCOMPLETE,
    Verdict.NOTHING: errors.EXIT_NOTHING,
}
"""The exit code that each verdict has by itself, before any option."""


COMPARED = (BucketState.IN_SYNC, BucketState.DRIFTED, BucketState.UNDECLARED, BucketState.PENDING)
"""The states in which both sides were known."""
LOOKED_AT = (*COMPARED, BucketState.VALIDATED)
"""The states in which all was seen that was asked for."""


@dataclass(frozen=True, slots=True)
class BucketReport:
    """One bucket. ``declared`` or ``live`` is None where that side has nothing on it.

    ``effect`` is what the difference means, None where nothing was compared. ``notes`` are ids of what the verdict
    hangs on (``drift.cors.open_questions``, ``drift.cors.verdict``). ``drift`` says whether the state counts as
    drift under the settings of the run, ``compared`` whether both sides were known.
    ``history`` is who wrote the live rules, where that was asked for. ``pull_request`` is there where there is a base:
    who moved; ``declared`` is then what is declared once the pull request is merged.
    """

    name: Text
    state: BucketState
    declared: Bucket | None
    live: Bucket | None
    effect: Effect | None = None
    reason: str | None = None
    changes: tuple[Change, ...] = ()
    folds: tuple[Fold, ...] = ()
    witnesses: tuple[Witness, ...] = ()
    notes: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    also_declared: tuple[Bucket, ...] = ()
    drift: bool = False
    history: Timeline | None = None
    pull_request: PullRequest | None = None

    @property
    def compared(self) -> bool:
        return self.state in COMPARED

    def place_of(self, change: Change) -> Location | None:
        """Where the changed thing is declared: its field, else its rule, else the bucket."""
        if self.declared is None:
            return None
        if change.declared is None or not self.declared.places:
            return self.declared.location
        return self.declared.places[change.declared].of(change.field or "")


@dataclass(frozen=True, slots=True)
class Summary:
    """Counts of buckets: all, and its parts in sync, drifted, pending (a pull request changes it on purpose), accepted
    (drift that a setting or a waiver lets pass, or that a pull request does not touch) and not compared; beside them
    the buckets that the settings ignore, and the findings that are waived.
    """

    buckets: int
    in_sync: int
    drifted: int
    accepted: int
    not_compared: int
    by_state: tuple[tuple[BucketState, int], ...]
    ignored: int = 0
    waived: int = 0
    pending: int = 0


@dataclass(frozen=True, slots=True)
class Report:
    """The outcome of a comparison. ``sources`` name the two sides; ``exit_code`` already honours the options.

    ``general`` are findings about no bucket in particular, ``promises`` what became of each promise, ``ignored`` the
    buckets that the settings leave out, ``fail_on`` from which severity on findings other than drift fail the run.
    ``sensitive`` are the texts and numbers of both sides that must not be printed. ``base`` is there where the run
    looked at a pull request.
    """

    verdict: Verdict
    exit_code: int
    buckets: tuple[BucketReport, ...]
    diagnostics: tuple[Diagnostic, ...]
    declared_source: str
    live_source: str
    compared_at: datetime | None = None
    sensitive: frozenset[str | int] = frozenset()
    general: tuple[Finding, ...] = ()
    promises: tuple[PromiseOutcome, ...] = ()
    ignored: tuple[Ignored, ...] = ()
    fail_on: FailOn = FailOn.ERROR
    base: BaseSource | None = None

    @property
    def all_sensitive(self) -> frozenset[str | int]:
        """All that must not be printed, also of buckets that were put in by hand."""
        sides = [side for each in self.buckets for side in (each.declared, each.live, *each.also_declared)]
        sides += [each.pull_request.base for each in self.buckets if each.pull_request is not None]
        return self.sensitive.union(*(side.sensitive for side in sides if side is not None))

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All findings, in the order of the buckets, then those about no bucket."""
        return (*(finding for bucket in self.buckets for finding in bucket.findings), *self.general)

    def fails(self, finding: Finding) -> bool:
        """Whether the finding makes the run fail. Of drift, its bucket says so."""
        if finding.blames:
            return True
        return finding.judged and finding.waived is None and self.fail_on.reached_by(finding.severity)

    @property
    def incomplete(self) -> bool:
        """Whether something that should have been looked at was not: what it would have shown is not known."""
        return self.verdict in (Verdict.INCOMPLETE, Verdict.ERROR, Verdict.NOTHING) or any(
            bucket.state not in LOOKED_AT for bucket in self.buckets
        )

    @property
    def summary(self) -> Summary:
        """The counts, worked out from the buckets so that they cannot contradict them."""
        states = Counter(bucket.state for bucket in self.buckets)
        drifted = sum(bucket.drift for bucket in self.buckets)
        compared = sum(bucket.compared for bucket in self.buckets)
        in_sync, pending = states[BucketState.IN_SYNC], states[BucketState.PENDING]
        return Summary(
            buckets=len(self.buckets),
            in_sync=in_sync,
            drifted=drifted,
            accepted=compared - drifted - in_sync - pending,
            not_compared=len(self.buckets) - compared,
            by_state=tuple((state, states[state]) for state in BucketState if states[state]),
            ignored=sum(each.count for each in self.ignored),
            waived=sum(finding.waived is not None for finding in self.findings),
            pending=pending,
        )


def verdict_of(buckets: tuple[BucketReport, ...], *, failed: bool, all_listed: bool = True) -> Verdict:
    """One word for all buckets: error (``failed``: some input could not be read) beats drift beats incomplete.

    Without ``all_listed`` there may be buckets that did not even come up.
    """
    if failed:
        return Verdict.ERROR
    if any(bucket.drift for bucket in buckets):
        return Verdict.DRIFT
    if not buckets and all_listed:
        return Verdict.NOTHING
    return Verdict.IN_SYNC if all_listed and all(bucket.compared for bucket in buckets) else Verdict.INCOMPLETE


@dataclass(frozen=True, slots=True)
class ExitPolicy:
    """How the options turn a verdict into an exit code."""

    allow_incomplete: bool = False
    exit_zero: bool = False
    detailed: bool = False

    def code(self, verdict: Verdict, *, something_compared: bool) -> int:
        """The exit code. An error stays an error under every option.

        ``allow_incomplete`` holds only if something was compared: nothing compared is never green. ``detailed`` is
        Terraform's -detailed-exitcode: 0 in sync, 2 drift, 1 all else (incomplete and nothing to compare included).
        """
        if verdict is Verdict.INCOMPLETE and self.allow_incomplete and something_compared:
            verdict = Verdict.IN_SYNC
        if self.exit_zero and verdict is not Verdict.ERROR:
            return errors.EXIT_OK
        if self.detailed:
            return {Verdict.IN_SYNC: 0, Verdict.CLEAN: 0, Verdict.DRIFT: 2, Verdict.POLICY: 2}.get(verdict, 1)
        return EXIT_CODES[verdict]
