"""What a function is, and how one is called: arguments converted, nulls refused, unknowns passed on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple, TypeVar

from parsers.terraform.convert import convert
from parsers.terraform.types import any_of
from parsers.terraform.values import (
    ANY,
    EvaluationError,
    Lazy,
    Type,
    Value,
    as_object,
    deep_marks,
    first_unknown,
    marked,
    unknown,
    unmarked,
)

Body = Callable[..., Value]
_Decorated = TypeVar("_Decorated", bound=Body)


class Function(NamedTuple):
    """A function of the language.

    ``params`` are the types of the arguments, the last ``optional`` of them may be missing, ``rest`` is the type of any
    number of further ones. With ``deep`` the result is unknown as soon as an argument has an unknown anywhere in it;
    with ``shallow`` as soon as an argument is unknown as a whole; else the body sees unknowns itself.

    The body sees arguments without marks, and its result takes all marks of all arguments, as cty does it for
    parameters that do not allow marks. With ``marks`` it sees the marks at every depth and alone marks its result. With
    ``moves`` it only moves members about: those keep their marks, and the marks of the arguments themselves go on the
    result.

    ``gives`` is the type of the result, for the case that it is unknown; a function of the converted arguments where it
    hangs on them. With a fixed type the result is never null. It may raise EvaluationError, as cty's functions do for
    arguments of types that do not go together.
    """

    name: str
    body: Body
    params: tuple[Type, ...]
    rest: Type | None
    optional: int
    deep: bool
    shallow: bool
    nulls: bool
    marks: bool
    gives: Type | Callable[..., Type]
    moves: bool

    def __call__(self, args: list[Value]) -> Value:
        fewest, most = len(self.params) - self.optional, len(self.params)
        if len(args) < fewest or (len(args) > most and self.rest is None):
            raise EvaluationError(f"{self.name} does not take {len(args)} arguments")
        kinds = [*self.params[: len(args)], *[self.rest or ANY] * (len(args) - most)]
        converted = [
            self._argument(arg, kind, place) for place, (arg, kind) in enumerate(zip(args, kinds, strict=True), 1)
        ]
        marks = frozenset[str]().union(*map(deep_marks, args))
        outer = frozenset[str]().union(*(each.marks for each in converted)) if self.moves else marks
        if not self.marks and marks:
            bare = (lambda each: replace(each, marks=frozenset())) if self.moves else unmarked
            converted = [bare(each) for each in converted]
        opened = self._opened(converted)
        if opened is not None:
            fixed = isinstance(self.gives, Type)
            kind = self.gives if isinstance(self.gives, Type) else self.gives(*converted)
            return marked(_typed(unknown(opened, kind, not_null=fixed), converted), marks)
        result = _typed(self.body(*converted), converted)
        return result if self.marks else marked(result, outer)

    def _opened(self, converted: list[Value]) -> str | None:
        """Why the result is unknown without the body being asked."""
        for value in converted:
            found = first_unknown(value) if self.deep else value.unresolved if self.shallow else None
            if found is not None:
                return found.reason
            if self.shallow and isinstance(value.data, Lazy):
                return f"{value.data.address} as a whole is only known after apply"
        return None

    def _argument(self, value: Value, kind: Type, place: int) -> Value:
        if value.is_null and not self.nulls:
            raise EvaluationError(f"argument {place} of {self.name} is null")
        try:
            return convert(as_object(value), kind)
        except EvaluationError as error:
            raise EvaluationError(f"argument {place} of {self.name}: {error.message}") from error


def _typed(result: Value, args: list[Value]) -> Value:
    """An unknown of no known type has a hidden one where that hangs on a hidden type of an argument."""
    if result.unresolved is None or result.type.kind != "any":
        return result
    return replace(result, type=any_of((result.type, *(each.type for each in args))))


FUNCTIONS: dict[str, Function] = {}
"""The functions that are covered, by name; filled by the modules of this package."""


def function(
    name: str,
    *params: Type,
    rest: Type | None = None,
    optional: int = 0,
    deep: bool = True,
    shallow: bool = True,
    nulls: bool = False,
    marks: bool = False,
    gives: Type | Callable[..., Type] = ANY,
    moves: bool = False,
) -> Callable[[_Decorated], _Decorated]:
    """Enters a body as the function of that name."""

    def enter(body: _Decorated) -> _Decorated:
        FUNCTIONS[name] = Function(name, body, params, rest, optional, deep, shallow, nulls, marks, gives, moves)
        return body

    return enter
