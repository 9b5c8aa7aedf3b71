"""Bounds and refusals that hold for YAML and JSON alike."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

from drift.errors import InputError
from drift.location import Location
from parsers.document.secret import HIDDEN, Secret

MAX_CHARACTERS = 8_000_000
"""CloudFormation takes templates of up to 1 MB; a larger text than this is no declaration."""

MAX_DEPTH = 60
"""Nesting of lists and mappings, aliases followed."""

MAX_NODES = 400_000
"""Nodes after every alias is expanded."""


MAX_REPEATED = 100
"""Keys that are there twice in one text, where that is no fault."""

Repeated = list[InputError]
"""What is said of keys that are there twice, where that is no fault: the last one holds then."""


class Bounds:
    """Counts what a text holds and refuses it when that is too much."""

    __slots__ = ("nodes", "path", "repeated")

    def __init__(self, path: str, repeated: Repeated | None = None) -> None:
        self.path = path
        self.nodes = 0
        self.repeated = repeated

    def add(self, count: int, line: int) -> None:
        """Count nodes. Raises ``InputError``."""
        self.nodes += count
        if self.nodes > MAX_NODES:
            raise self.refuse(
                f"this file holds more than {MAX_NODES:,} values once its aliases are expanded",
                line,
                "remove nested aliases, or split the file",
            )

    def check_depth(self, depth: int, line: int) -> None:
        """Raises ``InputError`` below ``MAX_DEPTH``."""
        if depth > MAX_DEPTH:
            raise self.refuse(f"lists and mappings are nested more than {MAX_DEPTH} deep", line, "flatten the file")

    def refuse(self, message: str, line: int | None, advice: str, column: int | None = None) -> InputError:
        """The error to raise."""
        return InputError(message, location=Location(self.path, line, line, column), advice=advice)

    def repeat(self, key: str, first_line: int, line: int, column: int) -> None:
        """Note that a key is there twice. Raises ``InputError`` where nobody wants to know."""
        error = self.refuse(
            f"the key {shown(key)} is there twice in one mapping: first on line {first_line}",
            line,
            "keep one of the two: tools differ in which one counts",
            column,
        )
        if self.repeated is None or len(self.repeated) == MAX_REPEATED:
            raise error
        self.repeated.append(error)


@contextmanager
def no_cycles() -> Iterator[None]:
    """Do without the search for reference cycles: nodes have none, and it would take as long as making them."""
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()


def shown(text: str, limit: int = 60) -> str:
    """A text as it can stand in a message: quoted, without line breaks, cut to a length; nothing of a secret."""
    if isinstance(text, Secret):
        return HIDDEN
    safe = "".join(each if each.isprintable() else "?" for each in text)
    return f'"{safe[:limit]}..."' if len(safe) > limit else f'"{safe}"'
