"""Values: known data, null, and the unknown with what is known of it."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from drift.location import Location
from parsers.terraform.faults import EvaluationError
from parsers.terraform.types import Type


@dataclass(frozen=True, slots=True)
class Unresolved:
    """What stands in the place of data that is not known.

    ``identity`` is equal for two unknowns that are certainly the same value. ``prefix`` and ``suffix`` are the ends of
    a string. With ``not_null`` it is certainly not null. ``least`` and ``most`` bound a number, or how many members a
    collection has. They hold for what it is if it is not null (cty, "Refinements"; the suffix is ours).
    """

    reason: str
    prefix: str = ""
    suffix: str = ""
    identity: Hashable = None
    not_null: bool = False
    least: Decimal | None = None
    most: Decimal | None = None


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
            raise EvaluationError(f"string required, not {self.type}")
        return self.data

    @property
    def number(self) -> Decimal:
        """The known number."""
        if not isinstance(self.data, Decimal):
            raise EvaluationError(f"number required, not {self.type}")
        return self.data

    @property
    def truth(self) -> bool:
        """The known truth value."""
        if not isinstance(self.data, bool):
            raise EvaluationError(f"bool required, not {self.type}")
        return self.data
