"""Laws of the policy: what a finding claims holds for every request, not only for the one that it shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from drift.cors.evaluate import evaluate
from drift.cors.grammar import is_browser_origin
from drift.cors.model import METHODS, BucketCors, CorsRequest, CorsRule, Unknown
from drift.cors.pattern import matches
from drift.cors.replay import without_unknowns
from drift.policy_origins import Cover, covered, is_loopback, over_plain_http
from drift.policy_risk import Risk
from drift.policy_rules import LOCALHOST, risks
from drift.policy_validity import notes, refusals

PATTERNS = [
    "*", "https://*", "http*", "http://*", "https://*.com", "https://*example.com", "https://example.com*",
    "https://example.com:*", "*.example.com", "https://*.example.com", "http://app.example.com", "null", "n*",
    "https://app.example.com", "http://localhost:3000", "https://example.com/", "https://*.vercel.app",
]  # fmt: skip
WRITING = ("PUT", "POST", "DELETE")
WIDE = {"wildcard-over-public-suffix", "wildcard-without-dot", "wildcard-open-ended"}

origins_ = st.lists(st.sampled_from(PATTERNS), min_size=1, max_size=3, unique=True).map(tuple)
methods_ = st.lists(st.sampled_from(METHODS), min_size=1, max_size=3, unique=True).map(tuple)
rules_ = st.builds(
    CorsRule,
    allowed_methods=methods_,
    allowed_origins=origins_,
    allowed_headers=st.sampled_from([(), ("*",), ("x-a",), ("x-*", "x-a")]),
    expose_headers=st.sampled_from([(), ("ETag",), ("x-b", "etag")]),
    max_age_seconds=st.sampled_from([None, 0, 5, 86_401]),
)
lists_ = st.lists(rules_, min_size=1, max_size=4).map(tuple)
hosts = st.from_regex(r"[a-z][a-z0-9-]{0,8}(\.[a-z]{2,6}){1,2}(:8[0-9]{3})?", fullmatch=True)


def of_kind(rules: tuple[CorsRule, ...], kind: str, *, ordered: bool = True) -> list[Risk]:
    return [each for each in risks(BucketCors(rules, ordered)) if each.id == kind]


def entry_of(risk: Risk) -> str:
    return risk.subject.removeprefix("AllowedOrigins=")


@given(lists_)
def test_what_an_example_shows_is_what_s3_answers(rules: tuple[CorsRule, ...]) -> None:
    for risk in (*risks(BucketCors(rules)), *notes(BucketCors(rules))):
        if risk.example is not None:
            assert evaluate(rules, risk.example.request) == risk.example.answer
            assert risk.example.answer.allowed
            assert is_browser_origin(str(risk.example.request.origin))


@given(lists_)
def test_the_example_of_an_entry_is_answered_by_its_rule_and_fits_the_entry(rules: tuple[CorsRule, ...]) -> None:
    for risk in risks(BucketCors(rules)):
        if risk.field == "AllowedOrigins" and risk.example is not None:
            assert risk.example.answer.rule == risk.rule
            assert matches(entry_of(risk), str(risk.example.request.origin))


@given(lists_, st.sampled_from(["https", "http"]), hosts)
def test_where_any_page_may_write_every_page_may(rules: tuple[CorsRule, ...], scheme: str, host: str) -> None:
    for risk in of_kind(rules, "write-from-any-origin"):
        assert risk.example is not None
        assume(str(risk.example.request.origin).startswith(scheme + ":"))
        request = CorsRequest(f"{scheme}://{host}", risk.example.request.method)
        assert evaluate(rules, request, explain=False).allowed


@given(lists_, hosts)
def test_a_page_that_fits_an_entry_for_everybody_gets_its_origin_back_unless_an_earlier_rule_answers(
    rules: tuple[CorsRule, ...], host: str
) -> None:
    for risk in of_kind(rules, "any-origin-with-credentials"):
        assert risk.example is not None
        assert risk.rule is not None
        origin = str(risk.example.request.origin).partition(":")[0] + "://" + host
        request = CorsRequest(origin, risk.example.request.method, preflight=False)
        answer = evaluate(rules, request, explain=False)
        assert answer.allowed
        if answer.rule == risk.rule:
            assert dict(answer.headers)["Access-Control-Allow-Origin"] == origin
            assert dict(answer.headers)["Access-Control-Allow-Credentials"] == "true"


@given(lists_)
def test_where_nothing_is_found_no_stranger_writes_and_none_gets_credentials(rules: tuple[CorsRule, ...]) -> None:
    """The other direction, for strangers who fit nothing but what is for everybody."""
    for scheme in ("https", "http"):
        origin = f"{scheme}://stranger.invalid"
        for method in METHODS:
            answer = evaluate(rules, CorsRequest(origin, method, preflight=False), explain=False)
            if not answer.allowed:
                continue
            if method in WRITING:
                assert of_kind(rules, "write-from-any-origin")
            if "Access-Control-Allow-Credentials" in dict(answer.headers):
                assert of_kind(rules, "any-origin-with-credentials")


@given(lists_)
def test_a_list_without_wildcards_gets_no_finding_about_one(rules: tuple[CorsRule, ...]) -> None:
    plain = tuple(
        replace(
            each, allowed_origins=tuple(one for one in each.allowed_origins if "*" not in str(one)) or ("https://a.b",)
        )
        for each in rules
        if isinstance(each.allowed_origins, tuple)
    )
    kinds = {each.id for each in risks(BucketCors(plain))}
    assert not kinds & {"any-origin-with-credentials", "write-from-any-origin", *WIDE}


@given(lists_)
def test_a_rule_that_never_answers_has_no_risk(rules: tuple[CorsRule, ...]) -> None:
    cors = BucketCors(rules)
    silent = {each.rule for each in notes(cors) if each.id == "rule-never-answers"}
    assert not silent & {each.rule for each in risks(cors)}


def unknown_places(rules: tuple[CorsRule, ...], index: int, which: int) -> tuple[CorsRule, ...]:
    """The rules with one field of one of them unknown."""
    place, reason = index % len(rules), Unknown("test")
    changed: list[Callable[[CorsRule], CorsRule]] = [
        lambda rule: replace(rule, allowed_origins=reason),
        lambda rule: replace(rule, allowed_methods=reason),
        lambda rule: replace(rule, allowed_headers=reason),
        lambda rule: replace(rule, expose_headers=reason),
        lambda rule: replace(rule, max_age_seconds=reason),
        lambda rule: replace(
            rule,
            allowed_origins=(*(rule.allowed_origins[1:] if isinstance(rule.allowed_origins, tuple) else ()), reason),
        ),
    ]
    return tuple(changed[which](each) if at == place else each for at, each in enumerate(rules))


def as_resolved(rule: CorsRule, origins: tuple[str, ...]) -> CorsRule:
    """The rule with a value for each unknown."""
    values: dict[str, Any] = {
        "allowed_origins": origins,
        "allowed_methods": ("GET", "PUT"),
        "allowed_headers": ("*",),
        "expose_headers": ("x-b",),
        "max_age_seconds": None,
    }
    whole = replace(rule, **{name: one for name, one in values.items() if isinstance(getattr(rule, name), Unknown)})
    assert isinstance(whole.allowed_origins, tuple)
    return replace(
        whole,
        allowed_origins=tuple(origins[0] if isinstance(one, Unknown) else one for one in whole.allowed_origins),
    )


@given(lists_, st.integers(0, 3), st.integers(0, 5), origins_)
def test_who_may_do_what_is_claimed_may_do_it_whatever_an_unknown_value_is(
    rules: tuple[CorsRule, ...], index: int, which: int, value: tuple[str, ...]
) -> None:
    partly = unknown_places(rules, index, which)
    resolved = tuple(as_resolved(each, value) for each in partly)
    for risk in risks(BucketCors(partly)):
        if risk.example is None:
            continue
        answer = evaluate(resolved, risk.example.request, explain=False)
        assert answer.allowed
        if risk.id == "any-origin-with-credentials":
            assert "Access-Control-Allow-Credentials" in dict(answer.headers)
        if risk.id == "etag-not-exposed":
            assert "etag" not in dict(answer.headers).get("Access-Control-Expose-Headers", "").lower()


@given(lists_)
def test_leaving_a_value_out_finds_nothing_that_needs_it(rules: tuple[CorsRule, ...]) -> None:
    """All fields unknown: nothing is certain, so nothing is found."""
    blank = Unknown("test")
    assert risks(BucketCors(tuple(CorsRule(blank, blank, blank, blank, blank) for _ in rules))) == ()
    assert all(without_unknowns(each) == each for each in rules)


@given(lists_, st.randoms(use_true_random=False))
def test_of_a_set_every_order_sends_the_credentials_that_are_told(rules: tuple[CorsRule, ...], random: object) -> None:
    shuffled = list(rules)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    for risk in of_kind(rules, "any-origin-with-credentials", ordered=False):
        assert risk.example is not None
        answer = evaluate(shuffled, risk.example.request, explain=False)
        assert "Access-Control-Allow-Credentials" in dict(answer.headers)


@given(st.sampled_from(PATTERNS), hosts)
def test_what_is_bounded_lets_no_stranger_in(pattern: str, host: str) -> None:
    """A name whose owner is another than that of the example is never covered by what is called bounded."""
    stranger = f"https://{host}"
    assume(not host.partition(":")[0].endswith("example.com"))
    if covered(pattern).cover is Cover.BOUNDED and pattern != stranger:
        assert not matches(pattern, stranger)


@given(st.sampled_from(PATTERNS))
def test_the_part_that_comes_over_http_is_part_of_the_entry(pattern: str) -> None:
    part = over_plain_http(pattern)
    if part is not None:
        assert part.startswith("http://")
        assert matches(pattern, part.replace("*", "a.b"))
        assert not is_loopback(pattern)


@given(lists_)
def test_localhost_is_known_by_its_host(rules: tuple[CorsRule, ...]) -> None:
    assert {entry_of(each) for each in of_kind(rules, LOCALHOST)} <= {"http://localhost:3000"}


odd = st.text(alphabet="*.:/[]ahtp\u00e9\ud800\u202e\n\x00A-_s1", max_size=14)


@given(st.lists(st.one_of(odd, odd.map("https://".__add__), odd.map("https://*.".__add__)), min_size=1, max_size=4))
def test_no_text_is_too_odd_to_be_judged(origins: list[str]) -> None:
    cors = BucketCors((CorsRule(("GET", "PUT"), tuple(origins), tuple(origins), tuple(origins), -1),))
    for risk in (*risks(cors), *notes(cors), *refusals(cors)):
        assert risk.message
        if risk.example is not None:
            assert is_browser_origin(str(risk.example.request.origin))
