"""The queries that AWS Config is asked: what may stand in them, and how much fits into one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drift.fetchers.aws_config_query import (
    MAX_EXPRESSION,
    ROOM,
    SELECTIONS,
    by_name,
    by_shard,
    counting,
    is_bucket_name,
    shards,
    taken,
)

counts = st.lists(
    st.tuples(
        st.integers(0, 400).map(lambda number: f"{number:012d}"),
        st.sampled_from(["eu-west-1", "us-east-1", "ap-southeast-4"]),
        st.integers(0, 3000),
    ),
    unique_by=lambda each: each[:2],
    max_size=600,
)


@pytest.mark.parametrize("name", ["abc", "My_Old.Bucket", "a.b-c", "x" * 255])
def test_names_of_buckets_old_and_new_may_be_asked_for(name: str) -> None:
    assert is_bucket_name(name)
    assert f"'{name}'" in by_name([name])


@given(st.text(min_size=1))
def test_no_text_leaves_its_quotes(text: str) -> None:
    try:
        expression = by_name([text])
    except ValueError:
        assert not is_bucket_name(text)
    else:
        assert expression.count("'") == by_name(["abc"]).count("'")
        assert expression.endswith(f"IN ('{text}')")


@pytest.mark.parametrize("selection", range(len(SELECTIONS)))
def test_what_is_counted_as_fitting_fits(selection: int) -> None:
    names = ["n" * 63] * (ROOM // taken("n" * 63))
    accounts = ("1" * 12,) * (ROOM // taken("1" * 12))
    assert len(by_name(names, selection)) <= MAX_EXPRESSION
    assert len(by_shard(("ap-southeast-4", accounts), selection)) <= MAX_EXPRESSION
    assert ROOM > MAX_EXPRESSION / 2


def test_nothing_is_asked_that_advanced_queries_do_not_have() -> None:
    words = {"DISTINCT", "NULL", "HAVING", "JOIN", "FROM", "*"}
    for expression in (by_name(["abc"]), by_shard(("eu-west-1", ("1" * 12,)))):
        assert not words & set(expression.split())
    assert "COUNT(*)" in counting()


@given(counts, st.integers(1, 5000))
def test_shards_hold_every_account_and_region_once_and_stay_small(
    counted: list[tuple[str, str, int]], most: int
) -> None:
    found = list(shards(counted, most))
    assert sorted((account, region) for region, accounts in found for account in accounts) == sorted(
        (account, region) for account, region, _ in counted
    )
    sizes = {(account, region): count for account, region, count in counted}
    for region, accounts in found:
        assert len(by_shard((region, accounts), 0)) <= MAX_EXPRESSION
        assert len(accounts) == 1 or sum(sizes[account, region] for account in accounts) <= most
