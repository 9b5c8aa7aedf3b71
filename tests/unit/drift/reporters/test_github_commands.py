"""Reports as workflow commands: which annotation, on which lines, how many of them, and nothing else."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from drift.finding import Finding, Side, Waived
from drift.findings import finding
from drift.location import Diagnostic, Location, Severity
from drift.report import Report, Verdict
from drift.reporters.report_words import VERDICT_WORDS, summary_words
from drift.settings import FailOn
from tests.samples import harmless, hostile, many, reports
from tests.samples.comparisons import NOW
from tests.workflow_commands import Parsed, commands_of, printed, read


def general(*found: Finding, **more: Any) -> Report:
    """A report with findings about no bucket in particular."""
    return replace(Report(Verdict.IN_SYNC, 0, (), (), "terraform", "s3", NOW, general=found), **more)


def one(severity: Severity = Severity.WARNING, place: Location | None = None, **more: Any) -> Finding:
    message = more.pop("message", "it is so")
    return finding("null-origin", more.pop("bucket", "b"), message, place, severity, "mend it", **more)


def faults(severity: Severity, count: int) -> tuple[Diagnostic, ...]:
    return tuple(Diagnostic(severity, f"fault-{number}", "broken") for number in range(count))


def kinds(commands: list[Parsed]) -> Counter[str]:
    return Counter(each.name for each in commands)


EXACT = {
    "wider": (
        "::error file=infra/main.tf,line=19,col=5,title=live-wider%3A Live lets browsers do more than the code declares"
        "::assets-prod: Live lets https://evil.example GET; the code does not"
        "%0Aasked: a request for GET from https://evil.example%0Adeclared: refused%0Alive: allowed by rule 1, "
        "with credentials"
        "%0ADeploy the declared rules again, or take the live ones over into the code.\n"
        "Drift. 1 bucket: 1 drifted.\n"
    ),
    "denied": (
        "::error title=Incomplete::1 bucket: 1 denied. 1 bucket could not be compared.\n"
        "::warning file=infra/main.tf,line=12,endLine=22,title=not-compared%3A The bucket could not be compared"
        "::assets-prod: not compared (denied): S3 answers AccessDenied to GetBucketCors"
        "%0ADo what the reason says, or accept the gap with --allow-incomplete.\n"
        "Incomplete. 1 bucket: 1 denied. 1 bucket could not be compared.\n"
    ),
    "clean": "Nothing fails the run. 1 bucket: 1 validated.\n",
    "identical": "In sync. 1 bucket: 1 in sync.\n",
    "drift-waived": "Nothing fails the run. 1 bucket: 1 drifted. 1 bucket accepted. 1 finding waived.\n",
    "empty": (
        "::error title=Nothing to compare::No bucket was found to compare.\n"
        "Nothing to compare. No bucket was found to compare.\n"
    ),
    "error-only": (
        "::error file=infra/broken.tf,line=7,col=3,title=syntax::a block is not closed%0Atry: Close it with a brace.\n"
        "Error. No bucket was found to compare. 1 error in the input.\n"
    ),
    "diagnostics": (
        "::warning title=unknown-variable-file::prod.tfvars sets a variable that nothing declares\n"
        "In sync. 1 bucket: 1 in sync.\n"
    ),
}


@pytest.mark.parametrize("name", EXACT)
def test_a_small_report_is_these_lines(name: str) -> None:
    assert printed(reports()[name]) == EXACT[name]


@pytest.mark.parametrize("name", reports())
def test_the_runner_takes_every_line_of_every_sample_as_it_is_meant(name: str) -> None:
    report = reports()[name]
    commands = commands_of(report)
    assert (kinds(commands)["error"] > 0) == (report.exit_code != 0)


class TestLevels:
    def test_severities_are_kinds_of_annotations(self) -> None:
        commands = commands_of(general(*map(one, Severity)))
        assert [each.name for each in commands] == ["error", "warning", "notice"]

    def test_drift_that_fails_the_run_is_an_error_at_any_severity(self) -> None:
        report = reports()["cache-only"]
        assert report.findings[0].severity is Severity.WARNING
        assert kinds(commands_of(report)) == {"error": 1}

    def test_a_finding_that_fails_the_run_by_the_settings_is_an_error_too(self) -> None:
        report = general(one(), one(Severity.INFO), verdict=Verdict.POLICY, exit_code=1, fail_on=FailOn.WARNING)
        assert kinds(commands_of(report)) == {"error": 1, "notice": 1}

    def test_drift_that_the_settings_accept_is_no_error(self) -> None:
        assert kinds(commands_of(reports()["undeclared-accepted"])) == {"warning": 1}

    def test_a_waived_finding_is_no_annotation_and_is_counted_in_the_last_line(self) -> None:
        waived = Waived("the CDN needs it", "web-team", date(2027, 1, 31))
        text = printed(general(replace(one(Severity.ERROR), waived=waived)))
        assert read(text)[0] == []
        assert text.endswith("1 finding waived.\n")


class TestThePlace:
    @pytest.mark.parametrize(
        ("place", "told"),
        [
            (Location("a.tf", 3, 9, 4), {"file": "a.tf", "line": "3", "endLine": "9"}),
            (Location("a.tf", 3, 3, 4), {"file": "a.tf", "line": "3", "col": "4"}),
            (Location("a.tf", 3, None, 4), {"file": "a.tf", "line": "3", "col": "4"}),
            (Location("a.tf", 3), {"file": "a.tf", "line": "3"}),
            (Location("a.tf"), {"file": "a.tf", "line": "1"}),
            (Location("a.tf", 0, -3, 0), {"file": "a.tf", "line": "1", "col": "1"}),
            (Location("a,b:c%2C.tf", 1), {"file": "a,b:c%2C.tf", "line": "1"}),
            (Location("a b/ä::error::.tf", 1), {"file": "a b/ä::error::.tf", "line": "1"}),
        ],
    )
    def test_lines_count_from_one_and_a_column_is_told_of_a_single_line(
        self, place: Location, told: dict[str, str]
    ) -> None:
        (command,) = commands_of(general(one(place=place)))
        assert {key: value for key, value in command.properties.items() if key != "title"} == told

    def test_paths_are_told_from_the_root_of_the_repository(self) -> None:
        found = [one(place=Location(path, 1)) for path in ("main.tf", "../x.tf", "/repo/y.tf")]
        commands = commands_of(general(*found), prefix="infra/prod", root="/repo")
        assert [each.properties["file"] for each in commands] == ["infra/prod/main.tf", "infra/x.tf", "y.tf"]

    @pytest.mark.parametrize(
        ("path", "said"),
        [
            ("../x.tf", "../x.tf:7"),
            ("/etc/x.tf", "/etc/x.tf:7"),
            ("a\n::error::b", "a\\n::error::b:7"),
            ("=x.tf", "=x.tf:7"),
        ],
    )
    def test_a_place_that_no_annotation_can_have_is_told_in_words(self, path: str, said: str) -> None:
        (command,) = commands_of(general(one(place=Location(path, 7))))
        assert set(command.properties) == {"title"}
        assert command.data == f"b: it is so\nat {said}\nmend it"

    def test_a_bucket_that_only_s3_knows_is_told_without_a_file(self) -> None:
        (command,) = commands_of(reports()["live-only"])
        assert command.name == "error"
        assert set(command.properties) == {"title"}
        assert command.data.startswith("forgotten: ")

    def test_the_title_says_what_it_is_and_of_which_side(self) -> None:
        (command,) = commands_of(general(one(side=Side.LIVE)))
        assert command.properties["title"] == "null-origin (live): The origin null is allowed, which any page can send"


class TestCaps:
    def test_ten_of_a_kind_are_told_and_no_more_is_said(self) -> None:
        commands = commands_of(general(*(one(each) for each in Severity for _ in range(10))))
        assert kinds(commands) == {"error": 10, "warning": 10, "notice": 10}
        assert not any("more" in each.data for each in commands)

    def test_what_is_dropped_is_counted_by_a_notice_that_is_among_the_ten(self) -> None:
        found = [one(Severity.ERROR)] * 11 + [one()] * 12 + [one(Severity.INFO)] * 10
        commands = commands_of(general(*found))
        assert kinds(commands) == {"error": 10, "warning": 10, "notice": 10}
        assert commands[-1] == Parsed(
            "notice",
            "1 error, 2 warnings, 1 notice more. "
            "GitHub shows 10 of a kind for a step; the other formats have them all.",
            {"title": "4 more"},
        )

    def test_notices_alone_can_be_too_many(self) -> None:
        commands = commands_of(general(*[one(Severity.INFO)] * 11))
        assert len(commands) == 10
        assert commands[-1].data.startswith("2 notices more.")

    def test_the_worst_are_told_first(self) -> None:
        commands = commands_of(reports()["everything"])
        titles = [each.properties["title"].partition(":")[0] for each in commands if each.name == "error"]
        assert titles[0] == "syntax"
        assert len(titles) == 10
        assert set(titles[1:]) == {"live-wider", "live-different"}  # what live allows beyond the code

    def test_ten_thousand_findings_are_thirty_commands_that_count_the_rest(self) -> None:
        report = many(10_000)
        told = commands_of(report)
        counts = re.findall(r"([\d,]+) (?:error|warning|notice)", told[-1].data)
        rest = sum(int(each.replace(",", "")) for each in counts)
        assert len(told) <= 30
        assert rest == sum(each.waived is None for each in report.findings) - len(told) + 1
        assert len(printed(report)) < 100_000

    def test_files_that_cannot_be_read_do_not_hide_what_was_found(self) -> None:
        report = general(*[one(Severity.ERROR)] * 20, diagnostics=faults(Severity.ERROR, 20))
        titles = Counter(each.properties["title"].partition("-")[0] for each in commands_of(report)[:10])
        assert titles == {"fault": 5, "null": 5}

    def test_the_ten_go_to_whoever_needs_them(self) -> None:
        many_faults = general(*[one(Severity.ERROR)] * 2, diagnostics=faults(Severity.ERROR, 20))
        many_findings = general(*[one(Severity.ERROR)] * 20, diagnostics=faults(Severity.ERROR, 1))
        for report, told in ((many_faults, {"fault": 8, "null": 2}), (many_findings, {"fault": 1, "null": 9})):
            assert Counter(each.properties["title"].partition("-")[0] for each in commands_of(report)[:10]) == told

    def test_a_long_message_is_cut(self) -> None:
        (command,) = commands_of(general(one(message="x " * 50_000)))
        assert len(command.data) == 2_000
        assert command.data.endswith("…")


class TestTheRun:
    @pytest.mark.parametrize("verdict", [Verdict.INCOMPLETE, Verdict.NOTHING, Verdict.ERROR, Verdict.DRIFT])
    def test_a_run_that_fails_without_a_finding_says_so(self, verdict: Verdict) -> None:
        report = general(verdict=verdict, exit_code=3)
        (command,) = commands_of(report)
        assert command == Parsed("error", summary_words(report), {"title": VERDICT_WORDS[verdict]})

    def test_a_run_that_did_not_see_everything_says_so_also_where_it_passes(self) -> None:
        (command,) = commands_of(general(verdict=Verdict.INCOMPLETE))
        assert command.name == "warning"
        assert command.properties["title"] == "Incomplete"

    def test_buckets_that_were_not_compared_are_told_also_without_a_finding(self) -> None:
        report = reports()["denied"]
        silent = replace(report, buckets=tuple(replace(each, findings=()) for each in report.buckets), exit_code=0)
        (command,) = commands_of(silent)
        assert command.name == "warning"
        assert command.data == "1 bucket: 1 denied. 1 bucket could not be compared."


class TestTextOfOthers:
    @pytest.mark.parametrize(
        "text",
        [
            "::error::forged",
            "x\n::set-output name=verdict::in_sync",
            "x\r\n::stop-commands::y",
            "%0A::warning::forged%0D",
            "%250A%25",
            "##[set-output name=verdict]in_sync",
            "a ##[stop-commands]x",
            "\x1b[31m\u202e\u2028\x85",
            ",line=1::forged:",
        ],
    )
    def test_it_stays_within_the_message(self, text: str) -> None:
        fault = Diagnostic(Severity.WARNING, text, text, Location("a.tf", 1), text)
        report = general(one(message=text, bucket=text), diagnostics=(fault,))
        first, second = commands_of(report)
        for command in (first, second):
            assert command.name == "warning"
            assert command.data.replace("\n", "").isprintable()
            assert "##[" not in command.data

    def test_a_percent_sign_comes_out_as_it_went_in(self) -> None:
        (command,) = commands_of(general(one(message="100%0A %25 %3A%2C")))
        assert command.data == "b: 100%0A %25 %3A%2C\nmend it"

    @pytest.mark.parametrize("attack", hostile())
    def test_a_hostile_report_has_the_commands_of_any_other(self, attack: str) -> None:
        commands = commands_of(hostile()[attack])
        assert kinds(commands) == kinds(commands_of(harmless()))
