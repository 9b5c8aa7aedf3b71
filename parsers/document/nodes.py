"""What a YAML or JSON text says, with the place of every part.

Scalars keep the text that was written: ``012345671234`` stays an account id, ``on`` stays ``on``, ``2010-09-09`` stays
a date's text. What a scalar means is up to the field that holds it; the caller asks for it here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from drift.location import Location

_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_DECIMAL = re.compile(r"[-+]?[0-9]+(?:\.0*)?", re.ASCII)
MAX_DIGITS = 18
"""Longer numbers fit no field of any AWS API, and Python refuses to print very long ones."""


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """Lines and columns count from 1; ``end_line`` is inclusive."""

    line: int
    end_line: int
    column: int

    def location(self, path: str) -> Location:
        """The same in a file."""
        return Location(path, self.line, max(self.line, self.end_line), self.column)


@dataclass(frozen=True, slots=True, eq=False)
class Scalar:
    """One text. ``plain`` says that it was written without quotes (JSON: a number, true, false or null).

    ``tag`` is an explicit local tag (``!Ref``), or a full one for which YAML 1.1 has no plain reading.
    """

    text: str
    place: Place
    plain: bool = False
    tag: str | None = None

    @property
    def is_null(self) -> bool:
        """Whether YAML and JSON read it as null: nothing at all, ``~`` or ``null`` without quotes."""
        return self.plain and self.text in _NULL

    @property
    def is_boolean(self) -> bool:
        """Whether both YAML and JSON read it as true or false (``yes`` and ``on``, on which tools differ, are text)."""
        return self.plain and self.text.lower() in {"true", "false"}

    @property
    def is_number(self) -> bool:
        """Whether it is written as a decimal number without quotes."""
        return (
            self.plain and re.fullmatch(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?", self.text) is not None
        )

    def integer(self) -> int | None:
        """See ``whole_number``."""
        return whole_number(self.text)


def whole_number(text: str) -> int | None:
    """The whole number that a text spells (``3000``, ``3000.0``), else None.

    None also for a leading zero, which is octal to some tools and decimal to others, and for numbers of more than
    ``MAX_DIGITS`` digits.
    """
    if _DECIMAL.fullmatch(text) is None:
        return None
    digits = text.partition(".")[0]
    bare = digits.lstrip("+-")
    if len(bare) > MAX_DIGITS or (len(bare) > 1 and bare.startswith("0")):
        return None
    return int(digits)


@dataclass(frozen=True, slots=True, eq=False)
class ListNode:
    """A sequence."""

    items: tuple[Node, ...]
    place: Place
    tag: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class MapNode:
    """A mapping with its keys in the order written; keys are unique."""

    entries: tuple[tuple[Scalar, Node], ...]
    place: Place
    tag: str | None = None
    _by_key: dict[str, Node] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_key", {key.text: value for key, value in self.entries})

    def get(self, key: str) -> Node | None:
        """The value under a key."""
        return self._by_key.get(key)

    @property
    def names(self) -> tuple[str, ...]:
        """The keys as text."""
        return tuple(name.text for name, _ in self.entries)


Node = Scalar | ListNode | MapNode


def kind_of(node: Node) -> str:
    """What the node is, in words for a message: "a list", "text", "null"."""
    if isinstance(node, ListNode):
        return "a list"
    if isinstance(node, MapNode):
        return "a mapping"
    if node.is_null:
        return "null"
    if node.is_boolean:
        return "true or false"
    return "a number" if node.is_number else "text"
