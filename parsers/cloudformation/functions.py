"""The intrinsic functions that need no stack. What is not in ``FUNCTIONS`` stays unknown."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from drift.cors.model import Text, Unknown
from parsers.cloudformation import encodings
from parsers.cloudformation.calls import PROCESSED
from parsers.cloudformation.loops import LANGUAGE_EXTENSIONS, needs_extensions
from parsers.cloudformation.values import (
    MAX_MEMBERS,
    Data,
    Entries,
    NoValue,
    Value,
    either,
    joined,
    like,
    same,
    settled,
)
from parsers.document import ListNode, MapNode, Node, Scalar, Secret, shown

if TYPE_CHECKING:
    from parsers.cloudformation.intrinsics import Scope

Function = Callable[["Scope", Node], "Value | Data"]

_PLACEHOLDER = re.compile(r"\$\{([^{}]*)\}")
_NAME = re.compile(r"[A-Za-z0-9_.:]+", re.ASCII)


def _arguments(node: Node, *counts: int) -> tuple[Node, ...] | None:
    if isinstance(node, ListNode) and node.tag is None and len(node.items) in counts:
        return node.items
    return None


def _malformed(name: str, node: Node) -> Unknown:
    return Unknown(f"{name} on line {node.place.line} does not have the arguments that it needs")


def _ref(scope: Scope, node: Node) -> Value | Data:
    if isinstance(node, Scalar) and node.tag is None:
        return scope.reference(node.text, node)
    if not scope.template.extended:
        return _malformed("Ref", node)
    name = scope.text(node)
    if isinstance(name, Secret):
        return _hidden_name("Ref", node)
    return Unknown(name.reason) if isinstance(name, Unknown) else scope.reference(name, node)


def _hidden_name(name: str, node: Node) -> Unknown:
    return Unknown(f"{name} on line {node.place.line} follows no name that comes of a NoEcho parameter")


def _get_att(scope: Scope, node: Node) -> Data:
    if isinstance(node, Scalar) and "." in node.text:
        name, _, attribute = node.text.partition(".")
        return scope.names.attribute(name, attribute, node)
    pair = _arguments(node, 2)
    if pair is None:
        return _malformed("Fn::GetAtt", node)
    if not scope.template.extended and not (isinstance(pair[0], Scalar) and pair[0].tag is None):
        return _malformed("Fn::GetAtt", node)
    resource, wanted = scope.text(pair[0]), scope.text(pair[1])
    if isinstance(resource, Unknown) or isinstance(wanted, Unknown):
        return Unknown(next(each.reason for each in (resource, wanted) if isinstance(each, Unknown)))
    if isinstance(resource, Secret) or isinstance(wanted, Secret):
        return _hidden_name("Fn::GetAtt", node)
    return scope.names.attribute(resource, wanted, node)


def _sub(scope: Scope, node: Node) -> Data:
    variables: MapNode | None = None
    template = node
    pair = _arguments(node, 2)
    if pair is not None and isinstance(pair[1], MapNode):
        template, variables = pair[0], pair[1]
    if not isinstance(template, Scalar) or template.tag is not None:
        return _malformed("Fn::Sub", node)
    parts: list[Text] = []
    known: dict[str, Text] = {}
    end = 0
    for match in _PLACEHOLDER.finditer(template.text):
        name = match.group(1)
        if name not in known:
            known[name] = _substitute(scope, name, variables, template)
        parts.extend((template.text[end : match.start()], known[name]))
        end = match.end()
    parts.append(template.text[end:])
    return _whole(scope, parts, template.place.line)


def _whole(scope: Scope, parts: list[Text], line: int) -> Text:
    text = joined(parts)
    scope.spend(len(parts) + (len(text) // 100 if isinstance(text, str) else 0))
    return settled(text, line)


def _substitute(scope: Scope, name: str, variables: MapNode | None, node: Scalar) -> Text:
    if name.startswith("!"):
        return "${" + name[1:] + "}"
    own = variables.get(name) if variables is not None else None
    if own is not None:
        return scope.text(own)
    whole = "${" + name + "}"
    foreign = settled(whole, node.place.line)
    if isinstance(foreign, Unknown):
        return foreign
    if _NAME.fullmatch(name) is None:
        return Unknown(f"{shown(whole)} on line {node.place.line} is no name that Fn::Sub takes")
    if "." in name:
        resource, _, attribute = name.partition(".")
        data: Data = scope.names.attribute(resource, attribute, node)
    else:
        data = scope.reference(name, node).data
    if isinstance(data, str | Unknown):
        return data
    if isinstance(data, tuple):
        return Unknown(f"{shown(whole)} on line {node.place.line} is a list, which Fn::Sub does not take")
    return Unknown(f"{shown(whole)} on line {node.place.line} is no text")


def _join(scope: Scope, node: Node) -> Data:
    pair = _arguments(node, 2)
    if pair is None:
        return _malformed("Fn::Join", node)
    delimiter, members = scope.text(pair[0]), scope.items(pair[1])
    if isinstance(delimiter, Unknown):
        return Unknown(delimiter.reason)
    if isinstance(members, Unknown):
        return Unknown(members.reason)
    parts: list[Text] = []
    for index, member in enumerate(members):
        if not isinstance(member.data, str | Unknown):
            return Unknown(f"Fn::Join on line {node.place.line} joins texts only, and there is {member.describe()}")
        parts.extend((delimiter, member.data) if index else (member.data,))
    return _whole(scope, parts, node.place.line)


def _select(scope: Scope, node: Node) -> Value | Data:
    pair = _arguments(node, 2)
    if pair is None:
        return _malformed("Fn::Select", node)
    index, members = scope.text(pair[0]), scope.items(pair[1])
    if isinstance(index, Unknown):
        return Unknown(index.reason)
    if isinstance(members, Unknown):
        return Unknown(members.reason)
    if re.fullmatch(r"[0-9]{1,9}", index, re.ASCII) is None or int(index) >= len(members):
        line = node.place.line
        return Unknown(f"Fn::Select on line {line} asks for member {shown(index)} of a list of {len(members)}")
    return members[int(index)]


def _split(scope: Scope, node: Node) -> Data:
    pair = _arguments(node, 2)
    if pair is None:
        return _malformed("Fn::Split", node)
    delimiter, text = scope.text(pair[0]), scope.text(pair[1])
    if isinstance(delimiter, Unknown):
        return Unknown(delimiter.reason)
    if isinstance(text, Unknown):
        return Unknown(text.reason)
    if not delimiter:
        return _malformed("Fn::Split", node)
    if text.count(delimiter) >= MAX_MEMBERS:
        return Unknown(f"Fn::Split on line {node.place.line} gives more than {MAX_MEMBERS:,} members")
    members = text.split(delimiter)
    scope.spend(len(members))
    return tuple(Value(like((text, delimiter), member), node) for member in members)


def _find_in_map(scope: Scope, node: Node) -> Value | Data:
    """A value of ``Mappings``; the fourth argument is the default of the LanguageExtensions transform."""
    arguments = _arguments(node, 3, 4)
    if arguments is None:
        return _malformed("Fn::FindInMap", node)
    if len(arguments) == 4 and not scope.template.extended:
        reason = needs_extensions("the default of Fn::FindInMap", node)
        scope.fault("needs-transform", reason, node, f"add Transform: {LANGUAGE_EXTENSIONS}")
        return Unknown(reason)
    default = arguments[3].get("DefaultValue") if len(arguments) == 4 and isinstance(arguments[3], MapNode) else None
    found: Node | None = scope.template.mappings
    path: list[str] = []
    for argument in arguments[:3]:
        key = scope.text(argument)
        if isinstance(key, Unknown):
            return Unknown(key.reason)
        path.append(key)
        found = found.get(key) if isinstance(found, MapNode) else None
    if found is not None:
        return scope.value(found)
    if default is not None:
        return scope.value(default)
    return Unknown(f"there is no {' / '.join(map(shown, path))} in Mappings (line {node.place.line})")


def _if(scope: Scope, node: Node) -> Value | Data:
    arguments = _arguments(node, 3)
    if arguments is None:
        return _malformed("Fn::If", node)
    truth = scope.decide(scope.conditions.named(arguments[0]))
    if isinstance(truth, bool):
        return scope.value(arguments[1] if truth else arguments[2])
    return _either_value(scope.value(arguments[1]), scope.value(arguments[2]), truth.reason, node)


def _either_value(left: Value, right: Value, reason: str, node: Node) -> Value:
    """One of two values, it is not known which: what they have in common, as deep as it goes."""
    if same(left, right):
        return left
    a, b = left.data, right.data
    vanishing = isinstance(a, NoValue) or isinstance(b, NoValue) or left.may_vanish or right.may_vanish
    if not vanishing:
        if isinstance(a, str | Unknown) and isinstance(b, str | Unknown):
            return Value(either(a, b, reason), node, merged=True)
        if isinstance(a, tuple) and isinstance(b, tuple) and len(a) == len(b):
            return Value(tuple(_either_value(x, y, reason, node) for x, y in zip(a, b, strict=True)), node)
        if isinstance(a, Entries) and isinstance(b, Entries):
            return Value(_either_entries(a, b, reason, node), node)
    return Value(Unknown(reason), node, may_vanish=vanishing, merged=True)


def _either_entries(left: Entries, right: Entries, reason: str, node: Node) -> Entries:
    ours = {key.text: (key, value) for key, value in left.items}
    theirs = {key.text: (key, value) for key, value in right.items}
    items: list[tuple[Scalar, Value]] = []
    for name, (key, value) in {**theirs, **ours}.items():
        if name in ours and name in theirs:
            items.append((key, _either_value(ours[name][1], theirs[name][1], reason, node)))
        else:
            items.append((key, Value(Unknown(reason), value.node, may_vanish=True, merged=True)))
    return Entries(tuple(items))


def _import_value(scope: Scope, node: Node) -> Data:
    name = scope.text(node)
    what = f" (export {shown(name)})" if isinstance(name, str) else ""
    return Unknown(f"{not_evaluated('Fn::ImportValue', node)}{what}")


def not_evaluated(name: str, node: Node) -> str:
    """Why a function stays unknown, with what would settle it."""
    if name == "Fn::Transform":
        return f"Fn::Transform on line {node.place.line} is expanded by CloudFormation: {PROCESSED}"
    return f"{name} on line {node.place.line} cannot be evaluated without the stack"


FUNCTIONS: dict[str, Function] = {
    "Ref": _ref,
    "Fn::GetAtt": _get_att,
    "Fn::Sub": _sub,
    "Fn::Join": _join,
    "Fn::Select": _select,
    "Fn::Split": _split,
    "Fn::FindInMap": _find_in_map,
    "Fn::If": _if,
    "Fn::ImportValue": _import_value,
    "Fn::Base64": encodings.base64_of,
    "Fn::Cidr": encodings.cidr,
    "Fn::Length": encodings.length,
    "Fn::ToJsonString": encodings.json_text,
}
"""Everything else (``GetAZs``, ``Transform``) needs the stack."""

ONLY_EXTENDED = frozenset({"Fn::Length", "Fn::ToJsonString"})
"""Functions of the LanguageExtensions transform."""
