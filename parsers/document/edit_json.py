"""JSON to parts. Only for texts that the strict reader has accepted: sound, and of bounded depth and size."""

from __future__ import annotations

import re
from bisect import bisect_right
from json.decoder import scanstring as _scanstring  # type: ignore[attr-defined]  # C, and not in the stubs

from parsers.document.edit_parts import Kind, Part, skip_blank

_BREAK = re.compile(r"\r\n|\r|\n")
_WORD = re.compile(r"[-+.0-9A-Za-z]+")


def json_parts(text: str, above: int = 0) -> Part:
    """The parts of a JSON text; ``above`` characters (a byte order mark) stand before it and count in offsets alone."""
    return _Reader(text, above).value(skip_blank(text, above, json=True))


class _Reader:
    def __init__(self, text: str, above: int) -> None:
        self.text = text
        self.above = above
        self.starts = [above, *(match.end() for match in _BREAK.finditer(text))]

    def part(self, kind: Kind, start: int, end: int) -> Part:
        line = bisect_right(self.starts, start)
        return Part(kind, start, start, end, line, start - self.starts[line - 1] + 1)

    def value(self, start: int) -> Part:
        """The value that starts here; as deep as the strict reader lets a text be."""
        first = self.text[start]
        if first == '"':
            return self.string(start)
        if first == "[":
            return self.list(start)
        if first == "{":
            return self.map(start)
        match = _WORD.match(self.text, start)
        part = self.part(Kind.SCALAR, start, match.end() if match else start)
        part.text = self.text[start : part.end]
        return part

    def string(self, start: int) -> Part:
        written, end = _scanstring(self.text, start + 1, True)
        part = self.part(Kind.SCALAR, start, end)
        part.text, part.quote = written, '"'
        return part

    def list(self, start: int) -> Part:
        part = self.part(Kind.LIST, start, start)
        offset = skip_blank(self.text, start + 1, json=True)
        while self.text[offset] != "]":
            item = self.value(offset)
            item.parent = part
            part.items.append(item)
            offset = self.after(item.end)
        part.end = offset + 1
        return part

    def map(self, start: int) -> Part:
        part = self.part(Kind.MAP, start, start)
        offset = skip_blank(self.text, start + 1, json=True)
        while self.text[offset] != "}":
            key = self.string(offset)
            colon = skip_blank(self.text, key.end, json=True)
            value = self.value(skip_blank(self.text, colon + 1, json=True))
            key.parent = value.parent = part
            value.key = key
            part.entries.append((key, value))
            offset = self.after(value.end)
        part.end = offset + 1
        return part

    def after(self, end: int) -> int:
        offset = skip_blank(self.text, end, json=True)
        return skip_blank(self.text, offset + 1, json=True) if self.text[offset] == "," else offset
