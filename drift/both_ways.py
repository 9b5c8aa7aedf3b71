"""What is declared while files are open that two branches have both changed: only what is so either way. Pure."""

from __future__ import annotations

from dataclasses import replace

from drift.on_pull_request import Key, key_of
from drift.sides import pair
from drift.snapshot import Bucket, Snapshot, State

MAX_STEPS = 200_000
"""Work for the comparison of one bucket."""


def in_both_ways(ours: Snapshot, theirs: Snapshot, target: str) -> Snapshot:
    """``ours``, with each bucket unknown that ``theirs`` has otherwise: the two differ in the open files alone."""
    sides = [_by_key(each) for each in (ours, theirs)]
    fault = next((each for each in theirs.errors if each not in ours.errors), None)
    kept: list[Bucket] = []
    for key in dict.fromkeys(key for side in sides for key in side):
        here, there = (side.get(key, []) for side in sides)
        if fault is None and _alike(here, there):
            kept += here
            continue
        told = f"{target} and the branch have both changed what this bucket depends on: merge it in, and look again"
        spoken = (here or there)[0]
        kept.append(replace(spoken, state=State.UNKNOWN, cors=None, places=(), alternatives=(), reason=told))
    return replace(ours, buckets=tuple(kept), sensitive=ours.all_sensitive | theirs.all_sensitive)


def _by_key(snapshot: Snapshot) -> dict[Key, list[Bucket]]:
    found: dict[Key, list[Bucket]] = {}
    for bucket in snapshot.buckets:
        found.setdefault(key_of(bucket), []).append(bucket)
    return found


def _alike(here: list[Bucket], there: list[Bucket]) -> bool:
    if len(here) != len(there):
        return False
    same = (one == other or pair(one, other, MAX_STEPS).same for one, other in zip(here, there, strict=True))
    return all(each is True for each in same)
