"""Digests of rules: what they fold, and what they must not."""

from __future__ import annotations

import re

import pytest

from drift.cors.digest import MAX_RULES, digest
from drift.cors.model import BucketCors, CorsRule, Unknown
from tests.rules import rule


def of(*rules: CorsRule, ordered: bool = True, zero: bool = False) -> str | None:
    return digest(BucketCors(rules, ordered), zero_is_unset=zero)


GET, PUT = rule("GET", "https://a.example"), rule("PUT", "https://a.example")


def test_a_digest_tells_the_version_of_what_it_folds() -> None:
    found = of(GET)
    assert found is not None
    assert re.fullmatch(r"cors1:[0-9a-f]{40}", found)


def test_digests_do_not_change_from_release_to_release_by_accident() -> None:
    """These stand in people's files: if this fails, raise the version."""
    assert digest(None) == "cors1:4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d"
    assert of(rule("GET PUT", "https://*.a.example http://b.example:8080", "x-*", "ETag", max_age_seconds=300)) == (
        "cors1:10ae45c363863999b7da5f3efd608d2fa74da7fe"
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ((rule("GET PUT"),), (rule("PUT GET PUT"),)),
        ((rule(headers="X-A x-b"),), (rule(headers="x-B x-a X-a"),)),
        ((rule(headers="* x-a"),), (rule(headers="*"),)),
        ((rule(expose="ETag"),), (rule(expose="etag Content-Type"),)),
        ((rule(id="one"),), (rule(id="two"),)),
        ((rule(origins="https://*.a.example https://x.a.example"),), (rule(origins="https://*.a.example"),)),
        ((rule(origins="https://a.example https://a.example/"),), (rule(origins="https://a.example"),)),
        ((rule(headers="x-a host"),), (rule(headers="x-a"),)),
        ((GET, rule("GET", "https://B.example")), (GET,)),
        ((GET, PUT), (PUT, GET)),
        ((GET, PUT, GET), (GET, PUT)),
        ((rule(), rule(expose="ETag")), (rule(),)),
        ((rule(origins="* https://a.example https://b.example"),), (rule(origins="* https://b.example https://a.example"),)),
        ((rule(origins="https://*.a.example"), rule(origins="https://b.a.example")), (rule(origins="https://*.a.example"),)),
        ((rule(origins="https://b.a.example"), rule(origins="https://*.a.example")), (rule(origins="https://*.a.example"),)),
    ],
)  # fmt: skip
def test_what_no_browser_sees_is_folded(one: tuple[CorsRule, ...], other: tuple[CorsRule, ...]) -> None:
    assert of(*one) == of(*other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ((GET,), (PUT,)),
        ((GET,), (rule("GET", "https://b.example"),)),
        ((GET,), (rule("GET", "https://*.a.example"),)),
        ((rule(max_age_seconds=0),), (rule(),)),
        ((rule(max_age_seconds=5),), (rule(max_age_seconds=50),)),
        ((rule(expose="x-a"),), (rule(),)),
        ((rule(headers="x-a"),), (rule(headers="x-*"),)),
        ((rule(origins="*"),), (rule(origins="https://* http://*"),)),
        ((rule(origins="* https://a.example"),), (rule(origins="*"),)),
        ((rule(origins="* https://a.example"),), (rule(origins="https://a.example *"),)),
        ((rule(expose="x-a"), rule("GET PUT")), (rule("GET PUT"), rule(expose="x-a"))),
        ((rule(origins="ab*ba"),), (rule(origins="ab*b"),)),
    ],
)
def test_what_a_browser_may_see_is_not_folded(one: tuple[CorsRule, ...], other: tuple[CorsRule, ...]) -> None:
    assert of(*one) != of(*other)


def test_no_rules_and_rules_that_nothing_is_left_of_are_the_same() -> None:
    assert digest(None) == of() == of(rule(origins="HTTPS://A.example"))


def test_max_age_zero_is_unset_where_the_declaring_tool_writes_it() -> None:
    assert of(rule(max_age_seconds=0), zero=True) == of(rule(), zero=True)
    assert of(rule(max_age_seconds=0), zero=True) == of(rule())


def test_what_is_not_known_has_no_digest_but_for_an_id() -> None:
    assert of(rule(max_age_seconds=Unknown("why"))) is None
    assert of(CorsRule(("GET",), Unknown("why"))) is None
    assert of(CorsRule(("GET",), ("https://a.example", Unknown("why", "https://")))) is None
    assert of(rule(id=Unknown("why"))) == of(rule())


def test_a_list_of_absurd_size_has_no_digest() -> None:
    assert of(*[GET] * (MAX_RULES + 1)) is None
    assert of(rule(origins="https://" + "a" * (1 << 20))) is None


def test_rules_without_an_order_are_as_any_order_of_them_if_all_mean_the_same() -> None:
    assert of(PUT, GET, ordered=False) == of(GET, PUT)


def test_rules_without_an_order_that_decides_are_like_no_list_that_has_one() -> None:
    one, other = rule("GET PUT"), rule("GET", expose="x-a")
    assert of(one, other, ordered=False) == of(other, one, ordered=False)
    assert of(one, other, ordered=False) not in (of(one, other), of(other, one), None)


def test_hostile_rules_do_not_keep_it_busy() -> None:
    stars = " ".join(f"https://{'a' * n}*{'b' * n}.example" for n in range(1, 60))
    rules = [rule("GET PUT", stars, "x-*", max_age_seconds=n) for n in range(100)]
    assert of(*rules) is not None
    assert of(CorsRule(("GET",), ("\ud800", "*" * 1000), ("\x00",), ("é",))) is not None
