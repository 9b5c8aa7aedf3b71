"""Head's rules with what live has changed since base."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drift.cors.model import BucketCors, CorsRule
from drift.diff import same_meaning
from drift.rule_merge import Clash, merged_rules
from tests.rules import rule

A, B, C = (rule("GET", f"https://{name}.example") for name in "abc")


def cors(*rules: CorsRule) -> BucketCors | None:
    return BucketCors(rules) if rules else None


def merged(base: BucketCors | None, head: BucketCors | None, live: BucketCors | None) -> tuple[CorsRule, ...]:
    found = merged_rules(base, head, live)
    return () if found is None else found.rules


def test_values_that_live_has_added_and_taken_out_are_those_of_head_as_well() -> None:
    base, head, live = rule("GET PUT", "https://a.example"), rule("GET PUT HEAD", "https://a.example"), A
    assert merged(cors(base), cors(head), cors(live)) == (rule("GET HEAD", "https://a.example"),)
    live = replace(base, allowed_origins=("https://a.example", "https://c.example"))
    assert merged(cors(base), cors(head), cors(live)) == (rule("GET PUT HEAD", "https://a.example https://c.example"),)


def test_a_value_that_both_have_added_is_there_once() -> None:
    both = rule("GET", "https://a.example https://c.example")
    assert merged(cors(A), cors(both), cors(both)) == (both,)


def test_rules_that_live_has_added_and_taken_out_come_and_go() -> None:
    put = rule("PUT", "https://p.example")
    assert merged(cors(A, B), cors(rule("GET HEAD", "https://a.example"), B), cors(A)) == (
        rule("GET HEAD", "https://a.example"),
    )
    assert merged(cors(A), cors(rule("GET HEAD", "https://a.example")), cors(put, A)) == (
        put,
        rule("GET HEAD", "https://a.example"),
    )


def test_without_a_base_the_rules_of_both_are_there_and_the_same_one_once() -> None:
    put = rule("PUT", "https://p.example")
    assert merged(None, cors(A), cors(put, A)) == (put, A)


def test_the_order_is_that_of_the_side_that_has_changed_it() -> None:
    wide = rule("GET", "*", id="wide")
    more = rule("PUT", "https://p.example")
    assert merged(cors(A, wide), cors(A, wide, more), cors(wide, A)) == (wide, more, A)
    assert merged(cors(A, wide), cors(wide, A), cors(A, wide, more)) == (wide, more, A)


def test_single_values_are_taken_from_whoever_has_changed_them() -> None:
    slow, quick = replace(A, max_age_seconds=600), replace(A, max_age_seconds=10)
    more = replace(A, expose_headers=("ETag",))
    assert merged(cors(A), cors(more), cors(slow)) == (replace(more, max_age_seconds=600),)
    with pytest.raises(Clash, match="MaxAgeSeconds"):
        merged(cors(A), cors(quick), cors(slow))


@pytest.mark.parametrize(
    ("base", "head", "live"),
    [
        (cors(A), cors(B), cors(C)),
        (cors(A, B), cors(A, rule("GET PUT", "https://b.example")), cors(A)),
        (cors(A), None, cors(rule("GET PUT", "https://a.example"))),
        (cors(A, B, C), cors(B, A, C), cors(A, C, B)),
        (cors(rule("GET PUT", "https://a.example")), cors(A), cors(rule("PUT", "https://a.example"))),
    ],
    ids=["replaced twice", "gone and changed", "changed and gone", "moved twice", "nothing left"],
)
def test_what_both_have_changed_to_different_ends_is_no_merge(
    base: BucketCors | None, head: BucketCors | None, live: BucketCors | None
) -> None:
    with pytest.raises(Clash):
        merged(base, head, live)


def _lists(*values: str, least: int = 0) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(values), unique=True, min_size=least, max_size=3).map(tuple)


RULES = st.builds(
    CorsRule,
    allowed_methods=_lists("GET", "PUT", "HEAD", least=1),
    allowed_origins=_lists("https://a.example", "https://b.example", "https://*.example", "*", least=1),
    allowed_headers=_lists("x-a", "X-A", "x-b"),
    expose_headers=_lists("ETag"),
    max_age_seconds=st.sampled_from([None, 0, 60]),
)
SIDES = st.lists(RULES, max_size=4).map(lambda rules: BucketCors(tuple(rules)) if rules else None)


def alike(one: BucketCors | None, other: BucketCors | None) -> bool:
    return one is other if one is None or other is None else same_meaning(one, other, zero_is_unset=False)


@given(SIDES, SIDES)
def test_where_one_side_is_as_base_the_merge_is_the_other_one(one: BucketCors | None, other: BucketCors | None) -> None:
    assert alike(merged_rules(one, one, other), other)
    assert alike(merged_rules(one, other, one), other)


@given(SIDES, SIDES, SIDES)
def test_a_merge_ends_in_rules_or_a_clash_and_the_same_change_on_both_sides_is_itself(
    base: BucketCors | None, head: BucketCors | None, live: BucketCors | None
) -> None:
    try:
        found = merged_rules(base, head, live)
    except Clash:
        pass
    else:
        for each in () if found is None else found.rules:
            assert each.allowed_methods
            assert each.allowed_origins
    assert alike(merged_rules(base, head, head), head)
