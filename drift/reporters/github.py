"""Reports as workflow commands of GitHub Actions: annotations on the lines that declare what is wrong.

A command is ``::error file=main.tf,line=3,endLine=5,title=...::message``, a line whatever is in it. Sources: GitHub's
"Workflow commands for GitHub Actions"; ``ActionCommand.cs`` and ``ActionCommandManager.cs`` of actions/runner, which
reads them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TextIO

from drift.errors import EXIT_OK
from drift.location import Diagnostic, Location, Severity
from drift.report import Report
from drift.reporters.placed import (
    Checkout,
    Placed,
    Region,
    bounded,
    headline,
    line_of,
    placed_findings,
    proof_lines,
    region_of,
)
from drift.reporters.report_words import VERDICT_WORDS, counted, finding_name, summary_words

MAX_OF_A_KIND = 10
"""GitHub shows this many errors, warnings and notices of a step, and drops the others without a word."""

MAX_MESSAGE = 2_000
MAX_TITLE = 200
"""Characters, before anything is escaped."""


class Level(StrEnum):
    """The kinds of annotation, worst first."""

    ERROR = "error"
    WARNING = "warning"
    NOTICE = "notice"


_LEVELS = {Severity.ERROR: Level.ERROR, Severity.WARNING: Level.WARNING, Severity.INFO: Level.NOTICE}


@dataclass(frozen=True, slots=True)
class Command:
    """An annotation. ``region`` is None where there is no such file in the repository."""

    level: Level
    title: str
    message: str
    region: Region | None = None

    def __str__(self) -> str:
        properties: dict[str, object] = {}
        if self.region is not None:
            properties = {"file": self.region.path, "line": self.region.line}
            if self.region.end_line != self.region.line:
                properties["endLine"] = self.region.end_line  # with a column beside it the runner would drop that
            elif self.region.column is not None:
                properties["col"] = self.region.column
        properties["title"] = bounded(self.title, MAX_TITLE)
        told = ",".join(f"{key}={_escaped_property(str(value))}" for key, value in properties.items())
        return f"::{self.level.value} {told}::{_escaped(bounded(self.message, MAX_MESSAGE))}"


def write_report(report: Report, stream: TextIO, *, prefix: str = "", root: str = "") -> None:
    """Write the annotations, at most ten of a kind and the worst first, and a last line that counts.

    ``prefix`` leads from the repository's root to the working folder, ``root`` is its absolute path: annotations want
    paths from there. What has no place in the repository is told without one. Waived findings are not annotated: they
    were accepted by somebody with a reason, and each would take the place of one that was not; the last line counts
    them.
    """
    checkout = Checkout(prefix, root)
    findings = [each for each in placed_findings(report, checkout) if each.finding.waived is None]
    findings.sort(key=lambda each: each.weight)
    faults = [each for each in report.diagnostics if each.severity is not Severity.INFO]  # remarks take no one's place
    kept, dropped = _capped(faults, findings)
    told = [_of_finding(each) if isinstance(each, Placed) else _of_fault(each, checkout) for each in kept]
    told += _of_run(report, told)
    told.sort(key=lambda each: list(Level).index(each.level))
    if dropped:
        told.append(_more(dropped))
    for command in told:
        stream.write(f"{command}\n")
    stream.write(f"{VERDICT_WORDS[report.verdict]}. {summary_words(report)}\n")


def _level(each: Placed | Diagnostic) -> Level:
    """What fails the run is an error, whatever it is called; all else is what its severity says."""
    if isinstance(each, Diagnostic):
        return _LEVELS[each.severity]
    return Level.ERROR if each.fails else _LEVELS[each.finding.severity]


def _of_finding(placed: Placed) -> Command:
    finding, region = placed.finding, _told(placed.region)
    lines = [headline(placed), *_where(finding.location, region), *proof_lines(placed)]
    lines.append(line_of(finding.help) or placed.kind.help)
    return Command(_level(placed), f"{finding_name(finding)}: {placed.kind.title}", "\n".join(lines), region)


def _of_fault(fault: Diagnostic, checkout: Checkout) -> Command:
    region = _told(region_of(fault.location, checkout))
    title = line_of(fault.id) or fault.severity.value
    lines = [line_of(fault.message) or title, *_where(fault.location, region)]
    if fault.help:
        lines.append(f"try: {line_of(fault.help)}")
    return Command(_level(fault), title, "\n".join(lines), region)


def _told(region: Region | None) -> Region | None:
    """The place, if the runner can be told of it: it would drop an equals sign that a path begins with."""
    return None if region is None or region.path.startswith("=") else region


def _where(place: Location | None, region: Region | None) -> Iterator[str]:
    """A place that no annotation can have is told in words."""
    if place is not None and region is None:
        yield f"at {line_of(str(place))}"


def _of_run(report: Report, told: Sequence[Command]) -> Iterator[Command]:
    """What the run itself has to say: why it fails, or that it did not see everything, where nothing else says it."""
    levels = {each.level for each in told}
    if report.exit_code != EXIT_OK and Level.ERROR not in levels:
        yield Command(Level.ERROR, VERDICT_WORDS[report.verdict], summary_words(report))
    elif report.incomplete and not levels & {Level.ERROR, Level.WARNING}:
        yield Command(Level.WARNING, VERDICT_WORDS[report.verdict], summary_words(report))


def _capped(
    faults: Sequence[Diagnostic], findings: Sequence[Placed]
) -> tuple[list[Placed | Diagnostic], Counter[Level]]:
    """What fits, and how many of each kind do not. One notice is left for those."""
    told, dropped = _fitting(faults, findings, MAX_OF_A_KIND)
    return _fitting(faults, findings, MAX_OF_A_KIND - 1) if dropped else (told, dropped)


def _fitting(
    faults: Sequence[Diagnostic], findings: Sequence[Placed], notices: int
) -> tuple[list[Placed | Diagnostic], Counter[Level]]:
    told: list[Placed | Diagnostic] = []
    dropped: Counter[Level] = Counter()
    for level in Level:
        room = notices if level is Level.NOTICE else MAX_OF_A_KIND
        ours = [each for each in findings if _level(each) is level]
        theirs = [each for each in faults if _level(each) is level]
        kept = theirs[: max(room - len(ours), room // 2)]  # many unreadable files must not hide what was found
        told += (*kept, *ours[: room - len(kept)])
        dropped[level] = max(len(ours) + len(theirs) - room, 0)
    return told, +dropped


def _more(dropped: Counter[Level]) -> Command:
    told = ", ".join(counted(dropped[level], level.value) for level in Level if dropped[level])
    message = f"{told} more. GitHub shows {MAX_OF_A_KIND} of a kind for a step; the other formats have them all."
    return Command(Level.NOTICE, f"{dropped.total():,} more", message)


def _escaped(text: str) -> str:
    """The message of a command."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _escaped_property(text: str) -> str:
    return _escaped(text).replace(":", "%3A").replace(",", "%2C")
