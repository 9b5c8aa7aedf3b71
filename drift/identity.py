"""Which live bucket a declaration means, where the declaration itself does not say.

Sources are asked one after the other for the names that are still open: the user's own list, a Terraform state, the
CloudFormation stack, tags, the account of the credentials, and at last what fits a pattern. Where two buckets may be
meant, neither is taken. A wrong bucket would be a false alarm, or drift that nobody sees, so every answer is held
against what is known of the name, and it is always told by what the bucket was found.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from drift.cors.model import Unknown
from drift.location import Diagnostic
from drift.snapshot import Alternative, Bucket, IdentifiedBy, Identity, Snapshot

_SHOWN = 5
"""Candidates that are named."""

_NAME = re.compile(r"[A-Za-z0-9._-]{3,255}", re.ASCII)
"""What can be a bucket's name: today's rules, and the wider ones of old buckets of us-east-1 (S3 User Guide, "General
purpose bucket naming rules"). No ARN, and nothing that means something in a URL."""

_BY_NAME_ALONE = frozenset({IdentifiedBy.MAP, IdentifiedBy.STATE})
_BY_ADDRESS = _BY_NAME_ALONE | {IdentifiedBy.STACK, IdentifiedBy.TAGS}


@dataclass(frozen=True, slots=True)
class Found:
    """The bucket that is meant. ``says`` is by what that is known, in words; ``sensitive`` as in ``Bucket``."""

    name: str
    says: str
    account: str | None = None
    region: str | None = None
    sensitive: frozenset[str | int] = frozenset()


@dataclass(frozen=True, slots=True)
class Completed:
    """The declaration, read again with more values given; its name may be known now, or more of it."""

    bucket: Bucket
    says: str


@dataclass(frozen=True, slots=True)
class Several:
    """More than one bucket may be meant, and why these."""

    names: tuple[str, ...]
    why: str
    sensitive: frozenset[str | int] = frozenset()


@dataclass(frozen=True, slots=True)
class Nowhere:
    """What was deployed has no such bucket: nobody else is asked. What has its future name is not its own."""

    reason: str


@dataclass(frozen=True, slots=True)
class Passed:
    """This source could not tell, for a reason that helps the reader; the next one is asked."""

    why: str


Answer = Found | Completed | Several | Nowhere | Passed | None
"""What a source says of one declaration; None where it has nothing to do with it."""


class Source(Protocol):
    """One way to find out which bucket is meant. Makes no call where no name is open."""

    @property
    def by(self) -> IdentifiedBy:
        """What it is called in reports."""
        ...

    def look_up(self, pending: Sequence[Bucket], declared: Sequence[Bucket]) -> Sequence[Answer]:
        """One answer for each of the pending declarations; ``declared`` are all, with what was found before."""
        ...

    @property
    def diagnostics(self) -> Sequence[Diagnostic]:
        """What is to be said of the looking itself, once it is done."""
        ...


def identify(declared: Snapshot, sources: Sequence[Source]) -> Snapshot:
    """The declarations with the names that the sources could tell, in the same order; what stays open says why.

    Never raises for what a source says.
    """
    search = _Search([*declared.buckets])
    told: dict[Diagnostic, None] = dict.fromkeys(declared.diagnostics)
    for source in sources:
        pending = search.pending()
        answers = source.look_up([search.buckets[index] for index in pending], tuple(search.buckets))
        for index, answer in zip(pending, answers, strict=True):
            search.take(index, source.by, answer)
        told.update(dict.fromkeys(source.diagnostics))
    return replace(declared, buckets=tuple(search.outcome()), diagnostics=tuple(told))


@dataclass(slots=True)
class _Search:
    """The declarations, what was found of them and what was said on the way."""

    buckets: list[Bucket]
    _notes: dict[int, list[str]] = field(default_factory=dict)
    _closed: set[int] = field(default_factory=set)
    _called: dict[Hashable, list[Bucket]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for bucket in self.buckets:
            for key in {_key(bucket, by) for by in _BY_ADDRESS}:
                self._called.setdefault(key, []).append(bucket)

    def pending(self) -> list[int]:
        """Of which declarations the name is still looked for. A rule list by itself is of no bucket in particular."""
        return [
            index
            for index, bucket in enumerate(self.buckets)
            if isinstance(bucket.name, Unknown) and not bucket.bare and index not in self._closed
        ]

    def take(self, index: int, by: IdentifiedBy, answer: Answer) -> None:
        """Note what a source says of a declaration."""
        bucket = self.buckets[index]
        if isinstance(answer, Found | Several):  # names that are not taken are told too
            bucket = self.buckets[index] = replace(bucket, sensitive=bucket.sensitive | answer.sensitive)
        if isinstance(answer, Found):
            reason = self._against(bucket, by, answer)
            if reason is None:
                self.buckets[index] = named(bucket, answer.name, Identity(by, answer.says), answer)
            else:
                self._close(index, reason)
        elif isinstance(answer, Completed):
            again = answer.bucket
            known = isinstance(again.name, str)
            self.buckets[index] = replace(again, identity=Identity(by, answer.says)) if known else again
        elif isinstance(answer, Several):
            self._close(index, f"{len(answer.names)} buckets may be meant: {listed(answer.names)} ({answer.why})")
        elif isinstance(answer, Nowhere):
            self._close(index, answer.reason)
        elif isinstance(answer, Passed):
            self._note(index, answer.why)

    def _against(self, bucket: Bucket, by: IdentifiedBy, found: Found) -> str | None:
        """Why the bucket that was found is not taken."""
        if not is_bucket_name(found.name):
            return f"{found.says}: {plain(found.name)!r} is not the name of a bucket"
        if isinstance(bucket.name, Unknown) and not bucket.generated and not bucket.name.may_be(found.name):
            known = f"{bucket.name.prefix}*{bucket.name.suffix}"
            return f"{found.says}: {found.name} is not a name such as the declared one, {known}"
        same = self._called.get(_key(bucket, by), ()) if by in _BY_ADDRESS else ()
        if len(same) < 2:
            return None
        places = sorted({str(each.location) for each in same if each.location})[:_SHOWN]
        at = f" ({', '.join(places)})" if places else ""
        return (
            f"{found.says}, and {len(same)} declarations are called so{at}, of which it can be only one: check their "
            f"folders one at a time"
        )

    def _close(self, index: int, reason: str) -> None:
        self._note(index, reason)
        self._closed.add(index)

    def _note(self, index: int, words: str) -> None:
        self._notes.setdefault(index, []).append(words)

    def outcome(self) -> Iterator[Bucket]:
        """All declarations, the unresolved ones with what was said of them."""
        for index, bucket in enumerate(self.buckets):
            notes = dict.fromkeys(self._notes.get(index, ()))
            if isinstance(bucket.name, Unknown) and notes:
                reason = "; ".join((bucket.name.reason, *notes))
                yield _called(bucket, replace(bucket.name, reason=reason))
            else:
                yield bucket


def named(bucket: Bucket, name: str, identity: Identity, found: Found) -> Bucket:
    """The declaration with the name that was found.

    What has a bucket exists: so the cases in which it would not be declared at all are not the one that holds.
    """
    bucket = _called(bucket, name) if not _exists(identity.by) else _existing(_called(bucket, name))
    return replace(
        bucket,
        identity=identity,
        account=bucket.account or found.account,
        region=bucket.region or found.region,
    )


def _exists(by: IdentifiedBy) -> bool:
    """Whether the source speaks of what was deployed out of this declaration."""
    return by in (IdentifiedBy.STACK, IdentifiedBy.TAGS)


def _called(bucket: Bucket, name: str | Unknown) -> Bucket:
    alternatives = tuple(
        replace(each, bucket=None if each.bucket is None else replace(each.bucket, name=name))
        for each in bucket.alternatives
    )
    return replace(bucket, name=name, alternatives=alternatives)


def _existing(bucket: Bucket) -> Bucket:
    declared: list[tuple[Alternative, Bucket]] = [(each, each.bucket) for each in bucket.alternatives if each.bucket]
    if len(declared) == len(bucket.alternatives) or not declared:
        return bucket
    if len(declared) > 1:
        return replace(bucket, alternatives=tuple(each for each, _ in declared))
    only = declared[0][1]
    return replace(only, sensitive=only.sensitive | bucket.sensitive)


def _key(bucket: Bucket, by: IdentifiedBy) -> Hashable:
    """What a declaration is called; entries without an address are each by themselves.

    A state and the user's list know no account and no region: what has one address in two of them is one thing there.
    """
    if bucket.address is None:
        return id(bucket)
    name = (bucket.source, bucket.stack, bucket.address)
    return name if by in _BY_NAME_ALONE else (*name, bucket.account, bucket.region)


def is_bucket_name(name: str) -> bool:
    """Whether a text from outside can be the name of a bucket, and may be put into a request."""
    return _NAME.fullmatch(name) is not None


def listed(names: Iterable[str]) -> str:
    """The first few of several names, and how many more there are."""
    found = sorted({plain(name) for name in names})
    more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    return ", ".join(found[:_SHOWN]) + more


def plain(text: str) -> str:
    """A text from outside as it may be printed: short, on one line, without control characters."""
    shown = "".join(each if each.isprintable() else "?" for each in text[:100])
    return f"{shown}..." if len(text) > 100 else shown
