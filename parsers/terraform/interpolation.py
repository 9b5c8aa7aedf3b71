"""Templates: text with expressions, ``%{if}`` and ``%{for}`` in it (hclsyntax/expression_template.go)."""

from __future__ import annotations

from collections.abc import Iterable

from parsers.terraform.access import elements, join_text
from parsers.terraform.conditionals import Arm, choose
from parsers.terraform.convert import convert
from parsers.terraform.evaluation import Scope, evaluate, evaluates
from parsers.terraform.nodes import Part, Template, TemplateFor, TemplateIf
from parsers.terraform.values import STRING, EvaluationError, Lazy, Unresolved, Value, marked, unknown


@evaluates(Template)
def template(node: Template, scope: Scope) -> Value:
    """A template that is one interpolation and nothing else is the value of that, of whatever type."""
    if len(node.parts) == 1 and not isinstance(node.parts[0], str | TemplateIf | TemplateFor):
        return evaluate(node.parts[0], scope)
    return _joined(_part(part, scope) for part in node.parts)


def _joined(values: Iterable[Value]) -> Value:
    pieces: list[str | Unresolved] = []
    marks: frozenset[str] = frozenset()
    for value in values:
        marks |= value.marks
        if isinstance(value.data, str | Unresolved):
            pieces.append(value.data)
    return marked(join_text(pieces), marks)


def _part(part: Part, scope: Scope) -> Value:
    """A part as a string, or an unknown of any type."""
    if isinstance(part, str):
        return Value(STRING, part)
    if isinstance(part, TemplateIf):
        return _if(part, scope)
    if isinstance(part, TemplateFor):
        return _for(part, scope)
    value = evaluate(part, scope)
    if value.is_null:
        raise EvaluationError(
            "the expression result is null; cannot include a null value in a string template", part.at
        )
    if value.unresolved is not None:
        return value
    try:
        if isinstance(value.data, Lazy):
            raise EvaluationError("string required")
        return convert(value, STRING)
    except EvaluationError as error:
        message = f"cannot include the given value in a string template: {error.detail}"
        raise EvaluationError(message, part.at) from error


def _arm(parts: tuple[Part, ...], scope: Scope) -> Arm:
    try:
        return Arm(_joined(_part(part, scope) for part in parts))
    except EvaluationError as error:
        return Arm(unknown("there is an error in it", STRING, not_null=True), error)


def _if(part: TemplateIf, scope: Scope) -> Value:
    then, otherwise = _arm(part.then, scope), _arm(part.otherwise, scope)
    test = evaluate(part.test, scope)
    try:
        return choose(test, then, otherwise, STRING)
    except EvaluationError as error:
        raise EvaluationError(error.message, error.at or part.test.at) from error


def _for(part: TemplateFor, scope: Scope) -> Value:
    collection = evaluate(part.collection, scope)
    try:
        items = elements(collection)
    except EvaluationError as error:
        raise EvaluationError(error.message, part.collection.at) from error
    if isinstance(items, Unresolved):
        return marked(unknown(items.reason, STRING), collection.marks)
    rounds: list[Value] = []
    for key, value in items:
        names = {part.value: value} if part.key is None else {part.key: key, part.value: value}
        inner = scope.bind(names)
        rounds.append(_joined(_part(each, inner) for each in part.body))
        scope.budget.spend(1)
    return marked(_joined(rounds), collection.marks)
