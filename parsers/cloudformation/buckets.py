"""The buckets that a template declares."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from drift.cors.model import Unknown
from drift.interfaces import Inputs, Tree
from drift.location import Diagnostic, Location, Severity
from drift.snapshot import Bucket
from parsers.cloudformation.calls import PROCESSED
from parsers.cloudformation.cases import Outcome
from parsers.cloudformation.declaration import Declaration, bucket_not_known, location_of, read_together
from parsers.cloudformation.intrinsics import Scope
from parsers.cloudformation.loops import LOOP
from parsers.cloudformation.resources import BUCKET, is_bucket, slip_in
from parsers.cloudformation.unread import file_names, speaks_for_buckets, unread_in
from parsers.document import ListNode, MapNode, Node, Scalar, shown


@dataclass(frozen=True, slots=True)
class Declarations:
    """What one template gives."""

    buckets: tuple[Bucket, ...]
    diagnostics: tuple[Diagnostic, ...]


def declared_buckets(
    scope: Scope, inputs: Inputs, tree: Tree, read: Collection[str], followed: Collection[str] = ()
) -> Declarations:
    """Every ``AWS::S3::Bucket`` of the template that is or may be created.

    ``read`` are the paths of all templates that are read, ``followed`` the nested stacks that are; what others may
    declare is told.
    """
    buckets: list[Bucket] = []
    diagnostics = [_not_seen("AWS::Include adds to the template", scope, node) for node in scope.template.includes]
    diagnostics.extend(scope.template.repeated)
    diagnostics.extend(_macro(scope, name) for name in scope.template.macros[:1])
    declarations: list[Declaration] = []
    for key, node in scope.template.resources:
        if key.text.startswith("Fn::"):
            bucket, found = _generated(scope, key, node, inputs)
            buckets.extend([bucket] if bucket is not None else [])
            diagnostics.extend(found)
        elif isinstance(node, MapNode) and (is_bucket(node) or slip_in(key, node) is not None):
            declarations.append(Declaration(scope, key, node, inputs))
    for outcome in _outcomes(declarations):
        buckets.extend([outcome.bucket] if outcome.bucket is not None else [])
        diagnostics.extend(outcome.diagnostics)
    for unread in unread_in(scope, tree, read, followed):
        condition = unread.resource.get("Condition")
        if condition is not None and scope.conditions.named(condition) is False:
            continue
        if unread.likely:
            location = location_of(scope, unread.key, unread.resource)
            name = Unknown(unread.reason)
            buckets.append(bucket_not_known(name, unread.key.text, unread.reason, location, inputs))
        else:
            diagnostics.append(unread.remark(scope.template.path))
    diagnostics.extend(scope.ledger.faults)
    diagnostics.extend(_parameters_taken(scope))
    return Declarations(tuple(buckets), tuple(dict.fromkeys(diagnostics)))


def _outcomes(declarations: Sequence[Declaration]) -> Iterable[Outcome]:
    """What each declares; those of one name, of which only one is created at a time, as one."""
    outcomes = {declaration.key.text: declaration.read() for declaration in declarations}
    by_name: dict[str, list[Declaration]] = {}
    for declaration in declarations:
        bucket = outcomes[declaration.key.text].bucket
        if bucket is not None and isinstance(bucket.name, str) and bucket.alternatives:
            by_name.setdefault(bucket.name, []).append(declaration)
    for name, same in by_name.items():
        together = read_together(same, name) if len(same) > 1 else None
        if together is not None:
            outcomes[same[0].key.text] = together
            for other in same[1:]:
                del outcomes[other.key.text]
    return outcomes.values()


def _parameters_taken(scope: Scope) -> Iterator[Diagnostic]:
    """Where the values come from on which something hangs.

    A default is what a deployment gets that gives nothing: whether this one did cannot be seen here.
    """
    for key, declared, default, taken in scope.parameters_taken():
        at = key.place.location(scope.template.path)
        if taken is not None:
            value, source = taken
            message = f"parameter {key.text}: {value} was taken from {source}"
            yield Diagnostic(Severity.INFO, "parameter-taken", message, at)
        if default is not None and not (scope.position and scope.position.ids):
            what = "its default" if declared.is_secret else f"its default {shown(default)}"
            advice = f"give --parameter {key.text}=VALUE if the stack has another value"
            yield Diagnostic(Severity.INFO, "default-taken", f"parameter {key.text}: {what} was taken", at, advice)


def _generated(scope: Scope, key: Scalar, node: Node, inputs: Inputs) -> tuple[Bucket | None, list[Diagnostic]]:
    """``Fn::ForEach::...`` and ``Fn::Transform`` among the resources make resources that cannot be seen here."""
    made = f"{key.text} on line {key.place.line} makes resources when the template is processed"
    reason = scope.ledger.unmade.get(key.text, made)
    location = location_of(scope, key, node)
    told = key.text.startswith(LOOP) and not scope.template.extended  # a fault of the template, told as one
    diagnostics = [] if told else [_not_seen(reason, scope, key)]
    likely = key.text == "Fn::Transform" and speaks_for_buckets(file_names(node))
    if not likely and not any(scalar.text == BUCKET for scalar in _scalars(node)):
        return None, diagnostics
    return bucket_not_known(Unknown(reason), key.text, reason, location, inputs), diagnostics


def _macro(scope: Scope, name: str) -> Diagnostic:
    message = f"the macro {name} is not run: buckets that it adds to the template are not seen"
    return Diagnostic(Severity.INFO, "macro-not-run", message, Location(scope.template.path), PROCESSED)


def _not_seen(reason: str, scope: Scope, node: Node) -> Diagnostic:
    return Diagnostic(
        Severity.WARNING,
        "not-evaluated",
        f"{reason}: buckets that come of it are not seen",
        node.place.location(scope.template.path),
        PROCESSED,
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
