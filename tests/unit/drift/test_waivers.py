"""Which findings a waiver holds for, and what is said of waivers that no longer do what they were for."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from drift.accepted import VERSION, accepted
from drift.compare import compare, validated
from drift.cors.model import BucketCors, CorsRule, Unknown
from drift.finding import Finding, Side
from drift.findings import finding
from drift.ignoring import Ignored
from drift.location import Location
from drift.name_globs import Globs
from drift.pull_request import Move, PullRequest
from drift.report import BucketReport, BucketState, ExitPolicy
from drift.settings import Waiver
from drift.snapshot import Alternative, Bucket, State
from drift.waivers import apply_waivers, ignore_findings
from tests.accepting import accepting as of
from tests.rules import bucket, rule, snapshot

TODAY = date(2026, 11, 22)
DECLARED, WIDER, WIDEST = rule(), rule("GET PUT"), rule("GET PUT DELETE")
PLACE = Location("cors-drift.toml", 7)


def waiver(
    bucket: str = "b", kind: str = "live-wider", *, days: int = 0, rules: tuple[str, ...] = (), subject: str = ""
) -> Waiver:
    rules = rules or (of(WIDER, kind=kind, subject=subject),)
    return Waiver(bucket, kind, "why", "me", TODAY + timedelta(days=days), rules, PLACE, subject)


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
            "the waiver of live-wider on b does not hold for b: its declared and live rules are not those that"
            " were accepted",
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
    rules = tuple(of(*each, kind="not-compared") for each in [(DECLARED,), ()])
    assert waived(applied([report], waiver(kind="not-compared", rules=rules))[0]) == [False]


def policy(side: Side | None, report: BucketReport) -> BucketReport:
    return replace(report, findings=(finding("null-origin", "b", None, None, side=side),))


@pytest.mark.parametrize(
    ("side", "looked_at", "holds"),
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
    side: Side | None, looked_at: tuple[CorsRule, ...], holds: bool
) -> None:
    rules = tuple(of(each, kind="null-origin") for each in looked_at)
    assert waived(applied([policy(side, drifted())], waiver(kind="null-origin", rules=rules))[0]) == [holds]


@pytest.mark.parametrize("kind", ["promise-broken", "origin-never-sent", "wildcard-without-dot"])
def test_of_several_findings_of_one_kind_each_is_accepted_by_itself(kind: str) -> None:
    first, second = (finding(kind, "b", None, None, side=Side.LIVE, subject=each) for each in ("one", "two"))
    both = replace(drifted(), findings=(first, second))
    buckets, told = applied([both], waiver(kind=kind, rules=(of(WIDER, kind=kind, subject="one"),)))
    assert waived(buckets) == [True, False]
    assert [id for id, _ in told] == ["waiver-void"]


def test_a_waiver_of_one_subject_is_for_no_other_and_is_not_called_void_by_it() -> None:
    kind = "promise-broken"
    both = replace(
        drifted(), findings=tuple(finding(kind, "b", None, None, side=Side.LIVE, subject=each) for each in "xyz")
    )
    buckets, told = applied([both], waiver(kind=kind, subject="y"), waiver("b*", kind, subject="z"))
    assert waived(buckets) == [False, True, True]
    assert told == []
    [(unused, message)] = applied([both], waiver(kind=kind, subject="w"))[1]
    assert unused == "waiver-unused"
    assert message == "the waiver of promise-broken (w) on b waives nothing: there is no such finding"


def test_what_was_accepted_on_one_bucket_is_not_accepted_on_another_that_a_glob_fits() -> None:
    reports = [drifted(), drifted("c")]
    glob = waiver("*", rules=(of(WIDER, on="b"),))
    buckets, told = applied(reports, glob)
    assert waived(buckets) == [True, False]
    assert told == [
        (
            "waiver-void",
            "the waiver of live-wider on * does not hold for c: its declared and live rules are not those that"
            " were accepted",
        )
    ]
    assert waived(applied(reports, replace(glob, rules=(of(WIDER), of(WIDER, on="c"))))[0]) == [True, True]


def test_that_all_rules_are_gone_is_accepted_bucket_by_bucket_too() -> None:
    reports = [compare(snapshot(bucket(each, DECLARED)), snapshot(bucket(each))).buckets[0] for each in "bc"]
    gone = waiver("*", "live-absent", rules=(of(on="b", kind="live-absent"),))
    assert waived(applied(reports, gone)[0]) == [True, False]


def test_a_difference_is_accepted_with_both_its_sides() -> None:
    hardened = compare(snapshot(bucket("b", rule("GET", "https://*.a.example"))), snapshot(bucket("b", WIDER))).buckets
    [found] = hardened[0].findings
    buckets, told = applied(list(hardened), waiver(kind=found.id, rules=(of(WIDER, kind=found.id),)))
    assert waived(buckets) == [False]
    assert [kind for kind, _ in told] == ["waiver-void"]
    same = replace(DECLARED, id="new", allowed_origins=("https://a.example",) * 2)
    [report] = compare(snapshot(bucket("b", same)), snapshot(bucket("b", WIDER))).buckets
    assert waived(applied([report], waiver())[0]) == [True]


def test_what_a_pull_request_does_is_accepted_with_what_it_replaces_and_by_what() -> None:
    def report(live: Bucket | None, head: Bucket | None, base: Bucket | None = None) -> BucketReport:
        found = finding("live-change-undone", "b", None, None)
        told = PullRequest(Move.REVERTS, "said", base)
        return BucketReport("b", BucketState.DRIFTED, head, live, findings=(found,), pull_request=told)

    ours, theirs, other = (bucket("b", each) for each in (DECLARED, WIDER, rule("HEAD")))
    looked_at = report(theirs, ours, base=other)
    rules = accepted(looked_at, looked_at.findings[0])
    assert rules is not None
    assert set(rules.values()) == {Side.BOTH}
    held = waiver(kind="live-change-undone", rules=tuple(rules))
    told = {
        "the target branch moved on": (report(theirs, ours, base=None), True),
        "live was not read, and the target branch has the same": (report(None, ours, base=theirs), True),
        "live changed": (report(other, ours, base=other), False),
        "the pull request changed": (report(theirs, other, base=other), False),
        "the pull request declares the bucket no longer": (report(theirs, None, base=other), False),
        "live was not read": (report(None, ours, base=other), False),
        "the bucket is gone": (report(bucket("b", state=State.MISSING), ours, base=other), False),
        "live is not known": (report(bucket("b", state=State.DENIED), ours, base=other), False),
    }
    assert {why: waived(applied([each], held)[0]) for why, (each, _) in told.items()} == {
        why: [holds] for why, (_, holds) in told.items()
    }


def test_a_difference_that_is_certain_although_the_code_leaves_something_open_can_be_accepted() -> None:
    def report(prefix: str) -> BucketReport:
        declared = bucket("b", CorsRule(("GET",), (Unknown("a variable", prefix),)))
        live = bucket("b", rule("GET"), rule("DELETE", "https://*"))
        [found] = compare(snapshot(declared), snapshot(live)).buckets
        return found

    [found] = report("https://").findings
    rules = accepted(report("https://"), found)
    assert rules is not None
    assert waived(applied([report("https://")], waiver(kind=found.id, rules=tuple(rules)))[0]) == [True]
    assert waived(applied([report("http")], waiver(kind=found.id, rules=tuple(rules)))[0]) == [False]


def test_what_is_found_of_a_declaration_with_cases_is_accepted_in_all_of_them() -> None:
    def report(*cases: Bucket | None) -> BucketReport:
        told = tuple(Alternative(f"C is {n}", each) for n, each in enumerate(cases))
        declared = replace(bucket("b", state=State.UNKNOWN), alternatives=told)
        [found] = validated(snapshot(declared), ExitPolicy()).buckets
        return policy(Side.DECLARED, found)

    sides = [bucket("b", each) for each in (DECLARED, WIDER)]
    one, both = (
        waiver(kind="null-origin", rules=tuple(of(each, kind="null-origin") for each in looked_at))
        for looked_at in ((DECLARED,), (DECLARED, WIDER))
    )
    assert waived(applied([report(*sides)], one)[0]) == [False]
    assert waived(applied([report(*sides)], both)[0]) == [True]
    assert waived(applied([report(sides[0], None)], one)[0]) == [True]
    assert waived(applied([report(sides[0], bucket("b", state=State.UNKNOWN))], both)[0]) == [False]


def test_what_was_accepted_as_one_finding_is_not_accepted_as_another() -> None:
    assert waived(applied([drifted()], waiver(rules=(of(WIDER, kind="live-different"),)))[0]) == [False]


def test_digests_that_nothing_comes_up_for_are_told_beside_those_that_still_waive() -> None:
    dead = tuple(of(rule("GET", f"https://{n}.example"), on=f"b{n}") for n in range(5))
    part = waiver("b*", rules=(of(WIDER), *dead))
    told = applied([drifted()], part)[1]
    names = ", ".join(each[: len(VERSION) + 11] for each in dead[:3])
    assert told == [
        (
            "waiver-unused",
            "5 of the 6 digests of the waiver of live-wider on b* waive nothing, since that no longer comes up: "
            f"{names} and 2 more",
        )
    ]
    assert applied([drifted()], part, narrowed=True)[1] == []
    [(_, exact)] = applied([drifted()], waiver(rules=(of(WIDER), dead[0])), narrowed=True)[1]
    assert exact.startswith("1 of the 2 digests of the waiver of live-wider on b waives nothing")
    denied = compare(snapshot(bucket("b9", DECLARED)), snapshot(bucket("b9", state=State.DENIED))).buckets
    assert applied([drifted(), *denied], part)[1] == []


def test_a_digest_that_another_waiver_needs_less_is_still_one_that_comes_up() -> None:
    both = (of(WIDER), of(WIDER, on="c"))
    told = applied([drifted(), drifted("c")], waiver("?", rules=both), waiver("*", days=3, rules=both[:1]))[1]
    assert told == []


def test_a_waiver_that_was_given_more_than_a_year_by_hand_holds_and_is_told() -> None:
    assert applied([drifted()], waiver(days=365))[1] == []
    buckets, told = applied([drifted()], waiver(days=366))
    assert waived(buckets) == [True]
    assert told == [
        ("waiver-too-long", "the waiver of live-wider on b lasts until 2027-11-23, more than a year from now")
    ]


def test_the_digest_of_a_finding_stays_the_same_from_version_to_version() -> None:
    assert of(WIDER) == "accepted1:17766c64343e621860ec473b150dfab1f5d30424"


def test_a_finding_about_declarations_is_bound_to_all_of_them() -> None:
    report = policy(Side.DECLARED, replace(drifted(), also_declared=(bucket("b", WIDEST),)))
    one = of(DECLARED, kind="null-origin")
    assert waived(applied([report], waiver(kind="null-origin", rules=(one,)))[0]) == [False]


def test_what_is_declared_is_waived_where_nothing_is_live_to_look_at() -> None:
    [report] = validated(snapshot(bucket("b", DECLARED)), ExitPolicy()).buckets
    declared = waiver(kind="null-origin", rules=(of(DECLARED, kind="null-origin"),))
    assert waived(applied([policy(Side.DECLARED, report), policy(None, report)], declared)[0]) == [True, True]


def test_absent_rules_can_be_accepted_and_others_in_their_place_void_that() -> None:
    reports = [compare(snapshot(bucket("b", DECLARED)), snapshot(bucket("b", *live))).buckets[0] for live in [(), ()]]
    gone = waiver(kind="live-absent", rules=(of(kind="live-absent"),))
    assert waived(applied(reports[:1], gone)[0]) == [True]
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
    buckets, told = applied([drifted()], waiver(days=-3), waiver(days=2), later, waiver("*", rules=(of(),)))
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
    same = [waiver("bucket-*", rules=(f"accepted1:{n:040}",)) for n in range(10_000)]
    exact = [waiver(f"bucket-{n}", rules=(of(WIDER, on=f"bucket-{n}"),)) for n in range(10_000)]
    assert all(waived(applied(reports, *exact)[0]))
    assert not any(waived(applied(reports, *same)[0]))
