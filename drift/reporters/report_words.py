"""What a report says, in words that a tired person understands. Plain text, safe to print whatever the input holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Iterator

from drift.catalogue import CATALOGUE, Family
from drift.cors.open_questions import OPEN_QUESTIONS
from drift.cors.verdict import DECLARED_ORDER, NO_BROWSER, Effect
from drift.finding import Finding, PromiseOutcome, Side, Waived
from drift.ignoring import Ignored
from drift.location import Severity
from drift.pull_request import Move
from drift.report import LOOKED_AT, BucketReport, BucketState, Report, Verdict
from drift.reporters.proof_words import (
    answer_words,
    change_lines,
    declared_side,
    example_words,
    legend_lines,
    proofs,
    request_words,
    unknown_lines,
    witness_lines,
)
from drift.reporters.words import called, name_of, printable
from drift.snapshot import State

__all__ = [
    "PROMISE_UNIT", "PROMISE_WORDS", "SIDE_WORDS", "STATE_WORDS", "VERDICT_WORDS", "WEIGHT", "WORST_FIRST",
    "answer_words", "change_lines", "counted", "declared_side", "example_words", "family_of", "finding_name",
    "findings_called", "findings_worst_first", "ignored_words", "is_judged", "legend_lines", "note_words",
    "promise_counts", "promise_says", "promise_words", "proofs", "request_words", "sorted_worst_first", "state_words",
    "summary_words", "title_of", "unknown_lines", "waived_words", "witness_lines",
]  # fmt: skip

STATE_WORDS = {
    BucketState.IN_SYNC: "in sync",
    BucketState.DRIFTED: "DRIFTED",
    BucketState.UNDECLARED: "UNDECLARED",
    BucketState.MISSING: "missing",
    BucketState.DENIED: "denied",
    BucketState.UNRESOLVED: "unresolved",
    BucketState.THROTTLED: "throttled",
    BucketState.UNSUPPORTED: "unsupported",
    BucketState.ERROR: "error",
    BucketState.PENDING: "pending",
    BucketState.VALIDATED: "validated",
}
"""State of a bucket in a report, as it is shown to people."""

VERDICT_WORDS = {
    Verdict.IN_SYNC: "In sync",
    Verdict.CLEAN: "Nothing fails the run",
    Verdict.DRIFT: "Drift",
    Verdict.POLICY: "Findings fail the run",
    Verdict.INCOMPLETE: "Incomplete",
    Verdict.NOTHING: "Nothing to compare",
    Verdict.ERROR: "Error",
}
"""The whole run, as it is shown to people."""

SIDE_WORDS = {Side.DECLARED: "declared", Side.LIVE: "live", Side.BOTH: "declared and live"}
"""Which rules a finding is about, as it is shown to people."""

WORST_FIRST = (
    BucketState.DRIFTED,
    BucketState.UNDECLARED,
    BucketState.ERROR,
    BucketState.DENIED,
    BucketState.THROTTLED,
    BucketState.UNRESOLVED,
    BucketState.MISSING,
    BucketState.UNSUPPORTED,
    BucketState.PENDING,
    BucketState.VALIDATED,
    BucketState.IN_SYNC,
)
"""The order in which people read states."""

PROMISE_WORDS = ("BROKEN", "undecided", "broken and waived", "broken and not counted", "about no bucket", "kept")
"""What may become of a promise, as it is shown to people, the worst first."""

PROMISE_UNIT = "Each side of a bucket, declared and live, counts by itself."
"""What the counts of a promise are of."""

WEIGHT = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}
"""Place of a severity among them, the worst first."""

_EFFECTS = (Effect.DIFFERENT, Effect.WIDER, Effect.NARROWER, Effect.UNDECIDED, Effect.CACHE_ONLY)
_IN_SYNC_WORDS = {Effect.COSMETIC: "in sync (differs in writing only: every request of a browser is answered alike)"}
_DRIFT_WORDS = {
    Effect.CACHE_ONLY: "only in what browsers keep of a preflight",
    Effect.WIDER: "live allows more",
    Effect.NARROWER: "live allows less",
    Effect.DIFFERENT: "live allows some things more and some less",
    Effect.UNDECIDED: "live differs, whatever the unknown values are",
    Effect.COSMETIC: "in writing only, which counts since every difference does",
    Effect.IDENTICAL: "in writing only, which counts since every difference does",
}

_NOTE_WORDS = OPEN_QUESTIONS | {
    NO_BROWSER: "The two differ only for requests that no browser sends.",
    DECLARED_ORDER: "The declared rules are a set whose order matters; the one nearest to live was compared.",
}


def title_of(report: BucketReport) -> str:
    """The heading of a bucket in a report."""
    return name_of(report.name, called(report.declared))


def state_words(report: BucketReport) -> str:
    """The bucket's state, with its meaning where that is known, and whether it is accepted."""
    if report.state is BucketState.IN_SYNC and report.effect in _IN_SYNC_WORDS:
        return _IN_SYNC_WORDS[report.effect]
    if report.pull_request is not None and report.state in (BucketState.DRIFTED, BucketState.UNDECLARED):
        return report.pull_request.move.value.replace("_", " ") if not report.drift else STATE_WORDS[report.state]
    if report.state is BucketState.UNDECLARED and not report.drift:
        return f"undeclared rules ({_accepted_by(report)})"
    if report.state is not BucketState.DRIFTED:
        return STATE_WORDS[report.state]
    word = STATE_WORDS[report.state] if report.drift else f"drifted, {_accepted_by(report)}"
    if report.live is not None and report.live.state is State.ABSENT:
        return f"{word} (absent: S3 has no CORS configuration at all)"
    return f"{word}: {_DRIFT_WORDS[report.effect]}" if report.effect in _DRIFT_WORDS else word


