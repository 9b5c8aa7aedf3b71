"""What the parser says of whole sets of templates: places, several files, hostile ones."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from drift.cors.model import Unknown
from drift.interfaces import Inputs, NamedText, Parser
from drift.location import Location, Severity
from drift.snapshot import Bucket, Snapshot, State
from drift.tree import DiskTree
from parsers.cloudformation import PARSER


def parse(folder: Path, files: dict[str, str], inputs: Inputs | None = None) -> Snapshot:
    for name, text in files.items():
        (folder / name).write_text(text)
    return PARSER.parse(DiskTree(folder), sorted(files), inputs or Inputs())


def only(snapshot: Snapshot) -> Bucket:
    (bucket,) = snapshot.buckets
    return bucket


def with_rule(rule: str, head: str = "") -> str:
    return (
        f"{head}Resources:\n  B:\n    Type: AWS::S3::Bucket\n    Properties:\n      BucketName: b-1\n"
        f"      CorsConfiguration:\n        CorsRules:\n          - {rule}\n"
    )


def test_parser_keeps_the_protocol() -> None:
    assert isinstance(PARSER, Parser)
    assert PARSER.name == "cloudformation"


def test_rules_and_fields_have_their_own_places(tmp_path: Path) -> None:
    bucket = only(
        parse(
            tmp_path,
            {"t.yaml": with_rule("Id: x\n            AllowedMethods: [GET]\n            AllowedOrigins:\n"
                                 "              - a\n              - b\n            ExposedHeaders: [E]\n"
                                 "            MaxAge: 1")},
        )
    )  # fmt: skip
    (place,) = bucket.places
    assert bucket.location == Location("t.yaml", 2, 14, 3)
    assert place.location == Location("t.yaml", 8, 14, 13)
    assert place.of("AllowedOrigins") == Location("t.yaml", 10, 12, 13)
    assert place.of("ExposeHeaders") == Location("t.yaml", 13, 13, 13)
    assert place.of("MaxAgeSeconds") == Location("t.yaml", 14, 14, 13)
    assert place.of("AllowedHeaders") == place.location


def test_rules_on_one_line_of_json_are_told_apart_by_their_columns(tmp_path: Path) -> None:
    rules = (f'{{"AllowedMethods": ["{method}"], "AllowedOrigins": ["*"]}}' for method in ("GET", "PUT"))
    text = (
        '{"Resources": {"B": {"Type": "AWS::S3::Bucket", "Properties": {"CorsConfiguration": {"CorsRules": '
        f"[{', '.join(rules)}]}}}}}}}}}}"
    )
    bucket = only(parse(tmp_path, {"t.json": text}))
    assert bucket.location == Location("t.json", 1, 1, 16)
    assert [place.location.column for place in bucket.places] == [100, 154]
    assert [place.of("AllowedOrigins").column for place in bucket.places] == [128, 182]


def test_every_bucket_is_said_to_store_max_age_zero(tmp_path: Path) -> None:
    text = with_rule("{AllowedMethods: [GET], AllowedOrigins: ['*']}") + "  C: {Type: AWS::S3::Bucket}\n"
    assert [bucket.writes_max_age_zero for bucket in parse(tmp_path, {"t.yaml": text}).buckets] == [True, True]


def test_rules_that_come_to_nothing_are_stated_and_no_block_is_only_silent(tmp_path: Path) -> None:
    files = {
        "a.yaml": "Resources:\n  B:\n    Type: AWS::S3::Bucket\n    Properties: {CorsConfiguration: {CorsRules: []}}\n",
        "b.yaml": "Resources:\n  B:\n    Type: AWS::S3::Bucket\n",
    }
    buckets = parse(tmp_path, files).buckets
    assert [(bucket.state, bucket.says_none) for bucket in buckets] == [(State.ABSENT, True), (State.ABSENT, False)]


def test_account_and_region_of_the_stack_are_those_of_its_buckets(tmp_path: Path) -> None:
    files = {"t.yaml": "Resources:\n  B:\n    Type: AWS::S3::Bucket\n"}
    bucket = only(parse(tmp_path, files, Inputs(account="111122223333", region="eu-west-1")))
    assert (bucket.account, bucket.region) == ("111122223333", "eu-west-1")


def test_broken_template_does_not_hide_the_others(tmp_path: Path) -> None:
    files = {"a.yaml": "Resources: [\n", "b.yaml": "Resources:\n  B:\n    Type: AWS::S3::Bucket\n"}
    snapshot = parse(tmp_path, files)
    assert [each.id for each in snapshot.errors] == ["broken-template"]
    assert only(snapshot).location == Location("b.yaml", 2, 3, 3)


def test_missing_file_is_an_error_with_its_path(tmp_path: Path) -> None:
    snapshot = PARSER.parse(DiskTree(tmp_path), ["gone.yaml"], Inputs())
    (fault,) = snapshot.errors
    assert fault.location == Location("gone.yaml")


def test_parameter_of_one_template_may_be_foreign_to_the_others(tmp_path: Path) -> None:
    files = {
        "a.yaml": "Parameters: {P: {Type: String}}\nResources:\n  A: {Type: AWS::S3::Bucket}\n",
        "b.yaml": "Resources:\n  B: {Type: AWS::S3::Bucket}\n",
    }
    assert parse(tmp_path, files, Inputs(parameters=(("P", "1"),))).diagnostics == ()
    faults = parse(tmp_path, files, Inputs(parameters=(("Q", "1"), ("Q", "2")))).errors
    assert [fault.id for fault in faults] == ["undeclared-parameter"]


DEFAULTS = (
    "Parameters:\n  Env: {Type: String, Default: dev}\n  Secret: {Type: String, Default: hidden, NoEcho: true}\n"
    "  Queue: {Type: String, Default: q}\n  Key: {Type: AWS::SSM::Parameter::Value<String>, Default: /a/b}\n"
    "  Later: {Type: String, Default: '{{resolve:ssm:x}}'}\n  None: {Type: String}\n"
    "Conditions:\n  Yes: !Equals [!Ref Env, dev]\n"
    "Resources:\n  Q:\n    Type: AWS::SQS::Queue\n    Properties: {QueueName: !Ref Queue}\n"
    "  B:\n    Type: AWS::S3::Bucket\n    Condition: Yes\n    Properties:\n"
    "      BucketName: !Sub '${Secret}-${Key}-${Later}-${None}'\n"
)


def defaults_taken(snapshot: Snapshot) -> list[tuple[str, int | None]]:
    found = [each for each in snapshot.diagnostics if each.id == "default-taken"]
    assert all(each.severity is Severity.INFO and each.help for each in found)
    return [(each.message, each.location.line if each.location else None) for each in found]


def test_default_that_decides_something_of_a_bucket_is_told_and_no_other(tmp_path: Path) -> None:
    assert defaults_taken(parse(tmp_path, {"t.yaml": DEFAULTS})) == [
        ('parameter Env: its default "dev" was taken', 2),
        ("parameter Secret: its default was taken", 3),
    ]


def test_default_is_not_told_where_a_value_was_given(tmp_path: Path) -> None:
    inputs = Inputs(
        parameters=(("Env", "dev"),),
        parameter_files=(NamedText("p.json", '{"Secret": "x", "Key": "y", "Later": "z"}'),),
    )
    assert defaults_taken(parse(tmp_path, {"t.yaml": DEFAULTS}, inputs)) == []


def test_default_of_a_nested_template_is_certain_and_is_not_told(tmp_path: Path) -> None:
    parent = resource_with("TemplateURL: b.yaml, Parameters: {Origin: x}")
    assert defaults_taken(parse(tmp_path, {"a.yaml": parent, "b.yaml": CHILD})) == []


def resource_with(properties: str) -> str:
    return f"Resources:\n  C:\n    Type: AWS::CloudFormation::Stack\n    Properties: {{{properties}}}\n"


def test_parameter_files_may_hold_more_than_the_template_asks_for(tmp_path: Path) -> None:
    files = {"b.yaml": "Resources:\n  B: {Type: AWS::S3::Bucket}\n"}
    inputs = Inputs(parameter_files=(NamedText("p.json", '{"Q": "1"}'),))
    assert parse(tmp_path, files, inputs).diagnostics == ()


CHILD = (
    "Parameters:\n  Origin: {Type: String, Default: https://default.example}\n"
    "  Other: {Type: String, Default: https://o.example}\n"
    "Resources:\n  B:\n    Type: AWS::S3::Bucket\n    Properties:\n      CorsConfiguration:\n        CorsRules:\n"
    "          - AllowedMethods: [GET]\n            AllowedOrigins: [!Ref Origin, !Ref Other]\n"
)


@pytest.mark.parametrize(
    "link",
    [
        "Properties: {TemplateURL: ./b.yaml, Parameters: {Origin: https://p.example}}",
        "Properties: {TemplateURL: !Sub 'https://x/${AWS::Region}', Parameters: {Origin: https://p.example}}\n"
        "    Metadata: {'aws:asset:path': b.yaml}",
    ],
)
def test_nested_template_gets_what_its_parent_passes(tmp_path: Path, link: str) -> None:
    files = {"a.yaml": f"Resources:\n  Child:\n    Type: AWS::CloudFormation::Stack\n    {link}\n", "b.yaml": CHILD}
    bucket = only(parse(tmp_path, files, Inputs(stack_name="demo")))
    assert bucket.cors is not None
    assert bucket.cors.rules[0].allowed_origins == ("https://p.example", "https://o.example")
    assert bucket.address == "Child/B"
    assert isinstance(bucket.name, Unknown)
    assert bucket.name.prefix == ""  # a nested stack has a name of its own


def test_value_that_the_user_gives_stands_for_what_a_parent_passes_and_is_not_known(tmp_path: Path) -> None:
    parent = (
        "Resources:\n  Child:\n    Type: AWS::CloudFormation::Stack\n"
        "    Properties: {TemplateURL: b.yaml, Parameters: {Origin: !Ref X}}\n"
    )
    inputs = Inputs(parameters=(("Origin", "https://given.example"),))
    bucket = only(parse(tmp_path, {"a.yaml": parent, "b.yaml": CHILD}, inputs))
    assert bucket.cors is not None
    assert bucket.cors.rules[0].allowed_origins == ("https://given.example", "https://o.example")


@pytest.mark.parametrize(
    "head",
    ["Transform: {Name: AWS::Include, Parameters: {Location: s3://a/b}}\n", "Fn::Transform: {Name: AWS::Include}\n"],
)
def test_include_at_the_top_is_told_and_hides_no_bucket(tmp_path: Path, head: str) -> None:
    snapshot = parse(tmp_path, {"t.yaml": head + with_rule("{AllowedMethods: [GET], AllowedOrigins: ['*']}")})
    assert only(snapshot).state is State.CONFIGURED
    assert [each.id for each in snapshot.diagnostics] == ["not-evaluated"]


def test_huge_max_age_is_refused_and_does_not_crash(tmp_path: Path) -> None:
    rule = "{AllowedMethods: [GET], AllowedOrigins: ['*'], MaxAge: 1" + "0" * 5000 + "}"
    bucket = only(parse(tmp_path, {"t.yaml": with_rule(rule)}))
    assert bucket.state is State.UNKNOWN
    assert len(bucket.reason or "") < 500


def test_text_that_doubles_with_every_step_stays_unknown(tmp_path: Path) -> None:
    expression: object = "x" * 100
    for _ in range(18):
        expression = {"Fn::Sub": ["${a}${a}", {"a": expression}]}
    text = json.dumps({"Resources": {"B": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": expression}}}})
    name = only(parse(tmp_path, {"t.json": text})).name
    assert isinstance(name, Unknown)
    assert "longer than" in name.reason


def test_expressions_that_explode_in_number_are_given_up(tmp_path: Path) -> None:
    lines = ["Resources:", "  B:", "    Type: AWS::S3::Bucket", "    Properties:", "      BucketName: !Ref B0"]
    for index in range(30):
        parts = ", ".join([f"!Ref B{index + 1}"] * 9)
        lines += [
            f"  B{index}:",
            "    Type: AWS::S3::Bucket",
            "    Properties:",
            f"      BucketName: !Join ['', [{parts}]]",
        ]
    snapshot = parse(tmp_path, {"t.yaml": "\n".join(lines) + "\n"})
    assert len(snapshot.buckets) == 31


def test_long_chain_of_conditions_ends_in_an_unknown(tmp_path: Path) -> None:
    chain = "".join(f"  C{index}: !Not [!Condition C{index + 1}]\n" for index in range(2000))
    text = f"Conditions:\n{chain}  C2000: !Equals [a, a]\n" + with_rule(
        "{AllowedMethods: [GET], AllowedOrigins: [!If [C0, a, b]]}"
    )
    bucket = only(parse(tmp_path, {"t.yaml": text}))
    assert bucket.cors is not None
    (_, _, unknown), *_ = bucket.cors.unknowns()
    assert "nested too deeply" in unknown.reason
    assert len(unknown.reason) < 2000


def test_long_chain_of_bucket_names_ends_in_an_unknown(tmp_path: Path) -> None:
    chain = "".join(
        f"  B{index}:\n    Type: AWS::S3::Bucket\n    Properties:\n      BucketName: !Sub 'a${{B{index + 1}}}'\n"
        for index in range(2000)
    )
    snapshot = parse(tmp_path, {"t.yaml": f"Resources:\n{chain}  B2000: {{Type: AWS::S3::Bucket}}\n"})
    first = snapshot.buckets[0].name
    assert isinstance(first, Unknown)
    assert first.prefix.startswith("aaaa")


UNKNOWN_CONDITION = "Parameters: {P: {Type: String}}\nConditions: {U: !Equals [!Ref P, x]}\n"


@pytest.mark.parametrize(
    ("origins", "known"),
    [
        ("!If [U, [a, b], [a, b]]", ("a", "b")),
        ("!If [U, [a, b], [a, c]]", ("a", None)),
        ("!If [U, [a, b], [c, b]]", (None, "b")),
        ("[a, !If [U, b, !If [U, c, !Ref AWS::NoValue]]]", None),
        ("[a, !If [U, !If [U, !Ref AWS::NoValue, c], b]]", None),
    ],
)
def test_two_lists_that_may_be_meant_are_known_as_far_as_they_agree(
    tmp_path: Path, origins: str, known: tuple[str | None, ...] | None
) -> None:
    rule = f"{{AllowedMethods: [GET], AllowedOrigins: {origins}}}"
    bucket = only(parse(tmp_path, {"t.yaml": with_rule(rule, UNKNOWN_CONDITION)}))
    assert bucket.cors is not None
    found = bucket.cors.rules[0].allowed_origins
    shown = tuple(each if isinstance(each, str) else None for each in found) if isinstance(found, tuple) else None
    assert shown == known


def test_two_rules_that_agree_in_one_field_are_not_one_rule(tmp_path: Path) -> None:
    arms = "{AllowedMethods: [GET], AllowedOrigins: [a]}, {AllowedMethods: [GET], AllowedOrigins: [b]}"
    bucket = only(parse(tmp_path, {"t.yaml": with_rule(f"!If [U, {arms}]", UNKNOWN_CONDITION)}))
    assert bucket.cors is not None
    (rule,) = bucket.cors.rules
    assert rule.allowed_methods == ("GET",)
    assert isinstance(rule.allowed_origins, tuple)
    assert isinstance(rule.allowed_origins[0], Unknown)


@pytest.mark.parametrize(
    "resources",
    ["{B: null}", "{B: []}", "{B: {Type: [AWS::S3::Bucket]}}", "{B: {Type: !Ref AWS::S3::Bucket}}", "{B: !Sub x}"],
)
def test_odd_resources_do_no_harm(tmp_path: Path, resources: str) -> None:
    assert parse(tmp_path, {"t.yaml": f"Resources: {resources}\n"}).errors == ()


@pytest.mark.parametrize("kind", ["!Ref AWS::S3::bucket", "!Sub AWS::S3::bucket", "[AWS::S3::bucket]"])
def test_type_that_is_no_text_is_no_misspelled_one(tmp_path: Path, kind: str) -> None:
    snapshot = parse(tmp_path, {"t.yaml": f"Resources:\n  B: {{Type: {kind}}}\n"})
    assert (snapshot.buckets, snapshot.diagnostics) == ((), ())


def test_of_several_keys_beside_the_properties_the_one_with_rules_is_told(tmp_path: Path) -> None:
    text = "Resources:\n  B:\n    Type: AWS::S3::Bucket\n    Tags: []\n    CORSRules: []\n"
    (fault,) = parse(tmp_path, {"t.yaml": text}).diagnostics
    assert fault.location == Location("t.yaml", 5, 5, 5)


def test_key_like_an_attribute_that_is_there_already_is_not_taken_for_it(tmp_path: Path) -> None:
    text = "Resources:\n  B:\n    Type: AWS::S3::Bucket\n    Properties: {}\n    Propertys: {}\n"
    (fault,) = parse(tmp_path, {"t.yaml": text}).diagnostics
    assert fault.help == "indent it below Properties"


@pytest.mark.parametrize(
    "call",
    [
        "!Ref [a]",
        "{Ref: }",
        "!GetAtt a",
        "!GetAtt [a, b, c]",
        "!GetAtt [a, [b]]",
        "!Sub [a]",
        "!Sub {a: b}",
        "!Sub ['${a}', {a: [b]}]",
        "!Sub '${}'",
        "!Sub '${ a b }'",
        "!Join a",
        "!Join [a, b]",
        "!Join [[], [a]]",
        "!Join ['', [[a]]]",
        "!Select [a, [b]]",
        "!Select [-1, [b]]",
        "!Select ['٣', [a, b, c, d]]",
        "!Select [99999999999999999999, [b]]",
        "!Split ['', a]",
        "!Split a",
        "!FindInMap [a]",
        "!FindInMap [a, b, c]",
        "!If [a]",
        "!If [[a], b, c]",
        "!Cidr [a, b, c]",
        "!Equals [a, a]",
        "!Condition a",
        "{'Fn::Nothing': x}",
        "{'Fn::Sub': x, other: y}",
        "{'Fn::Join': !Ref x}",
    ],
)
def test_malformed_call_is_an_unknown_or_refused_never_a_value(tmp_path: Path, call: str) -> None:
    rule = f"{{AllowedMethods: [GET], AllowedOrigins: [{call}]}}"
    bucket = only(parse(tmp_path, {"t.yaml": with_rule(rule)}))
    assert bucket.state is State.UNKNOWN or (bucket.cors is not None and list(bucket.cors.unknowns()))
