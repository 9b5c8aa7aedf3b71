"""Answers from rules that are not all known: only those that no value of the unknowns could change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from drift.cors.evaluate import evaluate, requested_headers
from drift.cors.explain import shown
from drift.cors.model import Considered, CorsAnswer, CorsRequest, CorsRule, TextList, Unknown
from drift.cors.pattern import matches

_BEHIND = "an earlier rule answers: the first match decides"


@dataclass(frozen=True, slots=True)
class Undecided:
    """No answer: an unknown of this rule (its index) decides. ``field`` is the API name of where it stands.

    ``matches`` says that the rule answers whatever the unknown is, and only what it answers hangs on it; without it
    the rule may answer or be passed over.
    """

    rule: int
    field: str
    unknown: Unknown
    matches: bool


def evaluate_known(
    rules: Sequence[CorsRule] | None, request: CorsRequest, *, explain: bool = True
) -> CorsAnswer | Undecided:
    """What S3 answers whatever the unknown values are, or which of them decides.

    The rules are asked twice: with every unknown left out, so that only known values allow, and with each in the place
    of a value that allows, as far as its known ends let it. What a rule does in both, it does for every value of its
    unknowns. The answer's open questions are those that some value of the unknowns raises. ``explain`` is that of
    ``evaluate``.
    """
    rules = tuple(rules or ())
    if not any(_counts(rule) for rule in rules):
        return evaluate(rules, request, explain=explain)
    least = evaluate([_without_unknowns(rule) for rule in rules], request, explain=False)
    most = evaluate([_allowing(rule, request) for rule in rules], request, explain=explain)
    if least.rule != most.rule:
        assert most.rule is not None  # noqa: S101 - whatever is allowed with less is allowed with more
        return _decider(most.rule, rules[most.rule], request)
    if least.rule is not None:
        for field, unknown in _unknown_of_answer(rules[least.rule]):
            return Undecided(least.rule, field, unknown, matches=True)
    considered = tuple(_told(rules[each.rule], each, least.rule) for each in most.considered)
    return replace(least, considered=considered, open_questions=most.open_questions)


def _counts(rule: CorsRule) -> bool:
    return any(name != "ID" for name, _ in rule.unknowns())


def _known(values: TextList) -> tuple[str, ...]:
    return () if isinstance(values, Unknown) else tuple(each for each in values if isinstance(each, str))


def _unknown(values: TextList) -> tuple[Unknown, ...]:
    return (values,) if isinstance(values, Unknown) else tuple(each for each in values if isinstance(each, Unknown))


def _without_unknowns(rule: CorsRule) -> CorsRule:
    return CorsRule(
        _known(rule.allowed_methods),
        _known(rule.allowed_origins),
        _known(rule.allowed_headers),
        _known(rule.expose_headers),
        None if isinstance(rule.max_age_seconds, Unknown) else rule.max_age_seconds,
    )


def _allowing(rule: CorsRule, request: CorsRequest) -> CorsRule:
    methods, origins, headers = (_helped(rule, field, request) for field in _DECIDING)
    known = _without_unknowns(rule)
    return replace(
        known,
        allowed_methods=(*known.allowed_methods, *methods),  # type: ignore[misc]  # known lists have no Unknown
        allowed_origins=(*known.allowed_origins, *origins),  # type: ignore[misc]
        allowed_headers=(*known.allowed_headers, *headers),  # type: ignore[misc]
    )


_DECIDING = {
    "AllowedMethods": "allowed_methods",
    "AllowedOrigins": "allowed_origins",
    "AllowedHeaders": "allowed_headers",
}


def _helped(rule: CorsRule, field: str, request: CorsRequest) -> tuple[str, ...]:
    """What of the request the unknown values of the field may allow."""
    values: TextList = getattr(rule, _DECIDING[field])
    whole = isinstance(values, Unknown)
    unknowns = _unknown(values)
    if field == "AllowedMethods":
        asked: tuple[str, ...] = () if request.method is None else (request.method,)
        return tuple(each for each in asked if whole or any(unknown.may_be(each) for unknown in unknowns))
    if field == "AllowedOrigins":
        origin = request.origin or ""
        return (origin,) if unknowns and (whole or any(_may_match(each, origin) for each in unknowns)) else ()
    names = requested_headers(",".join(request.headers))
    folded = [Unknown("", each.prefix.lower(), each.suffix.lower()) for each in unknowns]
    return tuple(name for name in names if whole or any(_may_match(each, name) for each in folded))


def _may_match(unknown: Unknown, text: str) -> bool:
    """Whether some value of the unknown, taken as a pattern, may match the text.

    It errs on the side of yes: overlapping ends count as a match, since S3 may take them so (an open question), and
    text that is not ASCII, which changes its length in lower case, always may.
    """
    prefix, suffix = unknown.prefix, unknown.suffix
    if not (prefix + suffix).isascii():
        return True
    head, star, rest = prefix.partition("*")
    if star:
        return text.startswith(head) and rest in text and text.endswith(suffix)
    if not text.startswith(prefix):
        return False
    before, star, after = suffix.partition("*")
    return text.endswith(suffix) or bool(star and before in text and text.endswith(after))


def _decider(index: int, rule: CorsRule, request: CorsRequest) -> Undecided:
    """The first unknown that keeps the rule from being sure to answer."""
    allowing = _allowing(rule, request)
    for field, attribute in _DECIDING.items():
        values: TextList = getattr(rule, attribute)
        known: dict[str, Any] = {attribute: _known(values)}
        if evaluate([replace(allowing, **known)], request, explain=False).rule is None:
            return Undecided(index, field, _helper(values, field, request), matches=False)
    raise AssertionError("a rule that is sure to answer has no unknown that decides")


def _helper(values: TextList, field: str, request: CorsRequest) -> Unknown:
    """The first unknown of the field that may allow what its known values do not."""
    if field == "AllowedHeaders":
        patterns = [each.lower() for each in _known(values)]
        names = requested_headers(",".join(request.headers))
        request = replace(request, headers=tuple(n for n in names if not any(matches(p, n) for p in patterns)))
    for unknown in _unknown(values):
        alone: dict[str, Any] = {_DECIDING[field]: values if isinstance(values, Unknown) else (unknown,)}
        if _helped(replace(_NOTHING, **alone), field, request):
            return unknown
    raise AssertionError("no unknown of the field could have helped")


_NOTHING = CorsRule((), ())


def _unknown_of_answer(rule: CorsRule) -> Iterator[tuple[str, Unknown]]:
    """The unknowns that stand in the answer of a rule that answers."""
    for unknown in _unknown(rule.allowed_methods):
        yield "AllowedMethods", unknown
    if "*" not in _known(rule.allowed_origins):
        for unknown in _unknown(rule.allowed_origins):
            if unknown.may_be("*"):  # then S3 answers * and not the origin
                yield "AllowedOrigins", unknown
    for unknown in _unknown(rule.expose_headers):
        yield "ExposeHeaders", unknown
    if isinstance(rule.max_age_seconds, Unknown):
        yield "MaxAgeSeconds", rule.max_age_seconds


def _told(rule: CorsRule, considered: Considered, winner: int | None) -> Considered:
    """The reason with a word on what is unknown. ``most`` objects only where no value of an unknown helps."""
    if not _counts(rule):
        return considered
    if winner is not None and considered.rule > winner:
        return replace(considered, because=_BEHIND)
    return replace(considered, because=f"{considered.because}; {_named(rule)} cannot change that")


def _named(rule: CorsRule) -> str:
    """The first unknown of the rule, with its known ends."""
    field, unknown = next((name, each) for name, each in rule.unknowns() if name != "ID")
    ends = f" ({shown(f'{unknown.prefix}?{unknown.suffix}')})" if unknown.prefix or unknown.suffix else ""
    return f"what is not known of its {field}{ends}"
