"""What adopting comes to, as values: for each bucket the edits, what is left by hand, and why."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from drift import errors
from drift.cors.model import Text
from drift.cors.verdict import Effect
from drift.edits import ByHand
from drift.finding import Finding
from drift.location import Diagnostic, Location


class Outcome(StrEnum):
    """What becomes of one bucket."""

    TO_DO = "to_do"
    """Its edits are shown and were checked; nothing is written."""
    DONE = "done"
    """Its edits are written, and the files were read and compared again."""
    ALREADY = "already"
    """It declares what is live."""
    BY_HAND = "by_hand"
    """No edit does it; the places are named, with what is wanted there."""
    LEFT = "left"
    """It differs and nothing is offered: it is accepted, or not selected. The reason says which."""
    UNKNOWN = "unknown"
    """It could not be compared; the reason says why."""


@dataclass(frozen=True, slots=True)
class ShownEdit:
    """Lines of a file, as it stands, and what comes in their place.

    Lines count from 1, ``end_line`` is inclusive; it is ``start_line - 1`` where text only comes in, before the line
    ``start_line``. ``before`` and ``after`` are whole lines with their line ends.
    """

    path: str
    start_line: int
    end_line: int
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Adopting:
    """One bucket. ``effect`` is what the new declaration means against the old one; ``says`` are sentences for the
    reader, first those about what browsers can do then. ``findings`` are those that the new rules bring. ``edits`` may
    be those of another bucket too, where one place declares both.
    """

    name: Text
    outcome: Outcome
    address: str | None = None
    location: Location | None = None
    effect: Effect | None = None
    says: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    edits: tuple[ShownEdit, ...] = ()
    by_hand: tuple[ByHand, ...] = ()
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class FileChange:
    """A file to write: where it is, what it held when it was read (None: it is new), what it is to hold.

    ``shown`` is its path as the user would write it, ``root`` the folder that it may not leave.
    """

    path: str
    shown: str
    root: str
    before: bytes | None
    after: bytes


@dataclass(frozen=True, slots=True)
class Adoption:
    """All buckets of a run. ``diff`` is one unified diff of all files; its paths are relative to ``diff_root``, None
    where that is the working folder. ``failed``: some input could not be read. ``incomplete``: there may be buckets
    that did not come up. ``allows_unknown``: buckets that could not be compared do not count.
    """

    buckets: tuple[Adopting, ...] = ()
    diff: str | None = None
    diff_root: str | None = None
    written: bool = False
    diagnostics: tuple[Diagnostic, ...] = ()
    failed: bool = False
    incomplete: bool = False
    allows_unknown: bool = False
    files: tuple[FileChange, ...] = field(default=(), repr=False)

    @property
    def exit_code(self) -> int:
        """0 nothing is left to do, 1 something is, 2 error, 3 not all is known, 4 nothing to compare."""
        found = {each.outcome for each in self.buckets}
        if self.failed:
            return errors.EXIT_ERROR
        if found & {Outcome.TO_DO, Outcome.BY_HAND}:
            return errors.EXIT_DRIFT
        if self.incomplete or (Outcome.UNKNOWN in found and not self.allows_unknown):
            return errors.EXIT_INCOMPLETE
        return errors.EXIT_OK if self.buckets else errors.EXIT_NOTHING

    @property
    def verdict(self) -> str:
        """The whole run in one word; those of restoring are the same."""
        return VERDICTS[self.exit_code]


VERDICTS = {
    errors.EXIT_OK: "done",
    errors.EXIT_DRIFT: "to_do",
    errors.EXIT_ERROR: "error",
    errors.EXIT_INCOMPLETE: "incomplete",
    errors.EXIT_NOTHING: "nothing_to_compare",
}
