"""The regions of texts, and their members, against all short texts over two letters."""

from __future__ import annotations

import random
from collections.abc import Sequence
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from drift.cors.budget import Budget
from drift.cors.grammar import Grammar
from drift.cors.pattern import Covering, covers, intersects, matches, matches_overlapping, overlapped, shortest
from drift.cors.regions import Kind, Regions
from tests.law_numbers import tries

law = settings(max_examples=tries(1.5), deadline=None)

LETTERS = "ab"
LONGEST = 11
TEXTS = ["".join(letters) for length in range(LONGEST + 1) for letters in product(LETTERS, repeat=length)]

parts = st.text(LETTERS, max_size=3)
patterns = st.builds(lambda prefix, star, suffix: prefix + star + suffix, parts, st.sampled_from(["", "*", "*"]), parts)
groups = st.lists(st.lists(patterns, max_size=3), min_size=1, max_size=4)


def grammar_of(seed: int) -> Grammar:
    """A random automaton with up to four states."""
    dice = random.Random(seed)
    size = dice.randint(1, 4)
    table = {
        (state, letter): dice.choice([None, *range(size), *range(size)]) for state in range(size) for letter in "ab"
    }
    final = {state for state in range(size) if dice.random() < 0.5}
    return Grammar(LETTERS, 0, lambda state, letter: table[state, letter], lambda state: state in final)  # type: ignore[index]


def regions_of(groups: list[list[str]], seed: int, *, overlapping: bool = False) -> tuple[Regions, Grammar]:
    grammar = grammar_of(seed)
    kind = Kind(lambda: grammar, grammar.accepts, lambda _row, _column: ("", "a"))
    return Regions(groups, kind, Budget(10**8), overlapping=overlapping), grammar


def cells(regions: Regions) -> dict[tuple[str, str], int]:
    """The groups of each row and column, as the sweep tells them."""
    found: dict[tuple[str, str], int] = {}

    def visit(row: str, columns: int, sets: Sequence[int]) -> int:
        for place, column in enumerate(regions.columns):
            assert columns >> place & 1  # as all are asked for again, all are visited
            found[row, column] = sum(1 << group for group, own in enumerate(sets) if own >> place & 1)
        return columns

    regions.sweep(visit)
    return found


@law
@given(groups, st.booleans())
def test_every_text_is_a_point_or_matched_as_its_row_and_column_say(groups: list[list[str]], overlapping: bool) -> None:
    regions, _ = regions_of(groups, 0, overlapping=overlapping)
    of_cell = cells(regions)
    match = matches_overlapping if overlapping else matches
    for text in TEXTS[:600]:
        expected = sum(1 << place for place, own in enumerate(groups) if any(match(each, text) for each in own))
        assert regions.groups_of(text) == expected
        if text not in regions.points:
            assert of_cell[regions.row_of(text), regions.column_of(text)] == expected


@law
@given(groups, st.integers(0, 10**6))
def test_a_region_has_a_member_of_the_grammar_exactly_if_a_search_finds_one(groups: list[list[str]], seed: int) -> None:
    regions, grammar = regions_of(groups, seed)
    full = {
        (regions.row_of(text), regions.column_of(text))
        for text in TEXTS
        if grammar.accepts(text) and text not in regions.points
    }
    for row in regions.rows:
        for place, column in enumerate(regions.columns):
            found = regions.browser_member(row, 1 << place)
            if found is None:
                assert (row, column) not in full
            else:
                assert grammar.accepts(found)
                assert found not in regions.points
                assert (regions.row_of(found), regions.column_of(found)) == (row, column)
                assert (row, column) in full or len(found) > LONGEST


@law
@given(groups)
def test_every_region_has_a_member_of_some_text(groups: list[list[str]]) -> None:
    regions, _ = regions_of(groups, 0)
    for row in regions.rows:
        for place, column in enumerate(regions.columns):
            found = regions.any_member(row, 1 << place)
            assert found is not None
            assert regions.is_in(found, row, column)


@law
@given(groups)
def test_a_sweep_comes_back_only_to_columns_that_a_row_changes(groups: list[list[str]]) -> None:
    regions, _ = regions_of(groups, 0)
    whole = cells(regions)
    told: dict[tuple[str, str], int] = {}

    def visit(row: str, columns: int, sets: Sequence[int]) -> int:
        for place, column in enumerate(regions.columns):
            if columns >> place & 1:
                told[row, column] = sum(1 << group for group, own in enumerate(sets) if own >> place & 1)
        return 0

    regions.sweep(visit)
    for (row, column), mask in whole.items():
        above = max((each for each in regions.rows if row.startswith(each) and (each, column) in told), key=len)
        assert told[above, column] == mask


@law
@given(patterns, patterns)
def test_two_patterns_intersect_exactly_if_a_short_text_is_matched_by_both(one: str, other: str) -> None:
    assert intersects(one, other) == any(matches(one, text) and matches(other, text) for text in TEXTS[:600])


@law
@given(patterns)
def test_the_shortest_member_is_matched_and_no_shorter_text_is(pattern: str) -> None:
    assert matches(pattern, shortest(pattern))
    assert not any(matches(pattern, text) for text in TEXTS[:300] if len(text) < len(shortest(pattern)))


@law
@given(patterns)
def test_the_overlapped_texts_are_those_that_only_the_overlapping_reading_matches(pattern: str) -> None:
    short = TEXTS[:600]
    expected = {text for text in short if matches_overlapping(pattern, text) and not matches(pattern, text)}
    assert set(overlapped(pattern)) == expected


@law
@given(st.lists(patterns, max_size=6), patterns)
def test_asked_together_the_patterns_that_cover_another_are_the_same(many: list[str], pattern: str) -> None:
    expected = {each for each in many if "*" in each and each != pattern and covers(each, pattern)}
    assert set(Covering(many).others(pattern)) == expected


def test_a_single_letter_that_leaves_both_trees_at_once_is_found() -> None:
    letter = Grammar(LETTERS, 0, lambda state, _: 1 if state == 0 else None, lambda state: state == 1)
    regions = Regions([["b*", "*b"]], Kind(lambda: letter, letter.accepts, lambda _row, _column: ()), Budget())
    assert regions.browser_member("", 1 << regions.columns.index("")) == "a"


def test_members_that_are_all_points_leave_a_region_empty_and_one_more_does_not() -> None:
    short = Grammar(LETTERS, 0, lambda state, _: int(str(state)) + 1 if state != 3 else None, lambda state: state == 3)
    words = ["".join(letters) for letters in product(LETTERS, repeat=3)]
    for left_out in (None, *words):
        literals = [word for word in words if word != left_out]
        regions = Regions([literals], Kind(lambda: short, short.accepts, lambda _row, _column: ()), Budget())
        assert regions.browser_member("", 1) == left_out
