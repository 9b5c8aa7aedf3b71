"""Reports in GitHub-flavoured Markdown, for job summaries and comments: within a limit, the worst kept longest."""

from __future__ import annotations

from typing import TextIO

from drift.catalogue import CATALOGUE
from drift.finding import Finding, PromiseOutcome
from drift.location import Diagnostic, Location, Severity
from drift.report import LOOKED_AT, BucketReport, Report
from drift.reporters.markdown_bucket import (
    MAX_TEXT,
    QUIET,
    REMARKS,
    ROW,
    WARNINGS,
    WORST,
    details,
    finding_lines,
    is_well,
    row,
)
from drift.reporters.markdown_escape import code, prose, shortened
from drift.reporters.markdown_fit import Section, Unit, fitted
from drift.reporters.report_words import (
    PROMISE_UNIT,
    STATE_WORDS,
    VERDICT_WORDS,
    WEIGHT,
    findings_called,
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

__all__ = ["COMMENT_CHARACTERS", "SUMMARY_BYTES", "Unit", "write_report"]

SUMMARY_BYTES = 900_000
"""What a job summary may have: GitHub takes 1 MiB of UTF-8 and drops the whole of a longer one."""

COMMENT_CHARACTERS = 60_000
"""What a comment may have, with ``Unit.CHARACTERS``: GitHub takes 65,536, and a caller adds lines of its own."""

_EARLY_ROWS = 600
"""One row in so many units of the limit comes before the details of the buckets."""

_EARLY = 20
"""So many faults of the run, findings about no bucket and promises come before all buckets."""


def write_report(report: Report, stream: TextIO, *, limit: int = SUMMARY_BYTES, unit: Unit = Unit.BYTES) -> None:
    """Write the report in at most ``limit`` units: bytes of UTF-8, as a job summary is counted, or characters.

    Headings start at the third level. What has no room is left out by weight and counted where it would stand.
    """
    buckets = sorted_worst_first(report.buckets)
    start = f"### cors-drift: {VERDICT_WORDS[report.verdict].lower()}\n\n{summary_words(report)}\n"
    sections = [
        _faults(report),
        _table(buckets, findings_called(report.findings), limit // _EARLY_ROWS),
        *(details(bucket, order) for order, bucket in enumerate(buckets)),
        _not_compared(buckets),
        _promises(report),
        _settings(report),
        _ignored(report),
        _helps(report),
    ]
    for text in fitted(start, sections, limit, unit):
        stream.write(text)


def _faults(report: Report) -> Section:
    """Errors and warnings about the input; remarks are for the log."""
    section = Section("#### Input\n\n", gap="- ")
    told = [each for each in report.diagnostics if each.severity is not Severity.INFO]
    for number, each in enumerate(sorted(told, key=lambda each: WEIGHT[each.severity])):
        early = each.severity is Severity.ERROR and number < _EARLY
        section.add((0 if early else WARNINGS, WEIGHT[each.severity], number), "fault", _fault(each))
    return section


def _fault(each: Diagnostic) -> str:
    help = f"  - try: {_prose(each.help)}\n" if each.help else ""
    return f"- **{each.severity}**{_at(each.location)}: {_prose(each.message)}\n{help}"


def _table(buckets: list[BucketReport], found: str, early: int) -> Section:
    section = Section(f"| bucket | state | {found}s | declared at |\n|---|---|---|---|\n", gap="\n")
    for order, bucket in enumerate(buckets):
        rank = QUIET if is_well(bucket) else ROW if order < early else WARNINGS
        section.add((rank, order, -1), "bucket", row(bucket))
    return section


def _not_compared(buckets: list[BucketReport]) -> Section:
    section = Section("#### Not compared\n\n", gap="- ")
    for order, bucket in enumerate(buckets):
        if bucket.state not in LOOKED_AT:
            side = bucket.declared or bucket.live
            told = f"{code(_short(title_of(bucket)))} ({STATE_WORDS[bucket.state]}): {_prose(bucket.reason or '')}"
            section.add((WARNINGS, order, 0), "reason", f"- {told}{_at(side.location if side else None)}\n")
    return section


def _promises(report: Report) -> Section:
    section = Section(f"#### Promises\n\n{PROMISE_UNIT}\n\n", gap="- ")
    for number, (outcome, word) in enumerate(promise_words(report)):
        section.add((_promise_rank(word, number), -1, number), "promise", _promise(outcome, word))
    return section


def _promise_rank(word: str, number: int) -> int:
    if word == "BROKEN":
        return 0 if number < _EARLY else WORST
    return REMARKS if word == "kept" else WARNINGS


def _promise(outcome: PromiseOutcome, word: str) -> str:
    counts = f" ({promise_counts(outcome)})" if promise_counts(outcome) else ""
    told = f"**{word}**" if word == "BROKEN" else word
    return f"- {told}: {_prose(promise_says(outcome))}{counts}{_at(outcome.location)}\n"


def _settings(report: Report) -> Section:
    """Findings about no bucket in particular."""
    section = Section("#### Settings\n\n", gap="- ")
    for number, each in enumerate(findings_worst_first(report.general)):
        weight = REMARKS if each.waived or each.severity is Severity.INFO else WARNINGS
        early = each.severity is Severity.ERROR and each.waived is None and number < _EARLY
        text = "".join(f"{line}\n" for line in finding_lines(each))
        section.add((0 if early else weight, -1, number), "finding", text)
    return section


def _ignored(report: Report) -> Section:
    section = Section("#### Ignored\n\n", gap="- ")
    for number, each in enumerate(report.ignored):
        if each.count:
            section.add((REMARKS, -1, number), "ignore", f"- {_prose(ignored_words(each))}{_at(each.location)}\n")
    return section


def _helps(report: Report) -> Section:
    """What helps against findings of policy, promise and waiver, each kind once: of drift the bucket says it."""
    section = Section("#### What to do\n\n", gap="- ")
    told = dict[str, Finding]()
    for finding in findings_worst_first(report.findings):
        if finding.waived is None and is_judged(finding):
            told.setdefault(finding.id, finding)
    for number, (name, finding) in enumerate(told.items()):
        weight = WORST if finding.severity is Severity.ERROR else WARNINGS
        rank = REMARKS if finding.severity is Severity.INFO else weight
        section.add((rank, -1, number), "hint", f"- {code(name)}: {_prose(CATALOGUE[name].help)}\n")
    return section


def _at(location: Location | None) -> str:
    return f" at {code(_short(str(location)))}" if location else ""


def _prose(text: str) -> str:
    return prose(_short(text))


def _short(text: str) -> str:
    return shortened(text, MAX_TEXT)
