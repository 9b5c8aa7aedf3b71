"""Every folder below ``spec/``: one rule file, and in want.json what must come of it.

``want.json`` holds what matters of the snapshot, contained as in the CloudFormation cases, or ``foreign``: what the
claim must call the file.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from drift.documents import snapshot_to_json
from drift.interfaces import Inputs
from drift.tree import DiskTree
from parsers.cloudformation import PARSER as CLOUDFORMATION
from parsers.spec import PARSER

CASES = Path(__file__).parent / "spec"
FOR_PEOPLE = {"unknown", "message", "help"}


def differences(want: Any, got: Any, at: str = "") -> list[str]:
    name = at.rpartition(".")[2]
    if isinstance(want, dict) and isinstance(got, dict):
        extra = sorted(set(got) - set(want)) if name.startswith("rules[") else []  # of a rule, every field counts
        found = [f"{at}.{key}: not wanted: {got[key]!r}" for key in extra]
        return found + [line for key, value in want.items() for line in differences(value, got.get(key), f"{at}.{key}")]
    if isinstance(want, list) and isinstance(got, list):
        if len(want) != len(got):
            return [f"{at}: {len(got)} members, {len(want)} wanted: {got!r}"]
        return [
            line for i, (w, g) in enumerate(zip(want, got, strict=True)) for line in differences(w, g, f"{at}[{i}]")
        ]
    if name in FOR_PEOPLE and isinstance(want, str) and isinstance(got, str):
        return [] if want in got else [f"{at}: {want!r} is not in {got!r}"]
    return [] if want == got and type(want) is type(got) else [f"{at}: {got!r}, wanted {want!r}"]


@pytest.mark.parametrize("case", sorted(CASES.iterdir()), ids=lambda case: case.name)
def test_rule_file_gives_the_snapshot_that_is_wanted(case: Path) -> None:
    tree = DiskTree(case)
    (name,) = (name for name in tree.names("") if name != "want.json")
    want = json.loads((case / "want.json").read_text())
    claim = PARSER.claim(tree, name)

    assert claim is not None
    assert CLOUDFORMATION.claim(tree, name) is None
    assert claim.foreign == want.get("foreign")
    if claim.foreign is None:
        assert differences(want, snapshot_to_json(PARSER.parse(tree, [claim.unit], Inputs()))) == []
