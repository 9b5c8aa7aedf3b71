"""``check --base`` where a side has places that may declare buckets, and that are not read, or are called by nobody."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from drift.tree import MAX_FILE_BYTES
from tests.cli.conftest import Cli, Result, snapshot_file
from tests.repositories import Repository, terraform

APP, HOTFIX = ({"AllowedMethods": ["GET"], "AllowedOrigins": [f"https://{name}.example"]} for name in ("app", "hotfix"))
OTHER = """\
resource "aws_s3_bucket" "other" {
  bucket = "other"
  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = ["https://app.example"]
  }
}
"""
TEMPLATE = """\
Resources:
  Assets:
    Type: AWS::S3::Bucket
    Properties:
      BucketName: assets-prod
      CorsConfiguration:
        CorsRules:
          - AllowedMethods: [GET]
            AllowedOrigins: [https://app.example]
"""
QUEUE = "Resources:\n  Queue:\n    Type: AWS::SQS::Queue\n"
UNREAD = {
    "module": ("main.tf", 'module "site" {\n  source = "acme/site/aws"\n  name   = "assets-prod"\n}\n'),
    "nested stack": (
        "site.yaml",
        "Resources:\n  N:\n    Type: AWS::CloudFormation::Stack\n    Properties:\n      TemplateURL: https://x.example/y.yaml\n",
    ),
    "include": (
        "site.yaml",
        "Resources:\n  Fn::Transform:\n    Name: AWS::Include\n    Parameters:\n      Location: s3://x/y.yaml\n",
    ),
    "macro": ("site.yaml", f"Transform: Ours\n{QUEUE}"),
}


@pytest.fixture
def here(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """An empty repository as the working folder of ``cli``."""
    repository = Repository(tmp_path / "repository")
    monkeypatch.chdir(repository.folder)
    repository.put("other.tf", OTHER)
    return repository


def change(repository: Repository, before: dict[str, str], after: dict[str, str]) -> None:
    """A branch that makes the files ``after`` of the files ``before``."""
    for path, text in before.items():
        repository.put(path, text)
    repository.commit()
    repository.branch()
    for path in before.keys() - after.keys():
        repository.git("rm", "--quiet", path)
    for path, text in after.items():
        repository.put(path, text)
    repository.commit()


def moves(result: Result) -> dict[str, str]:
    """Each bucket's verdict."""
    return {each["bucket"]: each["pull_request"]["verdict"] for each in result.json["buckets"]}


def checked(cli: Cli, repository: Repository, rules: list[dict[str, list[str]]] | None, *paths: str) -> tuple[int, str]:
    """The exit code, and the verdict on assets-prod; without rules live is not read."""
    file = repository.folder.parent / "live.json"
    source = "none" if rules is None else snapshot_file(file, assets_prod=rules, other=[APP])
    result = cli("check", *paths, "--base", "main", "--live", source, "--format", "json")
    return result.code, moves(result)["assets-prod"]


LIVES = pytest.mark.parametrize("rules", [[APP], [APP, HOTFIX], None], ids=["as base", "drifted", "not read"])


@LIVES
@pytest.mark.parametrize("kind", UNREAD)
def test_a_bucket_is_not_called_removed_where_head_has_something_unread_that_may_declare_it(
    cli: Cli, here: Repository, kind: str, rules: list[dict[str, list[str]]] | None
) -> None:
    path, text = UNREAD[kind]
    change(here, {path: terraform("app") if path.endswith("tf") else TEMPLATE}, {path: text})
    assert checked(cli, here, rules) == (3, "undecided")


@pytest.mark.parametrize("rules", [[APP, HOTFIX], None], ids=["drifted", "not read"])
@pytest.mark.parametrize("kind", UNREAD)
def test_a_bucket_is_not_called_new_where_base_has_something_unread_that_may_declare_it(
    cli: Cli, here: Repository, kind: str, rules: list[dict[str, list[str]]] | None
) -> None:
    path, text = UNREAD[kind]
    change(here, {path: text}, {path: terraform("app") if path.endswith("tf") else TEMPLATE})
    assert checked(cli, here, rules) == (3, "undecided")


@pytest.mark.parametrize("paths", [(), ("infra",)], ids=["all", "a folder"])
@pytest.mark.parametrize("kind", UNREAD)
def test_an_unread_place_that_stands_so_on_both_sides_says_nothing_of_a_removal(
    cli: Cli, here: Repository, kind: str, paths: tuple[str, ...]
) -> None:
    path, text = UNREAD[kind]
    both = {f"site/{path}": text, "infra/locals.tf": "locals {\n}\n"}
    change(here, {**both, "infra/assets.tf": terraform("app")}, both)
    assert checked(cli, here, [APP], *paths) == (0, "removal")


def test_an_unread_module_that_is_given_more_may_declare_what_is_gone(cli: Cli, here: Repository) -> None:
    path, text = UNREAD["module"]
    less = text.replace('"assets-prod"', '"others"')
    change(here, {path: less, "assets.tf": terraform("app")}, {path: text})
    assert checked(cli, here, [APP]) == (3, "undecided")


def test_an_unread_module_that_only_moves_within_its_file_has_not_changed(cli: Cli, here: Repository) -> None:
    module = 'module "net" {\n  source = "acme/net/aws"\n}\n'
    change(here, {"main.tf": module + terraform("app")}, {"main.tf": "locals {\n}\n\n" + module})
    assert checked(cli, here, [APP]) == (0, "removal")


NET = """\
module "net" {
  source  = "acme/net/aws" # don't bump
  # "pinned, see the wiki [1]
  policy = <<-EOT
    { "Statement": [
  EOT
}

"""
INCLUDE = """\
Resources:
  Queue:
    Type: AWS::SQS::Queue
"""
LOOKS = "  Fn::Transform:\n    Name: AWS::Include # 'ours\n    Parameters:\n      Location: s3://x/y.yaml\n"


@pytest.mark.parametrize("folder", [".", "infra"], ids=["top", "subfolder"])
@pytest.mark.parametrize("gone", [True, False], ids=["removal", "new"])
@pytest.mark.parametrize(
    ("with_it", "without"),
    [
        ({"main.tf": NET + terraform("app")}, {"main.tf": NET}),
        ({"main.tf": terraform("app") + NET}, {"main.tf": NET}),
        ({"main.tf": NET, "assets.tf": terraform("app")}, {"net.tf": NET}),
        ({"main.tf": NET + terraform("app")}, {"main.tf": NET.replace("source  =", "source =").replace("[1]", "[2]")}),
        ({"t.yaml": TEMPLATE + LOOKS}, {"t.yaml": INCLUDE + LOOKS}),
        ({"t.yaml": TEMPLATE + LOOKS}, {"t.yaml": INCLUDE + "\n\n" + LOOKS}),
    ],
    ids=["in its file", "above it", "the file renamed", "remark and alignment", "include", "include on another line"],
)
def test_what_is_not_read_and_not_touched_is_no_doubt_about_what_stands_beside_it(
    cli: Cli,
    here: Repository,
    with_it: dict[str, str],
    without: dict[str, str],
    gone: bool,
    folder: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before, after = ({f"infra/{path}": text for path, text in each.items()} for each in (with_it, without))
    change(here, *((before, after) if gone else (after, before)))
    monkeypatch.chdir(here.folder / folder)
    assert checked(cli, here, [APP] if gone else []) == (0, "removal" if gone else "new")


@pytest.mark.parametrize("indent", [None, 2])
def test_what_is_not_read_of_json_is_the_same_however_it_is_laid_out(
    cli: Cli, here: Repository, indent: int | None
) -> None:
    stack = {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": "https://x.example/y.yaml"}}
    cors = {"CorsRules": [APP]}
    bucket = {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "assets-prod", "CorsConfiguration": cors}}
    sides = [{"Resources": each} for each in ({"N": stack, "B": bucket}, {"N": stack})]
    before, after = ({"t.json": json.dumps(each, indent=indent)} for each in sides)
    change(here, before, after)
    assert checked(cli, here, [APP]) == (0, "removal")


def test_a_folder_that_is_renamed_takes_along_what_is_not_read(cli: Cli, here: Repository) -> None:
    change(here, {"infra/main.tf": NET + terraform("app")}, {"stacks/main.tf": NET})
    assert checked(cli, here, [APP]) == (0, "removal")


def test_one_more_call_of_a_module_that_is_not_on_disk_may_declare_what_is_gone(cli: Cli, here: Repository) -> None:
    change(here, {"dev/main.tf": NET, "assets.tf": terraform("app")}, {"dev/main.tf": NET, "prod/main.tf": NET})
    assert checked(cli, here, [APP]) == (3, "undecided")


def test_a_bucket_that_two_templates_declare_on_both_sides_has_not_moved(cli: Cli, here: Repository) -> None:
    both = {"one.yaml": TEMPLATE, "two.yaml": TEMPLATE}
    change(here, both, {**both, "readme.tf": "locals {\n}\n"})
    assert checked(cli, here, [APP, HOTFIX]) == (0, "drift_stays")


@LIVES
def test_a_file_that_the_pull_request_makes_too_large_to_be_read_removes_nothing(
    cli: Cli, here: Repository, rules: list[dict[str, list[str]]] | None
) -> None:
    change(here, {"site.yaml": TEMPLATE}, {"site.yaml": TEMPLATE.replace("[GET]", "[PUT]")})
    with (here.folder / "site.yaml").open("a") as file:
        file.write("#" * MAX_FILE_BYTES)
    assert checked(cli, here, rules) == (3, "undecided")


MODULE = {"m/main.tf": terraform("app")}
CALL = {"main.tf": 'module "site" {\n  source = "./m"\n}\n'}
NESTED = "Resources:\n  N:\n    Type: AWS::CloudFormation::Stack\n    Properties:\n      TemplateURL: child.yaml\n"


@LIVES
@pytest.mark.parametrize("calls", [False, True], ids=["no longer called", "called for the first time"])
@pytest.mark.parametrize(
    ("without", "with_call"),
    [(MODULE, {**MODULE, **CALL}), ({"child.yaml": TEMPLATE}, {"child.yaml": TEMPLATE, "parent.yaml": NESTED})],
    ids=["module", "nested stack"],
)
def test_what_one_side_only_calls_and_the_other_calls_no_more_may_be_deployed_by_itself_or_not(
    cli: Cli,
    here: Repository,
    without: dict[str, str],
    with_call: dict[str, str],
    calls: bool,
    rules: list[dict[str, list[str]]] | None,
) -> None:
    change(here, *((without, with_call) if calls else (with_call, without)))
    live_is_head = calls and rules == [APP]  # then nothing hangs on what base had
    assert checked(cli, here, rules) == ((0, "in_sync") if live_is_head else (3, "undecided"))


def test_a_resource_that_moves_into_a_module_and_one_that_moves_out_are_the_same_bucket(
    cli: Cli, here: Repository
) -> None:
    change(here, {**MODULE, **CALL}, {"main.tf": terraform("app")})
    assert checked(cli, here, [APP, HOTFIX]) == (0, "drift_stays")
    here.git("checkout", "--quiet", "-b", "back", "main")
    here.git("merge", "--quiet", "--squash", "change")
    here.commit()
    here.git("branch", "--force", "main")
    here.git("rm", "--quiet", "main.tf")
    for path, text in {**MODULE, **CALL}.items():
        here.put(path, text)
    here.commit()
    assert checked(cli, here, [APP, HOTFIX]) == (0, "drift_stays")


def test_a_resource_that_becomes_the_input_of_a_well_known_module_is_compared_all_the_same(
    cli: Cli, here: Repository
) -> None:
    module = (
        'module "site" {\n  source = "terraform-aws-modules/s3-bucket/aws"\n  bucket = "assets-prod"\n'
        '  cors_rule = [{ allowed_methods = ["PUT"], allowed_origins = ["*"] }]\n}\n'
    )
    change(here, {"main.tf": terraform("app")}, {"main.tf": module})
    assert checked(cli, here, [APP]) == (0, "changes")


@pytest.mark.parametrize("paths", [(), ("infra",)], ids=["all", "the folder"])
@LIVES
def test_a_submodule_in_the_place_of_a_folder_that_is_not_checked_out_removes_nothing(
    cli: Cli, here: Repository, tmp_path: Path, paths: tuple[str, ...], rules: list[dict[str, list[str]]] | None
) -> None:
    inner = Repository(tmp_path / "inner")
    inner.put("main.tf", terraform("app", "new"))
    inner.commit()
    change(here, {"infra/main.tf": terraform("app")}, {})
    here.git("submodule", "--quiet", "add", str(inner.folder), "infra")
    here.commit()
    here.git("submodule", "--quiet", "deinit", "--force", "infra")
    assert checked(cli, here, rules, *paths) == (3, "undecided")


@LIVES
def test_names_of_the_pull_requests_own_settings_do_not_make_a_bucket_gone(
    cli: Cli, here: Repository, rules: list[dict[str, list[str]]] | None
) -> None:
    settings = '[names]\n"aws_s3_bucket_cors_configuration.assets" = "decoy"\n'
    named = 'variable "name" {\n}\n' + terraform("app").replace('bucket = "assets-prod"', "bucket = var.name")
    change(here, {"main.tf": terraform("app")}, {"main.tf": named, "cors-drift.toml": settings})
    assert checked(cli, here, rules) == (3, "undecided")
