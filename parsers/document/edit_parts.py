"""A YAML or JSON text as parts with exact offsets: what edits are made on.

Beside the nodes, which say what a text means, and from which aliases and merges are gone, parts say where everything
is written: quotes, anchors, tags and aliases are there, and each part knows the one around it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum

_BLANK = re.compile(r"(?:[ \t\r\n]|(?:(?<=[ \t\r\n])|^)#[^\r\n]*)*")
_BLANK_JSON = re.compile(r"[ \t\r\n]*")


class Kind(Enum):
    """What a part is."""

    SCALAR = "scalar"
    LIST = "list"
    MAP = "map"
    ALIAS = "alias"


@dataclass(slots=True, eq=False)
class Part:
    """A value or key as it is written.

    ``start`` is where it starts, its anchor and tag included, ``body`` where the value itself does, ``end`` where it
    ends: behind the last character of it, without comments. A value that is not written at all (null in YAML) starts
    and ends at the same offset. ``line`` and ``column``, from 1, are those of ``start``, as nodes have them.

    ``quote`` is how a scalar is written: ``"``, ``'``, ``|``, ``>`` or nothing. ``flow`` is set for lists and mappings
    in brackets, and for all JSON. ``parent`` is the container around it, ``key`` that of
    a mapping's value. ``target`` is what an alias stands for, ``aliases`` are those of an anchored part.
    ``odd`` says that a container is written in a way that is not edited (``? key``, ``[a: b]``).
    """

    kind: Kind
    start: int
    body: int
    end: int
    line: int
    column: int
    text: str = ""
    quote: str = ""
    flow: bool = True
    anchor: str | None = None
    tag: str | None = None
    items: list[Part] = field(default_factory=list)
    entries: list[tuple[Part, Part]] = field(default_factory=list)
    parent: Part | None = None
    key: Part | None = None
    target: Part | None = None
    aliases: list[Part] = field(default_factory=list)
    odd: bool = False

    @property
    def values(self) -> list[Part]:
        """The members of a list, the values of a mapping."""
        return self.items if self.kind is Kind.LIST else [value for _, value in self.entries]

    @property
    def known(self) -> Part:
        """The part itself; of an alias what it stands for."""
        return self.target if self.target is not None else self

    @property
    def plain_text(self) -> str | None:
        """The text of a scalar that has no tag; None for all else."""
        return self.text if self.kind is Kind.SCALAR and self.tag is None else None

    @property
    def is_null(self) -> bool:
        """Whether it is nothing at all, or null in so many words."""
        return self.plain_text in ("", "~", "null", "Null", "NULL") and not self.quote

    def key_of(self, name: str) -> Part | None:
        """The key of a mapping's own entry; the last of that name, which is the one that counts."""
        return next((key for key, _ in reversed(self.entries) if key.plain_text == name), None)

    def get(self, name: str) -> Part | None:
        """The value of a mapping's own entry, aliases not followed."""
        return next((value for key, value in reversed(self.entries) if key.plain_text == name), None)

    def merged(self) -> Iterator[Part]:
        """The mappings that ``<<`` brings in, the one that counts first."""
        for key, value in self.entries:
            if key.plain_text == "<<" and not key.quote:
                sources = value.known.items if value.known.kind is Kind.LIST else [value]
                yield from (source.known for source in sources if source.known.kind is Kind.MAP)

    def everything(self) -> Iterator[Part]:
        """This part and all in it, keys included; what aliases stand for is not gone into."""
        pending = [self]
        while pending:
            part = pending.pop()
            yield part
            below = [each for entry in part.entries for each in entry] if part.kind is Kind.MAP else part.items
            pending.extend(reversed(below))


def skip_blank(text: str, offset: int, json: bool) -> int:
    """Behind the space, line breaks and comments that start at an offset."""
    match = (_BLANK_JSON if json else _BLANK).match(text, offset)
    return match.end() if match else offset
