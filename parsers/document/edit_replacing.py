"""Another value in the place of one."""

from __future__ import annotations

from drift.edits import TextEdit
from parsers.document.edit_parts import Kind, Part
from parsers.document.edit_place import Document
from parsers.document.edit_text import CannotWrite, Data, json_scalar, yaml_scalar
from parsers.document.edit_writing import Writer


def replaced(document: Document, part: Part, value: Data) -> list[TextEdit]:
    """The edits after which a part has a value. Raises ``CannotWrite``."""
    writer = Writer(document, part.start)
    if isinstance(value, str | int | bool | None):
        return _with_text(document, part, _scalar(document, writer, part, value))
    around = part.parent
    key = part.key
    is_inline = document.is_json or (around is not None and around.flow) or (around is None and part.flow)
    if is_inline or not value or (part.flow and part.values):
        base = document.indentation((key or part).start)
        return _with_text(document, part, writer.flow(value, base, key.plain_text if key else None))
    if key is not None:
        name = key.plain_text
        if writer.is_flow(name, value):
            return _with_text(document, part, writer.flow(value, " " * document.column(key.start), name))
        return _below_key(document, part, key, writer.below(name, value, document.column(key.start)))
    if around is None or part.start == part.end:
        return _with_text(document, part, writer.flow(value, ""))
    column = document.column(part.start)
    return _with_text(document, part, writer.item(value, column, (), None))


def _scalar(document: Document, writer: Writer, part: Part, value: str | int | bool | None) -> str:
    if document.is_json:
        return json_scalar(value)
    if not isinstance(value, str):
        return yaml_scalar(value, ())
    around = part.parent
    siblings = around.items if around is not None and around.kind is Kind.LIST else ()
    key = part.key
    quotes = list(writer.style.quotes([each for each in siblings if each is not part], key.plain_text if key else None))
    own = part.kind is Kind.SCALAR and part.quote in ("'", '"')
    return yaml_scalar(
        value, [part.quote, *quotes] if own else [quotes[0] if siblings or not _is_free(part) else "", *quotes]
    )


def _is_free(part: Part) -> bool:
    """Whether it is a scalar without quotes."""
    return part.kind is Kind.SCALAR and part.quote == "" and part.start < part.end


def _with_text(document: Document, part: Part, text: str) -> list[TextEdit]:
    """The text on the line of the key or dash, in the place of the whole value with its anchor and tag."""
    before, start = document.text, part.start
    if part.start == part.end:
        space = "" if before[start - 1 : start] in (" ", "\t") else " "
        return [TextEdit(document.path, start, start, space + text)]
    key = part.key
    if key is not None and not part.flow and part.kind in (Kind.LIST, Kind.MAP) and not document.is_json:
        colon = document.skip(key.end)
        return [TextEdit(document.path, colon + 1, part.end, " " + text)]
    return [TextEdit(document.path, start, part.end, text)]


def _below_key(document: Document, part: Part, key: Part, text: str) -> list[TextEdit]:
    """Lines below the key, a comment on whose line stays."""
    colon = document.skip(key.end)
    rest = document.rest_of_line(colon + 1)
    if rest is not None and part.start > rest:  # the old value starts on a line of its own
        return [TextEdit(document.path, rest, part.end, text)]
    stop = document.rest_of_line(part.end)
    if stop is None:
        raise CannotWrite("something follows it on its line")
    return [TextEdit(document.path, colon + 1, part.end, ""), TextEdit(document.path, stop, stop, text)]
