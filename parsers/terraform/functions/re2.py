"""Regular expressions in RE2 syntax (Go regexp/syntax), run by Python's ``regex``, which stops after a given time.

Where the two read a pattern differently, or may, it is not evaluated: validations hang on ``can(regex(...))``.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from importlib import import_module
from typing import Any

from parsers.terraform.values import EvaluationError, RefusalError

SECONDS = 0.5
"""How long one call may search: patterns come from strangers."""

_NOT_RE2 = re.compile(r"\(\?(?:[=!>]|<[=!])|\\[1-9](?!\d)|[*+?}]\+|\(\?P[=>]|\(\?[R&|(]")
"""What RE2 has not: looking around, references back, possessive and atomic groups, recursion."""

_READ_OTHERWISE = re.compile(
    r"\\[^aftnrvdDsSwWbBAz\W_]"  # other escapes: classes of Unicode, \Q, \x, octal numbers, and those of Python alone
    r"|\(\?(?!:|P?<\w|[ims]*(?:-[ims]+)?[:)])"  # flags: RE2's U, Python's own
    r"|\{(?![\d}\]])"  # a brace that is none of a repetition; fuzzy matches to Python
    r"|\{\d*,?\d{4}"  # more than 1,000 times
)


def library() -> Any:
    """The ``regex`` package, which unlike ``re`` stops after a given time; imported when it is first needed."""
    return import_module("regex")


def compiled(pattern: str, content: str) -> Any:
    """RE2 syntax for Python. Raises RefusalError for what the two may read differently, of this content too."""
    regex = library()
    if _NOT_RE2.search(pattern):
        raise EvaluationError("this regular expression is not in RE2 syntax")
    if _READ_OTHERWISE.search(pattern.replace(r"\\", "")):
        raise RefusalError("a regular expression that is not evaluated by this program")
    if "$" in pattern and content.endswith("\n"):
        raise RefusalError("a regular expression with $ over text that ends with a line break is not evaluated")
    if "\v" in content and re.search(r"\\s", pattern, re.IGNORECASE):
        raise RefusalError("a regular expression with \\s over text with a vertical tab is not evaluated")
    if re.search(r"\(\?[ms-]*i", pattern) and not (pattern + content).isascii():
        raise RefusalError("a regular expression without regard to case is only evaluated over ASCII text")
    try:
        return regex.compile(pattern.replace(r"\z", r"\Z"), regex.ASCII)
    except regex.error as error:
        raise EvaluationError("this regular expression is not valid") from error


def matches(pattern: str, content: str) -> Iterator[Any]:
    """The matches in Go's sense (regexp.Regexp.allMatches): none that is empty right behind the one before it."""
    expression = compiled(pattern, content)
    deadline = time.monotonic() + SECONDS
    at, before = 0, -1
    while at <= len(content):
        left = deadline - time.monotonic()
        try:
            found = expression.search(content, at, timeout=left) if left > 0 else None
        except TimeoutError:
            left = 0
        if left <= 0:
            raise RefusalError("a regular expression takes too long")
        if found is None:
            return
        start, end = found.span()
        if end > at or start != before:
            yield found
        at, before = (end if end > at else at + 1), end
