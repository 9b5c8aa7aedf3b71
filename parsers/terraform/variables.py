"""The values of a root module's variables, in Terraform's order of precedence.

Source: Terraform language, "Variable Definition Precedence"; internal/command/arguments/vars.go and
internal/backend/backendrun/unparsed_value.go for what a text on the command line or in the environment means.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from drift.errors import InputError
from drift.interfaces import Inputs, Tree
from drift.location import Diagnostic, Location, Severity
from parsers.terraform import files
from parsers.terraform.config import Module, unreadable
from parsers.terraform.constraints import Nothing, constraint
from parsers.terraform.expressions import Budget, Scope, evaluate
from parsers.terraform.json_syntax import parse_json_variables
from parsers.terraform.nodes import File
from parsers.terraform.syntax import parse_expression, parse_file
from parsers.terraform.values import EvaluationError, RefusalError, Value, text, unknown

_TEXT_TYPES = frozenset({"string", "number", "bool"})
COMMAND_LINE = "--var"
"""What locations of values given on the command line are called."""


@dataclass(slots=True)
class Given:
    """The values given from outside, and the names of those that no declaration need exist for."""

    values: dict[str, Value] = field(default_factory=dict)
    diagnostics: list[Diagnostic] = field(default_factory=list)


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
    for named in inputs.variable_files:
        _give_parsed(given, module, named.name, named.text.encode())
    for name, shown in inputs.variables:
        if name in module.variables:
            _give_text(given, module, name, shown, COMMAND_LINE)
    return given


def undeclared(modules: list[Module], inputs: Inputs) -> list[Diagnostic]:
    """Values on the command line for a variable that no root module declares."""
    declared = {name for module in modules for name in module.variables}
    return [
        Diagnostic(
            Severity.ERROR,
            "undeclared-variable",
            f'no root module declares the variable "{name}"',
            help=f'check the spelling, or declare it: variable "{name}" {{}}',
        )
        for name in dict.fromkeys(name for name, _ in inputs.variables)
        if name not in declared
    ]


def _give_text(given: Given, module: Module, name: str, shown: str, source: str) -> None:
    """A text is itself for a variable of a primitive type or of none, and an expression for all others."""
    try:
        declared = module.variables[name].expression("type")
        if declared is None or constraint(declared).type.kind in _TEXT_TYPES:
            given.values[name] = text(shown)
        else:
            given.values[name] = evaluate(parse_expression(source, shown), _literals())
    except (InputError, EvaluationError, RefusalError) as error:
        message = f'the value of the variable "{name}" given by {source} cannot be read'
        given.values[name] = unknown(message)
        given.diagnostics.append(
            Diagnostic(
                Severity.ERROR,
                "unreadable-variable",
                message,
                help=f"write it as a Terraform expression ({_why(error)})",
            )
        )


def _give_file(given: Given, module: Module, path: str, tree: Tree) -> None:
    try:
        content = tree.read(path)
    except InputError as error:
        given.diagnostics.append(unreadable(error, path))
        return
    _give_parsed(given, module, path, content)


def _give_parsed(given: Given, module: Module, path: str, content: bytes) -> None:
    try:
        file = _variable_file(path, content)
    except InputError as error:
        given.diagnostics.append(unreadable(error, path))
        return
    if file.blocks:
        given.diagnostics.append(_no_literal(path, file.blocks[0].at, "a variable file has no blocks"))
    for name, attribute in file.attributes.items():
        if name not in module.variables:
            continue
        try:
            given.values[name] = evaluate(attribute.expression, _literals())
        except (EvaluationError, RefusalError) as error:
            given.values[name] = unknown(f'the value of the variable "{name}" cannot be read ({attribute.at})')
            given.diagnostics.append(_no_literal(path, attribute.at, str(error)))


def _variable_file(path: str, content: bytes) -> File:
    return parse_json_variables(path, content) if path.endswith(".json") else parse_file(path, content)


def _no_literal(path: str, at: Location, message: str) -> Diagnostic:
    return Diagnostic(Severity.ERROR, "unreadable-variable", message, at, "a variable file holds name = literal value")


def _literals() -> Scope:
    return Scope(Nothing(), Budget())


def _why(error: Exception) -> str:
    return error.message if isinstance(error, InputError | EvaluationError) else str(error)


def variable(module: Module, name: str, given: Mapping[str, Value]) -> Value:
    """The value of a variable inside its module: what was given or its default, as its type wants it.

    Raises EvaluationError where it does not fit its type.
    """
    block = module.variables[name]
    wanted = constraint(block.expression("type"))
    value = given.get(name)
    nullable = block.expression("nullable")
    refuses_null = nullable is not None and evaluate(nullable, _literals()).data is False
    default = block.expression("default")
    if value is None or (refuses_null and value.is_null):
        if default is None and value is not None:
            raise EvaluationError(f'the variable "{name}" may not be null')
        if default is None:
            return missing(name, wanted.type.kind)
        value = evaluate(default, _literals())
    return wanted.apply(value)


def missing(name: str, kind: str) -> Value:
    """The unknown of a variable that has no value."""
    example = "..." if kind in ("any", *_TEXT_TYPES) else "'[...]'" if kind in ("list", "set", "tuple") else "'{...}'"
    return unknown(
        f'variable "{name}" has no value; give --var {name}={example} or --var-file', identity=("variable", name)
    )
