"""What a bucket of the template is called once it is deployed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from drift.cors.model import Text, Unknown
from parsers.cloudformation.calls import call_of, mixed_call
from parsers.cloudformation.nested import KINDS as STACKS
from parsers.cloudformation.values import NoValue, joined
from parsers.document import MapNode, Node, Scalar, shown

if TYPE_CHECKING:
    from parsers.cloudformation.intrinsics import Scope

MAX_NAME = 63
RANDOM_PART = 13
"""A generated name ends in 12 or 13 random characters; the stack's part is cut to make room for them."""

_DASH_REGIONS = frozenset(
    {
        "ap-northeast-1",
        "ap-southeast-1",
        "ap-southeast-2",
        "eu-west-1",
        "sa-east-1",
        "us-east-1",
        "us-gov-west-1",
        "us-west-1",
        "us-west-2",
    }
)
"""Where website endpoints are ``s3-website-REGION``; elsewhere ``s3-website.REGION`` (AWS General Reference, S3)."""


class BucketNames:
    """Resolves names, each once; a name that is made of itself is unknown."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._known: dict[str, Text] = {}
        self._open: set[str] = set()
        self._made_up: set[str] = set()

    def of(self, logical_id: str) -> Text:
        """The bucket's name, or why it is not known."""
        if logical_id in self._known:
            return self._known[logical_id]
        resource = self._scope.template.resource(logical_id)
        if resource is None or logical_id in self._open:
            return Unknown(f"the name of {logical_id} depends on itself")
        self._open.add(logical_id)
        try:
            name = self._resolve(logical_id, resource)
        finally:
            self._open.discard(logical_id)
        self._known[logical_id] = name
        return name

    def is_generated(self, logical_id: str) -> bool:
        """Whether CloudFormation makes up the bucket's name."""
        return isinstance(self.of(logical_id), Unknown) and logical_id in self._made_up

    def _resolve(self, logical_id: str, resource: MapNode) -> Text:
        condition = resource.get("Condition")
        if condition is not None and self._scope.conditions.named(condition) is False:
            return Unknown(f"{logical_id} is not created: its condition is false")
        properties = resource.get("Properties")
        if properties is None:
            return self._generated(logical_id)
        if not isinstance(properties, MapNode) or call_of(properties) or mixed_call(properties):
            return Unknown(f"the properties of {logical_id} (line {properties.place.line}) are not written out")
        namespace = properties.get("BucketNamespace")
        if namespace is not None and self._scope.text(namespace) == "account-regional":
            prefix = properties.get("BucketNamePrefix")
            if prefix is not None:
                return self._account_regional(self._scope.text(prefix))
        node = properties.get("BucketName")
        if node is None:
            if properties.get("BucketNamePrefix") is not None:
                return Unknown(f"CloudFormation completes the BucketNamePrefix of {logical_id}")
            return self._generated(logical_id)
        value = self._scope.value(node)
        if isinstance(value.data, NoValue):
            return self._generated(logical_id)
        if isinstance(value.data, str | Unknown):
            return value.data
        return Unknown(f"the BucketName on line {node.place.line} is {value.describe()}, not a text")

    def _generated(self, logical_id: str) -> Unknown:
        self._made_up.add(logical_id)
        stack = self._scope.pseudo.stack_name
        prefix = ""
        if isinstance(stack, str) and len(stack) + len(logical_id) + 2 + RANDOM_PART <= MAX_NAME:
            prefix = f"{stack}-{logical_id}-".lower()
        of_stack = f" in stack {stack}" if isinstance(stack, str) else ""
        what = f"{logical_id}{constructed(self._scope.template.resource(logical_id))}"
        reason = f"CloudFormation generates the name of {what}{of_stack}: give it with --bucket NAME"
        return Unknown(reason, prefix)

    def _account_regional(self, prefix: Text) -> Text:
        pseudo = self._scope.pseudo
        return joined((prefix, "-", pseudo.account, "-", pseudo.region, "-an"))

    def attribute(self, logical_id: str, attribute: str, node: Node) -> Text:
        """``Fn::GetAtt`` of a bucket in the template; of any other resource it is unknown."""
        resource = self._scope.template.resource(logical_id)
        line = node.place.line
        if resource is None:
            return Unknown(f"{shown(logical_id)} on line {line} is no resource of this template")
        kind = resource.get("Type")
        if isinstance(kind, Scalar) and kind.text in STACKS and attribute.startswith("Outputs."):
            return self._scope.stacks.output(logical_id, attribute.removeprefix("Outputs."), node)
        if not isinstance(kind, Scalar) or kind.text != "AWS::S3::Bucket":
            shown_kind = kind.text if isinstance(kind, Scalar) else "?"
            return Unknown(
                f"{attribute} of {logical_id} ({shown_kind}, line {line}) is known to the deployed stack only"
            )
        name, pseudo = self.of(logical_id), self._scope.pseudo
        if attribute == "Arn":
            return joined(("arn:", pseudo.partition, ":s3:::", name))
        if attribute == "DomainName":
            return joined((name, ".s3.", pseudo.url_suffix))
        if attribute == "RegionalDomainName":
            return joined((name, ".s3.", pseudo.region, ".", pseudo.url_suffix))
        if attribute == "DualStackDomainName":
            return joined((name, ".s3.dualstack.", pseudo.region, ".", pseudo.url_suffix))
        if attribute == "WebsiteURL":
            dash: Text = "-" if pseudo.region in _DASH_REGIONS else "."
            if isinstance(pseudo.region, Unknown):
                dash = Unknown(pseudo.region.reason)
            return joined(("http://", name, ".s3-website", dash, pseudo.region, ".", pseudo.url_suffix))
        return Unknown(f"a bucket has no attribute {shown(attribute)} (line {line})")


def constructed(resource: MapNode | None) -> str:
    """The construct that a resource of a CDK application comes of, in brackets; nothing for all others.

    Source: aws-cdk, ``Metadata`` ``aws:cdk:path``: the path of the construct, ``Resource`` being the bucket's own node.
    """
    metadata = resource.get("Metadata") if resource is not None else None
    path = metadata.get("aws:cdk:path") if isinstance(metadata, MapNode) else None
    return f" ({path.text[:200].removesuffix('/Resource')})" if isinstance(path, Scalar) and path.text else ""
