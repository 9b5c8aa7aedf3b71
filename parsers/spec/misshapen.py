"""Rules of S3 in a file whose shape is not read: to be told, for nobody else's file is built like that.

Many files hold the words: settings of web servers, fixtures of SDK answers, charts. So the rules must be S3's to the
letter, no deeper than under a bucket, and nothing but names and places may stand beside them.
"""

from __future__ import annotations

import re

from drift.cors.model import API_NAMES
from parsers.document import ListNode, MapNode, Node, Scalar

WANTED = "write version: 1 and, below buckets:, NAME: [rules] for each bucket"

_FIELDS = frozenset(API_NAMES.values())
_BESIDE = frozenset(
    {"$schema", "version", "region", "account", "accountid", "bucket", "bucketname", "name", "description", "comment"}
)
_BUCKETS = frozenset({"buckets", "bucket", "s3buckets"})
_BUCKET_LIKE = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", re.ASCII)


def rules_out_of_place(root: Node | None) -> Node | None:
    """Where the first rules of such a file stand (their key, if they have one); None for any other file."""
    if isinstance(root, ListNode):
        return root.items[0] if root.items and all(_holds(item) for item in root.items) else None
    if not isinstance(root, MapNode):
        return None
    if _holds(root):
        return next(key for key, node in root.entries if _is_rules(node) or _is_cli_object(node))
    containers = [(key, node) for key, node in root.entries if not isinstance(node, Scalar)]
    if len(containers) != 1 or not _only_names_beside(root):
        return None
    key, buckets = containers[0]
    if _folded(key.text) not in _BUCKETS:
        return None
    members = buckets.items if isinstance(buckets, ListNode) else ()
    if isinstance(buckets, MapNode):
        members = tuple(node for _, node in buckets.entries if not _is_empty(node))
    return key if members and all(_holds(member) or _is_rules(member) for member in members) else None


def _holds(node: Node) -> bool:
    """Whether a mapping holds rules, and beside them nothing but names, places and empty lists."""
    if not isinstance(node, MapNode) or not _only_names_beside(node):
        return False
    inner = [(key, value) for key, value in node.entries if not isinstance(value, Scalar)]
    fitting = all(
        _is_rules(value) or _is_empty(value) or (_is_cli_object(value) and _BUCKET_LIKE.fullmatch(key.text))
        for key, value in inner
    )
    return fitting and any(not _is_empty(value) for _, value in inner)


def _only_names_beside(node: MapNode) -> bool:
    return all(
        _folded(key.text) in _BESIDE
        for key, value in node.entries
        if isinstance(value, Scalar) and not _is_empty(value)
    )


def _is_rules(node: Node) -> bool:
    """Whether it is a list of mappings with S3's fields alone, at least one with what S3 needs."""
    if not isinstance(node, ListNode):
        return False
    known = all(isinstance(item, MapNode) and _FIELDS.issuperset(item.names) for item in node.items)
    return known and any(_is_rule(item) for item in node.items)


def _is_rule(node: Node) -> bool:
    return isinstance(node, MapNode) and all(
        isinstance(node.get(name), ListNode) for name in ("AllowedMethods", "AllowedOrigins")
    )


def _is_cli_object(node: Node) -> bool:
    rules = node.get("CORSRules") if isinstance(node, MapNode) else None
    return rules is not None and _is_rules(rules) and _holds(node)


def _is_empty(node: Node) -> bool:
    return (isinstance(node, ListNode) and not node.items) or (isinstance(node, Scalar) and node.is_null)


def _folded(name: str) -> str:
    return name.replace("_", "").replace("-", "").lower()
