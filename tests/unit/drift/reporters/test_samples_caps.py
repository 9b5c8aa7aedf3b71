"""A report on 10,000 findings: no format grows past what its readers take, and what is not shown is counted."""

from __future__ import annotations

import json
import re
from functools import cache

import pytest

from drift.location import Severity
from drift.report import Report
from drift.settings import Format
from tests.samples import many
from tests.samples.rendering import written
from tests.workflow_commands import read

FINDINGS = 10_000


@cache
def fleet() -> Report:
    return many(FINDINGS)


def waived() -> int:
    return sum(each.waived is not None for each in fleet().findings)


def numbers(pattern: str, text: str) -> int:
    """The sum of the numbers before what is told so."""
    return sum(int(each.replace(",", "")) for each in re.findall(r"([\d,]+) " + pattern, text))


def test_the_report_has_just_so_many_findings() -> None:
    assert len(fleet().findings) == FINDINGS
    assert len({each.fingerprint() for each in fleet().findings}) > FINDINGS * 0.99


def test_sarif_has_as_many_results_as_are_shown_and_counts_all_others() -> None:
    (run,) = json.loads(written(Format.SARIF, fleet()))["runs"]
    told = run["properties"]
    assert len(run["results"]) == 5_000
    assert len(run["results"]) + told["dropped"] + told["waived"] + told["withoutPlace"] == FINDINGS
    text = " ".join(each["message"]["text"] for each in run["invocations"][0]["toolExecutionNotifications"])
    assert f"{told['dropped']:,} findings more" in text
    assert f"{told['withoutPlace']:,} findings without a place" in text
    assert f"{told['waived']:,} findings waived" in text


def test_a_step_gets_ten_annotations_of_a_kind_and_one_that_counts_the_others() -> None:
    commands, _ = read(written(Format.GITHUB, fleet()))
    for kind in ("error", "warning", "notice"):
        assert sum(each.name == kind for each in commands) <= 10
    more = commands[-1].data
    left = numbers("(?:error|warning|notice)", more)
    assert commands[-1].properties["title"] == f"{left:,} more"
    assert len(commands) - 1 + left == FINDINGS - waived()


@pytest.mark.parametrize("limit", [900_000, 60_000])
def test_markdown_keeps_to_its_limit_and_counts_the_buckets_that_it_leaves_out(limit: int) -> None:
    text = written(Format.MARKDOWN, fleet(), limit=limit)
    assert len(text.encode()) <= limit
    assert len(re.findall(r"^\| `bucket-", text, re.MULTILINE)) + numbers("more buckets", text) == len(fleet().buckets)
    assert re.search(r"Left out, since this would be too long: .*[\d,]+ findings.*See the JSON report", text)


def test_markdown_drops_what_weighs_least_first() -> None:
    text = written(Format.MARKDOWN, fleet(), limit=60_000)
    rows = re.findall(r"^\| `(bucket-\d+)` \| \*?\*?(\w+)", text, re.MULTILINE)
    assert {state for _, state in rows} == {"DRIFTED"}


def test_html_is_bounded_and_counts_the_buckets_that_it_leaves_out() -> None:
    text = written(Format.HTML, fleet())
    assert len(text.encode()) <= 9_000_000
    assert len(re.findall(r'\bid="b\d+"', text)) + numbers("more buckets? not shown", text) == len(fleet().buckets)


def test_junit_has_a_case_for_each_bucket_and_for_each_finding_or_counts_it() -> None:
    text = written(Format.JUNIT, fleet())
    infos = sum(each.severity is Severity.INFO and each.waived is None for each in fleet().findings)
    assert numbers("of severity info", text) == infos
    assert text.count("<testcase ") == int(re.search(r'<testsuites [^>]*tests="(\d+)"', text)[1])  # type: ignore[index]


def test_the_terminal_names_every_bucket() -> None:
    lines = written(Format.TERMINAL, fleet()).splitlines()
    assert len({line.split()[0] for line in lines if line.startswith("bucket-")}) == len(fleet().buckets)


def test_json_has_every_finding() -> None:
    assert len(json.loads(written(Format.JSON, many(2_000)))["findings"]) == 2_000
