"""--var and --var-file count in the order in which they are typed, after those of the environment and the settings."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Cli

SOURCE = 'variable "u" {}\nvariable "w" {}\nvariable "v" {}\nresource "aws_s3_bucket" "b" {\n  bucket = var.v\n}\n'


def name(cli: Cli, folder: Path, *arguments: str) -> object:
    for file in ("one", "two"):
        (folder / f"{file}.tfvars").write_text(f'v = "file-{file}"\n')
    (folder / "main.tf").write_text(SOURCE)
    result = cli("declared", "main.tf", "--format", "json", *arguments)
    return json.loads(result.out)["buckets"][0]["bucket"]


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        (["--var=v=first", "--var=v=last"], "last"),
        (["--var=v=typed", "--var-file=one.tfvars"], "file-one"),
        (["--var-file=one.tfvars", "--var=v=typed"], "typed"),
        (["--var-file=one.tfvars", "--var=v=typed", "--var-file=two.tfvars"], "file-two"),
        (["--var=v=a", "--var-file=two.tfvars", "--var-file=one.tfvars"], "file-one"),
    ],
)
def test_the_last_one_typed_wins(cli: Cli, typed: list[str], wanted: str, tmp_path: Path) -> None:
    assert name(cli, tmp_path, *typed) == wanted


def test_what_is_typed_wins_over_what_the_environment_gives(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CORS_DRIFT_VAR", "v=environment")
    assert name(cli, tmp_path, "--var-file=one.tfvars") == "file-one"
    assert name(cli, tmp_path) == "environment"


def test_a_value_from_the_environment_wins_over_a_file_from_there(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CORS_DRIFT_VAR", "v=environment")
    monkeypatch.setenv("CORS_DRIFT_VAR_FILE", str(tmp_path / "one.tfvars"))
    assert name(cli, tmp_path) == "environment"


def test_a_value_from_the_environment_may_have_blanks(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CORS_DRIFT_VAR", "u=x v=one two w=y")
    assert name(cli, tmp_path) == "one two"
