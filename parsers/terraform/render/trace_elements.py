"""What has a collection of rules lose some and gain others: the elements of what ``dynamic`` goes through."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

from parsers.terraform.nodes import Call, Conditional, Expression, For, Literal, ObjectNode, Splat, TupleNode
from parsers.terraform.render.trace_calls import CHOSEN
from parsers.terraform.render.trace_found import Hop, Place, Stop
from parsers.terraform.render.trace_frames import Frame, Step
from parsers.terraform.render.trace_places import places
from parsers.terraform.render.trace_plain import NotPlainError, put
from parsers.terraform.render.trace_setting import Attempt, set_at, taken_out, writable
from parsers.terraform.render.trace_shapes import element_behind
from parsers.terraform.render.trace_texts import Texts
from parsers.terraform.render.written import Change, EntryChange, ListChange, Plain
from parsers.terraform.values import Value

_DEEP = 12
_ONE_ARGUMENT = CHOSEN | {"tolist", "values", "nonsensitive", "sensitive"}


def elements_dropped(start: Hop, steps: Sequence[Step], texts: Texts) -> Iterator[Attempt]:
    """The elements at some steps go, each where it is an item or entry by itself."""
    ways: list[list[Attempt]] = []
    for step in steps:
        found = [
            way
            for place in places(start.expression, start.frame, (step,))
            if isinstance(place, Place)
            for item in (*place.items, place.holder)
            for way in taken_out(item, texts)
        ]
        if not found:
            return
        ways.append(found)
    for turn in range(max(map(len, ways), default=0)):
        changes: list[Change] = []
        for way in ways:
            changes.extend(way[min(turn, len(way) - 1)])
        yield tuple(changes)


def elements_added(start: Hop, elements: Sequence[Plain], texts: Texts, depth: int = 0) -> Iterator[Attempt]:
    """New elements come to the end of a collection."""
    if depth > _DEEP:
        return
    for found in places(start.expression, start.frame, (), start.holder):
        if isinstance(found, Stop):
            continue
        node = found.expression
        if node is None or (isinstance(node, Literal) and node.value.is_null):
            yield from _first(found, elements, texts)
        elif isinstance(node, TupleNode):
            yield from _to_tuple(node, found.frame, elements, texts)
        elif isinstance(node, ObjectNode):
            yield from _to_object(node, found.frame, elements, texts)
        elif isinstance(node, For):
            yield from _to_loop(node, found.frame, elements, texts, depth)
        elif isinstance(node, Call):
            yield from _to_call(node, found.frame, elements, texts, depth)
    yield from _to_other_arm(start, elements, texts, depth)


def _to_other_arm(start: Hop, elements: Sequence[Plain], texts: Texts, depth: int) -> Iterator[Attempt]:
    """Where there is nothing yet, the test of a conditional may ask for just that: then the other arm is to hold it."""
    node, frame = start.expression, start.frame
    if isinstance(node, Splat):
        yield from _to_only(node.base, frame, elements, texts)
    if not isinstance(node, Conditional):
        return
    value = frame.value(node)
    if value is None or value.data not in ((), None, {}):
        return
    for arm in (node.then, node.otherwise):
        if isinstance(arm, TupleNode) and len(arm.items) == 1:
            yield from _to_only(arm.items[0], frame, elements, texts)
        elif not isinstance(arm, TupleNode | ObjectNode | Literal):
            yield from elements_added(Hop(arm, frame), elements, texts, depth + 1)


def _to_only(node: Expression, frame: Frame, elements: Sequence[Plain], texts: Texts) -> Iterator[Attempt]:
    """The only element of a list, which is null or empty as yet."""
    for found in places(node, frame):
        empty = isinstance(found, Place) and (
            found.expression is None
            or (isinstance(found.expression, Literal) and found.expression.value.is_null)
            or (isinstance(found.expression, ObjectNode) and not found.expression.items)
        )
        if isinstance(found, Place) and empty and len(elements) == 1:
            yield from set_at(found, elements[0], texts)


def _first(found: Place, elements: Sequence[Plain], texts: Texts) -> Iterator[Attempt]:
    """The value of what has none yet: a list, or a map where the type wants one, or the only element itself."""
    base = found.base
    if base is not None and base.type.kind == "map":
        yield from set_at(found, dict(zip(_names(elements, ()), elements, strict=True)), texts)
    if base is not None and isinstance(base.data, tuple) and base.data and not found.path:
        return  # what counts so far would be lost
    yield from set_at(found, tuple(elements), texts)
    if len(elements) == 1:
        yield from set_at(found, elements[0], texts)


def _to_tuple(node: TupleNode, frame: Frame, elements: Sequence[Plain], texts: Texts) -> Iterator[Attempt]:
    at = texts.expression(node, templates=frame.templates) if writable(frame) else None
    if at is not None:
        yield (ListChange(at, (), tuple(elements)),)


def _to_object(node: ObjectNode, frame: Frame, elements: Sequence[Plain], texts: Texts) -> Iterator[Attempt]:
    at = texts.expression(node, templates=frame.templates) if writable(frame) else None
    if at is None:
        return
    keys = [value.data for key, _ in node.items if (value := frame.value(key)) is not None]
    names = _names(elements, [key for key in keys if isinstance(key, str)])
    yield tuple(EntryChange(at, name, each) for name, each in zip(names, elements, strict=True))


def _names(elements: Sequence[Plain], taken: Sequence[str]) -> list[str]:
    """A free key for each new element: its id, else a number."""
    found: list[str] = []
    for place, each in enumerate(elements, len(taken) + 1):
        own = each.get("id") if isinstance(each, Mapping) else None
        name = own if isinstance(own, str) else f"rule-{place}"
        while name in taken or name in found:
            name = f"{name}-{place}"
        found.append(name)
    return found


def _to_loop(node: For, frame: Frame, elements: Sequence[Plain], texts: Texts, depth: int) -> Iterator[Attempt]:
    try:
        behind = [element_behind(node, each) for each in elements]
        if node.result_key is not None:
            behind = [_keyed(node, each, name) for each, name in zip(behind, _names(elements, ()), strict=True)]
    except NotPlainError:
        return
    yield from elements_added(Hop(node.collection, frame), behind, texts, depth + 1)


def _keyed(node: For, element: Plain, name: str) -> Plain:
    """The element with what its key in the result is made of."""
    from parsers.terraform.render.trace_shapes import Variable

    path = None if node.result_key is None else Variable(node.value, pair=False).path(node.result_key)
    if path and isinstance(element, Mapping) and str(path[0]) not in element:
        return put(element, path, name)
    return element


def _to_call(node: Call, frame: Frame, elements: Sequence[Plain], texts: Texts, depth: int) -> Iterator[Attempt]:
    args = node.args
    if node.expand_last or not args:
        return
    if node.name in _ONE_ARGUMENT:
        targets: Sequence[Expression] = args[:1]
    elif node.name == "flatten" and isinstance(args[0], TupleNode):
        targets = [each for each in args[0].items if _is_collection(frame.value(each))] or args[:1]
    elif node.name == "flatten":
        targets = args[:1]
    elif node.name in ("concat", "merge", "setunion"):
        targets = args
    else:
        return
    literal = [each for each in reversed(targets) if isinstance(each, TupleNode | ObjectNode)]
    for target in (*literal, *(each for each in reversed(targets) if each not in literal)):
        yield from islice(elements_added(Hop(target, frame), elements, texts, depth + 1), 4)


def _is_collection(value: Value | None) -> bool:
    return value is not None and value.type.kind in ("list", "set", "tuple")
