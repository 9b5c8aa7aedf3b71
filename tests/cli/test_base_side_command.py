"""Which files base and head are: branches that are behind, links, clones that lack something, bases that are none."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Cli, snapshot_file
from tests.repositories import Repository, repository, terraform

__all__ = ["repository"]

ASSETS = "assets-prod"


def rule(*origins: str, method: str = "GET") -> list[dict[str, list[str]]]:
    return [{"AllowedMethods": [method], "AllowedOrigins": [f"https://{each}.example" for each in origins]}]


@pytest.fixture
def here(cli: Cli, repository: Repository, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """The repository as the working folder of ``cli``."""
    monkeypatch.chdir(repository.folder)
    return repository


def live(here: Repository, **buckets: list[dict[str, list[str]]]) -> Path:
    return snapshot_file(here.folder.parent / "live.json", **buckets)


def check(cli: Cli, *options: str | Path, base: str = "main") -> tuple[int, dict[str, str], Any]:
    """Exit code, verdict of each bucket, and the whole report of ``check --base``."""
    result = cli("check", *options, f"--base={base}", "--format", "json")
    report = result.json
    named = [each for each in report["buckets"] if isinstance(each["bucket"], str)]
    return result.code, {each["bucket"]: each["pull_request"]["verdict"] for each in named}, report


def on_main(here: Repository) -> None:
    here.git("checkout", "--quiet", "main")


def local(origin: str) -> str:
    return f'locals {{\n  origins = ["https://{origin}.example"]\n}}\n'


def test_what_a_branch_that_is_behind_uses_is_taken_as_the_target_branch_has_it_now(cli: Cli, here: Repository) -> None:
    on_main(here)
    here.write(z__tf=local("app"))
    here.commit()
    here.branch("uses-it")
    here.write(main__tf=terraform(of="local.origins"))
    here.commit()
    on_main(here)
    here.write(z__tf=local("evil"))
    here.commit()
    here.git("checkout", "--quiet", "uses-it")
    before = here.git("count-objects", "--verbose")
    behind = check(cli, "--live", live(here, assets_prod=rule("app")))
    assert behind[:2] == (0, {ASSETS: "changes"})
    assert "branch-behind" in [each["id"] for each in behind[2]["diagnostics"]]
    assert here.git("count-objects", "--verbose") == before
    assert not here.git("status", "--porcelain")
    here.git("merge", "--quiet", "--no-edit", "main")
    merged = check(cli, "--live", live(here, assets_prod=rule("app")))
    assert merged[:2] == behind[:2]
    assert merged[2]["buckets"][0]["pull_request"]["says"] == behind[2]["buckets"][0]["pull_request"]["says"]


def test_a_file_that_git_cannot_merge_leaves_open_what_depends_on_it(cli: Cli, here: Repository) -> None:
    on_main(here)
    here.put("other/main.tf", terraform("app", bucket="other"))
    here.commit()
    here.branch("ours")
    here.write(main__tf=terraform("ours"))
    here.put("other/main.tf", terraform("app", "new", bucket="other"))
    here.commit()
    on_main(here)
    here.write(main__tf=terraform("theirs"))
    here.commit()
    here.git("checkout", "--quiet", "ours")
    code, moves, report = check(cli, "--live", live(here, assets_prod=rule("theirs"), other=rule("app")))
    assert (code, moves) == (3, {ASSETS: "undecided", "other": "changes"})
    assert "merge it in" in next(each for each in report["buckets"] if each["bucket"] == ASSETS)["reason"]


def test_what_the_work_tree_has_changed_beside_the_commit_is_not_merged_over(cli: Cli, here: Repository) -> None:
    on_main(here)
    here.write(main__tf=terraform("theirs"))
    here.commit()
    here.git("checkout", "--quiet", "change")
    assert check(cli, "--live", live(here, assets_prod=rule("theirs")))[:2] == (0, {ASSETS: "in_sync"})
    here.write(main__tf=terraform("ours"))
    assert check(cli, "--live", live(here, assets_prod=rule("theirs")))[:2] == (3, {ASSETS: "undecided"})


def test_files_are_merged_whole_where_git_has_no_merge_of_its_own(
    cli: Cli, here: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("drift.git_merge.Merging.merge", lambda *_: None)
    test_what_a_branch_that_is_behind_uses_is_taken_as_the_target_branch_has_it_now(cli, here)


def test_a_link_that_leads_elsewhere_now_led_to_what_base_has(cli: Cli, here: Repository) -> None:
    on_main(here)
    here.put("v1/main.tf", terraform("app"))
    here.put("v2/main.tf", terraform("evil", methods='"PUT"'))
    here.git("rm", "--quiet", "main.tf")
    (here.folder / "current").symlink_to("v1")
    here.commit()
    here.branch("turns")
    (here.folder / "current").unlink()
    (here.folder / "current").symlink_to("v2")
    here.commit()
    assert check(cli, "current", "--live", live(here, assets_prod=rule("app")))[:2] == (0, {ASSETS: "changes"})
    hot = live(here, assets_prod=rule("app", "hot"))
    assert check(cli, "current", "--live", hot)[0] == 1


def test_a_file_of_values_is_read_through_the_link_that_base_has(cli: Cli, here: Repository) -> None:
    on_main(here)
    here.write(main__tf=terraform(of="var.origins"))
    for name in ("app", "evil"):
        here.put(f"env/{name}.tfvars", f'origins = ["https://{name}.example"]\n')
    (here.folder / "env/now.tfvars").symlink_to("app.tfvars")
    here.commit()
    here.branch("turns")
    (here.folder / "env/now.tfvars").unlink()
    (here.folder / "env/now.tfvars").symlink_to("evil.tfvars")
    here.commit()
    options = ("--var-file", "env/now.tfvars", "--live", live(here, assets_prod=rule("app")))
    assert check(cli, *options)[:2] == (0, {ASSETS: "changes"})


def test_a_committed_folder_is_no_base_unless_it_is_written_as_a_path(cli: Cli, here: Repository) -> None:
    here.put("origin/main/main.tf", terraform("app", "evil"))
    here.write(main__tf=terraform("app", "evil"))
    here.commit()
    refused = cli("check", "main.tf", "--base", "origin/main", "--live", "none")
    assert refused.code == 2
    assert "there is no such revision, only a path that is a part of what is checked" in refused.err
    assert check(cli, "main.tf", "--live", "none", base="./origin/main")[:2] == (0, {ASSETS: "unchanged"})
    here.git("update-ref", "refs/remotes/origin/main", "main")
    both = cli("check", "main.tf", "--base", "origin/main", "--live", "none")
    assert (both.code, "or refs/remotes/origin/main for the revision" in both.err) == (2, True)


@pytest.mark.parametrize(
    ("base", "told"),
    [
        ("", "--base has no value"),
        (" ", "--base has no value"),
        (".", "it would be compared with itself"),
        (".git", "is git's own folder"),
        ("./.git/objects", "is git's own folder"),
        ("../live.json", "holds what is live"),
        ("../empty", "is an empty folder"),
    ],
)
def test_a_base_that_is_none_is_refused(cli: Cli, here: Repository, base: str, told: str) -> None:
    (here.folder.parent / "empty").mkdir()
    here.write(main__tf=terraform("app", "new"))
    result = cli("check", f"--base={base}", "--live", live(here, assets_prod=rule("app", "hot")))
    assert result.code == 2
    assert told in result.err


def test_a_base_that_is_head_and_one_that_declares_nothing_are_told(cli: Cli, here: Repository) -> None:
    there = live(here, assets_prod=rule("app"))
    told = check(cli, "--live", there, base="HEAD")[2]["diagnostics"]
    assert ("base-is-head", "warning") in [(each["id"], each["severity"]) for each in told]
    (here.folder.parent / "other").mkdir()
    (here.folder.parent / "other" / "README").write_text("nothing")
    code, _, report = check(cli, "--live", there, base="../other")
    assert {"base-declares-nothing", "base-unread"} <= {each["id"] for each in report["diagnostics"]}
    assert (code, report["verdict"]) == (3, "incomplete"), "nothing says that this is a checkout"
    Repository(here.folder.parent / "other").commit()
    told = check(cli, "--live", there, base="../other")
    assert (told[0], "base-unread" in [each["id"] for each in told[2]["diagnostics"]]) == (0, False)


@pytest.mark.skipif(os.name == "nt", reason="there is no such signal")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_that_ends_a_run_leaves_no_temporary_folder(
    cli: Cli, here: Repository, monkeypatch: pytest.MonkeyPatch, number: signal.Signals
) -> None:
    on_main(here)
    here.write(other="1")
    here.commit()
    here.git("checkout", "--quiet", "change")
    here.write(main__tf=terraform("new"))
    here.commit()
    folder = here.folder.parent / "temporary"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    seen: list[int] = []

    def comes(*_: object) -> None:
        seen.append(len(list(folder.iterdir())))
        signal.raise_signal(number)

    monkeypatch.setattr("drift.git_merge.Merging.merge", comes)
    before = signal.getsignal(number)
    try:
        assert cli("check", "--base", "main", "--live", "none").code == 128 + number
    finally:
        signal.signal(number, before)
    assert (seen, list(folder.iterdir())) == ([1], [])


def test_a_name_of_a_tag_and_a_branch_must_be_one_of_them(cli: Cli, here: Repository) -> None:
    here.write(main__tf=terraform("app", "new"))
    here.commit()
    here.git("tag", "main")
    refused = cli("check", "--base", "main", "--live", "none")
    assert refused.code == 2
    assert "may be refs/heads/main or refs/tags/main" in refused.err
    assert check(cli, "--live", "none", base="refs/heads/main")[:2] == (0, {ASSETS: "changes"})


@pytest.mark.parametrize("brings", [True, False])
def test_what_is_committed_is_read_whatever_gitignore_says(cli: Cli, here: Repository, brings: bool) -> None:
    on_main(here)
    here.put("infra/main.tf", terraform("app", bucket="inside"))
    if not brings:
        here.put(".gitignore", "infra/\n")
        here.git("add", "--force", "infra")
    here.commit()
    here.branch("ignores")
    if brings:
        here.put(".gitignore", "infra/\n")
        here.put("infra/main.tf", terraform("app", "evil", bucket="inside"))
    else:
        (here.folder / ".gitignore").unlink()
    here.commit()
    here.put("infra/not-added/main.tf", terraform("app", bucket="not-added")) if brings else None
    code, moves, _ = check(cli, "--live", live(here, assets_prod=rule("app"), inside=rule("app")))
    assert (code, moves) == (0, {ASSETS: "in_sync", "inside": "changes" if brings else "in_sync"})


def test_what_a_sparse_checkout_left_out_is_not_removed(cli: Cli, here: Repository) -> None:
    on_main(here)
    here.put("far/main.tf", terraform("app", bucket="far"))
    here.put("near/main.tf", terraform("app", bucket="near"))
    here.commit()
    here.branch("sparse")
    here.put("near/main.tf", terraform("app", "new", bucket="near"))
    here.commit()
    here.git("sparse-checkout", "set", "near")
    assert not (here.folder / "far").exists()
    there = live(here, assets_prod=rule("app"), far=rule("app", "hot"), near=rule("app"))
    assert check(cli, "--live", there)[:2] == (0, {ASSETS: "in_sync", "far": "drift_stays", "near": "changes"})


def partial(here: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    """A clone without the contents that only base has, as the working folder."""
    here.git("config", "uploadpack.allowFilter", "true")
    clone = here.folder.parent / "partial"
    here.git("clone", "--quiet", "--filter=blob:none", "--branch=change", f"file://{here.folder}", str(clone))
    monkeypatch.chdir(clone)


def test_a_file_of_values_that_base_lacks_in_a_partial_clone_is_not_replaced_by_a_default(
    cli: Cli, here: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_main(here)
    here.write(main__tf=terraform(of="var.origins"), terraform__tfvars='origins = ["https://other.example"]\n')
    here.commit()
    here.git("checkout", "--quiet", "-B", "change")
    here.write(terraform__tfvars='origins = ["https://app.example"]\n')
    here.commit()
    partial(here, monkeypatch)
    code, moves, report = check(cli, "--live", live(here, assets_prod=rule("app", "hot")), base="origin/main")
    assert (code, moves) == (3, {ASSETS: "undecided"})
    assert "made with --filter (terraform.tfvars)" in report["buckets"][0]["reason"]


def test_what_a_pull_request_deletes_and_base_lacks_leaves_the_run_incomplete(
    cli: Cli, here: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_main(here)
    here.put("x/main.tf", terraform("app", bucket="deleted"))
    here.commit()
    here.git("checkout", "--quiet", "-B", "change")
    here.git("rm", "-r", "--quiet", "x")
    here.commit()
    partial(here, monkeypatch)
    code, _, report = check(cli, "--live", live(here, assets_prod=rule("app")), base="origin/main")
    assert (code, report["verdict"]) == (3, "incomplete")


def library(here: Repository) -> Repository:
    """A repository that declares a bucket, as a submodule of ``main`` and of a new branch."""
    on_main(here)
    made = Repository(here.folder.parent / "library")
    made.write(main__tf=terraform("app", bucket="of-the-library"))
    made.commit()
    here.git("submodule", "--quiet", "add", str(made.folder), "vendor")
    here.commit()
    here.branch("moves")
    return made


@pytest.mark.parametrize("how", ["removed", "inlined", "bumped"])
def test_a_submodule_that_a_pull_request_changes_leaves_the_run_incomplete(
    cli: Cli, here: Repository, how: str
) -> None:
    made = library(here)
    if how == "bumped":
        made.write(main__tf=terraform("app", "evil", bucket="of-the-library"))
        made.commit()
        here.git("-C", "vendor", "pull", "--quiet")
    else:
        here.git("rm", "--quiet", "--force", "vendor")
    if how == "inlined":
        here.put("inlined/main.tf", terraform("app", bucket="of-the-library"))
    here.commit()
    there = live(here, assets_prod=rule("app"), of_the_library=rule("app", "hot"))
    code, moves, report = check(cli, "--live", there)
    assert (code, report["verdict"], moves[ASSETS]) == (3, "incomplete", "in_sync")
    assert moves.get("of-the-library", "undecided") == "undecided"
    assert any(each["id"] == "base-unread" and "vendor" in each["location"]["path"] for each in report["diagnostics"])


def test_a_submodule_is_no_path_to_compare_with_the_branch_around_it(cli: Cli, here: Repository) -> None:
    library(here)
    refused = cli("check", "vendor", "--base", "main", "--live", "none")
    assert refused.code == 2
    assert "vendor is in a repository of its own" in refused.err


def test_a_file_that_nobody_committed_is_not_called_new(cli: Cli, here: Repository) -> None:
    here.put("made/main.tf", terraform("app", bucket="made"))
    there = live(here, assets_prod=rule("app"), made=rule("app", "hot"))
    code, moves, report = check(cli, "--live", there)
    assert (code, moves) == (3, {ASSETS: "in_sync", "made": "undecided"})
    assert "git add it" in next(each for each in report["buckets"] if each["bucket"] == "made")["reason"]
    here.git("add", "made")
    assert check(cli, "--live", there)[1]["made"] == "reverts"


def test_a_second_checkout_that_has_more_than_the_branch_is_told(cli: Cli, here: Repository) -> None:
    on_main(here)
    here.write(main__tf=terraform("app", "merged"))
    here.commit()
    here.git("clone", "--quiet", str(here.folder), str(here.folder.parent / "base"))
    here.git("checkout", "--quiet", "change")
    _, _, report = check(cli, "--live", live(here, assets_prod=rule("app", "merged")), base="../base")
    told = next(each for each in report["diagnostics"] if each["id"] == "branch-behind")
    assert "bring the branch up to date" in told["message"]


def test_copies_of_modules_that_a_pull_request_commits_are_none_of_base(cli: Cli, here: Repository) -> None:
    on_main(here)
    call = 'module "cors" {\n  source  = "acme/cors/aws"\n  version = "1.0.0"\n}\n'
    here.write(main__tf=terraform(of="module.cors.origins") + call)
    here.commit()
    here.branch("brings")
    copy = {"Key": "cors", "Source": "registry.terraform.io/acme/cors/aws", "Version": "1.0.0"}
    manifest = {"Modules": [{"Key": "", "Source": "", "Dir": "."}, copy | {"Dir": ".terraform/modules/cors"}]}
    here.put(".terraform/modules/modules.json", json.dumps(manifest))
    here.put(".terraform/modules/cors/main.tf", 'output "origins" {\n  value = ["https://app.example"]\n}\n')
    here.commit()
    code, moves, _ = check(cli, "--live", live(here, assets_prod=rule("app", "hot")))
    assert (code, moves) == (3, {ASSETS: "undecided"})


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege there")
def test_no_merge_driver_or_filter_of_the_repository_has_a_say_in_a_merge(cli: Cli, here: Repository) -> None:
    on_main(here)
    here.put(".gitattributes", "*.tf merge=evil filter=evil\n")
    here.commit()
    here.branch("ours")
    here.write(main__tf=terraform("ours"))
    here.commit()
    on_main(here)
    here.write(main__tf=terraform("theirs"))
    here.commit()
    here.git("checkout", "--quiet", "ours")
    for key in ("merge.evil.driver", "filter.evil.smudge", "filter.evil.clean", "core.fsmonitor"):
        here.git("config", key, "touch ../pwned")
    assert check(cli, "--live", live(here, assets_prod=rule("app")))[0] == 3
    assert not (here.folder.parent / "pwned").exists()
