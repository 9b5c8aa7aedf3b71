"""The same changes in JSON syntax: properties and members of lists, in the style of the file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from drift.edits import TextEdit
from parsers.document.edit import CannotWrite, Data, Kept, Kind, New, Part, read_source
from parsers.document.edit import Source as Document
from parsers.terraform.render.blocks import ORDER
from parsers.terraform.render.members import NoLiteralError
from parsers.terraform.render.source import Source
from parsers.terraform.render.written import (
    REMOVED,
    ArgumentChange,
    BlockChange,
    BlockOrder,
    Change,
    EntryChange,
    ListChange,
    ListJoin,
    NewBlock,
    Plain,
    ValueChange,
)

_LABEL_LEVELS = 3
"""``resource``, a type and a name: what is taken out with the last thing in it."""


def json_edits(source: Source, path: str, changes: Sequence[Change]) -> list[TextEdit]:
    """The edits of one file. Raises NoLiteralError and InputError."""
    document = read_source(source.text.encode(), path)
    draft = _Draft(document)
    try:
        for change in sorted(changes, key=lambda each: isinstance(each, BlockChange)):
            draft.add(change)  # what goes comes last: with it goes what nothing else is put into
        return [] if document.root is None else draft.edits(document.root)
    except CannotWrite as error:
        raise NoLiteralError(error.reason) from error


def data_of(value: Plain, *, templates: bool) -> Data:
    """A value as JSON holds it: with ``templates``, strings in which nothing is interpolated."""
    if isinstance(value, str):
        return value.replace("${", "$${").replace("%{", "%%{") if templates else value
    if isinstance(value, tuple):
        return [data_of(each, templates=templates) for each in value]
    if isinstance(value, Mapping):
        return {name: data_of(each, templates=templates) for name, each in value.items()}
    return value


@dataclass(slots=True)
class _Own:
    """What becomes of one list or object: members out, members in, an order, or another value altogether."""

    drop: set[int] = field(default_factory=set)
    append: list[Data] = field(default_factory=list)
    keys: dict[str, Data] = field(default_factory=dict)
    before: dict[int, list[Data]] = field(default_factory=dict)
    order: Sequence[int] | None = None


class _Draft:
    def __init__(self, document: Document) -> None:
        self._document = document
        parts = [] if document.root is None else list(document.root.everything())
        self._values = {part.start: part for part in parts if part.kind is not Kind.SCALAR}
        self._scalars = {part.start: part for part in parts if part.kind is Kind.SCALAR}
        self._own: dict[int, _Own] = {}
        self._replaced: dict[int, Data] = {}
        self._beside: dict[int, list[Data]] = {}
        """New blocks beside the only one of their type, which is written without a list."""

    def _part(self, start: int) -> Part:
        found = self._values.get(start) or self._scalars.get(start)
        if found is None:
            raise NoLiteralError("this is not in the file")
        return found

    def _of(self, part: Part) -> _Own:
        return self._own.setdefault(part.start, _Own())

    def add(self, change: Change) -> None:
        """Remember one change."""
        if isinstance(change, BlockOrder):
            self._reorder(change)
            return
        if isinstance(change, ListJoin):
            raise NoLiteralError("an expression in JSON is not put into another")
        part = self._part(change.at.start)
        if isinstance(change, BlockChange):
            self._take_out(part)
        elif isinstance(change, NewBlock):
            self._new_block(part, change)
        elif isinstance(change, ListChange):
            own = self._of(part)
            own.drop |= set(change.drop)
            own.append += [data_of(each, templates=change.at.templates) for each in change.add]
            own.order = change.order
        elif isinstance(change, ValueChange):
            self._replaced[part.start] = data_of(change.value, templates=change.at.templates)
        else:
            self._key(part, change)

    def _key(self, part: Part, change: EntryChange | ArgumentChange) -> None:
        if change.value is not REMOVED:
            self._of(part).keys[change.name] = data_of(change.value, templates=change.at.templates)
            return
        place = next((place for place, (key, _) in enumerate(part.entries) if key.plain_text == change.name), None)
        if place is not None:
            self._of(part).drop.add(place)

    def _take_out(self, part: Part) -> None:
        """A block goes, and what was around it alone: the list of blocks, its type, its name."""
        if part.start in self._beside:
            self._replaced[part.start] = [*self._beside.pop(part.start)]
            return
        for _ in range(1 + _LABEL_LEVELS):
            above = part.parent
            if above is None:
                return
            own = self._of(above)
            own.drop.add(next(place for place, each in enumerate(above.values) if each.start == part.start))
            if above.parent is None or len(own.drop) < len(above.values) or own.append or own.before or own.keys:
                return
            part = above

    def _new_block(self, part: Part, change: NewBlock) -> None:
        fields = data_of(change.fields, templates=change.at.templates)
        existing = part.get(change.type)
        if existing is None:
            blocks = self._of(part).keys.setdefault(change.type, [])
            assert isinstance(blocks, list)  # noqa: S101 - made here
            blocks.append(fields)
        elif existing.kind is Kind.LIST and change.before is not None:
            place = next(place for place, each in enumerate(existing.items) if each.start == change.before.start)
            self._of(existing).before.setdefault(place, []).append(fields)
        elif existing.kind is Kind.LIST:
            self._of(existing).append.append(fields)
        else:
            self._beside.setdefault(existing.start, []).append(fields)

    def _reorder(self, change: BlockOrder) -> None:
        above = self._part(change.blocks[0].start).parent
        if above is None or above.kind is not Kind.LIST:
            raise NoLiteralError("these blocks are in no list")
        starts = [each.start for each in above.items]
        self._of(above).order = [starts.index(each.start) for each in change.blocks]

    def edits(self, part: Part) -> list[TextEdit]:
        """The edits of a part and of all that is in it."""
        if part.start in self._replaced:
            return self._document.replaced(part, self._replaced[part.start])
        if part.start in self._beside:
            return self._document.replaced(part, [self._made(part), *self._beside[part.start]])
        inner = [self.edits(each) for each in part.values]
        own = self._own.get(part.start) if part.kind is not Kind.SCALAR else None
        if own is None:
            return [edit for edits in inner for edit in edits]
        kept = [self._kept(part, own, place, edits) for place, edits in enumerate(inner)]
        count, added = len(kept), [New(value) for value in own.append]
        new = list(range(count, count + len(added)))
        order = [place for place in range(count) if place not in own.drop] + new if own.order is None else [*own.order]
        order += [place for place in new if place not in order]
        members: list[Kept | New] = []
        for place in order:
            members += [New(value) for value in own.before.get(place, [])]
            members.append(kept[place] if place < count else added[place - count])
        for name, value in own.keys.items():
            if part.get(name) is None:
                members.insert(_place(part, members, name), New(value, name))
        return self._document.changed(part, members)

    def _made(self, part: Part) -> Data:
        """What a part is once its changes are made, as data."""
        if part.start in self._replaced:
            return self._replaced[part.start]
        if part.kind is Kind.SCALAR:
            return _scalar(part)
        own = self._own.get(part.start, _Own())
        kept = [place for place in range(len(part.values)) if place not in own.drop]
        if part.kind is Kind.LIST:
            return [*(self._made(part.items[place]) for place in kept), *own.append]
        found = {str(part.entries[place][0].plain_text): self._made(part.entries[place][1]) for place in kept}
        return found | own.keys

    def _kept(self, part: Part, own: _Own, place: int, edits: Sequence[TextEdit]) -> Kept:
        """A member that stays, with another value if its key is given one."""
        name = part.entries[place][0].plain_text if part.kind is Kind.MAP else None
        if name is not None and name in own.keys:
            edits = self._document.replaced(part.values[place], own.keys[name])
        return Kept(place, tuple(edits))


def _place(part: Part, members: Sequence[Kept | New], name: str) -> int:
    """Where a new property goes: behind those that usually come before it, else to the end."""
    names = [each.key if isinstance(each, New) else part.entries[each.index][0].plain_text for each in members]
    if name not in ORDER:
        return len(names)
    known = [place for place, each in enumerate(names) if each in ORDER]
    before = [place for place in known if ORDER.index(str(names[place])) < ORDER.index(name)]
    return before[-1] + 1 if before else known[0] if known else len(names)


def _scalar(part: Part) -> Data:
    if part.quote:
        return part.text
    if part.text in ("true", "false", "null"):
        return {"true": True, "false": False, "null": None}[part.text]
    try:
        return int(part.text)
    except ValueError as error:
        raise NoLiteralError("this number is not written again") from error


__all__ = ["data_of", "json_edits"]
