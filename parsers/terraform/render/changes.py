"""Changes at places where values are written, as edits of text: native syntax here, JSON in ``json_changes``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from drift.edits import TextEdit, edited, in_order
from drift.errors import InputError
from parsers.terraform.render.blocks import argument_edits, block_edits
from parsers.terraform.render.composing import composed
from parsers.terraform.render.formatting import formatted
from parsers.terraform.render.lists import entry_edits, join_edits, list_edits, value_text
from parsers.terraform.render.members import NoLiteralError
from parsers.terraform.render.moving import moved
from parsers.terraform.render.source import Source, Sources
from parsers.terraform.render.wording import writable
from parsers.terraform.render.written import (
    REMOVED,
    ArgumentChange,
    BlockAt,
    BlockChange,
    BlockOrder,
    Change,
    EntryChange,
    ListChange,
    ListJoin,
    NewBlock,
    Plain,
    ValueChange,
    Written,
)


def edits_of(changes: Sequence[Change], sources: Sources) -> tuple[TextEdit, ...] | None:
    """The edits that make the changes; None where a text cannot be said or a place is not what it should be."""
    if not all(writable(value) for change in changes for value in _values(change)):
        return None
    by_path: dict[str, list[Change]] = {}
    for change in changes:
        by_path.setdefault(_place(change).path, []).append(change)
    edits: list[TextEdit] = []
    for path, those in by_path.items():
        try:
            edits += _json(sources, path, those) if path.endswith(".json") else _native(sources.of(path), those)
        except (NoLiteralError, InputError):
            return None
    return tuple(edits)


def _values(change: Change) -> Iterable[Plain]:
    if isinstance(change, ListChange | ListJoin):
        return change.add
    if isinstance(change, NewBlock):
        return (change.fields,)
    if isinstance(change, ValueChange | EntryChange | ArgumentChange) and change.value is not REMOVED:
        return (change.value,)
    return ()


def _place(change: Change) -> Written | BlockAt:
    return change.blocks[0] if isinstance(change, BlockOrder) else change.at


def _json(sources: Sources, path: str, changes: Sequence[Change]) -> list[TextEdit]:
    from parsers.terraform.render.json_changes import json_edits

    return json_edits(sources.of(path), path, changes)


def _native(source: Source, changes: Sequence[Change]) -> list[TextEdit]:
    edits: list[TextEdit] = []
    for kind, those in groupby(sorted(changes, key=_group), key=_group):
        edits += _EDITS[kind[0]](source, list(those))
    gone = [edit for edit in edits if not edit.text and edit.start != edit.end]
    edits = [edit for edit in dict.fromkeys(edits) if not any(_within(edit, each) for each in gone)]
    for change in changes:
        if isinstance(change, BlockOrder):
            edits = moved(source, change, edits)
    try:
        edits = formatted(source, edits)
        return _same_end(source, edits)
    except ValueError as error:  # two of them overlap
        raise NoLiteralError(str(error)) from error


def _within(edit: TextEdit, removal: TextEdit) -> bool:
    """Whether an edit is inside of what is taken out anyway; on its border it is not."""
    return (
        edit != removal
        and removal.start <= edit.start
        and edit.end <= removal.end
        and (edit.start != edit.end or removal.start < edit.start < removal.end)
    )


def _group(change: Change) -> tuple[str, int, int]:
    """Changes that are made together: those of one object, of the arguments of one block, of one place for blocks."""
    place = _place(change)
    before = change.before.start if isinstance(change, NewBlock) and change.before is not None else -1
    return type(change).__name__, place.start, before


def _lists(source: Source, changes: Sequence[Change]) -> list[TextEdit]:
    those = [each for each in changes if isinstance(each, ListChange)]
    first = those[0]
    drop = tuple(sorted({place for each in those for place in each.drop}))
    return list_edits(source, ListChange(first.at, drop, tuple(new for each in those for new in each.add), first.order))


def _joined(source: Source, changes: Sequence[Change]) -> list[TextEdit]:
    those = [each for each in changes if isinstance(each, ListJoin)]
    added = dict.fromkeys(new for each in those for new in each.add)
    return join_edits(source, ListJoin(those[0].at, tuple(added)))


def _value(source: Source, changes: Sequence[Change]) -> list[TextEdit]:
    return [
        TextEdit(each.at.path, each.at.start, each.at.end, value_text(source, each.at.start, each.at.end, each.value))
        for each in changes
        if isinstance(each, ValueChange)
    ]


def _entries(source: Source, changes: Sequence[Change]) -> list[TextEdit]:
    return entry_edits(source, [each for each in changes if isinstance(each, EntryChange)])


def _arguments(source: Source, changes: Sequence[Change]) -> list[TextEdit]:
    return argument_edits(source, [each for each in changes if isinstance(each, ArgumentChange)])


def _removed(source: Source, changes: Sequence[Change]) -> list[TextEdit]:
    places = [each.at for each in changes if isinstance(each, BlockChange)]
    return [TextEdit(each.path, *source.lines_of(each.start, each.end), "") for each in places]


def _blocks(source: Source, changes: Sequence[Change]) -> list[TextEdit]:
    return block_edits(source, [each for each in changes if isinstance(each, NewBlock)])


def _none(source: Source, changes: Sequence[Change]) -> list[TextEdit]:
    return []


_EDITS = {
    "ListChange": _lists,
    "ListJoin": _joined,
    "ValueChange": _value,
    "EntryChange": _entries,
    "ArgumentChange": _arguments,
    "BlockChange": _removed,
    "NewBlock": _blocks,
    "BlockOrder": _none,
}


def _same_end(source: Source, edits: list[TextEdit]) -> list[TextEdit]:
    """The edits, so that a file without a line end at its end stays one."""
    between = edited(source.text, edits)
    if not edits or not source.text or source.text.endswith("\n") or not between.endswith("\n"):
        return edits
    end = len(between.rstrip("\r\n"))
    return composed(in_order(edits), [TextEdit(edits[0].path, end, len(between), "")], between)