def _accepted_by(report: BucketReport) -> str:
    waived = any(each.waived and family_of(each) is Family.DRIFT for each in report.findings)
    return "waived" if waived else "accepted by the settings"


def family_of(finding: Finding) -> Family:
    """What sort of thing the finding says."""
    return CATALOGUE[finding.id].family


def is_judged(finding: Finding) -> bool:
    """Whether it is a finding of policy, promise or waiver: not of the comparison itself."""
    return family_of(finding) not in (Family.DRIFT, Family.COVERAGE)


def findings_worst_first(findings: Iterable[Finding]) -> list[Finding]:
    """Findings of the worst severity first, of one severity what weighs most for security, waived ones last."""
    return sorted(findings, key=lambda each: (each.waived is not None, WEIGHT[each.severity], -_security(each)))


def _security(finding: Finding) -> float:
    return CATALOGUE[finding.id].security or 0.0


def finding_name(finding: Finding, *, sided: bool = True) -> str:
    """The finding's word, with the side that it is about: ``null-origin (live)``."""
    side = f" ({SIDE_WORDS[finding.side]})" if sided and finding.side is not None else ""
    return f"{finding.id}{side}"


def waived_words(waived: Waived) -> str:
    """Until when, by whom and why: ``until 2027-01-31 by web-team: the CDN needs it``."""
    return f"until {waived.expires.isoformat()} by {printable(waived.owner)}: {printable(waived.reason)}"


def promise_words(report: Report) -> list[tuple[PromiseOutcome, str]]:
    """Every promise with what became of it in a word or a few, the worst first."""
    broken = [each for each in report.findings if each.id == "promise-broken"]
    counting = {each.subject for each in broken if each.waived is None}
    waived = {each.subject for each in broken if each.waived is not None} - counting
    told = [(each, _promise_word(each, counting, waived)) for each in report.promises]
    return sorted(told, key=lambda each: PROMISE_WORDS.index(each[1]))


def _promise_word(outcome: PromiseOutcome, counting: Container[str], waived: Container[str]) -> str:
    if outcome.broken and outcome.subject in waived:
        return "broken and waived"
    if outcome.broken:
        return "BROKEN" if outcome.subject in counting or not outcome.subject else "broken and not counted"
    if outcome.undecided:
        return "undecided"
    return "kept" if outcome.kept else "about no bucket"


def promise_says(outcome: PromiseOutcome) -> str:
    """The promise as it was written, with the buckets that it is about."""
    if not outcome.buckets or " on bucket" in outcome.says.lower():
        return outcome.says
    return f"{outcome.says} on {'bucket' if len(outcome.buckets) == 1 else 'buckets'} {', '.join(outcome.buckets)}"


def promise_counts(outcome: PromiseOutcome) -> str:
    """How often the promise was broken, left open and kept, without what did not happen: ``broken 1, kept 1``."""
    counts = (("broken", outcome.broken), ("undecided", outcome.undecided), ("kept", outcome.kept))
    return ", ".join(f"{word} {count}" for word, count in counts if count)


