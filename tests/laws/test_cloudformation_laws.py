"""Laws of the CloudFormation parser over templates made at random."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import yaml
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from drift.cors.model import CorsRule, Text, TextList, Unknown
from drift.errors import InputError
from drift.interfaces import Inputs
from drift.snapshot import Bucket, Snapshot, State
from parsers.cloudformation import PARSER
from tests.law_numbers import tries

PARAMETERS = {"Env": "prod", "Host": "app.example", "Empty": "", "Dashed": "a-b-c", "Size": "12"}
MAPPINGS = {"Hosts": {"prod": {"web": "www.example", "api": "api.example"}, "dev": {"web": "dev.example"}}}
CONDITIONS: dict[str, tuple[Any, bool]] = {
    "Always": ({"Fn::Equals": ["a", "a"]}, True),
    "IsProd": ({"Fn::Equals": [{"Ref": "Env"}, "prod"]}, True),
    "IsDev": ({"Fn::Equals": [{"Ref": "Env"}, "dev"]}, False),
    "NoHost": ({"Fn::Equals": [{"Ref": "Host"}, ""]}, False),
    "Both": ({"Fn::And": [{"Condition": "IsProd"}, {"Fn::Not": [{"Condition": "NoHost"}]}]}, True),
    "Either": ({"Fn::Or": [{"Condition": "IsDev"}, {"Condition": "NoHost"}]}, False),
    "NotAll": ({"Fn::And": [{"Condition": "IsProd"}, {"Condition": "IsDev"}]}, False),
    "One": ({"Fn::Or": [{"Condition": "IsDev"}, {"Condition": "IsProd"}]}, True),
}


class MemoryTree:
    """Files held in memory."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self.files = files

    def read(self, path: str) -> bytes:
        if path not in self.files:
            raise InputError("there is no such file")
        return self.files[path]

    def is_file(self, path: str) -> bool:
        return path in self.files

    def is_folder(self, path: str) -> bool:
        return not path

    def names(self, folder: str) -> Sequence[str]:
        return sorted(self.files)


def parse(content: str | bytes, name: str = "t.json", inputs: Inputs | None = None) -> Snapshot:
    data = content.encode() if isinstance(content, str) else content
    return PARSER.parse(MemoryTree({name: data}), [name], inputs or Inputs())


@dataclass(frozen=True)
class Expression:
    """An expression with what it must come to; ``value`` is a text or a list of texts."""

    node: Any
    value: Any


WORDS = st.text("abcxyz019-./:*é ", max_size=8)


def literals() -> st.SearchStrategy[Expression]:
    return WORDS.map(lambda text: Expression(text, text))


def references() -> st.SearchStrategy[Expression]:
    names = st.sampled_from(sorted(PARAMETERS))
    return st.one_of(
        names.map(lambda name: Expression({"Ref": name}, PARAMETERS[name])),
        names.map(
            lambda name: Expression({"Fn::Sub": f"x${{{name}}}y${{!{name}}}"}, f"x{PARAMETERS[name]}y${{{name}}}")
        ),
    )


