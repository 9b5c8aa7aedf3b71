"""S3 for tests, on loopback: moto, and one of ours that fails on purpose. Import the fixtures in a conftest."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest

from drift.fetchers.s3 import S3Fetcher
from drift.fetchers.s3_retry import Retry
from tests.live.fault_server import FaultServer

QUICK = Retry(first_wait=0.0, longest_wait=0.0, recheck_wait=0.0, slowest_rate=10_000.0)
"""As many attempts as in earnest, with no waiting in between."""


@dataclass(frozen=True)
class MotoS3:
    """A running moto server with no buckets in it."""

    url: str

    def client(self, region: str = "us-east-1") -> Any:
        """A plain boto3 client, to put things there."""
        import boto3

        return boto3.session.Session().client("s3", endpoint_url=self.url, region_name=region)

    def put(self, bucket: str, rules: list[dict[str, Any]] | None = None) -> None:
        """Make a bucket, with these CORS rules if there are any."""
        client = self.client()
        client.create_bucket(Bucket=bucket)
        if rules:
            client.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": rules})


@cache
def _loader() -> Any:
    from botocore.loaders import create_loader

    return create_loader()


@pytest.fixture
def aws_environment(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> pytest.MonkeyPatch:
    """Dummy credentials, and nothing of the machine's own AWS settings or proxies."""
    import os

    for name in list(os.environ):
        if name.startswith("AWS_") or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    # One copy of the service models for all tests: reading them is most of what a session costs.
    monkeypatch.setattr("botocore.session.create_loader", lambda _: _loader())
    nowhere = tmp_path_factory.mktemp("aws")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(nowhere / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(nowhere / "credentials"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "not-a-secret")
    return monkeypatch


@pytest.fixture(scope="session")
def moto_server() -> Iterator[str]:
    """The URL of a moto server that lives as long as the test run. Use ``moto_s3``, which empties it."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def moto_s3(moto_server: str, aws_environment: pytest.MonkeyPatch) -> Iterator[MotoS3]:
    """An S3 that works, empty at the start of each test."""
    import urllib.request

    yield MotoS3(moto_server)
    urllib.request.urlopen(urllib.request.Request(f"{moto_server}/moto-api/reset", method="POST"), timeout=10).close()


@pytest.fixture
def fault_server(aws_environment: pytest.MonkeyPatch) -> Iterator[FaultServer]:
    """An S3 that answers as the test tells it to."""
    with FaultServer() as server:
        yield server


@pytest.fixture
def quick_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every fetcher of this process that is not told otherwise tries again without waiting."""
    monkeypatch.setattr("drift.fetchers.s3.Retry", lambda: QUICK)


@pytest.fixture
def fetcher(fault_server: FaultServer) -> Callable[..., S3Fetcher]:
    """Makes fetchers for the fault server that do not wait between attempts."""

    def make(**options: Any) -> S3Fetcher:
        return S3Fetcher(**{"endpoint_url": fault_server.url, "retry": QUICK, "concurrency": 4, **options})

    return make
