"""Entry points to parsers and renderers: the one dynamic door. The built-in ones come through it too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from drift.entry_points import entry_points
from drift.errors import CorsDriftError
from drift.interfaces import Parser, Renderer

GROUP = "cors_drift.parsers"
RENDERERS = "cors_drift.renderers"


def load_parsers() -> Sequence[Parser]:
    """Every installed parser, by name. Raises ``CorsDriftError`` where one cannot be loaded or is none."""
    parsers: dict[str, Parser] = {}
    for point in sorted(entry_points(GROUP), key=lambda point: point.name):
        try:
            parser = point.load()
        except Exception as error:
            raise CorsDriftError(
                f"the parser {point.name} ({point.value}) cannot be loaded: {error}",
                advice="update or uninstall the package that brings it",
            ) from error
        if not isinstance(parser, Parser):
            raise CorsDriftError(f"the parser {point.name} ({point.value}) is not a parser of this version")
        parsers[parser.name] = parser
    if not parsers:
        raise CorsDriftError("no parser is installed", advice="install cors-drift again, with pip")
    return tuple(parsers.values())


def load_renderers() -> Mapping[str, Renderer]:
    """Every installed renderer, by the name of its parser. Raises ``CorsDriftError`` as ``load_parsers`` does."""
    renderers: dict[str, Renderer] = {}
    for point in sorted(entry_points(RENDERERS), key=lambda point: point.name):
        try:
            renderer = point.load()
        except Exception as error:
            raise CorsDriftError(
                f"the renderer {point.name} ({point.value}) cannot be loaded: {error}",
                advice="update or uninstall the package that brings it",
            ) from error
        if not isinstance(renderer, Renderer):
            raise CorsDriftError(f"the renderer {point.name} ({point.value}) is not a renderer of this version")
        renderers[renderer.name] = renderer
    return renderers
