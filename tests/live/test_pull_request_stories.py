"""Pull requests from end to end: a git repository with a branch, moto over HTTP as what is live, and the command."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from drift.__main__ import run
from tests.fixtures_s3 import MotoS3
from tests.repositories import Repository, repository, terraform

__all__ = ["repository"]

Check = Callable[..., tuple[int, Any]]


def live(*origins: str, method: str = "GET") -> list[dict[str, Any]]:
    return [{"AllowedMethods": [method], "AllowedOrigins": [f"https://{origin}.example"]} for origin in origins]


@pytest.fixture
def check(moto_s3: MotoS3, repository: Repository, capsys: pytest.CaptureFixture[str]) -> Check:
    """Exit code and JSON report of ``check --base main`` against the server."""

    def call(*options: str, base: str = "main") -> tuple[int, Any]:
        capsys.readouterr()
        fixed = ["--endpoint-url", moto_s3.url, "--region", "us-east-1", "--recheck", "0", "--processes", "1"]
        code = run(["check", *options, f"--base={base}", *fixed, "--format", "json"])
        captured = capsys.readouterr()
        assert "Traceback" not in captured.err
        return code, json.loads(captured.out)

    return call


def moves(report: Any) -> dict[str, tuple[str, str]]:
    """Bucket to its verdict and its state."""
    return {each["bucket"]: (each["pull_request"]["verdict"], each["state"]) for each in report["buckets"]}


def origin_of(report: Any) -> str:
    return str(report["buckets"][0]["pull_request"]["witness"]["request"]["origin"])


STORIES = {
    # name: (what head declares, what is live, verdict, state, exit code, finding)
    "clean": (["app"], ["app"], "in_sync", "in_sync", 0, []),
    "changes as intended": (["app", "new"], ["app"], "changes", "pending", 0, ["change-to-deploy"]),
    "drift that was there": (["app"], ["app", "hotfix"], "drift_stays", "drifted", 0, ["drift-untouched"]),
    "repairs a part": (["app", "one"], ["app", "one", "two"], "repairs", "drifted", 0, ["drift-repaired"]),
    "puts back what was deleted": (["app", "new"], [], "repairs", "drifted", 0, ["drift-repaired"]),
    "adopts": (["app", "hotfix"], ["app", "hotfix"], "adopts", "in_sync", 0, ["live-adopted"]),
    "adopts and changes": (
        ["app", "hotfix", "new"],
        ["app", "hotfix"],
        "adopts",
        "pending",
        0,
        ["live-adopted", "change-to-deploy"],
    ),
    "silently reverts": (["app", "new"], ["app", "hotfix"], "reverts", "drifted", 1, ["live-change-undone"]),
    "conflict": (["new"], ["hotfix"], "conflict", "drifted", 1, ["change-in-conflict"]),
}


@pytest.mark.parametrize("story", STORIES)
def test_each_story_has_its_verdict(story: str, check: Check, repository: Repository, moto_s3: MotoS3) -> None:
    head, there, verdict, state, exit_code, findings = STORIES[story]
    repository.write(main__tf=terraform(*head))
    repository.commit()
    moto_s3.put("assets-prod", live(*there))
    code, report = check()
    assert (code, moves(report)) == (exit_code, {"assets-prod": (verdict, state)})
    families = {"pull_request", "drift", "coverage"}
    assert [each["id"] for each in report["findings"] if each["family"] in families] == findings
    wanted = "drift" if exit_code else "in_sync" if state == "in_sync" else "clean"
    assert (report["verdict"], report["exit_code"]) == (wanted, exit_code)


def test_a_hotfix_that_would_be_undone_is_shown_with_the_answers_of_all_three(
    check: Check, repository: Repository, moto_s3: MotoS3
) -> None:
    repository.write(main__tf=terraform("app", "new"))
    repository.commit()
    moto_s3.put("assets-prod", live("app", "hotfix"))
    _, report = check()
    told = report["buckets"][0]["pull_request"]
    assert told["witness"]["request"]["origin"] == "https://hotfix.example"
    assert [told["witness"][side]["allowed"] for side in ("base", "head", "live")] == [False, False, True]
    assert told["effects"] == {"head": "wider", "live": "wider", "deploying": "different"}
    assert told["says"].endswith("deploying undoes that")


def test_a_new_bucket_does_not_exist_yet_and_that_is_no_gap(
    check: Check, repository: Repository, moto_s3: MotoS3
) -> None:
    repository.put("more/main.tf", terraform("app", bucket="brand-new"))
    repository.commit()
    moto_s3.put("assets-prod", live("app"))
    code, report = check()
    assert code == 0
    assert moves(report) == {"assets-prod": ("in_sync", "in_sync"), "brand-new": ("new", "pending")}


def test_rules_that_a_pull_request_takes_away_are_named_though_head_no_longer_declares_them(
    check: Check, repository: Repository, moto_s3: MotoS3
) -> None:
    repository.git("rm", "--quiet", "main.tf")
    repository.write(other__tf='resource "aws_s3_bucket" "other" {\n  bucket = "other"\n}\n')
    repository.commit()
    moto_s3.put("assets-prod", live("app"))
    moto_s3.put("other")
    code, report = check()
    assert code == 0
    assert moves(report)["assets-prod"] == ("removal", "pending")
    assert origin_of({"buckets": [each for each in report["buckets"] if each["bucket"] == "assets-prod"]}) == (
        "https://app.example"
    )
    assert "rules-to-be-removed" in [each["id"] for each in report["findings"]]
    assert check("--bucket", "assets-prod")[1]["summary"]["buckets"] == 1


def test_what_is_removed_and_gone_from_live_with_its_bucket_leaves_nothing_to_do(
    check: Check, repository: Repository, moto_s3: MotoS3
) -> None:
    repository.git("rm", "--quiet", "main.tf")
    repository.commit()
    code, report = check()
    assert (code, moves(report)) == (0, {"assets-prod": ("removal", "in_sync")})


def test_the_settings_say_which_verdicts_fail(check: Check, repository: Repository, moto_s3: MotoS3) -> None:
    moto_s3.put("assets-prod", live("app", "hotfix"))
    assert check()[0] == 0
    repository.put("cors-drift.toml", '[findings]\ndrift-untouched = "error"\n')
    code, report = check()
    assert (code, report["verdict"]) == (1, "drift")
    repository.write(main__tf=terraform("app", "new"))
    repository.put("cors-drift.toml", '[findings]\nlive-change-undone = "warning"\n')
    code, report = check()
    assert (code, report["verdict"], report["summary"]["accepted"]) == (0, "clean", 1)
    assert check("--fail-on", "never")[0] == 0
    repository.put("cors-drift.toml", "")
    assert check("--fail-on", "never")[0] == 1


def test_a_renamed_file_changes_nothing(check: Check, repository: Repository, moto_s3: MotoS3) -> None:
    repository.git("mv", "main.tf", "buckets.tf")
    repository.commit()
    moto_s3.put("assets-prod", live("app"))
    assert moves(check()[1]) == {"assets-prod": ("in_sync", "in_sync")}


def test_a_folder_that_is_checked_by_name_may_have_had_another_one(
    check: Check, repository: Repository, moto_s3: MotoS3
) -> None:
    (repository.folder / "deploy").mkdir()
    repository.git("mv", "main.tf", "deploy/main.tf")
    repository.commit()
    moto_s3.put("assets-prod", live("app"))
    code, report = check("deploy")
    assert (code, moves(report)) == (0, {"assets-prod": ("in_sync", "in_sync")})
    assert "base-has-no-path" in [each["id"] for each in report["diagnostics"]]


def test_a_bucket_that_moved_out_of_the_folder_that_is_checked_is_not_removed(
    check: Check, repository: Repository, moto_s3: MotoS3
) -> None:
    repository.git("checkout", "--quiet", "main")
    repository.put("infra/main.tf", terraform("app", bucket="moving"))
    repository.put("infra/other.tf", 'resource "aws_s3_bucket" "other" {\n  bucket = "other"\n}\n')
    repository.commit()
    repository.branch("moves")
    (repository.folder / "elsewhere").mkdir()
    repository.git("mv", "infra/main.tf", "elsewhere/main.tf")
    repository.commit()
    for name in ("moving", "other"):
        moto_s3.put(name, live("app") if name == "moving" else None)
    code, report = check("infra")
    assert code == 0
    assert moves(report) == {"other": ("in_sync", "in_sync"), "moving": ("in_sync", "in_sync")}


MODULE = """\
variable "origins" {{
  default = [{default}]
}}
output "origins" {{
  value = var.origins
}}
"""


def test_a_module_that_moved_and_a_default_that_changed_in_it_count_where_they_are_used(
    check: Check, repository: Repository, moto_s3: MotoS3
) -> None:
    repository.git("checkout", "--quiet", "main")
    call = 'module "cors" {{\n  source = "./{folder}"\n}}\n'
    code = terraform(of="module.cors.origins")
    repository.write(main__tf=code + call.format(folder="modules/cors"))
    repository.put("modules/cors/main.tf", MODULE.format(default='"https://app.example"'))
    repository.commit()
    repository.branch("moved")
    repository.git("mv", "modules", "lib")
    repository.write(main__tf=code + call.format(folder="lib/cors"))
    repository.commit()
    moto_s3.put("assets-prod", live("app"))
    assert moves(check()[1]) == {"assets-prod": ("in_sync", "in_sync")}
    repository.put("lib/cors/main.tf", MODULE.format(default='"https://new.example"'))
    repository.commit()
    _, report = check()
    assert moves(report) == {"assets-prod": ("changes", "pending")}
    assert report["buckets"][0]["pull_request"]["base"]["rules"][0]["AllowedOrigins"] == ["https://app.example"]


def test_a_variable_file_counts_as_it_stood_at_base(check: Check, repository: Repository, moto_s3: MotoS3) -> None:
    repository.git("checkout", "--quiet", "main")
    repository.write(main__tf=terraform(of="var.origins"))
    repository.put("env/prod.tfvars", 'origins = ["https://app.example"]\n')
    repository.commit()
    repository.branch("values")
    repository.put("env/prod.tfvars", 'origins = ["https://new.example"]\n')
    repository.commit()
    moto_s3.put("assets-prod", live("app"))
    assert moves(check("--var-file", "env/prod.tfvars")[1]) == {"assets-prod": ("changes", "pending")}
    assert moves(check()[1]) == {"assets-prod": ("in_sync", "in_sync")}


def two_buckets(repository: Repository) -> None:
    """On main and on a branch: one bucket each for the branch and for those who merge meanwhile."""
    repository.git("checkout", "--quiet", "main")
    repository.put("ours/main.tf", terraform("app", bucket="ours"))
    repository.put("theirs/main.tf", terraform("app", bucket="theirs"))
    repository.git("rm", "--quiet", "main.tf")
    repository.commit()
    repository.branch("behind")
    repository.put("ours/main.tf", terraform("app", "new", bucket="ours"))
    repository.commit()
    repository.git("checkout", "--quiet", "main")
    repository.put("theirs/main.tf", terraform("app", "merged", bucket="theirs"))
    repository.commit()
    repository.git("checkout", "--quiet", "behind")


def test_what_was_merged_and_deployed_since_is_no_doing_of_a_branch_that_is_behind(
    check: Check, repository: Repository, moto_s3: MotoS3
) -> None:
    two_buckets(repository)
    moto_s3.put("ours", live("app"))
    moto_s3.put("theirs", live("app", "merged"))
    code, report = check()
    assert code == 0
    assert moves(report) == {"ours": ("changes", "pending"), "theirs": ("in_sync", "in_sync")}
    assert report["base"]["fork"] == repository.git("merge-base", "main", "HEAD").strip()
    _, as_it_stands = check("--no-merge-base")
    assert moves(as_it_stands)["theirs"] == ("changes", "pending")


def test_the_merge_commit_of_github_is_compared_with_the_tip_that_it_merges(
    check: Check, repository: Repository, moto_s3: MotoS3
) -> None:
    two_buckets(repository)
    repository.git("checkout", "--quiet", "--detach", "main")
    repository.git("merge", "--quiet", "--no-edit", "--no-ff", "behind")
    moto_s3.put("ours", live("app"))
    moto_s3.put("theirs", live("app", "hotfix"))
    wanted = {"ours": ("changes", "pending"), "theirs": ("drift_stays", "drifted")}
    for base in ("main", "HEAD^1"):
        _, report = check(base=base)
        assert moves(report) == wanted
        assert report["base"]["fork"] is None


def test_a_bucket_that_the_target_branch_changed_too_is_to_be_merged_first(
    check: Check, repository: Repository, moto_s3: MotoS3
) -> None:
    two_buckets(repository)
    repository.put("theirs/main.tf", terraform("app", "ours-too", bucket="theirs"))
    repository.commit()
    moto_s3.put("ours", live("app"))
    moto_s3.put("theirs", live("app"))
    code, report = check()
    assert code == 3
    assert moves(report)["theirs"] == ("undecided", "unresolved")
    assert "merge it in" in next(each for each in report["buckets"] if each["bucket"] == "theirs")["reason"]


def test_a_shallow_clone_is_told_how_to_get_the_base(
    check: Check, repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.commit("one more")
    clone = tmp_path / "ci"
    repository.git("clone", "--quiet", "--depth=1", "--branch=change", f"file://{repository.folder}", str(clone))
    monkeypatch.chdir(clone)
    code, report = check(base="origin/main")
    assert code == 2
    (told,) = report["diagnostics"]
    assert told["message"] == "--base origin/main: there is no such revision or folder; this clone is shallow"
    assert "fetch-depth: 0" in told["help"]
    repository.git("-C", str(clone), "fetch", "--quiet", "--depth=1", "origin", "main:refs/remotes/origin/main")
    code, report = check(base="origin/main")
    assert (code, "fetch-depth: 0" in report["diagnostics"][0]["help"]) == (2, True)
    assert "no history in common" in report["diagnostics"][0]["message"]


def test_a_second_checkout_stands_for_the_base_also_inside_the_first(
    check: Check, repository: Repository, moto_s3: MotoS3
) -> None:
    repository.write(main__tf=terraform("app", "new"))
    repository.put("base/main.tf", terraform("app"))
    moto_s3.put("assets-prod", live("app"))
    code, report = check(base="base")
    assert (code, moves(report)) == (0, {"assets-prod": ("changes", "pending")})
    assert report["base"] == {"given": "base", "commit": None, "fork": None}


def test_a_saved_snapshot_of_the_target_branch_stands_for_it(
    check: Check, repository: Repository, moto_s3: MotoS3
) -> None:
    assert run(["declared", "--output", "json=base.json"]) == 0
    repository.write(main__tf=terraform("app", "new"))
    moto_s3.put("assets-prod", live("app"))
    assert moves(check(base="base.json")[1]) == {"assets-prod": ("changes", "pending")}
