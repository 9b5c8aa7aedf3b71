"""Several accounts and regions on a real moto server: roles by STS, accounts by Organizations, buckets by their owners.

moto lists to each account its own buckets; it lets anybody read them, ignores ``ExpectedBucketOwner`` and never
redirects. The server of our own does what AWS does there.
"""

from __future__ import annotations

from typing import Any

from drift.fetchers.accounts import organization_accounts
from drift.fetchers.aws import Aws
from drift.fetchers.s3 import S3Fetcher
from drift.interfaces import Wanted
from drift.settings import AccountAccess
from drift.snapshot import State
from tests.fixtures_aws import aws_server
from tests.fixtures_s3 import QUICK, MotoS3
from tests.live.aws_server import CALLER, AwsServer
from tests.live.aws_world import LiveBucket, Role

__all__ = ["aws_server"]

HOME, OTHER, THIRD = "123456789012", "222222222222", "333333333333"
"""The first is moto's own."""

REGIONS = ("us-east-1", "eu-west-1", "ap-southeast-2")


def put(server: MotoS3, account: str, region: str) -> str:
    """A bucket of an account in a region, with a rule that names it."""
    import boto3

    keys: dict[str, Any] = {}
    if account != HOME:
        sts = boto3.client("sts", endpoint_url=server.url, region_name="us-east-1")
        got = sts.assume_role(RoleArn=f"arn:aws:iam::{account}:role/setup", RoleSessionName="setup")["Credentials"]
        keys = {
            "aws_access_key_id": got["AccessKeyId"],
            "aws_secret_access_key": got["SecretAccessKey"],
            "aws_session_token": got["SessionToken"],
        }
    client = boto3.client("s3", endpoint_url=server.url, region_name=region, **keys)
    name = f"site-{account}-{region}"
    place = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    client.create_bucket(Bucket=name, **place)
    rules = [{"AllowedMethods": ["GET"], "AllowedOrigins": [f"https://{name}.example"]}]
    client.put_bucket_cors(Bucket=name, CORSConfiguration={"CORSRules": rules})
    return name


def fetcher(aws: Aws) -> S3Fetcher:
    return S3Fetcher(aws=aws, retry=QUICK, concurrency=4)


def test_buckets_of_two_accounts_in_three_regions_are_read_each_with_its_accounts_role(moto_s3: MotoS3) -> None:
    names = {(account, region): put(moto_s3, account, region) for account in (OTHER, THIRD) for region in REGIONS}
    accounts = [AccountAccess(OTHER, "audit"), AccountAccess(THIRD, f"arn:aws:iam::{THIRD}:role/path/audit")]
    aws = Aws(region="us-east-1", endpoint_url=moto_s3.url, accounts=accounts)

    found = list(fetcher(aws).stream(Wanted(name, account, region) for (account, region), name in names.items()))

    assert [bucket.name for bucket in found] == list(names.values())
    for bucket, (account, region) in zip(found, names, strict=True):
        assert (bucket.state, bucket.account, bucket.region) == (State.CONFIGURED, account, region)
        assert bucket.cors is not None
        assert bucket.cors.rules[0].allowed_origins == (f"https://{bucket.name}.example",)
    for account in (OTHER, THIRD):
        assert aws.client("sts", account=account).get_caller_identity()["Account"] == account


def test_a_bucket_of_another_account_is_not_read_with_the_callers_own_credentials(aws_server: AwsServer) -> None:
    aws_server.world.roles[f"arn:aws:iam::{OTHER}:role/audit"] = Role()
    aws_server.world.buckets["theirs"] = LiveBucket(OTHER)
    aws = Aws(endpoint_url=aws_server.url, accounts=[AccountAccess(OTHER, "audit")])

    own, nobodys = fetcher(aws).stream([Wanted("theirs", OTHER), Wanted("theirs")])

    assert (own.state, nobodys.state) == (State.CONFIGURED, State.DENIED)


def test_listing_goes_over_the_accounts_that_are_given(moto_s3: MotoS3) -> None:
    names = {put(moto_s3, account, "eu-west-1"): account for account in (HOME, OTHER, THIRD)}
    accounts = [AccountAccess(HOME), AccountAccess(OTHER, "audit"), AccountAccess(THIRD, "audit")]
    aws = Aws(region="us-east-1", endpoint_url=moto_s3.url, accounts=accounts)

    assert {wanted.name: wanted.account for wanted in fetcher(aws).list_buckets()} == names


