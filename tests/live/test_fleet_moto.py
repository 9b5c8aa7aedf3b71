"""A CDK application in two accounts and three regions, with generated names, checked as its user would: on moto.

Where moto is not AWS: it makes stacks' buckets without their CORS rules, which are put there by hand, and does not mind
whose bucket is asked for (``ExpectedBucketOwner``), so a second account's bucket is one that the first does not have.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.fixtures_s3 import MotoS3
from tests.live.command import check

MAIN, OTHER = "123456789012", "222222222222"
STACKS = {"Web": (MAIN, "eu-west-1"), "Api": (MAIN, "us-east-1"), "Data": (OTHER, "ap-southeast-2")}
RULE = {"AllowedMethods": ["GET"], "AllowedOrigins": ["https://app.example"], "MaxAge": 60}
TEMPLATE = {
    "Resources": {
        "Assets": {"Type": "AWS::S3::Bucket", "Properties": {"CorsConfiguration": {"CorsRules": [RULE]}}},
        "Logs": {"Type": "AWS::S3::Bucket"},
    }
}
LIVE_RULE = {"AllowedMethods": ["GET"], "AllowedOrigins": ["https://app.example"], "MaxAgeSeconds": 60}


def session(moto: MotoS3, account: str, region: str) -> Any:
    """A session with the credentials of an account; moto gives those of a role in any."""
    import boto3

    if account == MAIN:
        return boto3.session.Session(region_name=region)
    sts = boto3.session.Session(region_name=region).client("sts", endpoint_url=moto.url)
    got = sts.assume_role(RoleArn=f"arn:aws:iam::{account}:role/audit", RoleSessionName="deploy")["Credentials"]
    return boto3.session.Session(got["AccessKeyId"], got["SecretAccessKey"], got["SessionToken"], region_name=region)


@pytest.fixture
def assembly(moto_s3: MotoS3, tmp_path: Path) -> Path:
    """The application's output, and all its stacks deployed; one bucket in each account has drifted."""
    artifacts = {}
    for stack, (account, region) in STACKS.items():
        deploy(moto_s3, stack, account, region)
        artifacts[stack] = {
            "type": "aws:cloudformation:stack",
            "environment": f"aws://{account}/{region}",
            "properties": {"templateFile": "stack.template.json", "stackName": stack},
        }
    output = tmp_path / "cdk.out"
    output.mkdir()
    (output / "manifest.json").write_text(json.dumps({"version": "36.0.0", "artifacts": artifacts}))
    (output / "stack.template.json").write_text(json.dumps(TEMPLATE))
    (tmp_path / "settings.toml").write_text(f'[[account]]\nid = "{OTHER}"\nrole = "audit"\n')
    return tmp_path


def deploy(moto: MotoS3, stack: str, account: str, region: str) -> None:
    its = session(moto, account, region)
    stacks, s3 = (its.client(name, endpoint_url=moto.url) for name in ("cloudformation", "s3"))
    stacks.create_stack(StackName=stack, TemplateBody=json.dumps(TEMPLATE))
    resources = stacks.list_stack_resources(StackName=stack)["StackResourceSummaries"]
    (bucket,) = [each["PhysicalResourceId"] for each in resources if each["LogicalResourceId"] == "Assets"]
    methods = ["GET"] if stack == "Web" else ["GET", "DELETE"]
    s3.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": [{**LIVE_RULE, "AllowedMethods": methods}]})


def told(report: Mapping[str, Any]) -> dict[tuple[str, str], tuple[str, str | None]]:
    """Stack and address to state and by what the bucket is known."""
    return {
        (each["declared"]["stack"], each["address"]): (
            each["state"],
            (each["declared"].get("identity") or {}).get("by"),
        )
        for each in report["buckets"]
    }


def test_each_stack_is_read_in_its_account_and_region(moto_s3: MotoS3, assembly: Path) -> None:
    status, report = check(assembly, moto_s3.url, CORS_DRIFT_CONFIG="settings.toml")
    assert status == 1
    assert told(report) == {
        ("Web", "Assets"): ("in_sync", "stack"),
        ("Web", "Logs"): ("in_sync", "stack"),
        ("Api", "Assets"): ("drifted", "stack"),
        ("Api", "Logs"): ("in_sync", "stack"),
        ("Data", "Assets"): ("drifted", "stack"),
        ("Data", "Logs"): ("in_sync", "stack"),
    }
