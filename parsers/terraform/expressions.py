"""Evaluates expressions. Errors that Terraform would report are EvaluationError; what is not known is an unknown value.

Source of the behaviour: HCL native syntax specification and hclsyntax/expression.go; unknowns as in Terraform's plans.
"""

from __future__ import annotations

from collections.abc import Mapping

from parsers.terraform import comprehensions, conditionals, interpolation, operators  # noqa: F401 - they enter themselves
from parsers.terraform.access import attribute, index
from parsers.terraform.convert import to_text
from parsers.terraform.evaluation import Budget, Names, Scope, evaluate, evaluate_or_unknown, evaluates
from parsers.terraform.nodes import (
    Binary,
    Call,
    Expression,
    GetAttr,
    Index,
    Literal,
    Name,
    ObjectNode,
    TupleNode,
    Unary,
    Unreadable,
)
from parsers.terraform.values import (
    BOOL,
    SEQUENCES,
    EvaluationError,
    Unresolved,
    Value,
    deep_marks,
    marked,
    object_of,
    tuple_of,
    unknown,
)


@evaluates(Literal)
def _literal(node: Literal, _: Scope) -> Value:
    return node.value


@evaluates(Unreadable)
def _unreadable(node: Unreadable, _: Scope) -> Value:
    return unknown(f"{node.reason} ({node.at})")


@evaluates(TupleNode)
def _tuple(node: TupleNode, scope: Scope) -> Value:
    return tuple_of([evaluate(item, scope) for item in node.items])


@evaluates(ObjectNode)
def _object(node: ObjectNode, scope: Scope) -> Value:
    """An object; unknown as a whole, its type included, if one of its keys is unknown."""
    entries: dict[str, Value] = {}
    marks: frozenset[str] = frozenset()
    opened: Unresolved | None = None
    for key_node, value_node in node.items:
        key, value = evaluate(key_node, scope), evaluate(value_node, scope)
        if key.is_null:
            raise EvaluationError("can't use a null value as a key", key_node.at)
        marks |= key.marks
        try:
            key = to_text(key)
        except EvaluationError as error:
            raise EvaluationError(f"can't use this value as a key: {error.detail}", key_node.at) from error
        if key.unresolved is not None:
            opened = opened or key.unresolved
        else:
            entries[key.text] = value
    return marked(unknown(opened.reason) if opened is not None else object_of(entries), marks)


@evaluates(Name)
def _name(node: Name, scope: Scope) -> Value:
    if node.name in scope.local:
        return scope.local[node.name]
    return scope.names.resolve((node.name,), node.at)[0]


@evaluates(GetAttr)
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


@evaluates(Index)
def _index(node: Index, scope: Scope) -> Value:
    return index(evaluate(node.base, scope), evaluate(node.key, scope), node.at)


@evaluates(Call)
def _call(node: Call, scope: Scope) -> Value:
    name = node.name.removeprefix("core::")
    if name in ("try", "can"):
        return _try(node, scope) if name == "try" else _can(node, scope)
    args = [evaluate(arg, scope) for arg in node.args]
    if node.expand_last and args:
        more = _expanded(args.pop(), node.args[-1])
        if isinstance(more, Value):
            return more
        args.extend(more)
    scope.budget.charge(*args)
    return scope.names.call(node.name, args, node.at)


def _expanded(last: Value, expression: Expression) -> list[Value] | Value:
    """The arguments that the one before ``...`` holds; an unknown where it is not known how many."""
    if last.is_null:
        raise EvaluationError("the expanding argument (indicated by ...) must not be null", expression.at)
    if last.unresolved is not None and last.type.kind in (*SEQUENCES, "any"):
        return marked(unknown(last.unresolved.reason), last.marks)
    if not isinstance(last.data, tuple):
        raise EvaluationError("the expanding argument (indicated by ...) must be a tuple, list, or set", expression.at)
    return [marked(each, last.marks) for each in last.data]


def _try(node: Call, scope: Scope) -> Value:
    """The first argument that is no error; one with an unknown in it may turn out to be, so the result is unknown."""
    failure: EvaluationError | None = None
    for arg in node.args:
        try:
            value = evaluate(arg, scope)
        except EvaluationError as error:
            failure = error
            continue
        opened = _opened(value)
        if opened is None:
            return value
        if value.unresolved is None:
            return marked(unknown(opened.reason), deep_marks(value))
        kept = unknown(opened.reason, prefix=opened.prefix, suffix=opened.suffix, identity=opened.identity)
        return marked(kept, value.marks)
    if failure is None:
        raise EvaluationError("at least one argument is required", node.at)
    raise EvaluationError(f"no expression succeeded: {failure}", node.at)


def _opened(value: Value) -> Unresolved | None:
    """The first unknown in a value; the attributes of a resource are left alone until they are asked for."""
    data = value.data
    if isinstance(data, Unresolved):
        return data
    inner = data if isinstance(data, tuple) else data.values() if isinstance(data, Mapping) else ()
    return next((found for found in map(_opened, inner) if found is not None), None)


def _can(node: Call, scope: Scope) -> Value:
    if len(node.args) != 1:
        raise EvaluationError("can takes one argument", node.at)
    try:
        value = evaluate(node.args[0], scope)
    except EvaluationError:
        return Value(BOOL, False)
    opened = _opened(value)
    if opened is not None:
        return unknown(opened.reason, BOOL)
    return Value(BOOL, True)


@evaluates(Unary)
def _unary(node: Unary, scope: Scope) -> Value:
    return operators.unary(node.operator, evaluate(node.operand, scope))


@evaluates(Binary)
def _binary(node: Binary, scope: Scope) -> Value:
    """Chains of operators lie deep in one another on the left; they are worked off without going deep."""
    chain = [node]
    while isinstance(chain[-1].left, Binary):
        chain.append(chain[-1].left)
    value = evaluate(chain[-1].left, scope)
    for each in reversed(chain):
        right = evaluate(each.right, scope)
        scope.budget.charge(value, right)
        try:
            value = operators.binary(each.operator, value, right)
        except EvaluationError as error:
            raise EvaluationError(error.message, error.at or each.at) from error
    return value


__all__ = ["Budget", "Names", "Scope", "evaluate", "evaluate_or_unknown"]
