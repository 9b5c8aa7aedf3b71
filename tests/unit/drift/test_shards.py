"""Shards of a fleet: disjoint, complete, the same for ever."""

from __future__ import annotations

import pytest

from drift.errors import UsageError
from drift.shards import Shard


def test_a_shard_is_written_as_its_number_and_how_many_there_are() -> None:
    assert Shard.parse("3/16") == Shard(3, 16)
    assert str(Shard(3, 16)) == "3/16"
    assert Shard.parse(" 1/1 ") == Shard(1, 1)


@pytest.mark.parametrize("text", ["", "3", "0/16", "17/16", "-1/2", "3/0", "a/b", "3/16/2", "1/10001", "٣/16", "1/2 x"])
def test_what_is_no_shard_is_refused_with_how_to_write_one(text: str) -> None:
    with pytest.raises(UsageError) as refusal:
        Shard.parse(text)
    assert "--shard 3/16" in (refusal.value.advice or "")


def test_every_bucket_is_in_exactly_one_shard_and_the_shards_are_about_equal() -> None:
    names = [f"bucket-{number}" for number in range(4000)]
    sizes = [sum(Shard(index, 8).holds(name) for name in names) for index in range(1, 9)]
    assert sum(sizes) == len(names)
    assert all([Shard(index, 8).holds(name) for index in range(1, 9)].count(True) == 1 for name in names[:200])
    assert all(400 < size < 600 for size in sizes)


def test_a_bucket_stays_in_its_shard_in_every_version_of_this_program() -> None:
    names = ("assets-prod", "a.b.c", "logs", "\ud800")
    assert [next(index for index in range(1, 17) if Shard(index, 16).holds(name)) for name in names] == [11, 13, 13, 5]
