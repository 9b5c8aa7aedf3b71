"""Both sides of a pull request about the same buckets, by the same names, before they are compared."""

from __future__ import annotations

from dataclasses import replace

from drift.base_side import BaseSide
from drift.on_pull_request import Base, key_of
from drift.snapshot import Bucket, Snapshot
from drift.sources import selected


def completed(head: Snapshot, base: Base, side: BaseSide, names: tuple[str, ...]) -> tuple[Snapshot, Base]:
    """Both sides about the same buckets: with the names that only head's look-up found, and with what one of them
    declares elsewhere in the tree than in the paths of the run; of these only the buckets that the settings name.
    """
    base = _renamed(base, head)
    if side.narrowed:
        ours, theirs = ({key_of(each) for each in found.buckets} for found in (head, base.target))
        if ours - theirs:
            found = [each for each in side.whole(base=True).buckets if key_of(each) in ours - theirs]
            base = replace(base, target=replace(base.target, buckets=(*base.target.buckets, *found)))
        if theirs - ours:
            found = [each for each in side.whole(base=False).buckets if key_of(each) in theirs - ours]
            head = replace(head, buckets=(*head.buckets, *found))
    if not names:
        return head, base
    known = {each.name for each in base.target.buckets}
    only_there = [name for name in names if name in known and all(each.name != name for each in head.buckets)]
    left = tuple(name for name in names if name not in only_there)
    none = replace(head, buckets=(), sensitive=head.all_sensitive)
    head = selected(head, left) if left else none
    return head, base.narrowed(names)


def _renamed(base: Base, head: Snapshot) -> Base:
    """Base with the names that were looked up for the same declarations of head."""
    found = {_place(each): each for each in head.buckets if each.identity is not None}

    def named(bucket: Bucket) -> Bucket:
        known = found.get(_place(bucket))
        if known is None or isinstance(bucket.name, str):
            return bucket
        return replace(bucket, name=known.name, identity=known.identity)

    sides = [
        None if side is None else replace(side, buckets=tuple(map(named, side.buckets)), sensitive=side.all_sensitive)
        for side in (base.target, base.fork)
    ]
    return replace(base, target=sides[0] or base.target, fork=sides[1])


def _place(bucket: Bucket) -> tuple[str, str | None, str | None]:
    return bucket.source, bucket.stack, bucket.address
