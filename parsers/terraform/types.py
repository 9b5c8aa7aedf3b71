"""The types of the language (go-cty, docs/types.md).

Primitive types, collections of one element type (list, set, map), structures (object, tuple), and ``any`` where nothing
is known of the type.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from parsers.terraform.faults import RefusalError
from parsers.terraform.limits import MAX_VALUE_DEPTH, MAX_WEIGHT


@dataclass(frozen=True, slots=True, eq=False)
class Type:
    """A type: ``element`` of a list, set or map, ``items`` of a tuple, ``fields`` of an object (sorted by name).

    ``optional`` are the fields of an object type constraint that may be missing; no value has such a type.
    ``is_hidden`` is said of an ``any`` that is a certain type for Terraform, who asks a provider or is given the value.
    ``size`` counts the types in it, ``is_open`` says whether ``any`` is among them, ``is_vague`` whether a hidden type
    or that of a resource is, ``has_optional`` whether an object with optional fields is. Raises RefusalError if it is
    too large or too deep.
    """

    kind: str
    element: Type | None = None
    items: tuple[Type, ...] = ()
    fields: tuple[tuple[str, Type], ...] = ()
    optional: frozenset[str] = frozenset()
    is_hidden: bool = False
    size: int = field(init=False, repr=False)
    depth: int = field(init=False, repr=False)
    is_open: bool = field(init=False, repr=False)
    is_vague: bool = field(init=False, repr=False)
    has_optional: bool = field(init=False, repr=False)
    digest: int = field(init=False, repr=False)

    def __post_init__(self) -> None:
        inner = self.inner
        size, depth = 1 + sum(each.size for each in inner), 1 + max((each.depth for each in inner), default=0)
        if size > MAX_WEIGHT:
            raise RefusalError(f"a type with more than {MAX_WEIGHT:,} parts")
        if depth > MAX_VALUE_DEPTH:
            raise RefusalError(f"a value that is nested more than {MAX_VALUE_DEPTH} deep")
        put = object.__setattr__
        put(self, "size", size)
        put(self, "depth", depth)
        put(self, "is_open", self.kind == "any" or any(each.is_open for each in inner))
        put(self, "is_vague", self.is_hidden or self.kind == "resource" or any(each.is_vague for each in inner))
        put(self, "has_optional", bool(self.optional) or any(each.has_optional for each in inner))
        put(self, "digest", hash((self.kind, self.element, self.items, self.fields, self.optional, self.is_hidden)))

    @property
    def inner(self) -> tuple[Type, ...]:
        """The types that it is made of."""
        if self.element is not None:
            return (self.element,)
        return self.items if self.items else tuple(kind for _, kind in self.fields)

    def __hash__(self) -> int:
        return self.digest

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if not isinstance(other, Type) or self.digest != other.digest:
            return False
        return (self.kind, self.element, self.items, self.fields, self.optional, self.is_hidden) == (
            other.kind,
            other.element,
            other.items,
            other.fields,
            other.optional,
            other.is_hidden,
        )

    def __str__(self) -> str:
        """As Terraform names it in its messages."""
        if self.kind == "any":
            return "any type"
        if self.element is None:
            return self.kind
        return f"{self.kind} of {'any single type' if self.element.kind == 'any' else self.element}"


STRING = Type("string")
NUMBER = Type("number")
BOOL = Type("bool")
ANY = Type("any")
HIDDEN = Type("any", is_hidden=True)
"""That of a value which has a type in Terraform, only that it is not to be seen here."""
RESOURCE = Type("resource")
"""The object of a resource or a module call, whose attributes are worked out when they are asked for."""

PRIMITIVES = frozenset({"string", "number", "bool"})
COLLECTIONS = frozenset({"list", "set", "map"})
SEQUENCES = frozenset({"list", "set", "tuple"})
MAPPINGS = frozenset({"map", "object"})


def any_of(types: Iterable[Type]) -> Type:
    """``any`` as the type of what comes of values of these types: hidden where one of them is."""
    return HIDDEN if any(each.is_vague for each in types) else ANY


def plain(kind: Type) -> Type:
    """The type without optional fields, as values have it."""
    if not kind.has_optional:
        return kind
    return Type(
        kind.kind,
        None if kind.element is None else plain(kind.element),
        tuple(map(plain, kind.items)),
        tuple((name, plain(each)) for name, each in kind.fields),
    )
