"""What all documents have in common: values that may be unknown, places, requests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from drift.cors.model import CorsRequest, Unknown
from drift.location import Location

Json = Mapping[str, "Json"] | Sequence["Json"] | str | int | float | bool | None
"""What JSON can hold."""


def value_to_json(value: object) -> Json:
    """A value of a rule or the name of a bucket; an unknown one is an object."""
    if isinstance(value, Unknown):
        return {"unknown": value.reason, "prefix": value.prefix, "suffix": value.suffix}
    if isinstance(value, tuple):
        return [value_to_json(item) for item in value]
    if isinstance(value, str | int):
        return value
    raise TypeError(f"{type(value).__name__} is no value of a rule")


def request_to_json(request: CorsRequest) -> dict[str, Json]:
    """A request as the documents have it."""
    return {
        "origin": request.origin,
        "method": request.method,
        "headers": list(request.headers),
        "preflight": request.preflight,
    }


def location_to_json(location: Location | None) -> Json:
    """A place in a file, null where there is none."""
    if location is None:
        return None
    return {
        "path": location.path,
        "line": location.line,
        "end_line": location.end_line,
        "column": location.column,
    }
