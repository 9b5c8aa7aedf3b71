"""Validations of variables: a failure that Terraform certainly sees is an error, all else is passed over."""

from __future__ import annotations

from pathlib import Path

import pytest

from drift.location import Severity
from tests.unit.parsers.terraform.test_terraform_parser import bucket, read


def variable(condition: str, default: str = '"a"', message: str = '"must be b"', more: str = "") -> str:
    return (
        f'variable "v" {{\n  default = {default}\n{more}  validation {{\n    condition = {condition}\n'
        f"    error_message = {message}\n  }}\n}}\n"
    )


@pytest.mark.parametrize(
    "condition",
    ['var.v == "b"', 'contains(["b", "c"], var.v)', 'can(regex("^b", var.v))', "length(var.v) > 1"],
)
def test_a_value_that_its_validation_refuses_is_an_error_with_its_line_and_message(
    condition: str, tmp_path: Path
) -> None:
    (fault,) = read(tmp_path, {"main.tf": variable(condition) + bucket('"x"')}).errors
    assert (fault.id, fault.severity) == ("variable-validation", Severity.ERROR)
    assert fault.message == "var.v has a value that its validation refuses: must be b"
    assert fault.location is not None
    assert fault.location.line == 3
    assert "--var v=" in (fault.help or "")


@pytest.mark.parametrize(
    "source",
    [
        variable('var.v == "a"'),
        variable("var.v == uuid()"),
        variable("length(var.v.missing) > 0"),
        variable("var.v == terraform.workspace"),
        variable('cidrhost(var.v, 1) == "b"'),
        variable('var.v == "b"', default="uuid()"),
        variable('var.w == "b"') + 'variable "w" {}\n',
        variable("var.v > 1", more="  type = number\n"),
    ],
)
def test_a_validation_that_is_not_certain_to_fail_is_passed_over(source: str, tmp_path: Path) -> None:
    told = read(tmp_path, {"main.tf": source}).diagnostics
    assert not [each for each in told if each.id == "variable-validation"]


def test_a_value_that_is_given_takes_the_place_of_a_refused_default(tmp_path: Path) -> None:
    assert read(tmp_path, {"main.tf": variable('var.v == "b"')}, variables=(("v", "b"),)).diagnostics == ()


def test_a_message_with_something_put_into_it_is_not_shown(tmp_path: Path) -> None:
    source = variable('var.v == "b"', message='"no ${var.v}"', more="  sensitive = true\n")
    (fault,) = read(tmp_path, {"main.tf": source}).errors
    assert fault.message == "var.v has a value that its validation refuses"


@pytest.mark.parametrize(("count", "faults"), [("", 1), ("  count = 0\n", 0), ("  count = length(uuid())\n", 0)])
def test_a_validation_in_a_called_module_counts_where_the_module_certainly_exists(
    count: str, faults: int, tmp_path: Path
) -> None:
    files = {
        "main.tf": f'module "m" {{\n  source = "./m"\n  v = "c"\n{count}}}\n',
        "m/main.tf": variable('var.v == "b"'),
    }
    errors = read(tmp_path, files).errors
    assert len(errors) == faults
    assert all(each.message.startswith("module.m.var.v has") for each in errors)


def test_a_variable_beside_a_file_that_cannot_be_read_is_not_judged(tmp_path: Path) -> None:
    snapshot = read(tmp_path, {"main.tf": variable('var.v == "b"'), "override.tf": "{"})
    assert [each.id for each in snapshot.errors] == ["unreadable-terraform"]


def test_validations_in_json_syntax_count_too(tmp_path: Path) -> None:
    document = (
        '{"variable": {"v": {"default": "a",\n'
        '"validation": {"condition": "${var.v == \\"b\\"}", "error_message": "must be b"}}}}'
    )
    (fault,) = read(tmp_path, {"main.tf.json": document}).errors
    assert fault.message.endswith(": must be b")
    assert fault.location is not None
    assert fault.location.line == 2
