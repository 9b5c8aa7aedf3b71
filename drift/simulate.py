"""One request put to every bucket of a snapshot: what S3 answers, by which rule, and what a browser makes of it.

Pure: nothing is read. A bucket gets an answer only if no value that is not known could change it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from drift import errors
from drift.cors.browser import BrowserView, PageRequest, browse
from drift.cors.browser_terms import normalized_method
from drift.cors.evaluate import request_from_http
from drift.cors.model import MAX_RULES, BucketCors, CorsAnswer, CorsRequest, CorsRule, Text, Unknown
from drift.cors.partial import Undecided, evaluate_known
from drift.cors.validate import MAX_DOCUMENT_BYTES, validate
from drift.location import Diagnostic, Location
from drift.snapshot import Bucket, Snapshot, State


class AnswerState(StrEnum):
    """Whether a bucket has an answer, and why not."""

    ANSWERED = "answered"
    """Allowed or refused: S3 answers so."""
    UNRESOLVED = "unresolved"
    """What is not known decides, or the declaration could not be resolved."""
    DENIED = "denied"
    MISSING = "missing"
    THROTTLED = "throttled"
    UNSUPPORTED = "unsupported"
    ERROR = "error"


_UNREAD = {
    State.UNKNOWN: AnswerState.UNRESOLVED,
    State.DENIED: AnswerState.DENIED,
    State.MISSING: AnswerState.MISSING,
    State.THROTTLED: AnswerState.THROTTLED,
    State.UNSUPPORTED: AnswerState.UNSUPPORTED,
    State.ERROR: AnswerState.ERROR,
}

MOST_TEXT = 4 * MAX_DOCUMENT_BYTES
"""Characters in the values of a bucket's rules: well beyond what S3 takes."""

ORDER_MATTERS = "order-matters"
ORDER_MAY_MATTER = "order-may-matter"
MAX_AGE_ZERO = "max-age-zero"
REFUSED_BY_S3 = "refused-by-s3"
DECLARED_TWICE = "declared-more-than-once"
METHOD_CASE = "method-case"


@dataclass(frozen=True, slots=True)
class Note:
    """What is to be known about an answer: a stable id, and a sentence."""

    id: str
    message: str


@dataclass(frozen=True, slots=True)
class Asked:
    """The request as the user gives it: ``headers`` are names, each maybe several parted by commas.

    With ``preflight`` it is the OPTIONS request that a browser sends before; without, the request itself, of which S3
    compares no header. ``browser`` asks also what a browser does with the request of a page, ``credentials`` whether
    that page sends credentials.
    """

    origin: str
    method: str
    headers: tuple[str, ...] = ()
    preflight: bool = True
    browser: bool = False
    credentials: bool = False

    @property
    def request(self) -> CorsRequest:
        """As S3 sees it."""
        if not self.preflight:
            return request_from_http(self.method, origin=self.origin)
        names = ",".join(self.headers)
        return request_from_http("OPTIONS", origin=self.origin, requested_method=self.method, requested_headers=names)

    @property
    def page(self) -> PageRequest:
        """As the page asks for it."""
        names = (name.strip(" \t") for each in self.headers for name in each.split(","))
        return PageRequest(self.origin, self.method, tuple(name for name in names if name), self.credentials)


@dataclass(frozen=True, slots=True)
class BucketAnswer:
    """What became of the request at one bucket.

    ``answer`` is there exactly when ``state`` is ANSWERED; else ``reason`` says why there is none, and ``location``
    where the value is declared that decides. ``browser`` is None where it was not asked for, or not known.
    """

    bucket: Bucket
    state: AnswerState
    answer: CorsAnswer | None = None
    reason: str | None = None
    location: Location | None = None
    notes: tuple[Note, ...] = ()
    browser: BrowserView | None = None


