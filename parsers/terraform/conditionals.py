"""``test ? then : otherwise`` (hclsyntax, ConditionalExpr)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple

from parsers.terraform.convert import convert
from parsers.terraform.evaluation import Scope, evaluate, evaluates
from parsers.terraform.mismatch import difference
from parsers.terraform.nodes import (
    Binary,
    Conditional,
    Expression,
    ObjectNode,
    Template,
    TemplateFor,
    TemplateIf,
    TupleNode,
    Unary,
)
from parsers.terraform.operators import bounds
from parsers.terraform.types import any_of
from parsers.terraform.unify import unify
from parsers.terraform.values import (
    ANY,
    BOOL,
    COLLECTIONS,
    NUMBER,
    STRING,
    EvaluationError,
    Type,
    Unresolved,
    Value,
    deep_marks,
    length_bounds,
    marked,
    object_of,
    tuple_of,
    unknown,
)

_IN_DISGUISE = {"tuple": "list", "object": "map"}
"""What a structure is taken for beside a collection."""


class Arm(NamedTuple):
    """One of the two results; with ``error`` the value is an unknown of the type that is left to see."""

    value: Value
    error: EvaluationError | None = None


@evaluates(Conditional)
def conditional(node: Conditional, scope: Scope) -> Value:
    """Both arms are evaluated, since the type of the result is that of both; an error counts only in the chosen one."""
    then, otherwise = _arm(node.then, scope), _arm(node.otherwise, scope)
    common = _common_type(then.value, otherwise.value)
    return choose(evaluate(node.test, scope), then, otherwise, common)


def _arm(expression: Expression, scope: Scope) -> Arm:
    try:
        return Arm(evaluate(expression, scope))
    except EvaluationError as error:
        return Arm(_outline(expression, scope), error)


def choose(test: Value, then: Arm, otherwise: Arm, common: Type) -> Value:
    """The result of a conditional whose parts are evaluated and whose results have a type in common."""
    if test.is_null:
        raise EvaluationError("the condition value is null")
    marks = test.marks | then.value.marks | otherwise.value.marks
    if test.unresolved is not None:
        return marked(_either(test.unresolved, then.value, otherwise.value, common), marks)
    try:
        chosen = then if convert(test, BOOL).truth else otherwise
    except EvaluationError as error:
        raise EvaluationError("the condition expression must be of type bool") from error
    if chosen.error is not None:
        raise chosen.error
    try:
        _check_members(chosen.value, (otherwise if chosen is then else then).value.type, common)
        return marked(convert(chosen.value, common), marks)
    except EvaluationError as error:
        which = "true" if chosen is then else "false"
        raise EvaluationError(f"the {which} result value has the wrong type: {error.message}") from error


def _check_members(value: Value, other: Type, common: Type) -> None:
    """Raises EvaluationError for a tuple beside a list, or an object beside a map, that Terraform fails to convert.

    The conversion that go-cty finds (convert, unifyTuplesAsList and unifyObjectsAsMaps) leads from the collection of
    the value's own members to the common one, and is then put on the value itself: what is the same in both stays as
    it is in each member.
    """
    kind = _IN_DISGUISE.get(value.type.kind)
    if kind is None or other.kind != kind or not isinstance(value.data, tuple | Mapping):
        return
    own, wanted = unify(value.type.inner), common.element
    if own is None or wanted is None or own == wanted or unify((Type(kind, own), other)) != common:
        return
    members = value.data.values() if isinstance(value.data, Mapping) else value.data
    left = {_left_as(each, own, wanted) for each in members}
    if any(each.is_vague for each in left):
        return
    left = {each for each in left if each.kind != "any"}
    unified = kind == "map" and wanted.kind in (*COLLECTIONS, "object") and unify(left, safe=True) is not None
    if len(left) > 1 and not unified:
        raise EvaluationError(f"element types must all match for conversion to {kind}")


def _left_as(value: Value, source: Type, target: Type) -> Type:
    """The type that a conversion from ``source`` to ``target`` gives a value that is not of the source's type."""
    if target == source or target.kind == "any":
        return value.type
    fields, data = dict(source.fields), value.data
    if source.kind != "object" or target.kind != "object" or not isinstance(data, Mapping):
        return target
    if not all(name in data and name in fields for name, _ in target.fields):
        return target
    return Type(
        "object", fields=tuple((name, _left_as(data[name], fields[name], kind)) for name, kind in target.fields)
    )


def _is_bare_null(value: Value) -> bool:
    return value.is_null and value.type.kind == "any" and not value.marks


def _common_type(then: Value, otherwise: Value) -> Type:
    """The type of the result; ``any`` where it is that of the chosen arm. Raises EvaluationError if there is none."""
    if _is_bare_null(then):
        return otherwise.type
    if _is_bare_null(otherwise):
        return then.type
    if {then.type.kind, otherwise.type.kind} & {"any", "resource"}:
        return any_of((then.type, otherwise.type))
    common = unify((then.type, otherwise.type))
    if common is None:
        hidden = deep_marks(then) | deep_marks(otherwise)  # the names of attributes may be secret
        message = "" if hidden else f": {difference(then.type, otherwise.type)}"
        raise EvaluationError(f"the true and false results must have consistent types{message}")
    return common


def _either(test: Unresolved, then: Value, otherwise: Value, common: Type) -> Value:
    """What is certain of the result while it is not known which arm it will be."""
    if then.is_null and otherwise.is_null:
        return Value(common, None)
    not_null = _not_null(then) and _not_null(otherwise)
    if then.type == otherwise.type == NUMBER and not then.is_null and not otherwise.is_null:
        (low, high), (lowest, highest) = bounds(then), bounds(otherwise)
        return _within(test, NUMBER, not_null, min(low, lowest), max(high, highest))
    if then.type == otherwise.type and then.type.kind in COLLECTIONS:
        least, most = length_bounds(then)
        fewest, largest = length_bounds(otherwise)
        top = None if most is None or largest is None else max(most, largest)
        return unknown(test.reason, common, not_null=not_null, least=min(least, fewest), most=top)
    return unknown(test.reason, common, not_null=not_null)


def _within(test: Unresolved, kind: Type, not_null: bool, low: Decimal, high: Decimal) -> Value:
    ends = (None if low.is_infinite() else low, None if high.is_infinite() else high)
    return unknown(test.reason, kind, not_null=not_null, least=ends[0], most=ends[1])


def _not_null(value: Value) -> bool:
    opened = value.unresolved
    return not value.is_null and (opened is None or opened.not_null)


def _outline(expression: Expression, scope: Scope) -> Value:
    """What an expression with an error in it still says of its type: HCL goes on with an unknown for the fault."""
    reason = "there is an error in it"
    if isinstance(expression, TupleNode):
        return tuple_of(_arm(item, scope).value for item in expression.items)
    if isinstance(expression, ObjectNode):
        entries = {}
        for key, item in expression.items:
            name = _arm(key, scope).value
            if not isinstance(name.data, str):
                return unknown(reason)
            entries[name.data] = _arm(item, scope).value
        return object_of(entries)
    if isinstance(expression, Template) and (
        len(expression.parts) > 1 or isinstance(expression.parts[0], TemplateIf | TemplateFor)
    ):
        return unknown(reason, STRING, not_null=True)
    if isinstance(expression, Conditional):
        try:
            kind = _common_type(_arm(expression.then, scope).value, _arm(expression.otherwise, scope).value)
        except EvaluationError:
            kind = ANY
        return unknown(reason, kind)
    if isinstance(expression, Unary | Binary):
        return unknown(reason, NUMBER if expression.operator in "+-*/%" else BOOL)
    return unknown(reason)
