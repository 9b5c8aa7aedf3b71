"""JSON that is read fast and looked into where somebody looks: the C decoder first, places for what is asked for.

The decoder checks the whole text, and tells where each value ends, so that a list or mapping becomes a node of which
only two offsets are known. Whatever the decoder or the checks refuse is read again by the strict reader, which knows
the place of the fault.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cached_property
from json import JSONDecoder
from json.decoder import scanstring as _scanstring  # type: ignore[attr-defined]  # C, and not in the stubs

from parsers.document.builder import MAX_DEPTH, MAX_NODES, Repeated, no_cycles
from parsers.document.json_text import SURROGATE, Scanner, read_strictly
from parsers.document.nodes import ListNode, MapNode, Node, Place, Scalar

_SPACE = re.compile(r"[ \t\n\r]*")
_BREAK = re.compile(r"\r\n|\r|\n")


MAX_SKIPPED = 50_000_000
"""Characters that are passed over in one text, again for each list or mapping around them; the rest is read at once."""


class _Refused(ValueError):  # noqa: N818 - never leaves this file
    """The text is no JSON that is read here; why and where is found out by the strict reader."""


def _unique(pairs: list[tuple[str, object]]) -> list[object]:
    """The values of a mapping: all that is needed to count them."""
    if len(dict(pairs)) != len(pairs):
        raise _Refused
    return [value for _, value in pairs]


def _no_constant(name: str) -> object:
    raise _Refused(name)


def _number(text: str) -> object:
    return None  # what a number is worth is nobody's business here, and a long one would take long


_CHECK = JSONDecoder(
    object_pairs_hook=_unique, parse_int=_number, parse_float=_number, parse_constant=_no_constant, strict=True
)
_STEP = JSONDecoder(parse_int=_number, parse_float=_number, strict=True).scan_once  # type: ignore[attr-defined]


def read_json(text: str, path: str, repeated: Repeated | None = None) -> Node:
    """The nodes of a JSON text; ``repeated`` as in ``read_document``.

    Raises ``InputError`` with the place of the fault.
    """
    try:
        with no_cycles():
            _check(_CHECK.decode(text))
    except (ValueError, RecursionError):
        return read_strictly(text, path, repeated)
    return _Text(text, path).node(_skip(text, 0))[0]


def _check(root: object) -> None:
    """Hold to the bounds of ``builder``. Mappings are lists of their values here."""
    level, depth, count = [root], 0, 1
    while level:
        containers = [each for each in level if type(each) is list]
        level = [each for inner in containers for each in inner]
        depth += bool(containers)
        count += len(level)
        if depth > MAX_DEPTH or count > MAX_NODES:
            raise _Refused


def _skip(text: str, offset: int) -> int:
    match = _SPACE.match(text, offset)
    return match.end() if match else offset


class _Text:
    """A JSON text that is known to be sound. Implements ``nodes.Source``."""

    def __init__(self, text: str, path: str) -> None:
        self.text = text
        self._path = path
        self._skipped = 0

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *(match.end() for match in _BREAK.finditer(self.text))]

    @cached_property
    def _scanner(self) -> Scanner:
        return Scanner(self.text, self._path)

    def place(self, start: int, end: int) -> Place:
        line = bisect_right(self._starts, start)
        return Place(line, bisect_right(self._starts, max(start, end - 1)), start - self._starts[line - 1] + 1)

    def members(self, start: int) -> tuple[Node, ...]:
        text = self.text
        items: list[Node] = []
        offset = _skip(text, start + 1)
        while text[offset] != "]":
            node, offset = self.node(offset)
            items.append(node)
            offset = _skip(text, offset)
            if text[offset] == ",":
                offset = _skip(text, offset + 1)
        return tuple(items)

    def entries(self, start: int) -> tuple[tuple[Scalar, Node], ...]:
        text = self.text
        entries: list[tuple[Scalar, Node]] = []
        offset = _skip(text, start + 1)
        while text[offset] != "}":
            key, offset = self.string(offset)
            node, offset = self.node(_skip(text, _skip(text, offset) + 1))  # behind the colon
            entries.append((key, node))
            offset = _skip(text, offset)
            if text[offset] == ",":
                offset = _skip(text, offset + 1)
        return tuple(entries)

    def node(self, offset: int) -> tuple[Node, int]:
        first = self.text[offset]
        if first == '"':
            return self.string(offset)
        if first in "{[" and self._skipped > MAX_SKIPPED:
            return self._scanner.read_from(offset)
        end: int = _STEP(self.text, offset)[1]
        self._skipped += end - offset
        if first == "{":
            return MapNode.later(self, offset, end), end
        if first == "[":
            return ListNode.later(self, offset, end), end
        return Scalar(self.text[offset:end], self.place(offset, end), True), end

    def string(self, offset: int) -> tuple[Scalar, int]:
        written, end = _scanstring(self.text, offset + 1, True)
        return Scalar(SURROGATE.sub("\ufffd", written), self.place(offset, end)), end
