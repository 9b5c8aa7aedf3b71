"""Functions that make a text or a list of addresses out of values: none of them needs the stack.

Sources: CloudFormation template reference, "Fn::Base64", "Fn::Cidr", "Fn::Length", "Fn::ToJsonString".
"""

from __future__ import annotations

import base64
import ipaddress
import itertools
import json
from typing import TYPE_CHECKING

from drift.cors.model import Text, Unknown
from parsers.cloudformation.values import MAX_TEXT, Data, Entries, Null, Value, like
from parsers.document import ListNode, Node, Scalar, plain

if TYPE_CHECKING:
    from parsers.cloudformation.intrinsics import Scope

MAX_BLOCKS = 256
"""What ``Fn::Cidr`` gives at most."""


def base64_of(scope: Scope, node: Node) -> Data:
    text = scope.text(node)
    if isinstance(text, Unknown):
        return Unknown(text.reason)
    scope.spend(len(text) // 100)
    return _bounded(like((text,), base64.b64encode(text.encode("utf-8", "replace")).decode("ascii")))


def _bounded(text: str) -> Text:
    return text if len(text) <= MAX_TEXT else Unknown(f"the text is longer than {MAX_TEXT:,} characters")


def cidr(scope: Scope, node: Node) -> Data:
    """The first address blocks of ``cidrBits`` host bits inside a block."""
    arguments = node.items if isinstance(node, ListNode) and len(node.items) in (2, 3) else ()
    texts = [scope.text(argument) for argument in arguments]
    unknown = next((text for text in texts if isinstance(text, Unknown)), None)
    if unknown is not None:
        return Unknown(unknown.reason)
    block, *numbers = [plain(text) for text in texts if isinstance(text, str)] or [""]
    try:
        network = ipaddress.ip_network(block, strict=False)
        count, bits = int(numbers[0]), int(numbers[1]) if len(numbers) > 1 else network.max_prefixlen - 24
        if not 1 <= count <= MAX_BLOCKS:
            raise ValueError
        blocks = network.subnets(new_prefix=network.max_prefixlen - bits)
        found = tuple(Value(like(texts, str(each)), node) for each in itertools.islice(blocks, count))
    except (ValueError, IndexError):
        return Unknown(f"Fn::Cidr on line {node.place.line} does not have the arguments that it needs")
    if len(found) < count:
        return Unknown(f"Fn::Cidr on line {node.place.line} asks for more blocks than there are")
    return found


def length(scope: Scope, node: Node) -> Data:
    """How many members a list has; what they are need not be known."""
    members = scope.items(node)
    return Unknown(members.reason) if isinstance(members, Unknown) else str(len(members))


def json_text(scope: Scope, node: Node) -> Data:
    """A list or mapping as a JSON text, without spaces."""
    value = scope.value(node)
    if not isinstance(value.data, tuple | Entries):
        reason = value.data.reason if isinstance(value.data, Unknown) else "a list or mapping is due"
        return Unknown(f"Fn::ToJsonString on line {node.place.line}: {reason}")
    texts: list[str] = []
    plain = _plain(value, texts)
    if isinstance(plain, Unknown):
        return Unknown(plain.reason)
    return _bounded(like(texts, json.dumps(plain, separators=(",", ":"), ensure_ascii=False)))


def _plain(value: Value, texts: list[str]) -> object:
    """The value in Python's types; the first unknown in it, if there is one. ``texts`` collects its texts."""
    data = value.data
    if isinstance(data, str):
        texts.append(data)
        node = value.node
        if isinstance(node, Scalar) and node.yaml_boolean is not None and data in ("true", "false"):
            return data == "true"
        if isinstance(node, Scalar) and node.tag is None and data == node.text:
            if node.is_boolean:
                return data == "true"
            number = node.integer() if node.is_number else None
            return data if number is None else number
        return data
    if isinstance(data, tuple):
        members = [_plain(member, texts) for member in data]
        return next((member for member in members if isinstance(member, Unknown)), members)
    if isinstance(data, Entries):
        entries = {key.text: _plain(member, texts) for key, member in data.items}
        return next((member for member in entries.values() if isinstance(member, Unknown)), entries)
    return None if isinstance(data, Null) else data
