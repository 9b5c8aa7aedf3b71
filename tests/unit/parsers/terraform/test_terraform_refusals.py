"""What Terraform refuses inside a declaration is an error with its place, beside the unknown that it leaves."""

from __future__ import annotations

from pathlib import Path

import pytest

from drift.location import Severity
from drift.snapshot import Snapshot
from tests.unit.parsers.terraform.test_terraform_parser import bucket, read

CONFIGURATION = """\
resource "aws_s3_bucket_cors_configuration" "c" {{
  {bucket}
  cors_rule {{
    allowed_methods = ["GET"]
    {rule}
  }}
}}
"""
FINE = 'allowed_origins = ["*"]'


def errors(snapshot: Snapshot) -> list[tuple[str, int | None]]:
    return [
        (each.message, each.location.line if each.location else None)
        for each in snapshot.diagnostics
        if each.severity is Severity.ERROR
    ]


@pytest.mark.parametrize(
    ("rule", "message", "line"),
    [
        ('allowed_origins = [nosuch("x")]', "there is no function named nosuch", 5),
        (f'{FINE}\n    max_age_seconds = "abc"', 'inappropriate value for attribute "max_age_seconds"', 6),
        ("expose_headers = []", "allowed_origins is required and has no value", 3),
        ("allowed_origins = null", "allowed_origins is required and has no value", 3),
        ("allowed_origins = [var.nosuch]", "var.nosuch: no variable of that name is declared", 5),
        ("allowed_origins = [local.nosuch]", "local.nosuch: no local value of that name is declared", 5),
        ("allowed_origins = { a = 1 }", 'inappropriate value for attribute "allowed_origins"', 5),
    ],
)
def test_a_fault_in_a_rule_is_an_error_with_its_line(tmp_path: Path, rule: str, message: str, line: int) -> None:
    source = CONFIGURATION.format(bucket='bucket = "b"', rule=rule)
    ((told, at),) = errors(read(tmp_path, {"main.tf": source}))
    assert message in told
    assert at in (line, 3)


@pytest.mark.parametrize(("name", "message"), [("nosuch()", "no function named nosuch"), ("var.x.y", "no variable")])
def test_a_fault_in_a_name_is_an_error_once(tmp_path: Path, name: str, message: str) -> None:
    source = bucket(name) + CONFIGURATION.format(bucket="bucket = aws_s3_bucket.x.id", rule=FINE)
    ((told, line),) = errors(read(tmp_path, {"main.tf": source}))
    assert message in told
    assert line == 2


@pytest.mark.parametrize("given", ["", "bucket = null"])
def test_a_configuration_for_no_bucket_is_an_error(tmp_path: Path, given: str) -> None:
    source = CONFIGURATION.format(bucket=given, rule=FINE)
    assert errors(read(tmp_path, {"main.tf": source})) == [("bucket is required and has no value", 1)]


@pytest.mark.parametrize(
    "source",
    [
        bucket("timestamp()"),
        bucket('indent(2000000, "x")'),  # more than this program works through
        'variable "x" {}\n' + bucket("var.x"),
        bucket('try({}.a, "b")'),
        'resource "aws_s3_bucket" "x" {\n  count = timestamp() == "" ? 1 : 0\n  bucket = nosuch()\n}\n',
        'resource "aws_s3_bucket" "x" {\n  count = 0\n  bucket = nosuch()\n}\n',
    ],
)
def test_what_is_only_not_known_or_may_not_exist_is_no_such_error(tmp_path: Path, source: str) -> None:
    assert not [each for each in read(tmp_path, {"main.tf": source}).diagnostics if each.id == "invalid-expression"]
