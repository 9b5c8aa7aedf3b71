"""Values as literals of HCL's native syntax, whatever text they hold.

Source: HCL native syntax specification, "Template Expressions" and "Literal Values": ``\\uNNNN`` and ``\\UNNNNNNNN``
are read after interpolations are looked for, so an escaped dollar sign opens none.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence

from parsers.terraform.functions.graphemes import graphemes
from parsers.terraform.render.written import Plain

LONGEST_LINE = 120
"""A new list that would make a longer line than this is written with one item a line."""

_SHORT = {"\n": r"\n", "\r": r"\r", "\t": r"\t", '"': r"\"", "\\": r"\\"}
_OPENING = re.compile(r"([$%]+)\{")
_HIDDEN = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})
_IDENTIFIER = re.compile(r"[^\W\d][\w-]*")


def writable(value: Plain) -> bool:
    """Whether HCL can say it: halves of surrogate pairs alone it cannot, and it composes letters with their accents."""
    if isinstance(value, str):
        return unicodedata.is_normalized("NFC", value) and not any("\ud800" <= char <= "\udfff" for char in value)
    if isinstance(value, Mapping):
        return all(writable(each) for each in (*value, *value.values()))
    return not isinstance(value, tuple) or all(writable(each) for each in value)


def quoted(text: str) -> str:
    """A string literal that is this text: what would open an interpolation or cannot be seen is escaped."""
    marked = _OPENING.sub(_no_opening, "".join(_escaped(char) for char in text))
    return f'"{marked}"'


def _escaped(char: str) -> str:
    if char in _SHORT:
        return _SHORT[char]
    if char.isascii() and char.isprintable():
        return char
    if unicodedata.category(char) in _HIDDEN:
        return f"\\u{ord(char):04x}" if ord(char) < 0x10000 else f"\\U{ord(char):08x}"
    return char


def _no_opening(found: re.Match[str]) -> str:
    """Of several signs before a brace all but the last are escaped, since ``$$${`` is read in more than one way."""
    signs = found[1]
    return "".join(f"\\u{ord(sign):04x}" for sign in signs[:-1]) + signs[-1] * 2 + "{"


def literal(value: Plain) -> str:
    """A value on one line."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, tuple):
        return f"[{', '.join(literal(each) for each in value)}]"
    if not value:
        return "{}"
    return f"{{ {', '.join(f'{key_text(name)} = {literal(each)}' for name, each in value.items())} }}"


def key_text(name: str) -> str:
    """A key of an object, in quotes where it is no plain word."""
    return name if _IDENTIFIER.fullmatch(name) and name not in ("for", "true", "false", "null") else quoted(name)


def step_of(indent: str) -> str:
    """What is put before each line for one level more, in a text that is indented so."""
    return "\t" if indent.endswith("\t") else "  "


def many_lines(value: Plain, indent: str, step: str | None = None) -> str:
    """A list with one item a line, or an object with one entry a line; ``indent`` is that of the line it begins on."""
    step = step or step_of(indent)
    if isinstance(value, tuple) and value:
        inner = indent + step
        items = "".join(f"{inner}{laid_out(each, inner, step=step)},\n" for each in value)
        return f"[\n{items}{indent}]"
    if isinstance(value, Mapping) and value:
        entries = [(key_text(name), each) for name, each in value.items()]
        return f"{{\n{argument_lines(entries, indent + step, step)}{indent}}}"
    return literal(value)


def laid_out(value: Plain, indent: str, lead: int = 0, *, step: str | None = None) -> str:
    """A value as it is best read: a list on one line if it fits behind ``lead`` characters, an object never."""
    if isinstance(value, Mapping):
        return many_lines(value, indent, step)
    if isinstance(value, tuple):
        if any(isinstance(each, Mapping) for each in value):
            return many_lines(value, indent, step).replace(f"}},\n{indent}]", f"}}\n{indent}]")
        if len(value) > 1 and len(indent) + lead + len(literal(value)) > LONGEST_LINE:
            return many_lines(value, indent, step)
    return literal(value)


def argument_lines(
    entries: Sequence[tuple[str, Plain]],
    indent: str,
    step: str | None = None,
    *,
    sign: str = " = ",
    end: str = "",
    spread: Collection[str] = (),
) -> str:
    """Arguments one a line, their ``=`` in one column as far as ``terraform fmt`` aligns them.

    ``end`` is what stands behind each; the lists called in ``spread`` are written with one item a line.
    """
    lines, chain = [], list[tuple[str, str]]()
    for name, value in entries:
        text = (
            many_lines(value, indent, step)
            if name in spread
            else laid_out(value, indent, len(name) + len(sign) + len(end), step=step)
        )
        if "\n" in text:
            lines += [*_chain(chain, indent, sign, end), f"{indent}{name}{sign}{text}{end}\n"]
            chain = []
        else:
            chain.append((name, text))
    return "".join([*lines, *_chain(chain, indent, sign, end)])


def _chain(entries: Sequence[tuple[str, str]], indent: str, sign: str, end: str) -> list[str]:
    width = max((columns(name) for name, _ in entries), default=0) if "=" in sign else 0
    return [f"{indent}{name}{' ' * (width - columns(name))}{sign}{value}{end}\n" for name, value in entries]


def columns(text: str) -> int:
    """How many columns a text takes, as ``terraform fmt`` counts them."""
    return len(text) if text.isascii() else len(graphemes(text))
