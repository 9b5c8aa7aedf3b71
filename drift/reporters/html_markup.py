"""HTML that cannot be forgotten to be escaped: text goes in as text, and there is no way to put markup in by hand.

Elements are made by ``tag`` alone, from a closed list of elements and attributes. Whatever is a ``str`` is data: it is
made printable and escaped. No attribute runs anything or styles it, and links lead only into the page.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final, TypeAlias

from drift.reporters.words import printable


class Markup:
    """A piece of HTML that ``tag`` or ``inline`` made."""

    __slots__ = ("_html",)

    def __init__(self, html: str, made_by: object) -> None:
        if made_by is not _MADE_HERE:
            raise TypeError("HTML is made by tag() and inline() alone")
        self._html: Final = html

    @property
    def html(self) -> str:
        """The HTML itself."""
        return self._html


_MADE_HERE = object()

Child: TypeAlias = "str | int | Markup | Iterable[Child] | None"
"""What may stand in an element; None stands for nothing."""

_ELEMENTS = (
    "a body button caption code dd del details div dl dt figcaption figure footer h1 h2 h3 h4 h5 h6 head "
    "header html input ins label li main meta ol p path pre rect section small span strong summary svg symbol "
    "table tbody td th thead time title tr ul use"
)
_TAGS = frozenset(_ELEMENTS.split())
_VOID = frozenset(("input", "meta"))
_KNOWN = (
    "autocomplete autofocus charset class content d datetime focusable for height hidden href http-equiv id "
    "lang name open placeholder popover popovertarget popovertargetaction preserveAspectRatio role scope "
    "spellcheck tabindex title type viewBox width x y"
)
_ATTRIBUTES = frozenset(_KNOWN.split())
_FREE_ATTRIBUTES = ("aria-", "data-")
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;", "#": "&#35;"})
_OWN_ID = re.compile(r"#?[a-z][a-z0-9-]*")
_NAMES = {"class_": "class", "for_": "for", "http_equiv": "http-equiv", "type_": "type", "id_": "id"}


def tag(name: str, /, *children: Child, **attributes: str | int | bool | None) -> Markup:
    """An element. ``None`` and False leave an attribute out, True sets it without a value; ``_`` stands for ``-``.

    Raises ``ValueError`` for an element or attribute that is not in the lists, and for a link out of the page.
    """
    if name not in _TAGS:
        raise ValueError(f"no element {name} is made here")
    opened = f"<{name}{''.join(_attribute(key, value) for key, value in attributes.items())}>"
    if name in _VOID:
        return Markup(opened, _MADE_HERE)
    return Markup(f"{opened}{_inside(children)}</{name}>", _MADE_HERE)


def together(*children: Child) -> Markup:
    """The children side by side, without an element around them."""
    return Markup(_inside(children), _MADE_HERE)


def inline(name: str, source: str) -> Markup:
    """A style or script of the program's own, as it is. Raises ``ValueError`` if it would end its element."""
    if name not in ("style", "script") or "</" in source or "<!--" in source:
        raise ValueError(f"this cannot stand in an element {name}")
    return Markup(f"<{name}>{source}</{name}>", _MADE_HERE)


@lru_cache(maxsize=20_000, typed=True)
def _attribute(key: str, value: str | int | bool | None) -> str:
    if value is None or value is False:
        return ""
    key = _NAMES.get(key) or (key if "_" not in key else key.replace("_", "-"))
    if key not in _ATTRIBUTES and not key.startswith(_FREE_ATTRIBUTES):
        raise ValueError(f"no attribute {key} is made here")
    if value is True:
        return f" {key}"
    text = str(value)
    if key in ("href", "id") and not _OWN_ID.fullmatch(text):
        raise ValueError("links lead into the page alone, and no text of others is an id")
    return f' {key}="{text if key == "href" else _escaped(text)}"'


def _escaped(text: str) -> str:
    """The text as HTML. A runner that reads the page in its log finds no command in it either."""
    if text.isalnum() and text.isprintable():
        return text
    return _escaped_once(text) if len(text) <= _OFTEN else _written_out(text)


def _written_out(text: str) -> str:
    return printable(text).translate(_ESCAPES).replace("::", ":&#58;")


_OFTEN = 120
"""Longer texts seldom come twice."""

_escaped_once = lru_cache(maxsize=20_000)(_written_out)


def _inside(children: Iterable[Child]) -> str:
    parts = []
    for child in children:
        if isinstance(child, str):
            parts.append(_escaped(child))
        elif isinstance(child, Markup):
            parts.append(child.html)
        elif isinstance(child, int):
            parts.append(str(child))
        elif child is not None:
            parts.append(_inside(child))
    return "".join(parts)
