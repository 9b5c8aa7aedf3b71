"""Resource types that are not evaluated and can give a bucket CORS rules all the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from drift.cors.model import Unknown
from drift.snapshot import State
from tests.unit.parsers.terraform.test_terraform_parser import bucket, cors, only, read


def awscc(body: str) -> str:
    return f'resource "awscc_s3_bucket" "x" {{\n{body}}}\n'


RULES = "  cors_configuration = {\n    cors_rules = []\n  }\n"


def test_a_cloud_control_bucket_with_rules_is_unresolved_under_its_name(tmp_path: Path) -> None:
    found = only(read(tmp_path, {"main.tf": awscc('  bucket_name = "named"\n' + RULES)}))
    assert (found.name, found.state, found.address) == ("named", State.UNKNOWN, "awscc_s3_bucket.x")
    assert found.reason == "the CORS rules of awscc_s3_bucket are not evaluated by this program (main.tf:1)"
    assert found.location is not None
    assert found.location.line == 1


def test_a_cloud_control_bucket_without_a_name_leaves_other_buckets_alone(tmp_path: Path) -> None:
    unread, other = sorted(
        read(tmp_path, {"main.tf": awscc(RULES) + bucket('"other"', "y")}).buckets,
        key=lambda each: each.state is State.ABSENT,
    )
    assert isinstance(unread.name, Unknown)
    assert (other.name, other.state) == ("other", State.ABSENT)


@pytest.mark.parametrize("body", ["", "  cors_configuration = null\n"])
def test_a_cloud_control_bucket_without_rules_is_no_entry(body: str, tmp_path: Path) -> None:
    assert read(tmp_path, {"main.tf": awscc(body)}).buckets == ()


def test_a_configuration_of_a_cloud_control_bucket_knows_its_name(tmp_path: Path) -> None:
    source = awscc('  bucket_name = "named"\n') + cors("awscc_s3_bucket.x.id", "y")
    assert only(read(tmp_path, {"main.tf": source})).name == "named"


@pytest.mark.parametrize(
    "resource",
    [
        'resource "aws_cloudformation_stack" "s" {\n  template_body = file("t.yaml")\n}\n',
        'resource "aws_cloudformation_stack" "s" {\n  template_body = jsonencode({ CorsConfiguration = uuid() })\n}\n',
        'resource "aws_cloudcontrolapi_resource" "s" {\n  desired_state = "{CorsConfiguration}"\n}\n',
    ],
)
def test_a_document_for_another_service_that_has_rules_is_unresolved(resource: str, tmp_path: Path) -> None:
    found = only(read(tmp_path, {"main.tf": resource, "t.yaml": "CorsConfiguration: {}\n"}))
    assert found.state is State.UNKNOWN
    assert isinstance(found.name, Unknown)


def test_a_document_without_rules_is_no_entry(tmp_path: Path) -> None:
    resource = 'resource "aws_cloudformation_stack" "s" {\n  template_body = "Resources: {}"\n}\n'
    assert read(tmp_path, {"main.tf": resource}).buckets == ()
