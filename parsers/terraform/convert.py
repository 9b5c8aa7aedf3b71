"""Conversion of values to types (go-cty, package convert)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from parsers.terraform.arithmetic import parse
from parsers.terraform.mismatch import mismatch
from parsers.terraform.types import any_of, plain
from parsers.terraform.unify import convertible, element_type, unify
from parsers.terraform.values import (
    ANY,
    BOOL,
    COLLECTIONS,
    FALSE,
    NULL,
    NUMBER,
    PRIMITIVES,
    STRING,
    TRUE,
    EvaluationError,
    Lazy,
    Type,
    Unresolved,
    Value,
    as_object,
    deep_marks,
    length_bounds,
    mapping,
    marked,
    number_text,
    object_of,
    sequence,
    text,
    tuple_of,
    unknown,
    unknowns,
)


def convert(value: Value, target: Type) -> Value:
    """The value as one of the target type. Raises EvaluationError where Terraform has no such conversion."""
    if value.type == target or target.kind == "any":
        return value
    value = as_object(value)
    if not convertible(value.type, target):
        raise EvaluationError(mismatch(value.type, target))
    return _converted(value, target)


def to_text(value: Value) -> Value:
    """The value as a string."""
    return convert(value, STRING)


def _converted(value: Value, target: Type) -> Value:
    """The value converted along its type, which allows it; an error is one of what it holds."""
    if target.kind == "any" or value.type == target:
        return value
    if not value.marks:
        return _unmarked(value, target)
    try:
        return marked(_unmarked(Value(value.type, value.data, value.weight), target), value.marks)
    except EvaluationError as error:  # the path may have keys in it
        raise EvaluationError(error.detail) from error


def _unmarked(value: Value, target: Type) -> Value:
    data = value.data
    if data is None:
        return Value(_filled(value.type, plain(target)), None)
    if isinstance(data, Unresolved):
        return _convert_unknown(value, data, target)
    if isinstance(data, Lazy) and data.whole is None:
        if target.kind == "object":
            return _resource_to_object(data, target)
        return unknown(f"{data.address} as a whole is only known after apply", plain(target))
    if value.type.kind in ("any", "resource"):
        return convert(as_object(value), target)
    if target.kind in PRIMITIVES:
        return _to_primitive(data, target)
    if target.kind in COLLECTIONS:
        return _to_map(value, target) if target.kind == "map" else _to_sequence(value, target)
    if target.kind == "object":
        return _to_object(value, target)
    pairs = enumerate(zip(value.members, target.items, strict=True))
    return tuple_of(_part(each, kind, f"[{at}]") for at, (each, kind) in pairs)


def _resource_to_object(data: Lazy, target: Type) -> Value:
    """The wanted attributes of a resource, each known as far as it is known of the resource."""
    return object_of({name: _part(data.attribute(name, None), kind, f".{name}") for name, kind in target.fields})


def _part(value: Value, target: Type, step: str) -> Value:
    """A part of a value, converted; an error tells where in the whole it is."""
    if target.kind == "any" or value.type == target:
        return value
    try:
        if not convertible(value.type, target):
            raise EvaluationError(mismatch(value.type, target))
        return _converted(value, target)
    except EvaluationError as error:
        raise error.within(step) from None


def _convert_unknown(value: Value, data: Unresolved, target: Type) -> Value:
    """An unknown keeps what the conversion leaves certain (go-cty, prepareUnknownResult)."""
    kind = _filled(value.type, plain(target))
    if kind.kind not in COLLECTIONS:
        ends = (data.prefix, data.suffix) if kind == STRING and value.type.kind in ("string", "any") else ("", "")
        return unknown(
            data.reason, kind, prefix=ends[0], suffix=ends[1], identity=data.identity, not_null=data.not_null
        )
    least, most = length_bounds(value)
    if kind.kind == "set" and value.type.kind != "set":
        least = min(least, 1)
    return unknown(data.reason, kind, identity=data.identity, not_null=data.not_null, least=least, most=most)


def _filled(source: Type, target: Type) -> Type:
    """The target with ``any`` replaced by what the source has in its place (go-cty, dynamicReplace)."""
    if source.kind in ("any", "resource") or not target.is_open:
        return target
    if target.kind == "any":
        return source
    if target.element is not None:
        inner = source.element or unify(source.inner) or ANY
        return Type(target.kind, _filled(inner, target.element))
    if target.kind == "object":
        has = dict(source.fields)
        fields = ((name, _filled(has.get(name, source.element or kind), kind)) for name, kind in target.fields)
        return Type("object", fields=tuple(fields))
    return Type("tuple", items=tuple(_filled(a, b) for a, b in zip(source.items, target.items, strict=True)))


def _to_primitive(data: object, target: Type) -> Value:
    if target == STRING:
        return text(number_text(data) if isinstance(data, Decimal) else "true" if data else "false")
    if target == NUMBER:
        return parse_number(str(data))
    if data in ("true", "1"):
        return TRUE
    if data in ("false", "0"):
        return FALSE
    lower = str(data).lower()
    hint = f'; to convert from string, use lowercase "{lower}"' if lower in ("true", "false") else ""
    raise EvaluationError(f"a bool is required{hint}")


def parse_number(content: str) -> Value:
    """The number that a string holds, in decimal or scientific notation."""
    amount = parse(content)
    if amount is None:
        raise EvaluationError("a number is required")
    return Value(NUMBER, amount)


def _to_sequence(value: Value, target: Type) -> Value:
    """A list, set or tuple as a list or set."""
    least, most = length_bounds(value)
    if value.type.kind == "set" and target.kind == "list" and least != most:
        opened = next(each.unresolved.reason for each in value.members if each.unresolved is not None)
        return unknown(opened, Type("list", value.type.element))
    element = _element(value.type, target)
    members = [_part(each, element, f"[{at}]") for at, each in enumerate(value.members)]
    if value.type.kind == "tuple" and target.kind == "list":
        members = _alike(members, [f"[{at}]" for at in range(len(members))])
    members = _as_far_as_typed(members)
    return sequence(Type(target.kind, _settled(members, element, value.type, target)), members)


def _to_map(value: Value, target: Type) -> Value:
    element = _element(value.type, target)
    steps = [f'["{key}"]' for key in value.entries]
    members = [_part(each, element, step) for each, step in zip(value.entries.values(), steps, strict=True)]
    if element.kind in (*COLLECTIONS, "object"):
        members = _alike(members, steps)
    members = _as_far_as_typed(members)
    kind = Type("map", _settled(members, element, value.type, target))
    return mapping(kind, dict(zip(value.entries, members, strict=True)))


def _element(source: Type, target: Type) -> Type:
    """The element type that is converted to; ``any`` where each member keeps its own."""
    wanted = target.element or ANY
    found = element_type(source, wanted) if source.element is None else wanted
    return found or wanted


def _alike(members: list[Value], steps: list[str]) -> list[Value]:
    """The members converted to what their own types have in common; an error is put down to the last of a list."""
    common = unify(each.type for each in members)
    if common is None:
        path = "" if steps[-1].startswith('["') else steps[-1]
        raise EvaluationError("cannot find a common base type for all elements", path=path)
    return [_part(each, common, step) for each, step in zip(members, steps, strict=True)]


def _as_far_as_typed(members: list[Value]) -> list[Value]:
    """The members of a new collection, unknown in what they have in common only once a hidden type is known."""
    kinds = {each.type for each in members if each.type.kind != "any"}
    common = unify(each.type for each in members) if len(kinds) > 1 else None
    if common is None or not common.is_vague:
        return members
    reason = next(opened.reason for each in members if each.type.is_vague for opened in unknowns(each))
    return [_typed(each, common, reason) for each in members]


def _typed(value: Value, common: Type, reason: str) -> Value:
    if value.type == common or (value.is_null and common.kind != "any"):
        return Value(common, value.data, value.weight, value.marks)
    if common.kind == "object" and isinstance(value.data, Mapping):
        parts = {name: _typed(value.data[name], kind, reason) for name, kind in common.fields if name in value.data}
        if len(parts) == len(common.fields):
            return marked(object_of(parts), value.marks)
    return marked(unknown(reason, common), deep_marks(value))


def _settled(members: list[Value], element: Type, source: Type, target: Type) -> Type:
    """The element type of a new collection: that of its members, or of the target where it has none."""
    found = dict.fromkeys(each.type for each in members if each.type.kind != "any")
    if len(found) > 1:
        raise EvaluationError(f"element types must all match for conversion to {target.kind}")
    if found:
        return next(iter(found))
    if members:
        return any_of(each.type for each in members)
    return source.element if element.kind == "any" and source.element is not None else plain(element)


def _to_object(value: Value, target: Type) -> Value:
    """An object or map as an object: what is too much is dropped, what may be missing is null."""
    from_map = value.type.kind == "map"
    entries: dict[str, Value] = {}
    for name, kind in target.fields:
        if name in value.entries:
            entries[name] = _field(value.entries[name], kind, name, from_map=from_map)
        elif name in target.optional:
            entries[name] = Value(plain(kind), None)
        else:
            raise EvaluationError(f'map has no element for required attribute "{name}"')
    return object_of(entries)


def _field(value: Value, kind: Type, name: str, *, from_map: bool) -> Value:
    if from_map and not convertible(value.type, kind):
        raise EvaluationError(f'map element type is incompatible with attribute "{name}": {mismatch(value.type, kind)}')
    return _part(value, kind, f'["{name}"]' if from_map else f".{name}")


def to_unified(value: Value, types: Iterable[Type]) -> Value:
    """The value converted to what the types have in common. Raises EvaluationError if that is nothing."""
    common = unify(types)
    if common is None:
        raise EvaluationError("the values have types that do not go together")
    return convert(value, common)


def same_element(members: Iterable[Value]) -> Type:
    """The common type of the members of a new list. Raises EvaluationError if there is none."""
    common = unify(each.type for each in members)
    if common is None:
        raise EvaluationError("all list elements must have the same type")
    return common


__all__ = [
    "BOOL",
    "NULL",
    "NUMBER",
    "convert",
    "convertible",
    "parse_number",
    "same_element",
    "to_text",
    "to_unified",
    "unify",
]
