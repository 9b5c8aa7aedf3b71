"""Functions of maps and objects (go-cty function/stdlib/collection.go, terraform/internal/lang/funcs/collection.go)."""

from __future__ import annotations

from drift.location import Location
from parsers.terraform.convert import convert
from parsers.terraform.functions.registry import function
from parsers.terraform.functions.sensitivity import bare
from parsers.terraform.values import (
    ANY,
    RESOURCE,
    STRING,
    EvaluationError,
    Lazy,
    Type,
    Value,
    deep_marks,
    first_unknown,
    list_of,
    mapping,
    marked,
    object_of,
    text,
    tuple_of,
    unknown,
)

_STRINGS = Type("list", STRING)
_LISTS = Type("map", _STRINGS)


@function("keys", ANY, deep=False, shallow=False, moves=True)
def keys(value: Value) -> Value:
    kind = value.type
    if isinstance(value.data, Lazy):
        return unknown(f"{value.data.address} as a whole is only known after apply")
    if kind.kind == "object":
        return tuple_of([text(name) for name, _ in kind.fields])
    if kind.kind not in ("map", "any"):
        raise EvaluationError(f"keys needs a map, not {kind}")
    if value.unresolved is not None:
        return unknown(value.unresolved.reason, _STRINGS if kind.kind == "map" else ANY, not_null=True)
    return list_of(STRING, [text(key) for key in value.entries])


def _type_of_values(value: Value) -> Type:
    kind = value.type
    if kind.kind in ("any", "resource"):
        return ANY
    if kind.kind not in ("map", "object"):
        raise EvaluationError(f"values needs a map, not {kind}")
    if kind.kind == "map":
        return Type("list", kind.element)
    return Type("tuple", items=tuple(each for _, each in kind.fields))


@function("values", ANY, deep=False, moves=True, gives=_type_of_values)
def values(value: Value) -> Value:
    kind = _type_of_values(value)
    members = list(value.entries.values())
    return list_of(kind.element or ANY, members) if kind.kind == "list" else tuple_of(members)


@function("lookup", ANY, STRING, rest=ANY, deep=False, shallow=False, nulls=True, marks=True)
def lookup(value: Value, key: Value, *more: Value) -> Value:
    if len(more) > 1:
        raise EvaluationError("lookup takes two or three arguments")
    if value.is_null or key.is_null:
        raise EvaluationError("lookup cannot take null")
    return marked(_looked_up(bare(value), bare(key), more[0] if more else None), value.marks | key.marks)


def _looked_up(value: Value, key: Value, default: Value | None) -> Value:
    kind = value.type
    if isinstance(value.data, Lazy):
        if key.unresolved is not None:
            return unknown(key.unresolved.reason)
        return value.data.attribute(key.text, None)
    if kind.kind not in ("map", "object", "any"):
        raise EvaluationError(f"lookup needs a map, not {kind}")
    if kind.kind == "map" and default is not None:
        default = convert(default, kind.element or ANY)
    result = kind.element or ANY if kind.kind == "map" else ANY
    if kind.kind == "object" and key.unresolved is None:
        fields = dict(kind.fields)
        if key.text not in fields and default is None:
            raise EvaluationError("lookup finds no such key and has no default")
        result = fields.get(key.text, ANY)
    for each in (value, key):
        if each.unresolved is not None:
            return unknown(each.unresolved.reason, result)
    found = value.entries.get(key.text, default)
    if found is None:
        raise EvaluationError("lookup finds no such key and has no default")
    return found


