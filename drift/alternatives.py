"""A declaration of which the code leaves open what it is, against what is live: held against every alternative.

One of the alternatives holds, it is not known which. So what is true against all of them is true, and all else is open;
an alternative in which the bucket is not declared at all has nothing to say against live rules, nor for them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from drift.cors.evaluate import evaluate
from drift.cors.verdict import Effect, Shows, Witness
from drift.findings import finding
from drift.judge import Rules, judge, not_compared
from drift.meaning import sentence
from drift.report import BucketReport, BucketState
from drift.snapshot import Alternative, Bucket, State

_SHOWN = 4
"""Alternatives that are told one by one; of more, only how many there are."""

Case = tuple[Alternative, BucketReport]


def judge_alternatives(declared: Bucket, live: Bucket, rules: Rules) -> BucketReport:
    """What holds whichever alternative does; live is CONFIGURED or ABSENT.

    In sync with all: in sync. Different from all: drifted, with what shows it against each; the rest of the report is
    about the alternative that is nearest to live. Otherwise unresolved, with what would settle it.
    """
    share = replace(rules, max_steps=rules.max_steps // max(len(declared.alternatives), 1))
    cases = [(each, _judged(declared, each.bucket, live, share)) for each in declared.alternatives if each.bucket]
    nowhere = [each for each in declared.alternatives if each.bucket is None]
    reports = [report for _, report in cases]
    if reports and all(report.state is BucketState.IN_SYNC for report in reports):
        plainest = next((report for report in reports if report.effect is not Effect.IDENTICAL), reports[0])
        return _shown(plainest, declared)
    if reports and all(report.state is BucketState.UNDECLARED and not report.drift for report in reports):
        return _shown(reports[0], declared)
    if reports and not nowhere and all(report.drift for report in reports):
        return _drifted(cases, declared, live)
    report = BucketReport(declared.name, BucketState.UNRESOLVED, declared, live)
    return not_compared(report, _reason(cases, nowhere))


def _judged(declared: Bucket, alternative: Bucket, live: Bucket, rules: Rules) -> BucketReport:
    one = replace(alternative, name=declared.name)
    if one.state in (State.CONFIGURED, State.ABSENT):
        return judge(one, live, rules)
    return not_compared(BucketReport(one.name, BucketState.UNRESOLVED, one, live), one.reason or "it is not known")


def _shown(report: BucketReport, declared: Bucket) -> BucketReport:
    """The report of one alternative as that of the whole."""
    side = report.declared
    return report if side is None else replace(report, declared=replace(side, alternatives=declared.alternatives))


def _drifted(cases: Sequence[Case], declared: Bucket, live: Bucket) -> BucketReport:
    """The nearest alternative's report, with what is true of all in place of what is true of it alone."""
    nearest, chosen = min(cases, key=lambda case: (case[1].state is not BucketState.DRIFTED, len(case[1].changes)))
    reports = [report for _, report in cases]
    kinds = {report.findings[0].id for report in reports}
    common = tuple(each for each in chosen.witnesses if _holds_for_all(each, reports))
    message = ". ".join(sentence(each, live) for each in common)
    if not common:
        told = [f"if {each.when}: {report.findings[0].message}" for each, report in cases[:_SHOWN]]
        message = "; ".join(told) + (f"; and {len(cases) - _SHOWN} more" if len(cases) > _SHOWN else "")
    first = chosen.findings[0]
    told_as = (first.id, first.severity) if len(kinds) == 1 else (_in_every_case(kinds), None)
    summary = finding(told_as[0], chosen.name, message, first.location, told_as[1])
    alike = len({report.effect for report in reports}) == 1
    whole = replace(
        chosen,
        effect=chosen.effect if alike else Effect.UNDECIDED,
        witnesses=common or chosen.witnesses,
        reason=f"live differs in each of the {len(cases)} cases that the code leaves open; this is if {nearest.when}",
        findings=(summary, *chosen.findings[1:]),
    )
    return _shown(whole, declared)


_MORE = frozenset({"live-wider", "live-different", "undeclared-rules"})
_LESS = frozenset({"live-narrower", "live-different", "live-absent"})


def _in_every_case(kinds: set[str]) -> str:
    """The finding for a difference that is another one from case to case: what all of them share."""
    if kinds <= _MORE:
        return "live-wider"
    if kinds <= _LESS:
        return "live-narrower"
    return "live-different" if kinds <= _MORE | _LESS else "live-differs"


def _holds_for_all(witness: Witness, reports: Iterable[BucketReport]) -> bool:
    """Whether a request is answered by no alternative as it is live. Only what is known to the last word can tell."""
    if witness.shows not in (Shows.LIVE_ALLOWS, Shows.LIVE_REFUSES):
        return False
    for report in reports:
        if report.declared is None or (report.declared.cors is not None and list(report.declared.cors.unknowns())):
            return False
        cors = report.declared.cors
        allowed = cors is not None and evaluate(cors.rules, witness.request, explain=False).allowed
        if allowed is not witness.declared.allowed:
            return False
    return True


def _reason(cases: Sequence[Case], nowhere: Sequence[Alternative]) -> str:
    synced = [each for each, report in cases if report.state is BucketState.IN_SYNC]
    open_cases = [(each, report) for each, report in cases if report.state is BucketState.UNRESOLVED]
    differing = [each for each, report in cases if report.compared and report.state is not BucketState.IN_SYNC]
    parts = [f"it is in sync if {_listed(synced)}"] if synced else []
    if differing:
        parts.append(f"live differs if {_listed(differing)}")
    if open_cases:
        parts.append(f"it cannot be told if {_listed([each for each, _ in open_cases])} ({open_cases[0][1].reason})")
    if nowhere:
        parts.append(f"the bucket is not declared if {_listed(nowhere)}")
    advice = dict.fromkeys(each.advice for each in (*(each for each, _ in cases), *nowhere) if each.advice)
    return ", ".join(parts) + (f": {'; '.join(list(advice)[:3])}" if advice else "")


def _listed(alternatives: Sequence[Alternative]) -> str:
    words = [each.when for each in alternatives[:_SHOWN]]
    more = len(alternatives) - len(words)
    return " or ".join(words) + (f" or in {more} more cases" if more else "")
