"""What variables are given, and what is told where Terraform refuses it."""

from __future__ import annotations

from pathlib import Path

import pytest

from drift.cors.model import Unknown
from drift.interfaces import NamedText
from drift.location import Severity
from drift.snapshot import Snapshot
from tests.unit.parsers.terraform.test_terraform_parser import bucket, only, read


def told(snapshot: Snapshot) -> list[str]:
    return [f"{each.severity} {each.id}: {each.message} ({each.location})" for each in snapshot.diagnostics]


def test_later_assignments_win_whichever_kind_they_are(tmp_path: Path) -> None:
    source = 'variable "v" {}\n' + bucket("var.v")
    file = NamedText("x.tfvars", 'v = "file"\n')
    assert only(read(tmp_path, {"main.tf": source}, variables=(("v", "value"), file))).name == "file"
    assert only(read(tmp_path, {"main.tf": source}, variables=(file, ("v", "value")))).name == "value"


@pytest.mark.parametrize(
    ("files", "message"),
    [
        (
            {"main.tf": 'variable "v" {\n  type = number\n  default = "x"\n}\n' + bucket("var.v")},
            'error invalid-variable: the default of the variable "v": a number is required (main.tf:3)',
        ),
        (
            {"main.tf": 'variable "v" {\n  nullable = false\n  default = null\n}\n' + bucket("var.v")},
            'error invalid-variable: the default of the variable "v" may not be null (main.tf:1)',
        ),
        (
            {
                "main.tf": 'variable "v" {\n  type = list(string)\n}\n' + bucket("var.v[0]"),
                "terraform.tfvars": "v = 1\n",
            },
            'error invalid-variable: the value of the variable "v" does not fit its type: list of string required '
            "(terraform.tfvars:1)",
        ),
        (
            {
                "main.tf": 'module "m" {\n  source = "./m"\n  v = ["a"]\n}\n',
                "m/main.tf": 'variable "v" {\n  type = string\n}\n' + bucket("var.v"),
            },
            'error invalid-variable: the value of the variable "v" does not fit its type: string required (main.tf:3)',
        ),
        (
            {"main.tf": 'module "m" {\n  source = "./m"\n}\n', "m/main.tf": 'variable "v" {}\n' + bucket("var.v")},
            'error invalid-variable: module.m is not given "v", which it requires (main.tf:1)',
        ),
        (
            {"main.tf": 'module "m" {\n  source = "./m"\n  w = 1\n}\n', "m/main.tf": bucket('"b"')},
            'warning unknown-argument: the module behind module.m has no variable "w" (main.tf:3)',
        ),
        (
            {"main.tf": bucket('"b"'), "terraform.tfvars": "w = 1\n"},
            "warning undeclared-variable: values for variables that are not declared: w (terraform.tfvars)",
        ),
    ],
)
def test_what_terraform_refuses_is_told_with_its_place(files: dict[str, str], message: str, tmp_path: Path) -> None:
    assert told(read(tmp_path, files)) == [message]


def test_a_value_that_does_not_fit_leaves_what_needs_it_unknown(tmp_path: Path) -> None:
    source = 'variable "v" {\n  type = number\n}\n' + bucket('"b-${var.v}"')
    name = only(read(tmp_path, {"main.tf": source}, variables=(("v", "x"),))).name
    assert isinstance(name, Unknown)
    assert name.prefix == "b-"


def test_a_file_for_several_root_modules_may_hold_values_for_each_of_them(tmp_path: Path) -> None:
    file = NamedText("all.tfvars", 'a = "x"\nb = "y"\nc = "z"\n')
    files = {
        "one/main.tf": 'variable "a" {}\n' + bucket("var.a"),
        "two/main.tf": 'variable "b" {}\n' + bucket("var.b"),
    }
    snapshot = read(tmp_path, files, ("one", "two"), variables=(file,))
    assert [each.name for each in snapshot.buckets] == ["x", "y"]
    assert told(snapshot) == ["warning undeclared-variable: values for variables that are not declared: c (all.tfvars)"]


def test_a_null_for_a_variable_that_refuses_it_takes_the_default(tmp_path: Path) -> None:
    module = 'variable "v" {\n  nullable = false\n  default = "d"\n}\n' + bucket("var.v")
    files = {"main.tf": 'module "m" {\n  source = "./m"\n  v = null\n}\n', "m/main.tf": module}
    assert only(read(tmp_path, files)).name == "d"


