"""What CloudFormation makes of values that are written or given in unusual ways."""

from __future__ import annotations

from pathlib import Path

import pytest

from drift.cors.model import Unknown
from drift.interfaces import Inputs, NamedText
from drift.location import Severity
from drift.snapshot import Bucket, Snapshot, State
from drift.tree import DiskTree
from parsers.cloudformation import PARSER
from parsers.cloudformation.template import looks_like_template

HEAD = "Parameters:\n  O: {Type: String, Default: https://dev.example}\n"


def parse(folder: Path, rule: str, head: str = HEAD, inputs: Inputs | None = None) -> Snapshot:
    text = (
        f"{head}Resources:\n  B:\n    Type: AWS::S3::Bucket\n    Properties:\n      BucketName: my-bucket\n"
        f"      CorsConfiguration: {{CorsRules: {rule}}}\n"
    )
    (folder / "t.yaml").write_text(text)
    return PARSER.parse(DiskTree(folder), ["t.yaml"], inputs or Inputs())


def only(snapshot: Snapshot) -> Bucket:
    (bucket,) = snapshot.buckets
    return bucket


def origins(snapshot: Snapshot) -> object:
    cors = only(snapshot).cors
    return None if cors is None else cors.rules[0].allowed_origins


RULE = "[{AllowedMethods: [GET], AllowedOrigins: [!Ref O]}]"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("params.txt", "ParameterKey=O,ParameterValue=https://prod.example\n"),
        ("params.txt", 'ParameterKey=Stage,ParameterValue=prod ParameterKey=O,ParameterValue="https://prod.example"\n'),
        ("params.json", '["ParameterKey=O,ParameterValue=https://prod.example"]'),
        (
            "samconfig.toml",
            "[default.deploy.parameters]\n"
            'parameter_overrides = "'
            'ParameterKey=O,ParameterValue=https://prod.example ParameterKey=X,ParameterValue=1"',
        ),
    ],
)
def test_long_form_of_overrides_gives_the_parameter_that_it_names(tmp_path: Path, name: str, text: str) -> None:
    snapshot = parse(tmp_path, RULE, inputs=Inputs(parameter_files=(NamedText(name, text),)))
    assert origins(snapshot) == ("https://prod.example",)


def test_comma_behind_a_backslash_is_part_of_the_value(tmp_path: Path) -> None:
    given = NamedText("p.txt", "ParameterKey=X,ParameterValue=1 'ParameterKey=O,ParameterValue=https://a\\,b'\n")
    assert origins(parse(tmp_path, RULE, inputs=Inputs(parameter_files=(given,)))) == ("https://a,b",)


def test_previous_value_in_the_long_form_is_not_known(tmp_path: Path) -> None:
    given = NamedText("p.txt", "ParameterKey=O,UsePreviousValue=true\n")
    found = origins(parse(tmp_path, RULE, inputs=Inputs(parameter_files=(given,))))
    assert isinstance(found, tuple)
    assert isinstance(found[0], Unknown)


@pytest.mark.parametrize(
    ("name", "text"), [("p.json", "{"), ("p.txt", "ParameterKey=O,Value=https://prod\n"), ("p.toml", "= 1")]
)
def test_file_of_parameters_that_cannot_be_read_leaves_no_default_in_force(
    tmp_path: Path, name: str, text: str
) -> None:
    snapshot = parse(tmp_path, RULE, inputs=Inputs(parameter_files=(NamedText(name, text),)))
    assert any(each.severity is Severity.ERROR for each in snapshot.diagnostics)
    found = origins(snapshot)
    assert isinstance(found, tuple)
    assert isinstance(found[0], Unknown)
    assert name in found[0].reason


def test_value_from_the_command_line_holds_beside_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    inputs = Inputs(parameters=(("O", "https://prod.example"),), parameter_files=(NamedText("p.json", "{"),))
    assert origins(parse(tmp_path, RULE, inputs=inputs)) == ("https://prod.example",)


@pytest.mark.parametrize("value", ["!Ref P", "[!Select [0, !Ref P], !Select [1, !Ref P]]"])
def test_two_dynamic_references_in_one_list_are_two_values(tmp_path: Path, value: str) -> None:
    head = "Parameters:\n  P: {Type: CommaDelimitedList, Default: '{{resolve:ssm:/a}},{{resolve:ssm:/b}}'}\n"
    bucket = only(parse(tmp_path, f"[{{AllowedMethods: [GET], AllowedOrigins: {value}}}]", head))
    assert bucket.state is State.CONFIGURED


@pytest.mark.parametrize("age", ["0x10", "0o17", "0b11", "1:30"])
def test_max_age_that_only_some_readers_take_for_a_number_is_not_known(tmp_path: Path, age: str) -> None:
    cors = only(parse(tmp_path, f"[{{AllowedMethods: [GET], AllowedOrigins: [a], MaxAge: {age}}}]")).cors
    assert cors is not None
    assert isinstance(cors.rules[0].max_age_seconds, Unknown)


