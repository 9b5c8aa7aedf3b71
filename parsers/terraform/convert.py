"""Conversion of values to types, and the one type that several values have in common (go-cty, package convert)."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal, InvalidOperation

from parsers.terraform.values import (
    ANY,
    BOOL,
    FALSE,
    MAPPINGS,
    NULL,
    NUMBER,
    PRIMITIVES,
    RESOURCE,
    SEQUENCES,
    STRING,
    TRUE,
    EvaluationError,
    Lazy,
    Type,
    Unresolved,
    Value,
    mapping,
    number,
    number_text,
    object_of,
    sequence,
    text,
    tuple_of,
    unknown,
)


def convert(value: Value, target: Type) -> Value:
    """The value as one of the target type. Raises EvaluationError where Terraform has no such conversion."""
    if value.type == target and not _open(target):
        return value
    if target.kind == "any":
        return value
    if value.is_null:
        return Value(target, None)
    if isinstance(value.data, Unresolved):
        return _convert_unknown(value, value.data, target)
    if isinstance(value.data, Lazy):
        return unknown(f"{value.data.address} as a whole is only known after apply", target)
    if target.kind in PRIMITIVES:
        return _to_primitive(value, target)
    if target.kind in ("list", "set") and value.type.kind in SEQUENCES:
        return _to_collection(value, target)
    if target.kind == "map" and value.type.kind in MAPPINGS:
        element, members = _elements(target, list(value.entries.values()))
        return mapping(Type("map", element), dict(zip(value.entries, members, strict=True)))
    if target.kind == "object" and value.type.kind in MAPPINGS:
        return _to_object(value, target)
    if target.kind == "tuple" and value.type.kind == "tuple":
        if len(value.members) != len(target.items):
            raise EvaluationError(f"a tuple of {len(target.items)} is needed, this one has {len(value.members)}")
        return tuple_of(convert(each, kind) for each, kind in zip(value.members, target.items, strict=True))
    raise EvaluationError(f"{_named(target)} is needed, not {_named(value.type)}")


def to_text(value: Value) -> Value:
    """The value as a string."""
    return convert(value, STRING)


def _named(kind: Type) -> str:
    return f"{'an' if kind.kind[0] in 'aeiou' else 'a'} {kind}"


def _open(kind: Type) -> bool:
    """Whether the type has ``any`` in it, which each value replaces with a type of its own."""
    inner = (*kind.items, *(field for _, field in kind.fields), *((kind.element,) if kind.element else ()))
    return kind.kind == "any" or any(_open(each) for each in inner)


def _convert_unknown(value: Value, data: Unresolved, target: Type) -> Value:
    if value.type.kind != "any" and not convertible(value.type, target):
        raise EvaluationError(f"{_named(target)} is needed, not {_named(value.type)}")
    if target.kind == "string":
        return Value(STRING, data)
    return Value(target, Unresolved(data.reason, identity=data.identity))


def convertible(source: Type, target: Type) -> bool:
    """Whether some value of the source type may be converted to the target type."""
    if "any" in (source.kind, target.kind) or source == target or source.kind == "resource":
        return True
    if target.kind in PRIMITIVES:
        return source.kind in PRIMITIVES and {source.kind, target.kind} != {"bool", "number"}
    if target.kind in ("list", "set", "tuple"):
        return source.kind in SEQUENCES
    return source.kind in MAPPINGS and target.kind in MAPPINGS


def _to_primitive(value: Value, target: Type) -> Value:
    data = value.data
    if target.kind == "string":
        if isinstance(data, bool):
            return text("true" if data else "false")
        if isinstance(data, Decimal):
            return text(number_text(data))
    elif target.kind == "number" and isinstance(data, str):
        return parse_number(data)
    elif target.kind == "bool" and isinstance(data, str):
        if data in ("true", "1"):
            return TRUE
        if data in ("false", "0"):
            return FALSE
        raise EvaluationError('a bool is needed: "true" or "false"')
    raise EvaluationError(f"{_named(target)} is needed, not {_named(value.type)}")


def parse_number(content: str) -> Value:
    """The number that a string holds, in decimal or scientific notation."""
    if not content or not content.isascii() or content != content.strip() or "_" in content:
        raise EvaluationError("a number is needed, and this string is none")
    try:
        amount = Decimal(content)
    except InvalidOperation as error:
        raise EvaluationError("a number is needed, and this string is none") from error
    if not amount.is_finite():
        raise EvaluationError("a number is needed, and this string is none")
    return number(amount)


def _to_collection(value: Value, target: Type) -> Value:
    element, members = _elements(target, value.members)
    return sequence(Type(target.kind, element), members)


def _elements(target: Type, members: Iterable[Value]) -> tuple[Type, list[Value]]:
    """The members as the target's element type, with one type for whatever it leaves open, and that type."""
    wanted = target.element or ANY
    converted = [convert(each, wanted) for each in members]
    if not _open(wanted):
        return wanted, converted
    common = unify(each.type for each in converted)
    if common is None:
        raise EvaluationError(f"all elements of a {target.kind} must have the same type")
    return (wanted, converted) if not converted else (common, [convert(each, common) for each in converted])


