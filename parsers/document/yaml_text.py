"""YAML to nodes, over the events of libyaml (of PyYAML's own parser where libyaml is not there).

Events and not ``compose``: the builder here is iterative and sees every alias, so that depth and size are bounded
before anything is expanded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from parsers.document.builder import Bounds, shown
from parsers.document.nodes import ListNode, MapNode, Node, Place, Scalar

if TYPE_CHECKING:
    import yaml

_STANDARD = "tag:yaml.org,2002:"
_READ_AS_PLAIN = frozenset(_STANDARD + name for name in ("null", "bool", "int", "float", "timestamp", "value"))
_READ_AS_TEXT = frozenset({"!", _STANDARD + "str"})
_CONTAINERS = frozenset(_STANDARD + name for name in ("map", "seq"))


@dataclass(slots=True)
class _Built:
    """A node with its size and height, aliases followed."""

    node: Node
    size: int
    height: int


@dataclass(slots=True)
class _Open:
    event: Any
    anchor: str | None
    items: list[_Built] = field(default_factory=list)


class _Builder:
    def __init__(self, path: str) -> None:
        self.bounds = Bounds(path)
        self.anchors: dict[str, _Built | None] = {}
        self.stack: list[_Open] = []

    def build(self, events: Iterator[Any]) -> Node | None:
        import yaml

        root: Node | None = None
        documents = 0
        for event in events:
            line = event.start_mark.line + 1
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise self.bounds.refuse("a second YAML document starts here", line, "keep one document in a file")
                continue
            if isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
                self.bounds.add(1, line)
                self.stack.append(_Open(event, event.anchor))
                self.bounds.check_depth(len(self.stack), line)
                if event.anchor:
                    self.anchors[event.anchor] = None  # an alias in here would be the value inside itself
                continue
            built = self.finished(event, line)
            if built is None:
                continue
            if self.stack:
                self.stack[-1].items.append(built)
            else:
                root = built.node
        return root

    def finished(self, event: Any, line: int) -> _Built | None:
        import yaml

        if isinstance(event, yaml.ScalarEvent):
            self.bounds.add(1, line)
            built = _Built(_scalar(event), 1, 0)
            if event.anchor:
                self.anchors[event.anchor] = built
            return built
        if isinstance(event, yaml.AliasEvent):
            return self.alias(event, line)
        if isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            opened = self.stack.pop()
            node = self.mapping(opened, event) if isinstance(event, yaml.MappingEndEvent) else _sequence(opened, event)
            built = _Built(
                node,
                1 + sum(item.size for item in opened.items),
                1 + max((item.height for item in opened.items), default=0),
            )
            if opened.anchor:
                self.anchors[opened.anchor] = built
            return built
        return None

    def alias(self, event: Any, line: int) -> _Built:
        name = event.anchor
        built = self.anchors.get(name)
        if built is None:
            problem = "stands inside the value that it names" if name in self.anchors else "names no anchor above it"
            raise self.bounds.refuse(f"the alias *{shown(name)[1:-1]} {problem}", line, "write the value out")
        self.bounds.add(built.size, line)
        self.bounds.check_depth(len(self.stack) + built.height, line)
        return built

    def mapping(self, opened: _Open, end: Any) -> MapNode:
        entries: list[tuple[Scalar, Node]] = []
        merged: list[MapNode] = []
        lines: dict[str, int] = {}
        pairs = zip(opened.items[::2], opened.items[1::2], strict=True)
        for key, value in ((left.node, right.node) for left, right in pairs):
            if not isinstance(key, Scalar):
                placeholder = isinstance(key, MapNode)  # {{ name }} is a mapping as the key of a mapping
                advice = (
                    "put {{ }} in quotes, or give the file after templating" if placeholder else "write a plain key"
                )
                raise self.bounds.refuse("a key must be a text here", key.place.line, advice)
            if key.plain and key.text == "<<" and key.tag is None:
                merged.extend(self.merge(value))
                continue
            if key.text in lines:
                raise self.bounds.duplicate(key.text, lines[key.text], key.place.line, key.place.column)
            lines[key.text] = key.place.line
            entries.append((key, value))
        for source in merged:  # a key of the mapping itself wins over merged ones, an earlier source over a later one
            for key, value in source.entries:
                if key.text not in lines:
                    lines[key.text] = key.place.line
                    entries.append((key, value))
        return MapNode(tuple(entries), _container_place(opened, end), _container_tag(opened.event.tag))

    def merge(self, value: Node) -> list[MapNode]:
        sources = value.items if isinstance(value, ListNode) else (value,)
        found = [source for source in sources if isinstance(source, MapNode)]
        if len(found) != len(sources):
            raise self.bounds.refuse("<< merges mappings only", value.place.line, "write the keys out")
        return found


def _sequence(opened: _Open, end: Any) -> ListNode:
    items = tuple(item.node for item in opened.items)
    return ListNode(items, _container_place(opened, end), _container_tag(opened.event.tag))


def _container_tag(tag: str | None) -> str | None:
    return None if tag in _CONTAINERS or tag == "!" else tag


def _container_place(opened: _Open, end: Any) -> Place:
    start = opened.event.start_mark
    if opened.event.flow_style:
        last = end.end_mark.line + 1
    else:  # libyaml ends a block where the next token starts: the block's own last line is that of its last part
        last = max((item.node.place.end_line for item in opened.items), default=start.line + 1)
    # An alias stands for lines above; a mapping never ends before it starts.
    return Place(start.line + 1, max(last, start.line + 1), start.column + 1)


def _scalar(event: Any) -> Scalar:
    start, end = event.start_mark, event.end_mark
    last = end.line + 1
    if event.style in ("|", ">") and end.line > start.line and end.column == 0:
        last = end.line
    place = Place(start.line + 1, max(last, start.line + 1), start.column + 1)
    tag: str | None = event.tag
    plain = event.style is None or event.style == ""
    if tag in _READ_AS_PLAIN:
        return Scalar(event.value, place, plain=True)
    if tag in _READ_AS_TEXT:
        return Scalar(event.value, place)
    return Scalar(event.value, place, plain=plain, tag=tag)


def _loader() -> type[yaml.SafeLoader]:
    import yaml

    return getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_yaml(text: str, path: str) -> Node | None:
    """The nodes of a YAML text; None where it holds nothing. Raises ``InputError`` with the place of the fault."""
    import yaml

    try:
        return _Builder(path).build(yaml.parse(text, Loader=_loader()))
    except (yaml.YAMLError, ValueError) as error:
        if "\t" in text:
            # Tabs at the end of a line or alone on it mean nothing, yet libyaml stumbles over some of them.
            bare = "\n".join(line.rstrip() if line.endswith(("\t", " ", "\r")) else line for line in text.split("\n"))
            if bare != text:
                return read_yaml(bare, path)
        raise _explained(error, text, path) from None


def _explained(error: Exception, text: str, path: str) -> Exception:
    bounds = Bounds(path)
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or getattr(error, "reason", None) or "it cannot be read"
    context = getattr(error, "context", None)
    if mark is None:
        position = getattr(error, "position", None)
        line = text.count("\n", 0, position) + 1 if isinstance(position, int) else None
        return bounds.refuse(f"this is not valid YAML: {problem}", line, "remove characters that are not text")
    lines = text.split("\n")
    source = lines[mark.line] if mark.line < len(lines) else ""
    advice = "check the indentation and the quotes around this line"
    if "\t" in source[: max(mark.column, 1) + 1]:
        problem, advice = "a TAB is used for indentation", "indent with spaces"
    elif "{{" in source or "{%" in source or "<%" in source:
        problem, advice = f"{problem}; the line holds a template placeholder", "give the file after templating"
    elif re.match(r"[\s-]*\*", source):
        advice = 'write "*" in quotes'
    where = f" {context}" if context else ""
    return bounds.refuse(f"this is not valid YAML: {problem}{where}", mark.line + 1, advice, mark.column + 1)
