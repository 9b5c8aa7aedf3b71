"""The report at a terminal: what comes first, what is folded, and what stays out of the way of drift."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest

from drift.finding import PromiseOutcome
from drift.location import Severity
from drift.report import Report
from drift.reporters.console import open_console, write_line
from drift.reporters.report_words import PROMISE_UNIT, VERDICT_WORDS, sorted_worst_first, state_words
from drift.reporters.terminal import MAX_KEPT, write_report
from drift.reporters.words import MAX_WORD, printable
from tests.samples import reports
from tests.samples.fleet import renamed


def told(report: Report, width: int | None = None) -> str:
    stream = io.StringIO()
    write_report(report, stream, width=width)
    return stream.getvalue()


def together(*names: str) -> Report:
    """The buckets of these samples in one report, each called as its sample."""
    first = reports()[names[0]]
    return replace(first, buckets=tuple(renamed(each, name) for name in names for each in reports()[name].buckets))


def test_a_bucket_with_nothing_to_say_takes_one_line_and_stands_with_its_like() -> None:
    place = "infra/main.tf:12  aws_s3_bucket_cors_configuration.assets"
    assert told(together("identical", "promise-kept", "cosmetic")).startswith(
        f"""\
identical  in sync  {place}
promise-kept  in sync  {place}

cosmetic  in sync (differs in writing only: every request of a browser is answered alike)
  declared at {place}
