"""YAML and JSON as nodes: what scalars keep, where things stand, and what is refused."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from drift.errors import InputError
from parsers.document import (
    MAX_CHARACTERS,
    MAX_DEPTH,
    ListNode,
    MapNode,
    Node,
    Repeated,
    Scalar,
    read_document,
    read_json,
    whole_number,
)
from parsers.document.json_text import read_strictly


def read(text: str, path: str = "x.yaml") -> Node:
    node = read_document(text.encode(), path)
    assert node is not None
    return node


def refused(content: bytes | str, path: str = "x.yaml") -> InputError:
    with pytest.raises(InputError) as caught:
        read_document(content.encode() if isinstance(content, str) else content, path)
    return caught.value


def member(node: Node, *path: str | int) -> Node:
    for step in path:
        if isinstance(step, int):
            assert isinstance(node, ListNode)
            node = node.items[step]
        else:
            assert isinstance(node, MapNode)
            found = node.get(step)
            assert found is not None
            node = found
    return node


def text(node: Node) -> str:
    assert isinstance(node, Scalar)
    return node.text


def span(node: Node) -> tuple[int, int, int]:
    return node.place.line, node.place.end_line, node.place.column


@pytest.mark.parametrize("written", ["012345671234", "on", "NO", "2010-09-09", "12:30:45", "1_000", "0x1f", "1e3"])
def test_yaml_scalar_keeps_the_text_that_was_written(written: str) -> None:
    assert text(member(read(f"key: {written}\n"), "key")) == written


def test_null_is_told_from_the_text_null() -> None:
    root = read("- null\n- ~\n-\n- 'null'\n- nil\n")
    assert [isinstance(item, Scalar) and item.is_null for item in (member(root, i) for i in range(5))] == [
        True,
        True,
        True,
        False,
        False,
    ]


def test_standard_tag_decides_whether_a_scalar_is_plain() -> None:
    root = read("- !!str null\n- !!null 'null'\n- ! 5\n")
    plain = [item.plain for item in (member(root, i) for i in range(3)) if isinstance(item, Scalar)]
    assert plain == [False, True, False]


def test_local_tags_are_kept_on_every_kind_of_node() -> None:
    root = read("a: !Ref X\nb: !Join [x]\nc: !Map {k: v}\nd: !vault |\n  abc\n")
    assert [member(root, key).tag for key in "abcd"] == ["!Ref", "!Join", "!Map", "!vault"]


@pytest.mark.parametrize(
    ("written", "number"),
    [("3000", 3000), ("3000.0", 3000), ("-1", -1), ("+5", 5), ("0", 0), ("0600", None), ("3.5", None), ("", None)],
)
def test_whole_number_is_read_from_its_decimal_text_only(written: str, number: int | None) -> None:
    assert whole_number(written) == number


def test_number_of_ten_thousand_digits_is_no_whole_number_and_no_crash() -> None:
    assert whole_number("9" * 10_000) is None


def test_yaml_places_have_first_and_last_line_and_column() -> None:
    root = read("a:\n  - x\n  - {k: [1,\n    2]}\nb: |\n  one\n  two\n\nc: end\n")
    assert span(member(root, "a")) == (2, 4, 3)
    assert span(member(root, "a", 1)) == (3, 4, 5)
    assert span(member(root, "b"))[:2] == (5, 8)
    assert span(member(root, "c")) == (9, 9, 4)
    assert span(root) == (1, 9, 1)


def test_json_places_have_first_and_last_line_and_column() -> None:
    root = read('{\r\n "a": [\r\n  1,\r\n  {"k": "v"}\r\n ],\r\n "b": "\\u00e9"}\t\r\n', "x.json")
    assert span(root) == (1, 6, 1)
    assert span(member(root, "a")) == (2, 5, 7)
    assert span(member(root, "a", 1)) == (4, 4, 3)
    assert span(member(root, "b")) == (6, 6, 7)
    assert text(member(root, "b")) == "é"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
@pytest.mark.parametrize(("path", "written"), [("x.json", '{"a": "é"}'), ("x.yaml", "a: é\n")])
def test_byte_order_mark_is_no_part_of_the_text(encoding: str, path: str, written: str) -> None:
    node = read_document(written.encode(encoding), path)
    assert node is not None
    assert text(member(node, "a")) == "é"


def test_file_named_template_may_be_json_or_flow_yaml() -> None:
    assert text(member(read('{"a": "\\/"}', "x.template"), "a")) == "/"
    assert text(member(read("{a: b}", "x.template"), "a")) == "b"


@pytest.mark.parametrize("content", [b"", b"  \n\n", b"\xef\xbb\xbf"])
def test_empty_file_holds_no_node(content: bytes) -> None:
    assert read_document(content, "x.json") is None


def test_file_of_comments_alone_holds_no_node() -> None:
    assert read_document(b"# nothing\n", "x.yaml") is None


def test_half_a_surrogate_pair_becomes_the_replacement_character() -> None:
    assert text(member(read('["\\ud800x", "\\ud83d\\ude00"]', "x.json"), 0)) == "\ufffdx"


def test_alias_is_the_node_that_it_names() -> None:
    root = read("a: &x [1]\nb: *x\n")
    assert member(root, "a") is member(root, "b")


def test_merged_keys_give_way_to_own_ones_and_earlier_sources_win() -> None:
    root = read("a: &a {k: 1, l: 1}\nb: &b {k: 2, m: 2}\nc:\n  <<: [*a, *b]\n  l: 3\n")
    merged = member(root, "c")
    assert isinstance(merged, MapNode)
    assert {key.text: text(value) for key, value in merged.entries} == {"l": "3", "k": "1", "m": "2"}


@pytest.mark.parametrize(
    ("content", "line", "message"),
    [
        ("a: 1\nb:\n  c: 1\n  c: 2\n", 4, 'the key "c" is there twice in one mapping: first on line 3'),
        ("a: 1\n---\nb: 1\n", 2, "a second YAML document"),
        ("a:\n\t- b\n", 2, "a TAB is used for indentation"),
        ("a: [1,\n", 2, "this is not valid YAML"),
        ("a: *nowhere\n", 1, "names no anchor above it"),
        ("a: &a\n  - *a\n", 2, "stands inside the value that it names"),
        ("a: {{ name }}\n", 1, "a key must be a text here"),
        ("? [a]\n: b\n", 1, "a key must be a text here"),
        ("a:\n  <<: text\n", 2, "<< merges mappings only"),
        (b"a: 1\nb: \xff\n", 2, "this file is not UTF-8 text"),
        (b"a: 1\nb: \x00\n", 2, "control characters are not allowed"),
        ('a: "\\ud800"\n', 1, "this is not valid YAML"),
    ],
)
def test_fault_in_yaml_is_told_with_its_line(content: bytes | str, line: int, message: str) -> None:
    error = refused(content)
    assert error.location is not None
    assert (error.location.path, error.location.line) == ("x.yaml", line)
    assert message in error.message
    assert error.advice


@pytest.mark.parametrize(
    ("content", "line", "column", "message"),
    [
        ('{"a": 1,\n "a": 2}', 2, 2, 'the key "a" is there twice in one mapping: first on line 1'),
        ('{"a": 1 // x\n}', 1, 9, "JSON has no comments"),
        ('/* x */ {"a": 1}', 1, 1, "JSON has no comments"),
        ('{"a": 1,}', 1, 9, "a key in double quotes is due"),
        ("[1,]", 1, 4, "a value is missing or malformed"),
        ('{"a"', 1, 5, "ends in the middle"),
        ('{"a": "b', 1, 7, "this JSON string cannot be read"),
        ('{"a": "b\n"}', 1, 9, "this JSON string cannot be read"),
        ("{'a': 1}", 1, 2, "double quotes"),
        ('{"a": 01}', 1, 7, "a value is missing or malformed"),
        ('{"a": NaN}', 1, 7, "a value is missing or malformed"),
        ('{"a": trueish}', 1, 7, "a value is missing or malformed"),
        ('{"a": 1}\n]', 2, 1, "something follows the end"),
        ('["a" "b"]', 1, 6, "a comma or the end"),
        ('{"a": 1]', 1, 8, "a comma or the end"),
        ("a: 1", 1, 1, "a value is missing or malformed"),
    ],
)
def test_fault_in_json_is_told_with_its_line_and_column(content: str, line: int, column: int, message: str) -> None:
    error = refused(content, "x.json")
    assert error.location is not None
    assert (error.location.line, error.location.column) == (line, column)
    assert message in error.message
    assert error.advice


@pytest.mark.parametrize(
    ("opening", "path"),
    [("[", "x.json"), ('{"a":', "x.json"), ("[", "x.yaml"), ("- ", "x.yaml"), ("[\n", "x.yaml"), ("[", "x.template")],
)
def test_deep_nesting_is_refused(opening: str, path: str) -> None:
    assert "nested more than" in refused(opening * 50_000, path).message


def test_nesting_counts_through_aliases() -> None:
    lines = ["a0: &a0 [x]"] + [f"a{i}: &a{i} [*a{i - 1}]" for i in range(1, MAX_DEPTH + 5)]
    assert "nested more than" in refused("\n".join(lines)).message


def test_alias_bomb_is_refused_before_it_expands() -> None:
    lines = ["a0: &a0 [" + ",".join("x" * 9) + "]"]
    lines += [f"a{i}: &a{i} [" + ",".join([f"*a{i - 1}"] * 9) + "]" for i in range(1, 30)]
    error = refused("\n".join(lines))
    assert "once its aliases are expanded" in error.message


def test_file_of_too_many_characters_is_refused() -> None:
    assert "characters" in refused("#" * (MAX_CHARACTERS + 1)).message


def test_tab_that_only_ends_a_line_does_no_harm() -> None:
    assert text(member(read("a:\t\n  b: c\t\n\t\n"), "a", "b")) == "c"


@pytest.mark.parametrize("filling", [" \t", "\t", " ", "\t \n", "\n"])
def test_long_runs_of_blanks_take_no_time(filling: str) -> None:
    assert refused("a: x\n" + filling * 200_000 + "\nb: '").location is not None


CASES = Path(__file__).parents[2] / "language" / "cloudformation"


def picture(node: Node | None) -> Any:
    """All that a node says, places included."""
    if node is None:
        return None
    if isinstance(node, Scalar):
        return "scalar", node.text, node.plain, node.tag, span(node)
    if isinstance(node, ListNode):
        return "list", node.tag, span(node), [picture(item) for item in node.items]
    return "mapping", node.tag, span(node), [(picture(key), picture(value)) for key, value in node.entries]


def outcome(content: bytes, path: str) -> Any:
    try:
        return picture(read_document(content, path))
    except InputError as error:
        # libyaml and PyYAML word a few faults differently, and mark an unfinished block at either of its ends.
        return "refused", error.message.partition(":")[0]


@pytest.mark.parametrize("path", sorted(CASES.glob("*/*.y*ml")), ids=lambda path: path.parent.name)
def test_parser_without_libyaml_gives_the_same_nodes(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = path.read_bytes()
    fast = outcome(content, path.name)
    monkeypatch.delattr(yaml, "CSafeLoader")
    assert outcome(content, path.name) == fast


ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=20,
)


@given(ANY_JSON, st.sampled_from([None, 0, 2]), st.booleans())
def test_json_that_is_looked_into_later_is_the_same_as_json_read_at_once(
    value: Any, indent: int | None, ascii_only: bool
) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only)
    assert picture(read_json(text, "x.json")) == picture(read_strictly(text, "x.json"))


@given(ANY_JSON, st.integers(0, 200), st.sampled_from(['"', "{", "]", ",", ":", "x", "\\", "\x01", "0", " "]))
def test_json_with_a_character_too_many_is_read_or_refused_in_the_same_way(value: Any, at: int, more: str) -> None:
    text = json.dumps(value)
    text = text[: at % (len(text) + 1)] + more + text[at % (len(text) + 1) :]
    found = []
    for reader in (read_json, read_strictly):
        try:
            found.append(picture(reader(text, "x.json")))
        except InputError as error:
            found.append((error.message, error.location))
    assert found[0] == found[1]


def test_json_of_which_too_much_was_passed_over_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    text = json.dumps({"a": [{"b": [1, {"c": "x"}, []]}, {}], "d": {"e": {"f": None}}}, indent=1)
    wanted = picture(read_strictly(text, "x.json"))
    for most in range(-1, len(text), 7):
        monkeypatch.setattr("parsers.document.json_lazy.MAX_SKIPPED", most)
        assert picture(read_json(text, "x.json")) == wanted


def test_number_of_ten_thousand_digits_in_json_is_read_as_its_text() -> None:
    digits = "9" * 10_000
    assert text(member(read(f'{{"a": {digits}}}', "x.json"), "a")) == digits


def test_json_with_too_many_values_is_refused() -> None:
    assert re.search("more than .* values", refused("[" + "1," * 400_001 + "1]", "x.json").message)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("x.yaml", "a:\n  k: 1\n  l: 2\n  k: 3\n"),
        ("x.json", '{"a": {"k": 1,\n "l": 2,\n "m": 0,\n "k": 3}}'),
        ("x.template", '{"a": {"k": 1, # a comment, which makes it YAML\n\n\n "k": 3}}'),
    ],
)
def test_of_a_key_that_is_there_twice_the_last_holds_where_that_is_noted(name: str, content: str) -> None:
    repeated: Repeated = []
    root = read_document(content.encode(), name, repeated)
    assert isinstance(root, MapNode)
    inner = member(root, "a")
    assert isinstance(inner, MapNode)
    assert inner.names.count("k") == 1
    assert text(member(inner, "k")) == "3"
    (told,) = repeated
    assert 'the key "k" is there twice' in told.message
    assert told.location is not None
    assert told.location.line == 4


def test_no_end_of_keys_that_are_there_twice_is_refused() -> None:
    repeated: Repeated = []
    with pytest.raises(InputError, match="there twice"):
        read_document(b"k: 1\n" * 1000, "x.yaml", repeated)
    assert not repeated
