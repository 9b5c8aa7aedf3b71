"""The command ``fix``: the way back, as edits of the code or as calls of S3. Dry unless something is asked for."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from drift import options as o
from drift.errors import UsageError
from drift.settings import Addressing, ListFormat, Settings, Undeclared

if TYPE_CHECKING:
    from drift.fix_output import Target
    from drift.location import Diagnostic
    from drift.restoring_values import Restoration
    from drift.selecting import Selection


def _flag(name: str, text: str) -> typer.models.OptionInfo:
    """A switch that is said each time: no variable and no settings file can have a run change anything."""
    return typer.Option(f"--{name}", help=text, show_default=False)  # type: ignore[no-any-return]


def fix(
    context: typer.Context,
    paths: o.Paths = None,
    adopt: Annotated[bool, _flag("adopt", "Have the code declare what is live: print the edits as a diff.")] = False,
    restore: Annotated[bool, _flag("restore", "Put back what the code declares: print the calls of S3.")] = False,
    undo: Annotated[
        Path | None, typer.Option("--undo", help="Put back what was live before an --apply.", metavar="FILE")
    ] = None,
    write: Annotated[bool, _flag("write", "With --adopt: make the edits, all of them or none.")] = False,
    allow_dirty: Annotated[bool, _flag("allow-dirty", "Also edit files with changes that are not committed.")] = False,
    apply: Annotated[bool, _flag("apply", "With --restore or --undo: make the calls, after asking.")] = False,
    yes: Annotated[bool, _flag("yes", "With --apply: do not ask.")] = False,
    undo_file: Annotated[
        Path | None,
        typer.Option("--undo-file", help="With --apply: where to keep what was live before.", metavar="FILE"),
    ] = None,
    bucket: o.BucketName = None,
    finding: Annotated[
        list[str] | None, typer.Option("--finding", help="Only buckets with this finding. Repeatable.", metavar="ID")
    ] = None,
    rule: Annotated[
        list[str] | None,
        typer.Option(
            "--rule",
            help="Only this rule, as the report counts: 2, declared:2 or live:2. Repeatable.",
            metavar="N",
        ),
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option(
            "--only",
            help="Only this field, or this value of it: AllowedOrigins=https://app.example. Repeatable.",
            metavar="FIELD[=VALUE]",
        ),
    ] = None,
    except_: Annotated[
        list[str] | None,
        typer.Option("--except", help="All but this field or value. Repeatable.", metavar="FIELD[=VALUE]"),
    ] = None,
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
    allow_incomplete: o.AllowIncomplete = False,
    format_: o.OutputFormat = ListFormat.TERMINAL,
    output: Annotated[
        list[str] | None,
        typer.Option("--output", help="Also write a file: terminal, json or diff. Repeatable.", metavar="FORMAT=PATH"),
    ] = None,
) -> None:
    """The way back: edits that have the code declare what is live, or calls that put back what is declared."""
    from drift.fix_output import fix_even_on_error, keep_from, parse_fix_targets
    from drift.selecting import selection_of

    chosen = {"adopt": adopt, "restore": restore, "undo": undo is not None}
    direction = _direction(chosen)
    _check_flags(direction, write=write, allow_dirty=allow_dirty, apply=apply, yes=yes, undo_file=undo_file)
    selection = selection_of(finding or (), rule or (), only or (), except_ or ())
    _check_undo(direction, paths, selection)
    settings = o.settings_of(context)
    _check_live(settings, direction, apply=apply)
    targets = parse_fix_targets(output or [])
    keep_from(targets, (undo, undo_file))
    with fix_even_on_error(direction, format_):
        if adopt:
            code = _adopt(paths or [], settings, selection, format_, targets, write=write, allow_dirty=allow_dirty)
        else:
            plan = _Plan(paths or [], settings, selection, undo, _named(context))
            code = _put_back(plan, format_, targets, apply=apply, yes=yes, undo_file=undo_file)
    raise typer.Exit(code)


def _named(context: typer.Context) -> list[str]:
    """The buckets that were named on the command line. A variable or a settings file narrows a run, but what is taken
    away or written only for buckets that were named is to be named each time.
    """
    source = context.get_parameter_source("bucket")
    said = source is not None and source.name == "COMMANDLINE"
    return list(context.params.get("bucket") or ()) if said else []


def _direction(chosen: dict[str, bool]) -> str:
    given = [name for name, is_given in chosen.items() if is_given]
    if not given:
        raise UsageError(
            "fix needs to know which side is right",
            advice="--adopt edits the code, --restore puts back what is declared, --undo FILE takes an --apply back",
        )
    if len(given) > 1:
        raise UsageError(f"--{given[0]} and --{given[1]} exclude one another", advice="say which side is right")
    return given[0]


def _check_flags(
    direction: str, *, write: bool, allow_dirty: bool, apply: bool, yes: bool, undo_file: Path | None
) -> None:
    if write and direction != "adopt":
        raise UsageError(f"--write goes with --adopt, not with --{direction}", advice="calls are made with --apply")
    if apply and direction == "adopt":
        raise UsageError(
            "--apply goes with --restore or --undo, not with --adopt", advice="edits are made with --write"
        )
    if allow_dirty and not write:
        raise UsageError("--allow-dirty goes with --write", advice="without --write no file is touched")
    if yes and not apply:
        raise UsageError("--yes goes with --apply", advice="without --apply nothing is asked")
    if undo_file is not None and not apply:
        raise UsageError("--undo-file goes with --apply", advice="without --apply there is nothing to undo")


def _check_undo(direction: str, paths: list[Path] | None, selection: Selection) -> None:
    if direction != "undo":
        return
    if paths:
        raise UsageError("--undo reads its file, and no declarations", advice="leave out the paths")
    if selection.picks or selection.findings:
        raise UsageError("--undo puts back whole buckets", advice="choose them with --bucket")


def _check_live(settings: Settings, direction: str, *, apply: bool) -> None:
    if settings.live.unread:
        raise UsageError("--live none leaves nothing to compare with", advice="leave it out")
    elsewhere = settings.live.source is not None or settings.live.aggregator is not None
    if elsewhere and direction == "undo":
        raise UsageError("--undo compares with S3 itself", advice="leave out --live")
    if direction == "undo" and settings.live.all_buckets:
        raise UsageError("--undo looks at the buckets of its file", advice="leave out --all")
    if elsewhere and apply:
        raise UsageError(
            "--apply compares with S3 itself before it writes there", advice="leave out --live, or leave out --apply"
        )


def _adopt(
    paths: list[Path],
    settings: Settings,
    selection: Selection,
    shown: ListFormat,
    targets: list[Target],
    *,
    write: bool,
    allow_dirty: bool,
) -> int:
    from drift import fixing
    from drift.adoption import Adoption
    from drift.fix_output import emit_after, emit_before, emit_json, save_fix
    from drift.output import progress_bar

    def told(adoption: Adoption) -> None:
        if shown is not ListFormat.JSON:
            emit_before(adoption)

    with progress_bar() as progress:
        adoption = fixing.adopt(
            paths, settings, selection, write=write, allow_dirty=allow_dirty, progress=progress, told=told
        )
    save_fix(adoption, targets)
    if shown is ListFormat.JSON:
        emit_json(adoption)
    else:
        emit_after(adoption)
    return adoption.exit_code


class _Plan:
    """What is to be put back, and how it is worked out."""

    def __init__(
        self, paths: list[Path], settings: Settings, selection: Selection, undo: Path | None, named: list[str]
    ) -> None:
        self.settings = settings
        self._named = named
        self._paths = paths
        self._selection = selection
        self._undo = undo

    def made(self) -> Restoration:
        """Read both sides, or the file and live."""
        from drift import fixing
        from drift.output import progress_bar

        if self._undo is not None:
            from drift.restoring import Reach
            from drift.undo import undoing

            return undoing(self._undo, self.settings, Reach.of(self.settings.live))
        with progress_bar() as progress:
            return fixing.restore(self._paths, self.settings, self._selection, named=self._named, progress=progress)


def _put_back(
    plan: _Plan, shown: ListFormat, targets: list[Target], *, apply: bool, yes: bool, undo_file: Path | None
) -> int:
    from drift.fix_output import emit_json, save_fix
    from drift.reporters.fix_restoring import question, write_restoration
    from drift.restoring import hidden

    def show(result: Restoration) -> None:
        """What is told before a document is for people, and must not stand in it."""
        write_restoration(hidden(result), sys.stderr if shown is ListFormat.JSON else sys.stdout, sys.stderr)

    asked: list[Restoration] = []

    def agree(result: Restoration) -> bool:
        asked.append(result)
        show(result)
        if yes:
            return True
        try:
            return typer.confirm(question(result), err=True)
        except typer.Abort:  # the terminal has no more to say, which is no yes
            typer.echo(err=True)
            return False

    if apply:
        from drift.applying import consent_needed

        consent_needed(yes, sys.stdin.isatty() and sys.stderr.isatty())
    result = made = plan.made()  # a signal while it is read ends the run as ever: nothing has been written
    told_before = hidden(made).diagnostics
    if shown is not ListFormat.JSON:
        _note(told_before)
    if apply:
        from drift.applying import apply as make_calls
        from drift.interruption import stopping

        with stopping() as stop:
            result = make_calls(made, plan.settings.live, agree, undo_file=undo_file, stop=stop)
    told = hidden(result)
    if shown is ListFormat.JSON:
        emit_json(told)
    else:
        _note(tuple(each for each in told.diagnostics if each not in told_before))
        if any(result is each for each in asked):
            typer.echo("Nothing was written.", err=True)
        else:
            show(result)
    save_fix(told, targets)  # after it was told where the file is that undoes it
    return result.exit_code


def _note(diagnostics: tuple[Diagnostic, ...]) -> None:
    from drift.output import note

    if diagnostics:
        note(diagnostics)
