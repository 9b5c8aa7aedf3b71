"""HCL native syntax to ``nodes``: the only module that knows python-hcl2.

It reads python-hcl2's typed rule tree (``hcl2.parses``), whose rules carry line, column and offset. Heredocs are one
raw token there, and strings with directives or escaped markers are cut wrongly: ``templates`` reads both again.

python-hcl2 keeps its compiled grammar in ``.lark_cache.bin`` inside its own package folder. Where that folder cannot be
written (a read-only installation), every start builds the grammar anew, which takes seconds; ``hcl2.parser.parser`` is
the one place to give it another cache path.
"""

from __future__ import annotations

import re
from typing import Any

from drift.errors import InputError
from drift.location import Location
from parsers.terraform.hcl_tree import TreeReader
from parsers.terraform.limits import MAX_SOURCE_BYTES
from parsers.terraform.nodes import (
    Expression,
    File,
    Template,
)
from parsers.terraform.templates import TemplateError, parse_template

_HEREDOC_START = re.compile(r"<<-?([A-Za-z][\w.-]*)\s*$")


def parse_file(path: str, content: bytes) -> File:
    """A configuration or variable file. Raises InputError with the place and a hint if it is no HCL."""
    if len(content) > MAX_SOURCE_BYTES:
        raise InputError(f"this file has more than {MAX_SOURCE_BYTES:,} bytes and is not read", location=Location(path))
    try:
        source = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise InputError("this file is not UTF-8", location=Location(path, line), advice="save it as UTF-8") from error
    source = _with_bare_end_markers(source) if "<<" in source else source
    return TreeReader(path, source, parse_expression).file(_tree(path, source, 0))


def parse_expression(path: str, source: str, line: int = 1, column: int = 1) -> Expression:
    """One expression on its own, as in a variable given on the command line or inside a template."""
    wrapped = f"_ = (\n{source}\n)"
    wrapped = _with_bare_end_markers(wrapped) if "<<" in wrapped else wrapped
    reader = TreeReader(path, wrapped, parse_expression, line - 2, column - 1, nested=True)
    file = reader.file(_tree(path, wrapped, line - 2))
    if list(file.attributes) != ["_"] or file.blocks:
        raise InputError("this is no single expression", location=Location(path, line))
    return file.attributes["_"].expression


def parse_text_template(path: str, source: str, at: Location) -> Expression:
    """A string of JSON syntax or of a template file: no backslash escapes of its own."""
    if "${" not in source and "%{" not in source:
        return Template((source,) if source else (), at)

    def read(inner: str, offset: int) -> Expression:
        return parse_expression(
            path, inner, (at.line or 1) + (source.count("\n", 0, offset) if at.end_line != at.line else 0)
        )

    try:
        return Template(parse_template(source, read, escapes=False), at)
    except TemplateError as error:
        raise InputError(f"{error.message}", location=at, advice="check the template in this string") from error


def _tree(path: str, source: str, first_line: int) -> Any:
    """python-hcl2's tree, every way in which it can fail turned into an InputError with a line."""
    import hcl2
    from lark.exceptions import LarkError, UnexpectedInput, VisitError

    def fault(message: str, line: int | None) -> InputError:
        where = None if line is None or line < 1 else line + first_line
        return InputError(
            message, location=Location(path, where), advice="run `terraform fmt` on it to see what is wrong"
        )

    try:
        return hcl2.parses(source)
    except UnexpectedInput as error:
        raise fault(f"this is no valid HCL: {_expectation(error)}", getattr(error, "line", None)) from error
    except VisitError as error:
        raise fault(f"this is no valid HCL: {error.orig_exc}", None) from error
    except RecursionError as error:
        raise fault("this is nested too deep to be read", None) from error
    except LarkError as error:
        raise fault("this is no valid HCL", None) from error


def _expectation(error: Any) -> str:
    token = getattr(error, "token", None)
    if token is None:
        return "an unexpected character"
    shown = str(token)
    if token.type == "$END" or not shown:
        return "the file ends in the middle of a block"
    return f"{shown.strip()[:20]!r} is not expected here" if shown.strip() else "a line ends too early"


def _with_bare_end_markers(source: str) -> str:
    """The source without blanks after the end marker of a heredoc, which Terraform allows and python-hcl2 does not."""
    lines = source.split("\n")
    marker: str | None = None
    for position, line in enumerate(lines):
        if marker is None:
            started = _HEREDOC_START.search(line)
            marker = started[1] if started else None
        elif line.strip() == marker:
            lines[position] = line.rstrip(" \t\r")
            marker = None
    return "\n".join(lines)