def calls(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    lists = st.lists(inner, min_size=1, max_size=4)

    def join(delimiter: str, members: list[Expression]) -> Expression:
        value = delimiter.join(member.value for member in members)
        return Expression({"Fn::Join": [delimiter, [member.node for member in members]]}, value)

    def select(members: list[Expression], index: int, as_text: bool) -> Expression:
        index %= len(members)
        node = {"Fn::Select": [str(index) if as_text else index, [member.node for member in members]]}
        return Expression(node, members[index].value)

    def split_and_select(text: Expression, delimiter: str, index: int) -> Expression:
        parts = text.value.split(delimiter)
        index %= len(parts)
        return Expression({"Fn::Select": [index, {"Fn::Split": [delimiter, text.node]}]}, parts[index])

    def choose(condition: str, left: Expression, right: Expression) -> Expression:
        node = {"Fn::If": [condition, left.node, right.node]}
        return Expression(node, left.value if CONDITIONS[condition][1] else right.value)

    def substitute(text: Expression) -> Expression:
        node = {"Fn::Sub": ["<${Inner}|${Env}>", {"Inner": text.node}]}
        return Expression(node, f"<{text.value}|{PARAMETERS['Env']}>")

    def look_up(key: str) -> Expression:
        return Expression({"Fn::FindInMap": ["Hosts", {"Ref": "Env"}, key]}, MAPPINGS["Hosts"]["prod"][key])

    return st.one_of(
        st.builds(join, st.sampled_from(["", "-", ", "]), lists),
        st.builds(select, lists, st.integers(0, 9), st.booleans()),
        st.builds(split_and_select, inner, st.sampled_from(["-", ".", "ab"]), st.integers(0, 9)),
        st.builds(choose, st.sampled_from(sorted(CONDITIONS)), inner, inner),
        st.builds(substitute, inner),
        st.builds(look_up, st.sampled_from(["web", "api"])),
    )


def members_of(delimiter: str, text: Expression) -> Expression:
    return Expression({"Fn::Split": [delimiter, text.node]}, text.value.split(delimiter))


TEXTS = st.recursive(st.one_of(literals(), references()), calls, max_leaves=6)
NO_VALUE = {"Ref": "AWS::NoValue"}


def keep_or_drop(condition: str, member: Expression) -> Expression:
    node = {"Fn::If": [condition, member.node, NO_VALUE]}
    return Expression(node, [member.value] if CONDITIONS[condition][1] else [])


LISTS = st.one_of(
    st.lists(
        st.one_of(
            TEXTS.map(lambda text: Expression(text.node, [text.value])),
            st.builds(keep_or_drop, st.sampled_from(sorted(CONDITIONS)), TEXTS),
        ),
        max_size=4,
    ).map(lambda parts: Expression([part.node for part in parts], [text for part in parts for text in part.value])),
    st.builds(members_of, st.sampled_from(["-", "."]), TEXTS),
)


@dataclass(frozen=True)
class RuleExpression:
    node: dict[str, Any]
    rule: CorsRule


def rule_of(
    methods: Expression, origins: Expression, headers: Expression | None, age: int | None, name: Expression | None
) -> RuleExpression:
    node: dict[str, Any] = {"AllowedMethods": methods.node, "AllowedOrigins": origins.node}
    if headers is not None:
        node["ExposedHeaders"] = headers.node
    if age is not None:
        node["MaxAge"] = age
    if name is not None:
        node["Id"] = name.node
    return RuleExpression(
        node,
        CorsRule(
            allowed_methods=tuple(methods.value),
            allowed_origins=tuple(origins.value),
            expose_headers=tuple(headers.value) if headers is not None else (),
            max_age_seconds=age,
            id=name.value if name is not None else None,
        ),
    )


def deployable(rules: list[RuleExpression]) -> bool:
    """Whether CloudFormation takes the rules: no list of a rule, and not the list of rules, has a member twice."""
    bodies = [each.rule for each in rules]
    lists = (
        each
        for rule in bodies
        for each in (rule.allowed_methods, rule.allowed_origins, rule.allowed_headers, rule.expose_headers)
    )
    return len(set(bodies)) == len(bodies) and all(
        isinstance(each, tuple) and len(set(each)) == len(each) for each in lists
    )


METHODS = st.lists(st.sampled_from(["GET", "PUT", "HEAD"]), min_size=1, unique=True).map(
    lambda names: Expression([{"Fn::Sub": name} for name in names], names)
)
RULES = st.lists(
    st.builds(rule_of, METHODS, LISTS, st.none() | LISTS, st.none() | st.integers(0, 10**9), st.none() | TEXTS),
    min_size=1,
    max_size=3,
).filter(deployable)


def template(name: Expression, rules: list[RuleExpression], defaults: bool = True) -> dict[str, Any]:
    return {
        "Parameters": {
            key: {"Type": "String", "Default": value} if defaults else {"Type": "String"}
            for key, value in PARAMETERS.items()
        },
        "Mappings": MAPPINGS,
        "Conditions": {key: expression for key, (expression, _) in CONDITIONS.items()},
        "Resources": {
            "B": {
                "Type": "AWS::S3::Bucket",
                "Properties": {
                    "BucketName": name.node,
                    "CorsConfiguration": {"CorsRules": [each.node for each in rules]},
                },
            }
        },
    }


def bare(snapshot: Snapshot) -> list[Bucket]:
    """The buckets without their places, which differ between the ways of writing."""
    return [replace(bucket, location=None, places=()) for bucket in snapshot.buckets]


RELAXED = settings(max_examples=tries(0.6), deadline=None, suppress_health_check=[HealthCheck.too_slow])


@RELAXED
@given(TEXTS, RULES)
def test_expression_comes_to_the_value_that_its_parts_make(name: Expression, rules: list[RuleExpression]) -> None:
    (bucket,) = parse(json.dumps(template(name, rules))).buckets
    assert bucket.state is State.CONFIGURED
    assert bucket.cors is not None
    assert bucket.name == name.value
    assert bucket.cors.rules == tuple(each.rule for each in rules)
    assert len(bucket.places) == len(rules)


@RELAXED
@given(TEXTS, RULES)
def test_yaml_and_json_of_one_template_give_the_same_buckets(name: Expression, rules: list[RuleExpression]) -> None:
    whole = template(name, rules)
    as_json = bare(parse(json.dumps(whole)))
    assert bare(parse(yaml.safe_dump(whole, allow_unicode=True, sort_keys=False), "t.yaml")) == as_json
    assert bare(parse(flow_with_tags(whole), "t.yaml")) == as_json


def flow_with_tags(value: Any) -> str:
    """Flow-style YAML that writes function calls with short tags wherever YAML can."""
    if isinstance(value, dict):
        if len(value) == 1:
            ((key, argument),) = value.items()
            if key == "Ref":
                return f"!Ref {flow_with_tags(argument)}"
            if key.startswith("Fn::"):
                return f"!{key[4:]} {flow_with_tags(argument)}"
        return "{" + ", ".join(f"{json.dumps(key)}: {flow_with_tags(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(flow_with_tags, value)) + "]"
    return json.dumps(value)


@RELAXED
@given(TEXTS, RULES, st.sets(st.sampled_from(sorted(PARAMETERS))))
def test_what_is_known_with_few_parameters_stays_true_with_all(
    name: Expression, rules: list[RuleExpression], known: set[str]
) -> None:
    text = json.dumps(template(name, rules, defaults=False))
    some = parse(text, inputs=Inputs(parameters=tuple((key, PARAMETERS[key]) for key in sorted(known))))
    (partly,) = some.buckets
    assert agrees(partly.name, name.value)
    if partly.cors is not None:
        assert len(partly.cors.rules) == len(rules)
        for got, each in zip(partly.cors.rules, rules, strict=True):
            assert list_agrees(got.allowed_methods, each.rule.allowed_methods)
            assert list_agrees(got.allowed_origins, each.rule.allowed_origins)
            assert list_agrees(got.expose_headers, each.rule.expose_headers)
            assert got.max_age_seconds == each.rule.max_age_seconds
            assert (got.id is None) == (each.rule.id is None)
            if isinstance(each.rule.id, str) and got.id is not None:
                assert agrees(got.id, each.rule.id)


def agrees(got: Text, value: str) -> bool:
    return got.may_be(value) if isinstance(got, Unknown) else got == value


def list_agrees(got: TextList, values: TextList) -> bool:
    assert isinstance(values, tuple)
    if isinstance(got, Unknown):
        return True
    return len(got) == len(values) and all(
        agrees(text, value) for text, value in zip(got, values, strict=True) if isinstance(value, str)
    )


SAMPLE = """AWSTemplateFormatVersion: 2010-09-09
Transform: AWS::Serverless-2016-10-31
Parameters:
  Env: {Type: String, Default: prod}
  Origins: {Type: CommaDelimitedList, Default: "https://a.example, https://b.example"}
Conditions:
  IsProd: !Or [!Equals [!Ref Env, prod], !Not [!Condition IsProd]]
Mappings: {M: {prod: {age: 3600}}}
Resources:
  Assets: &assets
    Type: AWS::S3::Bucket
    Condition: IsProd
    Properties:
      BucketName: !Sub "${AWS::AccountId}-${Env}"
      CorsConfiguration:
        CorsRules:
          - AllowedMethods: [GET, !Select [0, !Split [",", "PUT,POST"]]]
            AllowedOrigins: !Ref Origins
            AllowedHeaders: ["*"]
            ExposedHeaders: !If [IsProd, [ETag], !Ref AWS::NoValue]
            MaxAge: !FindInMap [M, !Ref Env, age]
            Id: !Join ["-", [a, !GetAtt Assets.Arn, "{{resolve:ssm:x}}"]]
  Copy: *assets
"""
PIECES = st.sampled_from(
    [
        "\t",
        "\n",
        "!",
        "&x ",
        "*assets",
        "[",
        "]",
        "{",
        "}",
        ":",
        "- ",
        "'",
        '"',
        "!Ref ",
        "!If ",
        "null",
        "\x00",
        "\ufeff",
        "${",
        "}}",
        "{{",
        "Fn::Transform: x",
        "<<: *assets",
        "é",
        "\ud800",
        "9" * 5000,
        "?",
        "|",
        ">",
        "%",
        "---\n",
        "...",
    ]
)


@settings(max_examples=tries(3), deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, len(SAMPLE)), st.integers(0, 12), PIECES | st.binary(max_size=4)),
        min_size=1,
        max_size=6,
    )
)
def test_no_damage_to_a_template_raises_or_goes_unsaid(damage: list[tuple[int, int, str | bytes]]) -> None:
    content = SAMPLE.encode()
    for at, length, piece in damage:
        inserted = piece if isinstance(piece, bytes) else piece.encode("utf-8", "surrogatepass")
        content = content[:at] + inserted + content[at + length :]
    for name in ("t.yaml", "t.template", "t.json"):
        tree = MemoryTree({name: content})
        claim = PARSER.claim(tree, name)
        snapshot = PARSER.parse(tree, [name], Inputs(account="111122223333"))
        for each in snapshot.errors:
            assert each.location is not None
            assert each.location.path == name
        if claim is not None and snapshot.errors:
            assert snapshot.buckets == ()


