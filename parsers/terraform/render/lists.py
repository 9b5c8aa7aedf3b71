"""Members of list and object literals taken out and put in, in the style of the members around them.

A comment on the line of a member goes with it, and so does one directly above that is about it alone
(``Source.lines_of``); all other comments stay.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from drift.edits import TextEdit
from parsers.terraform.render.members import Member, Members, NoLiteralError, members_of
from parsers.terraform.render.source import Source
from parsers.terraform.render.wording import argument_lines, key_text, laid_out, literal, quoted, step_of
from parsers.terraform.render.written import REMOVED, EntryChange, ListChange, ListJoin, Plain
from parsers.terraform.scan import ScanError
from parsers.terraform.tokens import Token, tokens_of

Write = Callable[[str], str]
"""The indentation of the line on which a member begins to the text of the member."""


class Style(NamedTuple):
    """How the entries of an object are written: their keys, the sign between, whether one has a line, commas."""

    quotes: bool = False
    sign: str = " = "
    spread: bool = True
    commas: bool = False


def list_edits(source: Source, change: ListChange) -> list[TextEdit]:
    """The edits of one list. Raises NoLiteralError."""
    at = change.at
    found = members_of(source.text, at.start, at.end)
    style = next((style_of(source, each) for each in reversed(found.members) if _is_object(source, each)), Style())
    drop = set(change.drop)
    add: list[Write] = [_writer(value, style) for value in change.add]
    edits: list[TextEdit] = []
    if change.order is not None:
        edits, add = _reordered(source, change, found.members, add)
    return edits + member_edits(source, at.path, found, drop, add)


def join_edits(source: Source, change: ListJoin) -> list[TextEdit]:
    """The edits that put ``concat`` around an expression, or one more list into the one that is there."""
    at, new = change.at, literal(change.add)
    try:
        tokens = tokens_of(source.text, at.start, at.end)
    except ScanError as error:
        raise NoLiteralError(error.message) from error
    if len(tokens) > 3 and (tokens[0].text, tokens[1].text) == ("concat", "(") and _closes(tokens):
        before = tokens[-2]
        if before.text == "...":
            raise NoLiteralError("the arguments of this concat are a list themselves")
        lines = source.line_start(before.start) != source.line_start(tokens[-1].start)
        gap = f"\n{source.indent(before.start)}" if lines else " "
        comma = ("", ",") if before.text == "," else (",", "")
        text = in_lines(source, f"{comma[0]}{gap}{new}{comma[1] if lines else ''}")
        return [TextEdit(at.path, before.end, before.end, text)]
    start, end = tokens[0].start, tokens[-1].end
    return [TextEdit(at.path, start, start, "concat("), TextEdit(at.path, end, end, f", {new})")]


def _closes(tokens: Sequence[Token]) -> bool:
    """Whether the bracket behind the first word is closed by the last token."""
    depth = 0
    for place, token in enumerate(tokens):
        depth += (token.text in ("(", "[", "{")) - (token.text in (")", "]", "}"))
        if depth == 0 and place > 0:
            return place == len(tokens) - 1
    return False


def entry_edits(source: Source, changes: Sequence[EntryChange]) -> list[TextEdit]:
    """The edits of one object, to which all the changes belong. Raises NoLiteralError."""
    at = changes[0].at
    found = members_of(source.text, at.start, at.end)
    by_key = {each.key: place for place, each in enumerate(found.members) if each.key is not None}
    style = style_of(source, Member(at.start, at.end, None, value=at.start))
    edits, drop, add = list[TextEdit](), set[int](), list[Write]()
    for change in changes:
        place = by_key.get(change.name)
        if change.value is REMOVED:
            drop |= {place} if place is not None else set()
        elif place is None:
            add.append(_entry_writer(change.name, change.value, style))
        else:
            member = found.members[place]
            text = value_text(source, member.value, member.end, change.value)
            edits.append(TextEdit(at.path, member.value, member.end, text))
    return edits + member_edits(source, at.path, found, drop, add)


def value_text(source: Source, start: int, end: int, value: Plain) -> str:
    """A value in the place of the expression between two offsets: spread over lines if that is."""
    indent = source.indent(start)
    if isinstance(value, tuple | Mapping) and source.text[start : start + 1] in ("[", "{"):
        if "\n" in source.text[start:end]:
            return in_lines(source, laid_out(value, indent, 200))
        if not (isinstance(value, tuple) and any(isinstance(each, Mapping) for each in value)):
            return literal(value)
    return in_lines(source, laid_out(value, indent, start - source.line_start(start) - len(indent)))


def member_edits(
    source: Source, path: str, found: Members, drop: Collection[int], add: Sequence[Write]
) -> list[TextEdit]:
    """The edits that take out members by their places and put new ones behind those that stay."""
    if not drop and not add:
        return []
    if _one_a_line(source, found):
        return _lines_edits(source, path, found, drop, add)
    return _run_edits(source, path, found, drop, add)


def _one_a_line(source: Source, found: Members) -> bool:
    if not source.begins_line(found.closed) or source.line_start(found.closed) <= found.opened:
        return False
    return all(source.begins_line(each.start) and source.rest_is_comment(each.stop) for each in found.members)


def _lines_edits(
    source: Source, path: str, found: Members, drop: Collection[int], add: Sequence[Write]
) -> list[TextEdit]:
    members = found.members
    kept = [each for place, each in enumerate(members) if place not in drop]
    gone = [source.lines_of(start, end) for start, end in _runs(source, members, drop)]
    edits = [TextEdit(path, start, end, "") for start, end in gone]
    commas = not found.is_object or any(each.comma is not None for each in members)
    trailing = commas and (not members or members[-1].comma is not None)
    indent = (
        source.indent(members[-1].start)
        if members
        else source.indent(found.closed) + step_of(source.indent(found.closed))
    )
    last = kept[-1] if kept else None
    if add:
        if last is not None and commas and last.comma is None:
            if source.text.startswith("<<", last.value):
                raise NoLiteralError("there is no place for a comma behind a heredoc")
            edits.append(TextEdit(path, last.end, last.end, ","))
        at = (
            source.next_line(last.stop) if last is not None else gone[0][0] if gone else source.line_start(found.closed)
        )
        texts = [write(indent) for write in add]
        ends = ["," if commas and (trailing or place < len(texts) - 1) else "" for place in range(len(texts))]
        lines = "".join(f"{indent}{text}{end}\n" for text, end in zip(texts, ends, strict=True))
        edits.append(TextEdit(path, at, at, in_lines(source, lines)))
    elif last is not None and last.comma is not None and commas and not trailing:
        edits.append(TextEdit(path, last.comma, last.comma + 1, ""))
    return edits


def _runs(source: Source, members: Sequence[Member], drop: Collection[int]) -> list[tuple[int, int]]:
    """The ranges of the members that go; of those on lines directly one after the other as one."""
    runs: list[tuple[int, int]] = []
    for place in sorted(drop):
        member = members[place]
        if runs and place - 1 in drop and source.next_line(runs[-1][1]) == source.line_start(member.start):
            runs[-1] = (runs[-1][0], member.stop)
        else:
            runs.append((member.start, member.stop))
    return runs


def _run_edits(
    source: Source, path: str, found: Members, drop: Collection[int], add: Sequence[Write]
) -> list[TextEdit]:
    """Members that share lines."""
    members = found.members
    indent = source.indent(members[-1].end - 1 if members else found.opened - 1)
    texts = [in_lines(source, write(indent)) for write in add]
    kept = [place for place in range(len(members)) if place not in drop]
    if not kept:
        return [_filled(source, path, found, texts, indent)]
    last, gap = kept[-1], _gap(source, members)
    edits = []
    for place in sorted(drop):
        if place < last:
            following = members[place + 1].start
            stop = members[place].stop
            end = source.behind_blanks(stop)
            if not source.text[stop:following].strip():
                end = following
            elif source.rest_is_comment(stop):
                end = source.line_end(stop)
            edits.append(TextEdit(path, members[place].start, end, ""))
    start = members[last].end
    if source.text.startswith("<<", members[last].value):
        start = source.next_line(start)  # its end marker is alone on its line
    tail = start, max(start, members[-1].end) if last < len(members) - 1 else start
    edits.append(TextEdit(path, *tail, "".join(f",{gap}{text}" for text in texts)))
    return edits


def _filled(source: Source, path: str, found: Members, texts: Sequence[str], indent: str) -> TextEdit:
    """The edit of a list or object of whose members none stays."""
    if found.members:
        start, end = found.members[0].start, found.members[-1].end
        if not texts:
            blank = (
                not source.text[found.opened : start].strip()
                and not source.text[found.members[-1].stop : found.closed].strip()
            )
            return TextEdit(path, *((found.opened, found.closed) if blank else (start, found.members[-1].stop)), "")
        return TextEdit(path, start, end, ", ".join(texts))
    pad = " " if found.is_object else ""
    lines = any("\n" in text for text in texts)
    if not lines:
        return TextEdit(path, found.opened, found.closed, f"{pad}{', '.join(texts)}{pad}")
    inner = indent + step_of(indent)
    body = ("," + source.newline).join(inner + text.replace("\n", "\n" + step_of(indent)) for text in texts)
    return TextEdit(path, found.opened, found.closed, f"{source.newline}{body}{source.newline}{indent}")


def _gap(source: Source, members: Sequence[Member]) -> str:
    """What stands between a comma and the member behind it."""
    for before, after in reversed(list(pairwise(members))):
        gap = source.text[before.stop : after.start]
        if before.comma is not None and not gap.strip():
            return gap
    return " "


def _reordered(
    source: Source, change: ListChange, members: Sequence[Member], add: Sequence[Write]
) -> tuple[list[TextEdit], list[Write]]:
    """The texts of items in the places of those that stay, as the order wants them, and what is then to be added."""
    kept = [each for place, each in enumerate(members) if place not in set(change.drop)]

    def writer(place: int) -> Write:
        if place >= len(members):
            return add[place - len(members)]
        member = members[place]
        return lambda _: source.text[member.start : member.end]

    writers = [writer(place) for place in change.order or ()]
    edits = []
    for member, write in zip(kept, writers, strict=False):
        text = in_lines(source, write(source.indent(member.start)))
        edits.append(TextEdit(change.at.path, member.start, member.end, text))
    return edits, writers[len(kept) :]


def _is_object(source: Source, member: Member) -> bool:
    return source.text[member.value : member.value + 1] == "{"


def style_of(source: Source, member: Member) -> Style:
    """How the object that a member is writes its entries."""
    inner = members_of(source.text, member.value, member.end)
    if not inner.members:
        return Style()
    first = inner.members[0]
    between = source.text[first.start : first.value]
    key = between[: between.index(first.sign)] if first.sign in between else between
    before = " " if first.sign == "=" or key.endswith(" ") else ""
    return Style(
        quotes=source.text[first.start : first.start + 1] == '"',
        sign=f"{before}{first.sign} ",
        spread="\n" in source.text[inner.opened : inner.closed],
        commas=any(each.comma is not None for each in inner.members),
    )


def _writer(value: Plain, style: Style) -> Write:
    if not isinstance(value, Mapping):
        return lambda indent: laid_out(value, indent)
    return lambda indent: object_text(value, indent, style)


def _entry_writer(name: str, value: Plain, style: Style) -> Write:
    """An entry; a rule in a map of rules is an object as its neighbours are."""
    return lambda indent: f"{_key(name, style)}{style.sign}{laid_out(value, indent, len(name) + 3)}"


def _key(name: str, style: Style) -> str:
    return quoted(name) if style.quotes else key_text(name)


def object_text(value: Mapping[str, Plain], indent: str, style: Style) -> str:
    """An object in a style."""
    entries = [(_key(name, style), each) for name, each in value.items()]
    if not entries:
        return "{}"
    if not style.spread:
        return f"{{ {', '.join(f'{name}{style.sign}{literal(each)}' for name, each in entries)} }}"
    lines = argument_lines(entries, indent + step_of(indent), sign=style.sign, end="," if style.commas else "")
    return f"{{\n{lines}{indent}}}"


def in_lines(source: Source, text: str) -> str:
    """A text of ours with the line breaks of the file."""
    return text if source.newline == "\n" else text.replace("\r\n", "\n").replace("\n", source.newline)
