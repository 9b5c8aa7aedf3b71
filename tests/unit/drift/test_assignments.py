"""Assignments in one text: where one ends and the next begins."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drift.assignments import split_assignments


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", []),
        ("a=1", ["a=1"]),
        ("a=1 b=2\nc=3", ["a=1", "b=2", "c=3"]),
        ("a=one two b=3", ["a=one two", "b=3"]),
        ('o={ x = 1, y=2 } l=["a b=c", "d"]', ["o={ x = 1, y=2 }", 'l=["a b=c", "d"]']),
        ('t="quoted b=2" c=3', ['t="quoted b=2"', "c=3"]),
        ('t="a \\" b=2" c=3', ['t="a \\" b=2"', "c=3"]),
        ("a=x == y", ["a=x == y"]),
        ("a=] b=1", ["a=]", "b=1"]),
        ("no assignment", ["no assignment"]),
    ],
)
def test_an_assignment_ends_where_the_next_name_begins(text: str, wanted: list[str]) -> None:
    assert split_assignments(text) == wanted


VALUES = st.text("ab.,:/-* ", min_size=1).map(str.strip)


@given(st.lists(st.tuples(st.sampled_from(["a", "b_c", "d-e"]), VALUES)), st.sampled_from([" ", "\n", "  "]))
def test_assignments_that_are_put_together_come_apart_again(pairs: list[tuple[str, str]], between: str) -> None:
    texts = [f"{name}={value}" for name, value in pairs]
    assert split_assignments(between.join(texts)) == texts
