"""Programs of Pulumi in YAML. Source: Pulumi documentation, "Pulumi YAML language reference"."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator

from drift.cors.model import Text, Unknown
from parsers.document import MapNode, Node, Scalar
from parsers.pulumi.resources import Resource
from parsers.rule_nodes import Document, RuleReader

_NAMES = ("pulumi.yaml", "pulumi.yml", "main.yaml", "main.yml")
_TYPE = re.compile(rb"type[\"']?[ \t]*:[ \t]*[\"']?aws(?:-native)?:s3[:/]")
_REFERENCE = re.compile(r"\$\{([A-Za-z_][\w-]*)(?:\.(?:id|bucket|bucketName))?\}")


def is_program(content: bytes, path: str) -> bool:
    """Whether a file is a program in YAML with resources of S3."""
    return posixpath.basename(path).lower() in _NAMES and b"resources" in content and _TYPE.search(content) is not None


def resources_of(document: Document) -> Iterator[Resource]:
    """The resources of a program."""
    section = document.root.get("resources") if isinstance(document.root, MapNode) else None
    for key, node in section.entries if isinstance(section, MapNode) else ():
        kind = node.get("type") if isinstance(node, MapNode) else None
        properties = node.get("properties") if isinstance(node, MapNode) else None
        if isinstance(node, MapNode) and isinstance(kind, Scalar):
            inputs = properties if isinstance(properties, MapNode) else MapNode((), node.place)
            yield Resource(kind.text, key.text, node, inputs, document)


def names_among(resources: list[Resource]) -> Callable[[Resource, RuleReader], Text]:
    """How buckets are named: by an input, or by the bucket to which a configuration refers."""
    by_name = {resource.address: resource for resource in resources}

    def own(resource: Resource, reader: RuleReader) -> Text:
        node: Node | None = resource.inputs.get("bucketName" if resource.kind == "native" else "bucket")
        if node is None:
            return Unknown(f"Pulumi generates the name of {resource.address}: give it with --bucket NAME")
        return reader.text(node, "the name of the bucket")

    def name_of(resource: Resource, reader: RuleReader) -> Text:
        node = resource.inputs.get("bucket")
        match = _REFERENCE.fullmatch(node.text) if isinstance(node, Scalar) else None
        target = by_name.get(match.group(1)) if match is not None else None
        if target is not None and target.kind in ("Bucket", "native"):
            return own(target, RuleReader(reader.spelling, reader.document))
        return own(resource, reader)

    return name_of
