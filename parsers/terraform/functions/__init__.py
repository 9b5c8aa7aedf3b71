"""The functions of the language."""

from __future__ import annotations

from drift.location import Location
from parsers.terraform.functions import (  # noqa: F401 - they enter themselves
    assumptions,
    collections,
    conversions,
    csv_text,
    encoding,
    floating,
    formatting,
    hashes,
    json_text,
    lists,
    maps,
    networks,
    numeric,
    paths,
    patterns,
    sensitivity,
    sets,
    strings,
    times,
    yaml_text,
    yaml_writing,
)
from parsers.terraform.functions.registry import FUNCTIONS
from parsers.terraform.values import STRING, EvaluationError, RefusalError, Value, unknown

_WHEN_RUN = "is only known when it is run"
UNKNOWABLE = {
    "timestamp": _WHEN_RUN,
    "plantimestamp": _WHEN_RUN,
    "uuid": _WHEN_RUN,
    "bcrypt": _WHEN_RUN,
    "base64gzip": "gives bytes that hang on how Terraform's own library packs them, and is not evaluated",
}
"""Functions whose results, all of them strings, cannot be told; and why."""

ELSEWHERE = frozenset({"convert"})
"""Functions of newer versions that are not covered."""


def call(name: str, args: list[Value], at: Location) -> Value:
    """The result of a function; an unknown that names it where it cannot be told. Raises EvaluationError."""
    plain = name.removeprefix("core::")
    if plain in UNKNOWABLE:
        return unknown(f"{name}() {UNKNOWABLE[plain]} ({at})", STRING, not_null=True)
    if plain in ELSEWHERE or name.startswith("provider::"):
        return unknown(f"{name}() is not evaluated by this program ({at})")
    found = FUNCTIONS.get(plain)
    if found is None:
        raise EvaluationError(f"there is no function named {name[:50]}", at)
    try:
        return found(args)
    except EvaluationError as error:
        if error.at is None:
            error.at = at
        raise
    except (ArithmeticError, ValueError) as error:
        raise RefusalError(f"{name}() of such arguments is not evaluated") from error
