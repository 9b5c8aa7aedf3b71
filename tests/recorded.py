"""What AWS Config and CloudTrail write down of CORS rules, made from rules: for the tests' servers and laws.

The forms are those of real records: the query schema of AWS Config for AWS::S3::Bucket and captured items of buckets
without CORS; CloudTrail records of PutBucketLifecycle, PutBucketTagging and GetBucketCors.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from copy import deepcopy
from typing import Any

from drift.cors.model import CorsRule

ACCOUNT = "111111111111"
NOON = "2026-11-20T12:00:00Z"

WITNESSES = {
    "BucketVersioningConfiguration": {"status": "Off", "isMfaDeleteEnabled": None},
    "IsRequesterPaysEnabled": False,
}


def config_rule(rule: CorsRule) -> dict[str, Any]:
    """A rule as the recorder's Java beans have it: what is unset is null, an unset age is 0."""
    return {
        "id": rule.id,
        "allowedMethods": list(_texts(rule.allowed_methods)),
        "allowedOrigins": list(_texts(rule.allowed_origins)),
        "maxAgeSeconds": rule.max_age_seconds or 0,
        "exposedHeaders": list(_texts(rule.expose_headers)) or None,
        "allowedHeaders": list(_texts(rule.allowed_headers)) or None,
    }


def config_row(
    name: str, *rules: CorsRule, account: str = ACCOUNT, region: str = "eu-west-1", captured: str = NOON, **more: Any
) -> dict[str, Any]:
    """A bucket as an advanced query gives it; ``more`` goes on top."""
    supplement: dict[str, Any] = deepcopy(WITNESSES)
    if rules:
        supplement["BucketCrossOriginConfiguration"] = {"rules": [config_rule(rule) for rule in rules]}
    return {
        "resourceType": "AWS::S3::Bucket",
        "resourceId": name,
        "resourceName": name,
        "accountId": account,
        "awsRegion": region,
        "configurationItemStatus": "OK",
        "configurationItemCaptureTime": captured,
        "supplementaryConfiguration": supplement,
    } | more


def trail_value(text: str) -> Any:
    """Text as the turning of XML into JSON leaves it: what looks like a number, a truth value or null becomes that."""
    lower = text.lower()
    if lower in ("true", "false"):
        return lower == "true"
    if lower == "null":
        return None
    if re.fullmatch(r"0|-?[1-9][0-9]*", text):
        return int(text)
    if re.fullmatch(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?", text):
        return float(text)
    return text


def _collapsed(values: Sequence[Any]) -> Any:
    return values[0] if len(values) == 1 else list(values)


def trail_rule(rule: CorsRule) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, values in (
        ("AllowedMethod", rule.allowed_methods),
        ("AllowedOrigin", rule.allowed_origins),
        ("AllowedHeader", rule.allowed_headers),
        ("ExposeHeader", rule.expose_headers),
    ):
        if values:
            found[key] = _collapsed([trail_value(text) for text in _texts(values)])
    if rule.max_age_seconds is not None:
        found["MaxAgeSeconds"] = rule.max_age_seconds
    if isinstance(rule.id, str):
        found["ID"] = trail_value(rule.id)
    return found


def trail_body(rules: Iterable[CorsRule]) -> dict[str, Any]:
    return {
        "xmlns": "http://s3.amazonaws.com/doc/2006-03-01/",
        "CORSRule": _collapsed([trail_rule(rule) for rule in rules]),
    }


TERRAFORM = (
    "[APN/1.0 HashiCorp/1.0 Terraform/1.9.5 (+https://www.terraform.io) terraform-provider-aws/5.60.0 "
    "(+https://registry.terraform.io/providers/hashicorp/aws) aws-sdk-go-v2/1.30.3 os/linux]"
)


def trail_record(
    bucket: str, *rules: CorsRule, at: str = NOON, number: int = 1, agent: str = TERRAFORM, **more: Any
) -> dict[str, Any]:
    """The record of PutBucketCors, or without rules of DeleteBucketCors; ``more`` goes on top."""
    asked: dict[str, Any] = {"bucketName": bucket, "cors": "", "Host": f"{bucket}.s3.eu-west-1.amazonaws.com"}
    if rules:
        asked["CORSConfiguration"] = trail_body(rules)
    return {
        "eventVersion": "1.10",
        "userIdentity": {
            "type": "AssumedRole",
            "principalId": "AROAEXAMPLE:build-17",
            "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/deploy/build-17",
            "accountId": ACCOUNT,
            "accessKeyId": "ASIAEXAMPLEEXAMPLE00",
            "sessionContext": {
                "sessionIssuer": {"type": "Role", "arn": f"arn:aws:iam::{ACCOUNT}:role/deploy", "userName": "deploy"},
                "attributes": {"creationDate": at, "mfaAuthenticated": "false"},
            },
        },
        "eventTime": at,
        "eventSource": "s3.amazonaws.com",
        "eventName": "PutBucketCors" if rules else "DeleteBucketCors",
        "awsRegion": "eu-west-1",
        "sourceIPAddress": "203.0.113.9",
        "userAgent": agent,
        "requestParameters": asked,
        "responseElements": None,
        "requestID": f"REQ{number}",
        "eventID": f"00000000-0000-0000-0000-{number:012d}",
        "readOnly": False,
        "resources": [{"accountId": ACCOUNT, "type": "AWS::S3::Bucket", "ARN": f"arn:aws:s3:::{bucket}"}],
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": ACCOUNT,
        "eventCategory": "Management",
    } | more


def found_event(record: dict[str, Any], text: str | None = None) -> dict[str, Any]:
    """An entry in LookupEvents' answer, as the SDK gives it; ``text`` in place of the record's own."""
    from datetime import datetime

    bucket = record["resources"][0]["ARN"].rpartition(":::")[2]
    return {
        "EventId": record["eventID"],
        "EventName": record["eventName"],
        "ReadOnly": "false",
        "EventTime": datetime.fromisoformat(record["eventTime"]),
        "EventSource": "s3.amazonaws.com",
        "Username": "build-17",
        "Resources": [{"ResourceType": "AWS::S3::Bucket", "ResourceName": bucket}],
        "CloudTrailEvent": json.dumps(record) if text is None else text,
    }


def _texts(values: object) -> tuple[str, ...]:
    assert isinstance(values, tuple)
    return tuple(str(each) for each in values)
