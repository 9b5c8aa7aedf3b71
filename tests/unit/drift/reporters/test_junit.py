"""JUnit XML: cases that dashboards count rightly, names that stay, and a document that other readers take."""

from __future__ import annotations

import io
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest
from junitparser import Error, Failure, JUnitXml, Skipped

from drift.location import Location, Severity
from drift.report import Report
from drift.reporters.junit import write_report
from drift.settings import FailOn
from tests.samples import hostile, many, reports
from tests.samples.fleet import renamed

# jenkinsci/xunit-plugin, junit-10.xsd: elements with their attributes, required ones first. ``file`` and ``line`` of a
# case are beyond it: GitLab and pytest have them.
REQUIRED = {
    "testsuites": set[str](),
    "testsuite": {"name", "tests", "failures", "errors"},
    "testcase": {"name"},
    **{key: set[str]() for key in ("failure", "error", "skipped", "system-out")},
}
ALLOWED = {
    "testsuites": {"name", "time", "tests", "failures", "errors"},
    "testsuite": {"name", "tests", "failures", "errors", "skipped", "time", "timestamp", "hostname", "id", "package"},
    "testcase": {"name", "time", "classname", "group", "file", "line"},
    **{key: {"type", "message"} for key in ("failure", "error", "skipped")},
    "system-out": set[str](),
}
CHILDREN = {
    "testsuites": {"testsuite"},
    "testsuite": {"testcase", "system-out"},
    "testcase": {"failure", "error", "skipped"},
}


def written(report: Report) -> str:
    stream = io.StringIO()
    write_report(report, stream)
    return stream.getvalue()


def cases(report: Report) -> dict[tuple[str, str], ET.Element]:
    found = ET.fromstring(written(report)).iter("testcase")
    return {(each.attrib["classname"].removeprefix("cors-drift."), each.attrib["name"]): each for each in found}


def outcomes(report: Report) -> dict[tuple[str, str], str]:
    return {name: each[0].tag if len(each) else "passed" for name, each in cases(report).items()}


@pytest.mark.parametrize("name", reports())
def test_the_document_keeps_to_the_schema_of_jenkins_and_its_counts_are_right(name: str) -> None:
    root = ET.fromstring(written(reports()[name]))
    for each in root.iter():
        assert REQUIRED[each.tag] <= each.attrib.keys() <= ALLOWED[each.tag]
        assert {child.tag for child in each} <= CHILDREN.get(each.tag, set())
    for each in [root, *root.iter("testsuite")]:
        assert int(each.attrib["tests"]) == len(list(each.iter("testcase")))
        for count, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            assert int(each.attrib.get(count, len(list(each.iter(tag))))) == len(list(each.iter(tag)))


@pytest.mark.parametrize("name", reports())
def test_another_library_reads_the_same_outcomes(name: str) -> None:
    read = JUnitXml.fromstring(written(reports()[name]).encode())
    words = {Failure: "failure", Error: "error", Skipped: "skipped"}
    found = {
        (case.classname.removeprefix("cors-drift."), case.name): words[type(case.result[0])]
        if case.result
        else "passed"
        for suite in read
        for case in suite
    }
    assert found == outcomes(reports()[name])


@pytest.mark.parametrize("name", reports())
def test_no_two_cases_have_one_name(name: str) -> None:
    found = ET.fromstring(written(reports()[name])).iter("testcase")
    names = [(each.attrib["classname"], each.attrib["name"]) for each in found]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("name", "outcome"),
    [
        ("identical", "passed"),
        ("cosmetic", "passed"),
        ("wider", "failure"),
        ("undeclared", "failure"),
        ("undeclared-accepted", "skipped"),
        ("drift-waived", "skipped"),
        ("denied", "error"),
        ("unresolved", "error"),
    ],
)
def test_each_state_has_its_outcome(name: str, outcome: str) -> None:
    assert outcomes(reports()[name])["comparison", "assets-prod"] == outcome


def test_a_declaration_that_was_only_looked_at_is_not_called_compared() -> None:
    assert outcomes(reports()["clean"]) == {("validation", "assets-prod"): "passed"}


def test_a_waiver_is_the_reason_of_what_is_skipped() -> None:
    (skipped,) = cases(reports()["drift-waived"])["comparison", "assets-prod"]
    assert skipped.attrib["type"] == "live-different"
    assert skipped.attrib["message"].endswith("; until 2027-01-31 by web-team: the CDN needs it until the move")


