"""The value of a variable inside its module: what it was given or its default, as its declaration wants it.

Source: Terraform language, "Input Variables" and "Type Constraints"; terraform internal/terraform/eval_variable.go for
the order of the steps: null to default where null is refused, optional attributes, conversion, marks.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from drift.location import Diagnostic, Location, Severity
from parsers.terraform.constraints import Constraint, Nothing, constraint
from parsers.terraform.convert import convert
from parsers.terraform.expressions import Budget, Scope, evaluate
from parsers.terraform.nodes import Block
from parsers.terraform.values import (
    BOOL,
    EPHEMERAL,
    SENSITIVE,
    EvaluationError,
    RefusalError,
    Value,
    marked,
    unknown,
)

TEXT_TYPES = frozenset({"string", "number", "bool"})


@dataclass(frozen=True, slots=True)
class Argument:
    """A value that a variable is given: ``source`` says by what, ``at`` where that stands, if it stands in a file."""

    value: Value
    source: str
    at: Location | None = None


Tell = Callable[[Diagnostic], None]


def variable_value(
    name: str, block: Block, argument: Argument | None, call: tuple[str, Location] | None, tell: Tell
) -> Value:
    """The value of ``var.name``, declared by ``block``; ``call`` is the address of its module and where it is called.

    What Terraform refuses is told with its place, and unknown.
    """
    try:
        wanted = constraint(block.expression("type"))
    except (EvaluationError, RefusalError) as error:
        return _refused(f'the type of the variable "{name}": {_plain(error)}', block.at, tell)
    marks = marks_of(block)
    nullable = _flag(block, "nullable", otherwise=True)
    default = _default(name, block, wanted, tell)
    if default is not None and default.is_null and not nullable:
        default = _refused(f'the default of the variable "{name}" may not be null', block.at, tell)
    value = None if argument is None else argument.value
    if value is not None and value.is_null and not nullable:
        value = None
        if default is None:
            return _refused(f'the variable "{name}" may not be null', _place(argument, block), tell)
    if value is None or argument is None:
        if default is not None:
            return marked(default, marks)
        return _without_value(name, wanted, call, tell)
    try:
        return marked(wanted.apply(value), marks)
    except EvaluationError as error:
        given = f" given by {argument.source}" if argument.at is None else ""
        message = f'the value of the variable "{name}"{given} does not fit its type: {error.message}'
        return marked(_refused(message, _place(argument, block), tell), marks)


def marks_of(block: Block) -> list[str]:
    """The marks that a variable gives to its values."""
    return [mark for mark in (SENSITIVE, EPHEMERAL) if _flag(block, mark)]


def _default(name: str, block: Block, wanted: Constraint, tell: Tell) -> Value | None:
    """The default as the type wants it; it is checked whether it is needed or not."""
    expression = block.expression("default")
    if expression is None:
        return None
    try:
        return wanted.apply(evaluate(expression, _literals()))
    except (EvaluationError, RefusalError) as error:
        return _refused(f'the default of the variable "{name}": {_plain(error)}', expression.at, tell)


def _without_value(name: str, wanted: Constraint, call: tuple[str, Location] | None, tell: Tell) -> Value:
    if call is not None:
        return _refused(f'{call[0]} is not given "{name}", which it requires', call[1], tell)
    kind = wanted.type.kind
    example = "..." if kind in ("any", *TEXT_TYPES) else "'[...]'" if kind in ("list", "set", "tuple") else "'{...}'"
    return unknown(
        f'variable "{name}" has no value; give --var {name}={example} or --var-file',
        wanted.type,
        identity=("variable", name),
    )


def _refused(message: str, at: Location, tell: Tell) -> Value:
    tell(Diagnostic(Severity.ERROR, "invalid-variable", message, at, "Terraform refuses this; correct the value"))
    return unknown(f"{message} ({at})")


def _place(argument: Argument | None, block: Block) -> Location:
    return block.at if argument is None or argument.at is None else argument.at


def _flag(block: Block, name: str, *, otherwise: bool = False) -> bool:
    """A switch of a variable's block, which Terraform wants to be literal."""
    expression = block.expression(name)
    try:
        value = None if expression is None else convert(evaluate(expression, _literals()), BOOL)
    except (EvaluationError, RefusalError):
        return otherwise
    return value.data if value is not None and isinstance(value.data, bool) else otherwise


def _literals() -> Scope:
    return Scope(Nothing(), Budget())


def _plain(error: EvaluationError | RefusalError) -> str:
    return error.message if isinstance(error, EvaluationError) else str(error)
