"""Template text: ``${...}``, ``%{if}``, ``%{for}``, strip markers, escapes and heredocs.

Sources: HCL native syntax specification, "Template Expressions"; hclsyntax/scan_string_lit.rl for the escapes.
The expressions inside are read by a function that the caller gives, so that this module needs no HCL parser.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from parsers.terraform.nodes import Expression, Part, TemplateFor, TemplateIf
from parsers.terraform.scan import ScanError, end_of_interpolation

ReadExpression = Callable[[str, int], Expression]
"""Source text and its offset in the template's text, to the expression."""


class TemplateError(Exception):
    """The template is malformed at an offset of its text."""

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset


class _Text(NamedTuple):
    content: str
    offset: int


class _Marker(NamedTuple):
    """``${...}`` or ``%{...}`` with its source between the braces and whether it strips the space around."""

    directive: bool
    source: str
    offset: int
    strip_before: bool
    strip_after: bool


_SIMPLE_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}
_MARK = re.compile(r"\$\$\{|%%\{|\$\{|%\{")
_MARK_OR_ESCAPE = re.compile(r"\$\$\{|%%\{|\$\{|%\{|\\.", re.DOTALL)
_WORD = r"\s*([\w-]*)"
_FOR = r"\s*for\s+([\w-]+)\s*(?:,\s*([\w-]+)\s*)?\s+in\b"
_FOR_TIGHT = r"\s*for\s+([\w-]+)\s*,\s*([\w-]+)\s+in\b"


def parse_template(source: str, read: ReadExpression, *, escapes: bool, dedent: bool = False) -> tuple[Part, ...]:
    """The parts of a template.

    ``escapes`` is for quoted strings, where backslashes mean something; ``dedent`` is for ``<<-`` heredocs.
    Raises TemplateError, and whatever ``read`` raises.
    """
    tokens = _tokens(source, escapes)
    tokens = _stripped(tokens if escapes else _by_line(tokens))
    return _Assembler(_dedented(tokens) if dedent else tokens, read).parts()


def unescape(content: str, offset: int = 0) -> str:
    """The text that a run of a quoted string means. Raises TemplateError for an escape that HCL does not have."""
    if "\\" not in content:
        return content
    out: list[str] = []
    at = 0
    while at < len(content):
        char = content[at]
        if char != "\\":
            out.append(char)
            at += 1
            continue
        kind = content[at + 1 : at + 2]
        if kind in _SIMPLE_ESCAPES and kind:
            out.append(_SIMPLE_ESCAPES[kind])
            at += 2
            continue
        digits = content[at + 2 : at + 2 + {"u": 4, "U": 8}.get(kind, 0)]
        if (
            not digits
            or len(digits) not in (4, 8)
            or not re.fullmatch(r"[0-9a-fA-F]+", digits)
            or int(digits, 16) > 0x10FFFF
        ):
            raise TemplateError(f"there is no escape \\{kind} in HCL", offset + at)
        code = int(digits, 16)
        out.append("\ufffd" if 0xD800 <= code < 0xE000 else chr(code))
        at += 2 + len(digits)
    return "".join(out)


def _tokens(source: str, escapes: bool) -> list[_Text | _Marker]:
    tokens: list[_Text | _Marker] = []
    text: list[str] = []
    start = at = 0

    def flush() -> None:
        raw = "".join(text)
        if raw:
            tokens.append(_Text(unescape(raw, start) if escapes else raw, start))
        text.clear()

    while (found := (_MARK_OR_ESCAPE if escapes else _MARK).search(source, at)) is not None:
        text.append(source[at : found.start()])
        mark, at = found[0], found.end()
        if len(mark) == 3:
            text.append(mark[1:])
        elif mark in ("${", "%{"):
            flush()
            end = _closing_brace(source, at)
            inner = source[at:end]
            before, after = inner.startswith("~"), inner.endswith("~")
            inner = inner[before : len(inner) - after]
            tokens.append(_Marker(mark == "%{", inner, at + before, before, after))
            at = start = end + 1
        else:
            text.append(mark)
    text.append(source[at:])
    flush()
    return tokens


def _closing_brace(source: str, at: int) -> int:
    try:
        return end_of_interpolation(source, at)
    except ScanError as error:
        raise TemplateError("an interpolation is not closed", at - 2) from error


