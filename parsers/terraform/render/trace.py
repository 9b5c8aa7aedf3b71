"""All that has to change for a bucket to have the wanted rules, at the places where its values are written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from drift.cors.model import BucketCors
from drift.edits import ByHand, WantedRules
from drift.location import Location
from drift.snapshot import Bucket
from parsers.terraform.nodes import TupleNode
from parsers.terraform.render.trace_by_hand import by_hand
from parsers.terraform.render.trace_found import Place
from parsers.terraform.render.trace_needs import Need, all_gone, changed_fields, field_need, gone_needs, new_needs
from parsers.terraform.render.trace_places import places
from parsers.terraform.render.trace_plain import NotPlainError
from parsers.terraform.render.trace_setting import Attempt, writable
from parsers.terraform.render.trace_sites import Site
from parsers.terraform.render.written import (
    ArgumentChange,
    BlockAt,
    BlockChange,
    BlockOrder,
    Change,
    EntryChange,
    ListChange,
    Traced,
    ValueChange,
)

_MOST_ATTEMPTS = 16


def traced(site: Site | None, bucket: Bucket, wanted: WantedRules) -> Traced:
    """The attempts that are meant to have the bucket at a site declare what is wanted; see ``Traced``."""
    if site is None:
        at = bucket.location
        return Traced((), () if at is None else (ByHand(at, "how its rules come to be cannot be followed", ""),))
    try:
        needs = _needs(site, bucket, wanted)
    except NotPlainError:
        return Traced((), (ByHand(site.at, "a value that is wanted is not known itself", ""),))
    order = _order(site, wanted) or _element_order(site, bucket, wanted)
    attempts = _attempts(needs, order) if all(need.ways for need in needs) else ()
    whole = not wanted.rules or bucket.cors is None or not bucket.cors.rules
    return Traced(tuple(attempts), tuple(dict.fromkeys(by_hand(site, need, whole=whole) for need in needs)))


def _needs(site: Site, bucket: Bucket, wanted: WantedRules) -> list[Need]:
    declared = BucketCors(()) if bucket.cors is None else bucket.cors

    def at(index: int) -> Location:
        return bucket.places[index].location if index < len(bucket.places) else site.at

    if not wanted.rules:
        return all_gone(site, len(declared.rules), at)
    needs: list[Need] = []
    for rule, index in zip(wanted.rules, wanted.replaces, strict=True):
        if index is None:
            continue
        old = declared.rules[index]
        needs += (field_need(site, index, name, old, rule, at(index)) for name in changed_fields(old, rule))
    kept = {index for index in wanted.replaces if index is not None}
    needs += gone_needs(site, [index for index in range(len(declared.rules)) if index not in kept], at)
    new = [rule for rule, index in zip(wanted.rules, wanted.replaces, strict=True) if index is None]
    needs += new_needs(site, new, _before(site, wanted))
    return needs


# Order, which counts in the list that a bucket resource has itself


def _static(site: Site, index: int) -> BlockAt | None:
    sources = site.sources[index] if index < len(site.sources) else ()
    return site.texts.block(sources[0].block) if sources and sources[0].dynamic is None else None


def _before(site: Site, wanted: WantedRules) -> list[BlockAt | None]:
    """For each new rule the kept block that follows it, in an inline list."""
    found: list[BlockAt | None] = []
    for place, index in enumerate(wanted.replaces):
        if index is None:
            following = [each for each in wanted.replaces[place + 1 :] if each is not None] if site.inline else []
            found.append(_static(site, following[0]) if following else None)
    return found


def _order(site: Site, wanted: WantedRules) -> tuple[BlockOrder | ListChange, ...]:
    """That kept blocks of an inline list change places."""
    kept = [index for index in wanted.replaces if index is not None]
    if not site.inline or kept == sorted(kept) or site.attribute is not None:
        return ()
    blocks = [_static(site, index) for index in kept]
    known = [each for each in blocks if each is not None]
    return (BlockOrder(tuple(known)),) if len(known) == len(blocks) else ()


# Putting together


def _element_order(site: Site, bucket: Bucket, wanted: WantedRules) -> tuple[ListChange, ...]:
    """That the elements of the list that an inline list of rules is made of are to stand in another order."""
    count = 0 if bucket.cors is None else len(bucket.cors.rules)
    kept = [index for index in wanted.replaces if index is not None]
    new = iter(range(count, count + len(wanted.replaces)))
    order = tuple(next(new) if index is None else index for index in wanted.replaces)
    if not site.inline or not order or order == (*sorted(kept), *order[len(kept) :]):
        return ()
    expressions = [site.attribute, *(each.expression("for_each") for each in site.dynamics)]
    given = [each for each in expressions if each is not None]
    for found in places(given[0], site.frame) if len(given) == 1 and not site.has_static else ():
        if isinstance(found, Place) and isinstance(found.expression, TupleNode) and writable(found.frame):
            at = site.texts.expression(found.expression, templates=found.frame.templates)
            if at is not None and len(found.expression.items) == count:
                return (ListChange(at, (), (), order),)
    return ()


def _attempts(needs: Sequence[Need], order: tuple[BlockOrder | ListChange, ...]) -> Iterator[Attempt]:
    """The first way of each need; then the further ways of each by itself, and of all at once."""
    seen: list[Attempt] = []
    for turn, choice in enumerate(_choices([len(need.ways) for need in needs])):
        if turn >= _MOST_ATTEMPTS * 4 or len(seen) >= _MOST_ATTEMPTS:
            return
        changes = [change for need, way in zip(needs, choice, strict=True) for change in need.ways[way]]
        attempt = _merged([*changes, *order])
        if attempt is not None and attempt not in seen:
            seen.append(attempt)
            yield attempt


def _choices(counts: Sequence[int]) -> Iterator[tuple[int, ...]]:
    yield tuple(0 for _ in counts)
    for turn in range(1, max(counts, default=0)):
        yield tuple(min(turn, count - 1) for count in counts)
    for place, count in enumerate(counts):
        for turn in range(1, count):
            yield tuple(turn if each == place else 0 for each in range(len(counts)))


def _merged(changes: Iterable[Change]) -> Attempt | None:
    """The changes with those of one literal together; None where they contradict each other or overlap."""
    found: dict[object, Change] = {}
    for change in changes:
        key = _key(change)
        known = found.get(key)
        if known is None or known == change:
            found[key] = change
        elif isinstance(change, ListChange) and isinstance(known, ListChange):
            drop = tuple(sorted({*known.drop, *change.drop}))
            add = (*known.add, *(each for each in change.add if each not in known.add))
            found[key] = replace(known, drop=drop, add=add, order=known.order or change.order)
        else:
            return None
    merged = tuple(found.values())
    return None if any(_inside_replaced(each, merged) or not _whole_order(each) for each in merged) else merged


def _whole_order(change: Change) -> bool:
    """Whether an order of items speaks of those that are there: new ones may have come to another place."""
    if not isinstance(change, ListChange) or change.order is None or not isinstance(change.at.node, TupleNode):
        return True
    stay = set(range(len(change.at.node.items))) - set(change.drop)
    new = range(len(change.at.node.items), len(change.at.node.items) + len(change.add))
    return sorted(change.order) == sorted((*stay, *new))


def _key(change: Change) -> object:
    if isinstance(change, EntryChange | ArgumentChange):
        return (change.at.path, change.at.start, change.name)
    if isinstance(change, ListChange | ValueChange | BlockChange):
        return (change.at.path, change.at.start)
    return change if isinstance(change, BlockOrder) else id(change)


def _inside_replaced(change: Change, changes: Sequence[Change]) -> bool:
    """Whether a change is of text that another one replaces or takes out as a whole."""
    if isinstance(change, BlockOrder):
        return False
    at = change.at
    return any(
        each is not change
        and isinstance(each, ValueChange | BlockChange)
        and each.at.path == at.path
        and each.at.start <= at.start
        and at.end <= each.at.end
        for each in changes
    )