@pytest.mark.parametrize("where", ["variable", "output"])
def test_a_sensitive_value_is_used_and_marked_as_not_to_be_printed(where: str, tmp_path: Path) -> None:
    if where == "variable":
        source = 'variable "v" {\n  sensitive = true\n  default = "secret-name"\n}\n' + bucket("var.v")
        files = {"main.tf": source}
    else:
        module = 'output "o" {\n  sensitive = true\n  value = "secret-name"\n}\n'
        files = {"main.tf": 'module "m" {\n  source = "./m"\n}\n' + bucket("module.m.o"), "m/main.tf": module}
    found = only(read(tmp_path, files))
    assert found.name == "secret-name"
    assert found.sensitive == {"secret-name"}


@pytest.mark.parametrize(
    ("repetition", "message"),
    [
        ("for_each = toset([var.s])", "for_each cannot be sensitive"),
        ("count = 1.5", "count must be a whole number from 0"),
        ("count = null", "count must be a whole number from 0"),
        ("count = 2000000", "count is more than 10,000"),
        ('for_each = ["a"]', "for_each must be a map or a set of strings"),
        ("for_each = toset([1])", "for_each must be a map or a set of strings"),
        ("for_each = null", "for_each must be a map or a set of strings"),
    ],
)
def test_an_unusable_repetition_is_told_once_and_all_else_is_read(
    repetition: str, message: str, tmp_path: Path
) -> None:
    source = (
        'variable "s" {\n  sensitive = true\n  default = "s"\n}\n'
        f'resource "aws_s3_bucket" "r" {{\n  {repetition}\n  bucket = "b"\n}}\n'
        'resource "aws_s3_bucket_cors_configuration" "r" {\n  bucket = aws_s3_bucket.r[0].id\n}\n'
    ) + bucket('"other"')
    snapshot = read(tmp_path, {"main.tf": source})
    assert told(snapshot) == [f"error unusable-repetition: aws_s3_bucket.r: {message} (main.tf:6)"]
    assert "other" in [each.name for each in snapshot.buckets]


@pytest.mark.parametrize(
    "files",
    [
        {"main.tf": "locals {\n  a = local.b\n  b = local.c\n  c = local.a\n}\n" + bucket("local.b")},
        {
            "main.tf": 'module "m" {\n  source = "./m"\n  i = local.a\n}\nlocals {\n  a = module.m.o\n}\n'
            + bucket("local.a"),
            "m/main.tf": 'variable "i" {}\noutput "o" {\n  value = var.i\n}\n',
        },
        {"main.tf": 'resource "aws_s3_bucket" "r" {\n  count = length(aws_s3_bucket.r)\n  bucket = "r"\n}\n'},
        {
            "main.tf": 'module "m" {\n  source = "./m"\n  for_each = module.m\n}\n',
            "m/main.tf": 'output "o" {\n  value = 1\n}\n',
        },
    ],
)
def test_a_circle_of_references_is_told_once_and_all_else_is_read(files: dict[str, str], tmp_path: Path) -> None:
    snapshot = read(tmp_path, {**files, "other.tf": bucket('"other"', "other")})
    assert [(each.severity, each.id) for each in snapshot.diagnostics] == [(Severity.ERROR, "reference-cycle")]
    assert snapshot.diagnostics[0].location is not None
    assert "other" in [each.name for each in snapshot.buckets]


def test_blocks_that_declare_nothing_are_passed_over(tmp_path: Path) -> None:
    source = (
        "moved {\n  from = aws_s3_bucket.old\n  to = aws_s3_bucket.x\n}\n"
        "removed {\n  from = aws_s3_bucket.gone\n  lifecycle {\n    destroy = false\n  }\n}\n"
        'import {\n  to = aws_s3_bucket.x\n  id = "given"\n}\n'
        'check "c" {\n  assert {\n    condition = aws_s3_bucket.x.id != ""\n    error_message = "m"\n  }\n}\n'
        'ephemeral "random_password" "p" {\n  length = 8\n}\n'
    ) + bucket('"given"')
    snapshot = read(tmp_path, {"main.tf": source})
    assert only(snapshot).name == "given"
    assert [each.id for each in snapshot.diagnostics] == ["no-longer-managed"]


def test_opentofu_puts_the_source_of_a_call_together_from_variables(tmp_path: Path) -> None:
    source = 'variable "kind" {\n  default = "m"\n}\nmodule "m" {\n  source = "./${var.kind}"\n}\n'
    assert only(read(tmp_path, {"main.tf": source, "m/main.tf": bucket('"inner"')})).name == "inner"
