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


def test_a_link_that_the_target_branch_has_turned_since_leads_where_merging_has_it_lead(
    cli: Cli, turned: Repository
) -> None:
    on_main(turned)
    turned.put("root/main.tf", 'module "a" {\n  source = "../current"\n}\n')
    turned.put("values/main.tf", terraform(of="var.origins", bucket="valued"))
    turned.put("env/old.tfvars", 'origins = ["https://app.example"]\n')
    turned.put("env/new.tfvars", 'origins = ["https://corp.example"]\n')
    (turned.folder / "env/now.tfvars").symlink_to("old.tfvars")
    turned.put("v1/main.tf", terraform("app"))
    turned.put("v2/main.tf", terraform("app", "corp"))
    turned.commit()
    turned.branch("behind")
    turned.write(README="touched")
    turned.commit()
    on_main(turned)
    for link, target in (("current", "v2"), ("env/now.tfvars", "new.tfvars")):
        (turned.folder / link).unlink()
        (turned.folder / link).symlink_to(target)
    turned.commit()
    turned.git("checkout", "--quiet", "behind")
    there = live(turned, assets_prod=rule("app") + rule("corp"), valued=rule("corp"))
    for path in ("current", "root", "current/main.tf", turned.folder / "current"):
        assert check(cli, path, "--live", there)[:2] == (0, {ASSETS: "in_sync"}), path
    assert check(cli, "values", "--var-file", "env/now.tfvars", "--live", there)[:2] == (0, {"valued": "in_sync"})
    (turned.folder / "current").unlink()
    (turned.folder / "current").symlink_to("env")
    assert check(cli, "root", "--live", there)[:2] == (3, {ASSETS: "undecided"})


@pytest.mark.parametrize("into", ["link", "folder"])
def test_a_folder_and_a_link_that_the_target_branch_has_made_of_each_other_are_as_merging_has_them(
    cli: Cli, turned: Repository, into: str
) -> None:
    on_main(turned)
    if into == "link":
        (turned.folder / "current").unlink()
        turned.put("current/main.tf", terraform("app"))
        turned.commit()
    turned.branch("behind")
    turned.write(README="touched")
    turned.commit()
    on_main(turned)
    if into == "link":
        turned.git("rm", "--quiet", "-r", "current")
        (turned.folder / "current").symlink_to("v2")
    else:
        (turned.folder / "current").unlink()
        turned.put("current/main.tf", terraform("evil", methods='"PUT"'))
    turned.commit()
    turned.git("checkout", "--quiet", "behind")
    there = live(turned, assets_prod=rule("evil", method="PUT"))
    assert check(cli, "current", "--live", there)[:2] == (0, {ASSETS: "in_sync"})
    whole = check(cli, "--live", there)
    turned.git("merge", "--quiet", "--no-edit", "main")
    merged = check(cli, "--live", there)
    assert whole[:2] == merged[:2]
    assert whole[2]["buckets"] == merged[2]["buckets"]


@pytest.mark.parametrize("checked_out", [True, False])
def test_a_submodule_that_the_target_branch_has_moved_since_is_not_the_doing_of_a_branch(
    cli: Cli, here: Repository, checked_out: bool
) -> None:
    made = library(here)
    here.write(README="touched")
    here.commit()
    on_main(here)
    made.write(main__tf=terraform("new", bucket="of-the-library"))
    made.commit()
    here.git("-C", "vendor", "pull", "--quiet")
    here.commit()
    here.git("checkout", "--quiet", "moves")
    here.git("submodule", "--quiet", "update")
    if not checked_out:
        here.git("submodule", "--quiet", "deinit", "--force", "vendor")
    there = live(here, assets_prod=rule("app"), of_the_library=rule("app", "hot"))
    code, moves, report = check(cli, "--live", there)
    assert moves[ASSETS] == "in_sync"
    assert "base-unread" not in [each["id"] for each in report["diagnostics"]]
    if checked_out:
        assert (code, moves["of-the-library"]) == (3, "undecided")
    else:
        assert (code, moves) == (0, {ASSETS: "in_sync"})


def test_a_submodule_that_the_target_branch_has_removed_since_is_not_brought_back(cli: Cli, here: Repository) -> None:
    library(here)
    here.write(README="touched")
    here.commit()
    on_main(here)
    here.git("rm", "--quiet", "--force", "vendor")
    here.commit()
    here.git("checkout", "--quiet", "moves")
    here.git("submodule", "--quiet", "update", "--init")
    there = live(here, assets_prod=rule("app"), of_the_library=rule("app", "hot"))
    assert check(cli, "--live", there)[:2] == (3, {ASSETS: "in_sync", "of-the-library": "undecided"})


