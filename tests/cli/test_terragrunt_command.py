"""What lies behind Terragrunt, as a user of the command meets it."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import Cli, snapshot_file, write


def test_what_lies_behind_terragrunt_makes_a_check_incomplete(cli: Cli, tmp_path: Path) -> None:
    write(
        tmp_path,
        **{
            "infra/main__tf": 'resource "aws_s3_bucket" "b" {\n  bucket = "plain"\n}\n',
            "live/site/terragrunt__hcl": 'terraform {\n  source = "git::https://git.example/m.git//s3?ref=v1"\n}\n',
        },
    )
    live = snapshot_file(tmp_path / "live.json", plain=[])

    result = cli("check", ".", "--live", live, "--format", "json")

    assert result.code == 3
    states = {each["address"]: each["state"] for each in json.loads(result.out)["buckets"]}
    assert states == {"aws_s3_bucket.b": "in_sync", "[live/site]": "unresolved"}
    assert "terragrunt show -json PLAN" in result.out


def test_a_plan_beside_a_unit_settles_it(cli: Cli, tmp_path: Path) -> None:
    rule = {"allowed_methods": ["GET"], "allowed_origins": ["https://a.example"]}
    change = {"actions": ["no-op"], "after": {"bucket": "bbb", "cors_rule": [rule]}, "after_unknown": {}}
    change["before"] = change["after"]
    resource = {
        "address": "aws_s3_bucket_cors_configuration.c",
        "mode": "managed",
        "type": "aws_s3_bucket_cors_configuration",
        "name": "c",
        "provider_name": "registry.terraform.io/hashicorp/aws",
        "change": change,
    }
    plan = {"format_version": "1.2", "terraform_version": "1.9.0", "resource_changes": [resource]}
    unit = 'terraform {\n  source = "git::https://git.example/m.git//s3?ref=v1"\n}\ninputs = { bucket = "bbb" }\n'
    write(tmp_path, **{"live/site/terragrunt__hcl": unit, "live/site/plan__json": json.dumps(plan)})
    live = snapshot_file(
        tmp_path / "live.json", bbb=[{"AllowedMethods": ["GET"], "AllowedOrigins": ["https://a.example"]}]
    )

    result = cli("check", "live", "--live", live)

    assert result.code == 0, result.out + result.err
    assert "is read in the place of this unit" in result.err
