"""Where the members of a list or mapping stand, with what belongs to them: commas, comments, line breaks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from parsers.document.edit_parts import Kind, Part, skip_blank
from parsers.document.edit_text import CannotWrite

MAX_LINE = 80
"""A list in brackets that would make a line longer is broken into lines, where the text has kept to it so far."""

_BREAK = re.compile(r"\r\n|\r|\n")
_REST = re.compile(r"[ \t]*(?:(?<=[ \t])#[^\r\n]*)?(?=[\r\n]|\Z)")
_REST_JSON = re.compile(r"[ \t]*(?=[\r\n]|\Z)")
_COMMENT = re.compile(r"([ ]*)#[^\r\n]*")
_INDENTATION = re.compile(r"[ \t]*")


@dataclass(frozen=True, eq=False)
class Document:
    """A text, its parts, and what its lines are."""

    path: str
    text: str
    is_json: bool
    root: Part | None

    @cached_property
    def containers(self) -> Sequence[Part]:
        """The lists and mappings that hold something and are written in a usual form, by where they start."""
        parts = self.root.everything() if self.root is not None else ()
        return sorted((part for part in parts if part.values and not part.odd and part.tag is None), key=_start)

    @cached_property
    def texts(self) -> Sequence[Part]:
        """The scalars without a tag that are no keys, by where they start."""
        parts = list(self.root.everything()) if self.root is not None else []
        keys = {id(key) for part in parts for key, _ in part.entries}
        return sorted((part for part in parts if part.plain_text is not None and id(part) not in keys), key=_start)

    @cached_property
    def is_narrow(self) -> bool:
        """Whether no line is longer than ``MAX_LINE``."""
        return all(len(line) <= MAX_LINE for line in self.text.splitlines())

    @cached_property
    def eol(self) -> str:
        """The line end that the text has first."""
        match = _BREAK.search(self.text)
        return match.group() if match else "\n"

    def line_start(self, offset: int) -> int:
        """The start of the line, a byte order mark passed over."""
        feed = self.text.rfind("\n", 0, offset) + 1
        start = max(feed, self.text.rfind("\r", feed, offset) + 1)  # most texts have none: not to the very top
        return start + 1 if start == 0 and self.text.startswith("\ufeff") else start

    def column(self, offset: int) -> int:
        """How many characters stand before it on its line."""
        return offset - self.line_start(offset)

    def indentation(self, offset: int) -> str:
        """The space at the start of the line."""
        match = _INDENTATION.match(self.text, self.line_start(offset))
        return match.group() if match else ""

    def starts_line(self, offset: int) -> bool:
        """Whether nothing but space stands before it on its line."""
        return not self.text[self.line_start(offset) : offset].strip(" \t")

    def rest_of_line(self, offset: int) -> int | None:
        """The end of the line where nothing but space and a comment follows, else None."""
        match = (_REST_JSON if self.is_json else _REST).match(self.text, offset)
        return match.end() if match else None

    def line_above(self, start: int) -> tuple[int, str] | None:
        """The start and the text of the line above one that starts at an offset."""
        before = self.before_break(start)
        if before is None:
            return None
        above = self.line_start(before)
        return above, self.text[above:before]

    def before_break(self, start: int) -> int | None:
        """The end of the line above, in front of its line break; None for the first line."""
        if start <= 0 or self.text[start - 1] not in "\r\n":
            return None
        return start - 2 if self.text[start - 2 : start] == "\r\n" else start - 1

    def skip(self, offset: int) -> int:
        """Behind space, line breaks and comments."""
        return skip_blank(self.text, offset, self.is_json)


@dataclass(slots=True, eq=False)
class Member:
    """One member of a container, with what goes where it goes.

    ``head`` is its first character (its dash, its key, else its value), ``end`` the end of its value, ``comma`` the
    offset of the comma behind it, ``stop`` where all of it ends: behind the comma, a comment on its line, and comments
    below that are indented deeper. ``own_line`` says that it starts a line. If so, ``attached`` is the start of the
    first line of its comments directly above (of its own line, if there are none), and ``spaced`` that of the blank
    lines above those.
    """

    part: Part
    key: Part | None
    head: int
    end: int
    comma: int | None
    stop: int
    own_line: bool
    attached: int
    spaced: int

    @property
    def has_space(self) -> bool:
        """Whether blank lines stand above it."""
        return self.spaced < self.attached

    @property
    def tail(self) -> int:
        """Behind the comma, or the value where there is none."""
        return self.end if self.comma is None else self.comma + 1


def members_of(document: Document, container: Part) -> list[Member]:
    """The members in order. Raises ``CannotWrite`` where they are written in a way that is not edited."""
    if container.odd:
        raise CannotWrite("it is written in a form of YAML that is not edited here")
    found: list[Member] = []
    bound = container.body + 1 if container.flow else 0
    keys = [None] * len(container.items) if container.kind is Kind.LIST else [key for key, _ in container.entries]
    for key, part in zip(keys, container.values, strict=True):
        member = _member(document, container, key, part, found[-1] if found else None)
        if member.own_line:
            _look_above(document, member, found[-1].stop if found else bound)
        found.append(member)
    return found


def _member(document: Document, container: Part, key: Part | None, part: Part, before: Member | None) -> Member:
    head, end, comma = (key or part).start, part.end, None
    if container.flow:
        at = document.skip(end)
        comma = at if document.text[at : at + 1] == "," else None
    elif key is None:
        head = document.skip(before.end) if before is not None else container.body
        if document.text[head : head + 1] != "-":
            raise CannotWrite("it is written in a form of YAML that is not edited here")
    behind = end if comma is None else comma + 1
    stop = document.rest_of_line(behind)
    own_line = document.starts_line(head)
    if stop is not None and not container.flow:
        stop = _deeper_comments(document, stop, document.column(head))
    stop = behind if stop is None else stop
    return Member(part, key, head, end, comma, stop, own_line, head, head)


def _deeper_comments(document: Document, stop: int, column: int) -> int:
    """Behind the comments below a member that are indented deeper than it."""
    while (line := _BREAK.match(document.text, stop)) is not None:
        start = line.end()
        match = _COMMENT.match(document.text, start)
        if match is None or len(match.group(1)) <= column:
            return stop
        stop = match.end()
    return stop


def _look_above(document: Document, member: Member, bound: int) -> None:
    start = document.line_start(member.head)
    column = document.column(member.head)
    member.attached = member.spaced = start
    in_comments = True
    while (above := document.line_above(start)) is not None and above[0] >= bound:
        start, text = above
        bare = text.strip(" \t")
        if bare.startswith("#") and in_comments and not document.is_json:
            if len(text) - len(text.lstrip(" \t")) != column:
                return
            member.attached = member.spaced = start
        elif not bare:
            in_comments = False
            member.spaced = start
        else:
            return


def _start(part: Part) -> int:
    return part.start
