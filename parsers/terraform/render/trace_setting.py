"""What sets a value at a place that was found: the literal there becomes another one, or one is inserted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from parsers.terraform.nodes import Block, Literal, ObjectNode, Template, TupleNode
from parsers.terraform.render.trace_ends import ends
from parsers.terraform.render.trace_found import Holder, Hop, Place, Stop
from parsers.terraform.render.trace_frames import Frame, Path
from parsers.terraform.render.trace_places import places
from parsers.terraform.render.trace_plain import NotPlainError, plain_of, put
from parsers.terraform.render.trace_texts import Texts
from parsers.terraform.render.written import (
    REMOVED,
    ArgumentChange,
    Change,
    EntryChange,
    ListChange,
    Plain,
    Removed,
    ValueChange,
)
from parsers.terraform.values import deep_marks

Attempt = tuple[Change, ...]


def writable(frame: Frame) -> bool:
    """Whether what stands in a frame is a file of the tree: an outline of a module is none."""
    return frame.module is None or frame.module.outlined is None


def set_at(place: Place, value: Plain, texts: Texts) -> Iterator[Attempt]:
    """What writes a whole value at a place."""
    try:
        if place.expression is None:
            base = None if place.base is None or not place.path else plain_of(place.base)
            yield from _held(place.holder, put(base, place.path, value), texts)
        elif isinstance(place.expression, Literal | Template | TupleNode | ObjectNode):
            yield from _replaced(Hop(place.expression, place.frame), put(None, place.path, value), texts)
    except NotPlainError:
        return


def _replaced(hop: Hop, value: Plain, texts: Texts) -> Iterator[Attempt]:
    if not writable(hop.frame):
        return
    at = texts.expression(hop.expression, templates=hop.frame.templates)
    if at is not None:
        yield (ValueChange(at, value),)


def set_nearer(start: Hop, path: Path, found: Sequence[Place], value: Plain, texts: Texts) -> Iterator[Attempt]:
    """What writes the value in the place of the expression that makes it, or of one that refers to that; nearest to
    where it is made first. Nothing where a part of it is given by somebody else, who would not be heard any more, or is
    a secret, which is written in one place only.
    """
    value_now = start.frame.value(start.expression)
    if value_now is None or deep_marks(value_now):
        return
    if any(isinstance(each, Stop) for each in ends(start.expression, start.frame, path)):
        return
    for place in found:
        if place.expression is not None and not place.path:
            yield from _replaced(Hop(place.expression, place.frame), value, texts)
        for hop in reversed(place.hops):
            yield from _replaced(hop, value, texts)


def taken_out(holder: Holder | None, texts: Texts) -> Iterator[Attempt]:
    """What takes out the entry, the item or the argument that a value is; a variable keeps its default."""
    if holder is not None and isinstance(holder.container, Block) and holder.container.type == "variable":
        return
    if holder is not None and isinstance(holder.container, TupleNode) and writable(holder.frame):
        at = texts.expression(holder.container, templates=holder.frame.templates)
        if at is not None:
            yield (ListChange(at, (holder.index,)),)
    else:
        yield from _held(holder, REMOVED, texts)


def _held(holder: Holder | None, value: Plain | Removed, texts: Texts) -> Iterator[Attempt]:
    if holder is None or not writable(holder.frame):
        return
    container = holder.container
    if isinstance(container, ObjectNode):
        at = texts.expression(container, templates=holder.frame.templates)
        if at is not None:
            yield (EntryChange(at, holder.name, value),)
    elif isinstance(container, Block | str):
        body = texts.block(container) if isinstance(container, Block) else texts.whole(container)
        if body is not None:
            yield (ArgumentChange(body, holder.name, value),)


def scalar_changes(start: Hop, value: Plain, texts: Texts, path: Path = ()) -> Iterator[Attempt]:
    """What has a string or number that an expression gives, or has at the end of a path, be another one; None unsets
    it.
    """
    written: list[Place] = []
    for found in places(start.expression, start.frame, path, start.holder):
        if isinstance(found, Stop):
            continue
        written.append(found)
        if value is None:
            yield from taken_out(found.holder, texts)
        if found.expression is None or _is_literal(found) or value is None:
            yield from set_at(found, value, texts)
    if written and value is None:
        yield from taken_out(start.holder, texts)
    yield from set_nearer(start, path, written, value, texts)


def _is_literal(place: Place) -> bool:
    node = place.expression
    if isinstance(node, Template):
        return all(isinstance(part, str) for part in node.parts)
    return isinstance(node, Literal)
