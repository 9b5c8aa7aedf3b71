"""What a live run was asked for, as its snapshot and its journal say it: two parts of one run must agree on it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self
from urllib.parse import urlsplit

from drift.documents.parts import Json
from drift.shards import Shard


@dataclass(frozen=True, slots=True)
class Named:
    """The buckets that were named: how many, and the SHA-256 of their names in order, a line end after each."""

    count: int
    sha256: str

    @classmethod
    def of(cls, names: Sequence[str]) -> Self:
        """Those of a list of names."""
        from hashlib import sha256

        digest = sha256()
        for name in names:
            digest.update(name.encode("utf-8", "surrogatepass") + b"\n")
        return cls(len(names), digest.hexdigest())


@dataclass(frozen=True, slots=True)
class Run:
    """``named`` is None where all buckets were listed; ``accounts`` is empty where they are not known; ``read_from`` is
    None for S3 of AWS. ``complete`` says that all was read that was to be read.
    """

    named: Named | None = None
    accounts: tuple[str, ...] = ()
    read_from: str | None = None
    shard: Shard | None = None
    complete: bool = True

    def differences(self, other: Run) -> list[str]:
        """What was asked for otherwise, in words: that of this run first."""
        return [*self.fleet_differences(other), *self._shards_differ(other)]

    def fleet_differences(self, other: Run) -> list[str]:
        """The same without the shard."""
        return list(self._differences(other))

    def _differences(self, other: Run) -> Iterator[str]:
        if self.named != other.named:
            ours, theirs = _asked(self.named), _asked(other.named)
            yield f"{ours}, not {theirs}" if ours != theirs else f"{ours}, but other ones"
        if self.accounts and other.accounts and self.accounts != other.accounts:
            yield f"account {', '.join(self.accounts)}, not {', '.join(other.accounts)}"
        if self.read_from != other.read_from:
            yield f"{self.read_from or 'S3 of AWS'}, not {other.read_from or 'S3 of AWS'}"

    def _shards_differ(self, other: Run) -> Iterator[str]:
        if self.shard != other.shard:
            ours, theirs = (f"shard {each}" if each else "all shards" for each in (self.shard, other.shard))
            yield f"{ours}, not {theirs}"

    @property
    def part(self) -> str | None:
        """What of a fleet was asked for, in words, where that is not all of it."""
        if self.shard is not None:
            return f"shard {self.shard} of a run"
        if not self.complete:
            return "a run that did not end"
        return None if self.named is None else f"a snapshot of {_asked(self.named)}"

    def unsharded(self) -> Run:
        """The run that it is a part of."""
        return replace(self, shard=None)


def _asked(named: Named | None) -> str:
    if named is None:
        return "all buckets that are listed"
    return f"{named.count:,} named bucket{'' if named.count == 1 else 's'}"


def shown_url(url: str) -> str:
    """An endpoint as it may be shown: without a user, a password or a query."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path.rstrip('/')}"


def run_to_json(run: Run) -> dict[str, Json]:
    """The ``run`` of a document."""
    return {
        "named": None if run.named is None else {"count": run.named.count, "sha256": run.named.sha256},
        "accounts": list(run.accounts),
        "read_from": run.read_from,
        "shard": None if run.shard is None else str(run.shard),
        "complete": run.complete,
    }


def run_from_json(value: Any) -> Run:
    """The same read back. Raises ``ValueError`` or one of its kinds where it has another shape."""
    if not isinstance(value, dict):
        raise ValueError("it must be an object")
    named, accounts, read_from, shard = (value.get(key) for key in ("named", "accounts", "read_from", "shard"))
    if not isinstance(accounts, list) or not all(isinstance(each, str) for each in accounts):
        raise ValueError("its accounts must be a list of strings")
    if not isinstance(read_from, str | None) or not isinstance(shard, str | None):
        raise ValueError("its read_from and its shard must each be a string or null")
    complete = value.get("complete")
    if not isinstance(complete, bool):
        raise ValueError("its complete must be true or false")
    return Run(
        None if named is None else _named(named),
        tuple(accounts),
        read_from,
        None if shard is None else _shard(shard),
        complete,
    )


def _named(value: Any) -> Named:
    count, digest = (value.get(key) for key in ("count", "sha256")) if isinstance(value, dict) else (None, None)
    if not isinstance(count, int) or isinstance(count, bool) or not isinstance(digest, str):
        raise ValueError("its named must have a count and a sha256")
    return Named(count, digest)


def _shard(text: str) -> Shard:
    from drift.errors import UsageError

    try:
        return Shard.parse(text)
    except UsageError:
        raise ValueError("its shard must be like 3/16") from None
