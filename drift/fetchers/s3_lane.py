"""One account in one region: its pace, what it answers, and when there is no more sense in asking."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace

from drift.fetchers.s3_outage import Outage
from drift.fetchers.s3_outcome import Fault, Outcome
from drift.fetchers.s3_pool import Lane
from drift.fetchers.s3_retry import Pace, Retry
from drift.interfaces import Wanted
from drift.location import Diagnostic, Severity

DENIED_FIRST = 20
"""An account of which so many buckets were asked for, and all were denied, is not asked further."""

MAX_IN_A_ROW = {
    Fault.UNREACHABLE: 16,
    Fault.SILENT: 8,
    Fault.NO_ENDPOINT: 1,
    Fault.CREDENTIALS: 16,
    Fault.THROTTLED: 200,
    Fault.TRANSIENT: 100,
    Fault.UNSUPPORTED: 12,
}
"""After so many faults of one kind with no answer in between, the rest of a lane's buckets is not asked for. A lane
that has answered before is first waited for.
"""

OUTAGES = frozenset({Fault.UNREACHABLE, Fault.SILENT, Fault.TRANSIENT, Fault.CREDENTIALS})
"""Faults that may pass by themselves, and are not the bucket's."""

_UNSURE = 4
"""So many times without an answer in a row make a lane one that may be dead."""

_PAUSED_AFTER = {Fault.UNREACHABLE: 4, Fault.CREDENTIALS: 8}
"""For a lane that has answered before: waiting loses nothing, and these are never a matter of the bucket."""

_DOWN = (Fault.UNREACHABLE, Fault.SILENT)

Place = tuple[str | None, str | None, str | None]
"""As whose, of whom, and the region; None for any region."""


@dataclass(slots=True)
class Job:
    """A bucket to read, with its place in the input, and what was tried in vain. Belongs to one thread at a time."""

    index: int
    wanted: Wanted
    owner: str | None
    throttled: int = 0
    transient: int = 0
    renewed: int = 0
    moved: int = 0
    rechecked: bool = False
    expired: float | None = None
    """When the request was signed for which new credentials are waited for."""


@dataclass(frozen=True, slots=True)
class Closure:
    """What is not asked any more, and what its buckets then are: a whole account (as whose, of whom), or only a region.

    ``account`` are the credentials, None for the caller's own; ``owner`` is who must own the buckets.
    """

    account: str | None
    owner: str | None
    region: str | None
    outcome: Outcome
    diagnostic: Diagnostic | None = None
    early: bool = False
    """It was closed because nothing was told of it so far: wrong if another process was told something."""

    @property
    def place(self) -> Place:
        """What is closed."""
        return self.account, self.owner, self.region


class Account:
    """The buckets of one owner as read with one set of credentials, whatever their regions."""

    def __init__(self, account: str | None, owner: str | None) -> None:
        self.account = account
        self.owner = owner
        self.closed: Outcome | None = None
        self._lock = threading.Lock()
        self._denied = 0
        self._open = False
        self._early = False

    @property
    def name(self) -> str:
        """For people."""
        return f"account {self.owner or self.account}" if self.owner or self.account else "the account"

    def note(self, outcome: Outcome) -> Closure | None:
        """Count denials until something is allowed; what that closes."""
        if self._open or self.closed is not None:
            return None
        with self._lock:
            if outcome.told:
                self._open = True
            if outcome.fault is not Fault.DENIED:
                return None
            self._denied += 1
            if self._denied < DENIED_FIRST or self.closed is not None:
                return None
            said = f"the first {self._denied} reads in {self.name} were all denied"
            return self.close(
                replace(outcome, reason=f"not asked for: {said}; {outcome.reason}"),
                Diagnostic(
                    Severity.WARNING,
                    "account-denied",
                    f"{said}, so its other buckets were not asked for: {outcome.reason}",
                    help="allow s3:GetBucketCORS: the managed policy ViewOnlyAccess lists buckets without allowing it; "
                    "SecurityAudit and ReadOnlyAccess allow it",
                ),
                early=True,
            )

    def close(self, outcome: Outcome, diagnostic: Diagnostic | None, *, early: bool = False) -> Closure:
        """Ask for none of its buckets any more."""
        self.closed, self._early = outcome, early
        return Closure(self.account, self.owner, None, outcome, diagnostic, early)

    def told_closed(self, closure: Closure) -> None:
        """Another process has closed it; believed as long as nothing says otherwise here."""
        with self._lock:
            if not self._open and self.closed is None:
                self.closed, self._early = closure.outcome, closure.early

    def told_open(self) -> None:
        """Another process may read something of it: denials close it no more."""
        with self._lock:
            self._open = True
            if self._early:
                self.closed, self._early = None, False


