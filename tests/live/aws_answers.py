"""What a small AWS answers: S3, STS, Organizations, Config, CloudTrail and CloudFormation, each in its own protocol.

Shapes are those of the service models that botocore carries. Every operation of S3 is told apart, the writing ones too,
so that a call that must not happen is seen as what it is.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import TypeVar
from xml.sax.saxutils import escape

from tests.live.aws_world import Answered, Key, LiveBucket, Question, World

_T = TypeVar("_T")

S3_XMLNS = "http://s3.amazonaws.com/doc/2006-03-01/"


def s3_error(status: int, code: str, **headers: str) -> Answered:
    body = f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>no</Message></Error>"
    return Answered(status, body, {name.replace("_", "-"): value for name, value in headers.items()})


def query_error(status: int, code: str) -> Answered:
    return Answered(status, f"<ErrorResponse><Error><Code>{code}</Code><Message>no</Message></Error></ErrorResponse>")


def json_error(status: int, code: str) -> Answered:
    return Answered(status, json.dumps({"__type": code, "message": "no"}), kind="application/x-amz-json-1.1")


def as_json(value: object) -> Answered:
    return Answered(200, json.dumps(value), kind="application/x-amz-json-1.1")


def refusal(service: str, status: int, code: str) -> Answered:
    """An error in the service's own form."""
    if service == "s3":
        return s3_error(status, code)
    return query_error(status, code) if service in ("sts", "cloudformation") else json_error(status, code)


def answer(world: World, asked: Question) -> Answered:
    """What AWS would say."""
    key = asked.key
    if key is None:
        unknown = "InvalidAccessKeyId" if asked.service == "s3" else "InvalidClientTokenId"
        return refusal(asked.service, 403, unknown)
    if key.access in world.expired:
        return refusal(asked.service, 400 if asked.service == "s3" else 403, "ExpiredToken")
    if key.token != asked.headers.get("x-amz-security-token"):
        return refusal(asked.service, 400, "InvalidToken")
    handler = _ANSWERS.get((asked.service, asked.operation))
    return refusal(asked.service, 501, "NotImplemented") if handler is None else handler(world, asked, key)


def _page(world: World, items: list[_T], token: str | None, most: int = 1000) -> tuple[list[_T], str | None]:
    start, size = int(token or 0), min(world.page, most)
    end = start + size
    return items[start:end], str(end) if end < len(items) else None


def _list_buckets(world: World, asked: Question, key: Key) -> Answered:
    own = sorted(name for name, bucket in world.buckets.items() if bucket.account == key.account)
    names, token = _page(world, own, asked.query.get("continuation-token"), int(asked.query["max-buckets"]))
    buckets = "".join(
        f"<Bucket><Name>{name}</Name><BucketRegion>{world.buckets[name].region}</BucketRegion></Bucket>"
        for name in names
    )
    more = f"<ContinuationToken>{token}</ContinuationToken>" if token else ""
    return Answered(
        200,
        f'<ListAllMyBucketsResult xmlns="{S3_XMLNS}"><Buckets>{buckets}</Buckets>{more}</ListAllMyBucketsResult>',
    )


def _of_bucket(world: World, asked: Question, key: Key) -> LiveBucket | Answered:
    bucket = world.buckets.get(asked.bucket)
    if bucket is None:
        return s3_error(404, "NoSuchBucket")
    if bucket.region != asked.region:
        return s3_error(301, "PermanentRedirect", **({} if bucket.shy else {"x_amz_bucket_region": bucket.region}))
    expected = asked.headers.get("x-amz-expected-bucket-owner")
    if key.account != bucket.account or expected not in (None, bucket.account):
        return s3_error(403, "AccessDenied", x_amz_bucket_region=bucket.region)
    return bucket


def _get_bucket_cors(world: World, asked: Question, key: Key) -> Answered:
    bucket = _of_bucket(world, asked, key)
    if isinstance(bucket, Answered):
        return bucket
    if bucket.rules is None:
        return s3_error(404, "NoSuchCORSConfiguration")
    return Answered(200, f'<CORSConfiguration xmlns="{S3_XMLNS}">{bucket.rules}</CORSConfiguration>')


def _put_bucket_cors(world: World, asked: Question, key: Key) -> Answered:
    bucket = _of_bucket(world, asked, key)
    if isinstance(bucket, Answered):
        return bucket
    bucket.rules = asked.body.decode().partition(">")[2].removesuffix("</CORSConfiguration>")
    return Answered(200)


def _delete_bucket_cors(world: World, asked: Question, key: Key) -> Answered:
    bucket = _of_bucket(world, asked, key)
    if isinstance(bucket, Answered):
        return bucket
    bucket.rules = None
    return Answered(204)


def _get_bucket_tagging(world: World, asked: Question, key: Key) -> Answered:
    bucket = _of_bucket(world, asked, key)
    if isinstance(bucket, Answered):
        return bucket
    if not bucket.tags:
        return s3_error(404, "NoSuchTagSet")
    tags = "".join(f"<Tag><Key>{name}</Key><Value>{text}</Value></Tag>" for name, text in bucket.tags.items())
    return Answered(200, f'<Tagging xmlns="{S3_XMLNS}"><TagSet>{tags}</TagSet></Tagging>')


def _head_bucket(world: World, asked: Question, key: Key) -> Answered:
    bucket = world.buckets.get(asked.bucket)
    return Answered(404) if bucket is None else Answered(200, headers={"x-amz-bucket-region": bucket.region})


def _get_caller_identity(world: World, asked: Question, key: Key) -> Answered:
    inside = f"<Arn>{key.arn}</Arn><UserId>AIDA</UserId><Account>{key.account}</Account>"
    return _query("GetCallerIdentity", inside, "https://sts.amazonaws.com/doc/2011-06-15/")


