"""Asking an AWS Config aggregator for records: queries, page by page, and what their failures mean."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any

from drift.errors import CorsDriftError, EndpointError, UsageError
from drift.fetchers.asking import Desk, RefusedError
from drift.fetchers.aws_config_item import Item, account_of, item_of, region_of
from drift.fetchers.aws_config_query import PAGE, SELECTIONS, Shard, by_name, by_shard, counting
from drift.fetchers.aws_faults import Cause, ServiceFault

_SELECT = "SelectAggregateResourceConfig"


class Records:
    """What one aggregator has gathered. May be asked from several threads. After ``deadline`` seconds nothing is."""

    def __init__(self, desk: Desk, aggregator: str, deadline: float | None = None) -> None:
        self._desk = desk
        self._aggregator = aggregator
        self._selection = 0
        self._deadline = deadline
        self._ends = time.monotonic() + (deadline or 0)
        self.answered = False
        """Whether any question was answered so far."""

    def counts(self) -> list[tuple[str, str, int]]:
        """Account, region, and the number of its recorded buckets; raises ``RefusedError``, as all of these do."""
        found = []
        for page in self._pages(counting()):
            for row in page["Results"]:
                counted = _json(row)
                account, region, count = account_of(counted), region_of(counted), counted.get("COUNT(*)")
                if account and region:
                    found.append((account, region, count if isinstance(count, int) else 0))
        return found

    def named(self, names: Iterable[str]) -> Iterator[list[Item]]:
        """The records of these buckets, as many as fit into one query, page by page."""
        return self._items(partial(by_name, names))

    def in_shard(self, shard: Shard) -> Iterator[list[Item]]:
        """The records of some accounts in one region, page by page."""
        return self._items(partial(by_shard, shard))

    def fatal(self, fault: ServiceFault) -> CorsDriftError:
        """The error for a fault that leaves nothing to compare."""
        region = self._desk.region
        if fault.code == "NoSuchConfigurationAggregatorException":
            return UsageError(
                f"there is no AWS Config aggregator {self._aggregator!r} in {region}",
                advice="`aws configservice describe-configuration-aggregators` shows them; --region says where it is",
            )
        if region.startswith("cn-"):
            advice = "AWS Config has no queries over several accounts in China: leave out --live, and S3 itself is read"
            return EndpointError(fault.reason, advice=advice)
        return fault.error()

    def _items(self, expression: Callable[[int], str]) -> Iterator[list[Item]]:
        """The records that a query gives. Where AWS Config does not take the names of parts, the whole is selected."""
        selection = self._selection
        try:
            yield from self._rows(expression(selection))
        except RefusedError as error:
            if error.fault.code != "InvalidExpressionException" or selection + 1 >= len(SELECTIONS):
                raise
            yield from self._rows(expression(selection + 1))  # an expression is refused before it gives any row
            self._selection = selection + 1

    def _rows(self, expression: str) -> Iterator[list[Item]]:
        for page in self._pages(expression):
            yield [item for row in page["Results"] if (item := item_of(row)) is not None]

    def _pages(self, expression: str) -> Iterator[Any]:
        asked: dict[str, Any] = {"Expression": expression, "ConfigurationAggregatorName": self._aggregator}
        more = None
        for page in self._desk.pages(_SELECT, before=self.in_time, **asked, Limit=PAGE):
            if not isinstance(page.get("Results"), list):  # a login page, a proxy: not an empty answer
                raise RefusedError(ServiceFault(Cause.OTHER, f"{_SELECT}: the answer holds no results"))
            self.answered, more = True, page.get("NextToken")
            yield page
        if more:
            raise RefusedError(ServiceFault(Cause.OTHER, f"{_SELECT}: the answer has no end"))

    def in_time(self) -> None:
        """Raises ``RefusedError`` once the deadline has passed."""
        if self._deadline is not None and time.monotonic() >= self._ends:
            reason = f"not read: the deadline of {self._deadline:g} seconds had passed"
            raise RefusedError(ServiceFault(Cause.OTHER, reason, advice="allow more time with --deadline"))


def _json(row: object) -> dict[str, Any]:
    try:
        found = json.loads(row) if isinstance(row, str) else row
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
