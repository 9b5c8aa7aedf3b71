"""What Terraform leaves as it is once it is there: ``ignore_changes``, and ``removed`` without ``destroy``."""

from __future__ import annotations

from drift.location import Diagnostic, Location, Severity
from parsers.terraform.nodes import Block, GetAttr, Literal, Name, Template, TupleNode

_TYPES = ("aws_s3_bucket", "aws_s3_bucket_cors_configuration")


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


def left_behind(block: Block) -> Diagnostic | None:
    """What is to be said of a ``removed`` block that takes a bucket, its rules or a module out of the state and leaves
    them in AWS. Source: Terraform language, "Remove a resource from state".
    """
    stays = any(
        isinstance(found := attribute.expression, Literal) and found.value.data is False
        for lifecycle in block.of_type("lifecycle")
        if (attribute := lifecycle.attributes.get("destroy")) is not None
    )
    taken = block.attributes.get("from")
    words = _words(taken.expression) if stays and taken is not None else []
    if not words or (words[0] != "module" and words[0] not in _TYPES) or (len(words) > 2 and words[-2] not in _TYPES):
        return None
    told = f"{'.'.join(words)} is taken out of the state and left in AWS: nobody declares it any more"
    return Diagnostic(Severity.INFO, "no-longer-managed", told, block.at)


def _words(node: object) -> list[str]:
    """``a.b.c`` as words; none for anything else."""
    words: list[str] = []
    while isinstance(node, GetAttr):
        words.append(node.name)
        node = node.base
    return [node.name, *reversed(words)] if isinstance(node, Name) else []
