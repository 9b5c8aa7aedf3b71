"""Laws of the functions of the language: what one of them does, another undoes."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from drift.location import Location
from parsers.terraform import functions
from parsers.terraform.functions.json_text import from_json
from parsers.terraform.values import NULL, STRING, Value, list_of, number, object_of, text, truth, tuple_of

AT = Location("law.tf", 1)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30).map(lambda content: text(content).text)
WRITABLE = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn", "Co"]), max_size=30).map(
    lambda content: text(content).text
)
NUMBERS = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**30), max_value=10**30, places=6)


def call(name: str, *args: Value) -> Value:
    return functions.call(name, list(args), AT)


def values(texts: st.SearchStrategy[str]) -> st.SearchStrategy[Value]:
    leaves = st.one_of(st.just(NULL), st.booleans().map(truth), NUMBERS.map(number), texts.map(text))
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.lists(inner, max_size=3).map(tuple_of), st.dictionaries(texts, inner, max_size=3).map(object_of)
        ),
        max_leaves=8,
    )


@given(values(TEXTS))
def test_what_jsonencode_writes_jsondecode_reads(value: Value) -> None:
    assert call("jsondecode", call("jsonencode", value)) == value


@given(values(TEXTS))
def test_what_jsonencode_writes_any_reader_of_json_reads(value: Value) -> None:
    written = call("jsonencode", value).text
    assert from_json(json.loads(written, parse_float=Decimal, parse_int=Decimal)) == value


@given(values(WRITABLE))
def test_what_yamlencode_writes_yamldecode_reads(value: Value) -> None:
    assert call("yamldecode", call("yamlencode", value)) == value


@given(TEXTS)
def test_base64_and_urls_are_decoded_to_what_was_encoded(content: str) -> None:
    value = text(content)
    assert call("base64decode", call("base64encode", value)) == value
    assert call("urldecode", call("urlencode", value)) == value
    for encoding in ("UTF-8", "UTF-16", "UTF-16LE", "UTF-16BE"):
        if "\ufffd" not in content and not content.startswith("\ufeff"):
            name = text(encoding)
            assert call("textdecodebase64", call("textencodebase64", value, name), name) == value


@given(st.lists(st.text("ab,", max_size=4), min_size=1, max_size=6))
def test_what_is_joined_is_split_again(parts: list[str]) -> None:
    plain = [part.replace(",", "") for part in parts]
    joined = call("join", text(","), list_of(STRING, map(text, plain)))
    assert [part.text for part in call("split", text(","), joined).members] == plain


@given(TEXTS)
def test_a_text_reversed_twice_is_as_long_and_reversed_lists_are_themselves_again(content: str) -> None:
    value = text(content)
    assert len(call("strrev", value).text) <= 4 * len(content) + 4
    members = tuple_of([text(char) for char in content])
    assert call("reverse", call("reverse", members)) == members


@given(st.lists(st.text("abc", max_size=2), max_size=12), st.integers(1, 5))
def test_chunks_flattened_are_the_list_again(parts: list[str], size: int) -> None:
    whole = list_of(STRING, map(text, parts))
    assert call("flatten", call("chunklist", whole, number(size))).data == whole.data


@given(st.lists(st.text("ab1", max_size=3), max_size=8))
def test_sorting_and_leaving_out_doubles_twice_is_like_once(parts: list[str]) -> None:
    whole = list_of(STRING, map(text, parts))
    for name in ("sort", "distinct", "compact", "toset"):
        once = call(name, whole)
        assert call(name, once) == once


@given(st.integers(0, 2**32 - 1), st.integers(0, 32), st.data())
def test_every_host_of_a_network_is_in_it_and_in_one_subnet(address: int, length: int, data: Any) -> None:
    shown = ".".join(str(address >> shift & 255) for shift in (24, 16, 8, 0))
    network = text(f"{shown}/{length}")
    host = data.draw(st.integers(0, 2 ** (32 - length) - 1))
    found = call("cidrhost", network, number(host))
    assert call("cidrcontains", network, found).data is True
    more = data.draw(st.integers(0, min(8, 32 - length)))
    place = host >> (32 - length - more)
    subnet = call("cidrsubnet", network, number(more), number(place))
    assert call("cidrcontains", subnet, found).data is True


@given(st.datetimes().map(lambda moment: moment.replace(microsecond=0)), st.integers(-(10**6), 10**6))
def test_time_that_is_added_is_taken_away_again_and_is_compared_by_its_sign(moment: Any, seconds: int) -> None:
    if not 2 <= moment.year <= 9990:
        return
    start = text(moment.isoformat() + "Z")
    later = call("timeadd", start, text(f"{seconds}s"))
    assert call("timeadd", later, text(f"{-seconds}s")) == start
    assert call("timecmp", later, start).number == (seconds > 0) - (seconds < 0)
    assert call("formatdate", text("YYYY-MM-DD'T'hh:mm:ssZ"), start) == start


@given(st.integers(-(10**40), 10**40), st.integers(2, 62))
def test_a_number_is_read_back_from_any_base(amount: int, base: int) -> None:
    digits, left = "", abs(amount)
    alphabet = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
    while left:
        left, digit = divmod(left, base)
        digits = alphabet[digit] + digits
    sign = "-" if amount < 0 else ""
    assert call("parseint", text(f"{sign}{digits or '0'}"), number(base)).number == amount


@given(st.integers(-(10**20), 10**20), st.sampled_from("dxob"))
def test_a_formatted_whole_number_is_read_back(amount: int, verb: str) -> None:
    shown = call("format", text(f"%{verb}"), number(Decimal(amount)))
    base = {"d": 10, "x": 16, "o": 8, "b": 2}[verb]
    assert call("parseint", shown, number(base)).number == amount


@given(st.dictionaries(st.text("ab", max_size=2), st.lists(st.text("cd", min_size=1, max_size=2), max_size=3)))
def test_a_map_transposed_twice_has_its_pairs_again(entries: dict[str, list[str]]) -> None:
    lists = object_of({key: tuple_of(map(text, found)) for key, found in entries.items()})
    twice = call("transpose", call("transpose", lists))
    pairs = {(key, each.text) for key, found in twice.entries.items() for each in found.members}
    assert pairs == {(key, each) for key, found in entries.items() for each in found}
