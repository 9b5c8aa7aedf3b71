"""Texts that are not to be shown."""

from __future__ import annotations

HIDDEN = "a sensitive value"


class Secret(str):
    """A text that is compared like any other and never shown: in a message it is ``HIDDEN``, whoever writes it.

    What is made of one (a part, another case) is plain again: whoever makes it marks it anew. ``plain`` gives the text
    itself, for where it is marked in another way.
    """

    __slots__ = ()

    def __str__(self) -> str:
        return HIDDEN

    def __repr__(self) -> str:
        return HIDDEN

    def __format__(self, spec: str) -> str:
        return format(HIDDEN, spec)


def plain(text: str) -> str:
    """The text itself, as a plain one."""
    return str.__str__(text) if isinstance(text, Secret) else text
