"""What ``evaluate`` says beyond the vectors: its reasons, its refusals of unknowns, the raw forms that it takes."""

from __future__ import annotations

import pytest

from drift.cors.evaluate import error_document, evaluate, request_from_http, requested_headers
from drift.cors.explain import shown
from drift.cors.model import CorsRequest, CorsRule, TextList, Unknown

UNKNOWN = Unknown('variable "origin" has no value')


def rule(
    origins: TextList = ("https://a.example",),
    methods: TextList = ("GET",),
    headers: TextList = (),
    **more: object,
) -> CorsRule:
    return CorsRule(methods, origins, headers, **more)  # type: ignore[arg-type]


def preflight(origin: str | None = "https://a.example", method: str | None = "GET", *headers: str) -> CorsRequest:
    return CorsRequest(origin, method, headers)


def reasons(rules: list[CorsRule], request: CorsRequest) -> list[str]:
    return [each.because for each in evaluate(rules, request).considered]


@pytest.mark.parametrize(
    ("raw", "names"),
    [
        (None, ()),
        ("", ()),
        (" , ,", ()),
        ("X-A", ("x-a",)),
        ("x-a,X-B", ("x-a", "x-b")),
        ("  x-a\t,\t x-b ,", ("x-a", "x-b")),
        ("x-a,x-a", ("x-a", "x-a")),
    ],
)
def test_a_raw_header_list_is_split_trimmed_and_lower_cased(raw: str | None, names: tuple[str, ...]) -> None:
    assert requested_headers(raw) == names


def test_header_names_of_a_request_may_be_as_sent() -> None:
    allowing = [rule(headers=("Content-*",))]
    answer = evaluate(allowing, preflight("https://a.example", "GET", " Content-Type", "CONTENT-MD5"))
    assert dict(answer.headers)["Access-Control-Allow-Headers"] == "content-type, content-md5"


def test_a_request_from_http_keeps_the_letter_case_of_its_headers() -> None:
    request = request_from_http("OPTIONS", origin="o", requested_method="PUT", requested_headers="X-A, ,x-B")
    assert request == CorsRequest("o", "PUT", ("X-A", "x-B"), preflight=True, target="object")


def test_an_options_request_is_a_preflight_even_without_a_requested_method() -> None:
    assert request_from_http("OPTIONS", origin="o") == CorsRequest("o", None)


@pytest.mark.parametrize(
    ("field", "broken"),
    [
        ("AllowedOrigins", rule(origins=("https://b.example", UNKNOWN))),
        ("AllowedOrigins", rule(origins=UNKNOWN)),
        ("AllowedMethods", rule(methods=UNKNOWN)),
        ("AllowedHeaders", rule(headers=(UNKNOWN,))),
        ("ExposeHeaders", rule(expose_headers=(UNKNOWN,))),
        ("MaxAgeSeconds", rule(max_age_seconds=UNKNOWN)),
    ],
)
def test_an_unknown_value_is_refused_by_the_name_of_its_field(field: str, broken: CorsRule) -> None:
    with pytest.raises(ValueError, match=rf'^{field} of rule 1 is not known \(variable "origin" has no value\)'):
        evaluate([rule(), broken], preflight())


def test_an_unknown_id_changes_no_answer_and_is_let_pass() -> None:
    assert evaluate([rule(id=UNKNOWN)], preflight()) == evaluate([rule()], preflight())


def test_no_rules_and_an_empty_list_of_rules_are_the_same() -> None:
    assert evaluate([], preflight()) == evaluate(None, preflight())


def test_cors_never_gives_an_actual_request_a_status() -> None:
    actual = CorsRequest("https://a.example", "GET", preflight=False)
    for rules in (None, [rule()], [rule(origins=("https://b.example",))]):
        answer = evaluate(rules, actual)
        assert (answer.status, answer.code, answer.message) == (None, None, None)
        assert error_document(actual, answer) == ()


def test_rules_are_not_looked_at_in_a_bucket_that_does_not_exist() -> None:
    answer = evaluate([rule()], preflight(), bucket_exists=False)
    assert (answer.status, answer.message, answer.considered) == (403, "CORSResponse: Bucket not found", ())


def test_an_actual_request_to_a_missing_bucket_gets_no_cors_header() -> None:
    actual = CorsRequest("https://a.example", "GET", preflight=False)
    assert evaluate([rule()], actual, bucket_exists=False).headers == ()


def test_an_actual_request_without_origin_tells_so_of_every_rule() -> None:
    actual = CorsRequest(None, "GET", preflight=False)
    assert reasons([rule(), rule()], actual) == ["the request has no Origin header"] * 2


