"""Records of CloudTrail as events: what real ones look like, and what cannot be read for certain."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from drift.cors.model import BucketCors, CorsRule, Unknown
from drift.fetchers.cloudtrail_record import event_of
from drift.history import Call, CorsEvent
from tests.recorded import ACCOUNT, found_event, trail_record
from tests.rules import rule

RULE = rule("GET", "https://a.example", "*", "ETag", max_age_seconds=3000, id="one")


def read(record: dict[str, Any], text: str | None = None) -> CorsEvent:
    event = event_of(found_event(record, text))
    assert event is not None
    return event


def wrote(body: Any) -> Any:
    """The rules of a request whose body CloudTrail shows so."""
    record = trail_record("b", RULE)
    record["requestParameters"]["CORSConfiguration"] = body
    return read(record).wrote


def rule_of(**fields: Any) -> CorsRule:
    found = wrote({"CORSRule": {"AllowedMethod": "GET", "AllowedOrigin": "*"} | fields})
    assert isinstance(found, BucketCors)
    return found.rules[0]


def test_a_record_tells_who_wrote_which_rules_from_where_with_what() -> None:
    event = read(trail_record("site", RULE, at="2026-11-20T12:00:00Z", number=7))
    assert event == CorsEvent(
        bucket="site",
        call=Call.PUT,
        when=datetime(2026, 11, 20, 12, tzinfo=UTC),
        event_id="00000000-0000-0000-0000-000000000007",
        wrote=BucketCors((RULE,)),
        who=f"arn:aws:sts::{ACCOUNT}:assumed-role/deploy/build-17",
        kind="AssumedRole",
        role=f"arn:aws:iam::{ACCOUNT}:role/deploy",
        invoked_by=None,
        tool="Terraform 1.9.5 (AWS provider 5.60.0)",
        user_agent=event.user_agent,
        source_ip="203.0.113.9",
        account=ACCOUNT,
        region="eu-west-1",
        error=None,
    )
    assert (event.user_agent or "").startswith("[APN/1.0 HashiCorp/1.0")


def test_a_deletion_leaves_no_rules() -> None:
    event = read(trail_record("site"))
    assert (event.call, event.wrote) == (Call.DELETE, None)


def test_single_elements_stand_as_themselves_and_several_as_lists() -> None:
    several = wrote(
        {
            "CORSRule": [
                {"AllowedMethod": ["GET", "PUT"], "AllowedOrigin": "*"},
                {"AllowedMethod": "GET", "AllowedOrigin": ["a", "b"]},
            ]
        }
    )
    assert several == BucketCors((rule("GET PUT", "*"), rule("GET", "a b")))


def test_values_that_became_something_else_on_the_way_are_told_as_they_were() -> None:
    """The turning of XML into JSON makes <Days>1</Days> a number, the text true a truth value, and null a null."""
    assert rule_of(AllowedOrigin=None).allowed_origins == ("null",)
    assert rule_of(AllowedOrigin=[None, "https://a.example"]).allowed_origins == ("null", "https://a.example")
    assert rule_of(ID=17).id == "17"
    assert rule_of(ID=True).id == "true"
    assert rule_of(MaxAgeSeconds="3000").max_age_seconds == 3000
    assert rule_of(MaxAgeSeconds=[3000]).max_age_seconds == 3000


def test_values_that_cannot_be_told_any_more_are_unknown() -> None:
    assert isinstance(rule_of(ID=1.5).id, Unknown)
    assert isinstance(rule_of(MaxAgeSeconds={"a": 1}).max_age_seconds, Unknown)
    assert isinstance(rule_of(AllowedHeader=[{"x": 1}]).allowed_headers[0], Unknown)  # type: ignore[index]
    assert isinstance(rule_of(AllowedHeader=["x"] * 3000).allowed_headers, Unknown)


@pytest.mark.parametrize("empty", ["", [""]])
def test_empty_ids_and_ages_are_unset(empty: Any) -> None:
    found = rule_of(ID=empty, MaxAgeSeconds=empty)
    assert (found.id, found.max_age_seconds) == (None, None)


def test_a_rule_without_its_origins_is_not_taken_for_one_that_has_none() -> None:
    found = wrote({"CORSRule": {"AllowedMethod": "GET"}})
    assert isinstance(found.rules[0].allowed_origins, Unknown)


@pytest.mark.parametrize(
    "body",
    [
        "",
        [""],
        None,
        {},
        {"xmlns": "x"},
        {"CORSRule": ""},
        {"CORSRule": []},
        {"CORSRule": ["x"]},
        {"CORSRule": {}},
        7,
        "{",
        {"CORSRule": [{"AllowedMethod": "GET", "AllowedOrigin": "*"}] * 101},
    ],
)
def test_rules_that_are_not_shown_or_have_another_form_are_unknown(body: Any) -> None:
    assert isinstance(wrote(body), Unknown)


def test_old_forms_and_other_letter_cases_are_read_too() -> None:
    record = trail_record("site", RULE)
    asked = record["requestParameters"]
    asked["cors"], asked["host"], asked["bucketName"] = [""], [asked.pop("Host")], ["site"]
    asked["corsConfiguration"] = [asked.pop("CORSConfiguration")]
    assert read(record).wrote == BucketCors((RULE,))


def test_parameters_that_are_json_text_inside_json_are_read() -> None:
    record = trail_record("site", RULE)
    record["requestParameters"] = json.dumps(record["requestParameters"])
    assert read(record).wrote == BucketCors((RULE,))


@pytest.mark.parametrize(
    "text", ['{"a": ', "", "[]", "null", "[" * 200_000, '{"x": "' + "y" * 2_000_000 + '"}', "\ud800"]
)
def test_a_record_that_cannot_be_read_still_tells_what_stands_beside_it(text: str) -> None:
    event = read(trail_record("site", RULE, at="2026-11-20T12:00:00Z"), text)
    assert (event.bucket, event.call, event.when) == ("site", Call.PUT, datetime(2026, 11, 20, 12, tzinfo=UTC))
    assert event.who == "build-17"
    assert isinstance(event.wrote, Unknown)
    assert event.error is None


def test_a_refused_attempt_is_known_as_such_even_if_its_record_is_cut_off() -> None:
    refused = trail_record("site", RULE) | {"errorCode": "AccessDenied"}
    assert read(refused).error == "AccessDenied"
    head = '{"userAgent": "x \\"errorCode\\": \\"Fake\\"", "errorCode": "AccessDenied", "requestParameters": {"CORSConf'
    assert read(trail_record("site", RULE), head).error == "AccessDenied"
    honest = '{"userAgent": "x \\"errorCode\\": \\"Fake\\"", "requestParameters": {"CORSConf'
    assert read(trail_record("site", RULE), honest).error is None


@pytest.mark.parametrize(
    "change",
    [{"eventName": "GetBucketCors"}, {"eventName": "PutBucketAcl"}, {"eventSource": "evil.example"}, {"eventName": 7}],
)
def test_other_events_are_none(change: dict[str, Any]) -> None:
    found = found_event(trail_record("site", RULE))
    found["CloudTrailEvent"] = json.dumps(trail_record("site", RULE) | change)
    assert event_of(found) is None


def test_an_event_about_no_bucket_is_none() -> None:
    found = found_event(trail_record("site", RULE), "{")
    assert event_of(found | {"Resources": [{"ResourceType": "AWS::IAM::User", "ResourceName": "x"}]}) is None
    assert event_of({}) is None


def test_the_bucket_stands_in_the_resources_where_the_parameters_are_missing() -> None:
    record = trail_record("site", RULE)
    record["requestParameters"] = None
    found = found_event(record) | {"Resources": []}
    event = event_of(found)
    assert event is not None
    assert event.bucket == "site"
    assert isinstance(event.wrote, Unknown)


def test_text_of_strangers_is_short_and_printable() -> None:
    evil = "\x1b[2J\r\n::error::\u202egnp.exe " + "A" * 5000
    identity = {"type": evil, "arn": evil, "invokedBy": evil, "sessionContext": {"sessionIssuer": {"arn": evil}}}
    event = read(trail_record("site", RULE, agent=evil, sourceIPAddress=evil, eventID=evil, userIdentity=identity))
    for text in (
        event.who,
        event.kind,
        event.role,
        event.invoked_by,
        event.user_agent,
        event.source_ip,
        event.event_id,
    ):
        assert text is not None
        assert text.isprintable()
        assert len(text) <= 301


def test_a_service_that_called_in_somebodys_name_is_named() -> None:
    identity = {"type": "AssumedRole", "arn": "arn:x", "invokedBy": "cloudformation.amazonaws.com"}
    event = read(
        trail_record(
            "b",
            RULE,
            agent="cloudformation.amazonaws.com",
            userIdentity=identity,
            sourceIPAddress="cloudformation.amazonaws.com",
        )
    )
    assert (event.invoked_by, event.tool) == ("cloudformation.amazonaws.com", "CloudFormation")
    silent = read(trail_record("b", RULE, agent="", userIdentity=identity))
    assert silent.tool == "CloudFormation"


def test_a_service_that_acts_for_itself_is_who_it_was() -> None:
    identity = {"type": "AWSService", "invokedBy": "cloudtrail.amazonaws.com"}
    found = found_event(trail_record("b", RULE, userIdentity=identity))
    del found["Username"]
    event = event_of(found)
    assert event is not None
    assert (event.who, event.kind) == ("cloudtrail.amazonaws.com", "AWSService")


def test_a_session_of_the_console_is_known_by_its_mark() -> None:
    assert read(trail_record("b", RULE, agent="", sessionCredentialFromConsole="true")).tool == "AWS Console"
