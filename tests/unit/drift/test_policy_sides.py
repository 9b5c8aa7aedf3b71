"""Of which side a finding is, where it stands, and what it says where the code leaves open what it declares."""

from __future__ import annotations

from dataclasses import replace

from drift.cors.model import CorsRule
from drift.finding import Finding, Side
from drift.findings import finding
from drift.location import Location, Severity
from drift.policy import policy_findings
from drift.report import BucketReport, BucketState
from drift.snapshot import Alternative, Bucket, RulePlace, State
from tests.rules import bucket, place, rule

NULL = rule("GET", "null")
GOOD = rule("GET")
BAD = CorsRule(("PATCH",), ("https://a.example",))
ZERO = rule("PUT", "https://a.example", "", "ETag", max_age_seconds=0)
UNSET = rule("PUT", "https://a.example", "", "ETag")


def found(declared: Bucket | None, live: Bucket | None, *also: Bucket) -> tuple[Finding, ...]:
    return policy_findings(BucketReport("b", BucketState.DRIFTED, declared, live, also_declared=also))


def told(declared: Bucket | None, live: Bucket | None, *also: Bucket) -> list[tuple[str, Side | None]]:
    return [(each.id, each.side) for each in found(declared, live, *also)]


def either(yes: Bucket | None, no: Bucket | None) -> Bucket:
    cases = Alternative("IsProd is true", yes), Alternative("IsProd is false", no)
    return Bucket("b", State.UNKNOWN, "cloudformation", reason="open", location=place(1), alternatives=cases)


def test_what_both_sides_have_is_one_finding() -> None:
    assert told(bucket("b", NULL), bucket("b", NULL)) == [("null-origin", Side.BOTH)]


def test_what_one_side_has_is_said_of_that_side() -> None:
    assert told(bucket("b", NULL), bucket("b", GOOD)) == [("null-origin", Side.DECLARED)]
    assert told(bucket("b", GOOD), bucket("b", NULL)) == [("null-origin", Side.LIVE)]
    assert told(bucket("b", NULL), None) == [("null-origin", Side.DECLARED)]
    assert told(None, bucket("b", NULL)) == [("null-origin", Side.LIVE)]


def test_the_same_risk_in_another_rule_of_the_live_side_is_still_the_same() -> None:
    assert told(bucket("b", NULL, rule("PUT", "https://b.example", "", "ETag")), bucket("b", GOOD, NULL)) == [
        ("null-origin", Side.BOTH)
    ]


def test_a_side_that_could_not_be_read_says_nothing() -> None:
    denied = Bucket("b", State.DENIED, "s3", reason="AccessDenied")
    assert told(bucket("b", NULL), denied) == [("null-origin", Side.DECLARED)]
    assert told(Bucket("b", State.UNKNOWN, "terraform", reason="x"), denied) == []


def test_a_declared_risk_stands_at_the_line_of_its_field() -> None:
    places = (RulePlace(place(3), (("AllowedOrigins", Location("main.tf", 5)),)),)
    [one] = found(bucket("b", NULL, location=place(1), places=places), bucket("b", NULL))
    assert one.location == Location("main.tf", 5)


def test_a_live_risk_stands_at_the_declaration_of_the_bucket_if_it_has_one() -> None:
    [one] = found(bucket("b", GOOD, location=place(1)), bucket("b", NULL))
    assert one.location == place(1)
    [other] = found(None, bucket("b", NULL))
    assert other.location is None


def test_what_s3_refuses_is_told_of_the_declared_side_alone() -> None:
    assert told(bucket("b", BAD), bucket("b", GOOD)) == [("refused-by-s3", Side.DECLARED)]
    assert told(bucket("b", GOOD), bucket("b", BAD)) == []


def test_what_s3_took_it_did_not_refuse() -> None:
    twice = rule("GET", "https://a.example", id="x" * 300)
    assert told(bucket("b", twice), bucket("b", GOOD)) == [("may-be-refused-by-s3", Side.DECLARED)]
    assert told(bucket("b", twice), bucket("b", twice)) == []
    assert told(bucket("b", BAD), bucket("b", BAD)) == []


def test_a_live_zero_that_the_tool_stores_for_unset_is_no_extreme() -> None:
    assert told(bucket("b", UNSET, writes_max_age_zero=True), bucket("b", ZERO)) == []
    assert told(None, bucket("b", ZERO)) == []


def test_a_zero_that_is_declared_is_told_of_both_sides() -> None:
    assert told(bucket("b", ZERO, writes_max_age_zero=True), bucket("b", ZERO)) == [("max-age-not-cached", Side.BOTH)]
    assert told(bucket("b", ZERO), bucket("b", ZERO)) == [("max-age-not-cached", Side.BOTH)]


def test_a_live_zero_that_no_tool_stores_by_itself_is_told() -> None:
    assert told(bucket("b", UNSET), bucket("b", ZERO)) == [("max-age-not-cached", Side.LIVE)]


