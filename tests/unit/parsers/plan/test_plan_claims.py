"""Which files the plan parser takes for its own."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import pytest

from drift.errors import InputError
from drift.interfaces import Claim
from drift.tree import DiskTree
from parsers.plan import PARSER

PLAN = {"format_version": "1.2", "terraform_version": "1.11.4", "resource_changes": []}
SHOWN = {"format_version": "1.0", "terraform_version": "1.11.4", "values": {}}
STATE = {"version": 4, "terraform_version": "1.11.4", "serial": 1, "lineage": "x", "resources": []}
ENCRYPTED = {"serial": 1, "lineage": "x", "meta": {}, "encrypted_data": "eA==", "encryption_version": "v0"}


def claim(folder: Path, name: str, content: bytes | str) -> Claim | None:
    (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return PARSER.claim(DiskTree(folder), name)


@pytest.mark.parametrize("name", ["plan.json", "plan", "out.bin", "x.json"])
@pytest.mark.parametrize("content", [PLAN, SHOWN, STATE, ENCRYPTED], ids=["plan", "shown", "state", "encrypted"])
def test_plans_and_states_are_known_by_their_outermost_keys(tmp_path: Path, name: str, content: object) -> None:
    assert claim(tmp_path, name, json.dumps(content)) == Claim(name)
    assert claim(tmp_path, name, json.dumps(content, indent=1, sort_keys=True)) == Claim(name)


@pytest.mark.parametrize(
    "content",
    [
        {"Resources": {"B": {"Type": "AWS::S3::Bucket"}}, "AWSTemplateFormatVersion": "2010-09-09"},
        {"CORSRules": []},
        {"format_version": "1.0", "provider_schemas": {}},
        {"format_version": "1.0", "valid": True, "diagnostics": []},
        {"terraform_version": "1.11.4", "platform": "linux_amd64"},
        {"kind": "cors-drift/snapshot", "version": 1, "buckets": []},
        {"wrapped": PLAN},
        {"resource": {"aws_s3_bucket": {"format_version": {}}}},
        [PLAN],
        "format_version planned_values",
        {},
    ],
)
def test_other_json_is_left_to_others(tmp_path: Path, content: object) -> None:
    assert claim(tmp_path, "some.json", json.dumps(content)) is None


@pytest.mark.parametrize("name", ["main.tf", "README.md", "plan.yaml", "terraform.tfstate.backup", "plan.json.bak"])
def test_other_names_are_not_even_read(tmp_path: Path, name: str) -> None:
    assert PARSER.claim(DiskTree(tmp_path), name) is None


def test_a_state_file_is_known_by_its_name_even_if_it_is_broken(tmp_path: Path) -> None:
    assert claim(tmp_path, "terraform.tfstate", "{") == Claim("terraform.tfstate")


def test_a_plan_that_breaks_off_is_still_ours(tmp_path: Path) -> None:
    assert claim(tmp_path, "plan.json", json.dumps(PLAN)[:-2]) == Claim("plan.json")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_plan_that_powershell_redirected_is_known(tmp_path: Path, encoding: str) -> None:
    assert claim(tmp_path, "plan.json", json.dumps(PLAN).encode(encoding)) == Claim("plan.json")


def test_a_binary_plan_is_named_with_what_to_run(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("tfplan", b"\x08\x03")
        archive.writestr("tfstate", b"{}")

    found = claim(tmp_path, "tfplan", buffer.getvalue())

    assert found is not None
    assert found.foreign is not None
    assert "terraform show -json" in found.foreign


def test_another_zip_is_not_called_a_plan(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("index.js", "x")

    assert claim(tmp_path, "lambda", buffer.getvalue()) is None


def test_the_log_of_a_plan_is_not_taken_for_the_plan(tmp_path: Path) -> None:
    line = '{"@level":"info","@message":"Terraform 1.11.4","terraform":"1.11.4","type":"version","ui":"1.2"}\n'

    found = claim(tmp_path, "plan.json", line * 2)

    assert found is not None
    assert found.foreign is not None
    assert "saved plan" in found.foreign


def test_a_file_that_cannot_be_read_is_told_as_such(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        PARSER.claim(DiskTree(tmp_path), "gone.json")
