"""``sensitive`` and its like (terraform/internal/lang/funcs/sensitive.go, go-cty docs/marks.md)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from parsers.terraform.functions.registry import function
from parsers.terraform.values import (
    ANY,
    BOOL,
    EPHEMERAL,
    SENSITIVE,
    Value,
    mapping,
    marked,
    object_of,
    sequence,
    truth,
    tuple_of,
    unknown,
)

_NONE: frozenset[str] = frozenset()


def bare(value: Value) -> Value:
    """The value without the marks that it has as a whole; what is in it keeps its own."""
    return replace(value, marks=_NONE) if value.marks else value


@function("sensitive", ANY, deep=False, shallow=False, nulls=True, marks=True)
def sensitive(value: Value) -> Value:
    return marked(value, {SENSITIVE})


@function("nonsensitive", ANY, deep=False, shallow=False, nulls=True, marks=True)
def nonsensitive(value: Value) -> Value:
    """Of the value as a whole only: what is in it stays sensitive."""
    return replace(value, marks=value.marks - {SENSITIVE})


@function("issensitive", ANY, deep=False, shallow=False, nulls=True, marks=True)
def issensitive(value: Value) -> Value:
    """Whether an unknown will be sensitive may hang on what it turns out to be."""
    if SENSITIVE not in value.marks and value.unresolved is not None:
        return unknown(value.unresolved.reason, BOOL, not_null=True)
    return truth(SENSITIVE in value.marks)


@function("ephemeralasnull", ANY, deep=False, shallow=False, nulls=True, marks=True)
def ephemeralasnull(value: Value) -> Value:
    data, kept = value.data, value.marks - {EPHEMERAL}
    if EPHEMERAL in value.marks:
        return Value(value.type, None, marks=kept)
    if isinstance(data, tuple):
        members = [ephemeralasnull(each) for each in data]
        return marked(tuple_of(members) if value.type.kind == "tuple" else sequence(value.type, members), kept)
    if isinstance(data, Mapping):
        entries = {key: ephemeralasnull(each) for key, each in data.items()}
        return marked(object_of(entries) if value.type.kind == "object" else mapping(value.type, entries), kept)
    return value
