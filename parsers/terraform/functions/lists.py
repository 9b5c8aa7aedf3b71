"""Functions that make lists of lists (go-cty function/stdlib/collection.go and sequence.go)."""

from __future__ import annotations

from collections.abc import Iterable

from parsers.terraform.convert import convert
from parsers.terraform.functions.arguments import whole
from parsers.terraform.functions.collections import open_length
from parsers.terraform.functions.registry import function
from parsers.terraform.functions.sensitivity import bare
from parsers.terraform.unify import unify
from parsers.terraform.values import (
    ANY,
    NUMBER,
    STRING,
    EvaluationError,
    Type,
    Value,
    first_unknown,
    identity_key,
    length_bounds,
    list_of,
    marked,
    tuple_of,
    unknown,
)

STRINGS = Type("list", STRING)
LIST = Type("list", ANY)


def _like(kind: Type, members: Iterable[Value]) -> Value:
    """The members as a list with the element type of another list or set, or as a tuple."""
    if kind.kind in ("list", "set"):
        return list_of(kind.element or ANY, members)
    return tuple_of(members)


def _type_of_concat(*lists: Value) -> Type:
    if not lists:
        raise EvaluationError("concat needs at least one list")
    kinds = [each.type for each in lists]
    if any(kind.kind in ("any", "resource") for kind in kinds):
        return ANY
    if any(kind.kind not in ("list", "tuple") for kind in kinds):
        raise EvaluationError("concat needs lists")
    common = unify(kinds) if all(kind.kind == "list" for kind in kinds) else None
    if common is not None:
        return common
    if any(each.unresolved is not None and each.type.kind == "list" for each in lists):
        return ANY
    items: list[Type] = []
    for each in lists:
        items.extend(each.type.items if each.type.kind == "tuple" else (each.type.element or ANY,) * len(each.members))
    return Type("tuple", items=tuple(items))


@function("concat", rest=ANY, deep=False, moves=True, gives=_type_of_concat)
def concat(*lists: Value) -> Value:
    kind = _type_of_concat(*lists)
    if kind.kind == "list":
        return list_of(kind.element or ANY, [member for each in lists for member in convert(each, kind).members])
    return tuple_of([member for each in lists for member in each.members])


@function("flatten", ANY, deep=False, marks=True)
def flatten(value: Value) -> Value:
    marks = set(value.marks)
    members: list[Value] = []
    unsettled: str | None = None
    if value.type.kind not in ("list", "set", "tuple", "any"):
        raise EvaluationError(f"flatten needs a list, not {value.type}")
    pending = [bare(value)]
    while pending:
        member = pending.pop()
        if member.is_null or (member.type.kind not in ("list", "set", "tuple", "any")):
            members.append(member)
            continue
        marks |= member.marks
        if member.unresolved is not None:
            unsettled = member.unresolved.reason
            continue
        unsettled = open_length(member) or unsettled
        pending.extend(reversed(member.members))
    return marked(tuple_of(members) if unsettled is None else unknown(unsettled), marks)


@function("distinct", LIST, gives=lambda value: value.type)
def distinct(value: Value) -> Value:
    return list_of(value.type.element or ANY, {identity_key(member): member for member in value.members}.values())


@function("compact", STRINGS, gives=STRINGS)
def compact(value: Value) -> Value:
    return list_of(STRING, (member for member in value.members if member.data))


@function("chunklist", LIST, NUMBER, deep=False, moves=True, gives=lambda value, _: Type("list", value.type))
def chunklist(value: Value, size: Value) -> Value:
    members, count = value.members, whole(size)
    if count < 0:
        raise EvaluationError("chunklist needs a size that is not negative")
    step = count or max(1, len(members))
    return list_of(value.type, [_like(value.type, members[at : at + step]) for at in range(0, len(members), step)])


@function("sort", STRINGS, deep=False, shallow=False, gives=STRINGS)
def sort(value: Value) -> Value:
    opened = first_unknown(value)
    if opened is not None:
        least, most = length_bounds(value)
        return unknown(opened.reason, STRINGS, not_null=True, least=least, most=most)
    if any(member.is_null for member in value.members):
        raise EvaluationError("sort cannot take null")
    return list_of(STRING, sorted(value.members, key=lambda member: member.text))


def _type_of_reverse(value: Value) -> Type:
    kind = value.type
    if kind.kind == "tuple":
        return Type("tuple", items=kind.items[::-1])
    if kind.kind in ("list", "set"):
        return Type("list", kind.element)
    if kind.kind in ("any", "resource"):
        return ANY
    raise EvaluationError(f"reverse needs a list, not {kind}")


@function("reverse", ANY, deep=False, moves=True, gives=_type_of_reverse)
def reverse(value: Value) -> Value:
    kind = _type_of_reverse(value)
    reason = open_length(value)
    return _like(kind, reversed(value.members)) if reason is None else unknown(reason, kind, not_null=True)


def _type_of_slice(value: Value, start: Value, end: Value) -> Type:
    kind = value.type
    if kind.kind in ("any", "resource"):
        return ANY
    if kind.kind not in ("list", "tuple"):
        raise EvaluationError(f"slice needs a list, not {kind}")
    first, last = (None if each.unresolved is not None else whole(each) for each in (start, end))
    length = None if value.unresolved is not None and kind.kind == "list" else length_bounds(value)[1]
    for place in (first, last):
        if place is not None and (place < 0 or (length is not None and place > length)):
            raise EvaluationError("slice: the ends are outside of the list")
    if first is not None and last is not None and first > last:
        raise EvaluationError("slice: the start is behind the end")
    if kind.kind == "list":
        return kind
    return ANY if first is None or last is None else Type("tuple", items=kind.items[first:last])


@function("slice", ANY, NUMBER, NUMBER, deep=False, moves=True, gives=_type_of_slice)
def slice_(value: Value, start: Value, end: Value) -> Value:
    return _like(_type_of_slice(value, start, end), value.members[whole(start) : whole(end)])


def _type_of_matchkeys(values: Value, names: Value, wanted: Value) -> Type:
    if unify([names.type, wanted.type]) is None:
        raise EvaluationError("the keys and the searched ones have types that do not go together")
    return values.type


@function("matchkeys", LIST, LIST, LIST, deep=False, gives=_type_of_matchkeys)
def matchkeys(values: Value, names: Value, wanted: Value) -> Value:
    kind = _type_of_matchkeys(values, names, wanted)
    common = unify([names.type, wanted.type])
    if len(values.members) != len(names.members):
        raise EvaluationError("matchkeys needs as many values as keys")
    if common is None or not wanted.members:
        return _like(kind, ())
    opened = first_unknown(values) or first_unknown(names)
    if opened is not None:
        return unknown(opened.reason, kind, not_null=True)
    opened = first_unknown(wanted)
    if opened is not None:
        return unknown(opened.reason, kind, not_null=True)
    searched = {identity_key(each) for each in convert(wanted, common).members}
    pairs = zip(values.members, convert(names, common).members, strict=True)
    return _like(kind, [value for value, name in pairs if identity_key(name) in searched])
