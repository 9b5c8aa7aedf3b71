"""A console for text of other people: colour only at a terminal where it is wanted, no markup read out of anything."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from rich.console import Console


def open_console(stream: TextIO, width: int | None = None) -> Console:
    """A console on the stream. ``width`` is that of the terminal unless told."""
    from rich.console import Console

    plain = not stream.isatty() or bool(os.environ.get("NO_COLOR"))
    return Console(
        file=stream,
        width=width,
        color_system=None if plain else "auto",
        highlight=False,
        markup=False,
        emoji=False,
        soft_wrap=not stream.isatty(),
    )


def write_line(console: Console, *parts: tuple[str, str]) -> None:
    """Write one line of parts, each a text with its style."""
    from rich.text import Text

    console.print(Text.assemble(*parts))
