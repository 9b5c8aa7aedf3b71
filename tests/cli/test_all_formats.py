"""One run, all formats: each is what others can read."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import html5lib
import pytest
from junitparser import JUnitXml
from markdown_it import MarkdownIt

from drift.options import REPORTING
from drift.settings import Format, ListFormat
from tests.cli.conftest import Cli, schema, snapshot_file
from tests.code_scanning import checked

RULE: dict[str, Any] = {"AllowedMethods": ["GET"], "AllowedOrigins": ["https://a.example"]}
SPEC = {"version": 1, "buckets": {"b-one": [RULE], "b-two": [RULE | {"AllowedOrigins": ["https://*"]}]}}


@pytest.fixture
def files(cli: Cli, tmp_path: Path) -> dict[Format, Path]:
    """The files of one run in all formats."""
    (tmp_path / "cors.json").write_text(json.dumps(SPEC))
    live = snapshot_file(tmp_path / "live.json", b_one=[RULE | {"AllowedMethods": ["GET", "PUT"]}], b_two=[RULE])
    found = {kind: tmp_path / f"out.{kind}" for kind in Format}
    outputs = [part for kind, path in found.items() for part in ("--output", f"{kind}={path}")]
    result = cli("check", "cors.json", "--live", live, *outputs)
    assert result.code == 1
    assert result.out == found[Format.TERMINAL].read_text()
    return found


def test_json_fits_the_schema(files: dict[Format, Path]) -> None:
    document = json.loads(files[Format.JSON].read_text())
    schema("report").validate(document)
    assert {each["state"] for each in document["buckets"]} == {"drifted"}


def test_sarif_fits_the_schema_of_oasis_and_the_demands_of_code_scanning(files: dict[Format, Path]) -> None:
    assert {each["ruleId"] for each in checked(files[Format.SARIF].read_text())["runs"][0]["results"]} >= {"live-wider"}


def test_junit_is_read_by_another_library(files: dict[Format, Path]) -> None:
    suites = JUnitXml.fromfile(str(files[Format.JUNIT]))
    failed = {case.name for suite in suites for case in suite for _ in case.result}
    assert {"b-one", "b-two"} <= failed


def test_html_is_parsed_without_a_complaint(files: dict[Format, Path]) -> None:
    parser = html5lib.HTMLParser(strict=True)
    page = parser.parse(io.BytesIO(files[Format.HTML].read_bytes()))
    assert "b-one" in "".join(page.itertext())


def test_markdown_renders_with_the_buckets_in_its_table(files: dict[Format, Path]) -> None:
    rendered = MarkdownIt("commonmark").enable("table").render(files[Format.MARKDOWN].read_text())
    assert "<td><code>b-one</code></td>" in rendered


def test_every_annotation_is_a_command_on_a_line_of_its_own(files: dict[Format, Path]) -> None:
    commands = [line for line in files[Format.GITHUB].read_text().splitlines() if line.startswith("::")]
    assert any(line.startswith("::error file=") and "cors.json" in line for line in commands)


def test_sarif_is_written_only_where_everything_was_looked_at(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "cors.json").write_text(json.dumps(SPEC))
    live = snapshot_file(tmp_path / "live.json", b_one=[RULE])
    first = cli("check", "cors.json", "--live", live, "--output", "sarif=a.sarif")
    assert first.code == 3
    assert not (tmp_path / "a.sarif").exists()
    assert "no SARIF is written to a.sarif" in first.err
    printed = cli("check", "cors.json", "--live", live, "--format", "sarif")
    assert printed.out == ""
    assert "no SARIF is printed" in printed.err
    again = cli("check", "cors.json", "--live", live, "--output", "sarif=a.sarif", "--sarif-incomplete")
    assert again.code == 3
    assert json.loads((tmp_path / "a.sarif").read_text())["version"] == "2.1.0"


@pytest.mark.parametrize("command", ["declared", "live", "simulate"])
def test_a_command_without_a_report_refuses_formats_of_reports(cli: Cli, command: str) -> None:
    assert command not in REPORTING
    result = cli(command, "x.json", "--format", "sarif")
    assert result.code == 2
    assert all(kind in result.err for kind in ListFormat)


def test_a_format_in_the_settings_file_is_for_reports_alone(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "cors.json").write_text(json.dumps(SPEC))
    (tmp_path / "own.toml").write_text('format = "markdown"\noutput = ["html=a.html", "json=a.json"]\n')
    assert cli("--config", "own.toml", "validate").out.startswith("### ")
    (tmp_path / "a.html").unlink()
    assert cli("--config", "own.toml", "declared").code == 0
    assert not (tmp_path / "a.html").exists()
    assert json.loads((tmp_path / "a.json").read_text())["kind"] == "cors-drift/snapshot"


def test_two_formats_do_not_overwrite_one_another(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "cors.json").write_text(json.dumps(SPEC))
    result = cli("validate", "cors.json", "--output", "json=a", "--output", "html=./a")
    assert result.code == 2
    assert "written already" in result.err
    assert not (tmp_path / "a").exists()


def test_config_behind_the_command_is_told_where_to_stand(cli: Cli) -> None:
    result = cli("check", "--config", "x.toml")
    assert result.code == 2
    assert "it stands before the command" in result.err
