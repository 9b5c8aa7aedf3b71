"""One ``AWS::S3::Bucket``: what it declares, in every case that the template leaves open.

A slip in one bucket leaves that bucket unknown, and no other: CloudFormation deploys nothing of such a template, but
what the other buckets declare is as plain as before, and so is whether live is the same. The slip itself is told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from drift.cors.model import BucketCors, Text
from drift.interfaces import Inputs
from drift.location import Diagnostic, Location, Severity
from drift.snapshot import Bucket, State
from parsers.cloudformation.alternatives import possibilities
from parsers.cloudformation.calls import PROCESSED, call_of, mixed_call
from parsers.cloudformation.cases import Case, Outcome, advice_on, summed_up
from parsers.cloudformation.conditions import Undecided
from parsers.cloudformation.cors import CorsReader, span
from parsers.cloudformation.intrinsics import Scope
from parsers.cloudformation.names import constructed
from parsers.cloudformation.resources import Slip, misplaced_rules, slip_in
from parsers.cloudformation.values import NoValue
from parsers.document import MapNode, Node, Scalar, Secret, plain

SOURCE = "cloudformation"


def bucket_not_known(name: Text, address: str, reason: str, location: Location, inputs: Inputs) -> Bucket:
    """A bucket of which nothing more is known."""
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
        stack=inputs.stack_name,
    )


def location_of(scope: Scope, key: Scalar, node: Node) -> Location:
    """A key with what stands under it."""
    return span(key, node, scope.template.path)


@dataclass(frozen=True, slots=True)
class Declaration:
    """A resource that is, or was meant to be, a bucket."""

    scope: Scope
    key: Scalar
    resource: MapNode
    inputs: Inputs

    def read(self) -> Outcome:
        """The bucket, with all that it may be where conditions are not known."""
        cases = possibilities(self.scope, self.read_in)
        if cases is not None and len(cases) == 1:
            return cases[0][1]
        whole = self.read_in(self.scope)  # what all cases have in common
        if cases is None:
            return whole
        declared = [outcome.bucket for _, outcome in cases if outcome.bucket is not None]
        names = {bucket.name for bucket in declared}
        name = names.pop() if len(names) == 1 else self.scope.names.of(self.key.text)
        name = plain(name) if isinstance(name, str) else name
        found = summed_up(cases, name, whole.bucket or next(iter(declared), None))
        if found.bucket is None:
            return found
        generated = all(bucket.generated for bucket in declared)
        return replace(found, bucket=replace(found.bucket, generated=generated))

    def read_in(self, scope: Scope) -> Outcome:
        """The bucket as it is in one case."""
        return _Reading(self, scope).read()


def read_together(declarations: Sequence[Declaration], name: str) -> Outcome | None:
    """What several resources with one name declare, where in every case at most one of them is created; else None."""
    first = declarations[0]
    cases = possibilities(first.scope, lambda scope: [declaration.read_in(scope) for declaration in declarations])
    together: list[Case] = []
    for assumed, outcomes in cases or ():
        created = [outcome for outcome in outcomes if outcome.bucket is not None]
        if len(created) > 1:
            return None
        diagnostics = tuple(each for outcome in outcomes for each in outcome.diagnostics)
        together.append((assumed, Outcome(created[0].bucket if created else None, diagnostics)))
    if not together:
        return None
    keys = " and ".join(declaration.key.text for declaration in declarations)
    reason = f"which of {keys} declares the bucket is not known: {advice_on(together)}"
    location = location_of(first.scope, first.key, first.resource)
    return summed_up(together, name, bucket_not_known(name, first.key.text, reason, location, first.inputs))


_KEEPING = frozenset({"Retain", "RetainExceptOnCreate"})
"""Source: CloudFormation template reference, "DeletionPolicy attribute"."""


@dataclass(frozen=True, slots=True)
class _Reading:
    """A declaration as it is in one case."""

    declaration: Declaration
    scope: Scope

    def read(self) -> Outcome:
        resource, scope = self.declaration.resource, self.scope
        if scope.template.macros:
            return self._unknown(f"the macro {scope.template.macros[0]} may rewrite the template: {PROCESSED}")
        function = mixed_call(resource)
        if function is not None:
            return self._unknown(f"{function} rewrites the resource when the stack is deployed: {PROCESSED}")
        condition = resource.get("Condition")
        if condition is not None:
            truth = scope.decide(scope.conditions.named(condition))
            if truth is False:
                return Outcome(None)
            if isinstance(truth, Undecided):
                return self._unknown(f"whether the bucket is created is not known: {truth.reason}")
        slip = slip_in(self.declaration.key, resource)
        if slip is not None:
            return self._refused(slip)
        properties = resource.get("Properties")
        if properties is None:
            return Outcome(self._absent())
        if not isinstance(properties, MapNode) or properties.tag is not None:
            return self._unknown(f"its Properties (line {properties.place.line}) are not a plain mapping")
        function = mixed_call(properties)
        if function is not None or call_of(properties) is not None:
            what = function or "a function"
            return self._unknown(
                f"{what} in its Properties (line {properties.place.line}) needs the stack: {PROCESSED}"
            )
        return self._with(properties)

    def _with(self, properties: MapNode) -> Outcome:
        node = properties.get("CorsConfiguration")
        if node is None:
            slip = misplaced_rules(properties)
            return self._refused(slip) if slip is not None else Outcome(self._absent())
        configuration = self.scope.value(node)
        if isinstance(configuration.data, NoValue):
            return Outcome(self._absent())
        reader = CorsReader(self.scope.template.path)
        reader.read(configuration)
        diagnostics = tuple(reader.refusals)
        if reader.refusals:
            first = reader.refusals[0]
            where = f" (line {first.location.line})" if first.location else ""
            return self._unknown(f"CloudFormation would refuse it: {first.message}{where}", diagnostics)
        if reader.unknown is not None:
            return self._unknown(reader.unknown, diagnostics)
        if not reader.rules:
            return Outcome(self._absent(says_none=True), diagnostics)
        bucket = self._bucket("")
        return Outcome(
            replace(
                bucket,
                state=State.CONFIGURED,
                cors=BucketCors(tuple(reader.rules)),
                reason=None,
                places=tuple(reader.places),
                sensitive=bucket.sensitive | reader.sensitive,
            ),
            diagnostics,
        )

    def _refused(self, slip: Slip) -> Outcome:
        location = slip.node.place.location(self.scope.template.path)
        reason = f"{'CloudFormation would refuse it: ' if slip.refused else ''}{slip.message} (line {location.line})"
        return self._unknown(reason, (Diagnostic(Severity.WARNING, slip.id, slip.message, location, slip.advice),))

    def _unknown(self, reason: str, diagnostics: tuple[Diagnostic, ...] = ()) -> Outcome:
        return Outcome(self._bucket(f"{reason}{constructed(self.declaration.resource)}"), diagnostics)

    def _absent(self, says_none: bool = False) -> Bucket:
        return replace(self._bucket(""), state=State.ABSENT, reason=None, says_none=says_none)

    def _bucket(self, reason: str) -> Bucket:
        """The bucket with its name, and nothing known of its rules."""
        inputs, address = self.declaration.inputs, self.declaration.key.text
        with self.scope.merging():
            name = self.scope.names.of(address)
            generated = self.scope.names.is_generated(address)
        shown = plain(name) if isinstance(name, str) else name
        bucket = bucket_not_known(
            shown, address, reason, location_of(self.scope, self.declaration.key, self.declaration.resource), inputs
        )
        sensitive = frozenset({plain(name)} if isinstance(name, Secret) else ())
        return replace(bucket, generated=generated, sensitive=sensitive, kept=self._kept())

    def _kept(self) -> Location | None:
        """Where the template says that the bucket stays once the template no longer has it."""
        policy = self.declaration.resource.get("DeletionPolicy")
        if isinstance(policy, Scalar) and policy.tag is None and policy.text in _KEEPING:
            return policy.place.location(self.scope.template.path)
        return None
