"""A share of a fleet, so that several runs can read it together."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Self

from drift.errors import UsageError

MAX_SHARDS = 10_000
"""More would each be a few buckets of the largest fleet that there is."""


@dataclass(frozen=True, slots=True)
class Shard:
    """One of ``of`` shares; ``index`` counts from 1."""

    index: int
    of: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """``3/16``. Raises ``UsageError``."""
        found = re.fullmatch(r"([0-9]{1,5})/([0-9]{1,5})", text.strip())
        if not found or not 1 <= (index := int(found[1])) <= (of := int(found[2])) <= MAX_SHARDS:
            raise UsageError(
                f"{text}: this is no shard", advice="write --shard 3/16 for the third of sixteen, counted from 1"
            )
        return cls(index, of)

    def __str__(self) -> str:
        return f"{self.index}/{self.of}"

    def holds(self, name: str) -> bool:
        """Whether a bucket belongs to this share. The name alone decides: the shares stay disjoint, and together
        complete, whatever is created or deleted between their runs.
        """
        from hashlib import sha256

        digest = sha256(name.encode("utf-8", "surrogatepass")).digest()
        return int.from_bytes(digest[:8], "big") % self.of == self.index - 1
