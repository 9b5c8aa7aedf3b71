"""Templates made to take memory, time or files that are none of theirs: each ends in a result or one clear error.

``seconds`` below is a guard against hangs, many times what the reading takes.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from drift.interfaces import Inputs
from drift.snapshot import Snapshot
from drift.tree import DiskTree
from parsers.cloudformation import PARSER
from tests.laws.terraform_bounds import bounded

MEGABYTES, SECONDS = 300, 60
RULES = 'CorsConfiguration: {CorsRules: [{AllowedMethods: [GET], AllowedOrigins: ["https://sound.example"]}]}'
SOUND = f"Resources:\n  Sound:\n    Type: AWS::S3::Bucket\n    Properties:\n      BucketName: sound\n      {RULES}\n"


def read(folder: Path) -> Snapshot:
    """All that the parser claims of a folder, as it would be read on the command line."""
    tree = DiskTree(folder)
    units = [claim.unit for path in tree.walk() if (claim := PARSER.claim(tree, path)) is not None]
    return PARSER.parse(tree, list(dict.fromkeys(units)), Inputs())


def within_bounds(folder: Path) -> Snapshot:
    return bounded(partial(read, folder), megabytes=MEGABYTES, seconds=SECONDS)


def messages(snapshot: Snapshot) -> list[str]:
    return [each.message for each in snapshot.errors]


def aliases() -> str:
    lines = ["Metadata:", "  a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"  a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 12)]
    return "\n".join(lines) + "\n" + SOUND


def merges() -> str:
    lines = ["Metadata:", "  a0: &a0 {x: 1}"]
    lines += [f"  a{i}: &a{i} {{<<: [{', '.join([f'*a{i - 1}'] * 10)}], y{i}: 1}}" for i in range(1, 30)]
    return "\n".join(lines) + "\n" + SOUND


def aliased_origins() -> str:
    lines = ["Metadata:", "  a0: &a0 {'Fn::Join': ['', [x, x]]}"]
    lines += [f"  a{i}: &a{i} {{'Fn::Join': ['', [*a{i - 1}, *a{i - 1}]]}}" for i in range(1, 40)]
    return "\n".join(lines) + "\n" + SOUND.replace('"https://sound.example"', "*a39")


def circular_alias() -> str:
    return "Metadata: &a\n  again: [*a]\n" + SOUND


def deep_yaml() -> str:
    return "Metadata: " + "[" * 10_000 + "]" * 10_000 + "\n" + SOUND


def deep_blocks() -> str:
    return "Metadata:\n" + "".join("  " * (level + 1) + "a:\n" for level in range(2_000)) + SOUND


def deep_functions() -> str:
    return SOUND.replace('"https://sound.example"', "!Sub [x, {a: " * 10_000 + "b" + "}]" * 10_000)


def deep_json() -> str:
    return (
        '{"Metadata": ' + '{"a":' * 10_000 + "1" + "}" * 10_000 + ', "Resources": {"B": {"Type": "AWS::S3::Bucket"}}}'
    )


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("t.yaml", aliases),
        ("t.yaml", merges),
        ("t.yaml", circular_alias),
        ("t.yaml", deep_yaml),
        ("t.yaml", deep_blocks),
        ("t.yaml", deep_functions),
        ("t.json", deep_json),
        ("t.template", deep_json),
    ],
    ids=lambda value: value if isinstance(value, str) else value.__name__,
)
def test_template_that_grows_or_sinks_is_one_error_and_its_neighbour_is_read(
    tmp_path: Path, name: str, text: Callable[[], str]
) -> None:
    (tmp_path / name).write_text(text())
    (tmp_path / "sound.yaml").write_text(SOUND.replace("BucketName: sound", "BucketName: neighbour"))
    snapshot = within_bounds(tmp_path)
    assert len(snapshot.errors) == 1, messages(snapshot)
    assert snapshot.errors[0].location is not None
    assert [bucket.name for bucket in snapshot.buckets] == ["neighbour"]


def test_functions_that_double_their_argument_through_aliases_are_given_up(tmp_path: Path) -> None:
    (tmp_path / "t.yaml").write_text(aliased_origins())
    (message,) = messages(within_bounds(tmp_path))
    assert "aliases" in message


@pytest.mark.parametrize("name", ["t.yaml", "t.json", "t.template", "serverless.yml", "cdk.out/manifest.json"])
def test_file_of_a_hundred_megabytes_is_refused_before_it_is_held_in_memory(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(SOUND)
    os.truncate(path, 100_000_000)  # zeros that take no room on the disk

    def one() -> list[str]:
        return messages(PARSER.parse(DiskTree(tmp_path), [name], Inputs()))

    (message,) = bounded(one, megabytes=90, seconds=SECONDS)
    assert "bytes" in message


@pytest.mark.parametrize("filling", [" ", "a", "[", '{"a":', "- &a\n", "\n", "#\n", "a: b\n", "!Sub x\n", "'"])
def test_file_just_within_what_is_read_from_disk_ends_in_one_error(tmp_path: Path, filling: str) -> None:
    head = SOUND if filling != '{"a":' else '{"Resources": {"B": {"Type": "AWS::S3::Bucket"}}, "Metadata": '
    (tmp_path / "t.yaml").write_text(head + filling * (20_000_000 // len(filling)))
    assert len(within_bounds(tmp_path).errors) == 1


def test_conditions_that_double_in_each_step_are_evaluated_once_each(tmp_path: Path) -> None:
    lines = ["Parameters: {P: {Type: String}}", "Conditions:", "  C0: !Equals [!Ref P, x]"]
    lines += [f"  C{i}: !And [!Condition C{i - 1}, !Not [!Condition C{i - 1}]]" for i in range(1, 95)]
    origin = "!If [C94, a, b]"
    (tmp_path / "t.yaml").write_text("\n".join(lines) + "\n" + SOUND.replace('"https://sound.example"', origin))
    (bucket,) = within_bounds(tmp_path).buckets
    assert bucket.name == "sound"


def test_keys_of_mappings_that_double_in_each_step_are_looked_up_in_time(tmp_path: Path) -> None:
    inner = "a"
    for _ in range(15):
        inner = f"!FindInMap [M, {inner}, {inner}]"
    text = "Mappings: {M: {a: {a: a}}}\n" + SOUND.replace('"https://sound.example"', inner)
    (tmp_path / "t.yaml").write_text(text)
    (bucket,) = within_bounds(tmp_path).buckets
    assert bucket.name == "sound"


def stack(url: str, parameters: str = "{}") -> str:
    kind = "Type: AWS::CloudFormation::Stack"
    return f"{{{kind}, Properties: {{TemplateURL: {json.dumps(url)}, Parameters: {parameters}}}}}"


def test_stacks_nested_in_a_circle_are_read_once(tmp_path: Path) -> None:
    for number in range(30):
        nested = "".join(f"  N{i}: {stack(f't{(number + i) % 30}.yaml')}\n" for i in range(1, 4))
        (tmp_path / f"t{number}.yaml").write_text(SOUND.replace("BucketName: sound", f"BucketName: s{number}") + nested)
    snapshot = within_bounds(tmp_path)
    assert len(snapshot.buckets) < 20_000


def test_stacks_that_double_at_every_level_are_given_up(tmp_path: Path) -> None:
    for number in range(40):
        nested = "".join(f"  N{i}: {stack(f't{number + 1}.yaml')}\n" for i in range(2))
        (tmp_path / f"t{number}.yaml").write_text("Resources:\n" + nested)
    (tmp_path / "t40.yaml").write_text(SOUND)
    snapshot = within_bounds(tmp_path)
    assert len(snapshot.buckets) < 20_000


def test_parameter_that_doubles_in_every_nested_stack_is_given_up(tmp_path: Path) -> None:
    head = "Parameters: {P: {Type: String, Default: xxxxxxxxxx}}\n"
    doubled = '{P: !Sub "${P}${P}${P}${P}"}'
    for number in range(30):
        nested = f"  N: {stack(f't{number + 1}.yaml', doubled)}\n"
        (tmp_path / f"t{number}.yaml").write_text(head + "Resources:\n" + nested)
    (tmp_path / "t30.yaml").write_text(head + SOUND.replace('"https://sound.example"', "!Ref P"))
    assert len(within_bounds(tmp_path).errors) <= 1


@pytest.mark.parametrize(
    "url",
    [
        "../../../etc/passwd",
        "../secret.yaml",
        "/etc/passwd",
        "file:///etc/passwd",
        "./inside/../../secret.yaml",
        "link.yaml",
        "linked/secret.yaml",
        "..\\secret.yaml",
        "%2e%2e/secret.yaml",
        "t.yaml/../../secret.yaml",
        "a\0b.yaml",
        "x" * 10_000,
    ],
)
def test_template_url_that_leads_out_of_the_tree_reads_nothing_there(
    tmp_path: Path, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "root"
    (root / "inside").mkdir(parents=True)
    (tmp_path / "secret.yaml").write_text(SOUND.replace("BucketName: sound", "BucketName: secret"))
    (root / "link.yaml").symlink_to(tmp_path / "secret.yaml")
    (root / "linked").symlink_to(tmp_path)
    (root / "t.yaml").write_text(SOUND + f"  Child: {stack(url)}\n")
    opened: list[str] = []
    real = Path.read_bytes

    def noted(path: Path) -> bytes:
        opened.append(os.path.realpath(path))
        return real(path)

    monkeypatch.setattr(Path, "read_bytes", noted)
    snapshot = read(root)
    assert "secret" not in {bucket.name for bucket in snapshot.buckets}
    assert "sound" in {bucket.name for bucket in snapshot.buckets}
    assert all(path.startswith(f"{os.path.realpath(root)}{os.sep}") for path in opened)


def test_assembly_that_holds_itself_and_what_is_outside_is_read_within_the_tree(tmp_path: Path) -> None:
    root = tmp_path / "root"
    out = root / "cdk.out"
    out.mkdir(parents=True)
    (tmp_path / "secret.template.json").write_text(json.dumps({"Resources": {"S": {"Type": "AWS::S3::Bucket"}}}))
    (out / "a.template.json").write_text(json.dumps({"Resources": {"A": {"Type": "AWS::S3::Bucket"}}}))
    artifacts = {
        "Self": {"type": "cdk:cloud-assembly", "properties": {"directoryName": "."}},
        "Up": {"type": "cdk:cloud-assembly", "properties": {"directoryName": "../.."}},
        "Outside": {"type": "aws:cloudformation:stack", "properties": {"templateFile": "../../secret.template.json"}},
        "Fine": {"type": "aws:cloudformation:stack", "properties": {"templateFile": "a.template.json"}},
    }
    (out / "manifest.json").write_text(json.dumps({"version": "36.0.0", "artifacts": artifacts}))
    snapshot = within_bounds(root)
    assert {bucket.address for bucket in snapshot.buckets} <= {"A", "Fine/A"}
    assert snapshot.buckets


def test_service_whose_files_include_one_another_is_read_within_the_tree(tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    (tmp_path / "secret.yml").write_text(SOUND.replace("BucketName: sound", "BucketName: secret"))
    (root / "serverless.yml").write_text(
        "service: web\nprovider: {name: aws}\ncustom: ${file(serverless.yml):custom}\nresources:\n"
        "  - ${file(loop.yml)}\n  - ${file(../secret.yml)}\n  - ${file(sound.yml)}\n"
    )
    (root / "loop.yml").write_text("Resources: ${file(loop.yml):Resources}\n")
    (root / "sound.yml").write_text(SOUND)
    assert "sound" in (names := {bucket.name for bucket in within_bounds(root).buckets})
    assert "secret" not in names
