"""``check --base`` from working folders that are links or submodules: what base has in their place, or a refusal."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.cli.conftest import Cli
from tests.cli.test_base_side_command import ASSETS, check, here, library, live, on_main, rule
from tests.repositories import Repository, repository, terraform

__all__ = ["here", "repository"]


@pytest.fixture
def turned(here: Repository) -> Repository:
    """A branch that has the link ``current`` lead from ``v1`` to ``v2``."""
    on_main(here)
    here.put("v1/main.tf", terraform("app"))
    here.put("v2/main.tf", terraform("evil", methods='"PUT"'))
    here.git("rm", "--quiet", "main.tf")
    (here.folder / "current").symlink_to("v1")
    here.commit()
    here.git("clone", "--quiet", "--branch=main", str(here.folder), str(here.folder.parent / "second"))
    here.branch("turns")
    (here.folder / "current").unlink()
    (here.folder / "current").symlink_to("v2")
    here.commit()
    return here


def go(monkeypatch: pytest.MonkeyPatch, folder: Path, told: Path | None = None) -> None:
    """As a shell does: the folder's name stays in PWD."""
    monkeypatch.chdir(folder)
    monkeypatch.setenv("PWD", str(told or folder))


@pytest.mark.parametrize("base", ["main", "../second"])
def test_a_working_folder_that_is_a_link_is_what_base_has_it_be(
    cli: Cli, turned: Repository, monkeypatch: pytest.MonkeyPatch, base: str
) -> None:
    go(monkeypatch, turned.folder / "current")
    base = base if base == "main" else str(turned.folder.parent / "second")
    code, moves, report = check(cli, "--live", live(turned, assets_prod=rule("app")), base=base)
    assert (code, moves) == (0, {ASSETS: "changes"})
    assert f"a link leads to v1 at {base}, and to v2 here" in [each["message"] for each in report["diagnostics"]]
    assert check(cli, "--live", "none", base=base)[:2] == (0, {ASSETS: "changes"})
    assert check(cli, "main.tf", "--live", "none", base=base)[:2] == (0, {ASSETS: "changes"})


@pytest.mark.parametrize("told", ["", "/", "relative", "/nowhere", "v2"])
def test_a_folder_that_a_link_may_have_been_taken_to_is_refused_where_only_its_own_name_is_known(
    cli: Cli, turned: Repository, monkeypatch: pytest.MonkeyPatch, told: str
) -> None:
    monkeypatch.chdir(turned.folder / "current")
    monkeypatch.setenv("PWD", str(turned.folder / told) if told == "v2" else told)
    refused = cli("check", "--base", "main", "--live", "none")
    assert refused.code == 2
    assert "the link current leads to the working folder, and at main it leads to v1" in refused.err
    monkeypatch.chdir(turned.folder)
    assert check(cli, "v2", "--live", "none")[:2] == (0, {ASSETS: "unchanged"})


def test_a_folder_that_a_pull_request_replaces_by_a_link_is_not_compared_with_itself(
    cli: Cli, here: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_main(here)
    here.put("infra/main.tf", terraform("app"))
    here.put("example/main.tf", terraform("evil", methods='"PUT"'))
    here.git("rm", "--quiet", "main.tf")
    here.commit()
    here.branch("replaces")
    here.git("rm", "--quiet", "-r", "infra")
    (here.folder / "infra").symlink_to("example")
    here.commit()
    go(monkeypatch, here.folder / "infra")
    assert check(cli, "--live", live(here, assets_prod=rule("app")))[:2] == (0, {ASSETS: "changes"})
    go(monkeypatch, here.folder / "infra", here.folder / "example")
    assert cli("check", "--base", "main", "--live", "none").code == 2


def test_a_link_that_stays_stands_in_nobodys_way(cli: Cli, turned: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    turned.commit()
    turned.git("checkout", "--quiet", "-b", "later")
    turned.put("v2/main.tf", terraform("app", "new"))
    turned.commit()
    go(monkeypatch, turned.folder / "current", turned.folder / "v2")
    assert check(cli, "--live", "none", base="turns")[:2] == (0, {ASSETS: "changes"})


def test_the_settings_of_base_are_those_of_the_folder_that_the_link_led_to(
    cli: Cli, turned: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_main(turned)
    turned.put("v2/cors-drift.toml", "exit-zero = true\n")
    turned.commit()
    turned.git("checkout", "--quiet", "turns")
    turned.git("rebase", "--quiet", "main")
    go(monkeypatch, turned.folder / "current")
    code, moves, report = check(cli, "--live", live(turned, assets_prod=rule("app", "hot")))
    assert (code, moves) == (1, {ASSETS: "reverts"})
    assert "settings-changed" in [each["id"] for each in report["findings"]]


@pytest.mark.parametrize("where", ["inside", "outside", "named", "old"])
def test_a_submodule_is_not_held_against_its_own_branches(
    cli: Cli, here: Repository, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    library(here)
    vendor = here.folder / "vendor"
    if where == "old":  # git once kept it in the submodule
        (vendor / ".git").unlink()
        os.rename(here.folder / ".git" / "modules" / "vendor", vendor / ".git")
        here.git("config", "--file", "vendor/.git/config", "--unset", "core.worktree")
    go(monkeypatch, here.folder.parent if where in ("outside", "named") else vendor)
    refused = cli("check", *([vendor] if where in ("outside", "named") else []), "--base", "main", "--live", "none")
    assert refused.code == 2
    assert f"{vendor} is a submodule of {here.folder}" in refused.err


def test_a_repository_that_merely_lies_in_another_one_is_checked(
    cli: Cli, here: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    inner = Repository(here.folder / "nested")
    inner.write(main__tf=terraform("app"))
    inner.commit()
    inner.branch()
    inner.write(main__tf=terraform("new"))
    go(monkeypatch, inner.folder)
    assert check(cli, "--live", "none")[:2] == (0, {ASSETS: "changes"})
