"""Places of one side of a pull request that may declare buckets and could not be read. Pure.

What only one side names is no new bucket, and none that is taken away, while the other side has such a place: a module
that is not on disk, a nested stack by its URL, what a macro adds, a file that is too large. A place that stands on both
sides with the same text says nothing of what moved. Neither side knows, either, whether somebody deploys by itself what
the other side only calls.
"""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from drift.block_text import block_text
from drift.claims import places_of
from drift.location import Diagnostic, Location
from drift.on_pull_request import Key, key_of
from drift.open_names import not_known
from drift.snapshot import Bucket, Snapshot

MAY_DECLARE = frozenset(
    {"module-not-on-disk", "nested-stack-not-read", "not-evaluated", "macro-not-run", "unreadable-file"}
    | {"resources-not-read", "document-not-known", "incomplete-plan"}
)
"""Ids of what parsers say of places that may declare buckets which are not seen. Errors are told elsewhere."""

_ON_LINE = re.compile(r"\bon line \d+")
_CALLS = re.compile(r"(?:module\.[^.\[]+(?:\[(?:\d+|\"(?:[^\"\\]|\\.)*\")\])?\.)*")


@dataclass(frozen=True, slots=True)
class Place:
    """One such place: what is said of it, and its text."""

    message: str
    location: Location | None
    path: str | None
    id: str
    text: Hashable

    @property
    def words(self) -> Hashable:
        """What is said of it and its text, wherever it stands."""
        return self.id, _ON_LINE.sub("", self.message), self.text

    @property
    def alike(self) -> Hashable:
        """The same for a place that stands so on both sides."""
        return self.words, self.path


Inside = Callable[[str], str]
"""The path inside of its tree of a path that a location has."""

Content = Callable[[str], bytes | None]
"""What a file holds, by the path that a location has; None where it cannot be read."""


def places(diagnostics: Iterable[Diagnostic], inside: Inside, content: Content) -> list[Place]:
    """The open places of one side."""
    found: dict[Hashable, Place] = {}
    for each in dict.fromkeys(diagnostics):
        if each.id in MAY_DECLARE:
            at = each.location
            path = None if at is None else inside(at.path)
            text = None if at is None else block_text(at, content(at.path))
            place = Place(each.message, at, path, each.id, text)
            found.setdefault((place.alike, at and at.line), place)  # one file may be told by two names
    return list(found.values())


def with_open_places(
    head: Snapshot, base: Snapshot, ours: Sequence[Place], theirs: Sequence[Place], unread: Mapping[str, str]
) -> tuple[Snapshot, Snapshot]:
    """Both sides, with an unknown entry for each bucket that only the other side names where this one has an open
    place that the other has not. ``unread`` are folders of head, and why nothing in them could be read.
    """
    extra = [Place(why, Location(path), path, "unread", None) for path, why in unread.items()]
    open_places = [[*_left(ours, theirs), *extra], _left(theirs, ours)]
    keys = [{key_of(each) for each in side.buckets} for side in (head, base)]
    completed = [head, base]
    for here, there in ((0, 1), (1, 0)):
        if not open_places[here]:
            continue
        reason = _may_be_declared(open_places[here])
        missing: dict[Key, Bucket] = {}
        for each in (head, base)[there].buckets:
            if key_of(each) not in keys[here]:
                missing.setdefault(key_of(each), each)
        added = (not_known(each, reason) for each in missing.values())
        completed[here] = replace(completed[here], buckets=(*completed[here].buckets, *added))
    return completed[0], completed[1]


def _may_be_declared(found: Sequence[Place]) -> str:
    first = found[0]
    at = f" ({first.location})" if first.location else ""
    more = f", or in {len(found) - 1} more such places" if len(found) > 1 else ""
    return f"it may be declared in what could not be read: {first.message}{at}{more}"


def _left(here: Sequence[Place], there: Sequence[Place]) -> list[Place]:
    """The places of a side that the other one has not: neither where they stand, nor, word by word, where the other
    side has one that is no longer here, or not yet: files are renamed, and blocks move from one to another.
    """
    own = {each.alike for each in here}
    known = {each.alike for each in there}
    gone = Counter(each.words for each in there if each.alike not in own and each.text is not None)
    found = []
    for each in here:
        if each.alike in known:
            continue
        if gone[each.words] > 0:
            gone[each.words] -= 1
        else:
            found.append(each)
    return found


def with_uncalled(head: Snapshot, base: Snapshot, insides: tuple[Inside, Inside]) -> tuple[Snapshot, Snapshot]:
    """Both sides, with a declaration unknown that stands by itself on this side while the other side reaches it only
    by a call: whether somebody deploys that folder, or that template, by itself nobody says. ``insides`` are of head
    and of base.
    """
    sides = [_Stood(each, inside) for each, inside in zip((head, base), insides, strict=True)]
    found = []
    for here, there in (sides, sides[::-1]):
        alone = {key for key in here.claims if here.by_itself(key, there)}
        buckets = (not_known(each, _alone(each)) if key_of(each) in alone else each for each in here.snapshot.buckets)
        found.append(replace(here.snapshot, buckets=tuple(buckets), sensitive=here.snapshot.all_sensitive))
    return found[0], found[1]


def _alone(bucket: Bucket) -> str:
    return (
        f"{places_of([bucket])} is called by nothing on this side, and on the other side only by way of a call: "
        "whether somebody deploys it by itself is not known"
    )


class _Stood:
    """Where the declarations of a side stand, and how many calls lead there."""

    def __init__(self, snapshot: Snapshot, inside: Inside) -> None:
        self.snapshot = snapshot
        self._inside = inside
        self.claims: dict[Key, list[Bucket]] = {}
        for each in snapshot.buckets:
            self.claims.setdefault(key_of(each), []).append(each)
        self._outlined = {
            inside(each.location.path)
            for each in snapshot.diagnostics
            if each.id == "module-in-outline" and each.location is not None
        }

    def by_itself(self, key: Key, other: _Stood) -> bool:
        """Whether all claims of the bucket stand, with fewer calls, where those of the other side do."""
        there = other.claims.get(key, [])
        return bool(there) and all(
            any(other._calls(theirs, each, self) for theirs in there) for each in self.claims[key]
        )

    def _calls(self, called: Bucket, alone: Bucket, other: _Stood) -> bool:
        if called.address is None or alone.address is None or called.source != alone.source:
            return False
        if _depth(called) <= _depth(alone) or self._spot(called) is None or self._spot(called) != other._spot(alone):
            return False
        return called.address.endswith(alone.address) or not self._is_outlined(called)

    def _is_outlined(self, bucket: Bucket) -> bool:
        """Whether it may stand for the outline of a module, whose place is that of the call."""
        return bucket.location is not None and self._inside(bucket.location.path) in self._outlined

    def _spot(self, bucket: Bucket) -> str | None:
        """A module is a folder, a template a file."""
        if bucket.location is None:
            return None
        path = self._inside(bucket.location.path)
        return path if bucket.source == "cloudformation" else posixpath.dirname(path)


def _depth(bucket: Bucket) -> int:
    """How many calls of modules, or nested stacks, lead to it."""
    address = bucket.address or ""
    if bucket.source == "cloudformation":
        return address.count("/")
    calls = _CALLS.match(address)
    return calls.group().count("module.") if calls else 0
