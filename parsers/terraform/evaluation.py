"""How an expression is evaluated: the scope it stands in, the work that is left, and the step from node to value.

The modules that know the kinds of expressions enter their evaluators here; ``expressions`` brings them all in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from drift.location import Location
from parsers.terraform.faults import IN_ERROR
from parsers.terraform.limits import MAX_EXPRESSION_DEPTH, MAX_STEPS, SHARES, WEIGHT_PER_STEP
from parsers.terraform.nodes import (
    Call,
    Conditional,
    Expression,
    For,
    Literal,
    ObjectNode,
    Splat,
    Template,
    TupleNode,
)
from parsers.terraform.values import EvaluationError, RefusalError, Value, unknown


class Budget:
    """How much work is left: steps in all and for the outermost expression that is being evaluated, and nesting."""

    def __init__(self, steps: int = MAX_STEPS) -> None:
        self.steps = self._all = steps
        self.depth = 0
        self._share = max(1, steps // SHARES)
        self._floor = 0

    def renew(self) -> None:
        """All the work may be done again: another question is asked of what is known by now."""
        self.steps, self._floor = self._all, 0

    def begin(self) -> None:
        """An outermost expression begins: what it takes too long for, others need not suffer for."""
        self._floor = max(0, self.steps - self._share)

    def spend(self, steps: int) -> None:
        """Takes away steps. Raises RefusalError if there are not so many left."""
        if self.steps - steps < self._floor:
            self.steps = self._floor
            raise RefusalError("it takes too long to evaluate")
        self.steps -= steps

    def charge(self, *values: Value) -> None:
        """Takes away what it costs to go through values, or to make them. Raises RefusalError as ``spend`` does."""
        weight = sum(each.weight for each in values)
        if weight >= WEIGHT_PER_STEP:
            self.spend(weight // WEIGHT_PER_STEP)


class Names(Protocol):
    """What references outside of the expression mean: ``var``, ``local``, resources and so on."""

    def resolve(self, words: tuple[str, ...], at: Location) -> tuple[Value, int]:
        """The value that the first of the words stand for, and how many of them that took."""
        ...

    def call(self, name: str, args: list[Value], at: Location) -> Value:
        """The result of a function."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Scope:
    """Where an expression stands: the module's names and the variables of the ``for`` expressions around it."""

    names: Names
    budget: Budget
    local: Mapping[str, Value] = field(default_factory=dict)

    def bind(self, local: Mapping[str, Value]) -> Scope:
        """The same with more variables, under any name."""
        return Scope(self.names, self.budget, {**self.local, **local})


_Evaluator = TypeVar("_Evaluator", bound=Callable[..., Value])
_EVALUATORS: dict[type, Callable[[Any, Scope], Value]] = {}
_MAKERS = (Call, Conditional, For, Splat, Template)
"""The expressions that may make a large value out of a short source."""
_FREE = (Literal, Template, TupleNode, ObjectNode)
"""The expressions that are as large as their source, so that literals can be read when nothing else can."""


def evaluates(kind: type) -> Callable[[_Evaluator], _Evaluator]:
    """Enters a function as the one that evaluates nodes of a kind."""

    def enter(evaluator: _Evaluator) -> _Evaluator:
        _EVALUATORS[kind] = evaluator
        return evaluator

    return enter


def evaluate(expression: Expression, scope: Scope) -> Value:
    """The value of an expression. Raises EvaluationError and RefusalError."""
    budget = scope.budget
    if not budget.depth:
        budget.begin()
    if not isinstance(expression, _FREE):
        budget.spend(1)
    if budget.depth > MAX_EXPRESSION_DEPTH:
        raise RefusalError("the expression is nested too deep")
    budget.depth += 1
    try:
        value = _EVALUATORS[type(expression)](expression, scope)
        if isinstance(expression, _MAKERS):
            budget.charge(value)
        return value
    except EvaluationError as error:
        if error.at is None:
            error.at = expression.at
        raise
    finally:
        budget.depth -= 1


def evaluate_or_unknown(expression: Expression, scope: Scope) -> Value:
    """The value, with every failure turned into an unknown whose reason tells what and where."""
    try:
        return evaluate(expression, scope)
    except EvaluationError as error:
        return unknown(f"{IN_ERROR}{error}")
    except RefusalError as error:
        return unknown(f"{error} ({expression.at})")
    except RecursionError:
        return unknown(f"the expression is nested too deep ({expression.at})")
