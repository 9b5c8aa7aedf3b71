"""Functions that look at lists, maps and objects (terraform/internal/lang/funcs/collection.go, go-cty stdlib)."""

from __future__ import annotations

from collections.abc import Mapping

from parsers.terraform.convert import convert
from parsers.terraform.functions.arguments import whole
from parsers.terraform.functions.graphemes import graphemes
from parsers.terraform.functions.registry import function
from parsers.terraform.operators import equal
from parsers.terraform.unify import unify
from parsers.terraform.values import (
    ANY,
    BOOL,
    NUMBER,
    EvaluationError,
    Lazy,
    RefusalError,
    Type,
    Value,
    first_unknown,
    length_bounds,
    number,
    truth,
    unknown,
)

_COUNTED = frozenset({"list", "set", "map", "tuple", "object"})


def open_length(value: Value) -> str | None:
    """Why it is not known how many members a set has, some of which may turn out to be the same."""
    if value.type.kind != "set" or len(value.members) < 2:
        return None
    opened = first_unknown(value)
    return None if opened is None else opened.reason


@function("length", ANY, deep=False, shallow=False, moves=True)
def length(value: Value) -> Value:
    data, kind = value.data, value.type.kind
    if isinstance(data, str):
        return number(len(graphemes(data)))
    if isinstance(data, Lazy):
        return unknown(f"{data.address} as a whole is only known after apply", NUMBER, not_null=True)
    if kind not in (*_COUNTED, "string", "any"):
        raise EvaluationError(f"length needs a string, a list or a map, not {value.type}")
    if kind == "tuple":
        return number(len(value.type.items))
    if kind == "object":
        return number(len(value.type.fields))
    opened = first_unknown(value)
    if value.unresolved is None and (opened is None or kind != "set" or len(value.members) < 2):
        return number(len(data) if isinstance(data, tuple | Mapping) else 0)
    least, most = length_bounds(value)
    reason = opened.reason if opened is not None else ""
    return unknown(reason, NUMBER, not_null=True, least=least, most=most)


@function("contains", ANY, ANY, deep=False, gives=BOOL)
def contains(collection: Value, wanted: Value) -> Value:
    if collection.type.kind not in ("list", "set", "tuple"):
        raise EvaluationError(f"contains needs a list, not {collection.type}")
    opened: Value | None = None
    for member in collection.members:
        same = equal(wanted, member)
        if same.unresolved is not None:
            opened = same
        elif same.truth:
            return same
    return truth(False) if opened is None else opened


@function("index", ANY, ANY, deep=False, gives=NUMBER)
def index_(value: Value, wanted: Value) -> Value:
    if value.type.kind not in ("list", "tuple"):
        raise EvaluationError(f"index needs a list, not {value.type}")
    for position, member in enumerate(value.members):
        same = equal(member, wanted)
        if same.unresolved is not None:
            return unknown(same.unresolved.reason, NUMBER, not_null=True)
        if same.truth:
            return number(position)
    raise EvaluationError("index finds no such member")


def _type_of_element(value: Value, position: Value) -> Type:
    kind = value.type
    if kind.kind in ("any", "resource"):
        return ANY
    if kind.kind == "list":
        return kind.element or ANY
    if kind.kind != "tuple":
        raise EvaluationError(f"element needs a list, not {kind}")
    if position.unresolved is not None:
        return ANY
    place = whole(position)
    if not kind.items:
        raise EvaluationError("element needs a list that is not empty")
    return kind.items[place % len(kind.items)]


@function("element", ANY, NUMBER, deep=False, moves=True, gives=_type_of_element)
def element(value: Value, position: Value) -> Value:
    _type_of_element(value, position)
    if not value.members:
        raise EvaluationError("element needs a list that is not empty")
    place = whole(position)
    if place < 0:
        raise RefusalError("element from the end, which Terraform has since 1.12 only, is not evaluated")
    return value.members[place % len(value.members)]


def _type_of_one(value: Value) -> Type:
    kind = value.type
    if kind.kind in ("list", "set"):
        return kind.element or ANY
    if kind.kind in ("any", "resource") or (kind.kind == "tuple" and not kind.items):
        return ANY
    if kind.kind == "tuple" and len(kind.items) == 1:
        return kind.items[0]
    raise EvaluationError("one needs a list with at most one member")


@function("one", ANY, deep=False, gives=_type_of_one)
def one(value: Value) -> Value:
    kind = _type_of_one(value)
    reason = open_length(value)
    if reason is not None:
        return unknown(reason, kind)
    if len(value.members) > 1:
        raise EvaluationError("one needs a list with at most one member")
    return value.members[0] if value.members else Value(kind, None)


@function("coalesce", rest=ANY, deep=False, shallow=False, nulls=True)
def coalesce(*args: Value) -> Value:
    common = unify(arg.type for arg in args)
    if common is None:
        raise EvaluationError("the arguments of coalesce have types that do not go together")
    for arg in args:
        if arg.unresolved is not None:
            return unknown(arg.unresolved.reason, common, not_null=True)
        if not arg.is_null and not (common.kind == "string" and arg.data == ""):
            return arg if common.kind == "resource" else convert(arg, common)
    raise EvaluationError("coalesce has no argument that is neither null nor empty")


@function("coalescelist", rest=ANY, deep=False, shallow=False, nulls=True)
def coalescelist(*args: Value) -> Value:
    if not args:
        raise EvaluationError("coalescelist needs at least one list")
    kinds = set()
    for arg in args:
        if arg.unresolved is not None or isinstance(arg.data, Lazy):
            kinds.add(ANY)
            break
        if arg.type.kind not in ("list", "tuple"):
            raise EvaluationError(f"coalescelist needs lists, not {arg.type}")
        kinds.add(arg.type)
    for arg in args:
        if isinstance(arg.data, Lazy):
            return unknown(f"{arg.data.address} as a whole is only known after apply")
        if arg.unresolved is not None:
            return unknown(arg.unresolved.reason, kinds.pop() if len(kinds) == 1 else ANY)
        if not arg.is_null and arg.members:
            return arg
    raise EvaluationError("coalescelist has no argument that is not empty")
