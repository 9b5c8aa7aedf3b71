"""Both sides of a pull request about the same buckets, by the same names, before they are compared."""

from __future__ import annotations

import os
import posixpath
import re
from collections import Counter
from collections.abc import Collection, Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path

from drift.base_side import BaseSide
from drift.cors.model import Unknown
from drift.deploying import CHANGED_ONLY
from drift.identity import identify
from drift.identity_sources import NamesSource
from drift.interfaces import Wanted
from drift.location import Diagnostic, Location
from drift.name_patterns import candidates_of, pattern_of
from drift.on_pull_request import Base, Key, key_of
from drift.open_names import is_open, not_known, not_the_same, with_open_names
from drift.open_places import Place, places, with_open_places, with_uncalled
from drift.settings import IdentitySettings, Settings
from drift.snapshot import Bucket, IdentifiedBy, Snapshot
from drift.sources import selected


def completed(head: Snapshot, base: Base, side: BaseSide, settings: Settings) -> tuple[Snapshot, Base]:
    """Both sides about the same buckets.

    Base gets the names that were found for head's declarations. What one side declares outside of the paths of the run
    is taken from there if it has moved; what may be declared under a name that is not known, or in what cannot be read,
    is unknown. Only the buckets that the settings name are left.
    """
    naming = _Naming(head, settings.identity)
    base = replace(base, target=naming.named(base.target))
    if len(settings.buckets) == 1:
        head, base = _called(head, base, settings.buckets[0])
    target = base.target
    ours, theirs = head, target
    trees = _Trees(side, naming, side.roots)
    if side.narrowed:
        head, target = trees.completed(head, target)
        ours, theirs = trees.wholes or (head, target)
    target = trees.with_kept(target, (*head.diagnostics, *ours.diagnostics))
    insides = (partial(trees.inside, base=False), partial(trees.inside, base=True))
    head, target = with_uncalled(head, target, insides)
    open_ones = ([*ours.buckets, *naming.only_late(head)], [*theirs.buckets, *naming.only_late(target)])
    head, target = with_open_names(head, target, *open_ones)
    unseen = (trees.unseen((head, ours), base=False), trees.unseen((target, theirs), base=True))
    head, target = with_open_places(head, target, *unseen, side.unread_in_head)
    base = replace(base, target=target, gone_files=_gone_files(target, side), moved=trees.moved(head, target))
    return _only(head, base, settings.buckets) if settings.buckets else (head, base)


def _only(head: Snapshot, base: Base, names: tuple[str, ...]) -> tuple[Snapshot, Base]:
    """The named buckets alone. Raises ``UsageError`` for one that neither side may declare."""
    known = {each.name for each in (*head.buckets, *base.target.buckets)}
    for name in names:
        if name not in known:
            selected(head, (name,))
    kept = tuple(each for each in head.buckets if each.name in names)
    return replace(head, buckets=kept, sensitive=head.all_sensitive), base.narrowed(names)


def _called(head: Snapshot, base: Base, name: str) -> tuple[Snapshot, Base]:
    """With the name on the only declaration of each side that is without one and may be it: the user says which."""
    sides = [head.buckets, base.target.buckets]
    known = [any(each.name == name for each in side) for side in sides]
    fitting = [[each for each in side if _may_be_called(each, name)] for side in sides]
    for here, there in ((0, 1), (1, 0)):
        if known[there]:  # what is the same declaration on both sides is not what only one of them names
            fitting[here] = list(not_the_same(fitting[here], sides[there]))
    ours, theirs = ([] if known[place] else fitting[place] for place in (0, 1))
    if len(ours) == 1:
        same = [each for each in theirs if _place(each) == _place(ours[0])]
        theirs = same or theirs
    target = _with_name(base.target, theirs, name)
    return _with_name(head, ours, name), replace(base, target=target)


