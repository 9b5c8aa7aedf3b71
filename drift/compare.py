"""Two snapshots to a report: every declared bucket ends in exactly one state, with what differs and what was folded."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from drift.alternatives import judge_alternatives
from drift.claims import agree, by_bucket, places_of, settled, speaking
from drift.cors.model import Text, Unknown
from drift.interfaces import Wanted
from drift.judge import Rules, judge, not_compared, undeclared
from drift.location import Severity
from drift.name_patterns import Pattern, shape_of
from drift.report import BucketReport, BucketState, ExitPolicy, Report, Verdict, verdict_of
from drift.snapshot import Bucket, Snapshot, State

__all__ = ["Rules", "compare"]

_UNREAD = {
    State.DENIED: BucketState.DENIED,
    State.MISSING: BucketState.MISSING,
    State.THROTTLED: BucketState.THROTTLED,
    State.UNSUPPORTED: BucketState.UNSUPPORTED,
    State.ERROR: BucketState.ERROR,
    State.UNKNOWN: BucketState.UNRESOLVED,
}


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
        open_names = [(bucket, shape_of(bucket)) for bucket in declared.buckets if isinstance(bucket.name, Unknown)]
        buckets += [
            _live_only(each, open_names, rules) for name, each in by_name.items() if name not in known and _counts(each)
        ]
    found_buckets = tuple(buckets)
    diagnostics = tuple(dict.fromkeys((*declared.diagnostics, *live.diagnostics)))
    failed = bool(declared.errors or live.errors)
    verdict = verdict_of(found_buckets, failed=failed, all_listed=rules.listed(live.diagnostics))
    compared = any(bucket.compared for bucket in found_buckets)
    code = (exits or ExitPolicy()).code(verdict, something_compared=compared)
    hidden = declared.all_sensitive | live.all_sensitive
    return Report(verdict, code, found_buckets, diagnostics, declared.source, live.source, now, hidden)


def validated(declared: Snapshot, exits: ExitPolicy) -> Report:
    """A report on declarations alone: nothing is compared. Every bucket is validated, or unresolved."""
    buckets = []
    for claims in by_bucket(declared.buckets):
        spoken, *rest = speaking(claims)
        report = BucketReport(spoken.name, BucketState.VALIDATED, spoken, None)
        unknown = _first_unknown(spoken)
        if not spoken.comparable:
            told = spoken.reason or "it could not be resolved"
            report = _not_compared(_UNREAD[spoken.state], spoken, None, told)
        elif rest and not all(agree(spoken, other) for other in rest):
            told = f"several declarations claim this bucket and do not agree: {places_of((spoken, *rest))}"
            report = _not_compared(BucketState.UNRESOLVED, spoken, None, told)
        elif unknown is not None:
            report = _not_compared(BucketState.UNRESOLVED, spoken, None, unknown)
        buckets.append(replace(report, also_declared=tuple(rest)))
    verdict = Verdict.ERROR if declared.errors else Verdict.CLEAN
    code = exits.code(verdict, something_compared=bool(buckets))
    hidden = declared.all_sensitive
    taken = declared.taken_at
    return Report(verdict, code, tuple(buckets), declared.diagnostics, declared.source, "", taken, hidden)


def _first_unknown(declared: Bucket) -> str | None:
    """What of the rules is not known, in words: it was not looked at. An ID decides nothing."""
    sides = [each.bucket for each in declared.alternatives if each.bucket is not None] or [declared]
    for side in sides:
        for index, field, unknown in side.cors.unknowns() if side.cors is not None else ():
            if field != "ID":
                return f"{field} of rule {index + 1}: {unknown.reason}"
    return None


def revised(report: Report, newer: Report, again: Collection[Text], rules: Rules, exits: ExitPolicy) -> Report:
    """The report with what a later comparison says of the buckets ``again``: nothing, of some that need no word now."""
    later = {each.name: each for each in newer.buckets}
    buckets = tuple(
        later.get(each.name, each) for each in report.buckets if each.name in later or each.name not in again
    )
    diagnostics = tuple(dict.fromkeys((*report.diagnostics, *newer.diagnostics)))
    failed = any(each.severity is Severity.ERROR for each in diagnostics)
    verdict = verdict_of(buckets, failed=failed, all_listed=rules.listed(diagnostics))
    code = exits.code(verdict, something_compared=any(bucket.compared for bucket in buckets))
    hidden = report.sensitive | newer.sensitive
    return replace(report, verdict=verdict, exit_code=code, buckets=buckets, diagnostics=diagnostics, sensitive=hidden)


def _lone_pair(declared: Snapshot, live: Snapshot) -> Bucket | None:
    """The only live bucket, where each side has just one and one of the two is a bare rule list."""
    if len(declared.buckets) == len(live.buckets) == 1 and (declared.buckets[0].bare or live.buckets[0].bare):
        return live.buckets[0]
    return None


def _compare_bucket(claims: list[Bucket], live: Bucket | None, rules: Rules) -> BucketReport:
    declared, *rest = speaking(claims)
    others = tuple(rest)
    if others and not all(agree(declared, other) for other in others):
        reason = "several declarations claim this bucket and do not agree: " + places_of((declared, *others))
        report = _not_compared(BucketState.UNRESOLVED, declared, live, reason)
        return replace(report, also_declared=others)
    outcome = _compare_one(declared, live, rules)
    return replace(outcome, also_declared=others)


def _compare_one(declared: Bucket, live: Bucket | None, rules: Rules) -> BucketReport:
    if isinstance(declared.name, Unknown) and live is None:
        return _not_compared(BucketState.UNRESOLVED, declared, live, f"the bucket's name: {declared.name.reason}")
    if declared.alternatives and live is not None and live.state in (State.CONFIGURED, State.ABSENT):
        return judge_alternatives(declared, live, rules)
    if not declared.comparable:
        return _not_compared(_UNREAD[declared.state], declared, live, declared.reason or "it could not be resolved")
    if live is None:
        return _not_compared(BucketState.UNRESOLVED, declared, live, "the live side does not mention this bucket")
    if live.state not in (State.CONFIGURED, State.ABSENT):
        return _not_compared(_UNREAD[live.state], declared, live, live.reason or live.state.value)
    return judge(declared, live, rules)


def _counts(live: Bucket) -> bool:
    """Whether a bucket that only the live side names is worth a word: it has rules, or that is not known."""
    return live.state not in (State.ABSENT, State.MISSING)


def _live_only(live: Bucket, open_names: Sequence[tuple[Bucket, Pattern]], rules: Rules) -> BucketReport:
    if live.cors is not None:
        wanted = Wanted(str(live.name), live.account, live.region)
        claims = [bucket for bucket, pattern in open_names if pattern.may_be(wanted)]
        if not claims:
            return undeclared(None, live, rules)
        reason = f"it may be the bucket of a declaration whose name is not known: {places_of(claims[:3])}"
        return not_compared(BucketReport(live.name, BucketState.UNRESOLVED, None, live), reason)
    return not_compared(BucketReport(live.name, _UNREAD[live.state], None, live), live.reason or live.state.value)


def _not_compared(state: BucketState, declared: Bucket, live: Bucket | None, reason: str) -> BucketReport:
    return not_compared(BucketReport(declared.name, state, declared, live), reason)
