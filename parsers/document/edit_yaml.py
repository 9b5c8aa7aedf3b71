"""YAML to parts, over the events of libyaml. Only for texts that the reader of nodes has accepted."""

from __future__ import annotations

import re
from typing import Any

from drift.errors import InputError
from parsers.document.edit_parts import Kind, Part, skip_blank

_PROPERTY = re.compile(r"[&!][^ \t\r\n]*")
_TRAILING_TABS = re.compile(r"[ \t]*\t[ \t]*(?=\r?$)", re.MULTILINE)


def yaml_parts(text: str, above: int = 0) -> Part | None:
    """The parts of a YAML text of one document, None where it holds nothing; ``above`` as in ``json_parts``.

    Raises ``InputError``.
    """
    import yaml

    try:
        return _Reader(text, above).read(text[above:])
    except yaml.YAMLError:
        # Tabs at the end of a line mean nothing, yet libyaml stumbles over some: as many spaces mean the same.
        bare = _TRAILING_TABS.sub(lambda found: " " * len(found.group()), text[above:])
    try:
        return _Reader(text, above).read(bare)
    except yaml.YAMLError:
        raise InputError("where the values of this YAML stand cannot be told", advice="remove tabs") from None


class _Reader:
    def __init__(self, text: str, above: int) -> None:
        self.text = text
        self.above = above
        self.anchors: dict[str, Part] = {}
        self.open: list[tuple[Part, list[Part]]] = []

    def read(self, content: str) -> Part | None:
        import yaml

        root: Part | None = None
        for event in yaml.parse(content, getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
            if isinstance(event, yaml.ScalarEvent):
                part = self.scalar(event)
            elif isinstance(event, yaml.AliasEvent):
                part = self.alias(event)
            elif isinstance(event, yaml.CollectionStartEvent):
                self.start(event, isinstance(event, yaml.SequenceStartEvent))
                continue
            elif isinstance(event, yaml.CollectionEndEvent):
                part = self.close(event)
            else:
                continue
            if self.open:
                part.parent = self.open[-1][0]
                self.open[-1][1].append(part)
            else:
                root = part
        return root

    def part(self, kind: Kind, event: Any) -> Part:
        mark = event.start_mark
        start = mark.index + self.above
        part = Part(kind, start, start, event.end_mark.index + self.above, mark.line + 1, mark.column + 1)
        if kind is not Kind.ALIAS:
            part.anchor = event.anchor
            tag = event.tag
            part.tag = None if tag is None or tag.startswith("tag:yaml.org,2002:") or tag == "!" else tag
            if event.anchor is not None or tag is not None:
                self.find_body(part)
            if event.anchor is not None:
                self.anchors[event.anchor] = part
        return part

    def find_body(self, part: Part) -> None:
        offset = part.start
        while (match := _PROPERTY.match(self.text, offset)) is not None:
            part.body = match.end()
            offset = skip_blank(self.text, match.end(), json=False)
        if part.kind is not Kind.SCALAR or offset < part.end:
            part.body = offset

    def scalar(self, event: Any) -> Part:
        part = self.part(Kind.SCALAR, event)
        part.text, part.quote = event.value, event.style or ""
        if part.quote in ("|", ">"):
            written = self.text[part.body : part.end]
            part.end = part.body + len(written.rstrip(" \t\r\n"))
        part.end = max(part.end, part.body)
        return part

    def alias(self, event: Any) -> Part:
        part = self.part(Kind.ALIAS, event)
        part.target = self.anchors[event.anchor]
        part.target.aliases.append(part)
        return part

    def start(self, event: Any, is_list: bool) -> None:
        part = self.part(Kind.LIST if is_list else Kind.MAP, event)
        part.flow = event.flow_style
        self.open.append((part, []))

    def close(self, event: Any) -> Part:
        part, members = self.open.pop()
        if part.kind is Kind.LIST:
            part.items = members
        else:
            part.entries = list(zip(members[::2], members[1::2], strict=True))
            for key, value in part.entries:
                value.key = key
        if part.flow:
            part.end = event.end_mark.index + self.above
            part.odd = self.text[part.body] not in "[{" or any(self.is_odd_key(key) for key, _ in part.entries)
            return part
        part.end = members[-1].end if members else part.body
        part.odd = any(self.is_odd_key(key) for key, _ in part.entries)
        return part

    def is_odd_key(self, key: Part) -> bool:
        """Whether it is no plain text in front of a colon: ``? key``, a list as a key, a key without a value."""
        if key.kind is not Kind.SCALAR or key.start == key.end:
            return key.kind is not Kind.ALIAS
        before = self.text[max(0, key.start - 2) : key.start]
        colon = skip_blank(self.text, key.end, json=False)
        return bool(re.match(r"\?[ \t]", before)) or self.text[colon : colon + 1] != ":"
