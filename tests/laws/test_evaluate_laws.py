"""What holds of every answer, whatever the rules and the request."""

from __future__ import annotations

import re
from dataclasses import replace

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from drift.cors.evaluate import evaluate, requested_headers
from drift.cors.model import METHODS, CorsAnswer, CorsRequest, CorsRule
from tests.law_numbers import tries

law = settings(max_examples=tries(0.6), deadline=None)

ORIGINS = ["https://a.x", "https://b.x", "https://a.b.x", "http://a.x", "https://.x", "null", "https://A.x"]
ORIGIN_PATTERNS = [*ORIGINS, "*", "https://*", "https://*.x", "http*", "*.x", "https://a*x", "https://a.x*x", ""]
HEADERS = ["x-a", "x-b", "X-A", "content-type", "x-"]
HEADER_PATTERNS = [*HEADERS, "*", "x-*", "X-*", "*-a", "c*e"]


def some(values: list[str], least: int = 0) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(values), min_size=least, max_size=3).map(tuple)


cors_rules = st.builds(
    CorsRule,
    allowed_methods=some(list(METHODS), 1),
    allowed_origins=some(ORIGIN_PATTERNS, 1),
    allowed_headers=some(HEADER_PATTERNS),
    expose_headers=some(["ETag", "x-amz-id-2"]),
    max_age_seconds=st.sampled_from([None, 0, 5, 3000]),
)
rule_lists = st.lists(cors_rules, min_size=1, max_size=5)
preflights = st.builds(CorsRequest, st.sampled_from(ORIGINS), st.sampled_from(METHODS), some(HEADERS))


def by_regex(pattern: str, flags: int = 0) -> re.Pattern[str]:
    return re.compile("^" + re.escape(pattern).replace(r"\*", "(?:.|\n)*") + r"\Z", flags)


def slow_first(rules: list[CorsRule], request: CorsRequest) -> int | None:
    """The decision procedure of the S3 user guide, told apart from the program: all three tests, rule by rule."""
    for index, rule in enumerate(rules):
        methods, origins, headers = rule.allowed_methods, rule.allowed_origins, rule.allowed_headers
        assert isinstance(methods, tuple)
        assert isinstance(origins, tuple)
        assert isinstance(headers, tuple)
        if not any(method == request.method for method in methods):
            continue
        if not any(by_regex(str(origin)).search(request.origin or "") for origin in origins):
            continue
        unmatched = set(request.headers)
        for header in headers:
            unmatched -= {name for name in unmatched if by_regex(str(header), re.IGNORECASE).search(name)}
        if not unmatched:
            return index
    return None


def told(answer: CorsAnswer) -> CorsAnswer:
    """Without the reasons, and without the index, which depends on what else is in the list."""
    return replace(answer, considered=(), rule=None)


@law
@given(rule_lists, preflights)
def test_the_answering_rule_is_the_first_that_passes_all_three_tests(
    rules: list[CorsRule], request: CorsRequest
) -> None:
    assert evaluate(rules, request).rule == slow_first(rules, request)


@law
@given(rule_lists, preflights)
def test_the_answer_is_that_of_its_rule_alone(rules: list[CorsRule], request: CorsRequest) -> None:
    answer = evaluate(rules, request)
    assume(answer.rule is not None)
    alone = evaluate([rules[answer.rule or 0]], request)
    assert alone.headers == answer.headers
    assert (alone.status, alone.allowed) == (answer.status, answer.allowed)


@law
@given(rule_lists, rule_lists, preflights)
def test_rules_behind_the_answering_one_change_nothing(
    rules: list[CorsRule], more: list[CorsRule], request: CorsRequest
) -> None:
    answer = evaluate(rules, request)
    assume(answer.allowed)
    assert told(evaluate([*rules, *more], request)) == told(answer)


@law
@given(rule_lists, cors_rules, st.integers(0, 5), preflights)
def test_a_rule_that_alone_refuses_is_passed_over(
    rules: list[CorsRule], extra: CorsRule, place: int, request: CorsRequest
) -> None:
    assume(not evaluate([extra], request).allowed)
    longer = [*rules[:place], extra, *rules[place:]]
    assert evaluate(longer, request).headers == evaluate(rules, request).headers


