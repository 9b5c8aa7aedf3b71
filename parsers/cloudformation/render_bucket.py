"""The edits that give one bucket of a template other rules."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from drift.edits import Proposal, TextEdit, WantedRules
from drift.interfaces import Tree
from drift.snapshot import Bucket
from parsers.cloudformation.amplify import is_copy
from parsers.cloudformation.render_by_hand import by_hand, told_as_a_whole
from parsers.cloudformation.render_calls import MAX_FORKS, Calls, no_value, not_literal
from parsers.cloudformation.render_places import Resource, RulesPlace, arms, call_in, entry_of, resource_of, rules_of
from parsers.cloudformation.sam import is_built
from parsers.cloudformation.serverless import is_packaged
from parsers.document.edit import CannotWrite, Data, Kind, Part, Source, read_source
from parsers.document.edit_anchors import with_others_as_before
from parsers.document.edit_rules import RuleEdits, tidy

NAMES = {
    "ID": "Id",
    "AllowedOrigins": "AllowedOrigins",
    "AllowedMethods": "AllowedMethods",
    "AllowedHeaders": "AllowedHeaders",
    "ExposeHeaders": "ExposedHeaders",
    "MaxAgeSeconds": "MaxAge",
}
"""S3's names of the fields to CloudFormation's, in the order in which they are written."""


def proposed(tree: Tree, bucket: Bucket, wanted: WantedRules) -> Proposal:
    """What is proposed for a bucket whose place is known. Raises ``InputError``."""
    assert bucket.location is not None  # noqa: S101 - asked before
    path = (bucket.places[0].location if bucket.places else bucket.location).path
    source = read_source(tree.read(path), path)
    resource = resource_of(source, bucket.location) if path == bucket.location.path else None
    if resource is None:
        why = "its resource is put together from several places"
        return Proposal((), (told_as_a_whole(bucket.location, why, wanted, source),))
    generated = _generated(path, resource)
    if generated is not None:
        return Proposal((), (told_as_a_whole(bucket.location, generated, wanted, source, resource.construct),))
    change = _BucketChange(source, resource, bucket, wanted)
    return change.proposal()


def _generated(path: str, resource: Resource) -> str | None:
    """What makes the template anew each time, so that an edit of it would be lost."""
    if resource.construct is not None:
        return f"the template is made by the CDK: edit the property cors of the construct {resource.construct}"
    if is_built(path):
        return "the template is made by sam build: edit the one that it is made from"
    if is_packaged(path):
        return "the template is made by serverless package: edit the service that it is made from"
    if is_copy(path):
        return "the template is a copy that Amplify makes: edit the one under amplify/backend"
    return None


@dataclass(frozen=True, slots=True)
class _BucketChange:
    source: Source
    resource: Resource
    bucket: Bucket
    wanted: WantedRules

    def proposal(self) -> Proposal:
        """Sets of edits, the one that keeps most of the text first, and what is told if none of them does it."""
        attempts: dict[tuple[TextEdit, ...], None] = {}
        reasons: list[str] = []
        met = 0
        for in_anchor in (True, False) if self.source.has_aliases else (True,):
            calls = self._calls(())
            self._tried(calls, in_anchor, attempts, reasons)
            met = max(calls.met, int(self._is_called()))
            for choices in product((0, 1), repeat=min(met, MAX_FORKS)):
                if any(choices):
                    self._tried(self._calls(choices), in_anchor, attempts, reasons)
        told = None if attempts else next(iter(reasons), None)
        if attempts and met:
            told = "a condition decides it, and an edit of one arm alone does not do it"
        rule_edits = self._rule_edits(self._calls(()), True)
        return Proposal(
            tuple(attempts), by_hand(self.source, self.resource, self.bucket, self.wanted, rule_edits, told)
        )

    def _tried(
        self, calls: Calls, in_anchor: bool, attempts: dict[tuple[TextEdit, ...], None], reasons: list[str]
    ) -> None:
        try:
            edits = self._edits(self._rule_edits(calls, in_anchor), tuple(calls.choices))
        except CannotWrite as error:
            reasons.append(error.reason)
            return
        attempts |= dict.fromkeys(self._tidied(edits))
        if in_anchor and self.source.has_aliases:
            attempts |= dict.fromkeys(self._tidied(with_others_as_before(self.source, edits)))

    def _is_called(self) -> bool:
        value = self._property()
        return value is not None and call_in(value.known) is not None

    def _tidied(self, edits: list[TextEdit] | None) -> Iterator[tuple[TextEdit, ...]]:
        tidied = tidy(edits, self.source.text) if edits else None
        if tidied:
            yield tidied

    def _calls(self, choices: tuple[int, ...]) -> Calls:
        root = self.source.root
        sections = [self.source.find(*path) for path in (("Parameters",), ("resources", "Parameters"))]
        mappings = [self.source.find(*path) for path in (("Mappings",), ("resources", "Mappings"))]
        assert root is not None  # noqa: S101 - it has the resource
        return Calls(
            self.source,
            next((each.known for each in sections if each is not None), None),
            next((each.known for each in mappings if each is not None), None),
            choices,
        )

    def _rule_edits(self, calls: Calls, in_anchor: bool) -> RuleEdits:
        zero = self.bucket.writes_max_age_zero
        return RuleEdits(self.source, NAMES, in_anchor, zero, calls.edits, not_literal)

    def _property(self) -> Part | None:
        properties = self.resource.properties
        return entry_of(properties, "CorsConfiguration") if properties is not None else None

    def _edits(self, edits: RuleEdits, choices: tuple[int, ...]) -> list[TextEdit]:
        value = self._property()
        if not self.wanted.rules:
            return self._without(value, choices)
        if value is None:
            return self._with_property(edits)
        place = rules_of(self.resource, self.bucket)
        if place is None or self.bucket.cors is None or not place.container.items:
            return self._whole(edits, value, place)
        properties = self.resource.properties
        if not edits.in_anchor and properties is not None and properties.get("CorsConfiguration") is None:
            return self._with_property(edits)  # its own, in the place of the one that is merged
        if place.aliases and not edits.in_anchor:
            alias, whole = place.aliases[0]
            return self.source.replaced(alias, self._configuration(edits) if whole else self._rules(edits))
        old = self.bucket.cors.rules
        gone = set(range(len(old))) - set(self.wanted.replaces)
        for index in gone:
            if call_in(place.members[index].known) is not None:
                raise CannotWrite("the rule is there under a condition only, and which case is meant is open")
        return edits.rules(place.container, place.members, old, self.wanted, place.bodies)

    def _without(self, value: Part | None, choices: tuple[int, ...]) -> list[TextEdit]:
        """Take the property out, and ``Properties`` where nothing else is in it."""
        properties = self.resource.properties
        if value is None or properties is None:
            return []
        called = call_in(value.known)
        if called is not None:
            if called[0] == "Fn::If" and len(called[1].items) == 3:
                return no_value(self.source, called[1].items[1 + (choices[0] if choices else 0)])
            raise CannotWrite(f"it is computed by {called[0]}")
        if properties.get("CorsConfiguration") is None:
            raise CannotWrite("it is merged from another mapping, which others may need")
        if len(properties.entries) == 1 and self.resource.body.get("Properties") is properties:
            return self.source.with_keys(self.resource.body, {}, ["Properties"])
        return self.source.with_keys(properties, {}, ["CorsConfiguration"])

    def _with_property(self, edits: RuleEdits) -> list[TextEdit]:
        properties = self.resource.properties
        whole = self._configuration(edits)
        if properties is not None:
            order = ["BucketName", "AccessControl", "CorsConfiguration"]
            return self.source.with_keys(properties, {"CorsConfiguration": whole}, order=order)
        if self.resource.body.get("Properties") is not None:
            raise CannotWrite("its Properties are not written out")
        order = ["Type", "Condition", "DeletionPolicy", "UpdateReplacePolicy", "DependsOn", "Metadata", "Properties"]
        return self.source.with_keys(self.resource.body, {"Properties": {"CorsConfiguration": whole}}, order=order)

    def _whole(self, edits: RuleEdits, value: Part, place: RulesPlace | None) -> list[TextEdit]:
        """Write the property anew where it says nothing that could be kept."""
        if self.bucket.cors is not None:
            raise CannotWrite("its rules do not stand in one list that is written out")
        if place is not None and place.container.kind is Kind.LIST and not place.container.items:
            return self.source.replaced(place.container, self._rules(edits))
        if any(call_in(each) is not None for each, _ in arms(value)) or call_in(value.known) is not None:
            raise CannotWrite("it is there under a condition only")
        return self.source.replaced(value, self._configuration(edits))

    def _configuration(self, edits: RuleEdits) -> Data:
        return {"CorsRules": self._rules(edits)}

    def _rules(self, edits: RuleEdits) -> list[Data]:
        return [edits.written(rule) for rule in self.wanted.rules]