@dataclass(frozen=True, slots=True)
class Simulation:
    """The request, and every bucket's answer in the order of the source."""

    asked: Asked
    source: str
    buckets: tuple[BucketAnswer, ...]
    diagnostics: tuple[Diagnostic, ...] = ()
    failed: bool = False
    """Whether some of the input could not be used."""
    sensitive: frozenset[str | int] = frozenset()
    """Texts and numbers of the source that must not be printed."""

    @property
    def all_sensitive(self) -> frozenset[str | int]:
        """The same, with those of the buckets."""
        return self.sensitive.union(*(each.bucket.sensitive for each in self.buckets))

    @property
    def exit_code(self) -> int:
        """2 for an error in the input, 4 if there is no bucket, 3 if one has no answer, else 0: refused or allowed."""
        if self.failed:
            return errors.EXIT_ERROR
        if not self.buckets:
            return errors.EXIT_NOTHING
        answered = all(each.state is AnswerState.ANSWERED for each in self.buckets)
        return errors.EXIT_OK if answered else errors.EXIT_INCOMPLETE


def answer_all(snapshot: Snapshot, asked: Asked) -> Simulation:
    """The request put to each bucket. Several declarations of one bucket give one answer, if they agree on it."""
    answers = tuple(_of_bucket(claims, asked) for claims in _by_bucket(snapshot.buckets))
    failed = bool(snapshot.errors)
    return Simulation(asked, snapshot.source, answers, snapshot.diagnostics, failed, snapshot.all_sensitive)


class _UndecidedError(Exception):
    """No answer to one of the requests."""

    def __init__(self, undecided: Undecided) -> None:
        super().__init__(undecided.field)
        self.undecided = undecided


def _by_bucket(buckets: Iterable[Bucket]) -> Iterator[list[Bucket]]:
    """The declarations of each bucket that say something; those without a known name each by itself."""
    groups: dict[tuple[Text, int], list[Bucket]] = {}
    for index, bucket in enumerate(buckets):
        alone = index if isinstance(bucket.name, Unknown) else -1
        groups.setdefault((bucket.name, alone), []).append(bucket)
    for claims in groups.values():
        yield [claim for claim in claims if claim.state is not State.ABSENT or claim.says_none] or claims[:1]


def _of_bucket(claims: list[Bucket], asked: Asked) -> BucketAnswer:
    answers = [_of_declaration(claim, asked) for claim in claims]
    if len(answers) == 1:
        return answers[0]
    places = ", ".join(" at ".join(str(part) for part in (each.address, each.location) if part) for each in claims)
    if len({_essence(each.answer) for each in answers}) > 1 or any(each.answer is None for each in answers):
        reason = f"several declarations claim this bucket, and not all give this answer: {places}"
        return BucketAnswer(claims[0], AnswerState.UNRESOLVED, reason=reason, location=claims[0].location)
    note = Note(DECLARED_TWICE, f"several declarations claim this bucket, all with this answer: {places}")
    return replace(answers[0], notes=(*answers[0].notes, note))


def _of_declaration(bucket: Bucket, asked: Asked) -> BucketAnswer:
    if bucket.state in _UNREAD:
        reason = bucket.reason or f"the bucket is {bucket.state.value}"
        return BucketAnswer(bucket, _UNREAD[bucket.state], reason=reason, location=bucket.location)
    rules = bucket.cors.rules if bucket.cors else ()
    if too_much := _too_much(rules):
        return BucketAnswer(bucket, AnswerState.UNRESOLVED, reason=too_much, location=bucket.location)
    stored = tuple(_stored(rule, zero=bucket.writes_max_age_zero) for rule in rules)

    given: dict[CorsRequest, CorsAnswer] = {}

    def ask(request: CorsRequest) -> CorsAnswer:
        if request in given:
            return given[request]
        found = evaluate_known(stored, request, explain=not given)  # of the browser's requests nobody reads the reasons
        if isinstance(found, Undecided):
            raise _UndecidedError(found)
        given[request] = found
        return found

    try:
        answer = ask(asked.request)
        view = browse(asked.page, ask) if asked.browser or asked.credentials else None
    except _UndecidedError as error:
        return _undecided(bucket, error.undecided)
    notes = (*_notes(bucket, stored, asked, answer), *_of_order(bucket.cors, stored, given))
    return BucketAnswer(bucket, AnswerState.ANSWERED, answer, notes=notes, browser=view)


