"""Declarations whose bucket's name is not known, on the two sides of a pull request. Pure.

What one side names and the other one does not is no new bucket, and none that is taken away, while the other side has
a declaration that may be of it. A declaration that stands on both sides is the same one, whatever its name is.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import replace

from drift.claims import places_of
from drift.cors.model import Unknown
from drift.interfaces import Wanted
from drift.name_patterns import Pattern, shape_of
from drift.on_pull_request import Key, key_of
from drift.snapshot import Bucket, Snapshot, State

_MOST_SHAPES = 500
"""Shapes of names that are held against each name; with more of them every name may be meant."""

_SHOWN = 3
"""Places that are told."""


def is_open(bucket: Bucket) -> bool:
    """Whether its name is not known."""
    return isinstance(bucket.name, Unknown)


def not_known(bucket: Bucket, reason: str) -> Bucket:
    """What a side says of a bucket that it may declare or not."""
    return replace(bucket, state=State.UNKNOWN, cors=None, places=(), alternatives=(), reason=reason, says_none=False)


def not_the_same(open_ones: Sequence[Bucket], others: Sequence[Bucket]) -> Iterator[Bucket]:
    """The declarations that the other side does not have just so."""
    there = {(key_of(each), each.name) for each in others if is_open(each)}
    return (each for each in open_ones if (key_of(each), each.name) not in there)


def with_open_names(
    head: Snapshot, base: Snapshot, ours: Sequence[Bucket], theirs: Sequence[Bucket]
) -> tuple[Snapshot, Snapshot]:
    """Both sides, with an unknown entry for each bucket that only the other side names and this one may declare, and
    for each declaration without a name that may be of such a bucket. ``ours`` and ``theirs`` are all declarations that
    may be of it, also those outside of the paths of the run.
    """
    unnamed = [[each for each in side if is_open(each)] for side in ((*head.buckets, *ours), (*base.buckets, *theirs))]
    shapes = [_Shapes(not_the_same(unnamed[0], unnamed[1])), _Shapes(not_the_same(unnamed[1], unnamed[0]))]
    names = [{each.name for each in side.buckets} for side in (head, base)]
    keys = [{key_of(each) for each in side.buckets} for side in (head, base)]
    added: list[list[Bucket]] = [[], []]
    for here, there in ((0, 1), (1, 0)):
        for bucket in (base, head)[here].buckets:
            if is_open(bucket) or bucket.name in names[here]:
                continue
            names[here].add(bucket.name)
            found = shapes[here].fitting(bucket)
            if found:
                told = f"it may be the bucket of a declaration whose name is not known: {places_of(found[:_SHOWN])}"
                added[here].append(not_known(bucket, told))
        reported = [each for key, each in shapes[here].meant.items() if key in keys[here]]
        for bucket, name in reported:
            told = f"its name is not known, and it may be {name}"
            added[there].append(not_known(bucket, told))
    kept = [[each for each in side if key_of(each) not in keys[place]] for place, side in enumerate(added)]
    return (
        replace(head, buckets=(*head.buckets, *kept[0])),
        replace(base, buckets=(*base.buckets, *kept[1])),
    )


class _Shapes:
    """Declarations without a name, by what their names look like. ``meant`` has those that a bucket was found for."""

    def __init__(self, declarations: Iterator[Bucket]) -> None:
        self.meant: dict[Key, tuple[Bucket, str]] = {}
        self._by_shape: dict[Hashable, tuple[Pattern, list[Bucket]]] = {}
        for each in {key_of(each): each for each in declarations}.values():
            shape = shape_of(each)
            self._by_shape.setdefault(shape.key, (shape, []))[1].append(each)

    def fitting(self, named: Bucket) -> list[Bucket]:
        """Those that may be of the bucket."""
        name = str(named.name)
        wanted = Wanted(name, named.account, named.region)
        every = len(self._by_shape) > _MOST_SHAPES
        found: list[Bucket] = []
        for shape, declarations in self._by_shape.values():
            if every or shape.may_be(wanted):
                found += declarations
                for each in declarations:
                    self.meant.setdefault(key_of(each), (each, name))
        return found
