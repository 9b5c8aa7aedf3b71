"""Where the rules of a bucket stand in a file of any shape."""

from __future__ import annotations

from drift.snapshot import Bucket
from parsers.document.edit import Kind, Part, Source
from parsers.spec.shapes import OWN_NAMES


def rules_in(source: Source, bucket: Bucket) -> Part | None:
    """The value that holds the rules (a list, null, an alias), None where it is not found."""
    root = source.root
    if root is None or root.kind is Kind.LIST:
        return root
    if "buckets" in _names(root):
        return _of_many(root, bucket)
    configuration = root.get("CORSConfiguration")
    around = configuration.known if configuration is not None else root
    return around.get("CORSRules") if around.kind is Kind.MAP else None


def _of_many(root: Part, bucket: Bucket) -> Part | None:
    buckets = root.get("buckets")
    entries = buckets.known.entries if buckets is not None else []
    line = bucket.location.line if bucket.location is not None else None
    for key, value in entries:
        if key.plain_text == bucket.name and key.line == line:
            return value.known.get("CORSRules") if value.known.kind is Kind.MAP else value
    return None


def takes_none(source: Source, path: str) -> bool:
    """Whether the shape can say that a bucket has no rules.

    What is handed to S3 cannot: it refuses a configuration without rules. A list in a file that is known by its name
    can, since it is still read when it is empty.
    """
    root = source.root
    if root is None or root.kind is Kind.LIST:
        return path.rpartition("/")[2].lower() in OWN_NAMES
    return "buckets" in _names(root)


def _names(part: Part) -> list[str | None]:
    return [key.plain_text for key, _ in part.entries] if part.kind is Kind.MAP else []
