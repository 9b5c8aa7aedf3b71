"""What the settings say of other buckets is called unused only where the run looked at all that they speak of."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Cli, snapshot_file

RULE: dict[str, Any] = {"AllowedMethods": ["GET"], "AllowedOrigins": ["https://a.example"]}
TOLD = {"promise-about-no-bucket", "ignore-unused"}


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Two folders of declarations, and settings at the top that speak of a bucket which is in neither."""
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        spec = {"version": 1, "buckets": {f"b-{name}": [RULE]}}
        (tmp_path / name / "cors.json").write_text(json.dumps(spec))
    (tmp_path / "cors-drift.toml").write_text(
        '[[promise]]\nsays = "nobody may PUT"\nbucket = "b-thre"\n[[ignore]]\nbucket = "x-*"\nreason = "gone"\n'
    )
    snapshot_file(tmp_path / "live.json", b_one=[RULE], b_two=[RULE])
    return tmp_path


@pytest.mark.parametrize("paths", [[], ["."], ["../{name}"], ["one", "."]])
@pytest.mark.parametrize("command", ["check", "validate"])
def test_a_run_from_the_settings_folder_on_tells(cli: Cli, repository: Path, paths: list[str], command: str) -> None:
    given = [each.format(name=repository.name) for each in paths]
    live = ["--live", "live.json"] if command == "check" else []
    found = cli(command, *given, *live, "--format", "json").json["findings"]
    assert {each["id"] for each in found} & TOLD == TOLD


@pytest.mark.parametrize("narrowing", [["one"], ["one", "two"], [".", "--bucket", "b-one"]])
def test_a_run_that_looks_at_less_does_not(cli: Cli, repository: Path, narrowing: list[str]) -> None:
    found = cli("check", *narrowing, "--live", "live.json", "--format", "json").json["findings"]
    assert {each["id"] for each in found} & TOLD == set()


def test_where_all_is_ignored_nobody_is_told_to_look_elsewhere(cli: Cli, repository: Path) -> None:
    (repository / "cors-drift.toml").write_text('[[ignore]]\nbucket = "*"\nreason = "all"\n')
    result = cli("check", "--live", "live.json")
    assert (result.code, result.err) == (4, "")
    assert "2 buckets ignored" in result.out
