"""Functions of strings (terraform/internal/lang/funcs/string.go, go-cty function/stdlib)."""

from __future__ import annotations

import re
from typing import Any

from parsers.terraform.access import join_text
from parsers.terraform.convert import to_text
from parsers.terraform.functions.formatting import format_text
from parsers.terraform.functions.re2 import library, matches
from parsers.terraform.functions.registry import function
from parsers.terraform.limits import MAX_TEXT
from parsers.terraform.values import (
    ANY,
    BOOL,
    NULL,
    NUMBER,
    STRING,
    EvaluationError,
    RefusalError,
    Type,
    Unresolved,
    Value,
    list_of,
    object_of,
    text,
    truth,
    tuple_of,
    unknown,
)

STRINGS = Type("list", STRING)


def _mapped(value: Value, change: Any) -> Value:
    """A change of letter case, which what is known of an unknown goes through as well."""
    unresolved = value.unresolved
    if unresolved is None:
        return text(change(value.text))
    prefix, suffix = (part if part.isascii() else "" for part in (unresolved.prefix, unresolved.suffix))
    identity = None if unresolved.identity is None else (change.__name__, unresolved.identity)
    return unknown(unresolved.reason, STRING, prefix=change(prefix), suffix=change(suffix), identity=identity)


def _upper(content: str) -> str:
    """Letter by letter, as Go does it: what would become several letters stays."""
    return "".join(char.upper() if len(char.upper()) == 1 else char for char in content)


@function("lower", STRING, deep=False, shallow=False)
def lower(value: Value) -> Value:
    return _mapped(value, str.lower)


@function("upper", STRING, deep=False, shallow=False)
def upper(value: Value) -> Value:
    return _mapped(value, _upper)


@function("title", STRING)
def title(value: Value) -> Value:
    return text(re.sub(r"(?<!\w)\w", lambda found: found[0].upper(), value.text))


@function("trimspace", STRING)
def trimspace(value: Value) -> Value:
    return text(value.text.strip())


@function("trim", STRING, STRING)
def trim(value: Value, cut: Value) -> Value:
    return text(value.text.strip(cut.text) if cut.text else value.text)


@function("trimprefix", STRING, STRING)
def trimprefix(value: Value, prefix: Value) -> Value:
    return text(value.text.removeprefix(prefix.text))


@function("trimsuffix", STRING, STRING)
def trimsuffix(value: Value, suffix: Value) -> Value:
    return text(value.text.removesuffix(suffix.text))


@function("chomp", STRING)
def chomp(value: Value) -> Value:
    return text(re.sub(r"(?:\r\n?|\n)+\Z", "", value.text))


@function("indent", NUMBER, STRING)
def indent(spaces: Value, value: Value) -> Value:
    if not 0 <= spaces.number <= 1000:
        raise RefusalError("an indentation of more than 1,000")
    return text(value.text.replace("\n", "\n" + " " * int(spaces.number)))


@function("strrev", STRING)
def strrev(value: Value) -> Value:
    return text("".join(reversed(graphemes(value.text))))


@function("startswith", STRING, STRING, deep=False, shallow=False)
def startswith(value: Value, prefix: Value) -> Value:
    return _edge(value, prefix, str.startswith, "prefix")


@function("endswith", STRING, STRING, deep=False, shallow=False)
def endswith(value: Value, suffix: Value) -> Value:
    return _edge(value, suffix, str.endswith, "suffix")


def _edge(value: Value, edge: Value, test: Any, known: str) -> Value:
    if edge.unresolved is not None:
        return unknown(edge.unresolved.reason, BOOL)
    if value.unresolved is None:
        return truth(test(value.text, edge.text))
    certain: str = getattr(value.unresolved, known)
    if test(certain, edge.text):
        return truth(True)
    if not test(edge.text, certain):
        return truth(False)
    return unknown(value.unresolved.reason, BOOL)


@function("strcontains", STRING, STRING)
def strcontains(value: Value, part: Value) -> Value:
    return truth(part.text in value.text)


@function("substr", STRING, NUMBER, NUMBER)
def substr(value: Value, offset: Value, length: Value) -> Value:
    characters = graphemes(value.text)
    start, count = int(offset.number), int(length.number)
    if start < 0:
        start = max(0, len(characters) + start)
    end = len(characters) if count < 0 else start + count
    return text("".join(characters[start:end]))


