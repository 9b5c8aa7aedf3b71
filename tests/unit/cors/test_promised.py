"""What becomes of statements under rules, by examples; the laws search for others."""

from __future__ import annotations

import string

import pytest

from drift.cors import open_questions
from drift.cors.evaluate import evaluate
from drift.cors.model import BucketCors, CorsRequest, CorsRule, Unknown
from drift.cors.promised import Held, decide
from drift.cors.promised_search import Bad
from drift.promise_text import parse
from tests.rules import rule

KEPT, BROKEN, UNDECIDED = Held
EACH_LETTER = " ".join(f"{letter}*" for letter in string.ascii_lowercase)
"""Every origin that a browser can send, without the pattern that S3 answers without credentials."""


def decided(sentence: str, *rules: CorsRule, ordered: bool = True, **more: int) -> Held:
    return decide(BucketCors(rules, ordered) if rules else None, parse(sentence), **more).held


@pytest.mark.parametrize(
    ("held", "sentence", "rules"),
    [
        (KEPT, "https://a.example may GET", [rule("GET")]),
        (BROKEN, "https://a.example may GET", []),
        (KEPT, "nobody may GET", []),
        (BROKEN, "https://a.example may GET and HEAD", [rule("GET")]),
        (KEPT, "https://*.a.example may GET", [rule("GET", "https://*")]),
        (BROKEN, "https://*.a.example may GET", [rule("GET", "https://b.a.example")]),
        (KEPT, "any origin may GET", [rule("GET", "*")]),
        (BROKEN, "any origin may GET", [rule("GET", "https://* http://*")]),
        (KEPT, "any origin may GET with credentials", [rule("GET", EACH_LETTER)]),
        (BROKEN, "any origin may GET with credentials", [rule("GET", "*")]),
        (KEPT, "https://a.example may PUT with x-a and y-b", [rule("PUT", headers="X-A *-b")]),
        (BROKEN, "https://a.example may PUT with x-a, y-b", [rule("PUT", headers="x-a"), rule("PUT", headers="y-b")]),
        (KEPT, "https://a.example may PUT with any header", [rule("PUT", headers="*")]),
        (BROKEN, "https://a.example may PUT with any header", [rule("PUT", headers="x-*")]),
        (KEPT, "nobody but https://*.a.example may GET", [rule("GET", "https://b.a.example")]),
        (BROKEN, "nobody but https://b.a.example may GET", [rule("GET", "https://*.a.example")]),
        (KEPT, "nobody but https://b.a.example may PUT", [rule("GET", "https://*.a.example")]),
        (KEPT, "nobody may DELETE", [rule("DELETE", "https://a.example/ https://A.example ftp://x:21")]),
        (KEPT, "nobody may PUT with x-amz-acl", [rule("PUT", "*", "x-amz-meta-*")]),
        (BROKEN, "nobody may PUT with x-amz-acl", [rule("PUT", "*"), rule("PUT", "null", "x-*")]),
        (BROKEN, "nobody may PUT with any header", [rule("PUT", "*", "x-a")]),
        (KEPT, "nobody may PUT with any header", [rule("PUT", "*", "host sec-*")]),
        (KEPT, "nobody gets credentials", [rule("GET PUT", "*", "*")]),
        (BROKEN, "nobody gets credentials", [rule("GET", "https://*")]),
        (KEPT, "nobody gets credentials", [rule("GET", "*"), rule("GET", "https://a.example")]),
        (BROKEN, "nobody gets credentials", [rule("GET", "*"), rule("GET", "https://a.example", "x-a")]),
        (KEPT, "https://a.example may GET with credentials", [rule("GET"), rule("GET", "*", "x-a")]),
        (BROKEN, "https://a.example may GET with x-a and credentials", [rule("GET"), rule("GET", "*", "x-a")]),
        (KEPT, "https://a.example may GET and read etag", [rule("GET", expose="ETag")]),
        (BROKEN, "https://a.example may GET and read ETag, x-b", [rule("GET", expose="ETag")]),
        (KEPT, "https://a.example may GET and read Content-Type", [rule("GET")]),
        (BROKEN, "https://a.example may GET and read ETag", [rule("GET", "*"), rule("GET", expose="ETag")]),
        (KEPT, "nobody may GET and read ETag", [rule("GET", "*"), rule("GET", expose="ETag")]),
        (BROKEN, "nobody may GET and read ETag", [rule("GET", "*", expose="x-b etag")]),
        (BROKEN, "nobody may GET and read Content-Type", [rule("GET", "*")]),
        (KEPT, "https://a.example and null may not GET", [rule("GET", "https://b.example")]),
        (BROKEN, "https://a.example and null may not GET", [rule("GET", "*")]),
    ],
)  # fmt: skip
def test_a_statement_is_kept_or_broken_for_all_requests(held: Held, sentence: str, rules: list[CorsRule]) -> None:
    assert decided(sentence, *rules) is held


