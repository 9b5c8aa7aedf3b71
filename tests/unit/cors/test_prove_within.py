"""What can be said of one list, and of lists whose rules have no order."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from drift.cors import open_questions
from drift.cors.model import BucketCors, CorsRule, Unknown
from drift.cors.prove import prove
from drift.cors.readings import Entry, StarReading, entries
from drift.cors.verdict import DECLARED_ORDER, Effect, Shows
from drift.cors.within import (
    BESIDE_STAR,
    COVERED,
    DEAD_ORIGIN,
    NEVER_ANSWERS,
    ORDER_MATTERS,
    Note,
    order_matters,
    within,
)
from tests.rules import rule


def notes(*rules: CorsRule) -> list[Note]:
    return list(within(BucketCors(rules)))


def told(*rules: CorsRule) -> list[tuple[str, int, str | None, tuple[int, ...]]]:
    return [(note.id, note.rule, note.value, note.others) for note in notes(*rules)]


def test_of_rules_that_have_nothing_in_common_nothing_is_said() -> None:
    assert notes(rule("GET"), rule("PUT"), rule("GET", "http://*.b", "x-*")) == []


def test_a_rule_behind_a_wider_one_never_answers_and_is_told_by_which() -> None:
    assert told(rule("PUT"), rule("GET", "https://*", "*"), rule("GET", headers="x-a")) == [
        (NEVER_ANSWERS, 2, None, (1,))
    ]


def test_several_rules_together_can_keep_one_from_answering() -> None:
    found = told(rule("GET"), rule("PUT"), rule("GET PUT"))
    assert (NEVER_ANSWERS, 2, None, (0, 1)) in found


def test_a_rule_that_answers_only_requests_with_headers_does_answer() -> None:
    assert not [note for note in notes(rule("GET", "*"), rule("GET", "*", "x-a")) if note.id == NEVER_ANSWERS]


def test_a_rule_with_nothing_but_dead_origins_never_answers_and_no_rule_is_to_blame() -> None:
    assert told(rule("GET", "https://a/ HTTPS://b")) == [
        (DEAD_ORIGIN, 0, "https://a/", ()),
        (DEAD_ORIGIN, 0, "HTTPS://b", ()),
        (NEVER_ANSWERS, 0, None, ()),
    ]


def test_entries_that_others_cover_are_told_in_the_spelling_of_the_list() -> None:
    found = told(rule("GET", "https://a.x https://*.x", "X-A x-*"))
    assert found == [(COVERED, 0, "https://a.x", ()), (COVERED, 0, "X-A", ())]


def test_an_origin_beside_the_star_is_told_with_the_open_question() -> None:
    (note,) = notes(rule("GET", "* https://a"))
    assert (note.id, note.value) == (BESIDE_STAR, "https://a")
    assert note.why == open_questions.OPEN_QUESTIONS[open_questions.STAR_BESIDE_ORIGIN]


def test_two_overlapping_rules_whose_order_decides_come_with_a_request_and_both_answers() -> None:
    (note,) = notes(rule("GET", "https://a.x"), rule("GET", "*"))
    assert (note.id, note.rule, note.others) == (ORDER_MATTERS, 0, (1,))
    assert note.witness is not None
    assert note.witness.request.origin == "https://a.x"
    assert (note.witness.declared.rule, note.witness.live.rule) == (0, 1)
    assert note.witness.shows is Shows.LIVE_NO_LONGER_REFLECTS


def test_overlapping_rules_with_one_answer_can_stand_in_any_order() -> None:
    assert order_matters(BucketCors((rule("GET", "https://a.x"), rule("GET", "https://*.x", "*")))) is None


def test_rules_that_only_no_browser_asks_both_can_stand_in_any_order() -> None:
    assert order_matters(BucketCors((rule("GET", "https://*/"), rule("GET", "*/", expose="ETag")))) is None


def test_an_order_that_only_the_preflight_cache_sees_is_shown_if_there_is_no_other() -> None:
    long = rule("GET", max_age_seconds=9)
    witness = order_matters(BucketCors((rule("GET"), long)))
    assert witness is not None
    assert witness.shows is Shows.DIFFERS
    exposing = rule("GET", expose="ETag")
    stronger = order_matters(BucketCors((rule("GET"), long, exposing)))
    assert stronger is not None
    assert stronger.shows is Shows.LIVE_EXPOSES_MORE


def test_what_is_unknown_is_no_reason_for_a_note() -> None:
    unknown = CorsRule(("GET",), (Unknown("var.origin has no value"),))
    assert notes(unknown, rule("GET", "https://a.x", expose="ETag")) == []
    assert notes(rule("GET", "*", "*"), unknown)[0].id == NEVER_ANSWERS


def test_a_set_of_rules_in_another_order_is_identical_even_where_the_order_decides() -> None:
    rules = (rule("GET", "https://a.x"), rule("GET", "*"))
    assert prove(BucketCors(rules, ordered=False), BucketCors(rules[::-1])).effect is Effect.IDENTICAL
    assert prove(BucketCors(rules), BucketCors(rules[::-1])).effect is Effect.NARROWER


def test_a_set_of_rules_is_compared_in_the_order_nearest_to_live_and_says_that_others_differ() -> None:
    rules = (rule("GET", "https://a.x"), rule("GET", "*"))
    live = (rule("GET", "*"), rule("GET", "https://a.x"), rule("PUT", "https://b.x"))
    verdict = prove(BucketCors(rules, ordered=False), BucketCors(live))
    assert verdict.effect is Effect.WIDER
    assert verdict.notes == (DECLARED_ORDER,)
    assert [witness.request.origin for witness in verdict.witnesses] == ["https://b.x"]


def test_a_set_whose_order_decides_nothing_has_no_such_note() -> None:
    rules = (rule("GET", "https://a.x"), rule("PUT", "*"))
    assert prove(BucketCors(rules, ordered=False), BucketCors(rules[:1])).notes == ()


def test_the_id_alone_makes_a_permutation_cosmetic() -> None:
    one, two = rule("GET", id="a"), rule("PUT", id="b")
    assert prove(BucketCors((one, two), ordered=False), BucketCors((rule("PUT"), one))).effect is Effect.COSMETIC


def test_an_origin_that_a_pattern_matches_only_if_its_ends_overlap_is_not_called_dead() -> None:
    assert told(rule("GET", "https://h:6553*53")) == []
    assert told(rule("GET", "https://h:65536*53"))[0][:3] == (DEAD_ORIGIN, 0, "https://h:65536*53")


def test_a_rule_is_silent_only_if_it_is_so_whether_or_not_ends_overlap() -> None:
    rules = rule("GET", "https://h:6553"), rule("GET", "https://h:6553*53")
    assert told(*rules) == [(NEVER_ANSWERS, 1, None, (0,))]
    assert told(*rules[::-1]) == []


def test_an_order_that_matters_only_if_the_star_beside_an_origin_wins_is_not_told() -> None:
    beside, specific = rule("GET", "* https://a.example"), rule("GET", "https://a.example")
    assert order_matters(BucketCors((specific, beside))) is None
    assert not [note for note in notes(specific, beside) if note.id == ORDER_MATTERS]
    exposing = rule("GET", "https://a.example", expose="ETag")
    assert order_matters(BucketCors((exposing, beside))) is not None
    assert [note.others for note in notes(exposing, beside) if note.id == ORDER_MATTERS] == [(1,)]


def test_an_order_that_different_pairs_of_rules_decide_under_different_readings_matters() -> None:
    reads = rule("GET", "* https://a.example"), rule("GET", "https://a.example")
    writes = rule("PUT", "* https://a.example"), rule("PUT", "*")
    assert order_matters(BucketCors(reads)) is None
    assert order_matters(BucketCors(writes)) is None
    assert order_matters(BucketCors((*reads, *writes))) is not None


def test_rules_are_read_once_for_each_reading_and_not_for_each_pair(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[StarReading] = []

    def counted(rules: Sequence[CorsRule], star: StarReading, *, zero_is_unset: bool) -> list[Entry]:
        read.append(star)
        return entries(rules, star, zero_is_unset=zero_is_unset)

    monkeypatch.setattr("drift.cors.within.entries", counted)
    order_matters(BucketCors(tuple(rule("GET", f"* https://{place}.example") for place in range(20))))
    assert read == list(StarReading)
