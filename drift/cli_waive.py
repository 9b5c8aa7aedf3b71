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
    from drift.finding import Waived
    from drift.report import Report
    from drift.waiving import Edited, Match

_SHOWN = 20
"""Findings that are listed; of more it is told how many."""

_FEW = 5
"""Subjects that an error names."""


def waive(
    context: typer.Context,
    finding: Annotated[str, typer.Option("--finding", help="The finding to accept.", metavar="ID")],
    glob: Annotated[str, typer.Option("--bucket", help="On which buckets: a name or a glob.", metavar="GLOB")],
    reason: Annotated[str, typer.Option("--reason", help="Why it is accepted.", metavar="TEXT")],
    owner: Annotated[str, typer.Option("--owner", help="Who answers for it.", metavar="TEXT")],
    expires: Annotated[
        str,
        typer.Option(
            "--expires", help="The last day on which it holds: a date, 30d, 8w, 6m, or 1y at most.", metavar="DAY"
        ),
    ],
    paths: o.Paths = None,
    subject: Annotated[
        str | None,
        typer.Option(
            "--subject", help="Which of several on a bucket: a promise, an entry, or a part of it.", metavar="TEXT"
        ),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the table and write nothing.")] = False,
    declared: Annotated[
        bool, typer.Option("--declared", help="Look at what is declared alone, as validate does. Reads no AWS.")
    ] = False,
    base: o.Base = None,
    merge_base: o.MergeBase = True,
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
    from drift.redaction import redacted
    from drift.waiver_days import last_day

    check_waivable(finding)
    _check_sides(context, declared=declared)
    settings = o.settings_of(context)
    if settings.assessment.levels.get(finding, finding) is None:
        raise errors.UsageError(f"{finding} is switched off in the settings", advice="take it out of [findings] first")
    today = settings.assessment.today or datetime.now(UTC).date()
    waiver = Waiver(glob, finding, reason, owner, last_day(expires, today), (), subject=subject or "")
    _check_texts(waiver, subject)
    path = _settings_path(context)
    report = _report(paths or [], settings, glob, today, declared=declared)
    waiver, found = _meant(report, waiver)
    held = [each for each in found if each.rules is not None]
    if not held:
        _tell_none(report, waiver, found)
        raise typer.Exit(errors.EXIT_NOTHING)
    _check_secrets(waiver, report, held)
    others = [each for each in settings.assessment.waivers if waiving.key_of(each) != waiving.key_of(waiver)]
    judged = waiving.held_already(report, found, others, today)
    waiver = replace(waiver, rules=waiving.digests_of([each for each, waived in judged if waived is None]))
    edited = None
    if waiver.rules:
        notes = waiving.notes_on(redacted(report), held)
        edited = waiving.with_waiver(_text_of(path), waiver, path, notes)
        if dry_run:
            typer.echo(waiving.table_of(waiver, notes), nl=False)
            return
        waiving.write_settings(path, edited.text)
    for line in _accepted(report, waiver, judged, path, edited):
        typer.echo(line)
    if edited is not None and settings.base is not None:
        typer.echo("With --base the target branch's settings count: commit it there, or name the file with --config.")


def _check_sides(context: typer.Context, *, declared: bool) -> None:
    given = {name: context.get_parameter_source(name) for name in ("live", "all_", "base")}
    for name, source in given.items():
        if declared and source is not None and source.name == "COMMANDLINE":
            raise errors.UsageError(
                f"--declared and --{name.strip('_')} exclude one another",
                advice="leave one out: it looks at what is declared here, and at nothing else",
            )


def _check_texts(waiver: Waiver, subject: str | None) -> None:
    """A slip here is better told before anything is read than after."""
    from drift.assessment_settings import check_text

    given = {"bucket": waiver.bucket, "subject": subject, "reason": waiver.reason, "owner": waiver.owner}
    for key, text in given.items():
        if text is not None:
            try:
                check_text("waiver", key, text)
            except errors.UsageError as error:
                error.message = f"--{error.message}"
                raise


def _meant(report: Report, waiver: Waiver) -> tuple[Waiver, list[Match]]:
    """The findings that are to be accepted, and the waiver with the whole of the subject that a part was given of.

    Raises ``UsageError`` if that may be several.
    """
    from drift import waiving
    from drift.redaction import redacted
    from drift.reporters.words import printable

    found = list(waiving.matches(report, waiver.bucket, waiver.finding))
    if not waiver.subject:
        return waiver, found
    like = waiving.subjects_like(report, found, waiver.subject)
    chosen = [each for each in found if waiving.at(report, each)[1].subject in like]
    if len(like) > 1:
        hidden = redacted(report)
        told = dict.fromkeys(printable(waiving.at(hidden, each)[1].subject) for each in chosen)
        more = f", and {len(like) - _FEW} more" if len(like) > _FEW else ""
        raise errors.UsageError(
            f"--subject {printable(waiver.subject)} may be any of {len(like)}: {'; '.join(list(told)[:_FEW])}{more}",
            advice="give more of it",
        )
    return (replace(waiver, subject=like[0]) if like else waiver), chosen


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


def _check_secrets(waiver: Waiver, report: Report, found: Sequence[Match]) -> None:
    """The names of buckets are in the clear, unless they are marked themselves; words of a marked value are not."""
    from drift.redaction import redacted
    from drift.sensitive import Sensitive
    from drift.waiving import at

    values = report.all_sensitive
    names = (each.name for each in report.buckets if isinstance(each.name, str))
    known = Sensitive(values, (name for name in names if name not in values))
    told = {"bucket": known.marked(waiver.bucket)}
    told |= {"reason": known.betrays(waiver.reason), "owner": known.betrays(waiver.owner)}
    hidden = redacted(report)
    told["subject"] = waiver.subject != "" and any(at(hidden, each)[1].subject != waiver.subject for each in found)
    advice = {"bucket": "write a glob around it", "subject": "leave it out, and accept all of this kind"}
    for flag, betrays in told.items():
        if betrays:
            raise errors.UsageError(
                f"--{flag} has something of a value that the code marks as sensitive, and everybody may read the file",
                advice=advice.get(flag, "say it in other words"),
            )


def _tell_none(report: Report, waiver: Waiver, found: Sequence[Match]) -> None:
    from drift.catalogue import CATALOGUE
    from drift.redaction import redacted
    from drift.reporters.report_words import finding_name, title_of
    from drift.reporters.words import printable
    from drift.waivers import WAIVABLE

    report = redacted(report)
    what = f"{waiver.finding} on {waiver.bucket}"
    if found:
        told = f"The rules that {waiver.finding} is about on {waiver.bucket} are not all known: nobody can accept them."
    else:
        told = f"There is no {what}{f' with the subject {waiver.subject}' if waiver.subject else ''}."
    typer.echo(f"{printable(told)} Nothing was written.", err=True)
    there = [
        f"  {finding_name(each)} on {title_of(bucket)}: {printable(each.message)}{_subject_line(each.subject)}"
        for bucket in report.buckets
        for each in bucket.findings
        if CATALOGUE[each.id].family in WAIVABLE
    ]
    typer.echo("These findings can be accepted:" if there else "There is no finding that can be accepted.", err=True)
    for line in (*there[:_SHOWN], *([f"  and {len(there) - _SHOWN:,} more"] if len(there) > _SHOWN else [])):
        typer.echo(line, err=True)


def _subject_line(subject: str) -> str:
    from drift.reporters.words import printable

    return f"\n    subject: {printable(subject)}" if subject else ""


def _accepted(
    report: Report,
    waiver: Waiver,
    judged: Sequence[tuple[Match, Waived | None]],
    path: Path,
    edited: Edited | None,
) -> Iterator[str]:
    """What was accepted, in the words of the verdict, and until when; or that it was already."""
    from drift.assessment_settings import shown_path
    from drift.finding import Waived
    from drift.redaction import redacted
    from drift.reporters.report_words import state_words, title_of, waived_words
    from drift.reporters.words import printable
    from drift.waiving import at

    report = redacted(report)
    if edited is not None:
        told = waived_words(Waived(waiver.reason, waiver.owner, waiver.expires))
        yield f"{'Renewed' if edited.renewed else 'Accepted'} {printable(waiver.finding)} {told}"
    several = len({at(report, match)[1].subject for match, _ in judged}) > 1
    for match, waived in judged[:_SHOWN]:
        bucket, each = at(report, match)
        yield f"  {title_of(bucket)}: {state_words(bucket)}. {printable(each.message)}"
        if several and each.subject:
            yield _subject_line(each.subject)[1:]
        if match.rules is None:
            yield "    not accepted: its rules are not all known"
        elif waived is not None:
            yield f"    already accepted by {printable(str(waived.location))} until {waived.expires.isoformat()}"
    if len(judged) > _SHOWN:
        yield f"  and {len(judged) - _SHOWN:,} more"
    if several and edited is not None:
        yield "To accept one of them alone: --subject, with its subject or a part of that."
    if edited is None:
        yield "Nothing was written. To change the waiver that there is, give its --bucket, or edit it."
        return
    if edited.dropped:
        digests = "digest of before is" if edited.dropped == 1 else "digests of before are"
        yield f"{edited.dropped:,} {digests} no longer in it: this run did not find what it accepted."
    yield f"Written to {printable(shown_path(path))}:{edited.line}. It is void as soon as these rules change."