def test_a_promise_broken_only_by_an_origin_inside_a_wildcard_is_caught_with_that_origin() -> None:
    rules = (rule("GET", "https://app.example.com"), rule("PUT", "https://*.example.com"))
    found = decide(BucketCors(rules), parse("nobody but https://app.example.com may PUT"))
    assert found.held is BROKEN
    assert found.request is not None
    origin = found.request.origin or ""
    assert origin.startswith("https://")
    assert origin.endswith(".example.com")
    assert origin != "https://app.example.com"
    assert (found.rule, found.field, found.bad) == (1, "AllowedOrigins", Bad.ALLOWED)
    assert found.answer == evaluate(rules, found.request)
    assert found.answer.allowed


def test_two_excepted_patterns_leave_the_origin_between_them() -> None:
    rules = BucketCors((rule("PUT", "https://*.example.com"),))
    found = decide(rules, parse("nobody but https://a*.example.com and https://*b.example.com may PUT"))
    assert found.request is not None
    label = (found.request.origin or "").removeprefix("https://").removesuffix(".example.com")
    assert not label.startswith("a")
    assert not label.endswith("b")


def test_an_origin_is_found_below_rows_that_hold_none_of_a_browser() -> None:
    of_each_letter = " ".join(f"{letter}*y.x" for letter in string.ascii_lowercase)
    assert decided("*.x may GET", rule("GET", of_each_letter)) is BROKEN
    assert decided("*y.x may GET", rule("GET", of_each_letter)) is KEPT


def test_the_two_ends_of_a_pattern_in_a_sentence_share_no_characters() -> None:
    assert decided("nobody but https://a.*.a may GET", rule("GET", "https://a.a")) is BROKEN
    assert decided("https://a.*.a may not GET", rule("GET", "https://a.a")) is KEPT


@pytest.mark.parametrize("sentence", ["nobody but {} may GET", "{} may GET"])
def test_a_pattern_in_a_sentence_is_read_as_the_same_pattern_in_a_rule_is(sentence: str) -> None:
    pattern = "https://pr-*-preview.example.com"
    assert decided(sentence.format(pattern), rule("GET", pattern)) is KEPT
    with_literal = rule("GET", f"{pattern} https://pr-preview.example.com")
    assert decided("nobody but https://pr-*-preview.example.com may GET", with_literal) is BROKEN


def test_a_missing_header_is_told_with_the_rule_and_the_field_that_lack_it() -> None:
    rules = (rule("GET"), rule("PUT", headers="content-type x-amz-meta-*"))
    found = decide(BucketCors(rules), parse("https://a.example may PUT with content-type and x-amz-*"))
    assert found.request is not None
    assert found.request.headers[0].startswith("x-amz-")
    assert (found.rule, found.field, found.bad) == (1, "AllowedHeaders", Bad.REFUSED)


def test_what_cannot_be_read_is_shown_by_the_request_itself_and_not_its_preflight() -> None:
    found = decide(BucketCors((rule("PUT"),)), parse("https://a.example may PUT and read ETag"))
    assert found.request == CorsRequest("https://a.example", "PUT", (), preflight=False)
    assert (found.rule, found.field) == (0, "ExposeHeaders")


def test_rules_without_an_order_keep_a_promise_in_every_order_or_not_at_all() -> None:
    rules = (rule("GET", "*"), rule("GET"))
    assert decided("nobody gets credentials", *rules) is KEPT
    found = decide(BucketCors(rules, ordered=False), parse("nobody gets credentials"))
    assert found.held is BROKEN
    assert found.reordered
    assert found.rule == 1
    assert found.answer is not None
    assert found.answer.rule == 1
    assert [each.rule for each in found.answer.considered] == [0, 1]
    assert decided("https://a.example may GET", *rules, ordered=False) is KEPT


def test_rules_that_do_not_matter_do_not_shift_the_rule_that_is_told() -> None:
    rules = (rule("DELETE", "null"), rule("GET", "*"), rule("GET"))
    found = decide(BucketCors(rules, ordered=False), parse("nobody may GET with credentials"))
    assert (found.held, found.rule) == (BROKEN, 2)
    open_ = (rule("DELETE", "null"), rule("GET", "null"), CorsRule(("GET",), (Unknown("var.x"),)))
    undecided = decide(BucketCors(open_), parse("https://a.example may GET"))
    assert (undecided.rule, undecided.field, undecided.why) == (2, "AllowedOrigins", "AllowedOrigins of rule 3: var.x")


