"""Resource types besides those of the AWS provider's S3 service that can give a bucket CORS rules: seen, not evaluated.

Sources: the schemas of terraform-provider-awscc (``awscc_s3_bucket``: its rules are computed where the code gives none)
and of terraform-provider-aws (``aws_cloudformation_stack`` and its kin).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from drift.cors.model import Text, Unknown
from drift.location import Diagnostic, Severity
from drift.snapshot import Bucket, State
from parsers.carried_documents import CLOUD_CONTROL, DOCUMENTS, RULES, SPEAKS_OF_S3
from parsers.plan.configuration import Configuration
from parsers.plan.hidden import sensitive_in
from parsers.plan.resources import Resource
from parsers.plan.rules import AFTER_APPLY

_S3_TYPES = ("AWS::S3::Bucket", "AWS::CloudFormation::Stack")


def unread(
    resources: Iterable[Resource], configuration: Configuration | None = None
) -> tuple[list[Bucket], list[Diagnostic]]:
    """The entries for them, and a warning for each document that is not known; without a configuration, of a state."""
    buckets: list[Bucket] = []
    told: list[Diagnostic] = []
    for each in resources:
        if each.deleted or each.actions == ("forget",):
            continue
        found = _cloud_control(each, configuration) if each.type == CLOUD_CONTROL else _document(each)
        if isinstance(found, Diagnostic):
            told.append(found)
        elif found is not None:
            buckets.append(found)
    return buckets, told


def _cloud_control(resource: Resource, configuration: Configuration | None) -> Bucket:
    expressions = None if configuration is None else configuration.expressions(resource)
    if expressions is not None:
        silent = expressions.get("cors_configuration") in (None, {"constant_value": None})
    else:
        silent = not resource.values.get("cors_configuration") and not resource.unknown.get("cors_configuration")
    reason = f"the CORS rules of {resource.type} are not evaluated by this program"
    given = None if resource.unknown.get("bucket_name") is True else resource.values.get("bucket_name")
    name: Text = given if isinstance(given, str) and given else Unknown(f"the bucket's name is {AFTER_APPLY}")
    return _entry(resource, name, None if silent else reason)


def _document(resource: Resource) -> Bucket | Diagnostic | None:
    kind = resource.values.get("type_name")
    if isinstance(kind, str) and kind not in _S3_TYPES:
        return None
    argument = DOCUMENTS[resource.type]
    text = None if argument is None or resource.unknown.get(argument) is True else resource.values.get(argument)
    if isinstance(text, str) and text:
        reason = f"the CORS rules of {resource.type} are not evaluated by this program"
        return _entry(resource, Unknown(reason), reason) if RULES in text else None
    if kind != _S3_TYPES[0] and not any(map(SPEAKS_OF_S3.search, _words(resource))):
        message = f"the document of {resource.address} is not known: buckets that it declares are not seen"
        help_ = "check those with the template itself: cors-drift check TEMPLATE"
        return Diagnostic(Severity.WARNING, "document-not-known", message, resource.location, help_)
    reason = f"the document of {resource.type} is not known, and may declare buckets"
    return _entry(resource, Unknown(reason), reason)


def _words(resource: Resource) -> Iterable[str]:
    """What the resource and its document are called; the store of the document says nothing of what is in it."""
    values: Mapping[str, Any] = resource.values
    url = values.get("template_url")
    yield resource.name
    yield from (each for each in (values.get("name"), values.get("product_name")) if isinstance(each, str))
    yield url.rpartition("/")[2] if isinstance(url, str) else ""
    parameters = values.get("parameters")
    yield from parameters if isinstance(parameters, dict) else ()


def _entry(resource: Resource, name: Text, reason: str | None) -> Bucket:
    return Bucket(
        name,
        State.ABSENT if reason is None else State.UNKNOWN,
        "plan",
        resource.address,
        reason=reason,
        location=resource.location,
        sensitive=sensitive_in(resource.values, resource.marks),
    )
