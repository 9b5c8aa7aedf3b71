"""``for`` expressions and splats (hclsyntax, ForExpr and SplatExpr)."""

from __future__ import annotations

from collections.abc import Iterator

from parsers.terraform.access import elements
from parsers.terraform.convert import convert, to_text
from parsers.terraform.evaluation import Scope, evaluate, evaluates
from parsers.terraform.nodes import SPLAT_ITEM, Expression, For, Splat
from parsers.terraform.values import (
    ANY,
    BOOL,
    SEQUENCES,
    EvaluationError,
    Type,
    Unresolved,
    Value,
    length_bounds,
    list_of,
    marked,
    object_of,
    tuple_of,
    unknown,
)


class _Loop:
    """One ``for`` that is being worked off: the marks of its result, and why the result is unknown, if it is."""

    def __init__(self, node: For, scope: Scope, collection: Value) -> None:
        self.node = node
        self.scope = scope
        self.marks = collection.marks
        self.opened: str | None = None

    def bind(self, key: Value, value: Value) -> Scope:
        node = self.node
        return self.scope.bind({node.value: value} if node.key is None else {node.key: key, node.value: value})

    def rounds(self, items: list[tuple[Value, Value]]) -> Iterator[Scope]:
        """The scopes of the elements that the ``if`` clause lets through."""
        for key, value in items:
            self.scope.budget.spend(1)
            inner = self.bind(key, value)
            if self.node.condition is None or self.passes(self.node.condition, inner):
                yield inner

    def passes(self, condition: Expression, inner: Scope) -> bool:
        """Whether the ``if`` clause holds; where that is unknown, so is the result of the loop."""
        test = evaluate(condition, inner)
        if test.is_null:
            raise EvaluationError("the value of the 'if' clause must not be null", condition.at)
        self.marks |= test.marks
        try:
            test = convert(test, BOOL)
        except EvaluationError as error:
            raise EvaluationError(f"the 'if' clause value is invalid: {error.message}", condition.at) from error
        if test.unresolved is not None:
            self.opened = self.opened or test.unresolved.reason
            return False
        return test.truth

    def key(self, expression: Expression, inner: Scope) -> str | None:
        """The key of an element; None if it is unknown, and the result of the loop with it."""
        key = evaluate(expression, inner)
        if key.is_null:
            raise EvaluationError("key expression in 'for' expression must not produce a null value", expression.at)
        self.marks |= key.marks
        if key.unresolved is not None:
            self.opened = self.opened or key.unresolved.reason
            return None
        try:
            return to_text(key).text
        except EvaluationError as error:
            message = f"the key expression produced an invalid result: {error.detail}"
            raise EvaluationError(message, expression.at) from error


@evaluates(For)
def for_expression(node: For, scope: Scope) -> Value:
    """A tuple or an object; the marks of the collection, of the keys and of the tests go on it."""
    collection = evaluate(node.collection, scope)
    loop = _Loop(node, scope, collection)
    try:
        items = elements(collection)
    except EvaluationError as error:
        raise EvaluationError(error.message, node.collection.at) from error
    if node.condition is not None and collection.type.kind != "any":
        nothing = unknown("it is not known yet")
        loop.passes(
            node.condition, loop.bind(nothing, nothing)
        )  # HCL tells of a wrong type even if there is no element
        loop.opened = None
    if isinstance(items, Unresolved):
        return marked(unknown(items.reason), loop.marks)
    result = _tuple(loop, items) if node.result_key is None else _object(loop, items, node.result_key)
    return marked(result if loop.opened is None else unknown(loop.opened), loop.marks)


def _tuple(loop: _Loop, items: list[tuple[Value, Value]]) -> Value:
    return tuple_of([evaluate(loop.node.result, inner) for inner in loop.rounds(items)])


def _object(loop: _Loop, items: list[tuple[Value, Value]], result_key: Expression) -> Value:
    groups: dict[str, list[Value]] = {}
    for inner in loop.rounds(items):
        key = loop.key(result_key, inner)
        if key is None:
            continue
        value = evaluate(loop.node.result, inner)
        if key in groups and not loop.node.grouped:
            shown = "the same key" if loop.marks else f'the key "{key}"'
            raise EvaluationError(f"two different items produced {shown} in this 'for' expression", result_key.at)
        groups.setdefault(key, []).append(value)
    if loop.node.grouped:
        return object_of({key: tuple_of(values) for key, values in groups.items()})
    return object_of({key: values[0] for key, values in groups.items()})


@evaluates(Splat)
def splat(node: Splat, scope: Scope) -> Value:
    """``base[*]``: what is no list stands for a list of itself, and null for an empty one."""
    base = evaluate(node.base, scope)
    listed = base.type.kind in SEQUENCES
    if base.is_null:
        if listed:
            raise EvaluationError("splat expressions cannot be applied to null sequences", node.base.at)
        return marked(tuple_of(()), base.marks)
    opened = base.unresolved
    if opened is not None and base.type.kind == "any":
        return marked(unknown(opened.reason, base.type), base.marks)
    if not listed:
        item = evaluate(node.each, scope.bind({SPLAT_ITEM: base}))
        if opened is not None and not opened.not_null:
            return marked(unknown(opened.reason), base.marks)
        return marked(tuple_of([item]), base.marks)
    if opened is not None:
        return marked(_of_unknown(node, scope, base, opened), base.marks)
    results = [evaluate(node.each, scope.bind({SPLAT_ITEM: member})) for member in base.members]
    if base.type.kind == "tuple":
        return marked(tuple_of(results), base.marks)
    if not results:
        return marked(list_of(_each_type(node, scope, base.type.element or ANY), ()), base.marks)
    kinds = {each.type for each in results if each.type.kind != "any"}
    return marked(
        list_of(kinds.pop() if len(kinds) == 1 else ANY, results) if len(kinds) < 2 else tuple_of(results), base.marks
    )


def _each_type(node: Splat, scope: Scope, element: Type) -> Type:
    """The type of what is made of an element of a type."""
    return evaluate(node.each, scope.bind({SPLAT_ITEM: unknown("it is not known yet", element)})).type


def _of_unknown(node: Splat, scope: Scope, base: Value, opened: Unresolved) -> Value:
    if base.type.kind == "tuple":
        kinds = tuple(_each_type(node, scope, each) for each in base.type.items)
        return unknown(opened.reason, Type("tuple", items=kinds), not_null=True)
    kind = Type("list", _each_type(node, scope, base.type.element or ANY))
    least, most = length_bounds(base)
    return unknown(opened.reason, kind, not_null=True, least=least, most=most)
