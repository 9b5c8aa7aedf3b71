"""A settings file may have come with somebody's pull request: what it can be, it can be made to be."""

from __future__ import annotations

from pathlib import Path

import pytest

from drift import config
from tests.cli.conftest import Cli

SPEC = '{"version": 1, "buckets": {}}'


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    (tmp_path / "tree" / ".git").mkdir(parents=True)
    (tmp_path / "tree" / "cors.json").write_text(SPEC)
    (tmp_path / "secret.toml").write_text('token = "t0psecret"\n')
    return tmp_path / "tree"


def test_one_that_is_found_and_leads_out_of_the_tree_is_not_opened(
    cli: Cli, tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tree / "cors-drift.toml").symlink_to("../secret.toml")
    monkeypatch.chdir(tree)
    result = cli("validate", "cors.json")
    assert result.code == 2
    assert "leads out of the tree" in result.err
    assert "token" not in result.err


def test_one_that_is_a_link_within_the_tree_is_read(cli: Cli, tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tree / "shared.toml").write_text('fail-on = "nonsense"\n')
    (tree / "cors-drift.toml").symlink_to("shared.toml")
    monkeypatch.chdir(tree)
    assert "fail-on must be one of" in cli("validate", "cors.json").err


LISTS, TABLES = "[" * 20_000 + "]" * 20_000, "{b = " * 9_000 + "1" + "}" * 9_000


@pytest.mark.parametrize("text", [f"fail-on = {LISTS}", f"a = {TABLES}"], ids=["lists", "tables"])
def test_one_that_is_nested_without_end_is_an_error_with_its_file(cli: Cli, tree: Path, text: str) -> None:
    (tree / "own.toml").write_text(text)
    result = cli("--config", tree / "own.toml", "validate", tree / "cors.json")
    assert result.code == 2
    assert "own.toml: this file is nested too deeply" in result.err


def test_one_without_end_is_an_error(cli: Cli, tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(config, "MAX_BYTES", 100)
    (tree / "own.toml").write_text("# " + "x" * 100)
    assert "more than 100 bytes" in cli("--config", tree / "own.toml", "validate", tree / "cors.json").err
