"""Rules as the CDK has them in code.

Source: AWS CDK API reference, ``aws_s3.CorsRule`` (``allowedMethods`` are ``HttpMethods``, ``maxAge`` is a number).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from drift.cors.model import METHODS, CorsRule
from parsers.document.edit_rules import FieldValue

_NAMES = {
    "ID": "id",
    "AllowedMethods": "allowedMethods",
    "AllowedOrigins": "allowedOrigins",
    "AllowedHeaders": "allowedHeaders",
    "ExposeHeaders": "exposedHeaders",
    "MaxAgeSeconds": "maxAge",
}


def in_typescript(rules: Sequence[CorsRule]) -> str:
    """The property ``cors`` of a bucket."""
    if not rules:
        return "remove cors"
    lines = ["cors: ["]
    for rule in rules:
        values = dict(rule.by_api_name())
        lines.append("  {")
        for api, name in _NAMES.items():
            if values[api] not in ((), None):
                lines.append(f"    {name}: {_value(api, values[api])},")
        lines.append("  },")
    return "\n".join((*lines, "],"))


def _value(api: str, value: FieldValue) -> str:
    if not isinstance(value, tuple):
        return json.dumps(value) if isinstance(value, str | int | None) else "..."
    return f"[{', '.join(_members(api, value))}]"


def _members(api: str, value: Sequence[object]) -> Iterator[str]:
    for each in value:
        if api == "AllowedMethods" and each in METHODS:
            yield f"s3.HttpMethods.{each}"
        else:
            yield json.dumps(each) if isinstance(each, str) else "..."
