"""Reports as SARIF: what is a result, where it stands, how it is known again, and what is told beside the results."""

from __future__ import annotations

import io
import json
import random
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from drift import __version__
from drift.catalogue import CATALOGUE
from drift.finding import Finding, Side, Waived
from drift.findings import finding
from drift.location import Diagnostic, Location, Severity
from drift.report import Report, Verdict
from drift.reporters import sarif
from drift.reporters.sarif import write_report
from tests.code_scanning import log_of, run_of
from tests.rules import rule
from tests.samples import many, reports
from tests.samples.comparisons import APP, NOW, UPLOADS, declared, live, of

WAIVED = Waived("the CDN needs it", "web-team", date(2027, 1, 31), Location("cors-drift.toml", 40))


def general(*found: Finding, **more: Any) -> Report:
    """A report with findings about no bucket in particular."""
    return replace(Report(Verdict.POLICY, 1, (), (), "terraform", "s3", NOW, general=found), **more)


def one(place: Location | None, message: str = "it is so", **more: Any) -> Finding:
    return finding("null-origin", more.pop("bucket", "b"), message, place, **more)


def declared_twice(message: str = "two of them") -> Report:
    """A bucket that two declarations claim, with a finding about that."""
    report = of((declared(UPLOADS), declared(UPLOADS, line=80)), live(UPLOADS))
    (bucket,) = report.buckets
    told = finding("declared-more-than-once", bucket.name, message, Location("infra/main.tf", 12, 22, 1))
    return replace(report, buckets=(replace(bucket, findings=(told,)),))


def results_of(report: Report, **options: Any) -> list[Any]:
    return run_of(report, **options)["results"]  # type: ignore[no-any-return]


def place_of(report: Report, **options: Any) -> Any:
    return results_of(report, **options)[0]["locations"][0]["physicalLocation"]


def notes_of(report: Report, **options: Any) -> dict[str, str]:
    """The messages of the run's notifications by their ids."""
    notes = run_of(report, **options)["invocations"][0]["toolExecutionNotifications"]
    return {each["descriptor"]["id"]: each["message"]["text"] for each in notes}


@pytest.mark.parametrize("name", reports())
def test_every_sample_is_a_valid_log_with_a_result_for_each_finding_in_the_repository(name: str) -> None:
    report = reports()[name]
    placed = [each for each in report.findings if each.location and not each.waived]
    assert len(results_of(report)) == len(placed)
    assert len(results_of(report, waived=True)) == len([each for each in report.findings if each.location])


def test_a_small_report_is_this_log() -> None:
    log = log_of(reports()["wider"])
    rules = log["runs"][0]["tool"]["driver"].pop("rules")
    assert rules[1]["id"] == "live-wider"
    assert log == {
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {"name": "cors-drift", "version": __version__, "semanticVersion": __version__},
                },
                "invocations": [
                    {
                        "executionSuccessful": True,
                        "exitCode": 1,
                        "exitCodeDescription": "Drift. 1 bucket: 1 drifted.",
                        "endTimeUtc": "2026-11-22T10:00:00Z",
                        "toolExecutionNotifications": [],
                    }
                ],
                "originalUriBaseIds": {"%SRCROOT%": {"description": {"text": "The root of the repository."}}},
                "columnKind": "unicodeCodePoints",
                "properties": {"verdict": "drift", "dropped": 0, "waived": 0, "withoutPlace": 0},
                "results": [
                    {
                        "ruleId": "live-wider",
                        "ruleIndex": 1,
                        "level": "error",
                        "message": {
                            "text": "assets-prod: Live lets https://evil.example GET; the code does not.\n"
                            "asked: a request for GET from https://evil.example\n"
                            "declared: refused\n"
                            "live: allowed by rule 1, with credentials\n"
                            "See also [rule 1, AllowedMethods](1), [the declaration](2)."
                        },
                        "locations": [
                            {
                                "physicalLocation": _lines("infra/main.tf", 19, 19, 5),
                                "logicalLocations": [
                                    {
                                        "fullyQualifiedName": "aws_s3_bucket_cors_configuration.assets",
                                        "kind": "resource",
                                    }
                                ],
                            }
                        ],
                        "partialFingerprints": {
                            "primaryLocationLineHash": reports()["wider"].findings[0].fingerprint() + ":1"
                        },
                        "relatedLocations": [
                            {
                                "id": 1,
                                "physicalLocation": _lines("infra/main.tf", 18, 18, 5),
                                "message": {"text": "rule 1, AllowedMethods"},
                            },
                            {
                                "id": 2,
                                "physicalLocation": _lines("infra/main.tf", 12, 22, 1),
                                "message": {"text": "the declaration"},
                            },
                        ],
                    }
                ],
            }
        ],
    }


