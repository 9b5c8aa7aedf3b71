"""Reads hostile trees with a bound on memory and a guard against hangs, beside declarations that must still be read."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from drift.cors.model import Unknown
from drift.interfaces import Inputs
from drift.location import Diagnostic
from drift.snapshot import Bucket, Snapshot, State
from drift.tree import DiskTree
from parsers.terraform import PARSER
from tests.laws.terraform_bounds import bounded

MEGABYTES = 400
SECONDS = 60
RULE = '  cors_rule {\n    allowed_methods = ["GET"]\n    allowed_origins = ["https://good.example"]\n  }\n'
GOOD = f'resource "aws_s3_bucket_cors_configuration" "good" {{\n  bucket = "good"\n{RULE}}}\n'
"""A declaration that nothing beside it may spoil."""


def configuration(origins: str, name: str = '"bad"') -> str:
    """A declaration with an expression for its origins."""
    return (
        f'resource "aws_s3_bucket_cors_configuration" "bad" {{\n  bucket = {name}\n'
        f'  cors_rule {{\n    allowed_methods = ["GET"]\n    allowed_origins = {origins}\n  }}\n}}\n'
    )


def written(root: Path, files: Mapping[str, str | bytes]) -> Path:
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return root


def read(root: Path, units: tuple[str, ...] = ("",), inputs: Inputs | None = None, *, places: bool = True) -> Snapshot:
    """What is read, in bounded memory, with every fault told in words and with a place."""
    given = inputs or Inputs()
    _warm()
    snapshot = bounded(lambda: PARSER.parse(DiskTree(root), units, given), megabytes=MEGABYTES, seconds=SECONDS)
    for fault in snapshot.diagnostics:
        assert fault.location is not None or not places
        assert 0 < len(fault.message) < 1000
        assert "Traceback" not in fault.message
    return snapshot


@cache
def _warm() -> None:
    """Loads in this process what every child would load again."""
    with TemporaryDirectory() as folder:
        written(Path(folder), {"x.tf": configuration('["${upper("x")}", jsondecode("1"), yamldecode("x")]')})
        PARSER.parse(DiskTree(Path(folder)), [""], Inputs())


def good(snapshot: Snapshot) -> None:
    """The good declaration is there, as it is written."""
    found = [bucket for bucket in snapshot.buckets if bucket.name == "good"]
    assert len(found) == 1, snapshot
    assert found[0].state is State.CONFIGURED, found
    assert found[0].cors is not None
    assert found[0].cors.rules[0].allowed_origins == ("https://good.example",)


def bad(snapshot: Snapshot) -> Bucket:
    """The other declaration."""
    (found,) = (bucket for bucket in snapshot.buckets if bucket.name != "good")
    return found


def why(bucket: Bucket) -> str:
    """Why a declaration is not known, or its origins."""
    if bucket.cors is None:
        return str(bucket.reason)
    origins = bucket.cors.rules[0].allowed_origins
    parts = [each for each in (origins if isinstance(origins, tuple) else (origins,)) if isinstance(each, Unknown)]
    assert parts, bucket
    return parts[0].reason


def only_fault(snapshot: Snapshot) -> Diagnostic:
    (fault,) = snapshot.diagnostics
    return fault
