"""A request meets the rules: which one answers, with which headers, and why the others do not.

The first rule in stored order that allows the method, the origin and every requested header answers; what several
rules allow does not add up. Sources: S3 user guide, "How does Amazon S3 evaluate the CORS configuration on a bucket?";
answers recorded from S3 (LocalStack's validated snapshots of ``test_s3_cors.py``); tests that were also run against S3
(ceph/s3-tests, scality/cloudserver, versitygw). Where these are silent or disagree, the answer names the question.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from drift.cors import open_questions
from drift.cors.explain import Ask, Resolved, why_it_answers, why_passed_over
from drift.cors.model import METHODS, Considered, CorsAnswer, CorsRequest, CorsRule, Unknown
from drift.cors.pattern import matches, matches_overlapping

VARY = "Origin, Access-Control-Request-Headers, Access-Control-Request-Method"
"""Sent with every answer of a rule, ``*`` included, and with no refusal."""

NO_ORIGIN = "Insufficient information. Origin request header needed."
INVALID_METHOD = "Invalid Access-Control-Request-Method: "
BUCKET_NOT_FOUND = "CORSResponse: Bucket not found"
NOT_ENABLED = "CORSResponse: CORS is not enabled for this bucket."
NOT_ALLOWED = (
    "CORSResponse: This CORS request is not allowed. This is usually because the evalution of Origin, "
    "request method / Access-Control-Request-Method or Access-Control-Request-Headers are not whitelisted "
    "by the resource's CORS spec."
)
"""S3's own spelling."""

_Match = Callable[[str, str], bool]


def requested_headers(value: str | None) -> tuple[str, ...]:
    """The names in an Access-Control-Request-Headers value: split at commas, trimmed, lower-cased, empty ones dropped.

    None, an absent header, is the same as an empty one.
    """
    names = (name.strip(" \t").lower() for name in (value or "").split(","))
    return tuple(name for name in names if name)


def request_from_http(
    method: str,
    *,
    origin: str | None = None,
    requested_method: str | None = None,
    requested_headers: str | None = None,
    target: str = "object",
) -> CorsRequest:
    """The request as S3 takes it, from its HTTP method and the raw values of the three CORS request headers.

    OPTIONS is always a preflight. In any other request S3 honours Access-Control-Request-Method and -Headers too, if
    somebody sends them (recorded); no browser does. ``target`` is ``"object"`` or ``"bucket"``, by the URL.
    """
    preflight = method == "OPTIONS"
    asked = requested_method if preflight or requested_method is not None else method
    names = tuple(name for name in (requested_headers or "").split(",") if name.strip(" \t"))
    return CorsRequest(origin, asked, tuple(name.strip(" \t") for name in names), preflight, target)


def evaluate(
    rules: Sequence[CorsRule] | None, request: CorsRequest, *, bucket_exists: bool = True, explain: bool = True
) -> CorsAnswer:
    """What S3 answers to the request.

    ``rules`` are those of the bucket in stored order; None, and no rule at all, is a bucket without a CORS
    configuration. Names in ``request.headers`` may be as sent, in any letter case. Without ``explain`` the answer has
    no ``considered``, whose words cost more than the search.

    Raises ``ValueError`` naming the field if a rule holds a value that is not known; only an unknown ID, which no
    answer depends on, is let pass.
    """
    resolved = tuple(_resolve(index, rule) for index, rule in enumerate(rules or ()))
    if request.preflight:
        refusal = _refused_unsearched(bool(resolved), request, bucket_exists)
        answer = refusal if refusal is not None else _search(resolved, request, request.origin or "", explain)
        if request.origin == "":
            return replace(answer, open_questions=(*answer.open_questions, open_questions.EMPTY_ORIGIN))
        return answer
    if not bucket_exists or not resolved:
        return CorsAnswer(allowed=False, rule=None, status=None)
    if request.origin is None:
        reasons = tuple(Considered(index, False, "the request has no Origin header") for index in range(len(resolved)))
        return CorsAnswer(allowed=False, rule=None, status=None, considered=reasons)
    answer = _search(resolved, request, request.origin, explain)
    if request.origin == "" and answer.allowed:
        return replace(answer, open_questions=(*answer.open_questions, open_questions.EMPTY_ORIGIN))
    return answer


def error_document(request: CorsRequest, answer: CorsAnswer) -> tuple[tuple[str, str], ...]:
    """The elements of S3's error document for a refused preflight, but for RequestId and HostId; else empty.

    A 400 has no Method and no ResourceType; "not enabled" and "not found" speak of the bucket whatever the URL names.
    """
    if answer.code is None or answer.message is None:
        return ()
    elements = (("Code", answer.code), ("Message", answer.message))
    if answer.status != 403:
        return elements
    of_bucket = request.target == "bucket" or answer.message in (NOT_ENABLED, BUCKET_NOT_FOUND)
    kind = "BUCKET" if of_bucket else "OBJECT"
    return (*elements, ("Method", request.method or "OPTIONS"), ("ResourceType", kind))


def _resolve(index: int, rule: CorsRule) -> Resolved:
    def texts(name: str, value: object) -> tuple[str, ...]:
        if isinstance(value, tuple):
            for each in value:
                if isinstance(each, Unknown):
                    raise _unresolved(index, name, each)
            return value
        assert isinstance(value, Unknown)  # noqa: S101 - TextList is one or the other
        raise _unresolved(index, name, value)

    if isinstance(rule.max_age_seconds, Unknown):
        raise _unresolved(index, "MaxAgeSeconds", rule.max_age_seconds)
    return Resolved(
        methods=texts("AllowedMethods", rule.allowed_methods),
        origins=texts("AllowedOrigins", rule.allowed_origins),
        headers=tuple(each.lower() for each in texts("AllowedHeaders", rule.allowed_headers)),
        exposed=texts("ExposeHeaders", rule.expose_headers),
        max_age=rule.max_age_seconds,
    )


