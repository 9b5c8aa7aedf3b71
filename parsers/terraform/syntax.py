"""HCL native syntax to ``nodes``, each part when it is first asked for.

A file is cut into its blocks by ``cutter``, which looks at every character but builds nothing. The body of a block is
cut when one of its arguments is wanted, and an expression is read when it is wanted itself: cut into ``tokens``, which
python-hcl2's ``grammar`` makes a tree of, which ``hcl_tree`` makes nodes of. So of a large configuration only what the
declarations of buckets refer to is ever read.

What is malformed there is told where it is found, and is an unknown; a file that cannot be cut is not read at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from drift.errors import InputError
from drift.location import Location
from parsers.terraform.cutter import ArgumentCut, BlockCut, body_of, cut
from parsers.terraform.hcl_tree import read_expression, value_end
from parsers.terraform.limits import MAX_EXPRESSION_CHARACTERS, MAX_ITEMS, MAX_SOURCE_BYTES
from parsers.terraform.nodes import (
    Attribute,
    Block,
    Body,
    Expression,
    File,
    Template,
    Unreadable,
    UnreadableArguments,
)
from parsers.terraform.places import Text
from parsers.terraform.scan import ScanError
from parsers.terraform.templates import TemplateError, parse_template

_ADVICE = "run `terraform fmt` on it to see what is wrong"

Tell = Callable[[InputError], None]


def cut_file(path: str, content: bytes, tell: Tell) -> File:
    """A configuration file whose blocks and arguments are read when they are asked for.

    ``tell`` hears once of each fault that is found then. Raises InputError for what cannot be cut, with its place.
    """
    return _Source(Text(path, _decoded(path, content)), tell).file()


def parse_file(path: str, content: bytes) -> File:
    """A variable file, its arguments read. Raises InputError with the place and a hint if it is no HCL."""
    faults: list[InputError] = []
    file = cut_file(path, content, faults.append)
    for attribute in file.attributes.values():
        assert attribute.expression is not None  # noqa: S101 - reads it
        if faults:
            raise faults[0]
    return file


def parse_expression(path: str, source: str, line: int = 1, column: int = 1) -> Expression:
    """One expression on its own, as in a variable given on the command line. Raises InputError."""
    _refuse_long(source, Location(path, line))
    return read_expression(Text(path, source, line, column), 0, len(source))


def parse_text_template(path: str, source: str, at: Location) -> Expression:
    """A string of JSON syntax or of a template file: no backslash escapes of its own. Raises InputError."""
    if "${" not in source and "%{" not in source:
        return Template((source,) if source else (), at)
    _refuse_long(source, at)
    spread = at.end_line != at.line

    def read(inner: str, offset: int) -> Expression:
        return parse_expression(path, inner, (at.line or 1) + (source.count("\n", 0, offset) if spread else 0))

    try:
        return Template(parse_template(source, read, escapes=False), at)
    except TemplateError as error:
        raise InputError(error.message, location=at, advice="check the template in this string") from error


def _refuse_long(source: str, at: Location) -> None:
    if len(source) > MAX_EXPRESSION_CHARACTERS:
        raise InputError(f"this expression has more than {MAX_EXPRESSION_CHARACTERS:,} characters", location=at)


def _decoded(path: str, content: bytes) -> str:
    if len(content) > MAX_SOURCE_BYTES:
        raise InputError(f"this file has more than {MAX_SOURCE_BYTES:,} bytes and is not read", location=Location(path))
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise InputError("this file is not UTF-8", location=Location(path, line), advice="save it as UTF-8") from error


class _Source:
    """The text of one file, and who is told of its faults."""

    def __init__(self, text: Text, tell: Tell) -> None:
        self._text = text
        self._tell = tell

    def file(self) -> File:
        """The whole file. Raises InputError."""
        body = self._made(cut(self._text.source, 0, len(self._text.source)))
        return File(self._text.path, body.blocks, body.attributes)

    def _made(self, items: Iterator[ArgumentCut | BlockCut]) -> Body:
        attributes: dict[str, Attribute] = {}
        blocks: list[Block] = []
        try:
            for count, item in enumerate(items):
                if count == MAX_ITEMS:
                    raise ScanError(f"there are more than {MAX_ITEMS:,} blocks and arguments", item.start)
                if isinstance(item, BlockCut):
                    blocks.append(self._block(item))
                elif item.name in attributes:
                    raise InputError(
                        f'the attribute "{item.name}" is given twice',
                        location=self._text.at(item.start, item.value),
                        advice="keep one of them",
                    )
                else:
                    attributes[item.name] = self._attribute(item)
        except ScanError as error:
            raise InputError(
                f"this is no valid HCL: {error.message}",
                location=self._text.at(error.offset, error.offset + 1),
                advice=_ADVICE,
            ) from error
        return Body(attributes, tuple(blocks))

    def _block(self, cut_out: BlockCut) -> Block:
        return _CutBlock(self, cut_out)

    def _attribute(self, cut_out: ArgumentCut) -> Attribute:
        return _CutAttribute(self, cut_out)

    def body(self, block: BlockCut) -> Body:
        """The body of a block; what cannot be cut is told, and may hold anything."""
        try:
            return self._made(body_of(self._text.source, block))
        except InputError as error:
            self._tell(error)
            return Body(UnreadableArguments(error.message, error.location or self.place(block.start, block.end)))

    def expression(self, item: ArgumentCut) -> Expression:
        """The expression of an argument; what cannot be read is told, and is an unknown."""
        try:
            if item.end - item.value > MAX_EXPRESSION_CHARACTERS:
                _refuse_long(self._text.source[item.value : item.end], self.place(item.start, item.value))
            return read_expression(self._text, item.value, item.end)
        except InputError as error:
            self._tell(error)
            return Unreadable(error.message, error.location or self.place(item.start, item.value))

    def place(self, start: int, end: int) -> Location:
        """The place of a block."""
        return self._text.at(start, end)

    def place_of(self, item: ArgumentCut) -> Location:
        """The place of an argument, without the space and comments behind it."""
        return self._text.at(item.start, value_end(self._text, item.value, item.end))


class _CutBlock(Block):
    """A block of a file that was cut."""

    __slots__ = ("_cut", "_source")

    def __init__(self, source: _Source, cut_out: BlockCut) -> None:
        super().__init__(cut_out.type, cut_out.labels)
        self._source = source
        self._cut = cut_out

    @property
    def body(self) -> Body:
        """See ``Block``."""
        if self._body is None:
            self._body = self._source.body(self._cut)
        return self._body

    @property
    def at(self) -> Location:
        """See ``Block``."""
        if self._at is None:
            self._at = self._source.place(self._cut.start, self._cut.end)
        return self._at


class _CutAttribute(Attribute):
    """An argument of a body that was cut."""

    __slots__ = ("_cut", "_source")

    def __init__(self, source: _Source, cut_out: ArgumentCut) -> None:
        super().__init__(cut_out.name)
        self._source = source
        self._cut = cut_out

    @property
    def expression(self) -> Expression:
        """See ``Attribute``."""
        if self._expression is None:
            self._expression = self._source.expression(self._cut)
        return self._expression

    @property
    def at(self) -> Location:
        """See ``Attribute``."""
        if self._at is None:
            self._at = self._source.place_of(self._cut)
        return self._at
