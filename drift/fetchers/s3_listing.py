"""The buckets of an account, or of several in their order, page by page."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from drift.errors import CorsDriftError, CredentialsError, EndpointError
from drift.fetchers import s3_faults as faults
from drift.fetchers.accounts import AccountError
from drift.fetchers.s3_client import Clients, S3Client
from drift.fetchers.s3_outcome import Fault, from_error
from drift.fetchers.s3_retry import Retry
from drift.fetchers.side_by_side import OverdueError, in_order
from drift.interfaces import Wanted
from drift.location import Diagnostic, Severity
from drift.settings import AccountAccess
from drift.snapshot import State

AT_ONCE = 8
"""Accounts that are listed at a time: each is an AssumeRole and a page, which is mostly waiting."""

PAGE = 1000
"""Buckets in a page of ListBuckets. It must be sent: only then does S3 tell regions, and large accounts need it."""


class Listing:
    """Lists buckets of the caller's account, or of every account that was given. ``say`` takes what is to be said of an
    account that could not be listed, or not to its end.

    ``deadline`` is on the monotonic clock. It holds against a server that does not answer too: listing is done in
    threads, which are left alone then.
    """

    def __init__(
        self,
        clients: Clients,
        retry: Retry,
        say: Callable[[Diagnostic], None],
        deadline: float | None = None,
    ) -> None:
        self._clients, self._retry, self._say, self._deadline = clients, retry, say, deadline

    def buckets(self) -> Iterator[Wanted]:
        """Bucket by bucket, with account and region where they are told.

        Raises ``CredentialsError`` if listing is not allowed, ``EndpointError`` if it fails otherwise; of several
        accounts only if none could be listed.
        """
        accounts = self._clients.aws.access.accounts
        if not accounts and self._deadline is None:
            for page in self._of(None):
                yield from page
            return
        failed: list[CorsDriftError] = []
        listed = False
        sources = (partial(self._parts, each) for each in accounts or (None,))
        try:
            for part in in_order(sources, AT_ONCE, until=self._deadline):
                if isinstance(part, _Failed):
                    failed.append(part.error)
                    self._say(part.diagnostic)
                else:
                    listed = True
                    yield from part
        except OverdueError:
            self._say(_overdue(listed))
            return
        if accounts and len(failed) == len(accounts):
            raise failed[-1]

    def _parts(self, access: AccountAccess | None) -> Iterator[list[Wanted] | _Failed]:
        """An account's buckets page by page, and why there are no more if that is a fault of this account."""
        try:
            yield from self._of(access)
        except (CredentialsError, EndpointError) as error:
            if access is None:
                raise
            yield _Failed(access, error)

    def _of(self, access: AccountAccess | None) -> Iterator[list[Wanted]]:
        account = None if access is None else access.id
        regions = () if access is None else access.regions
        for page in self._pages(account, regions[0] if regions else None):
            buckets = [(bucket.get("Name"), bucket.get("BucketRegion")) for bucket in page["Buckets"]]
            yield [
                Wanted(name, account, region)
                for name, region in buckets
                if name and (not regions or region is None or region in regions)
            ]

    def _pages(self, account: str | None, region: str | None) -> Iterator[Mapping[str, Any]]:
        """Page after page, as long as S3 gives a token. A page that is not full proves nothing, nor does a full one."""
        port = self._clients.port(account, self._clients.region(region))
        endpoint = port.client.meta.endpoint_url
        token: str | None = None
        seen: set[int] = set()
        while True:
            page = self._page(port.client, account, token)
            if "Buckets" not in page:  # an empty account has an empty list; a login page has none
                raise EndpointError(f"{endpoint}: the answer to ListBuckets is no list of buckets")
            yield page
            token = page.get("ContinuationToken")
            if not token:
                return
            if hash(token) in seen:
                raise EndpointError(f"{endpoint}: ListBuckets gave the same continuation token twice")
            seen.add(hash(token))
            self._in_time()

    def _in_time(self, wait: float = 0.0) -> float:
        """The wait, if the deadline is not over after it; else raises ``OverdueError``."""
        if self._deadline is not None and time.monotonic() + wait >= self._deadline:
            raise OverdueError
        return wait

    def _page(self, client: S3Client, account: str | None, token: str | None) -> Mapping[str, Any]:
        attempt, renewed = 0, False
        while True:
            attempt, signed_at = attempt + 1, time.monotonic()
            try:
                if token is None:
                    return client.list_buckets(MaxBuckets=PAGE)
                return client.list_buckets(MaxBuckets=PAGE, ContinuationToken=token)
            except CorsDriftError:
                raise
            except Exception as error:
                fault = from_error(error).fault
                if fault is Fault.EXPIRED and not renewed and self._clients.aws.refresh(account, signed_at):
                    renewed = True
                    continue
                if not self._again(fault, attempt):
                    raise self._failed(error, client.meta.endpoint_url) from error
            time.sleep(self._in_time(self._retry.wait(attempt)))

    def _again(self, fault: Fault | None, attempt: int) -> bool:
        if fault is Fault.THROTTLED:
            return attempt < self._retry.throttled_attempts
        passing = (Fault.TRANSIENT, Fault.SILENT, Fault.UNREACHABLE)
        return fault in passing and attempt < self._retry.transient_attempts

    def _failed(self, error: Exception, endpoint: str) -> CorsDriftError:
        fatal = faults.from_setup(error, self._clients.connection.profile)
        if fatal is not None:
            return fatal
        outcome = from_error(error)
        if outcome.fault in (Fault.CREDENTIALS, Fault.EXPIRED):
            return faults.refused(outcome.reason or "")
        if outcome.state is State.DENIED:
            return CredentialsError(
                "S3 does not let these credentials list the buckets of the account",
                advice="allow s3:ListAllMyBuckets, or name the buckets",
            )
        return faults.unreachable(f"the buckets cannot be listed: {outcome.reason}", endpoint)


@dataclass(frozen=True, slots=True)
class _Failed:
    """An account that was not listed, or not to its end."""

    access: AccountAccess
    error: CorsDriftError

    @property
    def diagnostic(self) -> Diagnostic:
        """The same for the reader."""
        if isinstance(self.error, AccountError):
            return self.error.diagnostic
        message = f"account {self.access.id}: its buckets are not known: {self.error.message}"
        return Diagnostic(Severity.WARNING, "listing-failed", message, help=self.error.advice)


def _overdue(listed: bool) -> Diagnostic:
    before = "all buckets were" if listed else "any bucket was"
    other = "read in parts with --shard" if listed else "check --endpoint-url, --region and the network"
    return Diagnostic(
        Severity.WARNING,
        "listing-incomplete",
        f"the deadline passed before {before} listed",
        help=f"allow more time with --deadline, or {other}",
    )
