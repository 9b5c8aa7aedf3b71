"""Functions that hand on what they are given: which argument, and where in it, a result or a part of it comes from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from parsers.terraform.convert import convert
from parsers.terraform.nodes import Call, Expression
from parsers.terraform.render.trace_frames import Frame, Path, Step
from parsers.terraform.set_order import identity_key
from parsers.terraform.values import EvaluationError, RefusalError, Value

Further = list[tuple[Expression, Path]]
"""Expressions to go on with, each with the path into its value; the best place to write first."""

SAME = frozenset(
    {"tolist", "tomap", "nonsensitive", "sensitive", "tostring", "tonumber", "jsondecode", "ephemeralasnull"}
)
"""The result has the parts of the argument, under the same keys and places."""
CHOSEN = frozenset(
    {"toset", "distinct", "sort", "compact", "reverse", "slice", "setunion", "setintersection", "setsubtract"}
)
"""The result has members of the arguments, in another order or not all of them."""
FIRST = frozenset({"try", "coalesce", "coalescelist"})


def whole_of_call(node: Call, frame: Frame) -> Further | None:
    """Where the whole result comes from as it is; None for a function that makes a new value."""
    if not node.args:
        return None
    if node.name in SAME:
        return [(node.args[0], ())]
    if node.name in FIRST:
        return [(each, ()) for each in taken(node, frame)]
    return _accessed(node, frame, ())


def step_into_call(node: Call, frame: Frame, path: Path) -> Further | None:
    """Where a part of the result comes from; None for a function that makes new parts."""
    if not node.args:
        return None
    name, step = node.name, path[0]
    if name in SAME:
        return [(node.args[0], path)]
    if name in FIRST:
        return [(each, path) for each in taken(node, frame)]
    if name == "merge":
        return _merged(node, frame, path)
    if name in ("concat", "flatten", "values") and isinstance(step, int):
        return _sequence(node, frame, step, path[1:])
    if name in CHOSEN and isinstance(step, int):
        return _by_value(node, frame, step, path[1:])
    return _accessed(node, frame, path)


def taken(node: Call, frame: Frame) -> list[Expression]:
    """The arms of ``try`` and ``coalesce`` up to the one that is taken. Those before it have no value yet: what ``try``
    finds missing is the better place to write one, as what it has in its place is for all; ``coalesce`` is a choice.
    """
    found: list[Expression] = []
    for arm in node.args:
        value = frame.value(arm)
        found.append(arm)
        empty = value is None or value.is_null or value.data == "" or (node.name == "coalescelist" and value.data == ())
        if value is not None and (node.name == "try" or not empty):
            break
    return found if node.name == "try" else found[::-1]


def _accessed(node: Call, frame: Frame, path: Path) -> Further | None:
    """``lookup``, ``element`` and ``one``: steps in the form of functions."""
    name, args = node.name, node.args
    if name == "lookup" and len(args) > 1:
        key = frame.value(args[1])
        if key is None or not isinstance(key.data, str):
            return None
        base = frame.value(args[0])
        known = base is not None and isinstance(base.data, Mapping) and key.data in base.data
        found: Further = [(args[0], (key.data, *path))]
        return found if known or len(args) < 3 else [*found, (args[2], path)]
    if name == "element" and len(args) == 2:
        place, members = frame.value(args[1]), frame.members(args[0])
        if place is None or not isinstance(place.data, Decimal) or not members:
            return None
        return [(args[0], (int(place.data) % len(members), *path))]
    if name == "one":
        members = frame.members(args[0])
        return [(args[0], (members[0][0], *path))] if members else None
    return None


def _merged(node: Call, frame: Frame, path: Path) -> Further | None:
    """The last of the maps that has the key; where none has it, any could, the last best."""
    having = []
    for arg in node.args:
        value = frame.value(arg)
        if value is None or not (value.is_null or isinstance(value.data, Mapping)):
            return None
        if isinstance(value.data, Mapping) and path[0] in value.data:
            having.append(arg)
    return [(having[-1], path)] if having else [(arg, path) for arg in reversed(node.args)]


def _sequence(node: Call, frame: Frame, step: int, rest: Path) -> Further | None:
    if node.name == "concat":
        for arg in node.args:
            members = frame.members(arg)
            if members is None:
                return None
            if step < len(members):
                return [(arg, (members[step][0], *rest))]
            step -= len(members)
        return None
    members = frame.members(node.args[0])
    if members is None:
        return None
    if node.name == "values":
        return [(node.args[0], (members[step][0], *rest))] if step < len(members) else None
    value = frame.value(node.args[0])
    leaves = [] if value is None else list(_leaves(value))
    return [(node.args[0], (*leaves[step], *rest))] if step < len(leaves) else None


def _leaves(value: Value) -> Iterator[Path]:
    """The paths to what ``flatten`` leaves of a list of lists."""
    if not isinstance(value.data, tuple):
        return
    for place, member in enumerate(value.data):
        if isinstance(member.data, tuple):
            for path in _leaves(member):
                yield (place, *path)
        else:
            yield (place,)


def _by_value(node: Call, frame: Frame, step: int, rest: Path) -> Further | None:
    """The member of an argument that is the wanted one of the result."""
    members = frame.members(node)
    if members is None or step >= len(members):
        return None
    wanted = members[step][2]
    for arg in node.args:
        place = place_of(frame, arg, wanted)
        if place is not None:
            return [(arg, (place, *rest))]
    return None


def place_of(frame: Frame, collection: Expression, wanted: Value) -> Step | None:
    """The step to the member of a collection that is the same value."""
    key = identity_key(wanted)
    for step, _, member in frame.members(collection) or ():
        try:
            if identity_key(member) == key or identity_key(convert(member, wanted.type)) == key:
                return step
        except (EvaluationError, RefusalError):
            continue
    return None
