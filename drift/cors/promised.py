"""Whether a statement holds for rules: for every request that a browser can send, not for a sample of them.

Decided is over every origin that a browser can send, every method of the statement and every set of requested headers.
A statement that allows holds if each set of the headers that it names is allowed, the empty one included, to every
origin that its patterns match. "With credentials": every answer on the way, to the preflight and to the request, has
Access-Control-Allow-Credentials. "And read": the answer to the request exposes each name. One that forbids holds if no
request of its origins is allowed; "with" headers: none that asks for a header that they match; "with credentials": no
answer has Access-Control-Allow-Credentials, whatever headers are asked for; "and read": no answer exposes one of them.

Rules without an order must hold it in every order. Where S3 is not known, all readings must agree.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from drift.cors.answers import ALWAYS_EXPOSED
from drift.cors.budget import MAX_STEPS, Budget, OverBudgetError
from drift.cors.evaluate import evaluate, requested_headers
from drift.cors.model import BucketCors, CorsAnswer, CorsRequest, CorsRule
from drift.cors.open_questions import OPEN_QUESTIONS, STAR_BESIDE_ORIGIN, WILDCARD_OVERLAP
from drift.cors.pattern import matches
from drift.cors.promised_search import OF_ONE_RULE, Bad, PromiseSearch, bad_of
from drift.cors.promised_statement import Statement
from drift.cors.readings import Reading, StarReading, readings_of
from drift.cors.replay import ProverDefectError, without_unknowns
from drift.cors.validate import document_size

MAX_BYTES = 1 << 20
"""Of rules that are looked at; S3 takes 64 KB."""


class Held(StrEnum):
    """What became of a statement."""

    KEPT = "kept"
    BROKEN = "broken"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Decision:
    """What became of a statement. ``request`` and ``answer`` are there exactly if it is broken.

    ``answer`` is that of the rules without their unknown values, and breaks the statement for all values of them.
    ``bad`` is what is wrong with it. ``rule`` and ``field`` (an API name) are where it goes wrong, None where no place
    is nearer than another. ``reordered``: so in an order in which S3 may store the rules, which have none of their own.
    ``why`` and ``question`` (an id of ``open_questions``) are what leaves it undecided; then ``rule`` and ``field`` are
    those of the first value that is not known.
    """

    held: Held
    request: CorsRequest | None = None
    answer: CorsAnswer | None = None
    bad: Bad | None = None
    rule: int | None = None
    field: str | None = None
    reordered: bool = False
    why: str | None = None
    question: str | None = None


KEPT = Decision(Held.KEPT)


def decide(cors: BucketCors | None, statement: Statement, *, max_steps: int = MAX_STEPS) -> Decision:
    """What becomes of the statement under the rules; None is a bucket without CORS rules, where nothing is allowed."""
    rules = cors.rules if cors is not None else ()
    if document_size(rules) > MAX_BYTES:
        return Decision(Held.UNDECIDED, why=f"the rules have more than {MAX_BYTES:,} bytes")
    budget = Budget(max_steps)
    first: Decision | None = None
    bad = bad_of(statement)
    try:
        for reading in _readings(rules, bad):
            found = _under(rules, statement, reading, budget, ordered=cors is None or cors.ordered)
            if first is None:
                first = found
            elif found.held is not first.held:
                return _undecided_by(reading)
            if first.held is Held.UNDECIDED:
                break
    except OverBudgetError as over:
        return Decision(Held.UNDECIDED, why=str(over))
    return first or KEPT


def _readings(rules: Sequence[CorsRule], bad: Bad) -> Iterator[Reading]:
    """The readings of S3 that may take the rules otherwise, that of ``evaluate`` first."""
    for star, overlapping in readings_of(rules):
        if star is StarReading.STAR_ANYWHERE or bad & (Bad.STAR | Bad.ECHO):
            yield star, overlapping


def _undecided_by(reading: Reading) -> Decision:
    star, _ = reading
    question = WILDCARD_OVERLAP if star is StarReading.STAR_ANYWHERE else STAR_BESIDE_ORIGIN
    return Decision(Held.UNDECIDED, why=OPEN_QUESTIONS[question], question=question)


def _under(
    rules: tuple[CorsRule, ...], statement: Statement, reading: Reading, budget: Budget, *, ordered: bool
) -> Decision:
    """Under one reading. Where rules have no order, each may be first, and then answers all that it allows."""
    bad = bad_of(statement)
    doubtful: list[int] = []
    free = not ordered and len(rules) > 1 and bool(bad & OF_ONE_RULE)
    whole = bad & ~OF_ONE_RULE if free else bad
    if whole:
        found = PromiseSearch(rules, statement, whole, reading, budget).run()
        if found.request is not None:
            return _broken(rules, statement, found.request, bad, reading, range(len(rules)))
        doubtful += sorted(found.doubtful)
    for index in range(len(rules)) if free else ():
        found = PromiseSearch(rules[index : index + 1], statement, bad & OF_ONE_RULE, reading, budget).run()
        if found.request is not None:
            order = [index, *(other for other in range(len(rules)) if other != index)]
            return _broken(rules, statement, found.request, bad, reading, order)
        doubtful += [index] * bool(found.doubtful)
    return _undecided_by_unknown(rules, doubtful[0]) if doubtful else KEPT


def _undecided_by_unknown(rules: Sequence[CorsRule], index: int) -> Decision:
    name, unknown = next((name, each) for name, each in rules[index].unknowns() if name != "ID")
    why = f"{name} of rule {index + 1}: {unknown.reason}"
    return Decision(Held.UNDECIDED, rule=index, field=name, why=why)


def _broken(
    rules: Sequence[CorsRule],
    statement: Statement,
    request: CorsRequest,
    bad: Bad,
    reading: Reading,
    order: Sequence[int],
) -> Decision:
    """The request, asked again of ``evaluate``, which knows nothing of how it was found.

    Raises ``ProverDefectError`` if its answer keeps the statement, a defect of one of the two. ``evaluate`` takes one
    reading; under the others there is nothing to ask.
    """
    if reading != (StarReading.STAR_ANYWHERE, False):
        return Decision(Held.BROKEN)
    answer = evaluate([without_unknowns(rules[index]) for index in order], request)
    shown = shown_by(answer, request, statement) & bad
    if not shown:
        raise ProverDefectError(f"{request} was to break {str(statement)!r}, and is answered {answer}")
    considered = sorted(
        (replace(each, rule=order[each.rule]) for each in answer.considered), key=lambda each: each.rule
    )
    rule = None if answer.rule is None else order[answer.rule]
    answer = replace(answer, rule=rule, considered=tuple(considered))
    reordered = list(order) != sorted(order)
    index, field = _where(rules, request, answer, shown)
    return Decision(Held.BROKEN, request, answer, shown, index, field, reordered)


def shown_by(answer: CorsAnswer, request: CorsRequest, statement: Statement) -> Bad:
    """All that the answer is, read from its headers alone."""
    if not answer.allowed:
        return Bad.REFUSED
    headers = dict(answer.headers)
    echo = headers.get("Access-Control-Allow-Credentials") == "true"
    shown = Bad.ALLOWED | (Bad.ECHO if echo else Bad.STAR)
    if request.preflight or not statement.exposed:
        return shown
    exposed = {each.strip().lower() for each in headers.get("Access-Control-Expose-Headers", "").split(",")}
    wanted = {each.lower() for each in statement.exposed}
    if wanted - exposed - ALWAYS_EXPOSED:
        shown |= Bad.UNREAD
    if wanted & (exposed | ALWAYS_EXPOSED):
        shown |= Bad.READ
    return shown


def _where(
    rules: Sequence[CorsRule], request: CorsRequest, answer: CorsAnswer, shown: Bad
) -> tuple[int | None, str | None]:
    """The rule that answers and the field that decides; of a refusal, the rule that one field keeps from answering."""
    if answer.rule is not None:
        if shown & (Bad.READ | Bad.UNREAD):
            return answer.rule, "ExposeHeaders"
        return answer.rule, "AllowedHeaders" if request.headers and shown & Bad.ALLOWED else "AllowedOrigins"
    near = [(index, fields[0]) for index, rule in enumerate(rules) if len(fields := _objections(rule, request)) == 1]
    return min(near, key=lambda each: (_NEAREST.index(each[1]), each[0]), default=(None, None))


_NEAREST = ("AllowedHeaders", "AllowedMethods", "AllowedOrigins")
"""The first of these is the likeliest to be what was forgotten."""


def _objections(rule: CorsRule, request: CorsRequest) -> list[str]:
    """The fields of the rule that do not allow the request."""
    known = without_unknowns(rule)
    methods, origins, headers = (
        [str(each) for each in values] if isinstance(values, tuple) else []
        for values in (known.allowed_methods, known.allowed_origins, known.allowed_headers)
    )
    found = [] if request.method in methods else ["AllowedMethods"]
    found += [] if any(matches(each, request.origin or "") for each in origins) else ["AllowedOrigins"]
    asked = requested_headers(",".join(request.headers))
    allowed = all(any(matches(each.lower(), name) for each in headers) for name in asked)
    return found if allowed else [*found, "AllowedHeaders"]
