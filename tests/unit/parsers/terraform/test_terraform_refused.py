"""What Terraform refuses never reaches S3: it is told with its line, and its bucket is unknown."""

from __future__ import annotations

from pathlib import Path

import pytest

from drift.location import Severity
from drift.snapshot import State
from tests.unit.parsers.terraform.test_terraform_parser import RULE, bucket, cors, only, read


def rule(*more: str) -> str:
    return RULE.replace("  }\n", "".join(f"    {each}\n" for each in more) + "  }\n")


def inline(body: str) -> str:
    return f'resource "aws_s3_bucket" "x" {{\n  bucket = "b"\n{body}}}\n'


DYNAMIC = '  dynamic "{}" {{\n    for_each = [1]\n    content {{\n      allow_origins = ["*"]\n    }}\n  }}\n'


@pytest.mark.parametrize(
    ("source", "line", "said"),
    [
        (inline(RULE.replace("cors_rule", "cors_rules")), 3, 'aws_s3_bucket has no block "cors_rules"'),
        (inline(RULE + RULE.replace("cors_rule", "cors")), 7, 'did you mean "cors_rule"?'),
        (inline("  cors_configuration = []\n"), 3, 'no argument "cors_configuration"'),
        (inline(DYNAMIC.format("core_rule")), 3, 'no block "core_rule"'),
        (inline(rule('id = "x"')), 6, 'cors_rule of aws_s3_bucket has no argument "id"'),
        (cors('"b"', rule=rule('allow_headers = ["*"]')), 6, 'did you mean "allowed_headers"?'),
        (cors('"b"', rule=rule('exposed_headers = ["*"]')), 6, 'did you mean "expose_headers"?'),
        (cors('"b"', rule=rule("max_age = 1")), 6, 'did you mean "max_age_seconds"?'),
        (cors('"b"', rule=rule('AllowedHeaders = ["*"]')), 6, 'did you mean "allowed_headers"?'),
        (cors('"b"', rule=rule("note {}")), 6, 'cors_rule has no block "note"'),
        (cors('"b"', rule=DYNAMIC.format("cors_rule")), 6, 'did you mean "allowed_origins"?'),
        (cors('"b"', rule=RULE + '  name = "x"\n'), 7, 'no argument "name"'),
        (cors('"b"', rule=RULE + "  rule {}\n"), 7, 'did you mean "cors_rule"?'),
        (cors('"b"').replace("_configuration", ""), 1, 'did you mean "aws_s3_bucket_cors_configuration"?'),
        (cors('"b"').replace("_configuration", "_rule"), 1, 'no resource type "aws_s3_bucket_cors_rule"'),
    ],
)
def test_an_unknown_argument_is_told_with_its_line_and_the_likely_name(
    source: str, line: int, said: str, tmp_path: Path
) -> None:
    snapshot = read(tmp_path, {"main.tf": source})
    (fault,) = snapshot.diagnostics
    assert (fault.id, fault.severity) == ("unknown-argument", Severity.WARNING)
    assert fault.location is not None
    assert fault.location.line == line
    assert said in fault.message
    found = only(snapshot)
    assert (found.name, found.state) == ("b", State.UNKNOWN)
    assert found.reason == f"Terraform refuses it: {fault.message} ({fault.location})"


def test_a_misspelt_configuration_still_speaks_for_its_bucket(tmp_path: Path) -> None:
    source = bucket('"b"') + cors("aws_s3_bucket.x.id", rule=rule("max_age = 1"))
    assert only(read(tmp_path, {"main.tf": source})).address == "aws_s3_bucket_cors_configuration.x"


def test_meta_arguments_and_all_that_the_provider_has_are_no_fault(tmp_path: Path) -> None:
    body = (
        RULE.replace(
            "  }\n", '    id = "x"\n    max_age_seconds = 1\n    allowed_headers = []\n    expose_headers = []\n  }\n'
        )
        + '  expected_bucket_owner = "111122223333"\n  region = "eu-west-1"\n  count = 1\n  provider = aws\n'
        "  depends_on = []\n  lifecycle {\n    prevent_destroy = true\n  }\n"
        '  provisioner "local-exec" {\n    command = "x"\n  }\n  connection {\n    host = "x"\n  }\n'
    )
    snapshot = read(tmp_path, {"main.tf": cors('"b"', rule=body)})
    assert snapshot.diagnostics == ()
    assert only(snapshot).state is State.CONFIGURED


def test_the_content_of_a_dynamic_block_that_makes_no_rule_is_not_judged(tmp_path: Path) -> None:
    none = DYNAMIC.format("cors_rule").replace("[1]", "[]")
    snapshot = read(tmp_path, {"main.tf": cors('"b"', rule=RULE + none)})
    assert snapshot.diagnostics == ()
    assert only(snapshot).state is State.CONFIGURED


def test_a_rule_given_as_an_object_must_have_every_field(tmp_path: Path) -> None:
    fields = 'allowed_methods = ["GET"], allowed_origins = ["*"], max_age_seconds = 1'
    snapshot = read(tmp_path, {"main.tf": inline(f"  cors_rule = [{{ {fields}, expose_headers = [] }}]\n")})
    (fault,) = snapshot.diagnostics
    assert (fault.id, fault.message) == (
        "missing-argument",
        'an object in "cors_rule = [...]" has no allowed_headers',
    )
    assert only(snapshot).state is State.UNKNOWN


def test_json_syntax_is_held_to_the_same_arguments(tmp_path: Path) -> None:
    document = (
        '{"resource": {"aws_s3_bucket_cors_configuration": {"x": {"bucket": "b", "//": "note",\n'
        '"cors_rule": {"allowed_methods": ["GET"], "allowed_origins": ["*"],\n"allow_headers": ["*"]}}}}}'
    )
    (fault,) = read(tmp_path, {"main.tf.json": document}).diagnostics
    assert fault.location is not None
    assert fault.location.line == 3
