"""Templates from nothing, which take existing buckets over.

Source: CloudFormation user guide, "Import AWS resources into a CloudFormation stack": each resource to import needs a
``DeletionPolicy`` in the template and an entry in ``--resources-to-import`` with its identifier (``BucketName``).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence

from drift.cors.model import CorsRule
from drift.edits import Fresh
from parsers.cloudformation.render_bucket import NAMES
from parsers.cloudformation.render_calls import not_literal
from parsers.document.edit import CannotWrite, Data
from parsers.document.edit_fresh import in_json, in_yaml

VERSION = "2010-09-09"


def declared(buckets: Sequence[Fresh], dialect: str) -> str:
    """A whole template. Raises ``CannotWrite``, which is a ``ValueError``."""
    if dialect not in ("cloudformation", "cloudformation-json"):
        raise ValueError(f"no dialect of templates is called {dialect}")
    resources: dict[str, Data] = {logical_id(each.label): _resource(each) for each in buckets}
    template: Mapping[str, Data] = {"AWSTemplateFormatVersion": VERSION, "Resources": resources}
    if dialect == "cloudformation-json":
        return f"{in_json(template)}\n"
    return f"{_how_to_import(buckets)}{in_yaml(template)}\n"


def logical_id(label: str) -> str:
    """A label as a logical id, which has letters and digits only: ``assets_prod`` as ``AssetsProd``."""
    return "".join(word[:1].upper() + word[1:] for word in re.split(r"[^A-Za-z0-9]+", label))


def resources_to_import(buckets: Sequence[Fresh]) -> list[Data]:
    """What ``--resources-to-import`` takes."""
    return [
        {
            "ResourceType": "AWS::S3::Bucket",
            "LogicalResourceId": logical_id(each.label),
            "ResourceIdentifier": {"BucketName": each.name},
        }
        for each in buckets
    ]


def _resource(fresh: Fresh) -> Data:
    properties: dict[str, Data] = {"BucketName": _literal(fresh.name)}
    if fresh.cors is not None and fresh.cors.rules:
        properties["CorsConfiguration"] = {"CorsRules": [_rule(rule) for rule in fresh.cors.rules]}
    return {"Type": "AWS::S3::Bucket", "DeletionPolicy": "Retain", "Properties": properties}


def _rule(rule: CorsRule) -> Data:
    values = dict(rule.by_api_name())
    found: dict[str, Data] = {}
    for api, name in NAMES.items():
        value = values[api]
        if isinstance(value, tuple) and value:
            found[name] = [_literal(each) for each in value]
        elif isinstance(value, int):
            found[name] = value
        elif value not in ((), None):
            found[name] = _literal(value)
    return found


def _literal(text: object) -> str:
    if not isinstance(text, str):
        raise CannotWrite("a value is not known")
    why = not_literal(text)
    if why is not None:
        raise CannotWrite(why)
    return text


def _how_to_import(buckets: Sequence[Fresh]) -> str:
    listed = json.dumps(resources_to_import(buckets), indent=2).splitlines()
    lines = [
        "These buckets exist: a change set of the type IMPORT brings them into a stack as they are.",
        "",
        "  aws cloudformation create-change-set --stack-name STACK --change-set-name import-buckets \\",
        "    --change-set-type IMPORT --template-body file://TEMPLATE --resources-to-import file://resources.json",
        "",
        "with this as resources.json:",
        "",
        *(f"  {line}" for line in listed),
    ]
    return "".join(f"# {line}".rstrip() + "\n" for line in lines) + "\n"