@st.composite
def disjoint_rules(draw: st.DrawFn) -> list[CorsRule]:
    """Rules of which no two allow one origin."""
    drawn = draw(st.lists(cors_rules, min_size=2, max_size=4))
    ends = draw(st.lists(st.sampled_from(["", "*", ".x", "*.x"]), min_size=4, max_size=4))
    return [
        replace(rule, allowed_origins=(f"https://{place}{end}",))
        for place, (rule, end) in enumerate(zip(drawn, ends, strict=False))
    ]


@law
@given(disjoint_rules(), preflights, st.data())
def test_the_order_of_disjoint_rules_changes_no_answer(
    rules: list[CorsRule], request: CorsRequest, data: st.DataObject
) -> None:
    asked = replace(
        request, origin=data.draw(st.sampled_from(["https://0", "https://1.x", "https://2y", "https://3.x"]))
    )
    order = data.draw(st.permutations(range(len(rules))))
    before = evaluate(rules, asked)
    after = evaluate([rules[place] for place in order], asked)
    assert told(after) == told(before)
    assert before.rule == (None if after.rule is None else order[after.rule])


@law
@given(rule_lists, preflights)
def test_a_rule_without_allowed_headers_never_answers_a_request_that_names_one(
    rules: list[CorsRule], request: CorsRequest
) -> None:
    assume(request.headers)
    answer = evaluate(rules, request)
    assert answer.rule is None or rules[answer.rule].allowed_headers


@law
@given(rule_lists, preflights)
def test_an_actual_request_is_answered_as_its_preflight_without_headers(
    rules: list[CorsRule], request: CorsRequest
) -> None:
    plain = replace(request, headers=())
    preflight, actual = evaluate(rules, plain), evaluate(rules, replace(plain, preflight=False))
    assert (actual.rule, actual.headers, actual.considered) == (preflight.rule, preflight.headers, preflight.considered)
    assert actual.status is None


@law
@given(rule_lists, preflights)
def test_credentials_are_allowed_exactly_when_the_origin_is_echoed(rules: list[CorsRule], request: CorsRequest) -> None:
    headers = dict(evaluate(rules, request).headers)
    assume(headers)
    echoed = headers["Access-Control-Allow-Origin"] == request.origin
    assert (headers.get("Access-Control-Allow-Credentials") == "true") is echoed
    assert echoed or headers["Access-Control-Allow-Origin"] == "*"


@law
@given(rule_lists, preflights)
def test_every_rule_is_told_of_and_only_the_answering_one_answers(rules: list[CorsRule], request: CorsRequest) -> None:
    answer = evaluate(rules, request)
    assert [each.rule for each in answer.considered] == list(range(len(rules)))
    assert [each.rule for each in answer.considered if each.answers] == ([] if answer.rule is None else [answer.rule])
    assert all(each.because for each in answer.considered)


@law
@given(rule_lists, preflights)
def test_a_refusal_carries_no_header_and_an_answer_no_error(rules: list[CorsRule], request: CorsRequest) -> None:
    answer = evaluate(rules, request)
    assert bool(answer.headers) is answer.allowed
    assert (answer.code is None) is answer.allowed


texts = st.text(max_size=8)
lists = st.lists(texts, max_size=3).map(tuple)


@law
@given(
    st.lists(st.builds(CorsRule, lists, lists, lists, lists, st.none() | st.integers(), st.none() | texts), max_size=3),
    st.builds(CorsRequest, st.none() | texts, st.none() | texts, lists, st.booleans(), texts),
    st.booleans(),
)
def test_no_text_at_all_makes_it_fail(rules: list[CorsRule], request: CorsRequest, bucket_exists: bool) -> None:
    answer = evaluate(rules, request, bucket_exists=bucket_exists)
    assert (answer.status is None) is not request.preflight


@law
@given(st.text(alphabet="aB, \t", max_size=12))
def test_splitting_a_header_list_again_changes_nothing(raw: str) -> None:
    names = requested_headers(raw)
    assert requested_headers(", ".join(names)) == names
