"""``jsonencode`` and ``jsondecode`` (go-cty, package json, over Go's encoding/json)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from parsers.terraform.arithmetic import parse
from parsers.terraform.functions.registry import function
from parsers.terraform.limits import MAX_VALUE_DEPTH, MAX_WEIGHT
from parsers.terraform.values import (
    ANY,
    BOOL,
    FALSE,
    NULL,
    NUMBER,
    STRING,
    TRUE,
    EvaluationError,
    RefusalError,
    Type,
    Value,
    first_unknown,
    number,
    number_text,
    object_of,
    text,
    tuple_of,
    unknown,
)

_ESCAPED = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}
_SPACE = " \t\r\n"
_BEGINNINGS = {"string": '"', "list": "[", "set": "[", "tuple": "[", "map": "{", "object": "{"}
_TYPES = {'"': STRING, "t": BOOL, "f": BOOL, "{": ANY, "[": ANY, "n": ANY} | dict.fromkeys("-0123456789.", NUMBER)


def encode_json(value: Value) -> str:
    """The value as jsonencode writes it: no spaces, keys sorted, and markup escaped as Go does."""
    data = value.data
    if data is None:
        return "null"
    if isinstance(data, bool):
        return "true" if data else "false"
    if isinstance(data, Decimal):
        if data.is_infinite():
            raise EvaluationError("infinity cannot be written as JSON")
        return number_text(data)
    if isinstance(data, str):
        return _quoted(data)
    if isinstance(data, tuple):
        return "[" + ",".join(encode_json(each) for each in data) + "]"
    if isinstance(data, Mapping):
        return "{" + ",".join(f"{_quoted(key)}:{encode_json(each)}" for key, each in data.items()) + "}"
    raise EvaluationError("this value cannot be written as JSON")


def _quoted(content: str) -> str:
    return "".join(_ESCAPED.get(char, char) for char in json.dumps(content, ensure_ascii=False))


def from_json(data: Any) -> Value:
    """A decoded JSON document (numbers as Decimal) as a value."""
    if data is None:
        return NULL
    if isinstance(data, bool):
        return TRUE if data else FALSE
    if isinstance(data, int | Decimal):
        return number(Decimal(data))
    if isinstance(data, str):
        return text(data.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))
    if isinstance(data, list):
        return tuple_of(from_json(each) for each in data)
    return object_of({text(key).text: from_json(each) for key, each in data.items()})


@function("jsonencode", ANY, nulls=True, deep=False, shallow=False, gives=STRING)
def jsonencode(value: Value) -> Value:
    opened = first_unknown(value)
    if opened is None:
        return text(encode_json(value))
    certain = value.unresolved is None or value.unresolved.not_null
    prefix = _BEGINNINGS.get(value.type.kind, "") if certain else ""
    suffix = {"[": "]", "{": "}"}.get(prefix, prefix)
    return unknown(opened.reason, STRING, prefix=prefix, suffix=suffix, not_null=True)


def _decoded_type(source: Value) -> Type:
    """What an unknown text can be seen to hold by its first character."""
    data = source.unresolved
    start = data.prefix.strip() if data is not None else ""
    if not start:
        return ANY
    if start[0] not in _TYPES:
        raise EvaluationError("jsondecode: no JSON document begins like this")
    return _TYPES[start[0]]


@function("jsondecode", STRING, gives=_decoded_type)
def jsondecode(value: Value) -> Value:
    content = value.text.strip(_SPACE)
    _check_depth(content)
    try:
        data = json.loads(content, parse_float=_number, parse_int=_number, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise EvaluationError("jsondecode: this is no valid JSON") from error
    return from_json(data)


def _number(digits: str) -> Decimal:
    amount = parse(digits)
    if amount is None:
        raise ValueError("not a number")
    return amount if amount else amount.copy_abs()


def _check_depth(content: str) -> None:
    """Refuses what is larger or nested deeper than values may be, before it is read: the reader uses Python's stack."""
    if content.count(",") > MAX_WEIGHT:
        raise RefusalError(f"jsondecode: a value with more than {MAX_WEIGHT:,} members")
    depth = 0
    for char in content:
        depth += (char in "[{") - (char in "]}")
        if depth > 10 * MAX_VALUE_DEPTH:
            raise RefusalError(f"jsondecode: a value that is nested more than {MAX_VALUE_DEPTH} deep")


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")
