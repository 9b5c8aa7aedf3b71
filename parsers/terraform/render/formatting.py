"""What ``terraform fmt`` does to lines around an edit: indentation, columns of ``=`` and comments; and no blank lines
that only what is gone had need of.

Source: hclwrite/format.go, linesForFormat, formatIndent and formatCells: lines one after the other that each set an
argument on one line have their ``=`` in one column, and lines one after the other with a comment behind have these in
one. Where the lines were not so before, they are left as they are.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from drift.edits import TextEdit, edited, in_order
from parsers.terraform.render.composing import composed
from parsers.terraform.render.source import CHANGE, Lexeme, Source
from parsers.terraform.render.wording import columns

_DEPTH = 2
"""Lines that are deeper than the arguments of a top-level block belong to the argument or block that they are in."""
_BESIDE = 4
"""So many parts of a file on either side of edits are looked at, since new lines are laid out as their neighbours."""


@dataclass(slots=True)
class _Line:
    """A line with its cells: ``lead_end`` and ``value_end`` are where what stands before ``=`` and a comment ends.

    ``opened`` is how many more brackets are open behind it than before.
    """

    start: int
    first: int
    lead_end: int
    value_end: int
    opened: int = 0
    sign: int | None = None
    alone: int | None = None
    """The ``=`` of a value that goes on in the next lines, which is in no column."""
    comment: int | None = None


@dataclass(frozen=True, slots=True)
class _Gap:
    """The blanks before the first word, an ``=`` or a comment, and how many there should be; ``line`` begins its line.

    ``blanks`` are those that there are.
    """

    kind: str
    line: int
    start: int
    blanks: str
    wanted: int

    @property
    def fits(self) -> bool:
        return self.blanks == " " * self.wanted


_Chains = Callable[[Source, Callable[[Sequence[_Gap]], bool]], Iterator[list[_Gap]]]


def formatted(source: Source, edits: Sequence[TextEdit]) -> list[TextEdit]:
    """The edits, and what they bring with them in the lines around. Raises ValueError where two overlap."""
    edits = [edit for edit in in_order(edits) if edit.text or edit.start != edit.end]
    if not edits:
        return []
    path = edits[0].path
    between = Source(edited(source.text, edits))
    blank = [TextEdit(path, start, end, "") for start, end in sorted(set(_needless(source, between, edits)))]
    edits = composed(edits, _apart(blank), between.text)
    for chains in (_indents, _columns):
        then = edited(source.text, edits)
        edits = composed(edits, _straight_around(source, then, edits, chains), then)
    return [each for each in edits if each.text != source.text[each.start : each.end]]


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


def _straight_around(source: Source, between: str, edits: Sequence[TextEdit], chains: _Chains) -> list[TextEdit]:
    """As ``_straightened``, of the part of the file that decides it: the blocks of the edits and those beside them."""
    low, high = _part(source, edits)
    grown = len(between) - len(source.text)
    old, new = Source(source.text[low:high]), Source(between[low : high + grown])
    inner = [TextEdit(each.path, each.start - low, each.end - low, each.text) for each in edits]
    found = _straightened(old, new, inner, chains)
    return [TextEdit(each.path, each.start + low, each.end + low, each.text) for each in found]


def _part(source: Source, edits: Sequence[TextEdit]) -> tuple[int, int]:
    """What lies between seams around the edits, with some more on either side that has columns to look at."""
    seams = source.seams
    first = bisect_left(seams, min(each.start for each in edits)) - 1 - _BESIDE
    last = bisect_right(seams, max(each.end for each in edits)) + _BESIDE
    return seams[first] if first >= 0 else 0, seams[last] if last < len(seams) else len(source.text)


def _straightened(source: Source, between: Source, edits: Sequence[TextEdit], chains: _Chains) -> list[TextEdit]:
    """The edits of the new text that put chains in order all of whose lines were in order before, or are new."""
    crooked: dict[str, list[int]] = {}
    for gap in sorted((each for chain in chains(source, lambda _: True) for each in chain), key=lambda each: each.line):
        if not gap.fits:
            crooked.setdefault(gap.kind, []).append(gap.line)
    to_old = _old_lines(edits)

    def straight(gap: _Gap) -> bool:
        old = to_old(gap.line)
        if old is None:
            return True
        lines = crooked.get(gap.kind, [])
        place = bisect_left(lines, old[0])
        return place == len(lines) or (lines[place] != old[0] and lines[place] >= old[1])

    def kept(chain: Sequence[_Gap]) -> bool:
        return all(straight(gap) for gap in chain)

    found = list(chains(between, kept))
    return [
        TextEdit(edits[0].path, gap.start, gap.start + len(gap.blanks), " " * gap.wanted)
        for place, chain in enumerate(found)
        if kept(chain)
        and (any(to_old(gap.line) is not None for gap in chain) or all(map(kept, found[max(place - 1, 0) : place + 2])))
        for gap in chain
        if not gap.fits
    ]


def _old_lines(edits: Sequence[TextEdit]) -> Callable[[int], tuple[int, int] | None]:
    """From where a line begins to what it was: the line that began there, or the lines that were replaced; None for a
    new one."""

    def old(offset: int) -> tuple[int, int] | None:
        shift = 0
        for edit in edits:
            start = edit.start + shift
            if offset < start:
                break
            if offset < start + len(edit.text):
                if edit.start == edit.end and (offset > start or edit.text.endswith("\n")):
                    return None
                return edit.start, edit.end
            shift += len(edit.text) - (edit.end - edit.start)
        return offset - shift, offset - shift

    return old


def _indents(source: Source, kept: Callable[[Sequence[_Gap]], bool]) -> Iterator[list[_Gap]]:
    """The lines of each argument or nested block: two blanks for each line that opens more than it closes around."""
    stack: list[int] = []
    chain: list[_Gap] = []
    for line in _lines(source):
        if line.first == line.value_end:
            continue
        if line.opened < 0:
            closed = -line.opened
            while closed and stack:
                taken = min(closed, stack[-1])
                closed -= taken
                stack[-1] -= taken
                if not stack[-1]:
                    stack.pop()
        chain.append(_Gap("", line.start, line.start, source.text[line.start : line.first], 2 * len(stack)))
        if line.opened > 0:
            stack.append(line.opened)
        if len(stack) < _DEPTH:
            yield chain
            chain = []
    if chain:
        yield chain


def _columns(source: Source, kept: Callable[[Sequence[_Gap]], bool]) -> Iterator[list[_Gap]]:
    """The chains of ``=``, and those of comments as they stand once those chains that are ``kept`` are aligned."""
    lines = list(_lines(source))
    width: dict[int, int] = {}
    for signs in _runs(lines, lambda line: line.sign):
        leads = [columns(source.text[line.start : line.lead_end]) for line in signs]
        chain = [
            _Gap("=", line.start, line.lead_end, source.text[line.lead_end : line.sign], max(leads) - lead + 1)
            for line, lead in zip(signs, leads, strict=True)
        ]
        if kept(chain):
            width.update({gap.line: gap.wanted - len(gap.blanks) for gap in chain})
        yield chain
    for line in lines:
        if line.alone is not None:
            yield [_Gap("=", line.start, line.lead_end, source.text[line.lead_end : line.alone], 1)]
    for comments in _runs(lines, lambda line: line.comment):
        leads = [columns(source.text[line.start : line.value_end]) + width.get(line.start, 0) for line in comments]
        yield [
            _Gap("#", line.start, line.value_end, source.text[line.value_end : line.comment], max(leads) - lead + 1)
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
    if not lexemes:
        return _Line(start, start, start, start)
    first, comment = lexemes[0].start, None
    if len(lexemes) > 1 and lexemes[-1].kind == "comment" and not lexemes[-1].text.startswith("/*"):
        comment = lexemes[-1].start
        lexemes = lexemes[:-1]
    line = _Line(start, first, lexemes[-1].end, lexemes[-1].end, _opened(lexemes), comment=comment)
    for place, lexeme in enumerate(lexemes):
        if place and lexeme.kind == "sign" and lexeme.text == "=":
            line.lead_end = lexemes[place - 1].end
            if _opened(lexemes[place:]) == 0:
                line.sign = lexeme.start
            else:
                line.alone = lexeme.start
            break
    return line


def _opened(lexemes: Sequence[Lexeme]) -> int:
    return sum(CHANGE.get(each.text, 0) for each in lexemes if each.kind == "sign")
