"""What Terragrunt units come to: the modules that they run, with their inputs, and what stays unknown."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from drift.cors.model import Unknown
from drift.discovery import declared_in, open_source
from drift.interfaces import Inputs
from drift.plugins import load_parsers
from drift.snapshot import Bucket, Snapshot, State

MODULE = """\
variable "name" { type = string }
variable "origins" { type = list(string) }
variable "age" {
  type    = number
  default = 60
}
variable "loose" { default = "none" }
resource "aws_s3_bucket" "site" {
  bucket = var.name
}
resource "aws_s3_bucket_cors_configuration" "site" {
  bucket = aws_s3_bucket.site.id
  cors_rule {
    id              = var.loose
    allowed_methods = ["GET"]
    allowed_origins = var.origins
    max_age_seconds = var.age
  }
}
"""
UNIT = """\
terraform {
  source = "../../modules/site"
}
inputs = {
  name    = "site-prod"
  origins = ["https://prod.example"]
}
"""


def read(folder: Path, files: Mapping[str, str], where: str = "", **inputs: object) -> Snapshot:
    for name, text in {"modules/site/main.tf": MODULE, ".git/HEAD": "", **files}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    source = open_source(folder / where, folder)
    return declared_in(source, load_parsers(), Inputs(**inputs))  # type: ignore[arg-type]


def only(snapshot: Snapshot) -> Bucket:
    (bucket,) = snapshot.buckets
    return bucket


def origins(bucket: Bucket) -> object:
    assert bucket.cors is not None
    return bucket.cors.rules[0].allowed_origins


def test_a_unit_is_its_module_with_its_inputs(tmp_path: Path) -> None:
    bucket = only(read(tmp_path, {"live/prod/terragrunt.hcl": UNIT}))

    assert (bucket.name, bucket.state) == ("site-prod", State.CONFIGURED)
    assert bucket.address == "[live/prod] aws_s3_bucket_cors_configuration.site"
    assert origins(bucket) == ("https://prod.example",)
    assert bucket.location is not None
    assert bucket.location.path.endswith("modules/site/main.tf")


@pytest.mark.parametrize("where", ["live/prod", "live/prod/terragrunt.hcl"])
def test_the_unit_alone_may_be_named(tmp_path: Path, where: str) -> None:
    assert only(read(tmp_path, {"live/prod/terragrunt.hcl": UNIT}, where)).name == "site-prod"


def test_several_units_run_one_module_each_with_its_own_values(tmp_path: Path) -> None:
    files = {f"live/{each}/terragrunt.hcl": UNIT.replace("prod", each) for each in ("dev", "prod")}

    snapshot = read(tmp_path, files)

    assert [(each.name, origins(each)) for each in snapshot.buckets] == [
        ("site-dev", ("https://dev.example",)),
        ("site-prod", ("https://prod.example",)),
    ]


def test_without_a_source_the_unit_is_the_module(tmp_path: Path) -> None:
    unit = UNIT[UNIT.index("inputs") :]

    bucket = only(read(tmp_path, {"app/terragrunt.hcl": unit, "app/main.tf": MODULE}, "app"))

    assert (bucket.name, bucket.address) == ("site-prod", "[app] aws_s3_bucket_cors_configuration.site")


def test_locals_functions_and_templates_are_evaluated(tmp_path: Path) -> None:
    unit = """\
locals {
  env   = basename(get_terragrunt_dir())
  hosts = ["a", "b"]
}
terraform {
  source = "${get_repo_root()}/modules//site"
}
inputs = merge({ name = "other" }, {
  name    = "site-${local.env}"
  origins = [for h in local.hosts : "https://${h}.${local.env}.example"]
})
"""
    bucket = only(read(tmp_path, {"live/stage/terragrunt.hcl": unit}))

    assert (bucket.name, origins(bucket)) == ("site-stage", ("https://a.stage.example", "https://b.stage.example"))


def test_what_is_included_is_merged_and_the_unit_wins(tmp_path: Path) -> None:
    files = {
        "live/root.hcl": 'locals { team = "web" }\ninputs = {\n  name = "root"\n  origins = ["https://${local.team}.example"]\n}\n',
        "live/prod/terragrunt.hcl": """\
