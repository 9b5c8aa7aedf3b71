"""Answers to one request, for a person or as the documents of ``drift.documents``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TextIO

from drift.cors.browser import BrowserView, Case, Outcome, assumption
from drift.cors.explain import shown
from drift.cors.model import CorsAnswer, CorsRequest
from drift.cors.open_questions import OPEN_QUESTIONS
from drift.documents.answers import simulation_to_json
from drift.documents.text import json_text
from drift.reporters.console import open_console, write_line
from drift.reporters.words import name_of, place_words, printable
from drift.simulate import AnswerState, Asked, BucketAnswer, Simulation
from drift.snapshot import Bucket

_Line = tuple[str, str]
"""A line and its style."""

_STATE_STYLES = {True: "green", False: "bold red", None: "yellow"}
_OUTCOME_STYLES = {Outcome.READABLE: "green", Outcome.BLOCKED: "bold red"}


def write_json(simulation: Simulation, stream: TextIO) -> None:
    """Write the ``cors-drift/answer`` document, or the list of them if the source has not just one bucket."""
    # ASCII only: lone surrogates from hostile input survive, and no terminal acts on what it is shown
    stream.write(json_text(simulation_to_json(simulation), indent=2) + "\n")


def write_text(simulation: Simulation, stream: TextIO, *, width: int | None = None) -> None:
    """Write every bucket's answer: by which rule, with which headers, and why the other rules were passed over."""
    console = open_console(stream, width)
    for line in _request_lines(simulation.asked):
        write_line(console, line)
    write_line(console)
    for bucket in simulation.buckets:
        title = name_of(bucket.bucket.name, bucket.bucket.address)
        allowed = bucket.answer.allowed if bucket.answer else None
        write_line(console, (title, "bold"), ("  ", ""), (_state_words(bucket), _STATE_STYLES[allowed]))
        for line in _bucket_lines(bucket):
            write_line(console, line)
        write_line(console)
    write_line(console, (_summary(simulation), ""))


def _request_lines(asked: Asked) -> Iterator[_Line]:
    request = asked.request
    kind = "Preflight" if request.preflight else "Request"
    yield f"{kind}: {_asked_words(request)}", "bold"
    if not request.preflight and asked.headers:
        yield "  S3 compares no header of the request itself", "dim"


def _asked_words(request: CorsRequest) -> str:
    method = "no method" if request.method is None else shown(request.method)
    names = ", ".join(shown(name) for name in request.headers)
    plural = "s" if len(request.headers) > 1 else ""
    return f"{method} from {shown(request.origin or '')}" + (f" with header{plural} {names}" if names else "")


def _state_words(bucket: BucketAnswer) -> str:
    answer = bucket.answer
    if answer is None:
        return bucket.state.value
    if answer.rule is not None:
        return f"allowed by rule {answer.rule + 1}"
    return "refused" if answer.status else "no CORS headers"


def _bucket_lines(bucket: BucketAnswer) -> Iterator[_Line]:
    if place := place_words(bucket.bucket):
        yield f"  at {place}", "dim"
    if bucket.reason:
        where = f"  {printable(str(bucket.location))}" if bucket.location != bucket.bucket.location else ""
        yield f"  {printable(bucket.reason)}{where}", ""
    if bucket.answer is not None:
        yield from _answer_lines(bucket.bucket, bucket.answer)
    for note in bucket.notes:
        yield f"  note: {printable(note.message)}", "yellow"
    for question in _questions(bucket):
        yield f"  not known of S3 ({question}): {OPEN_QUESTIONS[question]}", "yellow"
    if bucket.browser is not None:
        yield from _browser_lines(bucket.browser)


def _answer_lines(bucket: Bucket, answer: CorsAnswer) -> Iterator[_Line]:
    if answer.status is not None:
        code = f" {answer.code}: {printable(answer.message or '')}" if answer.code else ""
        yield f"  {answer.status}{code}", ""
    for name, value in answer.headers:
        yield f"  {name}: {printable(value)}", ""
    for each in answer.considered:
        verb = "answers" if each.answers else "is passed over"
        place = f" ({printable(str(bucket.places[each.rule].location))})" if bucket.places else ""
        yield f"  rule {each.rule + 1}{place} {verb}: {printable(each.because)}", "green" if each.answers else "dim"
    if not answer.considered and not answer.allowed and bucket.cors is None:
        yield "  the bucket has no CORS rules", "dim"


def _questions(bucket: BucketAnswer) -> list[str]:
    """Each once, also those of the browser's requests."""
    answers = [bucket.answer]
    for case in bucket.browser.cases if bucket.browser else ():
        answers += [case.preflight.answer if case.preflight else None, case.answer]
    return list(dict.fromkeys(each for answer in answers if answer for each in answer.open_questions))


def _browser_lines(view: BrowserView) -> Iterator[_Line]:
    yield f"  {printable(view.verdict)}", _OUTCOME_STYLES.get(view.outcome, "yellow")
    if view.dropped:
        yield f"    it drops headers that no page can set: {_listed(view.dropped)}", ""
    several = len({case.blocked for case in view.cases}) > 1 or view.outcome is Outcome.READABLE
    for case in view.cases if several else view.cases[:1]:
        if view.by_value:
            yield f"    {assumption(view.by_value, case)}:", ""
        indent = "      " if view.by_value else "    "
        for text in _case_lines(case):
            yield indent + text, "dim"
    for note in view.notes:
        yield f"    {printable(note)}", "dim"


def _case_lines(case: Case) -> Iterator[str]:
    if case.preflight is None:
        yield "it sends no preflight"
    else:
        names = f" with Access-Control-Request-Headers: {','.join(case.preflight.request.headers)}"
        sent = f"it sends a preflight{names if case.preflight.request.headers else ''}"
        failure, seconds = case.preflight.failure, case.preflight.cached_seconds
        kept = f"passes, and is cached for {seconds} s" if seconds else "passes, and is not cached"
        yield printable(f"{sent}: {f'fails, since {failure}' if failure else kept}")
    if case.answer is None:
        yield "it never sends the request itself"
    elif case.readable:
        yield f"the page may read these headers: {_listed(case.readable_headers)}"
    elif case.preflight is not None:
        yield printable(f"it sends the request itself, and keeps the answer from the page: {case.blocked}")


def _listed(names: tuple[str, ...] | list[str]) -> str:
    return ", ".join(printable(name) for name in names)


def _summary(simulation: Simulation) -> str:
    count = len(simulation.buckets)
    if not count:
        return "No bucket was found to ask."
    counts = Counter(_word(each) for each in simulation.buckets)
    told = ", ".join(f"{number} {word}" for word, number in sorted(counts.items()))
    return f"{count} bucket{'' if count == 1 else 's'}: {told}."


def _word(bucket: BucketAnswer) -> str:
    if bucket.state is not AnswerState.ANSWERED or bucket.answer is None:
        return bucket.state.value
    return "allowed" if bucket.answer.allowed else "refused"
