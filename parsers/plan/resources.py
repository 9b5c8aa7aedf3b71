"""The S3 resources of a plan, of a state as ``terraform show -json`` prints it, and of a state file: one form for all.

Sources: developer.hashicorp.com/terraform/internals/json-format; state files of version 4 as Terraform 1.x writes them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from drift.location import Location
from drift.snapshot import RulePlace
from parsers.plan.hidden import marks_of
from parsers.plan.marks import MarkedJson, clean

BUCKET = "aws_s3_bucket"
CORS = "aws_s3_bucket_cors_configuration"
S3_TYPES = frozenset({BUCKET, CORS})

_MODULE = re.compile(r'module\.([^.\[\]"]+)(?:\[(?:-?[0-9]+|"(?:[^"\\]|\\.)*")\])?(?:\.|$)')


class Malformed(Exception):  # noqa: N818 - not an error of the program
    """The file has another shape than Terraform gives it. ``what`` says where and how."""

    def __init__(self, what: str, location: Location | None = None) -> None:
        super().__init__(what)
        self.what = what
        self.location = location


@dataclass(frozen=True, slots=True)
class Resource:
    """One instance of an S3 resource.

    ``values`` are its attributes: planned, or in a state. ``unknown`` mirrors them with ``true`` where a value is
    known only after apply, ``marks`` where it is sensitive. ``deleted``: the plan removes it, and ``values`` are what
    it was. ``module`` are the names of the modules around it, without instance keys. ``before`` is what it was where
    the plan keeps it; ``was`` also where the plan replaces or deletes it. ``places`` are those of its rules.
    """

    address: str
    type: str
    name: str
    location: Location
    values: Mapping[str, Any]
    unknown: Mapping[str, Any] = field(default_factory=dict)
    module: tuple[str, ...] = ()
    module_address: str = ""
    index: str | int | None = None
    deleted: bool = False
    before: Mapping[str, Any] | None = None
    actions: tuple[str, ...] = ()
    was: Mapping[str, Any] | None = None
    marks: object = None
    was_marks: object = None
    places: tuple[RulePlace, ...] = ()
    tainted: bool = False

    def planned_anew(self, attribute: str) -> bool:
        """Whether the plan gives an optional and computed attribute a value that it did not have.

        Then the code gives it: a computed value is unknown at creation, and stays what it was in an update.
        """
        value = self.values.get(attribute)
        return value is not None and (self.before is None or value != self.before.get(attribute))


def planned(
    document: MarkedJson, key: str = "resource_changes", types: Container[object] = S3_TYPES
) -> Iterator[Resource]:
    """The managed resources of those types in ``resource_changes``, or in another list of that form, forgotten ones
    included.

    Raises ``Malformed``.
    """
    changes = document.value.get(key)
    if changes is None and key != "resource_changes":
        return
    if changes is None and not _object(document.value.get("planned_values") or {}, "planned_values").get("root_module"):
        return  # a plan of outputs alone leaves the key out
    for number, item in enumerate(_list(changes, key)):
        place = document.location_of(item)
        resource = _planned(document, item, f"{key}[{number}]", place, ("change",), types)
        if resource is not None:
            yield resource


def deferred(document: MarkedJson) -> Iterator[tuple[Resource, str]]:
    """The S3 resources that the plan puts off to a later one, each with Terraform's word for why.

    Raises ``Malformed``.
    """
    for number, item in enumerate(_list(document.value.get("deferred_changes") or [], "deferred_changes")):
        where = f"deferred_changes[{number}]"
        place = document.location_of(item)
        entry = _object(item, where, place)
        reason = _text(entry.get("reason") or "unknown", f"{where}.reason", place)
        change = _object(entry.get("resource_change"), f"{where}.resource_change", place)
        path = ("resource_change", "change")
        resource = _planned(document, change, f"{where}.resource_change", place, path, S3_TYPES)
        if resource is not None:
            yield resource, reason


def _planned(
    document: MarkedJson, item: object, where: str, place: Location, path: tuple[str, ...], types: Container[object]
) -> Resource | None:
    entry = _object(item, where, place)
    if not _is_managed(entry, types) or "deposed" in entry:
        return None
    change = _object(entry.get("change"), f"{where}.change", place)
    actions = _list(change.get("actions"), f"{where}.change.actions", place)
    if "read" in actions:
        return None
    gone = actions in (["delete"], ["forget"])
    side = "before" if gone else "after"
    module_address = _text(entry.get("module_address") or "", f"{where}.module_address", place)
    was = _object(change.get("before") or {}, f"{where}.before", place)
    return Resource(
        address=_text(entry.get("address"), f"{where}.address", place),
        type=entry["type"],
        name=_text(entry.get("name"), f"{where}.name", place),
        location=place,
        values=_values(change.get(side), f"{where}.change.{side}", place),
        unknown={} if gone else _object(change.get("after_unknown") or {}, f"{where}.after_unknown", place),
        module=module_names(module_address),
        module_address=module_address,
        index=_index(entry.get("index"), f"{where}.index", place),
        deleted=actions == ["delete"],
        before=None if "create" in actions else was,
        actions=tuple(each for each in actions if isinstance(each, str)),
        was=_values(was, f"{where}.change.before", place) or None,
        marks=change.get(f"{side}_sensitive"),
        was_marks=change.get("before_sensitive"),
        places=document.rule_places(item if path == ("change",) else entry, (*path, side, "cors_rule")),
    )


def shown_state(document: MarkedJson, state: object = None, types: Container[object] = S3_TYPES) -> Iterator[Resource]:
    """The managed resources of those types in ``values``, in all modules, or of those of a state inside the document.

    Raises ``Malformed``.
    """
    values = _object(document.value if state is None else state, "state").get("values")
    if values is None:  # an empty state
        return
    pending = [(_object(_object(values, "values").get("root_module") or {}, "values.root_module"), "root_module")]
    while pending:
        module, where = pending.pop()
        for number, item in enumerate(_list(module.get("resources") or [], f"{where}.resources")):
            place = document.location_of(item)
            at = f"{where}.resources[{number}]"
            entry = _object(item, at, place)
            if not _is_managed(entry, types) or "deposed_key" in entry:
                continue
            yield Resource(
                address=_text(entry.get("address"), f"{at}.address", place),
                type=entry["type"],
                name=_text(entry.get("name"), f"{at}.name", place),
                location=place,
                values=_values(entry.get("values"), f"{at}.values", place),
                marks=entry.get("sensitive_values"),
                places=document.rule_places(item, ("values", "cors_rule")),
                tainted=entry.get("tainted") is True,
            )
        children = _list(module.get("child_modules") or [], f"{where}.child_modules")
        pending += [(_object(child, f"{where}.child_modules"), "child_module") for child in reversed(children)]


def state_file(document: MarkedJson, types: Container[object] = S3_TYPES) -> Iterator[Resource]:
    """The managed resources of those types in a state file of version 4. Raises ``Malformed``."""
    for number, item in enumerate(_list(document.value.get("resources") or [], "resources")):
        where = f"resources[{number}]"
        place = document.location_of(item)
        entry = _object(item, where, place)
        if not _is_managed(entry, types):
            continue
        name = _text(entry.get("name"), f"{where}.name", place)
        module = _text(entry.get("module") or "", f"{where}.module", place)
        for count, raw in enumerate(_list(entry.get("instances"), f"{where}.instances", place)):
            at = f"{where}.instances[{count}]"
            instance = _object(raw, at, place)
            if "deposed" in instance:
                continue
            if "attributes" not in instance:
                flat = " but attributes_flat" if "attributes_flat" in instance else ""
                raise Malformed(f"{at} has no attributes{flat}: it was written before Terraform 0.12", place)
            index = _index(instance.get("index_key"), f"{at}.index_key", place)
            yield Resource(
                address=f"{module}.{entry['type']}.{name}{_key(index)}".removeprefix("."),
                type=entry["type"],
                name=name,
                location=place,
                values=_values(instance["attributes"], f"{at}.attributes", place),
                marks=marks_of(instance.get("sensitive_attributes")),
                places=document.rule_places(item, ("instances", count, "attributes", "cors_rule")),
                tainted=instance.get("status") == "tainted",
            )


def _is_managed(entry: Mapping[str, Any], types: Container[object]) -> bool:
    kind = entry.get("type")
    return isinstance(kind, str) and kind in types and entry.get("mode") == "managed"


def module_names(address: str) -> tuple[str, ...]:
    """``module.site["a.b"].module.inner[0]`` as ``("site", "inner")``."""
    return tuple(found.group(1) for found in _MODULE.finditer(address))


def _key(index: str | int | None) -> str:
    if index is None:
        return ""
    if isinstance(index, int):
        return f"[{index}]"
    quoted = json.dumps(index, ensure_ascii=False).replace("${", "$${").replace("%{", "%%{")
    return f"[{quoted}]"


def _object(value: object, where: str, place: Location | None = None) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise Malformed(f"{where} should be an object", place)
    return value


def _values(value: object, where: str, place: Location) -> Mapping[str, Any]:
    """The attributes; those that say which bucket is meant must be text."""
    values = dict(_object(value, where, place))
    for name in ("bucket", "id", "bucket_prefix", "expected_bucket_owner", "region"):
        if values.get(name) is not None:
            values[name] = _text(values[name], f"{where}.{name}", place)
    return values


def _list(value: object, where: str, place: Location | None = None) -> Sequence[Any]:
    if not isinstance(value, list):
        raise Malformed(f"{where} should be a list", place)
    return value


def _text(value: object, where: str, place: Location) -> str:
    if not isinstance(value, str):
        raise Malformed(f"{where} should be a string", place)
    return clean(value)


def _index(value: object, where: str, place: Location) -> str | int | None:
    if isinstance(value, bool) or not (value is None or isinstance(value, str | int)):
        raise Malformed(f"{where} should be a string or a whole number", place)
    return clean(value) if isinstance(value, str) else value
