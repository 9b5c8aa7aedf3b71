"""Places of nodes to offsets in the text of their file."""

from __future__ import annotations

from drift.location import Location
from parsers.terraform.cutter import BlockCut, cut
from parsers.terraform.nodes import Block
from parsers.terraform.render.members import NoLiteralError
from parsers.terraform.render.source import BOM, Source, Sources
from parsers.terraform.render.written import BlockAt
from parsers.terraform.scan import ScanError


def offset_of(source: Source, line: int, column: int) -> int:
    """The offset of a place; a byte order mark has no column of its own."""
    at = 0
    for _ in range(line - 1):
        at = source.next_line(at)
    above = 1 if at == 0 and source.text.startswith(BOM) else 0
    return at + above + column - 1


def block_at(sources: Sources, location: Location, block: Block) -> BlockAt:
    """The range of a block that stands at a place. Raises NoLiteralError, and InputError for the file."""
    source = sources.of(location.path)
    if location.path.endswith(".json"):
        return _json_body(source, location, block)
    start = offset_of(source, location.line or 1, location.column or 1)
    try:
        found = next(cut(source.text, start, len(source.text)), None)
    except ScanError as error:
        raise NoLiteralError(error.message) from error
    if not isinstance(found, BlockCut):
        raise NoLiteralError("there is no block at this place")
    return BlockAt(location.path, found.start, found.end, block)


def _json_body(source: Source, location: Location, block: Block) -> BlockAt:
    """The object of a block: its place begins with its name, or is the object itself in a list of them."""
    from parsers.document.edit import Kind, read_source

    document = read_source(source.text.encode(), location.path)
    body = document.at(location.line, location.column, Kind.MAP)
    if body is None:
        key = document.at(location.line, location.column, Kind.SCALAR)
        above = [] if key is None or key.parent is None else key.parent.entries
        body = next((value for name, value in above if name is key and value.kind is Kind.MAP), None)
    if body is None:
        raise NoLiteralError("there is no block at this place")
    return BlockAt(location.path, body.start, body.end, block)
