"""Parameter values in all the shapes that AWS tools write, and what pseudo parameters come to."""

from __future__ import annotations

import pytest

from drift.cors.model import Unknown
from drift.interfaces import Inputs, NamedText
from drift.location import Severity
from parsers.cloudformation.given import given_values
from parsers.cloudformation.parameters import Pseudo

SAMCONFIG = """
version = 0.1
[default.deploy.parameters]
stack_name = "demo"
parameter_overrides = {}
"""


def values_of(text: str, name: str = "params.json") -> dict[str, object]:
    given, diagnostics = given_values(Inputs(parameter_files=(NamedText(name, text),)))
    assert diagnostics == []
    return dict(given.values)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("p.json", '[{"ParameterKey": "A", "ParameterValue": "1"}, {"ParameterKey": "B", "ParameterValue": "x y"}]'),
        ("p.json", '{"StackName": "s", "Parameters": [{"ParameterKey": "A", "ParameterValue": "1"},'
                   '{"ParameterKey": "B", "ParameterValue": "x y"}]}'),
        ("p.json", '{"Parameters": {"A": 1, "B": "x y"}, "Tags": {"A": "2"}}'),
        ("p.json", '{"A": "1", "B": "x y"}'),
        ("p.json", '["A=1", "B=x y"]'),
        ("deploy.yaml", "template-file-path: t.yaml\nparameters:\n  A: 1\n  B: x y\ntags: {}\n"),
        ("params.txt", "A=1\nB=x y\n"),
        ("params.txt", "# mine\nA=1 B='x y'\n"),
        ("samconfig.toml", SAMCONFIG.format('"A=1 B=\\"x y\\""')),
        ("samconfig.toml", SAMCONFIG.format('["A=1", "B=x y"]')),
        ("samconfig.yaml", "default:\n  deploy:\n    parameters:\n      parameter_overrides: A=1 B='x y'\n"),
        ("samconfig.yaml", "default:\n  deploy:\n    parameters:\n      parameter_overrides: [A=1, B=x y]\n"),
        ("samconfig.yaml", "default:\n  global:\n    parameters:\n      parameter_overrides: {A: 1, B: x y}\n"),
        ("manifest.json", '{"artifacts": {"S": {"type": "aws:cloudformation:stack", "properties": {"parameters":'
                          '{"A": "1", "B": "x y"}}}, "T": {"type": "cdk:tree"}}}'),
        ("samconfig.toml", '[prod.global.parameters]\nparameter_overrides = "A=1 B=\'x y\'"\n'),
    ],
)  # fmt: skip
def test_every_shape_of_parameter_file_gives_the_same_values(name: str, text: str) -> None:
    assert values_of(text, name) == {"A": "1", "B": "x y"}


def test_list_in_a_parameter_file_is_one_comma_text() -> None:
    assert values_of('{"Parameters": {"A": ["x", "y"]}}') == {"A": "x,y"}


def test_octal_looking_value_and_boolean_keep_their_text() -> None:
    assert values_of("parameters:\n  A: 012345671234\n  B: True\n", "d.yaml") == {"A": "012345671234", "B": "true"}


def test_value_that_is_no_text_is_unknown() -> None:
    assert isinstance(values_of('{"A": {"Fn::GetAtt": ["x", "y"]}}')["A"], Unknown)


def test_previous_value_of_the_stack_is_unknown_and_hides_the_default() -> None:
    value = values_of('[{"ParameterKey": "A", "UsePreviousValue": true}]')["A"]
    assert isinstance(value, Unknown)
    assert "keeps the value that the deployed stack has" in value.reason


def test_null_value_is_no_value() -> None:
    assert values_of('{"A": null}') == {}


