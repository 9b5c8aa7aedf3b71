"""Entry points to parsers and renderers: the one dynamic door. The built-in ones come through it too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

from drift.entry_points import entry_points
from drift.errors import CorsDriftError
from drift.interfaces import Parser, Renderer

GROUP = "cors_drift.parsers"
RENDERERS = "cors_drift.renderers"


_Plug = TypeVar("_Plug", Parser, Renderer)


def load_parsers() -> Sequence[Parser]:
    """Every installed parser, by name. Raises ``CorsDriftError`` where one cannot be loaded or is none."""
    parsers = _loaded(GROUP, "parser", Parser)  # type: ignore[type-abstract] # a protocol that is asked of at run time
    if not parsers:
        raise CorsDriftError("no parser is installed", advice="install cors-drift again, with pip")
    return tuple(parsers.values())


def load_renderers() -> Mapping[str, Renderer]:
    """Every installed renderer, by the name of its parser. Raises ``CorsDriftError`` as ``load_parsers`` does."""
    return _loaded(RENDERERS, "renderer", Renderer)  # type: ignore[type-abstract]


def _loaded(group: str, word: str, kind: type[_Plug]) -> dict[str, _Plug]:
    found: dict[str, _Plug] = {}
    for point in sorted(entry_points(group), key=lambda point: point.name):
        try:
            plug = point.load()
        except Exception as error:
            raise CorsDriftError(
                f"the {word} {point.name} ({point.value}) cannot be loaded: {error}",
                advice="update or uninstall the package that brings it",
            ) from error
        if not isinstance(plug, kind):
            raise CorsDriftError(f"the {word} {point.name} ({point.value}) is not a {word} of this version")
        found[plug.name] = plug
    return found
