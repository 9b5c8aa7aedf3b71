"""The functions of the language, as far as they are covered; the others give an unknown that names them."""

from __future__ import annotations

from drift.location import Location
from parsers.terraform.functions import collections, encoding, numeric, sets, strings, yaml_text  # noqa: F401 - they enter themselves
from parsers.terraform.functions.registry import FUNCTIONS
from parsers.terraform.values import EvaluationError, RefusalError, Value, unknown

ONLY_AT_APPLY = frozenset({"timestamp", "plantimestamp", "uuid", "bcrypt"})
"""Functions whose result differs from run to run."""


def call(name: str, args: list[Value], at: Location) -> Value:
    """The result of a function; an unknown that names it where it is not covered. Raises EvaluationError."""
    found = FUNCTIONS.get(name.removeprefix("core::"))
    if found is None:
        why = "is only known when it is run" if name in ONLY_AT_APPLY else "is not evaluated by this program"
        return unknown(f"{name}() {why} ({at})")
    try:
        return found(args)
    except EvaluationError as error:
        if error.at is None:
            error.at = at
        raise
    except (ArithmeticError, ValueError) as error:
        raise RefusalError(f"{name}() of such arguments is not evaluated") from error
