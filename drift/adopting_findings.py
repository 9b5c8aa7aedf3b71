"""What policy and promises say of rules that are to be declared, and did not say of the declared ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from drift.assessment import assess
from drift.edits import WantedRules
from drift.finding import Finding
from drift.report import BucketReport, BucketState, ExitPolicy, Report, Verdict
from drift.settings import AssessmentSettings
from drift.snapshot import Bucket, State


def brought_findings(
    pairs: Sequence[tuple[Bucket, WantedRules]], settings: AssessmentSettings
) -> Sequence[tuple[Finding, ...]]:
    """For each declaration and the rules that are wanted of it, the findings that these bring, at the settings' levels
    and without those that are waived.
    """
    before = _findings([bucket for bucket, _ in pairs], settings)
    after = _findings([_declaring(bucket, wanted) for bucket, wanted in pairs], settings)
    found = []
    for old, new in zip(before, after, strict=True):
        known = {(each.id, each.subject) for each in old}
        found.append(tuple(each for each in new if (each.id, each.subject) not in known))
    return found


def _declaring(bucket: Bucket, wanted: WantedRules) -> Bucket:
    """The declaration as it would be; a rule stands where the one stands that it replaces."""
    at = bucket.location
    state = State.ABSENT if wanted.cors is None else State.CONFIGURED
    known = [None if index is None or not bucket.places else bucket.places[index] for index in wanted.replaces]
    places = tuple(each for each in known if each is not None)
    places = places if len(places) == len(known) and wanted.cors is not None else ()
    return replace(bucket, state=state, cors=wanted.cors, places=places, location=at, reason=None, alternatives=())


def _findings(buckets: Sequence[Bucket], settings: AssessmentSettings) -> Sequence[tuple[Finding, ...]]:
    alone = tuple(BucketReport(bucket.name, BucketState.VALIDATED, bucket, None) for bucket in buckets)
    report = Report(Verdict.CLEAN, 0, alone, (), "", "")
    judged = assess(report, replace(settings, ignores=()), ExitPolicy(), narrowed=True)
    return [tuple(each for each in one.findings if each.judged and each.waived is None) for one in judged.buckets]
