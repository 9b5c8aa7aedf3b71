"""The text of a file in native syntax with its lines and lexemes, for whoever changes it.

A lexeme here is as much as layout needs: comments, line breaks, whole strings and heredocs, words and signs.
Source: hclsyntax/scan_tokens.rl.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import NamedTuple

from drift.errors import InputError
from drift.interfaces import Tree
from parsers.terraform.scan import BLOCK_COMMENT, HEREDOC_START, LINE_COMMENT, SIMPLE_STRING, ScanError, end_of_opening

BOM = "\ufeff"
_LEXEME = re.compile(
    rf"(?P<skip>[ \t]++|\r(?=\n)|{BOM})|(?P<line>\n)|(?P<comment>{BLOCK_COMMENT}|(?:\#|//)[^\r\n]*+)"
    rf"|(?P<string>{SIMPLE_STRING})|(?P<opening>\"|{HEREDOC_START})|(?P<word>[\w.-]++)"
    r"|(?P<sign>==|!=|<=|>=|=>|(?s:.))"
)
CHANGE = {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}
assert LINE_COMMENT.startswith(r"(?:\#|//)")  # noqa: S101 - the pattern above says it again, without a carriage return


class Lexeme(NamedTuple):
    """What stands from ``start`` to ``end``; ``kind`` is line, comment, string, word or sign."""

    kind: str
    text: str
    start: int
    end: int


class Source:
    """The text of one file as ``drift.edits`` counts it: with its byte order mark and its line ends."""

    def __init__(self, text: str) -> None:
        self.text = text
        found = re.search(r"\r?\n", text)
        self.newline = found[0] if found else "\n"

    def line_start(self, offset: int) -> int:
        """Where the line of an offset begins, behind a byte order mark."""
        start = self.text.rfind("\n", 0, offset) + 1
        return start + 1 if start == 0 and self.text.startswith(BOM) else start

    def line_end(self, offset: int) -> int:
        """Where the line of an offset ends, before its line break."""
        found = self.text.find("\n", offset)
        if found < 0:
            return len(self.text)
        return found - 1 if found > offset and self.text[found - 1] == "\r" else found

    def next_line(self, offset: int) -> int:
        """Where the line after that of an offset begins; the end of the text behind its last line."""
        found = self.text.find("\n", offset)
        return len(self.text) if found < 0 else found + 1

    def line(self, offset: int) -> str:
        """The line of an offset."""
        return self.text[self.line_start(offset) : self.line_end(offset)]

    def indent(self, offset: int) -> str:
        """The blanks that the line of an offset begins with."""
        line = self.line(offset)
        return line[: len(line) - len(line.lstrip(" \t"))]

    def begins_line(self, offset: int) -> bool:
        """Whether there are only blanks before it on its line."""
        return not self.text[self.line_start(offset) : offset].strip()

    def behind_blanks(self, offset: int) -> int:
        """The offset behind the blanks at an offset."""
        while self.text[offset : offset + 1] in (" ", "\t"):
            offset += 1
        return offset

    def rest_is_comment(self, offset: int) -> bool:
        """Whether the rest of the line holds nothing but blanks and comments that end on it."""
        end = self.line_end(offset)
        while (offset := self.behind_blanks(offset)) < end:
            comment = self._comments.get(offset)
            if comment is None or comment > end:
                return False
            offset = comment
        return True

    @cached_property
    def lexemes(self) -> list[Lexeme]:
        """All of them, in their order; as far as the text can be told apart."""
        found = []
        at, text = 0, self.text
        while at < len(text):
            match = _LEXEME.match(text, at)
            assert match is not None  # noqa: S101 - a sign is any character
            kind, end = str(match.lastgroup), match.end()
            if kind == "opening":
                try:
                    kind, end = "string", end_of_opening(text, at)
                except ScanError:
                    break
            if kind != "skip":
                found.append(Lexeme(kind, text[at:end], at, end))
            at = end
        return found

    @cached_property
    def seams(self) -> tuple[int, ...]:
        """Where blank lines begin that stand between the blocks and arguments of the file itself, behind something and
        before something: the layout of what is above has no part in that of what is below.
        """
        found: list[int] = []
        depth, last = 0, 0
        for lexeme in self.lexemes:
            if lexeme.kind == "line" and not depth and last and self.text[last : lexeme.start].strip(" \t\r") == "":
                found.append(last)
            if lexeme.kind == "sign":
                depth = max(0, depth + CHANGE.get(lexeme.text, 0))
            last = lexeme.end if lexeme.kind == "line" else 0
        return tuple(found)

    @cached_property
    def _comments(self) -> dict[int, int]:
        return {each.start: each.end for each in self.lexemes if each.kind == "comment"}

    @cached_property
    def _comment_lines(self) -> frozenset[int]:
        """Where lines begin that hold nothing but comments, or a part of one."""
        lines = set()
        for start, end in self._comments.items():
            if self.begins_line(start) and self.rest_is_comment(end):
                at = self.line_start(start)
                while at < end:
                    lines.add(at)
                    at = self.next_line(at)
        return frozenset(lines)

    def is_comment(self, line_start: int) -> bool:
        """Whether the line that begins there is a comment and nothing else."""
        return line_start in self._comment_lines

    def is_blank(self, line_start: int) -> bool:
        """Whether the line that begins there is empty, or behind the end."""
        return not self.line(line_start).strip() if line_start < len(self.text) else True

    def lines_of(self, start: int, end: int) -> tuple[int, int]:
        """The whole lines of what stands between two offsets, with the comment above that belongs to it alone.

        A comment belongs to what it stands directly above, unless something else follows without a line between:
        then it may be the heading of all of them, and stays.
        """
        first, last = self.line_start(start), self.next_line(end)
        follows = self.text[last : self.line_end(last)].strip()
        if not follows or follows[0] in "}])" or self.is_comment(last):
            while first > 0 and self.is_comment(above := self.line_start(max(first - 1, 0))) and above < first:
                first = above
        return first, last


class Sources:
    """The files of a tree as text, each decoded once."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._read: dict[str, Source] = {}

    def of(self, path: str) -> Source:
        """The text of a file. Raises InputError."""
        if path not in self._read:
            try:
                self._read[path] = Source(self._tree.read(path).decode("utf-8"))
            except UnicodeDecodeError as error:
                raise InputError(f"{path} is not UTF-8") from error
        return self._read[path]
