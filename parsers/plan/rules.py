"""Values of a ``cors_rule`` as Terraform prints them, to rules.

In a plan, an unknown argument is left out of ``after`` or null in it, an unknown member of a list is null at its
index, and ``after_unknown`` mirrors the shape with ``true`` at such places.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from drift.cors.model import CorsRule, Seconds, Text, TextList, Unknown
from parsers.plan.marks import clean
from parsers.plan.resources import Malformed

AFTER_APPLY = "known only after apply"


def rules_of(value: object, unknown: object, where: str) -> tuple[CorsRule, ...]:
    """The rules of a list or set whose length is known. Raises ``Malformed``."""
    if not isinstance(value, list):
        raise Malformed(f"{where} should be a list")
    marks = unknown if isinstance(unknown, list) else []
    return tuple(
        _rule(each, marks[index] if index < len(marks) else None, f"{where}[{index}]")
        for index, each in enumerate(value)
    )


def _rule(value: object, unknown: object, where: str) -> CorsRule:
    if value is None and unknown is True:
        nothing = Unknown(AFTER_APPLY)
        return CorsRule(nothing, nothing, nothing, nothing, nothing, nothing)
    if not isinstance(value, dict):
        raise Malformed(f"{where} should be an object")
    marks: Mapping[str, Any] = unknown if isinstance(unknown, dict) else {}

    def texts(name: str) -> TextList:
        return _texts(value.get(name), marks.get(name), f"{where}.{name}")

    return CorsRule(
        allowed_methods=texts("allowed_methods"),
        allowed_origins=texts("allowed_origins"),
        allowed_headers=texts("allowed_headers"),
        expose_headers=texts("expose_headers"),
        max_age_seconds=_seconds(
            value.get("max_age_seconds"), marks.get("max_age_seconds"), f"{where}.max_age_seconds"
        ),
        # The provider does not send an empty id, and writes one into the state where there is none.
        id=text_of(value.get("id"), marks.get("id"), f"{where}.id") or None,
    )


def _texts(value: object, unknown: object, where: str) -> TextList:
    if unknown is True:
        return Unknown(AFTER_APPLY)
    if value is None:
        return ()
    if not isinstance(value, list):
        raise Malformed(f"{where} should be a list")
    marks = unknown if isinstance(unknown, list) else []
    found: list[Text] = []
    for index, each in enumerate(value):
        text = text_of(each, marks[index] if index < len(marks) else None, f"{where}[{index}]")
        if text is None:
            raise Malformed(f"{where}[{index}] is null")
        found.append(text)
    return tuple(found)


def text_of(value: object, unknown: object, where: str) -> Text | None:
    """A string, an unknown one, or none. Raises ``Malformed``."""
    if unknown is True:
        return Unknown(AFTER_APPLY)
    if value is None:
        return None
    if not isinstance(value, str):
        raise Malformed(f"{where} should be a string")
    return clean(value)


def _seconds(value: object, unknown: object, where: str) -> Seconds:
    if unknown is True:
        return Unknown(AFTER_APPLY)
    if value is None:
        return None
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise Malformed(f"{where} should be a whole number")
    return value
