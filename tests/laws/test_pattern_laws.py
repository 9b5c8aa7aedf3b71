"""One-star patterns against their slow definition: the set of all texts that they match."""

from __future__ import annotations

import re
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from drift.cors.pattern import covers, matches, matches_overlapping
from tests.law_numbers import tries

law = settings(max_examples=tries(1), deadline=None)

LETTERS = "abc"
LONGEST_TEXT = 6
"""Two letters on either side of a star and one more between them tell any two of the patterns below apart."""


def words(longest: int) -> list[str]:
    return ["".join(letters) for length in range(longest + 1) for letters in product(LETTERS, repeat=length)]


PATTERNS = [*words(3), *(f"{prefix}*{suffix}" for prefix in words(2) for suffix in words(2))]
TEXTS = words(LONGEST_TEXT)


def slow_match(pattern: str, text: str) -> bool:
    """By trying every text that the star could stand for."""
    if "*" not in pattern:
        return pattern == text
    runs = (text[start:end] for start in range(len(text) + 1) for end in range(start, len(text) + 1))
    return any(pattern.replace("*", run) == text for run in runs)


def regex_match(pattern: str, text: str) -> bool:
    return re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), text, re.DOTALL) is not None


def test_a_pattern_matches_exactly_the_texts_that_replacing_its_star_gives() -> None:
    short = words(4)
    assert all(matches(pattern, text) == slow_match(pattern, text) for pattern in PATTERNS for text in short)


def test_a_pattern_covers_another_exactly_when_it_matches_all_its_texts() -> None:
    languages = {
        pattern: sum(1 << place for place, text in enumerate(TEXTS) if regex_match(pattern, text))
        for pattern in PATTERNS
    }
    wrong = [
        (wide, narrow)
        for wide, matched in languages.items()
        for narrow, needed in languages.items()
        if covers(wide, narrow) != (needed & ~matched == 0)
    ]
    assert wrong == []


one_star = st.builds(
    lambda prefix, star, suffix: prefix + star + suffix,
    st.text(max_size=6),
    st.sampled_from(["", "*"]),
    st.text(max_size=6),
).filter(lambda pattern: pattern.count("*") <= 1)


@law
@given(one_star, st.text(max_size=12))
def test_characters_that_regular_expressions_know_have_no_meaning(pattern: str, text: str) -> None:
    assert matches(pattern, text) == regex_match(pattern, text)


@law
@given(one_star, st.text(max_size=8))
def test_what_replaces_the_star_is_matched_whatever_it_is(pattern: str, run: str) -> None:
    assert matches(pattern, pattern.replace("*", run))


@law
@given(one_star)
def test_every_pattern_covers_itself_and_is_covered_by_the_star(pattern: str) -> None:
    assert covers(pattern, pattern)
    assert covers("*", pattern)


def test_the_overlapping_reading_adds_only_texts_shorter_than_the_pattern() -> None:
    short = words(4)
    for pattern in PATTERNS:
        literal = pattern.replace("*", "")
        for text in short:
            exact, overlapping = matches(pattern, text), matches_overlapping(pattern, text)
            assert overlapping or not exact
            if overlapping and not exact:
                assert len(text) < len(literal)
