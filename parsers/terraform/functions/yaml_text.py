"""``yamldecode``: YAML as Terraform reads it (go-cty-yaml), as far as its readers agree.

YAML 1.1 and 1.2 read some plain words differently (octal numbers, dates, ``1_000``). What is not read alike by all is
an unknown, so that no value is wrong.
"""

from __future__ import annotations

import re
from decimal import Decimal

from drift.errors import InputError
from parsers.document import ListNode, MapNode, Node, Scalar, read_yaml
from parsers.terraform.convert import to_text
from parsers.terraform.functions.registry import function
from parsers.terraform.values import (
    FALSE,
    NULL,
    STRING,
    TRUE,
    EvaluationError,
    Value,
    number,
    object_of,
    text,
    tuple_of,
    unknown,
)

_TRUE = frozenset({"true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON", "y", "Y"})
_FALSE = frozenset({"false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF", "n", "N"})
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?")
_PLAIN_WORD = re.compile(r"[A-Za-z/*][^\n]*")
"""Text that no reader takes for a number or a date."""


@function("yamldecode", STRING)
def yamldecode(value: Value) -> Value:
    try:
        node = read_yaml(value.text, "yamldecode")
    except InputError as error:
        raise EvaluationError("yamldecode: this is no valid YAML") from error
    return unknown("yamldecode() of an empty document is not evaluated") if node is None else _value(node)


def _value(node: Node) -> Value:
    if node.tag is not None:
        return unknown("yamldecode() of a tagged value is not evaluated")
    if isinstance(node, ListNode):
        return tuple_of(_value(each) for each in node.items)
    if isinstance(node, MapNode):
        entries: dict[str, Value] = {}
        for key, each in node.entries:
            name = _scalar(key)
            if name.unresolved is not None:
                return name
            entries[to_text(name).text] = _value(each)
        return object_of(entries)
    return _scalar(node)


def _scalar(scalar: Scalar) -> Value:
    shown = scalar.text
    if not scalar.plain:
        return text(shown)
    if scalar.is_null:
        return NULL
    if shown in _TRUE or shown in _FALSE:
        return TRUE if shown in _TRUE else FALSE
    if _NUMBER.fullmatch(shown):
        return number(Decimal(shown))
    if _PLAIN_WORD.fullmatch(shown):
        return text(shown)
    return unknown("yamldecode() of a plain value that YAML versions read differently is not evaluated")
