"""Edits of random documents come to the wanted document, and leave alone what they need not touch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from drift.edits import TextEdit, edited
from drift.errors import InputError
from parsers.document import read_document
from parsers.document.edit import Data, Kept, Kind, New, Part, Source, read_source
from tests.law_numbers import tries
from tests.laws.edit_documents import containers, data, json_texts, keys, meaning, yaml_texts


def _path_of(part: Part) -> list[str | int]:
    path: list[str | int] = []
    while (around := part.parent) is not None:
        at = next(index for index, each in enumerate(around.values) if each is part)
        path.insert(0, at if around.kind is Kind.LIST else around.entries[at][0].text)
        part = around
    return path


def _with(value: object, path: list[str | int], new: object) -> object:
    if not path:
        return new
    step, rest = path[0], path[1:]
    if isinstance(value, list):
        assert isinstance(step, int)
        return [_with(each, rest, new) if at == step else each for at, each in enumerate(value)]
    assert isinstance(value, dict)
    return {key: _with(each, rest, new) if key == step else each for key, each in value.items()}


def _read(text: str, path: str) -> object:
    return meaning(read_document(text.encode(), path))


@st.composite
def _case(draw: st.DrawFn, path: str) -> tuple[Source, Data]:
    value = draw(containers)
    text = draw(json_texts(value) if path.endswith("json") else yaml_texts(value))
    try:
        source = read_source(text.encode(), path)
    except InputError:
        assume(False)
        raise
    assume(_read(text, path) == value)
    return source, value


def _parts(source: Source, *kinds: Kind) -> list[Part]:
    assert source.root is not None
    keys_too = {id(key) for part in source.root.everything() for key, _ in part.entries}
    return [part for part in source.root.everything() if part.kind in kinds and id(part) not in keys_too]


def _check(source: Source, edits: list[TextEdit], wanted: object) -> str:
    text = edited(source.text, edits)
    assert _read(text, source.path) == wanted, text
    return text


def _changed(draw: Callable[..., Any], source: Source, part: Part, old: object) -> tuple[list[TextEdit], object]:
    count = len(part.values)
    order = draw(st.permutations(range(count)) if draw(st.integers(1, 4)) == 1 else st.just(list(range(count))))
    kept = [index for index in order if draw(st.integers(1, 3)) > 1]
    members: list[Kept | New] = [Kept(index) for index in kept]
    for _ in range(draw(st.integers(0, 2))):
        key = None
        if part.kind is Kind.MAP:
            key = draw(keys)
            used = {part.entries[index][0].text for index in kept}
            if key in used | {each.key for each in members if isinstance(each, New)}:
                continue
        members.insert(draw(st.integers(0, len(members))), New(draw(data(2)), key))
    if isinstance(old, list):
        new: object = [old[each.index] if isinstance(each, Kept) else each.value for each in members]
    else:
        assert isinstance(old, dict)
        names = list(old)
        made: dict[str, object] = {}
        for each in members:
            name = names[each.index] if isinstance(each, Kept) else str(each.key)
            made[name] = old[name] if isinstance(each, Kept) else each.value
        new = made
    return source.changed(part, members), new


def _at(value: object, path: list[str | int]) -> object:
    for step in path:
        value = value[step]  # type: ignore[index]
    return value


@settings(max_examples=tries(5), deadline=None)
@given(st.data(), st.sampled_from(["t.yaml", "t.json"]))
def test_members_that_go_come_and_move_make_the_wanted_document(draw: st.DataObject, path: str) -> None:
    source, value = draw.draw(_case(path))
    part = draw.draw(st.sampled_from(_parts(source, Kind.LIST, Kind.MAP)))
    assume(part.values)
    where = _path_of(part)
    edits, new = _changed(draw.draw, source, part, _at(value, where))
    text = _check(source, edits, _with(value, where, new))
    low, high = min((each.start for each in edits), default=0), max((each.end for each in edits), default=0)
    assert text.startswith(source.text[:low])
    assert text.endswith(source.text[high:])


@settings(max_examples=tries(5), deadline=None)
@given(st.data(), st.sampled_from(["t.yaml", "t.json"]))
def test_a_value_in_the_place_of_another_makes_the_wanted_document(draw: st.DataObject, path: str) -> None:
    source, value = draw.draw(_case(path))
    part = draw.draw(st.sampled_from(_parts(source, Kind.LIST, Kind.MAP, Kind.SCALAR)))
    new = draw.draw(data(2))
    where = _path_of(part)
    assume(where)
    _check(source, source.replaced(part, new), _with(value, where, new))
