"""What proves a difference or a finding, in words: requests with their answers, and the changes of rules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from drift.cors.model import CorsAnswer, CorsRequest
from drift.cors.verdict import Effect, Shows, Witness
from drift.diff import Change, ChangeKind
from drift.finding import Finding
from drift.meaning import sentence
from drift.pull_request import Move, PullRequest
from drift.report import BucketReport, BucketState
from drift.reporters.words import printable, rule_words, value_words
from drift.snapshot import Bucket, State

_EXPOSED = "Access-Control-Expose-Headers"
_ABOUT_EXPOSURE = (Shows.LIVE_EXPOSES_MORE, Shows.LIVE_EXPOSES_LESS)
_ABOUT_CREDENTIALS = (Shows.LIVE_REFLECTS_CREDENTIALS, Shows.LIVE_NO_LONGER_REFLECTS)


def declared_side(report: BucketReport) -> str:
    """What the declared side of a difference is called: on a pull request that is no longer what is deployed."""
    return "declared" if report.pull_request is None else "with the pull request"


def legend_lines(report: BucketReport) -> Iterator[str]:
    """What the signs of the lines of ``change_lines`` mean, for the place next to them. Of a pull request alone: there
    people read a ``-`` as what it takes away.
    """
    if report.pull_request is not None and report.changes:
        yield f"+ live only, - {declared_side(report)} only:"


def change_lines(report: BucketReport, change: Change) -> Iterator[tuple[str, str]]:
    """The lines that tell a change, each with its sign: ``+`` live only, ``-`` declared only, ``~`` a heading."""
    place = report.place_of(change)
    where = f"  {printable(str(place))}" if place else ""
    ours = (change.declared or 0) + 1
    if change.kind is ChangeKind.ADDED:
        yield "~", f"rule {(change.live or 0) + 1} is live only"
        yield "+", _rule_of(report.live, change.live)
    elif change.kind is ChangeKind.REMOVED:
        yield "~", f"rule {ours} is {declared_side(report)} only{where}"
        yield "-", _rule_of(report.declared, change.declared)
    elif change.kind is ChangeKind.MOVED:
        yield (
            "~",
            f"rule {ours} has moved to place {(change.live or 0) + 1}; the first rule that matches answers{where}",
        )
        yield "-", _rule_of(report.declared, change.declared)
    else:
        cosmetic = " (changes nothing for a browser)" if change.cosmetic else ""
        yield "~", f"rule {ours}, {change.field}{cosmetic}{where}"
        yield from (("+", value_words(value)) for value in change.added)
        yield from (("-", value_words(value)) for value in change.removed)


def witness_lines(report: BucketReport, witness: Witness) -> Iterator[str]:
    """What a witness means, and the request with both answers, as far as they differ."""
    ours, theirs = answers_apart(witness)
    yield printable(sentence(witness, report.live)) + "."
    yield f"  asked: {request_words(witness.request)}"
    yield f"  declared: {ours}"
    yield f"  live: {theirs}"


def proofs(report: BucketReport) -> Iterator[list[str]]:
    """What is shown by which requests, a heading and details for each; on a pull request who moved."""
    found = report.pull_request
    if found is None:
        yield from (list(witness_lines(report, witness)) for witness in report.witnesses)
    elif found.move not in (Move.UNDECIDED, Move.IN_SYNC, Move.UNCHANGED):
        yield list(_pull_request_lines(report, found))


def _pull_request_lines(report: BucketReport, found: PullRequest) -> Iterator[str]:
    """Who moved and what deploying does, and the request with the answers of all sides."""
    yield printable(found.says) + "."
    three = found.witness
    if three is not None:
        yield f"  asked: {request_words(three.request)}"
        yield f"  target branch: {answer_words(three.base)}"
        yield f"  pull request: {answer_words(three.head)}"
        missing = report.live is not None and report.live.state is State.MISSING
        unread = "there is no such bucket" if missing else "not read"
        yield f"  live: {unread if three.live is None else answer_words(three.live)}"


def request_words(request: CorsRequest) -> str:
    """A request in a line: ``a preflight for PUT from https://a.example with x-a``."""
    kind = "a preflight" if request.preflight else "a request"
    headers = f" with {', '.join(request.headers)}" if request.headers else ""
    return printable(f"{kind} for {request.method} from {request.origin}{headers}")


def answers_apart(witness: Witness) -> tuple[str, str]:
    """The declared and the live answer, each in a line: who is allowed, and of the headers those that matter here.

    Nobody reads five headers twice to find the one that differs; the JSON and the HTML report have them all.
    """
    sides = witness.declared, witness.live
    if not (witness.declared.allowed and witness.live.allowed) or witness.shows in _ABOUT_CREDENTIALS:
        return answer_words(witness.declared), answer_words(witness.live)
    ours, theirs = (dict(side.headers) for side in sides)
    names = [name for name in dict.fromkeys((*ours, *theirs)) if ours.get(name) != theirs.get(name) and name != "Vary"]
    if witness.shows in _ABOUT_EXPOSURE and _EXPOSED in names:
        names = [_EXPOSED]
    return _with(witness.declared, ours, names), _with(witness.live, theirs, names)


def _with(answer: CorsAnswer, headers: dict[str, str], names: Iterable[str]) -> str:
    told = "; ".join(f"{name}: {headers[name]}" if name in headers else f"no {name}" for name in names)
    return printable(f"{_allowed(answer)}: {told}") if told else answer_words(answer)


def answer_words(answer: CorsAnswer) -> str:
    """An answer in short: whether it allows, by which rule, and whether with credentials."""
    if not answer.allowed:
        return "refused"
    credentials = dict(answer.headers).get("Access-Control-Allow-Credentials")
    return f"{_allowed(answer)}, {'with' if credentials else 'without'} credentials"


def example_words(finding: Finding) -> str | None:
    """The request that proves a finding, and its answer, in short; None where there is none."""
    if finding.example is None:
        return None
    return f"{request_words(finding.example.request)}: {answer_words(finding.example.answer)}"


def _allowed(answer: CorsAnswer) -> str:
    return "allowed" if answer.rule is None else f"allowed by rule {answer.rule + 1}"


def unknown_lines(report: BucketReport) -> Iterator[str]:
    """What is not known of the declared rules of a bucket that has drifted whatever it is, each once."""
    if report.state is not BucketState.DRIFTED or report.effect is not Effect.UNDECIDED:
        return
    for side in (report.declared, report.live):
        told = side.cors.unknowns() if side is not None and side.cors is not None else ()
        yield from dict.fromkeys(
            f"not known: rule {index + 1}, {name}: {value_words(each)}" for index, name, each in told
        )


def _rule_of(bucket: Bucket | None, index: int | None) -> str:
    return rule_words(bucket.cors.rules[index]) if bucket and bucket.cors and index is not None else ""