def _by_line(tokens: list[_Text | _Marker]) -> list[_Text | _Marker]:
    """Text cut after each line break, as the lexer of heredocs does it; strip markers reach no further."""
    out: list[_Text | _Marker] = []
    for token in tokens:
        if isinstance(token, _Marker):
            out.append(token)
        else:
            out.extend(_Text(line, token.offset) for line in re.findall(r"[^\n]*\n|[^\n]+", token.content))
    return out


def _stripped(tokens: list[_Text | _Marker]) -> list[_Text | _Marker]:
    """``~`` takes away the white space that stands next to the marker, in the text token next to it."""
    out: list[_Text | _Marker] = []
    for position, token in enumerate(tokens):
        if isinstance(token, _Marker):
            out.append(token)
            continue
        content = token.content
        before = tokens[position - 1] if position else None
        after = tokens[position + 1] if position + 1 < len(tokens) else None
        if isinstance(before, _Marker) and before.strip_after:
            content = content.lstrip()
        if isinstance(after, _Marker) and after.strip_before:
            content = content.rstrip()
        out.append(_Text(content, token.offset))
    return out


def _dedented(tokens: list[_Text | _Marker]) -> list[_Text | _Marker]:
    """A ``<<-`` heredoc without the smallest indentation of its lines (hclsyntax flushHeredocTemplateParts).

    Lines of white space alone neither count nor change. A line begins after a text token that still ends with a line
    break: where a strip marker took the break away, the next line keeps its indentation.
    """
    begins = True
    starts: dict[int, int] = {}
    for position, token in enumerate(tokens):
        if isinstance(token, _Marker):
            if begins:
                starts[position] = 0
            begins = False
            continue
        if begins and not (token.content.endswith("\n") and token.content.isspace()):
            starts[position] = len(token.content) - len(token.content.lstrip())
        begins = token.content.endswith("\n")
    width = min(starts.values(), default=0)
    return [
        _Text(token.content[width:], token.offset) if isinstance(token, _Text) and position in starts else token
        for position, token in enumerate(tokens)
    ]


def _first_word(marker: _Marker) -> str:
    found = re.match(_WORD, marker.source)
    return found[1] if found is not None else ""


class _Assembler:
    """Flat tokens to nested parts."""

    def __init__(self, tokens: list[_Text | _Marker], read: ReadExpression) -> None:
        self._tokens = tokens
        self._read = read
        self._at = 0

    def parts(self) -> tuple[Part, ...]:
        parts, closing = self._until(())
        if closing is not None:
            raise TemplateError(f"%{{{closing.source.strip()}}} without a beginning", closing.offset)
        return parts

    def _until(self, words: tuple[str, ...]) -> tuple[tuple[Part, ...], _Marker | None]:
        parts: list[Part] = []
        while self._at < len(self._tokens):
            token = self._tokens[self._at]
            self._at += 1
            if isinstance(token, _Text):
                if token.content:
                    parts.append(token.content)
            elif not token.directive:
                parts.append(self._read(token.source, token.offset))
            else:
                word = _first_word(token)
                if word in ("else", "endif", "endfor"):
                    if word not in words:
                        raise TemplateError(f"%{{{word}}} does not belong here", token.offset)
                    return tuple(parts), token
                parts.append(self._directive(word, token))
        return tuple(parts), None

    def _directive(self, word: str, token: _Marker) -> Part:
        if word == "if":
            skip = token.source.index("if") + 2
            test = self._read(token.source[skip:], token.offset + skip)
            then, closing = self._until(("else", "endif"))
            otherwise: tuple[Part, ...] = ()
            if closing is not None and _first_word(closing) == "else":
                otherwise, closing = self._until(("endif",))
            self._require(closing, token, "endif")
            return TemplateIf(test, then, otherwise)
        match = re.match(_FOR_TIGHT, token.source) or re.match(_FOR, token.source)
        if word != "for" or match is None:
            raise TemplateError("a template directive is if, else, endif, for or endfor", token.offset)
        first, second = match.groups()
        collection = self._read(token.source[match.end() :], token.offset + match.end())
        body, closing = self._until(("endfor",))
        self._require(closing, token, "endfor")
        return TemplateFor(first if second else None, second or first, collection, body)

    @staticmethod
    def _require(closing: _Marker | None, opening: _Marker, word: str) -> None:
        if closing is None:
            raise TemplateError(f"there is no %{{{word}}} for this", opening.offset)
