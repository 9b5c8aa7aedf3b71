"""Buckets that are out of scope: left out of a run by the settings, and counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from drift.cors.model import Text
from drift.location import Location
from drift.name_globs import Globs


@dataclass(frozen=True, slots=True)
class Ignore:
    """Buckets to leave out: those whose name fits the glob ``bucket``. ``reason`` says why."""

    bucket: str
    reason: str
    location: Location | None = None


@dataclass(frozen=True, slots=True)
class Ignored:
    """An ignore, and how many buckets it left out."""

    bucket: str
    reason: str
    count: int
    location: Location | None = None


class Ignores:
    """The ignores of a run, with how often each held: the first that fits counts. An unknown name fits none."""

    def __init__(self, ignores: Sequence[Ignore]) -> None:
        self._ignores = ignores
        self._first: dict[str, int] = {}
        for place, each in enumerate(ignores):
            self._first.setdefault(each.bucket, place)
        self._globs = Globs(self._first)
        self._names: list[set[str]] = [set() for _ in ignores]

    def leaves_out(self, name: Text) -> bool:
        """Whether the bucket is out of scope; each name counts once."""
        if not isinstance(name, str):
            return False
        found = min((self._first[glob] for glob in self._globs.fitting(name)), default=None)
        if found is not None:
            self._names[found].add(name)
        return found is not None

    @property
    def outcome(self) -> tuple[Ignored, ...]:
        """How many buckets each left out so far."""
        return tuple(
            Ignored(each.bucket, each.reason, len(names), each.location)
            for each, names in zip(self._ignores, self._names, strict=True)
        )
