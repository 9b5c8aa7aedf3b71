"""The cases that a template leaves open, as one bucket with its alternatives."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from drift.cors.model import Text
from drift.location import Diagnostic
from drift.snapshot import Alternative, Bucket
from parsers.cloudformation.alternatives import Assumption


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is declared in one case, None where the bucket is not; and what is to be said about it."""

    bucket: Bucket | None
    diagnostics: tuple[Diagnostic, ...] = ()


Case = tuple[tuple[Assumption, ...], Outcome]


def summed_up(cases: Sequence[Case], name: Text, common: Bucket | None) -> Outcome:
    """All cases in one: what they agree on, or ``common`` with the cases as its alternatives."""
    declared = [outcome.bucket for _, outcome in cases if outcome.bucket is not None]
    diagnostics = _told(cases)
    if not declared:
        return Outcome(None, diagnostics)
    sensitive = frozenset(each for bucket in declared for each in bucket.sensitive)
    if common is None or len({_said(outcome.bucket) for _, outcome in cases}) == 1:
        return Outcome(replace(declared[0], name=name, sensitive=sensitive), diagnostics)
    whole = replace(common, name=name, sensitive=common.sensitive | sensitive, alternatives=_alternatives(cases, name))
    return Outcome(whole, diagnostics)


def advice_on(cases: Iterable[Case]) -> str:
    """What would settle which of the cases it is."""
    advice = dict.fromkeys(each.comparison.advice for assumed, _ in cases for each in assumed)
    return "; ".join(list(advice)[:3])


def _alternatives(cases: Sequence[Case], name: Text) -> tuple[Alternative, ...]:
    """The cases, those that come to the same as one."""
    groups: dict[object, list[Case]] = {}
    for case in cases:
        groups.setdefault(_said(case[1].bucket), []).append(case)
    found = []
    for group in groups.values():
        bucket = group[0][1].bucket
        so = ", or ".join(when(assumed) for assumed, _ in group)
        found.append(Alternative(so, None if bucket is None else replace(bucket, name=name), advice_on(group)))
    return tuple(found)


def when(assumed: Iterable[Assumption]) -> str:
    """What is assumed, in words."""
    return " and ".join(each.words for each in assumed)


def _told(cases: Sequence[Case]) -> tuple[Diagnostic, ...]:
    """What is to be said about all cases, and what about one, with what is so in it."""
    told: dict[Diagnostic, None] = {}
    for assumed, outcome in cases:
        for each in outcome.diagnostics:
            always = all(each in other.diagnostics for _, other in cases)
            told[each if always else replace(each, message=f"if {when(assumed)}: {each.message}")] = None
    return tuple(told)


def _said(bucket: Bucket | None) -> object:
    """What a bucket declares, without where it does."""
    return None if bucket is None else (bucket.state, bucket.cors, bucket.says_none, bucket.reason)
