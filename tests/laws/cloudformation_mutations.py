"""Mutations of CloudFormation templates: what an editor, a bad merge or an attacker makes of a file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from random import Random

import yaml

from tests.laws.mutations import Mutation, cut, lines, scatter, shuffled, span, truncate

_TOKEN = re.compile(rb'"(?:[^"\\\n]|\\.)*"|![\w:]+|\$\{[^}\n]*\}|[\w:./-]+|\s+|.', re.DOTALL)
_PIECES = (
    *(bytes([each]) for each in b"{}[]()\"'?:,#&*!|>%@`-~=\n\r\t\x00\xff"),
    *b"${ $${! }} {{ {{resolve:ssm:x}} !Ref !Sub !If !GetAtt !Transform <<: &a *a --- ... null yes 0777 1_0".split(),
    *(b"\n  ", b"\n- ", b": ", b"\xc3\xa9", b"\xef\xbb\xbf", b"Fn::Transform: x\n", b'"Fn::If": [', b"<% x %>"),
)
_FUNCTIONS = (
    *("Ref", "Condition", "Fn::Sub", "Fn::Join", "Fn::Select", "Fn::Split", "Fn::If", "Fn::FindInMap", "Fn::GetAtt"),
    *(
        "Fn::Base64",
        "Fn::Cidr",
        "Fn::Length",
        "Fn::ToJsonString",
        "Fn::ImportValue",
        "Fn::And",
        "Fn::Not",
        "Fn::Equals",
    ),
    *("Fn::ForEach::X", "Fn::Transform", "Fn::GetAZs", "Fn::Nosuch"),
)
_KEYS = (
    *("Resources", "Parameters", "Conditions", "Mappings", "Transform", "Type", "Properties", "Condition", "Default"),
    *(
        "CorsConfiguration",
        "CorsRules",
        "AllowedOrigins",
        "MaxAge",
        "Id",
        "BucketName",
        "TemplateURL",
        "resources",
        "x",
    ),
)
_VALUES = ("", "0", "-1", "9" * 400, "null", "true", "AWS::NoValue", "AWS::S3::Bucket", "${x}", "../../etc/passwd", "*")
_MACROS = ("AWS::LanguageExtensions", "AWS::Serverless-2016-10-31", "AWS::Include", "Mine")


def mutated(source: bytes, random: Random, others: Sequence[bytes]) -> bytes:
    """The source after one to four mutations; ``others`` are sources from which parts may be taken."""
    for _ in range(random.randint(1, 4)):
        source = random.choice((*_OF_BYTES, *[_structure] * len(_OF_BYTES)))(source, random, others)
    return source


def _put(source: bytes, random: Random, others: Sequence[bytes]) -> bytes:
    start, end = span(source, random, random.choice((0, 0, 1, 8)))
    return source[:start] + random.choice(_PIECES) * random.choice((1, 1, 1, 200)) + source[end:]


def _splice(source: bytes, random: Random, others: Sequence[bytes]) -> bytes:
    other = random.choice(others)
    start, _ = span(source, random)
    begin, end = span(other, random, 400)
    return source[:start] + other[begin:end] + source[start:]


def _tokens(source: bytes, random: Random, others: Sequence[bytes]) -> bytes:
    tokens = _TOKEN.findall(source)
    shuffled(tokens, random)
    return b"".join(tokens)


def _structure(source: bytes, random: Random, others: Sequence[bytes]) -> bytes:
    """One node of the tree is replaced, wrapped in a function, shuffled, renamed or shared."""
    root = _composed(source)
    if root is None:
        return source
    parents = [node for node in _nodes(root) if isinstance(node, yaml.CollectionNode) and node.value]
    if not parents:
        return source
    parent = random.choice(parents)
    at = random.randrange(len(parent.value))
    match random.randrange(6):
        case 0:
            shuffled(parent.value, random)
        case 1:
            other = _composed(random.choice(others)) or root
            _set(parent, at, random.choice(list(_nodes(other))))
        case 2:
            _set(parent, at, _wrapped(_get(parent, at), random))
        case 3:
            _set(parent, at, _scalar(random.choice(_VALUES)))
        case 4 if isinstance(parent, yaml.MappingNode):
            key = random.choice((*_KEYS, *_FUNCTIONS))
            parent.value[at] = (_scalar(key), parent.value[at][1])
        case _ if isinstance(root, yaml.MappingNode):
            root.value.insert(0, (_scalar("Transform"), _scalar(random.choice(_MACROS))))
    try:
        text: str = yaml.serialize(root, allow_unicode=True, width=1000)
    except (yaml.YAMLError, RecursionError):
        return source  # a circle that cannot be written
    return text.encode("utf-8", "surrogatepass")


def _composed(source: bytes) -> yaml.Node | None:
    try:
        node: yaml.Node | None = yaml.compose(source, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except (yaml.YAMLError, UnicodeError, RecursionError, ValueError):
        return None
    return node


def _nodes(root: yaml.Node) -> Iterator[yaml.Node]:
    seen: set[int] = set()
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        yield node
        if isinstance(node, yaml.SequenceNode):
            waiting += node.value
        elif isinstance(node, yaml.MappingNode):
            waiting += [part for entry in node.value for part in entry]


def _scalar(text: str) -> yaml.ScalarNode:
    return yaml.ScalarNode("tag:yaml.org,2002:str", text)


def _wrapped(node: yaml.Node, random: Random) -> yaml.Node:
    inner: yaml.Node = node
    if random.random() < 0.5:
        inner = yaml.SequenceNode("tag:yaml.org,2002:seq", [node] * random.choice((1, 2, 3, 3)))
    entry = (_scalar(random.choice(_FUNCTIONS)), inner)
    return yaml.MappingNode("tag:yaml.org,2002:map", [entry])


def _get(parent: yaml.CollectionNode, at: int) -> yaml.Node:
    part = parent.value[at]
    found: yaml.Node = part[1] if isinstance(parent, yaml.MappingNode) else part
    return found


def _set(parent: yaml.CollectionNode, at: int, node: yaml.Node) -> None:
    parent.value[at] = (parent.value[at][0], node) if isinstance(parent, yaml.MappingNode) else node


_OF_BYTES: tuple[Mutation, ...] = (cut, _put, scatter, truncate, _splice, _tokens, lines)
