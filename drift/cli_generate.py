"""The command ``generate``: code for what is live."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from drift import options as o
from drift.settings import USUAL_DIALECT, Addressing


def generate(
    context: typer.Context,
    buckets: Annotated[
        list[str] | None,
        typer.Argument(help="Buckets to declare; all that have rules if none is given.", metavar="BUCKET..."),
    ] = None,
    dialect: Annotated[
        str,
        typer.Option(
            "--as",
            help="terraform, terraform-json, cloudformation, cloudformation-json, spec, spec-yaml, aws-cli or xml.",
            envvar="CORS_DRIFT_AS",
            show_envvar=False,
            metavar="DIALECT",
        ),
    ] = USUAL_DIALECT,
    file: Annotated[
        Path | None,
        typer.Option("--file", help="Write this file, which must not be there yet. [default: stdout]", metavar="FILE"),
    ] = None,
    live: o.Live = None,
    profile: o.Profile = None,
    region: o.Region = None,
    account: o.Account = None,
    organization_role: o.OrganizationRole = None,
    endpoint_url: o.EndpointUrl = None,
    addressing: o.AddressingStyle = Addressing.PATH,
    concurrency: o.Concurrency = 16,
    deadline: o.Deadline = None,
) -> None:
    """Write a declaration of what S3 holds, or of a snapshot, from nothing."""
    from drift import pipeline
    from drift.generating import write_new
    from drift.output import note

    generated = pipeline.generate(buckets or [], dialect, o.settings_of(context))
    if generated.diagnostics:
        note(generated.diagnostics)
    if generated.text is not None and file is not None:
        write_new(generated.text, file)
    elif generated.text is not None:
        sys.stdout.write(generated.text)
        sys.stdout.flush()
    raise typer.Exit(generated.exit_code)
