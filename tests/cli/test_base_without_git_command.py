"""``check --base FOLDER`` where git is not installed, or refuses: what a pull request brings has no more say."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from drift import git_objects
from tests.cli.conftest import Cli
from tests.cli.test_base_side_command import ASSETS, check, here, live, rule
from tests.repositories import Repository, repository, terraform

__all__ = ["here", "repository"]


@pytest.fixture
def second(here: Repository) -> Iterator[Path]:
    """A checkout of the target branch, on a machine without git.."""
    folder = here.folder.parent / "second"
    here.git("clone", "--quiet", "--branch=main", str(here.folder), str(folder))
    yield folder
    git_objects.executable.cache_clear()


def without_git(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    git_objects.executable.cache_clear()


def test_the_settings_of_a_pull_request_count_no_more_without_git(
    cli: Cli, here: Repository, second: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here.write(main__tf=terraform("new"))
    here.put("cors-drift.toml", "exit-zero = true\n")
    here.commit()
    without_git(monkeypatch)
    code, moves, report = check(cli, "--live", live(here, assets_prod=rule("app", "hot")), base=str(second))
    assert (code, moves) == (1, {ASSETS: "reverts"})
    assert "settings-changed" in [each["id"] for each in report["findings"]]


@pytest.mark.parametrize("index", ["is there", "is damaged", "is not there"])
def test_what_a_pull_request_commits_is_not_hidden_by_its_gitignore_without_git(
    cli: Cli, here: Repository, second: Path, monkeypatch: pytest.MonkeyPatch, index: str
) -> None:
    here.write(main__tf=terraform("app", "evil"))
    here.put(".gitignore", "*.tf\n")
    here.git("add", "--force", "--all")
    here.commit()
    if index == "is damaged":
        (here.folder / ".git" / "index").write_bytes(b"DIRC")
    elif index == "is not there":
        (here.folder / ".git").rename(here.folder.parent / "away")
    without_git(monkeypatch)
    code, moves, _ = check(cli, "--live", live(here, assets_prod=rule("app")), base=str(second))
    assert (code, moves) == (0, {ASSETS: "changes"})


def test_what_is_ignored_and_maybe_not_committed_is_not_called_new(
    cli: Cli, here: Repository, second: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here.put(".gitignore", "made/\n")
    here.commit()
    here.put("made/main.tf", terraform("app", bucket="made"))
    there = live(here, assets_prod=rule("app"), made=rule("app", "hot"))
    without_git(monkeypatch)
    assert check(cli, "--live", there, base=str(second))[:2] == (0, {ASSETS: "in_sync"})
    (here.folder / ".git" / "index").write_bytes(b"DIRC")
    assert check(cli, "--live", there, base=str(second))[:2] == (3, {ASSETS: "in_sync", "made": "undecided"})


def test_a_sparse_checkout_needs_git(cli: Cli, here: Repository, second: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here.put("far/main.tf", terraform("app", bucket="far"))
    here.commit()
    here.git("sparse-checkout", "set", "near")
    without_git(monkeypatch)
    refused = cli("check", "--base", second, "--live", "none")
    assert (refused.code, "is read with git" in refused.err) == (2, True)
