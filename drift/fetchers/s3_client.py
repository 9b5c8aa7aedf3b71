"""Sessions and clients of boto3: one session for a run, one client for each region."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, Literal, Protocol
from urllib.parse import urlsplit

from drift.errors import UsageError
from drift.fetchers import s3_faults as faults

FALLBACK_REGION = "us-east-1"
"""Where to ask if no region is configured anywhere: S3 tells the right one from there."""

MAX_REGIONS = 64
"""More regions than AWS has. Regions come from declarations, and each client takes memory and time."""

APP_ID = "cors-drift"
"""In the User-Agent, so that those who watch CloudTrail can tell these reads."""

Addressing = Literal["path", "virtual", "auto"]


class ClientMeta(Protocol):
    """What a client tells of itself."""

    @property
    def region_name(self) -> str: ...
    @property
    def endpoint_url(self) -> str: ...


class S3Client(Protocol):
    """The two calls that are made of S3, both reading."""

    @property
    def meta(self) -> ClientMeta: ...
    def get_bucket_cors(self, *, Bucket: str, ExpectedBucketOwner: str = ...) -> Mapping[str, Any]: ...  # noqa: N803
    def list_buckets(self, *, MaxBuckets: int, ContinuationToken: str = ...) -> Mapping[str, Any]: ...  # noqa: N803


@dataclass(frozen=True, slots=True)
class Connection:
    """How to reach S3. Timeouts are in seconds.

    ``addressing`` is ``path`` by default: with virtual-hosted names every bucket is a new host, a new lookup and a new
    TLS connection (measured: less than half the speed and twice the CPU).
    """

    profile: str | None = None
    region: str | None = None
    endpoint_url: str | None = None
    addressing: Addressing = "path"
    concurrency: int = 16
    connect_timeout: float = 5.0
    read_timeout: float = 15.0

    def __post_init__(self) -> None:
        if self.endpoint_url is not None:
            check_endpoint(self.endpoint_url)
        if self.concurrency < 1:
            raise UsageError(f"concurrency is {self.concurrency}", advice="give a number of threads from 1 up")


def check_endpoint(url: str) -> None:
    """Raises ``UsageError`` unless the URL can be an endpoint: http or https, a host, and no credentials in it."""
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is no number, a broken IPv6 address
        usable = False
    if not usable:
        shown = url if "@" not in url else "…@" + url.rpartition("@")[2]
        raise UsageError(
            f"{shown!r} is not an endpoint URL", advice="give scheme and host, such as https://s3.example.com"
        )
    if parts.username is not None or parts.password is not None:
        raise UsageError(
            "the endpoint URL holds a user name or password", advice="leave it out: S3 requests are signed"
        )


class Clients:
    """Makes S3 clients when they are first needed. Clients may be shared between threads; making them may not."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._lock = threading.Lock()
        self._session: Any = None
        self._clients: dict[str, S3Client] = {}
        self._signed = threading.local()

    def default(self) -> S3Client:
        """The client for buckets whose region is not known.

        Raises ``CredentialsError`` for an unusable profile, ``UsageError`` for an unusable region or endpoint.
        """
        from botocore.exceptions import BotoCoreError, InvalidRegionError

        try:
            return self.client(None)
        except InvalidRegionError as error:
            raise UsageError(
                "the configured AWS region is not the name of a region",
                advice="give one such as eu-west-1 with --region",
            ) from error
        except BotoCoreError as error:
            raise faults.from_setup(error, self.connection.profile) or faults.unusable(error) from error
        except ValueError as error:  # botocore: "Invalid endpoint: ...", out of AWS_ENDPOINT_URL or the profile
            raise UsageError(
                "the configured endpoint is not a URL",
                advice="check AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_S3 and the profile",
            ) from error

    def client(self, region: str | None) -> S3Client:
        """The client of a region, or of the default one. Raises botocore's errors for a bad profile or region."""
        with self._lock:
            session = self._open_session()
            default = self.connection.region or session.region_name or FALLBACK_REGION
            name = region or default
            if name not in self._clients and len(self._clients) >= MAX_REGIONS:
                name = default
            if name not in self._clients:
                self._clients[name] = self._make(session, name)
            return self._clients[name]

    def signed_region(self) -> str | None:
        """The region for which this thread's last GetBucketCors was signed: after a redirect, the bucket's own."""
        region: str | None = getattr(self._signed, "region", None)
        return region

    def _open_session(self) -> Any:
        if self._session is None:
            import boto3

            self._session = boto3.session.Session(profile_name=self.connection.profile)
        return self._session

    def _make(self, session: Any, region: str) -> S3Client:
        from botocore.config import Config

        connection = self.connection
        client = session.client(
            "s3",
            region_name=region,
            endpoint_url=connection.endpoint_url,
            config=Config(
                # One attempt, whatever AWS_RETRY_MODE, AWS_MAX_ATTEMPTS or the profile say: see s3_retry.
                retries={"mode": "standard", "total_max_attempts": 1},
                max_pool_connections=connection.concurrency,
                connect_timeout=connection.connect_timeout,
                read_timeout=connection.read_timeout,
                user_agent_appid=APP_ID,
                # A new dict each time: botocore writes into it. The regional endpoint is the one that VPC endpoints
                # and allow-lists know.
                s3={"addressing_style": connection.addressing, "us_east_1_regional_endpoint": "regional"},
            ),
        )
        client.meta.events.register("before-sign.s3.GetBucketCors", self._note_region)
        client.meta.events.register("before-call.s3.HeadBucket", self._one_head)
        made: S3Client = client
        return made

    def _note_region(self, request: Any, region_name: str, **_: object) -> None:
        self._signed.region = request.context.get("signing", {}).get("region") or region_name
        self._signed.heads = 0

    def _one_head(self, **_: object) -> tuple[Any, dict[str, Any]] | None:
        """Let botocore look for a bucket's region with HEAD once for each read.

        If the answer to that HEAD is again a redirect without a region, botocore sends the next one, and so on until
        the stack is full. From the second on it is told here that no region is known.
        """
        self._signed.heads = getattr(self._signed, "heads", 0) + 1
        if self._signed.heads == 1:
            return None
        return SimpleNamespace(status_code=200), {"ResponseMetadata": {"HTTPHeaders": {}}}
