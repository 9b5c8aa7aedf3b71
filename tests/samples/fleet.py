"""A report on many buckets, for what grows with their number."""

from __future__ import annotations

from dataclasses import replace
from itertools import cycle, islice

from drift.report import BucketReport, Report, Verdict
from tests.samples.assessments import assessments
from tests.samples.comparisons import NOW, comparisons


def many(count: int) -> Report:
    """A report with just ``count`` findings, on buckets of every state and effect, named and placed apart."""
    one_each = [*comparisons(), *assessments()]
    kinds = [bucket for _, report in one_each for bucket in report.buckets if bucket.findings]
    buckets = []
    left = count
    for number, bucket in enumerate(islice(cycle(kinds), count)):
        if left <= 0:
            break
        name = f"bucket-{number:05}"
        buckets.append(renamed(bucket, name, f"infra/{name}.tf", left))
        left -= len(buckets[-1].findings)
    return Report(Verdict.DRIFT, 1, tuple(buckets), (), "terraform", "s3", NOW)


def renamed(report: BucketReport, name: str, path: str | None = None, most: int | None = None) -> BucketReport:
    """The bucket under another name, its findings too, at most so many; all of them in the file ``path`` if given."""
    found = (replace(each, bucket=name) for each in report.findings[:most])
    placed = (
        replace(each, location=replace(each.location, path=path)) if path and each.location else each for each in found
    )
    return replace(report, name=name, findings=tuple(placed))