def _assume_role(world: World, asked: Question, key: Key) -> Answered:
    form = asked.form
    role = world.roles.get(form["RoleArn"])
    if role is None or role.external_id not in (None, form.get("ExternalId")):
        return query_error(403, "AccessDenied")
    fresh = world.issue(form["RoleArn"])
    ends = (datetime.now(UTC) + timedelta(seconds=role.lifetime)).strftime("%Y-%m-%dT%H:%M:%SZ")
    inside = (
        f"<AssumedRoleUser><AssumedRoleId>AROA:x</AssumedRoleId><Arn>{fresh.arn}</Arn></AssumedRoleUser><Credentials>"
        f"<AccessKeyId>{fresh.access}</AccessKeyId><SecretAccessKey>{fresh.secret}</SecretAccessKey>"
        f"<SessionToken>{fresh.token}</SessionToken><Expiration>{ends}</Expiration></Credentials>"
    )
    return _query("AssumeRole", inside, "https://sts.amazonaws.com/doc/2011-06-15/")


def _list_stack_resources(world: World, asked: Question, key: Key) -> Answered:
    stack = world.stacks.get((key.account, asked.form["StackName"]))
    if stack is None:
        return query_error(400, "ValidationError")
    items, token = _page(world, list(stack.items()), asked.form.get("NextToken"))
    members = "".join(
        f"<member><LogicalResourceId>{escape(logical)}</LogicalResourceId><ResourceType>AWS::S3::Bucket</ResourceType>"
        f"<PhysicalResourceId>{escape(physical)}</PhysicalResourceId><ResourceStatus>CREATE_COMPLETE</ResourceStatus>"
        "<LastUpdatedTimestamp>2026-01-01T00:00:00Z</LastUpdatedTimestamp></member>"
        for logical, physical in items
    )
    inside = f"<StackResourceSummaries>{members}</StackResourceSummaries>"
    inside += f"<NextToken>{token}</NextToken>" if token else ""
    return _query("ListStackResources", inside, "http://cloudformation.amazonaws.com/doc/2010-05-15/")


def _query(operation: str, inside: str, namespace: str) -> Answered:
    body = f"<{operation}Result>{inside}</{operation}Result>"
    meta = "<ResponseMetadata><RequestId>1</RequestId></ResponseMetadata>"
    return Answered(200, f'<{operation}Response xmlns="{namespace}">{body}{meta}</{operation}Response>')


def _list_accounts(world: World, asked: Question, key: Key) -> Answered:
    if not world.organization:
        return json_error(400, "AWSOrganizationsNotInUseException")
    ids, token = _page(world, sorted(world.organization), _token(asked))
    accounts = [{"Id": number, "Name": "x", "State": world.organization[number]} for number in ids]
    return as_json({"Accounts": accounts, **({"NextToken": token} if token else {})})


def _select(world: World, asked: Question, key: Key) -> Answered:
    expression = str(asked.json["Expression"])
    rows = world.config
    if "COUNT(*)" in expression:
        counts: dict[tuple[object, object], int] = {}
        for row in rows:
            at = (row["accountId"], row["awsRegion"])
            counts[at] = counts.get(at, 0) + 1
        rows = [{"accountId": a, "awsRegion": r, "COUNT(*)": n} for (a, r), n in counts.items()]
    elif "resourceId IN" in expression:
        rows = [row for row in rows if f"'{row['resourceId']}'" in expression]
    elif "awsRegion =" in expression:
        rows = [row for row in rows if f"'{row['awsRegion']}'" in expression and f"'{row['accountId']}'" in expression]
    some, token = _page(world, list(rows), _token(asked))
    return as_json({"Results": [json.dumps(row) for row in some], **({"NextToken": token} if token else {})})


def _sources_status(world: World, asked: Question, key: Key) -> Answered:
    places = sorted({(str(row["accountId"]), str(row["awsRegion"])) for row in world.config})
    status = [
        {"SourceId": account, "SourceType": "ACCOUNT", "AwsRegion": region, "LastUpdateStatus": "SUCCEEDED"}
        for account, region in places
    ]
    return as_json({"AggregatedSourceStatusList": status})


def _lookup_events(world: World, asked: Question, key: Key) -> Answered:
    attributes = asked.json.get("LookupAttributes")
    wanted = attributes[0]["AttributeValue"] if isinstance(attributes, list) and attributes else None
    events = [each for each in world.trail.get((key.account, asked.region), []) if wanted in (None, each["EventName"])]
    some, token = _page(world, events, _token(asked))
    return as_json({"Events": some, **({"NextToken": token} if token else {})})


def _token(asked: Question) -> str | None:
    token = asked.json.get("NextToken")
    return token if isinstance(token, str) else None


_ANSWERS: Mapping[tuple[str, str], Callable[[World, Question, Key], Answered]] = {
    ("s3", "ListBuckets"): _list_buckets,
    ("s3", "GetBucketCors"): _get_bucket_cors,
    ("s3", "PutBucketCors"): _put_bucket_cors,
    ("s3", "DeleteBucketCors"): _delete_bucket_cors,
    ("s3", "GetBucketTagging"): _get_bucket_tagging,
    ("s3", "HeadBucket"): _head_bucket,
    ("sts", "GetCallerIdentity"): _get_caller_identity,
    ("sts", "AssumeRole"): _assume_role,
    ("organizations", "ListAccounts"): _list_accounts,
    ("config", "SelectAggregateResourceConfig"): _select,
    ("config", "DescribeConfigurationAggregatorSourcesStatus"): _sources_status,
    ("cloudtrail", "LookupEvents"): _lookup_events,
    ("cloudformation", "ListStackResources"): _list_stack_resources,
}
