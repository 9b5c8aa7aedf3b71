"""How clients come to be: where they lead, with whose credentials, and what is said where that cannot be."""

from __future__ import annotations

import pickle
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from drift.errors import CorsDriftError, CredentialsError, EndpointError, UsageError
from drift.fetchers.accounts import Caller
from drift.fetchers.aws import MAX_CLIENTS, Aws
from drift.fetchers.aws_faults import RegionError
from drift.fetchers.endpoints import check_endpoint, is_aws, only_to
from drift.fetchers.operations import ForbiddenOperationError
from drift.settings import AccountAccess
from tests.fixtures_aws import aws_server
from tests.live.aws_server import CALLER, AwsServer
from tests.live.aws_world import LiveBucket

__all__ = ["aws_server"]


def test_a_write_never_leaves_the_process(aws_server: AwsServer) -> None:
    aws_server.world.buckets["assets"] = LiveBucket(CALLER.account)
    client = Aws(endpoint_url=aws_server.url).client("s3")
    rules = {"CORSRules": [{"AllowedMethods": ["GET"], "AllowedOrigins": ["*"]}]}

    with pytest.raises(ForbiddenOperationError, match="PutBucketCors"):
        client.put_bucket_cors(Bucket="assets", CORSConfiguration=rules)
    with pytest.raises(ForbiddenOperationError, match="DeleteBucketCors"):
        client.delete_bucket_cors(Bucket="assets")

    assert aws_server.calls == []


def test_clients_name_the_program_to_those_who_watch(aws_server: AwsServer) -> None:
    aws = Aws(endpoint_url=aws_server.url)

    aws.client("s3").list_buckets(MaxBuckets=1)
    aws.caller()

    assert all(" app/cors-drift" in call.headers["user-agent"] for call in aws_server.calls)
    assert len(aws_server.calls) == 2


def test_clients_wait_not_long_and_ask_again_as_told_here_whatever_the_environment_says(
    aws_environment: pytest.MonkeyPatch,
) -> None:
    aws_environment.setenv("AWS_RETRY_MODE", "legacy")
    aws_environment.setenv("AWS_MAX_ATTEMPTS", "9")

    config = Aws().client("cloudtrail").meta.config

    assert config.retries == {"mode": "standard", "total_max_attempts": 6}
    assert (config.connect_timeout, config.read_timeout) == (5.0, 30.0)


def test_a_config_is_laid_over_what_all_clients_have(aws_environment: pytest.MonkeyPatch) -> None:
    from botocore.config import Config

    aws = Aws(region="us-east-1")
    config = Config(retries={"mode": "standard", "total_max_attempts": 1}, max_pool_connections=33)

    client = aws.client("s3", config=config)

    assert client.meta.config.retries == {"mode": "standard", "total_max_attempts": 1}
    assert client.meta.config.max_pool_connections == 33
    assert client.meta.config.user_agent_appid == "cors-drift"
    assert client.meta.config.s3["addressing_style"] == "path"
    assert client.meta.endpoint_url == "https://s3.us-east-1.amazonaws.com"
    assert aws.client("s3") is not client


def test_threads_that_ask_at_once_share_one_client_for_each_place(aws_environment: pytest.MonkeyPatch) -> None:
    aws = Aws()
    regions = ["eu-west-1", "eu-west-2", "eu-west-3", "eu-north-1"] * 8

    with ThreadPoolExecutor(16) as pool:
        clients = list(pool.map(lambda region: aws.client("s3", region), regions))

    assert len({id(client) for client in clients}) == 4
    assert [client.meta.region_name for client in clients] == regions


