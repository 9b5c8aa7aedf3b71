"""Laws of what is written for a code host: any report makes a log that is taken and commands that read back."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from drift.catalogue import CATALOGUE
from drift.cors.evaluate import evaluate
from drift.cors.model import CorsRequest, Unknown
from drift.finding import Example, Finding, Side, Waived
from drift.ignoring import Ignored
from drift.location import Diagnostic, Location, Severity
from drift.report import Report, Verdict
from drift.reporters.github import Command, Level
from drift.reporters.placed import Checkout, Region
from tests.code_scanning import run_of
from tests.law_numbers import tries
from tests.rules import rule
from tests.samples import reports
from tests.samples.hostility import PAYLOADS
from tests.workflow_commands import commands_of, lines_of, parse

texts = st.one_of(
    st.text(max_size=30), st.sampled_from(sorted(PAYLOADS.values(), key=len)[:40]), st.just("a ::b:: ##[c]")
)
paths = st.one_of(
    st.lists(st.one_of(st.sampled_from(["a", "b.tf", "..", ".", "", "c d", "=e", "%41", "ä,:"]), st.text(max_size=8)))
    .map("/".join),
    texts,
)  # fmt: skip
numbers = st.one_of(st.none(), st.integers(-3, 50), st.integers())
places = st.one_of(st.none(), st.builds(Location, paths, numbers, numbers, numbers))
names = st.one_of(st.none(), texts, st.builds(Unknown, texts, texts, texts))
REQUEST = CorsRequest("https://a.example", "GET")
examples = st.builds(Example, st.builds(CorsRequest, texts, texts), st.just(evaluate((rule(),), REQUEST)))
findings = st.builds(
    Finding,
    id=st.sampled_from(sorted(CATALOGUE)),
    severity=st.sampled_from(Severity),
    bucket=names,
    message=texts,
    location=places,
    help=texts,
    side=st.one_of(st.none(), st.sampled_from(Side)),
    subject=st.sampled_from(["", "https://*"]),
    example=st.one_of(st.none(), examples),
    waived=st.one_of(st.none(), st.builds(Waived, texts, texts, st.dates(date(2026, 1, 1)), places)),
)
diagnostics = st.builds(Diagnostic, st.sampled_from(Severity), texts, texts, places, st.one_of(st.none(), texts))
SOME_BUCKETS = tuple(dict.fromkeys(bucket for report in reports().values() for bucket in report.buckets[:2]))


def _lists(each: st.SearchStrategy[object]) -> st.SearchStrategy[tuple[object, ...]]:
    return st.lists(each, max_size=6).map(tuple)


buckets = st.builds(
    lambda bucket, found, name: replace(bucket, findings=found, name=name or ""),
    st.sampled_from(SOME_BUCKETS),
    _lists(findings),
    names,
)
any_report = st.builds(
    Report,
    st.sampled_from(Verdict),
    st.integers(0, 4),
    _lists(buckets),
    _lists(diagnostics),
    texts,
    texts,
    general=_lists(findings),
    ignored=_lists(st.builds(Ignored, texts, texts, st.integers(0, 9), places)),
)
"""Reports that no engine would make among those that one would: every text and number is anything."""

safe_paths = st.text(st.characters(categories=["L", "N", "P", "S", "M", "Zs"]), min_size=1, max_size=30)


@given(any_report, st.sampled_from(["", ".", "infra/prod"]), texts, st.booleans())
def test_any_report_makes_a_log_that_code_scanning_takes(
    report: Report, prefix: str, category: str, waived: bool
) -> None:
    run = run_of(report, prefix=prefix, root="/repo", category=category, waived=waived)
    left_out = run["properties"]
    assert left_out["dropped"] == 0
    assert len(run["results"]) + left_out["waived"] + left_out["withoutPlace"] == len(report.findings)


@settings(max_examples=tries(0.6))
@given(any_report, st.randoms())
def test_the_order_of_the_findings_changes_no_fingerprint(report: Report, order: Random) -> None:
    found, general = list(report.buckets), list(report.general)
    order.shuffle(found)
    order.shuffle(general)
    shuffled = replace(report, buckets=tuple(found), general=tuple(general))
    assert _fingerprints(report) == _fingerprints(shuffled)


def _fingerprints(report: Report) -> list[tuple[str, str]]:
    return sorted(
        (
            each["locations"][0]["physicalLocation"]["artifactLocation"]["uri"],
            each["partialFingerprints"]["primaryLocationLineHash"],
        )
        for each in run_of(report, waived=True)["results"]
    )


@given(any_report, st.sampled_from(["", ".", "infra/prod"]))
def test_any_report_makes_commands_that_the_runner_takes_as_they_are_meant(report: Report, prefix: str) -> None:
    commands = commands_of(report, prefix=prefix, root="/repo")
    failed = report.exit_code != 0
    assert any(each.name == "error" for each in commands) or not failed
    assert any(each.name in ("error", "warning") for each in commands) or not report.incomplete


@given(
    st.sampled_from(Level),
    safe_paths,
    st.integers(1, 2**31 - 1),
    st.integers(0, 5),
    st.one_of(st.none(), st.integers(1, 500)),
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=100),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=300),
)
def test_a_command_reads_back_as_it_was(
    level: Level, path: str, line: int, more: int, column: int | None, title: str, message: str
) -> None:
    region = Region(path.lstrip("=") or "x", line, line + more, column)
    title = title.strip().lstrip("=") or "x"
    text = str(Command(level, title, message, region))
    assert len(lines_of(text)) == 1
    read = parse(text)
    assert read is not None
    assert (read.name, read.data) == (level.value, message)
    end = {"endLine": str(line + more)} if more else {} if column is None else {"col": str(column)}
    assert read.properties == {"file": region.path, "line": str(line), **end, "title": title}


@given(paths, st.sampled_from(["", ".", "a", "a/b"]))
def test_a_path_in_the_repository_is_a_normal_one_and_stays_what_it_is(path: str, prefix: str) -> None:
    found = Checkout(prefix, "/repo").path(path)
    if found is not None:
        assert not {"", ".", ".."} & set(found.split("/"))
        assert Checkout().path(found) == found
        assert Checkout("", "/repo").path(f"/repo/{found}") == found
