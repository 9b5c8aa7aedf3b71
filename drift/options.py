"""The options of the command line, each written once: its flag, its environment variable, its help."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any

import typer

from drift.assignments import split_assignments
from drift.conversions import Command
from drift.settings import DeclaredSettings, Format, Undeclared


def _option(flag: str, text: str, **more: Any) -> Any:
    variable = "CORS_DRIFT_" + flag.upper().replace("-", "_")
    return typer.Option(f"--{flag}", help=text, envvar=variable, show_envvar=False, **more)


def _switch(flag: str, text: str) -> Any:
    return _option(flag, text, show_default=False)


Paths = Annotated[
    list[Path] | None,
    typer.Argument(
        help="Files or folders that declare CORS rules; the working folder if none is given.", metavar="PATH..."
    ),
]

# What is declared
Root = Annotated[
    Path | None, _option("root", "No path may lead out of this folder. [default: the git repository]", metavar="DIR")
]
Var = Annotated[list[str] | None, _option("var", "A Terraform variable. Repeatable.", metavar="NAME=VALUE")]
VarFile = Annotated[list[Path] | None, _option("var-file", "A .tfvars file. Repeatable.", metavar="FILE")]
Workspace = Annotated[str | None, _option("workspace", "The Terraform workspace.", metavar="NAME")]
Parameter = Annotated[
    list[str] | None, _option("parameter", "A CloudFormation parameter. Repeatable.", metavar="NAME=VALUE")
]
ParametersFile = Annotated[
    list[Path] | None, _option("parameters-file", "A CloudFormation parameters file. Repeatable.", metavar="FILE")
]
StackName = Annotated[str | None, _option("stack-name", "The CloudFormation stack's name.", metavar="NAME")]
BucketName = Annotated[
    list[str] | None,
    _option("bucket", "Only this bucket; it also names the one whose name is unknown. Repeatable.", metavar="NAME"),
]

# What is live
Live = Annotated[Path | None, _option("live", "A saved snapshot or any rules in place of S3.", metavar="FILE")]
Profile = Annotated[str | None, _option("profile", "The AWS profile.", metavar="NAME")]
Region = Annotated[str | None, _option("region", "The AWS region, where no declaration says another.", metavar="NAME")]
Account = Annotated[str | None, _option("account", "The AWS account, which must own the buckets.", metavar="ID")]
EndpointUrl = Annotated[str | None, _option("endpoint-url", "An S3-compatible server.", metavar="URL")]
Concurrency = Annotated[
    int, _option("concurrency", "How many buckets are read at a time.", min=1, max=128, metavar="N")
]

# What is asked
Origin = Annotated[str, _option("origin", "The page's origin: https://app.example, or null.", metavar="ORIGIN")]
Method = Annotated[str, _option("method", "The method: GET, HEAD, PUT, POST or DELETE.", metavar="METHOD")]
Header = Annotated[
    list[str] | None, _option("header", "The name of a header that the page sets. Repeatable.", metavar="NAME")
]
Preflight = Annotated[
    bool,
    typer.Option(
        "--preflight/--actual",
        help="Ask as the preflight does, or as the request itself.",
        envvar="CORS_DRIFT_PREFLIGHT",
        show_envvar=False,
    ),
]
Browser = Annotated[bool, _switch("browser", "Tell also what a browser does around it.")]
Credentials = Annotated[bool, _switch("credentials", "The page sends credentials, cookies for one; implies --browser.")]

# What counts, and how it is told
Strict = Annotated[bool, _switch("strict", "Every difference is drift, also one that changes no answer.")]
UndeclaredRules = Annotated[Undeclared, _option("undeclared", "What live rules are where the code declares none.")]
AllowIncomplete = Annotated[
    bool, _switch("allow-incomplete", "Exit 0 where nothing drifted though some bucket could not be compared.")
]
ExitZero = Annotated[bool, _switch("exit-zero", "Report only: exit 0 unless there is an error.")]
DetailedExitcode = Annotated[
    bool, _switch("detailed-exitcode", "Terraform's exit codes: 0 in sync, 1 error or incomplete, 2 drift.")
]
OutputFormat = Annotated[Format, _option("format", "What is printed.")]
Output = Annotated[
    list[str] | None, _option("output", "Also write a file in this format. Repeatable.", metavar="FORMAT=PATH")
]


class InOrder(Command):
    """A command that remembers in which order its options were typed: Terraform reads --var and --var-file so."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """See ``click.Command.parse_args``."""
        *_, order = self.make_parser(ctx).parse_args(args=list(args))
        ctx.meta[_TYPED] = tuple(parameter.name for parameter in order)
        rest: list[str] = super().parse_args(ctx, args)
        return rest


_TYPED = "drift.options.typed"


def declared_settings(
    context: typer.Context,
    root: Path | None,
    var: list[str] | None,
    var_file: list[Path] | None,
    workspace: str | None,
    stack: tuple[list[str] | None, list[Path] | None, str | None],
) -> DeclaredSettings:
    """The settings out of the flags that say how declarations are read."""
    parameter, parameters_file, stack_name = stack
    return DeclaredSettings(
        root,
        _in_order(context, _assignments(context, "var", var), var_file or []),
        workspace,
        tuple(_assignments(context, "parameter", parameter)),
        tuple(parameters_file or ()),
        stack_name,
        dict(os.environ),
    )


def _assignments(context: typer.Context, name: str, values: list[str] | None) -> list[str]:
    """The values of an option for assignments; those of its environment variable may have blanks in them."""
    source = context.get_parameter_source(name)
    if source is not None and source.name == "ENVIRONMENT":
        return split_assignments(os.environ.get(f"CORS_DRIFT_{name.upper()}", ""))
    return values or []


def _in_order(context: typer.Context, var: list[str], var_file: list[Path]) -> tuple[str | Path, ...]:
    """Both as they were typed. What the environment or the settings file gives comes first, files before values."""
    typed = [name for name in context.meta.get(_TYPED, ()) if name in ("var", "var_file")]
    before = [*(() if "var_file" in typed else var_file), *(() if "var" in typed else var)]
    left = {"var": iter(var), "var_file": iter(var_file)}
    return (*before, *(next(left[name]) for name in typed))
