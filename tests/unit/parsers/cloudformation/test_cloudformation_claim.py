"""Which files are templates."""

from __future__ import annotations

from pathlib import Path

import pytest

from drift.interfaces import Claim
from drift.tree import DiskTree
from parsers.cloudformation import PARSER

TEMPLATE = "Resources:\n  B:\n    Type: AWS::S3::Bucket\n"


def claimed(folder: Path, name: str, content: str | bytes) -> Claim | None:
    (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
    return PARSER.claim(DiskTree(folder), name)


@pytest.mark.parametrize("name", ["a.yaml", "a.yml", "a.YAML", "a.template", "a.template.json"])
def test_template_is_claimed_by_its_content(tmp_path: Path, name: str) -> None:
    content = '{"Resources": {"B": {"Type": "AWS::S3::Bucket"}}}' if name.endswith("json") else TEMPLATE
    assert claimed(tmp_path, name, content) == Claim(name)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_template_with_a_byte_order_mark_is_claimed(tmp_path: Path, encoding: str) -> None:
    assert claimed(tmp_path, "a.yaml", TEMPLATE.encode(encoding)) == Claim("a.yaml")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_broken_template_is_claimed_so_that_its_fault_is_told(tmp_path: Path, encoding: str) -> None:
    assert claimed(tmp_path, "a.yaml", (TEMPLATE + "    X: [\n").encode(encoding)) == Claim("a.yaml")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.md", TEMPLATE),
        ("a.tf", TEMPLATE),
        ("main.tf.json", '{"Resources": {"B": {"Type": "AWS::S3::Bucket"}}}'),
        ("a.yaml", "Resources:\n  B:\n    Type: AWS::SQS::Queue\n"),
        ("a.yaml", "Resources:\n  P:\n    Type: AWS::IAM::Policy\n    Arn: arn:aws:s3:::bucket/x\n  Q: [\n"),
        ("arm.json", '{"resources": [{"type": "Microsoft.Resources/x", "corsRules": []}]}'),
        ("a.yaml", "text: AWS::S3::Bucket and Resources\n"),
        ("a.yaml", "Resources: [AWS::S3::Bucket]\n"),
        ("a.json", '["Resources", "AWS::S3::Bucket"]'),
        ("plan.json", '{"format_version": "1.2", "x": "Resources: AWS::S3::Bucket"}'),
        ("plan.json", '{"format_version": "1.2", "x": {"Resources": "AWS::S3::Bucket",}}'),
        ("state.json", '{"terraform_version": "1.9", "x": {"Resources": "AWS::S3::Bucket",}}'),
        ("snapshot.json", '{"kind": "cors-drift/snapshot", "Resources": "AWS::S3::Bucket"}'),
        ("notes.yaml", "- AWS::S3::Bucket: [\n- see Resources\n"),
        ("cors.json", '{"CORSRules": [{"AllowedMethods": ["GET"], "AllowedOrigins": ["*"]}]}'),
    ],
)
def test_other_file_is_not_claimed(tmp_path: Path, name: str, content: str) -> None:
    assert claimed(tmp_path, name, content) is None


@pytest.mark.parametrize(
    "content",
    [
        "Resources: # all of them\n\n  # first\n\n  B:\n    Type: AWS::S3::Bucket\n",
        "Resources:\r\n  B:\r\n    Type: AWS::S3::Bucket\r\n",
        "Resources: {B: {Type: AWS::S3::Bucket}}\n",
        "  Resources:\n    B: {Type: AWS::S3::Bucket}\n",
        "'Resources':\n  B: {Type: AWS::S3::Bucket}\n",
        "Resources: &all\n  B: {Type: AWS::S3::Bucket}\n",
        "resources:\n  Resources:\n    B: {Type: AWS::S3::Bucket}\n",
    ],
)
def test_section_is_found_however_it_is_written(tmp_path: Path, content: str) -> None:
    assert claimed(tmp_path, "a.yaml", content) == Claim("a.yaml")


def test_section_of_blank_lines_alone_takes_no_time(tmp_path: Path) -> None:
    blank = "Resources:\n" + " \n" * 300_000
    assert claimed(tmp_path, "a.yaml", blank + "AWS::S3::Bucket: x\n") is None
