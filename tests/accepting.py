"""Digests of waivers, for tests."""

from __future__ import annotations

from drift.accepted import accepted
from drift.cors.model import CorsRule
from drift.finding import Side
from drift.findings import finding
from drift.report import BucketReport, BucketState
from tests.rules import bucket, rule

DECLARED = rule()


def accepting(
    *rules: CorsRule,
    on: str = "b",
    kind: str = "live-wider",
    subject: str = "",
    declared: tuple[CorsRule, ...] | None = (DECLARED,),
) -> str:
    """The digest that accepts a finding on a bucket that has these live rules: what is declared matters to drift."""
    ours = None if declared is None else bucket(on, *declared)
    report = BucketReport(on, BucketState.DRIFTED, ours, bucket(on, *rules))
    found = accepted(report, finding(kind, on, None, None, side=Side.LIVE, subject=subject))
    assert found is not None
    [told] = found
    return told
