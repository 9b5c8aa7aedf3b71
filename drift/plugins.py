"""Entry points to parsers: the one dynamic door. The built-in parsers come through it too."""

from __future__ import annotations

from collections.abc import Sequence

from drift.entry_points import entry_points
from drift.errors import CorsDriftError
from drift.interfaces import Parser

GROUP = "cors_drift.parsers"


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
