"""A stranger's S3 server that has S3 alone: s3rver, from npm. What it has is read, what it has not is told as such.

Marked: it runs where ``CORS_DRIFT_S3RVER`` names the program (``npm install s3rver@3.7.1``, then
``node_modules/.bin/s3rver``). It keeps no tags, and has neither STS nor CloudFormation.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from drift.fetchers.aws import Aws
from drift.fetchers.bucket_tags import BucketTags
from drift.fetchers.s3 import S3Fetcher
from drift.fetchers.stacks import StackResources
from drift.identity_lookups import Refused
from drift.interfaces import Wanted
from drift.snapshot import State
from tests.live.command import check, states
from tests.live.strangers import serving

PROGRAM = os.environ.get("CORS_DRIFT_S3RVER")
KEYS = "S3RVER"

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="CORS_DRIFT_S3RVER does not name an s3rver")

RULE: dict[str, Any] = {
    "AllowedMethods": ["GET", "HEAD"],
    "AllowedOrigins": ["https://app.example"],
    "AllowedHeaders": ["x-*"],
    "ExposeHeaders": ["ETag"],
    "MaxAgeSeconds": 60,
}
CODE = """\
resource "aws_s3_bucket_cors_configuration" "{name}" {{
  bucket = "{bucket}"
  cors_rule {{
    allowed_methods = ["GET", "HEAD"]
    allowed_origins = ["https://app.example"]
    allowed_headers = ["x-*"]
    expose_headers  = ["ETag"]
    max_age_seconds = {seconds}
  }}
}}
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a running server with three buckets, of which one has no rules."""
    import boto3

    folder = str(tmp_path_factory.mktemp("s3rver"))
    with serving([str(PROGRAM), "--directory", folder, "--address", "127.0.0.1", "--silent", "--port"]) as url:
        session = boto3.Session(aws_access_key_id=KEYS, aws_secret_access_key=KEYS, region_name="us-east-1")
        s3 = session.client("s3", endpoint_url=url)
        for bucket in ("site-synced", "site-drifted", "site-bare"):
            s3.create_bucket(Bucket=bucket)
        s3.put_bucket_cors(Bucket="site-synced", CORSConfiguration={"CORSRules": [RULE]})
        drifted = {**RULE, "AllowedMethods": ["GET", "HEAD", "PUT"]}
        s3.put_bucket_cors(Bucket="site-drifted", CORSConfiguration={"CORSRules": [drifted]})
        yield url


@pytest.fixture
def keys(aws_environment: pytest.MonkeyPatch) -> None:
    aws_environment.setenv("AWS_ACCESS_KEY_ID", KEYS)
    aws_environment.setenv("AWS_SECRET_ACCESS_KEY", KEYS)


def test_rules_of_a_stranger_s_server_are_read_as_they_were_put(server: str, keys: None) -> None:
    found = S3Fetcher(endpoint_url=server).fetch(map(Wanted, ["site-synced", "site-bare", "site-nowhere"])).buckets
    assert [bucket.state for bucket in found] == [State.CONFIGURED, State.ABSENT, State.MISSING]
    assert found[0].cors is not None
    (rule,) = found[0].cors.rules
    assert {name: value for name, value in rule.by_api_name() if value} == {
        name: tuple(value) if isinstance(value, list) else value for name, value in RULE.items()
    }


def test_buckets_are_listed_though_the_server_knows_no_pages(server: str, keys: None) -> None:
    listed = [bucket.name for bucket in S3Fetcher(endpoint_url=server).list_buckets()]
    assert sorted(listed) == ["site-bare", "site-drifted", "site-synced"]


def test_drift_is_found(server: str, tmp_path: Path) -> None:
    parts = [("synced", "site-synced", 60), ("drifted", "site-drifted", 60), ("gone", "site-nowhere", 60)]
    code = "\n".join(CODE.format(name=name, bucket=bucket, seconds=seconds) for name, bucket, seconds in parts)
    (tmp_path / "main.tf").write_text(code)
    status, report = check(tmp_path, server, keys=KEYS)
    assert status == 1
    prefix = "aws_s3_bucket_cors_configuration"
    assert states(report) == {
        f"{prefix}.synced": "in_sync",
        f"{prefix}.drifted": "drifted",
        f"{prefix}.gone": "missing",
    }


def test_tags_that_it_does_not_keep_are_told_as_such(server: str, keys: None) -> None:
    refused = BucketTags(Aws(endpoint_url=server))(Wanted("site-bare"))
    assert isinstance(refused, Refused)
    assert "this server does not have it" in refused.reason


def test_stacks_that_it_does_not_know_are_told_as_such(server: str, keys: None) -> None:
    refused = StackResources(Aws(endpoint_url=server), "us-east-1")("shop")
    assert isinstance(refused, Refused)
    assert not refused.missing  # it cannot be said that there is no such stack
    assert "this server does not have it" in refused.reason


def test_what_it_has_not_leaves_names_open_and_ends_no_run(server: str, tmp_path: Path) -> None:
    template = """\
Resources:
  Assets:
    Type: AWS::S3::Bucket
    Properties: {CorsConfiguration: {CorsRules: [{AllowedMethods: [GET], AllowedOrigins: ["*"]}]}}
  OfAccount:
    Type: AWS::S3::Bucket
    Properties: {BucketName: !Sub "site-${AWS::AccountId}"}
"""
    (tmp_path / "t.yaml").write_text(template)
    status, report = check(tmp_path, server, "--stack-name", "site", "--region", "us-east-1", keys=KEYS)
    assert status == 3
    assert states(report) == {"Assets": "unresolved", "OfAccount": "unresolved"}
    told = {each["id"] for each in report["diagnostics"]}
    assert told >= {"stack-not-read", "tags-not-read"}
    assert all(each["severity"] != "error" for each in report["diagnostics"])
