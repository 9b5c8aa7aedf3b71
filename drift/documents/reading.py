"""A saved snapshot back into values. The file may be anything: every fault is told with the place in the document."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar

from drift.cors.model import API_NAMES, BucketCors, CorsRule, Text, TextList, Unknown
from drift.documents.runs import run_from_json
from drift.errors import InputError
from drift.location import Diagnostic, Location, Severity
from drift.snapshot import Alternative, Bucket, IdentifiedBy, Identity, RulePlace, Snapshot, State

T = TypeVar("T")

_KIND = "cors-drift/"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
"""Byte order marks of what PowerShell's redirection writes; ``json`` reads it."""


def document_kind(content: bytes) -> str | None:
    """``cors-drift/snapshot`` and the like if the content is one of this program's documents, else None."""
    if b'"cors-drift/' not in content and not content.startswith(_UTF16):
        return None
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        return None
    kind = document.get("kind") if isinstance(document, dict) else None
    return kind if isinstance(kind, str) and kind.startswith(_KIND) else None


def snapshot_from_json(content: bytes, path: str) -> Snapshot:
    """The snapshot in a ``cors-drift/snapshot`` document. Raises ``InputError`` that names the faulty key."""
    return snapshot_from_value(json_value(content, Location(path)), path)


def json_value(content: bytes, at: Location) -> object:
    """What the text says. Raises ``InputError`` for what is no JSON, and for an object that has a key twice."""
    try:
        value: object = json.loads(content, object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise InputError(f"this is not valid JSON: {error}", location=at) from error
    return value


def snapshot_from_value(value: object, path: str) -> Snapshot:
    """The snapshot that a JSON value is. Raises ``InputError`` that names the faulty key."""
    return _snapshot(_Node(value, "", path))


def bucket_from_value(value: object, source: str, path: str) -> Bucket:
    """One of the buckets of a snapshot from ``source``. Raises ``InputError`` that names the faulty key."""
    return _bucket(_Node(value, "", path), source)


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """An object whose keys stand there once: which of two would count is nobody's to say."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError(f"a key stands twice in an object with the keys {', '.join(sorted(found))[:200]}")
    return found


class _Node:
    """A JSON value that knows where it stands."""

    def __init__(self, value: object, at: str, path: str) -> None:
        self.value, self.at, self.path = value, at, path

    def fail(self, expected: str) -> InputError:
        return InputError(
            f"{self.at or 'the document'} must be {expected}",
            location=Location(self.path),
            advice="print the expected shape with: cors-drift schema snapshot",
        )

    def get(self, key: str) -> _Node:
        if not isinstance(self.value, dict):
            raise self.fail("an object")
        return _Node(self.value.get(key), f"{self.at}.{key}" if self.at else key, self.path)

    def items(self) -> list[tuple[str, _Node]]:
        if not isinstance(self.value, dict):
            raise self.fail("an object")
        return [(str(key), self.get(str(key))) for key in self.value]

    def list(self) -> list[_Node]:
        if not isinstance(self.value, list):
            raise self.fail("a list")
        return [_Node(item, f"{self.at}[{index}]", self.path) for index, item in enumerate(self.value)]

    def text(self) -> str:
        if not isinstance(self.value, str):
            raise self.fail("a string")
        return self.value

    def number(self) -> int:
        if isinstance(self.value, bool) or not isinstance(self.value, int):
            raise self.fail("a whole number")
        return self.value

    def flag(self, default: bool) -> bool:
        if self.value is None:
            return default
        if not isinstance(self.value, bool):
            raise self.fail("true or false")
        return self.value

    def choice(self, kind: Callable[[str], T], values: str) -> T:
        try:
            return kind(self.text())
        except ValueError:
            raise self.fail(f"one of {values}") from None

    def maybe(self, read: Callable[[_Node], T]) -> T | None:
        return None if self.value is None else read(self)


def _snapshot(node: _Node) -> Snapshot:
    if node.get("kind").text() != "cors-drift/snapshot":
        raise node.get("kind").fail('"cors-drift/snapshot"')
    if node.get("version").value != 1:
        raise node.get("version").fail("1, the only version that this program knows")
    source = node.get("source").text()
    return Snapshot(
        source,
        tuple(_bucket(each, source) for each in node.get("buckets").list()),
        tuple(_diagnostic(each) for each in node.get("diagnostics").maybe(_Node.list) or ()),
        node.get("taken_at").maybe(_time),
        part=node.get("run").maybe(_part),
    )


def _part(node: _Node) -> str | None:
    try:
        return run_from_json(node.value).part
    except ValueError as error:
        raise InputError(f"run is not what it must be: {error}", location=Location(node.path)) from error


def _time(node: _Node) -> datetime:
    return node.choice(datetime.fromisoformat, "an ISO 8601 time")


def _bucket(node: _Node, source: str) -> Bucket:
    bucket = Bucket(
        name=_text(node.get("bucket")),
        source=node.get("source").maybe(_Node.text) or source,
        address=node.get("address").maybe(_Node.text),
        account=node.get("account").maybe(_Node.text),
        region=node.get("region").maybe(_Node.text),
        writes_max_age_zero=node.get("writes_max_age_zero").flag(default=False),
        bare=node.get("bare").flag(default=False),
        stack=node.get("stack").maybe(_Node.text),
        left_alone=node.get("left_alone").maybe(_location),
        kept=node.get("kept").maybe(_location),
        made_by=node.get("made_by").maybe(_Node.text),
        generated=node.get("generated").flag(default=False),
        identity=node.get("identity").maybe(_identity),
        as_of=node.get("as_of").maybe(_time),
        sensitive=frozenset(_marked(each) for each in node.get("sensitive").maybe(_Node.list) or ()),
        **_declared(node),
    )
    alternatives = node.get("alternatives").maybe(_Node.list) or []
    if len(alternatives) == 1:
        raise node.get("alternatives").fail("two or more")
    return replace(bucket, alternatives=tuple(_alternative(each, bucket) for each in alternatives))


def _marked(node: _Node) -> str | int:
    return node.text() if isinstance(node.value, str) else node.number()


def _identity(node: _Node) -> Identity:
    by = node.get("by").choice(IdentifiedBy, ", ".join(IdentifiedBy))
    return Identity(by, node.get("says").text())


def _alternative(node: _Node, bucket: Bucket) -> Alternative:
    """One of several declarations, with what the bucket says for all of them."""
    declared = node.get("declared").maybe(_declared)
    advice = node.get("advice").maybe(_Node.text)
    return Alternative(node.get("when").text(), None if declared is None else replace(bucket, **declared), advice)


def _declared(node: _Node) -> dict[str, Any]:
    """The fields of a bucket that say what is declared, and where."""
    state = node.get("state").choice(State, ", ".join(State))
    rules = tuple(_rule(each) for each in node.get("rules").maybe(_Node.list) or ())
    if bool(rules) != (state is State.CONFIGURED):
        raise node.get("rules").fail("there exactly when state is configured")
    places = tuple(_place(each) for each in node.get("places").maybe(_Node.list) or ())
    if places and len(places) != len(rules):
        raise node.get("places").fail("as many as the rules")
    return {
        "state": state,
        "cors": BucketCors(rules, node.get("ordered").flag(default=True)) if rules else None,
        "reason": node.get("reason").maybe(_Node.text),
        "location": node.get("location").maybe(_location),
        "places": places,
        "says_none": node.get("says_none").flag(default=False),
    }


def _rule(node: _Node) -> CorsRule:
    for key, each in node.items():
        if key not in API_NAMES.values():
            raise each.fail(f"left out: the fields of a rule are {', '.join(API_NAMES.values())}")
    age = node.get("MaxAgeSeconds")
    return CorsRule(
        allowed_methods=_texts(node.get("AllowedMethods")),
        allowed_origins=_texts(node.get("AllowedOrigins")),
        allowed_headers=_texts(node.get("AllowedHeaders")),
        expose_headers=_texts(node.get("ExposeHeaders")),
        max_age_seconds=_unknown(age) if isinstance(age.value, dict) else age.maybe(_Node.number),
        id=node.get("ID").maybe(_text),
    )


def _texts(node: _Node) -> TextList:
    if isinstance(node.value, dict):
        return _unknown(node)
    return tuple(_text(each) for each in node.maybe(_Node.list) or ())


def _text(node: _Node) -> Text:
    return _unknown(node) if isinstance(node.value, dict) else node.text()


def _unknown(node: _Node) -> Unknown:
    prefix, suffix = (node.get(key).maybe(_Node.text) or "" for key in ("prefix", "suffix"))
    return Unknown(node.get("unknown").text(), prefix, suffix)


def _place(node: _Node) -> RulePlace:
    fields = tuple((key, _location(each)) for key, each in node.get("fields").items())
    return RulePlace(_location(node.get("location")), fields)


def _location(node: _Node) -> Location:
    line, end_line, column = (node.get(key).maybe(_Node.number) for key in ("line", "end_line", "column"))
    return Location(node.get("path").text(), line, end_line, column)


def _diagnostic(node: _Node) -> Diagnostic:
    return Diagnostic(
        node.get("severity").choice(Severity, ", ".join(Severity)),
        node.get("id").text(),
        node.get("message").text(),
        node.get("location").maybe(_location),
        node.get("help").maybe(_Node.text),
    )
