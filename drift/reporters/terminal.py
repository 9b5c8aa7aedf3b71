"""Reports for a person at a terminal or reading a log: by bucket, worst first, colour where wanted."""

from __future__ import annotations

from typing import TextIO

from drift.catalogue import FOLDS
from drift.report import BucketReport, BucketState, Report, Verdict
from drift.reporters.console import Console, open_console, write_line
from drift.reporters.report_words import (
    change_lines,
    note_words,
    sorted_worst_first,
    state_words,
    summary_words,
    title_of,
    witness_lines,
)
from drift.reporters.words import place_words, printable

_SIGN_STYLES = {"+": "red", "-": "green", "~": "bold"}
_STATE_STYLES = {BucketState.IN_SYNC: "green", BucketState.DRIFTED: "bold red", BucketState.UNDECLARED: "bold red"}
_VERDICT_WORDS = {
    Verdict.IN_SYNC: ("In sync", "bold green"),
    Verdict.DRIFT: ("Drift", "bold red"),
    Verdict.INCOMPLETE: ("Incomplete", "bold yellow"),
    Verdict.NOTHING: ("Nothing to compare", "bold yellow"),
    Verdict.ERROR: ("Error", "bold red"),
}


def write_report(report: Report, stream: TextIO, *, width: int | None = None) -> None:
    """Write the whole report. Colour and wrapping only if the stream is a terminal and NO_COLOR is not set."""
    console = open_console(stream, width)
    for bucket in sorted_worst_first(report.buckets):
        _write_bucket(console, bucket)
    if any(bucket.changes for bucket in report.buckets):
        write_line(console, ("+ is live only, - is declared only.", "dim"))
    word, style = _VERDICT_WORDS[report.verdict]
    write_line(console, (f"{word}. ", style), (summary_words(report), ""))


def write_history(report: Report, stream: TextIO, *, width: int | None = None) -> None:
    """Write who changed the buckets of the report, as far as that was looked up."""
    console = open_console(stream, width)
    for bucket in sorted_worst_first(report.buckets):
        if bucket.history is not None:
            write_line(console, (title_of(bucket), "bold"), ("  who changed it", ""))
            _write_history(console, bucket)
            write_line(console)


def _write_history(console: Console, report: BucketReport) -> None:
    if report.history is None:
        return
    from drift.reporters.history import history_lines

    for line in history_lines(report.history):
        write_line(console, (f"  {line}", ""))


def _write_bucket(console: Console, report: BucketReport) -> None:
    style = _STATE_STYLES.get(report.state, "yellow")
    write_line(console, (title_of(report), "bold"), ("  ", ""), (state_words(report), style))
    for side in (report.declared, *report.also_declared):
        if place := place_words(side):
            write_line(console, (f"  declared at {place}", "dim"))
    if report.declared is not None and report.declared.identity is not None:
        write_line(console, (f"  known by: {printable(report.declared.identity.says)}", "dim"))
    if report.live is not None and report.live.as_of is not None:
        told = f"{report.live.source}, as of {report.live.as_of:%Y-%m-%d %H:%M} UTC"
        write_line(console, (f"  live by: {printable(told)}", "dim"))
    if report.reason:
        write_line(console, (f"  {printable(report.reason)}", ""))
    for witness in report.witnesses:
        heading, *details = witness_lines(report, witness)
        write_line(console, (f"  {heading}", "bold"))
        for detail in details:
            write_line(console, (f"  {detail}", "dim"))
    for note in report.notes:
        if note_words(note) == report.reason:
            continue
        write_line(console, (f"  {note_words(note)}", ""))
    for change in report.changes:
        for sign, text in change_lines(report, change):
            indent = "  " if sign == "~" else f"    {sign} "
            write_line(console, (indent + text, _SIGN_STYLES[sign]))
    if report.folds:
        folded = dict.fromkeys(FOLDS[fold.id] for fold in report.folds)
        write_line(console, (f"  taken as equal: {'; '.join(folded)}", "dim"))
    for finding in report.findings:
        if finding.id != "not-compared":
            write_line(console, (f"  {finding.id}: ", "cyan"), (printable(finding.help), ""))
    _write_history(console, report)
    write_line(console)
