"""Buckets of nested stacks of which it is not known whether they are created, in the cases that their parent leaves
open.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from drift.snapshot import Alternative, Bucket, State
from parsers.cloudformation.alternatives import Assumption, possibilities
from parsers.cloudformation.cases import Outcome, advice_on, when
from parsers.cloudformation.conditions import Undecided
from parsers.cloudformation.intrinsics import Scope
from parsers.document import MapNode

Cases = Mapping[int | None, Sequence[tuple[Assumption, ...]]]
"""What is assumed where the stack of a number, and no other, is created; None is where none is."""


class Child(NamedTuple):
    """A nested stack that may be created: its resource in the parent, why that is not known, and its buckets."""

    logical_id: str
    resource: MapNode
    undecided: Undecided
    buckets: Sequence[Bucket]


def perhaps_created(scope: Scope, children: Sequence[Child]) -> Iterator[Bucket]:
    """The buckets of all children, each with its cases; those of one name, only one of which there can be, as one."""
    by_name: dict[str, list[tuple[Child, Bucket]]] = {}
    for child in children:
        for bucket in child.buckets:
            if isinstance(bucket.name, str):
                by_name.setdefault(bucket.name, []).append((child, bucket))
    known: dict[tuple[str, ...], Cases | None] = {}

    def cases(group: Sequence[tuple[Child, Bucket]]) -> Cases | None:
        ids = tuple(child.logical_id for child, _ in group)
        if ids not in known:
            known[ids] = _cases(scope, [child.resource for child, _ in group])
        return known[ids]

    told: set[str] = set()
    for child in children:
        for bucket in child.buckets:
            group = by_name[bucket.name] if isinstance(bucket.name, str) else []
            together = cases(group) if len(group) > 1 else None
            if together is None:
                yield from _alone(child, bucket, cases([(child, bucket)]))
            elif bucket.name not in told:
                told.add(str(bucket.name))
                yield from _together(group, together)


def _cases(scope: Scope, resources: Sequence[MapNode]) -> Cases | None:
    """Which of the stacks is created in which cases; None where that cannot be told, or where it may be several."""
    found = possibilities(scope, lambda case: [case.decide(case.stacks.truth(each)) for each in resources])
    groups: dict[int | None, list[tuple[Assumption, ...]]] = {}
    for assumed, truths in found or ():
        created = [number for number, truth in enumerate(truths) if truth is not False]
        if len(created) > 1 or any(isinstance(truth, Undecided) for truth in truths):
            return None
        groups.setdefault(created[0] if created else None, []).append(assumed)
    return groups or None


def _alone(child: Child, bucket: Bucket, cases: Cases | None) -> Iterator[Bucket]:
    reason = f"whether its stack is created is not known: {child.undecided.reason}"
    if cases is not None:
        yield from _summed_up([bucket], cases, reason)
    elif bucket.state is State.UNKNOWN and not bucket.alternatives:
        yield bucket
    else:
        advice = child.undecided.reason
        created = _within("the stack is created", bucket, advice)
        yield _open(bucket, reason, (*created, Alternative("the stack is not created", None, advice)))


def _together(group: Sequence[tuple[Child, Bucket]], cases: Cases) -> Iterator[Bucket]:
    ids = " and ".join(child.logical_id for child, _ in group)
    reason = f"which of the nested stacks {ids} declares the bucket is not known: {group[0][0].undecided.reason}"
    yield from _summed_up([bucket for _, bucket in group], cases, reason)


def _summed_up(buckets: Sequence[Bucket], cases: Cases, reason: str) -> Iterator[Bucket]:
    """One bucket with all cases as its alternatives; as it is if it is in all of them, none if it is in none."""
    if len(cases) == 1:
        number = next(iter(cases))
        yield from [] if number is None else [buckets[number]]
        return
    alternatives: list[Alternative] = []
    for number, assumptions in cases.items():
        so, advice = ", or ".join(map(when, assumptions)), advice_on((each, Outcome(None)) for each in assumptions)
        alternatives += [Alternative(so, None, advice)] if number is None else _within(so, buckets[number], advice)
    first = buckets[0]
    if len(buckets) == 1 and first.state is State.UNKNOWN and not first.alternatives:
        yield first
    else:
        sensitive = frozenset(each for bucket in buckets for each in bucket.sensitive)
        yield replace(_open(first, reason, alternatives), sensitive=sensitive)


def _within(so: str, bucket: Bucket, advice: str) -> list[Alternative]:
    inner = bucket.alternatives or (Alternative("", bucket, advice),)
    return [replace(each, when=f"{so} and {each.when}" if each.when else so) for each in inner]


def _open(bucket: Bucket, reason: str, alternatives: Sequence[Alternative]) -> Bucket:
    return replace(
        bucket,
        state=State.UNKNOWN,
        cors=None,
        places=(),
        says_none=False,
        reason=reason,
        alternatives=tuple(alternatives),
    )
