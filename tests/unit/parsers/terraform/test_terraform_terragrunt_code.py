"""Which code a Terragrunt unit runs: files laid over its module, files that it writes, parents that run nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from drift.cors.model import Unknown
from drift.location import Severity
from drift.snapshot import State
from tests.unit.parsers.terraform.test_terraform_terragrunt import UNIT, only, origins, read

BUCKET = 'resource "aws_s3_bucket" "a" {\n  bucket = var.a\n}\nvariable "a" {}\n'
RULES = """\
resource "aws_s3_bucket_cors_configuration" "a" {
  bucket = aws_s3_bucket.a.id
  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = ["https://laid.example"]
  }
}
"""
OF_M = 'terraform {\n  source = "../m"\n}\n'


def test_a_variable_file_of_the_unit_wins_over_its_inputs(tmp_path: Path) -> None:
    files = {"a/terragrunt.hcl": OF_M + 'inputs = { a = "input" }\n', "a/terraform.tfvars": 'a = "of-unit"\n'}

    assert only(read(tmp_path, {**files, "m/main.tf": BUCKET}, "a")).name == "of-unit"


def test_code_in_the_units_folder_is_laid_over_the_module_and_told_where_it_lies(tmp_path: Path) -> None:
    files = {"a/terragrunt.hcl": OF_M + 'inputs = { a = "n" }\n', "a/extra.tf": RULES, "m/main.tf": BUCKET}

    snapshot = read(tmp_path, files)

    (bucket,) = (each for each in snapshot.buckets if each.name == "n")
    assert origins(bucket) == ("https://laid.example",)
    assert bucket.location is not None
    assert bucket.location.path.endswith("a/extra.tf")
    assert not snapshot.errors


def test_a_file_of_the_unit_takes_the_place_of_the_modules_of_that_name(tmp_path: Path) -> None:
    files = {
        "a/terragrunt.hcl": OF_M,
        "a/main.tf": BUCKET.replace("var.a", '"of-unit"'),
        "m/main.tf": BUCKET.replace("var.a", '"of-module"'),
    }

    assert [each.name for each in read(tmp_path, files, "a").buckets] == ["of-unit"]


def test_what_is_excluded_from_the_copy_is_not_laid_over(tmp_path: Path) -> None:
    unit = OF_M.replace("}", '  exclude_from_copy = ["terra*.tfvars"]\n}') + 'inputs = { a = "input" }\n'
    files = {"a/terragrunt.hcl": unit, "a/terraform.tfvars": 'a = "of-unit"\n', "m/main.tf": BUCKET}

    assert only(read(tmp_path, files, "a")).name == "input"


def test_code_beside_a_remote_module_is_unknown_and_no_root_of_its_own(tmp_path: Path) -> None:
    unit = 'terraform {\n  source = "git::https://git.example/m.git//a?ref=v1"\n}\n'

    snapshot = read(tmp_path, {"a/terragrunt.hcl": unit, "a/extra.tf": RULES}, "a")

    assert [each.state for each in snapshot.buckets] == [State.UNKNOWN]
    assert not snapshot.errors


def test_code_beside_a_remote_module_that_is_all_comments_says_nothing(tmp_path: Path) -> None:
    unit = 'terraform {\n  source = "git::https://git.example/m.git//a?ref=v1"\n}\n'

    assert read(tmp_path, {"a/terragrunt.hcl": unit, "a/extra.tf": '# resource "aws_s3_bucket"\n'}, "a").buckets == ()


def generated(contents: str, **more: str) -> str:
    lines = "".join(f"  {name} = {value}\n" for name, value in more.items())
    head = f'generate "main" {{\n  path = "main.tf"\n  if_exists = "overwrite"\n{lines}'
    return f"{head}  contents = <<EOF\n{contents}EOF\n}}\n"


def test_a_unit_whose_code_is_all_generated_is_read(tmp_path: Path) -> None:
    unit = generated(BUCKET + RULES) + 'inputs = { a = "made" }\n'

    bucket = only(read(tmp_path, {"prod/genx/terragrunt.hcl": unit}, "prod"))

    assert (bucket.name, origins(bucket)) == ("made", ("https://laid.example",))


def test_generated_code_of_an_included_file_calls_its_module_with_the_units_inputs(tmp_path: Path) -> None:
    call = 'variable "n" {}\nmodule "m" {\n  source = "../../m"\n  a = var.n\n}\n'
    files = {
        "live/terragrunt.hcl": generated(call),
        "live/x/terragrunt.hcl": 'include {\n  path = find_in_parent_folders()\n}\ninputs = { n = "of-x" }\n',
        "m/main.tf": BUCKET,
    }

    assert [each.name for each in read(tmp_path, files).buckets if each.address and "module.m" in each.address] == [
        "of-x"
    ]
    assert not [each for each in read(tmp_path, files).buckets if each.address == "aws_s3_bucket.a"]


@pytest.mark.parametrize(
    ("more", "name"),
    [({"disable": "true"}, "there"), ({"disable": "false"}, "made"), ({}, "made")],
)
def test_a_block_that_is_disabled_writes_nothing(tmp_path: Path, more: dict[str, str], name: str) -> None:
    files = {
        "a/terragrunt.hcl": generated(BUCKET.replace("var.a", '"made"'), **more),
        "a/main.tf": BUCKET.replace("var.a", '"there"'),
    }

    assert only(read(tmp_path, files, "a")).name == name


def test_a_block_that_skips_what_exists_leaves_it(tmp_path: Path) -> None:
    unit = generated(BUCKET.replace("var.a", '"made"')).replace('"overwrite"', '"skip"')
    files = {"a/terragrunt.hcl": unit, "a/main.tf": BUCKET.replace("var.a", '"there"')}

    assert only(read(tmp_path, files, "a")).name == "there"


def test_a_block_of_the_unit_takes_the_place_of_the_included_one_of_its_label(tmp_path: Path) -> None:
    files = {
        "root.hcl": generated(BUCKET.replace("var.a", '"of-root"')).replace("main.tf", "other.tf"),
        "a/terragrunt.hcl": 'include {\n  path = "../root.hcl"\n}\n' + generated(BUCKET.replace("var.a", '"of-unit"')),
    }

    assert [each.name for each in read(tmp_path, files, "a").buckets] == ["of-unit"]


PARENT = {
    "env/terragrunt.hcl": 'generate "common" {\n  path = "common_variables.tf"\n  if_exists = "overwrite"\n'
    '  contents = file("variables.tf")\n}\n',
    "env/variables.tf": 'variable "env" {\n  default = "x"\n  description = "of each module"\n}\n',
    "env/dev/a/terragrunt.hcl": "include {\n  path = find_in_parent_folders()\n}\n"
    'terraform {\n  source = "../../../m"\n}\n',
    "m/main.tf": 'resource "aws_s3_bucket" "b" {\n  bucket = "b-${var.env}"\n}\n',
}


def test_a_parent_with_shared_variables_is_no_unit_and_files_count_from_the_file_that_names_them(
    tmp_path: Path,
) -> None:
    snapshot = read(tmp_path, PARENT)

    assert [each.name for each in snapshot.buckets if "[env" in (each.address or "")] == ["b-x"]
    assert not snapshot.errors


def test_an_included_folder_with_buckets_of_its_own_is_a_unit_all_the_same(tmp_path: Path) -> None:
    files = {**PARENT, "env/bucket.tf": 'resource "aws_s3_bucket" "own" {\n  bucket = "own"\n}\n'}

    assert "own" in [each.name for each in read(tmp_path, files).buckets]


def test_faults_of_a_unit_without_buckets_are_passed_over(tmp_path: Path) -> None:
    files = {"a/terragrunt.hcl": "", "a/one.tf": 'variable "v" {}\n', "a/two.tf": 'variable "v" {}\n'}

    assert not read(tmp_path, files).errors


def test_the_last_file_that_is_included_wins(tmp_path: Path) -> None:
    files = {f"{each}.hcl": f'inputs = {{ name = "{each}", origins = [] }}\n' for each in ("first", "last")}
    unit = 'include "a" {\n  path = "../first.hcl"\n}\ninclude "b" {\n  path = "../last.hcl"\n}\n'

    snapshot = read(
        tmp_path, {**files, "u/terragrunt.hcl": unit + 'terraform {\n  source = "../modules/site"\n}\n'}, "u"
    )

    assert only(snapshot).name == "last"


@pytest.mark.parametrize("function", ["get_terragrunt_dir", "get_original_terragrunt_dir"])
def test_a_file_that_is_read_counts_from_its_own_folder(tmp_path: Path, function: str) -> None:
    unit = UNIT.replace('"site-prod"', 'read_terragrunt_config("../../shared/env.hcl").locals.name')
    env = f'locals {{\n  name = "n-${{basename({function}())}}"\n}}\n'

    name = only(read(tmp_path, {"live/prod/terragrunt.hcl": unit, "shared/env.hcl": env})).name

    assert name == ("n-shared" if function == "get_terragrunt_dir" else "n-prod")


REMOTE = 'terraform {\n  source = "tfr:///terraform-aws-modules/vpc/aws?version=5.0.0"\n}\n'
BACKEND = """\
locals {
  bucket = "tf-state"
}
remote_state {
  backend = "s3"
  config = {
    bucket = local.bucket
    key    = "x"
  }
}
generate "backend" {
  path      = "backend.tf"
  if_exists = "overwrite"
  contents  = "terraform { backend s3 {} }"
}
"""


def test_a_backend_in_s3_says_nothing_of_what_a_unit_declares(tmp_path: Path) -> None:
    unit = 'include "root" {\n  path = find_in_parent_folders("root.hcl")\n}\n' + REMOTE
    unit += "inputs = {\n  # not for the cdn\n  cidr = 1\n}\n"

    snapshot = read(tmp_path, {"live/root.hcl": BACKEND, "live/vpc/terragrunt.hcl": unit}, "live")

    assert snapshot.buckets == ()
    assert [each.severity for each in snapshot.diagnostics] == [Severity.INFO]


def test_a_module_that_is_an_unknown_is_told_once(tmp_path: Path) -> None:
    unit = REMOTE.replace("terraform-aws-modules/vpc", "example/s3-site")

    snapshot = read(tmp_path, {"live/site/terragrunt.hcl": unit}, "live")

    assert only(snapshot).state is State.UNKNOWN
    assert not snapshot.diagnostics


def test_a_template_of_a_stack_is_no_error(tmp_path: Path) -> None:
    unit = 'terraform {\n  source = "../../../../mods/b"\n}\ninputs = { name = values.name }\n'

    snapshot = read(tmp_path, {"units/a/terragrunt.hcl": unit, "units/s3/terragrunt.hcl": unit}, "units")

    assert not snapshot.errors
    assert [each.address for each in snapshot.buckets] == ["[units/s3]"]
    assert any("stack" in each.message for each in snapshot.diagnostics)


@pytest.mark.parametrize(
    ("exclude", "names"),
    [
        ('if = true\n  actions = ["all"]', []),
        ('if = true\n  actions = ["plan", "apply"]', []),
        ('if = true\n  actions = ["destroy"]', ["site-prod"]),
        ('if = false\n  actions = ["all"]', ["site-prod"]),
    ],
)
def test_a_unit_that_is_excluded_from_apply_declares_nothing(tmp_path: Path, exclude: str, names: list[str]) -> None:
    unit = UNIT + f"exclude {{\n  {exclude}\n}}\n"

    assert [each.name for each in read(tmp_path, {"live/prod/terragrunt.hcl": unit}).buckets] == names


def test_whether_a_unit_is_excluded_may_be_unknown(tmp_path: Path) -> None:
    unit = UNIT.replace("name ", "bucket_name ") + 'exclude {\n  if = get_env("X") == "1"\n  actions = ["all"]\n}\n'

    bucket = only(read(tmp_path, {"live/prod/terragrunt.hcl": unit}))

    assert "whether this unit is excluded is not known" in (bucket.reason or "")


@pytest.mark.parametrize("source", ["${get_terragrunt_dir()}/../../../modules/%s", "../../../modules/%s"])
@pytest.mark.parametrize(("module", "rows"), [("org", 0), ("s3", 1)])
def test_a_source_outside_is_told_as_it_is_written_and_no_error(
    tmp_path: Path, source: str, module: str, rows: int
) -> None:
    unit = f'terraform {{\n  source = "{source % module}"\n}}\n'

    snapshot = read(tmp_path, {"a/b/terragrunt.hcl": unit}, "a")

    told = [each.message for each in snapshot.diagnostics] + [each.reason or "" for each in snapshot.buckets]
    assert [f'its source "../../../modules/{module}" leads out of the tree' in each for each in told] == [True]
    assert (len(snapshot.buckets), snapshot.errors) == (rows, ())
    assert "\ue000" not in repr(snapshot)


@pytest.mark.parametrize(("code", "rows"), [(BUCKET.replace("var.a", "var.not_here"), 1), ('variable "v" {}\n', 0)])
def test_a_source_that_hangs_on_the_environment_is_unknown_and_its_module_no_root(
    tmp_path: Path, code: str, rows: int
) -> None:
    source = 'get_env("E") == "prod" ? "git::https://git.example/m.git//m" : "../m"'
    files = {
        "root.hcl": 'inputs = { bucket_of_all = "x" }\n',
        "a/terragrunt.hcl": f'include {{\n  path = "../root.hcl"\n}}\nterraform {{\n  source = {source}\n}}\n',
        "m/main.tf": code,
        "modules/site/main.tf": "",
    }

    snapshot = read(tmp_path, files)

    assert [each.address for each in snapshot.buckets] == ["[a]"] * rows
    assert not snapshot.errors


PLAN = """{"format_version": "1.2", "terraform_version": "1.9.0", "resource_changes": [{
  "address": "aws_s3_bucket_cors_configuration.c", "mode": "managed", "type": "aws_s3_bucket_cors_configuration",
  "name": "c", "provider_name": "registry.terraform.io/hashicorp/aws",
  "change": {"actions": ["create"], "before": null, "after_unknown": {}, "after": {"bucket": "bbb", "cors_rule": [
    {"allowed_methods": ["GET"], "allowed_origins": ["https://plan.example"]}]}}}]}"""


def test_a_plan_beside_a_unit_is_read_in_its_place(tmp_path: Path) -> None:
    unit = 'terraform {\n  source = "git::https://git.example/m.git//s3?ref=v1"\n}\ninputs = { bucket = "bbb" }\n'

    snapshot = read(tmp_path, {"a/terragrunt.hcl": unit, "a/plan.json": PLAN}, "a")

    bucket = only(snapshot)
    assert (bucket.name, bucket.state, origins(bucket)) == ("bbb", State.CONFIGURED, ("https://plan.example",))
    assert any("plan.json, is read in the place of this unit" in each.message for each in snapshot.diagnostics)


def test_a_plan_that_is_ignored_or_left_out_takes_no_units_place(tmp_path: Path) -> None:
    unit = 'terraform {\n  source = "git::https://git.example/m.git//s3?ref=v1"\n}\n'
    files = {"a/terragrunt.hcl": unit, "a/plan.json": PLAN, "a/.gitignore": "plan.json\n"}
    files |= {"b/terragrunt.hcl": unit, "b/plan.json": PLAN, "b/main.tf": BUCKET}

    assert {each.state for each in read(tmp_path, files, "a").buckets} == {State.UNKNOWN}
    assert {each.state for each in read(tmp_path, files, "b").buckets} == {State.UNKNOWN}


def test_a_plan_beside_a_unit_may_be_named_by_itself(tmp_path: Path) -> None:
    files = {"a/terragrunt.hcl": UNIT, "a/plan.json": PLAN}

    snapshot = read(tmp_path, files, "a/plan.json", variables=(("name", "x"),))

    assert [each.name for each in snapshot.buckets] == ["bbb"]
    assert not snapshot.errors


def test_what_is_not_merged_gives_neither_a_source_nor_files(tmp_path: Path) -> None:
    files = {
        "root.hcl": generated(BUCKET) + OF_M,
        "a/terragrunt.hcl": 'include "r" {\n  path = "../root.hcl"\n  merge_strategy = "no_merge"\n}\n',
        "m/main.tf": BUCKET,
    }

    assert read(tmp_path, files, "a").buckets == ()


def test_an_unknown_path_of_a_variable_file_leaves_the_name_open(tmp_path: Path) -> None:
    extra = '  extra_arguments "e" {\n    commands = ["apply"]\n'
    extra += '    required_var_files = ["${get_env("E")}.tfvars"]\n  }\n}\n'
    files = {"a/terragrunt.hcl": OF_M.replace("}\n", extra) + 'inputs = { a = "n" }\n', "m/main.tf": BUCKET}

    assert isinstance(only(read(tmp_path, files, "a")).name, Unknown)
