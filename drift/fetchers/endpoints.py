"""Where requests may go: the URL of a server in place of AWS, and the hosts that belong to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from drift.errors import EndpointError, UsageError

AWS_SUFFIXES = (
    *("amazonaws.com", "api.aws", "on.aws"),
    *("amazonaws.com.cn", "api.amazonwebservices.com.cn"),
    *("amazonaws.eu", "api.amazonwebservices.eu"),
    *("c2s.ic.gov", "api.aws.ic.gov", "sc2s.sgov.gov", "api.aws.scloud", "csp.hci.ic.gov", "api.aws.hci.ic.gov"),
    *("cloud.adc-e.uk", "api.cloud-aws.adc-e.uk"),
)
"""What the hosts of AWS end in, by partition. Source: the SDK's partitions.json."""


def check_endpoint(url: str) -> None:
    """Raises ``UsageError`` unless the URL can be an endpoint: http or https, a host, no credentials and no query."""
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
        raise UsageError("the endpoint URL holds a user name or password", advice="leave it out: requests are signed")
    if parts.query or parts.fragment:
        raise UsageError("the endpoint URL holds a query", advice="leave out what stands after the path")


def is_aws(url: str) -> bool:
    """Whether the URL leads to AWS itself."""
    host = urlsplit(url).hostname or ""
    return any(host == suffix or host.endswith("." + suffix) for suffix in AWS_SUFFIXES)


def only_to(url: str) -> Callable[..., None]:
    """A handler of the SDK's ``before-send`` event that lets nothing leave for another host than the URL's.

    Names below the host are its own too: a bucket may stand in front of it.
    """
    host = urlsplit(url).hostname or ""

    def check(request: Any, **_: object) -> None:
        asked = urlsplit(request.url).hostname or ""
        if asked != host and not asked.endswith("." + host):
            raise EndpointError(
                f"a request meant for {host} would have gone elsewhere",
                advice="this is a defect of cors-drift or of the SDK; nothing was sent",
            )

    return check
