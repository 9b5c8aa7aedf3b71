"""On which line of a TOML text a table or a key stands: the parser of the standard library does not tell."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_PIECE = re.compile(
    r'"""(?:\\.|[^\\])*?"{3,5}'
    r"|'''.*?'{3,5}"
    r'|"(?:\\.|[^"\\\n])*"'
    r"|'[^'\n]*'"
    r"|\#[^\n]*"
    r"|\n"
    r"|[\[\]{}=]"
    r"|[^\"'\#\n\[\]{}=]+"
    r"|.",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class _Statement:
    """``table`` is the name of a header, else ``key`` the first key of an assignment."""

    line: int
    table: str | None = None
    key: str | None = None
    of_many: bool = False


class TomlPlaces:
    """The lines of a text that is valid TOML. Lines count from 1; None where a thing is not written as a header."""

    def __init__(self, text: str) -> None:
        self._headers: dict[str, list[int]] = {}
        self._keys: dict[tuple[str, int, str], int] = {}
        self._starts: list[int] = []
        table, number = "", 0
        for each in _statements(text):
            if each.table is not None:
                table = each.table
                lines = self._headers.setdefault(table, [])
                lines.append(each.line)
                self._starts.append(each.line)
                number = len(lines) - 1 if each.of_many else 0
            elif each.key is not None:
                self._keys.setdefault((table, number, each.key), each.line)

    def table(self, name: str, number: int = 0) -> int | None:
        """The header ``[name]``, or the one of ``[[name]]`` with this number from 0; else the key of that name."""
        lines = self._headers.get(name, [])
        return lines[number] if number < len(lines) else self._keys.get(("", 0, name))

    def after(self, line: int) -> int | None:
        """The line of the next header behind this one; None if there is none."""
        return next((start for start in self._starts if start > line), None)

    def header(self, name: str, number: int) -> int | None:
        """The header ``[[name]]`` with this number; None where the tables are written otherwise."""
        lines = self._headers.get(name, [])
        return lines[number] if number < len(lines) else None

    def key(self, table: str, key: str, number: int = 0) -> int | None:
        """A key of a table; the table itself where the key is not written as a line of its own."""
        return self._keys.get((table, number, key)) or self.table(table, number)


def _statements(text: str) -> Iterator[_Statement]:
    line, start, depth = 1, 1, 0
    parts: list[str] = []
    for found in _PIECE.finditer(text):
        piece = found.group()
        if piece == "\n" and depth == 0:
            yield from _statement(start, parts)
            parts, start = [], line + 1
        elif not piece.startswith("#"):
            depth = max(0, depth + (piece in ("[", "{")) - (piece in ("]", "}")))
            parts.append(piece)
        line += piece.count("\n")
    yield from _statement(start, parts)


def _statement(line: int, parts: list[str]) -> Iterator[_Statement]:
    told = [part for part in parts if part.strip()]
    if not told:
        return
    if told[0] == "[":
        of_many = told[1:2] == ["["]
        name = "".join(part for part in told if part not in ("[", "]"))
        yield _Statement(line, table=_unquoted(name), of_many=of_many)
    elif "=" in told:
        yield _Statement(line, key=_first_key(told[: told.index("=")]))


def _first_key(parts: list[str]) -> str:
    first = parts[0].strip()
    return first[1:-1] if first[0] in "\"'" else first.partition(".")[0].strip()


def _unquoted(name: str) -> str:
    name = name.strip()
    return name[1:-1] if len(name) > 1 and name[0] in "\"'" and name[-1] == name[0] else name
