"""Resource types that are not evaluated and can give a bucket CORS rules are no silence in plans and states either."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from drift.cors.model import Unknown
from drift.snapshot import Snapshot, State
from tests.unit.parsers.plan.test_plan_reading import change, declared, parse, plan

BUCKET = "awscc_s3_bucket"
STACK = "aws_cloudformation_stack"
RULES = {"cors_rules": [{"allowed_methods": ["PUT"], "allowed_origins": ["*"]}]}
NAMED = {"bucket_name": "ccc", "cors_configuration": RULES}
WITH_RULES = "Resources: {B: {Type: AWS::S3::Bucket, Properties: {CorsConfiguration: {}}}}"


def state(kind: str, values: dict[str, Any], form: str) -> dict[str, Any]:
    entry = {"mode": "managed", "type": kind, "name": "this"}
    if form == "file":
        resources = [{**entry, "instances": [{"attributes": values}]}]
        return {"version": 4, "terraform_version": "1.9.0", "lineage": "x", "serial": 1, "resources": resources}
    shown = {"root_module": {"resources": [{**entry, "address": f"{kind}.this", "values": values}]}}
    return {"format_version": "1.0", "terraform_version": "1.9.0", "values": shown}


def read(tmp_path: Path, form: str, kind: str, values: dict[str, Any]) -> Snapshot:
    return parse(tmp_path, plan(change(kind, values)) if form == "plan" else state(kind, values, form))


FORMS = pytest.mark.parametrize("form", ["plan", "file", "shown"])


@FORMS
def test_a_cloud_control_bucket_with_rules_is_unresolved_under_its_name(tmp_path: Path, form: str) -> None:
    (found,) = read(tmp_path, form, BUCKET, NAMED).buckets
    assert (found.name, found.state, found.address) == ("ccc", State.UNKNOWN, f"{BUCKET}.this")
    assert found.reason == "the CORS rules of awscc_s3_bucket are not evaluated by this program"


@FORMS
@pytest.mark.parametrize("rules", [None, {}])
def test_a_cloud_control_bucket_without_rules_has_none(tmp_path: Path, form: str, rules: object) -> None:
    (found,) = read(tmp_path, form, BUCKET, {"bucket_name": "ccc", "cors_configuration": rules}).buckets
    assert (found.name, found.state) == ("ccc", State.ABSENT)


def test_the_code_in_a_plan_tells_whether_rules_of_a_cloud_control_bucket_are_declared(tmp_path: Path) -> None:
    unknown = {"bucket_name": True, "cors_configuration": True}
    for code, want in (({}, State.ABSENT), ({"cors_configuration": {"references": ["var.x"]}}, State.UNKNOWN)):
        new = change(BUCKET, {}, unknown=unknown)
        (found,) = parse(tmp_path, plan(new, resources=[declared(BUCKET, **code)])).buckets
        assert (isinstance(found.name, Unknown), found.state) == (True, want)
    (found,) = parse(tmp_path, plan(change(BUCKET, {}, unknown=unknown))).buckets
    assert found.state is State.UNKNOWN


def test_a_sensitive_name_of_a_cloud_control_bucket_is_marked(tmp_path: Path) -> None:
    new = change(BUCKET, NAMED)
    new["change"]["after_sensitive"] = {"bucket_name": True}
    assert parse(tmp_path, plan(new)).buckets[0].sensitive == {"ccc"}


@FORMS
def test_a_document_with_rules_is_unresolved_and_one_without_is_nothing(tmp_path: Path, form: str) -> None:
    snapshot = read(tmp_path, form, STACK, {"name": "net", "template_body": WITH_RULES})
    assert [each.state for each in snapshot.buckets] == [State.UNKNOWN]
    snapshot = read(tmp_path, form, STACK, {"name": "net", "template_body": "Resources: {}"})
    assert (snapshot.buckets, [each.id for each in snapshot.diagnostics]) == ((), [])


@FORMS
def test_a_document_that_is_not_known_is_told_and_unresolved_where_it_speaks_of_s3(tmp_path: Path, form: str) -> None:
    url = "https://x.s3.amazonaws.com/{}.yaml"
    snapshot = read(tmp_path, form, STACK, {"name": "net", "template_url": url.format("net")})
    assert [each.id for each in snapshot.diagnostics] == ["document-not-known"]
    assert snapshot.buckets == ()
    for values in ({"name": "buckets"}, {"template_url": url.format("s3")}, {"parameters": {"BucketName": "x"}}):
        assert [each.state for each in read(tmp_path, form, STACK, values).buckets] == [State.UNKNOWN]


@FORMS
@pytest.mark.parametrize(("kind", "count"), [("AWS::SNS::Topic", 0), ("AWS::S3::Bucket", 1)])
def test_a_resource_of_the_cloud_control_api_is_told_apart_by_its_type(
    tmp_path: Path, form: str, kind: str, count: int
) -> None:
    document = {"type_name": kind, "desired_state": json.dumps({"CorsConfiguration": {}})}
    assert len(read(tmp_path, form, "aws_cloudcontrolapi_resource", document).buckets) == count


@pytest.mark.parametrize("actions", [("delete",), ("forget",)])
def test_what_the_plan_removes_declares_nothing(tmp_path: Path, actions: tuple[str, ...]) -> None:
    assert parse(tmp_path, plan(change(BUCKET, None, *actions, before=NAMED))).buckets == ()
