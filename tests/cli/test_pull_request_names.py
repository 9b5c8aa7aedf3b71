"""``check --base`` where a bucket's name is not known, or its declaration moves in or out of the paths of the run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Cli, Result, snapshot_file
from tests.repositories import Repository, repository, terraform

__all__ = ["repository"]

APP, HOTFIX, NEW = (
    {"AllowedMethods": ["GET"], "AllowedOrigins": [f"https://{name}.example"]} for name in ("app", "hotfix", "new")
)
GIVEN = 'variable "given" {\n}\n'


@pytest.fixture
def here(cli: Cli, repository: Repository, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """The repository as the working folder of ``cli``."""
    monkeypatch.chdir(repository.folder)
    return repository


def named_by_variable(*origins: str, default: str | None = None) -> str:
    """A bucket whose name is a variable."""
    variable = GIVEN if default is None else f'variable "given" {{\n  default = "{default}"\n}}\n'
    return variable + terraform(*origins).replace('bucket = "assets-prod"', "bucket = var.given")


def live(repository: Repository, **buckets: list[dict[str, list[str]]]) -> Path:
    """What is live, in a file that lies outside of the repository."""
    return snapshot_file(repository.folder.parent / "live.json", **buckets)


def moves(result: Result) -> dict[str, str]:
    """Each bucket's verdict; ``?`` is one without a known name."""
    found: dict[str, str] = {}
    for each in result.json["buckets"]:
        name: Any = each["bucket"]
        found[name if isinstance(name, str) else "?"] = each["pull_request"]["verdict"]
    return found


@pytest.mark.parametrize("rules", [[APP], [APP, HOTFIX]], ids=["as base", "drifted"])
def test_a_bucket_that_a_declaration_without_a_name_may_be_of_is_not_called_removed(
    cli: Cli, here: Repository, rules: list[dict[str, list[str]]]
) -> None:
    here.write(main__tf=named_by_variable("app"))
    result = cli("check", "--base", "main", "--live", live(here, assets_prod=rules), "--format", "json")
    assert (result.code, moves(result)) == (3, {"?": "undecided", "assets-prod": "undecided"})
    assert "it may be the bucket of a declaration whose name is not known" in result.out
    offline = cli("check", "--base", "main", "--live", "none", "--format", "json")
    assert (offline.code, moves(offline)) == (3, {"?": "undecided", "assets-prod": "undecided"})


def test_a_bucket_that_base_may_declare_without_a_name_is_not_called_new(cli: Cli, here: Repository) -> None:
    here.git("checkout", "--quiet", "main")
    here.write(main__tf=named_by_variable("app"))
    here.commit()
    here.git("checkout", "--quiet", "-b", "names-it")
    here.write(main__tf=named_by_variable("app", "new", default="assets-prod"))
    for source in (live(here, assets_prod=[APP]), "none"):
        result = cli("check", "--base", "main", "--live", source, "--format", "json")
        assert (result.code, moves(result)) == (3, {"assets-prod": "undecided", "?": "undecided"})


def test_a_declaration_that_has_no_name_on_both_sides_says_nothing_of_others(cli: Cli, here: Repository) -> None:
    here.git("checkout", "--quiet", "main")
    here.put("open/main.tf", named_by_variable("app"))
    here.commit()
    here.git("checkout", "--quiet", "-b", "removes")
    here.git("rm", "--quiet", "main.tf")
    result = cli("check", "--base", "main", "--live", "none", "--format", "json")
    assert moves(result) == {"?": "unchanged", "assets-prod": "removal"}


def test_a_new_bucket_whose_name_nobody_knows_may_be_of_no_other_shape(cli: Cli, here: Repository) -> None:
    here.git("rm", "--quiet", "main.tf")
    here.write(other__tf=terraform("app").replace('bucket = "assets-prod"', 'bucket_prefix = "logs-"'))
    here.git("add", "--all")
    result = cli("check", "--base", "main", "--live", "none", "--format", "json")
    assert moves(result) == {"?": "new", "assets-prod": "removal"}


@pytest.fixture
def infra(here: Repository) -> Repository:
    """With the bucket in a folder of its own, and another one in it, on ``main``."""
    here.git("checkout", "--quiet", "main")
    here.git("rm", "--quiet", "main.tf")
    here.put("infra/main.tf", terraform("app"))
    here.put("infra/keep.tf", terraform("app", bucket="keep").replace("assets", "keep").split("}\n", 1)[1])
    here.put("examples/main.tf", terraform("app"))
    here.commit()
    here.git("checkout", "--quiet", "-b", "moves")
    return here


def check_infra(cli: Cli, infra: Repository, *options: str, path: str = "infra") -> Result:
    there = live(infra, assets_prod=[APP], keep=[APP])
    return cli("check", path, "--base", "main", "--live", there, "--format", "json", *options)


def test_a_bucket_that_moves_out_of_the_paths_is_found_where_it_stands_now(cli: Cli, infra: Repository) -> None:
    infra.git("rm", "--quiet", "infra/main.tf")
    infra.put("other/main.tf", terraform("app", "new"))
    assert moves(check_infra(cli, infra)) == {"keep": "in_sync", "assets-prod": "changes"}


@pytest.mark.parametrize(
    ("moved", "told"),
    [
        (named_by_variable("app"), "a declaration whose name is not known"),
        ('resource "aws_s3_bucket" {{{\n', "it may be declared in what could not be read"),
    ],
    ids=["without a name", "broken"],
)
def test_what_is_wrong_where_a_bucket_may_have_moved_to_leaves_it_open(
    cli: Cli, infra: Repository, moved: str, told: str
) -> None:
    infra.git("rm", "--quiet", "infra/main.tf")
    infra.put("other/main.tf", moved)
    result = check_infra(cli, infra)
    assert (result.code, moves(result)) == (3, {"keep": "in_sync", "assets-prod": "undecided"})
    assert told in result.out


