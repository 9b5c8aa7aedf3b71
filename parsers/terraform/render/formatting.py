"""What ``terraform fmt`` does to lines around an edit: columns of ``=`` and of comments, and no needless blank lines.

Source: hclwrite/format.go, linesForFormat and formatCells: lines one after the other that each set an argument on one
line have their ``=`` in one column, and lines one after the other with a comment behind have these in one.
Where the lines were not so before, they are left as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from drift.edits import TextEdit, edited, in_order
from parsers.terraform.render.composing import composed
from parsers.terraform.render.source import Lexeme, Source
from parsers.terraform.render.wording import columns

_CHANGE = {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}


@dataclass(slots=True)
class _Line:
    """A line with its cells: ``lead_end`` and ``value_end`` are where what stands before ``=`` and a comment ends."""

    start: int
    lead_end: int
    value_end: int
    sign: int | None = None
    comment: int | None = None


@dataclass(frozen=True, slots=True)
class _Gap:
    """The blanks before an ``=`` or a comment and how many there should be; ``line`` is where its line begins."""

    kind: str
    line: int
    start: int
    end: int
    wanted: int

    @property
    def fits(self) -> bool:
        return self.end - self.start == self.wanted


def formatted(source: Source, edits: Sequence[TextEdit]) -> list[TextEdit]:
    """The edits, and what they bring with them in the lines around."""
    edits = [edit for edit in in_order(edits) if edit.text or edit.start != edit.end]
    if not edits:
        return []
    between = Source(edited(source.text, edits))
    path = edits[0].path
    blank = [TextEdit(path, start, end, "") for start, end in sorted(set(_needless(source, between, edits)))]
    edits = composed(edits, _apart(blank), between.text)
    between = Source(edited(source.text, edits))
    return [
        each
        for each in composed(edits, _columns(source, between, edits, path), between.text)
        if each.text != source.text[each.start : each.end]
    ]


def _apart(edits: Sequence[TextEdit]) -> list[TextEdit]:
    """Those that do not overlap one before them."""
    kept: list[TextEdit] = []
    for edit in edits:
        if not kept or edit.start >= kept[-1].end:
            kept.append(edit)
    return kept


def _needless(source: Source, between: Source, edits: Sequence[TextEdit]) -> Iterator[tuple[int, int]]:
    """Blank lines where whole lines were taken out or put in, beside other blank lines or a bracket."""
    shift = 0
    for edit in edits:
        low = edit.start + shift
        high = low + len(edit.text)
        shift += len(edit.text) - (edit.end - edit.start)
        whole = source.line_start(edit.start) == edit.start and edit.end in (
            source.line_start(edit.end),
            len(source.text),
        )
        if whole and (not edit.text or edit.text.endswith("\n")):
            yield from _blanks_at(between, low)
            if high != low:
                yield from _blanks_at(between, high)


def _blanks_at(source: Source, seam: int) -> Iterator[tuple[int, int]]:
    first = last = seam
    above = below = 0
    while first > source.line_start(0) and source.is_blank(start := source.line_start(first - 1)):
        first, above = start, above + 1
    while last < len(source.text) and source.is_blank(last):
        last, below = source.next_line(last), below + 1
    before = source.line(first - 1).rstrip() if first > source.line_start(0) else ""
    after = source.line(last).lstrip() if last < len(source.text) else ""
    if not before or not after or before[-1] in "{[(" or after[0] in "}])":
        if above or below:
            yield first, last
    elif above and below:
        yield seam, (last if below <= above else _lines_on(source, seam, above))


def _lines_on(source: Source, offset: int, count: int) -> int:
    for _ in range(count):
        offset = source.next_line(offset)
    return offset


def _columns(source: Source, between: Source, edits: Sequence[TextEdit], path: str) -> list[TextEdit]:
    crooked = {(gap.kind, gap.line) for chain in _chains(source, lambda _: True) for gap in chain if not gap.fits}
    to_old = _old_lines(edits)

    def straight(kind: str, line: int) -> bool:
        old = to_old(line)
        return old is None or (kind, old) not in crooked

    def kept(chain: Sequence[_Gap]) -> bool:
        return all(straight(gap.kind, gap.line) for gap in chain)

    return [
        TextEdit(path, gap.start, gap.end, " " * gap.wanted)
        for chain in _chains(between, kept)
        if kept(chain)
        for gap in chain
        if not gap.fits
    ]


def _old_lines(edits: Sequence[TextEdit]) -> Callable[[int], int | None]:
    """From where a line begins to where it began; None for a new one."""

    def old(offset: int) -> int | None:
        shift = 0
        for edit in edits:
            start = edit.start + shift
            if offset < start:
                break
            if offset < start + len(edit.text):
                return edit.start if offset == start else None
            shift += len(edit.text) - (edit.end - edit.start)
        return offset - shift

    return old


def _chains(source: Source, kept: Callable[[Sequence[_Gap]], bool]) -> Iterator[list[_Gap]]:
    """The chains of ``=``, and those of comments as they stand once those chains that are ``kept`` are aligned."""
    lines = list(_lines(source))
    width: dict[int, int] = {}
    for signs in _runs(lines, lambda line: line.sign):
        leads = [columns(source.text[line.start : line.lead_end]) for line in signs]
        chain = [
            _Gap("=", line.start, line.lead_end, line.sign or 0, max(leads) - lead + 1)
            for line, lead in zip(signs, leads, strict=True)
        ]
        if kept(chain):
            width.update({gap.line: gap.wanted - (gap.end - gap.start) for gap in chain})
        yield chain
    for comments in _runs(lines, lambda line: line.comment):
        leads = [columns(source.text[line.start : line.value_end]) + width.get(line.start, 0) for line in comments]
        yield [
            _Gap("#", line.start, line.value_end, line.comment or 0, max(leads) - lead + 1)
            for line, lead in zip(comments, leads, strict=True)
        ]


def _runs(lines: Sequence[_Line], cell: Callable[[_Line], int | None]) -> Iterator[list[_Line]]:
    run: list[_Line] = []
    for line in lines:
        if cell(line) is None:
            if run:
                yield run
            run = []
        else:
            run.append(line)
    if run:
        yield run


def _lines(source: Source) -> Iterator[_Line]:
    start, current = source.line_start(0), list[Lexeme]()
    for lexeme in source.lexemes:
        if lexeme.kind == "line":
            yield _line(start, current)
            start, current = lexeme.end, []
        else:
            current.append(lexeme)
    yield _line(start, current)


def _line(start: int, lexemes: Sequence[Lexeme]) -> _Line:
    comment = None
    if len(lexemes) > 1 and lexemes[-1].kind == "comment" and not lexemes[-1].text.startswith("/*"):
        comment = lexemes[-1].start
        lexemes = lexemes[:-1]
    if not lexemes:
        return _Line(start, start, start)
    line = _Line(start, lexemes[-1].end, lexemes[-1].end, comment=comment)
    for place, lexeme in enumerate(lexemes):
        if place and lexeme.kind == "sign" and lexeme.text == "=":
            signs = (each.text for each in lexemes[place:] if each.kind == "sign")
            if sum(_CHANGE.get(each, 0) for each in signs) == 0:
                line.sign, line.lead_end = lexeme.start, lexemes[place - 1].end
            break
    return line
