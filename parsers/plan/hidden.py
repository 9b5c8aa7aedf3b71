"""Which values of a plan or a state are sensitive: Terraform prints them in the clear, with marks beside them.

Sources: developer.hashicorp.com/terraform/internals/json-format (``after_sensitive``, ``sensitive_values``: ``true``
stands in the place of a value whose every part is sensitive); state files hold paths in ``sensitive_attributes``.
A mark inside a set stands at the set, since the members have no places.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from parsers.plan.marks import clean

_ATTRIBUTES = ("bucket", "bucket_name", "bucket_prefix", "id", "cors_rule", "expected_bucket_owner", "region")
"""What of a resource is read at all."""


def sensitive_in(values: object, marks: object) -> frozenset[str | int]:
    """The texts and numbers of a resource that are not to be printed."""
    if not isinstance(values, dict):
        return frozenset()
    told = {name: values.get(name) for name in _ATTRIBUTES}
    if isinstance(marks, dict) and marks.get("bucket") is True:
        marks = {**marks, "id": True}  # the provider makes the id from the name, and the mark is lost
    return frozenset(_leaves(told, marks))


def _leaves(value: object, marks: object) -> Iterator[str | int]:
    if marks is True and isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _leaves(each, True)
    elif marks is True and isinstance(value, str):
        yield clean(value)
    elif marks is True and isinstance(value, int) and not isinstance(value, bool):
        yield value
    elif marks is True and isinstance(value, float) and value.is_integer():
        yield int(value)
    elif isinstance(value, dict) and isinstance(marks, dict):
        for key, each in value.items():
            yield from _leaves(each, marks.get(key))
    elif isinstance(value, list) and isinstance(marks, list):
        for each, mark in zip(value, marks, strict=False):
            yield from _leaves(each, mark)


def marks_of(paths: object) -> object:
    """``sensitive_attributes`` of a state file in the form of ``sensitive_values``; a path that cannot be read marks
    everything."""
    marks: dict[str, Any] = {}
    for path in paths if isinstance(paths, list) else ():
        steps = [_step(each) for each in path] if isinstance(path, list) else [None]
        if not steps or not isinstance(steps[0], str):
            return True
        marks[steps[0]] = _merged(marks.get(steps[0]), steps[1:])
    return marks


def _merged(marks: Any, steps: list[str | int | None]) -> Any:
    """The marks with that place marked too."""
    if marks is True or not steps or steps[0] is None:
        return True
    step = steps[0]
    if isinstance(step, str):
        known = marks if isinstance(marks, dict) else {}
        return {**known, step: _merged(known.get(step), steps[1:])}
    if not 0 <= step < 10_000:
        return True
    listed = list(marks) if isinstance(marks, list) else []
    listed += [False] * (step + 1 - len(listed))
    listed[step] = _merged(listed[step], steps[1:])
    return listed


def _step(step: object) -> str | int | None:
    """An attribute name, a key or an index; None for anything else."""
    value = step.get("value") if isinstance(step, dict) else None
    if isinstance(value, dict):
        value = value.get("value")
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    return value