def _lines(uri: str, start: int, end: int, column: int) -> Any:
    return {
        "artifactLocation": {"uri": uri, "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": start, "endLine": end, "startColumn": column},
    }


def test_a_log_has_a_line_for_each_rule_notification_and_result() -> None:
    stream = io.StringIO()
    write_report(reports()["everything"], stream)
    lines = [json.loads(line.rstrip(",")) for line in stream.getvalue().splitlines() if line.startswith('{"')]
    run = json.loads(stream.getvalue())["runs"][0]
    notes = run["invocations"][0]["toolExecutionNotifications"]
    assert lines == [*run["tool"]["driver"]["rules"], *notes, *run["results"]]


class TestRules:
    def test_every_log_has_all_kinds_of_findings_as_its_rules_in_one_order(self) -> None:
        first, second = (run_of(reports()[name])["tool"] for name in ("clean", "everything"))
        assert first == second
        assert [rule["id"] for rule in first["driver"]["rules"]] == list(CATALOGUE)

    def test_a_matter_of_security_has_its_weight_as_text_and_any_other_a_severity(self) -> None:
        rules = {each["id"]: each for each in run_of(reports()["clean"])["tool"]["driver"]["rules"]}
        wider, narrower = (rules[name]["properties"] for name in ("live-wider", "live-narrower"))
        assert wider == {
            "tags": ["security", "cors", "s3", "drift", "external/cwe/cwe-942"],
            "precision": "very-high",
            "security-severity": "7.5",
        }
        assert narrower == {
            "tags": ["cors", "s3", "drift"],
            "precision": "very-high",
            "problem.severity": "error",
        }

    def test_help_says_what_it_means_how_to_fix_it_and_shows_both_examples(self) -> None:
        kind = CATALOGUE["live-wider"]
        rules = {each["id"]: each for each in run_of(reports()["clean"])["tool"]["driver"]["rules"]}
        for text in rules["live-wider"]["help"].values():
            for part in (kind.meaning, kind.help, kind.before, kind.after):
                assert part in text
        assert rules["live-wider"]["help"]["markdown"].count("```") == 4


