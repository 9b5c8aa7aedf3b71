"""Roles in other accounts, and the accounts of an organization, against a server that counts and remembers."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from drift.coverage import all_listed
from drift.errors import CredentialsError, EndpointError
from drift.fetchers.accounts import AccountError, Caller, organization_accounts
from drift.fetchers.aws import Aws
from drift.location import Severity
from drift.settings import AccountAccess
from tests.fixtures_aws import aws_server
from tests.live.aws_server import CALLER, AwsServer
from tests.live.aws_world import Key, LiveBucket, Role

__all__ = ["aws_server"]

OTHER, THIRD = "222222222222", "333333333333"
WHO = Caller(CALLER.account, "aws", CALLER.arn)


def role(account: str, name: str = "audit") -> str:
    return f"arn:aws:iam::{account}:role/{name}"


def read(client: Any, bucket: str, owner: str) -> Any:
    return client.get_bucket_cors(Bucket=bucket, ExpectedBucketOwner=owner)["CORSRules"]


def test_the_caller_is_asked_for_once(aws_server: AwsServer) -> None:
    aws = Aws(endpoint_url=aws_server.url)

    assert aws.caller() == aws.caller() == Caller(CALLER.account, "aws", CALLER.arn)
    assert aws_server.operations == [("sts", "GetCallerIdentity")]


def test_an_account_is_read_with_its_role_and_the_callers_own_with_the_callers(aws_server: AwsServer) -> None:
    aws_server.world.roles[role(OTHER)] = Role()
    aws_server.world.buckets |= {"theirs": LiveBucket(OTHER), "ours": LiveBucket(CALLER.account)}
    aws = Aws(endpoint_url=aws_server.url, accounts=[AccountAccess(OTHER, "audit")])

    assert read(aws.client("s3", account=OTHER), "theirs", OTHER)
    assert read(aws.client("s3"), "ours", CALLER.account)

    assert [call.account for call in aws_server.of("GetBucketCors")] == [OTHER, CALLER.account]
    assert [aws.has(OTHER), aws.has(THIRD), aws.has(None)] == [True, False, False]


def test_a_role_is_assumed_once_for_all_regions_services_and_threads(aws_server: AwsServer) -> None:
    aws_server.world.roles[role(OTHER)] = Role()
    aws = Aws(endpoint_url=aws_server.url, accounts=[AccountAccess(OTHER, "audit")])
    places = [(service, region) for service in ("s3", "cloudtrail") for region in ("eu-west-1", "us-east-1", "x-1")] * 3

    with ThreadPoolExecutor(16) as pool:
        clients = list(pool.map(lambda place: aws.client(place[0], place[1], OTHER), places))

    assert len({id(client) for client in clients}) == 6
    assert sorted(aws_server.operations) == [("sts", "AssumeRole"), ("sts", "GetCallerIdentity")]


def test_nothing_is_assumed_before_an_account_is_asked(aws_server: AwsServer) -> None:
    aws = Aws(endpoint_url=aws_server.url, accounts=[AccountAccess(OTHER, "audit")])

    aws.client("s3")

    assert aws_server.calls == []


def test_sts_gets_the_arn_the_session_name_and_the_external_id(aws_server: AwsServer) -> None:
    arn = role(OTHER, "path/audit")
    aws_server.world.roles[arn] = Role(external_id="ext:1/2")
    access = AccountAccess(OTHER, arn, external_id="ext:1/2", session_name="nightly@ci")

    Aws(endpoint_url=aws_server.url, accounts=[access]).client("s3", account=OTHER)

    (call,) = aws_server.calls  # the ARN says the partition, so nobody is asked for it
    assert b"RoleSessionName=nightly%40ci" in call.body
    assert b"ExternalId=ext%3A1%2F2" in call.body
    assert b"DurationSeconds" not in call.body  # an hour, which every role allows, chained ones too


@pytest.mark.parametrize("access", [AccountAccess(OTHER, "gone"), AccountAccess(OTHER, "audit", external_id="wrong")])
def test_a_denied_role_is_asked_for_once_told_once_and_stops_nobody_else(
    aws_server: AwsServer, access: AccountAccess
) -> None:
    aws_server.world.roles |= {role(OTHER): Role(external_id="right"), role(THIRD): Role()}
    aws_server.world.buckets["theirs"] = LiveBucket(THIRD)
    aws = Aws(endpoint_url=aws_server.url, accounts=[access, AccountAccess(THIRD, "audit")])

    for _ in range(3):
        with pytest.raises(AccountError) as caught:
            aws.client("s3", account=OTHER)
        assert caught.value.denied
    assert read(aws.client("s3", account=THIRD), "theirs", THIRD)

    assert len(aws_server.of("AssumeRole")) == 2
    (told,) = aws.diagnostics
    assert (told.severity, told.id) == (Severity.WARNING, "account-denied")
    assert told.message == f"account {OTHER}: the role {access.role} may not be assumed (AccessDenied)"
    assert "sts:AssumeRole" in (told.help or "")


def test_an_account_without_role_that_is_not_the_callers_is_denied(aws_server: AwsServer) -> None:
    aws = Aws(endpoint_url=aws_server.url, accounts=[AccountAccess(OTHER), AccountAccess(CALLER.account)])

    aws.client("s3", account=CALLER.account)
    with pytest.raises(AccountError, match=f"the credentials are those of account {CALLER.account}"):
        aws.client("s3", account=OTHER)


def test_a_failing_sts_makes_the_account_unreachable_not_denied(
    aws_server: AwsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("drift.fetchers.aws.ATTEMPTS", 1)
    aws_server.broken.add("sts")
    aws = Aws(endpoint_url=aws_server.url, accounts=[AccountAccess(OTHER, role(OTHER))])

    with pytest.raises(AccountError) as caught:
        aws.client("s3", account=OTHER)

    assert not caught.value.denied
    assert caught.value.diagnostic.id == "account-unreachable"


def test_credentials_that_sts_does_not_know_end_the_run_and_are_not_laid_on_the_account(
    aws_server: AwsServer, aws_environment: pytest.MonkeyPatch
) -> None:
    aws_environment.setenv("AWS_ACCESS_KEY_ID", "AKIAUNKNOWN")
    aws = Aws(endpoint_url=aws_server.url, accounts=[AccountAccess(OTHER, role(OTHER))])

    with pytest.raises(CredentialsError, match="not known") as caught:
        aws.client("s3", account=OTHER)

    assert not isinstance(caught.value, AccountError)
    assert aws.diagnostics == ()


def test_after_an_expired_token_the_same_clients_go_on_and_the_role_is_assumed_once_more(aws_server: AwsServer) -> None:
    aws_server.world.roles[role(OTHER)] = Role()
    aws_server.world.buckets["theirs"] = LiveBucket(OTHER)
    aws = Aws(endpoint_url=aws_server.url, accounts=[AccountAccess(OTHER, role(OTHER))])
    client = aws.client("s3", account=OTHER)
    aws_server.world.expired |= {access for access in aws_server.world.keys if access.startswith("ASIA")}
    with pytest.raises(Exception, match="ExpiredToken"):
        read(client, "theirs", OTHER)

    with ThreadPoolExecutor(16) as pool:
        renewed = list(pool.map(lambda _: aws.refresh(OTHER), range(16)))

    assert all(renewed)
    assert read(client, "theirs", OTHER)
    assert len(aws_server.of("AssumeRole")) == 2


def test_on_a_long_run_credentials_are_renewed_before_they_end(aws_server: AwsServer) -> None:
    aws_server.world.roles[role(OTHER)] = Role(lifetime=60)  # less than the SDK lets any be used for
    aws_server.world.buckets["theirs"] = LiveBucket(OTHER)
    aws = Aws(endpoint_url=aws_server.url, accounts=[AccountAccess(OTHER, role(OTHER))])
    client = aws.client("s3", account=OTHER)

    read(client, "theirs", OTHER)
    read(client, "theirs", OTHER)

    tokens = {call.headers["x-amz-security-token"] for call in aws_server.of("GetBucketCors")}
    assert len(tokens) == 2


def test_a_role_that_is_taken_away_in_the_middle_is_told_as_such_and_not_as_s3s_denial(aws_server: AwsServer) -> None:
    aws_server.world.roles[role(OTHER)] = Role(lifetime=60)
    aws_server.world.buckets["theirs"] = LiveBucket(OTHER)
    aws = Aws(endpoint_url=aws_server.url, accounts=[AccountAccess(OTHER, role(OTHER))])
    client = aws.client("s3", account=OTHER)
    aws_server.world.roles.clear()

    with pytest.raises(AccountError, match="may not be assumed"):
        read(client, "theirs", OTHER)

    assert [each.id for each in aws.diagnostics] == ["account-denied"]


def test_the_callers_own_credentials_are_read_anew_from_where_they_stand(
    aws_server: AwsServer, aws_environment: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "credentials"
    file.write_text("[default]\naws_access_key_id = AKIAOLD\naws_secret_access_key = old\n")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        aws_environment.delenv(name)
    aws_environment.setenv("AWS_SHARED_CREDENTIALS_FILE", str(file))
    aws = Aws(endpoint_url=aws_server.url)
    client = aws.client("s3")
    keys = f"aws_access_key_id = {CALLER.access}\naws_secret_access_key = {CALLER.secret}"
    file.write_text(f"[default]\n{keys}\naws_session_token = {CALLER.token}\n")

    assert aws.refresh()

    client.list_buckets(MaxBuckets=1)
    assert aws_server.calls[-1].account == CALLER.account


def test_credentials_that_stand_still_cannot_be_refreshed(aws_server: AwsServer) -> None:
    assert not Aws(endpoint_url=aws_server.url).refresh()


ORGANIZATION = {
    CALLER.account: "ACTIVE",
    OTHER: "ACTIVE",
    THIRD: "SUSPENDED",
    "444444444444": "ACTIVE",
    "555555555555": "PENDING_CLOSURE",
}


def test_an_organization_has_all_its_active_accounts_page_by_page(aws_server: AwsServer) -> None:
    aws_server.world.organization = dict(ORGANIZATION)
    aws = Aws(endpoint_url=aws_server.url)
    given = [AccountAccess("444444444444", "special", ("eu-west-1",)), AccountAccess("999999999999", "guest")]

    found = organization_accounts(aws.client("organizations"), aws.caller(), "audit", given)

    assert len(aws_server.of("ListAccounts")) == 3
    assert found.accounts == (
        AccountAccess(CALLER.account),  # by the caller's own credentials: the role is not in the management account
        AccountAccess(OTHER, "audit"),
        *given,
    )
    assert [(each.severity, each.id) for each in found.diagnostics] == [(Severity.INFO, "account-skipped")] * 2
    assert [each.message for each in found.diagnostics] == [
        f"account {THIRD} of the organization is suspended and was not read",
        "account 555555555555 of the organization is pending closure and was not read",
    ]


def test_accounts_of_an_organization_can_be_read_once_they_are_admitted(aws_server: AwsServer) -> None:
    aws_server.world.organization = dict(ORGANIZATION)
    aws_server.world.roles[role(OTHER)] = Role()
    aws_server.world.buckets["theirs"] = LiveBucket(OTHER)
    aws = Aws(endpoint_url=aws_server.url)
    aws.admit(organization_accounts(aws.client("organizations"), aws.caller(), "audit").accounts)

    assert read(aws.client("s3", account=OTHER), "theirs", OTHER)
    assert aws.access.open().has("444444444444")


class Refusing:
    """An Organizations client whose answers are given."""

    def __init__(self, *pages: Any) -> None:
        self._pages = iter(pages)

    def list_accounts(self, **_: object) -> Any:
        page = next(self._pages)
        if isinstance(page, Exception):
            raise page
        return page


def client_error(code: str) -> Exception:
    from botocore.exceptions import ClientError

    response: Any = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": 400}}
    error: Exception = ClientError(response, "ListAccounts")
    return error


@pytest.mark.parametrize(
    ("page", "words"),
    [
        (client_error("AccessDeniedException"), "may not call ListAccounts"),
        (client_error("AWSOrganizationsNotInUseException"), "in no AWS Organization"),
        (client_error("TooManyRequestsException"), "slow down"),
        ({}, "no lists of accounts"),
        ({"Accounts": [], "NextToken": "same"}, "do not come to an end"),
    ],
)
def test_an_organization_that_cannot_be_listed_to_its_end_is_an_error(page: Any, words: str) -> None:
    with pytest.raises(Exception, match=words) as caught:
        organization_accounts(Refusing(page, page), WHO, "audit")

    assert type(caught.value).__name__ in ("CredentialsError", "EndpointError")


def test_an_account_that_is_suspended_is_skipped_even_if_it_was_given() -> None:
    suspended = {"Id": OTHER, "State": "SUSPENDED", "Status": "ACTIVE"}
    pages = Refusing({"Accounts": [suspended, {"Id": CALLER.account, "State": "ACTIVE"}]})

    found = organization_accounts(pages, WHO, "audit", [AccountAccess(OTHER, "x")])

    assert found.accounts == (AccountAccess(CALLER.account),)
    assert [each.id for each in found.diagnostics] == ["account-skipped"]


def test_an_organization_without_any_account_is_an_error_and_not_the_callers_account_alone() -> None:
    with pytest.raises(EndpointError, match="names no account"):
        organization_accounts(Refusing({"Accounts": []}), WHO, "audit", [AccountAccess(OTHER, "x")])


def test_an_organization_of_suspended_accounts_alone_is_an_error() -> None:
    pages = Refusing({"Accounts": [{"Id": OTHER, "State": "SUSPENDED"}]})

    with pytest.raises(CredentialsError, match="no active account"):
        organization_accounts(pages, WHO, "audit")


def test_a_list_without_the_callers_own_account_is_not_whole() -> None:
    found = organization_accounts(Refusing({"Accounts": [{"Id": OTHER, "State": "ACTIVE"}]}), WHO, "audit")

    assert found.accounts == (AccountAccess(OTHER, "audit"),)
    assert not all_listed(found.diagnostics)
    assert [each.message for each in found.diagnostics] == [
        f"ListAccounts does not name account {CALLER.account}, whose credentials ask: the organization may have more "
        "accounts than it names"
    ]


def test_older_organizations_tell_the_status_in_place_of_the_state() -> None:
    pages = Refusing({"Accounts": [{"Id": OTHER, "Status": "ACTIVE"}, {"Id": THIRD, "Status": "SUSPENDED"}]})

    found = organization_accounts(pages, WHO, "audit")

    assert [access.id for access in found.accounts] == [OTHER]


def test_credentials_that_expire_again_at_once_are_renewed_again_for_requests_signed_since(
    aws_server: AwsServer,
) -> None:
    aws_server.world.roles[role(OTHER)] = Role()
    aws = Aws(endpoint_url=aws_server.url, accounts=[AccountAccess(OTHER, role(OTHER))])
    aws.client("s3", account=OTHER)
    before = time.monotonic()

    assert aws.refresh(OTHER, before)
    assert aws.refresh(OTHER, before)  # it was signed with what has been exchanged since
    assert len(aws_server.of("AssumeRole")) == 2
    assert aws.refresh(OTHER, time.monotonic())
    assert len(aws_server.of("AssumeRole")) == 3


def test_a_renewal_that_fails_while_the_credentials_still_hold_costs_nothing(
    aws_server: AwsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The SDK renews a quarter of an hour ahead: what it has holds until then, and STS is not asked each time."""
    monkeypatch.setattr("drift.fetchers.aws.ATTEMPTS", 1)
    aws_server.world.roles[role(OTHER)] = Role(lifetime=14 * 60)
    aws_server.world.buckets["theirs"] = LiveBucket(OTHER)
    aws = Aws(endpoint_url=aws_server.url, accounts=[AccountAccess(OTHER, role(OTHER))])
    client = aws.client("s3", account=OTHER)
    aws_server.broken.add("sts")

    for _ in range(5):
        assert read(client, "theirs", OTHER)
        assert read(aws.client("s3", "us-east-1", OTHER), "theirs", OTHER)

    assert len(aws_server.of("AssumeRole")) == 2
    assert aws.diagnostics == ()  # nothing was lost by it


