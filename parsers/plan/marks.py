"""JSON as plain values, with the place of each resource object and, where it is asked for, of the rules in it.

Plans reach tens of megabytes, on one line or on a million, so only the way down to the resources is walked here; the
rest is left to the standard library's scanner in C.
"""

from __future__ import annotations

import codecs
import re
from bisect import bisect_right
from collections.abc import Callable, Sequence
from contextlib import suppress
from json import JSONDecodeError, JSONDecoder
from typing import Any

from drift.cors.model import API_NAMES
from drift.errors import InputError
from drift.location import Location
from drift.snapshot import RulePlace

MAX_MODULE_DEPTH = 60
"""Of ``child_modules`` in one another; real modules stay below ten."""

_RESOURCES = frozenset({"resource_changes", "resource_drift", "deferred_changes", "resources"})
_WALKED = _RESOURCES | {"values", "root_module", "child_modules"}
_SPACE = re.compile(r"[ \t\n\r]*")
_SURROGATE = re.compile("[\ud800-\udfff]")


def looks_utf16(content: bytes) -> bool:
    """Whether the file has the byte order mark of UTF-16."""
    return content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))


def text_of(content: bytes, path: str) -> str:
    """UTF-8, or UTF-16 with a byte order mark, as ``terraform show -json > FILE`` writes in Windows PowerShell.

    Raises ``InputError``.
    """
    utf16 = looks_utf16(content)
    try:
        return content.decode("utf-16" if utf16 else "utf-8-sig")
    except UnicodeDecodeError as error:
        line = None if utf16 else content.count(b"\n", 0, error.start) + 1
        raise InputError(
            "this file is not Unicode text", location=Location(path, line), advice="save it as UTF-8"
        ) from None


def clean(text: str) -> str:
    """Without the halves of surrogate pairs, which neither S3 nor a terminal can take."""
    return text if text.isascii() else _SURROGATE.sub("\ufffd", text)


def top_keys(text: str) -> Sequence[str]:
    """The keys of the outermost object, as far as the text is JSON; none if it is something else."""
    keys: list[str] = []

    def read(key: str, at: int) -> tuple[Any, int]:
        keys.append(key)
        return _scan(text, at)

    start = _skip(text, 0)
    if text[start : start + 1] == "{":
        with suppress(ValueError, RecursionError):
            _object(text, start, read)
    return keys


