"""What is twice in a list, which CloudFormation refuses: also where it is not known what it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from drift.interfaces import Inputs
from drift.snapshot import Snapshot, State
from drift.tree import DiskTree
from parsers.cloudformation import PARSER


def parse(folder: Path, text: str) -> Snapshot:
    (folder / "t.yaml").write_text(text)
    return PARSER.parse(DiskTree(folder), ["t.yaml"], Inputs())


def template(rule: str, head: str) -> str:
    return (
        f"{head}Resources:\n  B:\n    Type: AWS::S3::Bucket\n    Properties:\n      BucketName: b-1\n"
        f"      CorsConfiguration:\n        CorsRules:\n          - {rule}\n"
    )


OPEN = "Parameters: {P: {Type: String}, Q: {Type: String}}\nConditions: {U: !Equals [!Ref P, x]}\n"


@pytest.mark.parametrize(
    "origins",
    [
        "[!Ref P, {Ref: P}]",
        "[!Sub 'https://${P}', a, {'Fn::Sub': 'https://${P}'}]",
        "[!ImportValue x, !ImportValue x]",
        "[!If [U, !Ref Q, a], !If [U, !Ref Q, b]]",
    ],
)
def test_one_expression_twice_is_a_duplicate_whatever_it_comes_to(tmp_path: Path, origins: str) -> None:
    rule = f"{{AllowedMethods: [GET], AllowedOrigins: {origins}}}"
    snapshot = parse(tmp_path, template(rule, OPEN))
    assert "duplicate-items" in {each.id for each in snapshot.diagnostics}


@pytest.mark.parametrize(
    "origins",
    ["[!Ref P, !Ref Q]", "[!Sub '${P}a', !Sub '${P}b']", "!If [U, [a, b], [c, d]]", "[!ImportValue x, !ImportValue y]"],
)
def test_two_expressions_that_are_not_known_are_no_duplicates(tmp_path: Path, origins: str) -> None:
    rule = f"{{AllowedMethods: [GET], AllowedOrigins: {origins}}}"
    snapshot = parse(tmp_path, template(rule, OPEN))
    assert "duplicate-items" not in {each.id for each in snapshot.diagnostics}


def test_parts_of_either_of_two_lists_are_no_duplicates_where_cases_are_too_many(tmp_path: Path) -> None:
    names = range(5)
    head = (
        "Parameters: {"
        + ", ".join(f"P{i}: {{Type: String}}" for i in names)
        + "}\nConditions: {"
        + ", ".join(f"C{i}: !Equals [!Ref P{i}, x]" for i in names)
        + "}\n"
    )
    rules = ", ".join(
        f"{{AllowedMethods: [GET], AllowedOrigins: !If [C{i}, [a{i}, b{i}], [c{i}, d{i}]]}}" for i in names
    )
    text = template("X", head).replace("\n          - X", f" [{rules}]")
    snapshot = parse(tmp_path, text)
    assert snapshot.diagnostics == ()
    assert snapshot.buckets[0].alternatives == ()
    assert snapshot.buckets[0].state is State.CONFIGURED
