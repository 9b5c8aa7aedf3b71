"""Edits of YAML and JSON texts that change as little as can be: comments, quotes and layout of the rest stay.

    source = read_source(content, path)
    part = source.at(line, column, Kind.LIST)
    edits = source.with_items(part, remove=[0], append=["https://app.example.com"])

Each operation works on one list, mapping or scalar and gives the edits of it, whose offsets are those of ``TextEdit``.
Operations on parts that do not lie in one another may be put together; to edit inside a member of a list or mapping
that is itself edited, give the inner edits with the member (``Kept(index, edits)``).
"""

from __future__ import annotations

import codecs
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from drift.edits import TextEdit
from drift.errors import InputError
from drift.location import Location
from parsers.document import read_json, read_yaml, text_of
from parsers.document.edit_json import json_parts
from parsers.document.edit_members import Kept, New, changed
from parsers.document.edit_parts import Kind, Part
from parsers.document.edit_place import Document
from parsers.document.edit_replacing import replaced
from parsers.document.edit_text import CannotWrite, Data
from parsers.document.edit_yaml import yaml_parts

__all__ = ["CannotWrite", "Data", "Kept", "Kind", "New", "Part", "Source", "read_source"]

_BOM = "\ufeff"


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """A file's text, the byte order mark included, and its parts; ``root`` is None where it holds nothing."""

    document: Document
    root: Part | None
    _places: dict[tuple[int, int, Kind], Part] = field(repr=False)
    _has_aliases: bool = False

    @property
    def path(self) -> str:
        """The path of the file."""
        return self.document.path

    @property
    def text(self) -> str:
        """The text, as offsets count it."""
        return self.document.text

    @property
    def has_aliases(self) -> bool:
        """Whether anything stands for a value elsewhere."""
        return self._has_aliases

    def at(self, line: int | None, column: int | None, kind: Kind) -> Part | None:
        """The part of a kind that starts at a line and column, as the places of nodes have them."""
        return None if line is None or column is None else self._places.get((line, column, kind))

    def find(self, *path: str | int) -> Part | None:
        """The value under keys and indices, from the root, aliases followed on the way."""
        part = self.root
        for step in path:
            if part is None:
                return None
            part = part.known
            if isinstance(step, int):
                part = part.items[step] if part.kind is Kind.LIST and step < len(part.items) else None
            else:
                part = part.get(step) if part.kind is Kind.MAP else None
        return part

    def replaced(self, part: Part, value: Data) -> list[TextEdit]:
        """Write another value in the place of one (of a list's member, of a key's value).

        A scalar keeps its quotes where they can hold the text. Raises ``CannotWrite``.
        """
        return replaced(self.document, part, value)

    def changed(self, part: Part, members: Sequence[Kept | New]) -> list[TextEdit]:
        """Have a list or mapping consist of these members, in this order: of its own ones, and of new ones.

        Raises ``CannotWrite``.
        """
        if not members:
            return replaced(self.document, part, [] if part.kind is Kind.LIST else {})
        if not part.values:
            values = [each.value for each in members if isinstance(each, New)]
            names = [each.key or "" for each in members if isinstance(each, New)]
            fresh: Data = values if part.kind is Kind.LIST else dict(zip(names, values, strict=True))
            return replaced(self.document, part, fresh)
        return changed(self.document, part, members)

    def with_items(self, part: Part, remove: Collection[int] = (), append: Sequence[Data] = ()) -> list[TextEdit]:
        """A list without some members and with others behind the rest. Raises ``CannotWrite``."""
        kept = [Kept(index) for index in range(len(part.items)) if index not in remove]
        return self.changed(part, [*kept, *(New(value) for value in append)])

    def with_keys(
        self, part: Part, values: Mapping[str, Data], remove: Collection[str] = (), order: Sequence[str] = ()
    ) -> list[TextEdit]:
        """A mapping with some keys given a value, whether they are there or not, and without others.

        A new key comes behind the last of those that are before it in ``order``, else to the end. Raises
        ``CannotWrite``.
        """
        members: list[Kept | New] = []
        names: list[str | None] = []
        for index, (key, value) in enumerate(part.entries):
            name = key.plain_text
            if name in remove:
                continue
            edits = replaced(self.document, value, values[name]) if name is not None and name in values else ()
            members.append(Kept(index, tuple(edits)))
            names.append(name)
        for name, new in values.items():
            if part.key_of(name) is None:
                place = _place_for(name, names, order)
                members.insert(place, New(new, name))
                names.insert(place, name)
        return self.changed(part, members)


def _place_for(name: str, names: Sequence[str | None], order: Sequence[str]) -> int:
    if name not in order:
        return len(names)
    before = set(order[: order.index(name)])
    places = [index for index, each in enumerate(names) if each in before]
    if places:
        return places[-1] + 1
    known = [index for index, each in enumerate(names) if each in order]
    return known[0] if known else len(names)


@lru_cache(maxsize=4)
def read_source(content: bytes, path: str) -> Source:
    """The parts of a YAML or JSON file, told apart as ``read_document`` does; the last few are kept, since many buckets
    may stand in one file.

    Raises ``InputError`` where it cannot be read, or is not UTF-8, which is all that is written.
    """
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise InputError(
            "this file is UTF-16, which is not written", location=Location(path), advice="save it as UTF-8"
        )
    text = text_of(content, path)
    above = 1 if content.startswith(codecs.BOM_UTF8) else 0
    whole = _BOM * above + text
    is_json = _is_json(text, path)
    root = json_parts(whole, above) if is_json else yaml_parts(whole, above)
    places = {(part.line, part.column, part.kind): part for part in (root.everything() if root else ())}
    has_aliases = any(kind is Kind.ALIAS for _, _, kind in places)
    return Source(Document(path, whole, is_json, root), root, places, has_aliases)


def _is_json(text: str, path: str) -> bool:
    """Whether the text is JSON; else it is YAML. Raises ``InputError`` where it is neither."""
    start = text.lstrip()
    if start[:1] in ("{", "[") or (start and path.lower().endswith(".json")):
        try:
            read_json(text, path, [])
        except InputError as error:
            try:
                read_yaml(text, path, [])
            except InputError:
                raise error from None
            return False
        return True
    read_yaml(text, path, [])
    return False
