"""Changes to the text of declarations: what renderers propose, and what the reader is told to change by hand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from drift.cors.model import BucketCors, CorsRule
from drift.location import Location


@dataclass(frozen=True, slots=True, order=True)
class TextEdit:
    """Replace the characters from ``start`` up to, not including, ``end`` of a file with ``text``.

    Offsets count the characters of the file decoded as UTF-8, with a byte order mark counted and line ends as they
    are. ``path`` is relative to the tree's root. With ``start == end`` the text is inserted. A path of which there is
    no file is a new one, with one edit from 0 to 0.
    """

    path: str
    start: int
    end: int
    text: str

    def __post_init__(self) -> None:
        if not 0 <= self.start <= self.end:
            raise ValueError(f"no range of characters: {self.start} to {self.end}")


@dataclass(frozen=True, slots=True)
class ByHand:
    """What somebody has to change, where, since no edit of ours does it.

    ``why`` says in words why it was left ("the origins are the parameter Origins, which whoever deploys gives");
    ``wanted`` is what should come out there, in the dialect's own text.
    """

    location: Location
    why: str
    wanted: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a renderer proposes for one bucket.

    Each of ``attempts`` is a set of edits that is meant to do all of it, the one that keeps most of the text first;
    edits of one attempt do not overlap. The engine applies an attempt in memory, parses again, and takes the first
    after which the bucket means what was wanted and nothing else has changed. ``by_hand`` is what is told if none is.
    """

    attempts: tuple[tuple[TextEdit, ...], ...] = ()
    by_hand: tuple[ByHand, ...] = ()


@dataclass(frozen=True, slots=True)
class WantedRules:
    """The rules that a declaration should have.

    ``replaces`` has, for each rule of ``cors``, the index of the declared rule that it takes the place of, None for a
    new rule. Declared rules that are not among them are to go. A rule that equals the declared one that it replaces is
    to be left as it is written, and so is each of its fields that is equal. ``cors`` is None where there are to be no
    rules at all.
    """

    cors: BucketCors | None
    replaces: tuple[int | None, ...] = ()

    def __post_init__(self) -> None:
        if len(self.replaces) != len(self.rules):
            raise ValueError("replaces must be as many as the rules")

    @property
    def rules(self) -> tuple[CorsRule, ...]:
        """The rules in order; none where there are to be none."""
        return () if self.cors is None else self.cors.rules


@dataclass(frozen=True, slots=True)
class Fresh:
    """A bucket for which a declaration is to be written from nothing; ``cors`` is None for one without rules.

    ``label`` is what to call the declaration: letters and digits in lower-case words joined by ``_``, the first one a
    letter. Those of one text are unique, also without the ``_``: a dialect that has none makes ``AssetsProd`` of it.
    """

    name: str
    label: str
    cors: BucketCors | None
    account: str | None = None
    region: str | None = None


def edited(text: str, edits: Iterable[TextEdit]) -> str:
    """The text of one file after its edits. Raises ``ValueError`` where two overlap or one is beyond the end."""
    parts: list[str] = []
    done = 0
    for edit in in_order(edits):
        if edit.start < done or edit.end > len(text):
            raise ValueError(f"edits of {edit.path} overlap or lie beyond its end")
        parts += (text[done : edit.start], edit.text)
        done = edit.end
    return "".join((*parts, text[done:]))


def in_order(edits: Iterable[TextEdit]) -> Sequence[TextEdit]:
    """By place; those that insert at one place stay in the order in which they are given."""
    return sorted(edits, key=lambda edit: (edit.path, edit.start, edit.end))
