"""The command ``check``: declared against live."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import typer

from drift import errors
from drift import options as o
from drift.settings import Addressing, FailOn, Format, Undeclared


class ByBase(o.InOrder):
    """A command whose settings are those of its base, where no file of them is named."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """See ``click.Command.parse_args``."""
        options: Mapping[str, Any] = self.make_parser(ctx).parse_args(args=list(args))[0]
        base = options.get("base") or os.environ.get("CORS_DRIFT_BASE")
        if base and o.FOUND in ctx.meta:
            from drift.base_settings import settings_at

            theirs = settings_at(base, ctx.meta[o.FOUND], Path.cwd())
            if theirs is not None:
                o.take_settings(ctx, theirs.config)
                ctx.meta[o.CHANGED] = theirs.changed
        return super().parse_args(ctx, args)


def check(
    context: typer.Context,
    paths: o.Paths = None,
    live: o.Live = None,
    base: o.Base = None,
    merge_base: o.MergeBase = True,
    bucket: o.BucketName = None,
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
    wait: o.Wait = 0.0,
    confirm: o.Confirm = True,
    blame: o.Blame = False,
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
    allow_incomplete: o.AllowIncomplete = False,
    fail_on: o.FailOnLevel = FailOn.ERROR,
    exit_zero: o.ExitZero = False,
    detailed_exitcode: o.DetailedExitcode = False,
    format_: o.ReportFormat = Format.TERMINAL,
    output: o.Output = None,
    sarif_incomplete: o.SarifIncomplete = False,
    sarif_category: o.SarifCategory = None,
) -> None:
    """Compare the declared rules with the live ones: the main job. With --base also with those of the target branch."""
    from drift import pipeline
    from drift.output import emit, emit_history, even_on_error, parse_targets, progress_bar, save
    from drift.report import Report

    targets = parse_targets(output or [], Format)
    settings = o.settings_of(context)
    shown: list[Report] = []

    def show(verdict: Report) -> None:
        """Print the verdict before CloudTrail is asked, which takes its time."""
        emit(verdict, format_, ())
        shown.append(verdict)

    def keep(part: Report) -> None:
        """Write the files with what there is; stdout gets no half of a document."""
        progress_off.close()
        save(part, targets)

    with even_on_error(Report, format_), ExitStack() as progress_off:
        progress = progress_off.enter_context(progress_bar())
        told = show if format_ is Format.TERMINAL else None
        report = pipeline.check(paths or [], settings, progress, told, keep)
    if run := context.find_object(errors.Run):
        run.report, run.paths, run.settings = report, tuple(paths or ()), settings
    if shown:
        emit_history(report, shown[0], targets, sarif=settings.sarif)
    else:
        emit(report, format_, targets, sarif=settings.sarif)
    if report.exit_code == errors.EXIT_NOTHING and not report.summary.ignored:
        _tell_nothing_found()
    raise typer.Exit(report.exit_code)


def _tell_nothing_found() -> None:
    typer.echo(
        "No S3 bucket is declared in what was read: Terraform, CloudFormation and rule files are understood.", err=True
    )
    typer.echo("  try: cors-drift check PATH, with the folder that declares the buckets", err=True)
