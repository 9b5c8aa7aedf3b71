"""S3 clients for reading CORS: how they are set up, how few are kept, and how a bucket is asked for cheaply."""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from drift.errors import UsageError
from drift.fetchers.aws import APP_ID, Aws
from drift.fetchers.endpoints import check_endpoint
from drift.fetchers.s3_outcome import root_element

MAX_REGIONS = 64
"""More regions than AWS has. Regions come from declarations, and each client takes memory and time."""

MAX_CLIENTS = 96
"""Clients that are kept: each takes a third of a megabyte and a hundredth of a second to make."""

MAX_REMEMBERED = 100_000
"""Buckets whose region a redirect has told."""

Addressing = Literal["path", "virtual", "auto"]

_REGION = re.compile(r"(?![0-9]+$)(?!-)[A-Za-z0-9-]{1,63}(?<!-)")
_PLAIN = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")


class ClientMeta(Protocol):
    """What a client tells of itself."""

    @property
    def region_name(self) -> str: ...
    @property
    def endpoint_url(self) -> str: ...
    @property
    def events(self) -> Any: ...


class S3Client(Protocol):
    """The three calls that are made of S3, all reading."""

    @property
    def meta(self) -> ClientMeta: ...
    def get_bucket_cors(self, *, Bucket: str, ExpectedBucketOwner: str = ...) -> Mapping[str, Any]: ...  # noqa: N803
    def head_bucket(self, *, Bucket: str) -> Mapping[str, Any]: ...  # noqa: N803
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


def is_region(text: str) -> bool:
    """Whether this can be a region's name: it becomes a part of a host's."""
    return _REGION.fullmatch(text) is not None


class Clients:
    """Makes S3 clients when they are first needed, and keeps some. Safe to share between threads, as clients are."""

    def __init__(self, connection: Connection, aws: Aws | None = None) -> None:
        self.connection = connection
        self.aws = aws or Aws(connection.profile, connection.region, connection.endpoint_url)
        self._lock = threading.Lock()
        self._ports: OrderedDict[tuple[str | None, str, bool], Port] = OrderedDict()
        self._making: dict[tuple[str | None, str, bool], threading.Lock] = {}
        self._regions: set[str] = set()
        self._moved: dict[str, str] = {}

    def default(self) -> S3Client:
        """The client of the caller's own credentials and the default region.

        Raises ``CredentialsError`` for an unusable profile, ``UsageError`` for an unusable region or endpoint.
        """
        return self.client(None)

    def client(self, region: str | None, account: str | None = None) -> S3Client:
        """The client of a region, or of the default one. Raises what ``Aws.client`` does."""
        return self.port(account, self.region(region)).client

    def region(self, region: str | None) -> str:
        """The region to ask where this one is wanted: itself, or the default one if it is None or one too many."""
        default = self.aws.region
        if region is None or region == default:
            return default
        with self._lock:
            if region not in self._regions and len(self._regions) >= MAX_REGIONS - 1:
                return default
            self._regions.add(region)
        return region

    def port(self, account: str | None, region: str, alias: bool = False) -> Port:
        """Where an account's buckets of a region are asked for; ``alias`` for aliases of access points.

        Raises what ``Aws.client`` does.
        """
        key = (account, region, alias)
        with self._lock:
            if key in self._ports:
                self._ports.move_to_end(key)
                return self._ports[key]
            making = self._making.setdefault(key, threading.Lock())
        with making:
            port = self._ports.get(key) or Port(
                self._make(account, region, alias), alike=self.connection.addressing == "path" and not alias
            )
            with self._lock:
                self._ports[key] = port
                self._making.pop(key, None)
                if len(self._ports) > MAX_CLIENTS:
                    self._ports.popitem(last=False)
        return port

    def moved(self, bucket: str) -> str | None:
        """The region that a redirect has told of a bucket."""
        return self._moved.get(bucket)

    def remember(self, bucket: str, region: str) -> None:
        """A redirect told the region of a bucket."""
        with self._lock:
            if len(self._moved) >= MAX_REMEMBERED:
                self._moved.clear()
            self._moved[bucket] = region

    def _make(self, account: str | None, region: str, alias: bool) -> S3Client:
        from botocore import __version__ as botocore_version
        from botocore.config import Config

        connection = self.connection
        # Access points are there under their own host names only. A server of one's own has no such names.
        style = "virtual" if alias and connection.endpoint_url is None else connection.addressing
        made: S3Client = self.aws.client(
            "s3",
            region,
            account,
            Config(
                # One attempt, whatever AWS_RETRY_MODE, AWS_MAX_ATTEMPTS or the profile say: see s3_retry.
                retries={"mode": "standard", "total_max_attempts": 1},
                max_pool_connections=connection.concurrency,
                connect_timeout=connection.connect_timeout,
                read_timeout=connection.read_timeout,
                # Said in full: the SDK would put it together anew for every request.
                user_agent=f"cors-drift md/Botocore#{botocore_version} app/{APP_ID}",
                # A new dict each time: botocore writes into it.
                s3={"addressing_style": style, "us_east_1_regional_endpoint": "regional"},
            ),
        )
        return made


