"""Values of the engine as JSON documents."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from drift import __version__
from drift.catalogue import CATALOGUE, Family
from drift.cors.model import CorsAnswer, CorsRule
from drift.documents.parts import Json, location_to_json, request_to_json, value_to_json
from drift.location import Diagnostic
from drift.snapshot import Alternative, Bucket, Snapshot

if TYPE_CHECKING:
    from drift.cors.verdict import Witness
    from drift.diff import Change
    from drift.finding import Example, Finding, PromiseOutcome, Waived
    from drift.ignoring import Ignored
    from drift.pull_request import BaseSource
    from drift.report import BucketReport, Report, Summary


def snapshot_to_json(snapshot: Snapshot) -> dict[str, Json]:
    """The ``cors-drift/snapshot`` document."""
    return {
        "kind": "cors-drift/snapshot",
        "version": 1,
        "source": snapshot.source,
        "taken_at": time_to_json(snapshot.taken_at),
        "buckets": [bucket_to_json(bucket) for bucket in snapshot.buckets],
        "diagnostics": [diagnostic_to_json(each) for each in snapshot.diagnostics],
    }


def report_to_json(report: Report) -> dict[str, Json]:
    """The ``cors-drift/report`` document."""
    return {key: list(value) if isinstance(value, Iterator) else value for key, value in report_items(report)}


def report_items(report: Report) -> Iterator[tuple[str, Json | Iterator[Json]]]:
    """The keys of the ``cors-drift/report`` document with their values. Lists come one by one: they can be long."""
    yield "kind", "cors-drift/report"
    yield "version", 1
    yield "tool", {"name": "cors-drift", "version": __version__}
    yield "verdict", report.verdict.value
    yield "exit_code", report.exit_code
    yield "compared_at", time_to_json(report.compared_at)
    yield "sources", {"declared": report.declared_source, "live": report.live_source}
    yield "base", _base(report.base)
    yield "summary", _summary(report.summary)
    yield "buckets", (_bucket_report(bucket) for bucket in report.buckets)
    yield "findings", _findings(report)
    yield "promises", (_promise(each) for each in report.promises)
    yield "ignored", (_ignored(each) for each in report.ignored)
    yield "diagnostics", (diagnostic_to_json(each) for each in report.diagnostics)


def _base(base: BaseSource | None) -> Json:
    return None if base is None else {"given": base.given, "commit": base.commit, "fork": base.fork}


def _summary(summary: Summary) -> Json:
    return {
        "buckets": summary.buckets,
        "in_sync": summary.in_sync,
        "drifted": summary.drifted,
        "pending": summary.pending,
        "accepted": summary.accepted,
        "not_compared": summary.not_compared,
        "by_state": {state.value: count for state, count in summary.by_state},
        "ignored": summary.ignored,
        "waived": summary.waived,
    }


def _findings(report: Report) -> Iterator[Json]:
    for bucket in report.buckets:
        for finding in bucket.findings:
            yield _finding(report, finding, bucket)
    for finding in report.general:
        yield _finding(report, finding)


def _promise(outcome: PromiseOutcome) -> Json:
    return {
        "says": outcome.says,
        "bucket": list(outcome.buckets),
        "kept": outcome.kept,
        "broken": outcome.broken,
        "undecided": outcome.undecided,
        "location": location_to_json(outcome.location),
    }


def _ignored(ignored: Ignored) -> Json:
    return {
        "bucket": ignored.bucket,
        "reason": ignored.reason,
        "count": ignored.count,
        "location": location_to_json(ignored.location),
    }


def rules_to_json(rules: Sequence[CorsRule]) -> list[Json]:
    """Rules under the names of the S3 API, unset fields left out."""
    return [
        {name: value_to_json(value) for name, value in rule.by_api_name() if value is not None and value != ()}
        for rule in rules
    ]


def bucket_to_json(bucket: Bucket) -> dict[str, Json]:
    """A bucket of a snapshot, with all its keys."""
    places: list[Json] = [
        {
            "location": location_to_json(place.location),
            "fields": {name: location_to_json(at) for name, at in place.fields},
        }
        for place in bucket.places
    ]
    return {
        "bucket": value_to_json(bucket.name),
        "address": bucket.address,
        "state": bucket.state.value,
        "rules": rules_to_json(bucket.cors.rules) if bucket.cors else [],
        "ordered": bucket.cors.ordered if bucket.cors else True,
        "account": bucket.account,
        "region": bucket.region,
        "location": location_to_json(bucket.location),
        "reason": bucket.reason,
        "source": bucket.source,
        "writes_max_age_zero": bucket.writes_max_age_zero,
        "says_none": bucket.says_none,
        "bare": bucket.bare,
        "places": places,
        "stack": bucket.stack,
        "left_alone": location_to_json(bucket.left_alone),
        "kept": location_to_json(bucket.kept),
        "made_by": bucket.made_by,
        "generated": bucket.generated,
        "identity": None if bucket.identity is None else {"by": bucket.identity.by.value, "says": bucket.identity.says},
        "as_of": time_to_json(bucket.as_of),
        "alternatives": [_alternative(each) for each in bucket.alternatives],
    }


_OF_ALTERNATIVES = ("state", "rules", "ordered", "reason", "says_none", "location", "places")
"""What differs between alternatives; all else is that of their bucket."""


def _alternative(alternative: Alternative) -> dict[str, Json]:
    declared = None if alternative.bucket is None else bucket_to_json(alternative.bucket)
    return {
        "when": alternative.when,
        "advice": alternative.advice,
        "declared": None if declared is None else {key: declared[key] for key in _OF_ALTERNATIVES},
    }


def side_to_json(bucket: Bucket | None) -> Json:
    """One side of a bucket in a report: the bucket without what the report says of it already."""
    if bucket is None:
        return None
    return {key: value for key, value in bucket_to_json(bucket).items() if key != "bucket"}


def _bucket_report(report: BucketReport) -> dict[str, Json]:
    side = report.declared or report.live
    return {
        "bucket": value_to_json(report.name),
        "address": side.address if side else None,
        "state": report.state.value,
        "effect": report.effect.value if report.effect else None,
        "drift": report.drift,
        "reason": report.reason,
        "declared": side_to_json(report.declared),
        "live": side_to_json(report.live),
        "also_declared": [side_to_json(other) for other in report.also_declared],
        "changes": [_change(report, change) for change in report.changes],
        "witnesses": [_witness(witness) for witness in report.witnesses],
        "notes": list(report.notes),
        "folded": [{"id": fold.id, "message": fold.message} for fold in report.folds],
        "findings": [finding.id for finding in report.findings],
        "history": _history(report),
        "pull_request": _pull_request(report),
    }


def _pull_request(report: BucketReport) -> Json:
    if report.pull_request is None:
        return None
    from drift.documents.pull_requests import pull_request_to_json

    return pull_request_to_json(report.pull_request)


def _history(report: BucketReport) -> Json:
    if report.history is None:
        return None
    from drift.documents.history import timeline_to_json

    return timeline_to_json(report.history)


def _change(report: BucketReport, change: Change) -> dict[str, Json]:
    return {
        "kind": change.kind.value,
        "rule": {"declared": change.declared, "live": change.live},
        "field": change.field,
        "added": [value_to_json(value) for value in change.added],
        "removed": [value_to_json(value) for value in change.removed],
        "cosmetic": change.cosmetic,
        "location": location_to_json(report.place_of(change)),
    }


def _witness(witness: Witness) -> dict[str, Json]:
    return {
        "shows": witness.shows.value,
        "request": request_to_json(witness.request),
        "declared": answer_to_json(witness.declared),
        "live": answer_to_json(witness.live),
    }


def answer_to_json(answer: CorsAnswer) -> dict[str, Json]:
    """An answer of S3 as far as a report tells it."""
    return {"allowed": answer.allowed, "rule": answer.rule, "headers": dict(answer.headers)}


def _finding(report: Report, finding: Finding, bucket: BucketReport | None = None) -> dict[str, Json]:
    side = None if bucket is None else bucket.declared or bucket.live
    drift = bucket is not None and bucket.drift and CATALOGUE[finding.id].family is Family.DRIFT
    return {
        "id": finding.id,
        "severity": finding.severity.value,
        "family": CATALOGUE[finding.id].family.value,
        "bucket": None if finding.bucket is None else value_to_json(finding.bucket),
        "message": finding.message,
        "location": location_to_json(finding.location),
        "help": finding.help,
        "side": finding.side,
        "subject": finding.subject,
        "example": _example(finding.example),
        "waived": _waived(finding.waived),
        "fails": report.fails(finding) or (drift and finding.waived is None),
        "fingerprint": finding.fingerprint(side.address if side else None),
    }


def _example(example: Example | None) -> Json:
    return None if example is None else {"request": request_to_json(example.request), **answer_to_json(example.answer)}


def _waived(waived: Waived | None) -> Json:
    if waived is None:
        return None
    return {
        "reason": waived.reason,
        "owner": waived.owner,
        "expires": waived.expires.isoformat(),
        "location": location_to_json(waived.location),
    }


def diagnostic_to_json(diagnostic: Diagnostic) -> dict[str, Json]:
    """A fault or remark, as all documents have it."""
    return {
        "severity": diagnostic.severity.value,
        "id": diagnostic.id,
        "message": diagnostic.message,
        "location": location_to_json(diagnostic.location),
        "help": diagnostic.help,
    }


def time_to_json(moment: datetime | None) -> str | None:
    """A time as all documents have it: in UTC, to the second."""
    return None if moment is None else moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"
