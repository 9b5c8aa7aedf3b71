"""Which accounts and regions an AWS Config aggregator could not bring up to date.

What is recorded of their buckets may be of any age. It is not compared: in sync with an old record is not in sync.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from drift.fetchers.asking import Desk, RefusedError
from drift.fetchers.aws_config_item import region_of
from drift.location import Diagnostic, Severity
from drift.snapshot import Bucket

PAGE = 100
NAMED = 3
"""How many are named in a diagnostic; the rest is counted."""

_OPERATION = "DescribeConfigurationAggregatorSourcesStatus"
_WORDS = {
    "FAILED": "could not be read by the aggregator",
    "OUTDATED": "were not brought up to date by the aggregator",
}


@dataclass(frozen=True, slots=True)
class Source:
    """An account, in one region or (``region`` None) in all, that is not up to date, and since when if that is told."""

    account: str
    region: str | None
    status: str
    updated: datetime | None

    def __str__(self) -> str:
        since = f", last update {self.updated:%Y-%m-%d %H:%M}Z" if self.updated else ""
        return f"{self.account}{'/' + self.region if self.region else ''}{since}"


@dataclass(frozen=True, slots=True)
class Stale:
    """The sources that are not up to date; ``diagnostics`` has one for each kind."""

    sources: Mapping[tuple[str, str | None], Source]
    diagnostics: tuple[Diagnostic, ...] = ()

    def of(self, bucket: Bucket) -> Source | None:
        """The stale source that a bucket was recorded in, if it was."""
        if bucket.account is None:
            return None
        return self.sources.get((bucket.account, bucket.region)) or self.sources.get((bucket.account, None))


def stale_sources(
    desk: Desk,
    aggregator: str,
    oldest: timedelta | None = None,
    now: datetime | None = None,
    before: Callable[[], None] | None = None,
) -> Stale:
    """Ask for them. With ``oldest``, also those whose last update is longer ago than that. ``before`` is called ahead
    of each attempt and may raise ``RefusedError``.

    Where that may not be asked, a warning takes their place: nobody can then tell how old the records are.
    """
    asked: dict[str, Any] = {"ConfigurationAggregatorName": aggregator, "Limit": PAGE}
    if oldest is None:
        asked["UpdateStatus"] = ["FAILED", "OUTDATED"]
    found: list[Source] = []
    try:
        for page in desk.pages(_OPERATION, before=before, **asked):
            found += _stale(page.get("AggregatedSourceStatusList") or (), oldest, now or datetime.now(UTC))
    except RefusedError as error:
        message = f"how old the records of AWS Config are is not known: {error.fault.reason}"
        return Stale({}, (Diagnostic(Severity.WARNING, "config-age-unknown", message, help=error.fault.advice),))
    told = tuple(_diagnostic(status, found) for status in _WORDS if any(each.status == status for each in found))
    return Stale({(each.account, each.region): each for each in found}, told)


def _stale(statuses: Iterable[Mapping[str, Any]], oldest: timedelta | None, now: datetime) -> list[Source]:
    found = []
    for each in statuses:
        account, status, updated = each.get("SourceId"), each.get("LastUpdateStatus"), each.get("LastUpdateTime")
        if not isinstance(account, str) or not re.fullmatch(r"[\w-]{1,64}", account, re.ASCII):
            continue
        if each.get("SourceType") == "ORGANIZATION":
            account = f"organization {account}"
        updated = updated.astimezone(UTC) if isinstance(updated, datetime) and updated.tzinfo else None
        if oldest is not None and status == "SUCCEEDED" and (updated is None or now - updated > oldest):
            status = "OUTDATED"
        if status in _WORDS:
            found.append(Source(account, region_of({"awsRegion": each.get("AwsRegion")}), status, updated))
    return found


def _diagnostic(status: str, found: Iterable[Source]) -> Diagnostic:
    several = sorted(str(each) for each in found if each.status == status)
    message = (
        f"AWS Config: {len(several):,} source{'s' if len(several) > 1 else ''} {_WORDS[status]}, so their buckets "
        f"are not compared: {listed(several)}"
    )
    advice = "look at the aggregator's sources in the AWS Config console, or read S3 itself"
    return Diagnostic(Severity.WARNING, f"config-sources-{status.lower()}", message, help=advice)


def listed(names: list[str], count: int | None = None) -> str:
    """The first names, and how many more there are; ``count`` is of all of them."""
    more = (len(names) if count is None else count) - len(names[:NAMED])
    return "; ".join(names[:NAMED]) + (f" and {more} more" if more > 0 else "")
