"""What a YAML or JSON text says, with the place of every part.

Scalars keep the text that was written: ``012345671234`` stays an account id, ``on`` stays ``on``, ``2010-09-09`` stays
a date's text. What a scalar means is up to the field that holds it; the caller asks for it here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Protocol

from drift.location import Location

_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_TRUE, _FALSE = frozenset({"true", "yes", "on"}), frozenset({"false", "no", "off"})
_DECIMAL = re.compile(r"[-+]?[0-9]+(?:\.0*)?", re.ASCII)
MAX_DIGITS = 18
"""Longer numbers fit no field of any AWS API, and Python refuses to print very long ones."""


# Places and nodes are not frozen, since frozen ones take three times as long to make and a template has ten thousand of
# them. Nothing changes one that is made.


@dataclass(slots=True, eq=False)
class Place:
    """Lines and columns count from 1; ``end_line`` is inclusive."""

    line: int
    end_line: int
    column: int

    def location(self, path: str) -> Location:
        """The same in a file."""
        return Location(path, self.line, max(self.line, self.end_line), self.column)


@dataclass(slots=True, eq=False)
class Scalar:
    """One text. ``plain`` says that it was written without quotes (JSON: a number, true, false or null).

    ``tag`` is an explicit local tag (``!Ref``), or a full one for which YAML 1.1 has no plain reading.
    """

    text: str
    place: Place
    plain: bool = False
    tag: str | None = None

    def untagged(self) -> Scalar:
        """The same without its tag."""
        return Scalar(self.text, self.place, self.plain)

    @property
    def is_null(self) -> bool:
        """Whether YAML and JSON read it as null: nothing at all, ``~`` or ``null`` without quotes."""
        return self.plain and self.text in _NULL

    @property
    def is_boolean(self) -> bool:
        """Whether both YAML and JSON read it as true or false (``yes`` and ``on``, on which tools differ, are text)."""
        return self.plain and self.text.lower() in {"true", "false"}

    @property
    def yaml_boolean(self) -> bool | None:
        """What YAML 1.1 reads: ``yes`` and ``on`` are true as well; None for all that is no truth value."""
        lower = self.text.lower()
        if not self.plain or self.text not in (lower, lower.upper(), lower.capitalize()):
            return None
        return True if lower in _TRUE else False if lower in _FALSE else None

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


class Source(Protocol):
    """A text whose lists and mappings are taken apart when somebody looks into them: between two offsets."""

    def members(self, start: int) -> tuple[Node, ...]:
        """The members of the list that starts there."""
        ...

    def entries(self, start: int) -> tuple[tuple[Scalar, Node], ...]:
        """The keys and values of the mapping that starts there."""
        ...

    def place(self, start: int, end: int) -> Place:
        """Where the text between two offsets stands."""
        ...


class _Container:
    """What lists and mappings share: their place, their tag, and where their text is if they are not yet read."""

    __slots__ = ("_place", "_source", "_span", "tag")

    def __init__(self, place: Place | None, tag: str | None) -> None:
        self.tag = tag
        self._place = place
        self._source: Source | None = None
        self._span = (0, 0)

    @property
    def place(self) -> Place:
        if self._place is None:
            assert self._source is not None  # noqa: S101 - made by ``later``
            self._place = self._source.place(*self._span)
        return self._place


class ListNode(_Container):
    """A sequence."""

    __slots__ = ("_items",)

    def __init__(self, items: tuple[Node, ...], place: Place, tag: str | None = None) -> None:
        super().__init__(place, tag)
        self._items: tuple[Node, ...] | None = items

    @classmethod
    def later(cls, source: Source, start: int, end: int) -> ListNode:
        """A list of which only the text is known so far."""
        node = cls.__new__(cls)
        node.tag, node._place, node._source, node._span, node._items = None, None, source, (start, end), None
        return node

    @property
    def items(self) -> tuple[Node, ...]:
        if self._items is None:
            assert self._source is not None  # noqa: S101 - made by ``later``
            self._items = self._source.members(self._span[0])
        return self._items

    def untagged(self) -> ListNode:
        """The same without its tag."""
        return ListNode(self.items, self.place)


class MapNode(_Container):
    """A mapping with its keys in the order written; keys are unique."""

    __slots__ = ("_by_key", "_entries")

    def __init__(self, entries: tuple[tuple[Scalar, Node], ...], place: Place, tag: str | None = None) -> None:
        super().__init__(place, tag)
        self._entries: tuple[tuple[Scalar, Node], ...] | None = entries
        self._by_key: dict[str, Node] | None = None

    @classmethod
    def later(cls, source: Source, start: int, end: int) -> MapNode:
        """A mapping of which only the text is known so far."""
        node = cls.__new__(cls)
        node.tag, node._place, node._source, node._span = None, None, source, (start, end)
        node._entries, node._by_key = None, None
        return node

    @property
    def entries(self) -> tuple[tuple[Scalar, Node], ...]:
        if self._entries is None:
            assert self._source is not None  # noqa: S101 - made by ``later``
            self._entries = self._source.entries(self._span[0])
        return self._entries

    def get(self, key: str) -> Node | None:
        """The value under a key."""
        if self._by_key is None:
            self._by_key = {name.text: value for name, value in self.entries}
        return self._by_key.get(key)

    @property
    def names(self) -> tuple[str, ...]:
        """The keys as text."""
        return tuple(name.text for name, _ in self.entries)

    def untagged(self) -> MapNode:
        """The same without its tag."""
        return MapNode(self.entries, self.place)


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
