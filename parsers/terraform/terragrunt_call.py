"""A Terragrunt unit as the module call that it would be in a configuration."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping

from drift.location import Location
from parsers.terraform.nodes import Attribute, Block, Body, Literal, Template
from parsers.terraform.values import Value

_REGISTRY = re.compile(r"tfr://(?:registry\.terraform\.io|registry\.opentofu\.org)?/([^?]+?)(?:\?version=([^&]+))?")


def as_call(source: str, path: str, inputs: Mapping[str, Value]) -> Block:
    """The call for the unit in the file ``path``; a registry's source is told apart from its version."""
    at = Location(path)
    registry = _REGISTRY.fullmatch(source)
    arguments = {"source": registry.group(1) if registry else source}
    if registry and registry.group(2):
        arguments["version"] = registry.group(2)
    label = re.sub(r"[^\w-]", "_", posixpath.basename(posixpath.dirname(path))) or "unit"
    attributes = {name: Attribute(name, Template((value,), at), at) for name, value in arguments.items()}
    attributes |= {
        name: Attribute(name, Literal(value, at), at) for name, value in inputs.items() if name not in attributes
    }
    return Block("module", (label,), Body(attributes), at)
