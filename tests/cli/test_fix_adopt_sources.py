"""``fix --adopt`` over all that a bucket can be declared by, and over several buckets, files and paths at once."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Cli, Result, snapshot_file

A, B, C = (f"https://{letter}.example" for letter in "abc")


def rule(*origins: str, methods: tuple[str, ...] = ("GET",), **more: Any) -> dict[str, Any]:
    return {"AllowedMethods": list(methods), "AllowedOrigins": list(origins), **more}


def adopt(cli: Cli, *more: object) -> Result:
    return cli("fix", "--adopt", "--live", "live.json", *more)


def terraform(name: str, origins: str) -> str:
    return (
        f'resource "aws_s3_bucket_cors_configuration" "{name}" {{\n  bucket = "{name}"\n\n  cors_rule {{\n'
        f'    allowed_methods = ["GET"]\n    allowed_origins = {origins}\n  }}\n}}\n'
    )


def check(cli: Cli, *more: object) -> int:
    return cli("check", "--live", "live.json", *more).code


def test_rules_by_themselves_are_edited_for_the_bucket_that_is_named(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "cors.json").write_text(json.dumps({"CORSRules": [rule(A)]}))
    snapshot_file(tmp_path / "live.json", site=[rule(A, B)], other=[rule(C)])
    result = adopt(cli, "cors.json", "--bucket", "site", "--write")
    assert result.code == 0, result.err
    assert json.loads((tmp_path / "cors.json").read_text()) == {"CORSRules": [rule(A, B)]}


def test_a_declaration_whose_name_the_settings_tell_is_edited_and_says_by_what_it_is_known(
    cli: Cli, tmp_path: Path
) -> None:
    template = (
        "Resources:\n  Site: # the site\n    Type: AWS::S3::Bucket\n    Properties:\n      CorsConfiguration:\n"
        "        CorsRules:\n          - AllowedMethods: [GET] # read\n            AllowedOrigins:\n"
        f"              - '{A}'\n"
    )
    (tmp_path / "t.yaml").write_text(template)
    (tmp_path / "cors-drift.toml").write_text('[names]\nSite = "site"\n')
    snapshot_file(tmp_path / "live.json", site=[rule(A, B)])
    result = adopt(cli, "t.yaml", "--write")
    assert result.code == 0, result.err
    assert "  which bucket it declares is known by this: " in result.err
    assert (tmp_path / "t.yaml").read_text() == f"{template}              - '{B}'\n"


@pytest.mark.parametrize("inside", [True, False], ids=["inside", "outside"])
def test_values_of_a_file_that_is_named_are_edited_there_if_that_is_in_the_tree(
    cli: Cli, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, inside: bool
) -> None:
    (tmp_path / "main.tf").write_text(
        'variable "origins" {\n  type = list(string)\n}\n\n' + terraform("site", "var.origins")
    )
    values = (tmp_path if inside else tmp_path_factory.mktemp("outside")) / "prod.tfvars"
    values.write_text(f'origins = ["{A}"]\n')
    snapshot_file(tmp_path / "live.json", site=[rule(A, B)])
    result = adopt(cli, "--var-file", values, "--write")
    if inside:
        assert result.code == 0, result.err
        assert values.read_text() == f'origins = ["{A}", "{B}"]\n'
        assert check(cli, "--var-file", values) == 0
    else:
        assert values.read_text() == f'origins = ["{A}"]\n'


def test_a_value_of_the_command_line_stays_and_new_ones_come_beside_it(cli: Cli, tmp_path: Path) -> None:
    text = 'variable "origin" {}\n\n' + terraform("site", "[var.origin]")
    (tmp_path / "main.tf").write_text(text)
    snapshot_file(tmp_path / "live.json", site=[rule(A, B)])
    assert adopt(cli, "--var", f"origin={A}", "--write").code == 0
    assert (tmp_path / "main.tf").read_text() == text.replace("[var.origin]", f'[var.origin, "{B}"]')


def test_line_ends_and_a_missing_last_one_stay(cli: Cli, tmp_path: Path) -> None:
    text = terraform("site", f'["{A}"]').replace("\n", "\r\n").removesuffix("\r\n")
    (tmp_path / "main.tf").write_bytes(text.encode())
    snapshot_file(tmp_path / "live.json", site=[rule(A, B)])
    diff = adopt(cli, "--output", "diff=fix.diff")
    assert diff.code == 1
    subprocess.run(["git", "apply", "fix.diff"], cwd=tmp_path, check=True)
    assert (tmp_path / "main.tf").read_bytes() == text.replace(f'"{A}"', f'"{A}", "{B}"').encode()


def test_a_rule_of_several_buckets_has_to_say_of_which(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(terraform("one", f'["{A}"]') + terraform("two", f'["{A}"]'))
    snapshot_file(tmp_path / "live.json", one=[rule(A, B)], two=[rule(A, B)])
    result = adopt(cli, "--rule", "1")
    assert (result.code, result.out) == (2, "")
    assert result.err == (
        "error: --rule 1: 2 buckets have rules that differ, and each counts its own\n"
        "  try: say of which bucket: --bucket NAME\n"
    )
    assert adopt(cli, "--rule", "1", "--bucket", "two").out.startswith("--- a/main.tf\n")


def test_buckets_are_chosen_by_a_finding(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(terraform("one", f'["{A}", "{B}"]') + terraform("two", f'["{A}"]'))
    snapshot_file(tmp_path / "live.json", one=[rule(A)], two=[rule(A, B)])
    document = adopt(cli, "--finding", "live-narrower", "--format", "json").json
    assert [(each["bucket"], each["state"]) for each in document["buckets"]] == [("one", "to_do"), ("two", "left")]


def test_paths_that_overlap_have_each_bucket_edited_once(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "infra").mkdir()
    (tmp_path / "infra" / "main.tf").write_text(terraform("one", f'["{A}"]'))
    snapshot_file(tmp_path / "live.json", one=[rule(A, B)])
    result = adopt(cli, ".", "infra", "infra/main.tf", "--write")
    assert result.code == 0, result.err
    assert (tmp_path / "infra" / "main.tf").read_text() == terraform("one", f'["{A}", "{B}"]')


def test_a_file_behind_a_link_is_edited_where_it_is(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "shared").mkdir()
    (tmp_path / "infra").mkdir()
    (tmp_path / "shared" / "cors.tf").write_text(terraform("one", f'["{A}"]'))
    (tmp_path / "infra" / "cors.tf").symlink_to("../shared/cors.tf")
    snapshot_file(tmp_path / "live.json", one=[rule(A, B)])
    result = adopt(cli, "infra", "--write")
    assert result.code == 0, result.err
    assert (tmp_path / "infra" / "cors.tf").is_symlink()
    assert (tmp_path / "shared" / "cors.tf").read_text() == terraform("one", f'["{A}", "{B}"]')


def test_several_dialects_make_one_diff(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(terraform("one", f'["{A}"]'))
    (tmp_path / "two.cors.json").write_text(
        json.dumps({"Bucket": "two", "CORSConfiguration": {"CORSRules": [rule(A)]}}) + "\n"
    )
    snapshot_file(tmp_path / "live.json", one=[rule(A, B)], two=[rule(A, B)])
    diff = adopt(cli).out
    assert diff.count("\n--- a/") + diff.startswith("--- a/") == 2
    subprocess.run(["git", "apply", "-"], input=diff.encode(), cwd=tmp_path, check=True)
    assert check(cli) == 0


MANIFEST = f"""\
apiVersion: s3.services.k8s.aws/v1alpha1
kind: Bucket
metadata: {{name: one}}
spec:
  name: one
  cors:
    corsRules:
      - {{allowedMethods: [GET], allowedOrigins: ["{A}"]}}