class TestPlaces:
    @pytest.mark.parametrize(
        ("place", "region"),
        [
            (Location("a.tf", 3, 9, 4), {"startLine": 3, "endLine": 9, "startColumn": 4}),
            (Location("a.tf", 3), {"startLine": 3, "endLine": 3}),
            (Location("a.tf"), {"startLine": 1, "endLine": 1}),
            (Location("a.tf", None, 7, 4), {"startLine": 1, "endLine": 1}),
            (Location("a.tf", 0, 0, 0), {"startLine": 1, "endLine": 1, "startColumn": 1}),
            (Location("a.tf", -5, 3, -1), {"startLine": 1, "endLine": 3, "startColumn": 1}),
            (Location("a.tf", 9, 3), {"startLine": 9, "endLine": 9}),
            (Location("a.tf", 2**40, 2**40), {"startLine": 2**31 - 1, "endLine": 2**31 - 1}),
        ],
    )
    def test_lines_and_columns_count_from_one_and_end_no_earlier_than_they_start(
        self, place: Location, region: dict[str, int]
    ) -> None:
        assert place_of(general(one(place)))["region"] == region

    @pytest.mark.parametrize(
        ("path", "uri"),
        [
            ("infra/main.tf", "infra/main.tf"),
            ("./infra//main.tf", "infra/main.tf"),
            ("infra/../main.tf", "main.tf"),
            ("a b/ä#1?.tf", "a%20b/%C3%A4%231%3F.tf"),
            ("100%.tf", "100%25.tf"),
            ("c:d.tf", "c%3Ad.tf"),
            ("http://x/a.tf", "http%3A/x/a.tf"),
            ("a\\b.tf", "a%5Cb.tf"),
        ],
    )
    def test_a_path_is_a_relative_url(self, path: str, uri: str) -> None:
        assert place_of(general(one(Location(path, 1))))["artifactLocation"]["uri"] == uri

    @pytest.mark.parametrize(
        ("path", "prefix", "uri"),
        [
            ("main.tf", "infra/prod", "infra/prod/main.tf"),
            ("../modules/cors/main.tf", "infra/prod", "infra/modules/cors/main.tf"),
            ("main.tf", ".", "main.tf"),
            ("/work/shop/infra/main.tf", "infra", "infra/main.tf"),
        ],
    )
    def test_paths_are_told_from_the_root_of_the_repository(self, path: str, prefix: str, uri: str) -> None:
        placed = place_of(general(one(Location(path, 1))), prefix=prefix, root="/work/shop")
        assert placed["artifactLocation"]["uri"] == uri

    def test_a_path_on_windows_is_told_from_the_root_of_the_repository_too(self) -> None:
        placed = place_of(general(one(Location("C:/work/shop/main.tf", 1))), root="C:/work/shop")
        assert placed["artifactLocation"]["uri"] == "main.tf"

    @pytest.mark.parametrize(
        "path",
        [
            "", ".", "..", "../main.tf", "infra/../../main.tf", "/etc/passwd", "/work/shopping/main.tf", "/work/shop",
            "C:/main.tf", "a\nb.tf", "a\x00.tf", "a\u202eb.tf", "a\udc80.tf", "x" * 5_000,
        ],
    )  # fmt: skip
    def test_what_is_no_file_of_the_repository_is_no_result_and_is_counted(self, path: str) -> None:
        report = general(one(Location(path, 1)), one(Location("main.tf", 1)))
        assert len(results_of(report, root="/work/shop")) == 1
        assert notes_of(report, root="/work/shop")["results-without-place"] == (
            "1 finding without a place in the repository: not among the results: null-origin of b."
        )

    def test_a_bucket_that_only_s3_knows_is_no_result_and_is_counted(self) -> None:
        report = reports()["live-only"]
        assert results_of(report) == []
        assert "undeclared-rules of forgotten" in notes_of(report)["results-without-place"]
        assert run_of(report)["properties"]["withoutPlace"] == 1

    def test_only_the_first_findings_without_a_place_are_named(self) -> None:
        told = notes_of(general(*(one(None, bucket=f"b{number:02}") for number in range(12))))
        assert told["results-without-place"].startswith("12 findings without a place")
        assert told["results-without-place"].endswith("null-origin of b09 and 2 more.")

    def test_another_declaration_of_the_bucket_is_a_related_location_and_linked(self) -> None:
        (result,) = results_of(declared_twice())
        assert [each["message"]["text"] for each in result["relatedLocations"]] == ["another declaration"]
        assert result["relatedLocations"][0]["physicalLocation"]["region"]["startLine"] == 80
        assert result["message"]["text"].endswith("\nSee also [another declaration](1).")


class TestMessages:
    def test_a_finding_about_one_side_says_which_and_shows_its_request(self) -> None:
        messages = {each["ruleId"]: each["message"]["text"] for each in results_of(reports()["validated"])}
        assert messages["write-from-any-origin"].startswith("assets-prod (declared): https://* lets any page PUT")
        assert (
            "\nasked: a preflight for DELETE from https://any.example: allowed by rule 1, with credentials"
            in messages["write-from-any-origin"]
        )

    def test_help_of_its_own_is_told_and_that_of_the_rule_is_not_repeated(self) -> None:
        (ours,) = results_of(reports()["left-alone"])
        (theirs,) = results_of(reports()["narrower"])
        assert "Deploying leaves these rules as they are" in ours["message"]["text"]
        assert CATALOGUE["live-narrower"].help not in theirs["message"]["text"]

    def test_a_finding_without_words_says_what_its_kind_is(self) -> None:
        (result,) = results_of(general(one(Location("a.tf", 1), " \t ", bucket=None)))
        assert result["message"]["text"].startswith(CATALOGUE["null-origin"].title)

    @pytest.mark.parametrize(
        ("message", "shown"),
        [
            ("see [here](https://evil.example)", "see [here] (https://evil.example)"),
            ("see [here](1)", "see [here] (1)"),
            ("## no runner finds two of these", "## no runner finds two of these"),
            ("it is {0} and {x} and {12}", "it is { 0} and {x} and { 12}"),
            ("a\nb\x1b[31m\u202e", "a\\nb\\x1b[31m\\u202e"),
        ],
    )
    def test_text_of_others_makes_no_link_no_placeholder_and_no_line(self, message: str, shown: str) -> None:
        (result,) = results_of(general(one(Location("a.tf", 1), message)))
        assert result["message"]["text"] == f"b: {shown}."

    def test_a_long_message_is_cut_and_keeps_its_links(self) -> None:
        (result,) = results_of(declared_twice("x " * 5_000))
        assert len(result["message"]["text"]) == 2_000
        assert result["message"]["text"].endswith("…\nSee also [another declaration](1).")

    def test_the_level_is_that_of_the_finding_and_not_that_of_its_kind(self) -> None:
        found = (one(Location("a.tf", 1), severity=each) for each in Severity)
        assert [each["level"] for each in results_of(general(*found))] == ["error", "warning", "note"]


