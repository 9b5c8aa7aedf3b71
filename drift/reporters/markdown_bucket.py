"""One bucket of a report in Markdown: its row in the table of buckets, and its details behind a heading to open."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from drift.catalogue import CATALOGUE, FOLDS, Family
from drift.finding import Finding
from drift.location import Location, Severity
from drift.report import LOOKED_AT, BucketReport, BucketState
from drift.reporters.markdown_escape import cell, code, fenced, inline_html, prose, shortened
from drift.reporters.markdown_fit import Section
from drift.reporters.report_words import (
    WEIGHT,
    change_lines,
    counted,
    example_words,
    family_of,
    finding_name,
    findings_worst_first,
    is_judged,
    legend_lines,
    note_words,
    proofs,
    state_words,
    title_of,
    unknown_lines,
    waived_words,
)

ROW, WORST, WARNINGS, QUIET, REMARKS = 1, 2, 3, 4, 5
"""How long parts are kept: rows of buckets that are not well, what fails, what warns, what is well, remarks."""

MAX_TEXT = 400
"""Characters of one line of others' text: rules may have 64 KB."""

MAX_MESSAGE = 1_000
"""Characters of what a finding says, which may hold several texts of others."""

MAX_LINES = 60
"""Lines of one bucket's rule diff; the rest is counted."""

_OF_FINDINGS = {Severity.ERROR: WORST, Severity.WARNING: WARNINGS, Severity.INFO: REMARKS}


def is_well(report: BucketReport) -> bool:
    """Whether there is nothing in the bucket to act on but remarks."""
    return report.state in (BucketState.IN_SYNC, BucketState.VALIDATED) and not any(
        each.waived is None and each.severity is not Severity.INFO for each in report.findings
    )


def row(report: BucketReport) -> str:
    """The bucket's row: name, state, findings beside the comparison, place."""
    state = state_words(report)
    told = f"**{state}**" if report.drift else state
    side = report.declared
    where = _place(side.location) if side is not None else ""
    return f"| {cell(code(_short(title_of(report))))} | {cell(told)} | {_counts(report)} | {cell(where)} |\n"


def _counts(report: BucketReport) -> str:
    found = Counter(each.severity for each in report.findings if is_judged(each) and each.waived is None)
    words = ((Severity.ERROR, "error"), (Severity.WARNING, "warning"), (Severity.INFO, "info"))
    waived = sum(each.waived is not None for each in report.findings)
    told = [counted(found[each], noun) for each, noun in words if found[each]]
    return ", ".join([*told, *([f"{waived:,} waived"] if waived else [])])


def details(report: BucketReport, order: int) -> Section:
    """All that is to be told of a bucket. ``order`` is its place among the buckets, the worst first."""
    head = f"<details><summary>{inline_html(_short(title_of(report)))}: {state_words(report)}</summary>\n\n"
    section = Section(head, "\n</details>\n", gap="- ")
    rank = WORST if report.drift else WARNINGS
    if report.state in LOOKED_AT:
        core = "".join(f"{line}\n" for line in _core(report))
        if core and not (is_well(report) and _says_nothing(report)):
            section.add((REMARKS if is_well(report) else rank, order, 0), "detail", core)
        if report.changes:
            legend = "".join(f"\n{_signs(line)}\n" for line in legend_lines(report))
            text = legend + "\n" + "\n".join(fenced(_diff(report), "diff")) + "\n\n"
            section.add((rank if report.state is not BucketState.IN_SYNC else REMARKS, order, 1), "rule diff", text)
    for finding in findings_worst_first(report.findings):
        if finding.waived is not None or is_judged(finding):
            weight = REMARKS if finding.waived else _OF_FINDINGS[finding.severity]
            text = "".join(f"{line}\n" for line in finding_lines(finding))
            section.add((weight, order, 2 + WEIGHT[finding.severity]), "finding", text)
    if report.folds:
        folded = "; ".join(dict.fromkeys(FOLDS[fold.id] for fold in report.folds))
        section.add((REMARKS, order, 8), "remark", f"- taken as equal: {folded}\n")
    if report.history is not None:
        from drift.reporters.history import history_lines

        lines = "\n".join(fenced(_short(line) for line in history_lines(report.history)))
        section.add((REMARKS, order, 9), "timeline", f"\n{lines}\n")
    return section


