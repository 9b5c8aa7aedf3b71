"""The patterns of a ``.gitignore`` file, read and matched as git does.

Own code and not a translation to regular expressions: those backtrack, and a pattern with a few stars in a template
from a fork would hang the walk. Here the cost of a match is at most the length of the pattern times that of the path.
Source: gitignore(5); where it is silent, git's ``dir.c`` and ``wildmatch.c``.
"""

from __future__ import annotations

import os
import string
from dataclasses import dataclass

MAX_PATTERN_BYTES = 4096
"""Longer patterns match nothing: no path is longer."""

MAX_FILE_BYTES = 1024 * 1024
"""Of a longer file the rest is left out, so that a hostile one cannot stall the walk."""

_CLASSES = {
    "alnum": string.ascii_letters + string.digits,
    "alpha": string.ascii_letters,
    "blank": " \t",
    "cntrl": "".join(map(chr, (*range(32), 127))),
    "digit": string.digits,
    "graph": "".join(map(chr, range(33, 127))),
    "lower": string.ascii_lowercase,
    "print": "".join(map(chr, range(32, 127))),
    "punct": string.punctuation,
    "space": " \t\n\v\f\r",
    "upper": string.ascii_uppercase,
    "xdigit": string.hexdigits,
}


@dataclass(frozen=True, slots=True)
class _One:
    """One character: of ``characters``, or with ``negated`` any other; never a slash unless it is the only one."""

    characters: frozenset[str]
    negated: bool = False

    def matches(self, character: str) -> bool:
        if self.negated:
            return character != "/" and character not in self.characters
        return character in self.characters


_ANY = _One(frozenset(), negated=True)
_RUN = "run"
"""``*``: characters other than slashes, or none."""
_ALL = "all"
"""``**`` at the end: one character or more, slashes included."""
_FOLDERS = "folders"
"""``**/``: any number of folders, or none; followed by _WITHIN, the state inside of one."""
_WITHIN = "within"

_Token = _One | str


@dataclass(frozen=True, slots=True)
class _Pattern:
    negated: bool
    folders_only: bool
    name_only: bool
    tokens: tuple[_Token, ...]
    literal: str | None

    def matches(self, path: str, name: str, is_folder: bool) -> bool:
        if self.folders_only and not is_folder:
            return False
        text = name if self.name_only else path
        if self.literal is not None:
            return text == self.literal
        return _matches(self.tokens, text)


class IgnoreFile:
    """One ``.gitignore`` file. Bytes are matched, not characters, as in git: ``?`` is one byte."""

    def __init__(self, content: bytes) -> None:
        text = content[:MAX_FILE_BYTES].removeprefix(b"\xef\xbb\xbf").decode("latin-1")
        parsed = (_parse(line.removesuffix("\r")) for line in text.split("\n") if not line.startswith("#"))
        self._patterns = tuple(pattern for pattern in parsed if pattern is not None)

    def verdict(self, path: str, *, is_folder: bool) -> bool | None:
        """Whether the path is ignored, by the last pattern that matches it; None where none does.

        ``path`` is relative to the folder of the file. Patterns that match a folder above it are not looked at: what
        is below an ignored folder is never asked for.
        """
        text = os.fsencode(path).decode("latin-1")
        name = text.rpartition("/")[2]
        for pattern in reversed(self._patterns):
            if pattern.matches(text, name, is_folder):
                return not pattern.negated
        return None


def _parse(line: str) -> _Pattern | None:
    """None where the line is no pattern, or one that can match nothing."""
    line = _without_trailing_spaces(line)
    negated = line.startswith("!")
    pattern = line.removeprefix("!")
    folders_only = pattern.endswith("/")
    pattern = pattern.removesuffix("/")
    name_only = "/" not in pattern
    pattern = pattern.removeprefix("/")
    if not pattern or len(pattern) > MAX_PATTERN_BYTES:
        return None
    tokens = _tokens(pattern, name_only)
    if tokens is None:
        return None
    characters = [next(iter(token.characters)) for token in tokens if isinstance(token, _One) and _is_single(token)]
    literal = "".join(characters) if len(characters) == len(tokens) else None
    return _Pattern(negated, folders_only, name_only, tokens, literal)


