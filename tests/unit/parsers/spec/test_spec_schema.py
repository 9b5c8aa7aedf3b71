"""The published schema and the parser agree on what is a good rule file."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from drift.interfaces import Inputs
from drift.tree import DiskTree
from parsers.spec import PARSER

SCHEMA: dict[str, Any] = json.loads((files("drift") / "schemas" / "spec.json").read_text())
RULE: dict[str, Any] = {"AllowedMethods": ["GET"], "AllowedOrigins": ["*"]}
FULL = {"ID": "x", **RULE, "AllowedHeaders": ["x-*"], "ExposeHeaders": ["ETag"], "MaxAgeSeconds": 0}


def schema_takes(document: object) -> bool:
    return jsonschema.Draft202012Validator(SCHEMA).is_valid(document)


def parser_takes(folder: Path, document: object) -> bool:
    (folder / "s3-cors.json").write_text(json.dumps(document))
    return PARSER.parse(DiskTree(folder), ["s3-cors.json"], Inputs()).errors == ()


def test_schema_is_a_valid_schema_with_a_title_and_descriptions() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["title"]
    assert all(each.get("description") for each in SCHEMA["$defs"].values())


@pytest.mark.parametrize(
    "document",
    [
        {"CORSRules": [FULL, RULE]},
        {"$schema": "x", "CORSRules": [RULE]},
        {"ResponseMetadata": {"HTTPStatusCode": 200, "RetryAttempts": 0}, "CORSRules": [RULE]},
        {"CORSRules": []},
        [FULL],
        [],
        {"Bucket": "my-bucket", "CORSConfiguration": {"CORSRules": [RULE]}, "ExpectedBucketOwner": "012345678901"},
        {"CORSConfiguration": {"CORSRules": [RULE]}},
        {"version": 1, "buckets": {"my-bucket": [RULE], "none": [], "null": None}},
        {"buckets": {"my-bucket": {"CORSRules": [RULE], "region": "eu-west-1", "account": "012345678901"}}},
        {"buckets": {"my-bucket": {"CORSRules": None, "account": 123456789012}}},
        {"$schema": "x", "version": 1, "buckets": {"Old_Bucket.Name": []}},
    ],
)
def test_good_document_is_taken_by_both(tmp_path: Path, document: object) -> None:
    assert (schema_takes(document), parser_takes(tmp_path, document)) == (True, True)


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"x": 1},
        [1],
        "text",
        RULE,
        {"CORSRules": RULE},
        {"CORSRules": [RULE], "x": 1},
        {"CorsRules": [RULE]},
        [{"AllowedMethods": ["GET"]}],
        [{"AllowedOrigins": ["*"]}],
        [{**RULE, "ExposedHeaders": ["x"]}],
        [{**RULE, "MaxAge": 1}],
        [{**RULE, "Id": "x"}],
        [{**RULE, "ID": 1}],
        [{**RULE, "ID": None}],
        [{**RULE, "AllowedHeaders": "x"}],
        [{**RULE, "AllowedHeaders": None}],
        [{**RULE, "AllowedHeaders": [1]}],
        [{**RULE, "AllowedHeaders": [None]}],
        [{**RULE, "AllowedHeaders": [["x"]]}],
        [{**RULE, "MaxAgeSeconds": "1"}],
        [{**RULE, "MaxAgeSeconds": 1.5}],
        [{**RULE, "MaxAgeSeconds": True}],
        [{**RULE, "MaxAgeSeconds": None}],
        {"Bucket": "x", "CORSConfiguration": {"CORSRules": [RULE]}},
        {"Bucket": "my-bucket", "CORSConfiguration": [RULE]},
        {"Bucket": "my-bucket", "CORSConfiguration": {}},
        {"Bucket": "my-bucket", "CORSConfiguration": {"CORSRules": [RULE]}, "Region": "x"},
        {"Bucket": "my-bucket", "CORSConfiguration": {"CORSRules": [RULE]}, "ExpectedBucketOwner": "1"},
        {"buckets": {}},
        {"buckets": []},
        {"buckets": {"-x-": []}},
        {"buckets": {"arn:aws:s3:::x": []}},
        {"buckets": {"my-bucket": "x"}},
        {"buckets": {"my-bucket": RULE}},
        {"buckets": {"my-bucket": {"region": "eu-west-1"}}},
        {"buckets": {"my-bucket": {"CORSRules": [], "region": "Ireland!"}}},
        {"buckets": {"my-bucket": {"CORSRules": [], "region": 1}}},
        {"buckets": {"my-bucket": {"CORSRules": [], "account": "1"}}},
        {"buckets": {"my-bucket": {"CORSRules": [], "account": 1}}},
        {"buckets": {"my-bucket": {"CORSRules": [], "more": 1}}},
        {"version": 2, "buckets": {"my-bucket": []}},
        {"version": "1", "buckets": {"my-bucket": []}},
        {"version": 1, "buckets": {"my-bucket": []}, "more": 1},
    ],
)
def test_bad_document_is_refused_by_both(tmp_path: Path, document: object) -> None:
    assert (schema_takes(document), parser_takes(tmp_path, document)) == (False, False)


@pytest.mark.parametrize(
    "rule",
    [
        {**RULE, "AllowedMethods": ["PATCH"]},
        {**RULE, "AllowedMethods": []},
        {**RULE, "AllowedOrigins": ["*.*"]},
        {**RULE, "MaxAgeSeconds": -1},
        {**RULE, "ID": "x" * 256},
    ],
)
def test_what_s3_refuses_is_marked_by_the_schema_and_read_by_the_parser(tmp_path: Path, rule: object) -> None:
    assert (schema_takes([rule]), parser_takes(tmp_path, [rule])) == (False, True)
