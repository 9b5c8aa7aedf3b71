"""Manifests of Crossplane and ACK as buckets.

Sources: CRDs of crossplane-contrib/provider-upjet-aws (``BucketCorsConfiguration``; its lists are sets, and Terraform's
provider below it stores ``MaxAgeSeconds: 0``), of crossplane-contrib/provider-aws (``Bucket``, likewise 0) and of
aws-controllers-k8s/s3-controller (``Bucket``); Crossplane documentation, "Managed resources" (the annotation
``crossplane.io/external-name``, else the object's name, is the bucket's; ``initProvider`` is below ``forProvider``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from drift.cors.model import Text, Unknown
from drift.errors import InputError
from drift.interfaces import Inputs, Tree
from drift.location import Diagnostic, Severity
from drift.snapshot import Bucket, Snapshot, State
from parsers.document import ListNode, MapNode, Node, Scalar, text_of
from parsers.rule_nodes import Document, RuleReader, Spelling, documents

SOURCE = "kubernetes"
UPBOUND = ("s3.aws.upbound.io", "s3.aws.m.upbound.io")
COMMUNITY = "s3.aws.crossplane.io"
ACK = "s3.services.k8s.aws"
GROUPS = (*UPBOUND, COMMUNITY, ACK)

_DECLARES = re.compile(
    rb"[\"']?apiVersion[\"']?[ \t]*:[ \t]*[\"']?(?:" + b"|".join(re.escape(group.encode()) for group in GROUPS) + rb")/"
)
_EXTERNAL_NAME = "crossplane.io/external-name"
_CAMEL = {
    "allowedHeaders": "AllowedHeaders",
    "allowedMethods": "AllowedMethods",
    "allowedOrigins": "AllowedOrigins",
    "exposeHeaders": "ExposeHeaders",
    "maxAgeSeconds": "MaxAgeSeconds",
}
_WITH_ID = _CAMEL | {"id": "ID"}
_PLACEHOLDER = re.compile(r"\{\{.*?\}\}|\$\{[^}]*\}|\$\([^)]*\)|<%", re.DOTALL)
_BUCKET_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,253}[A-Za-z0-9]", re.ASCII)
_MAX_RESOURCES = 5000


def _filled_in(text: str) -> str | None:
    found = _PLACEHOLDER.search(text)
    return f"{found.group()[:60]} is filled in by another tool" if found is not None else None


SPELLINGS = {
    "upbound": Spelling("Crossplane", _WITH_ID, _filled_in, ordered=False, zero=True),
    "community": Spelling("Crossplane", _CAMEL, _filled_in, zero=True),
    "ack": Spelling("ACK", _WITH_ID, _filled_in),
}


def declares_buckets(content: bytes) -> bool:
    """Whether a resource of one of the groups is in the file."""
    named = any(group.encode() in content for group in GROUPS)  # a pattern takes far longer: it has the last word only
    return named and _DECLARES.search(content) is not None


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource: its group and kind, and the document in which it stands."""

    group: str
    kind: str
    node: MapNode
    document: Document

    def under(self, *keys: str) -> Node | None:
        """The value under the keys."""
        node: Node | None = self.node
        for key in keys:
            node = node.get(key) if isinstance(node, MapNode) else None
        return node

    def text(self, *keys: str) -> str | None:
        """The text under the keys."""
        node = self.under(*keys)
        return node.text if isinstance(node, Scalar) and not node.is_null and node.text else None

    @property
    def name(self) -> str | None:
        """The name of the object."""
        return self.text("metadata", "name")

    @property
    def address(self) -> str:
        return f"{self.kind}/{self.name or '?'}"