def test_less_than_zero_is_stored_by_no_tool_for_unset() -> None:
    less = replace(ZERO, max_age_seconds=-1)
    assert told(bucket("b", UNSET, writes_max_age_zero=True), bucket("b", less)) == [("max-age-not-cached", Side.LIVE)]


def test_what_holds_in_one_case_is_told_with_that_case() -> None:
    [one] = found(either(bucket("b", GOOD), bucket("b", NULL)), None)
    assert one.message.endswith("(if IsProd is false)")


def test_what_holds_in_every_case_is_told_once_without_a_case() -> None:
    [one] = found(either(bucket("b", NULL), bucket("b", NULL)), bucket("b", NULL))
    assert "IsProd" not in one.message
    assert one.side is Side.BOTH


def test_a_case_in_which_nothing_is_declared_has_no_say() -> None:
    [one] = found(either(bucket("b", NULL), None), None)
    assert "IsProd" not in one.message


def test_what_one_case_declares_and_live_has_is_told_of_each_by_itself() -> None:
    both = found(either(bucket("b", GOOD), bucket("b", NULL)), bucket("b", NULL))
    assert [(each.id, each.side) for each in both] == [("null-origin", Side.DECLARED), ("null-origin", Side.LIVE)]
    assert "IsProd" not in both[1].message


def test_two_declarations_of_one_bucket_are_told_with_their_places() -> None:
    [one] = found(
        bucket("b", GOOD, address="a", location=place(1)), None, bucket("b", GOOD), bucket("b", GOOD, address="c")
    )
    assert one.id == "declared-more-than-once"
    assert one.message.endswith("3 declarations claim the CORS rules of one bucket: a at main.tf:1, test and c")


def test_of_declarations_that_differ_each_is_judged_at_its_own_place() -> None:
    other = bucket("b", NULL, address="other", location=place(7))
    _, one = found(bucket("b", GOOD, location=place(1)), bucket("b", NULL), other)
    assert (one.id, one.side, one.location) == ("null-origin", Side.BOTH, place(7))


def test_a_module_that_several_others_call_is_named_once() -> None:
    [one] = found(
        bucket("b", GOOD, address="a", location=place(1)), None, bucket("b", GOOD, address="a", location=place(1))
    )
    assert one.message.endswith("a at main.tf:1, which is called 2 times")


def test_of_very_many_declarations_a_few_are_named() -> None:
    [one] = found(bucket("b", GOOD, address="a"), None, *(bucket("b", GOOD, address=str(each)) for each in range(9)))
    assert one.message.endswith("a, 0, 1, 2, 3 and 5 more")


def test_rules_inline_and_in_a_resource_of_their_own_are_told_as_such() -> None:
    inline = bucket("b", GOOD, address="module.x.aws_s3_bucket.this[0]")
    apart = bucket("b", GOOD, address="module.x.aws_s3_bucket_cors_configuration.this[0]")
    assert told(inline, None, apart) == [("declared-inline-and-separately", Side.DECLARED)]
    assert told(apart, None, inline) == [("declared-inline-and-separately", Side.DECLARED)]
    assert told(apart, None, apart) == [("declared-more-than-once", Side.DECLARED)]


def test_a_bucket_that_only_names_itself_is_no_second_declaration() -> None:
    silent = bucket("b", address="aws_s3_bucket.this")
    apart = bucket("b", GOOD, address="aws_s3_bucket_cors_configuration.this")
    assert "declared-inline-and-separately" not in {each.id for each in found(apart, None, silent)}


def test_what_the_comparison_has_told_is_not_told_again() -> None:
    rules = rule("GET", "https://a.example", "", "ETag"), rule("GET", "*")
    declared = bucket("b", *rules, ordered=False)
    report = BucketReport("b", BucketState.IN_SYNC, declared, bucket("b", *rules))
    assert [(each.id, each.side) for each in policy_findings(report)] == [("order-matters", Side.DECLARED)]
    again = replace(report, findings=(finding("order-matters", "b", None, None),))
    assert policy_findings(again) == ()


AGES = rule("GET", max_age_seconds=5), rule("GET", max_age_seconds=9)
HEADERS = rule("GET", max_age_seconds=5), rule("GET", expose="x-a")


def test_what_weighs_less_on_one_side_weighs_as_on_the_other() -> None:
    lighter, heavier = (bucket("b", *rules, ordered=False) for rules in (AGES, HEADERS))
    for declared, live in ((lighter, heavier), (heavier, lighter)):
        [one] = found(declared, live)
        assert (one.id, one.side, one.severity) == ("order-matters", Side.BOTH, Severity.WARNING)
    [one] = found(lighter, lighter)
    assert one.severity is Severity.INFO


def test_what_weighs_less_in_one_case_or_declaration_weighs_as_in_the_other() -> None:
    lighter, heavier = (bucket("b", *rules, ordered=False) for rules in (AGES, HEADERS))
    for one, other in ((lighter, heavier), (heavier, lighter)):
        assert [each.severity for each in found(either(one, other), None)] == [Severity.WARNING]
        [told] = [each for each in found(one, None, other) if each.id == "order-matters"]
        assert told.severity is Severity.WARNING
