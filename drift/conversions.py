"""Values of options without pydantic.

typer has pydantic convert every value, those included that nobody gave, and importing it takes a third of the time that
a small folder takes as a whole. What this command line knows, texts, paths and words of an enumeration, is converted
here; all else, and every value that is wrong, is left to typer, which has the message for it.
"""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import Any, get_args, get_origin

from typer.core import TyperCommand, TyperGroup


class _ConvertsHere:
    """What groups and commands have in common."""

    def get_params(self, ctx: Any) -> list[Any]:
        """See ``click.Command.get_params``."""
        parameters: list[Any] = super().get_params(ctx)  # type: ignore[misc] # of the class that this one is mixed into
        for each in parameters:
            if getattr(each, "_runtime_param", each) is None:  # other versions of typer have no such thing
                each._runtime_param = _Conversion()
        return parameters


class Commands(_ConvertsHere, TyperGroup):
    """A group of commands."""


class Command(_ConvertsHere, TyperCommand):
    """A command."""


class _Conversion:
    """What typer asks to convert a value."""

    def coerce(self, value: Any, param: Any, ctx: Any) -> Any:
        """The value as its annotation says."""
        if value is None:
            return () if param.multiple or param.nargs == -1 else None
        if value == param.default:
            return value
        try:
            return _converted(value, param.type_descriptor.annotation)
        except (TypeError, ValueError):
            param._runtime_param = None  # typer makes its own when it is asked
            return param.get_runtime_param().coerce(value, param=param, ctx=ctx)


def _converted(value: Any, annotation: Any) -> Any:
    """Raises TypeError or ValueError for what is not known here, or wrong."""
    if get_origin(annotation) is list and isinstance(value, list | tuple):
        (member,) = get_args(annotation)
        return [_converted(each, member) for each in value]
    if not isinstance(value, str) or not isinstance(annotation, type):
        raise TypeError
    if annotation is str:
        return value
    if annotation is Path or issubclass(annotation, Enum):
        return annotation(value)
    raise TypeError
