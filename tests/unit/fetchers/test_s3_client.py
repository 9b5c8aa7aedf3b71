"""How clients are made, and what is imported when."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

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
