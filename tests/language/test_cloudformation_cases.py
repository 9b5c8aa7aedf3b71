"""Every folder below ``cloudformation/``: a template, perhaps inputs.json, and what must come of it in want.json.

``want.json`` holds what matters of the snapshot: each mapping must be contained in the real one, each list must match
member by member, and texts for people (reasons, messages, advice) must contain the text given. A wanted ``null`` stands
for a key that is not there.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from drift.documents import snapshot_to_json
from drift.interfaces import Inputs, NamedText
from drift.tree import DiskTree
from parsers.cloudformation import PARSER

CASES = Path(__file__).parent / "cloudformation"
FOR_PEOPLE = {"unknown", "reason", "message", "help"}


def read_inputs(case: Path) -> Inputs:
    path = case / "inputs.json"
    given: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}
    return Inputs(
        parameters=tuple((key, value) for key, value in given.get("parameters", [])),
        parameter_files=tuple(NamedText(name, (case / name).read_text()) for name in given.get("parameter_files", [])),
        account=given.get("account"),
        region=given.get("region"),
        stack_name=given.get("stack_name"),
    )


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
    if name in ("prefix", "suffix") and not want:
        want, got = "", got or ""
    return [] if want == got and type(want) is type(got) else [f"{at}: {got!r}, wanted {want!r}"]


@pytest.mark.parametrize("case", sorted(CASES.iterdir()), ids=lambda case: case.name)
def test_template_gives_the_snapshot_that_is_wanted(case: Path) -> None:
    tree = DiskTree(case)
    inputs = read_inputs(case)
    others = {"want.json", *(file.name for file in inputs.parameter_files)}
    units = [claim.unit for name in tree.names("") if name not in others and (claim := PARSER.claim(tree, name))]
    got = snapshot_to_json(PARSER.parse(tree, units, inputs))
    want = json.loads((case / "want.json").read_text())

    assert len(units) == 1
    assert differences(want, got) == []
