"""Mutations that suit any source: bytes and lines dropped, put in, moved or doubled."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import Any

Mutation = Callable[[bytes, Random, Sequence[bytes]], bytes]
"""A source, what chances are drawn from, and sources from which parts may be taken."""


def span(source: bytes, random: Random, most: int = 30) -> tuple[int, int]:
    start = random.randint(0, len(source))
    return start, min(len(source), start + random.randint(0, most))


def cut(source: bytes, random: Random, others: Sequence[bytes]) -> bytes:
    start, end = span(source, random)
    return source[:start] + source[end:]


def scatter(source: bytes, random: Random, others: Sequence[bytes]) -> bytes:
    start, _ = span(source, random)
    return source[:start] + random.randbytes(random.randint(1, 6)) + source[start:]


def truncate(source: bytes, random: Random, others: Sequence[bytes]) -> bytes:
    return source[: random.randint(0, len(source))]


def shuffled(parts: list[Any], random: Random) -> None:
    """One part is dropped, doubled, moved or changes its place with another."""
    if not parts:
        return
    one, other = random.randrange(len(parts)), random.randrange(len(parts))
    match random.randrange(4):
        case 0:
            del parts[one]
        case 1:
            parts.insert(one, parts[one])
        case 2:
            parts.insert(other, parts.pop(one))
        case _:
            parts[one], parts[other] = parts[other], parts[one]


def lines(source: bytes, random: Random, others: Sequence[bytes]) -> bytes:
    parts = source.splitlines(keepends=True)
    shuffled(parts, random)
    return b"".join(parts)
