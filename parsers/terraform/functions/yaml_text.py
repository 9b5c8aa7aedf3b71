"""``yamldecode``: YAML as Terraform reads it (go-cty-yaml, decode.go and resolve.go)."""

from __future__ import annotations

import base64
import binascii
import calendar
import re
from collections.abc import Mapping
from decimal import Decimal
from importlib import import_module
from typing import Any

from parsers.terraform.arithmetic import parse
from parsers.terraform.convert import to_text
from parsers.terraform.functions.registry import function
from parsers.terraform.limits import MAX_VALUE_DEPTH
from parsers.terraform.values import (
    FALSE,
    NULL,
    STRING,
    TRUE,
    EvaluationError,
    RefusalError,
    Value,
    number,
    object_of,
    text,
    tuple_of,
)

_WORDS: dict[str, Value] = {
    **dict.fromkeys(["y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"], TRUE),
    **dict.fromkeys(["n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"], FALSE),
    **dict.fromkeys(["", "~", "null", "Null", "NULL"], NULL),
    **{sign + word: number(Decimal("Infinity")) for sign in ("", "+") for word in (".inf", ".Inf", ".INF")},
    **{"-" + word: number(Decimal("-Infinity")) for word in (".inf", ".Inf", ".INF")},
}
_INTEGER = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_TIME = re.compile(
    r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})"
    r"(?:[Tt]([0-9]{1,2}):([0-9]{1,2}):([0-9]{1,2})(?:[.,][0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})"
    r"| ([0-9]{1,2}):([0-9]{1,2}):([0-9]{1,2})(?:[.,][0-9]+)?)?"
)
_SLASH = re.compile(r"(?<!\\)(?:\\\\)*\\/")
_LONGEST = 200_000
_DEEPEST = 10 * MAX_VALUE_DEPTH
_PREFIX = "tag:yaml.org,2002:"
_SCALAR_TAGS = frozenset(_PREFIX + name for name in ("str", "bool", "int", "float", "null", "timestamp", "binary"))


@function("yamldecode", STRING)
def yamldecode(value: Value) -> Value:
    yaml = import_module("yaml")
    if len(value.text) > _LONGEST:
        raise RefusalError(f"yamldecode of more than {_LONGEST:,} characters")
    _check_depth(value.text)
    try:
        return _Reader(yaml, value.text).document()
    except yaml.YAMLError as error:
        raise EvaluationError("yamldecode: this is no valid YAML") from error


def _check_depth(content: str) -> None:
    """Refuses what the parser would take the square of its length for: brackets that are open, one within another."""
    if content.count("[") + content.count("{") <= _DEEPEST:
        return
    depth = 0
    for char in content:
        depth += (char in "[{") - (char in "]}")
        if depth > _DEEPEST:
            raise RefusalError(f"yamldecode: a value that is nested more than {MAX_VALUE_DEPTH} deep")


