"""Laws of the Terraform reader: conversion settles, text round-trips, and no source makes it raise."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from drift.interfaces import Inputs
from drift.snapshot import State
from drift.tree import DiskTree
from parsers.terraform import PARSER
from parsers.terraform.convert import convert, unify
from parsers.terraform.functions.encoding import encode_json, jsondecode
from parsers.terraform.values import (
    ANY,
    BOOL,
    NULL,
    NUMBER,
    STRING,
    EvaluationError,
    Type,
    Value,
    identity_key,
    number,
    number_text,
    object_of,
    text,
    truth,
    tuple_of,
    unknown,
)

CASES = Path(__file__).parent.parent / "language" / "terraform"
SOURCES = sorted(
    path.read_text() for path in CASES.glob("*/*.tf") if path.is_file() and "module " not in path.read_text()
)
TOKENS = [
    "{",
    "}",
    "[",
    "]",
    "(",
    ")",
    '"',
    "${",
    "%{",
    "~",
    "=",
    "?",
    ":",
    ".",
    "*",
    "null",
    "for",
    "<<E\n",
    "\n",
    "#",
    "$",
    "\\",
    "é",
    "each",
    "...",
]

words = st.text(alphabet="ab01.", max_size=4)
primitives = st.one_of(words.map(text), st.integers(-5, 5).map(number), st.booleans().map(truth), st.just(NULL))
known = st.recursive(
    primitives,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(tuple_of), st.dictionaries(words, inner, max_size=3).map(object_of)
    ),
    max_leaves=8,
)
values = st.one_of(known, st.sampled_from([unknown("u"), unknown("u", STRING, prefix="a"), unknown("u", NUMBER)]))
types = st.recursive(
    st.sampled_from([STRING, NUMBER, BOOL, ANY]),
    lambda inner: st.one_of(
        inner.map(lambda each: Type("list", each)),
        inner.map(lambda each: Type("set", each)),
        inner.map(lambda each: Type("map", each)),
    ),
    max_leaves=3,
)


def converted(value: Value, kind: Type) -> Value | None:
    try:
        return convert(value, kind)
    except EvaluationError:
        return None


@given(values, types)
def test_converting_twice_is_converting_once(value: Value, kind: Type) -> None:
    once = converted(value, kind)
    if once is not None:
        again = convert(once, kind)
        if once.unresolved is None:
            assert identity_key(again) == identity_key(once)
        assert again.type == once.type


@given(st.lists(known, min_size=1, max_size=4))
def test_what_values_are_unified_to_fits_each_of_them(members: list[Value]) -> None:
    common = unify(each.type for each in members)
    if common is not None:
        for each in members:
            outcome = converted(each, common)
            if outcome is not None and common.kind != "any":
                assert outcome.type.kind == common.kind


@given(st.lists(known, max_size=4))
def test_the_order_of_types_does_not_change_what_they_have_in_common(members: list[Value]) -> None:
    assert unify(each.type for each in members) == unify(each.type for each in reversed(members))


@given(known)
def test_json_that_is_written_reads_back_to_the_same_text(value: Value) -> None:
    written = encode_json(value)
    assert encode_json(jsondecode(text(written))) == written


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**9), max_value=10**9))
def test_numbers_print_without_exponent_and_read_back(amount: Decimal) -> None:
    shown = number_text(amount)
    assert "E" not in shown
    assert Decimal(shown) == amount


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_no_mutation_of_a_source_makes_the_parser_raise(tmp_path: Path, data: st.DataObject) -> None:
    source = data.draw(st.sampled_from(SOURCES))
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(source)))
        end = min(len(source), start + data.draw(st.integers(0, 12)))
        source = source[:start] + data.draw(st.sampled_from(TOKENS)) + source[end:]
    (tmp_path / "main.tf").write_text(source)
    snapshot = PARSER.parse(DiskTree(tmp_path), [""], Inputs())
    for fault in snapshot.errors:
        assert fault.message
        assert fault.location is not None
    for bucket in snapshot.buckets:
        assert (bucket.reason is not None) == (bucket.state is State.UNKNOWN)
