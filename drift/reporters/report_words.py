"""What a report says, in words that a tired person understands. Plain text, safe to print whatever the input holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from drift.cors.model import CorsAnswer
from drift.cors.open_questions import OPEN_QUESTIONS
from drift.cors.verdict import DECLARED_ORDER, NO_BROWSER, Effect, Witness
from drift.diff import Change, ChangeKind
from drift.meaning import sentence
from drift.report import BucketReport, BucketState, Report
from drift.reporters.words import called, name_of, printable, rule_words, value_words
from drift.snapshot import Bucket, State

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
}
"""State of a bucket in a report, as it is shown to people."""

WORST_FIRST = (
    BucketState.DRIFTED,
    BucketState.UNDECLARED,
    BucketState.ERROR,
    BucketState.DENIED,
    BucketState.THROTTLED,
    BucketState.UNRESOLVED,
    BucketState.MISSING,
    BucketState.UNSUPPORTED,
    BucketState.IN_SYNC,
)
"""The order in which people read a report."""

_IN_SYNC_WORDS = {Effect.COSMETIC: "in sync (differs in writing only: every request of a browser is answered alike)"}
_DRIFT_WORDS = {
    Effect.CACHE_ONLY: "DRIFTED: only in what browsers keep of a preflight",
    Effect.WIDER: "DRIFTED: live allows more",
    Effect.NARROWER: "DRIFTED: live allows less",
    Effect.DIFFERENT: "DRIFTED: live allows some things more and some less",
}

_NOTE_WORDS = OPEN_QUESTIONS | {
    NO_BROWSER: "The two differ only for requests that no browser sends.",
    DECLARED_ORDER: "The declared rules are a set whose order matters; the one nearest to live was compared.",
}


def title_of(report: BucketReport) -> str:
    """The heading of a bucket in a report."""
    return name_of(report.name, called(report.declared))


def state_words(report: BucketReport) -> str:
    """The bucket's state, with its meaning where that is known."""
    if report.effect in _IN_SYNC_WORDS and report.state is BucketState.IN_SYNC:
        return _IN_SYNC_WORDS[report.effect]
    if report.state is BucketState.DRIFTED and report.live is not None and report.live.state is State.ABSENT:
        return "DRIFTED (absent: S3 has no CORS configuration at all)"
    if report.effect in _DRIFT_WORDS and report.state is BucketState.DRIFTED:
        return _DRIFT_WORDS[report.effect]
    if report.state is BucketState.UNDECLARED and not report.drift:
        return "undeclared rules (accepted by the settings)"
    return STATE_WORDS[report.state]


def change_lines(report: BucketReport, change: Change) -> Iterator[tuple[str, str]]:
    """The lines that tell a change, each with its sign: ``+`` live only, ``-`` declared only, ``~`` a heading."""
    place = report.place_of(change)
    where = f"  {printable(str(place))}" if place else ""
    ours = (change.declared or 0) + 1
    if change.kind is ChangeKind.ADDED:
        yield "~", f"rule {(change.live or 0) + 1} is live only"
        yield "+", _rule_of(report.live, change.live)
    elif change.kind is ChangeKind.REMOVED:
        yield "~", f"rule {ours} is declared only{where}"
        yield "-", _rule_of(report.declared, change.declared)
    elif change.kind is ChangeKind.MOVED:
        yield (
            "~",
            f"rule {ours} has moved to place {(change.live or 0) + 1}; the first rule that matches answers{where}",
        )
        yield "-", _rule_of(report.declared, change.declared)
    else:
        cosmetic = " (changes no answer)" if change.cosmetic else ""
        yield "~", f"rule {ours}, {change.field}{cosmetic}{where}"
        yield from (("+", value_words(value)) for value in change.added)
        yield from (("-", value_words(value)) for value in change.removed)


def witness_lines(report: BucketReport, witness: Witness) -> Iterator[str]:
    """What a witness means, and the request with both answers as S3 gives them."""
    yield printable(sentence(witness, report.live)) + "."
    request = witness.request
    kind = "a preflight" if request.preflight else "a request"
    headers = f" with {', '.join(request.headers)}" if request.headers else ""
    yield printable(f"  asked: {kind} for {request.method} from {request.origin}{headers}")
    yield printable(f"  declared: {_answer_words(witness.declared)}")
    yield printable(f"  live: {_answer_words(witness.live)}")


def _answer_words(answer: CorsAnswer) -> str:
    if not answer.allowed:
        return "refused"
    rule = "" if answer.rule is None else f" by rule {answer.rule + 1}"
    headers = ", ".join(f"{name}: {value}" for name, value in answer.headers if name != "Vary")
    return f"allowed{rule}: {headers}"


def note_words(note: str) -> str:
    """What a verdict hangs on or is limited to."""
    return _NOTE_WORDS.get(note, note)


def _rule_of(bucket: Bucket | None, index: int | None) -> str:
    return rule_words(bucket.cors.rules[index]) if bucket and bucket.cors and index is not None else ""


def summary_words(report: Report) -> str:
    """The coverage line: how many buckets ended where. It is always shown."""
    summary = report.summary
    if not summary.buckets:
        return "No bucket was found to compare."
    counts = ", ".join(f"{count} {STATE_WORDS[state].lower()}" for state, count in summary.by_state)
    line = f"{_counted(summary.buckets, 'bucket')}: {counts}."
    if summary.not_compared:
        line += f" {_counted(summary.not_compared, 'bucket')} could not be compared."
    return line


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def sorted_worst_first(reports: Iterable[BucketReport]) -> list[BucketReport]:
    """Worst state first; within a state in the order of the report."""
    return sorted(reports, key=lambda report: (WORST_FIRST.index(report.state), not report.drift))