def test_a_finding_fails_from_the_severity_that_fails_the_run() -> None:
    report = replace(reports()["verdict-policy"], fail_on=FailOn.WARNING)
    found = [outcome for (group, _), outcome in outcomes(report).items() if group == "policy"]
    assert set(found) == {"failure"}
    lighter = outcomes(replace(report, fail_on=FailOn.ERROR))
    assert {outcome for (group, _), outcome in lighter.items() if group == "policy"} == {"skipped"}


def test_promises_that_are_kept_and_broken_stand_apart_from_drift() -> None:
    found = outcomes(reports()["promise-broken"])
    assert found["promises", "https://app.example.com may PUT with content-type"] == "passed"
    broken = "nobody but https://*.corp.example may DELETE"
    assert found["promises", broken] == "failure"
    case = cases(reports()["promise-broken"])["promises", broken]
    assert (case.attrib["file"], case.attrib["line"]) == ("cors-drift.toml", "24")
    assert "asked: a preflight for DELETE from https://any.example: allowed by rule 1" in (case[0].text or "")


def test_a_promise_is_one_case_whatever_becomes_of_it() -> None:
    name = "promises", "nobody but https://*.corp.example may DELETE"
    report = reports()["promise-broken"]
    assert outcomes(report)[name] == "failure"
    assert outcomes(reports()["promise-waived"])[name] == "skipped"
    (bucket,) = report.buckets
    drift_alone = replace(bucket, findings=bucket.findings[:1])
    kept = tuple(replace(each, broken=0) for each in report.promises)
    assert outcomes(replace(report, buckets=(drift_alone,), promises=kept))[name] == "passed"


def test_a_promise_that_is_not_decided_where_that_is_only_remarked_keeps_its_case() -> None:
    report = reports()["promise-undecided"]
    (bucket,) = report.buckets
    remarked = tuple(replace(each, severity=Severity.INFO) for each in bucket.findings)
    beside = replace(report, buckets=(replace(bucket, findings=remarked),), fail_on=FailOn.ERROR)
    assert outcomes(beside)["promises", "no origin gets credentials on bucket assets-*"] == "skipped"


def test_a_promise_that_breaks_in_several_places_says_where_each_time_and_itself_once() -> None:
    report = reports()["promise-broken"]
    both = replace(report, buckets=(*report.buckets, renamed(report.buckets[0], "other")))
    case = cases(both)["promises", "nobody but https://*.corp.example may DELETE"]
    assert case[0].attrib["message"].endswith("(and 1 more: broken 1, kept 1)")
    lines = (case[0].text or "").splitlines()
    assert [line for line in lines if not line.startswith(" ")] == [
        "assets-prod: promise-broken (live)",
        "other: promise-broken (live)",
    ]


def test_a_place_outside_the_working_folder_is_no_file_of_a_case() -> None:
    report = reports()["live-only"]
    (bucket,) = report.buckets
    assert bucket.live is not None
    for path, told in (("/tmp/live.json", None), ("../live.json", None), ("live.json", "live.json")):
        live = replace(bucket.live, location=Location(path, 3))
        case = cases(replace(report, buckets=(replace(bucket, live=live),)))["comparison", "forgotten"]
        assert (case.get("file"), case.get("line")) == (told, told and "3")


@pytest.mark.parametrize("name", ["empty", "all-ignored", "error-only", "verdict-incomplete", "verdict-error"])
def test_a_run_that_saw_too_little_is_no_success(name: str) -> None:
    assert "error" in outcomes(reports()[name]).values()


def test_a_run_that_may_be_incomplete_is_no_error() -> None:
    assert "error" not in outcomes(reports()["incomplete-allowed"]).values()
    assert "skipped" in outcomes(reports()["incomplete-allowed"]).values()


def test_a_name_stays_where_lines_and_other_buckets_come_and_go() -> None:
    report = reports()["policy-both-sides"]
    others = tuple(renamed(each.buckets[0], name) for name, each in reports().items() if each.buckets)
    assert cases(report).keys() <= cases(replace(report, buckets=(*others, *report.buckets))).keys()


@pytest.mark.parametrize("attack", hostile())
def test_hostile_text_leaves_a_document_that_others_read(attack: str) -> None:
    text = written(hostile()[attack])
    assert text.isascii()
    assert len(list(JUnitXml.fromstring(text.encode()))) > 3


def test_thousands_of_findings_are_written_without_a_tree() -> None:
    report = many(2000)
    text = written(report)
    assert text.count("<testcase ") >= len(report.buckets)
