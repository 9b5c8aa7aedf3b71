"""Every folder below the flavours' folders: files as they lie in a repository, and what must come of them in want.json.

``inputs.json`` may hold what the user gives, and under ``path`` the file or folder that is named in place of the whole.
Each case is read as a run would read it. See ``test_cloudformation_cases`` for what ``want.json`` says.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from drift.discovery import Source, declared_in
from drift.documents import snapshot_to_json
from drift.interfaces import Inputs, NamedText, Parser
from drift.snapshot import Snapshot
from drift.tree import DiskTree
from parsers.ansible import PARSER as ANSIBLE
from parsers.cloudformation import PARSER as CLOUDFORMATION
from parsers.kubernetes import PARSER as KUBERNETES
from parsers.pulumi import PARSER as PULUMI
from tests.language.test_cloudformation_cases import differences

HERE = Path(__file__).parent
FLAVOURS: dict[str, Parser] = {
    "nested": CLOUDFORMATION,
    "cdk": CLOUDFORMATION,
    "sam": CLOUDFORMATION,
    "serverless": CLOUDFORMATION,
    "amplify": CLOUDFORMATION,
    "crossplane": KUBERNETES,
    "ack": KUBERNETES,
    "ansible": ANSIBLE,
    "pulumi": PULUMI,
}
CASES = [(flavour, case) for flavour in FLAVOURS for case in sorted((HERE / flavour).iterdir())]


def read(parser: Parser, case: Path) -> Snapshot:
    given: dict[str, Any] = json.loads(path.read_text()) if (path := case / "inputs.json").exists() else {}
    files = tuple(NamedText(name, (case / name).read_text()) for name in given.get("parameter_files", []))
    inputs = Inputs(
        parameters=tuple((key, value) for key, value in given.get("parameters", [])),
        parameter_files=files,
        account=given.get("account"),
        region=given.get("region"),
        stack_name=given.get("stack_name"),
    )
    named = given.get("path", "")
    source = Source(DiskTree(case), named, case / named)
    here = f"{case.relative_to(Path.cwd()).as_posix()}/"
    return declared_in(source, [parser], inputs).relocated(lambda path: path.removeprefix(here))


@pytest.mark.parametrize(("flavour", "case"), CASES, ids=[f"{flavour}-{case.name}" for flavour, case in CASES])
def test_files_give_the_snapshot_that_is_wanted(flavour: str, case: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(HERE)
    got = snapshot_to_json(read(FLAVOURS[flavour], case))
    want = json.loads((case / "want.json").read_text())

    assert differences(want, got) == []
