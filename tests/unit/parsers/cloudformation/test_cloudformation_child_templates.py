"""Nested stacks whose template the parent names in other ways than by its path."""

from __future__ import annotations

from pathlib import Path

import pytest

from drift.interfaces import Inputs
from drift.snapshot import Snapshot, State
from drift.tree import DiskTree
from parsers.cloudformation import PARSER

CHILD = (
    "Parameters:\n  O: {Type: String, Default: https://dev}\nResources:\n  B:\n    Type: AWS::S3::Bucket\n"
    "    Properties:\n      BucketName: bkt-a\n"
    "      CorsConfiguration: {CorsRules: [{AllowedMethods: [GET], AllowedOrigins: [!Ref O]}]}\n"
)


def parse(folder: Path, url: str, child: str) -> Snapshot:
    (folder / "p.yaml").write_text(
        "Parameters:\n  U: {Type: String, Default: child.yaml}\nResources:\n  C:\n"
        f"    Type: AWS::CloudFormation::Stack\n    Properties:\n      TemplateURL: {url}\n"
        "      Parameters: {O: https://prod}\n"
    )
    (folder / child).parent.mkdir(parents=True, exist_ok=True)
    (folder / child).write_text(CHILD)
    tree = DiskTree(folder)
    units = [path for path in tree.walk("") if PARSER.claim(tree, path)]
    return PARSER.parse(tree, units, Inputs())


def origins(snapshot: Snapshot) -> list[object]:
    return [bucket.cors.rules[0].allowed_origins if bucket.cors else bucket.state for bucket in snapshot.buckets]


@pytest.mark.parametrize(
    ("url", "child"),
    [
        ("https://s3.amazonaws.com/bucket/templates/child.yaml", "child.yaml"),
        ("https://s3.amazonaws.com/bucket/templates/child.yaml?versionId=3", "nested/child.yaml"),
        ("!Sub 'https://${AWS::Region}.s3.amazonaws.com/templates/child.yaml'", "child.yaml"),
        ("!Sub ['https://${B}/child.yaml', {B: x}]", "child.yaml"),
        ("!Join ['', ['https://', !Ref AWS::Region, '/templates/child.yaml']]", "child.yaml"),
        ("!Sub '${U}/child.yaml'", "child.yaml"),
        ("https://s3.amazonaws.com/bucket/storage/template.yaml", "storage/template.yaml"),
        ("file://child.yaml", "child.yaml"),
        ("!Sub child.yaml", "child.yaml"),
        ("!Ref U", "child.yaml"),
        ("child.tpl", "child.tpl"),
        ("child.txt", "child.txt"),
        ("nested/child", "nested/child"),
    ],
)
def test_nested_stack_has_what_its_parent_passes_however_its_template_is_named(
    tmp_path: Path, url: str, child: str
) -> None:
    assert origins(parse(tmp_path, url, child)) == [("https://prod",)]


def test_name_that_many_templates_have_is_not_taken_for_the_same_file(tmp_path: Path) -> None:
    found = parse(tmp_path, "https://s3.amazonaws.com/bucket/other/template.yaml", "mine/template.yaml")
    assert ("https://dev",) in origins(found)


def test_of_several_files_of_one_name_the_one_in_the_same_folder_is_meant(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "child.yaml").write_text(CHILD.replace("bkt-a", "bkt-b"))
    found = parse(tmp_path, "https://s3.amazonaws.com/bucket/nested/child.yaml", "nested/child.yaml")
    assert {bucket.name: bucket.cors and bucket.cors.rules[0].allowed_origins for bucket in found.buckets} == {
        "bkt-a": ("https://prod",),
        "bkt-b": ("https://dev",),
    }


def test_file_that_is_no_template_makes_no_bucket(tmp_path: Path) -> None:
    (tmp_path / "app.zip").write_bytes(b"PK\x03\x04")
    found = parse(tmp_path, "app.zip", "child.yaml")
    assert [bucket.state for bucket in found.buckets] == [State.CONFIGURED]


@pytest.mark.parametrize("name", ["stack.cfn", "stack", "s.yaml.j2", "child.tpl", "a/stack.txt"])
def test_template_of_another_name_is_read_where_it_is_named(tmp_path: Path, name: str) -> None:
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text(CHILD)
    claim = PARSER.claim(DiskTree(tmp_path), name)
    assert claim is not None
    assert claim.named_only
    assert origins(PARSER.parse(DiskTree(tmp_path), [name], Inputs())) == [("https://dev",)]


@pytest.mark.parametrize("name", ["notes.txt", "stack.md", "Makefile"])
def test_text_that_speaks_of_buckets_is_no_template(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("The Resources of the stack: an AWS::S3::Bucket.\n")
    assert PARSER.claim(DiskTree(tmp_path), name) is None
