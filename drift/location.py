"""Where something stands, and what is to be said about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Location:
    """A place in a file: ``path`` is ``/``-separated; lines and columns count from 1, ``end_line`` is inclusive.

    Parsers give the path relative to the tree that they read; the pipeline turns it into the path that the
    user can open. ``line`` is None where only the file is known.
    """

    path: str
    line: int | None = None
    end_line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        if self.line is None:
            return self.path
        return f"{self.path}:{self.line}"


class Severity(StrEnum):
    """How much a diagnostic or finding weighs. An ``ERROR`` diagnostic means that input could not be used."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One fault or remark about the input, told once.

    ``id`` is a stable kebab-case word, ``message`` says what is wrong, ``help`` what to try.
    """

    severity: Severity
    id: str
    message: str
    location: Location | None = None
    help: str | None = None
