"""From an expression or block to the characters that it stands in.

Expressions know the line and column of their first character; where they end follows from the text, by the tokens of
native syntax or by reading one JSON value.
"""

from __future__ import annotations

import json
import re
from typing import NamedTuple

from drift.errors import InputError
from drift.interfaces import Tree
from drift.location import Location
from parsers.terraform.nodes import (
    Block,
    Call,
    Conditional,
    Expression,
    For,
    GetAttr,
    Index,
    Literal,
    Name,
    ObjectNode,
    Splat,
    Template,
    TupleNode,
)
from parsers.terraform.render.written import BlockAt, Written
from parsers.terraform.scan import ScanError, end_of_block, end_of_expression
from parsers.terraform.syntax import cut_file
from parsers.terraform.tokens import Token, tokens_of

_MARK = "\ufeff"
_WITH_AN_END = Literal | Template | TupleNode | ObjectNode | Name | GetAttr | Index | Call | For | Splat
"""Operands: what follows them in the text does not belong to them, whatever stands around."""
_OPENING, _CLOSING = frozenset("([{"), frozenset(")]}")
_BETWEEN = frozenset({",", "=>", "...", "if", "for", "in"})
_BEGINNINGS: dict[type, str | tuple[str, ...]] = {
    TupleNode: "[",
    ObjectNode: "{",
    Template: ('"', "<<"),
    For: ("[", "{"),
}
_JSON_SPACE = re.compile(r"[ \t\r\n]*")


class _File(NamedTuple):
    """The text of a file with its byte order mark, and the offsets at which its lines start."""

    text: str
    starts: tuple[int, ...]


class Texts:
    """The files of a tree, each read once."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._files: dict[str, _File | None] = {}

    def expression(self, node: Expression, *, templates: bool = True) -> Written | None:
        """Where an expression stands; None where that cannot be told, or it is in no file of the tree."""
        found = self._start(node.at)
        if found is None:
            return None
        file, start = found
        if not file.text.startswith(_BEGINNINGS.get(type(node), ""), start):
            return None  # what stands in a string of JSON does not know its place
        try:
            end = _json_end(file.text, start) if _is_json(node.at.path) else _native_end(file.text, start, node)
        except (ScanError, ValueError):
            return None
        return None if end is None else Written(node.at.path, start, end, node, templates)

    def block(self, block: Block) -> BlockAt | None:
        """Where a block stands; in JSON syntax the object that is its body."""
        found = self._start(block.at)
        if found is None:
            return None
        (text, _), start = found
        try:
            if _is_json(block.at.path):
                start = _json_body(text, start)
                return BlockAt(block.at.path, start, _json_end(text, start), block)
            return BlockAt(block.at.path, start, end_of_block(text, text.index("{", start) + 1), block)
        except (ScanError, ValueError):
            return None

    def has(self, path: str) -> bool:
        """Whether there is such a file to be changed."""
        return self._file(path) is not None

    def around(self, block: Block, inner: Block) -> BlockAt | None:
        """Where the block stands in which a nested one is written: an override file has a block of its own."""
        if inner.at.path == block.at.path or inner.at.path.endswith(".json") or not self.has(inner.at.path):
            return self.block(block)
        try:
            written = cut_file(inner.at.path, self._tree.read(inner.at.path), lambda _: None).blocks
        except InputError:
            return None
        same = [each for each in written if (each.type, each.labels) == (block.type, block.labels)]
        lines = [(each.at.line or 0, each.at.end_line or 0, each) for each in same]
        found = [each for first, last, each in lines if first <= (inner.at.line or 0) <= last]
        return self.block(found[0]) if found else None

    def whole(self, path: str) -> BlockAt | None:
        """A variable file."""
        file = self._file(path)
        if file is None:
            return None
        if not _is_json(path):
            return BlockAt(path, 0, len(file.text))
        start = _after_space(file.text, 1 if file.text.startswith(_MARK) else 0)
        try:
            return BlockAt(path, start, _json_end(file.text, start), templates=False)
        except ValueError:
            return None

    def _start(self, at: Location) -> tuple[_File, int] | None:
        file = self._file(at.path)
        if file is None or at.line is None or at.column is None or at.line > len(file.starts):
            return None
        return file, file.starts[at.line - 1] + at.column - 1

    def _file(self, path: str) -> _File | None:
        if path not in self._files:
            self._files[path] = self._read(path)
        return self._files[path]

    def _read(self, path: str) -> _File | None:
        if ".terraform" in path.split("/"):
            return None  # a copy that the next init overwrites
        try:
            text = self._tree.read(path).decode()
        except (InputError, UnicodeDecodeError):
            return None
        first = 1 if text.startswith(_MARK) else 0
        return _File(text, (first, *(found.end() for found in re.finditer("\n", text))))


def _is_json(path: str) -> bool:
    return path.endswith(".json")


def _native_end(text: str, start: int, node: Expression) -> int | None:
    """The end of an operand: its first token or bracket, with the steps behind it that belong to it."""
    tokens = _tokens(text, start)
    if not tokens:
        return None
    if not isinstance(node, _WITH_AN_END):
        return _whole_end(text, tokens, node)
    end = _after_group(tokens, 0)
    while end < len(tokens) and not isinstance(node, Literal | Template | TupleNode | ObjectNode | For):
        step = tokens[end]
        if step.type == "DOT":
            end += 2
        elif step.type in ("LSQB", "LPAR"):
            end = _after_group(tokens, end)
        elif step.type in ("ATTR_SPLAT", "FULL_SPLAT_START"):
            end += 1
        else:
            break
    return tokens[min(end, len(tokens)) - 1].end


def _whole_end(text: str, tokens: list[Token], node: Expression) -> int | None:
    """The end of operands with operators between them: of the item, arm or argument that they are."""
    end, separators = 0, _BETWEEN if isinstance(node, Conditional) else _BETWEEN | {"?", ":"}
    while end < len(tokens) and tokens[end].text not in separators:
        end = _after_group(tokens, end)
    if not end or node.at.line is None or node.at.end_line is None:
        return None
    lines = text.count("\n", tokens[0].start, tokens[end - 1].end)
    return tokens[end - 1].end if node.at.line + lines == node.at.end_line else None


def _tokens(text: str, start: int) -> list[Token]:
    """The tokens from an offset to the end of the line or bracket that the expression there stands in."""
    try:
        stop = end_of_expression(text, start, len(text))
    except ScanError as error:
        stop = error.offset  # a bracket around it is closed
        if stop <= start:
            raise
    return tokens_of(text, start, stop)


def _after_group(tokens: list[Token], at: int) -> int:
    """The place behind a token, or behind the bracket that closes what it opens."""
    depth = 0
    for place in range(at, len(tokens)):
        depth += (tokens[place].text in _OPENING) - (tokens[place].text in _CLOSING)
        if depth <= 0:
            return place + 1
    return len(tokens)


def _json_end(text: str, start: int) -> int:
    return json.JSONDecoder(strict=False).raw_decode(text, start)[1]


def _json_body(text: str, start: int) -> int:
    """The brace of a body: at the place of a block, or behind the name and the colon there."""
    if text[start] == '"':
        start = _after_space(text, _json_end(text, start))
        if text[start] != ":":
            raise ValueError
        start = _after_space(text, start + 1)
        if text[start] == "[":  # one body in an array
            start = _after_space(text, start + 1)
    if text[start] != "{":
        raise ValueError
    return start


def _after_space(text: str, at: int) -> int:
    found = _JSON_SPACE.match(text, at)
    return at if found is None else found.end()
