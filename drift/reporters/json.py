"""Reports and snapshots as the documents of ``drift.documents``: one JSON value, a line end after it."""

from __future__ import annotations

from typing import TYPE_CHECKING, TextIO

from drift.documents import lines, report_to_json
from drift.documents.text import json_text

if TYPE_CHECKING:
    from drift.report import Report
    from drift.snapshot import Snapshot


def write_report(report: Report, stream: TextIO) -> None:
    """Write the ``cors-drift/report`` document."""
    _write(report_to_json(report), stream)


def write_snapshot(snapshot: Snapshot, stream: TextIO) -> None:
    """Write the ``cors-drift/snapshot`` document, a line for each bucket."""
    lines.write_snapshot(snapshot, stream)


def _write(document: object, stream: TextIO) -> None:
    stream.write(json_text(document, indent=2) + "\n")
