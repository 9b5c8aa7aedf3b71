"""The options of the command line, each written once: its flag, its environment variable, its help."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from drift.assignments import split_assignments
from drift.config import Config
from drift.conversions import Command
from drift.errors import Run, UsageError
from drift.settings import (
    MAX_SECONDS,
    NO_LIVE,
    Addressing,
    AssessmentSettings,
    DeclaredSettings,
    FailOn,
    Format,
    IdentitySettings,
    ListFormat,
    LiveSettings,
    SarifSettings,
    Settings,
    Undeclared,
)


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
StackName = Annotated[
    str | None,
    _option("stack-name", "The CloudFormation stack, where a check looks up generated bucket names.", metavar="NAME"),
]
State = Annotated[
    list[Path] | None,
    _option("state", "A Terraform state or plan that tells bucket names; - is stdin. Repeatable.", metavar="FILE"),
]
ByPattern = Annotated[bool, _switch("by-pattern", "Take the only live bucket whose name fits what is known of it.")]
BucketName = Annotated[
    list[str] | None,
    _option("bucket", "Only this bucket; it also names the one whose name is unknown. Repeatable.", metavar="NAME"),
]

# What is live
Live = Annotated[
    str | None,
    _option(
        "live",
        "In place of S3: a saved snapshot, rules, config:AGGREGATOR of AWS Config, or none with --base.",
        metavar="SOURCE",
    ),
]
Base = Annotated[
    str | None,
    _option(
        "base",
        "The target branch of a pull request: a git revision, or the folder of a second checkout.",
        metavar="REV|PATH",
    ),
]
MergeBase = Annotated[
    bool,
    typer.Option(
        "--merge-base/--no-merge-base",
        help="What the target branch has changed since is no change of the pull request.",
        envvar="CORS_DRIFT_MERGE_BASE",
        show_envvar=False,
    ),
]
Profile = Annotated[str | None, _option("profile", "The AWS profile.", metavar="NAME")]
Region = Annotated[str | None, _option("region", "The AWS region, where no declaration says another.", metavar="NAME")]
Account = Annotated[str | None, _option("account", "The AWS account, which must own the buckets.", metavar="ID")]
OrganizationRole = Annotated[
    str | None, _option("organization-role", "Read all accounts of the AWS Organization, by this role.", metavar="NAME")
]
EndpointUrl = Annotated[str | None, _option("endpoint-url", "An S3-compatible server.", metavar="URL")]
AddressingStyle = Annotated[Addressing, _option("addressing", "Where the bucket's name stands in a request.")]
Concurrency = Annotated[
    int, _option("concurrency", "How many buckets are read at a time, in each process.", min=1, max=128, metavar="N")
]
Processes = Annotated[
    int | None,
    _option("processes", "How many processes read. [default: as many as help]", min=1, max=64, metavar="N"),
]
Deadline = Annotated[
    float | None,
    _option("deadline", "Stop reading after so many seconds.", min=0.0, max=MAX_SECONDS, metavar="SECONDS"),
]
Shard = Annotated[
    str | None, _option("shard", "Read only one share of the buckets: 3/16 is the third of sixteen.", metavar="N/OF")
]
Resume = Annotated[
    Path | None,
    _option("resume", "Go on with a run that was to write this snapshot and was cut off.", metavar="FILE"),
]
All = Annotated[bool, _switch("all", "Also look for rules on buckets that the code does not name.")]
Recheck = Annotated[
    float,
    _option(
        "recheck", "Read again what seems to have drifted, after so many seconds.", min=0.0, max=600, metavar="SECONDS"
    ),
]
Wait = Annotated[
    float,
    _option(
        "wait",
        "After a deploy: read until it agrees twice, at most so many seconds.",
        min=0.0,
        max=3600,
        metavar="SECONDS",
    ),
]
Confirm = Annotated[
    bool,
    typer.Option(
        "--confirm/--no-confirm",
        help="Read S3 itself where AWS Config shows drift.",
        envvar="CORS_DRIFT_CONFIRM",
        show_envvar=False,
    ),
]
Blame = Annotated[bool, _switch("blame", "Look up in CloudTrail who changed the drifted buckets.")]

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
FailOnLevel = Annotated[
    FailOn, _option("fail-on", "Fail on findings of policy, promises and waivers from this severity on.")
]
SarifIncomplete = Annotated[
    bool, _switch("sarif-incomplete", "Write SARIF although not everything could be looked at.")
]
SarifCategory = Annotated[
    str | None,
    _option("sarif-category", "Tells several analyses of one commit apart in code scanning.", metavar="NAME"),
]
DetailedExitcode = Annotated[
    bool, _switch("detailed-exitcode", "Terraform's exit codes: 0 in sync, 1 error or incomplete, 2 drift.")
]
OutputFormat = Annotated[ListFormat, _option("format", "What is printed.")]
ReportFormat = Annotated[Format, _option("format", "What is printed.")]
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


def settings_of(context: typer.Context) -> Settings:
    """The settings out of the options of the command at hand; what it has no option for stays as it is by default."""
    given = context.params
    return Settings(
        declared=_declared(context),
        live=_live(context),
        buckets=tuple(given.get("bucket") or ()),
        identity=IdentitySettings(
            names=context.meta.get(TABLES, {}).get("names", {}),
            late_names=context.meta.get(TABLES, {}).get("late_names", {}),
            states=tuple(given.get("state") or ()),
            patterns=bool(given.get("by_pattern")),
        ),
        assessment=replace(
            context.meta.get(TABLES, {}).get("assessment", AssessmentSettings()),
            **_given(given, "fail_on"),
        ),
        sarif=SarifSettings(bool(given.get("sarif_incomplete")), given.get("sarif_category") or ""),
        **_given(given, "undeclared", "strict", "allow_incomplete", "exit_zero", "detailed_exitcode", "blame"),
        **_given(given, "base", "merge_base"),
        changed_settings=context.meta.get(CHANGED),
    )


def take_settings(context: typer.Context, config: Config) -> None:
    """Have a settings file count for a command, whose context this is. Of the one that counted before, names of buckets
    are kept that nothing else tells.
    """
    late_names = context.meta.get(TABLES, {}).get("names", {})
    run = context.find_object(Run) or Run()
    run.detailed = run.asks_for_detailed_exitcode() or config.options.get("detailed_exitcode") is True
    context.default_map = defaults_of(str(context.info_name), config.options)
    context.meta[TABLES] = tables_of(config) | {"late_names": late_names}


def tables_of(config: Config) -> dict[str, Any]:
    """What a settings file holds beside the values of options."""
    return {"names": config.names, "accounts": config.accounts, "assessment": config.assessment}


REPORTING = ("check", "compare", "validate")
"""The commands that give a report, and so have all formats."""


def defaults_of(command: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """The options of a settings file for one command, without formats that only others have."""
    found = dict(options)
    if command not in REPORTING:
        if found.get("format_") not in (None, *ListFormat):
            del found["format_"]
        if "output" in found:
            found["output"] = [each for each in found["output"] if each.partition("=")[0] not in _REPORTS_ONLY]
    return found


_REPORTS_ONLY = frozenset(Format) - frozenset(map(Format, ListFormat))

CHANGED = "drift.options.changed"
"""Where a context keeps the path of a settings file that the pull request changes, and that does not count."""

FOUND = "drift.options.found"
"""Where a context keeps the settings file that was found, None where there is none. Of a named one it has no word."""

TABLES = "drift.options.tables"
"""Where a context keeps what the settings file holds beside the values of options."""

_CONFIG = "config:"


def _declared(context: typer.Context) -> DeclaredSettings:
    given = context.params
    return DeclaredSettings(
        variables=_in_order(context, _assignments(context, "var", given.get("var")), given.get("var_file") or []),
        parameters=tuple(_assignments(context, "parameter", given.get("parameter"))),
        parameter_files=tuple(given.get("parameters_file") or ()),
        environment=dict(os.environ),
        **_given(given, "root", "workspace", "stack_name"),
    )


def _live(context: typer.Context) -> LiveSettings:
    given = context.params
    source = given.get("live")
    aggregator = source.removeprefix(_CONFIG) if source is not None and source.startswith(_CONFIG) else None
    if aggregator == "":
        raise UsageError("--live config: names no aggregator", advice="write --live config:NAME")
    if given.get("organization_role") is not None:
        from drift.account_settings import check_role

        check_role(given["organization_role"])
    unread = source == NO_LIVE
    return LiveSettings(
        source=Path(source) if source is not None and aggregator is None and not unread else None,
        unread=unread,
        aggregator=aggregator,
        accounts=context.meta.get(TABLES, {}).get("accounts", ()),
        all_buckets=bool(given.get("all_")),
        **_given(given, "profile", "region", "account", "endpoint_url", "concurrency", "organization_role"),
        **_given(given, "addressing", "processes", "deadline", "recheck", "wait", "confirm"),
    )


def _given(params: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: params[name] for name in names if params.get(name) is not None}


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
