"""Evaluates expressions. Errors that Terraform would report are EvaluationError; what is not known is an unknown value.

Source of the behaviour: HCL native syntax specification and hclsyntax/expression.go; unknowns as in Terraform's plans.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from drift.location import Location
from parsers.terraform import operators
from parsers.terraform.access import attribute, index, iterate, join_text
from parsers.terraform.convert import convert, to_text, to_unified, unify
from parsers.terraform.limits import MAX_EXPRESSION_DEPTH, MAX_STEPS
from parsers.terraform.nodes import (
    SPLAT_ITEM,
    Binary,
    Call,
    Conditional,
    Expression,
    For,
    GetAttr,
    Index,
    Literal,
    Name,
    ObjectNode,
    Part,
    Splat,
    Template,
    TemplateFor,
    TemplateIf,
    TupleNode,
    Unary,
    Unreadable,
)
from parsers.terraform.values import (
    BOOL,
    EvaluationError,
    RefusalError,
    Unresolved,
    Value,
    list_of,
    object_of,
    tuple_of,
    unknown,
)


class Budget:
    """How much work is left: steps in all, and nesting at this moment."""

    def __init__(self, steps: int = MAX_STEPS) -> None:
        self.steps = steps
        self.depth = 0


class Names(Protocol):
    """What references outside of the expression mean: ``var``, ``local``, resources and so on."""

    def resolve(self, words: tuple[str, ...], at: Location) -> tuple[Value, int]:
        """The value that the first of the words stand for, and how many of them that took."""
        ...

    def call(self, name: str, args: list[Value], at: Location) -> Value:
        """The result of a function."""
        ...


@dataclass(frozen=True, slots=True)
class Scope:
    """Where an expression stands: the module's names and the variables of the ``for`` expressions around it."""

    names: Names
    budget: Budget
    local: Mapping[str, Value] = field(default_factory=dict)

    def bind(self, local: Mapping[str, Value]) -> Scope:
        """The same with more variables, under any name."""
        return Scope(self.names, self.budget, {**self.local, **local})


def evaluate(expression: Expression, scope: Scope) -> Value:
    """The value of an expression. Raises EvaluationError and RefusalError."""
    budget = scope.budget
    budget.steps -= 1
    if budget.steps < 0:
        raise RefusalError("the configuration takes too long to evaluate")
    if budget.depth > MAX_EXPRESSION_DEPTH:
        raise RefusalError("the expression is nested too deep")
    budget.depth += 1
    try:
        return _EVALUATORS[type(expression)](expression, scope)
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
        return unknown(f"error in the configuration: {error}")
    except RefusalError as error:
        return unknown(f"{error} ({expression.at})")
    except RecursionError:
        return unknown(f"the expression is nested too deep ({expression.at})")


def _literal(node: Literal, _: Scope) -> Value:
    return node.value


def _unreadable(node: Unreadable, _: Scope) -> Value:
    return unknown(f"{node.reason} ({node.at})")


def _template(node: Template, scope: Scope) -> Value:
    if len(node.parts) == 1 and not isinstance(node.parts[0], str | TemplateIf | TemplateFor):
        return evaluate(node.parts[0], scope)
    return join_text(_pieces(node.parts, scope))


def _pieces(parts: tuple[Part, ...], scope: Scope) -> list[str | Unresolved]:
    pieces: list[str | Unresolved] = []
    for part in parts:
        if isinstance(part, str):
            pieces.append(part)
        elif isinstance(part, TemplateIf):
            pieces.extend(_template_if(part, scope))
        elif isinstance(part, TemplateFor):
            pieces.extend(_template_for(part, scope))
        else:
            pieces.append(_piece(evaluate(part, scope), part.at))
    return pieces


def _piece(value: Value, at: Location) -> str | Unresolved:
    if value.is_null:
        raise EvaluationError("a template cannot take null", at)
    shown = to_text(value).data
    if isinstance(shown, str | Unresolved):
        return shown
    raise EvaluationError("a template can only take text", at)


def _template_if(part: TemplateIf, scope: Scope) -> list[str | Unresolved]:
    test = convert(evaluate(part.test, scope), BOOL)
    if test.unresolved is not None:
        return [Unresolved(test.unresolved.reason)]
    return _pieces(part.then if test.truth else part.otherwise, scope)


def _template_for(part: TemplateFor, scope: Scope) -> list[str | Unresolved]:
    collection = evaluate(part.collection, scope)
    items = iterate(collection)
    if isinstance(items, Unresolved):
        return [Unresolved(items.reason)]
    pieces: list[str | Unresolved] = []
    for key, value in items:
        names = {part.value: value} if part.key is None else {part.key: key, part.value: value}
        pieces.extend(_pieces(part.body, scope.bind(names)))
    return pieces


def _tuple(node: TupleNode, scope: Scope) -> Value:
    return tuple_of(evaluate(item, scope) for item in node.items)


def _object(node: ObjectNode, scope: Scope) -> Value:
    entries: dict[str, Value] = {}
    for key_node, value_node in node.items:
        key = evaluate(key_node, scope)
        if key.unresolved is not None:
            return unknown(key.unresolved.reason)
        if key.is_null:
            raise EvaluationError("the key of an object cannot be null", key_node.at)
        entries[to_text(key).text] = evaluate(value_node, scope)
    return object_of(entries)


