"""Live CORS rules out of an AWS Config aggregator: every account and region that it gathers, by advanced queries.

What is recorded is a candidate, not the truth: it is minutes to a day old, and buckets that no recorder saw are
missing. So a bucket without a record is unknown, and what seems to have drifted is to be read from S3 itself. AWS
offers such queries over several accounts everywhere but in China (developer guide of 2023).

Needs ``config:SelectAggregateResourceConfig``, and ``config:DescribeConfigurationAggregatorSourcesStatus`` to tell
which accounts are out of date.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import chain

from drift.errors import CorsDriftError, UsageError
from drift.fetchers.asking import Access, Desk, Patience, RefusedError
from drift.fetchers.aws_config_item import SOURCE, Item
from drift.fetchers.aws_config_notes import Notes
from drift.fetchers.aws_config_query import (
    PAGE,
    ROOM,
    Shard,
    is_bucket_name,
    shards,
    taken,
)
from drift.fetchers.aws_config_records import Records
from drift.fetchers.aws_config_sources import NAMED, Stale, stale_sources
from drift.fetchers.aws_faults import Cause, ServiceFault
from drift.fetchers.s3_outcome import unsupported_name
from drift.fetchers.side_by_side import in_order
from drift.interfaces import Wanted
from drift.location import Diagnostic
from drift.snapshot import Bucket, Snapshot, State

AT_ONCE = 4
"""Queries under way at a time. AWS publishes no limit; refusals are waited out."""

SHARD = 2000
"""Buckets that one query of a listing is to give, in about 20 pages."""

KEPT = 20_000
"""Records of listed buckets that are kept until they are read."""

_AGGREGATOR = re.compile(r"[\w-]{1,256}", re.ASCII)
Found = tuple[Wanted, list[Item] | Bucket]
"""A wanted bucket with its records, or with what it is without any."""

_NO_RECORD = (
    "AWS Config has no record of this bucket, and that proves nothing: the recorder may be off in its account or "
    "region, may not record S3 buckets, or has not seen it yet; not compared"
)


def needs_live_read(bucket: Bucket) -> bool:
    """Whether AWS Config was asked for the bucket and could not settle it: S3 itself can."""
    return bucket.source == SOURCE and bucket.state not in (State.CONFIGURED, State.ABSENT, State.UNSUPPORTED)


class ConfigFetcher:
    """Reads what an aggregator has gathered. Implements ``drift.interfaces.Fetcher``.

    ``region`` is that of the aggregator. With ``oldest``, records of accounts that were last brought up to date longer
    ago are not compared; without, AWS's own word on which are outdated is taken. ``deadline`` seconds from now nothing
    more is asked. Raises ``UsageError`` for what cannot be an aggregator's name.
    """

    def __init__(
        self,
        aws: Access,
        aggregator: str,
        region: str | None = None,
        *,
        oldest: timedelta | None = None,
        deadline: float | None = None,
        at_once: int = AT_ONCE,
        patience: Patience | None = None,
    ) -> None:
        if not _AGGREGATOR.fullmatch(aggregator):
            raise UsageError(
                "what is given as an AWS Config aggregator is not the name of one",
                advice="`aws configservice describe-configuration-aggregators` shows them",
            )
        self.aggregator = aggregator
        self._desk = Desk(aws, "config", region, patience=patience, longest=deadline)
        self._records = Records(self._desk, aggregator, deadline)
        self._at_once = at_once
        self._oldest = oldest
        self._stale: Stale | None = None
        self._kept: OrderedDict[str, Item] = OrderedDict()
        self._notes = Notes()

    @property
    def endpoint(self) -> str:
        """Where requests go."""
        self._desk.client()
        return self._desk.endpoint

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """Sources that are out of date, buckets without a record, buckets with several, queries that failed."""
        return (*(self._stale.diagnostics if self._stale else ()), *self._notes.diagnostics())

    def fetch(self, wanted: Iterable[Wanted]) -> Snapshot:
        """One bucket for each wanted one, in order; raises as ``stream`` does."""
        buckets = tuple(self.stream(wanted))
        return Snapshot(SOURCE, buckets, self.diagnostics, taken_at=datetime.now(UTC))

    def stream(self, wanted: Iterable[Wanted]) -> Iterator[Bucket]:
        """One bucket for each wanted one, in the same order; UNKNOWN where AWS Config does not tell.

        Raises ``CredentialsError``, ``UsageError`` or ``EndpointError`` where nothing at all can be asked.
        """
        stale = self._sources()
        for lot in in_order(self._batches(wanted), self._at_once):
            yield from (self._settled(each, items, stale) for each, items in lot)

    def list_buckets(self) -> Iterator[Wanted]:
        """Every recorded bucket, account by account and region by region; each name once.

        What was recorded of them is kept for a ``stream`` that follows on their heels; what that gives has their
        accounts. Raises as ``stream`` does.
        """
        try:
            counts = self._records.counts()
        except RefusedError as error:
            raise self._records.fatal(error.fault) from error
        told, seen = 0, set[int]()
        fault: ServiceFault | None = None
        lots = (partial(self._listing, shard) for shard in shards(counts, SHARD))
        for page in in_order(lots, self._at_once, SHARD // PAGE):
            if isinstance(page, ServiceFault):
                fault = fault or page
                continue
            told += len(page)
            for item in page:
                if item.deleted or not is_bucket_name(item.name):
                    continue
                if hash(item.name) in seen:
                    self._again(item)
                    continue
                seen.add(hash(item.name))
                self._keep(item)
                yield Wanted(item.name, region=item.bucket.region)
        if fault is not None and not told:
            raise self._records.fatal(fault)
        self._notes.listing(told, sum(count for _, _, count in counts), fault)

    def _sources(self) -> Stale:
        if self._stale is None:
            self._stale = stale_sources(self._desk, self.aggregator, self._oldest, before=self._records.in_time)
        return self._stale

    def _batches(self, wanted: Iterable[Wanted]) -> Iterator[Callable[[], Iterable[list[Found]]]]:
        """Wanted buckets in lots whose names fit into one query and, most likely, into one page."""
        lot: list[tuple[Wanted, list[Item] | Bucket | None]] = []
        names, size = 0, 0
        for each in wanted:
            known = self._known(each)
            cost = taken(each.name) if known is None else 0
            if len(lot) >= 10 * PAGE or (known is None and (names >= PAGE or size + cost > ROOM)):
                yield partial(self._read, lot)
                lot, names, size = [], 0, 0
            lot.append((each, known))
            names, size = names + (known is None), size + cost
        if lot:
            yield partial(self._read, lot)

    def _known(self, wanted: Wanted) -> list[Item] | Bucket | None:
        """What needs no query: a record that the listing brought, a name that no bucket can have."""
        why = unsupported_name(wanted.name)
        if why is not None:
            return Bucket(wanted.name, State.UNSUPPORTED, SOURCE, reason=why)
        if not is_bucket_name(wanted.name):
            return Bucket(wanted.name, State.ERROR, SOURCE, reason="this is not a valid bucket name")
        kept = self._kept.pop(wanted.name, None)
        return None if kept is None else [kept]

    def _read(self, lot: list[tuple[Wanted, list[Item] | Bucket | None]]) -> Iterator[list[Found]]:
        """The records of a lot. A query that fails becomes the state of its buckets, unless it is the first of all."""
        names = dict.fromkeys(wanted.name for wanted, known in lot if known is None)
        found: dict[str, list[Item]] = {name: [] for name in names}
        failed: Bucket | None = None
        try:
            for item in chain.from_iterable(self._records.named(names) if names else ()):
                if item.name in found:
                    found[item.name].append(item)
        except (RefusedError, CorsDriftError) as error:
            if not self._records.answered:
                raise self._records.fatal(error.fault) if isinstance(error, RefusedError) else error from error
            failed = self._failed(error, len(names))
        yield [
            (wanted, known or (replace(failed, name=wanted.name) if failed else found[wanted.name]))
            for wanted, known in lot
        ]

    def _settled(self, wanted: Wanted, found: list[Item] | Bucket, stale: Stale) -> Bucket:
        """The one bucket that the records speak of."""
        if isinstance(found, Bucket):
            return replace(found, account=wanted.account, region=wanted.region)
        if not found:
            self._notes.unrecorded(wanted.name)
            return _unknown(wanted, _NO_RECORD)
        newest = max(found, key=lambda each: (not each.deleted, each.captured))
        if len(found) > 1:
            self._notes.several(wanted.name, ", ".join(sorted(each.place for each in found)[:NAMED]))
        bucket = newest.bucket
        if wanted.account is not None and bucket.account not in (None, wanted.account):
            where = f"AWS Config has this bucket in account {bucket.account}, not in {wanted.account}; not compared"
            return replace(_unknown(wanted, where), as_of=bucket.as_of)
        source = stale.of(bucket)
        if source is not None:
            reason = f"AWS Config's records of {source} are not up to date ({source.status}); not compared"
            return replace(bucket, state=State.UNKNOWN, cors=None, reason=reason)
        return bucket

    def _listing(self, shard: Shard) -> Iterator[list[Item] | ServiceFault]:
        """The records of a shard, and the fault that ended them early: the other shards go on."""
        try:
            yield from self._records.in_shard(shard)
        except RefusedError as error:
            yield error.fault

    def _keep(self, item: Item) -> None:
        self._kept[item.name] = item
        if len(self._kept) > KEPT:
            self._kept.popitem(last=False)

    def _again(self, item: Item) -> None:
        """A name that was listed before: where its record was not used yet, all of them are asked for once more."""
        before = self._kept.pop(item.name, None)
        if before is None:
            self._notes.several(item.name, f"{item.place}, after another")

    def _failed(self, error: RefusedError | CorsDriftError, count: int) -> Bucket:
        throttled = isinstance(error, RefusedError) and error.fault.cause is Cause.THROTTLED
        reason = error.fault.reason if isinstance(error, RefusedError) else error.message
        self._notes.failed(reason, count, error.fault.advice if isinstance(error, RefusedError) else error.advice)
        return Bucket("", State.THROTTLED if throttled else State.ERROR, SOURCE, reason=reason)


def _unknown(wanted: Wanted, reason: str) -> Bucket:
    return Bucket(wanted.name, State.UNKNOWN, SOURCE, reason=reason, account=wanted.account, region=wanted.region)
