"""A stranger's CloudFormation and S3: what a template declares is found in its stack, and drift of it is seen.

Not AWS: generated names end in 8 characters and bear no tags, and no ``MaxAgeSeconds: 0`` is written where a template
has no MaxAge. Marked: it runs where ``CORS_DRIFT_LOCALSTACK_PYTHON`` names a Python with the emulator.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.laws import cloudformation_emulator as emulator
from tests.live.command import check, states

pytestmark = pytest.mark.skipif(emulator.missing() is not None, reason=str(emulator.missing()))

REGION = "eu-west-1"
CHILD = """\
Resources:
  Media:
    Type: AWS::S3::Bucket
    Properties:
      CorsConfiguration:
        CorsRules:
          - {AllowedMethods: [GET], AllowedOrigins: ["https://media.example"], MaxAge: 60}
"""
ROOT = """\
Parameters:
  Env: {Type: String, Default: dev}
Conditions:
  IsProd: !Equals [!Ref Env, prod]
Resources:
  Assets:
    Type: AWS::S3::Bucket
    Properties:
      CorsConfiguration:
        CorsRules:
          - {AllowedMethods: [GET, HEAD], AllowedOrigins: ["https://app.example"], MaxAge: 60}
  Uploads:
    Type: AWS::S3::Bucket
    Properties:
      CorsConfiguration:
        CorsRules:
          - {AllowedMethods: [PUT], AllowedOrigins: ["https://app.example"], MaxAge: 60}
  OfAccount:
    Type: AWS::S3::Bucket
    Properties:
      BucketName: !Sub "site-${AWS::AccountId}-${AWS::Region}"
      CorsConfiguration:
        CorsRules:
          - {AllowedMethods: [GET], AllowedOrigins: ["*"], MaxAge: 60}
  OnlyProd: {Type: AWS::S3::Bucket, Condition: IsProd}
  Storage:
    Type: AWS::CloudFormation::Stack
    Properties: {TemplateURL: child.yaml}
