"""Slow sources read side by side and told in order."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

import pytest

from drift.fetchers.side_by_side import OverdueError, in_order


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


def test_in_time_a_source_that_is_silent_is_left_alone_and_what_the_others_have_still_comes() -> None:
    second_is_done, test_is_over = threading.Event(), threading.Event()

    def silent() -> Iterator[int]:
        yield 1
        test_is_over.wait(10)

    def second() -> Iterator[int]:
        yield from (2, 3)
        second_is_done.set()

    found = in_order([silent, second], 2, until=time.monotonic() + 0.2)
    assert next(found) == 1
    assert second_is_done.wait(5)
    assert [next(found), next(found)] == [2, 3]
    with pytest.raises(OverdueError):
        next(found)
    test_is_over.set()


def test_in_time_no_source_is_begun_any_more() -> None:
    with pytest.raises(OverdueError):
        list(in_order([lambda: [1]], 2, until=time.monotonic()))


def test_in_time_what_comes_to_its_end_is_whole() -> None:
    assert list(in_order([lambda: [1], lambda: [2]], 2, until=time.monotonic() + 60)) == [1, 2]


def test_a_source_that_says_it_is_late_does_not_keep_the_others_from_being_heard() -> None:
    def late() -> Iterator[int]:
        yield 1
        raise OverdueError

    taken: list[int] = []
    with pytest.raises(OverdueError):
        taken.extend(in_order([late, lambda: [2]], 2))

    assert taken == [1, 2]


def test_after_its_time_an_endless_source_is_not_followed_further() -> None:
    found = in_order([lambda: iter(int, 1)], 1, until=time.monotonic() + 0.1)

    with pytest.raises(OverdueError):
        for _ in found:
            pass