def _with_name(snapshot: Snapshot, meant: Sequence[Bucket], name: str) -> Snapshot:
    if len(meant) != 1:
        return snapshot
    place = _place(meant[0])
    buckets = tuple(
        replace(each, name=name, bare=False) if is_open(each) and _place(each) == place else each
        for each in snapshot.buckets
    )
    return replace(snapshot, buckets=buckets)


def _may_be_called(bucket: Bucket, name: str) -> bool:
    return is_open(bucket) and (pattern_of(bucket) or candidates_of(bucket)).may_be(Wanted(name))


class _Naming:
    """The names of base's declarations that are known from the settings, or were found for the same ones of head."""

    def __init__(self, head: Snapshot, known: IdentitySettings) -> None:
        self._found = {_place(each): each for each in head.buckets if each.identity is not None}
        self._sources = [NamesSource(each) for each in (known.names, known.late_names) if each]
        self._given, self._late = (frozenset(each.values()) for each in (known.names, known.late_names))

    def named(self, snapshot: Snapshot) -> Snapshot:
        buckets = tuple(map(self._named, snapshot.buckets))
        found = replace(snapshot, buckets=buckets, sensitive=snapshot.all_sensitive)
        if self._sources and any(map(is_open, buckets)):
            found = replace(found, buckets=identify(found, self._sources).buckets)
        return found

    def only_late(self, snapshot: Snapshot) -> list[Bucket]:
        """The declarations that have their name from the pull request's own settings alone, without it: that file
        must not say of a bucket that base names that it is another one.
        """
        return [
            replace(each, name=_LATE)
            for each in snapshot.buckets
            if each.identity is not None
            and each.identity.by is IdentifiedBy.MAP
            and each.name in self._late
            and each.name not in self._given
        ]

    def _named(self, bucket: Bucket) -> Bucket:
        known = self._found.get(_place(bucket))
        if known is None or isinstance(bucket.name, str):
            return bucket
        return replace(bucket, name=known.name, identity=known.identity)


_LATE = Unknown("only the settings of the pull request name it")


def _place(bucket: Bucket) -> tuple[str, str | None, str | None]:
    return bucket.source, bucket.stack, bucket.address