"""
OPEN_CONDITION = ROOT.replace(", Default: dev", "")

SUFFIXED = """\
resource "random_id" "r" { byte_length = 4 }
resource "aws_s3_bucket" "b" {
  bucket = "shop-prod-assets-${random_id.r.hex}"
  cors_rule {
    allowed_methods = ["GET", "HEAD"]
    allowed_origins = ["https://app.example"]
    max_age_seconds = 60
  }
}
"""


class Cloud:
    """The emulator, and what it takes to deploy to it."""

    def __init__(self, url: str) -> None:
        import boto3

        self.url = url
        session = boto3.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name=REGION)
        self._stacks, self.s3 = (session.client(name, endpoint_url=url) for name in ("cloudformation", "s3"))

    def deploy(self, stack: str, template: str, **parameters: str) -> None:
        """Create a stack and wait until it stands, each bucket with a name."""
        given = [{"ParameterKey": name, "ParameterValue": value} for name, value in parameters.items()]
        self._stacks.create_stack(StackName=stack, TemplateBody=template, Parameters=given)
        deadline = time.monotonic() + 60
        while (status := self._status(stack)) != "CREATE_COMPLETE":
            assert status == "CREATE_IN_PROGRESS", status
            assert time.monotonic() < deadline, "the stack is not finished in time"
            time.sleep(0.1)

    def _status(self, stack: str) -> str:
        status: str = self._stacks.describe_stacks(StackName=stack)["Stacks"][0]["StackStatus"]
        named = all(each.get("PhysicalResourceId") for each in self._resources(stack))
        return status if named or status != "CREATE_COMPLETE" else "CREATE_IN_PROGRESS"

    def _resources(self, stack: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._stacks.list_stack_resources(StackName=stack)["StackResourceSummaries"]
        return found

    def bucket(self, stack: str, logical_id: str) -> str:
        """The bucket of a stack, by what the emulator says."""
        return next(
            str(e["PhysicalResourceId"]) for e in self._resources(stack) if e["LogicalResourceId"] == logical_id
        )

    def upload(self, name: str, template: str) -> str:
        self.s3.create_bucket(Bucket="templates", CreateBucketConfiguration={"LocationConstraint": REGION})
        self.s3.put_object(Bucket="templates", Key=name, Body=template)
        return f"{self.url}/templates/{name}"


@pytest.fixture(scope="module")
def cloud() -> Iterator[Cloud]:
    """With one stack, as deployed, and then one of its buckets changed by hand."""
    with emulator.serving() as url:
        made = Cloud(url)
        child = made.upload("child.yaml", CHILD)
        made.deploy("Shop-Prod", ROOT.replace("child.yaml", child))
        origins = ["https://app.example", "https://stranger.example"]
        drifted = {"AllowedMethods": ["PUT"], "AllowedOrigins": origins, "MaxAgeSeconds": 60}
        made.s3.put_bucket_cors(Bucket=made.bucket("Shop-Prod", "Uploads"), CORSConfiguration={"CORSRules": [drifted]})
        yield made


@pytest.fixture
def code(tmp_path: Path) -> Path:
    (tmp_path / "root.yaml").write_text(ROOT)
    (tmp_path / "child.yaml").write_text(CHILD)
    return tmp_path


HERE = ("--region", REGION, "--stack-name", "Shop-Prod")


def test_drift_is_found_in_buckets_whose_names_only_the_stack_knows(cloud: Cloud, code: Path) -> None:
    code_, report = check(code, cloud.url, *HERE)
    assert (code_, report["verdict"]) == (1, "drift")
    assert states(report) == {
        "Assets": "in_sync",
        "Uploads": "drifted",
        "OfAccount": "in_sync",
        "Storage/Media": "in_sync",
    }
    uploads = next(each for each in report["buckets"] if each["address"] == "Uploads")
    assert uploads["bucket"] == cloud.bucket("Shop-Prod", "Uploads")
    assert uploads["effect"] == "wider"


def test_it_is_told_by_what_each_bucket_was_found(cloud: Cloud, code: Path) -> None:
    _, report = check(code, cloud.url, *HERE)
    told = {each["address"]: each["declared"]["identity"] for each in report["buckets"]}
    assert {address: each["by"] for address, each in told.items()} == dict.fromkeys(told, "stack")
    assert told["Uploads"]["says"] == f"stack Shop-Prod in {REGION} has it as Uploads"
    assert told["Storage/Media"]["says"] == f"stack Shop-Prod/Storage in {REGION} has it as Media"


def test_without_a_stack_only_the_account_completes_a_name(cloud: Cloud, code: Path) -> None:
    code_, report = check(code, cloud.url, "--region", REGION)
    assert code_ == 3
    of_account = next(each for each in report["buckets"] if each["address"] == "OfAccount")
    assert (of_account["state"], of_account["declared"]["identity"]["by"]) == ("in_sync", "caller")
    open_ = next(each for each in report["buckets"] if each["address"] == "Uploads")
    assert open_["state"] == "unresolved"
    assert "give --stack-name" in open_["reason"]


def test_only_bucket_that_fits_is_taken_where_that_was_asked_for(cloud: Cloud, code: Path) -> None:
    tf = code / "tf"
    tf.mkdir()
    (tf / "main.tf").write_text(SUFFIXED)
    assert check(tf, cloud.url, "--region", REGION)[0] == 3
    code_, report = check(tf, cloud.url, "--region", REGION, "--by-pattern")
    assert code_ == 0
    assert report["buckets"][0]["declared"]["identity"]["by"] == "pattern"


def test_stack_that_is_not_there_is_told(cloud: Cloud, code: Path) -> None:
    code_, report = check(code, cloud.url, "--region", REGION, "--stack-name", "Shop-Prdo")
    assert code_ == 3
    assert "stack-not-found" in {each["id"] for each in report["diagnostics"]}


def test_bucket_of_which_the_condition_is_false_in_the_stack_stays_open(cloud: Cloud, code: Path) -> None:
    (code / "root.yaml").write_text(OPEN_CONDITION)
    _, report = check(code, cloud.url, *HERE)
    assert states(report)["OnlyProd"] == "unresolved"
    only = next(each for each in report["buckets"] if each["address"] == "OnlyProd")
    assert "its condition is false there, or this template is not deployed yet" in only["reason"]
