"""``cors-drift generate``: a declaration of what is live, which is read again before it is shown."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Cli

RULES: list[dict[str, Any]] = [
    {"AllowedMethods": ["GET", "PUT"], "AllowedOrigins": ["https://app.example"], "MaxAgeSeconds": 600},
    {
        "ID": "b%{y} 'x' \"quoted\" # yes: no",
        "AllowedMethods": ["GET"],
        "AllowedOrigins": ["*"],
        "ExposeHeaders": ["ETag"],
    },
]
DIALECTS = {
    "terraform": "cors.tf",
    "terraform-json": "cors.tf.json",
    "cloudformation": "cors.template.yaml",
    "cloudformation-json": "cors.template.json",
    "spec": "cors.json",
    "spec-yaml": "cors.yaml",
}


def snapshot(folder: Path, *buckets: Mapping[str, object]) -> str:
    """A file of live buckets."""
    path = folder / "live.json"
    path.write_text(json.dumps({"kind": "cors-drift/snapshot", "version": 1, "source": "s3", "buckets": list(buckets)}))
    return str(path)


def configured(name: str, rules: object = RULES) -> dict[str, object]:
    """A live bucket with rules."""
    return {"bucket": name, "state": "configured", "rules": rules, "ordered": True}


@pytest.mark.parametrize("dialect", DIALECTS)
def test_what_is_generated_is_in_sync_with_what_it_was_generated_from(cli: Cli, tmp_path: Path, dialect: str) -> None:
    live = snapshot(tmp_path, configured("assets-prod"), configured("1.media"), configured("assets.prod", RULES[:1]))
    written = cli("generate", "--live", live, "--as", dialect)
    assert written.code == 0, written.err
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / DIALECTS[dialect]).write_text(written.out)
    checked = cli("check", str(tmp_path / "code"), "--live", live, "--all", "--format", "json")
    assert (checked.code, checked.json["summary"]["in_sync"]) == (0, 3), checked.out


@pytest.mark.parametrize("dialect", ["aws-cli", "xml"])
def test_a_dialect_without_names_takes_the_rules_of_one_bucket(cli: Cli, tmp_path: Path, dialect: str) -> None:
    live = snapshot(tmp_path, configured("assets-prod"), configured("media"))
    both = cli("generate", "--live", live, "--as", dialect)
    assert (both.code, both.out) == (2, "")
    assert "this holds the rules of one bucket, and there are 2" in both.err
    path = tmp_path / ("rules.xml" if dialect == "xml" else "rules.json")
    one = cli("generate", "media", "--live", live, "--as", dialect, "--file", str(path))
    assert (one.code, one.out) == (0, ""), one.err
    one_bucket = snapshot(tmp_path, configured("media"))
    assert cli("compare", str(path), one_bucket).code == 0


def test_a_text_that_looks_like_an_expression_is_written_as_that_text_or_refused(cli: Cli, tmp_path: Path) -> None:
    live = snapshot(tmp_path, configured("assets", [{**RULES[1], "ID": "${x} %{y} {{z}}"}]))
    written = cli("generate", "--live", live)
    assert written.code == 0
    assert '"$${x} %%{y} {{z}}"' in written.out
    refused = cli("generate", "--live", live, "--as", "cloudformation")
    assert (refused.code, refused.out) == (2, "")
    assert "--as cloudformation cannot say these rules" in refused.err


def test_terraform_comes_with_blocks_that_import_what_is_there(cli: Cli, tmp_path: Path) -> None:
    written = cli("generate", "--live", snapshot(tmp_path, configured("assets-prod"))).out
    assert "import {" in written
    assert "to = aws_s3_bucket_cors_configuration.assets_prod" in written
    assert 'id = "assets-prod"' in written


def test_what_could_not_be_read_is_left_out_and_makes_the_run_incomplete(cli: Cli, tmp_path: Path) -> None:
    denied = {"bucket": "secret", "state": "denied", "reason": "AccessDenied"}
    live = snapshot(tmp_path, configured("assets"), denied, {"bucket": "plain", "state": "absent"})
    result = cli("generate", "--live", live, "--as", "spec")
    assert result.code == 3
    assert "secret is left out, it is denied: AccessDenied" in result.err
    assert "plain has no CORS rules" in result.err
    assert "secret" not in result.out
    assert "assets" in result.out


def test_buckets_without_rules_alone_are_nothing_to_generate(cli: Cli, tmp_path: Path) -> None:
    result = cli("generate", "--live", snapshot(tmp_path, {"bucket": "plain", "state": "absent"}))
    assert (result.code, result.out) == (4, "")


def test_a_file_that_is_there_is_not_overwritten(cli: Cli, tmp_path: Path) -> None:
    there = tmp_path / "cors.tf"
    there.write_text("mine")
    result = cli("generate", "--live", snapshot(tmp_path, configured("assets")), "--file", str(there))
    assert result.code == 2
    assert "there is such a file already" in result.err
    assert there.read_text() == "mine"


def test_a_slip_in_the_dialect_or_the_name_is_told_with_what_is_near(cli: Cli, tmp_path: Path) -> None:
    live = snapshot(tmp_path, configured("assets"))
    assert "did you mean terraform?" in cli("generate", "--live", live, "--as", "terrafrom").err
    missing = cli("generate", "asets", "--live", live)
    assert (missing.code, missing.out) == (2, "")
    assert "asets is not in the snapshot" in missing.err
