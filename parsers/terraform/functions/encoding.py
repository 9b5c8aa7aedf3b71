"""Functions of encodings and hashes (terraform/internal/lang/funcs/crypto.go and encoding.go, go-cty json)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from parsers.terraform.functions.registry import function
from parsers.terraform.values import (
    ANY,
    FALSE,
    NULL,
    STRING,
    TRUE,
    EvaluationError,
    Value,
    number,
    number_text,
    object_of,
    text,
    tuple_of,
)

_ESCAPED = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}


def encode_json(value: Value) -> str:
    """The value as jsonencode writes it: no spaces, keys sorted, and markup escaped as Go does."""
    data = value.data
    if data is None:
        return "null"
    if isinstance(data, bool):
        return "true" if data else "false"
    if isinstance(data, Decimal):
        return number_text(data)
    if isinstance(data, str):
        shown = json.dumps(data, ensure_ascii=False)
        return "".join(_ESCAPED.get(char, char) for char in shown).replace("\\b", "\\u0008").replace("\\f", "\\u000c")
    if isinstance(data, tuple):
        return "[" + ",".join(encode_json(each) for each in data) + "]"
    if isinstance(data, Mapping):
        return "{" + ",".join(f"{encode_json(text(key))}:{encode_json(each)}" for key, each in data.items()) + "}"
    raise EvaluationError("this value cannot be written as JSON")


def from_json(data: Any) -> Value:
    """A decoded JSON document (numbers as Decimal) as a value."""
    if data is None:
        return NULL
    if isinstance(data, bool):
        return TRUE if data else FALSE
    if isinstance(data, int | Decimal):
        return number(data)
    if isinstance(data, str):
        return text(data)
    if isinstance(data, list):
        return tuple_of(from_json(each) for each in data)
    return object_of({key: from_json(each) for key, each in data.items()})


@function("jsonencode", ANY, nulls=True)
def jsonencode(value: Value) -> Value:
    return text(encode_json(value))


@function("jsondecode", STRING)
def jsondecode(value: Value) -> Value:
    try:
        data = json.loads(value.text, parse_float=Decimal, parse_int=Decimal, parse_constant=_no_constant)
        return from_json(data)
    except (ValueError, RecursionError, ArithmeticError) as error:
        raise EvaluationError("jsondecode: this is no valid JSON") from error


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


@function("base64encode", STRING)
def base64encode(value: Value) -> Value:
    return text(base64.b64encode(value.text.encode()).decode())


@function("base64decode", STRING)
def base64decode(value: Value) -> Value:
    try:
        return text(base64.b64decode(value.text, validate=True).decode())
    except (binascii.Error, ValueError) as error:
        raise EvaluationError("base64decode: this is no valid base64 of text") from error


@function("urlencode", STRING)
def urlencode(value: Value) -> Value:
    return text(quote(value.text, safe="-_.~ ").replace(" ", "+"))


@function("md5", STRING)
def md5(value: Value) -> Value:
    return text(hashlib.md5(value.text.encode(), usedforsecurity=False).hexdigest())


@function("sha1", STRING)
def sha1(value: Value) -> Value:
    return text(hashlib.sha1(value.text.encode(), usedforsecurity=False).hexdigest())


@function("sha256", STRING)
def sha256(value: Value) -> Value:
    return text(hashlib.sha256(value.text.encode()).hexdigest())


@function("sha512", STRING)
def sha512(value: Value) -> Value:
    return text(hashlib.sha512(value.text.encode()).hexdigest())
