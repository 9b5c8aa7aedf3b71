"""What is to be said of reading AWS Config as a whole: one diagnostic for each kind, with counts and first names."""

from __future__ import annotations

import threading
from collections.abc import Iterator

from drift.fetchers.aws_config_sources import NAMED, listed
from drift.fetchers.aws_faults import ServiceFault
from drift.location import Diagnostic, Severity


class _Some:
    """How many there were, and the first of them."""

    def __init__(self) -> None:
        self.count = 0
        self.first: list[str] = []

    def add(self, name: str) -> None:
        self.count += 1
        if len(self.first) < NAMED:
            self.first.append(name)

    def __str__(self) -> str:
        return listed(self.first, self.count)


class Notes:
    """Takes down what came up. May be told from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._unrecorded = _Some()
        self._several: dict[str, str] = {}
        self._failed: dict[str, tuple[int, str | None]] = {}
        self._short: Diagnostic | None = None

    def unrecorded(self, name: str) -> None:
        """A bucket has no record."""
        with self._lock:
            self._unrecorded.add(name)

    def several(self, name: str, places: str) -> None:
        """A bucket has records in several places."""
        with self._lock:
            self._several.setdefault(name, places)

    def failed(self, reason: str, buckets: int, advice: str | None) -> None:
        """A query for so many buckets came to nothing."""
        with self._lock:
            before, _ = self._failed.get(reason, (0, None))
            self._failed[reason] = before + buckets, advice

    def listing(self, told: int, counted: int, fault: ServiceFault | None) -> None:
        """How many records a listing gave, how many AWS Config had counted before, and what broke a part of it off."""
        if told >= counted and fault is None:
            return
        message = f"AWS Config counted {counted:,} buckets and listed {told:,}: the others are not compared"
        why, advice = (f" ({fault.reason})", fault.advice) if fault else ("", None)
        self._short = Diagnostic(
            Severity.WARNING, "listing-incomplete", message + why, help=advice or "try again later"
        )

    def diagnostics(self) -> Iterator[Diagnostic]:
        """All of it."""
        for reason, (buckets, advice) in self._failed.items():
            message = f"AWS Config did not answer for {buckets} bucket{'s' if buckets > 1 else ''}: {reason}"
            yield Diagnostic(Severity.WARNING, "config-query-failed", message, help=advice)
        if self._unrecorded.count:
            count = self._unrecorded.count
            which = f"{count:,} buckets, which are" if count > 1 else "1 bucket, which is"
            yield Diagnostic(
                Severity.WARNING,
                "config-no-record",
                f"AWS Config has no record of {which} not compared: {self._unrecorded}",
                help="let the recorders of all accounts and regions record AWS::S3::Bucket, or read S3 itself",
            )
        if self._several:
            several = [f"{name} in {places}" for name, places in list(self._several.items())[:NAMED]]
            message = "AWS Config has records of one bucket in several places; the newest counts: "
            yield Diagnostic(Severity.WARNING, "config-several-records", message + listed(several, len(self._several)))
        if self._short is not None:
            yield self._short
