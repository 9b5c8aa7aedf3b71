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
def test_a_cloud_control_bucket_without_rules_has_none(body: str, tmp_path: Path) -> None:
    found = only(read(tmp_path, {"main.tf": awscc('  bucket_name = "named"\n' + body)}))
    assert (found.name, found.state, found.address) == ("named", State.ABSENT, "awscc_s3_bucket.x")
    found = only(read(tmp_path, {"main.tf": awscc(body)}))
    assert (isinstance(found.name, Unknown), found.state) == (True, State.ABSENT)


def test_a_cloud_control_bucket_that_may_not_exist_is_unresolved(tmp_path: Path) -> None:
    source = awscc('  bucket_name = "named"\n  count = timestamp() == "" ? 0 : 1\n')
    assert only(read(tmp_path, {"main.tf": source})).state is State.UNKNOWN


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


UNKNOWN_DOCUMENTS = {
    "aws_cloudformation_stack": [
        "template_body = var.text",
        'template_url = "https://x.s3.amazonaws.com/t.yaml"',
        'template_body = file("../gone.yaml")',
        "template_body = data.local_file.t.content",
    ],
    "aws_cloudformation_stack_set": ['template_url = "https://x.s3.amazonaws.com/t.yaml"'],
    "aws_serverlessapplicationrepository_cloudformation_stack": ['application_id = "arn"'],
    "aws_servicecatalog_provisioned_product": ['product_name = "p"'],
    "aws_cloudcontrolapi_resource": ["desired_state = var.text"],
}


@pytest.mark.parametrize(
    ("type_name", "argument"), [(kind, each) for kind, found in UNKNOWN_DOCUMENTS.items() for each in found]
)
def test_a_document_that_is_not_known_is_told_and_unresolved_where_it_speaks_of_s3(
    type_name: str, argument: str, tmp_path: Path
) -> None:
    source = 'variable "text" {{\n  default = null\n}}\nresource "{}" "{}" {{\n  {}\n}}\n'
    snapshot = read(tmp_path, {"main.tf": source.format(type_name, "net", argument.replace("var.text", "uuid()"))})
    assert snapshot.buckets == ()
    (told,) = snapshot.diagnostics
    assert (told.id, told.location and told.location.line) == ("document-not-known", 4)
    assert f"the document of {type_name}.net is not known" in told.message
    found = only(read(tmp_path, {"main.tf": source.format(type_name, "buckets", argument)}))
    assert (found.state, isinstance(found.name, Unknown)) == (State.UNKNOWN, True)


def test_another_resource_of_the_cloud_control_api_is_nothing_whatever_its_state_is(tmp_path: Path) -> None:
    for kind, count in (("AWS::SNS::Topic", 0), ("AWS::S3::Bucket", 1)):
        body = f'  type_name = "{kind}"\n  desired_state = uuid()\n'
        snapshot = read(tmp_path, {"main.tf": f'resource "aws_cloudcontrolapi_resource" "s" {{\n{body}}}\n'})
        assert (len(snapshot.buckets), snapshot.diagnostics) == (count, ())


def test_a_document_without_rules_is_no_entry(tmp_path: Path) -> None:
    resource = 'resource "aws_cloudformation_stack" "s" {\n  template_body = "Resources: {}"\n}\n'
    assert read(tmp_path, {"main.tf": resource}).buckets == ()
