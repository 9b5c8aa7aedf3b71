"""Blocks of one body put into another order, each with the comment above it and the edits inside it."""

from __future__ import annotations

from collections.abc import Sequence

from drift.edits import TextEdit, edited
from parsers.terraform.render.source import Source
from parsers.terraform.render.written import BlockOrder


def moved(source: Source, change: BlockOrder, edits: Sequence[TextEdit]) -> list[TextEdit]:
    """The edits, and those that put the text of each block into the place of another."""
    path = change.blocks[0].path
    wanted = [_whole(source, each.start, each.end) for each in change.blocks]
    slots = sorted(wanted)
    target = {old[0]: slot for old, slot in zip(wanted, slots, strict=True)}
    rest, inner = list[TextEdit](), dict[int, list[TextEdit]]()
    for edit in edits:
        block = next((each for each in wanted if each[0] <= edit.start and edit.end <= each[1]), None)
        if block is None or edit.start == edit.end == block[1]:
            rest.append(edit)
        elif edit.start == edit.end == block[0]:
            rest.append(TextEdit(path, target[block[0]][0], target[block[0]][0], edit.text))
        else:
            inner.setdefault(block[0], []).append(edit)
    for old, slot in zip(wanted, slots, strict=True):
        own = [TextEdit(path, each.start - old[0], each.end - old[0], each.text) for each in inner.get(old[0], [])]
        rest.append(TextEdit(path, *slot, edited(source.text[old[0] : old[1]], own)))
    return rest


def _whole(source: Source, start: int, end: int) -> tuple[int, int]:
    """The block's lines, with the comment directly above it, without the line break at the end."""
    first = source.line_start(start)
    while first > source.line_start(0) and source.is_comment(above := source.line_start(first - 1)):
        first = above
    return first, source.line_end(end)
