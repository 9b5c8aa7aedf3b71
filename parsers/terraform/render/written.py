"""What is to be done at the places where values are written: found by ``trace``, made text of by ``edits_of``.

Offsets count characters of the file decoded as UTF-8, a byte order mark included, as ``drift.edits.TextEdit`` has them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from drift.edits import ByHand
from parsers.terraform.nodes import Block, Expression


class Removed(Enum):
    """Stands in the place of a value for one that goes."""

    REMOVED = "removed"


REMOVED = Removed.REMOVED

Plain = None | bool | int | str | tuple["Plain", ...] | Mapping[str, "Plain"]
"""A value to be written as a literal; the names of a Mapping are those to be written, in their order."""


@dataclass(frozen=True, slots=True)
class Written:
    """An expression as it stands in a file: the characters from ``start`` up to, not including, ``end``.

    ``templates`` is False where the file's strings are literal text: JSON variable files, JSON defaults.
    """

    path: str
    start: int
    end: int
    node: Expression | None = field(default=None, compare=False)
    templates: bool = True


@dataclass(frozen=True, slots=True)
class BlockAt:
    """A block, from its first word to behind its closing brace; in JSON syntax the object that is its body.

    For a variable file, the whole file: ``block`` is None, and arguments stand in it by themselves (native syntax) or
    in the object that it is (JSON).
    """

    path: str
    start: int
    end: int
    block: Block | None = field(default=None, compare=False)
    templates: bool = True


@dataclass(frozen=True, slots=True)
class ListChange:
    """Items of a list literal go, by their places in it, and others are appended in the style of their neighbours.

    ``order`` is there where the items that stay and the new ones are to stand in another order than that: the places of
    items that stay, and the length of the list plus the place in ``add`` for new ones.
    """

    at: Written
    drop: tuple[int, ...] = ()
    add: tuple[Plain, ...] = ()
    order: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True)
class ListJoin:
    """What gives a list is to give some more: ``concat(<the expression as it stands>, [...])``."""

    at: Written
    add: tuple[Plain, ...]


@dataclass(frozen=True, slots=True)
class ValueChange:
    """The whole expression becomes a literal."""

    at: Written
    value: Plain


@dataclass(frozen=True, slots=True)
class EntryChange:
    """An entry of an object literal is set, inserted, or taken out."""

    at: Written
    name: str
    value: Plain | Removed


@dataclass(frozen=True, slots=True)
class ArgumentChange:
    """An argument of a block, or of a variable file, is set, inserted, or taken out."""

    at: BlockAt
    name: str
    value: Plain | Removed


@dataclass(frozen=True, slots=True)
class BlockChange:
    """A block goes."""

    at: BlockAt


@dataclass(frozen=True, slots=True)
class NewBlock:
    """A nested block is inserted in ``at``: before the block ``before``, else behind the last of its type."""

    at: BlockAt
    type: str
    fields: Mapping[str, Plain]
    before: BlockAt | None = None


@dataclass(frozen=True, slots=True)
class BlockOrder:
    """These blocks of one body are to stand in this order."""

    blocks: tuple[BlockAt, ...]


Change = ListChange | ListJoin | ValueChange | EntryChange | ArgumentChange | BlockChange | NewBlock | BlockOrder


@dataclass(frozen=True, slots=True)
class Traced:
    """What is proposed for one bucket: each attempt does all of it, the one that keeps most comes first.

    ``by_hand`` is what is to be told if none of them holds.
    """

    attempts: tuple[tuple[Change, ...], ...] = ()
    by_hand: tuple[ByHand, ...] = ()


__all__ = [
    "REMOVED",
    "ArgumentChange",
    "BlockAt",
    "BlockChange",
    "BlockOrder",
    "Change",
    "EntryChange",
    "ListChange",
    "ListJoin",
    "NewBlock",
    "Plain",
    "Removed",
    "Traced",
    "ValueChange",
    "Written",
]
