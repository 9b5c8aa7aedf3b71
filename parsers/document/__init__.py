"""YAML and JSON files as nodes with exact places, for every parser whose language is written in them."""

from __future__ import annotations

import codecs

from drift.errors import InputError
from drift.location import Location
from parsers.document.builder import MAX_CHARACTERS, MAX_DEPTH, MAX_NODES, Repeated, shown
from parsers.document.json_lazy import read_json
from parsers.document.nodes import MAX_DIGITS, ListNode, MapNode, Node, Place, Scalar, kind_of, whole_number
from parsers.document.secret import Secret, plain
from parsers.document.yaml_text import read_yaml

__all__ = [
    "MAX_CHARACTERS",
    "MAX_DEPTH",
    "MAX_DIGITS",
    "MAX_NODES",
    "ListNode",
    "MapNode",
    "Node",
    "Place",
    "Repeated",
    "Scalar",
    "Secret",
    "kind_of",
    "plain",
    "read_document",
    "read_json",
    "read_yaml",
    "shown",
    "text_of",
    "whole_number",
]


def text_of(content: bytes, path: str) -> str:
    """The text of a file: UTF-8 with or without a byte order mark, or UTF-16 with one. Raises ``InputError``."""
    utf16 = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        text = content.decode("utf-16" if utf16 else "utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise InputError(
            f"this file is not {'UTF-16' if utf16 else 'UTF-8'} text",
            location=Location(path, line),
            advice="save it as UTF-8",
        ) from None
    if len(text) > MAX_CHARACTERS:
        raise InputError(
            f"this file has {len(text):,} characters, more than the {MAX_CHARACTERS:,} that are read",
            location=Location(path),
            advice="give the declaring file only",
        )
    return text


def read_document(content: bytes, path: str, repeated: Repeated | None = None) -> Node | None:
    """The nodes of a YAML or JSON file; None where it is empty.

    A key that is there twice in a mapping is a fault; with a list for ``repeated`` it is noted there, and the last
    holds.

    A file that starts with ``{`` or ``[`` is JSON; where it is not and its name does not say ``.json``, it may still
    be YAML in flow style. Raises ``InputError`` with the place of the fault and what to try.
    """
    text = text_of(content, path)
    start = text.lstrip()
    named_json = path.lower().endswith(".json")
    if not start:
        return None
    if named_json:
        return read_json(text, path, repeated)
    if start[0] in "{[":
        try:
            return read_json(text, path, repeated)
        except InputError as error:
            if repeated:
                repeated.clear()
            try:
                return read_yaml(text, path, repeated)
            except InputError:
                raise error from None
    return read_yaml(text, path, repeated)
