"""The buckets that the Serverless Framework makes for S3 events of functions, as resources of the template.

Source: its ``events/s3/index.js``: one bucket for each name that an event gives, unless it says ``existing``; a key of
``provider.s3`` stands for the bucket that is described there, whose properties are CloudFormation's in camel case.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from parsers.cloudformation.serverless_variables import Variables
from parsers.document import ListNode, MapNode, Node, Scalar


def event_buckets(variables: Variables, root: MapNode) -> MapNode | None:
    """The resources, under the logical ids that the framework gives them; None where there are none."""
    provider = root.get("provider")
    described = provider.get("s3") if isinstance(provider, MapNode) else None
    known = variables.node(described) if described is not None else None
    events = list(_events(variables, root.get("functions")))
    entries: dict[str, tuple[Scalar, Node]] = {}
    for name in events:
        own = known.get(name.text) if isinstance(known, MapNode) else None
        logical_id = _logical_id(name.text)
        entries.setdefault(logical_id, (Scalar(logical_id, (own or name).place), _bucket(name, own)))
    return MapNode(tuple(entries.values()), root.place) if entries else None


def _bucket(name: Scalar, described: Node | None) -> MapNode:
    place = name.place
    properties: dict[str, tuple[Scalar, Node]] = {"BucketName": (Scalar("BucketName", place), name)}
    for key, value in described.entries if isinstance(described, MapNode) else ():
        spelled = "BucketName" if key.text == "name" else key.text[:1].upper() + key.text[1:]
        properties[spelled] = (Scalar(spelled, key.place), value)
    at = described.place if described is not None else place
    return MapNode(
        (
            (Scalar("Type", at), Scalar("AWS::S3::Bucket", at)),
            (Scalar("Properties", at), MapNode(tuple(properties.values()), at)),
        ),
        at,
    )


def _events(variables: Variables, functions: Node | None) -> Iterator[Scalar]:
    """The buckets that events name and that are to be made."""
    whole = variables.node(functions) if functions is not None else None
    for part in whole.items if isinstance(whole, ListNode) else (whole,):
        for _, function in part.entries if isinstance(part, MapNode) else ():
            events = function.get("events") if isinstance(function, MapNode) else None
            for event in events.items if isinstance(events, ListNode) else ():
                s3 = event.get("s3") if isinstance(event, MapNode) else None
                existing = s3.get("existing") if isinstance(s3, MapNode) else None
                if isinstance(existing, Scalar) and existing.text == "true":
                    continue
                name = s3.get("bucket") if isinstance(s3, MapNode) else s3
                if isinstance(name, Scalar) and name.tag is None and not name.is_null:
                    yield name


def _logical_id(name: str) -> str:
    bare = re.sub(r"[^0-9A-Za-z]", "", name)
    return f"S3Bucket{bare[:1].upper()}{bare[1:]}"
