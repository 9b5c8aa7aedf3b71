"""A list or mapping with other members: some go, some come, some change places, the rest stays as it is written."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from drift.edits import TextEdit, edited
from parsers.document.edit_parts import Kind, Part
from parsers.document.edit_place import MAX_LINE, Document, Member, members_of
from parsers.document.edit_text import CannotWrite, Data
from parsers.document.edit_writing import Writer


@dataclass(frozen=True, slots=True)
class Kept:
    """A member that is there already, by its index, with the edits within it."""

    index: int
    edits: tuple[TextEdit, ...] = ()


@dataclass(frozen=True, slots=True)
class New:
    """A member to be written; ``key`` for one of a mapping."""

    value: Data
    key: str | None = None


@dataclass(frozen=True, slots=True)
class _Piece:
    """A member as text, without the space before it: comments above it, itself, and what follows its comma."""

    above: str
    body: str
    behind: str = ""


def changed(document: Document, container: Part, wanted: Sequence[Kept | New]) -> list[TextEdit]:
    """The edits after which a container that has members has the wanted ones, at least one. Raises ``CannotWrite``."""
    change = _Change(document, container)
    edits = change.edits(wanted)
    return change.by_lines(wanted) if change.is_too_wide(edits) else edits


class _Change:
    def __init__(self, document: Document, container: Part) -> None:
        self.document = document
        self.container = container
        self.members = members_of(document, container)
        members = self.members
        later = members[1:] or members
        by_line = sum(each.own_line for each in later) * 2 > len(later)
        self.by_line = not container.flow or by_line
        self.sample = next((each for each in reversed(members) if each.own_line), members[0])
        self.indent = self._indent()
        self.trailing_comma = container.flow and members[-1].comma is not None
        self.spaced = len(members) > 1 and self.by_line and all(each.has_space for each in members[1:])

    def _indent(self) -> str:
        head = self.sample.head
        before = self.document.text[self.document.line_start(head) : head]
        return before if self.sample.own_line or self.container.flow else " " * len(before)

    @property
    def separator(self) -> str:
        """What stands before a member that is not the first."""
        if self.by_line:
            return self.document.eol * (2 if self.spaced else 1) + self.indent
        if len(self.members) > 1:
            between = self.document.text[self.members[0].tail : self.members[1].head]
            return between if not between.strip(" \t") else " "
        return Writer(self.document, self.container.end).gap()

    def edits(self, wanted: Sequence[Kept | New]) -> list[TextEdit]:
        kept = [each.index for each in wanted if isinstance(each, Kept)]
        stay = set(_longest_rise(kept))
        found: list[TextEdit] = []
        runs: dict[int | None, list[_Piece]] = {}
        behind: int | None = None
        for each in wanted:
            if isinstance(each, Kept) and each.index in stay:
                behind = each.index
                found += each.edits
            else:
                runs.setdefault(behind, []).append(self._piece(each))
        last_stays = not (runs and runs.get(behind)) and behind is not None
        found += self._commas(stay, behind if last_stays else None)
        for index, pieces in runs.items():
            is_end = index == behind
            if index is not None:
                found.append(self._insertion(self.members[index], pieces, is_end))
        found += self._removals(stay, runs.get(None, []), bool(stay))
        return found

    def is_too_wide(self, edits: Sequence[TextEdit]) -> bool:
        """Whether a list in brackets would make its line too long, in a text in which no line is."""
        document, container = self.document, self.container
        start, end = document.line_start(container.start), container.end
        line = document.text[start:end]
        inside = container.parent is not None and container.parent.flow
        if not container.flow or document.is_json or inside or "\n" in line or "\r" in line or not document.is_narrow:
            return False
        if any(each.start < start or each.end > end for each in edits):
            return False
        return len(_inside(document.text, edits, start, end)) > MAX_LINE

    def by_lines(self, wanted: Sequence[Kept | New]) -> list[TextEdit]:
        """The container anew with a line for each member."""
        document, container = self.document, self.container
        base = " " * document.column((container.key or container).start)
        inner = base + " " * Writer(document, container.start).style.map_step()
        lines = f",{document.eol}".join(inner + self._piece(each).body for each in wanted)
        brackets = document.text[container.body], document.text[container.end - 1]
        text = document.eol.join((brackets[0], lines, base + brackets[1]))
        return [self._edit(container.body, container.end, text)]

    def _piece(self, each: Kept | New) -> _Piece:
        if isinstance(each, New):
            writer = Writer(self.document, self.members[-1].end)
            base = self.indent if self.by_line else self.document.indentation(self.members[-1].head)
            return _Piece("", writer.member(self.container, each.key, each.value, base))
        member, text = self.members[each.index], self.document.text
        if any(edit.start < member.head or edit.end > member.end for edit in each.edits):
            raise CannotWrite("it changes its place, and is written elsewhere")
        body = _inside(text, each.edits, member.head, member.end)
        if not (member.own_line and self.by_line):
            return _Piece("", body)
        above = text[member.attached : member.head].lstrip(" \t")
        return _Piece(above, body, text[member.tail : member.stop])

    def _commas(self, stay: set[int], last: int | None) -> list[TextEdit]:
        found: list[TextEdit] = []
        if not self.container.flow:
            return found
        for index in stay:
            member = self.members[index]
            due = index != last or self.trailing_comma
            if due and member.comma is None:
                found.append(self._edit(member.end, member.end, ","))
            elif not due and member.comma is not None:
                between = self.document.text[member.end : member.comma]
                start = member.end if not between.strip(" \t") else member.comma
                found.append(self._edit(start, member.comma + 1, ""))
        return found

    def _joined(self, pieces: Sequence[_Piece], is_end: bool) -> list[str]:
        """The pieces as texts, with their commas; ``is_end`` says that nothing follows the last."""
        commas = [self.container.flow and (self.trailing_comma or not is_end or piece is not pieces[-1])
                  for piece in pieces]  # fmt: skip
        return [
            f"{piece.above}{piece.body}{',' if comma else ''}{piece.behind}"
            for piece, comma in zip(pieces, commas, strict=True)
        ]

    def _insertion(self, after: Member, pieces: Sequence[_Piece], is_end: bool) -> TextEdit:
        at = after.stop if self.by_line else after.tail
        return self._edit(at, at, "".join(self.separator + text for text in self._joined(pieces, is_end)))

    def _removals(self, stay: set[int], first: Sequence[_Piece], is_followed: bool) -> list[TextEdit]:
        """Take out the members that go, and put in what comes before all that stay."""
        lowest = min(stay, default=len(self.members))
        texts = self._joined(first, not is_followed)
        head = self.members[0]
        found: list[TextEdit] = []
        if head.own_line:
            if texts:
                goes = lowest > 0 and self._is_of_its_own(0, lowest)
                found.append(self._before_first(head.spaced if goes else head.attached, texts))
            found += self._run(0, lowest)
        elif lowest == 0:
            if texts:
                found.append(self._edit(head.head, head.head, "".join(text + self.separator for text in texts)))
        else:
            found.append(self._instead_of_first(lowest, texts))
        index = lowest
        while index < len(self.members):
            after = next((each for each in range(index + 1, len(self.members)) if each in stay), len(self.members))
            found += self._run(index + 1, after)
            index = after
        return found

    def _before_first(self, line: int, texts: Sequence[str]) -> TextEdit:
        at = self.document.before_break(line)
        if at is None:  # the first line of the file
            return self._edit(line, line, "".join(self.indent + text + self.document.eol for text in texts))
        first, *others = texts
        text = self.document.eol + self.indent + first + "".join(self.separator + each for each in others)
        return self._edit(at, at, text + (self.document.eol if self.spaced else ""))

    def _instead_of_first(self, lowest: int, texts: Sequence[str]) -> TextEdit:
        """In the place of the first members, which start within a line, others, or the first that stays."""
        start, joined = self.members[0].head, self.separator.join(texts)
        if lowest == len(self.members):
            return self._edit(start, self.members[-1].stop, joined)
        following = self.members[lowest]
        if not following.own_line:
            return self._edit(start, following.head, joined + (self.separator if texts else ""))
        line = following.attached
        if texts:
            at = self.document.before_break(line)
            return self._edit(start, line if at is None else at, joined)
        return self._edit(start, line + len(self.document.indentation(line)), "")

    def _run(self, first: int, behind: int) -> list[TextEdit]:
        """Take out the members from one up to another."""
        found: list[TextEdit] = []
        for index in range(first, behind):
            member = self.members[index]
            if not member.own_line:
                start = self.members[index - 1].tail if index else member.head
                found.append(self._edit(start, member.stop, ""))
                continue
            line = member.spaced if self._is_of_its_own(index, behind) else self.document.line_start(member.head)
            start_at = self.document.before_break(line)
            found.append(self._edit(line if start_at is None else start_at, member.stop, ""))
        if found and first == 0 and behind < len(self.members):
            self._take_space(found, self.members[behind])
        return found

    def _take_space(self, found: list[TextEdit], following: Member) -> None:
        """Do not leave blank lines at the start of a list that had none there."""
        at = self.document.before_break(following.attached) if following.own_line else None
        last = found[-1]
        between = self.document.text[last.end : at] if at is not None else "x"
        if (
            self.members[0].own_line
            and not self.members[0].has_space
            and not between.strip()
            and at is not None
            and at > last.end
        ):
            found[-1] = self._edit(last.start, at, "")

    def _is_of_its_own(self, index: int, behind: int) -> bool:
        """Whether comments above a member that goes speak of nothing that stays."""
        if behind == len(self.members) or self.container.kind is Kind.MAP:
            return True
        starts = [each for each in range(index + 1, behind + 1) if self._starts_group(self.members[each])]
        return bool(starts)

    def _starts_group(self, member: Member) -> bool:
        own = self.document.line_start(member.head)
        return not member.own_line or member.has_space or member.attached < own

    def _edit(self, start: int, end: int, text: str) -> TextEdit:
        return TextEdit(self.document.path, start, end, text)


def _inside(text: str, edits: Sequence[TextEdit], start: int, end: int) -> str:
    moved = [TextEdit(each.path, each.start - start, each.end - start, each.text) for each in edits]
    try:
        return edited(text[start:end], moved)
    except ValueError:
        raise CannotWrite("two changes of it overlap") from None


def _longest_rise(indices: Sequence[int]) -> list[int]:
    """The longest part of the indices that rises: what need not move."""
    ends: list[int] = []
    at: list[int] = []
    before: list[int | None] = []
    for place, index in enumerate(indices):
        spot = bisect_left(ends, index)
        ends[spot : spot + 1] = [index]
        at[spot : spot + 1] = [place]
        before.append(at[spot - 1] if spot else None)
    found: list[int] = []
    place_or_none = at[-1] if at else None
    while place_or_none is not None:
        found.append(indices[place_or_none])
        place_or_none = before[place_or_none]
    return found[::-1]