def _name(node: Name, scope: Scope) -> Value:
    if node.name in scope.local:
        return scope.local[node.name]
    return scope.names.resolve((node.name,), node.at)[0]


def _get_attr(node: GetAttr, scope: Scope) -> Value:
    words: list[str] = [node.name]
    base: Expression = node.base
    while isinstance(base, GetAttr):
        words.append(base.name)
        base = base.base
    if not isinstance(base, Name) or base.name in scope.local:
        return attribute(evaluate(node.base, scope), node.name, node.at)
    path = (base.name, *reversed(words))
    value, used = scope.names.resolve(path, node.at)
    for word in path[used:]:
        value = attribute(value, word, node.at)
    return value


def _index(node: Index, scope: Scope) -> Value:
    return index(evaluate(node.base, scope), evaluate(node.key, scope), node.at)


def _splat(node: Splat, scope: Scope) -> Value:
    base = evaluate(node.base, scope)
    if base.unresolved is not None:
        return unknown(base.unresolved.reason)
    if base.is_null:
        return tuple_of(())
    members = base.members if isinstance(base.data, tuple) else (base,)
    results = [evaluate(node.each, scope.bind({SPLAT_ITEM: member})) for member in members]
    common = unify(each.type for each in results)
    if base.type.kind in ("list", "set") and common is not None:
        return list_of(common, (convert(each, common) for each in results))
    return tuple_of(results)


def _for(node: For, scope: Scope) -> Value:
    items = iterate(evaluate(node.collection, scope))
    if isinstance(items, Unresolved):
        return unknown(items.reason)
    kept: list[tuple[Value | None, Value]] = []
    for key, value in items:
        inner = scope.bind({node.value: value} if node.key is None else {node.key: key, node.value: value})
        if node.condition is not None:
            test = convert(evaluate(node.condition, inner), BOOL)
            if test.unresolved is not None:
                return unknown(test.unresolved.reason)
            if test.is_null or not test.truth:
                if test.is_null:
                    raise EvaluationError("the condition of a for cannot be null", node.condition.at)
                continue
        result_key = None if node.result_key is None else to_text(evaluate(node.result_key, inner))
        kept.append((result_key, evaluate(node.result, inner)))
    if node.result_key is None:
        return tuple_of(value for _, value in kept)
    return _for_object(node, kept)


def _for_object(node: For, kept: list[tuple[Value | None, Value]]) -> Value:
    groups: dict[str, list[Value]] = {}
    for key, value in kept:
        assert key is not None  # noqa: S101 - there is a result_key
        if key.unresolved is not None:
            return unknown(key.unresolved.reason)
        if key.is_null:
            raise EvaluationError("the key of a for cannot be null", node.at)
        if key.text in groups and not node.grouped:
            raise EvaluationError("two elements of a for have the same key", node.at)
        groups.setdefault(key.text, []).append(value)
    if node.grouped:
        return object_of({key: tuple_of(values) for key, values in groups.items()})
    return object_of({key: values[0] for key, values in groups.items()})


def _call(node: Call, scope: Scope) -> Value:
    if node.name in ("try", "can"):
        return _try(node, scope) if node.name == "try" else _can(node, scope)
    args = [evaluate(arg, scope) for arg in node.args]
    if node.expand_last and args:
        last = args.pop()
        if last.unresolved is not None:
            return unknown(last.unresolved.reason)
        args.extend(last.members)
    return scope.names.call(node.name, args, node.at)


def _try(node: Call, scope: Scope) -> Value:
    """The first argument that is no error; an unknown one may turn out to be, so the result is unknown then."""
    for arg in node.args:
        try:
            return evaluate(arg, scope)
        except EvaluationError:
            continue
    raise EvaluationError("no argument of try works", node.at)


def _can(node: Call, scope: Scope) -> Value:
    try:
        value = evaluate(node.args[0], scope)
    except EvaluationError:
        return Value(BOOL, False)
    except IndexError as error:
        raise EvaluationError("can takes one argument", node.at) from error
    if value.unresolved is not None:
        return unknown(value.unresolved.reason, BOOL)
    return Value(BOOL, True)


def _unary(node: Unary, scope: Scope) -> Value:
    return operators.unary(node.operator, evaluate(node.operand, scope))


def _binary(node: Binary, scope: Scope) -> Value:
    return operators.binary(node.operator, evaluate(node.left, scope), evaluate(node.right, scope))


def _conditional(node: Conditional, scope: Scope) -> Value:
    """Both arms are evaluated, since the type of the result is that of both; an error counts only in the chosen one."""
    test = convert(evaluate(node.test, scope), BOOL)
    if test.is_null:
        raise EvaluationError("the condition is null", node.test.at)
    if test.unresolved is not None:
        return unknown(test.unresolved.reason)
    chosen, other = (node.then, node.otherwise) if test.truth else (node.otherwise, node.then)
    value = evaluate(chosen, scope)
    try:
        types = [value.type, evaluate(other, scope).type]
    except EvaluationError:
        return value
    return to_unified(value, types)


_EVALUATORS: dict[type, Callable[[Any, Scope], Value]] = {
    Literal: _literal,
    Unreadable: _unreadable,
    Template: _template,
    TupleNode: _tuple,
    ObjectNode: _object,
    Name: _name,
    GetAttr: _get_attr,
    Index: _index,
    Splat: _splat,
    For: _for,
    Call: _call,
    Unary: _unary,
    Binary: _binary,
    Conditional: _conditional,
}
