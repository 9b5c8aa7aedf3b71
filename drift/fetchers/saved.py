"""A saved snapshot as the live side."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from drift.claims import settled
from drift.interfaces import Wanted
from drift.snapshot import Bucket, Snapshot, State


class SavedFetcher:
    """Answers from a snapshot (of ``live --output``, or what any declaration says). Implements ``Fetcher``."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._by_name = settled(snapshot.buckets)

    def fetch(self, wanted: Iterable[Wanted]) -> Snapshot:
        """One bucket for each wanted one; one that the snapshot does not hold is UNKNOWN, since that proves nothing."""
        buckets = tuple(self._by_name.get(each.name) or _unmentioned(each) for each in wanted)
        return replace(self._snapshot, buckets=buckets)

    def list_buckets(self) -> Sequence[Wanted]:
        """The buckets of the snapshot that have a name."""
        return tuple(Wanted(name, bucket.account, bucket.region) for name, bucket in self._by_name.items())


def _unmentioned(wanted: Wanted) -> Bucket:
    return Bucket(wanted.name, State.UNKNOWN, "saved", reason="the saved snapshot does not mention this bucket")