class RegionLane(Lane[Job]):
    """An account's buckets of one region. ``pace`` is that of all requests which the same credentials sign there: AWS
    counts them for the account that signs, whoever owns the buckets.
    """

    __slots__ = (
        "_closed",
        "_early",
        "_fault",
        "_in_a_row",
        "_lock",
        "_outage",
        "account",
        "answered",
        "pace",
        "region",
        "tells",
    )

    def __init__(self, account: Account, region: str, pace: Pace, retry: Retry) -> None:
        super().__init__()
        self.account = account
        self.region = region
        self.pace = pace
        self.answered = False
        self.tells = False
        """Whether somebody was told what a bucket of it has."""
        self._closed: Outcome | None = None
        self._early = False
        self._outage = Outage(retry)
        self._lock = threading.Lock()
        self._fault: Fault | None = None
        self._in_a_row = 0

    def due(self) -> float:
        """Seconds until the next place in the line is free."""
        return max(self.pace.due(), self._outage.due())

    @property
    def probing(self) -> bool:
        """It has answered, and does not now."""
        return self._outage.on

    @property
    def place(self) -> Place:
        """Whose buckets these are, and where."""
        return self.account.account, self.account.owner, self.region

    def started(self) -> None:
        """A request leaves."""
        self.pace.turn()

    @property
    def suspect(self) -> bool:
        """It has not answered yet, or does not any more."""
        return not self.answered or (self._in_a_row >= _UNSURE and self._fault in _DOWN)

    @property
    def closed(self) -> bool:
        """Whether its buckets are not asked for."""
        return self.outcome is not None

    @property
    def outcome(self) -> Outcome | None:
        """What comes of its buckets without asking."""
        return self._closed or self.account.closed

    def told_closed(self, closure: Closure) -> None:
        """Another process has closed it; believed as long as nothing says otherwise here."""
        with self._lock:
            if not self.answered and self._closed is None:
                self._closed, self._early = closure.outcome, closure.early

    def told_open(self) -> None:
        """Another process was told what a bucket of it has."""
        self.account.told_open()
        with self._lock:
            self.tells = True
            if self._early:
                self._closed, self._early = None, False
                self._fault, self._in_a_row = None, 0

    def note(self, outcome: Outcome, began: float) -> Closure | None:
        """Take the outcome of a request that left at ``began`` (monotonic) into account; what that closes."""
        fault = outcome.fault if outcome.fault in MAX_IN_A_ROW else None
        if fault is Fault.THROTTLED:
            self.pace.refused()
        elif outcome.answered and fault is not Fault.TRANSIENT:
            self.pace.answered()
            self.answered = True
            self.tells = self.tells or outcome.told
        if fault is Fault.UNSUPPORTED and self.tells:  # then it is a matter of the bucket, not of the server
            fault = None
        if fault is None and self._fault is None:
            return self.account.note(outcome)
        with self._lock:
            if fault not in OUTAGES:
                self._outage.over()
            elif not self._outage.counts(began):
                return None
            self._in_a_row = self._in_a_row + 1 if fault is self._fault else 1
            self._fault = fault
            if self._closed is not None:
                return None
            if fault is None or not (self._outage.on or self._in_a_row >= self._enough(fault)):
                return self.account.note(outcome)
            if self._proven and fault in OUTAGES and not self._outage.failed():
                return None
            return self._close(outcome, fault)

    @property
    def _proven(self) -> bool:
        return self.answered or self.tells

    def _enough(self, fault: Fault) -> int:
        """So many in a row are no chance."""
        return _PAUSED_AFTER.get(fault, MAX_IN_A_ROW[fault]) if self._proven else MAX_IN_A_ROW[fault]

    def _close(self, outcome: Outcome, fault: Fault) -> Closure:
        reason = f"not asked for after {self._in_a_row} such answers in a row: {outcome.reason}"
        self._closed = replace(outcome, reason=reason)
        self._early = fault is Fault.UNSUPPORTED or not self._proven
        kind, advice = _KINDS[fault]
        diagnostic = Diagnostic(
            Severity.WARNING,
            kind,
            f"{self.account.name}, {self.region}: {outcome.reason}, {self._in_a_row} times in a row; what was "
            "left there was not asked for",
            help=advice,
        )
        return Closure(*self.place, self._closed, diagnostic, self._early)


_NETWORK = "check the region, the network, and HTTPS_PROXY and AWS_CA_BUNDLE if they are set"
NO_ENDPOINT = "unset AWS_USE_FIPS_ENDPOINT and AWS_USE_DUALSTACK_ENDPOINT, and look for such settings in the profile"
_KINDS = {
    Fault.UNREACHABLE: ("region-unreachable", _NETWORK),
    Fault.SILENT: ("region-unreachable", _NETWORK),
    Fault.NO_ENDPOINT: ("region-unreachable", NO_ENDPOINT),
    Fault.TRANSIENT: ("region-unreachable", "see whether S3 has trouble there, or a proxy in between"),
    Fault.CREDENTIALS: ("credentials-refused", "renew the credentials, and check that they are of the right partition"),
    Fault.THROTTLED: ("region-throttled", "read at another time, or with fewer at once (--concurrency)"),
    Fault.UNSUPPORTED: ("cors-unsupported", "this server has no CORS configuration of buckets to read"),
}
