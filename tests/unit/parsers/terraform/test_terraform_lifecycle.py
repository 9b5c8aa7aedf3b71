"""Rules whose changes Terraform ignores are compared, with a warning that Terraform will not put them back."""

from __future__ import annotations

from pathlib import Path

import pytest

from drift.location import Severity
from drift.snapshot import State
from tests.unit.parsers.terraform.test_terraform_parser import RULE, bucket, cors, only, read

IGNORED = "  lifecycle {{\n    ignore_changes = {}\n  }}\n"


def inline(body: str, more: str) -> str:
    return f'resource "aws_s3_bucket" "x" {{\n  bucket = "b"\n{body}{more}}}\n'


@pytest.mark.parametrize("ignored", ["[cors_rule]", "all", "[tags, cors_rule[0].allowed_origins]", '["cors_rule"]'])
@pytest.mark.parametrize("separate", [True, False])
def test_declared_rules_whose_changes_are_ignored_are_warned_of(ignored: str, separate: bool, tmp_path: Path) -> None:
    more = IGNORED.format(ignored)
    snapshot = read(tmp_path, {"main.tf": cors('"b"', rule=RULE + more) if separate else inline(RULE, more)})
    (fault,) = snapshot.diagnostics
    assert (fault.id, fault.severity) == ("changes-ignored", Severity.WARNING)
    assert fault.location is not None
    assert fault.location.line == 8
    assert "will not put the declared ones back" in fault.message
    assert only(snapshot).state is State.CONFIGURED


def test_rules_that_are_declared_as_none_count_as_declared(tmp_path: Path) -> None:
    snapshot = read(tmp_path, {"main.tf": inline("  cors_rule = []\n", IGNORED.format("[cors_rule]"))})
    assert [each.id for each in snapshot.diagnostics] == ["changes-ignored"]
    assert only(snapshot).says_none


def test_every_instance_of_a_resource_is_warned_of_at_once(tmp_path: Path) -> None:
    many = inline(RULE, IGNORED.format("all") + "  count = 3\n")
    (fault,) = read(tmp_path, {"main.tf": many}).diagnostics
    assert fault.message.startswith("aws_s3_bucket.x ignores")


def test_a_bucket_that_ignores_what_a_separate_resource_declares_is_nothing_to_warn_of(tmp_path: Path) -> None:
    source = inline("", IGNORED.format("[cors_rule]")) + cors("aws_s3_bucket.x.id")
    assert read(tmp_path, {"main.tf": source}).diagnostics == ()


def test_other_ignored_changes_are_nothing_to_warn_of(tmp_path: Path) -> None:
    source = inline(RULE, IGNORED.format("[tags]")) + bucket('"y"', "y")
    assert read(tmp_path, {"main.tf": source}).diagnostics == ()
