"""Pieces of sentences that several rooms say alike. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def joined(words: Sequence[str]) -> str:
    """Words in a sentence: ``a, b and c``."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def listed(names: Iterable[str]) -> str:
    """Names in a sentence, in their own order."""
    return joined(sorted(names))


def exposed(headers: Iterable[tuple[str, str]]) -> set[str]:
    """The response headers that an answer lets a page read."""
    return {name for name in dict(headers).get("Access-Control-Expose-Headers", "").split(", ") if name}
