"""Which members of a set are the same, and in what order they stand (go-cty, cty/set_internals.go)."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from decimal import Decimal

from parsers.terraform.data import Lazy, Unresolved, Value

_ESCAPES = {
    "\a": "\\a",
    "\b": "\\b",
    "\f": "\\f",
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
    "\v": "\\v",
    '"': '\\"',
    "\\": "\\\\",
}


def distinct_sorted(members: tuple[Value, ...]) -> tuple[Value, ...]:
    """The members of a set: unknowns are never the same as another, and stand last but for null."""
    by_key: dict[Hashable, Value] = {}
    for place, each in enumerate(members):
        by_key.setdefault(("unknown", place) if _has_unknown(each) else identity_key(each), each)
    return tuple(sorted(by_key.values(), key=_rank))


def _has_unknown(value: Value) -> bool:
    data = value.data
    if isinstance(data, tuple):
        return any(map(_has_unknown, data))
    if isinstance(data, Mapping):
        return any(map(_has_unknown, data.values()))
    return isinstance(data, Unresolved | Lazy)


def _rank(value: Value) -> tuple[int, object]:
    data = value.data
    if data is None:
        return (2, 0)
    if isinstance(data, Unresolved | Lazy):
        return (1, 0)
    return (0, data if isinstance(data, str | Decimal | bool) else _digest(value))


def _digest(value: Value) -> bytes:
    """What Terraform sorts the structured members of a set by."""
    return "".join(_pieces(value)).encode("utf-8", "surrogatepass")


def _pieces(value: Value) -> list[str]:
    data = value.data
    if data is None:
        return ["~"]
    if isinstance(data, bool):
        return ["T" if data else "F"]
    if isinstance(data, Decimal):
        return [format(data, ".10g")]
    if isinstance(data, str):
        return [_quoted(data)]
    structure = value.type.kind in ("object", "tuple")
    pieces = ["<" if structure else "{" if value.type.kind == "map" else "["]
    if isinstance(data, Mapping):
        for key, each in data.items():
            pieces += ([] if structure else [_quoted(key), ":"]) + _pieces(each) + [";"]
    elif isinstance(data, tuple):
        for each in data:
            pieces += [*_pieces(each), ";"]
    else:
        return ["?"]
    return [*pieces, ">" if structure else "}" if value.type.kind == "map" else "]"]


def _quoted(content: str) -> str:
    """A string as Go's ``%q`` shows it."""
    return (
        '"' + "".join(_ESCAPES.get(char) or (char if char.isprintable() else _escaped(char)) for char in content) + '"'
    )


def _escaped(char: str) -> str:
    code = ord(char)
    return f"\\x{code:02x}" if code < 0x80 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def identity_key(value: Value) -> Hashable:
    """Equal for two values exactly if they are the same value of the same type; unknowns only where that is certain."""
    data = value.data
    if isinstance(data, Unresolved):
        return ("unknown", data.identity if data.identity is not None else id(data))
    if isinstance(data, Lazy):
        return ("resource", data.address)
    if isinstance(data, tuple):
        return (value.type.kind, *(identity_key(each) for each in data))
    if isinstance(data, Mapping):
        return (value.type.kind, *((key, identity_key(each)) for key, each in data.items()))
    if data is None:
        return ("null",)
    return (value.type.kind, data)
