"""Functions of sets (go-cty function/stdlib/set.go)."""

from __future__ import annotations

import itertools

from parsers.terraform.convert import convert, unify
from parsers.terraform.functions.registry import function
from parsers.terraform.limits import MAX_WEIGHT
from parsers.terraform.values import ANY, EvaluationError, RefusalError, Type, Value, identity_key, sequence, tuple_of


def _as_sets(args: tuple[Value, ...]) -> tuple[Type, list[Value]]:
    members = [member for arg in args for member in arg.members]
    common = unify(member.type for member in members)
    if common is None:
        raise EvaluationError("sets of types that do not go together")
    kind = Type("set", common)
    return kind, [convert(arg, kind) for arg in args]


@function("setunion", Type("set", ANY), rest=Type("set", ANY))
def setunion(*args: Value) -> Value:
    kind, sets = _as_sets(args)
    return sequence(kind, (member for each in sets for member in each.members))


@function("setintersection", Type("set", ANY), rest=Type("set", ANY))
def setintersection(*args: Value) -> Value:
    kind, (first, *others) = _as_sets(args)
    found = [{identity_key(member) for member in each.members} for each in others]
    return sequence(kind, (each for each in first.members if all(identity_key(each) in keys for keys in found)))


@function("setsubtract", Type("set", ANY), Type("set", ANY))
def setsubtract(*args: Value) -> Value:
    kind, (first, second) = _as_sets(args)
    found = {identity_key(member) for member in second.members}
    return sequence(kind, (each for each in first.members if identity_key(each) not in found))


@function("setproduct", ANY, rest=ANY)
def setproduct(*args: Value) -> Value:
    count = 1
    for arg in args:
        count *= len(arg.members)
    if count > MAX_WEIGHT // (len(args) + 1):
        raise RefusalError("setproduct gives too many combinations")
    rows = [tuple_of(row) for row in itertools.product(*(arg.members for arg in args))]
    if all(arg.type.kind == "set" for arg in args) and rows:
        return convert(tuple_of(rows), Type("set", ANY))
    return convert(tuple_of(rows), Type("list", ANY))
