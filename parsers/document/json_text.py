"""JSON to nodes at once, iterating, not recursing. Strict RFC 8259; slow, and it knows the place of every fault."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from json.decoder import JSONDecodeError
from json.decoder import scanstring as _scanstring  # type: ignore[attr-defined]  # C, and not in the stubs

from parsers.document.builder import Bounds, Repeated, shown
from parsers.document.nodes import ListNode, MapNode, Node, Place, Scalar

_SPACE = re.compile(r"[ \t\n\r]*")
_WORD = re.compile(
    r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?(?![0-9A-Za-z_.])|(?:true|false|null)(?![0-9A-Za-z_])"
)
_BREAK = re.compile(r"\r\n|\r|\n")
SURROGATE = re.compile("[\ud800-\udfff]")
"""Half a surrogate pair is no text: neither S3 nor a terminal can take it."""


@dataclass(slots=True)
class _Open:
    """A list or mapping whose end has not been met; ``keys`` is None for a list."""

    start: int
    items: list[Node] = field(default_factory=list)
    keys: list[Scalar] | None = None
    lines: dict[str, int] = field(default_factory=dict)


class Scanner:
    """Reads one text from left to right."""

    def __init__(self, text: str, path: str, repeated: Repeated | None = None) -> None:
        self.text = text
        self.bounds = Bounds(path, repeated)
        self.starts = [0, *(match.end() for match in _BREAK.finditer(text))]

    def line_and_column(self, offset: int) -> tuple[int, int]:
        line = bisect_right(self.starts, offset)
        return line, offset - self.starts[line - 1] + 1

    def place(self, start: int, end: int) -> Place:
        line, column = self.line_and_column(start)
        return Place(line, bisect_right(self.starts, max(start, end - 1)), column)

    def skip(self, offset: int) -> int:
        match = _SPACE.match(self.text, offset)
        return match.end() if match else offset

    def fault(self, message: str, offset: int) -> Exception:
        line, column = self.line_and_column(min(offset, len(self.text)))
        rest = self.text[offset : offset + 2]
        if rest in ("//", "/*") or rest.startswith("#"):
            message, advice = "JSON has no comments, and here is one", "remove the comment"
        elif rest[:1] == "'":
            message, advice = "JSON text is written in double quotes, not in single ones", 'write "..."'
        elif rest[:1] in ("}", "]"):
            advice = "look for a comma too many before it"
        elif not rest:
            message, advice = "the file ends in the middle of the JSON", "look for a missing } or ]"
        else:
            advice = "check the file with a JSON validator"
        return self.bounds.refuse(message, line, advice, column)

    def string(self, offset: int) -> tuple[Scalar, int]:
        try:
            text, end = _scanstring(self.text, offset + 1, True)
        except JSONDecodeError as error:
            line, column = self.line_and_column(error.pos)
            what = error.msg[:1].lower() + error.msg[1:].removesuffix(" at")
            raise self.bounds.refuse(
                f"this JSON string cannot be read: {what}", line, "check quotes and backslashes", column
            ) from None
        return Scalar(SURROGATE.sub("\ufffd", text), self.place(offset, end)), end

    def read(self) -> Node:
        node, offset = self.read_from(self.skip(0))
        offset = self.skip(offset)
        if offset < len(self.text):
            raise self.fault("something follows the end of the JSON", offset)
        return node

    def read_from(self, offset: int) -> tuple[Node, int]:
        """The value that starts at an offset, and where it ends."""
        stack: list[_Open] = []
        while True:
            node, offset = self.value(stack, offset)
            while node is not None:
                if not stack:
                    return node, offset
                node, offset = self.after(stack, node, self.skip(offset))

    def value(self, stack: list[_Open], offset: int) -> tuple[Node | None, int]:
        """A scalar or an empty container; None where a container was opened and its first value is due."""
        first = self.text[offset : offset + 1]
        self.bounds.add(1, self.line_and_column(offset)[0])
        if first == '"':
            return self.string(offset)
        if first in ("{", "["):
            opened = _Open(offset, keys=[] if first == "{" else None)
            inside = self.skip(offset + 1)
            if self.text[inside : inside + 1] == ("}" if first == "{" else "]"):
                return self.close(opened, inside + 1), inside + 1
            stack.append(opened)
            self.bounds.check_depth(len(stack), self.line_and_column(offset)[0])
            return None, self.key(opened, inside) if first == "{" else inside
        match = _WORD.match(self.text, offset)
        if match is None:
            raise self.fault("this is not valid JSON: a value is missing or malformed here", offset)
        return Scalar(match.group(), self.place(offset, match.end()), plain=True), match.end()

    def key(self, opened: _Open, offset: int) -> int:
        if self.text[offset : offset + 1] != '"':
            raise self.fault("this is not valid JSON: a key in double quotes is due here", offset)
        key, end = self.string(offset)
        assert opened.keys is not None  # noqa: S101 - only called for mappings
        if key.text in opened.lines:
            self.bounds.repeat(key.text, opened.lines[key.text], key.place.line, key.place.column)
        opened.lines[key.text] = key.place.line
        opened.keys.append(key)
        colon = self.skip(end)
        if self.text[colon : colon + 1] != ":":
            raise self.fault(f"this is not valid JSON: a colon is due after the key {shown(key.text)}", colon)
        return self.skip(colon + 1)

    def after(self, stack: list[_Open], node: Node, offset: int) -> tuple[Node | None, int]:
        """Put a finished value into its container; the container itself where that ends it, too."""
        opened = stack[-1]
        opened.items.append(node)
        mark = self.text[offset : offset + 1]
        if mark == ",":
            offset = self.skip(offset + 1)
            return None, offset if opened.keys is None else self.key(opened, offset)
        if mark == ("]" if opened.keys is None else "}"):
            stack.pop()
            return self.close(opened, offset + 1), offset + 1
        raise self.fault("this is not valid JSON: a comma or the end of the list or mapping is due here", offset)

    def close(self, opened: _Open, end: int) -> Node:
        place = self.place(opened.start, end)
        if opened.keys is None:
            return ListNode(tuple(opened.items), place)
        entries = {key.text: (key, value) for key, value in zip(opened.keys, opened.items, strict=True)}
        return MapNode(tuple(entries.values()), place)


def read_strictly(text: str, path: str, repeated: Repeated | None = None) -> Node:
    """The nodes of a JSON text. Raises ``InputError`` with the place of the fault."""
    return Scanner(text, path, repeated).read()
