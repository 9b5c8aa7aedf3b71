"""The values of a root module's variables, in Terraform's order of precedence.

Source: Terraform language, "Variable Definition Precedence"; internal/command/arguments/vars.go and
internal/backend/backendrun/unparsed_value.go for what a text on the command line or in the environment means.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from drift.errors import InputError
from drift.interfaces import Inputs, NamedText, Tree
from drift.location import Diagnostic, Location, Severity
from parsers.terraform import files
from parsers.terraform.arguments import TEXT_TYPES, Argument
from parsers.terraform.config import Module, unreadable
from parsers.terraform.constraints import Nothing, constraint
from parsers.terraform.expressions import Budget, Scope, evaluate
from parsers.terraform.nodes import File
from parsers.terraform.syntax import parse_expression, parse_file
from parsers.terraform.values import EvaluationError, RefusalError, text, unknown

COMMAND_LINE = "--var"
"""What locations of values given on the command line are called."""


@dataclass(slots=True, eq=False)
class Given:
    """The values given from outside. ``surplus`` are the names without a declaration in files that the user named."""

    values: dict[str, Argument] = field(default_factory=dict)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    surplus: set[tuple[str, str]] = field(default_factory=set)


def root_values(tree: Tree, module: Module, inputs: Inputs) -> Given:
    """What the variables of a root module are given: a later source replaces the whole value of an earlier one."""
    given = Given()
    for name in module.variables:
        shown = inputs.environment.get(f"TF_VAR_{name}")
        if shown is not None:
            _give_text(given, module, name, shown, f"TF_VAR_{name}")
    for name in files.variable_files(tree.names(module.folder)):
        path = files.join(module.folder, name)
        if tree.is_file(path):
            _give_file(given, module, path, tree)
    give_named(given, module, inputs.variables)
    return given


def give_named(given: Given, module: Module, variables: Iterable[tuple[str, str] | NamedText]) -> None:
    """Adds the values of a command line, in the order in which they are given."""
    for each in variables:
        if isinstance(each, NamedText):
            _give_parsed(given, module, each.name, each.text.encode(), named=True)
        elif each[0] in module.variables:
            _give_text(given, module, *each, COMMAND_LINE)


def given_names(inputs: Inputs) -> set[str]:
    """The variables that the user gives values, each by itself or in files that were named."""
    found = set()
    for each in inputs.variables:
        if not isinstance(each, NamedText):
            found.add(each[0])
            continue
        try:
            found.update(_variable_file(each.name, each.text.encode()).attributes)
        except InputError:
            continue  # it is told where the values are taken
    return found


def undeclared(modules: Sequence[Module], inputs: Inputs, given: Iterable[Given]) -> list[Diagnostic]:
    """Values on the command line, or in a file named there, for a variable that no root module declares.

    Terraform refuses the former and warns of the latter.
    """
    declared = {name for module in modules for name in module.variables}
    wanted = dict.fromkeys(each[0] for each in inputs.variables if not isinstance(each, NamedText))
    refused = [
        Diagnostic(
            Severity.ERROR,
            "undeclared-variable",
            f'no root module declares the variable "{name}"',
            help=f'check the spelling, or declare it: variable "{name}" {{}}',
        )
        for name in wanted
        if name not in declared
    ]
    surplus = {pair for each in given for pair in each.surplus}
    by_file = {path: sorted(name for at, name in surplus if at == path) for path, _ in sorted(surplus)}
    return refused + [
        _not_declared(path, names)
        for path, found in by_file.items()
        if (names := [name for name in found if name not in declared])
    ]


def _not_declared(path: str, names: Sequence[str]) -> Diagnostic:
    shown = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
    message = f"values for variables that are not declared: {shown}"
    return Diagnostic(Severity.WARNING, "undeclared-variable", message, Location(path), "check the spelling")


def _give_text(given: Given, module: Module, name: str, shown: str, source: str) -> None:
    """A text is itself for a variable of a primitive type or of none, and an expression for all others."""
    try:
        declared = module.variables[name].expression("type")
        if declared is None or constraint(declared).type.kind in TEXT_TYPES:
            value = text(shown)
        else:
            value = evaluate(parse_expression(source, shown), _literals())
    except (InputError, EvaluationError, RefusalError) as error:
        message = f'the value of the variable "{name}" given by {source} cannot be read'
        value = unknown(message)
        why = f"write it as a Terraform expression ({_why(error)})"
        given.diagnostics.append(Diagnostic(Severity.ERROR, "unreadable-variable", message, help=why))
    given.values[name] = Argument(value, source)


def _give_file(given: Given, module: Module, path: str, tree: Tree) -> None:
    try:
        content = tree.read(path)
    except InputError as error:
        given.diagnostics.append(unreadable(error, path))
        return
    _give_parsed(given, module, path, content, named=False)


def _give_parsed(given: Given, module: Module, path: str, content: bytes, *, named: bool) -> None:
    try:
        file = _variable_file(path, content)
    except InputError as error:
        given.diagnostics.append(unreadable(error, path))
        return
    if file.blocks:
        given.diagnostics.append(_no_literal(path, file.blocks[0].at, "a variable file has no blocks"))
    surplus = [name for name in file.attributes if name not in module.variables]
    if named:  # it may be meant for another root module
        given.surplus.update((path, name) for name in surplus)
    elif surplus and not module.broken:
        given.diagnostics.append(_not_declared(path, sorted(surplus)))
    for name, attribute in file.attributes.items():
        if name not in module.variables:
            continue
        try:
            value = evaluate(attribute.expression, _literals())
        except (EvaluationError, RefusalError) as error:
            value = unknown(f'the value of the variable "{name}" cannot be read ({attribute.at})')
            given.diagnostics.append(_no_literal(path, attribute.at, str(error)))
        given.values[name] = Argument(value, path, attribute.at)


def _variable_file(path: str, content: bytes) -> File:
    if not path.endswith(".json"):
        return parse_file(path, content)
    from parsers.terraform.json_syntax import parse_json_variables

    return parse_json_variables(path, content)


def _no_literal(path: str, at: Location, message: str) -> Diagnostic:
    return Diagnostic(Severity.ERROR, "unreadable-variable", message, at, "a variable file holds name = literal value")


def _literals() -> Scope:
    return Scope(Nothing(), Budget())


def _why(error: Exception) -> str:
    return error.message if isinstance(error, InputError | EvaluationError) else str(error)
