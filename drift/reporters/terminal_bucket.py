"""One bucket of a report in lines of styled text: what it is, what it means, what differs, and what to do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from drift.catalogue import CATALOGUE, FOLDS, Family
from drift.finding import Finding
from drift.location import Location, Severity
from drift.report import BucketReport, BucketState
from drift.reporters.report_words import (
    change_lines,
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
from drift.reporters.words import place_words, printable
from drift.reporters.wrapping import Part

Line = tuple[Part, ...]
"""A line: its texts with their styles."""

SEVERITY_STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.INFO: "cyan"}
_SIGN_STYLES = {"+": "green", "-": "red", "~": "bold"}
_GOOD = (BucketState.IN_SYNC, BucketState.VALIDATED)


def bucket_lines(report: BucketReport, *, fold_infos: bool) -> list[Line]:
    """The lines of a bucket, its heading first. ``fold_infos`` has remarks take one line together."""
    body = list(_body(report, fold_infos))
    heading = (title_of(report), "bold"), ("  ", ""), (state_words(report), _style(report))
    places = [place for side in (report.declared, *report.also_declared) if (place := place_words(side))]
    if not body and report.state in _GOOD and len(places) <= 1:
        return [(*heading, *((f"  {place}", "dim") for place in places))]
    return [heading, *(((f"  declared at {place}", "dim"),) for place in places), *body]


def _style(report: BucketReport) -> str:
    if report.state in _GOOD:
        return "green"
    return "bold red" if report.drift else "yellow"


def _body(report: BucketReport, fold_infos: bool) -> Iterator[Line]:
    yield from _known(report)
    if report.reason:
        yield ((f"  {printable(report.reason)}", ""),)
    if report.state in _GOOD:
        yield from _notes(report)
    for heading, *details in proofs(report):
        yield ((f"  {heading}", "" if report.state in _GOOD else "bold"),)
        if report.pull_request is not None or not _accepted(report):
            yield from (((f"  {detail}", "dim"),) for detail in details)
    yield from (((f"  {line}", ""),) for line in unknown_lines(report))
    if report.state not in _GOOD:
        yield from _notes(report)
    yield from (((f"  {line}", "dim"),) for line in legend_lines(report))
    for change in report.changes:
        for sign, text in change_lines(report, change):
            yield ((("  " if sign == "~" else f"    {sign} ") + text, _SIGN_STYLES[sign]),)
    if report.folds:
        folded = dict.fromkeys(FOLDS[fold.id] for fold in report.folds)
        yield ((f"  taken as equal: {'; '.join(folded)}", "dim"),)
    yield from _findings(report, fold_infos)
    if report.history is not None:
        from drift.reporters.history import history_lines

        yield from (((f"  {line}", ""),) for line in history_lines(report.history))


def _notes(report: BucketReport) -> Iterator[Line]:
    for note in report.notes:
        if note_words(note) != report.reason:
            yield ((f"  {note_words(note)}", ""),)


def _known(report: BucketReport) -> Iterator[Line]:
    """By what the bucket is known on either side, where that is not plain."""
    if report.declared is not None and report.declared.identity is not None:
        yield ((f"  known by: {printable(report.declared.identity.says)}", "dim"),)
    if report.live is not None and report.live.as_of is not None:
        told = f"{report.live.source}, as of {report.live.as_of:%Y-%m-%d %H:%M} UTC"
        yield ((f"  live by: {printable(told)}", "dim"),)


def _accepted(report: BucketReport) -> bool:
    return not report.drift and report.state in (BucketState.DRIFTED, BucketState.UNDECLARED)


def _findings(report: BucketReport, fold_infos: bool) -> Iterator[Line]:
    sided = report.state is not BucketState.VALIDATED
    infos: list[Finding] = []
    for finding in findings_worst_first(report.findings):
        if finding.waived is not None:
            yield _waived_line(finding, sided)
        elif family_of(finding) in (Family.DRIFT, Family.PULL_REQUEST):
            yield (f"  {finding.id}: ", "cyan"), (printable(finding.help), "")
        elif is_judged(finding):
            if fold_infos and finding.severity is Severity.INFO:
                infos.append(finding)
            else:
                yield from finding_lines(finding, sided=sided)
    if len(infos) == 1:
        yield next(finding_lines(infos[0], sided=sided))
    elif infos:
        counts = Counter(each.id for each in infos)
        told = ", ".join(f"{name} ({count})" if count > 1 else name for name, count in counts.items())
        yield ("  info: ", SEVERITY_STYLES[Severity.INFO]), (told, "dim"), ("  (the other formats tell more)", "dim")


def finding_lines(finding: Finding, *, sided: bool = True) -> Iterator[Line]:
    """A finding of policy, promise or waiver: what it is, where, the request that proves it; help of its own."""
    yield (
        (f"  {finding.severity}: ", SEVERITY_STYLES[finding.severity]),
        (f"{finding_name(finding, sided=sided)}: ", "cyan"),
        (printable(finding.message), ""),
        _place(None if str(finding.location) in finding.message else finding.location),
    )
    if proof := example_words(finding):
        yield ((f"    asked: {proof}", "dim"),)
    if finding.help != CATALOGUE[finding.id].help:
        yield ((f"    try: {printable(finding.help)}", "dim"),)


def _waived_line(finding: Finding, sided: bool) -> Line:
    """A finding that is accepted: of drift the rest is told already."""
    told = f" {printable(finding.message)};" if is_judged(finding) else ""
    until = f" {waived_words(finding.waived)}" if finding.waived else ""
    place = _place(finding.waived.location if finding.waived else None)
    return ("  waived: ", "yellow"), (finding_name(finding, sided=sided), "cyan"), (f":{told}{until}", "dim"), place


def _place(location: Location | None) -> Part:
    return (f"  {printable(str(location))}" if location else "", "dim")
