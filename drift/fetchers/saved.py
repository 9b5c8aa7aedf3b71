"""A saved snapshot as the live side."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from drift.claims import settled
from drift.interfaces import Wanted
from drift.location import Diagnostic
from drift.snapshot import Bucket, Snapshot, State


class SavedFetcher:
    """Answers from a snapshot (of ``live --output``, or what any declaration says). Implements ``Fetcher``."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._by_name = settled(snapshot.buckets)

    def stream(self, wanted: Iterable[Wanted]) -> Iterator[Bucket]:
        """One bucket for each wanted one; one that the snapshot does not hold is UNKNOWN, since that proves nothing."""
        return (self._by_name.get(each.name) or _unmentioned(each) for each in wanted)

    def fetch(self, wanted: Iterable[Wanted]) -> Snapshot:
        """The same, as a snapshot."""
        return replace(self._snapshot, buckets=tuple(self.stream(wanted)))

    def list_buckets(self) -> Iterator[Wanted]:
        """The buckets of the snapshot that have a name."""
        return (Wanted(name, bucket.account, bucket.region) for name, bucket in self._by_name.items())

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """What the snapshot says of itself."""
        return self._snapshot.diagnostics


def _unmentioned(wanted: Wanted) -> Bucket:
    return Bucket(wanted.name, State.UNKNOWN, "saved", reason="the saved snapshot does not mention this bucket")
