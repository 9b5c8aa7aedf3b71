"""``check --base`` and the settings: whose file counts, and what they make of the verdict."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Cli, snapshot_file
from tests.repositories import Repository, repository, terraform

__all__ = ["repository"]

APP, HOTFIX = ({"AllowedMethods": ["GET"], "AllowedOrigins": [f"https://{name}.example"]} for name in ("app", "hotfix"))
WEAKER = {
    "exit-zero": "exit-zero = true\n",
    "allow-incomplete": "exit-zero = true\nallow-incomplete = true\n",
    "ignore": '[[ignore]]\nbucket = "assets-prod"\nreason = "none"\n',
    "bucket": 'bucket = ["other"]\n',
    "findings": '[findings]\nlive-change-undone = "warning"\n',
    "undeclared": 'undeclared = "ignore"\n[findings]\nlive-change-undone = "off"\n',
    "detailed exit codes": "exit-zero = true\ndetailed-exitcode = true\n",
}


@pytest.fixture
def reverting(cli: Cli, repository: Repository, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """A branch that would undo a hotfix."""
    monkeypatch.chdir(repository.folder)
    repository.write(main__tf=terraform("app", "new"))
    repository.put("other/main.tf", terraform("app", bucket="other"))
    repository.commit()
    snapshot_file(repository.folder / "live.json", assets_prod=[APP], other=[APP])
    return repository


def live(repository: Repository) -> Path:
    """A hotfix is live, in a file that lies outside of the repository."""
    return snapshot_file(repository.folder.parent / "live.json", assets_prod=[APP, HOTFIX], other=[APP])


@pytest.mark.parametrize("settings", WEAKER.values(), ids=WEAKER)
def test_settings_that_come_with_the_pull_request_do_not_count_and_that_is_told(
    cli: Cli, reverting: Repository, settings: str
) -> None:
    reverting.put("cors-drift.toml", settings)
    reverting.commit()
    result = cli("check", "--base", "main", "--live", live(reverting), "--format", "json")
    assert result.code == 1
    found = {each["id"]: each for each in result.json["findings"]}
    assert "live-change-undone" in found
    assert found["settings-changed"]["severity"] == "warning"
    assert found["settings-changed"]["location"]["path"] == "cors-drift.toml"
    assert "the pull request changes the settings (cors-drift.toml)" in found["settings-changed"]["message"]


@pytest.mark.parametrize("live_side", ["none", "live.json"])
def test_a_live_side_that_comes_with_the_pull_request_is_an_error(
    cli: Cli, reverting: Repository, live_side: str
) -> None:
    reverting.put("cors-drift.toml", f'live = "{live_side}"\n')
    reverting.commit()
    result = cli("check", "--base", "main", "--live", live(reverting), "--format", "json")
    assert (result.code, result.out) == (2, "")
    assert "live" in result.err.splitlines()[0]


def test_settings_that_are_named_or_that_nobody_committed_are_the_users(cli: Cli, reverting: Repository) -> None:
    options = ("check", "--base", "main", "--live", live(reverting), "--format", "json")
    reverting.put("cors-drift.toml", "exit-zero = true\n")
    for result in (cli(*options), cli("--config", "cors-drift.toml", *options)):
        assert (result.code, [each["id"] for each in result.json["findings"]].count("settings-changed")) == (0, 0)
    reverting.commit()
    named = cli("--config", "cors-drift.toml", *options)
    assert (named.code, [each["id"] for each in named.json["findings"]].count("settings-changed")) == (0, 0)
    assert cli(*options).code == 1


@pytest.mark.parametrize("how", ["--no-commit", "--squash"])
def test_settings_of_a_pull_request_that_ci_merges_without_committing_do_not_count(
    cli: Cli, reverting: Repository, how: str
) -> None:
    reverting.put("cors-drift.toml", "exit-zero = true\n")
    reverting.commit()
    reverting.git("checkout", "--quiet", "main")
    reverting.git("merge", "--quiet", *(("--no-ff",) if how == "--no-commit" else ()), how, "change")
    result = cli("check", "--base", "main", "--live", live(reverting), "--format", "json")
    assert (result.code, "settings-changed" in result.out) == (1, True)


@pytest.fixture
def settled(reverting: Repository) -> Repository:
    """The same, where the target branch has settings that make less of it."""
    reverting.git("checkout", "--quiet", "main")
    reverting.put("cors-drift.toml", '[findings]\nlive-change-undone = "warning"\ndrift-untouched = "error"\n')
    reverting.commit()
    reverting.git("checkout", "--quiet", "change")
    reverting.git("rebase", "--quiet", "main")
    return reverting


def test_the_settings_of_the_target_branch_count_whatever_becomes_of_the_file(cli: Cli, settled: Repository) -> None:
    options = ("check", "--base", "main", "--live", live(settled), "--format", "json")
    assert cli(*options).code == 0
    assert "settings-changed" not in cli(*options).out
    settled.git("rm", "--quiet", "cors-drift.toml")
    settled.commit()
    gone = cli(*options)
    assert (gone.code, gone.out.count('"settings-changed"')) == (0, 1)
    settled.put("infra/cors-drift.toml", '[findings]\ndrift-untouched = "off"\n')
    settled.commit()
    assert cli(*options).code == 0
    assert cli("check", "--base", "./second", "--live", live(settled)).code == 2


def test_a_pull_request_that_mends_the_settings_of_the_target_branch_is_told_how_it_is_checked(
    cli: Cli, settled: Repository
) -> None:
    settled.git("checkout", "--quiet", "main")
    settled.put("cors-drift.toml", "nosuch = 1\n")
    settled.commit()
    settled.branch("mends")
    settled.put("cors-drift.toml", "")
    settled.write(main__tf=terraform("app", "new"))
    settled.commit()
    options = ("check", "--base", "main", "--live", live(settled))
    broken = cli(*options)
    assert (broken.code, "cors-drift --config cors-drift.toml check --base main" in broken.err) == (2, True)
    assert cli("--config", "cors-drift.toml", *options).code == 1


def test_settings_that_the_target_branch_changed_since_are_not_the_doing_of_the_pull_request(
    cli: Cli, reverting: Repository
) -> None:
    reverting.git("checkout", "--quiet", "main")
    reverting.put("cors-drift.toml", '[findings]\nlive-change-undone = "warning"\n')
    reverting.commit()
    reverting.git("checkout", "--quiet", "change")
    result = cli("check", "--base", "main", "--live", live(reverting), "--format", "json")
    assert (result.code, "settings-changed" in result.out) == (0, False)


def test_a_settings_file_of_a_second_checkout_counts_like_that_of_a_revision(
    cli: Cli, settled: Repository, tmp_path: Path
) -> None:
    settled.git("worktree", "add", "--quiet", str(tmp_path / "second"), "main")
    settled.put("cors-drift.toml", "exit-zero = true\n")
    settled.commit()
    result = cli("check", "--base", tmp_path / "second", "--live", live(settled), "--format", "json")
    assert (result.code, "settings-changed" in result.out) == (0, True)
    assert '"severity": "warning"' in result.out


def test_a_change_of_the_settings_can_be_made_to_fail(cli: Cli, settled: Repository) -> None:
    settled.git("checkout", "--quiet", "main")
    settled.put("cors-drift.toml", '[findings]\nsettings-changed = "error"\nlive-change-undone = "warning"\n')
    settled.commit()
    settled.git("checkout", "--quiet", "-b", "again")
    settled.put("cors-drift.toml", "\n")
    settled.commit()
    assert cli("check", "--base", "main", "--live", snapshot_file(settled.folder.parent / "l.json")).code in (1, 3)
    told = cli("check", "--base", "main", "--live", "none", "--format", "json")
    assert (told.code, told.json["verdict"]) == (1, "policy")


@pytest.mark.parametrize("kind", ["terminal", "json", "markdown", "html", "sarif", "junit", "github"])
def test_a_level_that_is_off_lets_it_pass_and_leaves_a_trace(cli: Cli, reverting: Repository, kind: str) -> None:
    reverting.put("cors-drift.toml", '[findings]\nlive-change-undone = "off"\n')
    result = cli("check", "--base", "main", "--live", live(reverting), "--format", kind)
    assert result.code == 0
    assert "assets-prod" in result.out
    assert "Live was changed, and the pull request knows nothing of it" in result.out.replace("\n", " ").replace(
        "\\n", " "
    )


def test_strict_tells_differences_of_writing_and_blames_the_pull_request_for_its_own_alone(
    cli: Cli, repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(repository.folder)
    by_hand: dict[str, object] = {**APP, "ID": "by-hand"}
    there = repository.folder.parent / "live.json"

    def verdict(*options: str, live: dict[str, object] = by_hand) -> tuple[int, str, str]:
        snapshot_file(there, assets_prod=[live])
        result = cli("check", "--base", "main", "--live", there, "--format", "json", *options)
        (bucket,) = result.json["buckets"]
        return result.code, bucket["pull_request"]["verdict"], bucket["state"]

    assert verdict() == (0, "in_sync", "in_sync")
    assert verdict("--strict") == (0, "drift_stays", "drifted")
    assert verdict("--strict", live={**APP}) == (0, "in_sync", "in_sync")
    repository.write(main__tf=terraform("app").replace('["GET"]', '["GET"]\n    id = "by-hand"'))
    assert verdict("--strict", live={**APP}) == (0, "changes", "pending")
    assert verdict("--strict") == (0, "in_sync", "in_sync")
    repository.put("cors-drift.toml", '[findings]\ndrift-untouched = "error"\n')
    assert verdict("--strict", live={**APP, "ID": "other"}) == (1, "drift_stays", "drifted")


def test_names_of_buckets_that_come_with_the_pull_request_count_where_nothing_else_tells_them(
    cli: Cli, repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(repository.folder)
    unnamed = 'variable "given" {\n}\n' + terraform("app").replace('"assets-prod"', "var.given")
    repository.git("checkout", "--quiet", "main")
    repository.write(main__tf=unnamed)
    repository.commit()
    repository.git("checkout", "--quiet", "-b", "names")
    address = '"aws_s3_bucket_cors_configuration.assets"'
    repository.put("cors-drift.toml", f'[names]\n{address} = "assets-prod"\n')
    repository.commit()
    options = ("check", "--base", "main", "--live", live(repository), "--format", "json")
    named = cli(*options)
    assert [each["pull_request"]["verdict"] for each in named.json["buckets"]] == ["drift_stays"]
    repository.git("checkout", "--quiet", "main")
    repository.put("cors-drift.toml", f'[names]\n{address} = "other"\n')
    repository.commit()
    repository.git("checkout", "--quiet", "names")
    (bucket,) = cli(*options, "--no-merge-base").json["buckets"]
    assert bucket["bucket"] == "other", "what the target branch calls it counts"


def test_waive_accepts_what_a_pull_request_does_and_says_whose_settings_count(cli: Cli, reverting: Repository) -> None:
    asked = ("--base", "main", "--live", str(live(reverting)))
    given = ("--finding", "live-change-undone", "--bucket", "assets-prod", "--reason", "a slip", "--owner", "web")
    written = cli("waive", *given, "--expires", "30d", *asked)
    assert written.code == 0, written.err
    assert "the target branch's settings count" in written.out
    reverting.commit()
    assert cli("check", *asked).code == 1
    named = cli("--config", "cors-drift.toml", "check", *asked, "--format", "json")
    assert (named.code, named.json["summary"]["waived"]) == (0, 1)


def test_waive_takes_no_base_where_it_looks_at_declarations_alone(cli: Cli, reverting: Repository) -> None:
    given = ("--finding", "live-change-undone", "--bucket", "assets-prod", "--reason", "a slip", "--owner", "web")
    refused = cli("waive", *given, "--expires", "30d", "--declared", "--base", "main")
    assert refused.code == 2
    assert "--declared and --base exclude one another" in refused.err
