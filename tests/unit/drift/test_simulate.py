"""One request to a snapshot: answers only where nothing unknown could change them, and words on what they hang on."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from drift.cors.evaluate import evaluate, request_from_http
from drift.cors.model import CorsAnswer, CorsRequest, CorsRule, TextList, Unknown
from drift.cors.open_questions import STAR_BESIDE_ORIGIN, WILDCARD_OVERLAP
from drift.cors.partial import Undecided, evaluate_known
from drift.location import Diagnostic, Location, Severity
from drift.simulate import AnswerState, Asked, BucketAnswer, answer_all
from drift.snapshot import RulePlace, Snapshot, State
from tests.law_numbers import tries
from tests.rules import bucket, place, rule, snapshot

GET = Asked("https://a.example", "GET")
WHY = "variable x has no value"


def unknown(prefix: str = "", suffix: str = "") -> Unknown:
    return Unknown(WHY, prefix, suffix)


def asked(method: str = "GET", *headers: str, **more: Any) -> Asked:
    return Asked("https://a.example", method, headers, **more)


def answer_of(*rules: CorsRule, asked: Asked = GET, **more: Any) -> BucketAnswer:
    (found,) = answer_all(snapshot(bucket("b", *rules, **more)), asked).buckets
    return found


def vectors() -> list[Any]:
    """Every answer that was recorded from S3 (tier A), tested against it (B), or follows from its rules (D)."""
    folder = Path(__file__).parents[1] / "cors" / "vectors"
    themes = ("origins", "methods", "headers", "order", "responses", "refusals", "derived")
    return [
        pytest.param(case, id=case["says"])
        for theme in themes
        for case in json.loads((folder / f"{theme}.json").read_text(encoding="utf-8"))["cases"]
        if case.get("bucket") != "missing"  # a bucket that is not there is told as missing, with no answer
    ]


def rules_of(case: Mapping[str, Any]) -> list[CorsRule]:
    return [
        CorsRule(
            tuple(each.get("AllowedMethods", ())),
            tuple(each.get("AllowedOrigins", ())),
            tuple(each.get("AllowedHeaders", ())),
            tuple(each.get("ExposeHeaders", ())),
            each.get("MaxAgeSeconds"),
        )
        for each in case["rules"]
    ]


def http_of(case: Mapping[str, Any]) -> tuple[str, str | None, str | None, str | None]:
    named = ("Origin", "Access-Control-Request-Method", "Access-Control-Request-Headers")
    origin, method, names = (case["request"].get(name) for name in named)
    return case["request"]["method"], origin, method, names


def can_be_asked(case: Mapping[str, Any]) -> bool:
    """Whether the command line has the request: with an origin and, in a preflight alone, the other two headers."""
    http, origin, method, names = http_of(case)
    return origin is not None and (method is not None if http == "OPTIONS" else method is names is None)


class TestVectors:
    @pytest.mark.parametrize("case", [each for each in vectors() if can_be_asked(each.values[0])])
    def test_s3s_own_answers_to_what_the_command_line_can_ask(self, case: Mapping[str, Any]) -> None:
        http, origin, method, names = http_of(case)
        preflight = http == "OPTIONS"
        question = Asked(origin or "", (method if preflight else http) or "", (names,) if names else (), preflight)
        found = answer_of(*rules_of(case), asked=question)
        assert found.answer is not None
        self.check(found.answer, case["answer"])

    @pytest.mark.parametrize("case", [each for each in vectors() if not can_be_asked(each.values[0])])
    def test_s3s_own_answers_to_all_else(self, case: Mapping[str, Any]) -> None:
        http, origin, method, names = http_of(case)
        request = request_from_http(http, origin=origin, requested_method=method, requested_headers=names)
        found = evaluate_known(rules_of(case), request)
        assert isinstance(found, CorsAnswer)
        self.check(found, case["answer"])

    @staticmethod
    def check(answer: CorsAnswer, want: Mapping[str, Any]) -> None:
        assert answer.rule == want["rule"]
        assert answer.headers == tuple(want["headers"].items())
        assert answer.status == want.get("status")

    def test_none_has_been_lost(self) -> None:
        tiers = [case.values[0]["evidence"]["tier"] for case in vectors()]
        assert (tiers.count("A"), tiers.count("B")) == (31, 22)


class TestStates:
    @pytest.mark.parametrize(
        ("state", "word"),
        [
            (State.DENIED, AnswerState.DENIED),
            (State.MISSING, AnswerState.MISSING),
            (State.THROTTLED, AnswerState.THROTTLED),
            (State.UNSUPPORTED, AnswerState.UNSUPPORTED),
            (State.ERROR, AnswerState.ERROR),
            (State.UNKNOWN, AnswerState.UNRESOLVED),
        ],
    )
    def test_a_bucket_that_was_not_read_has_no_answer(self, state: State, word: AnswerState) -> None:
        simulation = answer_all(snapshot(bucket("b", state=state, reason="S3 says no")), GET)
        (found,) = simulation.buckets
        assert (found.state, found.answer, found.reason) == (word, None, "S3 says no")
        assert simulation.exit_code == 3

    def test_a_bucket_without_rules_is_answered(self) -> None:
        found = answer_of()
        assert found.answer is not None
        assert (found.answer.status, found.answer.allowed) == (403, False)
        assert found.answer.message == "CORSResponse: CORS is not enabled for this bucket."

    @pytest.mark.parametrize(
        ("buckets", "failed", "code"),
        [
            (["allowed"], False, 0),
            (["refused"], False, 0),
            (["allowed", "denied"], False, 3),
            ([], False, 4),
            (["allowed", "denied"], True, 2),
            ([], True, 2),
        ],
    )
    def test_the_exit_code(self, buckets: list[str], failed: bool, code: int) -> None:
        made = {
            "allowed": bucket("a", rule()),
            "refused": bucket("r", rule("PUT")),
            "denied": bucket("d", state=State.DENIED, reason="no"),
        }
        faults = (Diagnostic(Severity.ERROR, "broken", "it is broken"),) if failed else ()
        found = Snapshot("test", tuple(made[each] for each in buckets), faults)
        assert answer_all(found, GET).exit_code == code

    def test_more_rules_than_s3_keeps_are_not_answered_for(self) -> None:
        found = answer_of(*[rule()] * 101)
        assert (found.state, found.reason) == (
            AnswerState.UNRESOLVED,
            "S3 keeps at most 100 rules for a bucket and refuses these 101",
        )
        assert answer_of(*[rule()] * 100).state is AnswerState.ANSWERED

    def test_more_text_than_s3_takes_is_not_answered_for(self) -> None:
        found = answer_of(rule(origins="https://a.example " + "https://b.example " * 20_000))
        assert (found.state, found.reason) == (
            AnswerState.UNRESOLVED,
            "S3 takes 64 KB of rules for a bucket, and these have 340,020 characters",
        )

    def test_each_request_is_put_to_the_rules_once(self, monkeypatch: pytest.MonkeyPatch) -> None:
        put: list[CorsRequest] = []

        def counted(rules: Any, request: CorsRequest, **more: Any) -> Any:
            put.append(request)
            return evaluate_known(rules, request, **more)

        monkeypatch.setattr("drift.simulate.evaluate_known", counted)
        names = ("accept", "accept-language", "content-language", "content-type", "range")
        answer_of(rule(headers="*"), asked=asked("GET", *names, browser=True))
        assert len(put) == len(set(put)) == 32  # itself, and all mixtures but the one that asks nothing first


class TestSeveralDeclarations:
    def test_a_silent_one_gives_way(self) -> None:
        simulation = answer_all(snapshot(bucket("b"), bucket("b", rule())), GET)
        (found,) = simulation.buckets
        assert found.answer is not None
        assert (found.answer.allowed, found.notes) == (True, ())

    def test_one_that_says_none_does_not(self) -> None:
        (found,) = answer_all(snapshot(bucket("b", says_none=True), bucket("b", rule())), GET).buckets
        assert found.state is AnswerState.UNRESOLVED
        assert "several declarations claim this bucket" in (found.reason or "")

    def test_they_give_one_answer_where_they_agree_on_it(self) -> None:
        twice = (bucket("b", rule("GET PUT"), address="one"), bucket("b", rule("PUT GET"), address="two"))
        (found,) = answer_all(snapshot(*twice), GET).buckets
        assert found.state is AnswerState.ANSWERED
        assert [note.id for note in found.notes] == ["declared-more-than-once"]
        assert "one, two" in found.notes[0].message

    def test_buckets_without_a_known_name_stay_apart(self) -> None:
        nameless = [bucket(unknown(), rule()), bucket(unknown(), rule("PUT"))]
        assert len(answer_all(snapshot(*nameless), GET).buckets) == 2


class TestUnknownValues:
    def test_an_unknown_that_decides_is_named_with_its_place(self) -> None:
        where = RulePlace(place(3), (("AllowedOrigins", Location("main.tf", 5)),))
        found = answer_of(replace(rule(), allowed_origins=(unknown("https://", ".example"),)), places=(where,))
        assert (found.state, found.answer) == (AnswerState.UNRESOLVED, None)
        assert found.reason == (
            f"whether rule 1 answers hangs on its AllowedOrigins, which is not known (https://?.example: {WHY})"
        )
        assert str(found.location) == "main.tf:5"

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("allowed_methods", unknown()),
            ("allowed_origins", unknown()),
            ("allowed_origins", (unknown("https://"),)),
            ("allowed_headers", unknown()),
            ("allowed_headers", ("x-b", unknown("X-"))),
        ],
    )
    def test_a_rule_that_may_answer_is_not_answered_for(self, field: str, value: TextList) -> None:
        first = replace(rule("GET", headers="x-a"), **{field: value})  # type: ignore[arg-type]
        for rules in ([first], [first, rule(headers="*")]):
            found = answer_of(*rules, asked=asked("GET", "x-a"))
            assert found.state is AnswerState.UNRESOLVED
            assert "whether rule 1 answers" in (found.reason or "")

    @pytest.mark.parametrize(
        "passed_over",
        [
            replace(rule("PUT"), allowed_origins=unknown()),
            replace(rule(), allowed_methods=("PUT",), allowed_headers=unknown()),
            replace(rule(), allowed_origins=(unknown("http://"),)),
            replace(rule(), allowed_origins=(unknown("https://b*"),)),
            replace(rule(), allowed_origins=(unknown("", ".test"),)),
            replace(rule("PUT"), max_age_seconds=unknown()),
            replace(rule(), allowed_headers=(unknown("y-"),)),
        ],
    )
    def test_a_rule_whose_known_parts_refuse_is_passed_over(self, passed_over: CorsRule) -> None:
        found = answer_of(passed_over, rule(headers="x-*"), asked=asked("GET", "x-a"))
        assert found.answer is not None
        assert found.answer.rule == 1
        assert "what is not known of its " in found.answer.considered[0].because
        assert found.answer.considered[0].because.endswith(" cannot change that")

    @pytest.mark.parametrize(
        "sure",
        [
            replace(rule(), allowed_origins=("https://a.example", unknown("https://"))),
            replace(rule(headers="x-a"), allowed_headers=("x-a", unknown())),
            replace(rule(), id=unknown()),
            replace(rule(origins="*"), allowed_origins=("*", unknown("http://b"))),
        ],
    )
    def test_a_rule_that_answers_whatever_the_unknown_is_answers(self, sure: CorsRule) -> None:
        headers = ("x-a",) if sure.allowed_headers else ()
        found = answer_of(sure, asked=asked("GET", *headers))
        assert found.answer is not None
        assert found.answer.rule == 0

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("allowed_methods", ("GET", unknown())),
            ("allowed_origins", ("https://a.example", unknown())),
            ("expose_headers", unknown()),
            ("expose_headers", ("ETag", unknown("x-"))),
            ("max_age_seconds", unknown()),
        ],
    )
    def test_a_rule_of_whose_answer_something_is_not_known_is_not_answered_for(self, field: str, value: Any) -> None:
        found = answer_of(replace(rule(), **{field: value}))
        assert found.state is AnswerState.UNRESOLVED
        assert (found.reason or "").startswith("rule 1 answers, but with what hangs on its ")

    def test_what_stands_behind_the_answering_rule_does_not_matter(self) -> None:
        found = answer_of(rule(), CorsRule(unknown(), unknown(), unknown(), unknown(), unknown()))
        assert found.answer is not None
        assert found.answer.considered[1].because == "an earlier rule answers: the first match decides"

    def test_the_header_that_decides_is_told_and_not_another(self) -> None:
        first, second = Unknown("first", "x-a"), Unknown("second", "x-b")
        made = replace(rule(), allowed_headers=("x-a", first, second))
        found = evaluate_known([made], CorsRequest("https://a.example", "GET", ("x-a", "x-b")))
        assert isinstance(found, Undecided)
        assert found.unknown == second

    def test_a_request_that_is_refused_unsearched_hangs_on_nothing(self) -> None:
        found = answer_of(CorsRule(unknown(), unknown()), asked=asked("PATCH"))
        assert found.answer is not None
        assert found.answer.status == 400

    def test_the_browser_asks_more_and_may_have_no_answer_where_the_request_has_one(self) -> None:
        rules = (
            replace(rule("PUT"), expose_headers=unknown()),
            rule("GET PUT", headers="x-a"),
        )
        plain = asked("PUT", "x-a")
        assert answer_of(*rules, asked=plain).state is AnswerState.ANSWERED
        assert answer_of(*rules, asked=replace(plain, browser=True)).state is AnswerState.UNRESOLVED


class TestNotes:
    @staticmethod
    def ids(*rules: CorsRule, asked: Asked = GET, **more: Any) -> list[str]:
        return [note.id for note in answer_of(*rules, asked=asked, **more).notes]

    def test_another_order_of_a_set_that_answers_otherwise_is_told(self) -> None:
        rules = (rule(origins="*"), rule())
        assert self.ids(*rules, ordered=False) == ["order-matters"]
        assert self.ids(*rules) == []

    def test_another_order_that_answers_alike_is_not(self) -> None:
        assert self.ids(rule("GET PUT", expose="ETag x"), rule("PUT GET", expose="X etag"), ordered=False) == []
        assert self.ids(rule(), rule("PUT", "*"), ordered=False) == []

    def test_an_unknown_that_another_order_brings_forward_is_told(self) -> None:
        hidden = replace(rule(), allowed_origins=unknown())
        assert self.ids(rule(), hidden, ordered=False) == ["order-may-matter"]
        assert self.ids(rule(), hidden) == []

    def test_the_order_counts_for_the_browsers_requests_too(self) -> None:
        rules = (rule("PUT"), rule("PUT", "*"), rule("PUT", headers="x-a"))
        assert self.ids(*rules, asked=asked("PUT", "x-a"), ordered=False) == []
        assert self.ids(*rules, asked=asked("PUT", "x-a", browser=True), ordered=False) == ["order-matters"]

    def test_max_age_is_stored_as_zero_by_tools_that_write_zero(self) -> None:
        found = answer_of(rule(), writes_max_age_zero=True)
        assert found.answer is not None
        assert dict(found.answer.headers)["Access-Control-Max-Age"] == "0"
        assert found.answer.open_questions == ("max-age-zero-sent",)
        assert [note.id for note in found.notes] == ["max-age-zero"]
        assert self.ids(rule(max_age_seconds=0), writes_max_age_zero=True) == []
        assert self.ids(rule()) == []

    def test_rules_that_s3_refuses_are_told(self) -> None:
        assert self.ids(rule("GET PATCH")) == ["refused-by-s3"]

    def test_a_method_that_a_browser_writes_otherwise_is_told(self) -> None:
        assert self.ids(rule(), asked=asked("get")) == ["method-case"]
        assert self.ids(rule(), asked=asked("patch")) == []


# The law: an answer in spite of unknown values is the answer for every value that they may take. Cases are made from a
# seed: drawing them piece by piece costs more than all the rest.

ORIGINS = ["https://a.x", "https://a.x", "https://b.x", "http://a.x", "null", "https://a.b.x", "a", ""]
PATTERNS = [*ORIGINS, "*", "https://*", "https://*.x", "*.x", "https://a*x", "h*x", "https://a.x*x"]
NAMES = ["x-a", "x-b", "X-A", "x-"]
NAME_PATTERNS = [*NAMES, "*", "*", "x-*", "X-*", "*-a", "x*x-a"]


def hole(random: Random, text: str, texts: list[str]) -> tuple[Unknown, str]:
    """The text with a part left out, and a value that it may then take."""
    head = random.randint(0, len(text))
    tail = random.randint(head, len(text))
    noise = "".join(random.choice("ab.x*:/") for _ in range(random.randint(0, 4)))
    middle = random.choice([text[head:tail], noise, random.choice(texts)])
    return unknown(text[:head], text[tail:]), text[:head] + middle + text[tail:]


def some(random: Random, texts: list[str], holes: float) -> tuple[TextList, TextList]:
    """A list with values left out, and the same with values that the unknown ones may take."""
    full = [random.choice(texts) for _ in range(random.randint(0, 3))]
    if random.random() < holes / 3:
        return unknown(), tuple(full)
    known: list[str | Unknown] = list(full)
    for index, text in enumerate(full):
        if random.random() < holes:
            known[index], full[index] = hole(random, text, texts)
    return tuple(known), tuple(full)


def rule_with_holes(random: Random) -> tuple[CorsRule, CorsRule]:
    holes = random.choice([0.0, 0.2, 0.6])
    methods = some(random, ["GET", "GET", "PUT"], holes / 4)
    origins = some(random, PATTERNS, holes)
    headers = some(random, NAME_PATTERNS, holes)
    exposed = some(random, ["ETag", "x-a"], holes / 4)
    age = random.choice([None, 0, 5])
    ages = (unknown() if random.random() < holes / 4 else age, age)
    known, full = (CorsRule(methods[side], origins[side], headers[side], exposed[side], ages[side]) for side in (0, 1))
    return known, full


def made_from(seed: int) -> tuple[list[CorsRule], list[CorsRule], CorsRequest]:
    """Rules with unknown values, the same rules with values for them, and a request."""
    random = Random(seed)
    made = [rule_with_holes(random) for _ in range(random.randint(1, 4))]
    names = tuple(random.choice(NAMES) for _ in range(random.choice([0, 0, 1, 2])))
    request = CorsRequest(random.choice(ORIGINS), random.choice(["GET", "GET", "PUT"]), names, random.random() < 0.8)
    return [known for known, _ in made], [full for _, full in made], request


seeds = st.integers(0, 2**64)


@settings(max_examples=tries(20), deadline=None)
@given(seeds)
def test_an_answer_in_spite_of_unknowns_is_that_of_every_value(seed: int) -> None:
    known, full, request = made_from(seed)
    found = evaluate_known(known, request)
    if isinstance(found, Undecided):
        event("undecided")
        return
    event(f"{'allowed' if found.allowed else 'refused'}, {'unknowns' if known != full else 'all known'}")
    truth = evaluate(full, request)
    assert replace(truth, considered=(), open_questions=()) == replace(found, considered=(), open_questions=())
    assert [each.answers for each in truth.considered] == [each.answers for each in found.considered]
    told = set(found.open_questions)
    assert set(truth.open_questions) <= told | ({WILDCARD_OVERLAP} if STAR_BESIDE_ORIGIN in told else set())


@settings(max_examples=tries(3), deadline=None)
@given(seeds)
def test_rules_that_are_all_known_have_the_plain_answer(seed: int) -> None:
    _, full, request = made_from(seed)
    assert evaluate_known(full, request) == evaluate(full, request)
    assert evaluate_known(full, request, explain=False) == replace(evaluate(full, request), considered=())


@settings(max_examples=tries(5), deadline=None)
@given(seeds)
def test_where_there_is_no_answer_an_unknown_of_the_rule_is_named(seed: int) -> None:
    known, _, request = made_from(seed)
    found = evaluate_known(known, request)
    if isinstance(found, Undecided):
        assert (found.field, found.unknown) in set(known[found.rule].unknowns())


@pytest.mark.parametrize(
    ("known", "origin", "values"),
    [
        (unknown("https://", ".x"), "https://a.x", ("https://a.x", "https://b.x")),
        (unknown("https://*", "x"), "https://a.x", ("https://*x", "https://*bx")),
        (unknown("", "*x"), "https://a.x", ("*x", "b*x")),
        (unknown(), "https://a.x", ("*", "")),
    ],
)
def test_an_undecided_origin_does_decide(known: Unknown, origin: str, values: tuple[str, str]) -> None:
    request = CorsRequest(origin, "GET")
    assert isinstance(evaluate_known([CorsRule(("GET",), (known,))], request), Undecided)
    yes, no = (evaluate([CorsRule(("GET",), (value,))], request).allowed for value in values)
    assert (yes, no) == (True, False)
    assert all(known.may_be(value) for value in values)


def test_the_request_is_as_the_command_line_gives_it() -> None:
    made = asked("PUT", "X-A, x-b", "x-c")
    assert made.request == CorsRequest("https://a.example", "PUT", ("X-A", "x-b", "x-c"))
    assert made.page.headers == ("X-A", "x-b", "x-c")
    assert replace(made, preflight=False).request == request_from_http("PUT", origin="https://a.example")
