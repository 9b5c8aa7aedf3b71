"""Lines broken at a width: between words, under a hanging indent, and inside a word only where it must be."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drift.reporters.wrapping import NARROWEST, cells, wrapped


def lines(text: str, width: int) -> list[str]:
    return ["".join(part for part, _ in line) for line in wrapped([(text, "")], width)]


def test_what_fits_stays_as_it_is() -> None:
    assert lines("  a  b", 6) == ["  a  b"]


def test_what_does_not_fit_goes_below_indented_two_more() -> None:
    assert lines("  one two three four five", 20) == ["  one two three four", "    five"]


def test_a_word_that_fits_on_no_line_is_broken_at_a_good_place() -> None:
    arn = "arn:aws:iam::111122223333:role/deploy/production"
    assert lines(f"  by {arn}", 30) == ["  by arn:aws:iam::111122223333", "    :role/deploy/production"]
    assert lines("  https://cdn.example.com/assets", 24) == ["  https://cdn.example.", "    com/assets"]
    assert lines("x" * 45, 20) == ["x" * 20, "  " + "x" * 18, "  " + "x" * 7]


def test_a_sign_does_not_stand_alone() -> None:
    assert lines("    + https://a.example/one/two/three", 24) == ["    + https://a.example/", "      one/two/three"]


def test_wide_characters_take_two_columns_and_marks_none() -> None:
    assert cells("日本") == 4
    assert cells("e\u0301") == 1
    assert all(cells(line) <= 20 for line in lines("日" * 30, 20))


def test_styles_stay_with_their_words() -> None:
    parts = [("  warning: ", "yellow"), ("one two three", ""), ("  main.tf:1", "dim")]
    assert list(wrapped(parts, 22)) == [
        [("  ", ""), ("warning:", "yellow"), (" ", ""), ("one", ""), (" ", ""), ("two", "")],
        [("    ", ""), ("three", ""), ("  ", ""), ("main.tf:1", "dim")],
    ]


@given(st.text(alphabet="ab /:日e\u0301", max_size=200), st.integers(NARROWEST, 90))
def test_no_line_is_too_long_and_no_character_is_lost(text: str, width: int) -> None:
    broken = lines(text, width)
    assert all(cells(line) <= width for line in broken)
    assert re.sub(" ", "", "".join(broken)) == re.sub(" ", "", text)


@pytest.mark.parametrize("width", [1, 5, 19])
def test_a_terminal_without_width_to_speak_of_ends_too(width: int) -> None:
    assert "".join(lines("  " + "x" * 100, width)).replace(" ", "") == "x" * 100