class TestFingerprints:
    def hashes(self, report: Report, **options: Any) -> list[str]:
        return [each["partialFingerprints"]["primaryLocationLineHash"] for each in results_of(report, **options)]

    def test_lines_that_move_leave_the_hash_as_it_is(self) -> None:
        before = of(declared(UPLOADS, line=12), live(rule("GET", APP)))
        after = of(declared(UPLOADS, line=120), live(rule("GET", APP)))
        assert self.hashes(before) == self.hashes(after)
        assert place_of(before) != place_of(after)

    def test_buckets_of_one_block_have_hashes_of_their_own(self) -> None:
        ours = tuple(declared(UPLOADS, name=name) for name in ("assets-a", "assets-b"))
        report = replace(of(ours, None), buckets=tuple(of(each, live(name=each.name)).buckets[0] for each in ours))
        first, second = self.hashes(report)
        assert first.endswith(":1")
        assert second.endswith(":1")
        assert first != second

    def test_findings_that_are_alike_are_numbered_in_each_file_in_the_order_of_the_report(self) -> None:
        alike = [one(Location(path, line)) for path, line in (("a.tf", 9), ("a.tf", 2), ("b.tf", 1), ("a.tf", 5))]
        name = alike[0].fingerprint()
        assert self.hashes(general(*alike)) == [f"{name}:1", f"{name}:2", f"{name}:1", f"{name}:3"]

    def test_a_number_does_not_hang_on_what_is_shown(self) -> None:
        alike = [replace(one(Location("a.tf", line)), waived=WAIVED if line == 1 else None) for line in (1, 2, 3)]
        name = alike[0].fingerprint()
        assert self.hashes(general(*alike)) == [f"{name}:2", f"{name}:3"]
        assert self.hashes(general(*alike), limit=1) == [f"{name}:2"]

    def test_a_bucket_without_a_name_goes_by_its_address(self) -> None:
        report = reports()["name-unknown"]
        address = "aws_s3_bucket_cors_configuration.assets"
        assert self.hashes(report) == [f"{report.findings[0].fingerprint(address)}:1"]


class TestWaivers:
    def test_what_is_waived_is_no_result_and_is_counted(self) -> None:
        report = reports()["drift-waived"]
        assert results_of(report) == []
        assert notes_of(report)["results-waived"] == "1 finding waived: not among the results."
        assert run_of(report)["properties"]["waived"] == 1

    def test_what_is_waived_is_suppressed_where_a_reader_wants_it(self) -> None:
        report = general(replace(one(Location("a.tf", 1)), waived=WAIVED), one(Location("a.tf", 2)))
        other, waived = results_of(report, waived=True)
        assert other["suppressions"] == []
        (suppression,) = waived["suppressions"]
        assert suppression["kind"] == "external"
        assert suppression["status"] == "accepted"
        assert suppression["justification"] == "until 2027-01-31 by web-team: the CDN needs it"
        assert suppression["location"]["physicalLocation"]["artifactLocation"]["uri"] == "cors-drift.toml"
        assert "results-waived" not in notes_of(report, waived=True)