@dataclass(slots=True)
class _Trees:
    """The trees around the paths of a run: where a bucket that the paths no longer declare, or did not, may be.

    A declaration that stands at the same place on both sides has not moved, and says nothing of one that has.
    """

    side: BaseSide
    naming: _Naming
    roots: Sequence[Path]
    wholes: tuple[Snapshot, Snapshot] | None = None

    def completed(self, head: Snapshot, target: Snapshot) -> tuple[Snapshot, Snapshot]:
        """Both sides with what has moved out of the paths, or into them."""
        ours, theirs = ({key_of(each) for each in found.buckets} for found in (head, target))
        if ours == theirs:
            return head, target
        whole = self.naming.named(self.side.whole(base=False)), self.naming.named(self.side.whole(base=True))
        self.wholes = whole
        gone = [each for each in target.buckets if key_of(each) not in ours]
        come = [each for each in head.buckets if key_of(each) not in theirs]
        head = replace(head, buckets=(*head.buckets, *self._elsewhere(gone, whole[0], whole[1], base=False)))
        target = replace(target, buckets=(*target.buckets, *self._elsewhere(come, whole[1], whole[0], base=True)))
        return head, target

    def _elsewhere(self, missing: Sequence[Bucket], here: Snapshot, there: Snapshot, *, base: bool) -> list[Bucket]:
        """What one side declares of the missing buckets in the whole of its tree, unknown where that cannot be read.

        What is missing has not stayed beside itself: a folder that calls a module may have another name, and the module
        stands where it stood.
        """
        keys = {key_of(each) for each in missing}
        staying = Counter(self._spot(each, base=not base) for each in there.buckets)
        staying.subtract(self._spot(each, base=not base) for each in missing)
        found = []
        for each in here.buckets:
            if key_of(each) in keys:
                spot = self._spot(each, base=base)
                staying[spot] -= 1
                if staying[spot] < 0:
                    found.append(each)
        known = {self._fault(each, base=not base) for each in there.errors}
        faults = (*here.errors, *(each for each in here.diagnostics if each.id == "base-unread"))
        fault = next((each for each in faults if self._fault(each, base=base) not in known), None)
        if fault is None:
            return found
        place = f" ({fault.location})" if fault.location else ""
        reason = f"it may be declared in what could not be read: {fault.message}{place}"
        still = keys - {key_of(each) for each in found}
        unsure = {key_of(each): each for each in missing if key_of(each) in still}
        return [*found, *(not_known(each, reason) for each in unsure.values())]

    def _spot(self, bucket: Bucket, *, base: bool) -> Hashable:
        path = None if bucket.location is None else self.inside(bucket.location.path, base)
        return key_of(bucket), bucket.source, bucket.stack, bucket.address, path

    def _fault(self, fault: Diagnostic, *, base: bool) -> Hashable:
        return fault.id, fault.message, None if fault.location is None else self.inside(fault.location.path, base)

    def unseen(self, found: Iterable[Snapshot], *, base: bool) -> list[Place]:
        """The places of a side that may declare buckets and were not read."""
        told = [each for snapshot in found for each in snapshot.diagnostics]
        return places(told, partial(self.inside, base=base), cache(partial(self.side.content, base=base)))

    def with_kept(self, target: Snapshot, told: Iterable[Diagnostic]) -> Snapshot:
        """Base with a mark on what head takes out of Terraform's state and leaves in AWS."""
        left = [(each.message.partition(" ")[0], each.location) for each in told if each.id == "no-longer-managed"]
        return replace(target, buckets=tuple(self._kept(each, left) for each in target.buckets)) if left else target

    def _kept(self, bucket: Bucket, left: Sequence[tuple[str, Location | None]]) -> Bucket:
        address = re.sub(r"\[[^\]]*\]", "", bucket.address or "")
        for words, at in left:
            if at is None or bucket.location is None or not f"{address}.".startswith(f"{words}."):
                continue
            folders = [
                posixpath.dirname(self.inside(each.path, base)) for each, base in ((bucket.location, True), (at, False))
            ]
            if words.startswith("module.") or folders[0] == folders[1]:
                return replace(bucket, kept=at)
        return bucket

    def moved(self, head: Snapshot, target: Snapshot) -> Collection[Key]:
        """The buckets that head has in another file than base, which stays: in another stack, for all that is known."""
        ours, theirs = self._files(head, base=False), self._files(target, base=True)
        return frozenset(
            key
            for key, there in theirs.items()
            if (here := ours.get(key)) and here.isdisjoint(there) and any(map(self._is_in_head, there))
        )

    def _files(self, snapshot: Snapshot, *, base: bool) -> dict[Key, set[str]]:
        """The files that declare each bucket whose tool deploys only what changed: a bucket may be in several."""
        found: dict[Key, set[str]] = {}
        for each in snapshot.buckets:
            if each.location is not None and (each.source in CHANGED_ONLY or not base):
                found.setdefault(key_of(each), set()).add(self.inside(each.location.path, base))
        return found

    def _is_in_head(self, path: str) -> bool:
        return any(self.side.content(str(root / path), base=False) is not None for root in self.roots)

    def inside(self, path: str, base: bool) -> str:
        """The path inside its tree: a second checkout stands elsewhere."""
        real = Path(os.path.realpath(path))
        folder = self.side.folder if base else None
        roots: Iterable[Path] = self.roots if folder is None else (Path(os.path.realpath(folder)),)
        return next((real.relative_to(root).as_posix() for root in roots if real.is_relative_to(root)), path)


def _gone_files(target: Snapshot, side: BaseSide) -> Collection[str]:
    """The files of base's declarations that are not in the work tree."""
    places: set[Location] = {each.location for each in target.buckets if each.location is not None}
    paths = {each.path for each in places}
    return frozenset(path for path in paths if side.folder is not None or not os.path.lexists(path))
