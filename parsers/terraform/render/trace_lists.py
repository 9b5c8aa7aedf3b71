"""What has a list of strings lose some and gain others, at the literals that it is made of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from parsers.terraform.nodes import Call, Expression, For, GetAttr, Index, Literal, Name, Template, TupleNode
from parsers.terraform.render.trace_found import Hop, Place, Stop
from parsers.terraform.render.trace_frames import Frame, Path, loop_frames
from parsers.terraform.render.trace_places import places
from parsers.terraform.render.trace_setting import Attempt, scalar_changes, set_at, set_nearer, taken_out, writable
from parsers.terraform.render.trace_texts import Texts
from parsers.terraform.render.written import Change, ListChange, ListJoin
from parsers.terraform.values import Value

_MOST = 6
"""Ways that are tried for one part of a list that is put together."""
_SAME_MEMBERS = frozenset({"toset", "tolist", "distinct", "sort", "compact", "reverse", "nonsensitive", "sensitive"})
_JOINED = frozenset({"concat", "setunion", "flatten", "coalescelist"})


@dataclass(frozen=True, slots=True)
class ListNeed:
    """What has to become of a list: which members go, which come, and what it is then as a whole.

    With ``open`` it has further members that are not known, and can only be changed in its parts.
    """

    drop: tuple[str, ...]
    add: tuple[str, ...]
    whole: tuple[str, ...]
    open: bool = False

    def part(self, members: Sequence[str], *, adding: bool) -> ListNeed:
        """The part of it that falls to a list with these members."""
        drop = tuple(each for each in self.drop if each in members)
        add = self.add if adding else ()
        return ListNeed(drop, add, (*(each for each in members if each not in drop), *add), self.open)

    def __bool__(self) -> bool:
        return bool(self.drop or self.add)


def list_changes(start: Hop, need: ListNeed, texts: Texts, depth: int = 0, path: Path = ()) -> Iterator[Attempt]:
    """The changes, each a way to do all of it; where it is written first, nearer to its use later.

    With ``path`` the list is a part of what the expression gives.
    """
    if depth > 12:
        return
    written: list[Place] = []
    removes = not need.whole and not depth and not need.open
    for found in places(start.expression, start.frame, path, start.holder):
        if isinstance(found, Stop):
            continue
        written.append(found)
        if removes:
            yield from taken_out(found.holder, texts)
        if found.expression is None or _is_null(found.expression):
            if not need.open:
                yield from set_at(found, need.whole, texts)
        else:
            yield from _at_place(found, need, texts, depth)
    if removes and written:
        yield from taken_out(start.holder, texts)
    for place in written if need.add and not need.drop else ():
        yield from _joined(place, need, texts)
    if not need.open:
        yield from set_nearer(start, path, written, need.whole, texts)


def _joined(place: Place, need: ListNeed, texts: Texts) -> Iterator[Attempt]:
    """New members beside what an expression makes, where they cannot be made by it; nearest to it first."""
    made = () if place.expression is None or place.path else (Hop(place.expression, place.frame),)
    for hop in (*made, *reversed(place.hops)):
        if isinstance(hop.expression, TupleNode | Literal) or not writable(hop.frame):
            continue
        value = hop.frame.value(hop.expression)
        at = texts.expression(hop.expression, templates=hop.frame.templates)
        if at is not None and value is not None and value.type.kind in ("list", "tuple"):
            yield (ListJoin(at, need.add),)


def _is_null(node: Expression) -> bool:
    return isinstance(node, Literal) and node.value.is_null


def _at_place(found: Place, need: ListNeed, texts: Texts, depth: int) -> Iterator[Attempt]:
    node, frame = found.expression, found.frame
    if isinstance(node, TupleNode):
        yield from _of_tuple(node, frame, need, texts)
    elif isinstance(node, For) and node.result_key is None:
        yield from _of_loop(node, frame, need, texts, depth)
    elif isinstance(node, Call):
        yield from _of_call(node, frame, need, texts, depth)


def texts_in(value: Value | None) -> tuple[str, ...] | None:
    """The members of a known list of strings; unknown and other members are left out."""
    if value is None or not isinstance(value.data, tuple):
        return None
    return tuple(each.data for each in value.data if isinstance(each.data, str))


def _of_tuple(node: TupleNode, frame: Frame, need: ListNeed, texts: Texts) -> Iterator[Attempt]:
    at = texts.expression(node, templates=frame.templates)
    if at is None or (frame.module is not None and frame.module.outlined is not None):
        return
    values = [frame.value(item) for item in node.items]
    drop = tuple(place for place, value in enumerate(values) if value is not None and value.data in need.drop)
    gone = {values[place].data for place in drop}  # type: ignore[union-attr] # they are those that are not None
    if any(each not in gone for each in need.drop):
        return
    referring = [node.items[place] for place in drop if isinstance(node.items[place], Name | GetAttr | Index)]
    if len(drop) == len(need.add) == len(referring) == 1:
        yield from scalar_changes(Hop(referring[0], frame), need.add[0], texts)
    yield (ListChange(at, drop, need.add),)


def _of_call(node: Call, frame: Frame, need: ListNeed, texts: Texts, depth: int) -> Iterator[Attempt]:
    if node.expand_last or not node.args:
        return
    if node.name in _SAME_MEMBERS:
        yield from _further(node.args[0], frame, need, texts, depth)
    elif node.name == "flatten":
        inner = node.args[0]
        if isinstance(inner, TupleNode):
            yield from _of_parts(inner.items, frame, need, texts, depth)
            yield from _of_tuple(inner, frame, need, texts)
        elif isinstance(inner, For) and inner.result_key is None:
            yield from _of_flattened_loop(inner, frame, need, texts, depth)
        else:
            yield from _further(inner, frame, need, texts, depth)
    elif node.name in _JOINED:
        yield from _of_parts(node.args, frame, need, texts, depth)
    elif node.name == "formatlist" and len(node.args) == 2:
        form = frame.value(node.args[0])
        if form is not None and isinstance(form.data, str) and form.data.count("%") == form.data.count("%s") == 1:
            prefix, _, suffix = form.data.partition("%s")
            yield from _inside(node.args[1], frame, need, (prefix, suffix), texts, depth)
    elif node.name == "split" and len(node.args) == 2:
        separator = frame.value(node.args[0])
        if separator is not None and isinstance(separator.data, str) and not need.open:
            joined = separator.data.join(need.whole)
            yield from scalar_changes(Hop(node.args[1], frame), joined, texts)
    elif node.name == "setsubtract" and len(node.args) == 2:
        yield from _further(node.args[0], frame, need, texts, depth)


def _further(expression: Expression, frame: Frame, need: ListNeed, texts: Texts, depth: int) -> Iterator[Attempt]:
    members = texts_in(frame.value(expression))
    if members is not None:
        part = need.part(members, adding=True)
        if len(part.drop) == len(need.drop):
            yield from list_changes(Hop(expression, frame), part, texts, depth + 1)


def _of_parts(parts: Sequence[Expression], frame: Frame, need: ListNeed, texts: Texts, depth: int) -> Iterator[Attempt]:
    """Lists that are joined: each loses what it has of what goes; new ones come to one of them, a literal best."""
    members = [texts_in(frame.value(part)) for part in parts]
    if not set(need.drop) <= {each for some in members for each in some or ()}:
        return
    places_ = [place for place, some in enumerate(members) if some is not None]
    losing = [bool(set(members[place] or ()) & set(need.drop)) for place in range(len(parts))]
    order = sorted(places_, key=lambda place: (not losing[place], not isinstance(parts[place], TupleNode), -place))
    for target in order if need.add else [None]:
        ways: list[tuple[Attempt, ...]] = []
        for place in places_:
            part = need.part(members[place] or (), adding=place == target)
            if part:
                hop = Hop(parts[place], frame)
                found = list_changes(hop, part, texts, depth + 1)
                ways.append(tuple(islice(found, _MOST if place == target else 1)))
        yield from _together(ways)


def _together(ways: Sequence[tuple[Attempt, ...]]) -> Iterator[Attempt]:
    """One way of each part at a time: the first ones, then the further ones of the part that has most."""
    if not ways or not all(ways):
        return
    for turn in range(max(map(len, ways))):
        changes: list[Change] = []
        for way in ways:
            changes.extend(way[min(turn, len(way) - 1)])
        yield tuple(changes)


# What is made of the members of another list


def _of_loop(node: For, frame: Frame, need: ListNeed, texts: Texts, depth: int) -> Iterator[Attempt]:
    around = _around(node.result, node.value)
    if around is not None and node.collection is not None:
        outer = _known_ends(around, node, frame)
        if outer is not None:
            yield from _inside(node.collection, frame, need, outer, texts, depth)
    rounds = loop_frames(frame, node)
    if rounds is not None and not need.add:
        yield from _rounds_dropped(node, rounds, need, texts)


def _rounds_dropped(
    node: For, rounds: Sequence[tuple[object, Frame]], need: ListNeed, texts: Texts
) -> Iterator[Attempt]:
    """The members of the collection of which what goes is made, taken out where each is written."""
    changes: list[Change] = []
    for _, inner in rounds:
        made = inner.value(node.result)
        if made is None or made.data not in need.drop:
            continue
        bound = inner.bound[node.value]
        path = () if bound.step is None else (bound.step,)
        held = [each for each in places(bound.collection, bound.frame, path) if isinstance(each, Place)]
        ways = [way for each in held[:1] for way in taken_out(each.holder, texts)]
        if not ways:
            return
        changes.extend(ways[0])
    if changes:
        yield tuple(changes)


def _of_flattened_loop(node: For, frame: Frame, need: ListNeed, texts: Texts, depth: int) -> Iterator[Attempt]:
    """``flatten([for x in c : x.origins])``: each round gives a list of its own."""
    rounds = loop_frames(frame, node)
    if rounds is None:
        return
    members = [texts_in(inner.value(node.result)) for _, inner in rounds]
    if not set(need.drop) <= {each for some in members for each in some or ()}:
        return
    for target in range(len(rounds) - 1, -1, -1) if need.add else [None]:
        ways = []
        for place, (_, inner) in enumerate(rounds):
            part = need.part(members[place] or (), adding=place == target)
            if part:
                found = list_changes(Hop(node.result, inner), part, texts, depth + 1)
                ways.append(tuple(islice(found, _MOST if place == target else 1)))
        yield from _together(ways)


def _around(result: Expression, name: str) -> tuple[tuple[object, ...], tuple[object, ...]] | None:
    """The parts of a template before and behind the only use of a loop's variable; nothing around the bare name."""
    if isinstance(result, Name):
        return ((), ()) if result.name == name else None
    if not isinstance(result, Template):
        return None
    uses = [place for place, part in enumerate(result.parts) if isinstance(part, Name) and part.name == name]
    return (result.parts[: uses[0]], result.parts[uses[0] + 1 :]) if len(uses) == 1 else None