@function("split", STRING, STRING)
def split(separator: Value, value: Value) -> Value:
    parts = value.text.split(separator.text) if separator.text else list(value.text)
    return list_of(STRING, (text(part) for part in parts))


@function("join", STRING, rest=STRINGS, deep=False)
def join(separator: Value, *lists: Value) -> Value:
    pieces: list[str | Unresolved] = []
    for member in (member for each in lists for member in each.members):
        if member.is_null:
            raise EvaluationError("join cannot take null")
        if pieces:
            pieces.append(separator.text)
        pieces.append(member.unresolved if member.unresolved is not None else member.text)
    if len(pieces) == 1 and isinstance(pieces[0], Unresolved):
        return Value(STRING, pieces[0])
    return join_text(pieces)


@function("replace", STRING, STRING, STRING)
def replace(value: Value, search: Value, replacement: Value) -> Value:
    wanted = search.text
    if len(wanted) > 1 and wanted.startswith("/") and wanted.endswith("/"):
        return text(_substituted(wanted[1:-1], replacement.text, value.text))
    if len(value.text) * (len(replacement.text) + 1) > 50_000_000:
        raise RefusalError("a replacement that makes the string too long")
    return text(value.text.replace(wanted, replacement.text))


@function("format", STRING, rest=ANY, deep=False, shallow=False, nulls=True)
def format_(template: Value, *args: Value) -> Value:
    if template.unresolved is not None:
        return unknown(template.unresolved.reason, STRING)
    return format_text(template.text, list(args))


@function("formatlist", STRING, rest=ANY, deep=False)
def formatlist(template: Value, *args: Value) -> Value:
    if not args:
        return list_of(STRING, (format_text(template.text, []),))
    lengths = {len(arg.members) for arg in args if isinstance(arg.data, tuple)}
    if len(lengths) > 1:
        raise EvaluationError("formatlist needs lists of one length")
    count = lengths.pop() if lengths else 1
    rows = ([arg.members[row] if isinstance(arg.data, tuple) else arg for arg in args] for row in range(count))
    return list_of(STRING, (format_text(template.text, row) for row in rows))


def graphemes(content: str) -> list[str]:
    """The characters as a reader counts them."""
    if content.isascii():
        return list(content)
    return [str(each) for each in library().findall(r"\X", content)]


def _substituted(pattern: str, replacement: str, content: str) -> str:
    def expand(found: Any) -> str:
        def group(name: Any) -> str:
            if name[0] == "$$":
                return "$"
            key = (name[1] or name[2]) or ""
            try:
                return found[int(key) if key.isdigit() else key] or ""
            except (IndexError, KeyError):
                return ""

        return re.sub(r"\$\$|\$(\w+)|\$\{(\w+)\}", group, replacement)

    pieces, end, length = [], 0, len(content)
    for found in matches(pattern, content):
        pieces += [content[end : found.start()], expand(found)]
        end, length = found.end(), length + len(pieces[-1])
        if length > MAX_TEXT:
            raise RefusalError("a replacement that makes the string too long")
    return "".join([*pieces, content[end:]])


def _captured(found: Any) -> Value:
    names = found.re.groupindex
    if names and len(names) != found.re.groups:
        raise EvaluationError("a regular expression has either named groups or others")
    if names:
        return object_of({name: NULL if found[name] is None else text(found[name]) for name in names})
    if found.re.groups:
        return tuple_of(NULL if each is None else text(each) for each in found.groups())
    return text(found[0])


@function("regex", STRING, STRING)
def regex_(pattern: Value, value: Value) -> Value:
    found = next(matches(pattern.text, value.text), None)
    if found is None:
        raise EvaluationError("the regular expression does not match")
    return _captured(found)


@function("regexall", STRING, STRING)
def regexall(pattern: Value, value: Value) -> Value:
    found = [_captured(each) for each in matches(pattern.text, value.text)]
    return list_of(found[0].type if found else STRING, found)


@function("tostring", ANY, deep=False, shallow=False, nulls=True)
def tostring(value: Value) -> Value:
    return to_text(value)