def test_a_renewal_that_fails_is_told_until_one_succeeds(
    aws_server: AwsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("drift.fetchers.aws.ATTEMPTS", 1)
    monkeypatch.setattr("drift.fetchers.accounts.SETTLED", 0.0)
    aws_server.world.roles[role(OTHER)] = Role(lifetime=60)
    aws_server.world.buckets["theirs"] = LiveBucket(OTHER)
    aws = Aws(endpoint_url=aws_server.url, accounts=[AccountAccess(OTHER, role(OTHER))])
    client = aws.client("s3", account=OTHER)

    aws_server.broken.add("sts")
    with pytest.raises(AccountError):
        read(client, "theirs", OTHER)
    assert [each.id for each in aws.diagnostics] == ["account-unreachable"]
    aws_server.broken.clear()

    assert read(client, "theirs", OTHER)
    assert aws.diagnostics == ()


def test_a_role_is_assumed_with_the_callers_new_credentials_where_the_old_ones_have_run_out(
    aws_server: AwsServer, aws_environment: pytest.MonkeyPatch
) -> None:
    aws_server.world.roles[role(OTHER)] = Role()
    fresh = Key(CALLER.account, "AKIAFRESH", "fresh-secret", "fresh-token", CALLER.arn)
    aws_server.world.keys[fresh.access] = fresh
    aws = Aws(endpoint_url=aws_server.url, accounts=[AccountAccess(OTHER, role(OTHER))])
    aws.caller()
    aws_server.world.expired.add(CALLER.access)
    aws_environment.setenv("AWS_ACCESS_KEY_ID", fresh.access)
    aws_environment.setenv("AWS_SECRET_ACCESS_KEY", fresh.secret)
    aws_environment.setenv("AWS_SESSION_TOKEN", str(fresh.token))

    aws.client("s3", account=OTHER)

    assert [call.operation for call in aws_server.calls] == ["GetCallerIdentity", "AssumeRole", "AssumeRole"]


def test_who_the_caller_is_is_asked_once_also_where_nobody_tells_and_again_with_new_credentials(
    aws_server: AwsServer, aws_environment: pytest.MonkeyPatch
) -> None:
    aws_server.world.expired.add(CALLER.access)
    aws_server.world.keys["AKIAFRESH"] = Key(CALLER.account, "AKIAFRESH", "fresh-secret", None, CALLER.arn)
    aws = Aws(endpoint_url=aws_server.url)

    for _ in range(3):
        with pytest.raises(CredentialsError, match="have expired"):
            aws.caller()
    assert len(aws_server.calls) == 1
    aws_environment.setenv("AWS_ACCESS_KEY_ID", "AKIAFRESH")
    aws_environment.setenv("AWS_SECRET_ACCESS_KEY", "fresh-secret")
    aws_environment.delenv("AWS_SESSION_TOKEN")

    assert aws.refresh()
    assert aws.caller().account == CALLER.account


def test_many_threads_over_many_accounts_cost_one_sts_call_for_each_refused_or_not(aws_server: AwsServer) -> None:
    numbers = [f"9{number:011d}" for number in range(24)]
    aws_server.world.roles |= {role(number): Role() for number in numbers[::2]}
    aws = Aws(endpoint_url=aws_server.url, accounts=[AccountAccess(number, role(number)) for number in numbers])

    def opens(number: str) -> bool:
        try:
            aws.client("sts", account=number)
        except AccountError:
            return False
        return True

    with ThreadPoolExecutor(16) as pool:
        opened = list(pool.map(opens, numbers * 4))

    assert opened == [index % 2 == 0 for index in range(24)] * 4
    assert aws_server.operations == [("sts", "AssumeRole")] * 24
    assert [each.message.split(":")[0] for each in aws.diagnostics] == [f"account {number}" for number in numbers[1::2]]
