"""Characters as a reader counts them: grapheme clusters (Unicode annex 29), as go-textseg cuts them."""

from __future__ import annotations

import unicodedata
from importlib import import_module
from typing import Any

_VIRAMA = 9


def library() -> Any:
    """The ``regex`` package; imported when it is first needed."""
    return import_module("regex")


def graphemes(content: str) -> list[str]:
    """The characters of a text."""
    if content.isascii() and "\r\n" not in content:
        return list(content)
    return [part for cluster in library().findall(r"\X", content) for part in _without_conjuncts(str(cluster))]


def _without_conjuncts(cluster: str) -> list[str]:
    """Parts of Indic conjuncts are one cluster only since Unicode 15.1, which Terraform does not follow yet."""
    if len(cluster) < 3 or all(unicodedata.combining(char) != _VIRAMA for char in cluster):
        return [cluster]
    parts = [cluster[0]]
    for char in cluster[1:]:
        if unicodedata.category(char) == "Lo":
            parts.append(char)
        else:
            parts[-1] += char
    return parts
