"""The command line: each command builds the settings and calls the pipeline. Heavy modules are imported when needed."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from copy import copy
from pathlib import Path
from typing import Annotated

import typer

from drift import __version__, errors
from drift import options as o
from drift.cli_check import ByBase, check
from drift.cli_fix import fix
from drift.cli_generate import generate
from drift.cli_live import live, merge
from drift.cli_simulate import simulate
from drift.cli_waive import waive
from drift.config import find_config, read_config
from drift.conversions import Command, Commands
from drift.settings import FailOn, Format, ListFormat, Undeclared

SCHEMAS = ("report", "snapshot", "spec", "config", "answer", "fix")

_EPILOG = (
    "Every option of a run has an environment variable (--endpoint-url is CORS_DRIFT_ENDPOINT_URL) and a key in "
    "cors-drift.toml. Exit codes: 0 in sync, 1 drift, 2 error, 3 incomplete, 4 nothing to compare."
)

app = typer.Typer(
    name="cors-drift",
    cls=Commands,
    help="Tell whether live S3 CORS rules are the declared ones.",
    epilog=_EPILOG,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"cors-drift {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def _settings_file(
    context: typer.Context,
    config: Annotated[
        Path | None,
        typer.Option(
            "--config",
            help="The settings file. [default: cors-drift.toml]",
            envvar="CORS_DRIFT_CONFIG",
            show_envvar=False,
        ),
    ] = None,
    _version: Annotated[
        bool, typer.Option("--version", help="Show the version.", callback=_show_version, is_eager=True)
    ] = False,
) -> None:
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
        raise typer.Exit(errors.EXIT_ERROR)
    run = context.find_object(errors.Run) or errors.Run()
    command = context.invoked_subcommand
    judges = command in ("check", "compare")
    run.detailed = judges and run.asks_for_detailed_exitcode()
    if command in ("demo", "schema", "explain") or {"--help", "-h"} & set(run.arguments):
        return
    path = config or find_config(Path.cwd())
    if path is not None:
        found = read_config(path, named=config is not None)
        run.detailed = run.detailed or (judges and found.options.get("detailed_exitcode") is True)
        context.default_map = {command: o.defaults_of(command, found.options)}
        context.meta[o.TABLES] = o.tables_of(found)
    if config is None:
        context.meta[o.FOUND] = path


app.command(cls=ByBase)(check)
app.command(cls=o.InOrder)(waive)
app.command(cls=o.InOrder)(fix)


@app.command(cls=o.InOrder)
def declared(
    context: typer.Context,
    paths: o.Paths = None,
    bucket: o.BucketName = None,
    region: o.Region = None,
    account: o.Account = None,
    root: o.Root = None,
    var: o.Var = None,
    var_file: o.VarFile = None,
    workspace: o.Workspace = None,
    parameter: o.Parameter = None,
    parameters_file: o.ParametersFile = None,
    stack_name: o.StackName = None,
    format_: o.OutputFormat = ListFormat.TERMINAL,
    output: o.Output = None,
) -> None:
    """Show what the code declares, as a table or a snapshot. Reads no AWS."""
    from drift import pipeline
    from drift.output import emit, even_on_error, parse_targets
    from drift.snapshot import Snapshot

    targets = parse_targets(output or [])
    with even_on_error(Snapshot, format_):
        snapshot = pipeline.read_declared(paths or [], o.settings_of(context))
    emit(snapshot, format_, targets)
    raise typer.Exit(pipeline.exit_code_of(snapshot))


app.command(cls=Command)(live)
app.command(cls=Command)(merge)
app.command(cls=Command)(generate)


@app.command(cls=o.InOrder)
def compare(
    context: typer.Context,
    left: Annotated[Path, typer.Argument(help="A snapshot or a declaration, in the place of declared.", metavar="A")],
    right: Annotated[Path, typer.Argument(help="The same, in the place of live.", metavar="B")],
    bucket: o.BucketName = None,
    region: o.Region = None,
    account: o.Account = None,
    root: o.Root = None,
    var: o.Var = None,
    var_file: o.VarFile = None,
    workspace: o.Workspace = None,
    parameter: o.Parameter = None,
    parameters_file: o.ParametersFile = None,
    stack_name: o.StackName = None,
    undeclared: o.UndeclaredRules = Undeclared.ERROR,
    strict: o.Strict = False,
    allow_incomplete: o.AllowIncomplete = False,
    fail_on: o.FailOnLevel = FailOn.ERROR,
    exit_zero: o.ExitZero = False,
    detailed_exitcode: o.DetailedExitcode = False,
    format_: o.ReportFormat = Format.TERMINAL,
    output: o.Output = None,
    sarif_incomplete: o.SarifIncomplete = False,
    sarif_category: o.SarifCategory = None,
) -> None:
    """Compare any two snapshots or declarations. Reads no AWS."""
    from drift import pipeline
    from drift.output import emit, even_on_error, parse_targets
    from drift.report import Report

    targets = parse_targets(output or [], Format)
    settings = o.settings_of(context)
    with even_on_error(Report, format_):
        report = pipeline.compare_sources(left, right, settings)
    emit(report, format_, targets, sarif=settings.sarif)
    raise typer.Exit(report.exit_code)


app.command(cls=o.InOrder)(simulate)


@app.command(cls=o.InOrder)
def validate(
    context: typer.Context,
    paths: o.Paths = None,
    bucket: o.BucketName = None,
    region: o.Region = None,
    account: o.Account = None,
    root: o.Root = None,
    var: o.Var = None,
    var_file: o.VarFile = None,
    workspace: o.Workspace = None,
    parameter: o.Parameter = None,
    parameters_file: o.ParametersFile = None,
    stack_name: o.StackName = None,
    allow_incomplete: o.AllowIncomplete = False,
    fail_on: o.FailOnLevel = FailOn.ERROR,
    exit_zero: o.ExitZero = False,
    format_: o.ReportFormat = Format.TERMINAL,
    output: o.Output = None,
    sarif_incomplete: o.SarifIncomplete = False,
    sarif_category: o.SarifCategory = None,
) -> None:
    """Tell what S3 would refuse of what is declared, what is risky, and which promises break. Reads no AWS."""
    from drift import pipeline
    from drift.output import emit, even_on_error, parse_targets
    from drift.report import Report

    targets = parse_targets(output or [], Format)
    settings = o.settings_of(context)
    with even_on_error(Report, format_):
        report = pipeline.validate_declared(paths or [], settings)
    emit(report, format_, targets, sarif=settings.sarif)
    raise typer.Exit(report.exit_code)


@app.command(cls=Command)
def demo() -> None:
    """Run the main job on an embedded S3 with drifted buckets. Needs no account."""
    from drift.demo import run

    raise typer.Exit(run())


@app.command(cls=Command)
def schema(
    name: Annotated[str, typer.Argument(help=f"One of {', '.join(SCHEMAS)}.", metavar="NAME")],
) -> None:
    """Print the JSON Schema of a document that is read or printed."""
    if name not in SCHEMAS:
        raise errors.UsageError(f"there is no schema {name}", advice=f"the schemas are {', '.join(SCHEMAS)}")
    from importlib import resources

    sys.stdout.write(resources.files("drift").joinpath("schemas", f"{name}.json").read_text(encoding="utf-8"))


@app.command(cls=Command)
def explain(
    name: Annotated[str, typer.Argument(help="The id of a finding.", metavar="FINDING")],
) -> None:
    """Tell what a finding means, with an example, and what to do about it."""
    from drift.catalogue import CATALOGUE
    from drift.catalogue.page import entry

    if name not in CATALOGUE:
        import difflib

        near = difflib.get_close_matches(name, CATALOGUE, 1)
        hint = f"did you mean {near[0]}?" if near else f"the findings are {', '.join(CATALOGUE)}"
        raise errors.UsageError(f"there is no finding {name}", advice=hint)
    typer.echo(entry(CATALOGUE[name], min(shutil.get_terminal_size().columns, 100)), nl=False)


def app_for(arguments: Sequence[str]) -> typer.Typer:
    """The application with the one command that the arguments begin with, or with all.

    typer makes the options of every command that there is, which takes longer than reading a small folder.
    """
    named = [each for each in app.registered_commands if (each.name or _name(each.callback)) in arguments[:1]]
    if not named:
        return app
    narrowed = copy(app)
    narrowed.registered_commands = named
    return narrowed


def _name(callback: object) -> str:
    return str(getattr(callback, "__name__", ""))
