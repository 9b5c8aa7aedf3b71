"""Where strings, heredocs, interpolations and blocks end, without reading what is in them.

Source: HCL native syntax specification and hclsyntax/scan_tokens.rl, whose lexer this follows rule by rule: braces
nest, strings and heredocs nest in the interpolations of one another, comments hold nothing, ``$${`` and ``%%{`` are
text, a heredoc ends at a line that is its marker but for white space around it.

There is a stack of what is open in place of recursion, and the patterns take no character twice. The common runs (whole
strings without interpolation, comments) are taken in one match. Groups repeat a bounded number of times, which bounds
memory; possessive groups would do so too, but are wrong in Python before 3.11.5.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from parsers.terraform.limits import MAX_NESTING

IDENTIFIER = r"[^\W\d][\w-]*+"
_ESCAPE = r"\\(?:[nrt\"\\]|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8})"
_RUN = "{0,1000}"
_SIMPLE = r"[$%]\{[ \w.-]*+\}"
"""An interpolation in which nothing can be open: the most frequent ones are references."""
PLAIN_TEXT = rf"(?:[^\"\\$%\r\n]++|{_ESCAPE}|\$\$\{{|%%\{{|[$%](?!\{{)){_RUN}"
_QUOTED = rf"(?:[^\"\\$%\r\n]++|{_ESCAPE}|\$\$\{{|%%\{{|{_SIMPLE}|[$%](?!\{{)){_RUN}"
SIMPLE_STRING = rf"\"{_QUOTED}\""
"""A quoted string of text and simple interpolations, unless it is a very long one."""
PLAIN_STRING = rf"\"{PLAIN_TEXT}\""
"""A quoted string with no interpolation or directive in it, unless it is a very long one."""

LINE_COMMENT = r"(?:\#|//)[^\n]*+"
BLOCK_COMMENT = r"/\*(?s:.*?)\*/"
HEREDOC_START = rf"<<-?({IDENTIFIER})\r?\n"

_INERT = rf"{SIMPLE_STRING}|{LINE_COMMENT}|{BLOCK_COMMENT}|/(?![/*])|<(?!<-?{IDENTIFIER}\r?\n)"
_CODE = re.compile(rf"(?:[^\"\#/<{{}}]++|{_INERT}){_RUN}")
_EXPRESSION = re.compile(rf"(?:[^\"\#/<{{}}()\[\]\n]++|{_INERT}){_RUN}")
_STRING = re.compile(_QUOTED)
_HEREDOC = re.compile(HEREDOC_START)
_INTERPOLATION = re.compile(rf"\$\$\{{|%%\{{|{_SIMPLE}|[$%]\{{")
_CLOSING = {"(": ")", "[": "]", "{": "}"}
_BRACE, _QUOTE = "{", '"'


class ScanError(Exception):
    """The text cannot be cut: what is wrong at an offset."""

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset


class _Heredoc(str):
    """The marker of a heredoc that is open."""

    __slots__ = ()


def end_of_block(source: str, at: int) -> int:
    """The offset behind the brace that closes what was opened before ``at``. Raises ScanError."""
    end = _CODE.match(source, at).end()  # type: ignore[union-attr] # it matches the empty string
    return end + 1 if source.startswith("}", end) else _Scan(source, at - 1, _BRACE).until_closed(end)


def end_of_string(source: str, at: int) -> int:
    """The offset behind the quote that closes the string whose content starts at ``at``. Raises ScanError."""
    return _Scan(source, at - 1, _QUOTE).until_closed(at)


def end_of_heredoc(source: str, at: int, marker: str) -> int:
    """The offset behind the end marker of the heredoc whose body starts at ``at``. Raises ScanError."""
    return _Scan(source, at - 1, _Heredoc(marker)).until_closed(at)


def end_of_interpolation(source: str, at: int) -> int:
    """The offset of the brace that closes the interpolation whose content starts at ``at``. Raises ScanError."""
    return _Scan(source, at - 2, _BRACE).until_closed(at) - 1


def end_of_expression(source: str, at: int, end: int) -> int:
    """The offset of the line break, the closing brace or the ``end`` that ends an expression. Raises ScanError."""
    opened: list[tuple[str, int]] = []
    while True:
        at = _EXPRESSION.match(source, at, end).end()  # type: ignore[union-attr] # it matches the empty string
        if at >= end:
            if opened:
                raise ScanError(f'a "{opened[-1][0]}" is not closed', opened[-1][1])
            return end
        char = source[at]
        if char == "\n":
            if not opened:
                return at
            at += 1
        elif char in "([{":
            opened.append((char, at))
            if len(opened) > MAX_NESTING:
                raise ScanError("this is nested too deep to be read", at)
            at += 1
        elif char in ")]}":
            if not opened:
                if char == "}":
                    return at
                raise ScanError(f'there is no beginning for this "{char}"', at)
            if _CLOSING[opened[-1][0]] != char:
                raise ScanError(f'a "{opened[-1][0]}" is not closed', opened[-1][1])
            opened.pop()
            at += 1
        elif _EXPRESSION.match(source, at, end).end() == at:  # type: ignore[union-attr] # no more of a long run
            at = end_of_opening(source, at)


def end_of_opening(source: str, at: int) -> int:
    """The offset behind the string or heredoc that starts at ``at``. Raises ScanError."""
    if source[at] == _QUOTE:
        return end_of_string(source, at + 1)
    heredoc = _HEREDOC.match(source, at)
    if heredoc is None:  # nothing else stops the patterns
        raise ScanError("a comment is not closed", at)
    return end_of_heredoc(source, heredoc.end(), heredoc[1])


class _Line(NamedTuple):
    """A line of a heredoc in which its marker is found; ``start`` is -1 where it is no whole line of text."""

    found: int
    start: int
    end: int
    is_marker: bool


_NOWHERE = _Line(-1, -1, -1, False)


class _Scan:
    """A walk with a stack of what is open: braces (of code or of an interpolation), quotes, heredocs."""

    def __init__(self, source: str, opened_at: int, opened: str) -> None:
        self._source = source
        self._open: list[str] = [opened]
        self._places = [opened_at]
        self._markers = [_NOWHERE]
        """For each open heredoc the next line with its marker: to look again each time would take n squared."""
        self._line_begins = True
        """Whether the heredoc on top of the stack goes on at the beginning of a line."""

    def until_closed(self, at: int) -> int:
        """The offset behind what closes the first thing that was opened."""
        while self._open:
            top = self._open[-1]
            if top is _BRACE:
                at = self._code(at)
            elif top is _QUOTE:
                at = self._string(at)
            else:
                at = self._heredoc(at, top)
        return at

    def _push(self, opened: str, at: int) -> None:
        if len(self._open) >= MAX_NESTING:
            raise ScanError("this is nested too deep to be read", at)
        self._open.append(opened)
        self._places.append(at)
        self._markers.append(_NOWHERE)

    def _pop(self) -> None:
        for stack in (self._open, self._places, self._markers):
            stack.pop()
        self._line_begins = False

    def _unclosed(self, what: str) -> ScanError:
        return ScanError(f"{what} is not closed", self._places[-1])

    def _code(self, at: int) -> int:
        source = self._source
        at = _CODE.match(source, at).end()  # type: ignore[union-attr] # it matches the empty string
        char = source[at : at + 1]
        if char == "{":
            self._push(_BRACE, at)
            return at + 1
        if char == "}":
            self._pop()
            return at + 1
        if char == '"':
            self._push(_QUOTE, at)
            return at + 1
        heredoc = _HEREDOC.match(source, at)
        if heredoc is not None:
            self._push(_Heredoc(heredoc[1]), at)
            self._line_begins = True
            return heredoc.end()
        return self._further(_CODE, at, ScanError("a comment is not closed", at) if char else self._unclosed('a "{"'))

    def _string(self, at: int) -> int:
        source = self._source
        at = _STRING.match(source, at).end()  # type: ignore[union-attr] # it matches the empty string
        char = source[at : at + 1]
        if char == '"':
            self._pop()
            return at + 1
        if source.startswith(("${", "%{"), at):
            self._push(_BRACE, at)
            return at + 2
        escapes = char == "\\" and source[at + 1 : at + 2] not in ("", "\r", "\n")
        wrong = ScanError(f"there is no escape {source[at : at + 2]} in HCL", at)
        return self._further(_STRING, at, wrong if escapes else self._unclosed("a string"))

    def _further(self, run: re.Pattern[str], at: int, fault: ScanError) -> int:
        """The end of the rest of a run that is longer than a pattern takes at once. Raises the fault if nothing is."""
        end = run.match(self._source, at).end()  # type: ignore[union-attr] # it matches the empty string
        if end == at:
            raise fault
        return end

    def _heredoc(self, at: int, marker: str) -> int:
        """Goes to the line of the end marker or behind the next opening, whichever comes first."""
        source = self._source
        while True:
            line = self._markers[-1]
            if line.found < at:
                line = self._markers[-1] = self._next_line_with(marker, at, line)
            ends = line.is_marker and line.start >= at
            for opening in _INTERPOLATION.finditer(source, at, line.start if ends else line.end):
                if len(opening[0]) == 2:
                    self._push(_BRACE, opening.start())
                    return opening.end()
            if ends:
                self._pop()
                return line.end - 1 if source[line.end - 1] == "\r" else line.end
            at, self._line_begins = line.end + 1, True

    def _next_line_with(self, marker: str, at: int, last: _Line) -> _Line:
        source = self._source
        found = source.find(marker, at)
        end = -1 if found < 0 else last.end if last.end >= found else source.find("\n", found)
        if end < 0:
            raise self._unclosed(f"the heredoc {marker}")
        start = source.rfind("\n", at, found) + 1 or (at if self._line_begins else -1)
        return _Line(found, start, end, start >= 0 and source[start:end].strip() == marker)
