"""What the walk to where a value is written finds: a place, or why it ends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from drift.location import Location
from parsers.terraform.nodes import Block, Expression, ObjectNode, TupleNode
from parsers.terraform.render.trace_frames import Frame, Path
from parsers.terraform.values import Value


@dataclass(frozen=True, slots=True, eq=False)
class Holder:
    """What an expression stands in, and as what: an entry of an object, an item of a list, an argument of a block.

    ``container`` is a path for a variable file.
    """

    container: ObjectNode | TupleNode | Block | str
    frame: Frame
    name: str = ""
    index: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Hop:
    """An expression on the way that only refers to the place: a literal could stand there instead."""

    expression: Expression
    frame: Frame
    holder: Holder | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """Where a value is written.

    ``expression`` is what stands there, a literal or what makes a new value; with ``path`` it is the null in the place
    of what would have that part. It is None where nothing is written yet: then ``holder`` is where it would be
    inserted, ``path`` what of the way is left below it, and ``base`` the whole value that counts so far. ``items`` are
    the entries and items on the way that are the whole part that was asked for.
    """

    expression: Expression | None
    frame: Frame
    path: Path = ()
    holder: Holder | None = None
    hops: tuple[Hop, ...] = ()
    base: Value | None = None
    items: tuple[Holder, ...] = ()


@dataclass(frozen=True, slots=True)
class Stop:
    """Where the way ends without a literal, and why in words that follow "the value is left to you:"."""

    at: Location
    why: str


class Source(NamedTuple):
    """An expression of a file, with the path to what is meant in its value."""

    expression: Expression
    frame: Frame
    path: Path


Found = Place | Stop