"""
    )


def test_the_worst_comes_first() -> None:
    names = ("identical", "denied", "cache-only", "policy-both-sides", "drift-waived", "narrower", "wider")
    assert [each.name for each in sorted_worst_first(together(*names).buckets)] == [
        "wider", "narrower", "cache-only", "denied", "drift-waived", "policy-both-sides", "identical",
    ]  # fmt: skip


def test_a_finding_of_the_policy_has_its_side_place_and_request_and_its_help_once_for_all() -> None:
    both = together("policy-both-sides", "policy-and-drift")
    text = told(both)
    assert (
        "  warning: write-from-any-origin (declared and live): "
        "https://* lets any page PUT and DELETE, with credentials  infra/main.tf:18\n"
        "    asked: a preflight for DELETE from https://any.example: allowed by rule 1, with credentials\n"
    ) in text
    assert text.count("Name the origins that write, or let a server of yours do it.") == 1


def test_remarks_of_one_bucket_take_one_line_where_something_is_worse() -> None:
    report = reports()["policy-both-sides"]
    (bucket,) = report.buckets
    found = tuple(replace(each, severity=Severity.INFO) for each in bucket.findings)
    drifted = renamed(reports()["wider"].buckets[0], "drifted")
    beside = replace(report, buckets=(replace(bucket, findings=found), drifted))
    (line,) = (each for each in told(beside).splitlines(keepends=True) if each.startswith("  info: "))
    assert {each.id for each in found} <= set(line[len("  info: ") :].replace(",", "").split())
    alone = told(replace(beside, buckets=beside.buckets[:1]))
    assert line not in alone
    assert alone.count("  info: ") == len(found)


def test_what_is_waived_is_told_with_who_why_and_until_when_and_without_what_to_do() -> None:
    text = told(reports()["drift-waived"])
    assert text.startswith("assets-prod  drifted, waived: live allows some things more and some less\n")
    assert (
        "  waived: live-different: until 2027-01-31 by web-team: the CDN needs it until the move  cors-drift.toml:40\n"
    ) in text
    assert "Deploy the declared rules again" not in text
    assert text.endswith("Nothing fails the run. 1 bucket: 1 drifted. 1 bucket accepted. 1 finding waived.\n")


def test_promises_are_listed_broken_ones_first_and_many_kept_ones_are_counted() -> None:
    kept = [PromiseOutcome(f"promise {number}", 1, 0, 0) for number in range(MAX_KEPT + 3)]
    report = replace(reports()["identical"], promises=(*kept, PromiseOutcome("no", 1, 2, 0)))
    text = told(report)
    assert f"Promises\n  {PROMISE_UNIT}\n  BROKEN: no  (broken 2, kept 1)\n  kept: promise 0  (kept 1)\n" in text
    assert "  and 3 more kept\n" in text
    assert text.endswith("Promises: 1 broken, 13 kept.\n")


def test_a_promise_that_is_broken_only_where_that_is_waived_is_called_so() -> None:
    assert "  broken and waived: nobody but https://*.corp.example may DELETE" in told(reports()["promise-waived"])
    assert "BROKEN" not in told(reports()["promise-waived"])


def test_a_broken_promise_that_the_settings_switch_off_is_told_and_not_as_what_fails() -> None:
    report = reports()["promise-broken"]
    (bucket,) = report.buckets
    drift_alone = tuple(each for each in bucket.findings if each.id != "promise-broken")
    text = told(replace(report, buckets=(replace(bucket, findings=drift_alone),)))
    assert "  broken and not counted: nobody but https://*.corp.example may DELETE" in text
    assert "BROKEN" not in text


def test_a_promise_is_told_with_the_buckets_that_it_is_about() -> None:
    assert "  undecided: no origin gets credentials on bucket assets-*" in told(reports()["promise-undecided"])


def test_of_one_severity_what_weighs_most_for_security_comes_first() -> None:
    report = reports()["policy-both-sides"]
    (bucket,) = report.buckets
    found = {each.id: replace(each, severity=Severity.WARNING) for each in bucket.findings}
    light = renamed(replace(bucket, findings=(found["etag-not-exposed"],)), "light")
    heavy = renamed(replace(bucket, findings=(found["etag-not-exposed"], found["write-from-any-origin"])), "heavy")
    text = told(replace(report, buckets=(light, heavy)))
    assert text.index("heavy") < text.index("light")
    assert text.index("warning: write-from-any-origin") < text.index("warning: etag-not-exposed")
    assert text.index("  write-from-any-origin: ") < text.index("  etag-not-exposed: ")


def test_every_verdict_and_state_has_its_word() -> None:
    assert {word for each in reports().values() if (word := VERDICT_WORDS[each.verdict])} == {*VERDICT_WORDS.values()}
    assert state_words(reports()["clean"].buckets[0]) == "validated"


@pytest.mark.parametrize(
    ("name", "last"),
    [
        ("empty", "Nothing to compare. No bucket was found to compare."),
        ("error-only", "Error. No bucket was found to compare. 1 error in the input."),
        ("all-ignored", "Nothing to compare. No bucket is left to compare. 4 buckets ignored."),
        ("verdict-incomplete", "Incomplete. 1 bucket: 1 in sync. Not all buckets are known."),
        ("clean", "Nothing fails the run. 1 bucket: 1 validated."),
        ("verdict-policy", "Findings fail the run. 1 bucket: 1 in sync. Findings: 3 warnings, 1 info."),
    ],
)
def test_the_last_line_says_what_the_run_came_to(name: str, last: str) -> None:
    assert told(reports()[name]).splitlines()[-1] == last


@pytest.mark.parametrize(
    ("name", "answers"),
    [
        ("wider", ["declared: refused", "live: allowed by rule 1, with credentials"]),
        (
            "moved",
            ["declared: allowed by rule 1, without credentials", "live: allowed by rule 1, with credentials"],
        ),
        (
            "wider-exposed",
            [
                "declared: allowed by rule 1: Access-Control-Expose-Headers: ETag",
                "live: allowed by rule 1: Access-Control-Expose-Headers: ETag, x-amz-request-id",
            ],
        ),
        (
            "cache-only",
            [
                "declared: allowed by rule 1: Access-Control-Max-Age: 3000",
                "live: allowed by rule 1: Access-Control-Max-Age: 5",
            ],
        ),
    ],
)
def test_of_two_answers_only_what_differs_is_told(name: str, answers: list[str]) -> None:
    lines = [line.strip() for line in told(reports()[name]).splitlines()]
    assert [line for line in lines if line.startswith(("declared: ", "live: "))] == answers


def test_a_header_that_one_answer_does_not_have_is_told_of_both() -> None:
    text = told(reports()["policy-and-drift"])
    assert "declared: allowed by rule 1: Access-Control-Expose-Headers: ETag\n" in text
    assert "live: allowed by rule 1: no Access-Control-Expose-Headers\n" in text


@pytest.mark.parametrize(
    ("name", "word"),
    [("policy-both-sides", "Findings: "), ("policy-and-drift", "Other findings: "), ("denied-and-policy", "Other ")],
)
def test_findings_are_called_other_ones_where_the_buckets_are_counted_as_findings_too(name: str, word: str) -> None:
    samples = reports()
    found = samples["policy-both-sides"].buckets[0].findings
    denied = replace(samples["denied"].buckets[0], findings=(*samples["denied"].buckets[0].findings, *found))
    report = replace(samples["denied"], buckets=(denied,)) if name == "denied-and-policy" else samples[name]
    assert f". {word}" in told(report).splitlines()[-1]


@pytest.mark.parametrize("width", [40, 60, 120])
def test_lines_fit_where_a_width_is_told_and_are_whole_where_none_is(width: int) -> None:
    everything = reports()["everything"]
    assert max(map(len, told(everything, width).splitlines())) <= width
    assert max(map(len, told(everything).splitlines())) > 120


def test_a_word_that_nobody_reads_is_cut_with_its_length() -> None:
    assert printable("a " + "x" * 1000) == f"a {'x' * MAX_WORD}…(1,000 characters)"
    assert printable("x" * MAX_WORD) == "x" * MAX_WORD
    assert len(printable("x " * 100_000)) < 5000


@pytest.mark.parametrize("text", ["::error::x", "  ::error::x", "a ##[error]x", "##vso[task.x]", "a##teamcity[x]"])
def test_no_line_starts_a_command_of_a_runner(text: str) -> None:
    stream = io.StringIO()
    write_line(open_console(stream), (text, ""))
    line = stream.getvalue()
    assert not line.lstrip().startswith("::")
    assert "##" not in line