include "root" {
  path   = find_in_parent_folders("root.hcl")
  expose = true
}
terraform {
  source = "../../modules/site"
}
inputs = { name = "mine-${include.root.locals.team}-${path_relative_to_include()}" }
""",
    }

    bucket = only(read(tmp_path, files))

    assert (bucket.name, origins(bucket)) == ("mine-web-prod", ("https://web.example",))


def test_the_source_may_come_from_a_file_that_is_included(tmp_path: Path) -> None:
    files = {
        "live/_envcommon/site.hcl": 'terraform {\n  source = "${get_repo_root()}/modules/site"\n}\n'
        'inputs = { origins = ["https://common.example"] }\n',
        "live/terragrunt.hcl": "",
        "live/prod/terragrunt.hcl": 'include "envcommon" {\n'
        '  path = "${dirname(find_in_parent_folders())}/_envcommon/site.hcl"\n}\ninputs = { name = "n" }\n',
    }

    bucket = only(read(tmp_path, files))

    assert (bucket.name, origins(bucket)) == ("n", ("https://common.example",))


def test_other_files_are_read_for_their_locals(tmp_path: Path) -> None:
    files = {
        "live/env.hcl": 'locals {\n  environment = "prod"\n}\n',
        "live/common.yaml": "host: y.example\n",
        "live/prod/terragrunt.hcl": """\
locals {
  env    = read_terragrunt_config(find_in_parent_folders("env.hcl")).locals.environment
  common = yamldecode(file(find_in_parent_folders("common.yaml")))
}
terraform { source = "../../modules/site" }
inputs = {
  name    = "s-${local.env}"
  origins = ["https://${local.common.host}"]
}
""".replace('terraform { source = "../../modules/site" }', 'terraform {\n  source = "../../modules/site"\n}'),
    }

    bucket = only(read(tmp_path, files))

    assert (bucket.name, origins(bucket)) == ("s-prod", ("https://y.example",))


@pytest.mark.parametrize(
    ("expression", "why"),
    [
        ("dependency.vpc.outputs.host", "dependency.vpc.outputs.host, is only known after apply"),
        ('get_env("HOST", "x")', "the environment is not read"),
        ('run_cmd("echo", "x")', "run_cmd() is known only when Terragrunt runs"),
        ('sops_decrypt_file("secrets.yaml")', "sops_decrypt_file() is known only when Terragrunt runs"),
        ("get_aws_account_id()", "get_aws_account_id() is known only when Terragrunt runs"),
        ("get_terragrunt_dir()", "it hangs on the folder of the checkout"),
        ('find_in_parent_folders("nowhere.hcl")', "nowhere.hcl is in none of the folders above"),
        ('file("/etc/passwd")', "leads out of the tree"),
        ("local.missing", "there is no local.missing"),
    ],
)
def test_what_terragrunt_alone_knows_is_unknown_with_its_reason(tmp_path: Path, expression: str, why: str) -> None:
    unit = UNIT.replace('"https://prod.example"', expression)

    given = origins(only(read(tmp_path, {"live/prod/terragrunt.hcl": unit})))

    assert isinstance(given, tuple)
    (found,) = given
    assert isinstance(found, Unknown)
    assert why in found.reason


def test_the_account_of_the_settings_is_the_account(tmp_path: Path) -> None:
    unit = UNIT.replace('"site-prod"', '"site-${get_aws_account_id()}"')

    assert only(read(tmp_path, {"live/p/terragrunt.hcl": unit}, account="111122223333")).name == "site-111122223333"


def test_values_given_to_terraform_win_over_inputs(tmp_path: Path) -> None:
    files = {"live/prod/terragrunt.hcl": UNIT}

    assert only(read(tmp_path, files, variables=(("name", "given"),))).name == "given"
    assert only(read(tmp_path, files, environment={"TF_VAR_name": "of-env"})).name == "of-env"


def test_a_variable_of_no_type_gets_text_or_json(tmp_path: Path) -> None:
    unit = UNIT.replace("inputs = {", 'inputs = {\n  loose = ["a", 1]')

    bucket = only(read(tmp_path, {"live/prod/terragrunt.hcl": unit}))

    assert bucket.cors is not None
    assert bucket.cors.rules[0].id == '["a",1]'


def test_files_that_the_unit_writes_belong_to_the_module(tmp_path: Path) -> None:
    unit = (
        'locals {\n  region = "eu-north-1"\n}\n'
        'generate "provider" {\n  path = "provider.tf"\n  if_exists = "overwrite"\n  contents = <<EOF\n'
        'provider "aws" {\n  region = "${local.region}"\n}\nEOF\n}\n' + UNIT
    )

    assert only(read(tmp_path, {"live/prod/terragrunt.hcl": unit})).region == "eu-north-1"


def test_a_generated_file_that_is_not_known_may_declare_buckets(tmp_path: Path) -> None:
    unit = 'generate "more" {\n  path = "more.tf"\n  contents = "${run_cmd("x")} aws_s3_bucket"\n}\n' + UNIT

    states = [each.state for each in read(tmp_path, {"live/prod/terragrunt.hcl": unit}).buckets]

    assert sorted(states) == [State.CONFIGURED, State.UNKNOWN]


def test_a_well_known_module_is_read_by_its_inputs(tmp_path: Path) -> None:
    unit = """\
