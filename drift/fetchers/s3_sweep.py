"""Reading many buckets in one process: which lane a bucket is in, how often it is asked for, and when no more."""

from __future__ import annotations

import operator
import time
from collections.abc import Iterable
from dataclasses import replace

from drift.errors import CorsDriftError, CredentialsError
from drift.fetchers import s3_faults as faults
from drift.fetchers.accounts import AccountError
from drift.fetchers.aws import RegionError
from drift.fetchers.s3_client import Clients, Port, is_region, region_told
from drift.fetchers.s3_inbox import Found, Inbox
from drift.fetchers.s3_lane import OUTAGES, Account, Closure, Job, Place, RegionLane
from drift.fetchers.s3_outcome import (
    Fault,
    Outcome,
    from_answer,
    from_code,
    from_error,
    from_head,
    is_account,
    unsupported_name,
)
from drift.fetchers.s3_pool import Again, Lane, Pool
from drift.fetchers.s3_renewals import Renewal, Renewals
from drift.fetchers.s3_retry import Pace, Retry
from drift.interfaces import Wanted
from drift.snapshot import State

MAX_RENEWED = 5
"""A bucket is asked for again so often because of expired credentials, each time after new ones were had."""

MAX_MOVED = 2
"""A bucket that is said to be in yet another region so often is not looked for any further."""

_ALIAS = "-s3alias"
_SHORT = 0.1
EXPIRED = from_code("ExpiredToken", 400, owner_sent=False)