def _is_single(token: _One) -> bool:
    return not token.negated and len(token.characters) == 1


def _without_trailing_spaces(line: str) -> str:
    bare = line.rstrip(" ")
    backslashes = len(bare) - len(bare.rstrip("\\"))
    return bare + " " if backslashes % 2 and len(bare) < len(line) else bare


def _tokens(pattern: str, name_only: bool) -> tuple[_Token, ...] | None:
    """None where the pattern is broken: then it matches nothing."""
    tokens: list[_Token] = []
    at = 0
    while at < len(pattern):
        character = pattern[at]
        if character == "*":
            start = at
            at += len(pattern) - at - len(pattern[at:].lstrip("*"))
            whole = at - start > 1 and pattern[start - 1 : start] in ("", "/") and pattern[at : at + 1] in ("", "/")
            if whole and not name_only:
                tokens += [_FOLDERS, _WITHIN] if at < len(pattern) else [_ALL]
                at += 1
            elif not tokens or tokens[-1] != _RUN:
                tokens.append(_RUN)
        elif character == "[":
            parsed = _class(pattern, at + 1)
            if parsed is None:
                return None
            one, at = parsed
            tokens.append(one)
        else:
            at += character == "\\"
            if at >= len(pattern):
                return None
            tokens.append(_ANY if character == "?" else _One(frozenset(pattern[at])))
            at += 1
    return tuple(tokens)


def _class(pattern: str, at: int) -> tuple[_One, int] | None:
    """The bracket expression whose inside starts at ``at``, and the place behind it; None if it is broken."""
    negated = pattern[at : at + 1] in ("!", "^")
    at += negated
    start, members = at, set[str]()
    while at < len(pattern) and (pattern[at] != "]" or at == start):
        if pattern.startswith("[:", at):
            name, closed, _ = pattern[at + 2 :].partition("]")
            if closed and name.endswith(":"):
                if name[:-1] not in _CLASSES:
                    return None
                members |= set(_CLASSES[name[:-1]])
                at += len(name) + 3
                continue
        at += pattern[at] == "\\"
        low = high = pattern[at : at + 1]
        at += 1
        if pattern[at : at + 1] == "-" and pattern[at + 1 : at + 2] not in ("", "]"):
            at += 1 + (pattern[at + 1] == "\\")
            high = pattern[at : at + 1]
            at += 1
        if not high:
            return None
        members |= {chr(code) for code in range(ord(low), ord(high) + 1)}
    if at >= len(pattern):
        return None
    return _One(frozenset(members - {"/"}), negated), at + 1


def _matches(tokens: tuple[_Token, ...], text: str) -> bool:
    """By following every state that the text can have reached, character by character."""
    states = _without_text(tokens, {0})
    for character in text:
        reached = set[int]()
        for state in states:
            if state < len(tokens):
                reached |= _step(tokens[state], state, character)
        if not reached:
            return False
        states = _without_text(tokens, reached)
    return len(tokens) in states


def _step(token: _Token, state: int, character: str) -> set[int]:
    if isinstance(token, _One):
        return {state + 1} if token.matches(character) else set()
    if token == _RUN:
        return {state} if character != "/" else set()
    if token == _ALL:
        return {state, state + 1}
    if token == _FOLDERS:
        return {state + 1} if character != "/" else set()
    return {state, state + 1} if character == "/" else {state}


def _without_text(tokens: tuple[_Token, ...], states: set[int]) -> set[int]:
    """The states, and those that are reached from them by a ``*`` or ``**/`` that stands for nothing."""
    found = set[int]()
    open_ = list(states)
    while open_:
        state = open_.pop()
        if state not in found:
            found.add(state)
            token = tokens[state] if state < len(tokens) else None
            if token == _RUN:
                open_.append(state + 1)
            elif token == _FOLDERS:
                open_.append(state + 2)
    return found
