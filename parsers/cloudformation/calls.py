"""How a call of an intrinsic function is written: ``!Sub x``, or a mapping with the one key ``Fn::Sub``."""

from __future__ import annotations

from parsers.document import MapNode, Node

_SHORT = (
    "And Base64 Cidr Equals FindInMap GetAtt GetAZs If ImportValue Join Not Or Select Split Sub Transform Length "
    "ToJsonString"
)
SHORT_TAGS = {f"!{name}": f"Fn::{name}" for name in _SHORT.split()} | {"!Ref": "Ref", "!Condition": "Condition"}
"""Tag to long name. Source: CloudFormation user guide, "Intrinsic function reference"."""


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
