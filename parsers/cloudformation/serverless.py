"""Services of the Serverless Framework: the template that ``serverless package`` would make, as far as buckets go.

Sources: Serverless Framework guide, "AWS Infrastructure Resources" (``resources`` is a template or a list of templates,
merged; ``extensions`` overwrite properties of what the framework generates), "S3 events" (``provider.s3``); its source,
``events/s3/index.js`` (a bucket is made for each event that is not of an ``existing`` one) and ``naming.js``.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from drift.errors import InputError
from drift.interfaces import Inputs, Tree
from drift.location import Diagnostic, Location, Severity
from parsers.cloudformation.parameters import Given
from parsers.cloudformation.serverless_events import event_buckets
from parsers.cloudformation.serverless_variables import Variables
from parsers.cloudformation.surroundings import Surroundings
from parsers.cloudformation.template import Template, mentions_buckets, template_of
from parsers.cloudformation.unread import speaks_for_buckets
from parsers.document import ListNode, MapNode, Node, Scalar, read_document, shown

PACKAGE = "run serverless package, and name .serverless/cloudformation-template-update-stack.json"
PROGRAMS = ("serverless.ts", "serverless.js", "serverless.cjs", "serverless.mjs")
STATE = "serverless-state.json"

_SUFFIXES = (".yml", ".yaml", ".json")
_SERVICE = re.compile(rb"^[\"' \t{]*service[\"']?[ \t]*:", re.MULTILINE)
_PROVIDER = re.compile(rb"^[\"' \t{]*provider[\"']?[ \t]*:", re.MULTILINE)
_MATTERS = (b"resources", b"s3")


def looks_like_service(content: bytes, path: str) -> bool:
    """Whether a file is a service with resources or S3 events; a program that makes one if it is named as such."""
    name = posixpath.basename(path).lower()
    if name in PROGRAMS:
        return b"provider" in content and (mentions_buckets(content) or b"s3" in content)
    words = b"provider" in content and b"service" in content  # patterns take far longer
    if not name.endswith(_SUFFIXES) or not words or not any(word in content for word in _MATTERS):
        return False
    if _PROVIDER.search(content) is None or _SERVICE.search(content) is None:
        return False
    if name.startswith("serverless"):
        return True
    try:
        return _is_service(read_document(content, path))
    except InputError:
        return False


def _is_service(root: Node | None) -> bool:
    if not isinstance(root, MapNode) or root.get("service") is None or "Resources" in root.names:
        return False
    provider = root.get("provider")
    name = provider.get("name") if isinstance(provider, MapNode) else provider
    return isinstance(name, Scalar) and (name.text == "aws" or "${" in name.text)


def is_packaged(path: str) -> bool:
    """Whether a file is what ``serverless package`` made of the service beside it."""
    return ".serverless" in path.split("/")[:-1]


@dataclass(frozen=True, slots=True)
class Hidden:
    """A part of a service that cannot be read: where it stands, and whether it is likely to declare buckets."""

    key: str
    reason: str
    location: Location
    likely: bool

    def remark(self) -> Diagnostic:
        """What is told of one that does not count."""
        return Diagnostic(Severity.INFO, "resources-not-read", self.reason, self.location, PACKAGE)


@dataclass(frozen=True, slots=True)
class Service:
    """A service as a template, the files that went into it, and what of it cannot be read."""

    template: Template
    surroundings: Surroundings
    hidden: tuple[Hidden, ...] = ()
    loaded: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()


def read_service(tree: Tree, path: str, given: Given, inputs: Inputs) -> Service | None:
    """The service in a file; None where it is none. Raises ``InputError`` with the place of a fault."""
    if posixpath.basename(path).lower() in PROGRAMS:
        reason = f"{posixpath.basename(path)} is a program, which is not run: {PACKAGE}"
        hidden = Hidden("resources", reason, Location(path), mentions_buckets(tree.read(path)))
        empty = Template(path, (), None, None, None, (), {})
        return Service(empty, Surroundings(), (hidden,))
    root = read_document(tree.read(path), path)
    if not isinstance(root, MapNode) or not _is_service(root):
        return None
    variables = Variables(tree, path, root, given, inputs)
    reader = _Reader(tree, variables)
    merged = reader.sections(root.get("resources"))
    generated = event_buckets(variables, root)
    merged["Resources"] = _merged(generated, merged.get("Resources"))
    _extend(merged)
    sections = tuple((Scalar(name, node.place), node) for name, node in merged.items() if node is not None)
    template = template_of(MapNode(sections, root.place), path)
    if template is None:
        template = Template(path, (), None, None, None, (), {})
    reader.whole_resources(template)
    return Service(
        template,
        _surroundings(variables),
        tuple(reader.hidden),
        frozenset(variables.loaded),
        frozenset(variables.names),
    )


def packaged_as(tree: Tree, path: str) -> Surroundings | None:
    """How a packaged template is deployed, by the state that ``serverless package`` leaves beside it."""
    state = posixpath.join(posixpath.dirname(path), STATE)
    if not is_packaged(path) or not tree.is_file(state):
        return None
    try:
        root: Node | None = read_document(tree.read(state), state)
    except InputError:
        return None
    service = root.get("service") if isinstance(root, MapNode) else None
    provider = service.get("provider") if isinstance(service, MapNode) else None
    name = _plain(service, "service")
    stage, region, stack = (_plain(provider, key) for key in ("stage", "region", "stackName"))
    whole = f"{name}-{stage}" if name and stage else None
    return Surroundings(stack_name=stack or whole, region=region, told_by=state)


def _plain(node: Node | None, key: str) -> str | None:
    value = node.get(key) if isinstance(node, MapNode) else None
    return value.text if isinstance(value, Scalar) and not value.is_null and value.text else None


def _surroundings(variables: Variables) -> Surroundings:
    service, stage = variables.text("service"), variables.stage
    named = _plain_stack(variables)
    whole = f"{service}-{stage}" if service and stage else None
    remarks = [*variables.faults]
    for name, (text, place) in variables.defaults.items():
        message = f"option {name}: its fallback {shown(text)} was taken"
        advice = f"give --parameter {name}=VALUE if it is deployed with another value"
        location = place.location(variables.path)
        remarks.append(Diagnostic(Severity.INFO, "default-taken", message, location, advice))
    return Surroundings(
        stack_name=named if named is not None else whole,
        region=variables.text("provider", "region"),
        remarks=tuple(remarks),
        told_by=variables.path,
    )


def _plain_stack(variables: Variables) -> str | None:
    """``provider.stackName``; an empty text where it is there and not known."""
    provider = variables.root.get("provider")
    if not isinstance(provider, MapNode) or provider.get("stackName") is None:
        return None
    return variables.text("provider", "stackName") or ""


@dataclass(slots=True)
class _Reader:
    """Takes ``resources`` apart; what is not known goes to ``hidden``."""

    tree: Tree
    variables: Variables
    hidden: list[Hidden] = field(default_factory=list)

    def sections(self, node: Node | None) -> dict[str, Node | None]:
        """The sections of all parts, merged as the framework does."""
        merged: dict[str, Node | None] = {}
        whole = self.variables.node(node) if node is not None else None
        for part in whole.items if isinstance(whole, ListNode) else (whole,):
            if isinstance(part, MapNode) and part.tag is None:
                for key, section in part.entries:
                    if isinstance(section, MapNode) or key.text in ("Transform", "Fn::Transform"):
                        merged[key.text] = _merged(merged.get(key.text), section)
                    elif key.text == "Resources":
                        self._hide(key.text, section)
            elif part is not None:
                self._hide("resources", part)
        return merged

    def whole_resources(self, template: Template) -> None:
        """Note the resources that are not written out."""
        for key, node in template.resources:
            if not isinstance(node, MapNode) and not key.text.startswith("Fn::"):
                self._hide(key.text, node)

    def _hide(self, key: str, node: Node) -> None:
        text = node.text if isinstance(node, Scalar) else ""
        if isinstance(node, Scalar) and node.is_null:
            return
        what = shown(text) if text else "a list"
        where = node.place.location(self.variables.path)
        reason = f"{key} of the service come of {what}, which cannot be read: {PACKAGE}"
        self.hidden.append(Hidden(key, reason, where, self._likely(key, text)))

    def _likely(self, key: str, text: str) -> bool:
        match = re.search(r"file\(\s*([^()]+?)\s*\)", text)
        path = posixpath.join(posixpath.dirname(self.variables.path), match.group(1)) if match else None
        if path is not None and self.tree.is_file(posixpath.normpath(path)):
            try:
                return mentions_buckets(self.tree.read(posixpath.normpath(path)))
            except InputError:
                return True
        return speaks_for_buckets(iter((key, text)))


def _merged(one: Node | None, other: Node | None) -> Node | None:
    """Two values as the framework merges them: mappings key by key, lists member by member, else the later."""
    if one is None or other is None:
        return one if other is None else other
    if isinstance(one, MapNode) and isinstance(other, MapNode) and one.tag is None and other.tag is None:
        entries: dict[str, tuple[Scalar, Node]] = {key.text: (key, value) for key, value in one.entries}
        for key, value in other.entries:
            known = entries.get(key.text)
            both = _merged(known[1], value) if known is not None else value
            entries[key.text] = (key if known is None else known[0], both if both is not None else value)
        return MapNode(tuple(entries.values()), one.place)
    if isinstance(one, ListNode) and isinstance(other, ListNode) and one.tag is None and other.tag is None:
        members = _members(one, other)
        return ListNode(tuple(members), one.place)
    return other


def _members(one: ListNode, other: ListNode) -> Iterator[Node]:
    for index in range(max(len(one.items), len(other.items))):
        if index >= len(one.items):
            yield other.items[index]
        elif index >= len(other.items):
            yield one.items[index]
        else:
            yield _merged(one.items[index], other.items[index]) or other.items[index]


def _extend(merged: dict[str, Node | None]) -> None:
    """``extensions`` overwrite whole properties, and conditions, of the resources that they name."""
    extensions, resources = merged.pop("extensions", None), merged.get("Resources")
    if not isinstance(extensions, MapNode) or not isinstance(resources, MapNode):
        return
    entries = {key.text: (key, node) for key, node in resources.entries}
    for key, extension in extensions.entries:
        if key.text not in entries or not isinstance(extension, MapNode):
            continue
        own, resource = entries[key.text]
        written = resource.entries if isinstance(resource, MapNode) else ()
        attributes = {name.text: (name, value) for name, value in written}
        for name, value in extension.entries:
            known = attributes.get(name.text)
            added = known is not None and name.text == "Properties"
            attributes[name.text] = (name, _assigned(known[1], value) if known and added else value)
        entries[key.text] = (own, MapNode(tuple(attributes.values()), resource.place))
    merged["Resources"] = MapNode(tuple(entries.values()), resources.place)


def _assigned(one: Node, other: Node) -> Node:
    if not isinstance(one, MapNode) or not isinstance(other, MapNode) or other.tag is not None:
        return other
    entries = {key.text: (key, value) for key, value in (*one.entries, *other.entries)}
    return MapNode(tuple(entries.values()), one.place)
