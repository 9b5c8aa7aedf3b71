"""Plans and states that the real terraform (1.11.4) wrote, against what they declare.

``code`` beside a plan is what was planned; of two folders the first was applied before the second was planned.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from drift.documents.writing import snapshot_to_json
from drift.interfaces import Inputs
from drift.snapshot import Snapshot
from drift.tree import DiskTree
from parsers.plan import PARSER

CASES = sorted(path.parent for path in (Path(__file__).parent / "plan").glob("*/want.json"))
TOLD = ("address", "bucket", "state", "rules", "ordered", "says_none", "reason", "account", "region")


def parse(case: Path) -> Snapshot:
    tree = DiskTree(case)
    units = [claim.unit for path in tree.walk() if (claim := PARSER.claim(tree, path)) is not None]
    return PARSER.parse(tree, units, Inputs())


def told(snapshot: Snapshot) -> dict[str, Any]:
    document: Any = snapshot_to_json(snapshot)
    return {
        "buckets": [
            {key: bucket[key] for key in TOLD if bucket[key] not in (None, [], False)}
            | ({"sensitive": sorted(map(str, found.sensitive))} if found.sensitive else {})
            for bucket, found in zip(document["buckets"], snapshot.buckets, strict=True)
        ],
        "diagnostics": [[each["severity"], each["id"]] for each in document["diagnostics"]],
    }


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_real_plan_or_state_declares_what_its_code_says(case: Path) -> None:
    assert told(parse(case)) == json.loads((case / "want.json").read_text())


def test_there_are_cases() -> None:
    assert len(CASES) >= 6


def test_a_state_file_and_the_same_state_shown_say_the_same() -> None:
    here = Path(__file__).parent / "plan"

    shown, file = told(parse(here / "state-shown")), told(parse(here / "state-file"))

    assert sorted(shown["buckets"], key=lambda bucket: str(bucket["address"])) == sorted(
        file["buckets"], key=lambda bucket: str(bucket["address"])
    )
    assert len(file["buckets"]) > 10


@pytest.mark.parametrize(("case", "file"), [("second-plan", "plan.json"), ("state-file", "terraform.tfstate")])
def test_every_bucket_has_the_lines_of_its_resource_object(case: str, file: str) -> None:
    folder = Path(__file__).parent / "plan" / case
    lines = (folder / file).read_text().splitlines()

    for bucket in parse(folder).buckets:
        assert bucket.location is not None
        assert bucket.location.line is not None
        block = "\n".join(lines[bucket.location.line - 1 : bucket.location.end_line]).strip().removesuffix(",")
        resource = json.loads(block)
        assert bucket.address is not None
        assert resource["name"] in bucket.address
        assert resource["type"] in bucket.address