def test_clients_are_not_kept_without_end(aws_environment: pytest.MonkeyPatch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("drift.fetchers.aws.MAX_CLIENTS", 3)
    aws = Aws()
    first = aws.client("s3", "eu-west-1")

    for number in range(1, 4):
        aws.client("s3", f"eu-east-{number}")

    assert aws.client("s3", "eu-east-3") is aws.client("s3", "eu-east-3")
    assert aws.client("s3", "eu-west-1") is not first
    assert MAX_CLIENTS > 64


def test_the_region_is_the_given_one_else_the_accounts_else_the_environments_else_the_fallback(
    aws_server: AwsServer, aws_environment: pytest.MonkeyPatch
) -> None:
    own = AccountAccess(CALLER.account, regions=("eu-west-1", "eu-west-2"))
    assert (Aws().region, Aws().configured_region) == ("us-east-1", None)
    aws_environment.setenv("AWS_DEFAULT_REGION", "eu-north-1")
    assert (Aws().region, Aws().configured_region) == ("eu-north-1", "eu-north-1")
    aws = Aws(region="us-west-2", endpoint_url=aws_server.url, accounts=[own])
    assert aws.region == "us-west-2"
    assert aws.client("s3").meta.region_name == "us-west-2"
    assert aws.client("s3", account=CALLER.account).meta.region_name == "eu-west-1"
    assert aws.client("s3", "eu-west-3", CALLER.account).meta.region_name == "eu-west-3"


def test_the_same_can_be_made_in_another_process_and_no_credentials_travel(aws_server: AwsServer) -> None:
    access = Aws(region="eu-west-1", endpoint_url=aws_server.url, accounts=[AccountAccess(CALLER.account)]).access

    packed = pickle.dumps(access)

    assert CALLER.secret.encode() not in packed
    assert CALLER.access.encode() not in packed
    again = pickle.loads(packed).open()
    assert again.access == access
    assert again.client("sts").meta.endpoint_url == aws_server.url


def test_an_endpoint_holds_for_every_service(aws_environment: pytest.MonkeyPatch) -> None:
    aws = Aws(endpoint_url="http://127.0.0.1:9")

    for service in ("s3", "sts", "organizations", "config", "cloudtrail", "cloudformation"):
        assert aws.client(service).meta.endpoint_url == "http://127.0.0.1:9"


def test_with_an_endpoint_nothing_is_sent_elsewhere_even_if_the_sdk_were_told_so(aws_server: AwsServer) -> None:
    client = Aws(endpoint_url=aws_server.url).client("s3")

    def elsewhere(request: object, **_: object) -> None:
        request.url = "http://localhost.invalid/"  # type: ignore[attr-defined]

    client.meta.events.register("request-created.s3", elsewhere)

    with pytest.raises(EndpointError, match="would have gone elsewhere"):
        client.list_buckets(MaxBuckets=1)


def test_names_below_an_endpoint_are_its_own() -> None:
    class Request:
        def __init__(self, url: str) -> None:
            self.url = url

    check = only_to("https://s3.example.com:9000/base")

    check(Request("https://s3.example.com:9000/base/bucket?cors"))
    check(Request("https://bucket.s3.example.com:9000/?cors"))
    for url in ("https://example.com/", "https://evils3.example.com/", "https://s3.example.com.evil.example/"):
        with pytest.raises(EndpointError):
            check(Request(url))


def test_credentials_for_a_server_of_ones_own_are_not_shown_to_aws(aws_environment: pytest.MonkeyPatch) -> None:
    aws_environment.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:9")

    with pytest.raises(UsageError, match="S3 is asked at a server of your own, and sts would be asked at AWS"):
        Aws().caller()


def test_an_s3_that_stands_behind_a_vpc_endpoint_of_aws_is_aws(aws_environment: pytest.MonkeyPatch) -> None:
    aws_environment.setenv("AWS_ENDPOINT_URL_S3", "https://bucket.vpce-1a2b3c4d.s3.us-east-1.vpce.amazonaws.com")

    assert Aws().client("sts").meta.endpoint_url == "https://sts.us-east-1.amazonaws.com"


def test_the_hosts_of_every_partition_are_known_as_aws(aws_environment: pytest.MonkeyPatch) -> None:
    import botocore.session

    partitions = botocore.session.Session().get_component("data_loader").load_data("partitions")["partitions"]
    suffixes = {each["outputs"][kind] for each in partitions for kind in ("dnsSuffix", "dualStackDnsSuffix")}

    assert len(partitions) >= 8
    for suffix in suffixes:
        assert is_aws(f"https://s3.region-1.{suffix}/")
        assert not is_aws(f"https://s3.region-1.{suffix}.evil.example/")
        assert not is_aws(f"https://evil{suffix}/")


@pytest.mark.parametrize(
    ("region", "flag", "host"),
    [
        ("us-east-1", None, "s3.us-east-1.amazonaws.com"),
        ("cn-north-1", None, "s3.cn-north-1.amazonaws.com.cn"),
        ("us-gov-west-1", "AWS_USE_FIPS_ENDPOINT", "s3-fips.us-gov-west-1.amazonaws.com"),
        ("eu-west-1", "AWS_USE_DUALSTACK_ENDPOINT", "s3.dualstack.eu-west-1.amazonaws.com"),
    ],
)
def test_endpoints_of_other_partitions_and_of_fips_and_dual_stack_are_the_sdks(
    aws_environment: pytest.MonkeyPatch, region: str, flag: str | None, host: str
) -> None:
    if flag:
        aws_environment.setenv(flag, "true")

    aws = Aws(region=region)

    assert aws.client("s3").meta.endpoint_url == f"https://{host}"
    assert is_aws(aws.client("sts").meta.endpoint_url)


@pytest.mark.parametrize(
    "url",
    ["ftp://x", "s3.example.com", "http://", "http://[::1", "http://x:99999", "https://u:p@x", "https://x/?k=v", ""],
)
def test_what_is_no_endpoint_is_told_without_what_may_be_secret_in_it(url: str) -> None:
    with pytest.raises(UsageError) as caught:
        check_endpoint(url)
    assert "u:p" not in caught.value.message


def test_an_endpoint_of_the_environment_with_a_user_in_it_is_refused_before_it_can_be_shown(
    aws_environment: pytest.MonkeyPatch,
) -> None:
    aws_environment.setenv("AWS_ENDPOINT_URL", "http://minio:hunter2-secret@127.0.0.1:9")

    with pytest.raises(UsageError, match="holds a user name or password") as caught:
        Aws().client("s3")
    assert "hunter2" not in f"{caught.value.message} {caught.value.advice}"


def profile(environment: pytest.MonkeyPatch, folder: Path, config: str) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        environment.delenv(name, raising=False)
    (folder / "config").write_text(config)
    environment.setenv("AWS_CONFIG_FILE", str(folder / "config"))


def test_faults_of_profile_region_endpoint_and_files_are_told_in_a_line(
    aws_environment: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def fault(aws: Aws) -> CorsDriftError:
        with pytest.raises(CorsDriftError) as caught:
            aws.client("s3", account=None)
        assert caught.value.advice
        return caught.value

    assert "the AWS profile 'nobody' does not exist" in fault(Aws(profile="nobody")).message
    assert isinstance(fault(Aws(region="no region")), RegionError)
    aws_environment.setenv("AWS_PROFILE", "ghost")
    assert "that AWS_PROFILE names does not exist" in fault(Aws()).message
    aws_environment.delenv("AWS_PROFILE")
    aws_environment.setenv("AWS_ENDPOINT_URL", "not a url")
    assert "endpoint" in fault(Aws()).message
    aws_environment.delenv("AWS_ENDPOINT_URL")
    profile(aws_environment, tmp_path, "[profile")
    assert "configuration files cannot be used" in fault(Aws()).message


def test_missing_credentials_and_a_lost_sso_session_are_told_with_how_to_sign_in(
    aws_environment: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    aws_environment.setenv("HOME", str(tmp_path))
    profile(aws_environment, tmp_path, SSO)

    with pytest.raises(CredentialsError, match="no AWS credentials were found"):
        Aws(endpoint_url="http://127.0.0.1:9").caller()
    with pytest.raises(CredentialsError, match="SSO session is missing or has expired") as caught:
        Aws(profile="work", endpoint_url="http://127.0.0.1:9").caller()
    assert caught.value.advice == "sign in with `aws sso login --profile work`"


SSO = """[profile work]
sso_session = corp
sso_account_id = 111111111111
sso_role_name = audit
[sso-session corp]
sso_region = eu-west-1
sso_start_url = https://corp.awsapps.example/start
"""


def test_a_profile_with_a_role_is_assumed_by_the_sdk_and_its_renewal_too(
    aws_server: AwsServer, aws_environment: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from tests.live.aws_world import Role

    aws_server.world.roles["arn:aws:iam::222222222222:role/audit"] = Role()
    text = f"[profile base]\naws_access_key_id = {CALLER.access}\naws_secret_access_key = {CALLER.secret}\n"
    text += f"aws_session_token = {CALLER.token}\n"
    text += "[profile work]\nrole_arn = arn:aws:iam::222222222222:role/audit\nsource_profile = base\n"
    profile(aws_environment, tmp_path, text)
    aws_environment.setenv("AWS_ENDPOINT_URL", aws_server.url)

    caller = Aws(profile="work").caller()

    assert caller == Caller("222222222222", "aws", "arn:aws:sts::222222222222:assumed-role/audit/session")
    assert aws_server.operations == [("sts", "AssumeRole"), ("sts", "GetCallerIdentity")]


def test_a_process_of_ours_begins_with_the_credentials_that_it_is_lent_and_finds_others_when_they_run_out(
    aws_server: AwsServer, aws_environment: pytest.MonkeyPatch
) -> None:
    aws = Aws(endpoint_url=aws_server.url)
    lent = aws.lend()
    packed = pickle.dumps((aws.access, lent))
    for text in (CALLER.secret, CALLER.access, str(CALLER.token)):
        assert text not in repr(lent)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        aws_environment.delenv(name)

    access, borrowed = pickle.loads(packed)
    other = access.open(borrowed)

    assert other.caller().account == CALLER.account
    assert not other.refresh()  # there are no others here
    aws_environment.setenv("AWS_ACCESS_KEY_ID", "AKIAFRESH")
    aws_environment.setenv("AWS_SECRET_ACCESS_KEY", "fresh")
    assert other.refresh(signed_at=float("inf"))


def test_without_credentials_there_are_none_to_lend(aws_environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    profile(aws_environment, tmp_path, "")

    assert Aws().lend() is None


@pytest.mark.parametrize("program", ["false", "echo not-json", "echo {}", "/no/such/program"])
def test_a_program_that_gives_no_credentials_is_a_fault_of_the_profile(
    aws_environment: pytest.MonkeyPatch, tmp_path: Path, program: str
) -> None:
    profile(aws_environment, tmp_path, f"[profile work]\ncredential_process = {program}\n")

    with pytest.raises(CredentialsError, match="could not be fetched") as caught:
        Aws(profile="work", endpoint_url="http://127.0.0.1:9").client("s3")
    assert "credential process" in str(caught.value.advice)


def test_sts_is_asked_in_the_region_since_tokens_of_the_global_endpoint_do_not_hold_everywhere(
    aws_environment: pytest.MonkeyPatch,
) -> None:
    aws_environment.setenv("AWS_STS_REGIONAL_ENDPOINTS", "legacy")

    assert Aws(region="eu-west-1").client("sts").meta.endpoint_url == "https://sts.eu-west-1.amazonaws.com"