def test_what_is_not_known_of_s3_leaves_it_undecided_and_is_named() -> None:
    star = decide(BucketCors((rule("GET", "* https://a.example"),)), parse("nobody gets credentials"))
    assert (star.held, star.question) == (UNDECIDED, open_questions.STAR_BESIDE_ORIGIN)
    overlap = decide(BucketCors((rule("GET", "https://a.*.a"),)), parse("https://a.a may GET"))
    assert (overlap.held, overlap.question) == (UNDECIDED, open_questions.WILDCARD_OVERLAP)
    assert decided("https://a.example may GET", rule("GET", "* https://a.example")) is KEPT
    assert decided("nobody but https://a.example gets credentials", rule("GET", "* https://a.example")) is KEPT


@pytest.mark.parametrize(
    ("held", "sentence", "one"),
    [
        (UNDECIDED, "https://a.example may GET", CorsRule(("GET",), (Unknown("var.x"),))),
        (BROKEN, "https://a.example may GET", CorsRule(("GET",), (Unknown("var.x", "http://"),))),
        (KEPT, "https://a.example may GET", CorsRule(("GET",), (Unknown("var.x"), "https://a.example"))),
        (KEPT, "https://a.example may GET", CorsRule(("GET",), ("*",), Unknown("var.x"))),
        (KEPT, "nobody but https://*.b may GET", CorsRule(("GET",), (Unknown("var.x", "https://", ".b"),))),
        (UNDECIDED, "nobody but https://*.b may GET", CorsRule(("GET",), (Unknown("var.x", "https://"),))),
        (BROKEN, "nobody but https://*.b may GET", CorsRule(("GET",), (Unknown("var.x"), "null"))),
        (KEPT, "nobody may PUT", CorsRule((Unknown("var.x", "G"),), ("*",))),
        (UNDECIDED, "nobody may PUT", CorsRule(Unknown("var.x"), ("*",))),
        (UNDECIDED, "nobody gets credentials", CorsRule(("GET",), (Unknown("var.x"),))),
        (BROKEN, "nobody gets credentials", CorsRule(("GET",), ("null", Unknown("var.x", "https:")))),
        (UNDECIDED, "nobody gets credentials", CorsRule(("GET",), ("*", Unknown("var.x", "https:")))),
        (UNDECIDED, "https://a.example may GET and read ETag", CorsRule(("GET",), ("*",), (), Unknown("v"))),
        (KEPT, "https://a.example may GET and read ETag", CorsRule(("GET",), ("*",), (), ("ETag", Unknown("v")))),
        (BROKEN, "nobody may GET and read ETag", CorsRule(("GET",), ("*",), (), ("ETag", Unknown("v")))),
        (UNDECIDED, "nobody may GET and read ETag", CorsRule(("GET",), ("*",), (), ("x-a", Unknown("v")))),
        (KEPT, "nobody may GET", CorsRule(("PUT",), ("*",), (), (), Unknown("v"), Unknown("v"))),
    ],
)  # fmt: skip
def test_unknown_values_leave_open_only_what_hangs_on_them(held: Held, sentence: str, one: CorsRule) -> None:
    found = decide(BucketCors((one,)), parse(sentence))
    assert found.held is held
    if held is UNDECIDED and found.question is None:
        assert "of rule 1: v" in (found.why or "")


def test_unknown_headers_may_let_a_later_rule_answer() -> None:
    later = CorsRule(("GET",), ("https://a.example",), (Unknown("var.x", "x-quite-"),))
    assert decided("nobody gets credentials", rule("GET", "*"), later) is UNDECIDED
    assert decided("nobody gets credentials", rule("GET", "*", "*"), later) is KEPT
    assert decided("nobody gets credentials", rule("GET", "*"), later, rule("GET", "*", "*")) is UNDECIDED


def test_what_is_read_is_told_by_the_answer_to_the_request_whichever_rule_answered_its_preflight() -> None:
    rules = rule("GET", expose="ETag"), rule("GET", headers="x-a")
    assert decided("https://a.example may GET with x-a and read ETag", *rules) is KEPT
    assert decided("https://a.example may GET with x-a and read ETag", *rules[::-1]) is BROKEN
    assert decided("nobody may GET and read ETag", *rules[::-1]) is KEPT


def test_more_work_than_the_cap_allows_leaves_it_undecided() -> None:
    rules = [rule("PUT", f"https://{n}*.a*") for n in range(50)]
    assert decided("nobody may PUT with x-a", *rules, max_steps=10) is UNDECIDED


def test_rules_far_larger_than_s3_takes_are_not_looked_at() -> None:
    assert decided("nobody may PUT", rule("PUT", "https://" + "a" * (1 << 20))) is UNDECIDED


def test_a_hundred_rules_of_a_hundred_wildcards_are_decided_within_the_cap() -> None:
    rules = [rule("GET PUT", " ".join(f"https://a{n}-{m}.*" for m in range(20)), f"x-{n}-*") for n in range(100)]
    assert decided("nobody but https://a* may PUT", *rules) is KEPT
    assert decided("nobody but https://a1* may PUT", *rules) is BROKEN