class MarkedJson:
    """A JSON text, read. ``value`` is the whole; ``line_of`` knows the objects that are resources."""

    def __init__(self, text: str, path: str) -> None:
        """Raises ``InputError`` with the place of what is no JSON."""
        self.path = path
        self._text = text
        self._breaks = [found.start() for found in re.finditer("\n", text)]
        self._places: dict[int, tuple[int, int]] = {}
        try:
            self.value, end = self._walk(text, _skip(text, 0), 0, resources=False)
            end = _skip(text, end)
            if end < len(text):
                raise JSONDecodeError("something follows the end of the JSON", text, end)
        except JSONDecodeError as error:
            place = Location(path, error.lineno, error.lineno, error.colno)
            raise InputError(f"this is not JSON: {error.msg}", location=place, advice=_ADVICE) from None
        except RecursionError:
            raise InputError("this JSON is nested too deeply", location=Location(path), advice=_ADVICE) from None
        except ValueError:  # a number with more digits than Python converts
            raise InputError("this JSON has an absurd number", location=Location(path), advice=_ADVICE) from None

    def location_of(self, resource: object) -> Location:
        """Where a resource object stands: its first and last line."""
        place = self._places.get(id(resource))
        if place is None:
            return Location(self.path)
        return self._location(*place)

    def rule_places(self, resource: object, path: Sequence[str | int]) -> tuple[RulePlace, ...]:
        """Where the rules of the list stand to which the keys and indexes lead; empty if there is no such list."""
        place = self._places.get(id(resource))
        at = None if place is None else place[0]
        for step in path:
            at = None if at is None else dict(self._members(at)).get(step, (None,))[0]
        if at is None or self._text[at] != "[":
            return ()
        return tuple(
            RulePlace(
                self._location(*span, exact=True),
                tuple(
                    (API_NAMES[key], self._location(*of, exact=True))
                    for key, of in self._members(span[0])
                    if isinstance(key, str) and key in API_NAMES
                ),
            )
            for _, span in self._members(at)
        )

    def _location(self, start: int, end: int, *, exact: bool = False) -> Location:
        """The lines of a piece of the text; ``exact``: with its column, since a plan may be all on one line."""
        above = bisect_right(self._breaks, start)
        column = start - (self._breaks[above - 1] if above else -1) if exact else None
        return Location(self.path, above + 1, bisect_right(self._breaks, end - 1) + 1, column)

    def _members(self, at: int) -> list[tuple[str | int, tuple[int, int]]]:
        """The members of the object or list that starts here, by key or index, each with its start and end."""
        found: list[tuple[str | int, tuple[int, int]]] = []

        def read(key: str, start: int) -> tuple[Any, int]:
            value, end = _scan(self._text, start)
            found.append((key, (start, end)))
            return value, end

        def read_item(start: int) -> tuple[Any, int]:
            value, end = _scan(self._text, start)
            found.append((len(found), (start, end)))
            return value, end

        if self._text[at] == "{":
            _object(self._text, at, read)
        elif self._text[at] == "[":
            _items(self._text, at, read_item)
        return found

    def _walk(self, text: str, at: int, depth: int, *, resources: bool) -> tuple[Any, int]:
        opening = text[at : at + 1]
        if depth > MAX_MODULE_DEPTH * 3:
            raise RecursionError
        if opening == "[":
            return self._list(text, at, depth, resources=resources)
        if opening == "{":
            return _object(text, at, lambda key, start: self._member(text, key, start, depth))
        return _scan(text, at)

    def _member(self, text: str, key: str, at: int, depth: int) -> tuple[Any, int]:
        if key in _WALKED:
            return self._walk(text, at, depth + 1, resources=key in _RESOURCES)
        return _scan(text, at)

    def _list(self, text: str, at: int, depth: int, *, resources: bool) -> tuple[Any, int]:
        def read(start: int) -> tuple[Any, int]:
            if not resources:
                return self._walk(text, start, depth + 1, resources=False)
            value, end = _scan(text, start)
            if isinstance(value, dict):
                self._places[id(value)] = (start, end)
            return value, end

        return _items(text, at, read)


_ADVICE = "make it again with `terraform show -json PLAN > plan.json`"
_SCAN: Callable[[str, int], tuple[Any, int]] = JSONDecoder().scan_once  # type: ignore[attr-defined]  # not in the stubs


def _skip(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _scan(text: str, at: int) -> tuple[Any, int]:
    """The value that starts here, and where it ends."""
    try:
        return _SCAN(text, at)
    except StopIteration:
        raise JSONDecodeError("expecting a value", text, at) from None


def _object(text: str, at: int, read: Callable[[str, int], tuple[Any, int]]) -> tuple[dict[str, Any], int]:
    """The object that starts here, each value as ``read`` gives it; of a key that comes twice, the last."""
    found: dict[str, Any] = {}
    at = _skip(text, at + 1)
    if text[at : at + 1] == "}":
        return found, at + 1
    while True:
        if text[at : at + 1] != '"':
            raise JSONDecodeError("expecting a key in double quotes", text, at)
        key, at = _SCAN(text, at)
        at = _skip(text, at)
        if text[at : at + 1] != ":":
            raise JSONDecodeError("expecting a colon", text, at)
        found[key], at = read(key, _skip(text, at + 1))
        at = _skip(text, at)
        if text[at : at + 1] == "}":
            return found, at + 1
        if text[at : at + 1] != ",":
            raise JSONDecodeError("expecting a comma or }", text, at)
        at = _skip(text, at + 1)


def _items(text: str, at: int, read: Callable[[int], tuple[Any, int]]) -> tuple[list[Any], int]:
    """The list that starts here, each item as ``read`` gives it."""
    found: list[Any] = []
    at = _skip(text, at + 1)
    if text[at : at + 1] == "]":
        return found, at + 1
    while True:
        value, end = read(at)
        found.append(value)
        at = _skip(text, end)
        if text[at : at + 1] == "]":
            return found, at + 1
        if text[at : at + 1] != ",":
            raise JSONDecodeError("expecting a comma or ]", text, at)
        at = _skip(text, at + 1)
