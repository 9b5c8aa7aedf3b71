"""A bucket as AWS Config has recorded it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from drift.cors.model import BucketCors
from drift.fetchers.aws_config_item import item_of
from drift.snapshot import Bucket, State
from tests.recorded import config_row
from tests.rules import rule

RULE = rule("GET PUT", "https://a.example", "*", "ETag", max_age_seconds=3000, id="one")

# A real item of a bucket without CORS rules (names changed): what it does not have, it does not mention.
REAL_SUPPLEMENT = {
    "AccessControlList": '"{\\"grantSet\\":null,\\"owner\\":{\\"displayName\\":null},\\"isRequesterCharged\\":false}"',
    "BucketAccelerateConfiguration": '{"status":null}',
    "BucketLoggingConfiguration": '{"destinationBucketName":null,"logFilePrefix":null}',
    "BucketNotificationConfiguration": '{"configurations":{}}',
    "BucketPolicy": '{"policyText":null}',
    "BucketVersioningConfiguration": '{"status":"Off","isMfaDeleteEnabled":null}',
    "IsRequesterPaysEnabled": "false",
}


def read(row: Any) -> Bucket:
    item = item_of(row)
    assert item is not None
    return item.bucket


def with_cors(value: Any) -> Bucket:
    row = config_row("b")
    row["supplementaryConfiguration"]["BucketCrossOriginConfiguration"] = value
    return read(row)


def test_a_real_item_without_cors_rules_is_a_bucket_without_them() -> None:
    found = read(config_row("b", supplementaryConfiguration=REAL_SUPPLEMENT))
    assert (found.state, found.cors) == (State.ABSENT, None)


def test_rules_as_json_text_among_json_text_are_read() -> None:
    cors = json.dumps({"rules": [{"allowedMethods": ["GET"], "allowedOrigins": ["*"], "maxAgeSeconds": 0}]})
    found = read(config_row("b", supplementaryConfiguration=REAL_SUPPLEMENT | {"BucketCrossOriginConfiguration": cors}))
    assert found.cors == BucketCors((rule("GET", "*", max_age_seconds=0),))


def test_an_item_without_its_supplement_proves_nothing() -> None:
    for supplement in (None, {}, "", "{}", {"BucketVersioningConfiguration": None}):
        found = read(config_row("b", supplementaryConfiguration=supplement))
        assert found.state is State.UNKNOWN
        assert "does not say whether there are rules" in (found.reason or "")


@pytest.mark.parametrize("key", ["BucketVersioningConfiguration", "IsRequesterPaysEnabled"])
def test_any_part_of_the_supplement_that_all_buckets_have_proves_that_it_is_there(key: str) -> None:
    assert read(config_row("b", supplementaryConfiguration={key: REAL_SUPPLEMENT[key]})).state is State.ABSENT


@pytest.mark.parametrize("value", [None, "", {}, "{}", "null", {"rules": None}, {"rules": []}, '{"rules":null}'])
def test_no_rules_are_recorded_in_several_forms(value: Any) -> None:
    assert with_cors(value).state is State.ABSENT


def test_flat_keys_of_a_query_are_read_too() -> None:
    row = config_row("b", RULE)
    cors = row.pop("supplementaryConfiguration")["BucketCrossOriginConfiguration"]
    assert read(row | {"supplementaryConfiguration.BucketCrossOriginConfiguration": cors}).cors == BucketCors((RULE,))


GOOD = {"allowedMethods": ["GET"], "allowedOrigins": ["*"]}


@pytest.mark.parametrize(
    "value",
    [
        "x",
        [],
        7,
        {"rule": []},
        {"rules": "x"},
        {"rules": 7},
        {"rules": ["x"]},
        {"rules": [GOOD, {}]},
        {"rules": [{"allowedMethods": ["GET"], "allowedOrigins": None}]},
        {"rules": [{"allowedMethods": [7], "allowedOrigins": ["*"]}]},
        {"rules": [GOOD | {"maxAgeSeconds": "soon"}]},
        {"rules": [GOOD | {"maxAgeSeconds": True}]},
        {"rules": [GOOD | {"maxAgeSeconds": 1.5}]},
        {"rules": [GOOD | {"id": ["x"]}]},
        {"rules": [GOOD] * 101},
    ],
)
def test_rules_in_a_form_that_is_not_known_are_not_guessed(value: Any) -> None:
    found = with_cors(value)
    assert found.state is State.UNKNOWN
    assert "in a form that is not known" in (found.reason or "")


def test_lists_may_be_null_or_a_single_text_and_ages_text() -> None:
    fields = {"allowedMethods": "GET", "allowedOrigins": ["*"], "allowedHeaders": None, "exposedHeaders": "ETag"}
    found = with_cors({"rules": fields | {"id": None, "maxAgeSeconds": "60"}})
    assert found.cors == BucketCors((rule("GET", "*", expose="ETag", max_age_seconds=60),))


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("OK", State.CONFIGURED),
        ("ResourceDiscovered", State.CONFIGURED),
        (None, State.CONFIGURED),
        ("ResourceDeleted", State.MISSING),
        ("ResourceDeletedNotRecorded", State.MISSING),
        ("ResourceNotRecorded", State.UNKNOWN),
        ("\x1b[2JNew", State.UNKNOWN),
        (["OK"], State.UNKNOWN),
    ],
)
def test_the_status_of_an_item_counts_before_what_it_holds(status: Any, state: State) -> None:
    found = read(config_row("b", RULE, configurationItemStatus=status))
    assert found.state is state
    assert (found.reason or "").isprintable()


@pytest.mark.parametrize("account", ["", "1111", "11111111111x", None, 111111111111])
def test_what_is_no_account_is_left_out(account: Any) -> None:
    assert read(config_row("b", RULE, account=account)).account is None


@pytest.mark.parametrize(
    ("region", "shown"), [("eu-west-1", "eu-west-1"), ("us-gov-east-1", "us-gov-east-1"), ("'--", None), (7, None)]
)
def test_what_is_no_region_is_left_out(region: Any, shown: str | None) -> None:
    assert read(config_row("b", RULE, region=region)).region == shown


@pytest.mark.parametrize("text", ["2026-11-20T12:00:00Z", "2026-11-20T12:00:00.000Z", "2026-11-20T13:00:00+01:00"])
def test_the_time_of_the_record_is_in_utc(text: str) -> None:
    assert read(config_row("b", RULE, captured=text)).as_of == datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.mark.parametrize("time", [None, 7, "yesterday", "9999-12-31T23:59:59-23:59"])
def test_what_is_no_time_is_left_out(time: Any) -> None:
    assert read(config_row("b", RULE, captured=time)).as_of is None


@pytest.mark.parametrize("row", ["", "x", "[]", "{}", None, 7, '{"resourceId": ""}', "[" * 100_000, "9" * 5000])
def test_a_row_that_names_no_bucket_is_none(row: Any) -> None:
    assert item_of(row) is None
