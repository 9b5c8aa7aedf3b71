"""The words of promises: what may stand as an origin, a header or a bucket, and what is meant by others."""

from __future__ import annotations

import difflib
import re

from drift.cors.answers import NEVER_EXPOSED
from drift.cors.budget import Budget, OverBudgetError
from drift.cors.headers import HEADERS
from drift.cors.origins import why_never_sent
from drift.cors.promised_statement import METHODS
from drift.cors.regions import Regions

FORMS = (
    "https://app.example.com may GET",
    "https://app.example.com may PUT with content-type and x-amz-*",
    "https://app.example.com may GET with credentials",
    "https://app.example.com may PUT and read ETag",
    "https://old.example.com may not PUT",
    "any origin may GET and HEAD",
    "nobody may DELETE",
    "nobody but https://*.example.com may PUT, POST or DELETE",
    "nobody gets credentials",
    "nobody but https://app.example.com gets credentials",
    "nobody may PUT with x-amz-acl on bucket assets-*",
)
"""An example of each form, to show beside what was not understood."""

_KEYWORDS = (
    "any", "origin", "nobody", "no", "but", "may", "not", "gets", "get", "credentials", "with", "header", "read",
    "write", "on", "bucket", "buckets", "and", "or", *METHODS,
)  # fmt: skip
_HEADER = re.compile(r"[A-Za-z0-9!#$%&'+.^_`|~-]*\*?[A-Za-z0-9!#$%&'+.^_`|~-]*")
_NAME = re.compile(r"[A-Za-z0-9!#$%&'+.^_`|~-]+")
_GLOB = re.compile(r"[A-Za-z0-9._*?\[\]!:-]+")

_INSTEAD = {
    "only": 'write "nobody but ... may", which says that others may not; that these may is a promise of its own',
    "except": 'write "nobody but ..."',
    "everybody": 'write "any origin"',
    "everyone": 'write "any origin"',
    "anybody": 'write "any origin"',
    "anyone": 'write "any origin"',
    "all": 'write "any origin"',
    "must": 'write "may" or "may not"',
    "can": 'write "may"',
    "cannot": 'write "may not"',
    "should": 'write "may" or "may not"',
    "never": 'write "may not"',
    "without": "what is not named is not asked for: leave it out",
    "expose": 'write "and read ETag"',
    "exposes": 'write "and read ETag"',
    "options": "a preflight asks for one of the other methods: name that",
    "patch": "S3 has no CORS for PATCH",
}
"""Words that people write, and what says the same here."""


def why_no_origin(text: str) -> str | None:
    """Why the text is no pattern of origins that a browser can send; None if it is one."""
    if text.count("*") > 1:
        return "an origin has at most one *"
    if text == "*":
        return None
    try:
        why = why_never_sent(text)
    except OverBudgetError:
        why = "it is too long"
    return None if why is None else f"no browser sends such an origin: {why}"


def why_no_header(name: str) -> str | None:
    """Why the text, in lower case, is no pattern of request headers that a page can set; None if it is one."""
    if not _HEADER.fullmatch(name):
        return "the name of a header has no such character, and at most one *"
    return None if _can_be_set(name) else "no page may set such a request header"


def why_not_read(name: str) -> str | None:
    """Why the text is no response header that a page can read; None if it is one."""
    if not _NAME.fullmatch(name):
        return "expected the name of a response header, without *"
    return "no page can read this response header" if name.lower() in NEVER_EXPOSED else None


def why_no_glob(text: str) -> str | None:
    """Why the text is no glob of bucket names; None if it is one."""
    return None if _GLOB.fullmatch(text) else "expected a bucket's name, or a glob of names with *, ? and [...]"


def meant(word: str) -> str | None:
    """What to write in place of a word, None where nothing is near."""
    if word.lower() in _INSTEAD:
        return _INSTEAD[word.lower()]
    near = difflib.get_close_matches(word.lower(), [each.lower() for each in _KEYWORDS], 1, 0.6)
    if not near or near[0] == word.lower():
        return None
    return f'perhaps "{near[0].upper() if near[0].upper() in METHODS else near[0]}"'


def like_forms(sentence: str) -> str:
    """The three forms that are most like the sentence."""
    found = difflib.get_close_matches(sentence[:200], FORMS, 3, 0.0)
    return "like forms: " + "; ".join(f'"{each}"' for each in found)


def _can_be_set(pattern: str) -> bool:
    """Whether the pattern matches some request header that a page may set."""
    prefix, star, suffix = pattern.partition("*")
    regions = Regions([(pattern,)], HEADERS, Budget())
    try:
        if not star:
            return pattern in regions.points and HEADERS.sendable(pattern)
        return regions.browser_member(prefix, 1 << regions.columns.index(suffix)) is not None
    except OverBudgetError:
        return False
