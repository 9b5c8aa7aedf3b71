"""What a function is, and how one is called: arguments converted, nulls refused, unknowns passed on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from parsers.terraform.convert import convert
from parsers.terraform.values import ANY, EvaluationError, Lazy, Type, Value, first_unknown, unknown

Body = Callable[..., Value]
_Decorated = TypeVar("_Decorated", bound=Body)


@dataclass(frozen=True, slots=True)
class Function:
    """A function of the language.

    ``params`` are the types of the arguments, the last ``optional`` of them may be missing, ``rest`` is the type of any
    number of further ones. With ``deep`` the result is unknown as soon as an argument has an unknown anywhere in it;
    with ``shallow`` as soon as an argument is unknown as a whole; else the body sees unknowns itself.
    """

    name: str
    body: Body
    params: tuple[Type, ...]
    rest: Type | None
    optional: int
    deep: bool
    shallow: bool
    nulls: bool

    def __call__(self, args: list[Value]) -> Value:
        fewest, most = len(self.params) - self.optional, len(self.params)
        if len(args) < fewest or (len(args) > most and self.rest is None):
            raise EvaluationError(f"{self.name} does not take {len(args)} arguments")
        kinds = [*self.params[: len(args)], *[self.rest or ANY] * (len(args) - most)]
        converted = [
            self._argument(arg, kind, place) for place, (arg, kind) in enumerate(zip(args, kinds, strict=True), 1)
        ]
        for value in converted:
            found = first_unknown(value) if self.deep else value.unresolved if self.shallow else None
            if found is not None:
                return unknown(found.reason)
            if self.shallow and isinstance(value.data, Lazy):
                return unknown(f"{value.data.address} as a whole is only known after apply")
        return self.body(*converted)

    def _argument(self, value: Value, kind: Type, place: int) -> Value:
        if value.is_null and not self.nulls:
            raise EvaluationError(f"argument {place} of {self.name} is null")
        try:
            return convert(value, kind)
        except EvaluationError as error:
            raise EvaluationError(f"argument {place} of {self.name}: {error.message}") from error


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
) -> Callable[[_Decorated], _Decorated]:
    """Enters a body as the function of that name."""

    def enter(body: _Decorated) -> _Decorated:
        FUNCTIONS[name] = Function(name, body, params, rest, optional, deep, shallow, nulls)
        return body

    return enter
