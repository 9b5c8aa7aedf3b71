"""Every finding of the policy: what makes it, and what looks alike and does not."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import pytest

from drift.cors.evaluate import evaluate
from drift.cors.model import BucketCors, CorsRule, Unknown
from drift.cors.risk import Reached
from drift.cors.within import MOST_WALKED
from drift.finding import Finding
from drift.location import Severity
from drift.policy import policy_findings
from drift.policy_origins import Cover, covered
from drift.report import BucketReport, BucketState
from tests.rules import bucket, rule

APP = "https://app.corp.example"


def found(*rules: CorsRule, name: str = "assets", **more: object) -> list[Finding]:
    report = BucketReport(name, BucketState.VALIDATED, bucket(name, *rules, **more), None)
    return list(policy_findings(report))


def ids(*rules: CorsRule, name: str = "assets", **more: object) -> set[str]:
    return {each.id for each in found(*rules, name=name, **more)}


def put(origins: str = APP, headers: str = "*") -> CorsRule:
    return rule("PUT", origins, headers, "ETag")


UNKNOWN = Unknown("variable x has no value")
ANY_GET_FIRST = rule("GET HEAD POST PUT DELETE", "*", "*", "ETag")

FIRES: list[tuple[str, str, tuple[CorsRule, ...]]] = [
    ("write-from-any-origin", "PUT from * is what the order names", (put("*"),)),
    ("write-from-any-origin", "DELETE is a write too", (rule("DELETE", "*"),)),
    ("write-from-any-origin", "POST is a write too, with a signed form", (rule("POST", "*"),)),
    ("write-from-any-origin", "https://* is any page as well", (put("https://*"),)),
    ("write-from-any-origin", "an earlier rule that takes one page leaves all the others", (put(), put("*"))),
    ("write-from-any-origin", "an earlier rule for GET takes no PUT", (rule("GET", "*", "*"), put("*"))),
    ("write-from-any-origin", "without AllowedHeaders a plain PUT passes", (put("*", headers=""),)),
    (
        "write-from-any-origin",
        "whatever an unknown earlier rule takes, the page may write: by that rule or by this one",
        (CorsRule(("PUT",), UNKNOWN, ("*",), ("ETag",)), put("*")),
    ),
    ("any-origin-with-credentials", "https://* sends the origin back", (rule("GET", "https://*"),)),
    ("any-origin-with-credentials", "http* covers every page", (rule("GET", "http*"),)),
    ("any-origin-with-credentials", "http://* covers everybody's pages over HTTP", (rule("GET", "http://*"),)),
    ("any-origin-with-credentials", "* behind another rule for * takes no PUT", (rule("GET", "*"), put("https://*"))),
    ("any-origin-with-credentials", "any host on one port is anybody's", (rule("GET", "https://*:8443"),)),
    ("any-origin-with-credentials", "any host with the dot of the root", (rule("GET", "https://*."),)),
    ("any-origin-with-credentials", "digits at the end may be those of a port", (rule("GET", "https://*1"),)),
    ("any-origin-with-credentials", "the end of a port behind a name that goes on", (rule("GET", "http*80"),)),
    ("wildcard-over-public-suffix", "a top level domain", (rule("GET", "https://*.com"),)),
    ("wildcard-over-public-suffix", "co.uk has many owners", (rule("GET", "https://*.co.uk"),)),
    ("wildcard-over-public-suffix", "anybody has a name under vercel.app", (rule("GET", "https://*.vercel.app"),)),
    ("wildcard-over-public-suffix", "part of the label is no owner", (rule("GET", "https://my-app-*.vercel.app"),)),
    ("wildcard-over-public-suffix", "cloudfront.net", (rule("GET", "https://*.cloudfront.net"),)),
    ("wildcard-over-public-suffix", "other buckets lie under amazonaws.com", (rule("GET", "https://*.amazonaws.com"),)),
    ("wildcard-over-public-suffix", "with a port", (rule("GET", "https://*.co.uk:8443"),)),
    ("wildcard-without-dot", "what the order names", (rule("GET", "https://*example.com"),)),
    ("wildcard-without-dot", "the end of a top level domain", (rule("GET", "https://*com"),)),
    ("wildcard-without-dot", "the end of a name under a suffix of two labels", (rule("GET", "https://*shop.co.uk"),)),
    ("wildcard-without-dot", "the scheme open as well", (rule("GET", "*example.com"),)),
    ("wildcard-without-dot", "a name that no list has ends so too", (rule("GET", "https://*intranet.corp"),)),
    ("wildcard-without-dot", "a scope of a shared suffix", (rule("GET", "https://*-team.vercel.app"),)),
    ("wildcard-open-ended", "what the order names", (rule("GET", "https://example.com*"),)),
    ("wildcard-open-ended", "any top level domain", (rule("GET", "https://example.*"),)),
    ("wildcard-open-ended", "digits behind it end no host", (rule("GET", "https://example.com*1"),)),
    ("wildcard-without-dot", "with a port", (rule("GET", "https://*example.com:8443"),)),
    ("wildcard-open-ended", "a port behind it ends no host", (rule("GET", "https://example.com*:8443"),)),
    ("wildcard-open-ended", "an address that goes on is a name", (rule("GET", "http://192.168.*"),)),
    ("insecure-origin", "one page over HTTP", (rule("GET", "http://app.corp.example"),)),
    ("insecure-origin", "a port makes no odds", (rule("GET", "http://app.corp.example:8080"),)),
    ("insecure-origin", "a wildcard that stands for the scheme too", (rule("GET", "*.corp.example"),)),
    ("insecure-origin", "a wildcard for the scheme alone", (rule("GET", "*://app.corp.example"),)),
    ("insecure-origin", "http*, cut before its colon", (rule("GET", "http*://app.corp.example"),)),
    ("null-origin", "null by itself", (rule("GET", "null"),)),
    ("null-origin", "a wildcard that null fits", (rule("GET", "n*"),)),
    ("origin-never-sent", "a slash at the end", (rule("GET", APP + "/"),)),
    ("origin-never-sent", "a path", (rule("GET", APP + "/login"),)),
    ("origin-never-sent", "capitals", (rule("GET", "https://App.corp.example"),)),
    ("origin-never-sent", "the default port", (rule("GET", APP + ":443"),)),
    ("origin-never-sent", "no scheme", (rule("GET", "app.corp.example"),)),
    ("rule-never-answers", "behind one for everybody", (ANY_GET_FIRST, put())),
    ("rules-overlap", "the first takes what the second would answer otherwise", (put(), rule("PUT", "*", "*"))),
    ("covered-entry", "an origin beside its own wildcard", (rule("GET", f"https://*.corp.example {APP}"),)),
    ("covered-entry", "a header beside *", (rule("GET", APP, "* x-a"),)),
    ("origin-beside-star", "who is answered with what is not known", (rule("GET", f"* {APP}"),)),
    ("etag-not-exposed", "PUT and POST without it", (rule("PUT POST", APP),)),
    ("etag-not-exposed", "another header exposed", (rule("PUT", APP, "*", "x-amz-request-id"),)),
    ("etag-not-exposed", "a rule that exposes it, for another origin", (put("https://b.example"), rule("PUT", APP))),
    ("max-age-over-browsers", "a year", (rule("PUT", APP, "", "ETag", max_age_seconds=31_536_000),)),
    ("max-age-over-browsers", "a header that a GET asks for", (rule("GET", APP, "x-a", max_age_seconds=86_401),)),
    ("max-age-not-cached", "0 that somebody wrote", (rule("PUT", APP, "", "ETag", max_age_seconds=0),)),
    ("max-age-not-cached", "less than 0", (rule("DELETE", APP, max_age_seconds=-1),)),
    ("refused-by-s3", "a method that S3 does not know", (rule("PATCH", APP),)),
    ("refused-by-s3", "two wildcards", (rule("GET", "https://*.a.*"),)),
    ("may-be-refused-by-s3", "one value twice", (rule("GET", f"{APP} {APP}"),)),
]

NEAR: list[tuple[str, str, tuple[CorsRule, ...]]] = [
    ("write-from-any-origin", "GET from * on public assets is ordinary", (rule("GET HEAD", "*", "*"),)),
    ("write-from-any-origin", "PUT from one's own names", (put("https://*.corp.example.com"),)),
    ("write-from-any-origin", "x-amz-* is no origin", (put(APP, headers="x-amz-*"),)),
    (
        "write-from-any-origin",
        "earlier rules answer all of it, and they are told by themselves",
        (rule("PUT", "n*"), *(put(each) for each in ("https://a.example",))),
    ),
    ("write-from-any-origin", "no page has an origin of that kind", (put("chrome-extension://*"),)),
    ("any-origin-with-credentials", "* alone is answered without credentials", (rule("GET", "*"),)),
    ("any-origin-with-credentials", "names of one owner", (rule("GET", "https://*.corp.example.com"),)),
    (
        "any-origin-with-credentials",
        "a rule for * before it answers all of it",
        (rule("GET", "*"), rule("GET", "http*")),
    ),
    (
        "any-origin-with-credentials",
        "with a header the second rule answers the preflight, the first the request: no credentials",
        (rule("GET", "*"), rule("GET", "https://*", "x-a")),
    ),
    ("any-origin-with-credentials", "* beside it may be what S3 answers", (rule("GET", "* https://*"),)),
    (
        "any-origin-with-credentials",
        "an unknown beside it may be *",
        (CorsRule(("GET",), ("https://*", UNKNOWN)),),
    ),
    (
        "any-origin-with-credentials",
        "an unknown rule before it may answer * to all of them",
        (CorsRule(("GET",), UNKNOWN), rule("GET", "https://*")),
    ),
    ("wildcard-over-public-suffix", "a name that one owner has", (rule("GET", "https://*.corp.example.com"),)),
    ("wildcard-over-public-suffix", "a name under a suffix", (rule("GET", "https://*.shop.co.uk"),)),
    ("wildcard-over-public-suffix", "a project under vercel.app", (rule("GET", "https://*.shop.vercel.app"),)),
    ("wildcard-over-public-suffix", "a name within a company", (rule("GET", "https://*.corp"),)),
    ("wildcard-over-public-suffix", "one name, no wildcard", (rule("GET", "https://shop.vercel.app"),)),
    ("wildcard-without-dot", "a dot stands there", (rule("GET", "https://*.example.com"),)),
    ("wildcard-without-dot", "the cut label is below the owner's name", (rule("GET", "https://*-app.example.com"),)),
    ("wildcard-without-dot", "only the scheme is open", (rule("GET", "*://example.com"),)),
    ("wildcard-without-dot", "nobody registers an address", (rule("GET", "https://*.168.0.1"),)),
    ("wildcard-without-dot", "nobody registers the end of an address", (rule("GET", "https://*1:8443"),)),
    ("wildcard-open-ended", "only an address can stand in brackets", (rule("GET", "http://[*"),)),
    ("insecure-origin", "names of the own machine, on a port", (rule("GET", "http://*.localhost:8080"),)),
    ("insecure-origin", "only ports of the own machine can follow", (rule("GET", "http://localhost:80*"),)),
    ("wildcard-open-ended", "only ports can follow a colon", (rule("GET", "https://example.com:*"),)),
    ("wildcard-open-ended", "only ports can follow a digit of one", (rule("GET", "https://example.com:80*"),)),
    ("wildcard-open-ended", "the wildcard stands inside the name", (rule("GET", "https://app-*.example.com"),)),
    ("wildcard-open-ended", "no page of the web", (rule("GET", "capacitor://app*"),)),
    (
        "wildcard-open-ended",
        "an earlier rule answers all that it lets in",
        (rule("GET", "https://*", "*"), rule("GET", "https://example.com*")),
    ),
    ("wildcard-over-public-suffix", "beside * nobody knows what S3 takes", (rule("GET", "* https://*.vercel.app"),)),
    ("insecure-origin", "HTTPS", (rule("GET", APP),)),
    ("insecure-origin", "the own machine is no network", (rule("GET", "http://localhost:3000 http://127.0.0.1"),)),
    ("insecure-origin", "any port of the own machine", (rule("GET", "http://localhost:*"),)),
    ("insecure-origin", "* is told of by itself, if it writes", (rule("GET", "*"),)),
    ("insecure-origin", "a path, so nobody sends it", (rule("GET", "http://app.corp.example/"),)),
    (
        "insecure-origin",
        "an earlier rule answers all of it",
        (rule("GET", "*", "*"), rule("GET", "http://app.corp.example")),
    ),
    ("null-origin", "* has no credentials to give", (rule("GET", "*"),)),
    ("null-origin", "a host of that name", (rule("GET", "https://null"),)),
    ("null-origin", "the scheme is not null", (rule("GET", "http*"),)),
    ("origin-never-sent", "a port of its own", (rule("GET", APP + ":8443"),)),
    ("origin-never-sent", "the port of the other scheme", (rule("GET", "http://app.corp.example:443"),)),
    ("origin-never-sent", "null is sent", (rule("GET", "null"),)),
    ("origin-never-sent", "a scheme of an app", (rule("GET", "capacitor://localhost"),)),
    ("rule-never-answers", "it answers preflights with a header", (rule("GET", "*"), rule("GET", APP, "x-a"))),
    ("rule-never-answers", "that its origin is never sent says the same", (rule("GET", APP + "/"),)),
    ("rules-overlap", "no request meets both", (put(), rule("GET", "*", "*"))),
    ("rules-overlap", "both answer alike", (put(), put(f"{APP} https://b.example"))),
    ("covered-entry", "x-amz-* covers no other header", (rule("GET", APP, "x-amz-* content-type"),)),
    ("covered-entry", "the wildcard does not cover the name itself", (rule("GET", "https://*.a.com https://a.com"),)),
    ("covered-entry", "it is never sent, which is told", (rule("GET", "https://* https://A.example"),)),
    ("origin-beside-star", "in rules of their own", (rule("GET"), rule("GET", "*"))),
    ("etag-not-exposed", "in small letters", (rule("PUT POST", APP, "*", "etag"),)),
    ("etag-not-exposed", "nothing is uploaded", (rule("GET", APP),)),
    ("etag-not-exposed", "an unknown name may be it", (CorsRule(("PUT",), (APP,), ("*",), (UNKNOWN,)),)),
    (
        "etag-not-exposed",
        "an earlier rule answers PUT, and exposes it",
        (put(), rule("PUT GET", APP, "*")),
    ),
    (
        "etag-not-exposed",
        "with more headers it answers the preflight, and an earlier rule the upload",
        (rule("PUT", APP, "", "ETag"), rule("PUT", APP, "*")),
    ),
    (
        "max-age-not-cached",
        "an earlier rule may answer instead, whose age is another",
        (CorsRule(("PUT",), UNKNOWN, ("*",), ("ETag",), 600), rule("PUT", APP, "*", "ETag", max_age_seconds=0)),
    ),
    (
        "max-age-over-browsers",
        "an earlier rule whose methods are not known may answer instead",
        (CorsRule(UNKNOWN, (APP,), ("*",)), rule("PUT", APP, "*", "ETag", max_age_seconds=86_401)),
    ),
    ("max-age-over-browsers", "a day", (rule("PUT", APP, "", "ETag", max_age_seconds=86_400),)),
    ("max-age-over-browsers", "nothing is asked before", (rule("GET", APP, max_age_seconds=31_536_000),)),
    ("max-age-not-cached", "unset is five seconds", (rule("PUT", APP, "", "ETag"),)),
    ("max-age-not-cached", "nothing is asked before", (rule("GET", APP, max_age_seconds=0),)),
    ("refused-by-s3", "one wildcard", (rule("GET", "https://*.a.example"),)),
    ("may-be-refused-by-s3", "another letter case is another value", (rule("GET", f"{APP} https://b.example"),)),
]


@pytest.mark.parametrize(("kind", "why", "rules"), FIRES, ids=[f"{kind}: {why}" for kind, why, _ in FIRES])
def test_the_finding_is_made(kind: str, why: str, rules: tuple[CorsRule, ...]) -> None:
    assert kind in ids(*rules)


@pytest.mark.parametrize(("kind", "why", "rules"), NEAR, ids=[f"{kind}: {why}" for kind, why, _ in NEAR])
def test_what_looks_alike_makes_no_such_finding(kind: str, why: str, rules: tuple[CorsRule, ...]) -> None:
    assert kind not in ids(*rules)


@pytest.mark.parametrize(("kind", "why", "rules"), FIRES, ids=[f"{kind}: {why}" for kind, why, _ in FIRES])
def test_the_example_of_a_finding_is_what_s3_answers(kind: str, why: str, rules: tuple[CorsRule, ...]) -> None:
    known = tuple(each for each in rules if not list(each.unknowns()))
    for each in found(*known):
        if each.example is not None:
            assert each.example.answer == evaluate(known, each.example.request)
            assert each.example.answer.allowed


@pytest.mark.parametrize(
    "rules",
    [
        (rule("GET HEAD", "*", "*"),),
        (rule("GET", "*"), rule("PUT POST", APP, "*", "ETag", max_age_seconds=3000)),
        (rule("GET", "https://*.corp.example.com", "x-amz-* content-type", "ETag x-amz-request-id"),),
        (rule("GET PUT POST", f"{APP} https://admin.corp.example", "*", "ETag", max_age_seconds=600),),
        (rule("GET", "https://example.com:*"),),
    ],
    ids=["public assets", "assets and uploads", "one's own names", "two pages that upload", "any port"],
)
def test_ordinary_rules_make_no_finding_at_all(rules: tuple[CorsRule, ...]) -> None:
    assert found(*rules) == []


@pytest.mark.parametrize(
    ("name", "more"),
    [
        ("shop-prod", {}),
        ("production.assets", {}),
        ("assets", {"address": 'module.site["prod"].aws_s3_bucket.this'}),
        ("assets", {"address": "AssetsProd"}),
        ("assets", {"stack": "shop-prd"}),
    ],
)
def test_localhost_is_told_of_what_looks_like_production(name: str, more: dict[str, object]) -> None:
    [finding] = found(rule("GET", "http://localhost:3000"), name=name, **more)
    assert finding.id == "localhost-origin"
    assert "production" in finding.message


@pytest.mark.parametrize(
    ("name", "more"),
    [
        ("assets", {}),
        ("products", {}),
        ("shop-nonprod", {}),
        ("shop-non-prod", {}),
        ("shop-pre-prod", {}),
        ("shop-dev", {"address": 'module.site["prod"].aws_s3_bucket.this'}),
        ("prod-test", {}),
    ],
)
def test_localhost_is_not_told_of_what_is_for_development_or_says_nothing(name: str, more: dict[str, object]) -> None:
    assert found(rule("GET", "http://localhost:3000"), name=name, **more) == []


@pytest.mark.parametrize(
    "origin", ["http://127.0.0.1:8080", "http://[::1]:3000", "https://app.localhost", "http://localhost:*"]
)
def test_the_own_machine_has_several_names(origin: str) -> None:
    assert ids(rule("GET", origin), name="prod") == {"localhost-origin"}


@pytest.mark.parametrize(
    "origin", ["https://localhost.example.com", "https://mylocalhost.example.com", "https://127.example.com"]
)
def test_a_name_that_only_looks_like_the_own_machine_is_none(origin: str) -> None:
    assert found(rule("GET", origin), name="prod") == []


def test_rules_that_are_a_set_are_told_of_where_their_order_decides() -> None:
    rules = rule("GET", APP, "", "ETag"), rule("GET", "*")
    assert ids(*rules, ordered=False) == {"order-matters"}
    assert ids(*rules) == {"rules-overlap"}


def test_of_a_set_no_rule_keeps_another_from_answering() -> None:
    rules = rule("GET PUT", "*", "*", "ETag"), rule("GET", "*")
    assert "rule-never-answers" in ids(*rules)
    assert {"order-matters"} < ids(*rules, ordered=False)
    assert "rule-never-answers" not in ids(*rules, ordered=False)


def test_of_a_set_credentials_are_told_only_if_they_are_sent_in_every_order() -> None:
    rules = rule("GET", "https://*"), rule("GET", "*")
    assert "any-origin-with-credentials" in ids(*rules)
    assert "any-origin-with-credentials" not in ids(*rules, ordered=False)


def test_of_a_set_an_age_is_told_only_if_every_order_answers_with_it() -> None:
    rules = put(), rule("PUT", APP, "*", "ETag", max_age_seconds=0)
    assert "max-age-not-cached" in ids(*rules[::-1])
    assert "max-age-not-cached" not in ids(*rules[::-1], ordered=False)


def test_names_under_the_one_that_is_written_are_no_example_of_a_missing_dot() -> None:
    meant = covered("https://*example.com:8443").besides
    assert meant == ("https://*.example.com:8443", "https://example.com:8443")
    _, told = found(rule("GET", "https://evil*"), rule("GET", "https://*example.com"))
    assert told.id == "wildcard-without-dot"
    assert told.example is not None
    assert told.example.request.origin not in (None, "https://example.com")
    cors = BucketCors((rule("GET", "https://app.example.com"),))
    assert Reached(cors).request(0, "https://app.example.com", "GET", besides=["https://*.example.com"]) is None
    assert Reached(cors).request(0, "https://app.example.com", "GET", besides=["https://example.com"]) is not None


def test_that_any_page_may_write_is_told_once_where_a_later_rule_only_takes_more_headers() -> None:
    rules = rule("PUT", "*", "", "ETag"), rule("PUT", "https://*", "*", "ETag")
    told = [each.subject for each in found(*rules) if each.id == "write-from-any-origin"]
    assert told == ["AllowedOrigins=*"]


def test_rules_that_overlap_only_where_a_third_answers_are_not_told_of() -> None:
    first = rule("GET", "https://a.example", "", "x-a")
    second = rule("GET", "https://a.example https://b.example", "", "x-b")
    third = rule("GET", "https://a.example https://c.example", "", "x-c")
    pairs = [each.message[:11] for each in found(first, second, third) if each.id == "rules-overlap"]
    assert pairs == ["rules 1 and", "rules 1 and"]
    assert [each.id for each in found(second, third)] == ["rules-overlap"]


def test_of_an_order_that_matters_in_several_ways_the_heaviest_is_told() -> None:
    same = rule("GET", expose="x-a"), rule("GET", max_age_seconds=5), rule("GET", max_age_seconds=9)
    for rules in permutations(same):
        [one] = [each for each in found(*rules, ordered=False) if each.id == "order-matters"]
        assert one.severity is Severity.WARNING


def test_of_a_set_an_unexposed_etag_is_told_only_if_no_order_exposes_it() -> None:
    rules = rule("PUT", APP, "*"), put()
    assert "etag-not-exposed" in ids(*rules)
    assert "etag-not-exposed" not in ids(*rules, ordered=False)


def test_where_the_order_decides_only_how_long_a_preflight_is_kept_it_weighs_less() -> None:
    rules = rule("GET", max_age_seconds=5), rule("GET", max_age_seconds=9)
    [finding] = found(*rules, ordered=False)
    assert (finding.id, finding.severity) == ("order-matters", Severity.INFO)
    assert "rules-overlap" not in ids(*rules)


def test_an_unexposed_etag_weighs_little_since_no_rule_says_that_pages_upload_in_parts() -> None:
    assert [each.severity for each in found(rule("PUT POST", APP))] == [Severity.INFO]


def test_entries_that_say_nothing_beside_star_are_told_in_one_finding() -> None:
    [finding] = found(rule("GET", APP, "* a b c d e"))
    assert finding.message == "rule 1, AllowedHeaders: a, b, c and 2 more stand beside a wider entry, which covers them"


def test_a_risk_is_told_once_for_several_rules_that_have_it() -> None:
    rules = put("https://*.vercel.app"), rule("DELETE", "https://*.vercel.app")
    assert [each.id for each in found(*rules)] == ["wildcard-over-public-suffix"]


def test_the_subject_stays_where_rules_are_moved() -> None:
    one, other = rule("GET", "http://a.example"), rule("PUT POST", "https://b.example")
    subjects = [sorted((each.id, each.subject) for each in found(*rules)) for rules in ((one, other), (other, one))]
    assert subjects[0] == subjects[1]
    assert len(subjects[0]) == 2


def test_the_worst_method_makes_the_example() -> None:
    [finding] = found(rule("GET HEAD DELETE", "http://a.example"))
    assert finding.message.startswith("rule 1 lets http://a.example DELETE, GET and HEAD")
    assert finding.example is not None
    assert finding.example.request.method == "DELETE"


def test_the_example_of_a_shared_suffix_below_the_name_is_a_name_that_others_can_have() -> None:
    [finding] = found(rule("GET", "https://*.amazonaws.com:8443"))
    assert finding.example is not None
    assert finding.example.request.origin == "https://evil.s3.amazonaws.com:8443"
    assert "names under s3.amazonaws.com" in finding.message


def test_what_is_known_beside_an_unknown_value_is_judged() -> None:
    rules = CorsRule(("GET",), (UNKNOWN, "http://a.example", "null"), UNKNOWN, UNKNOWN, UNKNOWN)
    assert ids(rules) == {"insecure-origin", "null-origin"}


def test_an_origin_that_is_not_known_to_its_end_makes_no_finding() -> None:
    assert ids(CorsRule(("GET",), (Unknown("x", "http://"),))) == set()


def test_rules_of_extreme_size_are_judged_all_the_same() -> None:
    many = tuple(rule("GET", " ".join(f"https://{n}x{m}*" for m in range(40))) for n in range(60))
    assert "insecure-origin" in ids(*many, rule("GET", "http://a.example"))


def test_a_bucket_without_rules_makes_no_finding() -> None:
    assert found() == []
    assert BucketCors((rule(),)) is not None


HIDDEN = 700


def hard() -> tuple[CorsRule, ...]:
    """Wildcards that get past an earlier rule with a header alone, which takes a search for each."""
    wild = " ".join(f"https://*a{each}.com" for each in range(HIDDEN))
    return rule("GET", "https://*", "x-a"), rule("GET", wild, "x-b")


def test_a_list_that_takes_more_than_it_may_is_told_of_in_part_and_nothing_is_claimed_of_the_rest() -> None:
    told = [each for each in found(*hard()) if each.id == "wildcard-without-dot"]
    assert 0 < len(told) < HIDDEN
    for each in told:
        assert each.example is None or each.example.answer.rule == 1


def test_without_steps_left_nothing_is_told_to_get_to_a_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    cors = BucketCors(hard())
    assert Reached(cors).request(1, "https://*a0.com", "GET") is not None
    monkeypatch.setattr("drift.cors.risk.MAX_STEPS", 20)
    spent = Reached(cors)
    assert spent.request(1, "https://*a0.com", "GET") is None
    assert spent.request(0, "https://*", "GET") is None
    one_by_one = Reached(cors)
    answers = [one_by_one.request(0, "https://*", "GET") for _ in range(30)]
    assert [each is not None for each in answers] == [True] * 20 + [False] * 10


def test_of_a_very_long_list_some_risks_are_shown_by_an_example_and_all_are_told() -> None:
    told = found(rule("GET", " ".join(f"http://a{each}.example" for each in range(300))))
    assert [each.id for each in told] == ["insecure-origin"] * 300
    assert 0 < len([each for each in told if each.example is not None]) < 300


def test_an_entry_that_is_open_in_its_port_alone_is_bounded() -> None:
    assert covered("https://example.com:80*").cover is Cover.BOUNDED


def test_of_wildcards_that_no_browser_sends_a_good_many_are_told() -> None:
    wild = rule("GET", " ".join(f"https://*.A{each}.example" for each in range(MOST_WALKED + 50)))
    assert len([each for each in found(wild) if each.id == "origin-never-sent"]) == MOST_WALKED


def test_an_age_is_told_without_trying_every_header_with_every_origin() -> None:
    origins = " ".join(f"https://a{each}.example" for each in range(300))
    earlier = rule("GET", origins, " ".join(f"x-{each}" for each in range(300)), max_age_seconds=0)
    assert "max-age-not-cached" in ids(earlier)
    shadowed = found(replace(earlier, max_age_seconds=None), replace(earlier, allowed_methods=("GET", "HEAD")))
    assert "max-age-not-cached" not in {each.id for each in shadowed if each.subject.startswith("GET from")}
