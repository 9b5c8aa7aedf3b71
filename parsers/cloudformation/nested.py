"""Stacks inside stacks, whose templates lie in the same tree: each is evaluated with what its parent passes to it.

A child is found by the local path in ``TemplateURL`` or ``Location`` (what ``aws cloudformation package`` and
``sam package`` upload), or by the asset path that the CDK leaves in ``Metadata``. Nothing outside the tree is read.
Sources: CloudFormation template reference, ``AWS::CloudFormation::Stack`` (lists are passed as one text with commas,
outputs are ``Fn::GetAtt Child.Outputs.Name``); SAM reference, ``AWS::Serverless::Application``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from drift.cors.model import Text, Unknown
from drift.errors import InputError
from drift.interfaces import Tree
from drift.location import Diagnostic, Severity
from parsers.cloudformation.child_templates import child_path
from parsers.cloudformation.conditions import Truth
from parsers.cloudformation.parameters import Declared, Given
from parsers.cloudformation.template import Template, mentions_buckets, mentions_children, read_template
from parsers.cloudformation.values import Entries, NoValue, Value, like
from parsers.document import MapNode, Node, Scalar, shown

if TYPE_CHECKING:
    from parsers.cloudformation.intrinsics import Scope
    from parsers.cloudformation.ledger import Ledger

KINDS = ("AWS::CloudFormation::Stack", "AWS::Serverless::Application")

MAX_DEPTH = 8
"""Stacks inside one another; real ones go two or three deep."""

MAX_STACKS = 200
"""Nested stacks of one reading."""

MAX_TOTAL_STEPS = 600_000
"""Evaluations of all nested stacks of one reading."""

_MAX_NAME = 63
_RANDOM = 13


@dataclass(slots=True)
class Library:
    """The templates of one reading, each read once, and the work that nested stacks have made so far."""

    tree: Tree
    given: Given
    faults: dict[Diagnostic, None] = field(default_factory=dict)
    templates: dict[str, Template | None] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)
    ledgers: list[Ledger] = field(default_factory=list)
    units: tuple[str, ...] = ()
    """The files that are read because they are templates."""

    def template(self, path: str) -> Template | None:
        """The template of a file; None where it is none, or is broken (then that is told as a fault)."""
        if path not in self.templates:
            self.templates[path] = None
            try:
                self.templates[path] = read_template(self.tree.read(path), path)
            except InputError as error:
                self.fail(path, error)
        return self.templates[path]

    def fail(self, path: str, error: InputError) -> None:
        """Note that a file cannot be read."""
        fault = Diagnostic(Severity.ERROR, "broken-template", error.message, error.location, error.advice)
        self.faults[fault] = None
        self.broken.add(path)
        self.templates[path] = None

    def child_path(self, parent: Template, resource: MapNode) -> str | None:
        """The path of a nested stack's template, see ``child_templates``."""
        return child_path(parent, resource, self.units)

    def holds(self, path: str) -> bool:
        """Whether the path is that of a file inside the tree; CloudFormation takes templates of any name."""
        return self.tree.is_file(path)

    def matters(self, path: str) -> bool:
        """Whether a file names buckets, or templates further on; so does one that cannot be read."""
        try:
            content = self.tree.read(path)
        except InputError:
            return True
        return mentions_buckets(content) or mentions_children(content)

    def too_much(self) -> str | None:
        """Why no further nested stack is followed, if none is."""
        if len(self.ledgers) >= MAX_STACKS:
            return f"there are more than {MAX_STACKS} nested stacks"
        if sum(ledger.steps for ledger in self.ledgers) > MAX_TOTAL_STEPS:
            return "the nested stacks are too large together"
        return None


@dataclass(frozen=True, slots=True)
class Position:
    """Where a stack stands: the logical ids that lead to it from its root, and the templates and the parameters of all
    stacks above it.
    """

    library: Library
    ids: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    names: frozenset[str] = frozenset()