def test_rules_that_come_to_no_value_are_refused_as_missing(tmp_path: Path) -> None:
    snapshot = parse(tmp_path, "!Ref AWS::NoValue")
    assert only(snapshot).state is State.UNKNOWN
    assert [each.id for each in snapshot.diagnostics if each.severity is Severity.WARNING] == ["missing-property"]


@pytest.mark.parametrize(
    ("default", "operand", "first"),
    [
        ("yes", "true", True),
        ("On", "'true'", True),
        ("no", "false", True),
        ("yes", "'yes'", False),
        ("'yes'", "'yes'", True),
        ("'yes'", "yes", False),
        ("yEs", "'yEs'", True),
    ],
)
def test_truth_values_of_yaml_are_compared_as_true_and_false(
    tmp_path: Path, default: str, operand: str, first: bool
) -> None:
    head = f"Parameters:\n  U: {{Type: String, Default: {default}}}\nConditions:\n  P: !Equals [!Ref U, {operand}]\n"
    rule = "[{AllowedMethods: [GET], AllowedOrigins: [!If [P, https://a, https://b]]}]"
    assert origins(parse(tmp_path, rule, head)) == ("https://a" if first else "https://b",)


def test_several_documents_of_which_one_carries_a_template_as_text_are_no_template() -> None:
    text = (
        "kind: ConfigMap\ndata:\n  template.yaml: |\n    Resources:\n      B:\n        Type: AWS::S3::Bucket\n"
        "---\nkind: Service\n"
    )
    assert not looks_like_template(text.encode(), "cm.yaml")


@pytest.mark.parametrize(
    "text",
    [
        "Resources:\n  B: {Type: AWS::S3::Bucket\n",
        "# x\n'Resources' : {B: {Type: AWS::S3::Bucket}}\n---\na: 1\n",
        '{\n  "Resources": {"B": {"Type": "AWS::S3::Bucket"}},,\n',
    ],
)
def test_broken_template_is_still_seen_to_be_one(text: str) -> None:
    assert looks_like_template(text.encode(), "t.yaml")


def test_name_in_a_file_that_no_template_declares_is_told_with_its_place(tmp_path: Path) -> None:
    given = NamedText("p.json", '[\n{"ParameterKey": "Oo", "ParameterValue": "x"}]')
    snapshot = parse(tmp_path, RULE, inputs=Inputs(parameter_files=(given,)))
    (told,) = [each for each in snapshot.diagnostics if each.id == "undeclared-parameter"]
    assert told.severity is Severity.WARNING
    assert told.message == "no template declares a parameter Oo (p.json:2)"
    assert told.help == "did you mean O?"


def test_environments_of_which_none_is_the_default_leave_what_they_give_unknown(tmp_path: Path) -> None:
    parse(tmp_path, RULE)
    (tmp_path / "t.yaml").rename(tmp_path / "template.yaml")
    (tmp_path / "samconfig.toml").write_text(
        '[dev.deploy.parameters]\nparameter_overrides = "O=https://a"\n'
        '[prod.deploy.parameters]\nparameter_overrides = "O=https://b"\n'
    )
    snapshot = PARSER.parse(DiskTree(tmp_path), ["template.yaml"], Inputs())
    found = origins(snapshot)
    assert isinstance(found, tuple)
    assert isinstance(found[0], Unknown)
    assert "dev, prod" in found[0].reason
    assert [each.id for each in snapshot.diagnostics] == ["environment-not-known"]
    inputs = Inputs(parameters=(("O", "https://c"),))
    assert origins(PARSER.parse(DiskTree(tmp_path), ["template.yaml"], inputs)) == ("https://c",)


def test_number_with_a_leading_zero_is_not_known_unless_it_is_in_quotes(tmp_path: Path) -> None:
    for default, known in (("012345670123", False), ("'012345670123'", True)):
        head = f"Parameters:\n  O: {{Type: String, Default: {default}}}\n"
        found = origins(parse(tmp_path, RULE, head))
        assert isinstance(found, tuple)
        assert isinstance(found[0], str) is known


def test_empty_list_has_one_empty_member(tmp_path: Path) -> None:
    head = (
        "Parameters:\n  L: {Type: CommaDelimitedList, Default: ''}\n"
        "Conditions:\n  Has: !Not [!Equals [!Select [0, !Ref L], '']]\n"
    )
    rule = "[{AllowedMethods: [GET], AllowedOrigins: [!If [Has, https://a, https://b]]}]"
    assert origins(parse(tmp_path, rule, head)) == ("https://b",)
