"""Templates that another template of the same tree deploys as a nested stack.

What the parent passes is not the child's default, so a child read by itself must not use its defaults for it.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping, Sequence

from drift.cors.model import Text, Unknown
from parsers.cloudformation.parameters import Given
from parsers.cloudformation.template import Template
from parsers.document import MapNode, Node, Scalar


def passed_to_children(templates: Sequence[Template]) -> dict[str, dict[str, Text]]:
    """Path of each child to the parameters that a parent passes to it, unknown as their values are here.

    A child is found by the local path in ``TemplateURL`` (before ``aws cloudformation package``), or by the asset path
    that the CDK leaves in ``Metadata``.
    """
    children: dict[str, dict[str, Text]] = {}
    for template in templates:
        for logical_id, resource in _stacks(template):
            child = child_path(template.path, resource)
            if child is None:
                continue
            known = children.setdefault(child, {})
            for name in _parameters(resource):
                known[name] = Unknown(f"parameter {name} is passed by the nested stack {logical_id} of {template.path}")
    return children


def given_to(path: str, children: Mapping[str, Mapping[str, Text]], given: Given) -> Given:
    """The values for one template: what the user gave wins over what a parent passes."""
    return Given({**children[path], **given.values}, given.sources) if path in children else given


def _stacks(template: Template) -> Iterator[tuple[str, MapNode]]:
    for key, node in template.resources:
        kind = node.get("Type") if isinstance(node, MapNode) else None
        nested = isinstance(kind, Scalar) and kind.text in (
            "AWS::CloudFormation::Stack",
            "AWS::Serverless::Application",
        )
        if isinstance(node, MapNode) and nested:
            yield key.text, node


def child_path(parent: str, resource: MapNode) -> str | None:
    """The path in the tree of a nested stack's template, by what the resource says; whether it is there is open."""
    properties, metadata = resource.get("Properties"), resource.get("Metadata")
    candidates: list[Node | None] = []
    if isinstance(properties, MapNode):
        candidates += [properties.get("TemplateURL"), properties.get("Location")]
    if isinstance(metadata, MapNode):
        candidates.append(metadata.get("aws:asset:path"))
    for node in candidates:
        if isinstance(node, Scalar) and node.tag is None and "://" not in node.text and node.text:
            return posixpath.normpath(posixpath.join(posixpath.dirname(parent), node.text))
    return None


def _parameters(resource: MapNode) -> Sequence[str]:
    properties = resource.get("Properties")
    passed = properties.get("Parameters") if isinstance(properties, MapNode) else None
    return passed.names if isinstance(passed, MapNode) else ()