def _unresolved(index: int, name: str, unknown: Unknown) -> ValueError:
    return ValueError(f"{name} of rule {index} is not known ({unknown.reason}): resolve it before asking for an answer")


def _refused_unsearched(enabled: bool, request: CorsRequest, bucket_exists: bool) -> CorsAnswer | None:
    """What refuses a preflight before any rule is looked at, in S3's order; None where the rules decide."""
    if request.origin is None:
        return _refusal(400, NO_ORIGIN)
    usable = bucket_exists and enabled
    if request.method is not None and request.method not in METHODS:
        open_ = () if usable else (open_questions.BAD_METHOD_WITHOUT_CORS,)
        return _refusal(400, INVALID_METHOD + request.method, open_)
    if not bucket_exists:
        return _refusal(403, BUCKET_NOT_FOUND)
    if not enabled:
        return _refusal(403, NOT_ENABLED)
    if request.method is None:
        return _refusal(400, INVALID_METHOD + "null", (open_questions.PREFLIGHT_WITHOUT_METHOD,))
    return None


def _refusal(status: int, message: str, open_: tuple[str, ...] = ()) -> CorsAnswer:
    code = "BadRequest" if status == 400 else "AccessForbidden"
    return CorsAnswer(False, None, status, code=code, message=message, open_questions=open_)


def _search(rules: Sequence[Resolved], request: CorsRequest, origin: str, explain: bool) -> CorsAnswer:
    ask = Ask(request.method, origin, requested_headers(",".join(request.headers)))
    winner = _first(rules, ask, matches)
    considered = tuple(_considered(rules, index, ask, winner) for index in range(len(rules) if explain else 0))
    questions = _open_questions(rules, ask, winner)
    if winner is not None:
        status = 200 if request.preflight else None
        return CorsAnswer(
            True, winner, status, _headers(rules[winner], ask), considered=considered, open_questions=questions
        )
    if not request.preflight:
        return CorsAnswer(False, None, None, considered=considered, open_questions=questions)
    return replace(_refusal(403, NOT_ALLOWED, questions), considered=considered)


def _first(rules: Sequence[Resolved], ask: Ask, match: _Match) -> int | None:
    return next((index for index, rule in enumerate(rules) if _allows(rule, ask, match)), None)


def _allows(rule: Resolved, ask: Ask, match: _Match) -> bool:
    return (
        ask.method in rule.methods
        and any(match(pattern, ask.origin) for pattern in rule.origins)
        and all(any(match(pattern, name) for pattern in rule.headers) for name in ask.headers)
    )


def _considered(rules: Sequence[Resolved], index: int, ask: Ask, winner: int | None) -> Considered:
    if index == winner:
        return Considered(index, True, why_it_answers(rules[index], ask))
    if _allows(rules[index], ask, matches):
        return Considered(index, False, "it would answer too, but an earlier rule does: the first match decides")
    return Considered(index, False, why_passed_over(rules, index, ask))


def _headers(rule: Resolved, ask: Ask) -> tuple[tuple[str, str], ...]:
    """In S3's order (S3 user guide, "Testing CORS"). ``*`` anywhere in AllowedOrigins answers ``*``."""
    any_origin = "*" in rule.origins
    headers = [
        ("Access-Control-Allow-Origin", "*" if any_origin else ask.origin),
        ("Access-Control-Allow-Methods", ", ".join(rule.methods)),
    ]
    if ask.headers:
        headers.append(("Access-Control-Allow-Headers", ", ".join(ask.headers)))
    if rule.exposed:
        headers.append(("Access-Control-Expose-Headers", ", ".join(rule.exposed)))
    if rule.max_age is not None:
        headers.append(("Access-Control-Max-Age", str(rule.max_age)))
    if not any_origin:
        headers.append(("Access-Control-Allow-Credentials", "true"))
    headers.append(("Vary", VARY))
    return tuple(headers)


def _open_questions(rules: Sequence[Resolved], ask: Ask, winner: int | None) -> tuple[str, ...]:
    """The questions that this answer hangs on, each by id."""
    found = []
    if winner != _first(rules, ask, matches_overlapping):
        found.append(open_questions.WILDCARD_OVERLAP)
    if winner is None:
        return tuple(found)
    rule = rules[winner]
    beside = [each for each in rule.origins if each != "*" and matches_overlapping(each, ask.origin)]
    if "*" in rule.origins and beside:
        found.append(open_questions.STAR_BESIDE_ORIGIN)
        if not any(matches(each, ask.origin) for each in beside):
            found.append(open_questions.WILDCARD_OVERLAP)
    if rule.max_age is not None and rule.max_age <= 0:
        sent_zero = rule.max_age == 0
        found.append(open_questions.MAX_AGE_ZERO_SENT if sent_zero else open_questions.MAX_AGE_NEGATIVE_SENT)
    if _repeats(rule.methods) or _repeats(rule.exposed):
        found.append(open_questions.REPEATED_VALUES)
    if _repeats(ask.headers):
        found.append(open_questions.REPEATED_REQUEST_HEADERS)
    return tuple(dict.fromkeys(found))


def _repeats(values: Sequence[str]) -> bool:
    return len(set(values)) < len(values)
