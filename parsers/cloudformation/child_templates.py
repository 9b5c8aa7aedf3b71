"""Which file of the tree holds the template of a nested stack.

A path says it outright. A URL says it by the name of the file: templates are uploaded under the names that they have.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterator

from parsers.cloudformation.calls import call_of
from parsers.cloudformation.template import Template
from parsers.document import ListNode, MapNode, Node, Scalar

_COMMON = re.compile(r"(?:template|packaged|main|index|stack|root|cloudformation|output)\.[a-z]+", re.IGNORECASE)
"""Names that say nothing: the folder has to be the same too."""


def child_path(template: Template, resource: MapNode, units: Collection[str] = ()) -> str | None:
    """The path in the tree of a nested stack's template, by what the resource says; whether it is there is open.

    ``units`` are the files among which a URL may name one.
    """
    for text in _places(template, resource):
        scheme, separator, rest = text.partition("://")
        local = rest if scheme == "file" and separator else None if separator or "${" in text else text
        if local is not None:
            return posixpath.normpath(posixpath.join(posixpath.dirname(template.path), local))
        named = _named(text, template.path, units)
        if named is not None:
            return named
    return None


def _places(template: Template, resource: MapNode) -> Iterator[str]:
    properties, metadata = resource.get("Properties"), resource.get("Metadata")
    nodes: list[Node | None] = []
    if isinstance(properties, MapNode):
        nodes += [properties.get("TemplateURL"), properties.get("Location")]
    if isinstance(metadata, MapNode):
        nodes.append(metadata.get("aws:asset:path"))
    for node in nodes:
        text = _written_out(template, node) if node is not None else None
        if text:
            yield text


def _written_out(template: Template, node: Node) -> str | None:
    """The text as it is written, with its placeholders; of a parameter its default."""
    call = call_of(node)
    if call is None:
        return node.text if isinstance(node, Scalar) and node.tag is None else None
    name, argument = call
    if name == "Ref" and isinstance(argument, Scalar):
        declared = template.parameters.get(argument.text) if template.parameters is not None else None
        default = declared.get("Default") if isinstance(declared, MapNode) else None
        return default.text if isinstance(default, Scalar) and default.tag is None else "${" + argument.text + "}"
    items = argument.items if isinstance(argument, ListNode) and argument.tag is None else ()
    if name == "Fn::Sub":
        text = items[0] if len(items) == 2 else argument
        return text.text if isinstance(text, Scalar) and text.tag is None else None
    if name == "Fn::Join" and len(items) == 2 and isinstance(items[0], Scalar) and isinstance(items[1], ListNode):
        parts = [_written_out(template, item) if call_of(item) is None else "${}" for item in items[1].items]
        return items[0].text.join(part or "" for part in parts)
    return None


def _named(url: str, parent: str, units: Collection[str]) -> str | None:
    """The one file whose name a URL ends in, as many of its folders being the same as can be."""
    words = re.split("[?#]", url, maxsplit=1)[0].split("/")
    if "${" in words[-1]:
        return None
    found = [path for path in units if path != parent and posixpath.basename(path) == words[-1]]
    if not found:
        return None
    best = max(_alike(path, words) for path in found)
    closest = [path for path in found if _alike(path, words) == best]
    if len(closest) > 1 or (best < 2 and _COMMON.fullmatch(words[-1])):
        return None
    return closest[0]


def _alike(path: str, words: list[str]) -> int:
    """How many names at the end of a path are those at the end of the URL."""
    pairs = zip(reversed(path.split("/")), reversed(words), strict=False)
    return next(
        (count for count, (one, other) in enumerate(pairs) if one != other), min(path.count("/") + 1, len(words))
    )
