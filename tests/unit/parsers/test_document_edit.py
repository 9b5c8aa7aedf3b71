"""What single edits of YAML and JSON texts do to them, to the letter."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from drift.edits import TextEdit, edited
from drift.errors import InputError
from parsers.document.edit import CannotWrite, Kept, Kind, New, Part, Source, read_source


def _after(text: str, change: Callable[[Source], list[TextEdit]], path: str = "t.yaml") -> str:
    source = read_source(text.encode(), path)
    return edited(source.text, change(source))


def _part(source: Source, *path: str | int) -> Part:
    part = source.find(*path)
    assert part is not None
    return part


def _items(
    *path: str | int, remove: tuple[int, ...] = (), append: tuple[str, ...] = ()
) -> Callable[[Source], list[TextEdit]]:
    return lambda source: source.with_items(_part(source, *path), remove, append)


def test_offsets_of_parts_are_those_of_their_text() -> None:
    source = read_source(b"a: &x 'one'\nb: [two, *x]\nc:\n  - d: e # f\n", "t.yaml")
    texts = {source.text[part.body : part.end] for part in source.root.everything()} if source.root else set()
    assert {"a", "'one'", "b", "[two, *x]", "two", "*x", "- d: e", "d: e", "e"} <= texts


def test_offsets_count_a_byte_order_mark_and_both_characters_of_a_line_end() -> None:
    source = read_source("\ufeffa: 1\r\nb: two\r\n".encode(), "t.yaml")
    part = _part(source, "b")
    assert (part.start, part.end, part.line, part.column) == (10, 13, 2, 4)
    assert source.text[part.start : part.end] == "two"


def test_a_part_is_found_by_the_place_that_nodes_have() -> None:
    source = read_source(b'{\n  "a": [1]}', "t.json")
    assert source.at(2, 8, Kind.LIST) is source.find("a")
    assert source.at(2, 8, Kind.MAP) is None


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a: [x, y, z]\n", "a: [x, z]\n"),
        ("a: [x,y,z]\n", "a: [x,z]\n"),
        ("a: [\n  x,  # one\n  y,  # two\n  z\n]\n", "a: [\n  x,  # one\n  z\n]\n"),
        ("a:\n- x\n- y\n- z\n", "a:\n- x\n- z\n"),
        ("a:\n  - x\n  # about y\n  - y\n\n  - z\n", "a:\n  - x\n\n  - z\n"),
        ("a:\n  - x\n  # about y and z\n  - y\n  - z\n", "a:\n  - x\n  # about y and z\n  - z\n"),
        ("a:\n  - x\n  - >-\n    y\n    y\n  - z\n", "a:\n  - x\n  - z\n"),
    ],
)
def test_a_member_in_the_middle_goes_with_its_comma_and_comments(before: str, after: str) -> None:
    assert _after(before, _items("a", remove=(1,))) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a: [x, y]\n", "a: [x, n]\n"),
        ("a: [x, y,]\n", "a: [x, n,]\n"),
        ("a: [\n  x,  # one\n  y  # two\n]\n", "a: [\n  x,  # one\n  n\n]\n"),
        ("a:\n  - x\n  - y", "a:\n  - x\n  - n"),
        ("a:\r\n- 'x'\r\n- 'y'\r\n", "a:\r\n- 'x'\r\n- 'n'\r\n"),
        ("a:\n  -   x\n  -   y\n...\n", "a:\n  -   x\n  -   n\n...\n"),
        ("- a: 1\n- a:\n    - x\n    - y\n", None),
    ],
)
def test_a_member_goes_and_another_comes_in_the_style_of_its_neighbours(before: str, after: str | None) -> None:
    path = ("a",) if after else (1, "a")
    expected = after or "- a: 1\n- a:\n    - x\n    - nn\n"
    new = "nn" if after is None else "n"
    written = _after(before, _items(*path, remove=(1,), append=(new,)))
    assert written.replace("'n'", "n").replace('"n"', "n") == expected.replace("'n'", "n")


def test_json_keeps_tabs_and_lines() -> None:
    before = '{\n\t"a": [\n\t\t"x",\n\t\t"y"\n\t]\n}'
    assert _after(before, _items("a", append=("z",)), "t.json") == before.replace('"y"', '"y",\n\t\t"z"')
    assert _after(before, _items("a", remove=(1,)), "t.json") == before.replace(',\n\t\t"y"', "")


def test_all_members_may_be_replaced_or_go() -> None:
    assert _after("a:\n  - x  # c\n", _items("a", remove=(0,), append=("other",))) == "a:\n  - other\n"
    assert _after("a:\n  - x\nb: 1\n", _items("a", remove=(0,))) == "a: []\nb: 1\n"
    assert _after("a: [x]\n", _items("a", remove=(0,))) == "a: []\n"


def test_the_first_key_of_a_mapping_behind_a_dash_can_go_and_come() -> None:
    text = "- one: 1\n  two: 2  # two\n"
    assert _after(text, lambda source: source.with_keys(_part(source, 0), {}, ["one"])) == "- two: 2  # two\n"
    added = _after(text, lambda source: source.with_keys(_part(source, 0), {"zero": 0}, order=["zero", "one"]))
    assert added == "- zero: 0\n  one: 1\n  two: 2  # two\n"


def test_a_new_key_comes_behind_the_one_that_is_usually_before_it() -> None:
    change = _after("b: 1\nd: 2\n", lambda source: source.with_keys(_part(source), {"c": 3}, order=["a", "b", "c"]))
    assert change == "b: 1\nc: 3\nd: 2\n"


def test_members_change_places_with_their_comments() -> None:
    text = "# one\n- 1  # first\n# two\n- 2\n"
    assert _after(text, lambda source: source.changed(_part(source), [Kept(1), Kept(0)])) == (
        "# two\n- 2\n# one\n- 1  # first\n"
    )


def test_edits_inside_a_member_that_moves_move_with_it() -> None:
    def change(source: Source) -> list[TextEdit]:
        inner = source.replaced(_part(source, 0, 0), "changed")
        return source.changed(_part(source), [Kept(1), New("between"), Kept(0, tuple(inner))])

    assert _after("[[a], [b]]\n", change) == "[[b], between, [changed]]\n"


@pytest.mark.parametrize(
    ("before", "value", "after"),
    [
        ("a: 'x'\n", "it's", "a: 'it''s'\n"),
        ('a: "x"\n', 'say "x"\n', 'a: "say \\"x\\"\\n"\n'),
        ("a: x\n", "y: z", 'a: "y: z"\n'),
        ("a: x  # c\n", "*", 'a: "*"  # c\n'),
        ("a: 'x'\n", "\x07", 'a: "\\a"\n'),
        ("a: x\n", 5, "a: 5\n"),
        ("a:\nb: 1\n", "x", "a: x\nb: 1\n"),
        ("a: |\n  x\n  y\nb: 1\n", "z", "a: z\nb: 1\n"),
        ("a: []  # none\n", ["x"], "a: [x]  # none\n"),
        ("a: &k x\n", "z", "a: z\n"),
    ],
)
def test_a_scalar_keeps_its_quotes_where_they_can_say_the_text(before: str, value: str | int, after: str) -> None:
    written = _after(before, lambda source: source.replaced(_part(source, "a"), value))
    assert written in (after, after.replace(" [x]  # none", "  # none\n  - x"))


def test_half_a_character_cannot_be_written() -> None:
    source = read_source(b"a: x\n", "t.yaml")
    with pytest.raises(CannotWrite, match="surrogate"):
        source.replaced(_part(source, "a"), "\ud800")


@pytest.mark.parametrize("text", ["? a\n: b\n", "[a: b]\n", "? [x]\n: 1\n"])
def test_rare_forms_of_yaml_are_left_alone(text: str) -> None:
    try:
        source = read_source(text.encode(), "t.yaml")
    except InputError:
        return
    part = next(each for each in (source.root.everything() if source.root else ()) if each.kind is Kind.MAP)
    with pytest.raises(CannotWrite):
        source.changed(part, [Kept(0), New("x", "y")])


def test_utf_16_is_not_written() -> None:
    with pytest.raises(InputError, match="UTF-16"):
        read_source("a: 1".encode("utf-16"), "t.yaml")


def test_a_list_in_brackets_is_broken_where_lines_were_kept_short() -> None:
    text = f"a: [{'x' * 40}]\n"
    written = _after(text, _items("a", append=("y" * 40,)))
    assert written == f"a: [\n  {'x' * 40},\n  {'y' * 40}\n]\n"
    wide = f"# {'w' * 90}\n{text}"
    assert "\n  " not in _after(wide, _items("a", append=("y" * 40,)))
