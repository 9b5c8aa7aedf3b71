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
