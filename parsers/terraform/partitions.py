"""AWS partitions: which one a region is in, and its domain (botocore's and the Go SDK's partitions.json)."""

from __future__ import annotations

from typing import NamedTuple


class Partition(NamedTuple):
    """A partition as ``data.aws_partition`` shows it."""

    name: str
    domain: str

    @property
    def reversed_domain(self) -> str:
        """``reverse_dns_prefix``."""
        return ".".join(reversed(self.domain.split(".")))


AWS = Partition("aws", "amazonaws.com")
_BY_PREFIX = {
    "cn-": Partition("aws-cn", "amazonaws.com.cn"),
    "us-gov-": Partition("aws-us-gov", "amazonaws.com"),
    "us-iso-": Partition("aws-iso", "c2s.ic.gov"),
    "us-isob-": Partition("aws-iso-b", "sc2s.sgov.gov"),
    "eu-isoe-": Partition("aws-iso-e", "cloud.adc-e.uk"),
    "us-isof-": Partition("aws-iso-f", "csp.hci.ic.gov"),
    "eusc-": Partition("aws-eusc", "amazonaws.eu"),
}


def partition_of(region: str) -> Partition:
    """The partition of a region; one that is in no list is taken for one of the commercial partition."""
    return next((each for prefix, each in _BY_PREFIX.items() if region.startswith(prefix)), AWS)