class _Reader:
    """Reads one document from the events of the parser."""

    def __init__(self, yaml: Any, content: str) -> None:
        self._yaml = yaml
        self._events = yaml.parse(content, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        self._content = content.removeprefix("\ufeff")
        self._anchors: dict[str, Value | None] = {}
        self._depth = 0

    def document(self) -> Value:
        next(self._events)  # the start of the stream
        start = next(self._events)
        if not isinstance(start, self._yaml.DocumentStartEvent) or start.version not in (None, (1, 1)):
            raise EvaluationError("yamldecode: there is no document of YAML 1.1")
        found = self._value(next(self._events))
        next(self._events)  # the end of the document
        if not isinstance(next(self._events), self._yaml.StreamEndEvent):
            raise EvaluationError("yamldecode takes a single document")
        return found

    def _value(self, event: Any) -> Value:
        if isinstance(event, self._yaml.AliasEvent):
            found = self._anchors.get(event.anchor)
            if found is None:
                raise EvaluationError("yamldecode: an alias stands for nothing, or for what it is in")
            return found
        if event.anchor is not None:
            self._anchors[event.anchor] = None
        found = self._node(event)
        if event.anchor is not None:
            self._anchors[event.anchor] = found
        return found

    def _node(self, event: Any) -> Value:
        if isinstance(event, self._yaml.ScalarEvent):
            self._check(event)
            return _scalar(event)
        self._depth += 1
        if self._depth > 2 * MAX_VALUE_DEPTH:
            raise RefusalError(f"yamldecode: a value that is nested more than {MAX_VALUE_DEPTH} deep")
        is_map = isinstance(event, self._yaml.MappingStartEvent)
        if event.tag not in (None, _PREFIX + ("map" if is_map else "seq")):
            raise EvaluationError("yamldecode: this tag is not supported")
        found = self._mapping() if is_map else self._sequence()
        self._depth -= 1
        return found

    def _check(self, event: Any) -> None:
        """Refuses an escape that Terraform's reader does not know."""
        if event.style == '"' and _SLASH.search(self._content[event.start_mark.index : event.end_mark.index]):
            raise EvaluationError("yamldecode: there is no such escape")

    def _sequence(self) -> Value:
        members = []
        while not isinstance(event := next(self._events), self._yaml.SequenceEndEvent):
            members.append(self._value(event))
        return tuple_of(members)

    def _mapping(self) -> Value:
        entries: dict[str, Value] = {}
        while not isinstance(event := next(self._events), self._yaml.MappingEndEvent):
            if not isinstance(event, self._yaml.ScalarEvent):
                raise EvaluationError("yamldecode: only text can be a key")
            self._check(event)
            if event.tag is None and event.value == "<<":
                self._merge(entries, self._value(next(self._events)))
                continue
            key = to_text(_resolved(event))
            if key.is_null:
                raise EvaluationError("yamldecode: a key cannot be null")
            entries[key.text] = self._value(next(self._events))
        return object_of(entries)

    def _merge(self, entries: dict[str, Value], value: Value) -> None:
        if value.type.kind == "tuple" and all(isinstance(each.data, Mapping) for each in value.members):
            if value.members:
                raise EvaluationError("yamldecode: Terraform does not merge lists of mappings")
        elif not isinstance(value.data, Mapping):
            raise EvaluationError("yamldecode: only a mapping can be merged into another")
        else:
            entries.update(value.data)


def _scalar(event: Any) -> Value:
    """A scalar; what stands in a block is resolved as if it were plain, and then made text again."""
    found = _resolved(event)
    if event.tag is None and event.style in ("|", ">"):
        return Value(STRING, None) if found.is_null else to_text(found)
    return found


def _resolved(event: Any) -> Value:
    tag, source = event.tag, event.value
    if tag is not None and tag not in _SCALAR_TAGS:
        raise EvaluationError("yamldecode: this tag is not supported")
    kind = "" if tag is None else tag.removeprefix(_PREFIX)
    if kind == "binary":
        try:
            base64.b64decode(source.replace("\r", "").replace("\n", ""), validate=True)
        except (binascii.Error, ValueError) as error:
            raise EvaluationError("yamldecode: this is no valid base64") from error
    if kind in ("str", "binary"):
        return text(source)
    if not source or source[0] in "+-0123456789yYnNtTfFoO~.":
        if event.style in ("'", '"'):
            return text(source)
        found = _plain(source, kind)
        if found is not None:
            return found
    elif source in _WORDS and kind == "bool":
        return _WORDS[source]
    return _tagged(source, kind)


def _plain(source: str, kind: str) -> Value | None:
    """What a plain word stands for by itself, if it is no text."""
    if source in _WORDS:
        return _WORDS[source]
    if source in (".nan", ".NaN", ".NAN") and not kind:
        raise EvaluationError("yamldecode: there is no such number")
    if source.startswith("."):
        amount = parse(source)
        return None if amount is None else number(amount)
    if source[0] in "+-0123456789":
        if kind in ("", "timestamp"):
            moment = _timestamp(source)
            if moment is not None:
                return text(moment)
        if _INTEGER.fullmatch(source) or _FLOAT.fullmatch(source):
            return _number(source)
    return None


def _tagged(source: str, kind: str) -> Value:
    if kind == "":
        return text(source)
    if kind == "null":
        return NULL
    if kind in ("int", "float"):
        return _number(source)
    if kind == "timestamp":
        moment = _timestamp(source)
        if moment is not None:
            return text(moment)
    raise EvaluationError(f"yamldecode: this is no !!{kind}")


def _number(source: str) -> Value:
    plain = source.replace("_", "")
    amount = parse(plain)
    if amount is not None:
        return number(amount)
    try:
        return number(int(plain, 0))
    except ValueError as error:
        raise EvaluationError("yamldecode: this is no number") from error


def _timestamp(source: str) -> str | None:
    """A time as RFC 3339 has it, to the second."""
    found = _TIME.fullmatch(source)
    if found is None:
        return None
    year, month, day = int(found[1]), int(found[2]), int(found[3])
    clock = [int(each or 0) for each in (found.groups()[3:6] if found[7] else found.groups()[7:10])]
    zone = found[7] or "Z"
    ahead, behind = (int(zone[1:3]), int(zone[4:6])) if zone != "Z" else (0, 0)
    if not 1 <= month <= 12 or not 1 <= day <= calendar.monthrange(year or 2000, month)[1]:
        return None
    if clock[0] > 23 or clock[1] > 59 or clock[2] > 59 or ahead > 24 or behind > 60:
        return None
    zone = "Z" if (ahead, behind) == (0, 0) else zone
    return f"{year:04d}-{month:02d}-{day:02d}T{clock[0]:02d}:{clock[1]:02d}:{clock[2]:02d}{zone}"
