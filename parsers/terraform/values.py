"""Terraform's values: how they are made, what is unknown in them, and their marks.

The model is that of the language's own type system (go-cty): types in ``types``, numbers in ``arithmetic``, the value
itself in ``data``. All of it can be had from here.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache

from parsers.terraform.arithmetic import BITS, INTEGER_BITS, NUMBERS, Number, nearest, number_text
from parsers.terraform.data import Data, Lazy, Unresolved, Value
from parsers.terraform.faults import EvaluationError, RefusalError
from parsers.terraform.limits import MAX_TEXT, MAX_WEIGHT
from parsers.terraform.set_order import distinct_sorted, identity_key
from parsers.terraform.types import (
    ANY,
    BOOL,
    COLLECTIONS,
    HIDDEN,
    MAPPINGS,
    NUMBER,
    PRIMITIVES,
    RESOURCE,
    SEQUENCES,
    STRING,
    Type,
    plain,
)

SENSITIVE = "sensitive"
"""The mark of a value that is computed with and never printed."""
EPHEMERAL = "ephemeral"
"""The mark of a value that Terraform keeps in no plan and no state."""

NULL = Value(ANY, None)
TRUE = Value(BOOL, True)
FALSE = Value(BOOL, False)


def marked(value: Value, marks: Iterable[str]) -> Value:
    """The same value with more marks."""
    more = value.marks.union(marks)
    return value if more == value.marks else replace(value, marks=more)


def deep_marks(value: Value) -> frozenset[str]:
    """The marks of a value and of everything in it."""
    found = value.marks
    if isinstance(value.data, tuple):
        return found.union(*map(deep_marks, value.data))
    if isinstance(value.data, Mapping):
        return found.union(*map(deep_marks, value.data.values()))
    return found


def unmarked(value: Value) -> Value:
    """The same value with no marks at any depth."""
    if not deep_marks(value):
        return value
    data = value.data
    if isinstance(data, tuple):
        data = tuple(map(unmarked, data))
    elif isinstance(data, Mapping):
        data = {key: unmarked(each) for key, each in data.items()}
    return replace(value, data=data, marks=frozenset())


def as_object(value: Value) -> Value:
    """The object that a module call is; any other value as it is."""
    data = value.data
    return marked(data.whole(), value.marks) if isinstance(data, Lazy) and data.whole is not None else value


def text(content: str) -> Value:
    """A string, normalised as cty does it (NFC). Raises RefusalError if it is too long."""
    if len(content) > MAX_TEXT:
        raise RefusalError(f"a string of more than {MAX_TEXT:,} characters")
    shown = content if content.isascii() else unicodedata.normalize("NFC", content)
    return Value(STRING, shown, 1 + len(shown) // 100)


def number(content: Decimal | int, bits: int | None = None) -> Value:
    """A number; ``bits`` is the length of its mantissa: by default that of a count for int, of a literal for Decimal.

    Raises RefusalError if it is beyond what is computed with.
    """
    if isinstance(content, int):
        return _counted(content) if bits is None else Value(NUMBER, nearest(Decimal(content), bits))
    return Value(NUMBER, content if isinstance(content, Number) and bits is None else nearest(content, bits or BITS))


@lru_cache(maxsize=2048)
def _counted(content: int) -> Value:
    return Value(NUMBER, nearest(Decimal(content), INTEGER_BITS))


def truth(content: bool) -> Value:
    """A bool."""
    return TRUE if content else FALSE


def unknown(
    reason: str,
    kind: Type = HIDDEN,
    *,
    prefix: str = "",
    suffix: str = "",
    identity: Hashable = None,
    not_null: bool = False,
    least: Decimal | int | None = None,
    most: Decimal | int | None = None,
) -> Value:
    """An unknown of a type, with the reason for the reader.

    What is known of it may leave only one value: then it is that one, or a list with so many unknowns.
    """
    low, high = (None if bound is None else Decimal(bound) for bound in (least, most))
    if kind.kind in COLLECTIONS:
        low = low or Decimal(0)
        if not_null and low == high:
            settled = _of_length(reason, kind, int(low), identity)
            if settled is not None:
                return settled
    elif kind == NUMBER:
        if not_null and low is not None and low == high:
            return number(low)
    else:
        low = high = None
    known = not_null and kind.kind != "any"
    return Value(kind, Unresolved(reason, prefix, suffix, identity, known, low, high), kind.size)


def _of_length(reason: str, kind: Type, length: int, identity: Hashable) -> Value | None:
    """A collection of unknown members, where its length alone says enough."""
    if kind.element is None or (length and (kind.kind == "map" or (kind.kind == "set" and length > 1))):
        return None
    if kind.kind == "map":
        return mapping(kind, {})
    if length * kind.size > MAX_WEIGHT:
        raise RefusalError(f"a value with more than {MAX_WEIGHT:,} members")
    parts = (None if identity is None else ("part", identity, Decimal(at)) for at in range(length))
    return sequence(kind, [unknown(reason, kind.element, identity=part) for part in parts])


def refined(value: Value, **what: bool | Decimal | int | None) -> Value:
    """The same value, an unknown with more known of it: ``not_null``, ``least``, ``most`` as in ``unknown``."""
    data = value.data
    if not isinstance(data, Unresolved):
        return value
    low, high = what.get("least", data.least), what.get("most", data.most)
    if low is not None and data.least is not None:
        low = max(Decimal(low), data.least)
    if high is not None and data.most is not None:
        high = min(Decimal(high), data.most)
    found = unknown(
        data.reason,
        value.type,
        prefix=data.prefix,
        suffix=data.suffix,
        identity=data.identity,
        not_null=data.not_null or bool(what.get("not_null")),
        least=low,
        most=high,
    )
    return marked(found, value.marks)


def sequence(kind: Type, members: Iterable[Value]) -> Value:
    """A list, set or tuple of a given type; a set is sorted, has each member once and takes the marks of all."""
    content = tuple(members)
    marks: frozenset[str] = frozenset()
    if kind.kind == "set":
        marks = frozenset[str]().union(*map(deep_marks, content))
        content = distinct_sorted(tuple(map(unmarked, content)) if marks else content)
    return Value(kind, content, _weight(content), marks)


def tuple_of(members: Iterable[Value]) -> Value:
    """A tuple, as ``[...]`` makes it."""
    content = tuple(members)
    weight = _weight(content)
    return Value(Type("tuple", items=tuple(each.type for each in content)), content, weight)


def list_of(element: Type, members: Iterable[Value]) -> Value:
    """A list whose members all have the element type already."""
    return sequence(Type("list", element), members)


def mapping(kind: Type, entries: Mapping[str, Value]) -> Value:
    """A map or object of a given type; Terraform orders entries by the bytes of their keys."""
    content = {key: entries[key] for key in sorted(entries)}
    return Value(kind, content, _weight(content.values()))


def object_of(entries: Mapping[str, Value]) -> Value:
    """An object, as ``{...}`` makes it."""
    kind = Type("object", fields=tuple((key, entries[key].type) for key in sorted(entries)))
    return mapping(kind, entries)


def _weight(members: Iterable[Value]) -> int:
    weight = 1 + sum(each.weight for each in members)
    if weight > MAX_WEIGHT:
        raise RefusalError(f"a value with more than {MAX_WEIGHT:,} members")
    return weight


def unknowns(value: Value) -> Iterator[Unresolved]:
    """Every unknown in a value, itself included."""
    data = value.data
    if isinstance(data, Unresolved):
        yield data
    elif isinstance(data, Lazy):
        yield Unresolved(f"{data.address} as a whole is only known after apply")
    elif isinstance(data, tuple):
        for each in data:
            yield from unknowns(each)
    elif isinstance(data, Mapping):
        for each in data.values():
            yield from unknowns(each)


def first_unknown(value: Value) -> Unresolved | None:
    """The first unknown in a value, or None if it is known to the bottom."""
    return next(unknowns(value), None)


def length_bounds(value: Value) -> tuple[int, int | None]:
    """How many members a list, set, map, tuple or object has at least and at most; None where there is no upper bound.

    A set with unknowns may lose members that turn out to be equal.
    """
    data, kind = value.data, value.type
    if kind.kind == "tuple":
        return len(kind.items), len(kind.items)
    if kind.kind == "object":
        return len(kind.fields), len(kind.fields)
    if isinstance(data, Unresolved):
        return int(data.least or 0), None if data.most is None else int(data.most)
    if isinstance(data, tuple):
        open_set = kind.kind == "set" and len(data) > 1 and first_unknown(value) is not None
        return 1 if open_set else len(data), len(data)
    return (len(data), len(data)) if isinstance(data, Mapping) else (0, None)


__all__ = [
    "ANY",
    "BOOL",
    "COLLECTIONS",
    "EPHEMERAL",
    "FALSE",
    "HIDDEN",
    "MAPPINGS",
    "NULL",
    "NUMBER",
    "NUMBERS",
    "PRIMITIVES",
    "RESOURCE",
    "SENSITIVE",
    "SEQUENCES",
    "STRING",
    "TRUE",
    "Data",
    "EvaluationError",
    "Lazy",
    "Number",
    "RefusalError",
    "Type",
    "Unresolved",
    "Value",
    "as_object",
    "deep_marks",
    "first_unknown",
    "identity_key",
    "length_bounds",
    "list_of",
    "mapping",
    "marked",
    "nearest",
    "number",
    "number_text",
    "object_of",
    "plain",
    "refined",
    "sequence",
    "text",
    "truth",
    "tuple_of",
    "unknown",
    "unknowns",
    "unmarked",
]
