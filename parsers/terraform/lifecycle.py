"""``lifecycle { ignore_changes = [...] }``: what Terraform leaves as it is once it is there."""

from __future__ import annotations

from drift.location import Location
from parsers.terraform.nodes import Block, GetAttr, Name, Template, TupleNode


def ignores_rules(block: Block) -> Location | None:
    """Where a resource says that changes of its CORS rules are to be ignored, if it does."""
    for lifecycle in block.of_type("lifecycle"):
        attribute = lifecycle.attributes.get("ignore_changes")
        if attribute is None:
            continue
        ignored = attribute.expression
        entries = ignored.items if isinstance(ignored, TupleNode) else (ignored,)
        if any(_first_word(each) in ("cors_rule", "all") for each in entries):
            return attribute.at
    return None


def _first_word(node: object) -> str:
    """The attribute that an entry of ``ignore_changes`` names, in native or JSON syntax."""
    while isinstance(node, GetAttr) or (not isinstance(node, Name | Template) and hasattr(node, "base")):
        node = node.base
    if isinstance(node, Name):
        return node.name
    if isinstance(node, Template) and len(node.parts) == 1 and isinstance(node.parts[0], str):
        return node.parts[0].split(".")[0].split("[")[0]
    return ""
