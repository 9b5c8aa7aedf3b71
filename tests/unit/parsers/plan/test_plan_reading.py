"""What the plan parser makes of plans and states, and of what only looks like them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from drift.cors.model import Unknown
from drift.interfaces import Inputs
from drift.location import Diagnostic, Severity
from drift.snapshot import Bucket, Snapshot, State
from drift.tree import DiskTree
from parsers.plan import PARSER

RULE = {"allowed_methods": ["GET"], "allowed_origins": ["https://a.example"]}
CORS = "aws_s3_bucket_cors_configuration"


def parse(folder: Path, content: object, name: str = "plan.json") -> Snapshot:
    text = content if isinstance(content, str) else json.dumps(content)
    (folder / name).write_text(text)
    return PARSER.parse(DiskTree(folder), [name], Inputs())


def change(
    kind: str, after: object, *actions: str, unknown: object = None, before: object = None, **more: object
) -> dict[str, Any]:
    return {
        "address": f"{kind}.this",
        "mode": "managed",
        "type": kind,
        "name": "this",
        "change": {
            "actions": list(actions or ("create",)),
            "before": before,
            "after": after,
            "after_unknown": {} if unknown is None else unknown,
        },
        **more,
    }


def plan(*changes: object, resources: object = None, **more: object) -> dict[str, Any]:
    configuration = {"configuration": {"root_module": {"resources": resources}}} if resources is not None else {}
    return {"format_version": "1.2", "resource_changes": list(changes), **configuration, **more}


def declared(kind: str, **expressions: object) -> dict[str, Any]:
    return {"address": f"{kind}.this", "mode": "managed", "type": kind, "name": "this", "expressions": expressions}


def only(snapshot: Snapshot) -> Bucket:
    assert {each.id for each in snapshot.diagnostics} <= {"plan-not-applied"}
    (bucket,) = snapshot.buckets
    return bucket


def fault(snapshot: Snapshot) -> Diagnostic:
    assert snapshot.buckets == ()
    (diagnostic,) = snapshot.diagnostics
    assert diagnostic.severity is Severity.ERROR
    assert diagnostic.help
    assert diagnostic.location is not None
    return diagnostic


def test_data_sources_deposed_objects_and_forgotten_resources_are_no_declarations(tmp_path: Path) -> None:
    after = {"bucket": "b", "cors_rule": [RULE]}
    snapshot = parse(
        tmp_path,
        plan(
            change(CORS, after, mode="data"),
            change(CORS, None, "delete", before=after, deposed="0a1b2c3d"),
            change(CORS, None, "forget", before=after),
        ),
    )

    assert snapshot.buckets == ()
    assert [each.message for each in snapshot.diagnostics] == [
        f"{CORS}.this: this plan forgets these rules, and S3 keeps them: GET from https://a.example"
    ]


def test_a_deleted_configuration_leaves_its_bucket_without_rules(tmp_path: Path) -> None:
    bucket = only(parse(tmp_path, plan(change(CORS, None, "delete", before={"bucket": "b", "cors_rule": [RULE]}))))

    assert (bucket.name, bucket.state, bucket.says_none) == ("b", State.ABSENT, False)


def test_a_configuration_that_goes_with_its_bucket_declares_nothing(tmp_path: Path) -> None:
    snapshot = parse(
        tmp_path,
        plan(
            change(CORS, None, "delete", before={"bucket": "b", "cors_rule": [RULE]}),
            change("aws_s3_bucket", None, "delete", before={"bucket": "b", "cors_rule": []}),
        ),
    )

    assert snapshot == Snapshot("plan")


@pytest.mark.parametrize("actions", [("delete", "create"), ("create", "delete"), ("update",), ("no-op",)])
def test_what_stays_or_is_replaced_is_what_it_will_be(tmp_path: Path, actions: tuple[str, ...]) -> None:
    before = {"bucket": "old", "cors_rule": []}

    bucket = only(parse(tmp_path, plan(change(CORS, {"bucket": "b", "cors_rule": [RULE]}, *actions, before=before))))

    assert (bucket.name, bucket.state) == ("b", State.CONFIGURED)
    assert bucket.cors is not None
    assert not bucket.cors.ordered
    assert bucket.writes_max_age_zero


@pytest.mark.parametrize(
    ("expressions", "state", "says_none"),
    [
        ({}, State.ABSENT, False),
        ({"cors_rule": {"constant_value": None}}, State.ABSENT, False),
        ({"cors_rule": {"references": ["var.rules"]}}, State.UNKNOWN, False),
    ],
)
def test_computed_rules_of_a_new_bucket_are_unknown_only_if_the_code_gives_them(
    tmp_path: Path, expressions: Mapping[str, object], state: State, says_none: bool
) -> None:
    new = change("aws_s3_bucket", {"bucket": "b"}, unknown={"cors_rule": True, "id": True})

    bucket = only(parse(tmp_path, plan(new, resources=[declared("aws_s3_bucket", **expressions)])))

    assert (bucket.state, bucket.says_none) == (state, says_none)


def test_without_the_code_in_the_plan_a_new_bucket_is_not_called_bare(tmp_path: Path) -> None:
    new = change("aws_s3_bucket", {"bucket": "b"}, unknown={"cors_rule": True})

    bucket = only(parse(tmp_path, plan(new)))

    assert bucket.state is State.UNKNOWN
    assert bucket.reason == "the plan does not hold the code of this bucket"


def test_what_s3_has_is_never_taken_for_what_the_code_says(tmp_path: Path) -> None:
    live = {"bucket": "b", "cors_rule": [RULE]}
    same = change("aws_s3_bucket", live, "no-op", before=live)

    bucket = only(parse(tmp_path, plan(same, resources=[declared("aws_s3_bucket")])))

    assert bucket.state is State.UNKNOWN
    assert bucket.reason is not None
    assert "dynamic block" in bucket.reason


def test_rules_that_an_update_moves_are_declared_even_by_a_dynamic_block(tmp_path: Path) -> None:
    before = {"bucket": "b", "cors_rule": []}
    moved = change("aws_s3_bucket", {"bucket": "b", "cors_rule": [RULE]}, "update", before=before)

    bucket = only(parse(tmp_path, plan(moved, resources=[declared("aws_s3_bucket")])))

    assert bucket.state is State.CONFIGURED
    assert bucket.cors is not None
    assert bucket.cors.ordered


def test_what_s3_has_is_passed_over_beside_the_separate_resource(tmp_path: Path) -> None:
    live = {"bucket": "b", "cors_rule": [{**RULE, "allowed_origins": ["https://other.example"]}]}
    own = {"bucket": "b", "cors_rule": [RULE]}
    snapshot = parse(
        tmp_path,
        plan(
            change("aws_s3_bucket", live, "no-op", before=live),
            change(CORS, own, "no-op", before=own),
            resources=[declared("aws_s3_bucket"), declared(CORS)],
        ),
    )

    bare, configured = snapshot.buckets
    assert (bare.state, bare.says_none) == (State.ABSENT, False)
    assert configured.cors is not None
    assert configured.cors.rules[0].allowed_origins == ("https://a.example",)


def test_what_s3_has_goes_with_the_separate_resource_that_put_it_there(tmp_path: Path) -> None:
    live = {"bucket": "b", "cors_rule": [RULE]}
    snapshot = parse(
        tmp_path,
        plan(
            change("aws_s3_bucket", live, "no-op", before=live),
            change(CORS, None, "delete", before={"bucket": "b", "cors_rule": [RULE]}),
            resources=[declared("aws_s3_bucket")],
        ),
    )

    assert [(bucket.state, bucket.says_none) for bucket in snapshot.buckets] == [(State.ABSENT, False)] * 2


def test_a_reference_with_a_key_means_that_instance(tmp_path: Path) -> None:
    def bucket(key: int) -> dict[str, Any]:
        made = change(
            "aws_s3_bucket", {"bucket_prefix": f"p{key}-"}, unknown={"bucket": True, "cors_rule": True}, index=key
        )
        return {**made, "address": f"aws_s3_bucket.this[{key}]"}

    snapshot = parse(
        tmp_path,
        plan(
            bucket(0),
            bucket(1),
            change(CORS, {"cors_rule": [RULE]}, unknown={"bucket": True}),
            resources=[
                declared("aws_s3_bucket"),
                declared(CORS, bucket={"references": ["aws_s3_bucket.this[1].id", "aws_s3_bucket.this[1]"]}),
            ],
        ),
    )

    assert [(each.address, getattr(each.name, "prefix", None)) for each in snapshot.buckets] == [
        ("aws_s3_bucket.this[0]", "p0-"),
        (f"{CORS}.this", "p1-"),
    ]


def test_an_argument_that_is_unknown_as_a_whole_is_one_unknown(tmp_path: Path) -> None:
    after = {"bucket": "b", "cors_rule": [{"allowed_methods": ["GET"]}]}

    bucket = only(
        parse(tmp_path, plan(change(CORS, after, unknown={"cors_rule": [{"allowed_origins": True, "id": True}]})))
    )

    assert bucket.cors is not None
    (rule,) = bucket.cors.rules
    assert isinstance(rule.allowed_origins, Unknown)
    assert isinstance(rule.id, Unknown)
    assert rule.allowed_headers == ()


def test_a_name_to_come_keeps_its_prefix_and_the_silent_bucket_is_not_told_twice(tmp_path: Path) -> None:
    snapshot = parse(
        tmp_path,
        plan(
            change("aws_s3_bucket", {"bucket_prefix": "up-"}, unknown={"bucket": True, "id": True, "cors_rule": True}),
            change(CORS, {"cors_rule": [RULE]}, unknown={"bucket": True}),
            resources=[
                declared("aws_s3_bucket", bucket_prefix={"constant_value": "up-"}),
                declared(CORS, bucket={"references": ["aws_s3_bucket.this.id", "aws_s3_bucket.this"]}),
            ],
        ),
    )

    bucket = only(snapshot)
    assert bucket.name == Unknown("aws_s3_bucket.this.id is known only after apply", prefix="up-")
    assert bucket.state is State.CONFIGURED


def test_instances_are_matched_by_their_keys(tmp_path: Path) -> None:
    def instance(kind: str, key: str, after: object, **unknown: bool) -> dict[str, Any]:
        made = change(kind, after, unknown=unknown, index=key)
        return {**made, "address": f'{kind}.this["{key}"]'}

    snapshot = parse(
        tmp_path,
        plan(
            instance("aws_s3_bucket", "a", {"bucket_prefix": "a-"}, bucket=True, cors_rule=True),
            instance("aws_s3_bucket", "b", {"bucket_prefix": "b-"}, bucket=True, cors_rule=True),
            instance(CORS, "b", {"cors_rule": [RULE]}, bucket=True),
            resources=[
                declared("aws_s3_bucket"),
                declared(CORS, bucket={"references": ["aws_s3_bucket.this", "each.key"]}),
            ],
        ),
    )

    assert [(bucket.address, getattr(bucket.name, "prefix", None)) for bucket in snapshot.buckets] == [
        ('aws_s3_bucket.this["a"]', "a-"),
        (f'{CORS}.this["b"]', "b-"),
    ]


def test_account_and_region_come_along_where_they_are_known(tmp_path: Path) -> None:
    after = {"bucket": "b", "cors_rule": [RULE], "expected_bucket_owner": "123456789012", "region": "eu-west-1"}

    bucket = only(parse(tmp_path, plan(change(CORS, after))))

    assert (bucket.account, bucket.region) == ("123456789012", "eu-west-1")


def test_an_unset_max_age_and_an_empty_id_are_none_and_zero_stays_zero(tmp_path: Path) -> None:
    rules = [{**RULE, "id": "", "max_age_seconds": None}, {**RULE, "max_age_seconds": 0}, {**RULE, "id": "x"}]

    bucket = only(parse(tmp_path, plan(change(CORS, {"bucket": "b", "cors_rule": rules}))))

    assert bucket.cors is not None
    assert [(rule.id, rule.max_age_seconds) for rule in bucket.cors.rules] == [(None, None), (None, 0), ("x", None)]


def test_a_state_is_told_to_be_no_code_once(tmp_path: Path) -> None:
    resources = [
        {
            "address": f"{CORS}.b{n}",
            "mode": "managed",
            "type": CORS,
            "name": f"b{n}",
            "values": {"id": f"b{n},123456789012", "cors_rule": [RULE]},
        }
        for n in range(2)
    ]
    snapshot = parse(tmp_path, {"format_version": "1.0", "values": {"root_module": {"resources": resources}}})

    assert [bucket.name for bucket in snapshot.buckets] == ["b0", "b1"]
    assert [(each.severity, each.id) for each in snapshot.diagnostics] == [(Severity.INFO, "state-is-not-code")]


def test_a_state_file_gives_addresses_as_terraform_writes_them(tmp_path: Path) -> None:
    def resource(*instances: object) -> dict[str, object]:
        return {
            "module": 'module.m["x"]',
            "mode": "managed",
            "type": CORS,
            "name": "this",
            "instances": list(instances),
        }

    def instance(name: str, **more: object) -> dict[str, object]:
        return {"attributes": {"bucket": name, "cors_rule": [RULE]}, **more}

    state = {
        "version": 4,
        "terraform_version": "1.11.4",
        "serial": 1,
        "lineage": "x",
        "resources": [
            resource(instance("a", index_key=0), instance("b", index_key='k"${'), instance("c", deposed="0a")),
            {**resource(instance("d")), "mode": "data"},
        ],
    }
    snapshot = parse(tmp_path, state, "terraform.tfstate")

    assert [bucket.address for bucket in snapshot.buckets] == [
        f'module.m["x"].{CORS}.this[0]',
        f'module.m["x"].{CORS}.this["k\\"$${{"]',
    ]


def test_in_a_state_the_separate_resource_speaks_for_its_bucket(tmp_path: Path) -> None:
    def resource(kind: str, origin: str) -> dict[str, Any]:
        rules = [{**RULE, "allowed_origins": [origin]}]
        values = {"bucket": "b", "cors_rule": rules}
        return {"address": f"{kind}.this", "mode": "managed", "type": kind, "name": "this", "values": values}

    both = [resource("aws_s3_bucket", "https://live.example"), resource(CORS, "https://own.example")]
    snapshot = parse(tmp_path, {"format_version": "1.0", "values": {"root_module": {"resources": both}}})

    silent, speaking = snapshot.buckets
    assert (silent.state, silent.says_none) == (State.ABSENT, False)
    assert speaking.cors is not None
    assert speaking.cors.rules[0].allowed_origins == ("https://own.example",)


def test_a_plan_of_outputs_alone_declares_nothing(tmp_path: Path) -> None:
    real = {"format_version": "1.2", "planned_values": {"outputs": {"x": {"value": 1}}, "root_module": {}}}

    assert parse(tmp_path, real) == Snapshot("plan")


def test_an_empty_state_declares_nothing(tmp_path: Path) -> None:
    assert parse(tmp_path, {"format_version": "1.0"}) == Snapshot("plan")
    assert parse(tmp_path, "", "terraform.tfstate") == Snapshot("plan")


def test_broken_json_is_told_with_its_line_and_column(tmp_path: Path) -> None:
    found = fault(parse(tmp_path, '{"format_version": "1.2",\n "resource_changes": [\n  {},\n ]\n}'))

    assert found.location is not None
    assert (found.location.line, found.location.column) == (4, 2)
    assert "not JSON" in found.message


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ({**plan(), "format_version": "2.0"}, "format_version '2.0' is not known"),
        ({**plan(), "format_version": 1}, "format_version '1' is not known"),
        ({"version": 3, "terraform_version": "0.11.14", "serial": 1}, "has version '3'"),
        ({"encrypted_data": "eA==", "meta": {}}, "encrypted"),
        ({"something": "else"}, "neither a plan nor a state"),
        ([], "neither a plan nor a state"),
        (
            {"format_version": "1.2", "planned_values": {"root_module": {"resources": [{}]}}},
            "resource_changes should be a list",
        ),
        (plan(change(CORS, {"cors_rule": {}})), f"{CORS}.this.cors_rule should be a list"),
        (plan(change(CORS, {"cors_rule": [[]]})), "cors_rule[0] should be an object"),
        (plan(change(CORS, {"cors_rule": [{**RULE, "allowed_methods": "GET"}]})), "allowed_methods should be a list"),
        (
            plan(change(CORS, {"cors_rule": [{**RULE, "allowed_methods": [1]}]})),
            "allowed_methods[0] should be a string",
        ),
        (plan(change(CORS, {"cors_rule": [{**RULE, "allowed_methods": [None]}]})), "allowed_methods[0] is null"),
        (plan(change(CORS, {"cors_rule": [{**RULE, "max_age_seconds": True}]})), "should be a whole number"),
        (plan(change(CORS, {"cors_rule": [{**RULE, "max_age_seconds": 1.5}]})), "should be a whole number"),
        (plan(change(CORS, {"bucket": ["b"], "cors_rule": [RULE]})), "bucket should be a string"),
        (plan(change(CORS, None)), "after should be an object"),
        (plan("x"), "resource_changes[0] should be an object"),
    ],
)
def test_what_terraform_would_not_write_is_one_error(tmp_path: Path, content: object, words: str) -> None:
    assert words in fault(parse(tmp_path, content)).message


@pytest.mark.parametrize(
    "text",
    ['{"values":' * 5000, "[" * 100_000, '{"format_version": ' + "9" * 5000 + "}", '{"a": "\x00"}', "\x00", "nul"],
)
def test_hostile_json_is_one_error(tmp_path: Path, text: str) -> None:
    fault(parse(tmp_path, text))


def test_bytes_that_are_no_text_are_one_error(tmp_path: Path) -> None:
    (tmp_path / "x.tfstate").write_bytes(b'{"a":\n"\xff"}')

    found = fault(PARSER.parse(DiskTree(tmp_path), ["x.tfstate"], Inputs()))

    assert found.location is not None
    assert found.location.line == 2


def test_one_bad_file_does_not_spoil_the_others(tmp_path: Path) -> None:
    (tmp_path / "good.json").write_text(json.dumps(plan(change(CORS, {"bucket": "b", "cors_rule": [RULE]}))))
    (tmp_path / "bad.json").write_text("{")

    snapshot = PARSER.parse(DiskTree(tmp_path), ["bad.json", "good.json", "gone.json"], Inputs())

    assert [bucket.name for bucket in snapshot.buckets] == ["b"]
    assert [each.location.path for each in snapshot.errors if each.location] == ["bad.json", "gone.json"]


@pytest.mark.parametrize(("key", "value"), [("errored", True), ("complete", False)])
def test_a_plan_that_leaves_something_out_says_so(tmp_path: Path, key: str, value: bool) -> None:
    snapshot = parse(tmp_path, plan(**{key: value}))

    assert [(each.severity, each.id) for each in snapshot.diagnostics] == [(Severity.WARNING, "incomplete-plan")]


def test_half_a_surrogate_pair_does_not_get_through(tmp_path: Path) -> None:
    text = json.dumps(plan(change(CORS, {"bucket": "b\ud800", "cors_rule": [RULE]})))

    bucket = only(parse(tmp_path, text))

    assert bucket.name == "b\ufffd"


def test_a_bucket_that_is_replaced_under_another_name_is_not_expected_under_the_old_one(tmp_path: Path) -> None:
    gone = change(CORS, None, "delete", before={"bucket": "old", "cors_rule": [RULE]})
    for after, names in (("new", ["new"]), ("old", ["old", "old"])):
        new = change("aws_s3_bucket", {"bucket": after}, "delete", "create", before={"bucket": "old"})
        assert [each.name for each in parse(tmp_path, plan(new, gone)).buckets] == names