def _type_of_merge(*maps: Value) -> Type:
    """The type of a merge in which maps are unknown."""
    kinds = [Type("object") if each.is_null and each.type.kind == "object" else each.type for each in maps]
    if any(kind.kind in ("any", "resource") for kind in kinds):
        return ANY
    if any(kind.kind not in ("map", "object") for kind in kinds):
        raise EvaluationError("merge needs maps")
    if not kinds:
        return Type("object")
    if len(set(kinds)) == 1:
        return kinds[0]
    if any(each.unresolved is not None and each.type.kind == "map" for each in maps):
        return ANY
    fields: dict[str, Type] = {}
    for each, kind in zip(maps, kinds, strict=True):
        fields.update(kind.fields)
        if kind.kind == "map" and not each.is_null:
            fields.update(dict.fromkeys(each.entries, kind.element or ANY))
    return Type("object", fields=tuple(sorted(fields.items())))


@function("merge", rest=ANY, deep=False, shallow=False, nulls=True, moves=True)
def merge(*maps: Value) -> Value:
    given = [each for each in maps if not each.is_null]
    lazy = [each for each in given if isinstance(each.data, Lazy)]
    if lazy and all(each.unresolved is None for each in given):
        return _merged_lazily(given)
    kind = _type_of_merge(*[each for each in maps if each.type.kind != "any" or each.unresolved is not None])
    opened = next((each.unresolved for each in maps if each.unresolved is not None), None)
    if opened is not None:
        return unknown(opened.reason, kind, not_null=True)
    entries = {key: member for each in given for key, member in each.entries.items()}
    nulls = any(each.type.kind == "any" for each in maps)
    return mapping(kind, entries) if kind.kind == "map" and not nulls else object_of(entries)


def _merged_lazily(given: list[Value]) -> Value:
    """Objects of which not all attributes are known by name: each attribute is that of the last one that has it."""
    if any(each.type.kind not in ("map", "object", "resource") for each in given):
        raise EvaluationError("merge needs maps")

    def attribute(name: str, at: Location | None) -> Value:
        for each in reversed(given):
            if isinstance(each.data, Lazy):
                return each.data.attribute(name, at)
            if name in each.entries:
                return each.entries[name]
        raise EvaluationError(f'there is no attribute "{name}"', at)

    address = next(each.data.address for each in given if isinstance(each.data, Lazy))
    return Value(RESOURCE, Lazy(address, attribute))


def _type_of_zipmap(names: Value, members: Value) -> Type:
    kind = members.type
    if kind.kind == "list":
        return Type("map", kind.element)
    if kind.kind in ("any", "resource"):
        return ANY
    if kind.kind != "tuple":
        raise EvaluationError(f"zipmap needs a list of values, not {kind}")
    if first_unknown(names) is not None:
        return ANY
    _check_names(names, len(kind.items))
    return Type("object", fields=tuple(sorted(zip((each.text for each in names.members), kind.items, strict=True))))


def _check_names(names: Value, count: int) -> None:
    if len(names.members) != count:
        raise EvaluationError("zipmap needs as many values as keys")
    if any(name.is_null for name in names.members):
        raise EvaluationError("zipmap cannot take null for a key")


@function("zipmap", _STRINGS, ANY, deep=False, moves=True, gives=_type_of_zipmap)
def zipmap(names: Value, members: Value) -> Value:
    opened = first_unknown(names)
    if opened is not None:
        return unknown(opened.reason, _type_of_zipmap(names, members), not_null=True)
    if members.type.kind not in ("list", "tuple"):
        raise EvaluationError(f"zipmap needs a list of values, not {members.type}")
    _check_names(names, len(members.members))
    entries = {name.text: member for name, member in zip(names.members, members.members, strict=True)}
    kind = members.type
    found = mapping(Type("map", kind.element), entries) if kind.kind == "list" else object_of(entries)
    return marked(found, deep_marks(names))


@function("transpose", _LISTS, gives=_LISTS)
def transpose(value: Value) -> Value:
    entries: dict[str, list[str]] = {}
    for key, names in value.entries.items():
        for name in names.members:
            if name.is_null:
                raise EvaluationError("transpose cannot take null")
            entries.setdefault(name.text, []).append(key)
    return mapping(
        _LISTS, {name: list_of(STRING, [text(key) for key in sorted(found)]) for name, found in entries.items()}
    )
