"""Configurations of which it is not certain which bucket they are for, found by what is known of a bucket's name."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass

from drift.cors.model import Text, Unknown
from drift.snapshot import Bucket


@dataclass(frozen=True, slots=True, eq=False)
class Configuration:
    """A separate CORS configuration: what it says of its bucket."""

    entry: Bucket
    identity: Hashable


class Strays:
    """Configurations by root module, to be looked up in about the time that reading the name takes.

    Those whose names start and end with the same known text are alike to every bucket: two of different roots stand for
    all of them.
    """

    def __init__(self, found: Iterable[tuple[int, Configuration]]) -> None:
        kinds: dict[tuple[str, str, bool], list[tuple[int, Configuration]]] = {}
        for root, each in found:
            kind = kinds.setdefault((*_ends(each.entry.name), isinstance(each.entry.name, Unknown)), [])
            if len(kind) < 2 and all(root != other for other, _ in kind):
                kind.append((root, each))
        self._by_prefix: dict[str, list[tuple[int, Configuration]]] = {}
        for (prefix, _, _), kept in kinds.items():
            self._by_prefix.setdefault(prefix, []).extend(kept)
        self._prefixes = sorted(self._by_prefix)
        self._lengths = sorted({len(each) for each in self._prefixes})

    def first(self, name: Text, *, besides: int | None = None) -> Configuration | None:
        """One that may be for the bucket of that name, of a root other than ``besides``; None if none can be."""
        prefix, _ = _ends(name)
        for shown in self._near(prefix, longer=isinstance(name, Unknown)):
            for root, each in self._by_prefix[shown]:
                if root != besides and may_be_same(each.entry.name, name):
                    return each
        return None

    def _near(self, prefix: str, *, longer: bool) -> Iterator[str]:
        """The known prefixes that the prefix starts with, and, with ``longer``, those that start with it."""
        for length in self._lengths:
            if length <= len(prefix) and prefix[:length] in self._by_prefix:
                yield prefix[:length]
        position = bisect_left(self._prefixes, prefix)
        while longer and position < len(self._prefixes) and self._prefixes[position].startswith(prefix):
            if self._prefixes[position] != prefix:
                yield self._prefixes[position]
            position += 1


def _ends(name: Text) -> tuple[str, str]:
    return (name.prefix, name.suffix) if isinstance(name, Unknown) else (name, name)


def may_be_same(one: Text, other: Text) -> bool:
    """Whether two names can be those of one bucket."""
    if isinstance(one, str):
        return one == other if isinstance(other, str) else other.may_be(one)
    if isinstance(other, str):
        return one.may_be(other)
    starts = one.prefix.startswith(other.prefix) or other.prefix.startswith(one.prefix)
    return starts and (one.suffix.endswith(other.suffix) or other.suffix.endswith(one.suffix))