terraform {
  source = "tfr:///terraform-aws-modules/s3-bucket/aws?version=4.1.2"
}
inputs = {
  bucket    = "known"
  cors_rule = [{ allowed_methods = ["PUT"], allowed_origins = ["https://k.example"] }]
}
"""
    snapshot = read(tmp_path, {"live/prod/terragrunt.hcl": unit}, "live")

    bucket = only(snapshot)
    assert (bucket.name, origins(bucket)) == ("known", ("https://k.example",))
    assert bucket.address is not None
    assert bucket.address.startswith("[live/prod] aws_s3_bucket_cors_configuration.")
    assert any("terragrunt show -json" in (each.help or "") for each in snapshot.diagnostics)


@pytest.mark.parametrize(
    "unit",
    [
        'terraform {\n  source = "git::https://git.example/infra.git//s3-site?ref=v1"\n}\n',
        'terraform {\n  source = "${local.base}//s3-site"\n}\n',
        'terraform {\n  source = "tfr:///example/s3-site/aws?version=1.0.0"\n}\ninputs = { bucket = local.nothing }\n',
        'include "root" {\n  path = find_in_parent_folders("outside.hcl")\n}\ninputs = { bucket = "b" }\n',
        'terraform {\n  source = "../../modules/gone-s3"\n}\n',
    ],
)
def test_what_cannot_be_read_and_speaks_of_s3_is_unknown_and_never_silent(tmp_path: Path, unit: str) -> None:
    bucket = only(read(tmp_path, {"live/prod/terragrunt.hcl": unit}, "live"))

    assert bucket.state is State.UNKNOWN
    assert bucket.reason is not None
    assert "terragrunt show -json PLAN" in bucket.reason


def test_stacks_are_not_read_and_never_silent(tmp_path: Path) -> None:
    stack = 'unit "site" {\n  source = "../units/s3-site"\n  path = "site"\n}\n'

    assert only(read(tmp_path, {"live/terragrunt.stack.hcl": stack}, "live")).state is State.UNKNOWN


@pytest.mark.parametrize(
    "unit",
    [
        'terraform {\n  source = "git::https://git.example/infra.git//vpc?ref=v1"\n}\ninputs = { cidr = "x" }\n',
        'remote_state {\n  backend = "local"\n  config = {}\n}\n',
        "skip = true\n" + UNIT,
    ],
)
def test_units_that_have_nothing_to_do_with_buckets_say_nothing(tmp_path: Path, unit: str) -> None:
    assert read(tmp_path, {"live/prod/terragrunt.hcl": unit}, "live").buckets == ()


@pytest.mark.parametrize(
    "unit",
    ["terraform {", "locals {\n  a = local.b\n  b = local.a\n}\n" + UNIT.replace('"site-prod"', "local.a"), "\x00"],
)
def test_broken_units_are_told_or_unknown(tmp_path: Path, unit: str) -> None:
    snapshot = read(tmp_path, {"live/prod/terragrunt.hcl": unit}, "live")

    assert snapshot.errors or isinstance(only(snapshot).name, Unknown)


def test_a_file_that_includes_itself_ends(tmp_path: Path) -> None:
    unit = 'locals {\n  me = read_terragrunt_config("terragrunt.hcl").locals.me\n}\n' + UNIT.replace(
        '"site-prod"', "local.me"
    )

    assert isinstance(only(read(tmp_path, {"live/prod/terragrunt.hcl": unit})).name, Unknown)


def test_files_that_read_one_another_end(tmp_path: Path) -> None:
    def other(name: str) -> str:
        reads = "\n".join(f'  v{n} = read_terragrunt_config("../{name}.hcl").locals.v{n}' for n in range(20))
        return f'locals {{\n{reads}\n}}\ninputs = read_terragrunt_config("../{name}.hcl").inputs\n'

    unit = UNIT.replace('"site-prod"', 'read_terragrunt_config("../a.hcl").locals.v1')
    files = {"live/a.hcl": other("b"), "live/b.hcl": other("a"), "live/prod/terragrunt.hcl": unit}

    assert isinstance(only(read(tmp_path, files)).name, Unknown)


def test_a_long_chain_of_locals_ends(tmp_path: Path) -> None:
    chain = "\n".join(f"  v{n} = local.v{n + 1}" for n in range(3000))
    unit = f"locals {{\n{chain}\n}}\n" + UNIT.replace('"site-prod"', "local.v0")

    assert isinstance(only(read(tmp_path, {"live/prod/terragrunt.hcl": unit})).name, Unknown)


def test_an_application_of_cdk_for_terraform_is_told_with_what_to_run(tmp_path: Path) -> None:
    snapshot = read(tmp_path, {"app/cdktf.json": '{"language": "typescript"}'}, "app")

    (told,) = snapshot.diagnostics
    assert "cdktf synth" in told.message
