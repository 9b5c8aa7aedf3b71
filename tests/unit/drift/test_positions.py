"""A table of numbers by key for more keys than a dict should hold."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from drift.positions import Positions


@given(st.lists(st.tuples(st.text(max_size=3), st.integers(0, 2**63)), max_size=60))
def test_it_answers_as_a_dict_does_however_often_it_grows(puts: list[tuple[str, int]]) -> None:
    table, known = Positions(4), dict[str, int]()
    for key, number in puts:
        assert table.put(key, number) == known.get(key)
        known[key] = number
    assert {key: table.get(key) for key in known} == known
    assert len(table) == len(known)
    assert table.get("no such key") is None


def test_keys_whose_hashes_want_the_same_place_are_kept_apart() -> None:
    table = Positions(4)
    for key in (1, 5, 9):  # small numbers are their own hashes: all three want the second of four places
        table.put(key, key)
    assert [table.get(key) for key in (1, 5, 9, 13)] == [1, 5, 9, None]
