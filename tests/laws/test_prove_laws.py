"""What holds of every verdict."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from drift.cors.evaluate import evaluate
from drift.cors.model import BucketCors, CorsRule
from drift.cors.prove import prove
from drift.cors.replay import shown_by
from drift.cors.verdict import Effect, Shows, Universe
from drift.cors.within import NEVER_ANSWERS, order_matters, within
from tests.law_numbers import USUAL
from tests.rules import rule_lists, rules_

law = settings(max_examples=USUAL)

HARMLESS = (Effect.IDENTICAL, Effect.COSMETIC)
FREER = (Shows.LIVE_ALLOWS, Shows.LIVE_REFLECTS_CREDENTIALS, Shows.LIVE_EXPOSES_MORE)
TIGHTER = (Shows.LIVE_REFUSES, Shows.LIVE_NO_LONGER_REFLECTS, Shows.LIVE_EXPOSES_LESS)
TURNED = {Effect.WIDER: Effect.NARROWER, Effect.NARROWER: Effect.WIDER}

Rules = tuple[CorsRule, ...]


def effect(declared: Rules, live: Rules) -> Effect:
    return prove(BucketCors(declared), BucketCors(live)).effect


@st.composite
def near_pairs(draw: st.DrawFn) -> tuple[Rules, Rules]:
    """Two lists that share most of their rules."""
    rules = draw(rule_lists)
    if draw(st.booleans()):
        return rules, tuple(draw(st.permutations(rules)))
    place = draw(st.integers(0, len(rules)))
    return rules, (*rules[:place], draw(rules_), *rules[place + draw(st.integers(0, 1)) :])


@law
@given(rule_lists)
def test_a_list_is_identical_to_itself(rules: Rules) -> None:
    assert effect(rules, rules) is Effect.IDENTICAL


@law
@given(near_pairs())
def test_seen_from_the_other_side_wider_is_narrower_and_all_else_stays(pair: tuple[Rules, Rules]) -> None:
    there, back = effect(*pair), effect(*pair[::-1])
    assert back is TURNED.get(there, there)


@law
@given(near_pairs(), st.data())
def test_harmless_differences_add_up_to_a_harmless_one(pair: tuple[Rules, Rules], data: st.DataObject) -> None:
    one, two = pair
    three = data.draw(near_pairs())[1] if data.draw(st.booleans()) else tuple(data.draw(st.permutations(two)))
    first, second = effect(one, two), effect(two, three)
    whole = effect(one, three)
    if first in HARMLESS and second in HARMLESS:
        assert whole in HARMLESS
    if first is second and first in TURNED:
        assert whole is first
    if first in HARMLESS and second is not Effect.UNDECIDED and whole is not Effect.UNDECIDED:
        assert (whole in HARMLESS) == (second in HARMLESS)
        assert whole in HARMLESS or whole is second


@law
@given(near_pairs())
def test_every_witness_is_answered_differently_and_in_the_direction_that_it_shows(pair: tuple[Rules, Rules]) -> None:
    declared, live = pair
    verdict = prove(BucketCors(declared), BucketCors(live))
    for witness in verdict.witnesses:
        ours, theirs = evaluate(declared, witness.request), evaluate(live, witness.request)
        assert (witness.declared, witness.live) == (ours, theirs)
        assert shown_by(ours, theirs, witness.request) is witness.shows
    shown = [witness.shows for witness in verdict.witnesses]
    assert len(shown) == len(set(shown)) <= 2
    if verdict.effect is Effect.WIDER:
        assert [each in FREER for each in shown] == [True]
    elif verdict.effect is Effect.NARROWER:
        assert [each in TIGHTER for each in shown] == [True]
    elif verdict.effect is Effect.DIFFERENT:
        assert Shows.DIFFERS in shown or (shown[0] in FREER and shown[1] in TIGHTER)
    elif verdict.effect is Effect.CACHE_ONLY:
        assert shown == [Shows.DIFFERS]
    elif verdict.effect in HARMLESS:
        assert not shown or verdict.universe is Universe.ANY_TEXT


@law
@given(rule_lists, rules_)
def test_a_rule_that_never_answers_can_go(rules: Rules, extra: CorsRule) -> None:
    whole = (*rules, extra)
    silent = {note.rule for note in within(BucketCors(whole)) if note.id == NEVER_ANSWERS}
    for place in silent:
        assert effect(whole, whole[:place] + whole[place + 1 :]) in (*HARMLESS, Effect.UNDECIDED)


@law
@given(rule_lists)
def test_a_rule_that_may_answer_cannot_go_unnoticed(rules: Rules) -> None:
    silent = {note.rule for note in within(BucketCors(rules)) if note.id == NEVER_ANSWERS}
    for place in range(len(rules)):
        changed = replace(rules[place], max_age_seconds=77, allowed_methods=rules[place].allowed_methods)
        marked = (*rules[:place], changed, *rules[place + 1 :])
        told = effect(rules, marked)
        assert told is Effect.CACHE_ONLY or (told in HARMLESS and place in silent)


@law
@given(rule_lists, st.data())
def test_if_no_order_matters_every_order_answers_alike_and_if_one_does_some_order_does_not(
    rules: Rules, data: st.DataObject
) -> None:
    witness = order_matters(BucketCors(rules, ordered=False))
    if witness is None:
        shuffled = tuple(data.draw(st.permutations(rules)))
        assert effect(rules, shuffled) in (*HARMLESS, Effect.UNDECIDED)
    else:
        first, second = witness.declared.rule, witness.live.rule
        assert first is not None
        assert second is not None
        others = [rule for place, rule in enumerate(rules) if place not in (first, second)]
        orders = [(rules[first], rules[second], *others), (rules[second], rules[first], *others)]
        answers = [evaluate(order, witness.request) for order in orders]
        assert shown_by(answers[0], answers[1], witness.request) is witness.shows
        assert [answer.headers for answer in answers] == [witness.declared.headers, witness.live.headers]


@law
@given(rule_lists, st.data())
def test_a_set_of_rules_is_identical_to_every_order_of_it(rules: Rules, data: st.DataObject) -> None:
    shuffled = tuple(data.draw(st.permutations(rules)))
    assert prove(BucketCors(rules, ordered=False), BucketCors(shuffled)).effect is Effect.IDENTICAL
    assert prove(BucketCors(shuffled), BucketCors(rules, ordered=False)).effect is Effect.IDENTICAL


@law
@given(rule_lists)
def test_the_quick_answer_for_equal_forms_is_that_of_the_whole_search(rules: Rules) -> None:
    respelled = tuple(
        replace(
            rule,
            allowed_headers=tuple(str(each).swapcase() for each in rule.allowed_headers),  # type: ignore[union-attr]
            allowed_methods=tuple(reversed(rule.allowed_methods)),  # type: ignore[arg-type]
        )
        for rule in rules
    )
    assert effect(rules, respelled) is Effect.IDENTICAL
    searched = effect((*rules, rules[0]), respelled)  # another length, so nothing is decided by the form
    assert searched in (Effect.COSMETIC, Effect.IDENTICAL)


texts = st.text(max_size=6) | st.sampled_from(["*", "**", "a,b", " a", "*,*", "GET", "x-*", "https://*"])
lists = st.lists(texts, max_size=3).map(tuple)
any_rules = st.lists(
    st.builds(CorsRule, lists.map(lambda more: ("GET", *more)), lists, lists, lists, st.none() | st.integers()),
    max_size=3,
).map(tuple)


@law
@given(any_rules, any_rules, st.booleans(), st.booleans())
def test_no_text_at_all_makes_it_fail(one: Rules, other: Rules, ordered: bool, zero: bool) -> None:
    prove(BucketCors(one, ordered), BucketCors(other), zero_is_unset=zero)
    within(BucketCors(one))
    assert prove(BucketCors(one), BucketCors(one)).effect is Effect.IDENTICAL


@law
@given(near_pairs(), st.integers(0, 200))
def test_cut_short_it_says_nothing_that_it_would_take_back(pair: tuple[Rules, Rules], steps: int) -> None:
    declared, live = (BucketCors(rules) for rules in pair)
    short = prove(declared, live, max_steps=steps)
    if short.effect is not Effect.UNDECIDED:
        whole = prove(declared, live)
        assert short.effect in (whole.effect, Effect.DIFFERENT)
        assert whole.effect in (short.effect, Effect.UNDECIDED)


@law
@given(rule_lists, st.data())
def test_a_swap_of_neighbours_that_no_request_matches_both_is_harmless(rules: Rules, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(rules) - 1))
    one, other = data.draw(st.sampled_from([("GET", "PUT"), ("HEAD", "DELETE"), ("POST", "GET")]))
    first, second = (replace(data.draw(rules_), allowed_methods=(method,)) for method in (one, other))
    there = (*rules[:place], first, second, *rules[place:])
    back = (*rules[:place], second, first, *rules[place:])
    assert effect(there, back) in HARMLESS
