"""What is said of a bucket whose declaration the code leaves open, held against every case."""

from __future__ import annotations

import pytest

from drift.alternatives import judge_alternatives
from drift.compare import compare
from drift.cors.model import BucketCors, CorsRule, Unknown
from drift.cors.verdict import Effect
from drift.judge import Rules
from drift.location import Location, Severity
from drift.report import BucketState
from drift.snapshot import Alternative, Bucket, Snapshot, State

ADVICE = "give --parameter Env=VALUE"


def rule(*origins: str | Unknown, age: int | None = None) -> CorsRule:
    return CorsRule(("GET",), tuple(origins), max_age_seconds=age)


def bucket(*rules: CorsRule, source: str = "cloudformation") -> Bucket:
    if not rules:
        return Bucket("b", State.ABSENT, source)
    return Bucket("b", State.CONFIGURED, source, cors=BucketCors(tuple(rules)), location=Location("t.yaml", 3))


def either(yes: Bucket | None, no: Bucket | None) -> Bucket:
    alternatives = Alternative("IsProd is true", yes, ADVICE), Alternative("IsProd is false", no, ADVICE)
    return Bucket("b", State.UNKNOWN, "cloudformation", reason="open", alternatives=alternatives)


def live(*rules: CorsRule) -> Bucket:
    return bucket(*rules, source="s3")


A, B, STAR = "https://a.example", "https://b.example", "*"


def test_live_that_is_in_sync_with_every_case_is_in_sync() -> None:
    declared = either(bucket(rule(A, B)), bucket(rule(B, A)))
    report = judge_alternatives(declared, live(rule(A, B)), Rules())
    assert report.state is BucketState.IN_SYNC
    assert report.declared is not None
    assert report.declared.alternatives == declared.alternatives


def test_cosmetic_difference_from_one_case_makes_the_whole_cosmetic() -> None:
    declared = either(bucket(rule(A)), bucket(rule(A), rule(A, age=5)))
    report = judge_alternatives(declared, live(rule(A)), Rules())
    assert (report.state, report.effect) == (BucketState.IN_SYNC, Effect.COSMETIC)


def test_live_that_differs_from_every_case_has_drifted_and_shows_what_holds_for_all() -> None:
    report = judge_alternatives(either(bucket(rule(A)), bucket(rule(B))), live(rule(STAR)), Rules())
    assert report.state is BucketState.DRIFTED
    assert report.drift
    assert report.witnesses
    for witness in report.witnesses:
        assert witness.request.origin not in (A, B)
    (finding,) = report.findings
    assert "Live lets" in finding.message
    assert finding.location == Location("t.yaml", 3)
    assert report.reason is not None
    assert "each of the 2 cases" in report.reason


def test_differences_that_no_request_shows_for_all_are_told_case_by_case() -> None:
    report = judge_alternatives(either(bucket(rule(A, B)), bucket()), live(rule(A)), Rules())
    assert report.state is BucketState.DRIFTED
    assert report.effect is Effect.UNDECIDED
    (finding,) = report.findings
    assert finding.id == "live-different"
    assert "if IsProd is true: Live does not let https://b.example" in finding.message
    assert "if IsProd is false: " in finding.message


def test_live_that_differs_from_one_case_alone_is_unresolved_and_says_what_settles_it() -> None:
    report = judge_alternatives(either(bucket(rule(A)), bucket(rule(B))), live(rule(A)), Rules())
    assert report.state is BucketState.UNRESOLVED
    assert not report.drift
    assert report.reason == f"it is in sync if IsProd is true, live differs if IsProd is false: {ADVICE}"
    assert [finding.id for finding in report.findings] == ["not-compared"]


def test_case_in_which_the_bucket_is_not_declared_contradicts_no_agreement() -> None:
    report = judge_alternatives(either(bucket(rule(A)), None), live(rule(A)), Rules())
    assert report.state is BucketState.IN_SYNC


