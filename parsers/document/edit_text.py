"""Texts, numbers and truth values as YAML and JSON write them."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence

Data = str | int | bool | None | Sequence["Data"] | Mapping[str, "Data"]
"""What can be written: values as JSON has them."""

_SURROGATE = re.compile("[\ud800-\udfff]")
_PLAIN = re.compile(r"[A-Za-z_/.$(][A-Za-z0-9_/.$()*+~=%&?;@^-]*(?::[A-Za-z0-9_/.$()*+~=%&?;@^-]+)*")
_PLAIN_WORDS = re.compile(rf"{_PLAIN.pattern}(?: (?:{_PLAIN.pattern}|[0-9-]+))*")
_OTHER_THAN_TEXT = re.compile(
    r"~|null|true|false|yes|no|on|off|y|n|\.inf|\.nan|[-+.]?[0-9].*|\.+|---.*", re.IGNORECASE | re.DOTALL
)
_HIDDEN = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})
"""Categories of characters that are not seen, end a line, or have what stands behind them shown elsewhere."""
_ESCAPES = {
    '"': '\\"',
    "\\": "\\\\",
    "\0": "\\0",
    "\a": "\\a",
    "\b": "\\b",
    "\t": "\\t",
    "\n": "\\n",
    "\v": "\\v",
    "\f": "\\f",
    "\r": "\\r",
    "\x1b": "\\e",
}


class CannotWrite(ValueError):  # noqa: N818 - what is so, not what went wrong
    """Why a change cannot be written as an edit, in words for the reader."""

    @property
    def reason(self) -> str:
        """The words."""
        return str(self.args[0])


def is_plain(text: str) -> bool:
    """Whether every reader of YAML takes the text, without quotes and even in brackets, for this very text."""
    if _OTHER_THAN_TEXT.fullmatch(text) or _PLAIN_WORDS.fullmatch(text) is None:
        return False
    return len(text) <= 1000


def is_hidden(character: str) -> bool:
    """Whether a character is written as an escape, so that whoever reads the code sees what it holds."""
    return not ("\x20" <= character < "\x7f") and unicodedata.category(character) in _HIDDEN


def json_scalar(value: str | int | bool | None) -> str:
    """A value in JSON. Raises ``CannotWrite``."""
    if not isinstance(value, str):
        return json.dumps(value)
    _check(value)
    written = json.dumps(value, ensure_ascii=False)
    return "".join(json.dumps(each)[1:-1] if is_hidden(each) else each for each in written)


def yaml_scalar(value: str | int | bool | None, quotes: Sequence[str]) -> str:
    """A value in YAML, a text in the first of ``quotes`` (``""`` for none) that can say it.

    Raises ``CannotWrite``.
    """
    if not isinstance(value, str):
        return json.dumps(value)
    _check(value)
    for quote in quotes:
        if quote == "" and is_plain(value):
            return value
        if quote == "'" and not any(map(is_hidden, value)):
            return "'" + value.replace("'", "''") + "'"
        if quote == '"':
            break
    return '"' + "".join(_escaped(each) for each in value) + '"'


def _check(text: str) -> None:
    if _SURROGATE.search(text):
        raise CannotWrite("it holds half a character (a surrogate), which no text file can hold")


def _escaped(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    if not is_hidden(character):
        return character
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
