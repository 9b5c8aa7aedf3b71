"""Which files are rule files: by content, with the rest of a repository left alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from drift.interfaces import Claim, Parser
from drift.tree import DiskTree
from parsers.spec import PARSER

RULE = '{"AllowedMethods": ["GET"], "AllowedOrigins": ["*"]}'


def claimed(folder: Path, name: str, content: str | bytes) -> Claim | None:
    (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
    return PARSER.claim(DiskTree(folder), name)


def test_parser_keeps_the_protocol() -> None:
    assert isinstance(PARSER, Parser)
    assert PARSER.name == "spec"


@pytest.mark.parametrize("name", ["a.json", "cors-config.yaml", "x.YML"])
def test_rule_file_is_claimed_whatever_its_name(tmp_path: Path, name: str) -> None:
    assert claimed(tmp_path, name, f"[{RULE}]") == Claim(name)


@pytest.mark.parametrize("name", ["s3-cors.json", "s3-bucket-cors.json", "s3-cors-configuration.json"])
@pytest.mark.parametrize("content", ["", "{", "[]", '{"x": 1}', "[1]"])
def test_name_that_editors_know_is_always_claimed(tmp_path: Path, name: str, content: str) -> None:
    assert claimed(tmp_path, name, content) == Claim(name)


def test_file_of_the_wrong_shape_is_claimed_though_one_of_its_rules_lacks_a_field(tmp_path: Path) -> None:
    assert claimed(tmp_path, "a.yaml", f"b-bucket: [{{AllowedMethods: [GET]}}, {RULE}]\n") == Claim("a.yaml")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_rule_file_with_a_byte_order_mark_is_claimed(tmp_path: Path, encoding: str) -> None:
    assert claimed(tmp_path, "a.json", f"[{RULE}]".encode(encoding)) == Claim("a.json")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.json", '{"CORSRules": ['),
        ("a.json", '// mine\n{"CORSRules": []}'),
        ("a.json", '[{"AllowedMethods": ["GET"],}]'),
        ("a.json", '{"Bucket": "x", "CORSConfiguration": {"CORSRules": [}}'),
        ("a.yaml", "CORSRules:\n- AllowedOrigins: [\n"),
        ("a.yaml", "# mine\n- AllowedOrigins: *\n"),
        ("a.yaml", "version: 1\nbuckets:\n  a: [\n"),
        ("a.yaml", "buckets:\n  a:\n  - AllowedOrigins: *\n"),
        ("a.xml", "<CORSConfiguration><CORSRule>"),
    ],
)
def test_broken_rule_file_is_claimed_so_that_its_fault_is_told(tmp_path: Path, name: str, content: str) -> None:
    assert claimed(tmp_path, name, content) == Claim(name)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("package.json", '{"name": "x", "version": "1", "buckets": {}}'),
        ("a.json", '[{"origin": "x", "id": 1, "name": "y", "more": 2}]'),
        ("a.json", '[1, 2, "AllowedOrigins"]'),
        ("a.json", "[]"),
        ("appsettings.json", '{"Logging": {}, "AllowedOrigins": ["https://a.example"]}'),
        ("appsettings.json", '{\n  // hosts\n  "Logging": {}, "Cors": {"AllowedOrigins": ["x"]}}'),
        ("a.json", '{"Resources": {"B": {"Type": "AWS::S3::Bucket", "Properties": {"CorsConfiguration": '
                   '{"CorsRules": [{"AllowedMethods": ["GET"], "AllowedOrigins": ["*"]}]}}}}}'),
        ("a.yaml", "Resources:\n  B:\n    Type: AWS::S3::Bucket\n    Properties: {CorsConfiguration: {CorsRules: [\n"),
        ("main.tf.json", '{"CORSRules": []}'),
        ("plan.json", '{"format_version": "1.2", "CORSRule": "AllowedOrigins",}'),
        ("plan.json", '{"format_version": "1.2", "planned_values": {"x": {"CORSRules": []}}}'),
        ("snap.json", '{"kind": "cors-drift/snapshot", "version": 1, "buckets": [{"rules": [' + RULE + "]}]}"),
        ("report.json", '{"kind": "cors-drift/report", "version": 1, "buckets": [{"rules": [' + RULE + "]}]}"),
        ("k8s.yaml", "apiVersion: v1\nkind: Bucket\nspec:\n  CORSRules: []\n---\nkind: x\n"),
        ("minio.yaml", "version: 3\nbuckets:\n  a: {size: 1}\n"),
        ("other.yaml", "version: 1\nbuckets:\n  a: {size: 1}\n"),
        ("other.yaml", "version: 1\nbuckets: []\nAllowedOrigins: x\n"),
        ("values.yaml", "cors:\n  AllowedOrigins: ['*']\n  AllowedMethods: [GET]\n"),
        ("values.yaml", f"cors: [{RULE}]\ningress: {{enabled: true}}\n"),
        ("values.yaml", f"image: nginx\ncors: [{RULE}]\n"),
        ("values.yaml", f"site:\n  s3:\n    cors: [{RULE}]\n"),
        ("values.yaml", f"site:\n  s3: [{RULE}]\n"),
        ("appsettings.json", '{"Cors": [{"Name": "x", "AllowedOrigins": ["a"], "AllowedMethods": ["GET"]}]}'),
        ("appsettings.json", '{"Cors": [{"AllowedOrigins": "a", "AllowedMethods": "GET"}]}'),
        ("appsettings.json", '{"Cors": [{"AllowedOrigins": ["a"], "AllowedMethods": "GET"}]}'),
        ("a.json", '[{"bucket": "b", "cors": [' + RULE + ']}, {"host": "x"}]'),
        ("a.yaml", f"kind: x\nbuckets:\n- name: b-bucket\n  cors: [{RULE}]\n"),
        ("a.yaml", f"buckets:\n- name: b-bucket\n  cors: [{RULE}]\n- name: c-bucket\n  size: 1\n"),
        ("a.yaml", f"b-bucket: [{RULE}, {{AllowedOrigins: ['*'], Credentials: true}}]\n"),
        ("a.yaml", f"b-bucket: [{RULE}, x]\n"),
        ("a.yaml", f"b-bucket:\n  CORSRules: [{RULE}]\n  kind: x\n"),
        ("get_bucket_cors_1.json", '{"status_code": 200, "data": {"CORSRules": [' + RULE + "]}}"),
        ("get_bucket_cors.json", '{"get_bucket_cors": {"CORSRules": [' + RULE + "]}}"),
        ("docker-compose.yaml", f"services:\n  web:\n    x-cors: [{RULE}]\n"),
        ("serverless.yml", f"service: x\ncustom:\n  cors: [{RULE}]\nfunctions: {{}}\n"),
        ("playbook.yaml", f"- hosts: all\n  vars:\n    cors: [{RULE}]\n  tasks: [a]\n"),
        ("bucket.yaml", f"apiVersion: s3.services.k8s.aws/v1alpha1\nmy-bucket: [{RULE}]\n"),
        ("x.assets.json", '{"version": "39.0.0", "files": {"a": {"CORSRules": [' + RULE + "]}}}"),
        ("big.json", '{"b-bucket": [' + ", ".join([RULE] * 6000) + "]}"),
        ("service-2.json", '{"shapes": {"CORSRules": {"type": "list"}, "AllowedOrigins": {"type": "list"}}}'),
        ("web.xml", "<web-app><filter>CORSRule</filter></web-app>"),
        ("cors.txt", f"[{RULE}]"),
    ],
)  # fmt: skip
def test_other_file_is_not_claimed(tmp_path: Path, name: str, content: str) -> None:
    assert claimed(tmp_path, name, content) is None