def test_every_account_of_an_organization_is_read_by_the_role_that_has_its_name_there(moto_s3: MotoS3) -> None:
    import boto3

    admin = boto3.client("organizations", endpoint_url=moto_s3.url, region_name="us-east-1")
    admin.create_organization(FeatureSet="ALL")
    made = [
        admin.create_account(Email=f"{name}@example.com", AccountName=name)["CreateAccountStatus"]["AccountId"]
        for name in ("one", "two")
    ]
    names = {put(moto_s3, account, "us-east-1"): account for account in (HOME, *made)}
    aws = Aws(region="us-east-1", endpoint_url=moto_s3.url)

    found = organization_accounts(aws.client("organizations"), aws.caller(), "OrganizationAccountAccessRole")
    aws.admit(found.accounts)

    assert {access.id: access.role for access in found.accounts} == {
        HOME: None,
        **dict.fromkeys(made, "OrganizationAccountAccessRole"),
    }
    snapshot = fetcher(aws).fetch(Wanted(name, account) for name, account in names.items())
    assert [(bucket.name, bucket.state) for bucket in snapshot.buckets] == [(name, State.CONFIGURED) for name in names]


def test_the_owner_that_a_bucket_must_have_is_said_in_each_request(aws_server: AwsServer) -> None:
    aws_server.world.roles[f"arn:aws:iam::{OTHER}:role/audit"] = Role()
    aws_server.world.buckets |= {"theirs": LiveBucket(OTHER, "eu-west-1"), "ours": LiveBucket(CALLER.account)}
    aws = Aws(endpoint_url=aws_server.url, accounts=[AccountAccess(OTHER, "audit")])

    found = list(fetcher(aws).stream([Wanted("theirs", OTHER, "eu-west-1"), Wanted("ours", THIRD), Wanted("ours")]))

    assert [bucket.state for bucket in found] == [State.CONFIGURED, State.DENIED, State.CONFIGURED]
    owners = {(call.path, call.headers.get("x-amz-expected-bucket-owner")) for call in aws_server.of("GetBucketCors")}
    assert owners == {("/theirs?cors", OTHER), ("/ours?cors", THIRD), ("/ours?cors", None)}


def test_a_denied_account_is_told_once_and_the_others_are_read(aws_server: AwsServer) -> None:
    aws_server.world.roles[f"arn:aws:iam::{OTHER}:role/audit"] = Role()
    aws_server.world.buckets |= {"theirs": LiveBucket(OTHER), "gone-1": LiveBucket(THIRD), "gone-2": LiveBucket(THIRD)}
    aws = Aws(endpoint_url=aws_server.url, accounts=[AccountAccess(OTHER, "audit"), AccountAccess(THIRD, "audit")])
    s3 = fetcher(aws)

    found = list(s3.stream([Wanted("gone-1", THIRD), Wanted("theirs", OTHER), Wanted("gone-2", THIRD)]))

    assert [bucket.state for bucket in found] == [State.DENIED, State.CONFIGURED, State.DENIED]
    assert "may not be assumed" in str(found[0].reason)
    assert [each.id for each in s3.diagnostics] == ["account-denied"]
    assert len(aws_server.of("AssumeRole")) == 2


def test_credentials_that_end_in_the_middle_are_renewed_and_no_bucket_is_lost(aws_server: AwsServer) -> None:
    aws_server.world.roles[f"arn:aws:iam::{OTHER}:role/audit"] = Role()
    aws_server.world.buckets |= {f"bucket-{number}": LiveBucket(OTHER) for number in range(40)}
    aws = Aws(endpoint_url=aws_server.url, accounts=[AccountAccess(OTHER, "audit")])
    found = fetcher(aws).stream(Wanted(f"bucket-{number}", OTHER) for number in range(40))

    first = next(found)
    aws_server.world.expired |= {access for access in aws_server.world.keys if access.startswith("ASIA")}
    rest = list(found)

    assert {bucket.state for bucket in (first, *rest)} == {State.CONFIGURED}
    assert len(rest) == 39
    assert len(aws_server.of("AssumeRole")) <= 2
