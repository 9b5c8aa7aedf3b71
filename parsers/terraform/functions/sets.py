"""Functions of sets (go-cty function/stdlib/set.go and, for ``setproduct``, collection.go)."""

from __future__ import annotations

import itertools
import math

from parsers.terraform.convert import convert
from parsers.terraform.functions.collections import open_length
from parsers.terraform.functions.registry import function
from parsers.terraform.limits import MAX_WEIGHT
from parsers.terraform.unify import may_unify, unify
from parsers.terraform.values import (
    ANY,
    EvaluationError,
    RefusalError,
    Type,
    Value,
    identity_key,
    length_bounds,
    sequence,
    tuple_of,
    unknown,
    unknowns,
)

_SET = Type("set", ANY)
_MOST_BOUND, _MOST_PRODUCT = 1024, 2048
"""Up to where Terraform tells how large an unknown product may be."""


def _type_of_sets(*args: Value) -> Type:
    kinds = [
        arg.type.element or ANY
        for arg in args
        if not (arg.data == () and arg.type.element is not None and arg.type.element.kind == "any")
    ]
    common = unify(kinds)
    if common is None:
        raise EvaluationError("sets of types that do not go together")
    return Type("set", common)


@function("setunion", _SET, rest=_SET, deep=False, gives=_type_of_sets)
def setunion(*args: Value) -> Value:
    kind = _type_of_sets(*args)
    return sequence(kind, [member for arg in args for member in convert(arg, kind).members])


@function("setintersection", _SET, rest=_SET, gives=_type_of_sets)
def setintersection(*args: Value) -> Value:
    kind = _type_of_sets(*args)
    first, *others = [convert(arg, kind) for arg in args]
    found = [{identity_key(member) for member in each.members} for each in others]
    return sequence(kind, [each for each in first.members if all(identity_key(each) in keys for keys in found)])


@function("setsubtract", _SET, _SET, gives=_type_of_sets)
def setsubtract(*args: Value) -> Value:
    kind = _type_of_sets(*args)
    first, second = [convert(arg, kind) for arg in args]
    found = {identity_key(member) for member in second.members}
    return sequence(kind, [each for each in first.members if identity_key(each) not in found])


def _type_of_product(args: tuple[Value, ...]) -> Type:
    if len(args) < 2:
        raise EvaluationError("setproduct needs at least two sets")
    elements = []
    for arg in args:
        kind = arg.type
        if kind.kind not in ("list", "set", "tuple"):
            raise EvaluationError(f"setproduct needs sets or lists, not {kind}")
        common = unify(kind.items) if kind.kind == "tuple" else kind.element or ANY
        if common is None:
            raise EvaluationError("all members of a set must have the same type")
        elements.append(common)
    ordered = all(arg.type.kind != "set" for arg in args)
    return Type("list" if ordered else "set", Type("tuple", items=tuple(elements)))


@function("setproduct", rest=ANY, deep=False, shallow=False, moves=True)
def setproduct(*args: Value) -> Value:
    for arg in args:
        if arg.unresolved is not None and arg.type.kind == "any":
            return unknown(arg.unresolved.reason)
    kind = _type_of_product(args)
    for arg in args:
        reason = arg.unresolved.reason if arg.unresolved is not None else open_length(arg)
        if reason is not None:
            return _unknown_product(reason, kind, args)
    if math.prod(len(arg.members) for arg in args) > MAX_WEIGHT // (len(args) + 1):
        raise RefusalError("setproduct gives too many combinations")
    items = kind.element.items if kind.element is not None else ()
    columns = [[convert(member, item) for member in arg.members] for arg, item in zip(args, items, strict=True)]
    rows = [tuple_of(row) for row in itertools.product(*columns)]
    kinds = {row.type for row in rows}
    if len(kinds) > 1 and may_unify(kinds):
        reason = next(each.reason for row in rows for each in unknowns(row))
        return _unknown_product(reason, kind, args)
    if len(kinds) > 1:
        raise EvaluationError("the combinations have types that do not go together")
    return sequence(kind, rows)


def _unknown_product(reason: str, kind: Type, args: tuple[Value, ...]) -> Value:
    most = 1
    for arg in args:
        bound = length_bounds(arg)[1]
        if bound is None or bound > _MOST_BOUND:
            return unknown(reason, kind, not_null=True)
        most *= bound
    if most > _MOST_PRODUCT:
        return unknown(reason, kind, not_null=True)
    return unknown(reason, kind, not_null=True, least=min(1, most), most=most)
