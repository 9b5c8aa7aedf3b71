"""The commands ``live`` and ``merge``: snapshots of any size, on stdout and in files as the buckets come."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from drift import options as o
from drift.errors import UsageError
from drift.settings import Addressing, Format, ListFormat

if TYPE_CHECKING:
    from drift.interruption import Stop
    from drift.live_run import LiveRun
    from drift.location import Diagnostic
    from drift.merging import Merging
    from drift.output import Printer, Target
    from drift.snapshot import Bucket


def live(
    context: typer.Context,
    buckets: Annotated[
        list[str] | None,
        typer.Argument(help="Buckets to read; all of the account if none is given.", metavar="BUCKET..."),
    ] = None,
    live: o.Live = None,
    profile: o.Profile = None,
    region: o.Region = None,
    account: o.Account = None,
    organization_role: o.OrganizationRole = None,
    endpoint_url: o.EndpointUrl = None,
    addressing: o.AddressingStyle = Addressing.PATH,
    concurrency: o.Concurrency = 16,
    processes: o.Processes = None,
    deadline: o.Deadline = None,
    shard: o.Shard = None,
    resume: o.Resume = None,
    format_: o.OutputFormat = ListFormat.TERMINAL,
    output: o.Output = None,
) -> None:
    """Show what S3 holds, as a table or a snapshot."""
    from drift.interruption import Interrupted, stopping
    from drift.live_start import open_run
    from drift.output import even_on_error, parse_targets
    from drift.shards import Shard
    from drift.snapshot import Snapshot

    targets = parse_targets(output or [])
    if resume is not None and (Format.JSON, resume) not in targets:
        targets += parse_targets([f"json={resume}"])
    settings = o.settings_of(context).live
    if settings.source is not None:
        raise UsageError(f"--live {settings.source}: a file is not read by this command", advice="compare it, or merge")
    with stopping() as stop:
        try:
            stop.reading = True
            with even_on_error(Snapshot, format_):
                run = open_run(
                    buckets or (),
                    settings,
                    shard=None if shard is None else Shard.parse(shard),
                    file=_kept_at(targets, resume),
                    resume=resume is not None,
                    keep=bool(targets),
                    stop=stop,
                )
            stop.reading = False
        except Interrupted:
            raise typer.Exit(stop.exit_code) from None
        try:
            code = _read(run, Format(format_), targets, stop)
        finally:
            run.close()
        raise typer.Exit(stop.exit_code if run.interrupted else code)


def merge(
    context: typer.Context,
    files: Annotated[
        list[Path],
        typer.Argument(help="Snapshots: the shards of one run, or any others.", metavar="FILE...", show_default=False),
    ],
    allow_incomplete: Annotated[
        bool,
        typer.Option(
            "--allow-incomplete",
            help="Merge though a shard is missing, and exit 0 though some bucket was not read.",
            envvar="CORS_DRIFT_ALLOW_INCOMPLETE",
            show_envvar=False,
            show_default=False,
        ),
    ] = False,
    format_: o.OutputFormat = ListFormat.TERMINAL,
    output: o.Output = None,
) -> None:
    """Make one snapshot of several: of the shards of a run, or of any others."""
    from drift.errors import EXIT_INCOMPLETE, EXIT_OK
    from drift.interruption import Interrupted, stopping
    from drift.merging import Merging
    from drift.output import even_on_error, note, parse_targets
    from drift.snapshot import Snapshot

    targets = parse_targets(output or [])
    with stopping() as stop, ExitStack() as opened:
        try:
            stop.reading = True
            with even_on_error(Snapshot, format_):
                merging = opened.enter_context(Merging(files, allow_missing=allow_incomplete))
            stop.reading = False
            if merging.diagnostics:
                note(merging.diagnostics)
            code = _merge(merging, Format(format_), targets, stop)
        except Interrupted:
            raise typer.Exit(stop.exit_code) from None
    raise typer.Exit(EXIT_OK if allow_incomplete and code == EXIT_INCOMPLETE else code)


def _merge(merging: Merging, shown: Format, targets: Sequence[Target], stop: Stop) -> int:
    """Print and save; the exit code. Files are replaced only by what is whole."""
    from drift.coverage import Coverage
    from drift.errors import CorsDriftError
    from drift.interruption import Interrupted
    from drift.location import Diagnostic, Severity
    from drift.output import Printer
    from drift.replacing import replacing

    coverage = Coverage()
    printer = Printer(shown, sys.stdout, merging.head, notes=sys.stderr)
    stop.last_words = _last_words(lambda: printer.end(coverage, _interrupted()), printer)
    gone: BrokenPipeError | None = None
    with ExitStack() as opened:
        files = [
            Printer(kind, opened.enter_context(replacing(path, durable=True)), merging.head) for kind, path in targets
        ]
        try:
            for bucket in merging.buckets():
                stop.check()
                coverage.add(bucket)
                for file in files:
                    file.bucket(bucket)
                if gone is None:
                    gone = _printed(printer, bucket, spare=bool(files))
        except Interrupted:
            printer.end(coverage, _interrupted())
            raise
        except CorsDriftError as error:
            fault = Diagnostic(Severity.ERROR, "error", error.message, error.location, error.advice)
            printer.end(coverage, (*merging.diagnostics, fault))
            raise
        for file in files:
            file.end(coverage, merging.diagnostics, merging.run)
    if gone is not None:
        raise gone
    printer.end(coverage, merging.diagnostics, merging.run)
    return coverage.exit_code(merging.diagnostics)


def _interrupted() -> tuple[Diagnostic, ...]:
    from drift.location import Diagnostic, Severity

    return (Diagnostic(Severity.ERROR, "interrupted", "the run was interrupted", help="run it again"),)


def _last_words(end: Callable[[], None], printer: Printer) -> Callable[[], None]:
    """What is still to be done where a second signal ends the process: stdout must not be half a document."""

    def say() -> None:
        if not printer.busy:
            end()

    return say


def _printed(printer: Printer, bucket: Bucket, *, spare: bool) -> BrokenPipeError | None:
    """Print a bucket. That nobody reads any more ends the run, unless files are being written too."""
    try:
        printer.bucket(bucket)
    except BrokenPipeError as error:
        if spare:
            return error
        raise
    return None


def _kept_at(targets: Sequence[Target], resume: Path | None) -> Path | None:
    """The snapshot beside which what is read is kept: a device or a pipe cannot be gone on from."""
    from drift.replacing import is_special

    files = [path for kind, path in targets if kind is Format.JSON and not is_special(path)]
    return resume or next(iter(files), None)


def _read(run: LiveRun, shown: Format, targets: Sequence[Target], stop: Stop) -> int:
    """Read, print and save; the exit code. An error is raised after what was read has been printed and saved."""
    from drift.errors import CorsDriftError
    from drift.output import Printer, note, progress_bar

    printer = Printer(shown, sys.stdout, run.head, notes=sys.stderr)
    stop.last_words = _last_words(
        lambda: printer.end(run.coverage, run.diagnostics or _interrupted(), run.run), printer
    )
    failure: CorsDriftError | BrokenPipeError | None = None
    gone: BrokenPipeError | None = None
    try:
        with progress_bar(beside_stdout=False) as progress:
            for bucket in run.buckets(progress):
                if gone is None:
                    gone = _printed(printer, bucket, spare=bool(targets))
    except CorsDriftError as error:
        failure = error
    for bucket in run.left():  # counted in any case; for a person it is too much, and out of place
        if shown is Format.JSON and gone is None:
            gone = _printed(printer, bucket, spare=bool(targets))
    told = run.diagnostics if failure is None else run.diagnostics[:-1]  # who ends the run tells the last one
    if told:
        note(told)
    try:
        if run.read or not run.cut_off:  # what is there is not replaced by nothing
            for kind, path in targets:
                _save(run, kind, path)
    finally:
        if gone is None:
            printer.end(run.coverage, run.diagnostics, run.run)
    if failure := failure or gone:
        raise failure
    return run.exit_code


def _save(run: LiveRun, kind: Format, path: Path) -> None:
    from drift.output import Printer
    from drift.replacing import replacing

    if kind is Format.JSON:
        run.save(path)
        return
    with replacing(path) as stream:
        printer = Printer(kind, stream, run.head)
        for bucket in run.saved():
            printer.bucket(bucket)
        printer.end(run.coverage, run.diagnostics, run.run)
