"""A new resource in a file of JSON syntax."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from drift.edits import TextEdit
from parsers.document.edit import CannotWrite, Data, Kind, Part, read_source
from parsers.terraform.render.json_changes import data_of
from parsers.terraform.render.members import NoLiteralError
from parsers.terraform.render.source import Source
from parsers.terraform.render.written import BlockAt, Plain
from parsers.terraform.schema import BUCKET, CONFIGURATION


def resource_edits(
    source: Source, at: BlockAt, name: str, label: str, rules: Sequence[Mapping[str, Plain]]
) -> list[TextEdit]:
    """The edits that put a configuration beside the bucket whose body is at a place. Raises NoLiteralError."""
    document = read_source(source.text.encode(), at.path)
    body = next(
        (part for part in ([] if document.root is None else document.root.everything()) if part.start == at.start), None
    )
    levels = _above(body)
    if levels is None:
        raise NoLiteralError("the resources of this file are written in lists")
    bucket_body, resources = levels
    fields: dict[str, Data] = {}
    for each in ("provider", "region"):
        written = bucket_body.get(each)
        if written is not None and written.quote:
            fields[each] = written.text
    fields["bucket"] = f"${{{BUCKET}.{name}.id}}"
    fields["cors_rule"] = [data_of(each, templates=True) for each in rules]
    existing = resources.get(CONFIGURATION)
    try:
        if existing is None:
            return document.with_keys(resources, {CONFIGURATION: {label: fields}}, order=[BUCKET, CONFIGURATION])
        if existing.kind is Kind.MAP:
            return document.with_keys(existing, {label: fields})
    except CannotWrite as error:
        raise NoLiteralError(error.reason) from error
    raise NoLiteralError("the resources of this file are written in lists")


def _above(body: Part | None) -> tuple[Part, Part] | None:
    """The body and the object that holds the types of resources."""
    types = body.parent if body is not None else None
    resources = types.parent if types is not None else None
    if body is None or resources is None or resources.kind is not Kind.MAP:
        return None
    return body, resources
