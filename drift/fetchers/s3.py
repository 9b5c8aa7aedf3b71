"""Live CORS rules out of S3, with GetBucketCors: one outcome for every bucket, and nothing written.

Needs ``s3:GetBucketCORS``, and ``s3:ListAllMyBuckets`` for listing. boto3 is imported with the first request.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from drift.errors import CredentialsError, EndpointError
from drift.fetchers import s3_faults as faults
from drift.fetchers.s3_client import Addressing, Clients, Connection
from drift.fetchers.s3_outcome import Fault, from_error, is_account
from drift.fetchers.s3_retry import Retry
from drift.fetchers.s3_sweep import Found, Sweep
from drift.interfaces import Wanted
from drift.snapshot import Bucket, Snapshot, State

PAGE = 1000
"""Buckets in a page of ListBuckets. It must be sent: only then does S3 tell regions, and large accounts need it."""


class S3Fetcher:
    """Reads buckets in threads. Implements ``drift.interfaces.Fetcher``; may be used for several fetches.

    ``account`` is the expected owner of every bucket that names none of its own. ``progress`` is called in the
    caller's thread with the number of buckets done and of all. Raises ``UsageError`` for an endpoint that is no URL.
    """

    def __init__(
        self,
        *,
        profile: str | None = None,
        region: str | None = None,
        endpoint_url: str | None = None,
        concurrency: int = 16,
        account: str | None = None,
        connect_timeout: float = 5.0,
        read_timeout: float = 15.0,
        addressing: Addressing = "path",
        progress: Callable[[int, int], None] | None = None,
        retry: Retry | None = None,
    ) -> None:
        self.connection = Connection(
            profile, region, endpoint_url, addressing, concurrency, connect_timeout, read_timeout
        )
        self._account = account
        self._progress = progress
        self._retry = retry or Retry()
        self._clients = Clients(self.connection)

    @property
    def endpoint(self) -> str:
        """Where requests go by default, to be shown: AWS_ENDPOINT_URL or a profile may lead elsewhere than AWS."""
        return self._clients.default().meta.endpoint_url

    def fetch(self, wanted: Iterable[Wanted]) -> Snapshot:
        """One bucket for each wanted one, in order; every failure is a state with its reason.

        Raises ``CredentialsError`` or ``EndpointError`` where no bucket at all can be read.
        """
        sweep = Sweep(self._clients, self._retry, self._account)
        found = sweep.run(tuple(wanted), self._progress)
        return Snapshot("s3", tuple(self._bucket(each) for each in found), taken_at=datetime.now(UTC))

    def _bucket(self, found: Found) -> Bucket:
        wanted, outcome = found.wanted, found.outcome
        account = wanted.account or self._account
        return Bucket(
            name=wanted.name,
            state=outcome.state,
            source="s3",
            cors=outcome.cors,
            reason=outcome.reason,
            account=account if is_account(account) else None,
            region=found.region or wanted.region,
        )

    def list_buckets(self) -> Sequence[Wanted]:
        """The buckets of the caller's account, with their regions where S3 tells them.

        Raises ``CredentialsError`` if listing is not allowed, ``EndpointError`` if it fails otherwise.
        """
        return [
            Wanted(bucket["Name"], region=bucket.get("BucketRegion"))
            for page in self._pages()
            for bucket in page["Buckets"]
            if bucket.get("Name")
        ]

    def _pages(self) -> Iterator[Mapping[str, Any]]:
        """Page after page, as long as S3 gives a token. A page that is not full proves nothing, nor does a full one."""
        token: str | None = None
        seen: set[str] = set()
        while True:
            page = self._page(token)
            if "Buckets" not in page:  # an empty account has an empty list; a login page has none
                raise EndpointError(f"{self.endpoint}: the answer to ListBuckets is no list of buckets")
            yield page
            token = page.get("ContinuationToken")
            if not token:
                return
            if token in seen:
                raise EndpointError(f"{self.endpoint}: ListBuckets gave the same continuation token twice")
            seen.add(token)

    def _page(self, token: str | None) -> Mapping[str, Any]:
        client = self._clients.default()
        attempt = 0
        while True:
            attempt += 1
            try:
                if token is None:
                    return client.list_buckets(MaxBuckets=PAGE)
                return client.list_buckets(MaxBuckets=PAGE, ContinuationToken=token)
            except Exception as error:
                if not self._again(error, attempt):
                    raise self._listing_failed(error) from error
            time.sleep(self._retry.wait(attempt))

    def _again(self, error: Exception, attempt: int) -> bool:
        fault = from_error(error).fault
        if fault is Fault.THROTTLED:
            return attempt < self._retry.throttled_attempts
        return fault in (Fault.TRANSIENT, Fault.UNREACHABLE) and attempt < self._retry.transient_attempts

    def _listing_failed(self, error: Exception) -> Exception:
        fatal = faults.from_setup(error, self.connection.profile)
        if fatal is not None:
            return fatal
        outcome = from_error(error)
        if outcome.fault is Fault.CREDENTIALS:
            return faults.refused(outcome.reason or "")
        if outcome.state is State.DENIED:
            return CredentialsError(
                "S3 does not let these credentials list the buckets of the account",
                advice="allow s3:ListAllMyBuckets, or name the buckets",
            )
        return faults.unreachable(f"the buckets cannot be listed: {outcome.reason}", self.endpoint)
