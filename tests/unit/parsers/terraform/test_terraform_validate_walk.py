"""Terraform validates with all variables unknown before it takes their values: what it refuses there is an error."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from drift.location import Severity
from drift.snapshot import Snapshot, State
from tests.language.terraform_plan import missing
from tests.laws.terraform_judge import Judge, Source
from tests.unit.parsers.terraform.test_terraform_parser import read

ANY = 'variable "v" {\n  type = any\n  default = []\n}\n'
RULES = 'distinct([{ a = var.v, b = "x" }, { a = [], b = "y" }])'
"""Fine with a value of ``v``; without, there is no type that both objects have."""


def configuration(origins: str = '["*"]', name: str = '"b"', more: str = "") -> str:
    return (
        f'resource "aws_s3_bucket_cors_configuration" "c" {{\n  bucket = {name}\n{more}'
        f'  cors_rule {{\n    allowed_methods = ["GET"]\n    allowed_origins = {origins}\n  }}\n}}\n'
    )


REFUSED: Mapping[str, Mapping[str, str]] = {
    "a rule": {"main.tf": configuration(f"{RULES}[*].b") + ANY},
    "a name": {"main.tf": configuration(name=f"{RULES}[0].b") + ANY},
    "inline": {
        "main.tf": f'resource "aws_s3_bucket" "b" {{\n  bucket = "b"\n  cors_rule {{\n    allowed_methods = ["GET"]\n'
        f"    allowed_origins = {RULES}[*].b\n  }}\n}}\n{ANY}"
    },
    "a local": {"main.tf": f"locals {{ l = {RULES} }}\n{configuration('local.l[*].b')}{ANY}"},
    "a local in try": {"main.tf": f"locals {{ l = {RULES} }}\n{configuration('try(local.l[*].b, [])')}{ANY}"},
    "for_each": {"main.tf": configuration("[each.key]", more=f"  for_each = toset({RULES}[*].b)\n") + ANY},
    "a value of for_each": {
        "main.tf": configuration(f"{RULES}[*].b".replace("var.v", "each.value"), more="  for_each = { k = [] }\n")
    },
    "a repeated rule": {
        "main.tf": 'resource "aws_s3_bucket_cors_configuration" "c" {\n  bucket = "b"\n  dynamic "cors_rule" {\n'
        f'    for_each = {RULES}\n    content {{\n      allowed_methods = ["GET"]\n'
        f"      allowed_origins = [cors_rule.value.b]\n    }}\n  }}\n}}\n{ANY}"
    },
    "a variable that the call gives a literal": {
        "main.tf": 'module "m" {\n  source = "./m"\n  v = []\n}\n',
        "m/main.tf": configuration(f"{RULES}[*].b") + ANY,
    },
    "an argument of a call": {
        "main.tf": f'module "m" {{\n  source = "./m"\n  o = {RULES}[*].b\n}}\n{ANY}',
        "m/main.tf": f'variable "o" {{}}\n{configuration("var.o")}',
    },
    "an argument that has no element type yet": {
        "main.tf": f'module "m" {{\n  source = "./m"\n  o = [var.v, [{{ a = 1 }}]]\n}}\n{ANY}',
        "m/main.tf": 'variable "o" { type = list(any) }\n' + configuration('[for each in var.o : "https://a.example"]'),
    },
    "an output": {
        "main.tf": f'module "m" {{ source = "./m" }}\n{configuration("module.m.o")}',
        "m/main.tf": f'output "o" {{ value = {RULES}[*].b }}\n{ANY}',
    },
    "an output whose type is not known yet": {
        "main.tf": f'module "m" {{ source = "./m" }}\n{configuration(RULES + "[*].b")}'.replace("var.v", "module.m.o"),
        "m/main.tf": 'output "o" { value = [] }\n',
    },
    "an output of a repeated call": {
        "main.tf": 'module "m" {\n  source = "./m"\n  count = 1\n}\n'
        + configuration(f"{RULES}[*].b").replace("var.v", "module.m[0].o"),
        "m/main.tf": 'output "o" { value = [] }\n',
    },
}


def errors(snapshot: Snapshot) -> list[str]:
    return [each.message for each in snapshot.diagnostics if each.severity is Severity.ERROR]


@pytest.mark.parametrize("files", REFUSED.values(), ids=REFUSED)
def test_what_is_refused_without_values_is_an_error_and_its_rules_are_unknown(
    tmp_path: Path, files: Mapping[str, str]
) -> None:
    snapshot = read(tmp_path, files)
    (told,) = errors(snapshot)
    assert "Terraform finds this as it validates, before the variables have their values" in told
    assert snapshot.buckets
    for found in snapshot.buckets:
        assert found.state is State.UNKNOWN
        assert found.cors is None
        assert told in str(found.reason)


def test_the_error_stands_where_the_expression_does(tmp_path: Path) -> None:
    snapshot = read(tmp_path, {"main.tf": f"{ANY}locals {{\n  l = {RULES}\n}}\n{configuration('local.l[*].b')}"})
    (location,) = [each.location for each in snapshot.diagnostics]
    assert location is not None
    assert (location.path, location.line) == ("main.tf", 6)


def test_the_error_is_told_once_for_all_instances(tmp_path: Path) -> None:
    called = 'module "m" {\n  source = "./m"\n  count = 3\n}\n'
    snapshot = read(tmp_path, {"main.tf": called, "m/main.tf": configuration(f"{RULES}[*].b") + ANY})
    assert len(snapshot.buckets) == 3
    assert len(errors(snapshot)) == 1


@pytest.mark.parametrize(
    "origins",
    [
        RULES.replace("var.v", "aws_sqs_queue.q.tags") + "[*].b",
        RULES.replace("var.v", "terraform.workspace") + "[*].b",
        f"can({RULES}) ? [] : []",
        "local.circle",
    ],
)
def test_what_hangs_on_more_than_variables_is_left_to_the_values(tmp_path: Path, origins: str) -> None:
    source = f'{configuration(origins)}{ANY}resource "aws_sqs_queue" "q" {{}}\nlocals {{ circle = local.circle }}\n'
    assert not [each for each in errors(read(tmp_path, {"main.tf": source})) if "validates" in each]


def test_a_module_with_a_file_that_cannot_be_read_is_not_judged(tmp_path: Path) -> None:
    files = {"main.tf": configuration(f"{RULES}[*].b") + ANY, "more.tf": "resource {"}
    assert not [each for each in errors(read(tmp_path, files)) if "validates" in each]


@pytest.mark.terraform
@pytest.mark.skipif(missing() is not None, reason=str(missing()))
def test_terraform_itself_refuses_each_of_them(judge: Judge) -> None:
    outcomes = {name: judge.one(Source(files)) for name, files in REFUSED.items()}
    assert [name for name, outcome in outcomes.items() if outcome.error is None] == []
