"""How clients are made, and what is imported when."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any, Literal

import pytest

from drift.errors import UsageError
from drift.fetchers.s3_client import MAX_REGIONS, Clients, Connection
from tests.fixtures_s3 import aws_environment

__all__ = ["aws_environment"]


def made(clients: Clients, region: str | None = None) -> Any:
    return clients.client(region)


def test_the_fetcher_is_imported_without_boto3() -> None:
    code = (
        "import sys, drift.fetchers.s3 as s3; s3.S3Fetcher(); sys.exit(any(m.startswith('boto') for m in sys.modules))"
    )

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_client_asks_once_in_path_style_with_short_timeouts_whatever_the_environment_says(
    aws_environment: pytest.MonkeyPatch,
) -> None:
    aws_environment.setenv("AWS_RETRY_MODE", "legacy")
    aws_environment.setenv("AWS_MAX_ATTEMPTS", "7")

    config = made(Clients(Connection(concurrency=5, connect_timeout=1.5, read_timeout=2.5))).meta.config

    assert config.retries == {"mode": "standard", "total_max_attempts": 1}
    assert config.s3["addressing_style"] == "path"
    assert config.max_pool_connections == 5
    assert (config.connect_timeout, config.read_timeout) == (1.5, 2.5)
    assert config.user_agent_appid == "cors-drift"


def test_virtual_hosted_addressing_can_be_had(aws_environment: pytest.MonkeyPatch) -> None:
    assert made(Clients(Connection(addressing="virtual"))).meta.config.s3["addressing_style"] == "virtual"


def test_the_region_is_the_given_one_else_that_of_the_environment_else_the_fallback(
    aws_environment: pytest.MonkeyPatch,
) -> None:
    assert made(Clients(Connection())).meta.region_name == "us-east-1"
    assert made(Clients(Connection())).meta.endpoint_url == "https://s3.us-east-1.amazonaws.com"
    aws_environment.setenv("AWS_DEFAULT_REGION", "eu-west-3")
    assert made(Clients(Connection())).meta.region_name == "eu-west-3"
    assert made(Clients(Connection(region="eu-north-1"))).meta.region_name == "eu-north-1"
    assert made(Clients(Connection(region="eu-north-1")), "us-west-2").meta.region_name == "us-west-2"


def test_each_region_has_one_client(aws_environment: pytest.MonkeyPatch) -> None:
    clients = Clients(Connection(region="us-east-1"))

    assert made(clients, "eu-west-1") is made(clients, "eu-west-1")
    assert made(clients, "us-east-1") is made(clients)


def test_regions_without_end_do_not_make_clients_without_end(aws_environment: pytest.MonkeyPatch) -> None:
    clients = Clients(Connection(region="us-east-1"))

    regions = {clients.region(f"made-up-{number}") for number in range(500)}

    assert len(regions) == MAX_REGIONS
    assert clients.region("made-up-499") == clients.region(None) == "us-east-1"


@pytest.mark.parametrize("concurrency", [0, -1])
def test_no_threads_at_all_is_bad_usage(concurrency: int) -> None:
    with pytest.raises(UsageError):
        Connection(concurrency=concurrency)


class Sent:
    """Where requests would have gone: the SDK makes and signs them, and nothing leaves."""

    def __init__(self, connection: Connection) -> None:
        self.clients = Clients(connection)
        self.requests: list[tuple[str, str]] = []

    def read(self, *names: str, alias: bool = False) -> list[tuple[str, str]]:
        port = self.clients.port(None, self.clients.region(None), alias)
        port.client.meta.events.register("before-send", self._keep, unique_id="kept")
        for name in names:
            with pytest.raises(Exception, match="NoSuchCORSConfiguration"):
                port.read(name, None)
        return self.requests

    def _keep(self, request: Any, **_: object) -> Any:
        from botocore.awsrequest import AWSResponse

        signature = request.headers["Authorization"]
        text = signature.decode() if isinstance(signature, bytes) else signature
        self.requests.append((request.url, text.split("/")[2]))
        response = AWSResponse(request.url, 404, {}, None)
        response._content = b"<Error><Code>NoSuchCORSConfiguration</Code></Error>"
        return response


@pytest.mark.parametrize(
    ("region", "variables", "host"),
    [
        ("us-east-1", "", "s3.us-east-1.amazonaws.com"),
        ("eu-west-1", "FIPS", "s3-fips.eu-west-1.amazonaws.com"),
        ("eu-west-1", "DUALSTACK", "s3.dualstack.eu-west-1.amazonaws.com"),
        ("eu-west-1", "FIPS DUALSTACK", "s3-fips.dualstack.eu-west-1.amazonaws.com"),
        ("us-gov-west-1", "", "s3.us-gov-west-1.amazonaws.com"),
        ("us-gov-west-1", "FIPS", "s3-fips.us-gov-west-1.amazonaws.com"),
        ("cn-north-1", "", "s3.cn-north-1.amazonaws.com.cn"),
        ("cn-north-1", "DUALSTACK", "s3.dualstack.cn-north-1.amazonaws.com.cn"),
        ("us-iso-east-1", "", "s3.us-iso-east-1.c2s.ic.gov"),
        ("eusc-de-east-1", "", "s3.eusc-de-east-1.amazonaws.eu"),
    ],
)
def test_every_partition_and_kind_of_endpoint_is_asked_in_path_style(
    aws_environment: pytest.MonkeyPatch, region: str, variables: str, host: str
) -> None:
    for variable in variables.split():
        aws_environment.setenv(f"AWS_USE_{variable}_ENDPOINT", "true")
    names = ["first", "second", "with.dots", "third"]

    assert Sent(Connection(region=region)).read(*names) == [(f"https://{host}/{name}?cors", region) for name in names]


KEYS = "aws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = not-a-secret\n"


def test_settings_of_the_profile_hold(aws_environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    config = tmp_path / "config"
    config.write_text("[profile fips]\nuse_fips_endpoint = true\nregion = us-west-2\n" + KEYS)
    aws_environment.setenv("AWS_CONFIG_FILE", str(config))

    assert Sent(Connection(profile="fips")).read("a", "b")[1][0] == "https://s3-fips.us-west-2.amazonaws.com/b?cors"


@pytest.mark.parametrize("addressing", ["virtual", "auto"])
def test_other_than_path_style_every_bucket_has_its_own_host(
    aws_environment: pytest.MonkeyPatch, addressing: Literal["virtual", "auto"]
) -> None:
    sent = Sent(Connection(region="eu-west-1", addressing=addressing))

    # A name with dots comes first: it is in the path whatever the style is, and must not make the others so.
    assert [url for url, _ in sent.read("with.dots", "plain", "other")] == [
        "https://s3.eu-west-1.amazonaws.com/with.dots?cors",
        "https://plain.s3.eu-west-1.amazonaws.com/?cors",
        "https://other.s3.eu-west-1.amazonaws.com/?cors",
    ]


def test_an_access_point_is_asked_for_under_its_own_host(aws_environment: pytest.MonkeyPatch) -> None:
    sent = Sent(Connection(region="eu-west-1"))

    assert sent.read("ap-abc-s3alias", alias=True)[0][0] == "https://ap-abc-s3alias.s3.eu-west-1.amazonaws.com/?cors"


@pytest.mark.parametrize("names", [["a-b", "_", "A-Upper", "x_y"], ["_", "plain"], ["cors", "s3", "amazonaws"]])
def test_odd_names_are_asked_for_as_they_are(aws_environment: pytest.MonkeyPatch, names: list[str]) -> None:
    urls = [url for url, _ in Sent(Connection(region="eu-west-1")).read(*names)]

    assert urls == [f"https://s3.eu-west-1.amazonaws.com/{name}?cors" for name in names]


def test_the_sdk_works_out_an_endpoint_for_the_first_bucket_only(aws_environment: pytest.MonkeyPatch) -> None:
    sent = Sent(Connection(region="eu-west-1"))
    asked: list[str] = []
    port = sent.clients.port(None, "eu-west-1")
    port.client.meta.events.register(
        "before-endpoint-resolution.s3", lambda params, **_: asked.append(params["Bucket"])
    )

    sent.read(*(f"bucket-{number}" for number in range(20)))

    assert asked == ["bucket-0", *["_"] * 19]
    assert len({url for url, _ in sent.requests}) == 20


def test_where_the_url_is_not_as_expected_the_bucket_is_asked_for_in_the_plain_way(
    aws_environment: pytest.MonkeyPatch,
) -> None:
    """Nothing is ever sent for the name that stands in for others."""
    sent = Sent(Connection(region="eu-west-1"))
    port = sent.clients.port(None, "eu-west-1")

    def astray(params: dict[str, Any], **_: object) -> None:
        if params["url"].endswith("/_?cors"):
            params["url"] = params["url"].replace("s3.", "elsewhere.")

    port.client.meta.events.register_first("before-call.s3.GetBucketCors", astray)

    urls = [url for url, _ in sent.read("one", "two", "three")]

    assert urls == [f"https://s3.eu-west-1.amazonaws.com/{name}?cors" for name in ("one", "two", "three")]
