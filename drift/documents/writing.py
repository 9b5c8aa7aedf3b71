"""Values of the engine as JSON documents."""

from __future__ import annotations

from collections.abc import Sequence
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
    from drift.finding import Example, Finding, Waived
    from drift.pull_request import PullRequest, ThreeAnswers
    from drift.report import BucketReport, Report


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
    summary = report.summary
    return {
        "kind": "cors-drift/report",
        "version": 1,
        "tool": {"name": "cors-drift", "version": __version__},
        "verdict": report.verdict.value,
        "exit_code": report.exit_code,
        "compared_at": time_to_json(report.compared_at),
        "sources": {"declared": report.declared_source, "live": report.live_source},
        "base": None
        if report.base is None
        else {"given": report.base.given, "commit": report.base.commit, "fork": report.base.fork},
        "summary": {
            "buckets": summary.buckets,
            "in_sync": summary.in_sync,
            "drifted": summary.drifted,
            "pending": summary.pending,
            "accepted": summary.accepted,
            "not_compared": summary.not_compared,
            "by_state": {state.value: count for state, count in summary.by_state},
            "ignored": summary.ignored,
            "waived": summary.waived,
        },
        "buckets": [_bucket_report(bucket) for bucket in report.buckets],
        "findings": [
            *(_finding(report, finding, bucket) for bucket in report.buckets for finding in bucket.findings),
            *(_finding(report, finding) for finding in report.general),
        ],
        "promises": [
            {
                "says": each.says,
                "kept": each.kept,
                "broken": each.broken,
                "undecided": each.undecided,
                "location": location_to_json(each.location),
            }
            for each in report.promises
        ],
        "ignored": [
            {
                "bucket": each.bucket,
                "reason": each.reason,
                "count": each.count,
                "location": location_to_json(each.location),
            }
            for each in report.ignored
        ],
        "diagnostics": [diagnostic_to_json(each) for each in report.diagnostics],
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


def _side(bucket: Bucket | None) -> Json:
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
        "declared": _side(report.declared),
        "live": _side(report.live),
        "also_declared": [_side(other) for other in report.also_declared],
        "changes": [_change(report, change) for change in report.changes],
        "witnesses": [_witness(witness) for witness in report.witnesses],
        "notes": list(report.notes),
        "folded": [{"id": fold.id, "message": fold.message} for fold in report.folds],
        "findings": [finding.id for finding in report.findings],
        "history": _history(report),
        "pull_request": _pull_request(report.pull_request),
    }


def _pull_request(found: PullRequest | None) -> Json:
    if found is None:
        return None
    effects = {"head": found.head_moved, "live": found.live_moved, "deploying": found.deploying}
    return {
        "verdict": found.move.value,
        "says": found.says,
        "reason": found.reason,
        "base": _side(found.base),
        "effects": {name: None if effect is None else effect.value for name, effect in effects.items()},
        "witness": _three_answers(found.witness),
    }


def _three_answers(witness: ThreeAnswers | None) -> Json:
    if witness is None:
        return None
    return {
        "request": request_to_json(witness.request),
        "base": _answer(witness.base),
        "head": _answer(witness.head),
        "live": None if witness.live is None else _answer(witness.live),
    }


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
        "declared": _answer(witness.declared),
        "live": _answer(witness.live),
    }


def _answer(answer: CorsAnswer) -> dict[str, Json]:
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
        "example": _example(finding.example),
        "waived": _waived(finding.waived),
        "fails": report.fails(finding) or (drift and finding.waived is None),
        "fingerprint": finding.fingerprint(side.address if side else None),
    }


def _example(example: Example | None) -> Json:
    return None if example is None else {"request": request_to_json(example.request), **_answer(example.answer)}


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
