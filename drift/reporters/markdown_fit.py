"""What fits into a limit: the weightiest parts of a document are kept, and what is left out is counted where it was."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum


class Unit(StrEnum):
    """In what the length of a text is counted."""

    BYTES = "bytes"
    """Of UTF-8, as GitHub counts a job summary (1 MiB)."""
    CHARACTERS = "characters"
    """Code units of UTF-16, never fewer than characters, as GitHub counts a comment (65,536)."""

    def of(self, text: str) -> int:
        """The length of the text."""
        if text.isascii():
            return len(text)
        return len(text.encode()) if self is Unit.BYTES else len(text.encode("utf-16-le")) // 2


Rank = tuple[int, ...]
"""How long something is kept: the lowest longest."""


@dataclass(slots=True)
class Section:
    """Parts that stand together, between ``head`` and ``foot``, which are there if any part is.

    ``gap`` stands before the count of what is left out.
    """

    head: str = ""
    foot: str = ""
    gap: str = ""
    parts: list[tuple[Rank, str, str]] = field(default_factory=list)

    def add(self, rank: Rank, noun: str, text: str) -> None:
        """One more part, of whole lines; ``noun`` is what it is called where it is left out ("finding")."""
        self.parts.append((rank, noun, text))

    def more(self, left_out: Counter[str]) -> str:
        """What is said of parts that are left out."""
        return f"{self.gap}and {_counts(left_out, 'more ')}: see the JSON report\n"


def _counts(left_out: Counter[str], more: str = "") -> str:
    return ", ".join(f"{count:,} {more}{noun}{'' if count == 1 else 's'}" for noun, count in left_out.items())


_RESERVE = 400
"""Kept free for the last line, which counts what is left out as a whole."""


def fitted(start: str, sections: Iterable[Section], limit: int, unit: Unit) -> Iterator[str]:
    """The document: ``start``, which is always there, and of the sections what the limit has room for.

    Parts are taken by rank until one does not fit; a single one of an eighth of the limit or more is passed over.
    """
    listed = [section for section in sections if section.parts]
    order = sorted(
        (rank, at, number) for at, section in enumerate(listed) for number, (rank, _, _) in enumerate(section.parts)
    )
    room = limit - unit.of(start) - _RESERVE
    kept: dict[int, set[int]] = {}
    for _, at, number in order:
        section = listed[at]
        size = unit.of(section.parts[number][2])
        frame = 0 if at in kept else unit.of(section.head + section.foot + section.more(_nouns(section))) + 2
        if size + frame > room:
            if size >= limit // 8:
                continue
            break
        room -= size + frame
        kept.setdefault(at, set()).add(number)
    yield start
    left_out = Counter[str]()
    for at, section in enumerate(listed):
        if at in kept:
            yield from _section(section, kept[at])
        else:
            left_out += _nouns(section)
    if left_out:
        yield f"\nLeft out, since this would be too long: {_counts(left_out)}. See the JSON report.\n"


def _nouns(section: Section, kept: Collection[int] = ()) -> Counter[str]:
    return Counter(noun for number, (_, noun, _) in enumerate(section.parts) if number not in kept)


def _section(section: Section, kept: Collection[int]) -> Iterator[str]:
    yield f"\n{section.head}"
    yield from (text for number, (_, _, text) in enumerate(section.parts) if number in kept)
    if left_out := _nouns(section, kept):
        yield section.more(left_out)
    yield section.foot
