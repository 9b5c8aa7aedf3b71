"""What is printed where: exact text for people, one JSON value for programs, nothing that input could forge."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.cli.conftest import Cli, schema, snapshot_file, write

RULE = {"AllowedMethods": ["GET"], "AllowedOrigins": ["https://a.example"]}
SPEC = """\
version: 1
buckets:
  b-one:
    - AllowedMethods: [GET]
      AllowedOrigins: ["https://a.example"]
"""
HOSTILE = "https://\x1b[31mred\x1b[0m\u202e\n::error::x|<script>"


def test_a_report_for_people(cli: Cli, tmp_path: Path) -> None:
    write(tmp_path, cors__yaml=SPEC + "  b-two: []\n  b-three: []\n")
    live = {"AllowedMethods": ["PUT", "GET"], "AllowedOrigins": ["https://a.example"], "ID": "x"}
    path = snapshot_file(tmp_path / "live.json", b_one=[live, RULE], b_two=[RULE], b_three=[])
    result = cli("check", "cors.yaml", "--live", path)
    assert result.code == 1
    assert (
        result.out
        == """\
b-one  DRIFTED: live allows more
  declared at cors.yaml:3
  Live lets https://a.example PUT; the code does not.
    asked: a preflight for PUT from https://a.example
    declared: refused
    live: allowed by rule 1, with credentials
  rule 1 is live only
    + PUT, GET from https://a.example (ID x)
  live-wider: Deploy the declared rules again, or take the live ones over into the code.
  warning: rule-never-answers (live): rule 2: every request that it allows is answered by an earlier rule: \
1  cors.yaml:3
  info: etag-not-exposed (live): rule 1 lets pages PUT and does not let them read the ETag, which an upload in parts \
would need  cors.yaml:3

b-two  UNDECLARED
  declared at cors.yaml:6
  Live lets https://a.example GET; the code does not.
    asked: a request for GET from https://a.example
    declared: refused
    live: allowed by rule 1, with credentials
  rule 1 is live only
    + GET from https://a.example
  undeclared-rules: Declare the rules, or delete them from the bucket; undeclared = "warning" or "ignore" accepts them.

b-three  in sync  cors.yaml:7

+ is live only, - is declared only.

What to do
  rule-never-answers: Take it out, or put it before the rules that answer in its place.

Drift. 3 buckets: 1 in sync, 1 drifted, 1 undeclared. Other findings: 1 warning, 1 info.
"""
    )


def test_a_snapshot_for_people(cli: Cli, tmp_path: Path) -> None:
    write(
        tmp_path,
        cors__yaml=SPEC + "      AllowedHeaders: [x-a, '*']\n      ExposeHeaders: [ETag]\n      MaxAgeSeconds: 9\n",
    )
    assert (
        cli("declared").out
        == """\
b-one  configured
  at cors.yaml:3
  1. GET from https://a.example with headers x-a, * exposing ETag cached 9 s

1 bucket.
"""
    )


def test_every_format_in_one_run(cli: Cli, tmp_path: Path) -> None:
    write(tmp_path, cors__yaml=SPEC)
    result = cli("compare", "cors.yaml", "cors.yaml", "--output", "json=a.json", "--output", "terminal=b.txt")
    assert result.code == 0
    document = json.loads((tmp_path / "a.json").read_text())
    schema("report").validate(document)
    assert (tmp_path / "b.txt").read_text() == result.out


def test_json_is_one_value_on_stdout_and_notes_go_to_stderr(cli: Cli, tmp_path: Path) -> None:
    write(tmp_path, cors__yaml=SPEC, template__yaml="Resources: {B: {Type: AWS::S3::Bucket}\n")
    result = cli("declared", "--format", "json")
    assert result.code == 2
    assert [bucket["bucket"] for bucket in result.json["buckets"]] == ["b-one"]
    assert [each["severity"] for each in result.json["diagnostics"]] == ["error"]
    assert "error: template.yaml:2" in result.err


TERRAFORM = """\
variable "x" {}

