"""Laws of the differ, against the answers that S3 gives as the judge."""

from __future__ import annotations

import itertools
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from drift.cors.evaluate import evaluate
from drift.cors.model import METHODS, BucketCors, CorsRequest, CorsRule
from drift.diff import ChangeKind, diff_rules
from drift.pairing import moved_pairs
from tests.law_numbers import tries
from tests.rules import rule, rule_lists, rules_, unknown_for

Rules = tuple[CorsRule, ...]

ASKED = ["https://a.example", "https://b.a.example", "https://z.example", "http://c.example", "null"]
NAMED = [(), ("x-a",), ("x-b",), ("x-a", "x-b"), ("content-type",), ("authorization",)]


def diff(left: Rules, right: Rules, *, ordered: bool = True) -> tuple[object, ...]:
    return diff_rules(BucketCors(left, ordered), BucketCors(right)).changes


def scrambled(rule: CorsRule, draw: st.DataObject) -> CorsRule:
    """The same rule, written differently in every way that means nothing."""

    def mix(values: tuple[str, ...]) -> tuple[str, ...]:
        repeats = draw.draw(st.lists(st.sampled_from(values), max_size=2)) if values else []
        return tuple(draw.draw(st.permutations([*values, *repeats])))

    assert isinstance(rule.allowed_headers, tuple)
    assert isinstance(rule.expose_headers, tuple)
    shout = str.upper if draw.draw(st.booleans()) else str.lower
    return replace(
        rule,
        allowed_methods=mix(rule.allowed_methods),  # type: ignore[arg-type]
        allowed_origins=mix(rule.allowed_origins),  # type: ignore[arg-type]
        allowed_headers=tuple(map(shout, mix(rule.allowed_headers))),  # type: ignore[arg-type]
        expose_headers=tuple(map(shout, mix(rule.expose_headers))),  # type: ignore[arg-type]
    )


@given(rule_lists)
def test_a_list_does_not_differ_from_itself(rules: Rules) -> None:
    assert diff(rules, rules) == ()


@given(rule_lists, st.data())
def test_writing_the_same_rules_otherwise_is_no_change(rules: Rules, draw: st.DataObject) -> None:
    assert diff(rules, tuple(scrambled(rule, draw) for rule in rules)) == ()


@given(rule_lists, st.data())
def test_no_order_of_a_set_is_a_change(rules: Rules, draw: st.DataObject) -> None:
    assert diff(rules, tuple(draw.draw(st.permutations(rules))), ordered=False) == ()


def test_which_of_several_repeats_has_an_id_is_no_change_of_a_set() -> None:
    one, other = rule(id="one"), rule()
    assert diff((one, other), (other, one), ordered=False) == ()
    assert len(diff((one, other), (other, other), ordered=False)) == 1
    assert len(diff((one, other), (other, one))) == 1


@settings(max_examples=tries(2))
@given(rule_lists, rule_lists)
def test_where_nothing_or_only_cosmetic_things_changed_every_request_is_answered_alike(
    left: Rules, right: Rules
) -> None:
    changes = diff_rules(BucketCors(left), BucketCors(right)).changes
    if any(not change.cosmetic for change in changes):
        return
    for origin, method, headers in itertools.product(ASKED, METHODS, NAMED):
        request = CorsRequest(origin, method, headers)
        ours, theirs = (dict(evaluate(side, request).headers) for side in (left, right))
        for listed in ("Access-Control-Allow-Methods", "Access-Control-Expose-Headers"):
            for side in (ours, theirs):
                side[listed] = str(sorted(set(side.get(listed, "").lower().split(", "))))
        assert ours == theirs


@given(rule_lists, rules_)
def test_a_near_copy_is_told_with_no_more_than_what_was_done(rules: Rules, extra: CorsRule) -> None:
    novel = replace(extra, allowed_origins=("https://only.here",))
    changes = diff_rules(BucketCors(rules), BucketCors((*rules, novel))).changes
    assert [change.kind for change in changes] == [ChangeKind.ADDED]


@settings(max_examples=tries(2))
@given(rule_lists, st.data())
def test_what_an_unknown_hides_is_neither_drift_nor_in_sync(rules: Rules, draw: st.DataObject) -> None:
    index = draw.draw(st.integers(0, len(rules) - 1))
    origins = rules[index].allowed_origins
    assert isinstance(origins, tuple)
    hidden = draw.draw(st.integers(0, len(origins) - 1))
    value = origins[hidden]
    assert isinstance(value, str)
    unknown = unknown_for(value, draw.draw(st.integers(0, 30)))
    declared = replace(rules[index], allowed_origins=(*origins[:hidden], unknown, *origins[hidden + 1 :]))
    ours = (*rules[:index], declared, *rules[index + 1 :])
    for ordered, live in ((True, rules), (False, tuple(draw.draw(st.permutations(rules))))):
        outcome = diff_rules(BucketCors(ours, ordered), BucketCors(live))
        assert not [change for change in outcome.changes if not change.cosmetic]
        assert outcome.undecided


@given(st.permutations(range(8)))
def test_what_did_not_move_stands_in_order_and_no_larger_part_does(places: list[int]) -> None:
    pairs = list(enumerate(places))
    moved = moved_pairs(pairs)
    staying = [right for pair in pairs for right in [pair[1]] if pair not in moved]
    assert staying == sorted(staying)
    longest = max(
        size for size in range(1, 9) if any(list(some) == sorted(some) for some in itertools.combinations(places, size))
    )
    assert len(staying) == longest