class Port:
    """A client, set up to read many buckets. Redirects to another region are not followed here: see s3_sweep.

    The SDK works out the endpoint of every new bucket name by a set of rules, which takes a fifth of the whole call;
    in path style the endpoint is the same for all. So after one bucket has been read in the plain way, the next ones
    are asked for under a name that the rules have seen before (``_``, which no bucket can have), and the real one is
    put into the path before the request is signed. Where the URL is not what the first read has shown that it must be,
    the bucket is asked for in the plain way.
    """

    def __init__(self, client: S3Client, *, alike: bool) -> None:
        """``alike``: whether all buckets are asked for in path style."""
        self.client = client
        self.region = client.meta.region_name
        self._local = threading.local()
        self._stem: str | None = None if alike else ""
        self._signing: object = None
        events = client.meta.events
        events.register("before-call.s3.GetBucketCors", self._before, unique_id="cors-drift-place")
        events.register("after-call.s3.GetBucketCors", self._after, unique_id="cors-drift-root")
        events.register("before-call.s3.HeadBucket", _stay_here, unique_id="cors-drift-stay")

    def read(self, name: str, owner: str | None) -> Mapping[str, Any]:
        """GetBucketCors. Raises what the SDK does."""
        if self._stem and _PLAIN.fullmatch(name):
            try:
                return self._call(_STAND_IN, name, owner)
            except _NotInPlaceError:
                self._stem = ""
        return self._call(name, None, owner)

    def root(self) -> str | None:
        """The outermost element of this thread's last answer."""
        root: str | None = self._local.root
        return root

    def region_of(self, name: str) -> str | None:
        """The region of a bucket, out of the headers that come with an answer to HeadBucket; None if they do not tell.

        Raises what the SDK does where there was no such answer.
        """
        from botocore.exceptions import ClientError

        try:
            answer = self.client.head_bucket(Bucket=name)
        except ClientError as error:
            answer = error.response
            status = answer.get("ResponseMetadata", {}).get("HTTPStatusCode")
            if region_told(answer) is None and status not in (301, 302, 307, 403, 404):
                raise
        return region_told(answer)

    def _call(self, name: str, instead: str | None, owner: str | None) -> Mapping[str, Any]:
        self._local.name, self._local.instead, self._local.root = name, instead, None
        if owner is None:
            return self.client.get_bucket_cors(Bucket=name)
        return self.client.get_bucket_cors(Bucket=name, ExpectedBucketOwner=owner)

    def _before(self, params: dict[str, Any], context: dict[str, Any], **_: object) -> None:
        alone = _stay(context)
        instead = self._local.instead
        if instead is not None:
            if params["url"] != f"{self._stem}{_STAND_IN}?cors" or context.get("signing") != self._signing or not alone:
                raise _NotInPlaceError
            params["url"] = f"{self._stem}{instead}?cors"
        elif self._stem is None and _PLAIN.fullmatch(self._local.name):
            ending = f"/{self._local.name}?cors"
            fits = alone and params["url"].endswith(ending) and self._local.name not in params["url"][: -len(ending)]
            self._signing = dict(context.get("signing") or {})
            self._stem = params["url"].removesuffix(ending) + "/" if fits else ""

    def _after(self, http_response: Any, parsed: Mapping[str, Any], **_: object) -> None:
        if http_response.status_code < 300:
            self._local.root = root_element(http_response.content)


def region_told(answer: Mapping[str, Any]) -> str | None:
    """The region that an answer names for its bucket, in a header or in an error document."""
    told = answer.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get("x-amz-bucket-region")
    told = told or answer.get("Error", {}).get("Region")
    return told if isinstance(told, str) and is_region(told) else None


_STAND_IN = "_"


class _NotInPlaceError(Exception):
    """The request for the stand-in is not what it should be. It has not been sent."""


def _stay(context: dict[str, Any]) -> bool:
    """Keep the SDK from following redirects of this call, for which it would ask about the name that it was given.

    Its own handler leaves a call alone that it has redirected before. Whether it will know.
    """
    redirect = context.get("s3_redirect")
    if not isinstance(redirect, dict):
        return False
    redirect["redirected"] = True
    return True


def _stay_here(context: dict[str, Any], **_: object) -> None:
    _stay(context)
