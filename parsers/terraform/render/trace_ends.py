"""What a value is put together from in the end, whatever makes it: to see whether all of it is written here."""

from __future__ import annotations

from collections.abc import Iterator

from parsers.terraform.nodes import Expression, GetAttr, Name, ObjectNode, TupleNode
from parsers.terraform.render.trace_found import Found, Place
from parsers.terraform.render.trace_frames import Frame, Path
from parsers.terraform.render.trace_places import places
from parsers.terraform.render.trace_shapes import parts_of

_DEEP_PARTS = 6
_ROOTS = frozenset({"var", "local", "module", "data", "each"})


def ends(
    expression: Expression, frame: Frame, path: Path = (), depth: int = 0, *, whole: bool = False
) -> Iterator[Found]:
    """All that a value is put together from in the end: the places of what its expressions refer to. With ``whole`` a
    list or object that is written out is an end itself: whether it is there does not hang on what it holds.
    """
    for found in places(expression, frame, path):
        node = found.expression if isinstance(found, Place) else None
        literal = whole and isinstance(node, TupleNode | ObjectNode)
        if not isinstance(found, Place) or node is None or depth > _DEEP_PARTS or literal:
            yield found
            continue
        inner = list(_referred(node, found.frame))
        if not inner:
            yield found
        for each in inner:
            yield from ends(each, found.frame, (), depth + 1, whole=whole)


def _referred(node: Expression, frame: Frame) -> Iterator[Expression]:
    """The references in an expression, each with all of its steps by name."""
    inner: set[int] = set()
    for each in parts_of(node):
        if id(each) in inner:
            continue
        base = each
        while isinstance(base, GetAttr):
            base = base.base
            inner.add(id(base))
        if isinstance(base, Name) and each is not base and (base.name in _ROOTS or base.name in frame.bound):
            yield each