def ignored_words(ignored: Ignored) -> str:
    """What an ignore left out, and why: ``3 buckets by tmp-*: throw-away buckets``."""
    return f"{counted(ignored.count, 'bucket')} by {printable(ignored.bucket)}: {printable(ignored.reason)}"


def note_words(note: str) -> str:
    """What a verdict hangs on or is limited to."""
    return _NOTE_WORDS.get(note, printable(note))


def summary_words(report: Report) -> str:
    """How many buckets ended where, what was accepted, ignored and found, and what became of the promises.

    It is always shown, and it is text of our own alone.
    """
    return " ".join(_summary(report))


def drift_not_blamed(report: Report) -> int:
    """How many buckets count as accepted although nobody accepted them: they drifted, and not by the pull request."""
    return sum(
        each.pull_request is not None
        and each.pull_request.move in (Move.STAYS, Move.REPAIRS)
        and each.compared
        and not each.drift
        and not any(finding.waived for finding in each.findings)
        for each in report.buckets
    )


def _summary(report: Report) -> Iterator[str]:
    summary = report.summary
    if summary.buckets:
        counts = ", ".join(f"{count:,} {STATE_WORDS[state].lower()}" for state, count in summary.by_state)
        yield f"{counted(summary.buckets, 'bucket')}: {counts}."
    else:
        yield "No bucket is left to compare." if summary.ignored else "No bucket was found to compare."
    unseen = sum(count for state, count in summary.by_state if state not in LOOKED_AT)
    if unseen:
        yield f"{counted(unseen, 'bucket')} could not be compared."
    elif report.verdict is Verdict.INCOMPLETE and not any(each.undecided for each in report.promises):
        yield "Not all buckets are known."
    if older := drift_not_blamed(report):
        yield f"{counted(older, 'bucket')} with drift for which the pull request is not blamed."
    if accepted := summary.accepted - older:
        yield f"{counted(accepted, 'bucket')} accepted."
    if summary.ignored:
        yield f"{counted(summary.ignored, 'bucket')} ignored."
    found = Counter(each.severity for each in report.findings if each.waived is None and is_judged(each))
    if found:
        words = ((Severity.ERROR, "error"), (Severity.WARNING, "warning"), (Severity.INFO, "info"))
        severities = ", ".join(counted(found[each], noun) for each, noun in words if found[each])
        yield f"{findings_called(report.findings).capitalize()}s: {severities}."
    if summary.waived:
        yield f"{counted(summary.waived, 'finding')} waived."
    if report.promises:
        told = Counter(word for _, word in promise_words(report))
        yield f"Promises: {', '.join(f'{count:,} {word.lower()}' for word, count in told.items())}."
    faults = sum(each.severity is Severity.ERROR for each in report.diagnostics)
    if faults:
        yield f"{counted(faults, 'error')} in the input."


def findings_called(findings: Iterable[Finding]) -> str:
    """What findings of policy, promise and waiver are called in their counts: ``other finding`` where drift, or a
    bucket that could not be compared, is a finding too, which the counts of buckets have already.
    """
    beside = any(not is_judged(each) and each.waived is None for each in findings)
    return "other finding" if beside else "finding"


def counted(count: int, noun: str) -> str:
    """``1 bucket``, ``2 buckets``."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def sorted_worst_first(reports: Iterable[BucketReport]) -> list[BucketReport]:
    """Drift first, then what fails otherwise, what could not be looked at, what is accepted, what is only remarked."""
    return sorted(reports, key=_badness)


def _badness(report: BucketReport) -> tuple[int, int, int, int, float]:
    counting = [(WEIGHT[each.severity], -_security(each)) for each in report.findings if each.waived is None]
    worst, security = min(counting, default=(len(WEIGHT), 0.0))
    effect = _EFFECTS.index(report.effect) if report.effect in _EFFECTS else len(_EFFECTS)
    return _group(report, worst), worst, WORST_FIRST.index(report.state), effect, security


def _group(report: BucketReport, worst: int) -> int:
    if report.drift:
        return 0
    if worst == WEIGHT[Severity.ERROR]:
        return 1
    if report.state not in LOOKED_AT:
        return 2
    return 3 if report.state in (BucketState.DRIFTED, BucketState.UNDECLARED) else 4
