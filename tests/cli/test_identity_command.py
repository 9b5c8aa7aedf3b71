"""Buckets whose names the code leaves open, found by what the user gives: a list, a state, the leave to guess."""

from __future__ import annotations

import io
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.cli.conftest import Cli

SITE, HEX = "site-20231128063427123400000001", "hex-12345678"
RULE = {"AllowedMethods": ["GET"], "AllowedOrigins": ["https://app.example"]}
CONFIGURATION = """\
resource "aws_s3_bucket_cors_configuration" "{0}" {{
  bucket = aws_s3_bucket.{0}.id
  cors_rule {{
    allowed_methods = ["GET"]
    allowed_origins = ["https://app.example"]
  }}
}}
"""
CODE = (
    'resource "random_id" "r" { byte_length = 4 }\n'
    'resource "aws_s3_bucket" "site" { bucket_prefix = "site-" }\n'
    'resource "aws_s3_bucket" "hex" { bucket = "hex-${random_id.r.hex}" }\n'
    f"{CONFIGURATION.format('site')}{CONFIGURATION.format('hex')}"
)
ADDRESSES = {name: f"aws_s3_bucket_cors_configuration.{name}" for name in ("site", "hex")}


def state(**buckets: str) -> str:
    """A state that has the bucket resources, and no configuration yet."""
    resources = [
        {
            "mode": "managed",
            "type": "aws_s3_bucket",
            "name": name,
            "provider": "p",
            "instances": [{"attributes": {"id": bucket, "bucket": bucket, "cors_rule": []}}],
        }
        for name, bucket in buckets.items()
    ]
    return json.dumps({"version": 4, "terraform_version": "1.9.0", "serial": 1, "lineage": "x", "resources": resources})


@pytest.fixture
def code(tmp_path: Path) -> Path:
    """The code, and beside it what is live: one bucket in sync, one that is not, and others."""
    folder = tmp_path / "code"
    folder.mkdir()
    (folder / "main.tf").write_text(CODE)
    drifted = {**RULE, "AllowedMethods": ["GET", "PUT"]}
    live = {SITE: [RULE], HEX: [drifted], "other": [RULE]}
    buckets = [{"bucket": name, "state": "configured", "rules": rules} for name, rules in live.items()]
    document = {"kind": "cors-drift/snapshot", "version": 1, "source": "s3", "buckets": buckets, "diagnostics": []}
    (tmp_path / "live.json").write_text(json.dumps(document))
    return folder


def found(cli: Cli, code: Path, *options: object) -> tuple[int, dict[str, tuple[str, Any, Any]], list[str]]:
    """Exit code; of each address its state, its bucket and by what that is known; and the diagnostics' ids."""
    result = cli("check", code, "--live", "live.json", "--format", "json", *options)
    buckets = {
        each["address"]: (each["state"], each["bucket"], (each["declared"].get("identity") or {}).get("by"))
        for each in result.json["buckets"]
    }
    return result.code, buckets, [each["id"] for each in result.json["diagnostics"]]


def test_names_stay_open_where_nothing_tells_them(cli: Cli, code: Path) -> None:
    status, buckets, _ = found(cli, code)
    assert status == 3
    assert {each[0] for each in buckets.values()} == {"unresolved"}


def test_state_tells_the_names(cli: Cli, code: Path, tmp_path: Path) -> None:
    (tmp_path / "prod.tfstate").write_text(state(site=SITE, hex=HEX))
    status, buckets, told = found(cli, code, "--state", "prod.tfstate")
    assert status == 1
    assert buckets == {ADDRESSES["site"]: ("in_sync", SITE, "state"), ADDRESSES["hex"]: ("drifted", HEX, "state")}
    assert told == []


def test_state_may_come_by_standard_input(cli: Cli, code: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(state(site=SITE).encode())))
    _, buckets, _ = found(cli, code, "--state", "-")
    assert buckets[ADDRESSES["site"]] == ("in_sync", SITE, "state")
    assert buckets[ADDRESSES["hex"]][0] == "unresolved"


