"""Mutations of Terraform sources: what an editor, a bad merge or an attacker makes of a file."""

from __future__ import annotations

import re
from collections.abc import Sequence
from random import Random

from tests.laws.mutations import Mutation, cut, lines, scatter, shuffled, span, truncate

_TOKEN = re.compile(rb'"(?:[^"\\\n]|\\.)*"|<<-?\w+|\$\{|%\{|[\w-]+|\s+|.', re.DOTALL)
_WORD = re.compile(rb"[A-Za-z_][\w-]*")
_VALUE = re.compile(rb'(?<== )(?:"[^"\n]*"|\[[^\]\n]*\]|[\w.]+)(?=\n)')
_CALL = re.compile(rb"\b([a-z]+)\(")
_PIECES = (
    *(bytes([each]) for each in b'{}[]()"=?:.*,#$\\-!\n\r\x00\xff'),
    *b"${ %{ ~} ... => /* */ // $${ <<E <<-E null for in if each self 1e999 0x 1.5.2".split(),
    *(b"\nE\n", b"\xc3\xa9", b"\xef\xbb\xbf", b"%{ for x in y }", b"%{ endif }"),
)
_VALUES = (
    b"null",
    b"[]",
    b"{}",
    b'"x"',
    b"1",
    b"true",
    b"[null]",
    b"{ a = 1 }",
    b"[[1]]",
    b"-1",
    b"1e400",
    b"var.nobody",
    b"local.nobody",
)
_NAMES = (
    b"lookup",
    b"nosuch",
    b"try",
    b"jsondecode",
    b"length",
    b"file",
    b"toset",
    b"element",
    b"format",
    b"core::length",
)
_OPENINGS = (
    (b"(", b")"),
    (b"[", b"]"),
    (b"{ a = ", b" }"),
    (b'"${', b'}"'),
    (b"true ? ", b" : 1"),
    (b"!", b""),
    (b"-", b""),
    (b"[for x in y : ", b"]"),
)


def _put(source: bytes, random: Random, others: Sequence[bytes]) -> bytes:
    start, end = span(source, random, random.choice((0, 0, 1, 8)))
    return source[:start] + random.choice(_PIECES) + source[end:]


def _tokens(source: bytes, random: Random, others: Sequence[bytes]) -> bytes:
    tokens = _TOKEN.findall(source)
    shuffled(tokens, random)
    return b"".join(tokens)


def _replaced(pattern: re.Pattern[bytes], choices: Sequence[bytes]) -> Mutation:
    def mutate(source: bytes, random: Random, others: Sequence[bytes]) -> bytes:
        found = list(pattern.finditer(source))
        if not found:
            return source
        match = random.choice(found)
        start, end = match.span(1 if pattern.groups else 0)
        return source[:start] + random.choice(choices or [each.group() for each in found]) + source[end:]

    return mutate


def _nest(source: bytes, random: Random, others: Sequence[bytes]) -> bytes:
    """Wraps a value many times."""
    found = list(_VALUE.finditer(source))
    if not found:
        return source
    match = random.choice(found)
    opening, closing = random.choice(_OPENINGS)
    times = random.choice((3, 50, 200, 2000, 20000))
    return source[: match.start()] + opening * times + match.group() + closing * times + source[match.end() :]


def _nest_blocks(source: bytes, random: Random, others: Sequence[bytes]) -> bytes:
    times = random.choice((3, 50, 1000, 10000))
    opening = random.choice((b"x {\n", b'dynamic "cors_rule" {\n', b"content {\n", b"cors_rule {\n"))
    start = source.find(b"\n", span(source, random)[0]) + 1
    return source[:start] + opening * times + b"}\n" * (times - random.randint(0, 1)) + source[start:]


def _repeat(source: bytes, random: Random, others: Sequence[bytes]) -> bytes:
    start, end = span(source, random, 200)
    return source[:start] + source[start:end] * random.choice((2, 5, 300)) + source[end:]


def _splice(source: bytes, random: Random, others: Sequence[bytes]) -> bytes:
    other = random.choice(others)
    start, end = span(source, random, 200)
    from_, to = span(other, random, 300)
    return source[:start] + other[from_:to] + source[end:]


def _endings(source: bytes, random: Random, others: Sequence[bytes]) -> bytes:
    return random.choice(
        (
            source.replace(b"\n", b"\r\n"),
            source.replace(b"\n", b"\r"),
            b"\xef\xbb\xbf" + source,
            source.replace(b"=", b":"),
        )
    )


MUTATIONS: tuple[Mutation, ...] = (
    cut,
    _put,
    _put,
    scatter,
    truncate,
    _tokens,
    _tokens,
    lines,
    lines,
    _replaced(_WORD, ()),
    _replaced(_VALUE, _VALUES),
    _replaced(_VALUE, ()),
    _replaced(_CALL, _NAMES),
    _nest,
    _nest_blocks,
    _repeat,
    _splice,
    _endings,
)


def mutated(source: bytes, random: Random, others: Sequence[bytes]) -> bytes:
    """The source after one to three mutations; ``others`` are sources from which parts may come."""
    for _ in range(random.choice((1, 1, 1, 2, 3))):
        source = random.choice(MUTATIONS)(source, random, others)
    return source
