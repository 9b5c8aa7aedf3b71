"""Every witness is asked again of ``evaluate``, which knows nothing of how it was found, before it is shown."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from drift.cors.answers import ALWAYS_EXPOSED, NEVER_EXPOSED
from drift.cors.evaluate import evaluate
from drift.cors.model import CorsAnswer, CorsRequest, CorsRule, TextList, Unknown
from drift.cors.verdict import Shows, Witness


class ProverDefectError(AssertionError):
    """The prover claims what ``evaluate`` denies: a defect of one of the two, never of the input."""


def replayed(
    shows: Collection[Shows],
    request: CorsRequest,
    declared: Sequence[CorsRule],
    live: Sequence[CorsRule],
    *,
    zero_is_unset: bool = False,
) -> Witness:
    """The witness with both answers; ``shows`` is what it may show, more than one thing if that hangs on an unknown.

    Raises ``ProverDefectError`` if the answers show something else.
    """
    ours, theirs = (evaluate([without_unknowns(rule) for rule in rules], request) for rules in (declared, live))
    seen = shown_by(ours, theirs, request, zero_is_unset=zero_is_unset)
    if seen is None or seen not in shows:
        raise ProverDefectError(f"{request} was to show {', '.join(shows)}, and shows {seen}")
    return Witness(seen, request, ours, theirs)


def without_unknowns(rule: CorsRule) -> CorsRule:
    """The rule with its unknown values left out."""
    return replace(
        rule,
        allowed_methods=_known(rule.allowed_methods),
        allowed_origins=_known(rule.allowed_origins),
        allowed_headers=_known(rule.allowed_headers),
        expose_headers=_known(rule.expose_headers),
        max_age_seconds=None if isinstance(rule.max_age_seconds, Unknown) else rule.max_age_seconds,
    )


def renumbered(answer: CorsAnswer, indexes: Sequence[int]) -> CorsAnswer:
    """The answer with its rules numbered otherwise: the new index of each by its old one."""
    return replace(
        answer,
        rule=None if answer.rule is None else indexes[answer.rule],
        considered=tuple(replace(each, rule=indexes[each.rule]) for each in answer.considered),
    )


def _known(values: TextList) -> tuple[str, ...]:
    return tuple(each for each in values if isinstance(each, str)) if isinstance(values, tuple) else ()


def shown_by(
    declared: CorsAnswer, live: CorsAnswer, request: CorsRequest, *, zero_is_unset: bool = False
) -> Shows | None:
    """What the two answers show, read from the headers alone; None if a browser can see no difference."""
    if declared.allowed != live.allowed:
        return Shows.LIVE_ALLOWS if live.allowed else Shows.LIVE_REFUSES
    if not live.allowed:
        return None
    ours, theirs = dict(declared.headers), dict(live.headers)
    name = "Access-Control-Allow-Credentials"
    reflects = (name in theirs) - (name in ours)
    before, after = (frozenset() if request.preflight else _readable(side) for side in (ours, theirs))
    if (reflects and not _agree(reflects, before, after)) or not (before <= after or after <= before):
        return Shows.DIFFERS
    if reflects:
        return Shows.LIVE_REFLECTS_CREDENTIALS if reflects > 0 else Shows.LIVE_NO_LONGER_REFLECTS
    if before != after:
        return Shows.LIVE_EXPOSES_MORE if before < after else Shows.LIVE_EXPOSES_LESS
    cached = [(_split(side, "Access-Control-Allow-Methods"), _age(side, zero_is_unset)) for side in (ours, theirs)]
    return Shows.DIFFERS if request.preflight and cached[0] != cached[1] else None


def _agree(reflects: int, before: frozenset[str], after: frozenset[str]) -> bool:
    return before <= after if reflects > 0 else after <= before


def _readable(headers: dict[str, str]) -> frozenset[str]:
    names = frozenset(name.lower() for name in _split(headers, "Access-Control-Expose-Headers"))
    return names - ALWAYS_EXPOSED - NEVER_EXPOSED


def _split(headers: dict[str, str], name: str) -> frozenset[str]:
    return frozenset(each.strip() for each in headers.get(name, "").split(",") if each.strip())


def _age(headers: dict[str, str], zero_is_unset: bool) -> str | None:
    age = headers.get("Access-Control-Max-Age")
    return None if zero_is_unset and age == "0" else age