@pytest.mark.parametrize("base", ["main", "second"])
@pytest.mark.parametrize("path", ["infra", "infra/main.tf"])
def test_a_path_that_a_pull_request_takes_away_takes_its_rules_along(
    cli: Cli, here: Repository, base: str, path: str
) -> None:
    on_main(here)
    here.put("infra/main.tf", terraform("app", bucket="inside"))
    here.commit()
    if base == "second":
        base = str(here.folder.parent / base)
        here.git("clone", "--quiet", str(here.folder), base)
    here.branch("removes")
    here.git("mv", "infra", "moved")
    here.commit()
    there = live(here, assets_prod=rule("app"), inside=rule("app"))
    assert check(cli, path, "--live", there, base=base)[:2] == (0, {"inside": "in_sync"})
    here.git("rm", "--quiet", "-r", "moved")
    here.commit()
    code, moves, report = check(cli, path, "--live", there, base=base)
    assert (code, moves) == (0, {"inside": "removal"})
    assert f"{path} is gone" in next(each["message"] for each in report["diagnostics"] if each["id"] == "path-removed")
    assert check(cli, path, "--live", "none", base=base)[:2] == (0, {"inside": "removal"})
    assert check(cli, path, "main.tf", "--live", there, base=base)[1] == {ASSETS: "in_sync", "inside": "removal"}
    nowhere = cli("check", "nowhere", "--base", base, "--live", there)
    assert (nowhere.code, "there is no such file or folder" in nowhere.err) == (2, True)


def test_a_path_that_the_target_branch_has_brought_since_is_there(cli: Cli, here: Repository) -> None:
    on_main(here)
    here.put("infra/main.tf", terraform("app", bucket="inside"))
    here.commit()
    here.git("checkout", "--quiet", "change")
    here.write(README="touched")
    here.commit()
    assert check(cli, "infra", "--live", live(here, inside=rule("app")))[:2] == (0, {"inside": "in_sync"})


@pytest.mark.parametrize("path", ["infra", "infra/main.tf", "base", "base/infra"])
def test_a_path_that_leads_into_the_second_checkout_is_refused(cli: Cli, here: Repository, path: str) -> None:
    on_main(here)
    here.put("infra/main.tf", terraform("app", bucket="inside"))
    here.commit()
    here.branch("links")
    here.git("clone", "--quiet", "--branch=main", str(here.folder), str(here.folder / "base"))
    here.git("rm", "--quiet", "-r", "infra")
    (here.folder / "infra").symlink_to("base/infra")
    here.git("add", "infra")
    here.git("commit", "--quiet", "--message", "a link")
    refused = cli("check", path, "--base", "./base", "--live", "none")
    assert (refused.code, "--base ./base" in refused.err) == (2, True)
    if path == "infra":
        foreign = cli("check", path, "--base", "main", "--live", "none")
        assert (foreign.code, "once merged it leads nowhere" in foreign.err) == (2, True)


CALL = 'module "site" {{\n  source = "../../modules/site"\n  name   = "{name}"\n}}\n'
SITE = 'variable "name" {}\n' + terraform("app", bucket="NAME").replace('"NAME"', "var.name")


@pytest.mark.parametrize("path", ["envs/dev", "envs/development"])
@pytest.mark.parametrize(("hotfix", "verdict"), [((), "in_sync"), (("hot",), "drift_stays")])
def test_a_folder_that_only_calls_a_module_may_be_renamed(
    cli: Cli, here: Repository, path: str, hotfix: tuple[str, ...], verdict: str
) -> None:
    on_main(here)
    here.put("modules/site/main.tf", SITE)
    here.put("envs/dev/main.tf", CALL.format(name="site-dev"))
    here.put("envs/prod/main.tf", CALL.format(name="site-prod"))
    here.commit()
    here.branch("renames")
    here.git("mv", "envs/dev", "envs/development")
    here.commit()
    there = live(here, site_dev=rule("app", *hotfix), site_prod=rule("app"))
    assert check(cli, path, "--live", there)[:2] == (0, {"site-dev": verdict})


@pytest.mark.parametrize("path", ["envs/prod", "."])
def test_a_folder_that_calls_a_module_for_another_bucket_is_new(cli: Cli, here: Repository, path: str) -> None:
    on_main(here)
    here.put("modules/site/main.tf", SITE)
    here.put("envs/dev/main.tf", CALL.format(name="site-dev"))
    here.commit()
    here.branch("adds")
    here.put("envs/prod/main.tf", CALL.format(name="site-prod"))
    here.commit()
    code, moves, _ = check(cli, path, "--live", live(here, assets_prod=rule("app"), site_dev=rule("app"), site_prod=[]))
    assert (code, moves["site-prod"]) == (0, "new")


def test_a_work_tree_in_another_repository_is_no_submodule_of_it(
    cli: Cli, here: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    here.write(main__tf=terraform("app"))
    here.commit()
    here.branch("changes")
    here.write(main__tf=terraform("new"))
    here.commit()
    bare = here.folder.parent / "modules" / "bare.git"
    here.git("clone", "--quiet", "--bare", str(here.folder), str(bare))
    outer = Repository(here.folder.parent / "home")
    outer.commit()
    tree = outer.folder / "tree"
    outer.git("--git-dir", str(bare), "worktree", "add", "--quiet", str(tree), "changes")
    go(monkeypatch, tree)
    assert check(cli, "--live", "none")[:2] == (0, {ASSETS: "changes"})
