"""Every recorded, tested or derived fact in ``vectors/`` holds of ``evaluate`` and ``validate``.

Tiers of evidence: A recorded from S3, A' an S3 answer quoted in public, B a test that was also run against S3,
C documented, D follows from the rules, U open.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from drift.cors.evaluate import error_document, evaluate, request_from_http
from drift.cors.model import CorsAnswer, CorsRequest, CorsRule
from drift.cors.open_questions import OPEN_QUESTIONS
from drift.cors.validate import Violation, validate

Case = Mapping[str, Any]

VECTORS = Path(__file__).parent / "vectors"
SEEN = ("origins", "methods", "headers", "order", "responses", "refusals")
"""Themes with evidence of tiers A and B."""


def cases(*themes: str) -> list[Any]:
    return [
        pytest.param(case, id=f"{theme}: {case['says']}")
        for theme in themes
        for case in json.loads((VECTORS / f"{theme}.json").read_text(encoding="utf-8"))["cases"]
    ]


def rule(fields: Case) -> CorsRule:
    return CorsRule(
        allowed_methods=tuple(fields.get("AllowedMethods", ())),
        allowed_origins=tuple(fields.get("AllowedOrigins", ())),
        allowed_headers=tuple(fields.get("AllowedHeaders", ())),
        expose_headers=tuple(fields.get("ExposeHeaders", ())),
        max_age_seconds=fields.get("MaxAgeSeconds"),
        id=fields.get("ID"),
    )


def asked(case: Case) -> tuple[CorsRequest, CorsAnswer]:
    http = case["request"]
    request = request_from_http(
        http["method"],
        origin=http.get("Origin"),
        requested_method=http.get("Access-Control-Request-Method"),
        requested_headers=http.get("Access-Control-Request-Headers"),
        target="bucket" if http["path"].count("/") == 1 else "object",
    )
    rules = [rule(each) for each in case["rules"]] or None
    return request, evaluate(rules, request, bucket_exists=case.get("bucket") != "missing")


def assert_answer(case: Case, want: Case) -> None:
    request, answer = asked(case)
    assert answer.rule == want["rule"]
    assert answer.allowed is (want["rule"] is not None)
    assert answer.headers == tuple(want["headers"].items())
    assert answer.status == want.get("status")
    assert dict(error_document(request, answer)) == want.get("error", {})


@pytest.mark.parametrize("case", cases(*SEEN))
def test_s3_answers_as_it_was_seen_to(case: Case) -> None:
    assert_answer(case, case["answer"])


@pytest.mark.parametrize("case", cases(*SEEN))
def test_no_open_question_hangs_on_an_answer_that_was_seen(case: Case) -> None:
    assert asked(case)[1].open_questions == ()


@pytest.mark.parametrize("case", cases("derived"))
def test_s3_answers_as_its_rules_imply(case: Case) -> None:
    assert_answer(case, case["answer"])


@pytest.mark.parametrize("case", cases("open"))
def test_an_answer_that_hangs_on_an_open_question_names_it(case: Case) -> None:
    answer = asked(case)[1]
    assert list(answer.open_questions) == case["open_questions"]
    assert set(answer.open_questions) <= set(OPEN_QUESTIONS)


@pytest.mark.parametrize("case", cases("open"))
def test_the_reading_taken_in_an_open_question_is_the_documented_default(case: Case) -> None:
    assert_answer(case, case["answer"])


def test_every_open_question_has_a_vector_and_a_sentence() -> None:
    asked_of = {question for case in cases("open") for question in case.values[0]["open_questions"]}
    assert asked_of == set(OPEN_QUESTIONS)
    assert all(sentence.endswith(".") for sentence in OPEN_QUESTIONS.values())


@pytest.mark.parametrize("case", cases("open"))
def test_the_other_reading_of_an_open_question_is_another_answer(case: Case) -> None:
    assert case.get("or") != case["answer"]


@pytest.mark.parametrize("case", cases("puts"))
def test_put_bucket_cors_refuses_and_accepts_as_it_was_seen_to(case: Case) -> None:
    refusals = [each for each in validate([rule(each) for each in case["rules"]]) if each.certain]
    if case["refused"] is None:
        assert refusals == []
    else:
        assert told(refusals[0]) == case["refused"]


@pytest.mark.parametrize("case", cases("doubts"))
def test_what_s3_may_refuse_is_told_as_a_doubt(case: Case) -> None:
    [doubt] = validate([rule(each) for each in case["rules"]])
    assert not doubt.certain
    assert doubt.code is None
    assert {"rule": doubt.rule, "field": doubt.field, "value": doubt.value} == case["doubt"]


def told(violation: Violation) -> Case:
    return {name: getattr(violation, name) for name in ("code", "message", "rule", "field", "value")}


def test_no_vector_has_been_lost() -> None:
    tiers = Counter(case.values[0]["evidence"]["tier"] for case in cases(*SEEN))
    assert tiers == {"A": 33, "B": 22}


def test_no_two_vectors_are_the_same() -> None:
    every = [case.values[0] for case in cases(*SEEN, "derived", "open")]
    facts = [json.dumps([case["rules"], case["request"], case.get("bucket")], sort_keys=True) for case in every]
    says = [case["says"] for case in every]
    assert len(set(says)) == len(says)
    assert [fact for fact, times in Counter(facts).items() if times > 1] == []