"""
PLAYBOOK = f"""\
- hosts: localhost
  tasks:
    - community.aws.s3_cors:
        name: one
        state: present
        rules:
          - allowed_methods: [GET]
            allowed_origins: ["{A}"]
"""


@pytest.mark.parametrize(("text", "kind"), [(MANIFEST, "kubernetes"), (PLAYBOOK, "ansible")])
def test_a_kind_that_is_not_edited_has_the_place_and_the_rules_named(
    cli: Cli, tmp_path: Path, text: str, kind: str
) -> None:
    (tmp_path / "one.yaml").write_text(text)
    snapshot_file(tmp_path / "live.json", one=[rule(A, B)])
    result = adopt(cli, "one.yaml", "--write")
    assert (result.code, result.out) == (1, ""), result.err
    assert f"  declarations of this kind ({kind}) are not edited\n" in result.err
    assert "    one.yaml:" in result.err
    assert f'          "{B}"\n' in result.err
    assert (tmp_path / "one.yaml").read_text() == text


def test_restoring_in_part_writes_only_what_is_selected(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(terraform("one", f'["{A}"]'))
    snapshot_file(tmp_path / "live.json", one=[rule(A, B, methods=("GET", "PUT"))])
    document = cli("fix", "--restore", "--live", "live.json", "--only", "AllowedMethods", "--format", "json").json
    (call,) = document["buckets"][0]["calls"]
    (restored,) = call["parameters"]["CORSConfiguration"]["CORSRules"]
    assert (restored["AllowedMethods"], restored["AllowedOrigins"]) == (["GET"], [A, B])


def test_a_value_stays_unknown_where_others_of_its_list_change(cli: Cli, tmp_path: Path) -> None:
    text = 'variable "more" {}\n\n' + terraform("one", f'["{A}", var.more]')
    (tmp_path / "main.tf").write_text(text)
    snapshot_file(tmp_path / "live.json", one=[rule(A, "https://more.example", methods=("GET", "PUT"))])
    result = adopt(cli, "--write")
    assert result.code == 0, result.err
    assert (tmp_path / "main.tf").read_text() == text.replace('["GET"]', '["GET", "PUT"]')


MODULE = (
    'variable "name" {\n  type = string\n}\n\nvariable "origins" {\n  type    = list(string)\n'
    f'  default = ["{A}"]\n}}\n\nresource "aws_s3_bucket_cors_configuration" "site" {{\n  bucket = var.name\n\n'
    '  cors_rule {\n    allowed_methods = ["GET"]\n    allowed_origins = var.origins\n'
    "    max_age_seconds = 300\n  }\n}\n"
)


def call(name: str) -> str:
    return f'module "site" {{\n  source = "../../modules/site"\n  name   = "{name}"\n}}\n'


@pytest.fixture
def environments(tmp_path: Path) -> Path:
    """Two roots that call one module."""
    for path, text in {
        "modules/site/main.tf": MODULE,
        "env/dev/main.tf": call("dev"),
        "env/prod/main.tf": call("prod"),
    }.items():
        (tmp_path / path).parent.mkdir(parents=True)
        (tmp_path / path).write_text(text)
    return tmp_path


@pytest.mark.parametrize("repository", [True, False])
def test_a_module_is_not_edited_for_one_environment_where_another_that_was_not_asked_about_calls_it_too(
    cli: Cli, environments: Path, repository: bool
) -> None:
    if repository:
        subprocess.run(["git", "init", "-q"], cwd=environments, check=True)
    snapshot_file(environments / "live.json", prod=[rule(A, MaxAgeSeconds=600)])
    result = adopt(cli, "env/prod", "--write")
    assert (result.code, result.out) == (1, "")
    assert "the same text gives the rules of dev (modules/site/main.tf:10): it would change too" in result.err
    assert (environments / "modules/site/main.tf").read_text() == MODULE


def test_a_module_that_nobody_else_calls_is_edited_for_the_environment_that_was_asked_about(
    cli: Cli, environments: Path
) -> None:
    (environments / "env/dev/main.tf").write_text(terraform("dev", f'["{A}"]'))
    snapshot_file(environments / "live.json", prod=[rule(A, MaxAgeSeconds=600)])
    result = adopt(cli, "env/prod", "--write")
    assert result.code == 0, result.err
    assert "max_age_seconds = 600" in (environments / "modules/site/main.tf").read_text()


@pytest.mark.parametrize("name", ["dev", "prod"])
def test_declarations_at_one_address_in_two_environments_are_told_apart_by_their_buckets(
    cli: Cli, environments: Path, name: str
) -> None:
    live = {"dev": [rule(A, MaxAgeSeconds=300)], "prod": [rule(A, MaxAgeSeconds=300)]}
    live[name] = [rule(A, B, MaxAgeSeconds=300)]
    snapshot_file(environments / "live.json", **live)
    result = adopt(cli, "--write")
    assert result.code == 0, result.err
    changed = (environments / f"env/{name}/main.tf").read_text()
    assert f'origins = ["{A}", "{B}"]' in changed
    assert (environments / "modules/site/main.tf").read_text() == MODULE
    assert check(cli) == 0


HIDDEN = "https://a.example\u202e\u200b"


@pytest.mark.parametrize("file", ["cors.yaml", "cors.json", "site.xml", "main.tf", "main.tf.json", "stack.yaml"])
def test_characters_that_deceive_the_reader_of_code_are_written_as_escapes(cli: Cli, tmp_path: Path, file: str) -> None:
    dialects = {
        "cors.yaml": "spec-yaml",
        "cors.json": "spec",
        "site.xml": "xml",
        "main.tf": "terraform",
        "main.tf.json": "terraform-json",
        "stack.yaml": "cloudformation",
    }
    snapshot_file(tmp_path / "live.json", site=[rule(HIDDEN)])
    fresh = cli("generate", "--live", "live.json", "--as", dialects[file])
    assert fresh.code == 0, fresh.err
    assert not {"\u202e", "\u200b"} & set(fresh.out)
    snapshot_file(tmp_path / "live.json", site=[rule(A)])
    cli("generate", "--live", "live.json", "--as", dialects[file], "--file", file)
    snapshot_file(tmp_path / "live.json", site=[rule(A, HIDDEN)])
    result = adopt(cli, file, "--bucket", "site", "--write")
    assert result.code == 0, result.err
    assert not {"\u202e", "\u200b"} & set((tmp_path / file).read_text())
    assert check(cli, file, "--bucket", "site") == 0


def test_an_edit_outside_of_the_files_of_values_that_were_given_is_told_to_reach_further(
    cli: Cli, tmp_path: Path
) -> None:
    origins = 'variable "origins" {\n  type = list(string)\n}\n\n'
    (tmp_path / "main.tf").write_text(origins + terraform("site", "var.origins"))
    (tmp_path / "prod.tfvars").write_text(f'origins = ["{A}"]\n')
    told = "  whatever is deployed from main.tf with other values gets this too: look at it first\n"
    snapshot_file(tmp_path / "live.json", site=[rule(A, B)])
    assert told not in adopt(cli, "--var-file", "prod.tfvars").err
    snapshot_file(tmp_path / "live.json", site=[rule(A, B, MaxAgeSeconds=5)])
    result = adopt(cli, "--var-file", "prod.tfvars")
    assert (result.code, told in result.err) == (1, True)


def test_buckets_whose_names_are_not_known_for_one_reason_are_not_one_bucket(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "main.tf").write_text(
        'resource "random_id" "x" {\n  byte_length = 4\n}\n\n'
        'resource "aws_s3_bucket_cors_configuration" "c" {\n'
        '  for_each = toset(["a", "b"])\n  bucket   = random_id.x.hex\n\n'
        '  cors_rule {\n    allowed_methods = ["GET"]\n    allowed_origins = ["https://a.example"]\n  }\n}\n'
    )
    address = "aws_s3_bucket_cors_configuration.c"
    (tmp_path / "cors-drift.toml").write_text(f'[names]\n\'{address}["a"]\' = "one"\n\'{address}["b"]\' = "two"\n')
    rule = {"AllowedMethods": ["GET"], "AllowedOrigins": ["https://a.example"]}
    changed = {"AllowedMethods": ["GET"], "AllowedOrigins": ["https://a.example", "https://b.example"]}
    live = snapshot_file(tmp_path.parent / "live-names.json", one=[changed], two=[rule])
    result = cli("fix", "--adopt", "--live", str(live))
    assert (result.code, result.out) == (1, ""), result.out
    assert "one  BY HAND" in result.err
