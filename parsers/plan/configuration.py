"""What the ``configuration`` of a plan tells: which arguments the code gives, and to what they refer.

It is no source of values: templates stand in it unparsed, and dynamic blocks not at all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from parsers.plan.resources import Resource


class Configuration:
    """The resources as the code has them. Whatever is not of the expected shape is not there."""

    def __init__(self, plan: Mapping[str, Any]) -> None:
        root = _mapping(plan.get("configuration")).get("root_module")
        self._root = root if isinstance(root, dict) else None
        self._modules: dict[tuple[str, ...], Mapping[tuple[str, str], Mapping[str, Any]]] = {}

    def expressions(self, resource: Resource) -> Mapping[str, Any] | None:
        """The arguments that the code gives to a resource; None if the plan does not have its code."""
        if resource.module not in self._modules:
            self._modules[resource.module] = dict(self._declared_in(resource.module))
        declared = self._modules[resource.module].get((resource.type, resource.name))
        expressions = None if declared is None else declared.get("expressions", {})
        return expressions if isinstance(expressions, dict) else None

    def references(self, resource: Resource, argument: str) -> tuple[str, ...]:
        """What the expression of an argument refers to, such as ``aws_s3_bucket.site.id``, the longest first."""
        expression = _mapping((self.expressions(resource) or {}).get(argument))
        found = expression.get("references")
        return tuple(each for each in found if isinstance(each, str)) if isinstance(found, list) else ()

    def _declared_in(self, module: tuple[str, ...]) -> Iterator[tuple[tuple[str, str], Mapping[str, Any]]]:
        at: Any = self._root
        for name in module:
            at = _mapping(_mapping(_mapping(at).get("module_calls")).get(name)).get("module")
        resources = _mapping(at).get("resources")
        for each in resources if isinstance(resources, list) else ():
            entry = _mapping(each)
            kind, label = entry.get("type"), entry.get("name")
            if entry.get("mode") == "managed" and isinstance(kind, str) and isinstance(label, str):
                yield (kind, label), entry


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