resource "aws_s3_bucket_cors_configuration" "c" {
  bucket = var.x
  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = ["https://${var.x}.example", "*"]
  }
}
"""


def test_a_snapshot_that_is_printed_reads_back_as_the_same(cli: Cli, tmp_path: Path) -> None:
    write(tmp_path, main__tf=TERRAFORM)
    first = cli("declared", "--format", "json", "--output", "json=one.json").json
    again = cli("declared", "one.json", "--format", "json").json
    assert again["buckets"] == first["buckets"]
    (unknown,) = [each for each in first["buckets"][0]["rules"][0]["AllowedOrigins"] if isinstance(each, dict)]
    assert (unknown["prefix"], unknown["suffix"]) == ("https://", ".example")


@pytest.mark.parametrize("command", ["declared", "check"])
def test_hostile_text_reaches_no_terminal_as_it_is(cli: Cli, tmp_path: Path, command: str) -> None:
    rule = {"ID": HOSTILE, "AllowedMethods": ["GET"], "AllowedOrigins": [HOSTILE]}
    write(tmp_path, cors__json=json.dumps({"version": 1, "buckets": {"b-one": [rule]}}))
    live = ["--live", snapshot_file(tmp_path / "live.json", b_one=[RULE])] if command == "check" else []
    out = cli(command, "cors.json", *live).out
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", out)
    assert not any(line.startswith("::") for line in out.splitlines())
    assert "\\x1b[31mred" in out


def test_a_terminal_gets_colour_only_where_it_is_one(cli: Cli, tmp_path: Path) -> None:
    write(tmp_path, cors__yaml=SPEC)
    assert "\x1b" not in cli("declared").out


def test_validate_tells_what_s3_refuses_with_its_place(cli: Cli, tmp_path: Path) -> None:
    write(tmp_path, cors__yaml=SPEC.replace("GET", "GET, PATCH"))
    result = cli("validate")
    assert result.code == 1
    assert "refused-by-s3: S3 refuses rule 1 with InvalidRequest: " in result.out
    assert "cors.yaml:4" in result.out
    report = cli("validate", "--format", "json").json
    assert report["verdict"] == "policy"
    assert [(each["id"], each["location"]["line"]) for each in report["findings"]] == [("refused-by-s3", 4)]


def test_validate_only_warns_where_nobody_knows(cli: Cli, tmp_path: Path) -> None:
    write(tmp_path, cors__yaml=SPEC + "      AllowedHeaders: ['bad header']\n")
    result = cli("validate")
    assert result.code == 0
    assert "may-be-refused-by-s3" in result.out
    assert "cors.yaml:6" in result.out
    assert cli("validate", "--fail-on", "warning").code == 1


@pytest.mark.parametrize("name", ["report", "snapshot", "spec", "config"])
def test_the_schemas_are_printed_and_are_schemas(cli: Cli, name: str) -> None:
    from jsonschema import Draft202012Validator

    result = cli("schema", name)
    assert result.code == 0
    Draft202012Validator.check_schema(json.loads(result.out))


def test_a_bucket_option_names_the_one_bucket_without_a_name(cli: Cli, tmp_path: Path) -> None:
    write(tmp_path, rules__json=json.dumps([RULE]))
    live = snapshot_file(tmp_path / "live.json", b_one=[RULE], b_two=[])
    assert cli("check", "rules.json", "--live", live, "--bucket", "b-one").code == 0
    assert cli("check", "rules.json", "--live", live, "--bucket", "b-two").code == 1
    assert cli("check", "rules.json", "--live", live).code == 3


def test_rules_by_themselves_are_compared_with_the_only_bucket_of_the_other_side(cli: Cli, tmp_path: Path) -> None:
    write(
        tmp_path, rules__json=json.dumps([RULE]), other__json=json.dumps({"CORSRules": [RULE | {"MaxAgeSeconds": 1}]})
    )
    live = snapshot_file(tmp_path / "live.json", b_one=[RULE])
    assert cli("check", "rules.json", "--live", live).code == 0
    assert cli("compare", "rules.json", "rules.json").code == 0
    changed = cli("compare", "rules.json", "other.json", "--format", "json")
    assert (changed.code, changed.json["buckets"][0]["effect"]) == (1, "cache-only")


def test_a_name_that_nobody_knows_is_not_guessed_from_a_lone_live_bucket(cli: Cli, tmp_path: Path) -> None:
    write(tmp_path, template__yaml="Resources:\n  B:\n    Type: AWS::S3::Bucket\n")
    live = snapshot_file(tmp_path / "live.json", b_one=[RULE])
    assert cli("check", "template.yaml", "--live", live).code == 3
    assert cli("check", "template.yaml", "--live", live, "--bucket", "b-one").code == 1


def test_validate_tells_of_rules_without_effect_and_of_an_order_that_nobody_controls(cli: Cli, tmp_path: Path) -> None:
    twice = '  cors_rule {\n    allowed_methods = ["GET"]\n    allowed_origins = ["%s"]\n  }\n'
    resource = 'resource "aws_s3_bucket_cors_configuration" "c" {\n  bucket = "b-one"\n%s}\n'
    write(tmp_path, main__tf=resource % (twice % "https://a.example" + twice % "*" + twice % "https://B.example/"))
    result = cli("validate", "--format", "json")
    assert result.code == 0
    told = {each["id"] for each in result.json["findings"]}
    assert {"order-matters", "origin-never-sent"} <= told


def test_rules_that_another_root_module_may_declare_are_no_drift(cli: Cli, tmp_path: Path) -> None:
    write(tmp_path / "buckets", main__tf='resource "aws_s3_bucket" "b" {\n  bucket = "b-one"\n}\n')
    remote = 'data "terraform_remote_state" "b" {\n  backend = "s3"\n}\n'
    name = "data.terraform_remote_state.b.outputs.name"
    write(tmp_path / "cors", main__tf=remote + TERRAFORM.replace("bucket = var.x", f"bucket = {name}"))
    absent = snapshot_file(tmp_path / "absent.json", b_one=[])
    live = snapshot_file(tmp_path / "live.json", b_one=[RULE])
    found = {
        each["bucket"]: each
        for each in cli("check", ".", "--live", live, "--format", "json").json["buckets"]
        if isinstance(each["bucket"], str)
    }
    assert found["b-one"]["state"] == "unresolved"
    assert "may be meant for this bucket" in found["b-one"]["reason"]
    assert cli("check", "buckets", "--live", live).code == 1
    states = {each["state"] for each in cli("check", ".", "--live", absent, "--format", "json").json["buckets"]}
    assert states == {"in_sync", "unresolved"}


def test_rules_by_themselves_are_called_by_their_file(cli: Cli, tmp_path: Path) -> None:
    write(tmp_path, rules__json=json.dumps([RULE]))
    assert cli("declared").out.startswith("rules.json (name unknown)  configured\n")
    assert cli("compare", "rules.json", "rules.json").out.startswith(
        "rules.json (name unknown)  in sync  rules.json:1\n"
    )


def test_all_finds_rules_that_nobody_declared_in_a_saved_snapshot_too(cli: Cli, tmp_path: Path) -> None:
    write(tmp_path, cors__yaml=SPEC)
    path = snapshot_file(tmp_path / "live.json", b_one=[RULE], b_stray=[RULE], b_bare=[])
    assert cli("check", "cors.yaml", "--live", path).code == 0
    result = cli("check", "cors.yaml", "--live", path, "--all")
    assert result.code == 1
    assert "b-stray  UNDECLARED" in result.out
    assert "b-bare" not in result.out