def _signs(legend: str) -> str:
    """The legend of a rule diff with its signs as code: a bare ``+`` or ``-`` would begin a list."""
    return " ".join(code(word) if word in "+-" else word for word in legend.split(" "))


def _says_nothing(report: BucketReport) -> bool:
    """Whether the bucket's row tells all of it."""
    told = report.witnesses, report.changes, report.folds, report.notes, report.findings, report.also_declared
    by = report.declared.identity if report.declared is not None else None
    as_of = report.live.as_of if report.live is not None else None
    return not any((*told, by, as_of, report.history))


def _core(report: BucketReport) -> Iterator[str]:
    """Where it is declared, what the difference means, the requests that show it, and what to do."""
    sides = [side for side in (report.declared, *report.also_declared) if side is not None]
    for side in sides:
        known = [code(_short(str(part))) for part in (side.location, side.address) if part]
        if known:
            yield f"- declared at {', '.join(known)}"
    if report.declared is not None and report.declared.identity is not None:
        yield f"- known by: {_prose(report.declared.identity.says)}"
    if report.live is not None and report.live.as_of is not None:
        yield f"- live by {_prose(report.live.source)}, as of {report.live.as_of:%Y-%m-%d %H:%M} UTC"
    for heading, *lines in proofs(report):
        yield f"- **{_prose(heading)}**"
        yield from (f"  - {_prose(line.strip())}" for line in lines)
    yield from (f"- {_prose(line)}" for line in unknown_lines(report))
    for note in report.notes:
        yield f"- {_prose(note_words(note))}"
    for finding in report.findings:
        if family_of(finding) in (Family.DRIFT, Family.PULL_REQUEST) and finding.waived is None:
            yield f"- What to do: {_prose(finding.help)} ({code(finding.id)})"


def _diff(report: BucketReport) -> list[str]:
    lines = []
    for change in report.changes:
        for sign, text in change_lines(report, change):
            lines.append(f"@@ {_short(text)} @@" if sign == "~" else f"{sign} {_short(text)}")
    if len(lines) > MAX_LINES:
        lines[MAX_LINES:] = [f"@@ and {len(lines) - MAX_LINES:,} more lines: see the JSON report @@"]
    return lines


def finding_lines(finding: Finding) -> Iterator[str]:
    """A finding of policy, promise or waiver; one that is waived, with why and until when."""
    told = finding.location is None or str(finding.location) in finding.message
    place = "" if told else f" {_place(finding.location)}"
    if finding.waived is not None:
        word, why = "waived", f"; {_prose(waived_words(finding.waived))}"
        place = f" {_place(finding.waived.location)}" if finding.waived.location else ""
    else:
        word, why = f"**{finding.severity}**", ""
    message = prose(shortened(finding.message, MAX_MESSAGE))
    yield f"- {word} {code(finding_name(finding, sided=False))}{_side(finding)}: {message}{why}{place}"
    if proof := example_words(finding):
        yield f"  - asked: {_prose(proof)}"
    if finding.waived is None and finding.help != CATALOGUE[finding.id].help:
        yield f"  - What to do: {_prose(finding.help)}"


def _side(finding: Finding) -> str:
    return finding_name(finding).removeprefix(finding.id)


def _prose(text: str) -> str:
    return prose(shortened(text, MAX_TEXT))


def _short(text: str) -> str:
    return shortened(text, MAX_TEXT)


def _place(location: Location | None) -> str:
    return code(_short(str(location))) if location else ""
