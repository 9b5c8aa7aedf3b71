"""Live CORS rules out of S3, with GetBucketCors: one outcome for every bucket, and nothing written.

Needs ``s3:GetBucketCORS``, and ``s3:ListAllMyBuckets`` for listing. boto3 is imported with the first request.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterable, Iterator
from datetime import UTC, datetime

from drift.cors.model import BucketCors
from drift.errors import CorsDriftError
from drift.fetchers.aws import Aws
from drift.fetchers.s3_client import Addressing, Clients, Connection
from drift.fetchers.s3_crew import Crew
from drift.fetchers.s3_frames import Setup
from drift.fetchers.s3_inbox import Found, Inbox
from drift.fetchers.s3_listing import Listing
from drift.fetchers.s3_outcome import is_account
from drift.fetchers.s3_retry import Retry
from drift.fetchers.s3_rule_sets import HELD, size_of
from drift.fetchers.s3_stream import WINDOW, Reading, Stream
from drift.fetchers.s3_sweep import Sweep
from drift.interfaces import Wanted
from drift.location import Diagnostic
from drift.snapshot import Bucket, Snapshot

_MAX_INTERNED = 10_000
"""Different rule sets that are kept to be shared. Fleets repeat few."""


class S3Fetcher:
    """Reads buckets in threads, and beyond some thousand in several processes. Implements
    ``drift.interfaces.Fetcher``; may be used for several passes, one at a time.

    ``aws`` has the credentials; without it they are made out of ``profile``, ``region`` and ``endpoint_url``.
    ``account`` is the expected owner of every bucket that names none of its own. ``processes``: None for as many as are
    of use. After ``deadline`` seconds, from the first use on, nothing more is asked for, and what was not read is an
    error. ``progress`` is called in the caller's thread with the number of buckets done and of all that are known of.
    Raises ``UsageError`` for an endpoint that is no URL.
    """

    def __init__(
        self,
        *,
        aws: Aws | None = None,
        profile: str | None = None,
        region: str | None = None,
        endpoint_url: str | None = None,
        concurrency: int = 16,
        account: str | None = None,
        connect_timeout: float = 5.0,
        read_timeout: float = 15.0,
        addressing: Addressing = "path",
        processes: int | None = None,
        deadline: float | None = None,
        progress: Callable[[int, int], None] | None = None,
        retry: Retry | None = None,
        window: int = WINDOW,
    ) -> None:
        if aws is not None:
            profile, region, endpoint_url = aws.profile, aws.access.region, aws.endpoint_url
        self.connection = Connection(
            profile, region, endpoint_url, addressing, concurrency, connect_timeout, read_timeout
        )
        self._account = account
        self._progress = progress
        self._retry = retry or Retry()
        self._processes = processes
        self._allowed = deadline
        self._deadline: float | None = None
        self._window = window
        self._clients = Clients(self.connection, aws)
        self._said: dict[Diagnostic, None] = {}
        self._rules: dict[BucketCors, BucketCors] = {}
        self._rules_size = 0

    @property
    def endpoint(self) -> str:
        """Where requests go by default, to be shown: AWS_ENDPOINT_URL or a profile may lead elsewhere than AWS."""
        return self._clients.default().meta.endpoint_url

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """What is to be said of all that was read so far: accounts and regions that were given up, and why."""
        return tuple(dict.fromkeys((*self._clients.aws.diagnostics, *self._said)))

    def stream(self, wanted: Iterable[Wanted]) -> Iterator[Bucket]:
        """One bucket for each wanted one, in order; every failure is a state with its reason.

        Raises ``CredentialsError`` or ``EndpointError`` where no bucket at all can be read; after what was handed on
        already, if that was much.
        """
        found = self._pass(wanted, ordered=True)
        try:
            for _, bucket in found:
                yield bucket
        finally:
            found.close()

    def arrivals(self, wanted: Iterable[Wanted]) -> Iterator[tuple[int, Bucket]]:
        """The same, but each bucket as soon as it is known, with its place in the input, which counts from 0."""
        return self._pass(wanted, ordered=False)

    def _pass(self, wanted: Iterable[Wanted], *, ordered: bool) -> Generator[tuple[int, Bucket], None, None]:
        inbox = Inbox()
        stream = Stream(
            self._reading(inbox),
            inbox,
            lambda: self.endpoint,
            window=self._window,
            ordered=ordered,
            deadline=self._until(),
            allowed=self._allowed or 0.0,
            progress=self._progress,
        )
        try:
            for found in stream.run(wanted):
                yield found.index, self._bucket(found)
        finally:
            self._said.update((each.diagnostic, None) for each in inbox.closures if each.diagnostic is not None)
            if stream.late is not None:
                self._said[stream.late] = None

    def fetch(self, wanted: Iterable[Wanted]) -> Snapshot:
        """The same, as a snapshot."""
        buckets = tuple(self.stream(wanted))
        return Snapshot("s3", buckets, self.diagnostics, taken_at=datetime.now(UTC))

    def list_buckets(self) -> Iterator[Wanted]:
        """The buckets of the caller's account, or of every account that was given, page by page.

        Raises ``CredentialsError`` if listing is not allowed, ``EndpointError`` if it fails otherwise; of several
        accounts only if none can be listed.
        """
        return Listing(self._clients, self._retry, self._say, self._until()).buckets()

    def _say(self, diagnostic: Diagnostic) -> None:
        self._said[diagnostic] = None

    def _until(self) -> float | None:
        if self._deadline is None and self._allowed is not None:
            self._deadline = time.monotonic() + self._allowed
        return self._deadline

    def _reading(self, inbox: Inbox) -> Reading:
        local = Sweep(self._clients, self._retry, self._account, inbox)
        if self._processes == 1:
            return local
        return Crew(local, inbox, self._setup, self._processes)

    def _setup(self) -> Setup:
        owner = self._account if is_account(self._account) else None
        aws = self._clients.aws
        try:
            lent = aws.lend()
        except CorsDriftError:  # what is wrong with them is told by whoever needs them
            lent = None
        return Setup(aws.access, self.connection, self._retry, owner, lent)

    def _bucket(self, found: Found) -> Bucket:
        wanted, outcome = found.wanted, found.outcome
        account = wanted.account or self._account
        region = found.region or wanted.region
        if region is not None and region not in (wanted.region, self._clients.aws.region):
            self._clients.remember(wanted.name, region)  # another process may have found it there
        return Bucket(
            name=wanted.name,
            state=outcome.state,
            source="s3",
            cors=None if outcome.cors is None else self._shared(outcome.cors),
            reason=outcome.reason,
            account=account if is_account(account) else None,
            region=region,
        )

    def _shared(self, rules: BucketCors) -> BucketCors:
        """The same rules as one value, however many buckets have them."""
        known = self._rules.get(rules)
        if known is None:
            if len(self._rules) >= _MAX_INTERNED or self._rules_size > HELD:
                self._rules.clear()
                self._rules_size = 0
            self._rules[rules] = known = rules
            self._rules_size += size_of(rules)
        return known
