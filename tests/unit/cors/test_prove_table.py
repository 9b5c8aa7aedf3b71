"""The verdicts that the facts about S3 fix, pair by pair."""

from __future__ import annotations

import pytest

from drift.cors import open_questions
from drift.cors.model import BucketCors, CorsRule
from drift.cors.prove import prove
from drift.cors.verdict import NO_BROWSER, Effect, Shows, Universe
from tests.rules import rule

A = "https://a"
BOTH = (rule("GET", A), rule("GET", "*"))
FOREIGN = (rule("GET", A), rule("PUT", A))
EXPOSING = (rule("GET", "*"), rule("GET", A, expose="ETag"))
WITH_HEADERS = (rule("GET", "*"), rule("GET", A, "*", "ETag"))


def cors(*rules: CorsRule) -> BucketCors | None:
    return BucketCors(rules) if rules else None


TABLE = {
    "methods in another order, and an ID": ([rule("GET PUT", A)], [rule("PUT GET", A, id="x")], Effect.COSMETIC),
    "an origin that another pattern covers": (
        [rule("GET", "https://a.x https://*.x")],
        [rule("GET", "https://*.x")],
        Effect.COSMETIC,
    ),
    "overlapping rules reversed": (BOTH, BOTH[::-1], Effect.NARROWER),
    "disjoint rules reversed": (FOREIGN, FOREIGN[::-1], Effect.COSMETIC),
    "a rule that is never first": (EXPOSING, EXPOSING[:1], Effect.COSMETIC),
    "an exposed header that no page sees": (WITH_HEADERS, (WITH_HEADERS[0], rule("GET", A, "*")), Effect.COSMETIC),
    "a rule that only preflights with headers reach": (WITH_HEADERS, WITH_HEADERS[:1], Effect.NARROWER),
    "split by method": ([rule("GET PUT", A)], FOREIGN, Effect.CACHE_ONLY),
    "split by header": (
        [rule("PUT", A, "x-a x-b")],
        [rule("PUT", A, "x-a"), rule("PUT", A, "x-b")],
        Effect.NARROWER,
    ),
    "http* for *": ([rule("GET", "*")], [rule("GET", "http*")], Effect.DIFFERENT),
    "max-age 0 for none": ([rule("GET", A, max_age_seconds=0)], [rule("GET", A)], Effect.CACHE_ONLY),
    "an origin beside *": ([rule("GET", f"* {A}")], [rule("GET", "*")], Effect.UNDECIDED),
    "an origin in capitals alone": ([rule("GET", "https://A.example")], [], Effect.COSMETIC),
    "order of origins beside *": ([rule("GET", f"* {A}")], [rule("GET", f"{A} *")], Effect.UNDECIDED),
    "order of origins": ([rule("GET", f"{A} http://b")], [rule("GET", f"http://b {A}")], Effect.IDENTICAL),
    "repeated values": ([rule("GET GET", A, "x-a X-A")], [rule("GET", A, "x-a")], Effect.IDENTICAL),
    "letter case of headers": ([rule("GET", A, "X-A", "ETAG")], [rule("GET", A, "x-a", "etag")], Effect.IDENTICAL),
    "letter case of an origin": ([rule("GET", "https://b.x")], [rule("GET", "https://B.x")], Effect.NARROWER),
    "a covered header": ([rule("GET", A, "* x-amz-*")], [rule("GET", A, "*")], Effect.COSMETIC),
    "https://* for *": ([rule("GET", "*")], [rule("GET", "https://*")], Effect.DIFFERENT),
    "origins merged into one rule": (
        [rule("GET", A), rule("GET", "https://b")],
        [rule("GET", f"{A} https://b")],
        Effect.COSMETIC,
    ),
    "another max-age": ([rule("GET", A, max_age_seconds=5)], [rule("GET", A, max_age_seconds=9)], Effect.CACHE_ONLY),
    "a name that is exposed anyway": (
        [rule("GET", A, expose="ETag Content-Type Set-Cookie")],
        [rule("GET", A, expose="ETag")],
        Effect.COSMETIC,
    ),
    "a header that no page may set": ([rule("GET", A, "x-a Host Sec-*")], [rule("GET", A, "x-a")], Effect.COSMETIC),
    "a dead origin": ([rule("GET", f"{A} https://b/")], [rule("GET", A)], Effect.COSMETIC),
    "HEAD beside GET": ([rule("GET", A)], [rule("GET HEAD", A)], Effect.WIDER),
    "another exposed header": ([rule("GET", A)], [rule("GET", A, expose="ETag")], Effect.WIDER),
    "a rule repeated later": ([rule("GET", A)], [rule("GET", A), rule("GET", A)], Effect.COSMETIC),
    "no rules on both sides": ([], [], Effect.IDENTICAL),
    "rules for none": ([], [rule("GET", A)], Effect.WIDER),
}


