"""Steps into values: attributes, indexes, what ``for`` goes through, and text put together with unknowns in it.

Source of the behaviour and of the messages: hashicorp/hcl, ops.go.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from drift.location import Location
from parsers.terraform.convert import convert, to_text
from parsers.terraform.types import any_of
from parsers.terraform.values import (
    ANY,
    NUMBER,
    STRING,
    EvaluationError,
    Lazy,
    Type,
    Unresolved,
    Value,
    as_object,
    marked,
    number,
    text,
    unknown,
)


def join_text(pieces: list[str | Unresolved]) -> Value:
    """The pieces as one string; an unknown among them leaves the text before the first and after the last of them."""
    opened = [position for position, piece in enumerate(pieces) if isinstance(piece, Unresolved)]
    if not opened:
        return text("".join(piece for piece in pieces if isinstance(piece, str)))
    first, last = pieces[opened[0]], pieces[opened[-1]]
    assert isinstance(first, Unresolved)  # noqa: S101 - found by their type
    assert isinstance(last, Unresolved)  # noqa: S101
    identities = tuple(piece if isinstance(piece, str) else ("unknown", piece.identity) for piece in pieces)
    certain = all(isinstance(piece, str) or piece.identity is not None for piece in pieces)
    return unknown(
        first.reason,
        STRING,
        prefix="".join(str(piece) for piece in pieces[: opened[0]]) + first.prefix,
        suffix=last.suffix + "".join(str(piece) for piece in pieces[opened[-1] + 1 :]),
        identity=("template", *identities) if certain else None,
        not_null=True,
    )


def attribute(base: Value, name: str, at: Location) -> Value:
    """``base.name``."""
    if isinstance(base.data, Lazy):
        return marked(base.data.attribute(name, at), base.marks)
    if base.is_null:
        raise EvaluationError("this value is null, so it does not have any attributes", at)
    if base.type.kind == "object":
        return marked(_field(base, name, at), base.marks)
    if base.type.kind == "map":
        if isinstance(base.data, Mapping) and name not in base.data:
            raise EvaluationError(f'this map does not have an element with the key "{name}"', at)
        return marked(_part(base, name, base.type.element or ANY), base.marks)
    if base.type.kind in ("any", "resource"):
        return marked(_part(base, name, any_of((base.type,))), base.marks)
    raise EvaluationError(_no_attributes(base.type, name), at)


def _field(base: Value, name: str, at: Location) -> Value:
    for field, kind in base.type.fields:
        if field == name:
            return _part(base, name, kind)
    raise EvaluationError(f'this object does not have an attribute named "{name}"', at)


def _no_attributes(kind: Type, name: str) -> str:
    if kind.kind in ("list", "set") and kind.element is not None and kind.element.kind == "object":
        has = kind.kind == "list" and any(field == name for field, _ in kind.element.fields)
        hint = f'; did you mean attribute "{name}" of one element, or of all?' if has else ""
        return f"can't access attributes on a {kind.kind} of objects{hint}"
    if kind.kind in ("string", "number", "bool"):
        return f"can't access attributes on a primitive-typed value ({kind})"
    return "this value does not have any attributes"


def _part(base: Value, step: str, kind: Type) -> Value:
    if isinstance(base.data, Mapping):
        return base.data[step]
    if base.unresolved is not None:
        return part_of(base.unresolved, step, kind)
    return unknown("a part of it is not known", kind)


def part_of(whole: Unresolved, step: object, kind: Type = ANY) -> Value:
    """An unknown that is a part of an unknown."""
    identity = None if whole.identity is None else ("part", whole.identity, step)
    return unknown(whole.reason, kind, identity=identity)


_NO_KEY = "the given key does not identify an element in this collection value"


def index(base: Value, key: Value, at: Location) -> Value:
    """``base[key]``."""
    if isinstance(base.data, Lazy) and isinstance(key.data, str | bool):
        return marked(base.data.attribute(to_text(key).text, at), base.marks | key.marks)
    base = as_object(base)
    if base.is_null:
        raise EvaluationError("this value is null, so it does not have any indices", at)
    if key.is_null:
        raise EvaluationError("can't use a null value as an indexing key", at)
    marks = base.marks | (key.marks if base.type.kind != "object" else frozenset())
    if base.type.kind in ("any", "resource") or key.type.kind in ("any", "resource"):
        return marked(_unknown_part(base, key, any_of((base.type, key.type))), marks)
    if base.type.kind in ("list", "tuple", "map", "object"):
        try:
            return marked(
                _element(base, convert(key, NUMBER if base.type.kind in ("list", "tuple") else STRING)), marks
            )
        except EvaluationError as error:
            raise EvaluationError(f"invalid index: {error.detail}", at) from error
    what = "elements of a set have no index" if base.type.kind == "set" else "this value does not have any indices"
    raise EvaluationError(what, at)


def _unknown_part(base: Value, key: Value, kind: Type) -> Value:
    """A part of which it is not known which one it is, or what it is."""
    if key.unresolved is not None:
        return unknown(key.unresolved.reason, kind)
    if base.unresolved is None:
        return unknown("a part of it is not known", kind)
    return (
        part_of(base.unresolved, key.data, kind)
        if isinstance(key.data, str | Decimal)
        else unknown(base.unresolved.reason, kind)
    )


def _element(base: Value, key: Value) -> Value:
    """The part under a key of the right type. Raises EvaluationError without a place."""
    kind, data = base.type, base.data
    if kind.kind in ("map", "object"):
        if key.unresolved is not None or (base.unresolved is not None and kind.kind == "map"):
            return _unknown_part(base, key, kind.element or ANY)
        if isinstance(data, Mapping):
            if key.text not in data:
                raise EvaluationError(_NO_KEY)
            return data[key.text]
        return _unknown_part(base, key, ANY)  # HCL does not look into the type of an unknown object
    if key.unresolved is not None:
        return unknown(key.unresolved.reason, kind.element or ANY)
    position, length = key.number, len(kind.items)
    if base.unresolved is not None and kind.kind == "list":
        return part_of(base.unresolved, position, kind.element or ANY)
    if isinstance(data, tuple):
        length = len(data)
    if not position.is_finite() or position != int(position):
        raise EvaluationError("indexing a sequence requires a whole number")
    if position < 0:
        raise EvaluationError("a negative number is not a valid index for a sequence")
    if position >= length:
        raise EvaluationError(
            "the index is greater than or equal to the length of the collection"
            if length
            else "the collection has no elements"
        )
    if isinstance(data, tuple):
        return data[int(position)]
    assert base.unresolved is not None  # noqa: S101 - a tuple is known, null or unknown
    return part_of(base.unresolved, position, kind.items[int(position)])


def elements(collection: Value) -> list[tuple[Value, Value]] | Unresolved:
    """The pairs of key and value that ``for`` and ``dynamic`` go through, without the marks of the collection.

    Of a set the key is the value; unknown members of it are gone through like all others, as Terraform does.
    """
    collection = as_object(collection)
    if collection.unresolved is not None:
        if collection.type.kind in ("string", "number", "bool"):
            raise EvaluationError(f"a value of type {collection.type} cannot be iterated over")
        return collection.unresolved
    if collection.is_null:
        raise EvaluationError("a null value cannot be iterated over")
    if isinstance(collection.data, Lazy):
        return Unresolved(f"{collection.data.address} as a whole is only known after apply")
    if isinstance(collection.data, Mapping):
        return [(text(key), value) for key, value in collection.data.items()]
    if isinstance(collection.data, tuple):
        if collection.type.kind == "set":
            return [(member, member) for member in collection.data]
        return [(number(position), value) for position, value in enumerate(collection.data)]
    raise EvaluationError(f"a value of type {collection.type} cannot be iterated over")


def iterate(collection: Value) -> list[tuple[Value, Value]] | Unresolved:
    """The same for what must be known as a whole: a set with an unknown member is unknown."""
    found = elements(collection)
    if collection.type.kind == "set" and not isinstance(found, Unresolved):
        for key, _ in found:
            if key.unresolved is not None:
                return key.unresolved
    return found
