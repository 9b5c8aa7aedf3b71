"""The command ``waive``: accept a finding for now, and write that down in the settings file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from drift import errors
from drift import options as o
from drift.settings import Addressing, Settings, Undeclared, Waiver

if TYPE_CHECKING:
    from drift.report import Report
    from drift.waiving import Edited, Match

_SHOWN = 20
"""Findings that are listed; of more it is told how many."""


def waive(
    context: typer.Context,
    finding: Annotated[str, typer.Option("--finding", help="The finding to accept.", metavar="ID")],
    glob: Annotated[str, typer.Option("--bucket", help="On which buckets: a name or a glob.", metavar="GLOB")],
    reason: Annotated[str, typer.Option("--reason", help="Why it is accepted.", metavar="TEXT")],
    owner: Annotated[str, typer.Option("--owner", help="Who answers for it.", metavar="TEXT")],
    expires: Annotated[
        str,
        typer.Option("--expires", help="The last day on which it holds, or 30d; a year at most.", metavar="DAY"),
    ],
    paths: o.Paths = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the table and write nothing.")] = False,
    declared: Annotated[
        bool, typer.Option("--declared", help="Look at what is declared alone, as validate does. Reads no AWS.")
    ] = False,
    live: o.Live = None,
    all_: o.All = False,
    profile: o.Profile = None,
    region: o.Region = None,
    account: o.Account = None,
    organization_role: o.OrganizationRole = None,
    endpoint_url: o.EndpointUrl = None,
    addressing: o.AddressingStyle = Addressing.PATH,
    concurrency: o.Concurrency = 16,
    processes: o.Processes = None,
    deadline: o.Deadline = None,
    recheck: o.Recheck = 1.0,
    confirm: o.Confirm = True,
    root: o.Root = None,
    var: o.Var = None,
    var_file: o.VarFile = None,
    workspace: o.Workspace = None,
    state: o.State = None,
    parameter: o.Parameter = None,
    parameters_file: o.ParametersFile = None,
    stack_name: o.StackName = None,
    by_pattern: o.ByPattern = False,
    undeclared: o.UndeclaredRules = Undeclared.ERROR,
    strict: o.Strict = False,
) -> None:
    """Accept a finding until a day, while the rules stay as they are: write a waiver into cors-drift.toml."""
    from drift import waiving
    from drift.assessment_settings import check_waivable

    check_waivable(finding)
    _check_sides(context, declared=declared)
    settings = o.settings_of(context)
    if settings.assessment.levels.get(finding, finding) is None:
        raise errors.UsageError(f"{finding} is switched off in the settings", advice="take it out of [findings] first")
    today = settings.assessment.today or datetime.now(UTC).date()
    waiver = Waiver(glob, finding, reason, owner, waiving.last_day(expires, today), ())
    _check_texts(waiver)
    path = _settings_path(context)
    report = _report(paths or [], settings, glob, today, declared=declared)
    found = list(waiving.matches(report, glob, finding))
    held = [each for each in found if each.rules is not None]
    if not held:
        _tell_none(report, waiver, found)
        raise typer.Exit(errors.EXIT_NOTHING)
    _check_secrets(waiver, report)
    waiver = replace(waiver, rules=waiving.digests_of(held))
    edited = waiving.with_waiver(_text_of(path), waiver, path)
    if dry_run:
        typer.echo(waiving.table_of(waiver), nl=False)
        return
    waiving.write_settings(path, edited.text)
    for line in _accepted(report, waiver, found, path, edited):
        typer.echo(line)


def _check_sides(context: typer.Context, *, declared: bool) -> None:
    given = {name: context.get_parameter_source(name) for name in ("live", "all_")}
    for name, source in given.items():
        if declared and source is not None and source.name == "COMMANDLINE":
            raise errors.UsageError(
                f"--declared and --{name.strip('_')} exclude one another", advice="leave one out: it looks at no bucket"
            )


def _check_texts(waiver: Waiver) -> None:
    """A slip here is better told before anything is read than after."""
    from drift.assessment_settings import check_text

    for key in ("bucket", "reason", "owner"):
        check_text(key, getattr(waiver, key))


def _settings_path(context: typer.Context) -> Path:
    from drift.config import find_config
    from drift.waiving import found_file

    named = context.parent.params.get("config") if context.parent is not None else None
    return found_file(named, find_config(Path.cwd()), Path.cwd())


def _text_of(path: Path) -> str:
    """What the file holds now; it was read before, and was good then."""
    from drift.config import read_config

    if not path.exists():
        return ""
    read_config(path, named=True)
    return path.read_bytes().decode()


def _report(paths: Sequence[Path], settings: Settings, glob: str, today: date, *, declared: bool) -> Report:
    """The findings as they are without any waiver."""
    from drift import pipeline
    from drift.assessment_settings import is_glob
    from drift.output import note, progress_bar
    from drift.redaction import redacted

    assessment = replace(settings.assessment, waivers=(), today=today)
    one = () if is_glob(glob) or settings.live.all_buckets else (glob,)
    settings = replace(settings, assessment=assessment, buckets=one)
    if declared:
        report = pipeline.validate_declared(paths, settings)
    else:
        with progress_bar() as progress:
            report = pipeline.check(paths, settings, progress)
    if report.diagnostics:
        note(redacted(report).diagnostics)
    return report


def _check_secrets(waiver: Waiver, report: Report) -> None:
    """The names of buckets are in the clear, unless they are marked themselves; words of a marked value are not."""
    from drift.sensitive import Sensitive

    values = report.all_sensitive
    names = (each.name for each in report.buckets if isinstance(each.name, str))
    known = Sensitive(values, (name for name in names if name not in values))
    told = {"bucket": known.marked(waiver.bucket)}
    told |= {"reason": known.betrays(waiver.reason), "owner": known.betrays(waiver.owner)}
    for flag, betrays in told.items():
        if betrays:
            raise errors.UsageError(
                f"--{flag} has something of a value that the code marks as sensitive, and everybody may read the file",
                advice="write a glob around it" if flag == "bucket" else "say it in other words",
            )


def _tell_none(report: Report, waiver: Waiver, found: Sequence[Match]) -> None:
    from drift.catalogue import CATALOGUE
    from drift.redaction import redacted
    from drift.reporters.report_words import finding_name, title_of
    from drift.reporters.words import printable
    from drift.waivers import WAIVABLE

    report = redacted(report)
    if found:
        told = f"The rules that {waiver.finding} is about on {waiver.bucket} are not all known: nobody can accept them."
    else:
        told = f"There is no {waiver.finding} on {waiver.bucket}."
    typer.echo(f"{printable(told)} Nothing was written.", err=True)
    there = [
        f"  {finding_name(each)} on {title_of(bucket)}: {printable(each.message)}"
        for bucket in report.buckets
        for each in bucket.findings
        if CATALOGUE[each.id].family in WAIVABLE
    ]
    typer.echo("These findings can be accepted:" if there else "There is no finding that can be accepted.", err=True)
    for line in (*there[:_SHOWN], *([f"  and {len(there) - _SHOWN:,} more"] if len(there) > _SHOWN else [])):
        typer.echo(line, err=True)


def _accepted(report: Report, waiver: Waiver, found: Sequence[Match], path: Path, edited: Edited) -> Iterator[str]:
    """What was accepted, in the words of the verdict, and until when."""
    from drift.assessment_settings import shown_path
    from drift.finding import Waived
    from drift.redaction import redacted
    from drift.reporters.report_words import state_words, title_of, waived_words
    from drift.reporters.words import printable
    from drift.waiving import at

    report = redacted(report)
    told = waived_words(Waived(waiver.reason, waiver.owner, waiver.expires))
    yield f"{'Renewed' if edited.renewed else 'Accepted'} {printable(waiver.finding)} {told}"
    for match in found[:_SHOWN]:
        bucket, each = at(report, match)
        yield f"  {title_of(bucket)}: {state_words(bucket)}. {printable(each.message)}"
        if match.rules is None:
            yield "    not accepted: its rules are not all known"
    if len(found) > _SHOWN:
        yield f"  and {len(found) - _SHOWN:,} more"
    yield f"Written to {printable(shown_path(path))}:{edited.line}. It is void as soon as these rules change."
