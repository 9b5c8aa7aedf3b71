"""A plan or a state beside its code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from drift.tree import DiskTree
from parsers.plan import PARSER

STATE = json.dumps({"version": 4, "terraform_version": "1.11.4", "serial": 1, "lineage": "x", "resources": []})
PLAN = json.dumps(
    {"format_version": "1.2", "terraform_version": "1.11.4", "planned_values": {}, "resource_changes": []}
)


@pytest.mark.parametrize(("name", "text"), [("terraform.tfstate", STATE), ("plan.json", PLAN)])
@pytest.mark.parametrize(("code", "named_only"), [("main.tf", True), ("main.tofu.json", True), ("README.md", False)])
def test_it_has_to_be_named_where_code_is_beside_it(
    tmp_path: Path, name: str, text: str, code: str, named_only: bool
) -> None:
    (tmp_path / "infra").mkdir()
    (tmp_path / "infra" / name).write_text(text)
    (tmp_path / "infra" / code).write_text("")
    claim = PARSER.claim(DiskTree(tmp_path), f"infra/{name}")
    assert claim is not None
    assert claim.named_only is named_only


@pytest.mark.parametrize("folder", ["", "infra/"])
@pytest.mark.parametrize(("code", "named_only"), [("main.tf", True), ("README.md", False)])
def test_the_state_of_a_workspace_is_beside_the_code_above(
    tmp_path: Path, folder: str, code: str, named_only: bool
) -> None:
    kept = tmp_path / folder / "terraform.tfstate.d" / "prod"
    kept.mkdir(parents=True)
    (kept / "terraform.tfstate").write_text(STATE)
    (tmp_path / folder / code).write_text("")
    claim = PARSER.claim(DiskTree(tmp_path), f"{folder}terraform.tfstate.d/prod/terraform.tfstate")
    assert claim is not None
    assert claim.named_only is named_only
