"""``check`` against a real moto server over HTTP: what changed is found, what is only written otherwise is in sync."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Cli
from tests.fixtures_s3 import MotoS3

Rule = dict[str, Any]

UPLOADS: Rule = {
    "ID": "uploads",
    "AllowedHeaders": ["Content-Type", "x-amz-*"],
    "AllowedMethods": ["PUT", "POST"],
    "AllowedOrigins": ["https://app.example", "https://admin.example"],
    "ExposeHeaders": ["ETag", "x-amz-version-id"],
    "MaxAgeSeconds": 3000,
}
READERS: Rule = {"ID": "readers", "AllowedMethods": ["GET", "HEAD"], "AllowedOrigins": ["https://www.example"]}
DECLARED = [UPLOADS, READERS]


def hcl(values: list[str]) -> str:
    return "[" + ", ".join(f'"{value}"' for value in values) + "]"


def in_terraform(rules: list[Rule], bucket: str) -> dict[str, str]:
    blocks = ""
    for rule in rules:
        blocks += "  cors_rule {\n"
        blocks += f'    id = "{rule["ID"]}"\n'
        blocks += f"    allowed_methods = {hcl(rule['AllowedMethods'])}\n"
        blocks += f"    allowed_origins = {hcl(rule['AllowedOrigins'])}\n"
        blocks += f"    allowed_headers = {hcl(rule.get('AllowedHeaders', []))}\n"
        blocks += f"    expose_headers = {hcl(rule.get('ExposeHeaders', []))}\n"
        if "MaxAgeSeconds" in rule:
            blocks += f"    max_age_seconds = {rule['MaxAgeSeconds']}\n"
        blocks += "  }\n"
    resource = f'resource "aws_s3_bucket_cors_configuration" "this" {{\n  bucket = "{bucket}"\n{blocks}}}\n'
    return {"main.tf": resource}


def in_cloudformation(rules: list[Rule], bucket: str) -> dict[str, str]:
    import json

    names = {"ID": "Id", "ExposeHeaders": "ExposedHeaders", "MaxAgeSeconds": "MaxAge"}
    written = [{names.get(key, key): value for key, value in rule.items()} for rule in rules]
    properties = {"BucketName": bucket, "CorsConfiguration": {"CorsRules": written}}
    template = {"Resources": {"Uploads": {"Type": "AWS::S3::Bucket", "Properties": properties}}}
    return {"template.json": json.dumps(template, indent=2)}


def in_a_spec(rules: list[Rule], bucket: str) -> dict[str, str]:
    import yaml

    return {"cors.yaml": yaml.safe_dump({"version": 1, "buckets": {bucket: rules}})}


Dialect = Callable[[list[Rule], str], dict[str, str]]
DIALECTS: list[Dialect] = [in_terraform, in_cloudformation, in_a_spec]
ORDERED: list[Dialect] = [in_cloudformation, in_a_spec]


@pytest.fixture
def check(cli: Cli, moto_s3: MotoS3, tmp_path: Path) -> Callable[[Dialect, list[Rule], list[Rule]], Any]:
    """The report on one bucket, declared in a dialect and put live by boto3."""

    def run(dialect: Dialect, declared: list[Rule], live: list[Rule]) -> Any:
        moto_s3.put("uploads-prod", live)
        for name, text in dialect(declared, "uploads-prod").items():
            (tmp_path / name).write_text(text)
        result = cli("check", tmp_path, "--endpoint-url", moto_s3.url, "--format", "json")
        (bucket,) = result.json["buckets"]
        return bucket | {"exit_code": result.code}

    return run


CHANGES: list[tuple[str, Rule, list[object], list[object]]] = [
    ("AllowedHeaders", {"AllowedHeaders": ["Content-Type"]}, [], ["x-amz-*"]),
    ("AllowedMethods", {"AllowedMethods": ["PUT", "POST", "DELETE"]}, ["DELETE"], []),
    ("AllowedOrigins", {"AllowedOrigins": ["https://app.example", "*"]}, ["*"], ["https://admin.example"]),
    ("ExposeHeaders", {"ExposeHeaders": ["ETag"]}, [], ["x-amz-version-id"]),
    ("MaxAgeSeconds", {"MaxAgeSeconds": 60}, [60], [3000]),
]


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize(("field", "change", "added", "removed"), CHANGES)
def test_a_changed_field_is_drift(
    check: Any, dialect: Dialect, field: str, change: Rule, added: list[object], removed: list[object]
) -> None:
    found = check(dialect, DECLARED, [UPLOADS | change, READERS])
    assert (found["state"], found["exit_code"]) == ("drifted", 1)
    (told,) = found["changes"]
    assert (told["kind"], told["field"], told["added"], told["removed"]) == ("changed", field, added, removed)
    assert told["location"]["line"] is not None


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_changed_id_is_told_and_in_sync(check: Any, dialect: Dialect) -> None:
    found = check(dialect, DECLARED, [UPLOADS | {"ID": "renamed"}, READERS])
    assert (found["state"], found["effect"], found["exit_code"]) == ("in_sync", "cosmetic", 0)
    (told,) = found["changes"]
    assert (told["field"], told["added"], told["removed"]) == ("ID", ["renamed"], ["uploads"])


@pytest.mark.parametrize("dialect", DIALECTS)
def test_an_added_rule_is_drift(check: Any, dialect: Dialect) -> None:
    extra = {"AllowedMethods": ["DELETE"], "AllowedOrigins": ["https://evil.example"]}
    found = check(dialect, DECLARED, [extra, *DECLARED])
    assert found["state"] == "drifted"
    assert [(each["kind"], each["rule"]) for each in found["changes"]] == [("added", {"declared": None, "live": 0})]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_removed_rule_is_drift(check: Any, dialect: Dialect) -> None:
    found = check(dialect, DECLARED, [UPLOADS])
    assert found["state"] == "drifted"
    (told,) = found["changes"]
    assert told["kind"] == "removed"
    assert found["declared"]["rules"][told["rule"]["declared"]]["ID"] == "readers"


@pytest.mark.parametrize("dialect", DIALECTS)
def test_rules_that_are_all_gone_are_drift(check: Any, dialect: Dialect) -> None:
    found = check(dialect, DECLARED, [])
    assert (found["state"], found["findings"], found["exit_code"]) == ("drifted", ["live-absent"], 1)


@pytest.mark.parametrize("dialect", ORDERED)
def test_a_moved_rule_is_drift_where_order_is_declared(check: Any, dialect: Dialect) -> None:
    everybody = {"AllowedMethods": ["GET"], "AllowedOrigins": ["*"], "ID": "everybody"}
    found = check(dialect, [READERS, everybody], [everybody, READERS])
    assert (found["state"], found["effect"], found["exit_code"]) == ("drifted", "narrower", 1)
    assert [(each["kind"], each["cosmetic"]) for each in found["changes"]] == [("moved", False)]
    (witness,) = found["witnesses"]
    assert (witness["shows"], witness["request"]["method"]) == ("live_no_longer_reflects", "GET")
    assert witness["declared"]["headers"]["Access-Control-Allow-Credentials"] == "true"
    assert witness["live"]["headers"]["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize("dialect", ORDERED)
def test_a_moved_rule_that_no_request_notices_is_told_and_in_sync(check: Any, dialect: Dialect) -> None:
    found = check(dialect, DECLARED, [READERS, UPLOADS])
    assert (found["state"], found["effect"], found["exit_code"]) == ("in_sync", "cosmetic", 0)
    assert [(each["kind"], each["cosmetic"]) for each in found["changes"]] == [("moved", True)]


def test_the_order_of_a_set_is_no_drift_and_told_as_folded(check: Any) -> None:
    found = check(in_terraform, DECLARED, [READERS, UPLOADS])
    assert (found["state"], found["effect"]) == ("in_sync", "identical")
    assert "rule-order" in {fold["id"] for fold in found["folded"]}


def backwards(rule: Rule) -> Rule:
    return {key: value[::-1] if isinstance(value, list) else value for key, value in rule.items()}


def shouted(rule: Rule) -> Rule:
    named = ("AllowedHeaders", "ExposeHeaders")
    return {key: [each.upper() for each in value] if key in named else value for key, value in rule.items()}


def twice(rule: Rule) -> Rule:
    return {key: value + value[:1] if isinstance(value, list) else value for key, value in rule.items()}


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize(
    ("written", "folds"),
    [
        (lambda rule: rule, set()),
        (backwards, {"list-order"}),
        (shouted, {"header-case"}),
        (twice, {"repeated-value"}),
        (lambda rule: twice(shouted(backwards(rule))), {"header-case", "repeated-value"}),
    ],
)
def test_the_same_rules_in_other_writing_are_in_sync(
    check: Any, dialect: Dialect, written: Callable[[Rule], Rule], folds: set[str]
) -> None:
    found = check(dialect, DECLARED, [written(rule) for rule in DECLARED])
    assert (found["state"], found["effect"], found["changes"], found["exit_code"]) == ("in_sync", "identical", [], 0)
    told = {fold["id"] for fold in found["folded"]}
    # Terraform's sets have an order of their own before anybody changes it
    assert told - {"list-order", "rule-order"} == folds - {"list-order", "rule-order"}
    assert folds <= told


@pytest.mark.parametrize(
    ("dialect", "state"), [(in_terraform, "in_sync"), (in_cloudformation, "in_sync"), (in_a_spec, "drifted")]
)
def test_max_age_zero_is_the_unset_one_of_tools_that_write_zero(check: Any, dialect: Dialect, state: str) -> None:
    found = check(dialect, [READERS], [READERS | {"MaxAgeSeconds": 0}])
    assert found["state"] == state
    assert ("max-age-zero" in {fold["id"] for fold in found["folded"]}) is (state == "in_sync")


def test_only_declared_buckets_are_read(cli: Cli, moto_s3: MotoS3, tmp_path: Path) -> None:
    moto_s3.put("uploads-prod", DECLARED)
    moto_s3.put("somebody-elses", DECLARED)
    for name, text in in_a_spec(DECLARED, "uploads-prod").items():
        (tmp_path / name).write_text(text)
    result = cli("check", "--endpoint-url", moto_s3.url)
    assert result.code == 0
    assert "somebody-elses" not in result.out


def test_a_bucket_that_is_not_there_is_missing_and_incomplete(cli: Cli, moto_s3: MotoS3, tmp_path: Path) -> None:
    for name, text in in_a_spec(DECLARED, "not-there").items():
        (tmp_path / name).write_text(text)
    result = cli("check", "--endpoint-url", moto_s3.url, "--format", "json")
    assert result.code == 3
    assert [bucket["state"] for bucket in result.json["buckets"]] == ["missing"]


def test_live_saves_a_snapshot_that_check_and_compare_read_offline(cli: Cli, moto_s3: MotoS3, tmp_path: Path) -> None:
    moto_s3.put("uploads-prod", [UPLOADS])
    moto_s3.put("empty")
    (tmp_path / "code").mkdir()
    for name, text in in_a_spec([UPLOADS], "uploads-prod").items():
        (tmp_path / "code" / name).write_text(text)
    saved = cli("live", "--endpoint-url", moto_s3.url, "--format", "json", "--output", "json=live.json")
    assert {each["bucket"]: each["state"] for each in saved.json["buckets"]} == {
        "uploads-prod": "configured",
        "empty": "absent",
    }
    assert cli("check", "code", "--live", "live.json", "--format", "json").json["verdict"] == "in_sync"
    assert cli("compare", "live.json", "live.json").code == 0
    moto_s3.client().delete_bucket_cors(Bucket="uploads-prod")
    now = cli("live", "uploads-prod", "--endpoint-url", moto_s3.url, "--output", "json=now.json")
    assert now.code == 0
    assert "absent" in now.out
    assert cli("compare", "live.json", "now.json", "--bucket", "uploads-prod").code == 1
