"""Every declared bucket ends in exactly one state."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

import pytest

from drift.compare import Rules, compare
from drift.cors.evaluate import evaluate
from drift.cors.model import API_NAMES, CorsRule, Unknown
from drift.cors.verdict import Effect
from drift.location import Diagnostic, Severity
from drift.policy import policy_findings
from drift.report import BucketReport, BucketState, ExitPolicy, Report, Verdict
from drift.snapshot import Bucket, RulePlace, Snapshot, State
from tests.rules import bucket, place, rule, snapshot


def outcome(declared: Bucket, live: Bucket | None, rules: Rules | None = None) -> BucketReport:
    report = compare(snapshot(declared), snapshot(*([live] if live else [])), rules)
    (only,) = report.buckets
    return only


def test_equal_rules_are_in_sync_and_identical() -> None:
    report = compare(snapshot(bucket("b", rule())), snapshot(bucket("b", rule())))
    assert (report.verdict, report.exit_code) == (Verdict.IN_SYNC, 0)
    assert report.buckets[0].effect is Effect.IDENTICAL


def test_a_cosmetic_difference_is_in_sync_with_its_changes_listed() -> None:
    found = outcome(bucket("b", rule(id="one")), bucket("b", rule(id="two")))
    assert (found.state, found.effect) == (BucketState.IN_SYNC, Effect.COSMETIC)
    assert [change.field for change in found.changes] == ["ID"]
    assert found.findings == ()


def test_strict_makes_a_cosmetic_difference_drift() -> None:
    found = outcome(bucket("b", rule(id="one")), bucket("b", rule(id="two")), Rules(strict=True))
    assert (found.state, found.effect, found.drift) == (BucketState.DRIFTED, Effect.COSMETIC, True)


def test_max_age_alone_is_drift_of_the_cache_only() -> None:
    found = outcome(bucket("b", rule(max_age_seconds=1)), bucket("b", rule(max_age_seconds=2)))
    assert (found.state, found.effect) == (BucketState.DRIFTED, Effect.CACHE_ONLY)


@pytest.mark.parametrize(
    ("declared", "live", "effect", "kind"),
    [
        (rule("GET"), rule("GET PUT"), Effect.WIDER, "live-wider"),
        (rule("GET PUT"), rule("GET"), Effect.NARROWER, "live-narrower"),
        (rule("GET"), rule("PUT"), Effect.DIFFERENT, "live-different"),
        (rule(origins="*"), rule(origins="https://*"), Effect.DIFFERENT, "live-different"),
        (rule(max_age_seconds=5), rule(max_age_seconds=50), Effect.CACHE_ONLY, "live-cache-only"),
    ],
)
def test_drift_has_a_meaning_with_a_request_that_shows_it(
    declared: CorsRule, live: CorsRule, effect: Effect, kind: str
) -> None:
    found = outcome(bucket("b", declared), bucket("b", live))
    assert (found.state, found.effect) == (BucketState.DRIFTED, effect)
    assert [each.id for each in found.findings] == [kind]
    assert found.witnesses
    for witness in found.witnesses:
        assert evaluate([declared], witness.request) == witness.declared
        assert evaluate([live], witness.request) == witness.live


def test_a_harmless_move_is_cosmetic_and_a_harmful_one_is_told_with_a_request() -> None:
    get, put = rule("GET"), rule("PUT")
    assert outcome(bucket("b", get, put), bucket("b", put, get)).effect is Effect.COSMETIC
    anybody = rule("GET", "*")
    found = outcome(bucket("b", get, anybody), bucket("b", anybody, get))
    assert (found.state, found.effect) == (BucketState.DRIFTED, Effect.NARROWER)
    assert found.findings[0].message == ("Live lets https://a.example GET only without credentials; the code with them")


def test_an_open_question_about_s3_leaves_the_bucket_unresolved() -> None:
    found = outcome(bucket("b", rule(origins="* https://a.example")), bucket("b", rule(origins="*")))
    assert (found.state, found.effect, found.notes) == (
        BucketState.UNRESOLVED,
        Effect.UNDECIDED,
        ("star-beside-origin",),
    )
    reordered = outcome(
        bucket("b", rule(origins="* https://a.example")), bucket("b", rule(origins="https://a.example *"))
    )
    assert reordered.state is BucketState.UNRESOLVED


def test_a_set_whose_order_matters_is_a_finding_of_its_own_even_in_sync() -> None:
    ours = bucket("b", rule("GET"), rule("GET", "*"), ordered=False)
    found = outcome(ours, bucket("b", rule("GET", "*"), rule("GET")))
    assert (found.state, found.findings) == (BucketState.IN_SYNC, ())
    assert "order-matters" in [each.id for each in policy_findings(found)]


def test_what_holds_for_every_value_of_an_unknown_is_decided() -> None:
    never_first = replace(rule("GET", "https://a.example"), max_age_seconds=Unknown("why"))
    found = outcome(bucket("b", rule("GET", "*"), never_first), bucket("b", rule("GET", "*")))
    assert (found.state, found.effect) == (BucketState.IN_SYNC, Effect.COSMETIC)


def test_rules_that_are_gone_from_s3_are_told_as_absent() -> None:
    found = outcome(bucket("b", rule(), rule("PUT")), bucket("b"))
    assert found.state is BucketState.DRIFTED
    assert [change.kind.value for change in found.changes] == ["removed", "removed"]
    assert [finding.id for finding in found.findings] == ["live-absent"]


def test_the_finding_stands_where_the_changed_field_is_declared() -> None:
    declared = replace(
        bucket("b", rule()), location=place(1), places=(RulePlace(place(3), (("AllowedMethods", place(4)),)),)
    )
    found = outcome(declared, bucket("b", rule("GET PUT")))
    assert found.findings[0].location == place(4)
    assert found.place_of(found.changes[0]) == place(4)


@pytest.mark.parametrize(
    ("undeclared", "drift", "severities"),
    [(Severity.ERROR, True, ["error"]), (Severity.WARNING, False, ["warning"]), (None, False, [])],
)
def test_rules_on_a_bucket_that_declares_none_are_undeclared(
    undeclared: Severity | None, drift: bool, severities: list[str]
) -> None:
    report = compare(snapshot(bucket("b")), snapshot(bucket("b", rule())), Rules(undeclared=undeclared))
    (found,) = report.buckets
    assert (found.state, found.drift) == (BucketState.UNDECLARED, drift)
    assert [finding.severity for finding in found.findings] == severities
    assert report.summary.accepted == (not drift)
    assert report.exit_code == int(drift)


def test_a_bucket_without_rules_on_both_sides_is_in_sync() -> None:
    assert outcome(bucket("b"), bucket("b")).state is BucketState.IN_SYNC


@pytest.mark.parametrize(
    ("live", "state"),
    [
        (State.DENIED, BucketState.DENIED),
        (State.MISSING, BucketState.MISSING),
        (State.THROTTLED, BucketState.THROTTLED),
        (State.UNSUPPORTED, BucketState.UNSUPPORTED),
        (State.ERROR, BucketState.ERROR),
        (State.UNKNOWN, BucketState.UNRESOLVED),
    ],
)
def test_a_bucket_that_could_not_be_read_is_not_compared(live: State, state: BucketState) -> None:
    report = compare(snapshot(bucket("b", rule())), snapshot(Bucket("b", live, "s3", reason="because")))
    (found,) = report.buckets
    assert (found.state, found.reason) == (state, "because")
    assert (report.verdict, report.exit_code) == (Verdict.INCOMPLETE, 3)
    assert [finding.id for finding in report.findings] == ["not-compared"]


def test_a_bucket_that_live_does_not_mention_is_unresolved() -> None:
    assert outcome(bucket("b", rule()), None).state is BucketState.UNRESOLVED


def test_a_bucket_whose_name_is_unknown_is_unresolved_with_the_reason() -> None:
    found = outcome(bucket(Unknown("random_id.x is made at apply", "site-"), rule()), bucket("site-1", rule()))
    assert found.state is BucketState.UNRESOLVED
    assert found.reason is not None
    assert "random_id.x is made at apply" in found.reason


def test_unknown_rules_are_unresolved_with_the_reason() -> None:
    declared = Bucket("b", State.UNKNOWN, "test", reason="var.rules has no value")
    found = outcome(declared, bucket("b", rule()))
    assert (found.state, found.reason) == (BucketState.UNRESOLVED, "var.rules has no value")


def test_an_unknown_value_that_decides_leaves_the_bucket_unresolved() -> None:
    ours = replace(rule(), allowed_origins=(Unknown("var.host has no value", "https://"),))
    found = outcome(bucket("b", ours), bucket("b", rule()))
    assert (found.state, found.effect) == (BucketState.UNRESOLVED, Effect.UNDECIDED)
    assert found.reason == "AllowedOrigins of rule 1: var.host has no value"


def test_an_unknown_id_decides_nothing_unless_every_difference_counts() -> None:
    ours = replace(rule(), id=Unknown("why"))
    assert outcome(bucket("b", ours), bucket("b", rule())).state is BucketState.IN_SYNC
    assert outcome(bucket("b", ours), bucket("b", rule()), Rules(strict=True)).state is BucketState.UNRESOLVED


class TestSeveralDeclarations:
    def test_that_agree_are_compared_and_told_once(self) -> None:
        one = bucket("b", rule(), address="one")
        report = compare(snapshot(one, replace(one, address="two")), snapshot(bucket("b", rule())))
        (found,) = report.buckets
        assert found.state is BucketState.IN_SYNC
        [told] = policy_findings(found)
        assert told.id == "declared-more-than-once"
        assert "two" in told.message

    def test_that_do_not_agree_are_never_merged(self) -> None:
        report = compare(snapshot(bucket("b", rule()), bucket("b", rule("PUT"))), snapshot(bucket("b", rule())))
        (found,) = report.buckets
        assert found.state is BucketState.UNRESOLVED
        assert [finding.id for finding in found.findings] == ["not-compared"]
        assert "declared-more-than-once" in [finding.id for finding in policy_findings(found)]

    def test_one_that_is_silent_gives_way_to_one_that_has_rules(self) -> None:
        report = compare(snapshot(bucket("b"), bucket("b", rule())), snapshot(bucket("b", rule())))
        (found,) = report.buckets
        assert (found.state, found.findings) == (BucketState.IN_SYNC, ())

    def test_one_that_says_none_does_not_give_way(self) -> None:
        report = compare(snapshot(bucket("b", says_none=True), bucket("b", rule())), snapshot(bucket("b", rule())))
        assert report.buckets[0].state is BucketState.UNRESOLVED

    def test_two_buckets_without_a_name_are_not_one(self) -> None:
        nameless = bucket(Unknown("made at apply"), rule())
        assert len(compare(snapshot(nameless, nameless), snapshot()).buckets) == 2


def test_a_bare_rule_list_is_compared_with_the_only_bucket_of_the_other_side() -> None:
    left, right = bucket(Unknown("no bucket"), rule(), bare=True), bucket("b", rule("GET PUT"))
    assert outcome(left, right).state is BucketState.DRIFTED
    assert outcome(right, left).state is BucketState.DRIFTED


def test_a_bucket_whose_name_is_unknown_is_never_taken_for_the_only_one_of_the_other_side() -> None:
    assert outcome(bucket(Unknown("made at apply"), rule()), bucket("b", rule("PUT"))).state is BucketState.UNRESOLVED


def test_live_only_buckets_count_between_two_whole_snapshots() -> None:
    live = snapshot(bucket("b", rule()), bucket("extra", rule()), bucket("none"))
    assert len(compare(snapshot(bucket("b", rule())), live).buckets) == 1
    report = compare(snapshot(bucket("b", rule())), live, Rules(live_only=True))
    assert [(each.name, each.state) for each in report.buckets] == [
        ("b", BucketState.IN_SYNC),
        ("extra", BucketState.UNDECLARED),
    ]


def exit_of(*declared: Bucket, live: Snapshot, exits: ExitPolicy | None = None, failed: bool = False) -> Report:
    fault = (Diagnostic(Severity.ERROR, "broken", "x"),) if failed else ()
    return compare(Snapshot("test", declared, fault), live, None, exits)


class TestExitCodes:
    same, drifted, unknown = bucket("a", rule()), bucket("b", rule()), bucket("c", rule())
    live = snapshot(bucket("a", rule()), bucket("b", rule("PUT")), Bucket("c", State.DENIED, "s3", reason="403"))

    def test_drift_beats_incomplete(self) -> None:
        assert exit_of(self.same, self.drifted, self.unknown, live=self.live).exit_code == 1

    def test_an_error_beats_drift(self) -> None:
        report = exit_of(self.drifted, live=self.live, failed=True)
        assert (report.verdict, report.exit_code) == (Verdict.ERROR, 2)

    def test_incomplete_beats_in_sync(self) -> None:
        assert exit_of(self.same, self.unknown, live=self.live).exit_code == 3

    def test_nothing_to_compare_is_not_green(self) -> None:
        report = exit_of(live=self.live)
        assert (report.verdict, report.exit_code) == (Verdict.NOTHING, 4)

    def test_allowing_incomplete_needs_something_that_was_compared(self) -> None:
        allow = ExitPolicy(allow_incomplete=True)
        assert exit_of(self.same, self.unknown, live=self.live, exits=allow).exit_code == 0
        assert exit_of(self.unknown, live=self.live, exits=allow).exit_code == 3

    def test_exit_zero_reports_only_but_an_error_stays_one(self) -> None:
        zero = ExitPolicy(exit_zero=True)
        assert exit_of(self.drifted, live=self.live, exits=zero).exit_code == 0
        assert exit_of(self.drifted, live=self.live, exits=zero, failed=True).exit_code == 2

    @pytest.mark.parametrize(
        ("name", "failed", "code"), [("a", False, 0), ("b", False, 2), ("c", False, 1), ("b", True, 1)]
    )
    def test_detailed_exit_codes_are_those_of_terraform(self, name: str, failed: bool, code: int) -> None:
        chosen = [each for each in (self.same, self.drifted, self.unknown) if each.name == name]
        assert exit_of(*chosen, live=self.live, exits=ExitPolicy(detailed=True), failed=failed).exit_code == code

    def test_the_counts_add_up(self) -> None:
        summary = exit_of(self.same, self.drifted, self.unknown, live=self.live).summary
        assert (summary.buckets, summary.in_sync, summary.drifted, summary.accepted, summary.not_compared) == (
            3,
            1,
            1,
            0,
            1,
        )
        assert sum(count for _, count in summary.by_state) == summary.buckets


class TestSeveralLiveEntries:
    def test_that_do_not_agree_leave_the_bucket_unresolved_whichever_comes_first(self) -> None:
        one, other = bucket("b", rule()), bucket("b", rule("PUT"))
        for live in (snapshot(one, other), snapshot(other, one)):
            report = compare(snapshot(bucket("b", rule())), live)
            assert [each.state for each in report.buckets] == [BucketState.UNRESOLVED]

    def test_that_agree_are_one(self) -> None:
        report = compare(snapshot(bucket("b", rule())), snapshot(bucket("b", rule()), bucket("b"), bucket("b", rule())))
        assert [each.state for each in report.buckets] == [BucketState.IN_SYNC]

    def test_a_live_bucket_that_nobody_could_read_counts_between_two_whole_snapshots(self) -> None:
        live = snapshot(Bucket("secret", State.DENIED, "s3", reason="403"), Bucket("gone", State.MISSING, "s3"))
        report = compare(snapshot(), live, Rules(live_only=True))
        assert [(each.name, each.state) for each in report.buckets] == [("secret", BucketState.DENIED)]
        assert report.exit_code == 3


def test_a_thousand_rules_are_told_apart_without_pairing_each_with_each() -> None:
    ours = bucket("b", *(rule("GET", f"https://{index}.example") for index in range(1000)))
    theirs = bucket("b", *(rule("GET", f"https://{index}.example") for index in range(1, 1001)))
    changes = outcome(ours, theirs).changes
    assert [change.kind.value for change in changes] == ["removed", "added"]


def test_every_https_origin_in_place_of_the_star_says_that_credentials_are_now_reflected() -> None:
    found = outcome(bucket("b", rule("GET", "*")), bucket("b", rule("GET", "https://*")))
    assert found.effect is Effect.DIFFERENT
    told = found.findings[0].message
    assert "Live lets https://evil.example GET with credentials; the code only without" in told
    assert "Live does not let http://evil.example GET; the code does" in told


class TestPlaceOfDrift:
    """The finding stands at the attribute that the shown request is about."""

    FIELDS: ClassVar = {name: place(line) for line, name in enumerate(API_NAMES.values(), 10)}

    @pytest.mark.parametrize(
        ("live", "field"),
        [
            (rule("GET", "https://a.example https://evil.example", "x-a"), "AllowedOrigins"),
            (rule("GET PUT", headers="x-a", expose="x-b"), "AllowedMethods"),
            (rule("GET", headers="x-a x-b", expose=""), "AllowedHeaders"),
            (rule("GET", expose="x-b", max_age_seconds=5), "ExposeHeaders"),
            (rule("GET", max_age_seconds=5), "MaxAgeSeconds"),
        ],
    )
    def test_is_that_of_the_field(self, live: CorsRule, field: str) -> None:
        places = (RulePlace(place(3), tuple(self.FIELDS.items())),)
        found = outcome(bucket("b", rule("GET"), places=places), bucket("b", live))
        assert found.findings[0].location == self.FIELDS[field]
