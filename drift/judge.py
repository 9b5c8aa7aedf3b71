"""One bucket, both sides known: the differ says what moved, the prover whether it matters."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from drift.cors.budget import MAX_STEPS
from drift.cors.model import BucketCors
from drift.cors.open_questions import OPEN_QUESTIONS
from drift.cors.pattern import matches
from drift.cors.prove import prove
from drift.cors.verdict import Effect, Shows, Verdict, Witness
from drift.coverage import all_listed
from drift.diff import Change, ChangeKind, RuleDiff, diff_rules
from drift.findings import finding, what_to_do
from drift.location import Diagnostic, Location, Severity
from drift.meaning import sentence
from drift.report import BucketReport, BucketState, Finding
from drift.snapshot import Bucket

_FINDINGS = {
    Effect.WIDER: "live-wider",
    Effect.NARROWER: "live-narrower",
    Effect.DIFFERENT: "live-different",
    Effect.CACHE_ONLY: "live-cache-only",
}


@dataclass(frozen=True, slots=True)
class Rules:
    """What counts as drift. ``undeclared`` is the severity of rules that nobody declared, None to pass them over."""

    strict: bool = False
    undeclared: Severity | None = Severity.ERROR
    live_only: bool = False
    """Whether buckets that only the live side names count (two whole snapshots) or are out of scope (a check)."""
    max_steps: int = MAX_STEPS
    """How much work the proof of one bucket may take."""

    def listed(self, diagnostics: tuple[Diagnostic, ...]) -> bool:
        """Whether every bucket that counts has come up."""
        return not self.live_only or all_listed(diagnostics)


def judge(declared: Bucket, live: Bucket, rules: Rules) -> BucketReport:
    """What the difference is and means. Both sides are CONFIGURED or ABSENT.

    The state follows the meaning: identical and cosmetic are in sync, what certainly changes an answer is drift, and
    what hangs on an unknown value or an open question about S3 is neither.
    """
    if declared.cors is None and live.cors is not None:
        if declared.reason is not None and not declared.says_none:
            return not_compared(BucketReport(declared.name, BucketState.UNRESOLVED, declared, live), declared.reason)
        return undeclared(declared, live, rules)
    zero = declared.writes_max_age_zero or live.writes_max_age_zero
    outcome = _differences(declared.cors, live.cors, zero)
    verdict = prove(declared.cors, live.cors, zero_is_unset=zero, max_steps=rules.max_steps)
    report = BucketReport(
        name=declared.name if isinstance(declared.name, str) else live.name,
        state=_state(outcome, verdict, rules),
        declared=declared,
        live=live,
        effect=verdict.effect,
        changes=_marked(outcome.changes, verdict.effect),
        folds=outcome.folds,
        witnesses=verdict.witnesses,
        notes=verdict.notes,
    )
    if report.state is BucketState.UNRESOLVED:
        return not_compared(replace(report, folds=()), _reason(outcome, verdict))
    if report.state is not BucketState.DRIFTED:
        return report
    return replace(report, drift=True, findings=(_drift_finding(report),))


def not_compared(report: BucketReport, reason: str) -> BucketReport:
    """The report of a bucket whose state says that it was not compared, with the reason and its finding."""
    side = report.declared or report.live
    message = f"not compared ({report.state.value}): {reason}"
    told = finding("not-compared", report.name, message, side.location if side else None)
    return replace(report, reason=reason, findings=(told,))


def undeclared(declared: Bucket | None, live: Bucket, rules: Rules) -> BucketReport:
    """Rules that nobody declared: on a bucket that declares none, or one that only the live side names."""
    verdict = prove(None, live.cors)
    changes = tuple(Change(ChangeKind.ADDED, live=index) for index in range(len(live.cors.rules if live.cors else ())))
    findings: tuple[Finding, ...] = ()
    if rules.undeclared is not None:
        place = declared.location if declared else None
        findings = (finding("undeclared-rules", live.name, None, place, rules.undeclared, what_to_do(declared)),)
    return BucketReport(
        name=live.name,
        state=BucketState.UNDECLARED,
        declared=declared,
        live=live,
        effect=verdict.effect,
        changes=changes,
        witnesses=verdict.witnesses,
        notes=verdict.notes,
        findings=findings,
        drift=rules.undeclared is Severity.ERROR,
    )


def _differences(declared: BucketCors | None, live: BucketCors | None, zero: bool) -> RuleDiff:
    if declared is None:
        return RuleDiff()
    if live is None:
        return RuleDiff(tuple(Change(ChangeKind.REMOVED, declared=index) for index in range(len(declared.rules))))
    return diff_rules(declared, live, zero_is_unset=zero)


def _state(outcome: RuleDiff, verdict: Verdict, rules: Rules) -> BucketState:
    if rules.strict and outcome.changes:
        return BucketState.DRIFTED
    if rules.strict and outcome.undecided:
        return BucketState.UNRESOLVED
    if verdict.effect in (Effect.IDENTICAL, Effect.COSMETIC):
        return BucketState.IN_SYNC
    if verdict.effect is not Effect.UNDECIDED:
        return BucketState.DRIFTED
    # What a witness of an undecided verdict shows holds for every value of the unknowns; under another reading of an
    # open question it need not.
    certain = verdict.witnesses and not any(note in OPEN_QUESTIONS for note in verdict.notes)
    return BucketState.DRIFTED if certain else BucketState.UNRESOLVED


def _marked(changes: Iterable[Change], effect: Effect) -> tuple[Change, ...]:
    """The changes; all of them are cosmetic if their sum is."""
    harmless = effect in (Effect.IDENTICAL, Effect.COSMETIC)
    return tuple(replace(change, cosmetic=True) if harmless else change for change in changes)


def _reason(outcome: RuleDiff, verdict: Verdict) -> str:
    if not outcome.undecided:
        return verdict.reason or "its meaning could not be decided"
    first = min(outcome.undecided, key=lambda each: _DECIDES.index(each.field))
    more = len(outcome.undecided) - 1
    reason = f"{first.field} of rule {first.declared + 1}: {first.unknown.reason}"
    return reason + (f" (and {more} more unknown value{'s' if more > 1 else ''})" if more else "")


def _by_witnesses(witnesses: Iterable[Witness]) -> str:
    """The finding for what is certain of a difference that is not known to its end."""
    shown = {each.shows for each in witnesses}
    freer, tighter = bool(shown & _FREER), bool(shown & _TIGHTER)
    if freer and tighter:
        return "live-different"
    return "live-wider" if freer else "live-narrower" if tighter else "live-differs"


_FREER = frozenset({Shows.LIVE_ALLOWS, Shows.LIVE_REFLECTS_CREDENTIALS, Shows.LIVE_EXPOSES_MORE})
_TIGHTER = frozenset({Shows.LIVE_REFUSES, Shows.LIVE_NO_LONGER_REFLECTS, Shows.LIVE_EXPOSES_LESS})

_DECIDES = ("AllowedOrigins", "AllowedMethods", "AllowedHeaders", "ExposeHeaders", "MaxAgeSeconds", "ID")
"""Fields, that first of which most depends."""


def _drift_finding(report: BucketReport) -> Finding:
    kind = _FINDINGS.get(report.effect) if report.effect else None
    kind = kind or _by_witnesses(report.witnesses)
    if report.live is not None and report.live.cors is None:
        kind = "live-absent"
    message = ". ".join(sentence(witness, report.live) for witness in report.witnesses) or None
    return finding(kind, report.name, message, _place(report), help=what_to_do(report.declared))


def _place(report: BucketReport) -> Location | None:
    """Where the change is declared that makes the first request be answered otherwise, as far as that can be seen."""
    witness = next(iter(report.witnesses), None)
    changes = [change for change in report.changes if not change.cosmetic]
    telling = sorted(changes, key=lambda change: (not _may_show(change, witness), _rank(change)))
    places = (report.place_of(change) for change in telling)
    return next((place for place in places if place), report.declared.location if report.declared else None)


def _may_show(change: Change, witness: Witness | None) -> bool:
    if witness is None:
        return False
    request = witness.request
    if change.kind is ChangeKind.ADDED:
        return change.live == witness.live.rule
    if change.kind is ChangeKind.REMOVED:
        return change.declared == witness.declared.rule
    values = [each for each in (*change.added, *change.removed) if isinstance(each, str)]
    if change.field == "AllowedOrigins":
        return any(matches(each, request.origin or "") for each in values)
    if change.field == "AllowedMethods":
        return request.method in values
    if change.field == "AllowedHeaders":
        names = [name.lower() for name in request.headers]
        return any(matches(each.lower(), name) for each in values for name in names)
    if change.field == "ExposeHeaders":
        return witness.shows in (Shows.LIVE_EXPOSES_MORE, Shows.LIVE_EXPOSES_LESS)
    return witness.shows is Shows.DIFFERS


def _rank(change: Change) -> int:
    """Whole rules first, then fields as they decide."""
    return -1 if change.field is None else _DECIDES.index(change.field)