class Sweep:
    """Reads in threads what is submitted. ``owner`` is the expected owner of the buckets that name none."""

    def __init__(self, clients: Clients, retry: Retry, owner: str | None, inbox: Inbox) -> None:
        self._clients = clients
        self._retry = retry
        self._owner = owner if is_account(owner) else None
        self._inbox = inbox
        self._lanes: dict[tuple[str | None, str | None, str], RegionLane] = {}
        self._accounts: dict[tuple[str | None, str | None], Account] = {}
        self._paces: dict[tuple[str | None, str], Pace] = {}
        self._regions = {each.id: each.regions for each in clients.aws.access.accounts if each.regions}
        self._renewals = Renewals()
        self.answered = False
        self.asked = 0
        self._pool: Pool[Job] = Pool(clients.connection.concurrency, self._work, inbox.fail, inbox.bell.set)

    @property
    def open(self) -> int:
        """How many buckets are not finished."""
        return self._pool.open

    def submit(self, wanted: Iterable[tuple[int, Wanted]]) -> None:
        """Take on buckets, each with its place in the input. Never waits. To be called by one thread at a time.

        Raises ``CredentialsError`` or ``UsageError`` for an unusable profile, region or endpoint.
        """
        jobs: list[tuple[Lane[Job], Job]] = []
        wanted = list(wanted)
        if wanted and not self._lanes:
            self._clients.default()  # what is wrong with profile, region or endpoint is told before anything is asked
        for index, each in wanted:
            unasked = self._unasked(each)
            if unasked is not None:
                self._inbox.found.append(Found(index, each, unasked))
                continue
            owner = self._owner_of(each)
            jobs.append((self._lane_of(each, owner), Job(index, each, owner)))
        if jobs:
            self._pool.submit(jobs)
        else:
            self._inbox.bell.set()

    def take_back(self) -> list[tuple[int, Wanted]]:
        """The buckets that nobody has begun to read, in the order of the input. They are forgotten here."""
        jobs = self._pool.take_back(list(self._lanes.values()))
        return sorted(((job.index, job.wanted) for job in jobs), key=operator.itemgetter(0))

    def stop(self) -> None:
        """Ask for nothing more."""
        self._pool.end()

    def tick(self) -> None:
        """Nothing needs to be looked after from outside."""

    def close(self, closure: Closure) -> None:
        """Another process has found that something is not to be asked any more."""
        account = self._account(closure.account, closure.owner)
        if closure.region is None:
            account.told_closed(closure)
        else:
            self._lane(account, closure.region).told_closed(closure)

    def open_up(self, place: Place) -> None:
        """Another process was told something there: what was closed for want of that is asked again."""
        account, owner, region = place
        if region is None:
            self._account(account, owner).told_open()
        else:
            self._lane(self._account(account, owner), region).told_open()
            self._inbox.reopen(place)
        self._inbox.reopen((account, owner, None))

    def place(self, wanted: Wanted, region: str | None) -> Place:
        """Where a bucket counts that was looked for in ``region``."""
        credentials = wanted.account if self._clients.aws.has(wanted.account) else None
        return credentials, self._owner_of(wanted), region

    def _unasked(self, wanted: Wanted) -> Outcome | None:
        """What is known of a bucket without asking."""
        if wanted.unread is not None:
            return Outcome(State.UNKNOWN, wanted.unread)
        why = unsupported_name(wanted.name)
        if why is not None:
            return Outcome(State.UNSUPPORTED, why)
        if wanted.region is not None and not is_region(wanted.region):
            return Outcome(State.ERROR, f"{wanted.region!r} is not the name of a region")
        return self._left_out(wanted, wanted.region)

    def _left_out(self, wanted: Wanted, region: str | None) -> Outcome | None:
        """What is said of a bucket of a region that is not to be read."""
        regions = self._regions.get(wanted.account or "")
        if region is None or not regions or region in regions:
            return None
        return Outcome(State.UNKNOWN, f"{region} is not among the regions to be read of account {wanted.account}")

    def _owner_of(self, wanted: Wanted) -> str | None:
        return wanted.account if is_account(wanted.account) else self._owner

    def _lane_of(self, wanted: Wanted, owner: str | None) -> RegionLane:
        credentials = wanted.account if self._clients.aws.has(wanted.account) else None
        region = self._clients.moved(wanted.name) or wanted.region
        if region is None and credentials is not None and credentials in self._regions:
            region = self._regions[credentials][0]
        return self._lane(self._account(credentials, owner), self._clients.region(region))

    def _account(self, credentials: str | None, owner: str | None) -> Account:
        key = (credentials, owner)
        known = self._accounts.get(key)
        return known or self._accounts.setdefault(key, Account(credentials, owner))

    def _lane(self, account: Account, region: str) -> RegionLane:
        key = (account.account, account.owner, region)
        known = self._lanes.get(key)
        if known is None:
            pace = self._paces.setdefault((account.account, region), Pace(self._retry))
            known = self._lanes.setdefault(key, RegionLane(account, region, pace, self._retry))
        return known

    def _work(self, job: Job, lane: Lane[Job]) -> Again[Job] | None:
        assert isinstance(lane, RegionLane)  # noqa: S101 - no others are submitted
        closed = lane.outcome
        if closed is None:
            outcome, again = self._ask(job, lane)
            if again is not None:
                return again
        self._inbox.found.append(Found(job.index, job.wanted, closed or outcome, lane.region, closed is None))
        return None

    def _ask(self, job: Job, lane: RegionLane) -> tuple[Outcome, Again[Job] | None]:
        region: str | None = None
        if job.expired is None:
            signed_at = time.monotonic()
            outcome, region = self._call(job, lane)
        else:
            outcome, signed_at = EXPIRED, job.expired
        if outcome.fault is Fault.EXPIRED:
            again = self._renewed(job, lane, signed_at)
            if again is not None:
                return outcome, again
            outcome = replace(outcome, fault=Fault.CREDENTIALS)
        elif outcome.told:
            self.answered = True
        self.asked += 1
        first = outcome.told and not lane.tells
        closure = lane.note(outcome, signed_at)
        if closure is not None:
            self._inbox.close(closure)
        if first:
            self._inbox.opened(lane.place)
        if lane.probing and outcome.fault in OUTAGES:
            return outcome, Again(job, lane, 0.0)  # not the bucket's fault, so not one of its attempts
        if region is not None:
            left_out = self._left_out(job.wanted, region)
            return (left_out, None) if left_out else (outcome, self._moved(job, lane, region))
        return outcome, None if outcome.fault is None else self._later(job, lane, outcome.fault)

    def _call(self, job: Job, lane: RegionLane) -> tuple[Outcome, str | None]:
        """What one request says, and where S3 says the bucket is, if that is elsewhere."""
        name = job.wanted.name
        try:
            port = self._clients.port(lane.account.account, lane.region, name.endswith(_ALIAS))
        except CorsDriftError as error:
            return self._no_client(error, lane), None
        try:
            answer = port.read(name, job.owner)
            return from_answer(answer, port.root()), None
        except CorsDriftError as error:
            return self._no_client(error, lane), None
        except Exception as error:
            fatal = faults.from_setup(error, self._clients.connection.profile)
            if fatal is not None:
                return self._no_client(fatal, lane), None
            outcome = from_error(error, owner_sent=job.owner is not None)
            if outcome.fault is not Fault.ELSEWHERE:
                return outcome, None
            return self._elsewhere(error, outcome, port, job, lane)

    def _elsewhere(
        self, error: Exception, outcome: Outcome, port: Port, job: Job, lane: RegionLane
    ) -> tuple[Outcome, str | None]:
        """The region of a bucket that is not where it was asked for."""
        region = region_told(getattr(error, "response", {}))
        if region is None:
            try:
                region = port.region_of(job.wanted.name)
            except CorsDriftError as failure:
                return self._no_client(failure, lane), None
            except Exception as failure:
                return from_head(failure), None
        return outcome, None if region == lane.region else region

    def _no_client(self, error: CorsDriftError, lane: RegionLane) -> Outcome:
        """There are no credentials, or none for this account. Raises what ends the run."""
        if isinstance(error, AccountError):
            state = State.DENIED if error.denied else State.ERROR
            outcome = Outcome(state, error.message)
            if lane.account.closed is None:
                self._inbox.close(lane.account.close(outcome, error.diagnostic))
            return outcome
        if isinstance(error, RegionError):
            return Outcome(State.ERROR, f"{lane.region!r} is not the name of a region")
        if isinstance(error, CredentialsError) and self.answered:
            return Outcome(State.ERROR, error.message, fault=Fault.EXPIRED)
        raise error

    def _renewed(self, job: Job, lane: RegionLane, signed_at: float) -> Again[Job] | None:
        """Ask again with new credentials, if there are any to be had."""
        account = lane.account.account
        step = self._renewals.step(account, signed_at) if job.renewed < MAX_RENEWED else Renewal.IN_VAIN
        if step is Renewal.WAIT:
            job.expired = signed_at
            return Again(job, lane, _SHORT)
        job.expired = None
        if step is Renewal.IN_VAIN or (step is Renewal.BEGIN and not self._renew(lane, signed_at)):
            return None
        job.renewed += 1
        return Again(job, lane, 0.0 if job.renewed < 2 else self._retry.wait(job.renewed))

    def _renew(self, lane: RegionLane, signed_at: float) -> bool:
        """Get new credentials. Whether there are any."""
        account, renewed = lane.account.account, False
        try:
            renewed = self._clients.aws.refresh(account, signed_at)
        except AccountError as error:
            self._no_client(error, lane)
        except CorsDriftError:
            pass
        finally:
            self._renewals.end(account, renewed)
        return renewed

    def _moved(self, job: Job, lane: RegionLane, region: str) -> Again[Job] | None:
        """Ask in the region that S3 has named."""
        if job.moved >= MAX_MOVED:
            return None
        job.moved += 1
        self._clients.remember(job.wanted.name, region)
        there = self._lane(lane.account, self._clients.region(region))
        return None if there is lane else Again(job, there, 0.0)

    def _later(self, job: Job, lane: RegionLane, fault: Fault) -> Again[Job] | None:
        """Whether and when to try once more."""
        retry = self._retry
        if fault is Fault.THROTTLED and job.throttled + 1 < retry.throttled_attempts:
            job.throttled += 1
            return Again(job, lane, retry.wait(job.throttled))
        if fault in _PASSING and job.transient + 1 < retry.transient_attempts:
            job.transient += 1
            return Again(job, lane, retry.wait(job.transient))
        if fault is Fault.NO_BUCKET and not job.rechecked:
            job.rechecked = True
            return Again(job, lane, retry.recheck_wait)
        return None


_PASSING = frozenset({Fault.TRANSIENT, Fault.SILENT, Fault.UNREACHABLE})
