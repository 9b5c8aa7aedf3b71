"""What parsers say of names that are not known, so that the bucket can be found all the same."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from drift.cors.model import Unknown
from drift.discovery import declared_in, open_source
from drift.identity import identify
from drift.identity_sources import CallerSource, StateSource, completable
from drift.interfaces import Inputs
from drift.plugins import load_parsers
from drift.snapshot import Bucket, Snapshot

RULES = 'cors_rule {\n allowed_methods = ["GET"]\n allowed_origins = ["*"]\n}'


def parsed(folder: Path, files: dict[str, str], inputs: Inputs | None = None, path: str = "") -> Snapshot:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(dedent(text))
    return declared_in(open_source(folder / path, folder), load_parsers(), inputs or Inputs())


def by_address(snapshot: Snapshot) -> dict[str | None, Bucket]:
    return {bucket.address: bucket for bucket in snapshot.buckets}


def test_configuration_names_the_bucket_resource_that_it_is_for_through_modules(tmp_path: Path) -> None:
    files = {
        "main.tf": """
            resource "aws_s3_bucket" "site" { bucket_prefix = "site-" }
            resource "aws_s3_bucket" "fixed" { bucket = "fixed-bucket" }
            resource "random_id" "r" { byte_length = 4 }
            resource "aws_s3_bucket" "hex" { bucket = "hex-${random_id.r.hex}" }
            module "cors" {
              source   = "./cors"
              for_each = { site = aws_s3_bucket.site.id, fixed = aws_s3_bucket.fixed.id, hex = aws_s3_bucket.hex.id }
              bucket   = each.value
            }
            """,
        "cors/main.tf": f'variable "bucket" {{}}\nresource "aws_s3_bucket_cors_configuration" "this" {{\n'
        f" bucket = var.bucket\n {RULES}\n}}\n",
    }
    found = by_address(parsed(tmp_path, files))
    address = 'module.cors["{}"].aws_s3_bucket_cors_configuration.this'.format
    marks = {key: (found[address(key)].made_by, found[address(key)].generated) for key in ("site", "fixed", "hex")}
    assert marks == {"site": ("aws_s3_bucket.site", True), "fixed": (None, False), "hex": ("aws_s3_bucket.hex", False)}


@pytest.mark.parametrize(
    ("arguments", "generated"),
    [
        ("", True),
        ('bucket = ""', True),
        ("bucket = null", True),
        ('bucket_prefix = "site-"', True),
        ("bucket_prefix = random_id.r.hex", False),  # the prefix itself is not known
        ("bucket = random_id.r.hex", False),
        ('bucket = "site"', False),
    ],
)
def test_terraform_tells_which_names_the_provider_makes_up(tmp_path: Path, arguments: str, generated: bool) -> None:
    text = (
        f'resource "random_id" "r" {{ byte_length = 4 }}\nresource "aws_s3_bucket" "b" {{\n {arguments}\n {RULES}\n}}\n'
    )
    (bucket,) = parsed(tmp_path, {"main.tf": text}).buckets
    assert bucket.generated is generated


def test_state_names_a_bucket_whose_configuration_is_new(tmp_path: Path) -> None:
    code = 'resource "aws_s3_bucket" "b" { bucket_prefix = "site-" }\nresource "aws_s3_bucket_cors_configuration" "c"'
    declared = parsed(tmp_path / "code", {"main.tf": f"{code} {{\n bucket = aws_s3_bucket.b.id\n {RULES}\n}}\n"})
    state = """{"version": 4, "terraform_version": "1.9.0", "serial": 1, "lineage": "x", "resources": [
        {"mode": "managed", "type": "aws_s3_bucket", "name": "b", "provider": "p",
         "instances": [{"attributes": {"id": "site-1", "bucket": "site-1", "region": "eu-west-1"}}]}]}"""
    held = parsed(tmp_path / "state", {"terraform.tfstate": state}, path="terraform.tfstate")
    (bucket,) = identify(declared, [StateSource(held, "terraform.tfstate")]).buckets
    assert (bucket.name, bucket.cors is not None, bucket.region) == ("site-1", True, "eu-west-1")
    assert bucket.identity is not None
    assert bucket.identity.says == "terraform.tfstate has its bucket as aws_s3_bucket.b"


TERRAFORM_NAMES = {
    "data.aws_caller_identity.me.account_id": True,
    "data.aws_region.here.name": True,
    "data.aws_partition.here.partition": True,
    "var.env": False,
}


@pytest.mark.parametrize(("expression", "wanted"), TERRAFORM_NAMES.items())
def test_terraform_asks_for_what_would_complete_a_name(tmp_path: Path, expression: str, wanted: bool) -> None:
    text = (
        'data "aws_caller_identity" "me" {}\ndata "aws_region" "here" {}\ndata "aws_partition" "here" {}\n'
        'variable "env" {}\n'
        f'resource "aws_s3_bucket" "b" {{\n bucket = "site-${{{expression}}}"\n {RULES}\n}}\n'
    )
    declared = parsed(tmp_path, {"main.tf": text})
    assert completable(declared.buckets[0]) is wanted
    again = declared_in(
        open_source(tmp_path, tmp_path), load_parsers(), Inputs(account="111122223333", region="eu-west-1")
    )
    (bucket,) = identify(declared, [CallerSource(lambda: again)]).buckets
    assert isinstance(bucket.name, str) is wanted
    assert (bucket.identity is not None) is wanted


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        ("!Sub 'site-${AWS::AccountId}'", True),
        ("!Sub 'site-${AWS::Region}'", True),
        ("!Sub 'site-${AWS::Partition}'", True),
        ("!Sub 'site-${Env}'", False),
    ],
)
def test_cloudformation_asks_for_what_would_complete_a_name(tmp_path: Path, value: str, wanted: bool) -> None:
    text = (
        "Parameters: {Env: {Type: String}}\n"
        f"Resources: {{Assets: {{Type: AWS::S3::Bucket, Properties: {{BucketName: {value}}}}}}}\n"
    )
    (bucket,) = parsed(tmp_path, {"t.yaml": text}).buckets
    assert completable(bucket) is wanted
    assert not bucket.generated


def test_cloudformation_tells_which_names_it_makes_up(tmp_path: Path) -> None:
    text = """
        Parameters: {Env: {Type: String}}
        Conditions: {IsProd: !Equals [!Ref Env, prod]}
        Resources:
          Bare: {Type: AWS::S3::Bucket}
          Empty: {Type: AWS::S3::Bucket, Properties: {BucketName: !Ref AWS::NoValue}}
          Perhaps: {Type: AWS::S3::Bucket, Properties: {BucketName: !If [IsProd, prod-site, !Ref AWS::NoValue]}}
          Open: {Type: AWS::S3::Bucket, Properties: {BucketName: !Ref Env}}
          Named: {Type: AWS::S3::Bucket, Properties: {BucketName: site}}
          Sometimes: {Type: AWS::S3::Bucket, Condition: IsProd}
        """
    found = by_address(parsed(tmp_path, {"t.yaml": text}, Inputs(stack_name="Shop")))
    assert {address: bucket.generated for address, bucket in found.items()} == {
        "Bare": True, "Empty": True, "Perhaps": False, "Open": False, "Named": False, "Sometimes": True,
    }  # fmt: skip
    bare = found["Bare"].name
    assert isinstance(bare, Unknown)
    assert bare.prefix == "shop-bare-"


def test_nested_bucket_tells_the_stack_at_its_root(tmp_path: Path) -> None:
    nested = "Resources: {{{}: {{Type: AWS::CloudFormation::Stack, Properties: {{TemplateURL: {}}}}}}}\n"
    files = {
        "root.yaml": nested.format("Storage", "middle.yaml"),
        "middle.yaml": nested.format("Inner", "leaf.yaml"),
        "leaf.yaml": "Resources: {Media: {Type: AWS::S3::Bucket}}\n",
    }
    (bucket,) = parsed(tmp_path, files, Inputs(stack_name="shop")).buckets
    assert (bucket.stack, bucket.address, bucket.generated) == ("shop", "Storage/Inner/Media", True)
