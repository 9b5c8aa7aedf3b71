"""From one side's rules towards the other's: what is adopted or restored, in whole and in part."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drift.cors.model import BucketCors, CorsRule, Unknown
from drift.cors.open_questions import STAR_BESIDE_ORIGIN
from drift.cors.prove import prove
from drift.cors.verdict import Effect
from drift.diff import diff_rules
from drift.errors import UsageError
from drift.selecting import Selection, refuse_unmatched, selection_of
from drift.wanted import Chosen, adopted, restored

A, B, C, D = (f"https://{letter}.example" for letter in "abcd")
ALL = Selection()


def rule(
    *origins: str | Unknown, methods: tuple[str, ...] = ("GET",), age: int | None = None, **more: object
) -> CorsRule:
    return CorsRule(methods, origins, max_age_seconds=age, **more)  # type: ignore[arg-type]


def cors(*rules: CorsRule, ordered: bool = True) -> BucketCors:
    return BucketCors(rules, ordered)


def adopt(declared: BucketCors | None, live: BucketCors | None, **picks: list[str]) -> Chosen:
    return adopted(declared, live, selection_of(**picks))


def origins(chosen: Chosen) -> list[object]:
    return [each.allowed_origins for each in chosen.wanted.rules]


texts = st.sampled_from([A, B, C, D, "*", "https://*.example"])
headers = st.sampled_from(["*", "X-A", "x-a", "X-B", "Content-*"])
rules = st.builds(
    CorsRule,
    allowed_methods=st.lists(st.sampled_from(["GET", "PUT", "POST"]), min_size=1, max_size=3).map(tuple),
    allowed_origins=st.lists(texts, min_size=1, max_size=3).map(tuple),
    allowed_headers=st.lists(headers, max_size=2).map(tuple),
    expose_headers=st.lists(headers.filter(lambda each: "*" not in each), max_size=2).map(tuple),
    max_age_seconds=st.sampled_from([None, 0, 60, 300]),
    id=st.sampled_from([None, "one", "two"]),
)
sides = st.lists(rules, min_size=1, max_size=4).map(tuple)


@settings(max_examples=400, deadline=None)
@given(declared=sides, live=sides, ordered=st.booleans(), zero=st.booleans())
def test_all_that_is_adopted_means_what_is_live(
    declared: tuple[CorsRule, ...], live: tuple[CorsRule, ...], ordered: bool, zero: bool
) -> None:
    ours, theirs = BucketCors(declared, ordered), BucketCors(live)
    chosen = adopted(ours, theirs, ALL, zero_is_unset=zero)
    assert chosen.wanted.cors is not None
    verdict = prove(chosen.wanted.cors, theirs, zero_is_unset=zero)
    unsure = verdict.notes == (STAR_BESIDE_ORIGIN,)  # the order of values alone differs, which is no difference told
    assert unsure or verdict.effect in (Effect.IDENTICAL, Effect.COSMETIC)
    outcome = diff_rules(chosen.wanted.cors, theirs, zero_is_unset=zero)
    assert outcome.changes == ()


@settings(max_examples=400, deadline=None)
@given(declared=sides, live=sides, ordered=st.booleans(), zero=st.booleans())
def test_rules_that_have_not_changed_stay_as_they_are_written(
    declared: tuple[CorsRule, ...], live: tuple[CorsRule, ...], ordered: bool, zero: bool
) -> None:
    ours, theirs = BucketCors(declared, ordered), BucketCors(live)
    chosen = adopted(ours, theirs, ALL, zero_is_unset=zero)
    changed = {each.declared for each in diff_rules(ours, theirs, zero_is_unset=zero).changes if each.field}
    for wanted, replaces in zip(chosen.wanted.rules, chosen.wanted.replaces, strict=True):
        if replaces is not None and replaces not in changed:
            assert wanted == declared[replaces]
    kept = [each for each in chosen.wanted.replaces if each is not None]
    assert len(kept) == len(set(kept))
    if not ordered:
        assert kept == sorted(kept)


@settings(max_examples=300, deadline=None)
@given(declared=sides, live=sides)
def test_adopting_once_leaves_nothing_to_adopt(declared: tuple[CorsRule, ...], live: tuple[CorsRule, ...]) -> None:
    chosen = adopted(BucketCors(declared), BucketCors(live), ALL)
    assert not adopted(chosen.wanted.cors, BucketCors(live), ALL).changes


@settings(max_examples=300, deadline=None)
@given(declared=sides, live=sides, field=st.sampled_from(["AllowedMethods", "MaxAgeSeconds", "AllowedHeaders", "ID"]))
def test_what_is_excepted_is_adopted_of_no_rule_that_both_sides_have(
    declared: tuple[CorsRule, ...], live: tuple[CorsRule, ...], field: str
) -> None:
    try:
        chosen = adopt(BucketCors(declared), BucketCors(live), excepted=[field])
    except UsageError:
        return
    for wanted, replaces in zip(chosen.wanted.rules, chosen.wanted.replaces, strict=True):
        if replaces is not None:
            assert dict(wanted.by_api_name())[field] == dict(declared[replaces].by_api_name())[field]


@settings(max_examples=300, deadline=None)
@given(declared=sides, live=sides, zero=st.booleans())
def test_all_that_is_restored_is_what_is_declared(
    declared: tuple[CorsRule, ...], live: tuple[CorsRule, ...], zero: bool
) -> None:
    chosen = restored(BucketCors(declared), BucketCors(live), ALL, zero_is_unset=zero)
    if chosen.changes:
        assert chosen.wanted.rules == declared
    else:
        assert not diff_rules(BucketCors(declared), BucketCors(live), zero_is_unset=zero).changes


def test_the_new_origin_is_taken_and_the_new_method_is_not() -> None:
    declared, live = cors(rule(A)), cors(rule(A, B, methods=("GET", "PUT")))
    chosen = adopt(declared, live, excepted=["AllowedMethods=PUT"])
    assert chosen.wanted.cors == cors(rule(A, B))
    assert chosen.wanted.replaces == (0,)


def test_a_new_rule_comes_without_the_value_that_is_excepted() -> None:
    live = cors(rule(A), rule(B, methods=("GET", "PUT")))
    assert adopt(cors(rule(A)), live, excepted=["allowed_methods=put"]).wanted.cors == cors(rule(A), rule(B))


def test_a_new_rule_that_would_be_left_without_methods_does_not_come() -> None:
    chosen = adopt(cors(rule(A)), cors(rule(A), rule(B, methods=("PUT",))), excepted=["AllowedMethods=PUT"])
    assert not chosen.changes


def test_only_a_field_leaves_new_rules_alone_and_says_how_to_have_them() -> None:
    selection = selection_of(only=["AllowedOrigins=" + B])
    chosen = adopted(cors(rule(A)), cors(rule(A), rule(B)), selection)
    assert not chosen.changes
    with pytest.raises(UsageError, match="no difference is meant") as error:
        refuse_unmatched(selection, chosen.matched, chosen.there, chosen.hint)
    assert error.value.advice == "rule live:2 has it and comes or goes as a whole: add --rule live:2"


def test_a_named_new_rule_comes_with_only_the_values_that_are_named() -> None:
    chosen = adopt(cors(rule(A)), cors(rule(A), rule(B, C)), rules=["live:2"], only=[f"AllowedOrigins={B}"])
    assert chosen.wanted.cors == cors(rule(A), rule(B))


def test_a_rule_is_chosen_by_the_number_that_the_report_gives_it() -> None:
    declared, live = cors(rule(A), rule(D, methods=("PUT",))), cors(rule(A, B), rule(D, C, methods=("PUT",)))
    assert origins(adopt(declared, live, rules=["2"])) == [(A,), (D, C)]
    assert origins(adopt(declared, live, rules=["live:1"])) == [(A, B), (D,)]


def test_a_number_that_two_rules_have_is_an_error_that_says_which() -> None:
    declared = cors(rule(A), rule(C, methods=("PUT",)))
    live = cors(rule(C, D, methods=("PUT",)), rule(B, methods=("DELETE",)), rule(A))
    with pytest.raises(UsageError, match="the declared rule 2 differs, and the live rule 2 is live only") as error:
        adopt(declared, live, rules=["2"])
    assert error.value.advice == "write --rule declared:2 or --rule live:2"


def test_a_selection_that_leaves_a_rule_without_origins_is_an_error() -> None:
    with pytest.raises(UsageError, match="leaves rule 1 without AllowedOrigins"):
        adopt(cors(rule(A, id="one")), cors(rule(B, id="one")), only=[f"AllowedOrigins={A}"])


def test_a_rule_that_live_has_lost_goes_unless_one_of_its_methods_is_excepted() -> None:
    declared, live = cors(rule(A), rule(B, methods=("DELETE",))), cors(rule(A))
    assert adopt(declared, live).wanted.cors == live
    assert not adopt(declared, live, excepted=["AllowedMethods=DELETE"]).changes


def test_an_unknown_value_stays_where_it_is_declared() -> None:
    unknown = Unknown("var.origin has no value")
    declared, live = cors(rule(unknown, A)), cors(rule("https://x.example", A, B, C))
    assert origins(adopt(declared, live)) == [(unknown, A, B, C)] or origins(adopt(declared, live))[0][0] is unknown  # type: ignore[index]


def test_values_keep_their_order_and_spelling_and_new_ones_come_behind() -> None:
    declared = cors(rule(B, A, allowed_headers=("X-Two", "x-one")))
    live = cors(rule(A, C, B, allowed_headers=("x-one", "X-TWO", "x-three")))
    wanted = adopt(declared, live).wanted.rules[0]
    assert wanted.allowed_origins == (B, A, C)
    assert wanted.allowed_headers == ("X-Two", "x-one", "x-three")


def test_a_new_rule_comes_behind_the_one_that_it_follows_in_live() -> None:
    first, last, new = rule(A), rule("*"), rule(B, methods=("PUT",))
    assert adopt(cors(first, last), cors(first, new, last)).wanted.replaces == (0, None, 1)
    assert adopt(cors(first, last), cors(new, first, last)).wanted.replaces == (None, 0, 1)


def test_of_a_set_no_rule_changes_its_place() -> None:
    first, last, new = rule(A), rule("*"), rule(B, methods=("PUT",))
    assert adopt(cors(first, last, ordered=False), cors(last, new, first)).wanted.replaces == (0, 1, None)


def test_a_rule_that_moved_is_moved_and_left_where_fields_alone_are_selected() -> None:
    one, two = rule(A), rule("*", methods=("GET",), age=5)
    assert adopt(cors(one, two), cors(two, one)).wanted.replaces in ((1, 0),)
    assert not adopt(cors(one, two), cors(two, one), only=["AllowedOrigins"]).changes


def test_a_repeat_that_would_come_into_effect_goes_with_the_rule_that_it_repeats() -> None:
    assert adopt(
        cors(rule(A), rule(B, methods=("PUT",)), rule(A)), cors(rule(B, methods=("PUT",)))
    ).wanted.cors == cors(rule(B, methods=("PUT",)))


def test_a_repeat_stays_as_it_is_written_where_nothing_hangs_on_it() -> None:
    chosen = adopt(cors(rule(A), rule(A)), cors(rule(A), rule(B, methods=("PUT",))))
    assert chosen.wanted.replaces in {(0, 1, None), (0, None, 1)}


def test_no_live_rules_leave_no_declared_ones() -> None:
    assert adopt(cors(rule(A)), None).wanted.cors is None
    assert adopt(None, cors(rule(A))).wanted.replaces == (None,)


def test_restoring_in_part_starts_from_live_and_counts_its_rules() -> None:
    declared, live = cors(rule(A)), cors(rule(A, B, methods=("GET", "PUT")))
    chosen = restored(declared, live, selection_of(only=["AllowedMethods"]))
    assert chosen.wanted.cors == cors(rule(A, B))
    assert chosen.wanted.replaces == (0,)


def test_restoring_takes_a_live_rule_away_by_the_number_of_the_report() -> None:
    live = cors(rule(A, B), rule(C, methods=("PUT",)))
    chosen = restored(cors(rule(A)), live, selection_of(rules=["live:2"]))
    assert chosen.wanted.cors == cors(rule(A, B))


@pytest.mark.parametrize(
    ("picks", "message", "advice"),
    [
        ({"rules": ["0"]}, "--rule 0: a number is wanted", "--rule 2"),
        ({"rules": ["both:1"]}, "--rule both:1: a number", "live:2"),
        ({"only": ["AllowedOrigin"]}, "a rule has no field 'AllowedOrigin'", "did you mean AllowedOrigins?"),
        ({"only": ["zzz=1"]}, "a rule has no field 'zzz'", "the fields are ID"),
        ({"excepted": ["MaxAgeSeconds="]}, "there is no value", "--except MaxAgeSeconds"),
        ({"findings": ["live-wide"]}, "there is no such finding", "did you mean live-wider?"),
    ],
)
def test_a_slip_in_a_selection_is_told_with_what_was_meant(
    picks: dict[str, list[str]], message: str, advice: str
) -> None:
    with pytest.raises(UsageError, match=message) as error:
        selection_of(**picks)
    assert advice in (error.value.advice or "")


@pytest.mark.parametrize("word", ["MaxAgeSeconds", "maxageseconds", "max_age_seconds", "MAX-AGE-SECONDS"])
def test_fields_are_known_in_any_letter_case(word: str) -> None:
    chosen = adopt(cors(rule(A, age=60)), cors(rule(A, B, age=300)), only=[word])
    assert chosen.wanted.cors == cors(rule(A, age=300))


def test_a_number_is_named_by_what_it_was_or_will_be() -> None:
    declared, live = cors(rule(A, age=60)), cors(rule(A, age=300))
    for value in ("60", "300"):
        assert adopt(declared, live, only=[f"MaxAgeSeconds={value}"]).changes
        assert not adopt(declared, live, excepted=[f"MaxAgeSeconds={value}"]).changes


def test_a_pick_that_meets_nothing_is_told_with_what_differs() -> None:
    selection = selection_of(only=["ExposeHeaders"])
    chosen = adopted(cors(rule(A)), cors(rule(A, B)), selection)
    with pytest.raises(UsageError, match="--only ExposeHeaders: no difference is meant by this") as error:
        refuse_unmatched(selection, chosen.matched, chosen.there, chosen.hint)
    assert error.value.advice == "what differs: rule 1 AllowedOrigins"
