"""Who may do what with a bucket, as it is drawn: grids of rows of cells, each a request with the answers to it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from drift.access_answers import Answered
from drift.access_origins import OriginClass
from drift.cors.model import CorsRequest

METHODS = ("GET", "HEAD", "PUT", "POST", "DELETE")
"""The columns, from reading to writing."""


class Access(StrEnum):
    """What a cell shows at a glance, live against declared; of one side alone the first two and the last."""

    ALLOWED = "allowed"
    REFUSED = "refused"
    WIDER = "wider"
    NARROWER = "narrower"
    MIXED = "mixed"
    """The answers differ in a way that is neither more nor less."""
    UNKNOWN = "unknown"


class Mark(StrEnum):
    """What differs in a cell beside being allowed, or what it hangs on."""

    CREDENTIALS = "credentials"
    EXPOSURE = "exposure"
    CACHE = "cache"
    OPEN = "open"
    """Something that is not known of the rules or of S3 may change the answer."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A request and what each side answers; None for a side that could not be asked."""

    request: CorsRequest
    declared: Answered | None
    live: Answered | None
    access: Access
    marks: tuple[Mark, ...] = ()
    open_questions: tuple[str, ...] = ()

    @property
    def differs(self) -> bool:
        return self.access in (Access.WIDER, Access.NARROWER, Access.MIXED) or any(
            mark is not Mark.OPEN for mark in self.marks
        )


@dataclass(frozen=True, slots=True)
class Row:
    """Origins that are treated alike, and a cell for each of ``METHODS``."""

    who: OriginClass
    cells: tuple[Cell, ...]

    @property
    def differs(self) -> bool:
        return any(cell.differs for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Grid:
    """The rows for one set of requested headers."""

    headers: tuple[str, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class AccessPicture:
    """Who may do what. ``left_out`` counts rows that are not shown, none of them with a difference unless
    ``differing_left_out`` says so. ``complete`` says that every origin of a browser is of some row, shown or left out.
    ``on_pull_request`` says that what is declared is what a pull request will have declared.
    """

    declared: bool
    live: bool
    grids: tuple[Grid, ...]
    left_out: int = 0
    differing_left_out: int = 0
    complete: bool = True
    nearest_order: bool = False
    on_pull_request: bool = False

    @property
    def compared(self) -> bool:
        return self.declared and self.live
