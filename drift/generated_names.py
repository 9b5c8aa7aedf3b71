"""Names that CloudFormation makes up: ``stack-logicalid-random``, in lower case, the random part 12 or 13 letters and
digits, the whole cut to 63 characters at the cost of the stack's part (read off deployed stacks).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product, takewhile

from drift.snapshot import Bucket

MAX_NAME = 63
_RANDOM = (12, 13)
_SHORTEST_CUT = 50
"""No name that had to be cut is shorter: how much is cut is not documented."""

LONGEST_UNCUT = MAX_NAME - 1 - len("--") - max(_RANDOM)
"""Characters of a logical id that are certain to be in the name as they are: then the stack's part alone is cut."""

_MIXED = 4
"""Nested stacks of which each may have its own number of random characters."""

Head = tuple[str | None, ...]
"""What a generated name starts with, character by character; None is a random letter or digit."""


def stack_heads(parts: Sequence[str]) -> Iterator[Head]:
    """What the stack's part of a name may be, uncut: the root's name, and for each nested stack its logical id with 12
    or 13 random characters behind.
    """
    for randoms in product(_RANDOM, repeat=min(len(parts) - 1, _MIXED)):
        head: list[str | None] = list(parts[0])
        for number, part in enumerate(parts[1:]):
            head += ["-", *part, "-", *[None] * randoms[min(number, _MIXED - 1)]]
        yield tuple(head)


def is_start(text: str, head: Head) -> bool:
    """Whether a head starts with a text."""
    return len(text) <= len(head) and all(
        each.isalnum() if known is None else each == known for each, known in zip(text, head, strict=False)
    )


@dataclass(frozen=True, slots=True)
class GeneratedName:
    """A name that CloudFormation makes up: what it may start with, and the logical id with its hyphens."""

    heads: tuple[Head, ...]
    middle: str

    @classmethod
    def of(cls, bucket: Bucket) -> GeneratedName | None:
        """That of a declaration; None where its stack is not known."""
        if not bucket.stack or not bucket.address:
            return None
        *above, logical_id = bucket.address.lower().split("/")
        return cls(tuple(stack_heads([bucket.stack.lower(), *above])), f"-{logical_id}-")

    @property
    def certain_start(self) -> str:
        """What every name that fits starts with."""
        if all(len(head) <= self._room for head in self.heads):
            start = self._literal(len(self.heads[0]))
            return start + self.middle if len(self.heads) == 1 else start
        return self._literal(max(1, self._room - (MAX_NAME - _SHORTEST_CUT)))

    @property
    def likely_start(self) -> str:
        """What is left of the stack's part however it is cut, the logical id being cut as well."""
        return self._literal(max(1, min(MAX_NAME // 3, self._room)))

    @property
    def _room(self) -> int:
        """How long the stack's part can be at most without being cut."""
        return MAX_NAME - len(self.middle) - max(_RANDOM)

    def _literal(self, most: int) -> str:
        known = takewhile(lambda each: each is not None, self.heads[0][:most])
        return "".join(each for each in known if each is not None)

    def fits(self, name: str) -> bool:
        """Whether CloudFormation may have made up the name; only the stack's part is cut, and no more than needed."""
        for random in _RANDOM:
            at = len(name) - random - len(self.middle)
            if at < 1 or name[at : at + len(self.middle)] != self.middle or not name[-random:].isalnum():
                continue
            for head in self.heads:
                cut = len(head) + len(self.middle) + random > MAX_NAME and _SHORTEST_CUT <= len(name) <= MAX_NAME
                if (at == len(head) or cut) and is_start(name[:at], head):
                    return True
        return False
