"""Copies of remote modules are read as long as the call means them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from drift.interfaces import Inputs
from drift.snapshot import Snapshot, State
from drift.tree import DiskTree
from parsers.terraform import PARSER
from parsers.terraform.vendored import Copy, stale

REGISTRY = "modules.example/acme/s3-thing/aws"
GIT = "git::https://git.example/acme/s3-thing.git"


def declared(root: Path, call: str, entry: dict[str, str]) -> Snapshot:
    """What a root declares whose one call has a copy with one bucket."""
    copy = root / ".terraform/modules/s"
    copy.mkdir(parents=True)
    (copy / "main.tf").write_text('resource "aws_s3_bucket" "this" {\n  bucket = "copied"\n}\n')
    (root / ".terraform/modules/modules.json").write_text(
        json.dumps({"Modules": [{"Key": "", "Dir": "."}, {"Key": "s", "Dir": ".terraform/modules/s", **entry}]})
    )
    (root / "main.tf").write_text(f'module "s" {{\n{call}\n}}\n')
    return PARSER.parse(DiskTree(root), [""], Inputs())


def test_a_copy_of_the_source_and_version_that_is_called_is_read(tmp_path: Path) -> None:
    call = '  source  = "acme/s3-thing/aws"\n  version = "~> 4.1"'
    found = declared(tmp_path, call, {"Source": REGISTRY, "Version": "4.2.0"})
    assert [each.name for each in found.buckets] == ["copied"]
    assert not found.diagnostics


def test_a_copy_of_another_version_is_not_read_and_the_call_is_unresolved(tmp_path: Path) -> None:
    call = '  source  = "acme/s3-thing/aws"\n  version = "5.0.0"'
    found = declared(tmp_path, call, {"Source": REGISTRY, "Version": "4.2.0"})
    [bucket] = found.buckets
    assert bucket.state is State.UNKNOWN
    assert "its copy is of version 4.2.0" in (bucket.reason or "")
    assert "terraform init" in (bucket.reason or "")


@pytest.mark.parametrize(
    ("source", "constraint", "copied", "version"),
    [
        ("acme/s3-thing/aws", None, REGISTRY, "4.2.0"),
        ("acme/s3-thing/aws", ">= 4.0, < 5.0", REGISTRY, "4.2.0"),
        ("acme/s3-thing/aws", "~> 4", REGISTRY, "5.2.0"),
        ("acme/s3-thing/aws", "!= 4.1.0", REGISTRY, "4.2.0"),
        ("acme/s3-thing/aws//modules/x", "4.2", REGISTRY + "//modules/x", "4.2.0"),
        ("acme/s3-thing/aws", "4.2.0-beta1", REGISTRY, "4.2.0-beta1"),
        ("acme/s3-thing/aws", "5.0.0", REGISTRY, "a version of a form that nobody knows"),
        (GIT + "?ref=v1", None, GIT + "?ref=v1", ""),
        ("git.example/acme/s3-thing", None, GIT, ""),
        ("acme/s3-thing/aws", None, "", ""),
    ],
)
def test_a_copy_that_terraform_would_take_is_not_stale(
    source: str, constraint: str | None, copied: str, version: str
) -> None:
    assert stale(Copy("d", copied, version), source, constraint) is None


@pytest.mark.parametrize(
    ("source", "constraint", "copied", "version"),
    [
        ("acme/s3-thing/aws", None, "modules.example/acme/other/aws", "4.2.0"),
        ("acme/s3-thing/aws//modules/x", None, REGISTRY, "4.2.0"),
        ("acme/s3-thing/aws", None, GIT, ""),
        ("acme/s3-thing/aws", "~> 4.1.0", REGISTRY, "4.2.0"),
        ("acme/s3-thing/aws", "~> 4.3", REGISTRY, "4.2.9"),
        ("acme/s3-thing/aws", ">= 4.0, != 4.2.0", REGISTRY, "4.2.0"),
        ("acme/s3-thing/aws", "< 4.2", REGISTRY, "4.2.0"),
        ("acme/s3-thing/aws", "<= 4.1.9", REGISTRY, "4.2.0"),
        ("acme/s3-thing/aws", "> 4.2", REGISTRY, "4.2.0"),
        (GIT + "?ref=v2", None, GIT + "?ref=v1", ""),
        (GIT, None, GIT + "?ref=v1", ""),
    ],
)
def test_a_copy_that_terraform_would_refuse_is_stale(
    source: str, constraint: str | None, copied: str, version: str
) -> None:
    assert stale(Copy("d", copied, version), source, constraint)