def test_difference_is_no_drift_where_the_bucket_may_not_be_declared_at_all() -> None:
    report = judge_alternatives(either(bucket(rule(A)), None), live(rule(B)), Rules())
    assert report.state is BucketState.UNRESOLVED
    assert report.reason is not None
    assert "the bucket is not declared if IsProd is false" in report.reason


def test_case_that_is_not_known_itself_leaves_the_whole_open() -> None:
    unknown = Bucket("b", State.UNKNOWN, "cloudformation", reason="CloudFormation would refuse it")
    report = judge_alternatives(either(bucket(rule(A)), unknown), live(rule(A)), Rules())
    assert report.state is BucketState.UNRESOLVED
    assert report.reason is not None
    assert "it cannot be told if IsProd is false (CloudFormation would refuse it)" in report.reason


def test_witness_against_a_case_with_unknown_values_is_not_taken_for_all() -> None:
    open_rule = rule(Unknown("not known", prefix="https://"))
    report = judge_alternatives(either(bucket(rule(A)), bucket(open_rule)), live(rule(A), rule(STAR)), Rules())
    assert report.state is not BucketState.IN_SYNC
    assert all("whichever" not in finding.message for finding in report.findings)


@pytest.mark.parametrize(
    ("undeclared", "state", "drift"),
    [(Severity.ERROR, BucketState.UNDECLARED, True), (None, BucketState.UNDECLARED, False)],
)
def test_rules_that_no_case_declares_are_undeclared(
    undeclared: Severity | None, state: BucketState, drift: bool
) -> None:
    report = judge_alternatives(either(bucket(), bucket()), live(rule(A)), Rules(undeclared=undeclared))
    assert (report.state, report.drift) == (state, drift)


def test_bucket_that_cannot_be_read_is_not_held_against_the_cases() -> None:
    denied = Bucket("b", State.DENIED, "s3", reason="AccessDenied")
    report = compare(Snapshot("cloudformation", (either(bucket(rule(A)), None),)), Snapshot("s3", (denied,)))
    assert report.buckets[0].state is BucketState.DENIED


def test_two_declarations_of_which_one_is_open_do_not_agree() -> None:
    declared = Snapshot("cloudformation", (either(bucket(rule(A)), None), bucket(rule(A))))
    (found,) = compare(declared, Snapshot("s3", (live(rule(A)),))).buckets
    assert found.state is BucketState.UNRESOLVED


def test_name_that_the_user_gives_holds_in_every_case() -> None:
    nameless = Bucket("x", State.CONFIGURED, "cloudformation", cors=BucketCors((rule(A),)))
    report = judge_alternatives(either(nameless, nameless), live(rule(A)), Rules())
    assert report.name == "b"


def test_alternatives_are_two_or_more_and_have_none_of_their_own() -> None:
    with pytest.raises(ValueError, match="two or more"):
        Bucket("b", State.ABSENT, "x", alternatives=(Alternative("always", bucket()),))
    with pytest.raises(ValueError, match="none of their own"):
        either(either(bucket(), None), None)


def test_places_of_alternatives_move_with_the_bucket() -> None:
    moved = either(bucket(rule(A)), None).relocated(lambda path: f"sub/{path}")
    assert moved.alternatives[0].bucket is not None
    assert moved.alternatives[0].bucket.location == Location("sub/t.yaml", 3)


def test_declaration_that_may_not_hold_does_not_silence_another_of_the_same_bucket() -> None:
    declared = Snapshot("cloudformation", (either(bucket(rule(A)), None), bucket()))
    (found,) = compare(declared, Snapshot("s3", (live(rule(A)),))).buckets
    assert found.state is BucketState.UNRESOLVED


def test_all_cases_together_may_take_as_much_work_as_one_bucket() -> None:
    hard = tuple(rule(f"https://{letter}*.example") for letter in "abcdefgh")
    found = judge_alternatives(either(bucket(*hard), bucket(*hard)), live(*hard[::-1]), Rules(max_steps=20))
    assert found.state is BucketState.UNRESOLVED
    assert "more than 10 steps" in (found.reason or "")