class NestedStacks:
    """The nested stacks of one stack, each evaluated once."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._known: dict[str, Scope | Unknown] = {}
        self._open: set[str] = set()

    def child(self, logical_id: str) -> Scope | Unknown:
        """The nested stack of a resource, or why it is not followed."""
        if logical_id not in self._known:
            if logical_id in self._open:
                return Unknown(f"nested stack {logical_id} depends on itself")
            self._open.add(logical_id)
            try:
                self._known[logical_id] = self._follow(logical_id)
            finally:
                self._open.discard(logical_id)
        return self._known[logical_id]

    def _follow(self, logical_id: str) -> Scope | Unknown:
        from parsers.cloudformation.intrinsics import Scope

        scope, position = self._scope, self._scope.position
        resource = scope.template.resource(logical_id)
        path = None if resource is None or position is None else position.library.child_path(scope.template, resource)
        if position is None or resource is None or path is None:
            return Unknown("its template is not read")
        library, paths = position.library, (*position.paths, scope.template.path)
        if not library.holds(path):
            return Unknown(f"its template {shown(path)} is not among the files that can be read")
        if path in paths:
            return Unknown(f"its template {shown(path)} leads back to itself")
        too_much = f"stacks are nested more than {MAX_DEPTH} deep" if len(paths) > MAX_DEPTH else library.too_much()
        if too_much is not None:
            return Unknown(f"its template {shown(path)} is not read, since {too_much}")
        template = library.template(path)
        if template is None:
            return Unknown(f"its template {shown(path)} cannot be read as one")
        names = scope.template.parameters.names if scope.template.parameters is not None else ()
        within = Position(library, (*position.ids, logical_id), paths, position.names | frozenset(names))
        given = self._passed(logical_id, resource, template, within)
        child = Scope(template, given, replace(scope.inputs, stack_name=None), within, self._stack_name(logical_id))
        library.ledgers.append(child.ledger)
        return child

    def _stack_name(self, logical_id: str) -> Unknown:
        parent = self._scope.pseudo.stack_name
        known = isinstance(parent, str) and len(parent) + len(logical_id) + 2 + _RANDOM <= _MAX_NAME
        prefix = f"{parent}-{logical_id}-" if known else ""
        return Unknown(f"CloudFormation generates the name of the nested stack {logical_id}", prefix)

    def _passed(self, logical_id: str, resource: MapNode, child: Template, within: Position) -> Given:
        """The child's parameters: what the parent passes.

        Where that is not known here, the user's value for the name stands in, unless it is a stack's above.
        """
        values: dict[str, Text] = {}
        sources: dict[str, str] = {}
        passed = self._parameters(resource)
        for key, node in child.parameters.entries if child.parameters is not None else ():
            name = key.text
            value = passed if isinstance(passed, Unknown) else passed.get(name)
            if isinstance(value, Value):
                at = value.node.place.line
                values[name], sources[name] = _as_text(value, name, logical_id), f"{self._scope.template.path}:{at}"
            elif isinstance(value, Unknown):
                values[name] = Unknown(f"what the nested stack {logical_id} passes is not known: {value.reason}")
            elif isinstance(node, MapNode) and Declared(name, node).default_for_want_of(Given({})) is None:
                values[name] = Unknown(f"the nested stack {logical_id} passes no value for parameter {name}")
            own = within.library.given.of(name)
            if isinstance(values.get(name), Unknown) and own is not None and name not in within.names:
                values[name], sources[name] = own, within.library.given.sources.get(name, "the value given")
        return Given(values, sources)

    def _parameters(self, resource: MapNode) -> Mapping[str, Value] | Unknown:
        properties = resource.get("Properties")
        node = properties.get("Parameters") if isinstance(properties, MapNode) else None
        if node is None:
            return {}
        value = self._scope.value(node)
        if isinstance(value.data, Entries):
            return {key.text: each for key, each in value.data.items}
        if isinstance(value.data, NoValue):
            return {}
        return Unknown(value.data.reason if isinstance(value.data, Unknown) else "its Parameters are not a mapping")

    def output(self, logical_id: str, name: str, node: Node) -> Text:
        """``Fn::GetAtt Child.Outputs.Name``: a text like every output."""
        what = f"output {name} of the nested stack {logical_id} (line {node.place.line})"
        child = self.child(logical_id)
        if isinstance(child, Unknown):
            return Unknown(f"{what} is not known: {child.reason}")
        outputs = child.template.outputs
        entry = outputs.get(name) if outputs is not None else None
        value = entry.get("Value") if isinstance(entry, MapNode) else None
        if not isinstance(entry, MapNode) or value is None:
            return Unknown(f"{what} is not known: {child.template.path} does not spell it out")
        condition = entry.get("Condition")
        if condition is not None and child.conditions.named(condition) is False:
            return Unknown(f"{what} is not known: its condition in {child.template.path} is false")
        text = child.text(value)
        if isinstance(text, Unknown):
            return Unknown(f"{what} is not known: {child.template.path}: {text.reason}", text.prefix, text.suffix)
        return text

    def truth(self, resource: MapNode) -> Truth:
        """Whether the nested stack is created."""
        condition = resource.get("Condition")
        return True if condition is None else self._scope.conditions.named(condition)


def nested_in(template: Template) -> Iterator[tuple[Scalar, MapNode]]:
    """The resources of a template that are stacks of their own."""
    for key, node in template.resources:
        kind = node.get("Type") if isinstance(node, MapNode) else None
        if isinstance(node, MapNode) and isinstance(kind, Scalar) and kind.text in KINDS:
            yield key, node


def _as_text(value: Value, name: str, logical_id: str) -> Text:
    """What a parameter of a nested stack gets: lists are passed with commas between their members."""
    data = value.data
    if isinstance(data, tuple):
        members = [member.data for member in data]
        if all(isinstance(member, str) for member in members):
            return like(members, ",".join(member for member in members if isinstance(member, str)))
        unknown = next((member for member in members if isinstance(member, Unknown)), None)
        return Unknown(
            unknown.reason if unknown else f"parameter {name} of nested stack {logical_id} is no list of texts"
        )
    if isinstance(data, str | Unknown):
        return data
    return Unknown(f"what the nested stack {logical_id} passes for parameter {name} is {value.describe()}")
