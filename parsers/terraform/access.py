"""Steps into values: attributes, indexes, what ``for`` goes through, and text put together with unknowns in it."""

from __future__ import annotations

from collections.abc import Mapping

from drift.location import Location
from parsers.terraform.convert import convert, to_text
from parsers.terraform.values import (
    NUMBER,
    STRING,
    EvaluationError,
    Lazy,
    Unresolved,
    Value,
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
    )


def attribute(base: Value, name: str, at: Location) -> Value:
    """``base.name``."""
    if isinstance(base.data, Lazy):
        return base.data.attribute(name, at)
    if base.unresolved is not None:
        return part_of(base.unresolved, name)
    if base.is_null:
        raise EvaluationError(f'null has no attribute "{name}"', at)
    if isinstance(base.data, Mapping):
        if name not in base.data:
            raise EvaluationError(f'there is no attribute "{name}"', at)
        return base.data[name]
    raise EvaluationError(f'a {base.type.kind} has no attribute "{name}"', at)


def part_of(whole: Unresolved, step: object) -> Value:
    """An unknown that is a part of an unknown."""
    identity = None if whole.identity is None else ("part", whole.identity, step)
    return unknown(whole.reason, identity=identity)


def index(base: Value, key: Value, at: Location) -> Value:
    """``base[key]``."""
    if key.unresolved is not None:
        return unknown(key.unresolved.reason)
    if base.unresolved is not None:
        return part_of(base.unresolved, key.data if not isinstance(key.data, Mapping | tuple | Lazy) else None)
    if base.is_null or key.is_null:
        raise EvaluationError("null cannot be indexed, nor be an index", at)
    if isinstance(base.data, Lazy):
        return base.data.attribute(to_text(key).text, at)
    if isinstance(base.data, Mapping):
        found = base.data.get(to_text(key).text)
        if found is None:
            raise EvaluationError(f"the {base.type.kind} has no such key", at)
        return found
    if base.type.kind not in ("list", "tuple"):
        raise EvaluationError(f"a {base.type.kind} cannot be indexed", at)
    position = convert(key, NUMBER).number
    if position != int(position) or not 0 <= position < len(base.members):
        raise EvaluationError(f"the index is outside of the {base.type.kind}", at)
    return base.members[int(position)]


def iterate(collection: Value) -> list[tuple[Value, Value]] | Unresolved:
    """The pairs of key and value that ``for`` and ``dynamic`` go through; of a set the key is the value."""
    if collection.unresolved is not None:
        return collection.unresolved
    if collection.is_null:
        raise EvaluationError("null cannot be gone through")
    if isinstance(collection.data, Lazy):
        return Unresolved(f"{collection.data.address} as a whole is only known after apply")
    if isinstance(collection.data, Mapping):
        return [(text(key), value) for key, value in collection.data.items()]
    if collection.type.kind == "set":
        for member in collection.members:
            if member.unresolved is not None:
                return member.unresolved
        return [(member, member) for member in collection.members]
    if isinstance(collection.data, tuple):
        return [(number(position), value) for position, value in enumerate(collection.data)]
    raise EvaluationError(f"a {collection.type.kind} cannot be gone through")
