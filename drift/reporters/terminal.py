"""Reports for a person at a terminal or reading a log: by bucket, worst first, colour where wanted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TextIO

from drift.catalogue import CATALOGUE, Family
from drift.finding import Finding, PromiseOutcome
from drift.location import Severity
from drift.report import Report, Verdict
from drift.reporters.console import Console, open_console, write_line
from drift.reporters.report_words import (
    PROMISE_UNIT,
    VERDICT_WORDS,
    family_of,
    findings_worst_first,
    ignored_words,
    is_judged,
    promise_counts,
    promise_says,
    promise_words,
    sorted_worst_first,
    summary_words,
    title_of,
)
from drift.reporters.terminal_bucket import SEVERITY_STYLES, Line, bucket_lines, finding_lines
from drift.reporters.words import printable

_VERDICT_STYLES = {
    Verdict.IN_SYNC: "bold green",
    Verdict.CLEAN: "bold",
    Verdict.DRIFT: "bold red",
    Verdict.POLICY: "bold red",
    Verdict.ERROR: "bold red",
}
_PROMISE_STYLES = {"BROKEN": "bold red", "kept": "green"}

MAX_KEPT = 10
"""Promises that are kept and told one by one; the rest is counted."""


def write_report(report: Report, stream: TextIO, *, width: int | None = None) -> None:
    """Write the whole report.

    It is wrapped at a terminal, or where ``width`` is told, and in colour at a terminal unless NO_COLOR is set.
    """
    console = open_console(stream, width)
    _write_buckets(console, report)
    blocks = {
        "Promises": list(_promise_lines(report)),
        "Settings": list(_settings_lines(report)),
        "What to do": list(_help_lines(report)),
    }
    if any(bucket.changes and bucket.pull_request is None for bucket in report.buckets):
        write_line(console, ("+ is live only, - is declared only.", "dim"))
        if any(blocks.values()):
            write_line(console)
    for heading, lines in blocks.items():
        _write_block(console, heading, lines)
    style = _VERDICT_STYLES.get(report.verdict, "bold yellow")
    write_line(console, (f"{VERDICT_WORDS[report.verdict]}. ", style), (summary_words(report), ""))


def write_history(report: Report, stream: TextIO, *, width: int | None = None) -> None:
    """Write who changed the buckets of the report, as far as that was looked up."""
    from drift.reporters.history import history_lines

    console = open_console(stream, width)
    for bucket in sorted_worst_first(report.buckets):
        if bucket.history is not None:
            write_line(console, (title_of(bucket), "bold"), ("  who changed it", ""))
            for line in history_lines(bucket.history):
                write_line(console, (f"  {line}", ""))
            write_line(console)


def _write_buckets(console: Console, report: Report) -> None:
    """Every bucket, an empty line after it; buckets of one line stand together."""
    fold_infos = _infos_fold(report)
    short = False
    for bucket in sorted_worst_first(report.buckets):
        lines = bucket_lines(bucket, fold_infos=fold_infos)
        if short and len(lines) > 1:
            write_line(console)
        for line in lines:
            write_line(console, *line)
        short = len(lines) == 1
        if not short:
            write_line(console)
    if short:
        write_line(console)


def _write_block(console: Console, heading: str, lines: list[Line]) -> None:
    if lines:
        write_line(console, (heading, "bold"))
        for line in lines:
            write_line(console, *line)
        write_line(console)


def _infos_fold(report: Report) -> bool:
    """Whether something worse than a remark is to be told, which remarks must not drown."""
    return any(bucket.drift for bucket in report.buckets) or any(
        each.severity is not Severity.INFO and each.waived is None for each in report.findings
    )


def _promise_lines(report: Report) -> Iterator[Line]:
    told = promise_words(report)
    kept = sum(word == "kept" for _, word in told)
    if told:
        yield ((f"  {PROMISE_UNIT}", "dim"),)
    for outcome, word in told[: len(told) - max(kept - MAX_KEPT, 0)]:
        yield _promise_line(outcome, word)
    if kept > MAX_KEPT:
        yield ((f"  and {kept - MAX_KEPT} more kept", "green"),)


def _promise_line(outcome: PromiseOutcome, word: str) -> Line:
    counts = f"  ({promise_counts(outcome)})" if promise_counts(outcome) else ""
    place = f"  {printable(str(outcome.location))}" if outcome.location else ""
    style = _PROMISE_STYLES.get(word, "yellow")
    return (f"  {word}: ", style), (printable(promise_says(outcome)), ""), (counts, ""), (place, "dim")


def _settings_lines(report: Report) -> Iterator[Line]:
    """Findings about no bucket in particular, and what the settings leave out."""
    for finding in findings_worst_first(report.general):
        yield from finding_lines(finding)
    for each in (each for each in report.ignored if each.count):
        place = f"  {printable(str(each.location))}" if each.location else ""
        yield ("  ignored: ", "dim"), (ignored_words(each), ""), (place, "dim")


def _help_lines(report: Report) -> Iterator[Line]:
    """What helps against the findings that were told, each kind once: of drift and pull requests the bucket says it."""
    folded = _infos_fold(report)
    told = dict[str, Finding]()
    for finding in findings_worst_first(report.findings):
        if family_of(finding) is Family.PULL_REQUEST:
            continue
        if finding.waived is None and is_judged(finding) and not (folded and finding.severity is Severity.INFO):
            told.setdefault(finding.id, finding)
    for name, finding in told.items():
        yield (f"  {name}: ", SEVERITY_STYLES[finding.severity]), (CATALOGUE[name].help, "")
