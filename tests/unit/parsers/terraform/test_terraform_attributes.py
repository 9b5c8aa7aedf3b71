"""Attributes of resources and data sources: what follows from the configuration, and what is known of all else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from drift.cors.model import Text, Unknown
from tests.unit.parsers.terraform.test_terraform_parser import bucket, only, read


def name_of(tmp_path: Path, source: str, expression: str, **inputs: Any) -> Text:
    return only(read(tmp_path, {"main.tf": source + bucket(expression)}, **inputs)).name


def resource(kind: str, body: str = "") -> str:
    return f'resource "{kind}" "r" {{\n{body}}}\n'


def data(kind: str, body: str = "") -> str:
    return f'data "{kind}" "d" {{\n{body}}}\n'


@pytest.mark.parametrize(
    ("source", "expression", "prefix", "suffix"),
    [
        (resource("random_id", '  byte_length = 4\n  prefix = "p-"\n'), "random_id.r.hex", "p-", ""),
        (resource("random_id", "  byte_length = 4\n"), '"a-${random_id.r.hex}-z"', "a-", "-z"),
        (resource("random_pet", '  prefix = "p"\n'), "random_pet.r.id", "p-", ""),
        (resource("random_pet", '  prefix = "p"\n  separator = "_"\n'), "random_pet.r.id", "p_", ""),
        (resource("random_pet"), "random_pet.r.id", "", ""),
        (resource("random_string", "  length = 4\n"), '"a-${random_string.r.result}"', "a-", ""),
        (resource("random_uuid"), "random_uuid.r.result", "", ""),
        (resource("terraform_data", '  input = "i"\n'), '"a-${terraform_data.r.output}"', "a-", ""),
        (resource("time_static"), '"a-${time_static.r.unix}"', "a-", ""),
        (data("aws_iam_policy_document"), '"a-${data.aws_iam_policy_document.d.json}"', "a-", ""),
    ],
)
def test_what_is_only_known_after_apply_keeps_what_is_known_of_it(
    source: str, expression: str, prefix: str, suffix: str, tmp_path: Path
) -> None:
    name = name_of(tmp_path, source, expression)
    assert isinstance(name, Unknown)
    assert (name.prefix, name.suffix) == (prefix, suffix)


@pytest.mark.parametrize(
    ("source", "expression", "wanted"),
    [
        (resource("terraform_data", '  input = "i"\n'), "terraform_data.r.input", "i"),
        (resource("terraform_data"), 'terraform_data.r.output == null ? "none" : "some"', "none"),
        (resource("terraform_data", '  triggers_replace = ["t"]\n'), "terraform_data.r.triggers_replace[0]", "t"),
        (resource("null_resource", '  triggers = {\n    a = "t"\n  }\n'), "null_resource.r.triggers.a", "t"),
        (resource("aws_s3_bucket_policy", '  bucket = "b"\n'), "aws_s3_bucket_policy.r.bucket", "b"),
        (resource("aws_s3_bucket_policy", '  bucket = "b"\n'), "aws_s3_bucket_policy.r.id", "b"),
        (data("aws_s3_bucket", '  bucket = "b"\n'), "data.aws_s3_bucket.d.bucket", "b"),
        (data("aws_s3_bucket", '  bucket = "b"\n'), "data.aws_s3_bucket.d.id", "b"),
        (data("aws_region", '  name = "eu-west-3"\n'), "data.aws_region.d.name", "eu-west-3"),
        (data("null_data_source", "  inputs = {\n    a = 1\n  }\n"), 'data.null_data_source.d.outputs["a"]', "1"),
        (
            data("template_file", '  template = "x-$${a}-$${upper(a)}"\n  vars = {\n    a = "v"\n  }\n'),
            "data.template_file.d.rendered",
            "x-v-V",
        ),
        (resource("random_shuffle", '  input = ["only"]\n'), "random_shuffle.r.result[0]", "only"),
    ],
)
def test_what_follows_from_the_configuration_is_known(
    source: str, expression: str, wanted: str, tmp_path: Path
) -> None:
    assert name_of(tmp_path, source, expression) == wanted


@pytest.mark.parametrize(
    ("kind", "attribute", "inputs", "wanted"),
    [
        ("aws_caller_identity", "account_id", {"account": "111122223333"}, "111122223333"),
        ("aws_region", "name", {"region": "eu-west-1"}, "eu-west-1"),
        ("aws_region", "region", {"region": "eu-west-1"}, "eu-west-1"),
        ("aws_partition", "partition", {"region": "us-gov-west-1"}, "aws-us-gov"),
        ("aws_partition", "dns_suffix", {"region": "cn-north-1"}, "amazonaws.com.cn"),
        ("aws_partition", "reverse_dns_prefix", {"region": "eu-west-1"}, "com.amazonaws"),
        ("aws_partition", "id", {"region": "us-isob-east-1"}, "aws-iso-b"),
    ],
)
def test_what_the_user_says_of_account_and_region_fills_the_data_sources(
    kind: str, attribute: str, inputs: dict[str, str], wanted: str, tmp_path: Path
) -> None:
    assert name_of(tmp_path, data(kind), f"data.{kind}.d.{attribute}", **inputs) == wanted


@pytest.mark.parametrize(
    ("source", "expression", "advice"),
    [
        (data("aws_caller_identity"), "data.aws_caller_identity.d.account_id", "give --account"),
        (data("aws_region"), "data.aws_region.d.name", "give --region"),
        (data("aws_partition"), "data.aws_partition.d.partition", "give --region"),
        (data("terraform_remote_state"), "data.terraform_remote_state.d.outputs.x", "give a plan"),
    ],
)
def test_what_somebody_could_tell_says_so(source: str, expression: str, advice: str, tmp_path: Path) -> None:
    name = name_of(tmp_path, source, expression)
    assert isinstance(name, Unknown)
    assert advice in name.reason


def test_the_domain_of_a_distribution_has_a_known_end_in_the_commercial_partition_only(tmp_path: Path) -> None:
    source = resource("aws_cloudfront_distribution")
    name = name_of(tmp_path, source, "aws_cloudfront_distribution.r.domain_name", region="eu-west-1")
    assert isinstance(name, Unknown)
    assert name.suffix == ".cloudfront.net"
    other = name_of(tmp_path, source, "aws_cloudfront_distribution.r.domain_name", region="cn-north-1")
    assert isinstance(other, Unknown)
    assert other.suffix == ""


def test_the_content_of_a_local_file_is_that_of_the_file_unless_it_waits_for_something(tmp_path: Path) -> None:
    (tmp_path / "name.txt").write_text("from-file")
    file = '  filename = "name.txt"\n'
    assert name_of(tmp_path, data("local_file", file), "data.local_file.d.content") == "from-file"
    waiting = data("local_file", file + "  depends_on = [aws_s3_bucket.x]\n")
    assert isinstance(name_of(tmp_path, waiting, "data.local_file.d.content"), Unknown)


def test_a_template_that_uses_what_it_is_not_given_is_not_known(tmp_path: Path) -> None:
    source = data("template_file", '  template = "x-$${b}"\n')
    assert isinstance(name_of(tmp_path, source, "data.template_file.d.rendered"), Unknown)


def test_the_workspace_that_was_selected_beside_the_root_module_is_known(tmp_path: Path) -> None:
    (tmp_path / ".terraform").mkdir()
    (tmp_path / ".terraform/environment").write_text("staging")
    assert name_of(tmp_path, "", '"b-${terraform.workspace}"') == "b-staging"
    assert name_of(tmp_path, "", '"b-${terraform.workspace}"', workspace="prod") == "b-prod"


@pytest.mark.parametrize(
    ("expression", "wanted"),
    [
        ('merge(aws_s3_bucket.k, { z = aws_s3_bucket.s })["z"].id', "single"),
        ("concat(aws_s3_bucket.c, [aws_s3_bucket.s])[2].id", "single"),
        ("flatten([aws_s3_bucket.c, [aws_s3_bucket.s]])[1].bucket", "c-1"),
        ("element(aws_s3_bucket.c, 3).id", "c-1"),
        ('lookup(aws_s3_bucket.k, "x", null).id', "bx"),
        ('zipmap(keys(aws_s3_bucket.k), values(aws_s3_bucket.k))["y"].id', "by"),
        ("one(slice(aws_s3_bucket.c, 0, 1)).id", "c-0"),
        ('try(aws_s3_bucket.c[5].id, "none")', "none"),
        ('join("-", aws_s3_bucket.c[*].id)', "c-0-c-1"),
        ('join("-", values(aws_s3_bucket.k)[*].id)', "bx-by"),
        ("{ for k, b in aws_s3_bucket.k : k => b.id }.y", "by"),
        ('contains(keys(aws_s3_bucket.k), "x") ? "has" : "lacks"', "has"),
        ("true ? aws_s3_bucket.c[0].id : data.aws_s3_bucket.none[0].id", "c-0"),
        ("resource.aws_s3_bucket.s.id", "single"),
        ('join("-", keys(module.m))', "id-up"),
        ('join("-", values(module.m))', "id-m-M"),
        ('join("-", [for k, m in module.e : "${k}.${m.id}"])', "a.id-x-b.id-y"),
        ('try(module.m.missing, "none")', "none"),
        ('try(module.none[0].id, "none")', "none"),
        ('lookup(module.m, "id", "x")', "id-m"),
    ],
)
def test_objects_of_resources_and_modules_can_be_passed_around_whole(
    expression: str, wanted: str, tmp_path: Path
) -> None:
    source = (
        'resource "aws_s3_bucket" "k" {\n  for_each = { x = "bx", y = "by" }\n  bucket = each.value\n}\n'
        'resource "aws_s3_bucket" "c" {\n  count = 2\n  bucket = "c-${count.index}"\n}\n'
        'resource "aws_s3_bucket" "s" {\n  bucket = "single"\n}\n'
        'data "aws_s3_bucket" "none" {\n  count = 0\n  bucket = "b"\n}\n'
        'module "m" {\n  source = "./m"\n  name = "m"\n}\n'
        'module "e" {\n  source = "./m"\n  for_each = { a = "x", b = "y" }\n  name = each.value\n}\n'
        'module "none" {\n  source = "./m"\n  count = 0\n  name = "n"\n}\n'
    )
    module = (
        'variable "name" {}\n'
        'output "id" {\n  value = "id-${var.name}"\n}\n'
        'output "up" {\n  value = upper(var.name)\n}\n'
    )
    snapshot = read(tmp_path, {"main.tf": source + bucket(expression, "z"), "m/main.tf": module})
    assert snapshot.diagnostics == ()
    (found,) = (each for each in snapshot.buckets if each.address == "aws_s3_bucket.z")
    assert found.name == wanted


@pytest.mark.parametrize(
    ("expression", "wanted"),
    [
        ("tolist(aws_s3_bucket_cors_configuration.c.cors_rule)[0].max_age_seconds", "5"),
        ('join("", one(aws_s3_bucket_cors_configuration.c.cors_rule).allowed_methods)', "GETPUT"),
        ('join("", [for r in aws_s3_bucket_cors_configuration.c.cors_rule : r.id == null ? "none" : r.id])', "none"),
        ('join("", aws_s3_bucket.i.cors_rule[0].allowed_methods)', "PUTGET"),
        ("length(aws_s3_bucket.i.cors_rule)", "2"),
    ],
)
def test_the_rules_of_a_resource_are_values_of_the_types_of_the_provider(
    expression: str, wanted: str, tmp_path: Path
) -> None:
    rule = '  cors_rule {\n    allowed_methods = ["PUT", "GET"]\n    allowed_origins = ["*"]\n'
    source = (
        'resource "aws_s3_bucket_cors_configuration" "c" {\n  bucket = "c"\n'
        f'{rule}    max_age_seconds = "5"\n  }}\n}}\n'
        f'resource "aws_s3_bucket" "i" {{\n  bucket = "i"\n{rule}  }}\n{rule}  }}\n}}\n'
    )
    snapshot = read(tmp_path, {"main.tf": source + bucket(expression, "z")})
    assert [each.name for each in snapshot.buckets if each.address == "aws_s3_bucket.z"] == [wanted]


def test_a_bucket_without_rules_of_its_own_has_rules_that_are_only_known_after_apply(tmp_path: Path) -> None:
    source = bucket('"x"') + bucket('"b-${length(aws_s3_bucket.x.cors_rule)}"', "z")
    names = {each.address: each.name for each in read(tmp_path, {"main.tf": source}).buckets}
    assert isinstance(names["aws_s3_bucket.z"], Unknown)


def test_a_resource_that_is_given_to_a_module_has_the_attributes_that_the_module_wants(tmp_path: Path) -> None:
    files = {
        "main.tf": (
            'resource "aws_s3_bucket" "r" {\n  bucket = "r"\n  tags = { t = "tagged" }\n}\n'
            'module "m" {\n  source = "./m"\n  given = aws_s3_bucket.r\n}\n'
        ),
        "m/main.tf": (
            'variable "given" {\n  type = object({ id = string, tags = map(string), arn = optional(string) })\n}\n'
            + bucket('"${var.given.id}-${var.given.tags.t}"')
        ),
    }
    names = {each.address: each.name for each in read(tmp_path, files).buckets}
    assert names["module.m.aws_s3_bucket.x"] == "r-tagged"
