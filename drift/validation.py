"""What S3 would refuse of declared rules, and what has no effect or hangs on an order that nobody controls."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from drift.cors.validate import Violation, validate
from drift.cors.within import ORDER_MATTERS, Note, within
from drift.location import Diagnostic, Severity
from drift.snapshot import Bucket, Snapshot

REFUSED = "refused-by-s3"
"""Certainly refused by PutBucketCors; ``validate`` ends with 1."""
MAY_BE_REFUSED = "may-be-refused-by-s3"
"""Nobody has seen PutBucketCors take it or refuse it."""


def remarks(declared: Snapshot) -> Sequence[Diagnostic]:
    """A diagnostic for each violation and each note, once; where several cases are declared, with those it holds in."""
    return tuple(dict.fromkeys(remark for bucket in declared.buckets for remark in _of(bucket)))


def _of(bucket: Bucket) -> Iterator[Diagnostic]:
    if not bucket.alternatives:
        yield from _of_rules(bucket)
        return
    cases = [(each.when, tuple(_of_rules(each.bucket))) for each in bucket.alternatives if each.bucket is not None]
    for when, found in cases:
        for remark in found:
            always = all(remark in others for _, others in cases)
            yield remark if always else replace(remark, message=f"{remark.message} (if {when})")


def _of_rules(bucket: Bucket) -> Iterator[Diagnostic]:
    if bucket.cors is not None:
        yield from (_refusal(bucket, violation) for violation in validate(bucket.cors.rules))
        yield from (_remark(bucket, note) for note in within(bucket.cors))


def _remark(bucket: Bucket, note: Note) -> Diagnostic:
    """Something about the rules by themselves. Where their order is declared, overlapping rules are no fault."""
    place = bucket.places[note.rule].of(note.field or "") if bucket.places else bucket.location
    fault = note.id != ORDER_MATTERS or (bucket.cors is not None and not bucket.cors.ordered)
    message = f"{_title(bucket)}, rule {note.rule + 1}: {note.why}"
    return Diagnostic(Severity.WARNING if fault else Severity.INFO, note.id, message, place)


def _title(bucket: Bucket) -> str:
    return bucket.name if isinstance(bucket.name, str) else bucket.address or "the rules"


def _refusal(bucket: Bucket, violation: Violation) -> Diagnostic:
    place = bucket.location
    if bucket.places and violation.rule is not None:
        place = bucket.places[violation.rule].of(violation.field or "")
    rule = "" if violation.rule is None else f", rule {violation.rule + 1}"
    severity, kind, verb = (
        (Severity.ERROR, REFUSED, "refuses") if violation.certain else (Severity.WARNING, MAY_BE_REFUSED, "may refuse")
    )
    answer = f" with {violation.code}" if violation.code else ""
    return Diagnostic(severity, kind, f"{_title(bucket)}{rule}: S3 {verb} this{answer}: {violation.message}", place)
