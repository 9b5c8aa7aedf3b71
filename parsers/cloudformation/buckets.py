"""The buckets that a template declares."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from drift.cors.model import BucketCors, Text, Unknown
from drift.interfaces import Inputs, Tree
from drift.location import Diagnostic, Location, Severity
from drift.snapshot import Bucket, State
from parsers.cloudformation.calls import call_of, mixed_call
from parsers.cloudformation.cors import CorsReader
from parsers.cloudformation.intrinsics import Scope
from parsers.cloudformation.resources import BUCKET, Slip, is_bucket, misplaced_rules, slip_in
from parsers.cloudformation.unread import file_names, speaks_for_buckets, unread_in
from parsers.cloudformation.values import NoValue
from parsers.document import ListNode, MapNode, Node, Scalar, shown

SOURCE = "cloudformation"


@dataclass(frozen=True, slots=True)
class Declarations:
    """What one template gives."""

    buckets: tuple[Bucket, ...]
    diagnostics: tuple[Diagnostic, ...]


def declared_buckets(scope: Scope, inputs: Inputs, tree: Tree, read: Collection[str]) -> Declarations:
    """Every ``AWS::S3::Bucket`` of the template that is or may be created.

    ``read`` are the paths of all templates that are read; what others may declare is told.
    """
    buckets: list[Bucket] = []
    diagnostics = [_not_seen("AWS::Include adds to the template", scope, node) for node in scope.template.includes]
    for key, node in scope.template.resources:
        if key.text.startswith("Fn::"):
            bucket, diagnostic = _generated(scope, key, node, inputs)
            diagnostics.append(diagnostic)
        elif isinstance(node, MapNode) and (is_bucket(node) or slip_in(key, node) is not None):
            bucket, found = _Declaration(scope, key, node, inputs).read()
            diagnostics.extend(found)
        else:
            continue
        if bucket is not None:
            buckets.append(bucket)
    for unread in unread_in(scope.template, tree, read):
        condition = unread.resource.get("Condition")
        if condition is not None and scope.conditions.named(condition) is False:
            continue
        if unread.likely:
            location = _location(scope, unread.key, unread.resource)
            name = Unknown(unread.reason)
            buckets.append(_unknown(name, unread.key.text, unread.reason, location, inputs))
        else:
            diagnostics.append(unread.remark(scope.template.path))
    diagnostics.extend(_defaults_taken(scope))
    return Declarations(tuple(buckets), tuple(diagnostics))


def _defaults_taken(scope: Scope) -> Iterator[Diagnostic]:
    """A default is what a deployment gets that gives nothing: whether this one did cannot be seen here."""
    for key, declared, default in scope.defaults_taken():
        what = "its default" if declared.is_secret else f"its default {shown(default)}"
        yield Diagnostic(
            Severity.INFO,
            "default-taken",
            f"parameter {key.text}: {what} was taken",
            key.place.location(scope.template.path),
            f"give --parameter {key.text}=VALUE if the stack has another value",
        )


def _generated(scope: Scope, key: Scalar, node: Node, inputs: Inputs) -> tuple[Bucket | None, Diagnostic]:
    """``Fn::ForEach::...`` and ``Fn::Transform`` among the resources make resources that cannot be seen here."""
    reason = f"{key.text} on line {key.place.line} makes resources when the template is processed"
    location = _location(scope, key, node)
    diagnostic = _not_seen(reason, scope, key)
    likely = key.text == "Fn::Transform" and speaks_for_buckets(file_names(node))
    if not likely and not any(scalar.text == BUCKET for scalar in _scalars(node)):
        return None, diagnostic
    return _unknown(Unknown(reason), key.text, reason, location, inputs), diagnostic


def _not_seen(reason: str, scope: Scope, node: Node) -> Diagnostic:
    return Diagnostic(
        Severity.WARNING,
        "not-evaluated",
        f"{reason}: buckets that come of it are not seen",
        node.place.location(scope.template.path),
        "give the processed template (aws cloudformation get-template --template-stage Processed)",
    )


def _scalars(node: Node) -> Iterator[Scalar]:
    pending = [node]
    while pending:
        each = pending.pop()
        if isinstance(each, Scalar):
            yield each
        elif isinstance(each, ListNode):
            pending.extend(each.items)
        else:
            pending.extend(value for _, value in each.entries)


def _location(scope: Scope, key: Scalar, node: Node) -> Location:
    end = max(key.place.line, node.place.end_line)
    return Location(scope.template.path, key.place.line, end, key.place.column)


def _unknown(name: Text, address: str, reason: str, location: Location, inputs: Inputs) -> Bucket:
    return Bucket(
        name=name,
        state=State.UNKNOWN,
        source=SOURCE,
        address=address,
        reason=reason,
        location=location,
        account=inputs.account,
        region=inputs.region,
        writes_max_age_zero=True,
    )


@dataclass(frozen=True, slots=True)
class _Declaration:
    scope: Scope
    key: Scalar
    resource: MapNode
    inputs: Inputs

    def read(self) -> tuple[Bucket | None, list[Diagnostic]]:
        """The bucket, or None where its condition is false."""
        scope = self.scope
        condition = self.resource.get("Condition")
        if condition is not None:
            truth = scope.conditions.named(condition)
            if truth is False:
                return None, []
            if isinstance(truth, Unknown):
                return self._unknown(f"whether the bucket is created is not known: {truth.reason}"), []
        if scope.template.macros:
            return self._unknown(f"the macro {scope.template.macros[0]} may rewrite the template"), []
        function = mixed_call(self.resource)
        if function is not None:
            return self._unknown(f"{function} rewrites the resource when the stack is deployed"), []
        slip = slip_in(self.key, self.resource)
        if slip is not None:
            return self._refused(slip)
        properties = self.resource.get("Properties")
        if properties is None:
            return self._absent(), []
        if not isinstance(properties, MapNode) or properties.tag is not None:
            return self._unknown(f"its Properties (line {properties.place.line}) are not a plain mapping"), []
        function = mixed_call(properties)
        if function is not None or call_of(properties) is not None:
            what = function or "a function"
            return self._unknown(f"{what} in its Properties (line {properties.place.line}) needs the stack"), []
        return self._with(properties)

    def _with(self, properties: MapNode) -> tuple[Bucket, list[Diagnostic]]:
        node = properties.get("CorsConfiguration")
        if node is None:
            slip = misplaced_rules(properties)
            return self._refused(slip) if slip is not None else (self._absent(), [])
        configuration = self.scope.value(node)
        if isinstance(configuration.data, NoValue):
            return self._absent(), []
        reader = CorsReader(self.scope.template.path)
        reader.read(configuration)
        diagnostics = [*reader.refusals, *reader.remarks]
        if reader.refusals:
            first = reader.refusals[0]
            where = f" (line {first.location.line})" if first.location else ""
            return self._unknown(f"CloudFormation would refuse it: {first.message}{where}"), diagnostics
        if reader.unknown is not None:
            return self._unknown(reader.unknown), diagnostics
        if not reader.rules:
            return self._absent(says_none=True), diagnostics
        return (
            Bucket(
                name=self.scope.names.of(self.key.text),
                state=State.CONFIGURED,
                source=SOURCE,
                address=self.key.text,
                cors=BucketCors(tuple(reader.rules)),
                location=self._location(),
                places=tuple(reader.places),
                account=self.inputs.account,
                region=self.inputs.region,
                writes_max_age_zero=True,
            ),
            diagnostics,
        )

    def _refused(self, slip: Slip) -> tuple[Bucket, list[Diagnostic]]:
        location = slip.node.place.location(self.scope.template.path)
        reason = f"{'CloudFormation would refuse it: ' if slip.refused else ''}{slip.message} (line {location.line})"
        return self._unknown(reason), [Diagnostic(Severity.WARNING, slip.id, slip.message, location, slip.advice)]

    def _location(self) -> Location:
        return _location(self.scope, self.key, self.resource)

    def _unknown(self, reason: str) -> Bucket:
        name = self.scope.names.of(self.key.text)
        return _unknown(name, self.key.text, reason, self._location(), self.inputs)

    def _absent(self, says_none: bool = False) -> Bucket:
        return Bucket(
            name=self.scope.names.of(self.key.text),
            state=State.ABSENT,
            source=SOURCE,
            address=self.key.text,
            location=self._location(),
            account=self.inputs.account,
            region=self.inputs.region,
            writes_max_age_zero=True,
            says_none=says_none,
        )
