"""Nested stacks, applications and modules whose templates are not among those that are read.

Their buckets cannot be seen. Most hold none, so an entry of its own is made only where something speaks for buckets:
the template itself if it lies in the tree, else the names by which it is called and what is passed to it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from drift.cors.model import Unknown
from drift.errors import InputError
from drift.interfaces import Tree
from drift.location import Diagnostic, Severity
from parsers.cloudformation.child_templates import child_path
from parsers.cloudformation.nested import KINDS as STACKS
from parsers.cloudformation.template import mentions_buckets, mentions_children
from parsers.document import ListNode, MapNode, Node, Scalar

if TYPE_CHECKING:
    from parsers.cloudformation.intrinsics import Scope

KINDS = {
    "AWS::CloudFormation::Stack": "nested stack",
    "AWS::CloudFormation::StackSet": "stack set",
    "AWS::Serverless::Application": "nested application",
}
_MODULE = "::MODULE"
_SPEAKS_FOR_BUCKETS = re.compile(r"s3|bucket|cors|storage|asset|upload|media|static|web", re.IGNORECASE)
_SUFFIX = re.compile(r"\.(?:ya?ml|json|template)\b", re.IGNORECASE)
_PLACEHOLDER = re.compile(r"\$\{[^{}]*\}")


@dataclass(frozen=True, slots=True)
class Unread:
    """One resource with its template elsewhere; ``likely`` says whether it is to be counted as a bucket not known."""

    key: Scalar
    resource: MapNode
    reason: str
    likely: bool

    def remark(self, path: str) -> Diagnostic:
        """What is told of one that does not count."""
        return Diagnostic(
            Severity.INFO,
            "nested-stack-not-read",
            self.reason,
            self.key.place.location(path),
            "give its template as well if it does",
        )


def unread_in(scope: Scope, tree: Tree, read: Collection[str], followed: Collection[str]) -> Iterator[Unread]:
    """Those of one template; ``read`` are the paths of all templates that are read, ``followed`` the logical ids of the
    nested stacks that are.
    """
    template = scope.template
    looks: dict[str, _Look | None] = {}
    for key, node in template.resources:
        kind = node.get("Type") if isinstance(node, MapNode) else None
        if not isinstance(node, MapNode) or not isinstance(kind, Scalar) or kind.tag is not None:
            continue
        what = KINDS.get(kind.text) or ("module" if kind.text.endswith(_MODULE) else None)
        if what is None:
            continue
        child = child_path(template, node, read)
        nested = kind.text in STACKS
        if (key.text in followed) if nested else (child in read):
            continue
        if child is not None and child not in looks:
            looks[child] = _look(tree, child)
        likely = _is_likely(key, kind, node, looks.get(child or ""))
        if likely is not None:
            found = scope.stacks.child(key.text) if nested else None
            why = found.reason if isinstance(found, Unknown) else "its template is not read"
            reason = f"{what} {key.text}: {why}; it may declare buckets"
            yield Unread(key, node, reason, likely)


def speaks_for_buckets(names: Iterator[str]) -> bool:
    """Whether any of the names is one that people give to buckets and what belongs to them."""
    return any(_SPEAKS_FOR_BUCKETS.search(name) for name in names)


def file_names(node: Node | None) -> Iterator[str]:
    """The names of template files in a text or in the parts of an expression.

    The folders and the host before them say nothing: every ``TemplateURL`` leads to a bucket.
    """
    for text in _texts(node):
        for part in re.split(r"[/\\]", _PLACEHOLDER.sub("", text)):
            if _SUFFIX.search(part):
                yield part


def _is_likely(key: Scalar, kind: Scalar, resource: MapNode, look: _Look | None) -> bool | None:
    """None where nothing is hidden."""
    if look is not None and (look.buckets or not look.children):
        return look.buckets or None
    properties = resource.get("Properties")
    body = properties.get("TemplateBody") if isinstance(properties, MapNode) else None
    if isinstance(body, Scalar) and body.tag is None:
        return mentions_buckets(body.text.encode("utf-8", "replace")) or None
    return speaks_for_buckets(_names(key, kind, resource))


@dataclass(frozen=True, slots=True)
class _Look:
    """Whether a file of the tree names buckets, and whether templates further on."""

    buckets: bool
    children: bool


def _look(tree: Tree, child: str) -> _Look | None:
    """None where the path is no template in the tree, or cannot be read."""
    if not tree.is_file(child):
        return None
    try:
        content = tree.read(child)
    except InputError:
        return None
    return _Look(mentions_buckets(content), mentions_children(content))


def _names(key: Scalar, kind: Scalar, resource: MapNode) -> Iterator[str]:
    yield key.text
    properties = resource.get("Properties")
    if kind.text.endswith(_MODULE):
        yield kind.text
        if isinstance(properties, MapNode):
            yield from properties.names
    if not isinstance(properties, MapNode):
        return
    location = properties.get("Location")
    if isinstance(location, MapNode):
        yield from (text.rpartition("/")[2] for text in _texts(location.get("ApplicationId")))
    for node in (properties.get("TemplateURL"), location, properties.get("TemplateBody")):
        yield from file_names(node)
    yield from _parameter_names(properties.get("Parameters"))


def _parameter_names(parameters: Node | None) -> Iterator[str]:
    if isinstance(parameters, MapNode):
        yield from parameters.names
    elif isinstance(parameters, ListNode):  # a stack set has ParameterKey and ParameterValue
        for item in parameters.items:
            name = item.get("ParameterKey") if isinstance(item, MapNode) else None
            if isinstance(name, Scalar):
                yield name.text


def _texts(node: Node | None) -> Iterator[str]:
    pending = [node] if node is not None else []
    while pending:
        each = pending.pop()
        if isinstance(each, Scalar):
            yield each.text
        elif isinstance(each, ListNode):
            pending.extend(each.items)
        else:
            pending.extend(value for _, value in each.entries)
