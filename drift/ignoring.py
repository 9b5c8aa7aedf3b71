"""Buckets that are out of scope: left out of a run by the settings, and counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from drift.cors.model import Text
from drift.location import Location


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
        self._names: dict[Ignore, set[str]] = {each: set() for each in ignores}

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and any(fnmatchcase(name, each.bucket) for each in self._ignores)

    def leaves_out(self, name: Text) -> bool:
        """Whether the bucket is out of scope; each name counts once."""
        if not isinstance(name, str):
            return False
        found = next((each for each in self._ignores if fnmatchcase(name, each.bucket)), None)
        if found is not None:
            self._names[found].add(name)
        return found is not None

    @property
    def outcome(self) -> tuple[Ignored, ...]:
        """How many buckets each left out so far."""
        return tuple(Ignored(each.bucket, each.reason, len(self._names[each]), each.location) for each in self._ignores)
