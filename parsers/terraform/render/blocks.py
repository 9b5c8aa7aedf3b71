"""Arguments and nested blocks put in, changed and taken out, in the style of those around them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from drift.edits import TextEdit
from parsers.terraform.cutter import ArgumentCut, BlockCut, body_of, cut
from parsers.terraform.render.lists import in_lines, value_text
from parsers.terraform.render.members import NoLiteralError
from parsers.terraform.render.source import BOM, Source
from parsers.terraform.render.wording import argument_lines, step_of
from parsers.terraform.render.written import REMOVED, ArgumentChange, BlockAt, NewBlock, Plain
from parsers.terraform.scan import ScanError
from parsers.terraform.tokens import tokens_of

ORDER = ("id", "allowed_headers", "allowed_methods", "allowed_origins", "expose_headers", "max_age_seconds")
"""The arguments of a rule in the order in which the provider documents them; also where a new one goes."""
_LAST = frozenset({"lifecycle", "provisioner", "connection"})
"""Blocks that by custom close a resource."""


class Argument(NamedTuple):
    """An argument: from its name to behind its value, which begins at ``value``."""

    name: str
    start: int
    value: int
    end: int


class Cut(NamedTuple):
    """A block that was cut: its arguments and nested blocks; ``opened`` is behind its brace, ``closed`` before it."""

    start: int
    opened: int
    closed: int
    arguments: tuple[Argument, ...]
    blocks: tuple[BlockCut, ...]


def cut_block(source: Source, at: BlockAt) -> Cut:
    """The block at a place, or the whole of a variable file. Raises NoLiteralError."""
    text = source.text
    try:
        if at.block is None and at.start == 0 and at.end == len(text):
            begin = 1 if text.startswith(BOM) else 0
            return _cut(source, begin, begin, len(text), list(cut(text, begin, len(text))))
        block = next(cut(text, at.start, len(text)), None)
        if not isinstance(block, BlockCut):
            raise NoLiteralError("this is no block")
        return _cut(source, block.start, block.body, block.end - 1, list(body_of(text, block)))
    except ScanError as error:
        raise NoLiteralError(error.message) from error


def _cut(source: Source, start: int, opened: int, closed: int, items: Sequence[ArgumentCut | BlockCut]) -> Cut:
    arguments, blocks = [], []
    for item in items:
        if isinstance(item, BlockCut):
            blocks.append(item)
            continue
        tokens = tokens_of(source.text, item.value, item.end)
        if not tokens:
            raise NoLiteralError("an argument has no value")
        arguments.append(Argument(item.name, item.start, tokens[0].start, tokens[-1].end))
    return Cut(start, opened, closed, tuple(arguments), tuple(blocks))


def argument_edits(source: Source, changes: Sequence[ArgumentChange]) -> list[TextEdit]:
    """The edits of the arguments of one block, to which all the changes belong. Raises NoLiteralError."""
    path, block = changes[0].at.path, cut_block(source, changes[0].at)
    present = {each.name: each for each in block.arguments}
    edits, new = list[TextEdit](), list[tuple[str, Plain]]()
    for change in changes:
        argument = present.get(change.name)
        if change.value is REMOVED:
            if argument is not None:
                edits.append(TextEdit(path, *source.lines_of(argument.start, argument.end), ""))
        elif argument is None:
            new.append((change.name, change.value))
        else:
            text = value_text(source, argument.value, argument.end, change.value)
            edits.append(TextEdit(path, argument.value, argument.end, text))
    if new and block.opened != block.start and source.next_line(block.opened) > block.closed:
        return [_spread(source, path, block, new)]
    new.sort(key=lambda each: ORDER.index(each[0]) if each[0] in ORDER else len(ORDER))
    for name, value in new:
        edits.append(_inserted(source, path, block, name, value))
    return edits


def _inserted(source: Source, path: str, block: Cut, name: str, value: Plain) -> TextEdit:
    """A new argument behind the one that comes before it in the usual order, else behind the last."""
    before = _before(block.arguments, name)
    near = before or next(iter(block.arguments), None)
    close = near is not None and source.text[near.start + len(near.name) : near.value] == "="
    whole = block.opened == block.start
    if before is not None:
        indent, at = source.indent(before.start), source.next_line(before.end)
    else:
        indent = "" if whole else _deeper(source, block)
        at = block.start if whole else source.next_line(block.opened)
        if block.arguments:
            indent, at = source.indent(block.arguments[0].start), _above(source, block.arguments[0].start)
    return inserted_lines(source, path, at, argument_lines([(name, value)], indent, sign="=" if close else " = "))


def _before(arguments: Sequence[Argument], name: str) -> Argument | None:
    if not arguments or name not in ORDER:
        return arguments[-1] if arguments else None
    earlier = [each for each in arguments if each.name in ORDER[: ORDER.index(name)]]
    return max(earlier, key=lambda each: ORDER.index(each.name), default=None)


def _above(source: Source, offset: int) -> int:
    """Where the line begins, or the comment directly above it."""
    first = source.line_start(offset)
    while first > source.line_start(0) and source.is_comment(above := source.line_start(first - 1)):
        first = above
    return first


def _spread(source: Source, path: str, block: Cut, new: Sequence[tuple[str, Plain]]) -> TextEdit:
    """A block on one line, or an empty one, as one of several lines."""
    indent = source.indent(block.start)
    inner = indent + step_of(indent)
    old = "".join(f"{inner}{source.text[each.start : each.end]}\n" for each in block.arguments)
    text = f"\n{old}{argument_lines(new, inner)}{indent}"
    return TextEdit(path, block.opened, block.closed, in_lines(source, text))


def inserted_lines(source: Source, path: str, at: int, lines: str) -> TextEdit:
    """Whole lines at the beginning of a line, or at the end of a file without a final line end, which stays so."""
    text = in_lines(source, lines)
    if at == len(source.text) and source.line_start(at) != at:
        text = source.newline + text.removesuffix(source.newline)
    return TextEdit(path, at, at, text)


def block_edits(source: Source, changes: Sequence[NewBlock]) -> list[TextEdit]:
    """New nested blocks of one block at one place, to which all the changes belong. Raises NoLiteralError."""
    at, before = changes[0].at, changes[0].before
    block = cut_block(source, at)
    alike = [each for each in block.blocks if changes[0].type in (each.type, *each.labels[:1])]
    indent = source.indent(alike[-1].start) if alike else _inner_indent(source, block)
    apart = _apart(source, alike)
    texts = [_block_text(source, change, alike, indent) for change in changes]
    gap = "\n" if apart else ""
    if source.next_line(block.opened) > block.closed:
        opened = "".join(gap + text for text in texts).removeprefix("\n")
        old = "".join(f"{indent}{source.text[each.start : each.end]}\n" for each in block.arguments)
        text = f"\n{old}{gap if old else ''}{opened}{source.indent(block.start)}"
        return [TextEdit(at.path, block.opened, block.closed, in_lines(source, text))]
    if before is not None:
        return [inserted_lines(source, at.path, _above(source, before.start), "".join(text + gap for text in texts))]
    place = _place(source, block, alike)
    return [inserted_lines(source, at.path, place, "".join(gap + text for text in texts))]


def _inner_indent(source: Source, block: Cut) -> str:
    inside = [*(each.start for each in block.arguments), *(each.start for each in block.blocks)]
    return source.indent(min(inside)) if inside else _deeper(source, block)


def _deeper(source: Source, block: Cut) -> str:
    indent = source.indent(block.start)
    return indent + step_of(indent)


def _place(source: Source, block: Cut, alike: Sequence[BlockCut]) -> int:
    """Behind the last block of the type, else behind all that does not close the resource by custom."""
    if alike:
        return source.next_line(alike[-1].end)
    ends = [each.end for each in block.arguments]
    ends += [each.end for each in block.blocks if each.type not in _LAST]
    return source.next_line(max(ends) if ends else block.opened)


def _apart(source: Source, alike: Sequence[BlockCut]) -> bool:
    """Whether there is an empty line between the blocks; as a rule there is."""
    if not alike:
        return True
    above = _above(source, alike[-1].start)
    if above == source.line_start(0):
        return True
    line = source.line(above - 1).strip()
    return not line or (len(alike) == 1 and line.endswith("{"))


def _block_text(source: Source, change: NewBlock, alike: Sequence[BlockCut], indent: str) -> str:
    """A block in the style of the last one of its type: its order of arguments, its lists on one line or several."""
    model = next((_model(source, each) for each in reversed(alike) if each.type == change.type), None)
    names, spread, inner = list(ORDER), set[str](), indent + step_of(indent)
    if model is not None and model.arguments:
        inner = source.indent(model.arguments[0].start)
        written = [each.name for each in model.arguments]
        if [name for name in ORDER if name in written] != [name for name in written if name in ORDER]:
            names = [*written, *(name for name in ORDER if name not in written)]
        spread = {each.name for each in model.arguments if "\n" in source.text[each.value : each.end]}
    fields = sorted(change.fields.items(), key=lambda each: names.index(each[0]) if each[0] in names else len(names))
    spread = {name for name, value in fields if name in spread and isinstance(value, tuple)}
    step = inner.removeprefix(indent) if inner.startswith(indent) else None
    return f"{indent}{change.type} {{\n{argument_lines(fields, inner, step or None, spread=spread)}{indent}}}\n"


def _model(source: Source, block: BlockCut) -> Cut:
    return _cut(source, block.start, block.body, block.end - 1, list(body_of(source.text, block)))
