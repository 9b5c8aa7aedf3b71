"""Rules and changes in words that a tired person understands. Plain text, safe to print whatever the input holds."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator

from drift.cors.model import CorsAnswer, CorsRule, Text, TextList, Unknown
from drift.cors.open_questions import OPEN_QUESTIONS
from drift.cors.verdict import DECLARED_ORDER, NO_BROWSER, Effect, Witness
from drift.diff import Change, ChangeKind
from drift.meaning import sentence
from drift.report import BucketReport, BucketState, Report
from drift.sensitive import REASON, SHOWN
from drift.snapshot import Alternative, Bucket, State

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


def printable(text: str) -> str:
    """The text with everything that a terminal would act on written out: escapes, line ends, direction marks."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else _escaped(char) for char in text)


def _escaped(char: str) -> str:
    if unicodedata.category(char) == "Zs":
        return " "
    return char.encode("unicode_escape", "backslashreplace").decode("ascii")


def name_of(name: Text, address: str | None = None) -> str:
    """A bucket's name, or what is known of it, or what it is called where it is declared."""
    if isinstance(name, str):
        text = printable(name)
        return f'"{text}"' if text.startswith(("::", "##[")) else text  # at a line's start a runner would obey it
    if name.reason == REASON:
        return f"{printable(address)} {SHOWN}" if address else SHOWN
    known = name.prefix or name.suffix or not address
    return f"{shape_of(name) if known else printable(address or '')} (name unknown)"


def title_of(report: BucketReport) -> str:
    """The heading of a bucket in a report."""
    return name_of(report.name, called(report.declared))


def called(bucket: Bucket | None) -> str | None:
    """What an entry is called where it stands: its address, or of rules by themselves the file."""
    if bucket is None or bucket.address is not None:
        return bucket.address if bucket else None
    return bucket.location.path if bucket.bare and bucket.location else None


def shape_of(unknown: Unknown) -> str:
    """The known ends of an unknown text around a question mark."""
    return printable(f"{unknown.prefix}?{unknown.suffix}")


def value_words(value: Text | int) -> str:
    """One value of a field."""
    if isinstance(value, Unknown) and value.reason == REASON:
        return SHOWN
    if isinstance(value, Unknown):
        return f"{shape_of(value)} (unknown: {printable(value.reason)})"
    if value == "":
        return '""'
    return printable(str(value))


def rule_words(rule: CorsRule) -> str:
    """A rule in one line: methods, origins, headers, what is exposed, how long it is cached, its ID."""
    parts = [f"{_listed(rule.allowed_methods)} from {_listed(rule.allowed_origins)}"]
    if rule.allowed_headers != ():
        parts.append(f"with headers {_listed(rule.allowed_headers)}")
    if rule.expose_headers != ():
        parts.append(f"exposing {_listed(rule.expose_headers)}")
    if rule.max_age_seconds is not None:
        parts.append(f"cached {value_words(rule.max_age_seconds)} s")
    if rule.id:
        parts.append(f"(ID {value_words(rule.id)})")
    return " ".join(parts)


def alternative_lines(alternative: Alternative) -> Iterator[str]:
    """What is declared in one of the cases that the code leaves open: the case, and the rules in it."""
    bucket = alternative.bucket
    if bucket is None:
        what = "not declared at all"
    elif bucket.cors is None:
        what = printable(bucket.reason or bucket.state.value)
    else:
        what = ""
    yield f"if {printable(alternative.when)}: {what}".rstrip()
    for index, rule in enumerate(bucket.cors.rules if bucket and bucket.cors else (), 1):
        yield f"  {index}. {rule_words(rule)}"


def _listed(values: TextList) -> str:
    if isinstance(values, Unknown):
        return value_words(values)
    return ", ".join(value_words(value) for value in values) or "nothing"


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


def place_words(bucket: Bucket | None) -> str:
    """Where a bucket is declared: file and line, and its address there."""
    if bucket is None:
        return ""
    return "  ".join(printable(str(part)) for part in (bucket.location, bucket.address) if part)


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
