"""What is made of findings: levels, ignores, promises and waivers, and the verdict and exit code that come of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from drift.assessment import assess
from drift.compare import Rules, compare, validated
from drift.cors.model import BucketCors, CorsRule, Unknown
from drift.ignoring import Ignore
from drift.location import Severity
from drift.redaction import redacted
from drift.report import BucketState, ExitPolicy, Report, Verdict
from drift.settings import AssessmentSettings, FailOn, Format, Promise, Waiver
from drift.snapshot import Bucket, State
from tests.accepting import accepting
from tests.rules import bucket, rule, snapshot
from tests.samples.rendering import written

TODAY = date(2026, 11, 22)
LENIENT = ExitPolicy(allow_incomplete=True)
ANY_SITE = rule("GET", "https://*")
SAFE, MORE = rule("GET"), rule("GET PUT", expose="ETag")


def settled(report: Report, **settings: object) -> Report:
    return assess(report, AssessmentSettings(today=TODAY, **settings), ExitPolicy())  # type: ignore[arg-type]


def compared(*pairs: tuple[Bucket, Bucket]) -> Report:
    return compare(snapshot(*(ours for ours, _ in pairs)), snapshot(*(theirs for _, theirs in pairs)))


def in_sync(*rules: CorsRule) -> Report:
    return compared((bucket("b", *rules), bucket("b", *rules)))


def drifted() -> Report:
    return compared((bucket("b", SAFE), bucket("b", MORE)))


def waiver(finding: str, rules: CorsRule, expires: date = TODAY) -> Waiver:
    return Waiver("b", finding, "the CDN", "web", expires, (accepting(rules, kind=finding),))


def ids(report: Report) -> set[str]:
    return {each.id for each in report.findings}


class TestPolicy:
    def test_does_not_fail_a_run_by_default(self) -> None:
        report = settled(in_sync(ANY_SITE))
        assert "any-origin-with-credentials" in ids(report)
        assert (report.verdict, report.exit_code) == (Verdict.IN_SYNC, 0)

    def test_fails_it_from_the_level_that_is_asked_for(self) -> None:
        report = settled(in_sync(ANY_SITE), fail_on=FailOn.WARNING)
        assert (report.verdict, report.exit_code) == (Verdict.POLICY, 1)

    @pytest.mark.parametrize(("level", "code"), [(Severity.ERROR, 1), (Severity.INFO, 0), (None, 0)])
    def test_is_as_heavy_as_the_settings_have_it(self, level: Severity | None, code: int) -> None:
        report = settled(in_sync(ANY_SITE), levels={"any-origin-with-credentials": level})
        assert report.exit_code == code
        assert ("any-origin-with-credentials" in ids(report)) is (level is not None)

    def test_never_fails_where_nothing_is_to_fail(self) -> None:
        levels = {"any-origin-with-credentials": Severity.ERROR}
        assert settled(in_sync(ANY_SITE), levels=levels, fail_on=FailOn.NEVER).exit_code == 0


class TestDrift:
    def test_fails_whatever_level_policy_fails_from(self) -> None:
        assert settled(drifted(), fail_on=FailOn.NEVER).exit_code == 1

    @pytest.mark.parametrize(("level", "code"), [(Severity.WARNING, 0), (None, 0), (Severity.ERROR, 1)])
    def test_counts_for_less_where_the_settings_say_so(self, level: Severity | None, code: int) -> None:
        report = settled(drifted(), levels={"live-wider": level})
        assert report.exit_code == code
        assert report.buckets[0].state is BucketState.DRIFTED
        assert report.summary.accepted == (code == 0)

    @pytest.mark.parametrize("fail_on", FailOn)
    def test_counts_as_ever_where_a_level_is_what_it_is_by_default_or_more(self, fail_on: FailOn) -> None:
        cached = rule("GET", max_age_seconds=5)
        cache_only = compared((bucket("b", SAFE), bucket("b", cached)))
        for level in (Severity.WARNING, Severity.ERROR):
            report = settled(cache_only, levels={"live-cache-only": level}, fail_on=fail_on)
            assert (report.verdict, report.exit_code) == (Verdict.DRIFT, 1)
        assert settled(drifted(), levels={"live-wider": Severity.ERROR}, fail_on=fail_on).exit_code == 1

    def test_counts_from_the_level_that_policy_fails_from_if_lowered(self) -> None:
        levels = {"live-wider": Severity.WARNING}
        assert settled(drifted(), levels=levels, fail_on=FailOn.WARNING).exit_code == 1
        assert settled(drifted(), levels=levels, fail_on=FailOn.NEVER).exit_code == 0

    def test_that_nobody_declared_is_as_heavy_as_its_level(self) -> None:
        lenient = Rules(undeclared=Severity.WARNING)
        report = compare(snapshot(bucket("b")), snapshot(bucket("b", SAFE)), lenient)
        assert settled(report).exit_code == 0
        assert settled(report, levels={"undeclared-rules": Severity.ERROR}).exit_code == 1

    def test_of_which_not_all_is_known_is_called_by_what_is_certain(self) -> None:
        unknown = CorsRule(("GET",), (Unknown("a variable", "https://"),))
        live = bucket("b", rule("GET"), rule("DELETE", "https://*"))
        report = settled(compared((bucket("b", unknown), live)))
        assert "live-wider" in ids(report)

    def test_is_accepted_while_a_waiver_holds(self) -> None:
        report = settled(drifted(), waivers=(waiver("live-wider", MORE),))
        assert (report.verdict, report.exit_code, report.summary.waived) == (Verdict.CLEAN, 0, 1)
        assert report.buckets[0].state is BucketState.DRIFTED

    def test_counts_again_the_day_after(self) -> None:
        report = settled(drifted(), waivers=(waiver("live-wider", MORE, date(2026, 11, 21)),))
        assert (report.exit_code, "waiver-expired" in ids(report)) == (1, True)

    def test_counts_again_when_live_has_changed(self) -> None:
        report = settled(drifted(), waivers=(waiver("live-wider", rule("GET DELETE")),))
        assert (report.exit_code, "waiver-void" in ids(report)) == (1, True)

    def test_that_a_waiver_of_something_else_names_still_counts(self) -> None:
        report = settled(drifted(), waivers=(waiver("live-narrower", MORE),))
        assert (report.exit_code, "waiver-unused" in ids(report)) == (1, True)


class TestPromises:
    def test_that_break_fail_an_otherwise_good_run(self) -> None:
        report = settled(in_sync(MORE), promises=(Promise("nobody may PUT"),))
        assert (report.verdict, report.exit_code) == (Verdict.POLICY, 1)

    def test_that_cannot_be_decided_leave_it_incomplete(self) -> None:
        unknown = CorsRule(("GET",), (Unknown("a variable", "https://"),))
        same = bucket("b", unknown, address="x")
        report = compared((same, replace(same, cors=BucketCors((unknown,)))))
        report = settled(report, promises=(Promise("nobody but https://a.example may GET"),))
        assert (report.verdict, report.exit_code) == (Verdict.INCOMPLETE, 3)

    def test_that_cannot_be_decided_stay_so_where_the_finding_is_switched_off(self) -> None:
        denied = Bucket("b", State.DENIED, "s3", reason="AccessDenied")
        levels = {"promise-undecided": None, "not-compared": None}
        report = settled(compared((bucket("b", SAFE), denied)), levels=levels, promises=(Promise("nobody may PUT"),))
        assert (report.verdict, report.exit_code) == (Verdict.INCOMPLETE, 3)


class TestIgnores:
    def test_leave_out_what_they_name_and_count_it(self) -> None:
        both = compared((bucket("b", SAFE), bucket("b", MORE)), (bucket("c", SAFE), bucket("c", SAFE)))
        report = settled(both, ignores=(Ignore("b*", "tests"),))
        assert [each.name for each in report.buckets] == ["c"]
        assert (report.exit_code, report.summary.ignored) == (0, 1)

    def test_that_leave_nothing_make_nothing_green(self) -> None:
        report = settled(drifted(), ignores=(Ignore("*", "all of it"),))
        assert (report.verdict, report.exit_code) == (Verdict.NOTHING, 4)

    def test_without_a_bucket_are_told(self) -> None:
        assert "ignore-unused" in ids(settled(in_sync(SAFE), ignores=(Ignore("x", "gone"),)))

    def test_of_a_denied_bucket_make_the_run_complete(self) -> None:
        denied = Bucket("d", State.DENIED, "s3", reason="AccessDenied")
        report = compared((bucket("b", SAFE), bucket("b", SAFE)), (bucket("d", SAFE), denied))
        assert settled(report).exit_code == 3
        assert settled(report, ignores=(Ignore("d", "another team's"),)).exit_code == 0


class TestValidation:
    def test_is_clean_where_nothing_fails_it(self) -> None:
        report = settled(validated(snapshot(bucket("b", SAFE)), ExitPolicy()))
        assert (report.verdict, report.exit_code) == (Verdict.CLEAN, 0)

    def test_fails_for_what_s3_refuses(self) -> None:
        report = settled(validated(snapshot(bucket("b", rule("PATCH"))), ExitPolicy()))
        assert (report.verdict, report.exit_code) == (Verdict.POLICY, 1)

    def test_of_what_is_not_known_is_incomplete(self) -> None:
        unknown = Bucket("b", State.UNKNOWN, "terraform", reason="a variable")
        report = settled(validated(snapshot(unknown), ExitPolicy()))
        assert (report.verdict, report.exit_code) == (Verdict.INCOMPLETE, 3)

    def test_of_nothing_is_nothing(self) -> None:
        assert settled(validated(snapshot(), ExitPolicy())).exit_code == 4


def test_errors_of_the_input_beat_everything() -> None:
    failed = replace(drifted(), verdict=Verdict.ERROR)
    assert settled(failed).exit_code == 2


def test_buckets_that_did_not_come_up_leave_a_run_incomplete() -> None:
    report = assess(in_sync(SAFE), AssessmentSettings(today=TODAY), ExitPolicy(), whole=False)
    assert report.exit_code == 3


@pytest.mark.parametrize("kind", Format)
def test_what_is_sensitive_shows_in_no_finding_and_no_promise(kind: Format) -> None:
    hidden = frozenset({"https://hush.example", "x-hush-*"})
    ours = bucket("b", rule("PUT", "https://hush.example", "x-hush-*"), sensitive=hidden)
    says = (
        "nobody may PUT with any header",
        "https://hush.example may DELETE",
        "nobody but https://hush.example may GET",
    )
    report = settled(compared((ours, ours)), promises=tuple(Promise(each) for each in says))
    assert report.exit_code == 1
    text = written(kind, redacted(report))
    assert "hush" not in text.lower()
    assert kind is Format.SARIF or "sensitive value" in text, "SARIF has no result for what has no place"


def test_rules_of_which_not_all_is_known_are_not_all_looked_at() -> None:
    unknown = CorsRule(("GET", "PUT"), (Unknown("a variable"), "https://*"))
    report = settled(validated(snapshot(bucket("b", unknown)), ExitPolicy()))
    assert (report.verdict, report.exit_code) == (Verdict.INCOMPLETE, 3)
    assert report.buckets[0].reason == "AllowedOrigins of rule 1: a variable"
    again = assess(validated(snapshot(bucket("b", unknown)), LENIENT), AssessmentSettings(today=TODAY), LENIENT)
    assert again.exit_code == 0, "what is known was looked at"
    assert "write-from-any-origin" in ids(report), "what is known is judged all the same"
    assert "any-origin-with-credentials" not in ids(report), "the unknown may be *, which is answered without"


def test_an_id_that_is_not_known_is_all_the_same() -> None:
    named = CorsRule(("GET",), ("https://a.example",), id=Unknown("a variable"))
    assert settled(validated(snapshot(bucket("b", named)), ExitPolicy())).exit_code == 0


def test_where_input_could_not_be_read_nothing_is_called_unused() -> None:
    failed = replace(drifted(), verdict=Verdict.ERROR)
    told = settled(failed, ignores=(Ignore("x", "gone"),), promises=(Promise("nobody may PUT", ("x",)),))
    assert not ids(told) & {"ignore-unused", "promise-about-no-bucket"}


def test_a_check_that_compared_nothing_is_never_green() -> None:
    nameless = bucket(Unknown("a variable", "site-"), SAFE)
    report = compare(snapshot(nameless, bucket("c", SAFE)), snapshot(), exits=LENIENT)
    assert assess(report, AssessmentSettings(today=TODAY), LENIENT).exit_code == 3
