"""A body of HCL cut into its arguments and blocks by offsets, without reading expressions or nested bodies.

Source: HCL native syntax specification, "Structural Elements"; hclsyntax/parser.go, ParseBody and what it calls.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from parsers.terraform.scan import (
    BLOCK_COMMENT,
    IDENTIFIER,
    LINE_COMMENT,
    PLAIN_STRING,
    PLAIN_TEXT,
    ScanError,
    end_of_block,
    end_of_expression,
    end_of_string,
)
from parsers.terraform.templates import TemplateError, unescape

_BLANK = rf"(?:[ \t]++|{BLOCK_COMMENT}){{0,100}}"
_SPACE = re.compile(rf"(?:[ \t\n]++|\r\n|{LINE_COMMENT}|{BLOCK_COMMENT}){{0,1000}}")
_BLANKS = re.compile(_BLANK)
_ITEM = re.compile(rf"({IDENTIFIER}){_BLANK}(?:(=)(?![=>])|((?:(?:{IDENTIFIER}|{PLAIN_STRING}){_BLANK}){{0,100}})\{{)")
_LABEL = re.compile(rf"{BLOCK_COMMENT}|({IDENTIFIER})|\"({PLAIN_TEXT})\"")
_LINE_END = re.compile(rf"{_BLANK}(?:{LINE_COMMENT})?(?:\r?\n|\Z)")


class ArgumentCut(NamedTuple):
    """``name = ...``: from ``start`` to ``end``; the expression is between ``value`` and ``end``, with space around."""

    name: str
    start: int
    value: int
    end: int


class BlockCut(NamedTuple):
    """``type "label" {...}``: the body is between ``body`` and the brace before ``end``."""

    type: str
    labels: tuple[str, ...]
    start: int
    body: int
    end: int


def cut(source: str, at: int, end: int) -> Iterator[ArgumentCut | BlockCut]:
    """The items of a file, or of the body between two offsets, in their order. Raises ScanError."""
    while (at := _skipped(source, at, end)) < end:
        item = _ITEM.match(source, at, end)
        if item is None:
            raise _malformed(source, at, end)
        if item[2]:
            stop = end_of_expression(source, item.end(), end)
            if stop < end and source[stop] == "}":
                raise ScanError('there is no beginning for this "}"', stop)
            if stop == end < len(source):
                raise ScanError("a line break is needed after an argument", stop)
            yield ArgumentCut(item[1], at, item.end(), stop)
            at = stop
        else:
            stop = end_of_block(source, item.end())
            yield BlockCut(item[1], _labels(item[3], item.start(3)), at, item.end(), stop)
            line = _LINE_END.match(source, stop)
            if line is None:
                raise ScanError("a line break is needed after a block", stop)
            at = line.end()


def body_of(source: str, block: BlockCut) -> Iterator[ArgumentCut | BlockCut]:
    """The items of a block's body. Raises ScanError."""
    at, end = _BLANKS.match(source, block.body).end(), block.end - 1  # type: ignore[union-attr] # it matches nothing too
    if at >= end or _LINE_END.match(source, at, end):
        yield from cut(source, at, end)
        return
    item = _ITEM.match(source, at, end)  # on one line, and then there is one argument
    if item is None or not item[2]:
        raise ScanError("a block on one line holds one argument", at)
    stop = end_of_expression(source, item.end(), end)
    if stop < end:
        raise ScanError("a block on one line ends on this line, and holds one argument", stop)
    yield ArgumentCut(item[1], at, item.end(), end)


def _skipped(source: str, at: int, end: int) -> int:
    """The offset behind line breaks, blanks and comments."""
    while True:
        further = _SPACE.match(source, at, end).end()  # type: ignore[union-attr] # it matches the empty string
        if further == at:
            return at
        at = further


def _labels(words: str, offset: int) -> tuple[str, ...]:
    found = []
    for word in _LABEL.finditer(words):
        if word[1] is not None:
            found.append(word[1])
        elif word[2] is not None:
            try:
                found.append(unescape(word[2]))
            except TemplateError as error:
                raise ScanError(error.message, offset + word.start()) from error
    return tuple(found)


def _malformed(source: str, at: int, end: int) -> ScanError:
    word = re.compile(IDENTIFIER).match(source, at, end)
    if source[at] == "}":
        return ScanError('there is no beginning for this "}"', at)
    if source.startswith("/*", at):
        return ScanError("a comment is not closed", at)
    if word is None:
        return ScanError(f"{(source[at : at + 20].split(maxsplit=1) or [source[at]])[0]!r} is not expected here", at)
    at = _BLANKS.match(source, word.end(), end).end()  # type: ignore[union-attr] # it matches the empty string
    if source[at : at + 1] == '"':
        end_of_string(source, at + 1)  # a string that is not closed has its own error
    return ScanError(f'"=" or a block is needed after {word[0]!r}', word.start())
