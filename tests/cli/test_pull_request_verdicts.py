"""``check --base``: verdicts and words that hang on more than the rules of the three sides."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Cli, snapshot_file
from tests.cli.test_pull_request_unread import QUEUE, TEMPLATE, change, here
from tests.repositories import Repository, terraform

__all__ = ["here"]

APP, HOTFIX = ({"AllowedMethods": ["GET"], "AllowedOrigins": [f"https://{name}.example"]} for name in ("app", "hotfix"))
LEGEND = "+ live only, - with the pull request only:"
ONLY = ("--only", "AllowedOrigins=https://hotfix.example")
GENERATED = TEMPLATE.replace("      BucketName: assets-prod\n", "")


def live(repository: Repository, *rules: dict[str, list[str]], **others: list[dict[str, list[str]]]) -> Path:
    """What is live, in a file that lies outside of the repository."""
    return snapshot_file(repository.folder.parent / "live.json", assets_prod=list(rules), other=[APP], **others)


def without_name(document: dict[str, Any]) -> dict[str, Any]:
    """The only bucket whose name is not known."""
    found: list[dict[str, Any]] = [each for each in document["buckets"] if not isinstance(each["bucket"], str)]
    assert len(found) == 1
    return found[0]


def test_a_change_beside_what_is_adopted_is_a_finding_of_its_own_and_shown(cli: Cli, here: Repository) -> None:
    change(here, {"main.tf": terraform("app")}, {"main.tf": terraform("app", "hotfix", "new")})
    result = cli("check", "--base", "main", "--live", live(here, APP, HOTFIX), "--format", "json")
    (bucket,) = [each for each in result.json["buckets"] if each["bucket"] == "assets-prod"]
    assert (result.code, bucket["pull_request"]["verdict"], bucket["state"]) == (0, "adopts", "pending")
    adopted, more = result.json["findings"]
    assert adopted["id"] == "live-adopted"
    assert "deploying lets https://new.example GET" in adopted["message"]
    assert "Nothing" not in adopted["help"]
    assert (more["id"], more["example"]["request"]["origin"]) == ("change-to-deploy", "https://new.example")
    assert more["message"].endswith("deploying lets https://new.example GET")
    (here.folder.parent / "strict.toml").write_text('[findings]\nchange-to-deploy = "error"\n')
    strict = cli("--config", "../strict.toml", "check", "--base", "main", "--live", live(here, APP, HOTFIX))
    assert strict.code == 1


def test_what_is_adopted_whole_needs_nothing_else(cli: Cli, here: Repository) -> None:
    change(here, {"main.tf": terraform("app")}, {"main.tf": terraform("app", "hotfix")})
    result = cli("check", "--base", "main", "--live", live(here, APP, HOTFIX), "--format", "json")
    assert [each["id"] for each in result.json["findings"]] == ["live-adopted"]


def test_a_new_bucket_whose_name_is_made_up_when_it_is_deployed_is_new(cli: Cli, here: Repository) -> None:
    change(here, {}, {"site.yaml": GENERATED})
    result = cli("check", "--base", "main", "--live", live(here), "--format", "json")
    found = without_name(result.json)
    assert (result.code, found["pull_request"]["verdict"], found["state"]) == (0, "new", "pending")
    assert [each["id"] for each in result.json["findings"]] == ["change-to-deploy"]


@pytest.mark.parametrize("prefix", ['bucket_prefix = "assets-"', ""], ids=["prefix", "no name"])
def test_so_is_one_of_terraform(cli: Cli, here: Repository, prefix: str) -> None:
    change(here, {}, {"main.tf": terraform("app").replace('bucket = "assets-prod"', prefix)})
    result = cli("check", "--base", "main", "--live", live(here), "--format", "json")
    assert (result.code, without_name(result.json)["pull_request"]["verdict"]) == (0, "new")


def test_one_that_base_declares_too_has_a_name_by_now_and_is_not_compared(cli: Cli, here: Repository) -> None:
    change(here, {"site.yaml": GENERATED}, {"site.yaml": GENERATED.replace("[GET]", "[PUT]")})
    result = cli("check", "--base", "main", "--live", live(here), "--format", "json")
    assert (result.code, without_name(result.json)["pull_request"]["verdict"]) == (3, "undecided")


def test_one_that_base_may_declare_in_what_was_not_read_is_not_called_new(cli: Cli, here: Repository) -> None:
    change(here, {"site.yaml": f"Transform: Ours\n{QUEUE}"}, {"site.yaml": GENERATED})
    result = cli("check", "--base", "main", "--live", live(here), "--format", "json")
    assert (result.code, without_name(result.json)["pull_request"]["verdict"]) == (3, "undecided")


def test_a_name_that_is_only_not_known_is_not_one_that_is_made_up(cli: Cli, here: Repository) -> None:
    named = 'variable "name" {\n}\n' + terraform("app").replace('bucket = "assets-prod"', "bucket = var.name")
    change(here, {}, {"main.tf": named})
    result = cli("check", "--base", "main", "--live", live(here), "--format", "json")
    assert (result.code, without_name(result.json)["pull_request"]["verdict"]) == (3, "undecided")


def plan(*actions: str) -> str:
    """A plan about one bucket with rules, whose name is known only after apply."""
    after = {"bucket_prefix": "assets-", "cors_rule": [{"allowed_methods": ["GET"], "allowed_origins": ["*"]}]}
    change_ = {"actions": list(actions), "before": None, "after": after, "after_unknown": {"bucket": True, "id": True}}
    resource = {"address": "aws_s3_bucket.a", "mode": "managed", "type": "aws_s3_bucket", "name": "a"}
    provider = "registry.terraform.io/hashicorp/aws"
    expressions = {"bucket_prefix": {"constant_value": "assets-"}, "cors_rule": [{}]}
    code = {**resource, "provider_config_key": "aws", "expressions": expressions, "schema_version": 0}
    return json.dumps(
        {
            "format_version": "1.2",
            "terraform_version": "1.9.0",
            "resource_changes": [{**resource, "provider_name": provider, "change": change_}],
            "configuration": {
                "provider_config": {"aws": {"name": "aws", "full_name": provider}},
                "root_module": {"resources": [code]},
            },
        }
    )


def test_a_bucket_that_a_plan_makes_is_new_against_what_was_deployed_last(cli: Cli, here: Repository) -> None:
    outside = here.folder.parent
    (outside / "plan.json").write_text(plan("create"))
    other = cli("declared", "other.tf", "--output", f"json={outside / 'base.json'}")
    assert other.code == 0
    arguments = ("check", outside / "plan.json", "--base", outside / "base.json", "--live", live(here))
    result = cli(*arguments, "--format", "json")
    assert (result.code, without_name(result.json)["pull_request"]["verdict"]) == (0, "new")
    (outside / "plan.json").write_text(plan("no-op"))
    again = cli(*arguments, "--format", "json")
    assert (again.code, without_name(again.json)["pull_request"]["verdict"]) == (3, "undecided")


REST = "  Queue:\n    Type: AWS::SQS::Queue\n"


@pytest.mark.parametrize("rules", [[APP], [APP, HOTFIX]], ids=["as base", "drifted"])
def test_a_bucket_that_moves_between_two_templates_that_both_stay_is_of_another_stack(
    cli: Cli, here: Repository, rules: list[dict[str, list[str]]]
) -> None:
    change(here, {"one.yaml": TEMPLATE + REST, "two.yaml": QUEUE}, {"one.yaml": QUEUE, "two.yaml": TEMPLATE + REST})
    result = cli("check", "--base", "main", "--live", live(here, *rules), "--format", "json")
    (bucket,) = [each for each in result.json["buckets"] if each["bucket"] == "assets-prod"]
    wanted = (0, "in_sync") if rules == [APP] else (3, "undecided")
    assert (result.code, bucket["pull_request"]["verdict"]) == wanted
    if result.code == 3:
        assert "it moves from one template to another, and both stay" in bucket["reason"]


def test_a_template_that_is_renamed_is_the_same_stack(cli: Cli, here: Repository) -> None:
    change(here, {"one.yaml": TEMPLATE}, {"two.yaml": TEMPLATE})
    result = cli("check", "--base", "main", "--live", live(here, APP, HOTFIX), "--format", "json")
    (bucket,) = [each for each in result.json["buckets"] if each["bucket"] == "assets-prod"]
    assert (result.code, bucket["pull_request"]["verdict"]) == (0, "drift_stays")


def test_a_value_that_is_not_known_is_said_to_be_of_the_side_that_has_it(cli: Cli, here: Repository) -> None:
    unknown = 'variable "open" {\n}\n' + terraform(of="var.open")
    change(here, {"main.tf": terraform("app")}, {"main.tf": unknown})
    ours = cli("check", "--base", "main", "--live", live(here, APP))
    assert "AllowedOrigins of the pull request's rule 1 (main.tf:15): variable" in ours.out
    here.git("checkout", "--quiet", "-b", "back")
    here.git("branch", "--force", "main", "change")
    here.put("main.tf", terraform("app", "new"))
    here.commit()
    theirs = cli("check", "--base", "main", "--live", live(here, APP))
    assert "AllowedOrigins of the target branch's rule 1 (main.tf:15): variable" in theirs.out


def test_a_removal_in_conflict_says_that_the_rules_go_and_shows_what_pages_lose(cli: Cli, here: Repository) -> None:
    change(here, {"main.tf": terraform("app")}, {})
    result = cli("check", "--base", "main", "--live", live(here, APP, HOTFIX))
    assert result.code == 1
    assert "the pull request takes away what it was changed from (GET from https://app.example: allowed live, " in (
        result.out
    )
    assert "refused by the pull request): deploying takes away what is live." in result.out
    assert "change-in-conflict: Decide whether the rules may go" in result.out


def test_drift_for_which_a_pull_request_is_not_blamed_was_accepted_by_nobody(cli: Cli, here: Repository) -> None:
    change(here, {"main.tf": terraform("app")}, {"main.tf": terraform("app"), "README": "more"})
    source = live(here, APP, HOTFIX)
    assert "1 bucket with drift for which the pull request is not blamed." in (
        told := cli("check", "--base", "main", "--live", source).out
    )
    assert "accepted" not in told
    assert "accepted, by a waiver" not in cli("check", "--base", "main", "--live", source, "--format", "html").out


def test_a_comment_explains_its_signs(cli: Cli, here: Repository) -> None:
    change(here, {"main.tf": terraform("app")}, {"main.tf": terraform("app", "new")})
    told = cli("check", "--base", "main", "--live", live(here, APP), "--format", "markdown").out
    assert "`+` live only, `-` with the pull request only:\n\n```diff" in told


@pytest.mark.parametrize("format", ["terminal", "junit"])
def test_so_does_every_report_right_above_the_difference(cli: Cli, here: Repository, format: str) -> None:
    change(here, {"main.tf": terraform("app")}, {"main.tf": terraform("app", "new")})
    lines = cli("check", "--base", "main", "--live", live(here, APP, HOTFIX), "--format", format).out.splitlines()
    (number,) = [number for number, line in enumerate(lines) if line.strip() == LEGEND]
    assert lines[number + 1].strip().startswith("rule 2, AllowedOrigins")
    assert "+ is live only, - is declared only." not in lines


def test_what_was_changed_live_is_taken_over_alone_and_the_branch_keeps_its_own(cli: Cli, here: Repository) -> None:
    change(here, {"main.tf": terraform("app")}, {"main.tf": terraform("app", "new")})
    source = live(here, APP, HOTFIX)
    result = cli("check", "--base", "main", "--live", source)
    assert result.code == 1
    assert "cors-drift fix --adopt --only FIELD=VALUE" in result.out
    cli("fix", "--adopt", "--bucket", "assets-prod", *ONLY, "--live", source, "--write", "--allow-dirty")
    again = cli("check", "--base", "main", "--live", source, "--format", "json")
    assert (again.code, [each["id"] for each in again.json["findings"]]) == (0, ["live-adopted", "change-to-deploy"])


def test_a_page_says_that_it_is_about_a_pull_request(cli: Cli, here: Repository) -> None:
    change(here, {"main.tf": terraform("app")}, {"main.tf": terraform("app", "new")})
    told = cli("check", "--base", "main", "--live", live(here, APP, HOTFIX), "--format", "html").out
    top, _, buckets = told.partition("<main")
    assert "Pull request against <code>main</code> at " in top
    assert '<p class="meaning">Deploying the pull request would undo a live change that it knows nothing of.</p>' in top
    assert '<th scope="col">With the pull request</th><th scope="col">Live</th>' in buckets
    assert '<span class="effect">reverts</span>' in buckets
    assert "deploying undoes that" in buckets
    assert "Target branch: refused" in buckets
    assert LEGEND in buckets
    assert "the code does not" not in buckets
    assert "Declared</h" not in buckets


def test_a_bucket_that_does_not_exist_was_asked_for(cli: Cli, here: Repository) -> None:
    change(here, {}, {"main.tf": terraform("app")})
    source = live(here)
    document = json.loads(source.read_text())
    (entry,) = [each for each in document["buckets"] if each["bucket"] == "assets-prod"]
    entry.update(state="missing", rules=[], reason="there is no such bucket")
    source.write_text(json.dumps(document))
    told = cli("check", "--base", "main", "--live", source).out
    assert "    live: there is no such bucket\n" in told


KEPT = TEMPLATE.replace("    Properties:\n", "    DeletionPolicy: Retain\n    Properties:\n", 1) + REST


def test_a_bucket_that_stays_when_its_template_lets_it_go_keeps_its_rules(cli: Cli, here: Repository) -> None:
    change(here, {"site.yaml": KEPT}, {"site.yaml": QUEUE})
    as_base = cli("check", "--base", "main", "--live", live(here, APP), "--format", "json")
    (finding,) = as_base.json["findings"]
    assert (as_base.code, finding["id"]) == (0, "change-without-effect")
    assert "deploying leaves the live rules as they are (site.yaml:4)" in finding["message"]
    drifted = cli("check", "--base", "main", "--live", live(here, APP, HOTFIX), "--format", "json")
    (finding,) = drifted.json["findings"]
    assert (drifted.code, finding["id"]) == (0, "drift-untouched")
    assert "deploying leaves it so (site.yaml:4)" in finding["message"]


def test_one_that_goes_with_its_rules_is_a_removal(cli: Cli, here: Repository) -> None:
    gone = KEPT.replace("Retain", "Delete")
    change(here, {"site.yaml": gone}, {"site.yaml": QUEUE})
    result = cli("check", "--base", "main", "--live", live(here, APP), "--format", "json")
    assert [each["id"] for each in result.json["findings"]] == ["rules-to-be-removed"]


def test_rules_that_a_kept_bucket_loses_in_its_template_are_removed_all_the_same(cli: Cli, here: Repository) -> None:
    without = KEPT.partition("      CorsConfiguration:")[0] + REST
    change(here, {"site.yaml": KEPT}, {"site.yaml": without})
    result = cli("check", "--base", "main", "--live", live(here, APP), "--format", "json")
    assert [each["id"] for each in result.json["findings"]] == ["rules-to-be-removed"]


REMOVED = """\
removed {{
  from = {address}
  lifecycle {{
    destroy = {destroy}
  }}
}}
"""


@pytest.mark.parametrize(
    ("address", "destroy", "finding"),
    [
        ("aws_s3_bucket_cors_configuration.assets", "false", "change-without-effect"),
        ("aws_s3_bucket_cors_configuration.assets", "true", "rules-to-be-removed"),
        ("aws_s3_bucket.assets", "false", "rules-to-be-removed"),
    ],
)
def test_rules_that_terraform_only_forgets_are_not_removed(
    cli: Cli, here: Repository, address: str, destroy: str, finding: str
) -> None:
    change(here, {"main.tf": terraform("app")}, {"main.tf": REMOVED.format(address=address, destroy=destroy)})
    result = cli("check", "--base", "main", "--live", live(here, APP), "--format", "json")
    assert (result.code, [each["id"] for each in result.json["findings"]]) == (0, [finding])
    drifted = cli("check", "--base", "main", "--live", live(here, APP, HOTFIX), "--format", "json")
    assert drifted.code == (0 if finding == "change-without-effect" else 1)


@pytest.mark.parametrize("destroy", ["false", "true"])
def test_rules_that_terraform_forgets_of_a_bucket_that_it_keeps_are_not_removed(
    cli: Cli, here: Repository, destroy: str
) -> None:
    bucket = terraform("app").partition('resource "aws_s3_bucket_cors_configuration"')[0]
    removed = REMOVED.format(address="aws_s3_bucket_cors_configuration.assets", destroy=destroy)
    change(here, {"main.tf": terraform("app")}, {"main.tf": bucket + removed})
    result = cli("check", "--base", "main", "--live", live(here, APP), "--format", "json")
    told = "change-without-effect" if destroy == "false" else "rules-to-be-removed"
    assert (result.code, [each["id"] for each in result.json["findings"]]) == (0, [told])
    drifted = cli("check", "--base", "main", "--live", live(here, APP, HOTFIX), "--format", "json")
    verdict = drifted.json["buckets"][0]["pull_request"]["verdict"]
    assert (drifted.code, verdict) == ((0, "drift_stays") if destroy == "false" else (1, "conflict"))


def test_a_module_that_terraform_only_forgets_keeps_its_rules(cli: Cli, here: Repository) -> None:
    call = 'module "site" {\n  source = "./m"\n}\n'
    forgotten = REMOVED.format(address="module.site", destroy="false")
    change(here, {"main.tf": call, "m/main.tf": terraform("app")}, {"main.tf": forgotten})
    result = cli("check", "--base", "main", "--live", live(here, APP), "--format", "json")
    assert [each["id"] for each in result.json["findings"]] == ["change-without-effect"]