def test_a_folder_that_was_broken_before_says_nothing_of_a_removal(cli: Cli, infra: Repository) -> None:
    infra.git("checkout", "--quiet", "main")
    infra.put("other/main.tf", 'resource "aws_s3_bucket" {{{\n')
    infra.commit()
    infra.git("checkout", "--quiet", "-b", "removes")
    infra.git("rm", "--quiet", "infra/main.tf")
    result = check_infra(cli, infra)
    assert (result.code, moves(result)) == (0, {"keep": "in_sync", "assets-prod": "removal"})


def test_a_removal_is_not_masked_by_another_folder_that_named_the_bucket_before(cli: Cli, infra: Repository) -> None:
    infra.git("rm", "--quiet", "infra/main.tf")
    assert moves(check_infra(cli, infra)) == {"keep": "in_sync", "assets-prod": "removal"}


def test_of_a_folder_that_base_does_not_have_only_its_own_buckets_are_looked_for(cli: Cli, infra: Repository) -> None:
    infra.git("checkout", "--quiet", "main")
    infra.put("far/main.tf", terraform("app", bucket="far"))
    infra.commit()
    infra.git("checkout", "--quiet", "-b", "renames")
    infra.git("mv", "infra", "infra2")
    infra.put("infra2/main.tf", terraform("app", "new"))
    infra.commit()
    result = check_infra(cli, infra, path="infra2")
    assert (result.code, moves(result)) == (0, {"assets-prod": "changes", "keep": "in_sync"})


def test_a_root_that_base_does_not_have_has_moved_like_any_folder(cli: Cli, infra: Repository) -> None:
    infra.git("mv", "infra", "infra2")
    infra.commit()
    options = ("infra2", "--root", "infra2", "--base", "main", "--format", "json", "--live")
    drifted = live(infra, assets_prod=[APP, HOTFIX], keep=[APP])
    assert moves(cli("check", *options, drifted)) == {"assets-prod": "drift_stays", "keep": "in_sync"}
    infra.put("infra2/more.tf", terraform("app", bucket="more").split("}\n", 1)[1].replace("assets", "more"))
    infra.commit()
    offline = cli("check", *options, "none")
    assert moves(offline) == {"assets-prod": "unchanged", "keep": "unchanged", "more": "new"}


def test_annotations_of_a_removal_point_into_files_that_are_there(cli: Cli, here: Repository) -> None:
    here.write(other__tf=terraform("app", bucket="other"))
    here.git("rm", "--quiet", "main.tf")
    there = live(here, assets_prod=[APP], other=[APP])
    result = cli("check", "--base", "main", "--live", there, "--format", "json")
    places = {each["id"]: each["location"] for each in result.json["findings"]}
    assert places["rules-to-be-removed"] is None
    here.write(main__tf="# nothing is left\n")
    result = cli("check", "--base", "main", "--live", there, "--format", "json")
    place = next(each["location"] for each in result.json["findings"] if each["id"] == "rules-to-be-removed")
    assert (place["path"], place.get("line")) == ("main.tf", None)
    assert "rules-to-be-removed" in cli("check", "--base", "main", "--live", there, "--format", "sarif").out


def rules_file(*rules: dict[str, list[str]]) -> str:
    return json.dumps({"CORSRules": rules})


def test_rules_by_themselves_are_named_on_both_sides_by_the_option(cli: Cli, here: Repository) -> None:
    here.git("checkout", "--quiet", "main")
    here.put("cors.json", rules_file(APP))
    here.commit()
    here.git("checkout", "--quiet", "-b", "rules")
    for now, there, verdict in (
        ([APP], [APP], "in_sync"),
        ([APP], [APP, HOTFIX], "drift_stays"),
        ([APP, NEW], [APP], "changes"),
        ([APP, NEW], [APP, HOTFIX], "reverts"),
    ):
        here.put("cors.json", rules_file(*now))
        options = ("--base", "main", "--live", live(here, assets_prod=there), "--format", "json")
        assert moves(cli("check", "cors.json", "--bucket", "assets-prod", *options)) == {"assets-prod": verdict}
        assert set(moves(cli("check", "cors.json", *options)).values()) == {verdict}, "the only pair there is"
    offline = cli(
        "check", "cors.json", "--bucket", "assets-prod", "--base", "main", "--live", "none", "--format", "json"
    )
    assert moves(offline) == {"assets-prod": "changes"}


def test_a_declaration_without_a_name_is_named_on_both_sides_by_the_option(cli: Cli, here: Repository) -> None:
    here.git("checkout", "--quiet", "main")
    here.write(main__tf=named_by_variable("app"))
    here.commit()
    here.git("checkout", "--quiet", "-b", "more")
    options = ("--bucket", "assets-prod", "--base", "main", "--format", "json", "--live")
    drifted = live(here, assets_prod=[APP, HOTFIX])
    assert moves(cli("check", *options, drifted)) == {"assets-prod": "drift_stays"}
    here.write(main__tf=named_by_variable("app", "new"))
    assert moves(cli("check", *options, drifted)) == {"assets-prod": "reverts"}
    here.write(main__tf=terraform("app", "new"))
    assert moves(cli("check", *options, drifted)) == {"assets-prod": "reverts"}