@dataclass(slots=True)
class _Manifests:
    buckets: list[Bucket] = field(default_factory=list)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    objects: dict[str, Text] = field(default_factory=dict)
    """Names of Crossplane's Bucket objects to those of their buckets."""

    def read(self, resource: Resource, inputs: Inputs) -> None:
        own = resource.kind.lower()
        if resource.group in UPBOUND and own == "bucketcorsconfiguration":
            provided = resource.under("spec", "forProvider", "corsRule")
            rules = provided if provided is not None else resource.under("spec", "initProvider", "corsRule")
            region = resource.text("spec", "forProvider", "region")
            self._add(resource, SPELLINGS["upbound"], self._referred(resource), rules, region, inputs)
        elif resource.group in UPBOUND and own == "bucket":
            region = resource.text("spec", "forProvider", "region")
            self._add(resource, SPELLINGS["upbound"], external_name(resource), None, region, inputs)
        elif resource.group == COMMUNITY and own == "bucket":
            rules = resource.under("spec", "forProvider", "corsConfiguration", "corsRules")
            region = resource.text("spec", "forProvider", "locationConstraint")
            self._add(resource, SPELLINGS["community"], external_name(resource), rules, region, inputs)
        elif resource.group == ACK and own == "bucket":
            region = resource.text("metadata", "annotations", "services.k8s.aws/region")
            name = resource.text("spec", "name")
            known: Text = name if name else Unknown(f"{resource.address} has no spec.name")
            self._add(resource, SPELLINGS["ack"], known, resource.under("spec", "cors", "corsRules"), region, inputs)

    def _add(
        self,
        resource: Resource,
        spelling: Spelling,
        name: Text,
        rules: Node | None,
        region: str | None,
        inputs: Inputs,
    ) -> None:
        why = spelling.open_text(name) if isinstance(name, str) else None
        if isinstance(name, str) and why is None and _BUCKET_NAME.fullmatch(name) is None:
            why = f"{name[:60]!r} is not the name of a bucket"
        owner = resource.text("metadata", "annotations", "services.k8s.aws/owner-account-id")
        bucket = Bucket(
            name=Unknown(f"the name of {resource.address} is not known: {why}") if why is not None else name,
            state=State.ABSENT,
            source=SOURCE,
            address=resource.address,
            location=resource.document.at(resource.node),
            account=owner if owner and re.fullmatch(r"[0-9]{12}", owner) else inputs.account,
            region=region if region and re.fullmatch(r"[a-z0-9-]{1,40}", region) else inputs.region,
            writes_max_age_zero=spelling.zero,
        )
        reader = RuleReader(spelling, resource.document)
        self.buckets.append(reader.settle(bucket, rules))
        self.diagnostics.extend(reader.faults)

    def _referred(self, resource: Resource) -> Text:
        """The bucket of a ``BucketCorsConfiguration``: named, or that of a Bucket object of the same manifests."""
        name = resource.text("spec", "forProvider", "bucket")
        if name is not None:
            return name
        reference = resource.text("spec", "forProvider", "bucketRef", "name")
        if reference is not None and reference in self.objects:
            return self.objects[reference]
        what = f"the Bucket object {reference}, which is not read" if reference else "a selector of labels"
        return Unknown(f"the bucket of {resource.address} is that of {what}: give it with --bucket NAME")


def external_name(resource: Resource) -> Text:
    """The name of the bucket that a Bucket object of Crossplane manages."""
    annotated = resource.text("metadata", "annotations", _EXTERNAL_NAME)
    if annotated or resource.name:
        return annotated or resource.name or ""
    return Unknown(f"the cluster generates the name of a {resource.kind} object: give it with --bucket NAME")


def read_manifests(tree: Tree, units: Sequence[str], inputs: Inputs) -> Snapshot:
    """Every bucket that the manifests declare."""
    manifests, resources = _Manifests(), list[Resource]()
    for path in units:
        try:
            text = text_of(tree.read(path), path)
            for document in documents(text, path, lambda part: declares_buckets(part.encode("utf-8", "replace"))):
                resources.extend(_resources(document, manifests))
        except InputError as error:
            advice = "render templates first (helm template, kustomize build), and name what comes of it"
            fault = Diagnostic(Severity.ERROR, "broken-manifest", error.message, error.location, error.advice or advice)
            manifests.diagnostics.append(fault)
    for resource in resources:
        if resource.kind == "Bucket" and resource.group != ACK and resource.name:
            manifests.objects[resource.name] = external_name(resource)
    for resource in resources:
        manifests.read(resource, inputs)
    return Snapshot(SOURCE, tuple(manifests.buckets), tuple(manifests.diagnostics))


def _resources(document: Document, manifests: _Manifests) -> Iterator[Resource]:
    """The resources of a document, those in a List too; templates inside other resources are not known."""
    waiting: list[Node | None] = [document.root]
    seen = 0
    while waiting and seen < _MAX_RESOURCES:
        node = waiting.pop(0)
        seen += 1
        if isinstance(node, ListNode):
            waiting.extend(node.items)
        if not isinstance(node, MapNode):
            continue
        version, kind = node.get("apiVersion"), node.get("kind")
        if not isinstance(version, Scalar) or not isinstance(kind, Scalar):
            continue
        group = version.text.partition("/")[0]
        items = node.get("items")
        if group in GROUPS:
            yield Resource(group, kind.text, node, document)
        elif kind.text.endswith("List") and isinstance(items, ListNode):
            waiting.extend(items.items)
        elif any(_is_bucket(each) for each in _inside(node)):
            _note_inner(Resource(group, kind.text, node, document), manifests)


def _inside(node: MapNode) -> Iterator[MapNode]:
    waiting: list[Node] = [node]
    while waiting:
        each = waiting.pop()
        if isinstance(each, MapNode):
            yield each
            waiting.extend(value for _, value in each.entries)
        elif isinstance(each, ListNode):
            waiting.extend(each.items)


def _is_bucket(node: MapNode) -> bool:
    version, kind = node.get("apiVersion"), node.get("kind")
    if not isinstance(version, Scalar) or not isinstance(kind, Scalar):
        return False
    return version.text.partition("/")[0] in GROUPS and kind.text.lower() in ("bucket", "bucketcorsconfiguration")


def _note_inner(outer: Resource, manifests: _Manifests) -> None:
    """A resource inside another one (a Composition's ``base``) is completed elsewhere: a bucket that is not known."""
    reason = f"{outer.address} holds a template of a bucket, which is completed where it is used"
    manifests.buckets.append(
        Bucket(
            name=Unknown(reason),
            state=State.UNKNOWN,
            source=SOURCE,
            address=outer.address,
            reason=reason,
            location=outer.document.at(outer.node),
        )
    )
