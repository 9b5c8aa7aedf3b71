"""The command ``simulate``: the request as flags."""

from __future__ import annotations

from typing import Annotated

import typer

from drift import options as o
from drift.settings import ListFormat


def simulate(
    context: typer.Context,
    source: Annotated[
        str,
        typer.Argument(
            help="A snapshot, a file or folder that declares CORS rules, or a live bucket, s3://NAME.",
            metavar="SOURCE",
            show_default=False,
        ),
    ],
    origin: o.Origin,
    method: o.Method,
    header: o.Header = None,
    preflight: o.Preflight = True,
    browser: o.Browser = False,
    credentials: o.Credentials = False,
    bucket: o.BucketName = None,
    profile: o.Profile = None,
    region: o.Region = None,
    account: o.Account = None,
    endpoint_url: o.EndpointUrl = None,
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
    """Tell what S3 answers to a request, by which rule, and why not by the others."""
    from drift import pipeline
    from drift.output import emit, parse_targets
    from drift.simulate import Asked

    targets = parse_targets(output or [])
    asked = Asked(origin, method, tuple(header or ()), preflight, browser or credentials, credentials)
    found = pipeline.simulate(source, asked, o.settings_of(context))
    emit(found, format_, targets)
    raise typer.Exit(found.exit_code)
