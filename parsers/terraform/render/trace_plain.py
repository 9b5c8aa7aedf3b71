"""Values as they would be written: what ``Plain`` is made of."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from parsers.terraform.render.trace_frames import Path
from parsers.terraform.render.written import Plain
from parsers.terraform.values import Value, deep_marks


class NotPlainError(Exception):
    """The value is not known, or is a secret that is written nowhere else."""


def plain_of(value: Value) -> Plain:
    """A known value as a literal. Raises NotPlainError."""
    if deep_marks(value):
        raise NotPlainError
    data = value.data
    if data is None or isinstance(data, bool | str):
        return data
    if isinstance(data, Decimal):
        if data != int(data):
            raise NotPlainError
        return int(data)
    if isinstance(data, tuple):
        return tuple(map(plain_of, data))
    if isinstance(data, Mapping):
        return {key: plain_of(each) for key, each in data.items() if not each.is_null}
    raise NotPlainError


def put(whole: Plain, path: Path, value: Plain) -> Plain:
    """A value with another one at the end of a path into it. Raises NotPlainError where the path leads nowhere."""
    if not path:
        return value
    step, rest = path[0], path[1:]
    if isinstance(whole, tuple) and isinstance(step, int) and step < len(whole):
        return tuple(put(each, rest, value) if place == step else each for place, each in enumerate(whole))
    if whole is None or isinstance(whole, Mapping):
        entries = dict(whole or {})
        entries[str(step)] = put(entries.get(str(step)), rest, value)
        return entries
    raise NotPlainError


def get(whole: Plain, path: Path) -> Plain:
    """What lies at the end of a path into a value; None where there is nothing."""
    for step in path:
        if isinstance(whole, tuple) and isinstance(step, int) and step < len(whole):
            whole = whole[step]
        elif isinstance(whole, Mapping):
            whole = whole.get(str(step))
        else:
            return None
    return whole
