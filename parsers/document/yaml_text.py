"""YAML to nodes, over the events of libyaml (of PyYAML's own parser where libyaml is not there).

Events and not ``compose``: the builder here is iterative and sees every alias, so that depth and size are bounded
before anything is expanded.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from parsers.document.builder import Bounds, Repeated, no_cycles, shown
from parsers.document.nodes import ListNode, MapNode, Node, Place, Scalar

if TYPE_CHECKING:
    import yaml

_STANDARD = "tag:yaml.org,2002:"
_READ_AS_PLAIN = frozenset(_STANDARD + name for name in ("null", "bool", "int", "float", "timestamp", "value"))
_READ_AS_TEXT = frozenset({"!", _STANDARD + "str"})
_CONTAINERS = frozenset(_STANDARD + name for name in ("map", "seq"))


@dataclass(slots=True, eq=False)
class _Open:
    """A list or mapping whose end has not been met. ``nodes`` is the count when it started, ``height`` how deep what is
    in it goes, aliases followed.
    """

    event: Any
    items: list[Node]
    nodes: int
    height: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class _Anchored:
    """A node that an alias may stand for, with its size and height, aliases followed."""

    node: Node
    size: int
    height: int


class _Builder:
    def __init__(self, path: str, repeated: Repeated | None) -> None:
        self.bounds = Bounds(path, repeated)
        self.anchors: dict[str, _Anchored | None] = {}
        self.stack: list[_Open] = []

    def build(self, next_event: Callable[[], Any]) -> Node | None:
        import yaml

        scalar, alias = yaml.ScalarEvent, yaml.AliasEvent
        starts, ends = (yaml.MappingStartEvent, yaml.SequenceStartEvent), (yaml.MappingEndEvent, yaml.SequenceEndEvent)
        bounds, stack = self.bounds, self.stack
        root: Node | None = None
        documents = 0
        while True:
            event = next_event()
            kind = type(event)
            if kind is scalar:
                node: Node = _scalar(event)
                bounds.add(1, node.place.line)
                if event.anchor:
                    self.anchors[event.anchor] = _Anchored(node, 1, 0)
            elif kind in ends:
                node = self.close(event)
            elif kind in starts:
                self.open(event)
                continue
            elif kind is alias:
                node = self.alias(event, event.start_mark.line + 1)
            elif kind is yaml.StreamEndEvent:
                return root
            else:
                documents += kind is yaml.DocumentStartEvent
                if documents > 1:
                    line = event.start_mark.line + 1
                    raise bounds.refuse("a second YAML document starts here", line, "keep one document in a file")
                continue
            if stack:
                stack[-1].items.append(node)
            else:
                root = node

    def open(self, event: Any) -> None:
        line = event.start_mark.line + 1
        self.bounds.add(1, line)
        self.stack.append(_Open(event, [], self.bounds.nodes))
        self.bounds.check_depth(len(self.stack), line)
        if event.anchor:
            self.anchors[event.anchor] = None  # an alias in here would be the value inside itself

    def close(self, end: Any) -> Node:
        import yaml

        opened = self.stack.pop()
        start = opened.event
        height = opened.height + 1
        if self.stack and height > self.stack[-1].height:
            self.stack[-1].height = height
        node = self.mapping(opened, end) if type(end) is yaml.MappingEndEvent else _sequence(opened, end)
        if start.anchor:
            self.anchors[start.anchor] = _Anchored(node, self.bounds.nodes - opened.nodes + 1, height)
        return node

    def alias(self, event: Any, line: int) -> Node:
        name = event.anchor
        anchored = self.anchors.get(name)
        if anchored is None:
            problem = "stands inside the value that it names" if name in self.anchors else "names no anchor above it"
            raise self.bounds.refuse(f"the alias *{shown(name)[1:-1]} {problem}", line, "write the value out")
        self.bounds.add(anchored.size, line)
        self.bounds.check_depth(len(self.stack) + anchored.height, line)
        if self.stack and anchored.height > self.stack[-1].height:
            self.stack[-1].height = anchored.height
        return anchored.node

    def mapping(self, opened: _Open, end: Any) -> MapNode:
        entries: dict[str, tuple[Scalar, Node]] = {}
        merged: list[MapNode] = []
        lines: dict[str, int] = {}
        members = iter(opened.items)
        for key, value in zip(members, members, strict=True):
            if not isinstance(key, Scalar):
                placeholder = isinstance(key, MapNode)  # {{ name }} is a mapping as the key of a mapping
                advice = (
                    "put {{ }} in quotes, or give the file after templating" if placeholder else "write a plain key"
                )
                raise self.bounds.refuse("a key must be a text here", key.place.line, advice)
            name = key.text
            if name == "<<" and key.plain and key.tag is None:
                merged.extend(self.merge(value))
                continue
            if name in lines:
                self.bounds.repeat(name, lines[name], key.place.line, key.place.column)
            lines[name] = key.place.line
            entries[name] = (key, value)
        for source in merged:  # a key of the mapping itself wins over merged ones, an earlier source over a later one
            for key, value in source.entries:
                entries.setdefault(key.text, (key, value))
        return MapNode(tuple(entries.values()), _container_place(opened, end), _container_tag(opened.event.tag))

    def merge(self, value: Node) -> list[MapNode]:
        sources = value.items if isinstance(value, ListNode) else (value,)
        found = [source for source in sources if isinstance(source, MapNode)]
        if len(found) != len(sources):
            raise self.bounds.refuse("<< merges mappings only", value.place.line, "write the keys out")
        return found


def _sequence(opened: _Open, end: Any) -> ListNode:
    return ListNode(tuple(opened.items), _container_place(opened, end), _container_tag(opened.event.tag))


def _container_tag(tag: str | None) -> str | None:
    return None if tag is None or tag in _CONTAINERS or tag == "!" else tag


def _container_place(opened: _Open, end: Any) -> Place:
    start = opened.event.start_mark
    line = start.line + 1
    last = line
    if opened.event.flow_style:
        last = end.end_mark.line + 1
    else:  # libyaml ends a block where the next token starts: the block's own last line is that of its last part
        for item in opened.items:  # not only the last: an alias stands for lines above
            last = max(last, item.place.end_line)
    return Place(line, last, start.column + 1)


def _scalar(event: Any) -> Scalar:
    start = event.start_mark
    style, tag = event.style, event.tag
    line = start.line + 1
    last = event.end_mark.line + 1
    if style in ("|", ">") and last > line and event.end_mark.column == 0:
        last -= 1
    place = Place(line, last, start.column + 1)
    if tag is None:
        return Scalar(event.value, place, not style)
    if tag in _READ_AS_PLAIN:
        return Scalar(event.value, place, True)
    if tag in _READ_AS_TEXT:
        return Scalar(event.value, place)
    return Scalar(event.value, place, not style, tag)


def _loader() -> type[yaml.SafeLoader]:
    import yaml

    return getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_yaml(text: str, path: str, repeated: Repeated | None = None) -> Node | None:
    """The nodes of a YAML text; None where it holds nothing; ``repeated`` as in ``read_document``.

    Raises ``InputError`` with the place of the fault.
    """
    import yaml

    found: Repeated | None = None if repeated is None else []
    try:
        with no_cycles():
            loader = _loader()(text)
            try:
                root = _Builder(path, found).build(loader.get_event)
            finally:
                loader.dispose()
        if repeated is not None:
            repeated.extend(found or ())
        return root
    except (yaml.YAMLError, ValueError) as error:
        if "\t" in text:
            # Tabs at the end of a line or alone on it mean nothing, yet libyaml stumbles over some of them.
            bare = "\n".join(line.rstrip() if line.endswith(("\t", " ", "\r")) else line for line in text.split("\n"))
            if bare != text:
                return read_yaml(bare, path, repeated)
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
