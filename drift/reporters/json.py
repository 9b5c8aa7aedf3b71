"""Reports and snapshots as the documents of ``drift.documents``: one JSON value, a line end after it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, TextIO

from drift.documents import lines
from drift.documents.text import json_text
from drift.documents.writing import report_items

if TYPE_CHECKING:
    from drift.report import Report
    from drift.snapshot import Snapshot


def write_report(report: Report, stream: TextIO) -> None:
    """Write the ``cors-drift/report`` document, a line for each bucket and each finding: no more is held at a time."""
    opening = "{"
    for key, value in report_items(report):
        stream.write(f'{opening}\n  "{key}": ')
        if isinstance(value, Iterator):
            _write_list(value, stream)
        else:
            stream.write(json_text(value))
        opening = ","
    stream.write("\n}\n")


def _write_list(values: Iterator[object], stream: TextIO) -> None:
    opening = "["
    for value in values:
        stream.write(f"{opening}\n    {json_text(value)}")
        opening = ","
    stream.write("[]" if opening == "[" else "\n  ]")


def write_snapshot(snapshot: Snapshot, stream: TextIO) -> None:
    """Write the ``cors-drift/snapshot`` document, a line for each bucket."""
    lines.write_snapshot(snapshot, stream)
