"""Configurations that other programs write: CDK for Terraform's ``cdk.tf.json`` and Wing's ``main.tf.json``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from drift.discovery import declared_in, open_source
from drift.interfaces import Inputs
from drift.plugins import load_parsers
from drift.snapshot import Snapshot, State

RULE = {"allowed_methods": ["GET", "PUT"], "allowed_origins": ["${var.origin}"], "allowed_headers": ["*"]}


def metadata(path: str) -> dict[str, Any]:
    return {"//": {"metadata": {"path": path, "uniqueId": path.replace("/", "_")}}}


STACK = {
    "//": {"metadata": {"backend": "local", "stackName": "site", "version": "0.20.8"}, "outputs": {"site": {"o": "o"}}},
    "output": {"o": {"value": "${aws_s3_bucket.assets_5CB7.id}"}},
    "provider": {"aws": [{"region": "eu-central-1"}]},
    "resource": {
        "aws_s3_bucket": {
            "assets_5CB7": {**metadata("site/assets/bucket"), "bucket": "cdktf-assets"},
            "escape": {
                **metadata("site/escape"),
                "bucket": 'cdktf-${upper("x")}',
                "dynamic": {
                    "cors_rule": {
                        "for_each": '${toset(["https://b.example", "https://a.example"])}',
                        "content": {"allowed_methods": ["GET"], "allowed_origins": ["${cors_rule.value}"]},
                    }
                },
            },
        },
        "aws_s3_bucket_cors_configuration": {
            "cors_A1B2": {
                **metadata("site/assets/cors"),
                "bucket": "${aws_s3_bucket.assets_5CB7.id}",
                "cors_rule": [RULE],
            }
        },
    },
    "terraform": {
        "backend": {"local": {"path": "/home/dev/terraform.site.tfstate"}},
        "required_providers": {"aws": {"source": "aws", "version": "5.94.1"}},
    },
    "variable": {"origin": {"default": "https://app.example", "type": "string"}},
}


def read(folder: Path, name: str, document: object) -> Snapshot:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, indent=2))
    return declared_in(open_source(folder, folder), load_parsers(), Inputs())


@pytest.mark.parametrize("name", ["cdktf.out/stacks/site/cdk.tf.json", "target/main.tfaws/main.tf.json"])
def test_what_was_synthesised_is_read_like_any_other_json_syntax(tmp_path: Path, name: str) -> None:
    snapshot = read(tmp_path, name, STACK)

    assert snapshot.diagnostics == ()
    by_name = {each.name: each for each in snapshot.buckets}
    assets, escape = by_name["cdktf-assets"], by_name["cdktf-X"]
    assert assets.address == "aws_s3_bucket_cors_configuration.cors_A1B2"
    assert (assets.region, assets.location and assets.location.path.endswith(name)) == ("eu-central-1", True)
    assert assets.cors is not None
    assert assets.cors.rules[0].allowed_origins == ("https://app.example",)
    assert escape.cors is not None
    assert [rule.allowed_origins for rule in escape.cors.rules] == [("https://a.example",), ("https://b.example",)]
    assert len(snapshot.buckets) == 2


def test_each_stack_is_a_root_of_its_own(tmp_path: Path) -> None:
    other = json.loads(json.dumps(STACK).replace("cdktf-", "other-"))
    read(tmp_path, "cdktf.out/stacks/site/cdk.tf.json", STACK)

    snapshot = read(tmp_path, "cdktf.out/stacks/other/cdk.tf.json", other)

    assert {each.name for each in snapshot.buckets} == {"cdktf-assets", "cdktf-X", "other-assets", "other-X"}


def test_fields_that_cdk_for_terraform_leaves_out_of_an_inline_rule_are_refused_as_terraform_does(
    tmp_path: Path,
) -> None:
    """In JSON an inline ``cors_rule`` is an attribute: Terraform wants every field of its objects."""
    inline = {"bucket": "old", "cors_rule": [{"allowed_methods": ["GET"], "allowed_origins": ["*"]}]}

    (bucket,) = read(tmp_path, "cdk.tf.json", {"resource": {"aws_s3_bucket": {"old": inline}}}).buckets

    assert bucket.state is State.UNKNOWN


def test_settings_of_an_application_beside_its_output_are_told(tmp_path: Path) -> None:
    (tmp_path / "cdktf.json").write_text('{"language": "typescript", "app": "npx ts-node main.ts"}')

    (told,) = read(tmp_path, "cdktf.out/stacks/site/cdk.tf.json", STACK).diagnostics

    assert told.id == "foreign-file"
