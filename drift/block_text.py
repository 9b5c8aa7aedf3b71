"""The text of the block that a place in a file stands for: of Terraform, YAML or JSON, told by indentation and
brackets, without comments. Pure.

It only has to be the same for the same block, and another one for another block. So where the end of a block is not
certain, the text is all of the file.
"""

from __future__ import annotations

import json
import re
from collections.abc import Hashable, Iterator, Sequence

from drift.location import Location

_TERRAFORM = (".tf", ".tofu", ".hcl")
_YAML = (".yaml", ".yml", ".template")

_STRING = r'"(?:[^"\\\n]|\\.)*"'
_PARTS = {
    _TERRAFORM: re.compile(rf"(?P<string>{_STRING})|(?P<comment>(?:#|//).*)|(?P<blank>\s+)"),
    _YAML: re.compile(rf"(?P<string>{_STRING}|'(?:[^'\n]|'')*')|(?P<comment>(?:(?<=\s)|^)#.*)|(?P<blank>\s+)"),
}
_OTHER = re.compile(rf"(?P<string>{_STRING})|(?P<comment>(?!))|(?P<blank>\s+)")
_KEY = re.compile(rf"(?P<name>{_STRING})\s*:\s*(?=[{{\[])")
_HEREDOC = re.compile(r"<<[-~]?\s*(\w+)\s*$")
_SCALAR = re.compile(r"(?:^|[\s:-])[|>][-+0-9]*$")
_ODD = re.compile(r"/\*|<<|[\"']")
"""What makes it uncertain, outside of quotes, where a block ends."""


def block_text(at: Location, content: bytes | None) -> Hashable:
    """The block that begins at a place, or all of the file; None where nothing could be read."""
    if content is None:
        return None
    lines = content.decode("utf-8", "replace").splitlines()
    if at.line is None or not 0 < at.line <= len(lines):
        return content
    if at.column is not None and (
        member := _member("\n".join([lines[at.line - 1][at.column - 1 :], *lines[at.line :]]))
    ):
        return member
    found = list(_block(lines[at.line - 1 :], at.path))
    if None in found:
        return content
    while found and not found[-1]:
        found.pop()
    return tuple(found)


def _member(text: str) -> Hashable:
    """The key and the value of JSON that a text begins with, however they are laid out; None if it is none."""
    key = _KEY.match(text)
    if key is None:
        return None
    try:
        value, _ = json.JSONDecoder().raw_decode(text, key.end())
    except (ValueError, RecursionError):
        return None
    return key["name"], json.dumps(value)


def _block(lines: Sequence[str], path: str) -> Iterator[str | None]:
    """The lines of a block, without comments and alignment; None where its end is not certain."""
    kind = next((each for each in _PARTS if path.casefold().endswith(each)), None)
    parts = _OTHER if kind is None else _PARTS[kind]
    margin, depth = _indent(lines[0]), 0
    marker: str | None = None
    scalar: int | None = None
    for number, line in enumerate(lines):
        if marker is not None:
            marker = None if line.strip() == marker else marker
            yield line
            continue
        if scalar is not None and (not line.strip() or _indent(line) > scalar):
            yield line.rstrip()
            continue
        scalar = None
        told = parts.sub(_plain, line).strip()
        if not told:
            continue
        if number and depth <= 0 and _indent(line) <= margin:
            return
        bare = parts.sub(_blank, line).strip()
        if kind is _TERRAFORM and (heredoc := _HEREDOC.search(bare)):
            marker, bare = heredoc[1], bare[: heredoc.start()]
        elif kind is _YAML and _SCALAR.search(bare):
            scalar = _indent(line)
        if _ODD.search(bare):
            yield None
            return
        depth += sum(bare.count(each) for each in "{[(") - sum(bare.count(each) for each in "}])")
        yield told
    if marker is not None:
        yield None


def _plain(part: re.Match[str]) -> str:
    return part["string"] or (" " if part["blank"] else "")


def _blank(part: re.Match[str]) -> str:
    return " " if part["blank"] else ""


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())