def test_later_file_wins_over_an_earlier_one_and_the_command_line_over_both() -> None:
    files = (NamedText("1.json", '{"A": "1", "B": "1", "C": "1"}'), NamedText("2.json", '{"A": "2", "B": "2"}'))
    given, _ = given_values(Inputs(parameter_files=files, parameters=(("A", "3"), ("A", "4"))))
    assert dict(given.values) == {"A": "4", "B": "2", "C": "1"}


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("p.json", '{"A": 1,}', "p.json:1: this is not valid JSON"),
        ("p.yaml", "just words\n", "p.yaml: this file holds no parameter values"),
        ("p.json", "[1, 2]", "p.json: this file holds no parameter values"),
        ("p.json", '[{"Key": "A"}]', "p.json: this file holds no parameter values"),
        ("samconfig.toml", "x = [", "samconfig.toml: this is not valid TOML"),
        ("samconfig.toml", "version = 0.1", "samconfig.toml: samconfig has no parameter_overrides"),
        (
            "samconfig.toml",
            '[a.deploy.parameters]\nparameter_overrides = "A=1"\n[b.deploy.parameters]\nparameter_overrides = "A=2"\n',
            "environments with them: a, b",
        ),
    ],
)
def test_parameter_file_that_cannot_be_used_is_one_error_with_its_name(name: str, text: str, message: str) -> None:
    given, diagnostics = given_values(Inputs(parameter_files=(NamedText(name, text),)))
    assert dict(given.values) == {}
    (fault,) = diagnostics
    assert (fault.severity, fault.id) == (Severity.ERROR, "parameter-file")
    assert message in fault.message
    assert fault.help


@pytest.mark.parametrize(
    ("region", "partition", "suffix"),
    [
        ("eu-west-1", "aws", "amazonaws.com"),
        ("cn-north-1", "aws-cn", "amazonaws.com.cn"),
        ("us-gov-west-1", "aws-us-gov", "amazonaws.com"),
        ("us-iso-east-1", "aws-iso", "c2s.ic.gov"),
        ("us-isob-east-1", "aws-iso-b", "sc2s.sgov.gov"),
        ("eusc-de-east-1", "aws-eusc", "amazonaws.eu"),
    ],
)
def test_partition_and_domain_suffix_follow_the_region(region: str, partition: str, suffix: str) -> None:
    pseudo = Pseudo(Inputs(region=region))
    assert (pseudo.of("AWS::Partition"), pseudo.of("AWS::URLSuffix")) == (partition, suffix)


@pytest.mark.parametrize(
    ("name", "flag"),
    [
        ("AWS::AccountId", "--account"),
        ("AWS::Region", "--region"),
        ("AWS::Partition", "--region"),
        ("AWS::URLSuffix", "--region"),
        ("AWS::StackName", "--stack-name"),
    ],
)
def test_pseudo_parameter_that_is_not_known_says_which_flag_gives_it(name: str, flag: str) -> None:
    value = Pseudo(Inputs()).of(name)
    assert isinstance(value, Unknown)
    assert flag in value.reason


def test_name_that_is_no_pseudo_parameter_has_no_value() -> None:
    assert Pseudo(Inputs()).of("AWS::Nothing") is None


def test_each_value_has_the_place_that_it_was_taken_from() -> None:
    files = (
        NamedText("a.json", '{\n "A": "1",\n "B": "2"\n}'),
        NamedText("b.txt", "# more\nB=3\nC=4\n"),
        NamedText("samconfig.toml", SAMCONFIG.format('"D=5"')),
    )
    given, _ = given_values(Inputs(parameter_files=files, parameters=(("C", "6"),)))
    assert dict(given.sources) == {"A": "a.json:2", "B": "b.txt:2", "C": "--parameter", "D": "samconfig.toml"}


def test_stacks_of_one_assembly_that_give_a_name_different_values_are_an_error() -> None:
    stacks = ", ".join(f'"{name}": {{"properties": {{"parameters": {{"A": "{name}"}}}}}}' for name in ("S", "T"))
    given, diagnostics = given_values(
        Inputs(parameter_files=(NamedText("manifest.json", f'{{"artifacts": {{{stacks}}}}}'),))
    )
    assert dict(given.values) == {}
    (fault,) = diagnostics
    assert "stack T gives parameter A another value" in fault.message
