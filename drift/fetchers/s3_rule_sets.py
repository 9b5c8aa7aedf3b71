"""What rule sets take up while they are held: S3 keeps up to 64 KB for a bucket, and fleets have a million buckets."""

from __future__ import annotations

from drift.cors.model import BucketCors

HELD = 64 * 1024 * 1024
"""Bytes of rules that wait for something, or are kept to be recognised, at one place."""

_RULE = 200
_TEXT = 60
"""Bytes of a rule and of a text beyond its characters, about."""


def size_of(rules: BucketCors | None) -> int:
    """Bytes that the rules take, about; 0 for none."""
    if rules is None:
        return 0
    size = 0
    for rule in rules.rules:
        size += _RULE
        for texts in (rule.allowed_methods, rule.allowed_origins, rule.allowed_headers, rule.expose_headers):
            if isinstance(texts, tuple):
                size += sum(_TEXT + len(text) for text in texts if isinstance(text, str))
    return size
