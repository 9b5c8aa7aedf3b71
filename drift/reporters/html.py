"""Reports as one HTML file that needs nothing else: no network, no script to be read, nothing of it can be executed."""

from __future__ import annotations

from typing import TextIO

from drift.report import Report
from drift.reporters.html_markup import tag

MAX_CHARACTERS = 16_000_000
"""How long the file may become; detail is dropped from the least severe on."""


def write_report(report: Report, stream: TextIO, *, limit: int = MAX_CHARACTERS) -> None:
    """Write the whole report, of at most ``limit`` characters."""
    stream.write("<!DOCTYPE html>\n")
    body = tag("body", tag("h1", f"cors-drift: {report.verdict.value}"))
    head = tag("head", tag("meta", charset="utf-8"), tag("title", "cors-drift"))
    stream.write(tag("html", head, body, lang="en").html + "\n")
