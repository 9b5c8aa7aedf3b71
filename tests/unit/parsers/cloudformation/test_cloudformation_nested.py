"""Nested stacks beyond what the case folders show: bounds, secrets, and what the user gives."""

from __future__ import annotations

from pathlib import Path

from drift.interfaces import Inputs
from drift.snapshot import Snapshot, State
from drift.tree import DiskTree
from parsers.cloudformation import PARSER


def parse(folder: Path, files: dict[str, str], inputs: Inputs | None = None) -> Snapshot:
    for name, text in files.items():
        (folder / name).write_text(text)
    tree = DiskTree(folder)
    return PARSER.parse(tree, [name for name in sorted(files) if PARSER.claim(tree, name)], inputs or Inputs())


def stack(name: str, url: str, parameters: str = "{}") -> str:
    properties = f"{{TemplateURL: {url}, Parameters: {parameters}}}"
    return f"  {name}: {{Type: AWS::CloudFormation::Stack, Properties: {properties}}}\n"


def test_stacks_that_multiply_are_given_up_with_a_reason(tmp_path: Path) -> None:
    files = {f"t{level}.yaml": "Resources:\n" for level in range(7)}
    for level in range(6):
        files[f"t{level}.yaml"] += "".join(stack(f"S{index}", f"t{level + 1}.yaml") for index in range(10))
    files["t6.yaml"] += "  B: {Type: AWS::S3::Bucket}\n"
    snapshot = parse(tmp_path, files)
    given_up = [each for each in snapshot.buckets if each.state is State.UNKNOWN]
    assert "there are more than 200 nested stacks" in (given_up[0].reason or "")
    assert len(snapshot.buckets) < 2500


def test_stacks_nested_too_deep_are_not_followed(tmp_path: Path) -> None:
    files = {f"t{level}.yaml": "Resources:\n" + stack("Bucket", f"t{level + 1}.yaml") for level in range(12)}
    files["t12.yaml"] = "Resources:\n  B: {Type: AWS::S3::Bucket}\n"
    (bucket,) = parse(tmp_path, files).buckets
    assert "nested more than 8 deep" in (bucket.reason or "")


def test_secret_of_the_parent_stays_one_in_its_child(tmp_path: Path) -> None:
    parent = "Parameters: {Key: {Type: String, NoEcho: true, Default: hush-hush}}\nResources:\n"
    child = (
        "Parameters: {Name: {Type: String}}\nResources:\n"
        "  B: {Type: AWS::S3::Bucket, Properties: {BucketName: !Sub 'a-${Name}'}}\n"
    )
    snapshot = parse(tmp_path, {"a.yaml": parent + stack("S", "b.yaml", "{Name: !Ref Key}"), "b.yaml": child})
    assert snapshot.buckets[0].sensitive == {"a-hush-hush"}
    assert not any("hush-hush" in each.message for each in snapshot.diagnostics)


def test_parameter_that_a_stack_above_declares_is_not_the_childs(tmp_path: Path) -> None:
    parent = "Parameters: {Name: {Type: String}}\nResources:\n" + stack("S", "b.yaml", "{Name: !ImportValue x}")
    child = (
        "Parameters: {Name: {Type: String}}\nResources:\n"
        "  B: {Type: AWS::S3::Bucket, Properties: {BucketName: !Ref Name}}\n"
    )
    (bucket,) = parse(tmp_path, {"a.yaml": parent, "b.yaml": child}, Inputs(parameters=(("Name", "given"),))).buckets
    assert not isinstance(bucket.name, str)


def test_change_in_case_of_unknown_parameters_reaches_the_outputs_of_the_child(tmp_path: Path) -> None:
    parent = (
        "Parameters: {Env: {Type: String, AllowedValues: [dev, prod]}}\nConditions: {Prod: !Equals [!Ref Env, prod]}\n"
        "Resources:\n"
        + stack("S", "b.yaml", "{Host: !If [Prod, prod.example, dev.example]}")
        + "  B:\n    Type: AWS::S3::Bucket\n    Properties:\n      BucketName: acme\n      CorsConfiguration:\n"
        "        CorsRules: [{AllowedMethods: [GET], AllowedOrigins: [!GetAtt S.Outputs.Origin]}]\n"
    )
    child = (
        "Parameters: {Host: {Type: String}}\nResources: {Q: {Type: AWS::SQS::Queue}}\n"
        "Outputs: {Origin: {Value: !Sub 'https://${Host}'}}\n"
    )
    (bucket,) = parse(tmp_path, {"a.yaml": parent, "b.yaml": child}).buckets
    origins = {
        each.bucket.cors.rules[0].allowed_origins for each in bucket.alternatives if each.bucket and each.bucket.cors
    }
    assert origins == {("https://prod.example",), ("https://dev.example",)}


def test_parameters_that_are_no_mapping_leave_all_of_the_child_open(tmp_path: Path) -> None:
    child = (
        "Parameters: {Name: {Type: String, Default: own}}\nResources:\n"
        "  B: {Type: AWS::S3::Bucket, Properties: {BucketName: !Ref Name}}\n"
    )
    snapshot = parse(tmp_path, {"a.yaml": "Resources:\n" + stack("S", "b.yaml", "!ImportValue x"), "b.yaml": child})
    assert not isinstance(snapshot.buckets[0].name, str)


def test_name_of_a_nested_stack_starts_with_that_of_its_parent(tmp_path: Path) -> None:
    child = "Resources:\n  B: {Type: AWS::S3::Bucket, Properties: {BucketName: !Sub '${AWS::StackName}-b'}}\n"
    files = {"a.yaml": "Resources:\n" + stack("S", "b.yaml"), "b.yaml": child}
    (bucket,) = parse(tmp_path, files, Inputs(stack_name="shop")).buckets
    assert not isinstance(bucket.name, str)
    assert (bucket.name.prefix, bucket.name.suffix, bucket.stack) == ("shop-S-", "-b", "shop")
