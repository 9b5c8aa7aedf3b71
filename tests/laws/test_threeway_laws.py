"""What holds of base, head and live whatever the rules are."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from drift.cors.evaluate import evaluate
from drift.cors.model import METHODS, CorsAnswer, CorsRequest, CorsRule
from drift.cors.prove import prove
from drift.cors.replay import shown_by
from drift.cors.threefold import Touch, touches
from drift.cors.verdict import Effect, Shows
from drift.pull_request import Move
from drift.snapshot import Bucket
from drift.threeway import three_way, two_way
from tests.rules import bucket, rule_lists

SAME = (Effect.IDENTICAL, Effect.COSMETIC)
sides = st.one_of(st.just(bucket("b")), rule_lists.map(lambda rules: bucket("b", *rules)))
pools = st.lists(rule_lists, min_size=1, max_size=2)
"""Few lists to choose from, so that two sides are often alike."""

threes = pools.flatmap(
    lambda pool: st.tuples(*[st.sampled_from([bucket("b"), *(bucket("b", *rules) for rules in pool)])] * 3)
)
merges = st.tuples(rule_lists, rule_lists, rule_lists).map(
    lambda parts: tuple(bucket("b", *rules) for rules in (parts[0], parts[0] + parts[1], parts[0] + parts[2]))
)
"""Two lists that both add to a third."""

triples = st.one_of(threes, merges, st.tuples(sides, sides, sides))
ORIGINS = [
    "null",
    "https://a.example",
    "https://b.a.example",
    "https://x.b.a.example",
    "http://c.example",
    "http://d.e",
]
requests = [
    CorsRequest(origin, method, headers, preflight)
    for origin in ORIGINS
    for method in METHODS
    for headers, preflight in (((), False), (("x-a",), True), (("x-a", "content-type"), True))
]


def rules_of(side: Bucket) -> tuple[CorsRule, ...]:
    return side.cors.rules if side.cors else ()


@given(sides)
def test_where_all_three_say_the_same_nobody_moved(side: Bucket) -> None:
    assert three_way(side, side, side).move is Move.IN_SYNC
    assert two_way(side, side).move is Move.UNCHANGED


@given(sides, sides)
def test_a_head_that_is_live_undoes_nothing(base: Bucket, live: Bucket) -> None:
    assert three_way(base, live, live).move in (Move.IN_SYNC, Move.ADOPTS)


@given(sides, sides)
def test_a_live_that_is_base_makes_no_drift(base: Bucket, head: Bucket) -> None:
    planned = (Move.IN_SYNC, Move.CHANGES, Move.NEW, Move.REMOVAL, Move.UNDECIDED)
    assert three_way(base, head, base).move in planned


@given(sides, sides)
def test_a_head_that_is_base_is_blamed_for_nothing(base: Bucket, live: Bucket) -> None:
    assert three_way(base, base, live).move in (Move.IN_SYNC, Move.STAYS, Move.UNDECIDED)


@given(triples)
def test_the_verdict_follows_from_what_each_two_of_the_three_prove(three: tuple[Bucket, Bucket, Bucket]) -> None:
    base, head, live = three
    found = three_way(*three)
    effects = [prove(one.cors, other.cors).effect for one, other in ((base, head), (base, live), (live, head))]
    if Effect.UNDECIDED in effects:
        return
    by_head, by_live, apart = (effect in SAME for effect in effects)
    assert (found.move in (Move.IN_SYNC, Move.ADOPTS) and found.deploying in SAME) == apart
    assert (found.move in (Move.CHANGES, Move.NEW, Move.REMOVAL)) == (by_live and not apart)
    assert (found.move is Move.STAYS) == (by_head and not apart)


@given(triples)
def test_a_witness_is_answered_as_it_is_told_and_tells_two_sides_apart(three: tuple[Bucket, Bucket, Bucket]) -> None:
    found = three_way(*three)
    if found.witness is None:
        return
    asked, told = found.witness.request, (found.witness.base, found.witness.head, found.witness.live)
    answers = [evaluate(rules_of(side), asked, explain=False) for side in three]
    assert list(told) == answers
    assert any(shown_by(answers[one], answers[other], asked) for one, other in ((0, 1), (0, 2), (1, 2)))


@given(triples)
def test_what_is_undone_is_shown_where_live_differs_from_both_others(three: tuple[Bucket, Bucket, Bucket]) -> None:
    found = three_way(*three)
    if found.move is not Move.REVERTS or found.witness is None or found.witness.live is None:
        return
    request, live = found.witness.request, found.witness.live
    assert shown_by(found.witness.base, live, request) is not None
    assert shown_by(found.witness.head, live, request) is not None


@given(st.tuples(sides, sides, sides))
def test_a_conflict_is_one_from_either_side(three: tuple[Bucket, Bucket, Bucket]) -> None:
    base, head, live = three
    if head.cors is None or live.cors is None or base.cors is None:
        return
    there, back = three_way(base, head, live).move, three_way(base, live, head).move
    assert (there is Move.REVERTS) == (back is Move.REVERTS)
    assert (there is Move.CONFLICT) == (back is Move.CONFLICT)


@given(triples)
def test_no_request_is_touched_in_a_way_that_was_not_found(three: tuple[Bucket, Bucket, Bucket]) -> None:
    lists = [rules_of(side) for side in three]
    found = touches(*lists)
    for touch, request in found.found.items():
        assert touch in (way_of(lists, request, cached=False), way_of(lists, request, cached=True))
    if not found.complete:
        return
    for request in requests:
        way = way_of(lists, request, cached=False)
        assert way is None or way in found.found, (way, request)


def way_of(lists: list[tuple[CorsRule, ...]], request: CorsRequest, *, cached: bool) -> Touch | None:
    """How a request came to be answered, by ``evaluate`` alone; without ``cached`` as far as a page can see."""
    base, head, live = (evaluate(rules, request, explain=False) for rules in lists)
    by_head, by_live, apart = (
        differs(one, other, request, cached=cached) for one, other in ((base, head), (base, live), (head, live))
    )
    if not by_live:
        return Touch.OWN if by_head else None
    if not by_head:
        return Touch.UNDONE
    return Touch.BOTH if apart else Touch.TAKEN


def differs(one: CorsAnswer, other: CorsAnswer, request: CorsRequest, *, cached: bool) -> bool:
    seen = shown_by(one, other, request)
    only_cache = request.preflight and seen is Shows.DIFFERS
    return seen is not None and (cached or not only_cache)
