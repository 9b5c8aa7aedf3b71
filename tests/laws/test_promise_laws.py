"""Promises: what the prover says of them is so, whatever the rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from drift.cors.model import METHODS, BucketCors, CorsRequest, CorsRule
from drift.cors.promised import Held, decide
from drift.cors.promised_statement import METHODS as IN_ORDER
from drift.cors.promised_statement import Sense, Statement
from drift.errors import UsageError
from drift.promise_text import parse
from tests.law_numbers import tries
from tests.laws import promise_brute_force as brute
from tests.laws.prove_brute_force import strings
from tests.laws.test_prove_brute_force import EXPOSED, HEADERS, ORIGINS
from tests.laws.test_prove_unknowns import Veil

NAMED = [
    "https://a",
    "https://b.a",
    "https://*.a",
    "https://*",
    "null",
    "*a",
    "http*",
    "https://a:8443",
    "h*",
    "*.a",
    "https://a*a",
]
ASKED = ["x-a", "x-b", "x-*", "q", "*-a", "content-type", "*b"]
READ = ["ETag", "x-a", "Content-Type"]


def some(values: list[str], least: int, most: int) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(values), min_size=least, max_size=most, unique=True).map(tuple)


rules_ = st.builds(
    CorsRule,
    allowed_methods=some(["GET", "PUT", "POST"], 1, 2),
    allowed_origins=some(ORIGINS, 1, 3),
    allowed_headers=some(HEADERS, 0, 3),
    expose_headers=some(EXPOSED, 0, 2),
)
rule_lists = st.lists(rules_, max_size=3).map(tuple)
methods = some(["GET", "PUT", "POST"], 1, 2).map(lambda found: tuple(each for each in IN_ORDER if each in found))
headers = st.one_of(st.just(("*",)), some(ASKED, 0, 3))


@st.composite
def statements(draw: st.DrawFn) -> Statement:
    sense = draw(st.sampled_from(list(Sense)))
    if sense is Sense.MAY:
        origins = draw(st.one_of(st.just(("*",)), some(NAMED, 1, 3)))
        credentials, exposed = draw(st.booleans()), draw(some(READ, 0, 2))
        return Statement(sense, origins, draw(methods), draw(headers), credentials, exposed)
    origins = draw(some(NAMED, 1 if sense is Sense.MAY_NOT else 0, 3))
    what = draw(st.sampled_from(["", "headers", "credentials", "exposed"]))
    return Statement(
        sense,
        origins,
        draw(st.one_of(methods, st.just(IN_ORDER))),
        (draw(headers) or ("q",)) if what == "headers" else (),
        what == "credentials",
        draw(some(READ, 1, 2)) if what == "exposed" else (),
    )


@st.composite
def near(draw: st.DrawFn) -> tuple[tuple[CorsRule, ...], Statement]:
    """Rules and a statement; often one that says what a rule says, so that much of it is kept."""
    rules, statement, from_rule = draw(st.tuples(rule_lists, statements(), st.booleans()))
    if rules and from_rule:
        rule = draw(st.sampled_from(rules))
        lists = [tuple(strings(each)) for each in (rule.allowed_origins, rule.allowed_headers)]
        asked_for = tuple(dict.fromkeys(each.lower() for each in lists[1])) if statement.headers else ()
        named = tuple(each for each in IN_ORDER if each in strings(rule.allowed_methods))
        statement = replace(statement, origins=lists[0], methods=named, headers=asked_for)
    return rules, statement


def cors(rules: Sequence[CorsRule], *, ordered: bool = True) -> BucketCors | None:
    return BucketCors(tuple(rules), ordered) if rules else None


def asked(request: CorsRequest | None) -> brute.Asked:
    assert request is not None
    assert request.origin is not None
    assert request.method is not None
    return request.origin, request.method, request.headers


@settings(max_examples=tries(2.5))
@given(near(), st.booleans())
def test_what_is_broken_is_broken_by_its_request_and_what_is_kept_is_broken_by_none(
    both: tuple[tuple[CorsRule, ...], Statement], ordered: bool
) -> None:
    rules, statement = both
    found = decide(cors(rules, ordered=ordered), statement)
    if found.held is Held.BROKEN:
        each_order = brute.orders(rules, ordered=ordered)
        assert any(brute.breaks(each, statement, asked(found.request)) for each in each_order)
        assert found.answer is not None
    elif found.held is Held.KEPT:
        assert brute.search(rules, statement, ordered=ordered) is None
    else:
        assert found.question is not None  # nothing is unknown but of S3


@settings(max_examples=tries(1.2))
@given(near(), rules_, st.integers(0, 3))
def test_a_rule_more_takes_nothing_away_from_what_is_allowed(
    both: tuple[tuple[CorsRule, ...], Statement], another: CorsRule, place: int
) -> None:
    rules, statement = both
    of_answers = statement.credentials or statement.exposed
    assume(not of_answers)
    more = (*rules[:place], another, *rules[place:])
    before, after = (decide(cors(each), statement).held for each in (rules, more))
    if statement.forbids:
        before, after = after, before
    if before is Held.KEPT:
        assert after is Held.KEPT
    if after is Held.BROKEN:
        assert before is Held.BROKEN


@settings(max_examples=tries(1))
@given(st.lists(rules_, min_size=1, max_size=3).map(tuple), statements(), st.integers(0, 1 << 30))
def test_what_is_said_under_unknown_values_holds_for_every_value_put_in_their_place(
    rules: tuple[CorsRule, ...], statement: Statement, seed: int
) -> None:
    veil = Veil(seed)
    hidden = veil.hide(rules, 2)
    found = decide(cors(hidden), statement)
    for _ in range(4):
        guess = tuple(veil.complete(each) for each in hidden)
        completed = decide(cors(guess), statement)
        if found.held is Held.KEPT:
            assert completed.held is Held.KEPT
        elif found.held is Held.BROKEN:
            assert completed.held is not Held.KEPT
            assert completed.question or brute.breaks(guess, statement, asked(found.request))


@settings(max_examples=tries(1.2))
@given(rule_lists.filter(bool), statements())
def test_a_list_without_order_keeps_a_promise_only_if_every_order_of_it_does(
    rules: tuple[CorsRule, ...], statement: Statement
) -> None:
    found = decide(cors(rules, ordered=False), statement).held
    every = {decide(cors(each), statement).held for each in brute.orders(rules, ordered=False)}
    if found is Held.KEPT:
        assert every == {Held.KEPT}
    if every == {Held.KEPT} or Held.BROKEN in every:
        assert found is not (Held.BROKEN if every == {Held.KEPT} else Held.KEPT)


@given(rule_lists, statements().filter(lambda each: each.sense is Sense.MAY))
def test_no_origin_of_a_statement_that_allows_is_forbidden_by_its_opposite(
    rules: tuple[CorsRule, ...], statement: Statement
) -> None:
    statement = replace(statement, credentials=False, exposed=())
    opposite = replace(statement, sense=Sense.MAY_NOT, headers=())
    if decide(cors(rules), statement).held is Held.KEPT:
        assert decide(cors(rules), opposite).held is Held.BROKEN


@given(statements(), some(["assets-*", "b", "x?[ab]"], 0, 2))
def test_the_canonical_sentence_of_a_statement_is_that_statement(
    statement: Statement, buckets: tuple[str, ...]
) -> None:
    named = replace(statement, buckets=buckets)
    assert parse(str(named)) == named
    assert parse(f"{named}.") == named


@given(st.text(max_size=60) | st.lists(st.sampled_from(
    ["nobody", "but", "any", "origin", "may", "not", "PUT", "read", "with", "x-*", ",", "and", "on", "bucket", "gets",
     "credentials", "https://a.b", "header", "*", "no"]), max_size=9).map(" ".join))  # fmt: skip
def test_whatever_is_written_is_a_statement_or_a_usage_error(text: str) -> None:
    try:
        found = parse(text)
    except UsageError:
        return
    assert parse(str(found)) == found


def test_methods_are_those_of_s3() -> None:
    assert set(IN_ORDER) == set(METHODS)
