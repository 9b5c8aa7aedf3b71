"""What a module gives to its caller: its outputs, one by one or as one object."""

from __future__ import annotations

from typing import Protocol

from drift.location import Location
from parsers.terraform.calls import Outlined, Unreadable
from parsers.terraform.config import Module
from parsers.terraform.convert import convert
from parsers.terraform.expressions import Scope, evaluate, evaluate_or_unknown
from parsers.terraform.nodes import Block
from parsers.terraform.values import (
    BOOL,
    EPHEMERAL,
    NULL,
    RESOURCE,
    SENSITIVE,
    EvaluationError,
    Lazy,
    RefusalError,
    Value,
    marked,
    object_of,
    unknown,
)


class Callee(Protocol):
    """What this module needs of a module instance."""

    @property
    def module(self) -> Module: ...

    @property
    def outlined(self) -> Outlined | None: ...

    def output(self, name: str) -> Value: ...


def output_value(block: Block, scope: Scope) -> Value:
    """The value of an output, with the marks that its block gives it."""
    expression = block.expression("value")
    value = NULL if expression is None else evaluate_or_unknown(expression, scope)
    return marked(value, [mark for mark in (SENSITIVE, EPHEMERAL) if _says(block, mark, scope)])


def _says(block: Block, name: str, scope: Scope) -> bool:
    expression = block.expression(name)
    if expression is None:
        return False
    try:
        return convert(evaluate(expression, scope), BOOL).data is True
    except (EvaluationError, RefusalError):
        return False


def module_value(address: str, callee: Callee | None, why: Unreadable | None) -> Value:
    """What a reference to an instance of a module call gives; ``why`` says why its module cannot be read."""

    def attribute(name: str, at: Location | None) -> Value:
        if callee is None:
            return unknown(str(why or "the module cannot be read"), identity=("output", address, name))
        if name in callee.module.outputs:
            return callee.output(name)
        if callee.outlined is not None:
            return unknown(str(callee.outlined.why), identity=("output", address, name))
        if callee.module.broken:
            return unknown(f'a file of {address} cannot be read, and the output "{name}" is in none of the others')
        raise EvaluationError(f'{address} has no output "{name}"', at)

    def whole() -> Value:
        return object_of({name: callee.output(name) for name in callee.module.outputs} if callee is not None else {})

    closed = callee is not None and not callee.module.broken and callee.outlined is None
    return Value(RESOURCE, Lazy(address, attribute, whole if closed else None))
