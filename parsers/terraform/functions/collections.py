"""Functions of lists, maps and objects (terraform/internal/lang/funcs/collection.go, go-cty function/stdlib)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from parsers.terraform.convert import convert, same_element, to_text, unify
from parsers.terraform.functions.registry import function
from parsers.terraform.functions.strings import STRINGS, graphemes
from parsers.terraform.operators import equal
from parsers.terraform.values import (
    ANY,
    BOOL,
    NULL,
    NUMBER,
    STRING,
    EvaluationError,
    RefusalError,
    Type,
    Value,
    first_unknown,
    identity_key,
    list_of,
    mapping,
    number,
    object_of,
    text,
    truth,
    tuple_of,
    unknown,
)


def _sequence(value: Value, name: str) -> tuple[Value, ...]:
    if value.type.kind not in ("list", "set", "tuple"):
        raise EvaluationError(f"{name} needs a list, not {value.type}")
    return value.members


def _open_set(value: Value) -> Value | None:
    """An unknown if how many members a set has hangs on unknown members."""
    if value.type.kind == "set":
        for member in value.members:
            opened = first_unknown(member)
            if opened is not None and len(value.members) > 1:
                return unknown(opened.reason)
    return None


@function("length", ANY, deep=False)
def length(value: Value) -> Value:
    if isinstance(value.data, str):
        return number(len(graphemes(value.data)))
    if isinstance(value.data, Mapping):
        return number(len(value.data))
    return _open_set(value) or number(len(_sequence(value, "length")))


@function("concat", rest=ANY, deep=False)
def concat(*lists: Value) -> Value:
    if not lists:
        raise EvaluationError("concat needs at least one list")
    members = [member for each in lists for member in _sequence(each, "concat")]
    common = unify(each.type for each in lists) if all(each.type.kind == "list" for each in lists) else None
    if common is not None and common.element is not None:
        element = common.element
        return list_of(element, (convert(member, element) for member in members))
    return tuple_of(members)


@function("merge", rest=ANY, deep=False, nulls=True)
def merge(*maps: Value) -> Value:
    entries: dict[str, Value] = {}
    for each in maps:
        if each.is_null:
            continue
        if each.type.kind not in ("map", "object"):
            raise EvaluationError(f"merge needs maps, not {each.type}")
        entries.update(each.entries)
    kinds = {each.type for each in maps}
    if len(kinds) == 1 and maps[0].type.kind == "map":
        return mapping(maps[0].type, entries)
    return object_of(entries)


@function("keys", ANY, deep=False)
def keys(value: Value) -> Value:
    names = [text(key) for key in value.entries]
    return list_of(STRING, names) if value.type.kind == "map" else tuple_of(names)


@function("values", ANY, deep=False)
def values(value: Value) -> Value:
    members = list(value.entries.values())
    return list_of(value.type.element or ANY, members) if value.type.kind == "map" else tuple_of(members)


@function("lookup", ANY, STRING, ANY, optional=1, deep=False, shallow=False, nulls=True)
def lookup(value: Value, key: Value, default: Value | None = None) -> Value:
    for each in (value, key):
        if each.unresolved is not None:
            return unknown(each.unresolved.reason)
    if value.is_null or key.is_null:
        raise EvaluationError("lookup cannot take null")
    found = value.entries.get(key.text)
    if found is not None:
        return found
    if default is None:
        raise EvaluationError("lookup finds no such key and has no default")
    if value.type.kind == "map" and value.type.element is not None:
        return convert(default, value.type.element)
    return default


@function("contains", ANY, ANY, deep=False, shallow=False, nulls=True)
def contains(collection: Value, wanted: Value) -> Value:
    if collection.unresolved is not None:
        return unknown(collection.unresolved.reason, BOOL)
    opened: Value | None = None
    for member in _sequence(collection, "contains"):
        same = equal(member, wanted)
        if same.unresolved is not None:
            opened = same
        elif same.truth:
            return same
    return opened if opened is not None else truth(False)


@function("element", ANY, NUMBER, deep=False)
def element(value: Value, position: Value) -> Value:
    if value.type.kind not in ("list", "tuple"):
        raise EvaluationError(f"element needs a list, not {value.type}")
    if not value.members or position.number != int(position.number):
        raise EvaluationError("element needs a list that is not empty, and a whole number")
    if position.number < 0:
        raise RefusalError("element from the end, on which versions of Terraform differ, is not evaluated")
    return value.members[int(position.number) % len(value.members)]


@function("one", ANY, deep=False)
def one(value: Value) -> Value:
    opened = _open_set(value)
    if opened is not None:
        return opened
    members = _sequence(value, "one")
    if len(members) > 1:
        raise EvaluationError("one needs a list with at most one member")
    return members[0] if members else NULL


@function("flatten", ANY, deep=False)
def flatten(value: Value) -> Value:
    members: list[Value] = []
    pending = list(reversed(_sequence(value, "flatten")))
    while pending:
        member = pending.pop()
        if member.unresolved is not None and member.type.kind not in ("string", "number", "bool", "object", "map"):
            return unknown(member.unresolved.reason)
        if isinstance(member.data, tuple):
            pending.extend(reversed(member.data))
        else:
            members.append(member)
    return tuple_of(members)


@function("distinct", ANY)
def distinct(value: Value) -> Value:
    members = _sequence(value, "distinct")
    kind = same_element(members)
    return list_of(
        kind, {identity_key(member): member for member in (convert(each, kind) for each in members)}.values()
    )


@function("compact", STRINGS)
def compact(value: Value) -> Value:
    return list_of(STRING, (member for member in value.members if member.data))


@function("coalesce", rest=ANY, deep=False, shallow=False, nulls=True)
def coalesce(*args: Value) -> Value:
    common = unify(arg.type for arg in args)
    if common is None:
        raise EvaluationError("the arguments of coalesce have types that do not go together")
    for arg in args:
        if arg.unresolved is not None:
            return unknown(arg.unresolved.reason)
        if not arg.is_null and arg.data != "":
            return arg if common.kind == "resource" else convert(arg, common)
    raise EvaluationError("coalesce has no argument that is neither null nor empty")


@function("coalescelist", rest=ANY, deep=False, shallow=False, nulls=True)
def coalescelist(*args: Value) -> Value:
    for arg in args:
        if arg.unresolved is not None:
            return unknown(arg.unresolved.reason)
        if arg.is_null:
            raise EvaluationError("coalescelist cannot take null")
        if _sequence(arg, "coalescelist"):
            return arg
    raise EvaluationError("coalescelist has no argument that is not empty")


@function("tolist", ANY, deep=False, nulls=True, shallow=False)
def tolist(value: Value) -> Value:
    opened = None if value.is_null or value.unresolved is not None else _open_set(value)
    return opened or convert(value, Type("list", ANY))


@function("toset", ANY, deep=False, nulls=True, shallow=False)
def toset(value: Value) -> Value:
    return convert(value, Type("set", ANY))


@function("tomap", ANY, deep=False, nulls=True, shallow=False)
def tomap(value: Value) -> Value:
    return convert(value, Type("map", ANY))


@function("zipmap", STRINGS, ANY, deep=False)
def zipmap(names: Value, members: Value) -> Value:
    content = _sequence(members, "zipmap")
    if len(names.members) != len(content):
        raise EvaluationError("zipmap needs as many values as keys")
    for name in names.members:
        if name.unresolved is not None:
            return unknown(name.unresolved.reason)
    entries = {name.text: member for name, member in zip(names.members, content, strict=True)}
    if members.type.kind == "list" and members.type.element is not None:
        return mapping(Type("map", members.type.element), entries)
    return object_of(entries)


@function("sort", STRINGS)
def sort(value: Value) -> Value:
    return list_of(STRING, sorted(value.members, key=lambda member: member.text))


@function("reverse", ANY, deep=False)
def reverse(value: Value) -> Value:
    return _like(value, reversed(_sequence(value, "reverse")))


@function("slice", ANY, NUMBER, NUMBER, deep=False)
def slice_(value: Value, start: Value, end: Value) -> Value:
    members = _sequence(value, "slice")
    first, last = int(start.number), int(end.number)
    if value.type.kind == "set" or not 0 <= first <= last <= len(members):
        raise EvaluationError("slice: the ends are outside of the list")
    return _like(value, members[first:last])


@function("chunklist", ANY, NUMBER, deep=False)
def chunklist(value: Value, size: Value) -> Value:
    members, count = _sequence(value, "chunklist"), int(size.number)
    if count < 0:
        raise EvaluationError("chunklist needs a size that is not negative")
    step = count or max(1, len(members))
    chunks = [_like(value, members[at : at + step]) for at in range(0, len(members), step)]
    return list_of(same_element(chunks), chunks)


@function("index", ANY, ANY, deep=True)
def index_(value: Value, wanted: Value) -> Value:
    for position, member in enumerate(_sequence(value, "index")):
        if equal(member, wanted).truth:
            return number(position)
    raise EvaluationError("index finds no such member")


@function("matchkeys", Type("list", ANY), ANY, ANY)
def matchkeys(members: Value, names: Value, wanted: Value) -> Value:
    pairs = zip(_sequence(members, "matchkeys"), _sequence(names, "matchkeys"), strict=False)
    found = {identity_key(to_text(each)) for each in _sequence(wanted, "matchkeys")}
    return _like(members, (member for member, name in pairs if identity_key(to_text(name)) in found))


def _like(value: Value, members: Iterable[Value]) -> Value:
    """The members as a list with the element type of another, or as a tuple."""
    if value.type.kind in ("list", "set"):
        return list_of(value.type.element or ANY, members)
    return tuple_of(members)


@function("sensitive", ANY, deep=False, shallow=False, nulls=True)
def sensitive(value: Value) -> Value:
    """Nothing that is evaluated is ever put into a diagnostic, so the mark is not needed."""
    return value


@function("nonsensitive", ANY, deep=False, shallow=False, nulls=True)
def nonsensitive(value: Value) -> Value:
    return value
