"""What a plan says beside the rules: what is not deployed, what Terraform found, what is missing, what is secret."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from drift.interfaces import Inputs
from drift.location import Severity
from drift.snapshot import Snapshot, State
from drift.tree import DiskTree
from parsers.plan import PARSER

CASES = Path(__file__).parents[3] / "language" / "plan"
RULE = {"allowed_methods": ["GET"], "allowed_origins": ["https://a.example"]}
OTHER = {"allowed_methods": ["PUT"], "allowed_origins": ["https://b.example"]}
CORS, BUCKET = "aws_s3_bucket_cors_configuration", "aws_s3_bucket"


def parse(folder: Path, document: object, name: str = "plan.json") -> Snapshot:
    (folder / name).write_text(document if isinstance(document, str) else json.dumps(document))
    return PARSER.parse(DiskTree(folder), [name], Inputs())


def case(name: str, file: str = "plan.json") -> Snapshot:
    return PARSER.parse(DiskTree(CASES / name), [file], Inputs())


def change(kind: str, before: object, after: object, *actions: str, **more: object) -> dict[str, Any]:
    inner = {"actions": list(actions), "before": before, "after": after, "after_unknown": {}}
    sensitive = {key: more.pop(key) for key in ("before_sensitive", "after_sensitive", "after_unknown") if key in more}
    entry = {"address": f"{kind}.this", "mode": "managed", "type": kind, "name": "this", "change": inner | sensitive}
    return entry | more


def plan(*changes: object, **more: object) -> dict[str, Any]:
    return {"format_version": "1.2", "resource_changes": list(changes), **more}


def told(snapshot: Snapshot, kind: str = "plan-not-applied") -> list[str]:
    return [each.message for each in snapshot.diagnostics if each.id == kind]


def test_changes_that_are_not_applied_are_told_bucket_by_bucket() -> None:
    cors = "aws_s3_bucket_cors_configuration"
    assert told(case("pending-changes")) == [
        f"{cors}.fresh: this plan creates these rules; they are not deployed yet",
        "aws_s3_bucket.inline: this plan changes these rules; deployed are GET from https://in-1.example",
        f"{cors}.app: this plan changes these rules; deployed are GET from https://old.example",
        f"{cors}.gone: this plan deletes these rules; deployed are PUT from https://gone.example",
        f"{cors}.left: this plan forgets these rules, and S3 keeps them: GET from https://left.example",
        f"{cors}.moving: this plan moves the rules to another bucket; deployed are, for moving-old, "
        "GET from https://m.example",
        f"{cors}.touched: this plan changes these rules; deployed are GET from https://byhand.example",
    ]


def test_what_terraform_found_in_s3_is_told_with_its_age() -> None:
    (found,) = [each for each in case("pending-changes").diagnostics if each.id == "plan-saw-drift"]

    assert found.severity is Severity.INFO
    assert found.message.startswith("aws_s3_bucket_cors_configuration.touched: when this plan was made on 2026-")
    assert found.message.endswith("S3 held other rules than Terraform had left: GET from https://byhand.example")


def test_a_plan_that_openTofu_wrote_says_the_same(tmp_path: Path) -> None:  # noqa: N802 - a name
    document = json.loads((CASES / "pending-changes" / "plan.json").read_text())
    for key in ("applyable", "complete"):
        del document[key]
    document["terraform_version"] = "1.10.6"
    text = json.dumps(document).replace("registry.terraform.io", "registry.opentofu.org")

    theirs, ours = parse(tmp_path, text), case("pending-changes")

    assert [(each.name, each.state, each.cors) for each in theirs.buckets] == [
        (each.name, each.state, each.cors) for each in ours.buckets
    ]
    assert [each.message for each in theirs.diagnostics] == [each.message for each in ours.diagnostics]


@pytest.mark.parametrize("filled", [{"allowed_headers": [], "max_age_seconds": 0, "id": ""}, {"allowed_headers": None}])
def test_the_providers_empty_values_are_no_change(tmp_path: Path, filled: dict[str, object]) -> None:
    before, after = ({"bucket": "b", "cors_rule": [rule]} for rule in ({**RULE, **filled}, RULE))

    assert told(parse(tmp_path, plan(change(CORS, before, after, "update")))) == []


def test_another_order_of_a_set_is_no_change_and_of_a_list_it_is(tmp_path: Path) -> None:
    before, after = ({"bucket": "b", "cors_rule": rules} for rules in ([RULE, OTHER], [OTHER, RULE]))

    assert told(parse(tmp_path, plan(change(CORS, before, after, "update")))) == []
    assert told(parse(tmp_path, plan(change(BUCKET, before, after, "update")))) != []


def test_rules_that_go_with_their_bucket_are_not_told(tmp_path: Path) -> None:
    before = {"bucket": "b", "cors_rule": [RULE]}
    snapshot = parse(tmp_path, plan(change(CORS, before, None, "delete"), change(BUCKET, before, None, "delete")))

    assert [each for each in told(snapshot) if CORS in each] == []


@pytest.mark.parametrize("side", ["before_sensitive", "after_sensitive"])
def test_sensitive_rules_are_not_in_what_is_told(tmp_path: Path, side: str) -> None:
    before, after = ({"bucket": "b", "cors_rule": [rule]} for rule in (RULE, OTHER))
    document = plan(change(CORS, before, after, "update", **{side: {"cors_rule": True}}))
    document["resource_drift"] = document["resource_changes"]

    for kind in ("plan-not-applied", "plan-saw-drift"):
        (message,) = told(parse(tmp_path, document), kind)
        assert "(sensitive value)" in message
        assert "example" not in message


def test_a_plan_for_a_part_of_the_code_leaves_the_rest_unknown() -> None:
    snapshot = case("targeted")

    unknown = [each.address for each in snapshot.buckets if each.state is State.UNKNOWN]
    assert unknown == [
        "aws_s3_bucket.gone",
        "aws_s3_bucket.inline",
        "aws_s3_bucket.left",
        "aws_s3_bucket_cors_configuration.fresh",
        "aws_s3_bucket_cors_configuration.lab",
        "aws_s3_bucket_cors_configuration.moving",
        "aws_s3_bucket_cors_configuration.touched",
    ]


@pytest.mark.parametrize("flag", [{"errored": True}, {"complete": False}])
def test_an_unfinished_plan_without_its_code_does_not_read_as_complete(tmp_path: Path, flag: dict[str, object]) -> None:
    snapshot = parse(tmp_path, plan(change(CORS, None, {"bucket": "b", "cors_rule": [RULE]}, "create"), **flag))

    assert [each.state for each in snapshot.buckets] == [State.CONFIGURED, State.UNKNOWN]


def test_resources_of_modules_that_an_errored_plan_leaves_out_are_unknown(tmp_path: Path) -> None:
    resource = {"mode": "managed", "type": CORS, "name": "this", "expressions": {}}
    inner = {"module_calls": {"b": {"module": {"resources": [resource]}}}}
    code = {"root_module": {"module_calls": {"a": {"module": inner}}}}

    (bucket,) = parse(tmp_path, plan(configuration=code, errored=True)).buckets

    assert (bucket.address, bucket.state) == (f"module.a.module.b.{CORS}.this", State.UNKNOWN)


def test_a_plan_that_only_refreshes_leaves_everything_unknown() -> None:
    snapshot = case("refresh-only")

    assert [(each.address, each.state) for each in snapshot.buckets] == [
        (f"{CORS}.{name}", State.UNKNOWN) for name in ("broken", "fine")
    ]
    (told,) = snapshot.diagnostics
    assert told.help == "plan again, without -refresh-only"


def test_a_real_plan_that_ended_with_an_error_leaves_what_it_did_not_reach_unknown() -> None:
    snapshot = case("errored")

    assert [(each.address, each.state) for each in snapshot.buckets] == [
        (f"{BUCKET}.fine", State.ABSENT),
        (f"{CORS}.fine", State.CONFIGURED),
        (f"{CORS}.broken", State.UNKNOWN),
    ]
    assert snapshot.diagnostics[0].help == "mend the error and plan again"


def test_a_plan_that_destroys_declares_nothing_any_more() -> None:
    snapshot = case("destroy")

    assert snapshot.buckets == ()
    assert snapshot.errors == ()


def test_what_the_plan_puts_off_is_unknown_with_its_reason(tmp_path: Path) -> None:
    later = change(CORS, None, {"bucket": "b"}, "create", after_unknown={"cors_rule": True})
    document = plan(deferred_changes=[{"reason": "instance_count_unknown", "resource_change": later}], complete=False)
    document["configuration"] = {"root_module": {"resources": [{**later, "expressions": {}}]}}

    (bucket,) = parse(tmp_path, document).buckets

    assert (bucket.name, bucket.state) == ("b", State.UNKNOWN)
    assert bucket.reason == "the plan puts it off to a later one (instance_count_unknown)"


def test_region_account_and_server_come_from_constants_of_the_provider() -> None:
    by_address = {each.address: each for each in case("pending-changes").buckets}
    app, lab = (by_address[f"{CORS}.{name}"] for name in ("app", "lab"))

    assert (app.region, app.account) == ("eu-west-1", "111122223333")
    assert lab.account is None


@pytest.mark.parametrize(
    ("asked", "state"),
    [
        (None, State.UNKNOWN),
        ("http://localhost:4567", State.UNKNOWN),
        ("http://localhost:4566/", State.CONFIGURED),
    ],
)
def test_a_bucket_on_another_server_is_compared_only_with_that_server(asked: str | None, state: State) -> None:
    snapshot = PARSER.parse(DiskTree(CASES / "pending-changes"), ["plan.json"], Inputs(endpoint_url=asked))
    (lab,) = [each for each in snapshot.buckets if each.address == f"{CORS}.lab"]

    assert lab.state is state
    if state is State.UNKNOWN:
        assert lab.reason is not None
        assert "its provider sends it to http://localhost:4566, which is not AWS" in lab.reason


@pytest.mark.parametrize(
    ("expressions", "region", "account"),
    [
        ({"region": {"constant_value": "eu-west-3"}}, "eu-west-3", None),
        ({"region": {"references": ["var.region"]}}, None, None),
        ({"assume_role": [{"role_arn": {"constant_value": "arn:aws:iam::123456789012:role/r"}}]}, None, "123456789012"),
        ({"allowed_account_ids": {"constant_value": ["123456789012", "210987654321"]}}, None, None),
    ],
)
def test_what_the_provider_says_is_taken_only_where_it_is_plain(
    tmp_path: Path, expressions: object, region: str | None, account: str | None
) -> None:
    entry = {"mode": "managed", "type": CORS, "name": "this", "provider_config_key": "module.m:aws", "expressions": {}}
    code = {"provider_config": {"module.m:aws": {"expressions": expressions}}, "root_module": {"resources": [entry]}}
    made = change(CORS, None, {"bucket": "b", "cors_rule": [RULE]}, "create")

    (bucket,) = parse(tmp_path, plan(made, configuration=code)).buckets

    assert (bucket.region, bucket.account) == (region, account)


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("pending-changes", "plan.json"),
        ("second-plan", "plan.json"),
        ("state-shown", "state.json"),
        ("state-file", "terraform.tfstate"),
    ],
)
def test_every_rule_has_its_place_in_the_file(name: str, file: str) -> None:
    text = (CASES / name / file).read_text()
    lines = text.splitlines(keepends=True)
    configured = [each for each in case(name, file).buckets if each.cors is not None]

    assert configured
    for bucket in configured:
        assert bucket.cors is not None
        assert len(bucket.places) == len(bucket.cors.rules)
        for place, rule in zip(bucket.places, bucket.cors.rules, strict=True):
            for field, values in (("AllowedOrigins", rule.allowed_origins), ("AllowedMethods", rule.allowed_methods)):
                at = place.of(field)
                assert at.line is not None
                assert at.column is not None
                start = sum(map(len, lines[: at.line - 1])) + at.column - 1
                found, _ = json.JSONDecoder().raw_decode(text, start)
                assert tuple(found) == values


def test_state_files_mark_by_paths_and_a_path_that_is_not_understood_marks_everything(tmp_path: Path) -> None:
    def state(paths: object) -> Snapshot:
        instance = {
            "attributes": {"bucket": "b", "id": "b", "cors_rule": [RULE, OTHER]},
            "sensitive_attributes": paths,
        }
        resource = {"mode": "managed", "type": BUCKET, "name": "this", "instances": [instance]}
        document = {"version": 4, "terraform_version": "1.11.4", "lineage": "x", "serial": 1, "resources": [resource]}
        return parse(tmp_path, document, "terraform.tfstate")

    step = {"type": "get_attr", "value": "cors_rule"}
    index = {"type": "index", "value": {"type": "number", "value": 1}}

    assert state([[step, index]]).buckets[0].sensitive == {"PUT", "https://b.example"}
    assert state([[step]]).buckets[0].sensitive == {"GET", "PUT", "https://a.example", "https://b.example"}
    assert "b" in state([["?"]]).buckets[0].sensitive
    assert state([]).buckets[0].sensitive == frozenset()


def test_a_tainted_resource_is_told(tmp_path: Path) -> None:
    instance = {"status": "tainted", "attributes": {"bucket": "b", "cors_rule": [RULE]}}
    resource = {"mode": "managed", "type": CORS, "name": "this", "instances": [instance]}
    document = {"version": 4, "terraform_version": "1.11.4", "lineage": "x", "serial": 1, "resources": [resource]}

    assert told(parse(tmp_path, document, "terraform.tfstate"), "tainted") == [
        f"{CORS}.this is tainted: the next apply replaces it"
    ]


def test_flat_attributes_of_old_states_are_named(tmp_path: Path) -> None:
    instance = {"attributes_flat": {"bucket": "b", "cors_rule.#": "1"}}
    resource = {"mode": "managed", "type": BUCKET, "name": "this", "instances": [instance]}
    document = {"version": 4, "terraform_version": "0.12.0", "lineage": "x", "serial": 1, "resources": [resource]}

    (fault,) = parse(tmp_path, document, "terraform.tfstate").errors
    assert "attributes_flat" in fault.message


@pytest.mark.parametrize(
    "document",
    [
        {"format_version": "1.0", "configuration": {"root_module": {}}},
        {"provider_config": {}, "root_module": {"resources": [{"schema_version": 0}]}},
    ],
)
def test_code_that_was_printed_without_values_is_named_with_what_to_run(tmp_path: Path, document: object) -> None:
    (tmp_path / "code.json").write_text(json.dumps(document))

    claim = PARSER.claim(DiskTree(tmp_path), "code.json")

    assert claim is not None
    assert claim.foreign is not None
    assert "terraform show -json PLAN" in claim.foreign
