"""Which resources are buckets, and which were to be: a slip of the pen here makes a bucket or its rules disappear."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass

from parsers.cloudformation.cors import meant_by
from parsers.document import ListNode, MapNode, Node, Scalar, shown

BUCKET = "AWS::S3::Bucket"

ATTRIBUTES = frozenset(
    {
        "Type",
        "Properties",
        "Condition",
        "CreationPolicy",
        "DeletionPolicy",
        "DependsOn",
        "Metadata",
        "UpdatePolicy",
        "UpdateReplacePolicy",
        "Description",
        "Version",
        "Connectors",
        "IgnoreGlobals",
    }
)
"""What may stand beside ``Properties``; CloudFormation refuses all else ("Invalid template resource property").

Sources: CloudFormation template reference, "Resource attribute reference"; ``Description`` and ``Version`` are accepted
though not listed there (aws-cdk, ``CfnInclude``); ``Connectors`` and ``IgnoreGlobals`` belong to AWS SAM, which takes
them out.
"""


@dataclass(frozen=True, slots=True)
class Slip:
    """What is wrong with a resource as a whole: the finding's id, where, and what to do.

    ``refused`` is not set where the Serverless Framework may still make something whole of it.
    """

    id: str
    node: Node
    message: str
    advice: str
    refused: bool = True


def is_bucket(resource: MapNode) -> bool:
    """Whether the resource's type is that of a bucket, to the letter."""
    kind = resource.get("Type")
    return isinstance(kind, Scalar) and kind.text == BUCKET


def slip_in(key: Scalar, resource: MapNode) -> Slip | None:
    """Why CloudFormation would refuse what is, or was certainly meant to be, a bucket; None for all else."""
    return _stray_attribute(resource) if is_bucket(resource) else _type_slip(key, resource)


def misplaced_rules(properties: MapNode) -> Slip | None:
    """Rules among the properties of a bucket that has no ``CorsConfiguration``: misspelled, or indented too far."""
    for key, depth in _keys(properties):
        meant = meant_by(key.text)
        if meant not in ("CorsConfiguration", "CorsRules"):
            continue
        if depth == 0 and meant == "CorsConfiguration":
            message = f"{shown(key.text)} is not a property that CloudFormation knows"
            return Slip("wrong-spelling", key, message, "did you mean CorsConfiguration?")
        advice = "put it under CorsConfiguration, directly below Properties"
        if meant == "CorsConfiguration":
            advice = "put CorsConfiguration directly below Properties"
        message = f"{shown(key.text)} is not a property that CloudFormation knows here"
        return Slip("misplaced-rules", key, message, advice)
    return None


def _type_slip(key: Scalar, resource: MapNode) -> Slip | None:
    kind = resource.get("Type")
    if isinstance(kind, Scalar):
        if kind.tag is None and _means_bucket(kind.text):
            message = f"{shown(kind.text)} is not a type of resource that CloudFormation knows"
            return Slip("wrong-spelling", kind, message, f"did you mean {BUCKET}?")
        return None
    if kind is not None:
        return None
    for name, value in resource.entries:
        if isinstance(value, Scalar) and value.tag is None and _means_bucket(value.text):
            message = f"{shown(name.text)} is not a resource attribute that CloudFormation knows"
            return Slip("unknown-attribute", name, message, "did you mean Type?")
    properties = resource.get("Properties")
    inside = [name.text for part in (resource, properties) if isinstance(part, MapNode) for name, _ in part.entries]
    if any(meant_by(name) in ("CorsConfiguration", "CorsRules") for name in inside):
        advice = f"add Type: {BUCKET}, or indent it below the bucket that it belongs to"
        message = f"resource {key.text} holds CORS rules and has no Type"
        return Slip("missing-type", key, message, advice, refused=False)
    return None


def _stray_attribute(resource: MapNode) -> Slip | None:
    stray = [name for name, _ in resource.entries if name.text not in ATTRIBUTES]
    if not stray:
        return None
    node = next((name for name in stray if meant_by(name.text) is not None), stray[0])  # the rules before all else
    message = f"{shown(node.text)} stands beside Properties, where CloudFormation knows no such attribute"
    close = difflib.get_close_matches(node.text[:40].lower(), [name.lower() for name in ATTRIBUTES], n=1, cutoff=0.8)
    meant = next((name for name in ATTRIBUTES if close and name.lower() == close[0]), None)
    if meant is not None and meant not in resource.names:
        return Slip("unknown-attribute", node, message, f"did you mean {meant}?")
    return Slip("unknown-attribute", node, message, "indent it below Properties")


def _means_bucket(text: str) -> bool:
    return re.sub(r"[\W_]+", "", text[:40], flags=re.ASCII).lower() in ("awss3bucket", "awss3buckets")


def _keys(properties: MapNode) -> Iterator[tuple[Scalar, int]]:
    """Every key of the properties, the outer ones first, with how deep it stands."""
    level: list[Node] = [properties]
    depth = 0
    while level:
        below: list[Node] = []
        for node in level:
            if isinstance(node, ListNode):
                below.extend(node.items)
            elif isinstance(node, MapNode):
                yield from ((key, depth) for key, _ in node.entries)
                below.extend(value for _, value in node.entries)
        level = below
        depth += 1