def _to_object(value: Value, target: Type) -> Value:
    entries: dict[str, Value] = {}
    for name, kind in target.fields:
        if name in value.entries:
            entries[name] = convert(value.entries[name], kind)
        elif name in target.optional:
            entries[name] = Value(kind, None)
        else:
            raise EvaluationError(f'the attribute "{name}" is required')
    return object_of(entries)


def unify(types: Iterable[Type]) -> Type | None:
    """The type that all of them can be converted to, or None. ``any`` (of null and of unknowns) fits everywhere."""
    distinct = [each for each in dict.fromkeys(types) if each.kind != "any"]
    if not distinct:
        return ANY
    if len(distinct) == 1:
        return distinct[0]
    kinds = {each.kind for each in distinct}
    if kinds <= PRIMITIVES:
        return STRING if "string" in kinds else None
    if kinds == {"object"}:
        return _unify_objects(distinct)
    if kinds == {"tuple"}:
        return _unify_tuples(distinct)
    if kinds <= MAPPINGS:
        return _unify_elements("map", distinct)
    if kinds <= SEQUENCES:
        return _unify_elements("set" if kinds == {"set"} else "list", distinct)
    return RESOURCE if "resource" in kinds and kinds <= {"resource", "object", "map"} else None


def _unify_objects(types: list[Type]) -> Type | None:
    names = {tuple(name for name, _ in each.fields) for each in types}
    if len(names) > 1:
        return _unify_elements("map", types)
    fields = []
    for position, (name, _) in enumerate(types[0].fields):
        common = unify(each.fields[position][1] for each in types)
        if common is None:
            return None
        fields.append((name, common))
    return Type("object", fields=tuple(fields))


def _unify_tuples(types: list[Type]) -> Type | None:
    if len({len(each.items) for each in types}) > 1:
        return _unify_elements("list", types)
    items = [unify(column) for column in zip(*(each.items for each in types), strict=True)]
    return Type("tuple", items=tuple(each for each in items if each is not None)) if None not in items else None


def _unify_elements(kind: str, types: list[Type]) -> Type | None:
    elements: list[Type] = []
    for each in types:
        if each.element is not None:
            elements.append(each.element)
        elements.extend(each.items)
        elements.extend(field for _, field in each.fields)
    common = unify(elements)
    return None if common is None else Type(kind, common)


def to_unified(value: Value, types: Iterable[Type]) -> Value:
    """The value converted to what the types have in common, as the arms of a conditional are."""
    common = unify(types)
    if common is None:
        raise EvaluationError("the two results of the conditional have types that do not go together")
    if common.kind in ("any", "resource"):
        return value
    return convert(value, common)


def same_element(members: Iterable[Value]) -> Type:
    """The common type of the members of a new list. Raises EvaluationError if there is none."""
    common = unify(each.type for each in members)
    if common is None:
        raise EvaluationError("all elements of a list must have the same type")
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
