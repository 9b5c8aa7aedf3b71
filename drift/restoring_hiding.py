"""A restoration without the sensitive values in it, for whatever is printed or written as JSON. Pure.

What is hidden is decided where that is decided for reports: each bucket goes through ``redaction`` as a report would.
"""

from __future__ import annotations

from dataclasses import replace

from drift.cors.model import BucketCors, Unknown
from drift.cors.verdict import Verdict
from drift.documents.parts import Json
from drift.documents.writing import rules_to_json
from drift.redaction import redacted
from drift.report import BucketReport, BucketState, Report
from drift.report import Verdict as RunVerdict
from drift.restoring_values import Call, Restoration, Restoring
from drift.restoring_words import sentences
from drift.sensitive import SHOWN, Sensitive
from drift.snapshot import Bucket, State

_BY_SIDE = (f"{SHOWN[:-1]}, declared)", f"{SHOWN[:-1]}, live)")


def hidden(found: Restoration) -> Restoration:
    """The same, safe to be shown; the same object where nothing is sensitive."""
    values = found.all_sensitive
    if not values:
        return found
    shown = redacted(_as_report(found))
    known = Sensitive(values)
    pairs = zip(found.buckets, shown.buckets, strict=True)
    buckets = tuple(_hidden(bucket, report, known) for bucket, report in pairs)
    return replace(found, buckets=buckets, diagnostics=shown.diagnostics, sensitive=frozenset())


def _as_report(found: Restoration) -> Report:
    buckets = tuple(
        BucketReport(
            each.name,
            BucketState.DRIFTED,
            _side(each, each.after, "restore"),
            _side(each, each.before, "s3"),
            reason=each.reason,
            witnesses=each.witnesses,
        )
        for each in found.buckets
    )
    verdict, source = RunVerdict.DRIFT, "restore"
    return Report(verdict, 1, buckets, found.diagnostics, source, "s3", sensitive=found.sensitive)


def _side(each: Restoring, cors: BucketCors | None, source: str) -> Bucket:
    state = State.ABSENT if cors is None else State.CONFIGURED
    marks = each.sensitive if source == "restore" else frozenset[str | int]()
    return Bucket(
        each.name, state, source, each.address, cors, account=each.account, region=each.region, sensitive=marks
    )


def _hidden(bucket: Restoring, report: BucketReport, known: Sensitive) -> Restoring:
    declared, live = report.declared, report.live
    after = declared.cors if declared is not None else None
    before = live.cors if live is not None else None
    witnessed = len(bucket.witnesses)
    says = bucket.says
    if bucket.effect is not None and report.witnesses != bucket.witnesses:
        plain = tuple(sentences(Verdict(bucket.effect, bucket.witnesses), bucket.before, bucket.after))
        shown = tuple(sentences(Verdict(bucket.effect, report.witnesses), bucket.before, bucket.after))
        says = (*(_one_side(each) for each in shown), *says[len(plain) :]) if witnessed else says
    name = bucket.name if isinstance(report.name, str) else SHOWN
    same = (name, after) == (bucket.name, bucket.after)
    return replace(
        bucket,
        name=name,
        before=before,
        after=after,
        account=declared.account if declared is not None else None,
        region=declared.region if declared is not None else None,
        address=declared.address if declared is not None else None,
        says=tuple(known.scrub(each) for each in says),
        reason=report.reason,
        calls=bucket.calls if same else tuple(_hidden_call(each, name, after) for each in bucket.calls),
        sensitive=frozenset(),
        witnesses=report.witnesses,
    )


def _one_side(text: str) -> str:
    for each in _BY_SIDE:
        text = text.replace(each, SHOWN)
    return text


def _hidden_call(call: Call, name: str, after: BucketCors | None) -> Call:
    """The call with nothing to be run: what stands for a sensitive value is none."""
    shown: Json = (
        name if name != SHOWN else {"unknown": Unknown("a sensitive value").reason, "prefix": "", "suffix": ""}
    )
    parameters: dict[str, Json] = {**call.parameters, "Bucket": shown}
    if after is not None:
        parameters["CORSConfiguration"] = {"CORSRules": rules_to_json(after.rules)}
    return Call(call.operation, parameters)