ANY_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-1, 10)
    | st.sampled_from(["", "a", "IsProd", "Assets", "AWS::NoValue", "0"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "Ref",
                    "Fn::Sub",
                    "Fn::Join",
                    "Fn::If",
                    "Fn::GetAtt",
                    "Fn::Select",
                    "Fn::Split",
                    "Fn::FindInMap",
                    "Fn::Transform",
                    "Condition",
                    "CorsRules",
                    "AllowedMethods",
                    "AllowedOrigins",
                    "MaxAge",
                    "Id",
                    "x",
                ]
            ),
            inner,
            max_size=3,
        )
    ),
    max_leaves=12,
)


@settings(max_examples=tries(3), deadline=None)
@given(
    ANY_JSON,
    st.sampled_from(
        ["Properties", "BucketName", "CorsConfiguration", "CorsRules", "rule", "AllowedOrigins", "Condition"]
    ),
)
def test_no_structure_in_any_place_raises(value: object, place: str) -> None:
    rule: dict[str, Any] = {"AllowedMethods": ["GET"], "AllowedOrigins": ["*"]}
    properties: dict[str, Any] = {"BucketName": "b", "CorsConfiguration": {"CorsRules": [rule]}}
    resource: dict[str, Any] = {"Type": "AWS::S3::Bucket", "Properties": properties}
    root: dict[str, Any] = {"Conditions": {"IsProd": {"Fn::Equals": ["a", "a"]}}, "Resources": {"Assets": resource}}
    if place == "Properties":
        resource[place] = value
    elif place == "Condition":
        root["Conditions"]["IsProd"] = value
        resource["Condition"] = "IsProd"
    elif place in ("BucketName", "CorsConfiguration"):
        properties[place] = value
    elif place == "CorsRules":
        properties["CorsConfiguration"]["CorsRules"] = value
    elif place == "rule":
        properties["CorsConfiguration"]["CorsRules"] = [value]
    else:
        rule[place] = value
    text = json.dumps(root)
    assume("Resources" in text)
    snapshot = parse(text)
    assert len(snapshot.buckets) <= 1
    assert snapshot.errors == ()
    for bucket in snapshot.buckets:
        assert (bucket.state is State.UNKNOWN) == (bucket.reason is not None)
