"""Two snapshots to a report: every declared bucket ends in exactly one state, with what differs and what was folded."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from drift.catalogue import CATALOGUE
from drift.claims import agree, by_bucket, places_of, settled, speaking
from drift.cors.model import Text, Unknown
from drift.diff import Change, ChangeKind, RuleDiff, diff_rules
from drift.location import Location, Severity
from drift.report import BucketReport, BucketState, Effect, ExitPolicy, Finding, Report, verdict_of
from drift.snapshot import Bucket, Snapshot, State

_UNREAD = {
    State.DENIED: BucketState.DENIED,
    State.MISSING: BucketState.MISSING,
    State.THROTTLED: BucketState.THROTTLED,
    State.UNSUPPORTED: BucketState.UNSUPPORTED,
    State.ERROR: BucketState.ERROR,
    State.UNKNOWN: BucketState.UNRESOLVED,
}


@dataclass(frozen=True, slots=True)
class Rules:
    """What counts as drift. ``undeclared`` is the severity of rules that nobody declared, None to pass them over."""

    strict: bool = False
    undeclared: Severity | None = Severity.ERROR
    live_only: bool = False
    """Whether buckets that only the live side names count (two whole snapshots) or are out of scope (a check)."""


def compare(
    declared: Snapshot,
    live: Snapshot,
    rules: Rules | None = None,
    exits: ExitPolicy | None = None,
    *,
    now: datetime | None = None,
) -> Report:
    """Compare snapshot with snapshot. Pure: nothing is read, the same input gives the same report."""
    rules = rules or Rules()
    by_name = settled(live.buckets)
    lone = _lone_pair(declared, live)
    buckets = []
    for claims in by_bucket(declared.buckets):
        name = claims[0].name
        found = lone if lone is not None else None if isinstance(name, Unknown) else by_name.get(name)
        buckets.append(_compare_bucket(claims, found, rules))
    if rules.live_only and lone is None:
        known = {bucket.name for bucket in declared.buckets}
        buckets += [_live_only(each, rules) for name, each in by_name.items() if name not in known and _counts(each)]
    found_buckets = tuple(buckets)
    diagnostics = tuple(dict.fromkeys((*declared.diagnostics, *live.diagnostics)))
    verdict = verdict_of(found_buckets, failed=bool(declared.errors or live.errors))
    compared = any(bucket.compared for bucket in found_buckets)
    code = (exits or ExitPolicy()).code(verdict, something_compared=compared)
    return Report(verdict, code, found_buckets, diagnostics, declared.source, live.source, now)


def _lone_pair(declared: Snapshot, live: Snapshot) -> Bucket | None:
    """The only live bucket, where each side has just one and one of the two is a bare rule list."""
    if len(declared.buckets) == len(live.buckets) == 1 and (declared.buckets[0].bare or live.buckets[0].bare):
        return live.buckets[0]
    return None


def _compare_bucket(claims: list[Bucket], live: Bucket | None, rules: Rules) -> BucketReport:
    declared, *rest = speaking(claims)
    others = tuple(rest)
    several = [_several(declared, others)] if others else []
    if others and not all(agree(declared, other) for other in others):
        reason = "several declarations claim this bucket and do not agree: " + places_of((declared, *others))
        report = _not_compared(BucketState.UNRESOLVED, declared, live, reason)
        return replace(report, also_declared=others, findings=(*several, *report.findings))
    outcome = _compare_one(declared, live, rules)
    return replace(outcome, also_declared=others, findings=(*several, *outcome.findings))


def _compare_one(declared: Bucket, live: Bucket | None, rules: Rules) -> BucketReport:
    if isinstance(declared.name, Unknown) and live is None:
        return _not_compared(BucketState.UNRESOLVED, declared, live, f"the bucket's name: {declared.name.reason}")
    if declared.state not in (State.CONFIGURED, State.ABSENT):
        return _not_compared(_UNREAD[declared.state], declared, live, declared.reason or "it could not be resolved")
    if live is None:
        return _not_compared(BucketState.UNRESOLVED, declared, live, "the live side does not mention this bucket")
    if live.state not in (State.CONFIGURED, State.ABSENT):
        return _not_compared(_UNREAD[live.state], declared, live, live.reason or live.state.value)
    if declared.cors is None:
        return _undeclared(declared, live, rules) if live.cors else _in_sync(declared, live, RuleDiff())
    if live.cors is None:
        removed = tuple(Change(ChangeKind.REMOVED, declared=index) for index in range(len(declared.cors.rules)))
        return _drifted(declared, live, RuleDiff(removed), "live-absent")
    zero = declared.writes_max_age_zero or live.writes_max_age_zero
    outcome = diff_rules(declared.cors, live.cors, zero_is_unset=zero)
    if any(rules.strict or not change.cosmetic for change in outcome.changes):
        return _drifted(declared, live, outcome, "live-differs")
    undecided = [each for each in outcome.undecided if rules.strict or each.field != "ID"]
    if undecided:
        first = undecided[0]
        reason = f"{first.field} of rule {first.declared + 1}: {first.unknown.reason}"
        if len(undecided) > 1:
            reason += f" (and {len(undecided) - 1} more unknown values)"
        report = _not_compared(BucketState.UNRESOLVED, declared, live, reason)
        return replace(report, changes=outcome.changes, folds=outcome.folds, effect=Effect.UNDECIDED)
    return _in_sync(declared, live, outcome)


def _in_sync(declared: Bucket, live: Bucket, outcome: RuleDiff) -> BucketReport:
    effect = Effect.COSMETIC if outcome.changes else Effect.IDENTICAL
    return BucketReport(
        declared.name if isinstance(declared.name, str) else live.name,
        BucketState.IN_SYNC,
        declared,
        live,
        effect,
        changes=outcome.changes,
        folds=outcome.folds,
    )


def _drifted(declared: Bucket, live: Bucket, outcome: RuleDiff, finding: str) -> BucketReport:
    report = BucketReport(
        declared.name if isinstance(declared.name, str) else live.name,
        BucketState.DRIFTED,
        declared,
        live,
        _effect(outcome),
        changes=outcome.changes,
        folds=outcome.folds,
        drift=True,
    )
    place = next((at for change in outcome.changes if (at := report.place_of(change))), declared.location)
    message = f"{CATALOGUE[finding].title}: {_counted(outcome.changes)}" if live.cors else CATALOGUE[finding].title
    return replace(report, findings=(_finding(finding, report.name, message, place),))


def _effect(outcome: RuleDiff) -> Effect | None:
    """What can be said of the meaning from the changes alone; None is honest for all else."""
    if any(change.kind is not ChangeKind.CHANGED for change in outcome.changes) or outcome.undecided:
        return None
    if all(change.cosmetic for change in outcome.changes):
        return Effect.COSMETIC
    if all(change.cosmetic or change.field == "MaxAgeSeconds" for change in outcome.changes):
        return Effect.CACHE_ONLY
    return None


def _undeclared(declared: Bucket | None, live: Bucket, rules: Rules) -> BucketReport:
    changes = tuple(Change(ChangeKind.ADDED, live=index) for index in range(len(live.cors.rules if live.cors else ())))
    findings: tuple[Finding, ...] = ()
    if rules.undeclared is not None:
        place = declared.location if declared else None
        kind = CATALOGUE["undeclared-rules"]
        findings = (replace(_finding(kind.id, live.name, kind.title, place), severity=rules.undeclared),)
    return BucketReport(
        live.name,
        BucketState.UNDECLARED,
        declared,
        live,
        changes=changes,
        findings=findings,
        drift=rules.undeclared is Severity.ERROR,
    )


def _counts(live: Bucket) -> bool:
    """Whether a bucket that only the live side names is worth a word: it has rules, or that is not known."""
    return live.state not in (State.ABSENT, State.MISSING)


def _live_only(live: Bucket, rules: Rules) -> BucketReport:
    if live.cors is not None:
        return _undeclared(None, live, rules)
    report = _not_compared(_UNREAD[live.state], live, live, live.reason or live.state.value)
    return replace(report, declared=None)


def _not_compared(state: BucketState, declared: Bucket, live: Bucket | None, reason: str) -> BucketReport:
    finding = _finding("not-compared", declared.name, f"not compared ({state.value}): {reason}", declared.location)
    return BucketReport(declared.name, state, declared, live, reason=reason, findings=(finding,))


def _several(declared: Bucket, others: tuple[Bucket, ...]) -> Finding:
    message = f"{CATALOGUE['declared-more-than-once'].title}: {places_of((declared, *others))}"
    return _finding("declared-more-than-once", declared.name, message, declared.location)


def _finding(kind: str, bucket: Text, message: str, place: Location | None) -> Finding:
    entry = CATALOGUE[kind]
    return Finding(kind, entry.severity, bucket, message, place, entry.help)


def _counted(changes: Iterable[Change]) -> str:
    parts = []
    for kind, words in (
        (ChangeKind.ADDED, "added"),
        (ChangeKind.REMOVED, "removed"),
        (ChangeKind.MOVED, "moved"),
        (ChangeKind.CHANGED, "changed"),
    ):
        ids = {(change.declared, change.live) for change in changes if change.kind is kind}
        if ids:
            parts.append(f"{len(ids)} rule{'s' if len(ids) > 1 else ''} {words}")
    return ", ".join(parts)
