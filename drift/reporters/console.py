"""A console for text of other people: colour only at a terminal where it is wanted, no markup read out of anything.

rich is imported for a terminal alone: a pipe gets the same lines as they are, without its half a tenth of a second.
"""

from __future__ import annotations

import os
from typing import Protocol, TextIO


class Console(Protocol):
    """Where lines go."""

    def line(self, *parts: tuple[str, str]) -> None:
        """Write one line of parts, each a text with its style."""
        ...


def open_console(stream: TextIO, width: int | None = None) -> Console:
    """A console on the stream. ``width`` is that of the terminal unless told."""
    return _Terminal(stream, width) if stream.isatty() else _Plain(stream)


def write_line(console: Console, *parts: tuple[str, str]) -> None:
    """Write one line of parts, each a text with its style."""
    console.line(*parts)


class _Plain:
    """Lines as they are, however long."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def line(self, *parts: tuple[str, str]) -> None:
        self._stream.write("".join(text for text, _ in parts) + "\n")


class _Terminal:
    """Lines wrapped at the width of the terminal, in colour unless NO_COLOR is set."""

    def __init__(self, stream: TextIO, width: int | None) -> None:
        from rich.console import Console as RichConsole

        self._console = RichConsole(
            file=stream,
            width=width,
            color_system=None if os.environ.get("NO_COLOR") else "auto",
            highlight=False,
            markup=False,
            emoji=False,
        )

    def line(self, *parts: tuple[str, str]) -> None:
        from rich.text import Text

        self._console.print(Text.assemble(*parts))
