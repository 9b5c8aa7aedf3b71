"""Rules that stand for S3 are not also read as declared, though they lie in a folder that is searched."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Cli, write

CODE = 'resource "aws_s3_bucket" "b1" {\n  bucket = "bbb"\n}\n'
RULE = {"AllowedMethods": ["PUT"], "AllowedOrigins": ["https://evil.example"]}
SAVED = {"live.yaml": {"buckets": {"bbb": [RULE]}}, "saved/live.json": {"buckets": {"bbb": [RULE]}}}


@pytest.mark.parametrize("name", SAVED)
def test_check_against_a_saved_file_beside_the_code(cli: Cli, tmp_path: Path, name: str) -> None:
    write(tmp_path, main__tf=CODE)
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text(json.dumps(SAVED[name]))
    result = cli("check", "--live", name, "--format", "json")
    assert result.code == 1
    assert [(each["bucket"], each["state"]) for each in result.json["buckets"]] == [("bbb", "undeclared")]


@pytest.mark.parametrize(("sides", "code"), [((".", "live.yaml"), 1), (("live.yaml", "."), 1)])
def test_compare_a_folder_with_a_file_in_it(cli: Cli, tmp_path: Path, sides: tuple[str, str], code: int) -> None:
    write(tmp_path, main__tf=CODE, live__yaml=json.dumps(SAVED["live.yaml"]))
    assert cli("compare", *sides).code == code


def test_a_named_file_is_read_for_both_sides(cli: Cli, tmp_path: Path) -> None:
    write(tmp_path, live__yaml=json.dumps(SAVED["live.yaml"]))
    assert cli("check", "live.yaml", "--live", "live.yaml").code == 0
