"""Terraform's values: types, known data, null, and the unknown with what is known of it.

The model is that of the language's own type system (go-cty, docs/types.md): primitive types, collections of one element
type (list, set, map), structures (object, tuple), and ``any`` where nothing is known of the type.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_EVEN, Context, Decimal, DivisionByZero, InvalidOperation, Overflow

from drift.location import Location
from parsers.terraform.limits import MAX_EXPONENT, MAX_TEXT, MAX_WEIGHT

NUMBERS = Context(
    prec=154,
    rounding=ROUND_HALF_EVEN,
    Emax=MAX_EXPONENT,
    Emin=-MAX_EXPONENT,
    traps=[DivisionByZero, InvalidOperation, Overflow],
)
"""Arithmetic as exact as Terraform's, whose numbers have 512 bits of mantissa."""


class EvaluationError(Exception):
    """The expression is an error in Terraform too; ``try`` and ``can`` catch it. Holds no evaluated text."""

    def __init__(self, message: str, at: Location | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.at = at

    def __str__(self) -> str:
        return self.message if self.at is None else f"{self.message} ({self.at})"


class RefusalError(Exception):
    """This program will not go on with the expression (a limit); nothing in the language catches it."""


@dataclass(frozen=True, slots=True)
class Type:
    """A type: ``element`` of a list, set or map, ``items`` of a tuple, ``fields`` of an object (sorted by name).

    ``optional`` are the fields of an object type constraint that may be missing.
    """

    kind: str
    element: Type | None = None
    items: tuple[Type, ...] = ()
    fields: tuple[tuple[str, Type], ...] = ()
    optional: frozenset[str] = frozenset()

    def __str__(self) -> str:
        return f"{self.kind}({self.element})" if self.element is not None else self.kind


STRING = Type("string")
NUMBER = Type("number")
BOOL = Type("bool")
ANY = Type("any")
RESOURCE = Type("resource")
"""The object of a resource or a module call, whose attributes are worked out when they are asked for."""

PRIMITIVES = frozenset({"string", "number", "bool"})
SEQUENCES = frozenset({"list", "set", "tuple"})
MAPPINGS = frozenset({"map", "object"})


@dataclass(frozen=True, slots=True)
class Unresolved:
    """What stands in the place of data that is not known.

    ``identity`` is equal for two unknowns that are certainly the same value.
    """

    reason: str
    prefix: str = ""
    suffix: str = ""
    identity: Hashable = None


@dataclass(frozen=True, slots=True, eq=False)
class Lazy:
    """A resource instance or a module call: ``attribute`` gives the value of one attribute.

    ``whole`` gives the object itself, where all of its attributes are known by name (the outputs of a module).
    """

    address: str
    attribute: Callable[[str, Location | None], Value]
    whole: Callable[[], Value] | None = None


Data = str | Decimal | bool | tuple["Value", ...] | Mapping[str, "Value"] | Unresolved | Lazy | None


@dataclass(frozen=True, slots=True)
class Value:
    """A value of a type. ``data`` is None for null and Unresolved for an unknown.

    ``marks`` are what is said of this very value, whatever is in it: SENSITIVE, EPHEMERAL.
    """

    type: Type
    data: Data
    weight: int = 1
    marks: frozenset[str] = frozenset()

    @property
    def is_null(self) -> bool:
        return self.data is None

    @property
    def unresolved(self) -> Unresolved | None:
        """The unknown that this value is as a whole."""
        return self.data if isinstance(self.data, Unresolved) else None

    @property
    def members(self) -> tuple[Value, ...]:
        """The members of a known list, set or tuple."""
        if not isinstance(self.data, tuple):
            raise EvaluationError(f"a {self.type.kind} has no members")
        return self.data

    @property
    def entries(self) -> Mapping[str, Value]:
        """The entries of a known map or object, sorted by key."""
        if not isinstance(self.data, Mapping):
            raise EvaluationError(f"a {self.type.kind} has no entries")
        return self.data

    @property
    def text(self) -> str:
        """The text of a known string."""
        if not isinstance(self.data, str):
            raise EvaluationError(f"a string is needed here, not {self.type}")
        return self.data

    @property
    def number(self) -> Decimal:
        """The known number."""
        if not isinstance(self.data, Decimal):
            raise EvaluationError(f"a number is needed here, not {self.type}")
        return self.data

    @property
    def truth(self) -> bool:
        """The known truth value."""
        if not isinstance(self.data, bool):
            raise EvaluationError(f"a bool is needed here, not {self.type}")
        return self.data


SENSITIVE = "sensitive"
"""The mark of a value that is computed with and never printed."""
EPHEMERAL = "ephemeral"
"""The mark of a value that Terraform keeps in no plan and no state."""

NULL = Value(ANY, None)
TRUE = Value(BOOL, True)
FALSE = Value(BOOL, False)


def marked(value: Value, marks: Iterable[str]) -> Value:
    """The same value with more marks."""
    more = value.marks.union(marks)
    return value if more == value.marks else replace(value, marks=more)


def deep_marks(value: Value) -> frozenset[str]:
    """The marks of a value and of everything in it."""
    found = value.marks
    if isinstance(value.data, tuple):
        return found.union(*(deep_marks(each) for each in value.data))
    if isinstance(value.data, Mapping):
        return found.union(*(deep_marks(each) for each in value.data.values()))
    return found


def unmarked(value: Value) -> Value:
    """The same value with no marks at any depth."""
    data = value.data
    if isinstance(data, tuple):
        data = tuple(unmarked(each) for each in data)
    elif isinstance(data, Mapping):
        data = {key: unmarked(each) for key, each in data.items()}
    return replace(value, data=data, marks=frozenset()) if value.marks or data is not value.data else value


def text(content: str) -> Value:
    """A string. Raises RefusalError if it is too long."""
    if len(content) > MAX_TEXT:
        raise RefusalError(f"a string of more than {MAX_TEXT:,} characters")
    return Value(STRING, content, 1 + len(content) // 100)


def number(content: Decimal | int) -> Value:
    """A number. Raises RefusalError if it is beyond what is computed with."""
    amount = Decimal(content)
    if not amount.is_finite() or (amount and abs(amount.adjusted()) >= MAX_EXPONENT):
        raise RefusalError("a number too large to compute with")
    return Value(NUMBER, NUMBERS.plus(amount))


def truth(content: bool) -> Value:
    """A bool."""
    return TRUE if content else FALSE


def unknown(reason: str, kind: Type = ANY, *, prefix: str = "", suffix: str = "", identity: Hashable = None) -> Value:
    """An unknown of a type, with the reason for the reader."""
    return Value(kind, Unresolved(reason, prefix, suffix, identity))


def sequence(kind: Type, members: Iterable[Value]) -> Value:
    """A list, set or tuple of a given type; a set is sorted and has each member once."""
    content = tuple(members)
    if kind.kind == "set":
        content = _distinct_sorted(content)
    return Value(kind, content, _weight(content))


def tuple_of(members: Iterable[Value]) -> Value:
    """A tuple, as ``[...]`` makes it."""
    content = tuple(members)
    return Value(Type("tuple", items=tuple(each.type for each in content)), content, _weight(content))


def list_of(element: Type, members: Iterable[Value]) -> Value:
    """A list whose members all have the element type already."""
    return sequence(Type("list", element), members)


def mapping(kind: Type, entries: Mapping[str, Value]) -> Value:
    """A map or object of a given type; Terraform orders entries by the bytes of their keys."""
    content = {key: entries[key] for key in sorted(entries)}
    return Value(kind, content, _weight(content.values()))


def object_of(entries: Mapping[str, Value]) -> Value:
    """An object, as ``{...}`` makes it."""
    kind = Type("object", fields=tuple((key, entries[key].type) for key in sorted(entries)))
    return mapping(kind, entries)


def _weight(members: Iterable[Value]) -> int:
    weight = 1 + sum(each.weight for each in members)
    if weight > MAX_WEIGHT:
        raise RefusalError(f"a value with more than {MAX_WEIGHT:,} members")
    return weight


def _distinct_sorted(members: tuple[Value, ...]) -> tuple[Value, ...]:
    by_key = {identity_key(each): each for each in members}
    return tuple(by_key[key] for key in sorted(by_key, key=_sort_key))


def _sort_key(key: Hashable) -> tuple[int, object, str]:
    """Numbers by size, all else by its text; unknowns last."""
    if isinstance(key, tuple) and key[0] == "number":
        return (0, key[1], "")
    if isinstance(key, tuple) and key[0] == "unknown":
        return (2, 0, repr(key))
    if key == ("null",):
        return (1, 1, "")
    return (1, 0, key[1] if isinstance(key, tuple) and len(key) > 1 and isinstance(key[1], str) else repr(key))


def identity_key(value: Value) -> Hashable:
    """Equal for two values exactly if they are the same value of the same type; unknowns only where that is certain."""
    data = value.data
    if isinstance(data, Unresolved):
        return ("unknown", data.identity if data.identity is not None else id(data))
    if isinstance(data, Lazy):
        return ("resource", data.address)
    if isinstance(data, tuple):
        return (value.type.kind, *(identity_key(each) for each in data))
    if isinstance(data, Mapping):
        return (value.type.kind, *((key, identity_key(each)) for key, each in data.items()))
    if data is None:
        return ("null",)
    return (value.type.kind, data)


def as_object(value: Value) -> Value:
    """The object that a module call is; any other value as it is."""
    data = value.data
    return marked(data.whole(), value.marks) if isinstance(data, Lazy) and data.whole is not None else value


def unknowns(value: Value) -> Iterator[Unresolved]:
    """Every unknown in a value, itself included."""
    data = value.data
    if isinstance(data, Unresolved):
        yield data
    elif isinstance(data, Lazy):
        yield Unresolved(f"{data.address} as a whole is only known after apply")
    elif isinstance(data, tuple):
        for each in data:
            yield from unknowns(each)
    elif isinstance(data, Mapping):
        for each in data.values():
            yield from unknowns(each)


def first_unknown(value: Value) -> Unresolved | None:
    """The first unknown in a value, or None if it is known to the bottom."""
    return next(unknowns(value), None)


def number_text(amount: Decimal) -> str:
    """A number as Terraform prints it: shortest, never with an exponent."""
    shown = format(amount.normalize(NUMBERS), "f")
    return "0" if shown in ("-0", "") else shown
