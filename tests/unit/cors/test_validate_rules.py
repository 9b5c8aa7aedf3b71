"""What ``validate`` says beyond the vectors: limits, unknowns, order, and the size of the document."""

from __future__ import annotations

import pytest

from drift.cors.model import CorsRule, Unknown
from drift.cors.validate import MAX_DOCUMENT_BYTES, Violation, document_size, validate

UNKNOWN = Unknown("not resolved")
PLAIN = CorsRule(("GET",), ("https://a.example",))


def certain(rules: list[CorsRule]) -> list[Violation]:
    return [each for each in validate(rules) if each.certain]


def numbered(count: int) -> list[CorsRule]:
    return [CorsRule(("GET",), (f"https://{number}.example",)) for number in range(count)]


def test_a_hundred_rules_are_accepted() -> None:
    assert validate(numbered(100)) == ()


def test_a_hundred_and_one_rules_are_refused() -> None:
    [refusal] = validate(numbered(101))
    assert (refusal.code, refusal.rule, refusal.value) == ("InvalidRequest", None, "101")
    assert refusal.message == "The number of CORS rules should not exceed allowed limit of 100 rules."


@pytest.mark.parametrize(("length", "doubts"), [(255, 0), (256, 1)])
def test_an_id_may_have_255_characters(length: int, doubts: int) -> None:
    found = validate([CorsRule(("GET",), ("*",), id="i" * length)])
    assert [(each.field, each.certain) for each in found] == [("ID", False)] * doubts


@pytest.mark.parametrize(("age", "doubts"), [(0, 0), (2**31 - 1, 0), (2**31, 1), (-1, 1)])
def test_a_max_age_is_a_number_of_31_bits(age: int, doubts: int) -> None:
    assert len(validate([CorsRule(("GET",), ("*",), max_age_seconds=age)])) == doubts


def test_a_document_over_64_kilobytes_is_a_doubt() -> None:
    base = document_size([CorsRule(("GET",), ("",))]) - len("<AllowedOrigin />")
    room = MAX_DOCUMENT_BYTES - base - len("<AllowedOrigin></AllowedOrigin>")
    assert validate([CorsRule(("GET",), ("x" * room,))]) == ()
    [doubt] = validate([CorsRule(("GET",), ("x" * (room + 1),))])
    assert (doubt.certain, doubt.rule, doubt.value) == (False, None, str(MAX_DOCUMENT_BYTES + 1))


def test_unknown_lists_are_no_violation() -> None:
    assert validate([CorsRule(UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN)]) == ()


def test_equal_unknowns_are_neither_repeated_values_nor_repeated_rules() -> None:
    unknown = CorsRule((UNKNOWN, UNKNOWN), (UNKNOWN, UNKNOWN), id=UNKNOWN)
    assert validate([unknown, unknown]) == ()


def test_what_is_known_beside_an_unknown_is_judged() -> None:
    [refusal] = validate([CorsRule(("GET", UNKNOWN, "LINK"), UNKNOWN)])
    assert (refusal.field, refusal.value) == ("AllowedMethods", "LINK")


def test_violations_come_rule_by_rule() -> None:
    rules = [
        CorsRule(("GET",), ("https://a",), id="same"),
        CorsRule(("GET",), ("https://b",), id="same"),
        CorsRule(("LINK",), ("https://c",)),
        CorsRule(("GET",), ()),
    ]
    assert [(each.rule, each.certain) for each in validate(rules)] == [(1, False), (2, True), (3, True)]


def test_all_violations_are_told_not_the_first_alone() -> None:
    broken = CorsRule(("LINK", "get"), ("**",), ("a*b*",), ("x*", "a b"))
    assert [each.value for each in certain([broken])] == ["LINK", "get", "**", "a*b*", "x*", "a b"]


def test_too_many_rules_are_told_before_a_bad_rule() -> None:
    rules = [CorsRule(("LINK",), ("*",)), *numbered(100)]
    assert [each.rule for each in certain(rules)] == [None, 0]


@pytest.mark.parametrize("header", ["x:y", "x/y", "x(y)", "caf\u00e9", " ETag"])
def test_an_exposed_name_that_is_no_token_is_refused(header: str) -> None:
    [refusal] = validate([CorsRule(("GET",), ("*",), expose_headers=(header,))])
    assert refusal.certain
    assert refusal.message == f'AllowedHeader "{header}" contains invalid character.'


def test_the_same_header_in_another_letter_case_is_not_called_repeated() -> None:
    assert validate([CorsRule(("GET",), ("*",), ("ETag", "etag"))]) == ()


def test_a_lone_surrogate_is_a_doubt_and_not_a_crash() -> None:
    [doubt] = validate([CorsRule(("GET",), ("https://\ud800",))])
    assert not doubt.certain


@pytest.mark.parametrize(
    "rules",
    [
        [PLAIN],
        [CorsRule(("GET", "PUT"), ("*", "a<&>\"'\u00e9\U0001f600"), ("x-*", ""), ("ETag",), 3000, "an & id")],
        [CorsRule((), ()), PLAIN],
    ],
)
def test_the_size_is_that_of_the_document_that_an_sdk_sends(rules: list[CorsRule]) -> None:
    assert document_size(rules) == len(sent_by_botocore(rules))


def sent_by_botocore(rules: list[CorsRule]) -> bytes:
    import botocore.session
    from botocore.serialize import create_serializer

    given = [
        {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in rule.by_api_name()
            if value is not None
        }
        for rule in rules
    ]
    operation = botocore.session.get_session().get_service_model("s3").operation_model("PutBucketCors")
    serializer = create_serializer("rest-xml", include_validation=False)
    request = serializer.serialize_to_request({"Bucket": "b", "CORSConfiguration": {"CORSRules": given}}, operation)
    body = request["body"]
    assert isinstance(body, bytes)
    return body


def test_two_empty_ids_are_not_called_the_same() -> None:
    rules = [CorsRule((method,), ("*",), id="") for method in ("GET", "PUT")]
    assert [each.message for each in validate(rules)] == ["the ID is empty; S3 may take it as none"] * 2
