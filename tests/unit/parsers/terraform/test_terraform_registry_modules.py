"""Well-known modules that are not on disk are read by their documented inputs, and nothing more is claimed of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from drift.cors.model import Unknown
from drift.location import Severity
from drift.snapshot import Bucket, Snapshot, State
from parsers.terraform.outlines import OUTLINES
from parsers.terraform.registry_modules import well_known
from tests.unit.parsers.terraform.test_terraform_parser import cors, only, read

RULES = (
    '[{\n    allowed_methods = ["GET"]\n    allowed_origins = ["https://a.example"]\n    allowed_headers = ["*"]\n'
    "    expose_headers = []\n    max_age_seconds = 60\n  }]"
)
S3_BUCKET = "terraform-aws-modules/s3-bucket/aws"


def call(source: str, arguments: str, version: str | None = None, label: str = "assets") -> str:
    shown = f'  version = "{version}"\n' if version else ""
    return f'module "{label}" {{\n  source = "{source}"\n{shown}{arguments}}}\n'


def by_address(snapshot: Snapshot) -> dict[str | None, Bucket]:
    return {each.address: each for each in snapshot.buckets}


@pytest.mark.parametrize(
    ("source", "arguments", "address"),
    [
        (S3_BUCKET, f'  bucket = "given"\n  cors_rule = {RULES}\n', "aws_s3_bucket_cors_configuration.this[0]"),
        (
            S3_BUCKET,
            f'  bucket = "given"\n  cors_rule = jsonencode({RULES})\n',
            "aws_s3_bucket_cors_configuration.this[0]",
        ),
        (
            "cloudposse/s3-bucket/aws",
            f'  bucket_name = "given"\n  cors_configuration = {RULES}\n',
            "aws_s3_bucket_cors_configuration.default[0]",
        ),
        (
            "trussworks/s3-private-bucket/aws",
            f'  bucket = "given"\n  use_account_alias_prefix = false\n  cors_rules = {RULES}\n',
            "aws_s3_bucket_cors_configuration.private_bucket[0]",
        ),
        ("boldlink/s3/aws", f'  bucket = "given"\n  cors_rule = {RULES}\n', "aws_s3_bucket_cors_configuration.main[0]"),
        (
            "clouddrove/s3/aws",
            f'  s3_name = "given"\n  cors_rule = {RULES}\n',
            "aws_s3_bucket_cors_configuration.example[0]",
        ),
        ("mineiros-io/s3-bucket/aws", f'  bucket = "given"\n  cors_rule = {RULES[1:-1]}\n', "aws_s3_bucket.bucket[0]"),
        (
            "dasmeta/s3/aws",
            f'  name = "given"\n  cors_rule = {RULES}\n',
            "module.bucket.aws_s3_bucket_cors_configuration.this[0]",
        ),
    ],
)
def test_the_rules_in_the_call_of_a_well_known_module_are_read(
    source: str, arguments: str, address: str, tmp_path: Path
) -> None:
    snapshot = read(tmp_path, {"main.tf": call(source, arguments)})
    found = only(snapshot)
    assert found.address == f"module.assets.{address}"
    assert (found.name, found.state) == ("given", State.CONFIGURED)
    assert found.cors is not None
    (rule,) = found.cors.rules
    assert (rule.allowed_origins, rule.allowed_headers, rule.max_age_seconds) == (("https://a.example",), ("*",), 60)
    assert found.location is not None
    assert (found.location.path, found.location.line) == ("main.tf", 1)
    assert found.places[0].location.path == "main.tf"
    told = [each for each in snapshot.diagnostics if each.severity is not Severity.INFO]
    assert told == []
    first = snapshot.diagnostics[0]
    assert (first.id, first.help) == ("module-in-outline", "for certainty, run `terraform init`, or give a plan")
    assert f"it is read by the documented inputs of {source}" in first.message
    assert len(snapshot.diagnostics) == 1


@pytest.mark.parametrize(
    ("source", "version", "known"),
    [
        (S3_BUCKET, None, True),
        (S3_BUCKET, "3.0.0", True),
        (S3_BUCKET, "~> 5.1", True),
        (S3_BUCKET, ">= 2.0", True),
        (S3_BUCKET, ">= 4.0, < 5.0", True),
        (S3_BUCKET, "< 4", True),
        (S3_BUCKET, "2.15.0", False),
        (S3_BUCKET, "~> 2.0", False),
        (S3_BUCKET, "~> 2", False),
        (S3_BUCKET, "< 3.0.0", False),
        (S3_BUCKET, "9.0.0", False),
        (S3_BUCKET, ">= 6", False),
        (S3_BUCKET, "latest", False),
        (S3_BUCKET + "//modules/object", None, False),
        ("example.com/terraform-aws-modules/s3-bucket/aws", None, False),
        ("someone/s3-bucket/aws", None, False),
        ("github.com/terraform-aws-modules/terraform-aws-s3-bucket", None, True),
        ("git::https://github.com/terraform-aws-modules/terraform-aws-s3-bucket.git?ref=v4.1.0", None, True),
        ("git@github.com:terraform-aws-modules/terraform-aws-s3-bucket.git?ref=master", None, True),
        ("git::ssh://git@github.com/terraform-aws-modules/terraform-aws-s3-bucket.git?depth=1&ref=v5.0.0", None, True),
        ("git::https://github.com/terraform-aws-modules/terraform-aws-s3-bucket.git?ref=v2.1.0", None, False),
        ("git::https://github.com/terraform-aws-modules/terraform-aws-s3-bucket.git?ref=0123abc", None, False),
        ("git::https://github.com/someone/terraform-aws-s3-bucket.git", None, False),
        ("mineiros-io/s3-bucket/aws", "~> 0.1.0", False),  # it is turned off by another name there
        ("mineiros-io/s3-bucket/aws", "0.2.0", True),
        ("mineiros-io/s3-bucket/aws", "~> 0.1", True),
        ("git@github.com:mineiros-io/terraform-aws-s3-bucket.git?ref=v0.1.4", None, False),
        ("https://github.com/terraform-aws-modules/terraform-aws-s3-bucket//modules/object", None, False),
    ],
)
def test_only_the_versions_that_the_outline_is_for_are_read(source: str, version: str | None, known: bool) -> None:
    assert (well_known(source, version, ("bucket", "cors_rule")) is not None) is known


def test_an_argument_about_cors_that_is_not_documented_leaves_the_module_unread(tmp_path: Path) -> None:
    source = call(S3_BUCKET, f'  bucket = "given"\n  cors_rule = {RULES}\n  cors_enabled = false\n')
    found = only(read(tmp_path, {"main.tf": source}))
    assert found.state is State.UNKNOWN
    assert found.address == "module.assets"


@pytest.mark.parametrize("name", ["create", "enabled", "module_enabled", "create_s3_bucket"])
def test_a_switch_that_is_not_documented_leaves_the_module_unread(name: str) -> None:
    assert well_known(S3_BUCKET, None, ("bucket", name)) is None
    assert well_known(S3_BUCKET, None, ("bucket", "create_bucket", "versioning")) is not None


def test_a_module_that_makes_no_bucket_declares_none(tmp_path: Path) -> None:
    source = call(S3_BUCKET, f"  create_bucket = false\n  cors_rule = {RULES}\n")
    assert read(tmp_path, {"main.tf": source}).buckets == ()


def test_a_module_without_rules_declares_a_bucket_without_rules(tmp_path: Path) -> None:
    found = only(read(tmp_path, {"main.tf": call(S3_BUCKET, '  bucket = "given"\n')}))
    assert (found.name, found.state, found.address) == ("given", State.ABSENT, "module.assets.aws_s3_bucket.this[0]")


def test_the_outputs_of_a_module_lead_back_to_its_bucket(tmp_path: Path) -> None:
    source = call(S3_BUCKET, '  bucket = "given"\n') + cors("module.assets.s3_bucket_id")
    found = only(read(tmp_path, {"main.tf": source}))
    assert (found.name, found.state) == ("given", State.CONFIGURED)


def test_an_output_that_is_not_in_the_outline_is_not_known(tmp_path: Path) -> None:
    source = call(S3_BUCKET, '  bucket = "given"\n') + cors("module.assets.s3_bucket_region")
    found = by_address(read(tmp_path, {"main.tf": source}))["aws_s3_bucket_cors_configuration.x"]
    assert isinstance(found.name, Unknown)
    assert "module.assets is not on disk" in found.name.reason


def test_instances_of_a_call_are_read_each_by_itself(tmp_path: Path) -> None:
    source = call(
        S3_BUCKET, '  for_each = toset(["a", "b"])\n  bucket = "b-${each.key}"\n  cors_rule = ' + RULES + "\n"
    )
    assert [each.name for each in read(tmp_path, {"main.tf": source}).buckets] == ["b-a", "b-b"]


LABELS = [
    ('namespace = "eg"\n  stage = "prod"\n  name = "App"', "eg-prod-app"),
    ('namespace = "eg"\n  name = "a_b"\n  attributes = ["Web", "", "web", "x"]', "eg-ab-web-x"),
    ('tenant = "t"\n  name = "n"\n  label_order = ["name", "tenant"]\n  delimiter = ""', "nt"),
    ('name = "aB"\n  label_value_case = "upper"\n  regex_replace_chars = "/a/"', "B"),
    (
        'name = "n"\n  context = { namespace = "ctx", attributes = ["c"], delimiter = "_" }\n  attributes = ["d"]',
        "ctx_n_c_d",
    ),
]


@pytest.mark.parametrize(("labels", "wanted"), LABELS)
def test_a_name_is_put_together_of_labels(labels: str, wanted: str, tmp_path: Path) -> None:
    source = call("cloudposse/s3-bucket/aws", f"  {labels}\n  cors_configuration = {RULES}\n")
    assert only(read(tmp_path, {"main.tf": source})).name == wanted


@pytest.mark.parametrize(("labels", "wanted"), LABELS)
def test_a_label_module_gives_its_id_also_through_the_context(labels: str, wanted: str, tmp_path: Path) -> None:
    source = (
        call("cloudposse/label/null", f"  {labels}\n", label="label")
        + call("cloudposse/label/null", "  context = module.label.context\n", label="again")
        + 'resource "aws_s3_bucket" "x" {\n  bucket = "${module.label.id}.${module.again.id}"\n}\n'
    )
    assert only(read(tmp_path, {"main.tf": source})).name == f"{wanted}.{wanted}"


@pytest.mark.parametrize("labels", ['name = "n"\n  id_length_limit = 12', "name = var.unset"])
def test_a_name_of_labels_that_are_not_known_or_cut_short_is_not_known(labels: str, tmp_path: Path) -> None:
    source = 'variable "unset" {}\n' + call(
        "cloudposse/s3-bucket/aws", f'  namespace = "eg"\n  {labels}\n  cors_configuration = {RULES}\n'
    )
    entry = by_address(read(tmp_path, {"main.tf": source}))["module.assets.aws_s3_bucket_cors_configuration.default[0]"]
    assert isinstance(entry.name, Unknown)
    assert entry.state is State.CONFIGURED


def test_a_context_of_which_nothing_is_known_leaves_open_whether_there_is_a_bucket(tmp_path: Path) -> None:
    source = 'variable "context" {}\n' + call(
        "cloudposse/s3-bucket/aws", f'  context = var.context\n  bucket_name = "b"\n  cors_configuration = {RULES}\n'
    )
    states = {each.state for each in read(tmp_path, {"main.tf": source}).buckets}
    assert states == {State.UNKNOWN}


def test_one_resource_for_each_rule_is_told_as_several_declarations_of_one_bucket(tmp_path: Path) -> None:
    arguments = f'  bucket = "given"\n  use_account_alias_prefix = false\n  cors_rules = concat({RULES}, {RULES})\n'
    found = read(tmp_path, {"main.tf": call("trussworks/s3-private-bucket/aws", arguments)}).buckets
    assert [each.name for each in found] == ["given", "given"]


@pytest.mark.parametrize("outline", OUTLINES, ids=lambda each: each.name)
def test_every_outline_is_a_module_without_faults(outline: object) -> None:
    known = well_known(outline.name, None, ())  # type: ignore[attr-defined]
    assert known is not None
    assert known.module.diagnostics == ()
    assert not known.module.broken
    assert known.module.outputs
