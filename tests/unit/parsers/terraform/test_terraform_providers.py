"""What the provider configuration says of a bucket: its region, its account, and whether it is on AWS at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from drift.cors.model import Unknown
from drift.snapshot import State
from tests.unit.parsers.terraform.test_terraform_parser import bucket, cors, only, read

ACCOUNT = "111122223333"


def provider(body: str, alias: str = "") -> str:
    shown = f'  alias = "{alias}"\n' if alias else ""
    return f'provider "aws" {{\n{shown}{body}}}\n'


def with_provider(body: str) -> str:
    return provider(body) + bucket('"given"') + cors("aws_s3_bucket.x.id")


@pytest.mark.parametrize(
    ("body", "account"),
    [
        (f'  allowed_account_ids = ["{ACCOUNT}"]\n', ACCOUNT),
        (f'  assume_role {{\n    role_arn = "arn:aws:iam::{ACCOUNT}:role/deploy"\n  }}\n', ACCOUNT),
        (f'  assume_role {{\n    role_arn = "arn:aws-cn:iam::{ACCOUNT}:role/a/b"\n  }}\n', ACCOUNT),
        (f'  allowed_account_ids = ["{ACCOUNT}", "444455556666"]\n', None),
        ("  allowed_account_ids = [var.account]\n", None),
        (
            f'  allowed_account_ids = ["{ACCOUNT}"]\n'
            '  assume_role {\n    role_arn = "arn:aws:iam::444455556666:role/deploy"\n  }\n',
            None,
        ),
        ("", None),
    ],
)
def test_the_account_of_a_bucket_is_the_only_one_that_its_provider_allows(
    body: str, account: str | None, tmp_path: Path
) -> None:
    found = only(read(tmp_path, {"main.tf": 'variable "account" {}\n' + with_provider(body)}))
    assert found.state is State.CONFIGURED
    assert found.account == account


def test_a_configuration_of_a_bucket_that_is_declared_elsewhere_has_no_account(tmp_path: Path) -> None:
    source = provider(f'  allowed_account_ids = ["{ACCOUNT}"]\n') + cors('"given"')
    assert only(read(tmp_path, {"main.tf": source})).account is None


def test_the_caller_is_in_the_account_that_the_provider_allows(tmp_path: Path) -> None:
    source = (
        provider(f'  allowed_account_ids = ["{ACCOUNT}"]\n')
        + 'data "aws_caller_identity" "me" {}\n'
        + bucket('"b-${data.aws_caller_identity.me.account_id}"')
    )
    assert only(read(tmp_path, {"main.tf": source}, account="444455556666")).name == f"b-{ACCOUNT}"


def test_a_provider_for_another_server_leaves_its_buckets_unknown(tmp_path: Path) -> None:
    source = with_provider('  endpoints {\n    s3 = "http://localhost:4566"\n  }\n')
    found = only(read(tmp_path, {"main.tf": source}))
    assert found.state is State.UNKNOWN
    assert found.cors is None
    assert found.reason == (
        "its provider sends it to http://localhost:4566, which is not AWS (main.tf:2); ask that with --endpoint-url"
    )


@pytest.mark.parametrize("asked", ["http://localhost:4566", "HTTP://LocalHost:4566/"])
def test_the_server_that_the_user_asks_is_the_right_one(asked: str, tmp_path: Path) -> None:
    source = with_provider('  endpoints {\n    s3 = "http://localhost:4566"\n  }\n')
    assert only(read(tmp_path, {"main.tf": source}, endpoint_url=asked)).state is State.CONFIGURED


@pytest.mark.parametrize(
    "endpoints",
    [
        'endpoints {\n    s3 = "https://s3.eu-west-1.amazonaws.com"\n  }',
        'endpoints {\n    s3 = "https://bucket.vpce-1a2b.s3.eu-west-1.vpce.amazonaws.com"\n  }',
        'endpoints {\n    dynamodb = "http://localhost:8000"\n  }',
        'dynamic "endpoints" {\n    for_each = []\n    content {\n      s3 = "http://localhost"\n    }\n  }',
    ],
)
def test_endpoints_of_aws_and_of_other_services_change_nothing(endpoints: str, tmp_path: Path) -> None:
    assert only(read(tmp_path, {"main.tf": with_provider(f"  {endpoints}\n")})).state is State.CONFIGURED


def test_only_the_buckets_of_that_provider_are_elsewhere(tmp_path: Path) -> None:
    elsewhere = provider('  endpoints {\n    s3 = "https://fsn1.your-objectstorage.example"\n  }\n', "there")
    there = 'resource "aws_s3_bucket" "y" {\n  provider = aws.there\n  bucket = "other"\n}\n'
    here, other = read(tmp_path, {"main.tf": elsewhere + bucket('"given"') + there}).buckets
    assert (here.name, here.state) == ("given", State.ABSENT)
    assert (other.name, other.state) == ("other", State.UNKNOWN)


@pytest.mark.parametrize(
    ("child", "call", "region"),
    [
        ("", "", "eu-west-1"),
        ("", "  providers = {\n    aws = aws.us\n  }\n", "us-east-2"),
        ("provider", "  providers = {\n    aws.inner = aws.us\n  }\n", "us-east-2"),
        ("provider", "  providers = {\n    aws.inner = aws\n  }\n", "eu-west-1"),
        ("provider", "", None),
    ],
)
def test_a_module_works_in_the_region_of_the_provider_that_it_is_handed(
    child: str, call: str, region: str | None, tmp_path: Path
) -> None:
    inner = 'resource "aws_s3_bucket" "x" {\n  bucket = "b"\n'
    inner += "  provider = aws.inner\n}\n" if child else "}\n"
    aliases = (
        'terraform {\n  required_providers {\n    aws = {\n      source = "hashicorp/aws"\n'
        "      configuration_aliases = [aws.inner]\n    }\n  }\n}\n"
    )
    root = provider('  region = "eu-west-1"\n') + provider('  region = "us-east-2"\n', "us")
    files = {"main.tf": root + f'module "m" {{\n  source = "./m"\n{call}}}\n', "m/main.tf": aliases + inner}
    assert only(read(tmp_path, files)).region == region


def test_one_of_several_providers_of_a_block_is_meant_by_its_key(tmp_path: Path) -> None:
    source = (
        'provider "aws" {\n  alias = "by"\n  for_each = toset(["eu-west-1", "us-east-2"])\n  region = each.value\n}\n'
        'resource "aws_s3_bucket" "x" {\n  for_each = toset(["us-east-2"])\n  provider = aws.by[each.key]\n'
        '  bucket = "b"\n}\n'
    )
    assert only(read(tmp_path, {"main.tf": source})).region == "us-east-2"


@pytest.mark.parametrize(
    ("attribute", "region", "wanted"),
    [
        ("arn", "eu-west-1", "arn:aws:s3:::given"),
        ("arn", "cn-north-1", "arn:aws-cn:s3:::given"),
        ("bucket_domain_name", "cn-north-1", "given.s3.amazonaws.com.cn"),
        ("bucket_regional_domain_name", "eu-west-1", "given.s3.eu-west-1.amazonaws.com"),
        ("bucket_regional_domain_name", "us-east-1", ("given.s3.", "amazonaws.com")),
        ("arn", None, ("arn:aws", ":s3:::given")),
        ("bucket_regional_domain_name", None, ("given.s3.", "")),
    ],
)
def test_what_follows_from_a_bucket_s_name_is_known_with_the_region(
    attribute: str, region: str | None, wanted: str | tuple[str, str], tmp_path: Path
) -> None:
    rule = (
        '  cors_rule {\n    allowed_methods = ["GET"]\n    allowed_origins = [aws_s3_bucket.x.' + attribute + "]\n  }\n"
    )
    source = bucket('"given"') + cors("aws_s3_bucket.x.id", rule=rule)
    found = only(read(tmp_path, {"main.tf": source}, region=region))
    assert found.cors is not None
    origins = found.cors.rules[0].allowed_origins
    assert isinstance(origins, tuple)
    (origin,) = origins
    assert (origin.prefix, origin.suffix) == wanted if isinstance(origin, Unknown) else origin == wanted
