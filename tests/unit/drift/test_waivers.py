"""Which findings a waiver holds for, and what is said of waivers that no longer do what they were for."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from drift.compare import compare, validated
from drift.cors.digest import digest
from drift.cors.model import BucketCors, CorsRule, Unknown
from drift.finding import Finding, Side
from drift.findings import finding
from drift.ignoring import Ignored
from drift.location import Location
from drift.name_globs import Globs
from drift.report import BucketReport, ExitPolicy
from drift.settings import Waiver
from drift.snapshot import State
from drift.waivers import apply_waivers, ignore_findings, rules_accepted
from tests.rules import bucket, rule, snapshot

TODAY = date(2026, 11, 22)
DECLARED, WIDER, WIDEST = rule(), rule("GET PUT"), rule("GET PUT DELETE")
PLACE = Location("cors-drift.toml", 7)


def digest_of(*rules: CorsRule) -> str:
    found = digest(BucketCors(rules) if rules else None)
    assert found is not None
    return found


def waiver(bucket: str = "b", kind: str = "live-wider", *, days: int = 0, rules: tuple[str, ...] = ()) -> Waiver:
    return Waiver(bucket, kind, "why", "me", TODAY + timedelta(days=days), rules or (digest_of(WIDER),), location=PLACE)


def drifted(name: str = "b", live: CorsRule = WIDER) -> BucketReport:
    [report] = compare(snapshot(bucket(name, DECLARED)), snapshot(bucket(name, live))).buckets
    return report


def applied(
    reports: list[BucketReport], *waivers: Waiver, narrowed: bool = False
) -> tuple[tuple[BucketReport, ...], list[tuple[str, str]]]:
    buckets, general = apply_waivers(reports, (), waivers, TODAY, narrowed=narrowed)
    assert all(each.location == PLACE for each in general)
    return buckets, [(each.id, each.message) for each in general]


def waived(reports: tuple[BucketReport, ...]) -> list[bool]:
    return [found.waived is not None for report in reports for found in report.findings]


def test_a_waiver_holds_on_its_last_day_and_tells_who_accepted_it_and_why() -> None:
    buckets, told = applied([drifted()], waiver(days=0))
    [found] = buckets[0].findings
    assert found.waived is not None
    assert (found.waived.reason, found.waived.owner, found.waived.expires) == ("why", "me", TODAY)
    assert found.waived.location == PLACE
    assert found.severity == drifted().findings[0].severity
    assert told == []


def test_a_waiver_that_expired_yesterday_waives_nothing_and_names_what_it_no_longer_waives() -> None:
    buckets, told = applied([drifted(), drifted("c"), drifted("d"), drifted("e")], waiver("?", days=-1))
    assert waived(buckets) == [False] * 4
    assert told == [
        (
            "waiver-expired",
            "the waiver of live-wider on ? expired on 2026-11-21 and no longer waives what is found on "
            "b, c, d and 1 more",
        )
    ]


def test_an_expired_waiver_that_nothing_comes_up_for_is_told_as_well() -> None:
    [(kind, message)] = applied([drifted(live=DECLARED)], waiver(days=-1))[1]
    assert kind == "waiver-expired"
    assert message.endswith("; what it was for no longer comes up")


def test_when_the_live_rules_change_again_the_waiver_is_void_and_the_bucket_is_named() -> None:
    buckets, told = applied([drifted(live=WIDEST)], waiver())
    assert waived(buckets) == [False]
    assert told == [
        (
            "waiver-void",
            "the waiver of live-wider on b does not hold for b: its live rules are none of those that were accepted",
        )
    ]
    [general] = apply_waivers([drifted(live=WIDEST)], (), [waiver()], TODAY)[1]
    assert general.bucket == "b"
    assert "cors-drift waive" in general.help


def test_a_change_of_the_live_rules_that_no_browser_sees_leaves_the_waiver_in_force() -> None:
    same = replace(WIDER, id="new", allowed_methods=("PUT", "GET"), allowed_origins=("https://a.example",) * 2)
    buckets, told = applied([drifted(live=same)], waiver())
    assert waived(buckets) == [True]
    assert told == []


def test_a_waiver_that_nothing_comes_up_for_is_unused() -> None:
    assert applied([drifted(live=DECLARED)], waiver(), waiver("other"))[1] == [
        ("waiver-unused", "the waiver of live-wider on b waives nothing: there is no such finding"),
        ("waiver-unused", "the waiver of live-wider on other waives nothing: no bucket of that name came up"),
    ]


@pytest.mark.parametrize(("glob", "told"), [("b", 1), ("other", 0), ("*", 0), ("b*", 0)])
def test_in_a_narrowed_run_only_a_waiver_of_a_bucket_that_was_looked_at_is_unused(glob: str, told: int) -> None:
    assert len(applied([drifted(live=DECLARED)], waiver(glob), narrowed=True)[1]) == told


@pytest.mark.parametrize(("glob", "told"), [("b", 1), ("other", 0), ("b*", 0)])
def test_rules_that_no_declaration_names_may_be_where_this_run_did_not_look(glob: str, told: int) -> None:
    assert len(applied([drifted(live=DECLARED)], waiver(glob, "undeclared-rules"))[1]) == told


@pytest.mark.parametrize(
    "unseen",
    [
        compare(snapshot(bucket("b", DECLARED)), snapshot(bucket("b", state=State.DENIED))),
        compare(snapshot(bucket(Unknown("why"), DECLARED)), snapshot()),
        validated(snapshot(bucket("b", DECLARED)), ExitPolicy()),
    ],
)
def test_no_waiver_is_unused_that_may_be_about_what_was_not_compared(unseen: object) -> None:
    assert applied(list(unseen.buckets), waiver(), waiver("b*"))[1] == []  # type: ignore[attr-defined]


def test_a_bucket_whose_name_is_not_known_is_never_waived() -> None:
    report = replace(drifted(), name=Unknown("why"))
    buckets, told = applied([report], waiver("*"))
    assert waived(buckets) == [False]
    assert told == []


def test_rules_that_are_not_known_are_never_waived() -> None:
    report = drifted()
    assert report.live is not None
    open_live = replace(report.live, cors=BucketCors((CorsRule(Unknown("why"), ("https://a.example",)),)))
    [bucket_report], [(kind, message)] = applied([replace(report, live=open_live)], waiver())
    assert waived((bucket_report,)) == [False]
    assert kind == "waiver-void"
    assert "not all known" in message


def test_what_could_not_be_compared_is_never_waived() -> None:
    [report] = compare(snapshot(bucket("b", DECLARED)), snapshot(bucket("b", state=State.DENIED))).buckets
    accepted = (digest_of(DECLARED), digest_of())
    assert waived(applied([report], waiver(kind="not-compared", rules=accepted))[0]) == [False]


def policy(side: Side | None, report: BucketReport) -> BucketReport:
    return replace(report, findings=(finding("null-origin", "b", None, None, side=side),))


@pytest.mark.parametrize(
    ("side", "accepted", "holds"),
    [
        (Side.DECLARED, (DECLARED,), True),
        (Side.DECLARED, (WIDER,), False),
        (Side.LIVE, (WIDER,), True),
        (Side.LIVE, (DECLARED,), False),
        (Side.BOTH, (DECLARED, WIDER), True),
        (Side.BOTH, (WIDER,), False),
        (None, (DECLARED, WIDER), True),
        (None, (WIDER,), False),
    ],
)
def test_a_waiver_is_bound_to_the_rules_that_the_finding_is_about(
    side: Side | None, accepted: tuple[CorsRule, ...], holds: bool
) -> None:
    rules = tuple(digest_of(each) for each in accepted)
    assert waived(applied([policy(side, drifted())], waiver(kind="null-origin", rules=rules))[0]) == [holds]


@pytest.mark.parametrize("kind", ["promise-broken", "origin-never-sent"])
def test_what_can_come_up_anew_under_the_same_rules_is_accepted_one_by_one(kind: str) -> None:
    first, second = (finding(kind, "b", None, None, side=Side.LIVE, subject=each) for each in ("one", "two"))
    report = drifted()
    accepted = rules_accepted(report, first)
    assert accepted is not None
    assert accepted != rules_accepted(report, second)
    both = replace(report, findings=(first, second))
    assert waived(applied([both], waiver(kind=kind, rules=tuple(accepted)))[0]) == [True, False]


def test_a_finding_about_declarations_is_bound_to_all_of_them() -> None:
    report = policy(Side.DECLARED, replace(drifted(), also_declared=(bucket("b", WIDEST),)))
    assert waived(applied([report], waiver(kind="null-origin", rules=(digest_of(DECLARED),)))[0]) == [False]


def test_what_is_declared_is_waived_where_nothing_is_live_to_look_at() -> None:
    [report] = validated(snapshot(bucket("b", DECLARED)), ExitPolicy()).buckets
    accepted = waiver(kind="null-origin", rules=(digest_of(DECLARED),))
    assert waived(applied([policy(Side.DECLARED, report), policy(None, report)], accepted)[0]) == [True, True]


def test_absent_rules_can_be_accepted_and_others_in_their_place_void_that() -> None:
    reports = [compare(snapshot(bucket("b", DECLARED)), snapshot(bucket("b", *live))).buckets[0] for live in [(), ()]]
    assert waived(applied(reports[:1], waiver(kind="live-absent", rules=(digest_of(),)))[0]) == [True]
    assert waived(applied(reports[:1], waiver(kind="live-absent"))[0]) == [False]


def test_where_the_tool_writes_a_max_age_of_zero_it_is_the_same_as_none() -> None:
    sides = [bucket("b", DECLARED, writes_max_age_zero=True), bucket("b", replace(WIDER, max_age_seconds=0))]
    [report] = compare(snapshot(sides[0]), snapshot(sides[1])).buckets
    assert waived(applied([report], waiver())[0]) == [True]


def test_a_bucket_is_told_once_however_many_waivers_no_longer_hold_for_it() -> None:
    told = applied([drifted(live=WIDEST)], waiver("*"), waiver("b*"), waiver("b"), waiver("?"))[1]
    assert [kind for kind, _ in told] == ["waiver-void"]
    assert "of live-wider on b does" in told[0][1]


def test_one_waiver_in_force_is_enough_and_the_one_that_lasts_longest_is_told() -> None:
    later = replace(waiver("b*", days=9), reason="later")
    buckets, told = applied([drifted()], waiver(days=-3), waiver(days=2), later, waiver("*", rules=(digest_of(),)))
    [found] = buckets[0].findings
    assert found.waived is not None
    assert found.waived.reason == "later"
    assert [kind for kind, _ in told] == ["waiver-expired", "waiver-unused"]


def test_a_second_waiver_of_the_same_is_unused() -> None:
    [(kind, message)] = applied([drifted()], waiver(days=2), waiver(days=1))[1]
    assert (kind, message.rpartition(": ")[2]) == ("waiver-unused", "another waiver of the same does it all")


def test_findings_of_another_kind_or_bucket_are_left_alone() -> None:
    other = finding("etag-not-exposed", "b", None, None, side=Side.LIVE)
    report = replace(drifted(), findings=(*drifted().findings, other))
    assert waived(applied([report, drifted("c")], waiver())[0]) == [True, False, False]


def test_what_was_said_before_stays_and_without_waivers_nothing_changes() -> None:
    before: Finding = finding("promise-about-no-bucket", None, None, None)
    assert apply_waivers([drifted()], [before], [], TODAY) == ((drifted(),), (before,))
    assert apply_waivers([drifted()], [before], [waiver()], TODAY)[1] == (before,)


def test_ignores_that_leave_out_nothing_are_told_unless_the_run_was_narrowed() -> None:
    ignored = [Ignored("tmp-*", "throw-away", 0, PLACE), Ignored("old-*", "gone", 3)]
    [found] = ignore_findings(ignored)
    assert (found.id, found.message, found.location) == ("ignore-unused", "no bucket's name fits tmp-*", PLACE)
    assert ignore_findings(ignored, narrowed=True) == ()


def test_globs_find_what_asking_each_would_find() -> None:
    from fnmatch import fnmatchcase

    globs = ["*", "a", "a*", "*a", "a?", "[ab]*", "[!a]", "ab*c", "b", "A*", "[", "a[", "**"]
    names = ["", "a", "b", "ab", "abc", "abxc", "A", "[", "a[", "ca"]
    found = Globs(globs)
    assert {name: set(found.fitting(name)) for name in names} == {
        name: {glob for glob in globs if fnmatchcase(name, glob)} for name in names
    }


def test_ten_thousand_waivers_over_ten_thousand_buckets_are_looked_up_and_not_tried_one_by_one() -> None:
    report = drifted()
    reports = [replace(report, name=f"bucket-{n}") for n in range(10_000)]
    same = [waiver("bucket-*", rules=(digest_of(rule("PUT", f"https://{n}.example")),)) for n in range(10_000)]
    exact = [waiver(f"bucket-{n}") for n in range(10_000)]
    assert all(waived(applied(reports, *exact)[0]))
    assert not any(waived(applied(reports, *same)[0]))
