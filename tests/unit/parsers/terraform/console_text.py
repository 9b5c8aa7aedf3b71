"""Values and types as ``terraform console`` shows them (terraform, internal/repl/format.go)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal

from parsers.terraform.values import Type, Unresolved, Value, number_text


def shown(value: Value, indent: str = "") -> str:
    """A value on one or more lines."""
    data, kind = value.data, value.type
    if isinstance(data, Unresolved):
        return "(known after apply)"
    if value.marks:
        return f"({min(value.marks, key=['sensitive', 'ephemeral'].index)} value)"
    if data is None:
        return _null(kind)
    if isinstance(data, bool):
        return "true" if data else "false"
    if isinstance(data, Decimal):
        return number_text(data)
    if isinstance(data, str):
        return json.dumps(data, ensure_ascii=False)
    inner = indent + "  "
    if isinstance(data, Mapping):
        rows = [f"{inner}{json.dumps(key)} = {shown(each, inner)}\n" for key, each in data.items()]
        braces = "{\n" + "".join(rows) + indent + "}" if rows else "{}"
    else:
        assert isinstance(data, tuple)
        rows = [f"{inner}{shown(each, inner)},\n" for each in data]
        braces = "[\n" + "".join(rows) + indent + "]" if rows else "[]"
    return f"to{kind.kind}({braces})" if kind.element is not None else braces


def _null(kind: Type) -> str:
    if kind.kind == "any":
        return "null"
    if kind.element is not None:
        return f"to{kind.kind}(null) /* of {friendly(kind.element)} */"
    return f"to{kind.kind}(null)" if kind.kind in ("string", "number", "bool") else f"null /* {kind.kind} */"


def friendly(kind: Type) -> str:
    """A type in the words of a message."""
    if kind.kind == "any":
        return "dynamic"
    return kind.kind if kind.element is None else f"{kind.kind} of {friendly(kind.element)}"


def type_shown(kind: Type) -> str:
    """A type as ``type()`` shows it, but on one line and without blanks and needless commas and quotes."""
    if kind.kind == "any":
        return "dynamic"
    if kind.element is not None:
        return f"{kind.kind}({type_shown(kind.element)})"
    if kind.kind == "tuple":
        return f"tuple([{','.join(map(type_shown, kind.items))}])"
    if kind.kind == "object":
        return f"object({{{','.join(f'{name}:{type_shown(each)}' for name, each in kind.fields)}}})"
    return kind.kind
