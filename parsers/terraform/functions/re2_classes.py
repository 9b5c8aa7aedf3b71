"""Classes of characters in RE2 (Go, regexp/syntax, perl_groups.go) as members of a class of Python's ``regex``."""

from __future__ import annotations

import re

from parsers.terraform.values import EvaluationError, RefusalError

_LAST = 0x10FFFF


def escaped(char: str) -> str:
    """A character that means itself, within a class and without."""
    return char if char.isascii() and char.isalnum() else f"\\U{ord(char):08X}"


def _members(*ranges: tuple[int, int]) -> str:
    return "".join(f"\\U{low:08X}-\\U{high:08X}" for low, high in ranges)


def _ranges(shown: str) -> str:
    """Members from pairs of characters: ``azAZ`` is a to z and A to Z."""
    return _members(*((ord(low), ord(high)) for low, high in zip(shown[::2], shown[1::2], strict=True)))


def negated(members: str) -> str:
    """The members of the class of all other characters."""
    edges = [int(code, 16) for code in re.findall(r"\\U([0-9A-F]{8})", members)]
    ranges = sorted(zip(edges[::2], edges[1::2], strict=True))
    found, start = [], 0
    for low, high in ranges:
        if low > start:
            found.append((start, low - 1))
        start = max(start, high + 1)
    return _members(*found, (start, _LAST))


_DIGIT, _WORD, _SPACE = _ranges("09"), _ranges("09AZ__az"), _ranges("\t\n\f\r  ")
CLASSES = {
    "d": _DIGIT,
    "D": negated(_DIGIT),
    "w": _WORD,
    "W": negated(_WORD),
    "s": _SPACE,
    "S": negated(_SPACE),
}
"""The classes of Perl, by letter."""

POSIX = {
    "alnum": _ranges("09AZaz"),
    "alpha": _ranges("AZaz"),
    "ascii": _ranges("\0\x7f"),
    "blank": _ranges("\t\t  "),
    "cntrl": _ranges("\0\x1f\x7f\x7f"),
    "digit": _DIGIT,
    "graph": _ranges("!~"),
    "lower": _ranges("az"),
    "print": _ranges(" ~"),
    "punct": _ranges("!/:@[`{~"),
    "space": _ranges("\t\r  "),
    "upper": _ranges("AZ"),
    "word": _WORD,
    "xdigit": _ranges("09AFaf"),
}
"""The classes of POSIX, by name."""

_CATEGORY = re.compile(r"C[cfos]|L[lmotu]?|M[cen]?|N[dlo]?|P[cdefios]?|S[ckmo]?|Z[lps]?")
_SCRIPTS = frozenset({"Arabic", "Cyrillic", "Devanagari", "Greek", "Han", "Hebrew", "Hiragana", "Katakana", "Latin"})
_SCRIPT = re.compile(r"[A-Z][a-z]{2,}(?:_[A-Z][a-z]+)*")


def property_class(name: str, *, negative: bool) -> str:
    """The members of a class of Unicode. Raises EvaluationError if there is none, RefusalError for a rare one."""
    if name == "Any":
        return _members((0, _LAST)) if not negative else "\\P{Any}"
    if _CATEGORY.fullmatch(name) or name in _SCRIPTS:
        return f"\\{'P' if negative else 'p'}{{{name}}}"
    if name == "C" or _SCRIPT.fullmatch(name):
        raise RefusalError("a regular expression with a class of Unicode of that name is not evaluated")
    raise EvaluationError("this regular expression has a class of characters that is not valid")
