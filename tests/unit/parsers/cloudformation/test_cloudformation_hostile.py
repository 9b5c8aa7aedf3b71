"""Templates made to take for ever: each ends in a result or one clear error, and what is sound beside it is read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from drift.cors.model import Unknown
from drift.interfaces import Inputs
from drift.snapshot import Snapshot, State
from drift.tree import DiskTree
from parsers.cloudformation import PARSER

EXTENDED = "Transform: AWS::LanguageExtensions\n"


def parse(folder: Path, text: str, name: str = "t.yaml") -> Snapshot:
    (folder / name).write_text(text)
    tree = DiskTree(folder)
    PARSER.claim(tree, name)
    return PARSER.parse(tree, [name], Inputs())


def bucket(origin: str, name: str = "B") -> str:
    return (
        f"  {name}:\n    Type: AWS::S3::Bucket\n    Properties:\n      BucketName: my-bucket\n"
        f"      CorsConfiguration:\n        CorsRules: [{{AllowedMethods: [GET], AllowedOrigins: [{origin}]}}]\n"
    )


def unknown_origin(snapshot: Snapshot) -> Unknown:
    (found,) = snapshot.buckets
    assert found.cors is not None
    origins = found.cors.rules[0].allowed_origins
    assert isinstance(origins, tuple)
    assert isinstance(origins[0], Unknown)
    return origins[0]


@pytest.mark.parametrize("name", ["t.json", "t.yaml", "t.template"])
def test_ten_thousand_lists_inside_one_another_are_one_error(tmp_path: Path, name: str) -> None:
    lists = "[" * 10_000 + "]" * 10_000
    text = f'{{"Resources": {{"B": {{"Type": "AWS::S3::Bucket", "Properties": {lists}}}}}}}'
    snapshot = parse(tmp_path, text, name)
    (fault,) = snapshot.errors
    assert "nested more than" in fault.message
    assert snapshot.buckets == ()


def test_file_larger_than_any_template_is_one_error_without_being_parsed(tmp_path: Path) -> None:
    (fault,) = parse(tmp_path, "Resources:\n" + bucket('"*"') + "#" * 9_000_000).errors
    assert "characters" in fault.message


def test_conditions_that_lead_round_in_circles_are_told_once_each(tmp_path: Path) -> None:
    circle = "".join(f"  C{i}: !And [!Condition C{(i + 1) % 9}, !Condition C{(i + 2) % 9}]\n" for i in range(9))
    snapshot = parse(tmp_path, f"Conditions:\n{circle}Resources:\n{bucket('!If [C0, a, b]')}")
    assert unknown_origin(snapshot)
    assert {each.id for each in snapshot.diagnostics} == {"circular-condition"}
    assert len(snapshot.diagnostics) <= 9


def test_a_thousand_independent_conditions_are_given_up_and_not_tried_one_by_one(tmp_path: Path) -> None:
    parameters = "".join(f"  P{i}: {{Type: String}}\n" for i in range(1000))
    conditions = "".join(f"  C{i}: !Equals [!Ref P{i}, x]\n" for i in range(1000))
    origins = ", ".join(f"!If [C{i}, a{i}, b{i}]" for i in range(1000))
    (found,) = parse(
        tmp_path, f"Parameters:\n{parameters}Conditions:\n{conditions}Resources:\n{bucket(origins)}"
    ).buckets
    assert found.alternatives == ()
    assert found.cors is not None
    assert len(list(found.cors.unknowns())) == 1000


@pytest.mark.parametrize("inner", ["{}", '{"B${X}${Y}${Z}": {Type: AWS::S3::Bucket}}'])
def test_loops_that_multiply_are_given_up(tmp_path: Path, inner: str) -> None:
    members = ",".join(map(str, range(2000)))
    text = (
        f'{EXTENDED}Parameters: {{L: {{Type: CommaDelimitedList, Default: "{members}"}}}}\nResources:\n'
        '  Fn::ForEach::A: [X, !Ref L, {"Fn::ForEach::B": [Y, !Ref L, {"Fn::ForEach::C": [Z, !Ref L, '
        f"{inner}]}}]}}]\n" + bucket('"*"')
    )
    snapshot = parse(tmp_path, text)
    assert any("makes more than can be evaluated" in each.message for each in snapshot.diagnostics)
    assert "my-bucket" in {each.name for each in snapshot.buckets}


def test_loop_that_makes_a_text_grow_is_given_up(tmp_path: Path) -> None:
    text = (
        f'{EXTENDED}Resources:\n  Fn::ForEach::A: [X, ["{"y" * 15_000}"], '
        f'{{"B${{X}}": {{Type: AWS::S3::Bucket, Properties: {{BucketName: "{"${X}" * 100_000}"}}}}}}]\n'
    )
    (found,) = parse(tmp_path, text).buckets
    assert found.state is State.UNKNOWN


@pytest.mark.parametrize("function", ["Fn::ToJsonString", "Fn::Base64"])
def test_text_that_grows_with_every_function_is_given_up(tmp_path: Path, function: str) -> None:
    expression: object = "x" * 100
    for _ in range(25):
        expression = {function: {"a": expression} if function == "Fn::ToJsonString" else expression}
    assert (
        "longer than"
        in unknown_origin(parse(tmp_path, f"{EXTENDED}Resources:\n{bucket(json.dumps(expression))}")).reason
    )


def test_pattern_that_never_ends_is_told_once_and_no_other_is_tried(tmp_path: Path) -> None:
    parameters = "".join(
        f'  P{i}: {{Type: String, AllowedPattern: "^(a|aa)+$", Default: "{"a" * 60}{i}!"}}\n' for i in range(40)
    )
    origins = ", ".join(f"!Ref P{i}" for i in range(40))
    snapshot = parse(tmp_path, f"Parameters:\n{parameters}Resources:\n{bucket(origins)}")
    assert [each.id for each in snapshot.diagnostics if each.id != "default-taken"] == ["slow-pattern"]


@pytest.mark.parametrize("value", ["NaN", "Infinity", "1e999999999", "", "٣", "9" * 5000])
def test_odd_numbers_of_a_number_parameter_do_no_harm(tmp_path: Path, value: str) -> None:
    head = f'Parameters:\n  P: {{Type: Number, MinValue: 1, MaxValue: 5, Default: "{value}"}}\n'
    snapshot = parse(tmp_path, f"{head}Resources:\n{bucket('!Ref P')}")
    assert snapshot.errors == ()


@pytest.mark.parametrize(
    "expression",
    ["[10.0.0.0/8, 999999, 8]", "[x, 1, 8]", "[10.0.0.0/8, 1, -1]", "[10.0.0.0/30, 256, 8]", "['::/0', 256, 127]", "x"],
)
def test_odd_address_blocks_do_no_harm(tmp_path: Path, expression: str) -> None:
    snapshot = parse(tmp_path, f"Resources:\n{bucket(f'!Select [0, !Cidr {expression}]')}")
    assert snapshot.errors == ()
