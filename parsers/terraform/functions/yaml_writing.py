"""``yamlencode``: YAML as Terraform writes it (go-cty-yaml, encode.go, over a port of libyaml's emitter).

Text is in double quotes, and as a literal block where it has line breaks and such a block can hold it.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from parsers.terraform.functions.registry import function
from parsers.terraform.values import ANY, STRING, EvaluationError, RefusalError, Value, number_text, text

_WIDTH = 80
_STEP = 2
_LONGEST_SIMPLE_KEY = 128
_BREAKS = "\r\n\x85\u2028\u2029"
_ESCAPES = {
    "\0": "0",
    "\a": "a",
    "\b": "b",
    "\t": "t",
    "\n": "n",
    "\v": "v",
    "\f": "f",
    "\r": "r",
    "\x1b": "e",
    '"': '"',
    "\\": "\\",
    "\x85": "N",
    "\u2028": "L",
    "\u2029": "P",
}


@function("yamlencode", ANY, nulls=True, gives=STRING)
def yamlencode(value: Value) -> Value:
    lines = _block(value, 0, 0)
    if value.is_null or isinstance(value.data, Decimal | bool):
        lines.append("...")
    return text("\n".join(lines) + "\n")


def _block(value: Value, indent: int, column: int) -> list[str]:
    """The lines of a value whose first line begins at a column; the others have their indentation."""
    data = value.data
    if isinstance(data, Mapping):
        return _mapping(data, indent) if data else ["{}"]
    if isinstance(data, tuple):
        return _sequence(data, indent) if data else ["[]"]
    return _scalar(value, indent + _STEP, column)


def _sequence(members: tuple[Value, ...], indent: int) -> list[str]:
    lines: list[str] = []
    for member in members:
        inner = _block(member, indent + _STEP if _is_block(member) else indent, indent + 2)
        lines += [" " * indent + "- " + inner[0], *inner[1:]]
    return [lines[0][indent:], *lines[1:]]


def _is_block(value: Value) -> bool:
    return isinstance(value.data, Mapping | tuple) and bool(value.data)


def _mapping(entries: Mapping[str, Value], indent: int) -> list[str]:
    lines: list[str] = []
    for name, member in entries.items():
        margin = " " * indent
        if any(char in _BREAKS for char in name) or len(name.encode()) > _LONGEST_SIMPLE_KEY:
            if _is_block(member):
                raise RefusalError("yamlencode of a very long name, or one of several lines, is not evaluated")
            shown = _scalar(text(name), indent + _STEP, indent + 2)
            lines += [margin + "? " + shown[0], *shown[1:]]
            key = ":"
        else:
            key = _quoted(name, None, 0) + ":"
        if not _is_block(member):
            inner = _block(member, indent, indent + len(key) + 1)
            lines += [f"{margin}{key} {inner[0]}", *inner[1:]]
            continue
        deeper = indent if isinstance(member.data, tuple) else indent + _STEP
        inner = _block(member, deeper, deeper)
        lines += [margin + key, " " * deeper + inner[0], *inner[1:]]
    return [lines[0][indent:], *lines[1:]]


def _scalar(value: Value, indent: int, column: int) -> list[str]:
    data = value.data
    if data is None:
        return ["null"]
    if isinstance(data, bool):
        return ["true" if data else "false"]
    if isinstance(data, Decimal):
        if data.is_infinite():
            raise RefusalError("yamlencode of infinity is not evaluated")
        return [number_text(data)]
    if not isinstance(data, str):
        raise EvaluationError("this value cannot be written as YAML")
    if "\n" in data and _may_be_literal(data):
        return _literal(data, indent)
    return _quoted(data, indent, column).split("\n")


def _may_be_literal(content: str) -> bool:
    return " \n" not in content and not content.endswith(" ") and all(map(_is_printable, content))


def _is_printable(char: str) -> bool:
    return char in "\n" or " " <= char <= "~" or ("\xa0" <= char <= "\ufffd" and char != "\ufeff")


def _literal(content: str, indent: int) -> list[str]:
    hint = str(_STEP) if content[0] in " \n" else ""
    chomp = "" if content.endswith("\n") else "-"
    if content == "\n" or content.endswith("\n\n"):
        chomp = "+"
    lines = content.removesuffix("\n").split("\n")
    return [f"|{hint}{chomp}", *(" " * indent + line if line else "" for line in lines)]


def _quoted(content: str, indent: int | None, column: int) -> str:
    """The text in double quotes; with an indentation it is broken at spaces beyond the width."""
    pieces = ['"']
    column += 1
    after_space = False
    for at, char in enumerate(content):
        if char == " ":
            if indent is not None and not after_space and column > _WIDTH and 0 < at < len(content) - 1:
                pieces.append("\n" + " " * indent)
                column = indent
                if content[at + 1] == " ":
                    pieces.append("\\")
                    column += 1
            else:
                pieces.append(" ")
                column += 1
            after_space = True
            continue
        shown = _escaped(char)
        pieces.append(shown)
        column += len(shown)
        after_space = False
    return "".join([*pieces, '"'])


def _escaped(char: str) -> str:
    if char not in _BREAKS and char not in '"\\' and _is_printable(char):
        return char
    if char in _ESCAPES:
        return "\\" + _ESCAPES[char]
    code = ord(char)
    return f"\\x{code:02X}" if code <= 0xFF else f"\\u{code:04X}" if code <= 0xFFFF else f"\\U{code:08X}"