@pytest.mark.parametrize(("declared", "live", "effect"), TABLE.values(), ids=TABLE)
def test_the_verdict_is_the_one_that_is_known(declared: list[CorsRule], live: list[CorsRule], effect: Effect) -> None:
    assert prove(cors(*declared), cors(*live)).effect is effect


@pytest.mark.parametrize(("declared", "live", "effect"), TABLE.values(), ids=TABLE)
def test_seen_from_the_other_side_wider_is_narrower(
    declared: list[CorsRule], live: list[CorsRule], effect: Effect
) -> None:
    turned = {Effect.WIDER: Effect.NARROWER, Effect.NARROWER: Effect.WIDER}
    assert prove(cors(*live), cors(*declared)).effect is turned.get(effect, effect)


def test_a_star_that_becomes_a_pattern_is_told_by_the_credentials_that_it_now_reflects() -> None:
    verdict = prove(cors(rule("GET", "*")), cors(rule("GET", "https://*")))
    reflected, refused = verdict.witnesses
    assert reflected.shows is Shows.LIVE_REFLECTS_CREDENTIALS
    assert reflected.request.origin == "https://evil.example"
    assert dict(reflected.live.headers)["Access-Control-Allow-Credentials"] == "true"
    assert refused.shows is Shows.LIVE_REFUSES
    assert not refused.live.allowed


def test_the_request_of_a_split_rule_names_both_headers() -> None:
    declared, live, _ = TABLE["split by header"]
    (witness,) = prove(cors(*declared), cors(*live)).witnesses
    assert set(witness.request.headers) == {"x-a", "x-b"}
    assert witness.declared.allowed
    assert not witness.live.allowed


def test_a_verdict_that_hangs_on_the_star_beside_an_origin_names_the_question() -> None:
    declared, live, _ = TABLE["an origin beside *"]
    verdict = prove(cors(*declared), cors(*live))
    assert verdict.notes == (open_questions.STAR_BESIDE_ORIGIN,)
    assert verdict.reason == open_questions.OPEN_QUESTIONS[open_questions.STAR_BESIDE_ORIGIN]


def test_a_zero_against_an_unset_max_age_names_the_question() -> None:
    declared, live, _ = TABLE["max-age 0 for none"]
    assert prove(cors(*declared), cors(*live)).notes == (open_questions.MAX_AGE_ZERO_SENT,)
    assert prove(cors(*declared), cors(*live), zero_is_unset=True).effect is Effect.IDENTICAL


def test_a_difference_that_no_browser_sees_is_cosmetic_and_shown_in_the_wider_universe() -> None:
    declared, live, _ = TABLE["an origin in capitals alone"]
    verdict = prove(cors(*declared), cors(*live))
    assert verdict.notes == (NO_BROWSER,)
    assert verdict.universe is Universe.ANY_TEXT
    assert [witness.request.origin for witness in verdict.witnesses] == ["https://A.example"]


def test_a_pattern_that_matches_only_if_its_ends_overlap_leaves_the_verdict_open() -> None:
    verdict = prove(cors(rule("GET", "https://a*a https://a")), cors(rule("GET", "https://a*a")))
    assert verdict.effect is Effect.UNDECIDED
    assert verdict.notes == (open_questions.WILDCARD_OVERLAP,)


def test_rules_that_change_places_harmlessly_unless_ends_of_header_patterns_overlap_leave_the_verdict_open() -> None:
    first, second = rule("PUT", "*", "xa*ax"), rule("PUT", A, "xax")
    verdict = prove(cors(rule("PUT", "https://*"), first, second), cors(rule("PUT", "https://*"), second, first))
    assert verdict.effect is Effect.UNDECIDED
    assert verdict.notes == (open_questions.WILDCARD_OVERLAP,)


@pytest.mark.parametrize("turned", [False, True])
def test_a_header_that_a_pattern_allows_only_if_its_ends_overlap_leaves_the_verdict_open(turned: bool) -> None:
    pair = [cors(rule("PUT", A, "x-a*a")), cors(rule("PUT", A, "x-a*a x-a"))]
    verdict = prove(*(pair[::-1] if turned else pair))
    assert verdict.effect is Effect.UNDECIDED
    assert verdict.notes == (open_questions.WILDCARD_OVERLAP,)


@pytest.mark.parametrize("pattern", ["x-amz-*", "*-a", "x-*-a", "x-a*a"])
def test_header_patterns_whose_overlap_changes_nothing_leave_nothing_open(pattern: str) -> None:
    verdict = prove(cors(rule("PUT", A, pattern)), cors(rule("PUT GET", A, f"{pattern} q")))
    assert (verdict.effect, verdict.notes) == (Effect.WIDER, ())
