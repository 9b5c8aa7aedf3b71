"""How a call of an intrinsic function is written: ``!Sub x``, or a mapping with the one key ``Fn::Sub``."""

from __future__ import annotations

from collections.abc import Iterable

from parsers.document import ListNode, MapNode, Node, Scalar

_SHORT = "And Base64 Cidr Equals FindInMap GetAtt GetAZs If ImportValue Join Not Or Select Split Sub Transform"
SHORT_TAGS = {f"!{name}": f"Fn::{name}" for name in _SHORT.split()} | {"!Ref": "Ref", "!Condition": "Condition"}
"""Tag to long name. What only LanguageExtensions knows (``Fn::Length``, ``Fn::ToJsonString``) has no short tag.

Source: CloudFormation user guide, "Intrinsic function reference" and "AWS::LanguageExtensions transform".
"""


def call_of(node: Node) -> tuple[str, Node] | None:
    """The long name and the argument if the node is a call, else None."""
    if node.tag is not None:
        name = SHORT_TAGS.get(node.tag)
        return None if name is None else (name, node.untagged())
    if isinstance(node, MapNode) and len(node.entries) == 1:
        key, argument = node.entries[0]
        if key.text == "Ref" or key.text.startswith("Fn::"):
            return key.text, argument
    return None


def mixed_call(node: MapNode) -> str | None:
    """The name of a function whose key stands among others (``Fn::Transform`` rewrites its siblings), else None."""
    return next((name for name in node.names if name.startswith("Fn::")), None)


PROCESSED = "give the processed template (aws cloudformation get-template --template-stage Processed)"
"""What to do where CloudFormation rewrites a template in ways of its own."""

MAX_WRITTEN = 2000
"""Characters of an expression's text, by which two expressions are known to be the same."""


def written(node: Node) -> str:
    """The expression as a text that is the same for all ways to write it; expressions too long for that are alone."""
    text = _written(node)
    return text if len(text) <= MAX_WRITTEN else f"{text[:MAX_WRITTEN]} on line {node.place.line}:{node.place.column}"


def _written(node: Node) -> str:
    call = call_of(node)
    if call is not None:
        return f"{call[0]}({_written(call[1])})"
    tag = f"{node.tag} " if node.tag else ""
    if isinstance(node, Scalar):
        return f"{tag}{node.text!r}"
    if isinstance(node, ListNode):
        return f"{tag}[{_joined(node.items)}]"
    return f"{tag}{{{_joined(part for entry in node.entries for part in entry)}}}"


def _joined(nodes: Iterable[Node]) -> str:
    parts: list[str] = []
    length = 0
    for node in nodes:
        parts.append(_written(node))
        length += len(parts[-1])
        if length > MAX_WRITTEN:
            break
    return ", ".join(parts)