def test_the_answering_rule_tells_by_which_entries_it_allows() -> None:
    rules = [rule(origins=("https://b.example", "https://*.example"), headers=("*",))]
    assert reasons(rules, preflight("https://a.example", "GET", "X-A")) == [
        "origin https://a.example allowed by https://*.example; method GET allowed; header x-a allowed"
    ]


def test_a_rule_tells_everything_that_stands_against_it() -> None:
    assert reasons([rule(headers=("x-a",))], preflight("https://b.example", "PUT", "x-b", "x-c")) == [
        "method PUT is not one of GET; origin https://b.example matches none of https://a.example; "
        "headers x-b, x-c are not allowed by this rule, which allows x-a"
    ]


def test_a_rule_behind_the_answering_one_is_told_to_be_shadowed() -> None:
    assert reasons([rule(), rule()], preflight())[1] == (
        "it would answer too, but an earlier rule does: the first match decides"
    )


def test_headers_spread_over_two_rules_are_told_not_to_add_up() -> None:
    spread = reasons(
        [rule(headers=("x-a",)), rule(headers=("x-b",))], preflight("https://a.example", "GET", "x-a", "x-b")
    )
    assert all(each.endswith("what several rules allow does not add up") for each in spread)


def test_a_header_that_no_rule_allows_is_not_said_to_add_up() -> None:
    assert reasons([rule(headers=("x-a",)), rule()], preflight("https://a.example", "GET", "x-c")) == [
        "header x-c is not allowed by this rule, which allows x-a",
        "header x-c is not allowed by this rule, which has no AllowedHeaders",
    ]


@pytest.mark.parametrize(
    ("pattern", "hint"),
    [
        ("https://A.example", "(letter case counts)"),
        ("https://a.example/", "(a trailing slash counts)"),
        ("https://a.example:443", "(a written-out port counts)"),
    ],
)
def test_an_origin_that_nearly_matches_gets_a_hint(pattern: str, hint: str) -> None:
    assert reasons([rule(origins=(pattern,))], preflight())[0].endswith(hint)


def test_a_missing_head_beside_get_gets_a_hint() -> None:
    assert "GET does not imply HEAD" in reasons([rule()], preflight(method="HEAD"))[0]


def test_long_lists_are_cut_in_a_reason() -> None:
    origins = tuple(f"https://{number}.example" for number in range(50))
    assert reasons([rule(origins=origins)], preflight())[0].endswith("https://4.example and 45 more")


@pytest.mark.parametrize("hostile", ["\x1b[31m", "a\nb", "\u202e", "", "a b"])
def test_text_that_could_mislead_a_reader_is_escaped(hostile: str) -> None:
    assert shown(hostile).isprintable()
    assert shown(hostile).startswith('"')


def test_very_long_text_is_cut_in_a_reason() -> None:
    assert len(shown("x" * 100_000)) < 200


def test_an_overlap_before_the_answering_rule_is_an_open_question() -> None:
    rules = [rule(origins=("https://a*a",)), rule(origins=("https://*",))]
    answer = evaluate(rules, preflight("https://a"))
    assert (answer.rule, answer.open_questions) == (1, ("wildcard-overlap",))


def test_an_overlap_behind_the_answering_rule_is_no_question() -> None:
    rules = [rule(origins=("https://*",)), rule(origins=("https://a*a",))]
    assert evaluate(rules, preflight("https://a")).open_questions == ()


def test_an_overlap_in_an_allowed_header_is_an_open_question() -> None:
    answer = evaluate([rule(headers=("x*x",))], preflight("https://a.example", "GET", "x"))
    assert (answer.allowed, answer.open_questions) == (False, ("wildcard-overlap",))


def test_an_overlapping_entry_beside_a_star_is_both_questions() -> None:
    answer = evaluate([rule(origins=("*", "https://a*a"))], preflight("https://a"))
    assert answer.open_questions == ("star-beside-origin", "wildcard-overlap")


def test_a_refused_request_hangs_on_no_question_of_the_answer() -> None:
    answer = evaluate([rule(max_age_seconds=0)], preflight("https://b.example"))
    assert answer.open_questions == ()


def test_a_bad_method_asked_of_a_missing_bucket_is_an_open_question() -> None:
    answer = evaluate([rule()], preflight(method="PATCH"), bucket_exists=False)
    assert (answer.status, answer.open_questions) == (400, ("bad-method-without-cors",))


def test_an_empty_origin_of_an_actual_request_is_a_question_only_where_a_rule_answers() -> None:
    actual = CorsRequest("", "GET", preflight=False)
    assert evaluate([rule(origins=("*",))], actual).open_questions == ("empty-origin",)
    assert evaluate([rule()], actual).open_questions == ()


def test_an_exposed_header_listed_twice_is_an_open_question() -> None:
    assert evaluate([rule(expose_headers=("ETag", "ETag"))], preflight()).open_questions == ("repeated-values",)
