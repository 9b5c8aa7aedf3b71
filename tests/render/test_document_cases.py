"""Whole files before and after an edit, for templates and files of rules.

A case is a folder with ``case.json`` (the bucket, the wanted rules, and which declared rule each takes the place of),
the files before, and under ``after`` those that the edit changes, or ``by_hand.json`` where nothing is edited.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from drift.cors.model import API_NAMES, BucketCors, CorsRule
from drift.edits import WantedRules
from drift.interfaces import Inputs, Parser, Renderer
from parsers.cloudformation import PARSER as CLOUDFORMATION
from parsers.cloudformation.render import RENDERER as CLOUDFORMATION_RENDERER
from parsers.spec import PARSER as SPEC
from parsers.spec.render import RENDERER as SPEC_RENDERER
from tests.rendering import Files, held

HERE = Path(__file__).parent
KINDS: dict[str, tuple[Parser, Renderer]] = {
    "cloudformation": (CLOUDFORMATION, CLOUDFORMATION_RENDERER),
    "spec": (SPEC, SPEC_RENDERER),
}
CASES = sorted(path.parent.relative_to(HERE).as_posix() for kind in KINDS for path in (HERE / kind).rglob("case.json"))


def _wanted(case: dict[str, object]) -> WantedRules:
    rules = []
    given = case["rules"]
    assert isinstance(given, list)
    for each in given:
        values = {name: each[api] for name, api in API_NAMES.items() if api in each}
        lists = {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}
        rules.append(CorsRule(**({"allowed_methods": (), "allowed_origins": ()} | lists)))
    replaces = case.get("replaces", [])
    assert isinstance(replaces, list)
    return WantedRules(BucketCors(tuple(rules)) if rules else None, tuple(replaces))


def _files(folder: Path) -> Files:
    paths = [path for path in folder.rglob("*") if path.is_file() and path.name not in ("case.json", "by_hand.json")]
    names = {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}
    return Files({name: content for name, content in names.items() if not name.startswith("after/")})


def _is_clean(content: bytes) -> bool:
    linter = pytest.importorskip("yamllint.linter")
    config = pytest.importorskip("yamllint.config")
    settings = config.YamlLintConfig("{extends: default, rules: {document-start: disable}}")
    return not list(linter.run(content.decode(), settings))


@pytest.mark.parametrize("name", CASES)
def test_a_file_is_edited_as_the_case_has_it(name: str) -> None:
    folder = HERE / name
    parser, renderer = KINDS[name.partition("/")[0]]
    case = json.loads((folder / "case.json").read_text())
    files = _files(folder)
    units = case.get("units") or [path for path in files.contents if parser.claim(files, path) is not None]
    inputs = Inputs(parameters=tuple(case.get("parameters", {}).items()))
    buckets = parser.parse(files, units, inputs).buckets
    bucket = next(each for each in buckets if case["bucket"] in (each.address, each.name, "the only one"))
    wanted = _wanted(case)
    after = held(parser, renderer, files, units, bucket, wanted, inputs)
    if (folder / "by_hand.json").exists():
        assert after is None
        by_hand = renderer.propose(files, units, inputs, bucket, wanted).by_hand
        shown = [{"location": str(each.location), "why": each.why, "wanted": each.wanted} for each in by_hand]
        assert shown == json.loads((folder / "by_hand.json").read_text())
        return
    assert after is not None
    expected = {
        path.relative_to(folder / "after").as_posix(): path.read_bytes() for path in (folder / "after").rglob("*.*")
    }
    assert {path: text for path, text in after.contents.items() if text != files.contents[path]} == expected


@pytest.mark.parametrize("name", [name for name in CASES if (HERE / name / "after").exists()])
def test_a_file_that_yamllint_likes_is_liked_afterwards(name: str) -> None:
    for path in (HERE / name / "after").rglob("*.y*ml"):
        before = HERE / name / path.relative_to(HERE / name / "after")
        assert _is_clean(path.read_bytes()) or not _is_clean(before.read_bytes())
