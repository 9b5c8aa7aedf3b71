"""Whatever is done to a real plan or state, reading it never raises, and never makes rules up."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drift.errors import InputError
from drift.interfaces import Inputs
from drift.location import Location
from drift.snapshot import Snapshot
from parsers.plan import PARSER
from tests.law_numbers import tries

CASES = Path(__file__).parents[3] / "language" / "plan"
REAL = [
    json.loads((CASES / name).read_text())
    for name in (
        "everyday/plan.json",
        "second-plan/plan.json",
        "state-shown/state.json",
        "state-file/terraform.tfstate",
    )
]
PATHS: list[list[tuple[Any, ...]]] = []


def paths(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield (*at, key)
        yield from paths(inner, (*at, key))


PATHS = [list(paths(document)) for document in REAL]
JUNK: st.SearchStrategy[Any] = st.sampled_from(
    [None, True, False, 0, -1, 1.5, "", "x", [], {}, [None], [[]], [{}], {"a": 1}, ["x", None, 3]]
)


class OneFile:
    """A tree that holds one file."""

    def __init__(self, content: bytes) -> None:
        self.content = content

    def read(self, path: str) -> bytes:
        if path != "f.json":
            raise InputError("there is no such file", location=Location(path))
        return self.content

    def is_file(self, path: str) -> bool:
        return path == "f.json"

    def is_folder(self, path: str) -> bool:
        return path == ""

    def names(self, folder: str) -> Sequence[str]:
        return ("f.json",)


def read(content: bytes) -> Snapshot:
    tree = OneFile(content)
    PARSER.claim(tree, "f.json")
    return PARSER.parse(tree, ["f.json"], Inputs())


@settings(max_examples=tries(1.5), deadline=None)
@given(st.data())
def test_a_plan_with_any_parts_replaced_or_removed_is_read_or_refused(data: st.DataObject) -> None:
    number = data.draw(st.integers(0, len(REAL) - 1))
    document = copy.deepcopy(REAL[number])
    for path in data.draw(st.lists(st.sampled_from(PATHS[number]), min_size=1, max_size=4)):
        at = document
        try:
            for step in path[:-1]:
                at = at[step]
            if data.draw(st.booleans()):
                at[path[-1]] = data.draw(JUNK)
            else:
                del at[path[-1]]
        except (KeyError, IndexError, TypeError):
            continue  # an earlier change took the place away

    snapshot = read(json.dumps(document).encode())

    assert bool(snapshot.errors) <= (not snapshot.buckets)
    for diagnostic in snapshot.diagnostics:
        assert diagnostic.message
        assert diagnostic.location is not None


@settings(max_examples=tries(0.6), deadline=None)
@given(st.data())
def test_a_plan_that_is_cut_off_is_an_error(data: st.DataObject) -> None:
    whole = json.dumps(data.draw(st.sampled_from(REAL))).encode()

    snapshot = read(whole[: data.draw(st.integers(1, len(whole) - 1))])

    assert snapshot.errors
    assert not snapshot.buckets


@settings(max_examples=tries(0.6), deadline=None)
@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    assert not read(content).buckets


@pytest.mark.parametrize("document", REAL, ids=["plan", "second", "shown", "state"])
def test_the_layout_of_the_json_changes_nothing_but_lines(document: Any) -> None:
    def told(text: str) -> list[tuple[object, ...]]:
        return [(each.address, each.name, each.state, each.cors) for each in read(text.encode()).buckets]

    expected = told(json.dumps(document))
    assert expected
    assert told(json.dumps(document, indent=3)) == expected
    assert told(json.dumps(document, sort_keys=True, separators=(" ,\t", "\r\n:"))) == expected
