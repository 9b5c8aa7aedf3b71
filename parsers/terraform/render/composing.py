"""Edits of a text and then edits of what came of it, as edits of the first text."""

from __future__ import annotations

from collections.abc import Sequence

from drift.edits import TextEdit, edited, in_order


def composed(first: Sequence[TextEdit], then: Sequence[TextEdit], between: str) -> list[TextEdit]:
    """The edits that do what ``first`` does and ``then`` to its outcome, the text ``between``."""
    made: list[tuple[int, int, int, int]] = []
    shift = 0
    for edit in in_order(first):
        start = edit.start + shift
        made.append((start, start + len(edit.text), edit.start, edit.end))
        shift += len(edit.text) - (edit.end - edit.start)
    spans = sorted({(low, high) for low, high, _, _ in made} | {(edit.start, edit.end) for edit in then})
    result = []
    for low, high in _joined(spans):
        inner = [edit for edit in then if low <= edit.start and edit.end <= high]
        path = (first[0] if first else then[0]).path
        text = edited(
            between[low:high], [TextEdit(path, each.start - low, each.end - low, each.text) for each in inner]
        )
        result.append(TextEdit(path, _before(made, low, at_end=False), _before(made, high, at_end=True), text))
    return result


def _joined(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Ranges that touch as one."""
    joined: list[tuple[int, int]] = []
    for low, high in spans:
        if joined and low <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(high, joined[-1][1]))
        else:
            joined.append((low, high))
    return joined


def _before(made: Sequence[tuple[int, int, int, int]], offset: int, *, at_end: bool) -> int:
    """The offset in the first text; a border of an edit is that of what it replaced."""
    shift = 0
    for start, end, _, old_end in made:
        if offset < start or (offset == start and not at_end):
            break
        shift = old_end - end
    return offset + shift
