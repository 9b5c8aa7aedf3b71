"""Promises held against the buckets of a run: each side by itself, what is told of it, and what is counted."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from drift.compare import compare, validated
from drift.cors.model import CorsRule, Text, Unknown
from drift.errors import UsageError
from drift.finding import Finding, PromiseOutcome, Side
from drift.judge import Rules
from drift.location import Location, Severity
from drift.promises import Judged, judge_promises
from drift.report import BucketReport, BucketState, ExitPolicy
from drift.settings import Promise
from drift.snapshot import Alternative, Bucket, RulePlace, State
from tests.rules import bucket, place, rule, snapshot

HERE = Location("cors-drift.toml", 7)
APP = "https://app.example.com"
PUT_APP = rule("PUT", APP)
PUT_ALL = rule("PUT", "https://*.example.com")
NOBODY_ELSE = f"nobody but {APP} may PUT"


def promise(says: str, *buckets: str) -> Promise:
    return Promise(says, buckets, HERE)


def reports(declared: Sequence[Bucket], live: Sequence[Bucket]) -> Sequence[BucketReport]:
    return compare(snapshot(*declared), snapshot(*live), Rules(live_only=True)).buckets


def checked(says: str, declared: Bucket, live: Bucket) -> Judged:
    return judge_promises(reports([declared], [live]), [promise(says)])


def counts(judged: Judged) -> tuple[int, int, int]:
    (outcome,) = judged.outcomes
    return outcome.kept, outcome.broken, outcome.undecided


def only(judged: Judged) -> Finding:
    ((found,),) = judged.by_bucket.values()
    return found


def test_a_promise_that_both_sides_keep_is_counted_and_nothing_is_told() -> None:
    judged = checked(NOBODY_ELSE, bucket("b", PUT_APP), bucket("b", PUT_APP))
    assert judged == Judged({}, (), (PromiseOutcome(NOBODY_ELSE, 2, 0, 0, HERE),))


def test_a_promise_that_only_live_breaks_is_told_of_live_with_its_request() -> None:
    judged = checked(NOBODY_ELSE, bucket("b", PUT_APP, location=place(4)), bucket("b", PUT_ALL))
    found = only(judged)
    assert counts(judged) == (1, 1, 0)
    assert (found.id, found.severity, found.side) == ("promise-broken", Severity.ERROR, Side.LIVE)
    assert found.bucket == "b"
    assert found.subject == NOBODY_ELSE
    assert found.location == place(4)
    assert found.example is not None
    assert found.example.answer.allowed
    assert found.message == (
        f'The promise "{NOBODY_ELSE}" (cors-drift.toml:7) does not hold on what is live: '
        "PUT from https://evil.example.com is allowed by rule 1"
    )


def test_a_promise_that_both_sides_break_alike_is_told_once() -> None:
    judged = checked(NOBODY_ELSE, bucket("b", PUT_ALL), bucket("b", PUT_ALL))
    assert only(judged).side is Side.BOTH
    assert "on what is declared and what is live: " in only(judged).message
    assert counts(judged) == (0, 2, 0)


def test_a_promise_that_both_sides_break_otherwise_is_told_of_each() -> None:
    judged = checked(NOBODY_ELSE, bucket("b", PUT_ALL), bucket("b", rule("PUT", "null")))
    assert [each.side for each in judged.by_bucket[0]] == [Side.DECLARED, Side.LIVE]


def test_what_is_declared_is_told_at_the_field_that_breaks_the_promise() -> None:
    field = Location("main.tf", 9, 9)
    places = (RulePlace(place(4)), RulePlace(place(7), (("AllowedOrigins", field),)))
    declared = bucket("b", PUT_APP, PUT_ALL, places=places, location=place(1))
    judged = checked(NOBODY_ELSE, declared, bucket("b", PUT_APP))
    assert only(judged).location == field


def test_no_cors_configuration_is_a_list_that_allows_nothing() -> None:
    none, absent = bucket("b", location=place(1)), bucket("b", says_none=True)
    assert counts(checked("nobody may PUT", none, absent)) == (2, 0, 0)
    broken = checked(f"{APP} may PUT", absent, none)
    assert counts(broken) == (0, 2, 0)
    assert "PUT from https://app.example.com is refused" in only(broken).message


@pytest.mark.parametrize("state", [State.DENIED, State.THROTTLED, State.MISSING, State.UNSUPPORTED, State.ERROR])
def test_a_bucket_whose_live_rules_are_not_known_keeps_nothing(state: State) -> None:
    live = Bucket("b", state, "s3", reason="because of the test")
    judged = checked("nobody may DELETE", bucket("b", PUT_APP), live)
    found = only(judged)
    assert counts(judged) == (1, 0, 1)
    assert (found.id, found.severity, found.side) == ("promise-undecided", Severity.INFO, Side.LIVE)
    assert found.message.endswith("cannot be decided on what is live: because of the test")
    assert found.example is None


def test_all_promises_that_a_side_which_was_not_read_leaves_open_are_told_at_once() -> None:
    live = Bucket("b", State.DENIED, "s3", reason="because of the test")
    says = [
        "nobody may DELETE",
        "nobody may PUT",
        "nobody may GET",
        f"{APP} may PUT",
        "null may not PUT",
        "null may GET",
    ]
    judged = judge_promises(reports([bucket("b", PUT_APP)], [live]), [promise(each) for each in says])
    broken, undecided, *others = sorted(judged.by_bucket[0], key=lambda each: each.side is Side.LIVE)[-2:]
    assert not others
    assert broken.side is Side.DECLARED
    assert (undecided.side, undecided.subject) == (Side.LIVE, "")
    assert undecided.message == (
        '6 promises cannot be decided on what is live: because of the test ("nobody may DELETE" and "nobody may PUT" '
        f'and "nobody may GET" and "{APP} may PUT" and 2 more promises)'
    )
    assert [each.undecided for each in judged.outcomes] == [1] * 6


def test_promises_that_one_unknown_value_leaves_open_are_told_each_by_itself() -> None:
    declared = bucket("b", CorsRule(("PUT", "POST"), (Unknown("variable x has no value"),)))
    says = ["nobody may PUT", "nobody may POST"]
    judged = judge_promises(reports([declared], [bucket("b")]), [promise(each) for each in says])
    assert [each.subject for each in judged.by_bucket[0]] == says


def test_a_declaration_that_could_not_be_resolved_keeps_nothing() -> None:
    declared = Bucket("b", State.UNKNOWN, "terraform", reason="variable x has no value")
    judged = checked("nobody may DELETE", declared, bucket("b", PUT_APP))
    assert only(judged).side is Side.DECLARED
    assert "variable x has no value" in only(judged).message


def test_a_declaration_that_leaves_open_whether_there_are_rules_keeps_nothing() -> None:
    declared = bucket("b", reason="a module that could not be read may declare rules")
    judged = checked("nobody may DELETE", declared, bucket("b"))
    assert counts(judged) == (1, 0, 1)
    assert "may declare rules" in only(judged).message


def test_an_unknown_value_leaves_a_promise_undecided_at_its_place_only_where_it_hangs_on_it() -> None:
    open_ = CorsRule(("PUT",), (Unknown("variable x has no value", "https://"),))
    field = Location("main.tf", 9, 9)
    declared = bucket("b", open_, places=(RulePlace(place(4), (("AllowedOrigins", field),)),))
    judged = checked(NOBODY_ELSE, declared, bucket("b", PUT_APP))
    assert only(judged).message.endswith("AllowedOrigins of rule 1: variable x has no value")
    assert only(judged).location == field
    assert counts(checked("nobody may DELETE", declared, bucket("b", PUT_APP))) == (2, 0, 0)


def test_a_bucket_that_nothing_declares_has_only_a_live_side() -> None:
    judged = judge_promises(reports([], [bucket("b", PUT_ALL)]), [promise(NOBODY_ELSE)])
    assert counts(judged) == (0, 1, 0)
    assert only(judged).location == HERE


def test_a_declaration_that_is_looked_at_alone_has_only_a_declared_side() -> None:
    report = validated(snapshot(bucket("b", PUT_ALL)), ExitPolicy())
    judged = judge_promises(report.buckets, [promise(NOBODY_ELSE)])
    assert counts(judged) == (0, 1, 0)
    assert only(judged).side is Side.DECLARED


def test_live_rules_that_were_not_found_leave_the_live_side_undecided() -> None:
    judged = judge_promises(reports([bucket("b", PUT_APP)], []), [promise(NOBODY_ELSE)])
    assert counts(judged) == (1, 0, 1)
    assert "does not mention this bucket" in only(judged).message


def cases(*rules: CorsRule | None) -> Bucket:
    found = tuple(
        Alternative(f"case is {n}", None if each is None else bucket("b", each)) for n, each in enumerate(rules)
    )
    return Bucket("b", State.UNKNOWN, "terraform", reason="case is not known", alternatives=found)


def test_a_promise_must_hold_in_every_case_that_the_code_leaves_open() -> None:
    live = bucket("b", PUT_APP)
    assert counts(checked(NOBODY_ELSE, cases(PUT_APP, PUT_APP), live)) == (2, 0, 0)
    broken = checked(NOBODY_ELSE, cases(PUT_APP, PUT_ALL), live)
    assert counts(broken) == (1, 1, 0)
    assert only(broken).message.endswith(
        "on what is declared: PUT from https://evil.example.com is allowed by rule 1, if case is 1"
    )
    everywhere = checked(NOBODY_ELSE, cases(PUT_ALL, PUT_ALL), live)
    assert only(everywhere).message.endswith("is allowed by rule 1")
    two_ways = checked(NOBODY_ELSE, cases(PUT_ALL, rule("PUT", "null"), PUT_APP), live)
    assert only(two_ways).message.endswith("is allowed by rule 1, if case is 0; and otherwise if case is 1")


def test_a_case_in_which_the_bucket_is_not_declared_breaks_nothing() -> None:
    assert counts(checked(f"{APP} may PUT", cases(PUT_APP, None), bucket("b", PUT_APP))) == (2, 0, 0)


def test_of_several_declarations_of_one_bucket_each_must_keep_the_promise() -> None:
    claims = [bucket("b", PUT_APP, location=place(1)), bucket("b", PUT_ALL, location=place(5))]
    judged = judge_promises(reports(claims, [bucket("b", PUT_APP)]), [promise(NOBODY_ELSE)])
    assert counts(judged) == (1, 1, 0)
    assert only(judged).message.endswith("is allowed by rule 1, if the declaration at main.tf:5 counts")
    agreed = judge_promises(reports(claims, [bucket("b", PUT_APP)]), [promise("nobody may DELETE")])
    assert counts(agreed) == (2, 0, 0)


def test_rules_without_an_order_are_told_to_break_it_in_some_order() -> None:
    declared = bucket("b", rule("GET", "*"), rule("GET", APP), ordered=False)
    judged = checked("nobody gets credentials", declared, bucket("b", rule("GET", "*")))
    assert only(judged).message.endswith(
        f"GET from {APP} is answered with credentials by rule 2, in an order in which S3 may store these rules"
    )


@pytest.mark.parametrize(
    ("says", "one", "words"),
    [
        (f"{APP} may PUT with x-a", PUT_APP, "PUT from https://app.example.com with x-a is refused"),
        (
            f"{APP} may PUT with credentials",
            rule("PUT", "*"),
            "is answered with * and so without credentials by rule 1",
        ),
        (
            f"{APP} may PUT and read ETag",
            PUT_APP,
            "rule 1 does not let the page read ETag in the answer to PUT from",
        ),
        (
            f"{APP} may PUT and read ETag, x-b, x-c",
            rule("PUT", APP, "", "X-B"),
            "not let the page read ETag or x-c in the",
        ),
        ("nobody may PUT and read ETag, x-b", rule("PUT", "*", "", "etag"), "rule 1 lets the page read ETag in the"),
    ],
)
def test_what_is_wrong_is_said_in_words(says: str, one: CorsRule, words: str) -> None:
    assert words in only(checked(says, bucket("b", one), bucket("b", one))).message


def test_a_promise_is_about_the_buckets_that_its_globs_fit() -> None:
    declared = [bucket("assets-a", PUT_ALL), bucket("logs", PUT_ALL)]
    found = reports(declared, declared)
    for one in (promise(NOBODY_ELSE, "assets-*"), promise(f"{NOBODY_ELSE} on bucket assets-*")):
        judged = judge_promises(found, [one])
        assert list(judged.by_bucket) == [0]
        assert only(judged).subject == f"{NOBODY_ELSE} on bucket assets-*"


def test_buckets_in_the_sentence_and_beside_it_are_refused() -> None:
    with pytest.raises(UsageError, match="not in both") as told:
        judge_promises([], [promise(f"{NOBODY_ELSE} on bucket a", "b")])
    assert told.value.location == HERE


def test_a_promise_about_no_bucket_is_told_unless_the_run_was_narrowed() -> None:
    found = reports([bucket("b", PUT_APP)], [bucket("b", PUT_APP)])
    judged = judge_promises(found, [promise(NOBODY_ELSE, "assets-*", "x")])
    (told,) = judged.general
    assert (told.id, told.bucket, told.location) == ("promise-about-no-bucket", None, HERE)
    assert told.message.endswith("is about no bucket of this run: none fits assets-*, x")
    assert counts(judged) == (0, 0, 0)
    assert judge_promises(found, [promise(NOBODY_ELSE, "x")], narrowed=True).general == ()
    assert [each.id for each in judge_promises([], [promise(NOBODY_ELSE)]).general] == ["promise-about-no-bucket"]


def unnamed(name: Text, *rules: CorsRule) -> Sequence[BucketReport]:
    return [BucketReport(name, BucketState.VALIDATED, bucket(name, *rules), None)]


@pytest.mark.parametrize(
    ("name", "rules", "expected"),
    [
        (Unknown("random", "assets-"), PUT_ALL, (0, 1, 0)),
        (Unknown("random", "as"), PUT_ALL, (0, 0, 1)),
        (Unknown("random", "as"), PUT_APP, (1, 0, 0)),
        (Unknown("random", "logs-"), PUT_ALL, (0, 0, 0)),
    ],
)
def test_a_bucket_without_a_known_name_is_undecided_only_if_it_may_be_meant_and_would_break_the_promise(
    name: Unknown, rules: CorsRule, expected: tuple[int, int, int]
) -> None:
    judged = judge_promises(unnamed(name, rules), [promise(NOBODY_ELSE, "assets-*")])
    assert counts(judged) == expected
    if expected == (0, 0, 1):
        assert "whose name is not known (random); if it is, it is broken: PUT from" in only(judged).message


def test_findings_keep_the_order_of_the_promises() -> None:
    found = reports([bucket("b", PUT_ALL)], [bucket("b", PUT_ALL)])
    both = [promise("nobody may PUT"), promise("nobody may GET"), promise(NOBODY_ELSE)]
    judged = judge_promises(found, both)
    assert [each.subject for each in judged.by_bucket[0]] == ["nobody may PUT", NOBODY_ELSE]
    assert [each.broken for each in judged.outcomes] == [2, 0, 2]


def test_a_sentence_that_is_not_understood_stops_the_run_at_its_place() -> None:
    with pytest.raises(UsageError) as told:
        judge_promises([], [promise("nobody will PUT")])
    assert told.value.location == HERE


def test_what_both_sides_break_alike_is_told_once_though_the_rules_stand_in_another_order() -> None:
    first, second = rule("GET"), rule("PUT", "https://*.b.example")
    report = compare(snapshot(bucket("b", first, second, ordered=False)), snapshot(bucket("b", second, first))).buckets[
        0
    ]
    judged = judge_promises([report], [Promise("nobody may PUT")])
    [told] = judged.by_bucket[0]
    assert told.side is Side.BOTH
    assert told.message.endswith("is allowed by rule 2 (live by rule 1)")