class TestLimits:
    def test_the_worst_five_thousand_are_shown_and_the_rest_is_counted(self) -> None:
        report = many(6_000)
        stream = io.StringIO()
        write_report(report, stream)
        run = json.loads(stream.getvalue())["runs"][0]
        placed = sum(each.location is not None and not each.waived for each in report.findings)
        levels = [each["level"] for each in run["results"]]
        assert len(levels) == 5_000
        assert levels == sorted(levels, key=["error", "warning", "note"].index)
        assert run["properties"]["dropped"] == placed - 5_000
        notes = run["invocations"][0]["toolExecutionNotifications"]
        told = {each["descriptor"]["id"]: each["message"]["text"] for each in notes}
        assert told["results-dropped"].startswith(f"{placed - 5_000} findings more, none of them worse")

    def test_what_fails_the_run_comes_first_and_then_what_weighs_more_for_security(self) -> None:
        kinds = ("cache-only", "narrower", "wider", "undeclared-accepted")
        buckets = tuple(bucket for name in kinds for bucket in reports()[name].buckets)
        report = replace(general(one(Location("a.tf", 1), severity=Severity.INFO)), buckets=buckets)
        assert [(each["level"], each["ruleId"]) for each in results_of(report)] == [
            ("error", "live-wider"),
            ("error", "live-narrower"),
            ("warning", "live-cache-only"),
            ("warning", "undeclared-rules"),
            ("note", "null-origin"),
        ]

    def test_results_that_do_not_fit_into_an_upload_are_dropped_and_counted(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sarif, "MAX_BYTES", 100_000)
        noise = random.Random(7)
        texts = ("".join(chr(noise.randrange(0x4E00, 0x9FA0)) for _ in range(500)) for _ in range(300))
        run = run_of(general(*(one(Location("a.tf", 1), text) for text in texts)))
        shown = len(run["results"])
        assert 50 < shown < 150
        assert run["properties"]["dropped"] == 300 - shown
        plain = general(*(one(Location("a.tf", 1), "x" * 500) for _ in range(300)))
        assert len(results_of(plain)) == 300

    def test_many_diagnostics_are_cut_and_counted_the_worst_first(self) -> None:
        notes = [Diagnostic(Severity.INFO, f"note-{number}", "so") for number in range(1_500)]
        fault = Diagnostic(Severity.ERROR, "fault", "worse")
        told = run_of(general(diagnostics=(*notes, fault)))["invocations"][0]["toolExecutionNotifications"]
        assert len(told) == 1_001
        assert told[0]["descriptor"]["id"] == "fault"
        assert told[-1]["message"]["text"] == "501 diagnostics more, none of them worse."


class TestTheRun:
    def test_a_run_without_a_finding_is_a_log_without_a_result(self) -> None:
        run = run_of(reports()["clean"])
        assert run["results"] == []
        assert run["invocations"][0]["exitCodeDescription"] == "Nothing fails the run. 1 bucket: 1 validated."

    def test_an_error_is_told_with_its_place_and_the_run_was_no_success(self) -> None:
        (invocation,) = run_of(reports()["error-only"])["invocations"]
        assert not invocation["executionSuccessful"]
        (note,) = invocation["toolExecutionNotifications"]
        assert note["level"] == "error"
        assert note["message"]["text"] == "a block is not closed\ntry: Close it with a brace."
        assert note["locations"][0]["physicalLocation"]["region"] == {"startLine": 7, "endLine": 7, "startColumn": 3}

    def test_buckets_that_were_not_compared_are_counted_also_where_there_is_no_finding(self) -> None:
        report = reports()["denied"]
        silent = replace(report, buckets=tuple(replace(each, findings=()) for each in report.buckets))
        assert results_of(silent) == []
        assert notes_of(silent)["not-compared"] == "1 bucket could not be compared."

    @pytest.mark.parametrize("category", ["", "/", " "])
    def test_a_log_without_a_category_leaves_it_to_whoever_uploads_it(self, category: str) -> None:
        assert "automationDetails" not in run_of(reports()["clean"], category=category)

    @pytest.mark.parametrize(
        ("category", "identifier"),
        [("prod", "cors-drift/prod/"), ("prod/eu-central-1/", "cors-drift/prod/eu-central-1/")],
    )
    def test_a_category_tells_logs_of_one_commit_apart(self, category: str, identifier: str) -> None:
        assert run_of(reports()["clean"], category=category)["automationDetails"] == {"id": identifier}

    def test_a_version_that_is_not_semantic_is_not_called_so(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sarif, "__version__", "1.0.0.dev3")
        stream = io.StringIO()
        write_report(reports()["clean"], stream)
        driver = json.loads(stream.getvalue())["runs"][0]["tool"]["driver"]
        assert driver["version"] == "1.0.0.dev3"
        assert "semanticVersion" not in driver

    def test_both_sides_of_a_bucket_are_told_apart(self) -> None:
        found = (one(Location("a.tf", 1), side=side) for side in Side)
        texts = [each["message"]["text"] for each in results_of(general(*found))]
        assert texts == ["b (declared): it is so.", "b (live): it is so.", "b (declared and live): it is so."]