def _known_ends(
    around: tuple[tuple[object, ...], tuple[object, ...]], node: For, frame: Frame
) -> tuple[str, str] | None:
    """The texts before and behind what a round puts into a template, the same for each round."""
    found = []
    for parts in around:
        template = Template(tuple(parts), node.at)  # type: ignore[arg-type] # parts of a template
        value = frame.value(template) if parts else None
        if parts and (value is None or not isinstance(value.data, str)):
            return None
        found.append(str(value.data) if value is not None else "")
    return found[0], found[1]


def _inside(
    expression: Expression, frame: Frame, need: ListNeed, outer: tuple[str, str], texts: Texts, depth: int
) -> Iterator[Attempt]:
    """The need as it is for a list whose members get a text before and one behind."""
    prefix, suffix = outer
    least = len(prefix) + len(suffix)
    whole = (*need.drop, *need.add)
    if not all(len(each) >= least and each.startswith(prefix) and each.endswith(suffix) for each in whole):
        return
    if not all(each.startswith(prefix) and each.endswith(suffix) for each in need.whole):
        return

    def bare(some: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(each[len(prefix) : len(each) - len(suffix)] for each in some)

    inner = ListNeed(bare(need.drop), bare(need.add), bare(need.whole), need.open)
    if prefix or suffix:
        yield from list_changes(Hop(expression, frame), inner, texts, depth + 1)
    else:
        yield from _further(expression, frame, inner, texts, depth)