def _too_much(rules: Sequence[CorsRule]) -> str | None:
    """Why no bucket can have these rules, by their number or size alone. It bounds what an answer can cost."""
    if len(rules) > MAX_RULES:
        return f"S3 keeps at most {MAX_RULES} rules for a bucket and refuses these {len(rules)}"
    values = (value for rule in rules for _, value in rule.by_api_name() if isinstance(value, tuple))
    size = sum(len(text) for texts in values for text in texts if isinstance(text, str))
    if size > MOST_TEXT:
        return f"S3 takes {MAX_DOCUMENT_BYTES // 1024} KB of rules for a bucket, and these have {size:,} characters"
    return None


def _stored(rule: CorsRule, *, zero: bool) -> CorsRule:
    return replace(rule, max_age_seconds=0) if zero and rule.max_age_seconds is None else rule


def _undecided(bucket: Bucket, found: Undecided) -> BucketAnswer:
    rule = f"rule {found.rule + 1}"
    does = f"{rule} answers, but with what" if found.matches else f"whether {rule} answers"
    ends = f"{found.unknown.prefix}?{found.unknown.suffix}: " if found.unknown.prefix or found.unknown.suffix else ""
    reason = f"{does} hangs on its {found.field}, which is not known ({ends}{found.unknown.reason})"
    place = bucket.places[found.rule].of(found.field) if bucket.places else bucket.location
    return BucketAnswer(bucket, AnswerState.UNRESOLVED, reason=reason, location=place)


def _notes(bucket: Bucket, stored: Sequence[CorsRule], asked: Asked, answer: CorsAnswer) -> Iterator[Note]:
    method = normalized_method(asked.method)
    if asked.preflight and answer.status == 400 and method != asked.method:
        yield Note(METHOD_CASE, f"S3 takes a method in capitals only; a browser sends {method}")
    if bucket.cors is None:
        return
    refusals = Counter(each.message for each in validate(bucket.cors.rules) if each.certain)
    if refusals:
        first = next(iter(refusals))
        yield Note(REFUSED_BY_S3, f"S3 would refuse these rules, so no bucket can have them: {first}")
    if answer.rule is not None and bucket.cors.rules[answer.rule] != stored[answer.rule]:
        yield Note(MAX_AGE_ZERO, "MaxAgeSeconds is not declared; the declaring tool stores 0")


def _of_order(
    cors: BucketCors | None, stored: Sequence[CorsRule], given: Mapping[CorsRequest, CorsAnswer]
) -> tuple[Note, ...]:
    """Where nobody controls the order of the rules: whether another order answers one of the requests otherwise."""
    if cors is None or cors.ordered:
        return ()
    known = "the rules are a set, which S3 may hold in any order: rule"
    may: tuple[Note, ...] = ()
    for request, answer in given.items():
        if answer.rule is None:
            continue
        what = "the preflight" if request.preflight else "the request itself"
        for number, rule in enumerate(stored, 1):
            alone = evaluate_known([rule], request, explain=False)
            if isinstance(alone, Undecided):
                text = f"{known} {number} has values that are not known, and may answer {what} otherwise if it is first"
                may = may or (Note(ORDER_MAY_MATTER, text),)
            elif alone.allowed and _essence(alone) != _essence(answer):
                text = f"{known} {number} allows {what} too, and answers otherwise if it is first"
                return (Note(ORDER_MATTERS, text),)
    return may


def _essence(answer: CorsAnswer | None) -> object:
    """What of an answer counts: the order of the names in a list, and their letter case, are nothing to a browser."""
    if answer is None:
        return None
    headers = []
    for name, value in answer.headers:
        folds = name in ("Access-Control-Allow-Methods", "Access-Control-Expose-Headers")
        headers.append((name, frozenset(value.lower().split(", ")) if folds else value))
    return answer.allowed, answer.status, answer.message, tuple(headers)
