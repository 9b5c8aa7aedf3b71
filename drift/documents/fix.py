"""What fixing comes to, as the ``cors-drift/fix`` document."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from drift import __version__
from drift.catalogue import CATALOGUE
from drift.documents.parts import Json, location_to_json, value_to_json
from drift.documents.writing import diagnostic_to_json

if TYPE_CHECKING:
    from drift.adoption import Adopting, Adoption
    from drift.finding import Finding
    from drift.location import Diagnostic
    from drift.restoring_values import Restoration, Restoring


def adoption_to_json(adoption: Adoption) -> dict[str, Json]:
    """The document of ``fix --adopt``."""
    head = _head("adopt", adoption.verdict, adoption.exit_code, written=adoption.written, undo=None)
    buckets: list[Json] = [_adopting(each) for each in adoption.buckets]
    diff = {"diff": adoption.diff, "diff_root": adoption.diff_root}
    return {**head, "buckets": buckets, **diff, "diagnostics": _diagnostics(adoption.diagnostics)}


def restoration_to_json(restoration: Restoration) -> dict[str, Json]:
    """The document of ``fix --restore`` and ``fix --undo``; its sensitive values must be hidden already."""
    undo = None if restoration.undo is None else str(restoration.undo)
    code = restoration.exit_code
    head = _head(restoration.direction, restoration.verdict, code, written=restoration.written, undo=undo)
    buckets: list[Json] = [_restoring(each) for each in restoration.buckets]
    diff = {"diff": None, "diff_root": None}
    return {**head, "buckets": buckets, **diff, "diagnostics": _diagnostics(restoration.diagnostics)}


def failed_to_json(direction: str, fault: Diagnostic, exit_code: int) -> dict[str, Json]:
    """The document of a run that an error has ended before it came to anything."""
    head = _head(direction, "error", exit_code, written=False, undo=None)
    return {**head, "buckets": [], "diff": None, "diff_root": None, "diagnostics": _diagnostics((fault,))}


def _head(direction: str, verdict: str, exit_code: int, *, written: bool, undo: str | None) -> dict[str, Json]:
    return {
        "kind": "cors-drift/fix",
        "version": 1,
        "tool": {"name": "cors-drift", "version": __version__},
        "direction": direction,
        "verdict": verdict,
        "exit_code": exit_code,
        "written": written,
        "undo": undo,
    }


def _diagnostics(diagnostics: tuple[Diagnostic, ...]) -> list[Json]:
    return [diagnostic_to_json(each) for each in diagnostics]


def _adopting(bucket: Adopting) -> dict[str, Json]:
    edits: list[Json] = [
        {
            "path": each.path,
            "start_line": each.start_line,
            "end_line": each.end_line,
            "before": each.before,
            "after": each.after,
        }
        for each in bucket.edits
    ]
    by_hand: list[Json] = [
        {"location": location_to_json(each.location), "why": each.why, "wanted": each.wanted} for each in bucket.by_hand
    ]
    return {
        "bucket": value_to_json(bucket.name),
        "address": bucket.address,
        "location": location_to_json(bucket.location),
        "state": bucket.outcome.value,
        "effect": None if bucket.effect is None else bucket.effect.value,
        "says": list(bucket.says),
        "findings": [_finding(each) for each in bucket.findings],
        "edits": edits,
        "by_hand": by_hand,
        "calls": [],
        "reason": bucket.reason,
    }


def _finding(finding: Finding) -> dict[str, Json]:
    return {
        "id": finding.id,
        "severity": finding.severity.value,
        "family": CATALOGUE[finding.id].family.value,
        "message": finding.message,
        "location": location_to_json(finding.location),
        "help": finding.help,
        "subject": finding.subject,
    }


def _restoring(bucket: Restoring) -> dict[str, Json]:
    return {
        "bucket": bucket.name,
        "address": bucket.address,
        "location": location_to_json(bucket.location),
        "state": bucket.fate.value,
        "effect": None if bucket.effect is None else bucket.effect.value,
        "says": list(bucket.says),
        "findings": [],
        "edits": [],
        "by_hand": [],
        "calls": list(_calls(bucket)),
        "reason": bucket.reason,
    }


def _calls(bucket: Restoring) -> Iterator[Json]:
    for each in bucket.calls:
        yield {
            "operation": each.operation,
            "parameters": each.parameters,
            "aws_cli": each.aws_cli,
            "powershell": each.powershell,
            "boto3": each.boto3,
        }
