"""What has to be done for one bucket, piece by piece: fields that change, rules that go, rules that come.

Each need has its ways, the best first, and what is to be told where there is none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from drift.cors.model import API_NAMES, CorsRule
from drift.location import Location
from parsers.terraform.nodes import Attribute, Block
from parsers.terraform.render.trace_elements import elements_added, elements_dropped
from parsers.terraform.render.trace_ends import ends
from parsers.terraform.render.trace_found import Found, Holder, Hop, Stop
from parsers.terraform.render.trace_frames import Frame, Path, Step, iterator_name
from parsers.terraform.render.trace_lists import ListNeed, list_changes
from parsers.terraform.render.trace_plain import NotPlainError
from parsers.terraform.render.trace_setting import Attempt, scalar_changes, writable
from parsers.terraform.render.trace_shapes import ARGUMENTS, Variable, element_for, fields_of
from parsers.terraform.render.trace_sites import RULE, Site, Source, dynamics_of
from parsers.terraform.render.trace_switches import at_call_first, lists_replaced, switched
from parsers.terraform.render.written import ArgumentChange, BlockAt, BlockChange, NewBlock, Plain

MOST_WAYS = 12
Fields = Mapping[str, Plain]


@dataclass(frozen=True, slots=True, eq=False)
class Need:
    """One thing to be done. ``start`` is where the way to its value begins, ``path`` what it is of that value;
    ``shaped`` are new rules as elements of what ``dynamic`` goes through, where that can be said.
    """

    ways: tuple[Attempt, ...]
    says: str
    wanted: Fields | Plain
    name: str
    at: Location
    start: Hop | None = None
    path: Path = ()
    shaped: tuple[Plain, ...] = ()

    def found(self) -> Iterator[Found]:
        """Where the ways to all parts of its value end."""
        if self.start is not None:
            yield from ends(self.start.expression, self.start.frame, self.path, whole=self.name == RULE)

    def stop(self) -> Stop | None:
        """Why the value is not ours to write, if a way to it ends without a literal."""
        return next((each for each in self.found() if isinstance(each, Stop)), None)


def _taken(ways: Iterator[Attempt]) -> tuple[Attempt, ...]:
    found: list[Attempt] = []
    for way in islice((each for each in ways if each), MOST_WAYS):
        if way not in found:
            found.append(way)
    return tuple(found)


# Fields


def changed_fields(declared: CorsRule, wanted: CorsRule) -> Iterator[str]:
    """The arguments of a rule that are to be another value; 0 seconds are what is stored for none."""
    for name in ARGUMENTS:
        old, new = getattr(declared, name), getattr(wanted, name)
        if isinstance(old, tuple) and isinstance(new, tuple):
            differs = set(old) != set(new) or len(old) != len(new)
        else:
            differs = (old or None) != (new or None)
        if differs:
            yield name


def field_need(site: Site, index: int, name: str, declared: CorsRule, wanted: CorsRule, at: Location) -> Need:
    """One field of one rule."""
    value = getattr(wanted, name)
    shown = f"{API_NAMES[name]} of rule {index + 1}"
    if site.attribute is not None:
        start, path = Hop(site.attribute, site.frame), (index, name)
        ways = _taken(_value_ways(start, path, name, declared, value, site))
        return Need(ways, shown, value, name, at, start, path)
    parts = [_source_field(site, source, name, declared, value) for source in site.sources[index]]
    ways_of_all = [ways for ways, _ in parts]
    together = tuple(
        tuple(change for ways in ways_of_all for change in ways[min(turn, len(ways) - 1)])
        for turn in range(max(map(len, ways_of_all)) if all(ways_of_all) else 0)
    )
    return Need(together, shown, value, name, at, parts[0][1] if parts else None)


def _source_field(
    site: Site, source: Source, name: str, declared: CorsRule, value: object
) -> tuple[tuple[Attempt, ...], Hop | None]:
    attribute = source.block.attributes.get(name)
    if attribute is None:
        return _taken(_inserted(site, source, name, value)), None
    start = Hop(attribute.expression, source.frame, Holder(source.block, source.frame, name))
    return _taken(_value_ways(start, (), name, declared, value, site)), start


def _inserted(site: Site, source: Source, name: str, value: object) -> Iterator[Attempt]:
    body = site.texts.block(source.block) if writable(source.frame) else None
    if body is not None:
        yield (ArgumentChange(body, name, _plain(value)),)


def _value_ways(start: Hop, path: Path, name: str, declared: CorsRule, value: object, site: Site) -> Iterator[Attempt]:
    old = getattr(declared, name)
    if not isinstance(value, tuple):
        if isinstance(value, str | int | None):
            yield from scalar_changes(start, value, site.texts, path)
        return
    if not isinstance(old, tuple):
        return
    gone = tuple(each for each in old if each not in value)
    new = tuple(each for each in value if each not in old)
    kept = tuple(each for each in old if each in value and isinstance(each, str))
    if all(isinstance(each, str) for each in (*gone, *new)):
        open_ = any(not isinstance(each, str) for each in old)
        yield from list_changes(start, ListNeed(gone, new, (*kept, *new), open_), site.texts, 0, path)


def _plain(value: object) -> Plain:
    if isinstance(value, tuple):
        return tuple(str(each) for each in value)
    assert value is None or isinstance(value, str | int)  # noqa: S101 - what is not known is never wanted
    return value


# Rules that go


def gone_needs(site: Site, indexes: Sequence[int], at: Callable[[int], Location]) -> Iterator[Need]:
    """Rules that go: static blocks one by one, the elements of one collection together."""
    if not indexes:
        return
    says = "the rules to take out" if len(indexes) > 1 else f"rule {indexes[0] + 1}, which goes"
    if site.attribute is not None:
        start = Hop(site.attribute, site.frame)
        ways = _taken(elements_dropped(start, indexes, site.texts))
        yield Need(ways, says, None, RULE, at(indexes[0]), start, (indexes[0],))
        return
    elements: dict[Block, list[Source]] = {}
    for index in indexes:
        for source in site.sources[index] if index < len(site.sources) else ():
            if source.dynamic is None:
                yield Need(_taken(_block_gone(site, source)), f"rule {index + 1}, which goes", None, RULE, at(index))
            else:
                elements.setdefault(source.dynamic, []).append(source)
    for dynamic, sources in elements.items():
        start = Hop(dynamic.attributes["for_each"].expression, site.frame, Holder(dynamic, site.frame, "for_each"))
        steps: list[Step] = [source.step for source in sources]
        yield Need(_taken(elements_dropped(start, steps, site.texts)), says, None, RULE, dynamic.at, start, (steps[0],))


def _block_gone(site: Site, source: Source) -> Iterator[Attempt]:
    body = site.texts.block(source.block) if writable(source.frame) else None
    if body is not None:
        yield (BlockChange(body),)


def all_gone(site: Site, count: int, at: Callable[[int], Location]) -> list[Need]:
    """No rules are left. A configuration of its own goes as a whole; where it has instances its rules go first."""
    needs = list(gone_needs(site, range(count), at))
    off = tuple(switched(site, to=False))
    if site.inline:
        return [replace(needs[0], ways=off + needs[0].ways), *needs[1:]] if off and len(needs) == 1 else needs
    body = site.texts.block(site.block) if writable(site.frame) else None
    whole: tuple[Attempt, ...] = () if body is None else ((BlockChange(body),),)
    if not site.repeated and not site.dynamics:
        return [Need(whole, "the configuration, which goes", None, RULE, site.at)]
    together = tuple(change for need in needs for change in (need.ways[0] if need.ways else ()))
    ways = off + ((together,) if together and all(need.ways for need in needs) else ()) + whole
    return [Need(ways, "the rules, which go", None, RULE, site.at, needs[0].start if needs else None)]


# Rules that come


def new_needs(site: Site, new: Sequence[CorsRule], before: Sequence[BlockAt | None]) -> Iterator[Need]:
    """Rules that come, all together; ``before`` has for each the static block that it must stand before, if any."""
    if not new:
        return
    rules = [fields_of(rule) for rule in new]
    says = "the new rule" if len(new) == 1 else "the new rules"
    starts = list(_collections(site))
    ways = at_call_first(site, _new_ways(site, rules, before))
    at = starts[0][1].at if starts else site.at if site.attribute is None else site.attribute.at
    wanted: Plain = tuple(rules)
    if not starts:
        yield Need(_taken(iter(ways)), says, wanted, RULE, at)
        return
    try:
        shaped = _elements(starts[0][2], rules, full=False)
    except NotPlainError:
        shaped = ()
    yield Need(_taken(iter(ways)), says, wanted, RULE, at, starts[0][0], shaped=shaped)


def _collections(site: Site) -> Iterator[tuple[Hop, Block | Attribute, Block, Frame]]:
    """What the ``dynamic`` blocks go through, those that are dormant too; the last one first."""
    for block, frame in ((site.block, site.frame), *site.dormant):
        for dynamic in reversed(dynamics_of(block)):
            expression = dynamic.expression("for_each")
            if expression is not None:
                yield Hop(expression, frame, Holder(dynamic, frame, "for_each")), dynamic, dynamic, frame


def _new_ways(site: Site, rules: Sequence[dict[str, Plain]], before: Sequence[BlockAt | None]) -> Iterator[Attempt]:
    if site.attribute is not None:
        whole = [{name: each.get(name) for name in ARGUMENTS if name != "id"} for each in rules]
        yield from elements_added(Hop(site.attribute, site.frame), whole, site.texts)
        return
    static_last = bool(site.sources) and site.sources[-1][0].dynamic is None
    if static_last:
        yield from _new_blocks(site, rules, before)
    on = [] if site.sources else switched(site, to=True)
    yield from on  # what is given may be the rules already
    for start, _, dynamic, _ in _collections(site):
        for full in (False, True):
            try:
                ways = list(islice(_new_elements(site, start, dynamic, rules, full=full), 5))
                others = list(lists_replaced(site, start, _elements(dynamic, rules, full=full))) if on else []
            except NotPlainError:
                continue
            yield from ways
            yield from ((*switch, *way) for switch in on[:2] for way in (*others, *ways[:2]))
    if not static_last and site.sources:
        yield from _new_blocks(site, rules, before)


def _new_elements(
    site: Site, start: Hop, dynamic: Block, rules: Sequence[Mapping[str, Plain]], *, full: bool
) -> Iterator[Attempt]:
    made = _elements(dynamic, rules, full=full)
    if made:
        yield from elements_added(start, made, site.texts)


def _elements(dynamic: Block, rules: Sequence[Mapping[str, Plain]], *, full: bool) -> tuple[Plain, ...]:
    """The rules as elements of what a ``dynamic`` block goes through; none where that cannot be said."""
    contents = dynamic.of_type("content")
    if not contents:
        return ()
    variable = Variable(iterator_name(dynamic, RULE), pair=True)
    made = tuple(element_for(contents[0], variable, each, full=full) for each in rules)
    return () if None in made else made


def _new_blocks(
    site: Site, rules: Sequence[Mapping[str, Plain]], before: Sequence[BlockAt | None]
) -> Iterator[Attempt]:
    static = [source.block for sources in site.sources for source in sources if source.dynamic is None]
    inner = static[-1] if static else site.block
    body = site.texts.around(site.block, inner) if writable(site.frame) else None
    if body is not None:
        yield tuple(NewBlock(body, RULE, each, at) for each, at in zip(rules, before, strict=True))
