"""One pass over many buckets: which are asked for, in which region, how often, and when to stop asking."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from drift.errors import CorsDriftError
from drift.fetchers import s3_faults as faults
from drift.fetchers.s3_client import Clients, S3Client
from drift.fetchers.s3_outcome import Fault, Outcome, from_answer, from_error, is_account, unsupported_name
from drift.fetchers.s3_pool import Again, Pool
from drift.fetchers.s3_retry import Pace, Retry
from drift.interfaces import Wanted
from drift.snapshot import State

MAX_IN_A_ROW = {Fault.UNREACHABLE: 16, Fault.CREDENTIALS: 16, Fault.THROTTLED: 200}
"""After so many faults of one kind with no answer in between, the rest of a region's buckets is not asked for."""


@dataclass(frozen=True, slots=True)
class Found:
    """What came of a bucket. ``region`` is where S3 answered, or would have been asked; None if it needs no asking."""

    wanted: Wanted
    outcome: Outcome
    region: str | None = None


@dataclass(frozen=True, slots=True)
class Job:
    """A bucket to read and how often that was tried in vain."""

    wanted: Wanted
    throttled: int = 0
    transient: int = 0
    rechecked: bool = False


class Lane:
    """One region: its client, its pace, and whether there is still sense in asking."""

    def __init__(self, client: S3Client, retry: Retry) -> None:
        self.client = client
        self.region = client.meta.region_name
        self.pace = Pace(retry)
        self.closed: Outcome | None = None
        self._lock = threading.Lock()
        self._fault: Fault | None = None
        self._in_a_row = 0

    def note(self, outcome: Outcome) -> None:
        """Count faults in a row, and close the lane when there are too many."""
        fault = outcome.fault if outcome.fault in MAX_IN_A_ROW else None
        if fault is Fault.THROTTLED:
            self.pace.refused()
        elif outcome.fault is None:
            self.pace.answered()
        with self._lock:
            self._in_a_row = self._in_a_row + 1 if fault is self._fault else 1
            self._fault = fault
            if fault is not None and self.closed is None and self._in_a_row >= MAX_IN_A_ROW[fault]:
                reason = f"not asked for after {self._in_a_row} such answers in a row: {outcome.reason}"
                self.closed = replace(outcome, reason=reason)


class Sweep:
    """Reads buckets once. ``account`` is the expected owner of those that name none."""

    def __init__(self, clients: Clients, retry: Retry, account: str | None) -> None:
        self._clients = clients
        self._retry = retry
        self._account = account
        self._pool: Pool[Job, Found] = Pool(clients.connection.concurrency)
        self._lanes: dict[str | None, Lane] = {}
        self._lock = threading.Lock()

    def run(self, wanted: Sequence[Wanted], progress: Callable[[int, int], None] | None) -> list[Found]:
        """What came of each, in order. Raises ``CredentialsError`` or ``EndpointError`` if no bucket could be read."""
        if not wanted:
            return []
        self._lanes[None] = Lane(self._clients.default(), self._retry)
        found = self._pool.run([Job(each) for each in wanted], self._read, progress)
        fatal = self._fatal([each.outcome for each in found if each.region is not None])
        if fatal is not None:
            raise fatal
        return found

    def _fatal(self, outcomes: Sequence[Outcome]) -> CorsDriftError | None:
        """The one fault behind all outcomes, if S3 answered about no bucket at all."""
        if not outcomes or any(each.fault not in (Fault.UNREACHABLE, Fault.CREDENTIALS) for each in outcomes):
            return None
        first = outcomes[0]
        if first.fault is Fault.CREDENTIALS:
            return faults.refused(first.reason or "")
        return faults.unreachable(first.reason or "", self._lanes[None].client.meta.endpoint_url)

    def _read(self, job: Job) -> Found | Again[Job]:
        wanted = job.wanted
        why = unsupported_name(wanted.name)
        if why is not None:
            return Found(wanted, Outcome(State.UNSUPPORTED, why))
        try:
            lane = self._lane(wanted.region)
        except ValueError:  # botocore's InvalidRegionError: the region stands in a declaration
            return Found(wanted, Outcome(State.ERROR, f"{wanted.region!r} is not the name of a region"))
        if lane.closed is not None:
            return Found(wanted, lane.closed, lane.region)
        self._pool.pause(lane.pace.turn())
        outcome, region = self._ask(lane, wanted)
        lane.note(outcome)
        return self._later(job, outcome) or Found(wanted, outcome, region)

    def _later(self, job: Job, outcome: Outcome) -> Again[Job] | None:
        """Whether and when to try once more."""
        retry = self._retry
        if outcome.fault is Fault.THROTTLED and job.throttled + 1 < retry.throttled_attempts:
            again = replace(job, throttled=job.throttled + 1)
            return Again(again, retry.wait(again.throttled))
        if outcome.fault in (Fault.TRANSIENT, Fault.UNREACHABLE) and job.transient + 1 < retry.transient_attempts:
            again = replace(job, transient=job.transient + 1)
            return Again(again, retry.wait(again.transient))
        if outcome.fault is Fault.NO_BUCKET and not job.rechecked:
            return Again(replace(job, rechecked=True), retry.recheck_wait)
        return None

    def _ask(self, lane: Lane, wanted: Wanted) -> tuple[Outcome, str]:
        owner = self.owner(wanted)
        try:
            if owner is None:
                answer = lane.client.get_bucket_cors(Bucket=wanted.name)
            else:
                answer = lane.client.get_bucket_cors(Bucket=wanted.name, ExpectedBucketOwner=owner)
            outcome = from_answer(answer)
        except Exception as error:
            fatal = faults.from_setup(error, self._clients.connection.profile)
            if fatal is not None:
                raise fatal from error
            outcome = from_error(error, owner_sent=owner is not None)
        return outcome, self._clients.signed_region() or lane.region

    def owner(self, wanted: Wanted) -> str | None:
        """The account that must own the bucket, if one is known that S3 would take."""
        account = wanted.account or self._account
        return account if is_account(account) else None

    def _lane(self, region: str | None) -> Lane:
        with self._lock:
            if region not in self._lanes:
                client = self._clients.client(region)
                known = next((lane for lane in self._lanes.values() if lane.client is client), None)
                self._lanes[region] = known or Lane(client, self._retry)
            return self._lanes[region]
