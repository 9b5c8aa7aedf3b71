"""Slow sources read side by side and told in order."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest

from drift.fetchers.side_by_side import in_order


def test_items_come_in_the_order_of_the_sources_whichever_is_ready_first() -> None:
    second_is_done = threading.Event()

    def first() -> Iterator[int]:
        assert second_is_done.wait(5)
        yield from (1, 2)

    def second() -> Iterator[int]:
        yield from (3, 4)
        second_is_done.set()

    assert list(in_order([first, second], 2)) == [1, 2, 3, 4]


def test_sources_are_drawn_as_they_are_needed() -> None:
    drawn = 0

    def sources() -> Iterator[Callable[[], list[int]]]:
        nonlocal drawn
        while True:
            drawn += 1
            yield lambda: [1]

    found = in_order(sources(), 3)
    assert [next(found) for _ in range(5)] == [1] * 5
    assert drawn <= 8


def test_a_source_is_not_read_far_ahead_of_its_turn() -> None:
    read = 0
    first_may_end = threading.Event()

    def first() -> Iterator[int]:
        yield 0
        assert first_may_end.wait(5)

    def second() -> Iterator[int]:
        nonlocal read
        for number in range(1000):
            read = number
            yield number

    found = in_order([first, second], 2)
    assert next(found) == 0
    assert read < 50
    first_may_end.set()
    assert len(list(found)) == 1000


def test_what_a_source_raises_is_raised_in_its_turn_after_what_it_gave() -> None:
    def fails() -> Iterator[int]:
        yield 2
        raise LookupError("no more")

    found = in_order([lambda: [1], fails, lambda: [3]], 3)
    assert [next(found), next(found)] == [1, 2]
    with pytest.raises(LookupError, match="no more"):
        next(found)


def test_when_the_caller_stops_the_threads_end() -> None:
    ended = threading.Event()

    def endless() -> Iterator[int]:
        try:
            while True:
                yield 1
        finally:
            ended.set()

    found = in_order([endless], 1)
    assert next(found) == 1
    found.close()  # type: ignore[attr-defined]
    assert ended.wait(5)


def test_no_sources_give_no_items() -> None:
    assert list(in_order([], 4)) == []
