"""Which types can be converted to which, and the one type that several have in common (go-cty, package convert).

``safe`` conversions always succeed; the others may fail for some values, as that of a string to a number.

What may go together once a hidden type is known is not refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

from parsers.terraform.faults import RefusalError
from parsers.terraform.limits import MAX_MIXED_TYPES
from parsers.terraform.types import (
    ANY,
    COLLECTIONS,
    HIDDEN,
    MAPPINGS,
    PRIMITIVES,
    RESOURCE,
    SEQUENCES,
    STRING,
    Type,
    any_of,
)


@lru_cache(maxsize=1024)
def convertible(source: Type, target: Type, *, safe: bool = False) -> bool:
    """Whether values of one type can be converted to another."""
    if source == target or target.kind == "any":
        return True
    if source.kind in ("any", "resource"):
        return not safe
    kinds = (source.kind, target.kind)
    if source.kind in PRIMITIVES and target.kind in PRIMITIVES:
        return target == STRING or (source == STRING and not safe)
    if kinds == ("object", "object"):
        return _object_fits(source, target, safe=safe)
    if kinds == ("tuple", "tuple"):
        pairs = zip(source.items, target.items, strict=False)
        return len(source.items) == len(target.items) and all(convertible(a, b, safe=safe) for a, b in pairs)
    if source.element is not None and target.element is not None:
        if kinds not in _COLLECTIONS or (safe and kinds == ("list", "set")):
            return False
        return convertible(source.element, target.element, safe=safe)
    if kinds in (("tuple", "list"), ("tuple", "set"), ("object", "map")) and target.element is not None:
        element = element_type(source, target.element, safe=safe)
        return element is not None and all(convertible(each, element, safe=safe) for each in set(source.inner))
    if kinds == ("map", "object") and not safe and source.element is not None:
        element = source.element
        return all(convertible(element, kind) or name in target.optional for name, kind in target.fields)
    return False


_COLLECTIONS = {("list", "list"), ("set", "list"), ("list", "set"), ("set", "set"), ("map", "map")}


def _object_fits(source: Type, target: Type, *, safe: bool) -> bool:
    given = dict(source.fields)
    return all(
        convertible(given[name], kind, safe=safe) if name in given else name in target.optional
        for name, kind in target.fields
    )


def element_type(source: Type, wanted: Type, *, safe: bool = False) -> Type | None:
    """The element type that a tuple or object takes as a collection of a wanted one; None if its parts have none."""
    parts = source.inner
    if wanted.kind != "any" or not parts:
        return wanted
    found = unify(parts, safe=safe)
    if found == HIDDEN and not safe:
        return found if may_unify(parts) else None
    is_any = found is not None and found.kind == "any"
    if is_any and source.kind == "tuple" and any(each.kind != "any" for each in parts):
        return None
    return found


def unify(types: Iterable[Type], *, safe: bool = False) -> Type | None:
    """The type that all of them can be converted to, or None; ``any`` where there are none, or where it is hidden."""
    given = tuple(dict.fromkeys(types))
    found = _unify(given, safe=safe) if given else ANY
    return HIDDEN if found is None and not safe and may_unify(given) else found


def may_unify(types: Iterable[Type]) -> bool:
    """Whether they may have a type in common once those that are hidden are known."""
    given = tuple(dict.fromkeys(types))
    known = [each for each in given if each != HIDDEN]
    kinds = {"object" if each == RESOURCE else each.kind for each in known}
    if not any(each.is_vague for each in given):
        return not given or _unify(given, safe=False) is not None
    if len(known) < 2 or kinds <= PRIMITIVES:
        return True
    if not any(kinds <= group for group in _TOGETHER):
        return False
    if RESOURCE in known:
        return True
    shapes = {(each.kind, len(each.inner), tuple(name for name, _ in each.fields)) for each in known}
    if len(shapes) == 1 and kinds <= {"object", "tuple"}:
        return all(map(may_unify, zip(*(each.inner for each in known), strict=True)))
    return may_unify(part for each in known for part in each.inner)


_TOGETHER = (MAPPINGS, SEQUENCES)


def _unify(types: Sequence[Type], *, safe: bool) -> Type | None:
    return _common(tuple(dict.fromkeys(types)), safe=safe)


@lru_cache(maxsize=1024)
def _common(types: tuple[Type, ...], *, safe: bool) -> Type | None:
    """``types`` are distinct and in their order."""
    if len(types) < 2:
        return types[0] if types else None
    kinds = {each.kind for each in types}
    if "resource" in kinds:
        return HIDDEN  # the object type of a resource is known to its provider only
    structured = kinds - {"any"}
    if not structured:
        return any_of(types)
    if structured and structured <= {"map", "object"} and "map" in structured and len(structured) == 2:
        found = _as_collections("object", "map", types, safe=safe)
        if found is not None:
            return found
    elif structured and structured <= {"list", "tuple"} and "list" in structured and len(structured) == 2:
        found = _as_collections("tuple", "list", types, safe=safe)
        if found is not None:
            return found
    elif len(structured) == 1 and not structured <= PRIMITIVES:
        return any_of(types) if "any" in kinds else _same_kind(next(iter(structured)), types, safe=safe)
    elif {"object", "tuple"} <= kinds:
        return None
    return next(
        (types[at] for at in _preference(types) if all(convertible(each, types[at], safe=safe) for each in types)), None
    )


def _same_kind(kind: str, types: tuple[Type, ...], *, safe: bool) -> Type | None:
    if kind in COLLECTIONS:
        element = _unify([each.element for each in types if each.element is not None], safe=safe)
        return _reachable(types, None if element is None else Type(kind, element), safe=safe)
    to_collection = "map" if kind == "object" else "list"
    shapes = {tuple(name for name, _ in each.fields) if kind == "object" else len(each.items) for each in types}
    if len(shapes) > 1:
        return _collection_of(to_collection, types, safe=safe)
    columns = [_unify(column, safe=safe) for column in zip(*(each.inner for each in types), strict=True)]
    parts = tuple(each for each in columns if each is not None)
    if len(parts) < len(columns):
        return None
    if kind == "object":
        names = (name for name, _ in types[0].fields)
        common = Type("object", fields=tuple(zip(names, parts, strict=True)))
    else:
        common = Type("tuple", items=parts)
    return _reachable(types, common, safe=safe) or _collection_of(to_collection, types, safe=safe)


def _collection_of(kind: str, types: tuple[Type, ...], *, safe: bool) -> Type | None:
    """The list or map that can take the parts of all tuples or objects."""
    element = _unify([part for each in types for part in each.inner], safe=safe)
    return _reachable(types, None if element is None else Type(kind, element), safe=safe)


def _reachable(types: tuple[Type, ...], target: Type | None, *, safe: bool) -> Type | None:
    return target if target is not None and all(convertible(each, target, safe=safe) for each in types) else None


def _as_collections(structure: str, kind: str, types: tuple[Type, ...], *, safe: bool) -> Type | None:
    """Tuples among lists, and objects among maps, taken for such; None if that does not lead to one."""
    mine = tuple(each for each in types if each.kind == structure)
    as_one = _collection_of(kind, mine, safe=safe)
    if as_one is None:
        return None
    common = _unify([as_one if each.kind == structure else each for each in types], safe=safe)
    return common if common is not None and common.kind == kind else None


def _preference(types: tuple[Type, ...]) -> list[int]:
    """The places of the types, the most general first (go-cty, sortTypes)."""
    if len(types) > MAX_MIXED_TYPES:
        raise RefusalError(f"more than {MAX_MIXED_TYPES} types in one collection")
    before: list[list[int]] = [[] for _ in types]
    waiting = [0] * len(types)
    for one in range(len(types)):
        for other in range(one + 1, len(types)):
            order = _compare(types[one], types[other])
            if order:
                first, second = (one, other) if order < 0 else (other, one)
                before[first].append(second)
                waiting[second] += 1
    queue = [at for at, count in enumerate(waiting) if not count]
    for at in queue:
        for later in before[at]:
            waiting[later] -= 1
            if not waiting[later]:
                queue.append(later)
    return queue


def _compare(one: Type, other: Type) -> int:
    """Negative if the first is the more general type (go-cty, compareTypes)."""
    kinds = (one.kind, other.kind)
    if "any" in kinds:
        return (one.kind == "any") - (other.kind == "any")
    if one.kind in PRIMITIVES and other.kind in PRIMITIVES:
        return (other == STRING) - (one == STRING)
    if one.element is not None and other.element is not None and one.kind == other.kind:
        return _compare(one.element, other.element)
    if kinds in (("list", "tuple"), ("map", "object"), ("tuple", "set"), ("list", "set")):
        return -1
    if kinds in (("tuple", "list"), ("object", "map"), ("set", "tuple"), ("set", "list")):
        return 1
    if kinds in (("object", "object"), ("tuple", "tuple")) and len(one.inner) == len(other.inner):
        if [name for name, _ in one.fields] != [name for name, _ in other.fields]:
            return 0
        orders = {_compare(a, b) for a, b in zip(one.inner, other.inner, strict=True)}
        return (1 in orders) - (-1 in orders)
    return 0
