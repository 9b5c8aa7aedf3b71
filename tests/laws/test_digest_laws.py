"""What holds of every digest of rules."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from drift.cors.digest import digest
from drift.cors.model import BucketCors, CorsRule, TextList
from drift.cors.prove import prove
from drift.cors.verdict import Effect
from drift.cors.within import COVERED, DEAD_ORIGIN, NEVER_ANSWERS, within
from tests.law_numbers import USUAL
from tests.rules import rule_lists, rules_

law = settings(max_examples=USUAL)

HARMLESS = (Effect.IDENTICAL, Effect.COSMETIC)

Rules = tuple[CorsRule, ...]

DEAD_ORIGINS = ["HTTPS://A.example", "https://a.example/", "https://a.example:443", "a.example"]
DEAD_HEADERS = ["host", "x a", ":path"]

few_rules = st.lists(
    st.builds(
        CorsRule,
        allowed_methods=st.lists(st.sampled_from(["GET", "PUT"]), min_size=1, max_size=2, unique=True).map(tuple),
        allowed_origins=st.lists(
            st.sampled_from(["*", "https://a.example", "https://*.example", "HTTPS://A.example"]),
            min_size=1,
            max_size=2,
        ).map(tuple),
        allowed_headers=st.sampled_from([(), ("*",), ("x-*", "x-a"), ("X-A",), ("host",)]),
        expose_headers=st.sampled_from([(), ("ETag",), ("etag", "Expires")]),
        max_age_seconds=st.sampled_from([None, 0]),
        id=st.sampled_from([None, "one"]),
    ),
    max_size=3,
).map(tuple)
"""So few that equal digests come up by themselves."""


def texts(values: TextList) -> tuple[str, ...]:
    return tuple(each for each in values if isinstance(each, str)) if isinstance(values, tuple) else ()


def of(rules: Rules, *, ordered: bool = True, zero_is_unset: bool = False) -> str | None:
    return digest(BucketCors(rules, ordered) if rules else None, zero_is_unset=zero_is_unset)


@law
@given(few_rules, few_rules, st.booleans(), st.booleans(), st.booleans())
def test_rules_with_one_digest_mean_the_same_to_every_browser(
    one: Rules, other: Rules, ordered: bool, other_ordered: bool, zero: bool
) -> None:
    first, second = of(one, ordered=ordered, zero_is_unset=zero), of(other, ordered=other_ordered, zero_is_unset=zero)
    if first == second:
        sides = [
            BucketCors(rules, is_ordered) if rules else None
            for rules, is_ordered in ((one, ordered), (other, other_ordered))
        ]
        assert prove(*sides, zero_is_unset=zero).effect in HARMLESS


@law
@given(rule_lists, st.data())
def test_a_change_that_a_browser_can_see_changes_the_digest(rules: Rules, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(rules) - 1))
    other = (*rules[:place], data.draw(rules_), *rules[place + 1 :])
    other = data.draw(st.sampled_from([other, tuple(data.draw(st.permutations(rules))), rules[:place] + other[place:]]))
    verdict = prove(BucketCors(rules), BucketCors(other))
    if verdict.effect not in HARMLESS:
        assert of(rules) != of(other)


@law
@given(rule_lists, st.data())
def test_what_is_only_written_otherwise_has_the_same_digest(rules: Rules, data: st.DataObject) -> None:
    assert of(tuple(rewritten(rule, data) for rule in rules)) == of(rules)


def rewritten(rule: CorsRule, data: st.DataObject) -> CorsRule:
    """The rule with another ID, other letter case of headers, other orders and repeats, and entries without effect."""

    def mixed(values: tuple[str, ...], more: list[str]) -> tuple[str, ...]:
        extra = data.draw(st.lists(st.sampled_from([*more, *values] or [""]), max_size=2)) if more or values else []
        return tuple(data.draw(st.permutations([*values, *extra])))

    def cased(values: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(data.draw(st.sampled_from([each, each.upper(), each.lower()])) for each in values)

    origins = texts(rule.allowed_origins)
    if "*" not in origins:
        covered = [f"https://{name}.a.example" for name in ("x", "y") if "https://*.a.example" in origins]
        origins = mixed(origins, [*covered, *DEAD_ORIGINS])
    else:  # the order of what stands beside a star may count
        origins = (*origins, *data.draw(st.lists(st.sampled_from(DEAD_ORIGINS), max_size=2)))
    covered_names = ["x-c", "x-*-d"] if "x-*" in texts(rule.allowed_headers) else []
    return replace(
        rule,
        id=data.draw(st.sampled_from([None, "three"])),
        allowed_methods=mixed(texts(rule.allowed_methods), []),
        allowed_origins=origins,
        allowed_headers=cased(mixed(texts(rule.allowed_headers), [*covered_names, *DEAD_HEADERS])),
        expose_headers=cased(mixed(texts(rule.expose_headers), ["Content-Type", "Set-Cookie"])),
    )


@law
@given(rule_lists, st.data())
def test_two_neighbours_that_no_request_tells_apart_may_change_places(rules: Rules, data: st.DataObject) -> None:
    if len(rules) < 2:
        return
    place = data.draw(st.integers(0, len(rules) - 2))
    pair = rules[place : place + 2]
    one, other = (set(texts(each.allowed_methods)) for each in pair)
    alike = replace(pair[0], allowed_headers=()) == replace(pair[1], allowed_headers=())
    alike = alike and "*" not in texts(pair[0].allowed_origins)
    if not one & other or alike:
        swapped = (*rules[:place], *pair[::-1], *rules[place + 2 :])
        assert of(swapped) == of(rules)


@law
@given(rule_lists, st.integers(0, 3))
def test_a_rule_that_stands_twice_counts_once(rules: Rules, place: int) -> None:
    assert of((*rules, rules[place % len(rules)])) == of(rules)


@law
@given(rule_lists, rules_)
def test_a_rule_that_never_answers_counts_for_nothing(rules: Rules, extra: CorsRule) -> None:
    whole = (*rules, extra)
    silent = {note.rule for note in within(BucketCors(whole)) if note.id == NEVER_ANSWERS}
    for place in silent:
        assert of(whole[:place] + whole[place + 1 :]) == of(whole)


@law
@given(rule_lists)
def test_what_is_said_to_have_no_effect_counts_for_nothing(rules: Rules) -> None:
    for note in within(BucketCors(rules)):
        rule = rules[note.rule]
        if note.id in (COVERED, DEAD_ORIGIN) and note.field == "AllowedHeaders":
            left = tuple(each for each in texts(rule.allowed_headers) if each != note.value)
            shorter = replace(rule, allowed_headers=left)
        elif note.id in (COVERED, DEAD_ORIGIN) and "*" not in texts(rule.allowed_origins):
            left = tuple(each for each in texts(rule.allowed_origins) if each != note.value)
            shorter = replace(rule, allowed_origins=left)
        else:
            continue
        assert of((*rules[: note.rule], shorter, *rules[note.rule + 1 :])) == of(rules)


@law
@given(rule_lists, st.data())
def test_rules_without_an_order_have_one_digest_in_whatever_order_they_are_written(
    rules: Rules, data: st.DataObject
) -> None:
    other = tuple(data.draw(st.permutations(rules)))
    assert of(rules, ordered=False) == of(other, ordered=False)
    if of(rules, ordered=False) == of(rules):
        assert of(other) == of(rules)
