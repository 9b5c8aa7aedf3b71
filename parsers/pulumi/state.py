"""The state of a stack (``pulumi stack export``, or the file that a local backend keeps).

What is declared are the ``inputs`` of a resource: its ``outputs`` are refreshed from what is live.
Source: Pulumi SDK, ``apitype.DeploymentV3`` and ``CheckpointV3``.
"""

from __future__ import annotations

from collections.abc import Iterator

from drift.cors.model import Text, Unknown
from parsers.document import ListNode, MapNode, Node, Scalar
from parsers.pulumi.resources import Resource, open_text
from parsers.rule_nodes import Document, RuleReader


def is_state(content: bytes) -> bool:
    """Whether a file is a state with resources of S3."""
    return b'"urn:pulumi:' in content and (b'"aws:s3' in content or b'"aws-native:s3' in content)


def is_copy(path: str) -> bool:
    """Whether a file is what a local backend keeps of earlier updates."""
    parts = path.split("/")[:-1]
    return ".pulumi" in parts and ("history" in parts or "backups" in parts)


def resources_in(document: Document) -> Iterator[Resource]:
    """The resources of a state that are not about to be deleted."""
    for node in _listed(document.root):
        kind, inputs, urn = (node.get(key) for key in ("type", "inputs", "urn"))
        pending = node.get("delete")
        if isinstance(pending, Scalar) and pending.text == "true":
            continue
        if isinstance(kind, Scalar) and isinstance(inputs, MapNode):
            address = urn.text.rpartition("::")[2] if isinstance(urn, Scalar) else kind.text
            yield Resource(kind.text, f"{kind.text.rpartition(':')[2]} {address[:200]}", node, inputs, document)


def _listed(root: Node | None) -> Iterator[MapNode]:
    for keys in (("deployment",), ("checkpoint", "latest")):
        node = root
        for key in (*keys, "resources"):
            node = node.get(key) if isinstance(node, MapNode) else None
        for each in node.items if isinstance(node, ListNode) else ():
            if isinstance(each, MapNode):
                yield each


def name_in_state(resource: Resource, reader: RuleReader) -> Text:
    """The bucket: of a separate configuration the input, of a bucket its id, which is its name."""
    node = resource.inputs.get("bucket")
    if resource.kind != "BucketCorsConfiguration":
        own = resource.node.get("id")
        node = own if isinstance(own, Scalar) and not own.is_null and open_text(own.text) is None else node
    if node is None:
        return Unknown(f"the state does not name the bucket of {resource.address}")
    return reader.text(node, "the name of the bucket")
