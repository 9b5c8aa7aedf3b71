"""``NAME=VALUE`` several times in one text, as an environment variable has them."""

from __future__ import annotations

import re

_NEXT = re.compile(r"[A-Za-z_][\w-]*=(?!=)")
_CLOSING = {"(": ")", "[": "]", "{": "}"}


def split_assignments(text: str) -> list[str]:
    """The assignments, which stand apart by blanks or line breaks.

    Blanks may be in a value too: only those count that the next ``NAME=`` follows, outside of quotes and brackets.
    """
    found, start = [], 0
    for position in _gaps(text):
        if _NEXT.match(text, position):
            found.append(text[start:position])
            start = position
    return [each.strip() for each in (*found, text[start:]) if each.strip()]


def _gaps(text: str) -> list[int]:
    """Where something follows on a blank, outside of quotes and brackets."""
    gaps: list[int] = []
    open_brackets: list[str] = []
    quoted = escaped = False
    for position, character in enumerate(text):
        if quoted:
            quoted = escaped or character != '"'
            escaped = character == "\\" and not escaped
        elif character == '"':
            quoted = True
        elif character in _CLOSING:
            open_brackets.append(_CLOSING[character])
        elif open_brackets and character == open_brackets[-1]:
            open_brackets.pop()
        elif not open_brackets and position and text[position - 1].isspace() and not character.isspace():
            gaps.append(position)
    return gaps
