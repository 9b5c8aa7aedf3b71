"""``Fn::ForEach`` of the LanguageExtensions transform: what a loop makes, before anything is evaluated.

Source: CloudFormation template reference, "Fn::ForEach": ``${Identifier}`` and ``&{Identifier}`` are replaced in keys
and values (the second without what is not a letter or digit), and ``Ref`` of the identifier; loops may stand in
``Conditions``, ``Outputs``, ``Resources`` and in the properties of resources, and inside one another.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from drift.cors.model import Unknown
from parsers.cloudformation.calls import call_of
from parsers.cloudformation.values import MAX_TEXT
from parsers.document import ListNode, MapNode, Node, Scalar, Secret, shown

if TYPE_CHECKING:
    from parsers.cloudformation.intrinsics import Scope
    from parsers.cloudformation.template import Template

LOOP = "Fn::ForEach::"
LANGUAGE_EXTENSIONS = "AWS::LanguageExtensions"

MAX_MADE = 50_000
"""Nodes and rounds of all loops of a template. CloudFormation takes 500 resources and 1 MB after they are expanded."""

Entry = tuple[Scalar, Node]


class _TooMuchError(Exception):
    """The loops of a template make more than is evaluated."""


def expanded(scope: Scope) -> Template:
    """The scope's template with what the loops among its conditions and resources make.

    A loop that cannot be followed stays where it is, and ``scope.unmade`` says why.
    """
    template = scope.template
    if template.conditions is not None:
        entries = entries_of(scope, template.conditions)
        if isinstance(entries, tuple) and entries is not template.conditions.entries:
            template = replace(template, conditions=MapNode(entries, template.conditions.place))
    if not any(_is_loop(key) for key, _ in template.resources):
        return template
    resources: list[Entry] = []
    for key, node in template.resources:
        made = _made(scope, key, node) if _is_loop(key) else ((key, node),)
        if isinstance(made, Unknown):
            scope.ledger.unmade[key.text] = made.reason
            made = ((key, node),)
        resources.extend(made)
    return replace(template, resources=tuple(resources), by_name={key.text: node for key, node in resources})


def entries_of(scope: Scope, node: MapNode) -> tuple[Entry, ...] | Unknown:
    """The keys and values of a mapping, those that its loops make in their place."""
    if not any(_is_loop(key) for key, _ in node.entries):
        return node.entries
    found: list[Entry] = []
    for key, value in node.entries:
        made = _made(scope, key, value) if _is_loop(key) else ((key, value),)
        if isinstance(made, Unknown):
            return made
        found.extend(made)
    names: set[str] = set()
    for key, _ in found:
        if key.text in names:
            reason = f"loops make the key {shown(key.text)} twice (line {key.place.line})"
            scope.fault("duplicate-key", reason, key, "CloudFormation refuses the template")
            return Unknown(reason)
        names.add(key.text)
    return tuple(found)


def needs_extensions(name: str, node: Node) -> str:
    """Why something that only the transform knows cannot be evaluated without it."""
    return f"{name} on line {node.place.line} needs Transform: {LANGUAGE_EXTENSIONS}, which the template does not have"


def _count(scope: Scope) -> None:
    scope.ledger.made += 1
    if scope.ledger.made > MAX_MADE:
        raise _TooMuchError


def _is_loop(key: Scalar) -> bool:
    return key.text.startswith(LOOP)


def _made(scope: Scope, key: Scalar, node: Node) -> tuple[Entry, ...] | Unknown:
    if not scope.template.extended:
        reason = needs_extensions(key.text, key)
        scope.fault("needs-transform", reason, key, f"add Transform: {LANGUAGE_EXTENSIONS}")
        return Unknown(reason)
    try:
        return _made_by(scope, key, node)
    except _TooMuchError:
        return Unknown(f"{key.text} on line {key.place.line} makes more than can be evaluated")


def _made_by(scope: Scope, key: Scalar, node: Node) -> tuple[Entry, ...] | Unknown:
    parts = node.items if isinstance(node, ListNode) and node.tag is None else ()
    name = parts[0] if len(parts) == 3 else None
    fragment = parts[2] if len(parts) == 3 else None
    if not isinstance(name, Scalar) or name.tag is not None or not isinstance(fragment, MapNode):
        reason = f"{key.text} on line {key.place.line} needs an identifier, a collection and a mapping"
        scope.fault("malformed-loop", reason, key, "CloudFormation refuses the template")
        return Unknown(reason)
    members = scope.items(parts[1])
    if isinstance(members, Unknown):
        return Unknown(f"the collection of {key.text} (line {key.place.line}) is not known: {members.reason}")
    found: list[Entry] = []
    for member in members:
        if isinstance(member.data, Unknown):
            return Unknown(f"the collection of {key.text} (line {key.place.line}) is not known: {member.data.reason}")
        if isinstance(member.data, Secret):  # the transform would write it into the template, and so into messages
            return Unknown(f"the collection of {key.text} (line {key.place.line}) comes of a NoEcho parameter")
        if not isinstance(member.data, str):
            return Unknown(f"the collection of {key.text} (line {key.place.line}) holds {member.describe()}, not texts")
        _count(scope)
        put = _Substitution(scope, name.text, member.data)
        for inner_key, inner in fragment.entries:
            entry = put.key(inner_key), put.node(inner)
            made = _made_by(scope, *entry) if _is_loop(entry[0]) else (entry,)
            if isinstance(made, Unknown):
                return made
            found.extend(made)
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Substitution:
    """One member of a collection in the place of the identifier."""

    scope: Scope
    name: str
    text: str

    def in_text(self, text: str) -> str:
        if self.name not in text:
            return text
        if len(text) + text.count(self.name) * len(self.text) > MAX_TEXT:
            raise _TooMuchError
        bare = re.sub("[^0-9a-zA-Z]+", "", self.text)
        return text.replace(f"${{{self.name}}}", self.text).replace(f"&{{{self.name}}}", bare)

    def key(self, key: Scalar) -> Scalar:
        return Scalar(self.in_text(key.text), key.place, key.plain, key.tag)

    def node(self, node: Node) -> Node:
        _count(self.scope)
        call = call_of(node)
        if call is not None and call[0] == "Ref" and isinstance(call[1], Scalar) and call[1].text == self.name:
            return Scalar(self.text, node.place)
        if isinstance(node, Scalar):
            return Scalar(self.in_text(node.text), node.place, node.plain, node.tag)
        if isinstance(node, ListNode):
            return ListNode(tuple(map(self.node, node.items)), node.place, node.tag)
        return MapNode(tuple((self.key(key), self.node(value)) for key, value in node.entries), node.place, node.tag)
