"""Each example gives the report that lies beside it, and the demo shows them all."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from drift.__main__ import run
from tests.cli.conftest import schema

ROOT = Path(__file__).parents[1]
STORIES = sorted(path.parent.name for path in (ROOT / "examples").glob("*/live.json"))


def settings_of(folder: Path) -> list[str]:
    """The settings that lie beside the story, as the user would name them."""
    path = folder / "cors-drift.toml"
    return ["--config", str(path)] if path.exists() else []


def timeless(report: dict[str, Any]) -> dict[str, Any]:
    return report | {"compared_at": None, "tool": None}


@pytest.mark.parametrize("story", STORIES)
def test_an_example_gives_its_expected_report(
    story: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    folder = Path("examples") / story
    code = run([*settings_of(folder), "check", str(folder), "--live", str(folder / "live.json"), "--format", "json"])
    report = json.loads(capsys.readouterr().out)
    expected = json.loads((folder / "expected.json").read_text())
    schema("report").validate(expected)
    assert timeless(report) == timeless(expected)
    assert code == expected["exit_code"] == 1


def test_there_is_an_example_for_each_family() -> None:
    assert STORIES == ["cloudformation", "promises", "spec", "terraform"]


def test_the_demo_needs_no_credentials_and_shows_every_kind_of_bucket(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    monkeypatch.setenv("CORS_DRIFT_EXIT_ZERO", "true")
    demo = subprocess.run([sys.executable, "-P", "-m", "drift", "demo"], cwd=tmp_path, capture_output=True, text=True)
    assert demo.returncode == 1, demo.stderr
    told = demo.stderr.splitlines()
    assert [line.partition(": its default")[0] for line in told if not line.startswith("  try: ")] == [
        "info: examples/cloudformation/template.yaml:5: parameter Stage",
        "info: examples/cloudformation/template.yaml:9: parameter PlayerOrigins",
    ]
    states = dict(
        line.split("  ", 1) for line in demo.stdout.splitlines() if line and line[0].isalpha() and "  " in line
    )
    assert states["acme-prod-assets"] == "in sync"
    assert states["acme-prod-uploads"] == "DRIFTED: live allows more"
    assert states["acme-prod-reports"] == "UNDECLARED"
    assert states["acme-prod-downloads"] == "DRIFTED (absent: S3 has no CORS configuration at all)"
    assert states["acme-prod-scratch-? (name unknown)"] == "unresolved"
    assert list(tmp_path.iterdir()) == []