def test_several_states_add_up(cli: Cli, code: Path, tmp_path: Path) -> None:
    (tmp_path / "one.tfstate").write_text(state(site=SITE))
    (tmp_path / "two.tfstate").write_text(state(hex=HEX))
    status, buckets, _ = found(cli, code, "--state", "one.tfstate", "--state", "two.tfstate")
    assert (status, {each[2] for each in buckets.values()}) == (1, {"state"})


def test_state_of_another_configuration_is_told(cli: Cli, code: Path, tmp_path: Path) -> None:
    (tmp_path / "prod.tfstate").write_text(state(other=SITE))
    status, _, told = found(cli, code, "--state", "prod.tfstate")
    assert status == 3
    assert "state-of-another-configuration" in told


def test_hostile_state_names_no_bucket(cli: Cli, code: Path, tmp_path: Path) -> None:
    (tmp_path / "prod.tfstate").write_text(state(site="site-../../x?cors", hex="hex-\u001b[31m"))
    status, buckets, _ = found(cli, code, "--state", "prod.tfstate")
    assert status == 3
    assert {each[0] for each in buckets.values()} == {"unresolved"}


def test_settings_tell_the_names_and_win_over_the_state(cli: Cli, code: Path, tmp_path: Path) -> None:
    (tmp_path / "cors-drift.toml").write_text(f'[names]\n"{ADDRESSES["hex"]}" = "{HEX}"\n"typo" = "other"\n')
    (tmp_path / "prod.tfstate").write_text(state(site=SITE, hex="hex-87654321"))
    status, buckets, told = found(cli, code, "--state", "prod.tfstate")
    assert status == 1
    assert buckets == {ADDRESSES["site"]: ("in_sync", SITE, "state"), ADDRESSES["hex"]: ("drifted", HEX, "map")}
    assert told == ["unused-name"]


def test_only_bucket_that_fits_is_taken_where_the_user_says_so(cli: Cli, code: Path) -> None:
    status, buckets, _ = found(cli, code, "--by-pattern")
    assert status == 1
    assert buckets == {ADDRESSES["site"]: ("in_sync", SITE, "pattern"), ADDRESSES["hex"]: ("drifted", HEX, "pattern")}


def test_report_says_by_what_a_bucket_is_known(cli: Cli, code: Path) -> None:
    result = cli("check", code, "--live", "live.json", "--by-pattern")
    assert "the only listed bucket that fits site- and 26 digits" in result.out
    assert "the only listed bucket that fits hex-*" in result.out


PART: dict[str, Any] = {"named": None, "accounts": [], "read_from": None, "shard": None, "complete": True}
DENIED = {"severity": "warning", "id": "account-denied", "message": "account 222222222222 may not be listed"}


@pytest.mark.parametrize(
    "more",
    [
        {"diagnostics": [DENIED]},
        {"run": {**PART, "shard": "1/3"}},
        {"run": {**PART, "complete": False}},
        {"run": {**PART, "named": {"count": 3, "sha256": "0" * 64}}},
    ],
    ids=["an account was not listed", "a shard", "a run that was cut off", "named buckets"],
)
@pytest.mark.parametrize("indent", [None, 2])
def test_saved_part_of_the_buckets_has_no_only_one(
    cli: Cli, code: Path, tmp_path: Path, more: dict[str, Any], indent: int | None
) -> None:
    saved = tmp_path / "live.json"
    saved.write_text(json.dumps({**json.loads(saved.read_text()), **more}, indent=indent))
    status, buckets, _ = found(cli, code, "--by-pattern")
    assert status == 3
    assert {each[0] for each in buckets.values()} == {"unresolved"}
    assert f"not all buckets were listed: {HEX} fits hex-*" in cli("check", code, "--live", saved, "--by-pattern").out
