"""One ``AWS::S3::Bucket``: what it declares, in every case that the template leaves open.

A slip in one bucket leaves that bucket unknown, and no other: CloudFormation deploys nothing of such a template, but
what the other buckets declare is as plain as before, and so is whether live is the same. The slip itself is told.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from drift.cors.model import BucketCors, Text
from drift.interfaces import Inputs
from drift.location import Diagnostic, Location, Severity
from drift.snapshot import Alternative, Bucket, State
from parsers.cloudformation.alternatives import Assumption, possibilities
from parsers.cloudformation.calls import PROCESSED, call_of, mixed_call
from parsers.cloudformation.conditions import Undecided
from parsers.cloudformation.cors import CorsReader
from parsers.cloudformation.intrinsics import Scope
from parsers.cloudformation.resources import Slip, misplaced_rules, slip_in
from parsers.cloudformation.values import NoValue, Secret
from parsers.document import MapNode, Scalar

SOURCE = "cloudformation"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is declared in one case, None where the bucket is not; and what is to be said about it."""

    bucket: Bucket | None
    diagnostics: tuple[Diagnostic, ...] = ()


Case = tuple[tuple[Assumption, ...], Outcome]


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


@dataclass(frozen=True, slots=True)
class Declaration:
    """A resource that is, or was meant to be, a bucket."""

    scope: Scope
    key: Scalar
    resource: MapNode
    inputs: Inputs

    def read(self) -> Outcome:
        """The bucket, with all that it may be where conditions are not known."""
        cases = possibilities(self.scope, lambda scope: _Reading(self, scope).read())
        if cases is not None and len(cases) == 1:
            return cases[0][1]
        whole = _Reading(self, self.scope).read()  # what all cases have in common
        if cases is None:
            return whole
        outcomes = [outcome for _, outcome in cases]
        diagnostics = _told(cases)
        declared = [outcome.bucket for outcome in outcomes if outcome.bucket is not None]
        if not declared:
            return Outcome(None, diagnostics)
        name = declared[0].name if len({each.name for each in declared}) == 1 else self.scope.names.of(self.key.text)
        if len({_said(outcome.bucket) for outcome in outcomes}) == 1:
            return Outcome(replace(declared[0], name=name, sensitive=_all_sensitive(declared)), diagnostics)
        common = whole.bucket or declared[0]
        return Outcome(
            replace(
                common,
                name=name,
                sensitive=common.sensitive | _all_sensitive(declared),
                alternatives=_alternatives(cases, name),
            ),
            diagnostics,
        )


def _alternatives(cases: Sequence[Case], name: Text) -> tuple[Alternative, ...]:
    """The cases, those that come to the same as one."""
    groups: dict[object, list[Case]] = {}
    for case in cases:
        groups.setdefault(_said(case[1].bucket), []).append(case)
    found = []
    for group in groups.values():
        bucket = group[0][1].bucket
        when = ", or ".join(_when(assumed) for assumed, _ in group)
        advice = _advice(assumption for assumed, _ in group for assumption in assumed)
        found.append(Alternative(when, None if bucket is None else replace(bucket, name=name), advice))
    return tuple(found)


def _when(assumed: Iterable[Assumption]) -> str:
    return " and ".join(each.words for each in assumed)


def _told(cases: Sequence[Case]) -> tuple[Diagnostic, ...]:
    """What is to be said about all cases, and what about one, with what is so in it."""
    told: dict[Diagnostic, None] = {}
    for assumed, outcome in cases:
        for each in outcome.diagnostics:
            always = all(each in other.diagnostics for _, other in cases)
            told[each if always else replace(each, message=f"if {_when(assumed)}: {each.message}")] = None
    return tuple(told)


def _advice(assumed: Iterable[Assumption]) -> str:
    reasons = dict.fromkeys(each.comparison.advice for each in assumed)
    return "; ".join(list(reasons)[:3])


def _said(bucket: Bucket | None) -> object:
    """What a bucket declares, without where it does."""
    return None if bucket is None else (bucket.state, bucket.cors, bucket.says_none, bucket.reason)


def _all_sensitive(buckets: Iterable[Bucket]) -> frozenset[str | int]:
    return frozenset(each for bucket in buckets for each in bucket.sensitive)


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

    def _location(self) -> Location:
        key, resource = self.declaration.key, self.declaration.resource
        end = max(key.place.line, resource.place.end_line)
        return Location(self.scope.template.path, key.place.line, end, key.place.column)

    def _unknown(self, reason: str, diagnostics: tuple[Diagnostic, ...] = ()) -> Outcome:
        return Outcome(self._bucket(reason), diagnostics)

    def _absent(self, says_none: bool = False) -> Bucket:
        return replace(self._bucket(""), state=State.ABSENT, reason=None, says_none=says_none)

    def _bucket(self, reason: str) -> Bucket:
        """The bucket with its name, and nothing known of its rules."""
        inputs, address = self.declaration.inputs, self.declaration.key.text
        with self.scope.merging():
            name = self.scope.names.of(address)
        shown = str(name) if isinstance(name, str) else name
        bucket = bucket_not_known(shown, address, reason, self._location(), inputs)
        return replace(bucket, sensitive=frozenset({str(name)} if isinstance(name, Secret) else ()))
