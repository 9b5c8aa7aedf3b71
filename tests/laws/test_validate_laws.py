"""What S3 accepts is never refused here, and every fault that it refuses is found wherever it stands."""

from __future__ import annotations

import string
from collections.abc import Callable
from dataclasses import fields, replace

from hypothesis import given, settings
from hypothesis import strategies as st

from drift.cors.model import METHODS, CorsRule, Unknown
from drift.cors.validate import Violation, validate
from tests.law_numbers import tries

law = settings(max_examples=tries(0.6), deadline=None)

LETTERS = string.ascii_letters + string.digits
TOKEN = LETTERS + "!#$%&'+-.^_`|~"
TEXT = st.characters(min_codepoint=32, exclude_categories=("Cs", "Cn", "Cc"), exclude_characters="*")


def with_one_star(alphabet: str | st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    ends = st.text(alphabet, max_size=6)
    return st.builds(lambda before, star, after: before + star + after, ends, st.sampled_from(["", "*"]), ends)


def listed(values: st.SearchStrategy[str], least: int = 0) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(values, min_size=least, max_size=4, unique=True).map(tuple)


legal_rules = st.builds(
    CorsRule,
    allowed_methods=listed(st.sampled_from(METHODS), 1),
    allowed_origins=listed(with_one_star(TEXT), 1),
    allowed_headers=listed(with_one_star(TOKEN).filter(bool)),
    expose_headers=listed(st.text(LETTERS + "-", min_size=1, max_size=8)),
    max_age_seconds=st.none() | st.integers(0, 2**31 - 1),
    id=st.none() | st.text(TEXT, min_size=1, max_size=255),
)
legal_lists = st.lists(legal_rules, min_size=1, max_size=5, unique_by=(lambda rule: rule, lambda rule: rule.id or rule))

Fault = tuple[str, Callable[[CorsRule], CorsRule]]
FAULTS: list[Fault] = [
    ("AllowedMethods", lambda rule: replace(rule, allowed_methods=())),
    ("AllowedOrigins", lambda rule: replace(rule, allowed_origins=())),
    ("AllowedMethods", lambda rule: replace(rule, allowed_methods=("GET", "get"))),
    ("AllowedMethods", lambda rule: replace(rule, allowed_methods=("OPTIONS",))),
    ("AllowedMethods", lambda rule: replace(rule, allowed_methods=("",))),
    ("AllowedMethods", lambda rule: replace(rule, allowed_methods=("GET ", "PUT"))),
    ("AllowedOrigins", lambda rule: replace(rule, allowed_origins=("https://a", "http*://*"))),
    ("AllowedOrigins", lambda rule: replace(rule, allowed_origins=("**",))),
    ("AllowedHeaders", lambda rule: replace(rule, allowed_headers=("x-a", "*-amz-*"))),
    ("ExposeHeaders", lambda rule: replace(rule, expose_headers=("ETag", "x-*"))),
    ("ExposeHeaders", lambda rule: replace(rule, expose_headers=("test header",))),
]


def certain(rules: list[CorsRule]) -> list[Violation]:
    return [each for each in validate(rules) if each.certain]


@law
@given(legal_lists)
def test_nothing_is_said_of_rules_that_s3_accepts(rules: list[CorsRule]) -> None:
    assert validate(rules) == ()


@law
@given(legal_lists, st.data(), st.sampled_from(FAULTS))
def test_a_fault_is_found_in_its_rule_and_field(rules: list[CorsRule], data: st.DataObject, fault: Fault) -> None:
    field, break_it = fault
    place = data.draw(st.integers(0, len(rules) - 1))
    broken = [*rules[:place], break_it(rules[place]), *rules[place + 1 :]]
    found = certain(broken)
    assert found
    assert {(each.rule, each.field) for each in found} == {(place, field)}
    assert all(each.code in ("InvalidRequest", "MalformedXML") and each.message for each in found)


@law
@given(legal_lists, st.lists(st.sampled_from(FAULTS), min_size=2, max_size=2), st.data())
def test_the_first_bad_rule_is_told_first(rules: list[CorsRule], faults: list[Fault], data: st.DataObject) -> None:
    places = sorted(data.draw(st.integers(0, len(rules) - 1)) for _ in faults)
    broken = list(rules)
    for place, (_, break_it) in zip(places, faults, strict=True):
        broken[place] = break_it(broken[place])
    assert certain(broken)[0].rule == places[0]
    assert [each.rule for each in certain(broken)] == sorted(each.rule or 0 for each in certain(broken))


any_text = st.text(max_size=6)
any_list = st.lists(any_text, max_size=3).map(tuple)
any_rule = st.builds(CorsRule, any_list, any_list, any_list, any_list, st.none() | st.integers(), st.none() | any_text)


@law
@given(st.lists(any_rule, max_size=4))
def test_no_text_at_all_makes_it_fail(rules: list[CorsRule]) -> None:
    assert all(each.message for each in validate(rules))


@law
@given(st.lists(any_rule, min_size=1, max_size=3), st.data())
def test_not_knowing_a_value_never_makes_a_violation(rules: list[CorsRule], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(rules) - 1))
    attribute = data.draw(st.sampled_from([field.name for field in fields(CorsRule)]))
    value = getattr(rules[place], attribute)
    hidden: object = Unknown("hidden")
    if isinstance(value, tuple) and value and data.draw(st.booleans()):
        at = data.draw(st.integers(0, len(value) - 1))
        hidden = (*value[:at], Unknown("hidden"), *value[at + 1 :])
    blurred = [*rules[:place], replace(rules[place], **{attribute: hidden}), *rules[place + 1 :]]  # type: ignore[arg-type]
    assert said(blurred) <= said(rules)


def said(rules: list[CorsRule]) -> set[tuple[int | None, str | None, str | None, bool]]:
    return {(each.rule, each.field, each.value, each.certain) for each in validate(rules)}
