"""Two sides of one bucket: whether they certainly mean the same, certainly do not, or that cannot be told."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from drift.cors.budget import MAX_STEPS
from drift.cors.model import CorsRule
from drift.cors.open_questions import OPEN_QUESTIONS
from drift.cors.orders import nearest_order
from drift.cors.prove import prove
from drift.cors.verdict import Effect, Witness
from drift.snapshot import Alternative, Bucket, State

Side = Bucket | None
"""What a side says of a bucket, None where it does not name it: then it has no rules for it either."""


@dataclass(frozen=True, slots=True)
class Pair:
    """How the second side stands to the first. ``same`` is None where that cannot be told; ``why`` then says why."""

    same: bool | None
    effect: Effect | None = None
    why: str | None = None
    witnesses: tuple[Witness, ...] = ()


def has_rules(side: Side) -> bool:
    """Whether it certainly has rules."""
    return side is not None and (side.cors is not None or bool(side.alternatives))


def pair(one: Side, other: Side, max_steps: int = MAX_STEPS) -> Pair:
    """The two by what they mean. What hangs on an unknown value or an open question about S3 cannot be told."""
    unread = [side for side in (one, other) if side is not None and not side.comparable]
    if unread:
        return Pair(None, why=unread[0].reason or f"it is {unread[0].state.value}")
    if any(side is not None and side.alternatives for side in (one, other)):
        return _pair_of_cases(one, other, max_steps)
    for silent, spoken in ((one, other), (other, one)):
        if silent is not None and may_be_declared_elsewhere(silent) and has_rules(spoken):
            return Pair(None, why=silent.reason)
    ours, theirs = (None if side is None else side.cors for side in (one, other))
    verdict = prove(ours, theirs, zero_is_unset=zero_is_unset(one, other), max_steps=max_steps)
    if verdict.effect in (Effect.IDENTICAL, Effect.COSMETIC):
        return Pair(True, verdict.effect)
    open_question = any(note in OPEN_QUESTIONS for note in verdict.notes)
    if verdict.effect is not Effect.UNDECIDED or (verdict.witnesses and not open_question):
        return Pair(False, verdict.effect, witnesses=verdict.witnesses)
    return Pair(None, verdict.effect, verdict.reason or "what the rules mean could not be decided")


def named_pair(called: str, one: Side, other_called: str, other: Side, *, max_steps: int = MAX_STEPS) -> Pair:
    """The two, with reasons that say of which of them a rule is: ``prove`` calls one declared, the other live."""
    found = pair(one, other, max_steps)
    if found.why is None:
        return found
    sides = {"declared": (called, one), "live": (other_called, other)}

    def named(rule: re.Match[str]) -> str:
        word, side = sides[rule["side"]]
        return f"{rule['field']} of {word} rule {rule['number']}{_at(side, rule['field'], int(rule['number']) - 1)}:"

    return replace(found, why=_RULE.sub(named, found.why, count=1))


_RULE = re.compile(r"^(?P<field>\w+) of (?P<side>declared|live) rule (?P<number>\d+):", re.ASCII)


def _at(side: Side, field: str, index: int) -> str:
    """Where a value that is not known stands, if the rules are told in the order of their places."""
    if side is None or side.cors is None or index >= len(side.places):
        return ""
    if (index, field) not in {each[:2] for each in side.cors.unknowns()}:
        return ""
    return f" ({side.places[index].of(field)})"


def may_be_declared_elsewhere(side: Bucket) -> bool:
    """Whether it declares no rules, and something that is not known may declare some all the same."""
    return side.state is State.ABSENT and side.reason is not None and not side.says_none


def zero_is_unset(*sides: Side) -> bool:
    """Whether one of the sides stands for a tool that stores MaxAgeSeconds 0 where none is declared."""
    return any(side is not None and side.writes_max_age_zero for side in sides)


def in_order(side: Side, other: Side, *, zero: bool) -> tuple[CorsRule, ...]:
    """The rules of a side; where they have no order, in that which is nearest to the other side."""
    if side is None or side.cors is None:
        return ()
    if side.cors.ordered or other is None or other.cors is None:
        return side.cors.rules
    return nearest_order(side.cors.rules, other.cors.rules, zero_is_unset=zero)


def _pair_of_cases(one: Side, other: Side, max_steps: int) -> Pair:
    """Sides of which the code leaves open what they are: case by case where both leave open the same."""
    cases, against = (_cases(side) for side in (one, other))
    words = [each.when for each in cases]
    if len(words) > 1 and words == [each.when for each in against]:
        together = list(zip(cases, against, strict=True))
    else:
        together = [(ours, theirs) for ours in cases for theirs in against]
        if any(each.bucket is None for each in (*cases, *against)):
            return Pair(None, why="the code leaves open whether the bucket is declared")
    share = max_steps // len(together)
    pairs = [pair(ours.bucket, theirs.bucket, share) for ours, theirs in together]
    if all(each.same is pairs[0].same for each in pairs):
        alike = all(each.effect is pairs[0].effect for each in pairs)
        return Pair(pairs[0].same, pairs[0].effect if alike else Effect.UNDECIDED, pairs[0].why)
    return Pair(None, Effect.UNDECIDED, f"the code leaves open what is declared: {_listed(cases, against)}")


def _cases(side: Side) -> Sequence[Alternative]:
    if side is not None and side.alternatives:
        return side.alternatives
    return (Alternative("", side),)


def _listed(*sides: Sequence[Alternative]) -> str:
    words = dict.fromkeys(each.when for side in sides for each in side if each.when)
    return " or ".join(list(words)[:4])
