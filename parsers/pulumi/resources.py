"""Resources of Pulumi's AWS providers that declare buckets, in whatever file they stand.

Sources: Pulumi registry, ``aws.s3`` (``BucketCorsConfiguration``, of version 6 ``BucketCorsConfigurationV2``, whose
rules are a set; ``corsRules`` of ``Bucket`` and ``BucketV2``, a list; below both is Terraform's provider, which stores
``MaxAgeSeconds: 0``) and ``aws-native.s3.Bucket``, which has CloudFormation's names in camel case.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from drift.cors.model import Text
from drift.interfaces import Inputs
from drift.location import Diagnostic
from drift.snapshot import Bucket, State
from parsers.document import MapNode, Node, Scalar
from parsers.rule_nodes import Document, RuleReader, Spelling

SOURCE = "pulumi"
UNKNOWN_VALUE = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""What stands for a value that a preview does not know (Pulumi SDK, ``plugin.UnknownStringValue``)."""

_SIGNATURE = "4dabf18193072939515e22adb298388d"
"""The key of special values; secrets among them (Pulumi SDK, ``resource.SigKey``)."""

_TYPE = re.compile(r"(aws|aws-native):s3(?:/[A-Za-z0-9]+)?:([A-Za-z0-9]+)")
_REGION = re.compile(r"[a-z0-9-]{1,40}", re.ASCII)
_ACCOUNT = re.compile(r"[0-9]{12}", re.ASCII)
_CAMEL = {
    "allowedHeaders": "AllowedHeaders",
    "allowedMethods": "AllowedMethods",
    "allowedOrigins": "AllowedOrigins",
}
_FIELDS = _CAMEL | {"exposeHeaders": "ExposeHeaders", "maxAgeSeconds": "MaxAgeSeconds"}
_NATIVE = _CAMEL | {"exposedHeaders": "ExposeHeaders", "maxAge": "MaxAgeSeconds", "id": "ID"}
_BOOKKEEPING = frozenset({"__defaults"})


def open_text(text: str) -> str | None:
    """Why a text is not the one that is deployed."""
    if text == UNKNOWN_VALUE:
        return "the value is known after the update only"
    found = re.search(r"\$\{[^{}]*\}", text)
    return f"{found.group()[:60]} is filled in by Pulumi" if found is not None else None


def open_mapping(node: MapNode) -> str | None:
    """Why a mapping is a value that is not known: a secret, or a function of a program."""
    if node.get(_SIGNATURE) is not None:
        return "the value is a secret"
    function = next((name for name in node.names if name.lower().startswith("fn::")), None)
    return f"{function[:60]} is evaluated by Pulumi" if function is not None else None


def _spelling(fields: dict[str, str], *, ordered: bool) -> Spelling:
    return Spelling("Pulumi", fields, open_text, ordered, True, open_mapping, _BOOKKEEPING)


SEPARATE = _spelling(_FIELDS | {"id": "ID"}, ordered=False)
INLINE = _spelling(_FIELDS, ordered=True)
NATIVE = _spelling(_NATIVE, ordered=True)


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource: its type, what it is called, and its inputs."""

    type: str
    address: str
    node: MapNode
    inputs: MapNode
    document: Document

    @property
    def kind(self) -> str | None:
        """``Bucket``, ``BucketCorsConfiguration`` or ``native``; None for all else."""
        match = _TYPE.fullmatch(self.type)
        if match is None:
            return None
        provider, name = match.groups()
        bare = name.removesuffix("V2")
        if provider == "aws-native":
            return "native" if bare == "Bucket" else None
        return bare if bare in ("Bucket", "BucketCorsConfiguration") else None

    def text(self, key: str) -> str | None:
        """An input that is a known text."""
        node = self.inputs.get(key)
        known = isinstance(node, Scalar) and not node.is_null and node.tag is None and open_text(node.text) is None
        return node.text if known and isinstance(node, Scalar) and node.text else None


def declared(
    resource: Resource, name_of: Callable[[Resource, RuleReader], Text], inputs: Inputs
) -> tuple[Bucket, list[Diagnostic]] | None:
    """The bucket that a resource declares, and what is wrong with it; None where it declares none."""
    kind = resource.kind
    if kind is None:
        return None
    rules: Node | None = resource.inputs.get("corsRules")
    spelling = SEPARATE if kind == "BucketCorsConfiguration" else INLINE
    if kind == "native":
        configuration = resource.inputs.get("corsConfiguration")
        rules, spelling = (
            configuration.get("corsRules") if isinstance(configuration, MapNode) else configuration,
            NATIVE,
        )
    reader = RuleReader(spelling, resource.document)
    owner, region = resource.text("expectedBucketOwner"), resource.text("region")
    bucket = Bucket(
        name=name_of(resource, reader),
        state=State.ABSENT,
        source=SOURCE,
        address=resource.address,
        location=resource.document.at(resource.node),
        account=owner if owner and _ACCOUNT.fullmatch(owner) else inputs.account,
        region=region if region and _REGION.fullmatch(region) else inputs.region,
        writes_max_age_zero=True,
    )
    return reader.settle(bucket, rules), reader.faults
