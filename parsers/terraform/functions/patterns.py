"""``regex``, ``regexall``, ``replace`` (go-cty function/stdlib/regexp.go, terraform/internal/lang/funcs/string.go)."""

from __future__ import annotations

import re
from typing import Any

from parsers.terraform.functions.re2 import Expression, expression, matches
from parsers.terraform.functions.registry import function
from parsers.terraform.limits import MAX_TEXT
from parsers.terraform.values import (
    ANY,
    STRING,
    EvaluationError,
    RefusalError,
    Type,
    Value,
    list_of,
    object_of,
    text,
    tuple_of,
)

_REFERENCE = re.compile(r"\$(?:\$|\{(\w+)\}|(\w+))")


def _result_type(wanted: Expression) -> Type:
    named = [name for name in wanted.names if name]
    if named and len(named) != len(wanted.names):
        raise EvaluationError("a regular expression has either named groups or others")
    if named:
        return Type("object", fields=tuple((name, STRING) for name in sorted(set(named))))
    return Type("tuple", items=(STRING,) * len(wanted.names)) if wanted.names else STRING


def _captured(wanted: Expression, found: Any) -> Value:
    groups = [Value(STRING, None) if each is None else text(each) for each in found.groups()]
    if any(wanted.names):
        return object_of(dict(zip(wanted.names, groups, strict=True)))
    return tuple_of(groups) if groups else text(found[0])


def _type_of_one(pattern: Value, content: Value) -> Type:
    del content
    return ANY if pattern.unresolved is not None else _result_type(expression(pattern.text))


def _type_of_all(pattern: Value, content: Value) -> Type:
    return Type("list", _type_of_one(pattern, content))


@function("regex", STRING, STRING, gives=_type_of_one)
def regex_(pattern: Value, content: Value) -> Value:
    wanted = expression(pattern.text)
    _result_type(wanted)
    found = next(matches(wanted, content.text), None)
    if found is None:
        raise EvaluationError("the regular expression does not match")
    return _captured(wanted, found)


@function("regexall", STRING, STRING, gives=_type_of_all)
def regexall(pattern: Value, content: Value) -> Value:
    wanted = expression(pattern.text)
    kind = _result_type(wanted)
    return list_of(kind, [_captured(wanted, found) for found in matches(wanted, content.text)])


@function("replace", STRING, STRING, STRING, gives=STRING)
def replace(value: Value, search: Value, replacement: Value) -> Value:
    wanted = search.text
    if len(wanted) > 1 and wanted.startswith("/") and wanted.endswith("/"):
        return text(_substituted(expression(wanted[1:-1]), replacement.text, value.text))
    if value.text.count(wanted) * len(replacement.text) > MAX_TEXT:
        raise RefusalError(f"a replacement that makes a string of more than {MAX_TEXT:,} characters")
    return text(value.text.replace(wanted, replacement.text))


def _substituted(wanted: Expression, replacement: str, content: str) -> str:
    pieces, end, length = [], 0, len(content)
    for found in matches(wanted, content):
        pieces += [content[end : found.start()], _expanded(wanted, found, replacement)]
        end, length = found.end(), length + len(pieces[-1])
        if length > MAX_TEXT:
            raise RefusalError("a replacement that makes the string too long")
    return "".join([*pieces, content[end:]])


def _expanded(wanted: Expression, found: Any, replacement: str) -> str:
    """The replacement with its references; one to a group that is not there is empty (Go, Regexp.Expand)."""

    def group(reference: re.Match[str]) -> str:
        name = reference[1] or reference[2]
        if name is None:
            return "$"
        if re.fullmatch(r"[0-9]+", name) and (name == "0" or name[0] != "0"):
            place = int(name[:9])
            return (found[place] or "") if place <= len(wanted.names) else ""
        return (found[wanted.names.index(name) + 1] or "") if name in wanted.names else ""

    return _REFERENCE.sub(group, replacement)
