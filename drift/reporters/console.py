"""A console for text of other people: colour only at a terminal where it is wanted, no markup read out of anything.

rich is imported for a terminal alone: a pipe gets the same lines as they are, without its half a tenth of a second.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import Protocol, TextIO

from drift.reporters.words import line_start
from drift.reporters.wrapping import Part, wrapped


class Console(Protocol):
    """Where lines go."""

    def line(self, *parts: Part) -> None:
        """Write one line of parts, each a text with its style."""
        ...


def open_console(stream: TextIO, width: int | None = None) -> Console:
    """A console on the stream. ``width``: columns to wrap at, also where the stream is no terminal."""
    return _Terminal(stream, width) if stream.isatty() else _Plain(stream, width)


def write_line(console: Console, *parts: Part) -> None:
    """Write one line of parts, each a text with its style."""
    console.line(*parts)


def _lines(parts: Sequence[Part], width: int) -> Iterator[list[Part]]:
    """The line wrapped so that no part of it grows too long by being disarmed."""
    spare = len("\\x3a") - 1 if any("::" in text for text, _ in parts) else 0
    return wrapped(parts, width - spare)


def _disarmed(parts: Sequence[Part]) -> Sequence[Part]:
    """The line without what a runner takes for a command."""
    text = "".join(text for text, _ in parts)
    harmless = line_start(text)
    return parts if harmless == text else [(harmless, parts[-1][1])]


class _Plain:
    """Lines as they are, however long, unless a width is told."""

    def __init__(self, stream: TextIO, width: int | None) -> None:
        self._stream = stream
        self._width = width

    def line(self, *parts: Part) -> None:
        for each in [parts] if self._width is None else _lines(parts, self._width):
            self._stream.write("".join(text for text, _ in _disarmed(each)) + "\n")


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

    def line(self, *parts: Part) -> None:
        from rich.text import Text

        for each in _lines(parts, self._console.width):
            self._console.print(Text.assemble(*_disarmed(each)), soft_wrap=True)
