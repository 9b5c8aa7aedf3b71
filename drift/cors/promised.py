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

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from drift.cors.answers import ALWAYS_EXPOSED
from drift.cors.budget import MAX_STEPS, Budget, OverBudgetError
from drift.cors.evaluate import evaluate, requested_headers
from drift.cors.model import BucketCors, CorsAnswer, CorsRequest, CorsRule, TextList, Unknown
from drift.cors.open_questions import OPEN_QUESTIONS, STAR_BESIDE_ORIGIN, WILDCARD_OVERLAP
from drift.cors.pattern import covers, intersects, matches, matches_overlapping
from drift.cors.promised_search import OF_ONE_RULE, Bad, PromiseSearch, bad_of
from drift.cors.promised_statement import Sense, Statement
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


def decide(cors: BucketCors | None, statement: Statement, *, max_steps: int = MAX_STEPS) -> Decision:
    """What becomes of the statement under the rules; None is a bucket without CORS rules, where nothing is allowed."""
    return Decider(statement, max_steps=max_steps).decide(cors)


@dataclass(frozen=True, slots=True)
class _Found:
    """What the search came to. ``first``: of rules without an order the place of the one that must be first.

    ``doubtful`` is the place of a rule with an unknown that the statement hangs on.
    """

    held: Held
    request: CorsRequest | None = None
    first: int | None = None
    doubtful: int | None = None
    why: str | None = None
    question: str | None = None


class Decider:
    """Decides one statement for many lists of rules; what is the same for it is searched once."""

    def __init__(self, statement: Statement, *, max_steps: int = MAX_STEPS) -> None:
        self._statement = statement
        self._bad = bad_of(statement)
        self._max_steps = max_steps
        self._searched: dict[tuple[tuple[CorsRule, ...], bool], _Found] = {}
        self._decided: dict[BucketCors | None, Decision] = {}

    def decide(self, cors: BucketCors | None) -> Decision:
        """What becomes of the statement under the rules."""
        if cors not in self._decided:
            self._decided[cors] = self._decide(cors)
        return self._decided[cors]

    def _decide(self, cors: BucketCors | None) -> Decision:
        rules = cors.rules if cors is not None else ()
        kept = list(that_matter(rules, self._statement, self._bad))
        key = tuple(rule for _, rule in kept), cors is None or cors.ordered
        if key not in self._searched:
            self._searched[key] = self._search(*key)
        found = self._searched[key]
        if found.held is Held.BROKEN and found.request is not None:
            order = list(range(len(rules)))
            if found.first is not None:
                order.insert(0, order.pop(kept[found.first][0]))
            return _broken(rules, self._statement, found.request, self._bad, order)
        if found.doubtful is not None:
            return _undecided_by_unknown(rules, kept[found.doubtful][0])
        return Decision(found.held, why=found.why, question=found.question)

    def _search(self, rules: tuple[CorsRule, ...], ordered: bool) -> _Found:
        if document_size(rules) > MAX_BYTES:
            return _Found(Held.UNDECIDED, why=f"the rules have more than {MAX_BYTES:,} bytes")
        budget = Budget(self._max_steps)
        first: _Found | None = None
        try:
            for star, overlapping in readings_of(rules):
                if star is not StarReading.STAR_ANYWHERE and not self._bad & (Bad.STAR | Bad.ECHO):
                    continue
                found = self._under(rules, (star, overlapping), budget, ordered=ordered)
                if first is None:
                    first = found
                elif found.held is not first.held:
                    question = WILDCARD_OVERLAP if star is StarReading.STAR_ANYWHERE else STAR_BESIDE_ORIGIN
                    return _Found(Held.UNDECIDED, why=OPEN_QUESTIONS[question], question=question)
                if first.held is Held.UNDECIDED:
                    break
        except OverBudgetError as over:
            return _Found(Held.UNDECIDED, why=str(over))
        return first or _Found(Held.KEPT)

    def _under(self, rules: tuple[CorsRule, ...], reading: Reading, budget: Budget, *, ordered: bool) -> _Found:
        """Under one reading. Where rules have no order, each may be first, and then answers all that it allows."""
        doubtful: int | None = None
        free = not ordered and len(rules) > 1 and bool(self._bad & OF_ONE_RULE)
        parts: list[tuple[int | None, Bad]] = [(None, self._bad & ~OF_ONE_RULE if free else self._bad)]
        parts += [(place, self._bad & OF_ONE_RULE) for place in range(len(rules)) if free]
        for first, bad in parts:
            if bad:
                some = rules if first is None else rules[first : first + 1]
                found = PromiseSearch(some, self._statement, bad, reading, budget).run()
                if found.request is not None:
                    return _Found(Held.BROKEN, found.request, first)
                if found.doubtful and doubtful is None:
                    doubtful = min(found.doubtful) if first is None else first
        return _Found(Held.KEPT) if doubtful is None else _Found(Held.UNDECIDED, doubtful=doubtful)


def that_matter(rules: Sequence[CorsRule], statement: Statement, bad: Bad) -> Iterator[tuple[int, CorsRule]]:
    """The rules, by index, without what no request of the statement hangs on; equal lists are decided alike."""
    with_headers = statement.headers or bad & Bad.ECHO
    for index, rule in enumerate(rules):
        methods = _fitting(rule.allowed_methods, lambda method: method in statement.methods)
        origins = _fitting(rule.allowed_origins, lambda pattern: _may_be_meant(pattern, statement))
        if methods and origins:
            headers = rule.allowed_headers if with_headers else ()
            yield index, CorsRule(methods, origins, headers, rule.expose_headers if statement.exposed else ())


def _fitting(values: TextList, fits: Callable[[str], bool]) -> TextList:
    """The list without the known members that do not fit."""
    if isinstance(values, Unknown):
        return values
    return tuple(each for each in values if isinstance(each, Unknown) or fits(each))


def _may_be_meant(pattern: str, statement: Statement) -> bool:
    """Whether the pattern may match an origin of which the statement speaks; True where in doubt."""
    if statement.sense is Sense.NOBODY_BUT:
        return not any(covers(each, pattern) for each in statement.origins)
    return any(
        intersects(pattern, each) if "*" in each else matches_overlapping(pattern, each) for each in statement.origins
    )


def _undecided_by_unknown(rules: Sequence[CorsRule], index: int) -> Decision:
    name, unknown = next((name, each) for name, each in rules[index].unknowns() if name != "ID")
    why = f"{name} of rule {index + 1}: {unknown.reason}"
    return Decision(Held.UNDECIDED, rule=index, field=name, why=why)


def _broken(
    rules: Sequence[CorsRule],
    statement: Statement,
    request: CorsRequest,
    bad: Bad,
    order: Sequence[int],
) -> Decision:
    """The request, asked again of ``evaluate``, which knows nothing of how it was found.

    Raises ``ProverDefectError`` if its answer keeps the statement, a defect of one of the two.
    """
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
    readable, wanted = names_read(answer), {each.lower() for each in statement.exposed}
    if wanted - readable:
        shown |= Bad.UNREAD
    if wanted & readable:
        shown |= Bad.READ
    return shown


def names_read(answer: CorsAnswer) -> frozenset[str]:
    """The response headers that a page may read of the answer, in lower case."""
    exposed = dict(answer.headers).get("Access-Control-Expose-Headers", "").split(",")
    return ALWAYS_EXPOSED.union(each.strip().lower() for each in exposed)


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
