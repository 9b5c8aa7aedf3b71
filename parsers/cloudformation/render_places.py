"""Where a bucket's rules are written in a template: the resource, its property, the list, each rule."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from drift.location import Location
from drift.snapshot import Bucket
from parsers.cloudformation.calls import SHORT_TAGS
from parsers.document.edit import Kind, Part, Source


@dataclass(slots=True)
class Resource:
    """A bucket's resource: ``key`` and ``body`` of its entry."""

    key: Part
    body: Part

    @property
    def properties(self) -> Part | None:
        """Its properties, where they are written out."""
        value = self.body.get("Properties")
        return value.known if value is not None and value.known.kind is Kind.MAP else None

    @property
    def construct(self) -> str | None:
        """The path of the CDK construct that it was made from."""
        metadata = self.body.get("Metadata")
        path = metadata.known.get("aws:cdk:path") if metadata is not None else None
        return path.plain_text if path is not None else None

    @property
    def loop(self) -> str | None:
        """The loop that it comes of, together with others."""
        part: Part | None = self.key
        while part is not None and part.parent is not None:
            around = part.parent
            for key, value in around.entries:
                if value is part and (key.plain_text or "").startswith("Fn::ForEach::"):
                    return key.plain_text
            part = around
        return None


@dataclass(slots=True)
class RulesPlace:
    """Where rules are written: the list, and for each rule the member and the mapping that it comes to.

    ``aliases`` are those that were followed to the list, outermost first, each with whether it stands for the whole
    configuration.
    """

    container: Part
    members: list[Part]
    bodies: list[Part]
    aliases: list[tuple[Part, bool]] = field(default_factory=list)


def resource_of(source: Source, location: Location) -> Resource | None:
    """The resource whose key stands at a place."""
    key = source.at(location.line, location.column, Kind.SCALAR)
    around = key.parent if key is not None else None
    if key is None or around is None:
        return None
    value = next((value for each, value in around.entries if each is key), None)
    return Resource(key, value.known) if value is not None and value.known.kind is Kind.MAP else None


def entry_of(mapping: Part, name: str) -> Part | None:
    """The value of a key, of its own or merged with ``<<``."""
    own = mapping.get(name)
    return own if own is not None else next((each.get(name) for each in mapping.merged() if each.get(name)), None)


def rules_of(resource: Resource, bucket: Bucket) -> RulesPlace | None:
    """Where the declared rules of a bucket are, among all that its conditions may give."""
    properties = resource.properties
    value = entry_of(properties, "CorsConfiguration") if properties is not None else None
    if value is None:
        return None
    for configuration, outer in arms(value):
        rules = entry_of(configuration, "CorsRules") if configuration.kind is Kind.MAP else None
        if rules is None:
            continue
        for container, inner in arms(rules):
            aliases = [(each, True) for each in outer] + [(each, False) for each in inner]
            found = _matched(container, [place.location for place in bucket.places])
            if found is not None:
                return RulesPlace(container, *found, aliases)
    return None


def _matched(container: Part, places: Sequence[Location]) -> tuple[list[Part], list[Part]] | None:
    if container.kind is not Kind.LIST or container.tag is not None:
        return None
    members: list[Part] = []
    bodies: list[Part] = []
    for place in places:
        fitting = (
            (item, body)
            for item in container.items
            for body, _ in arms(item)
            if (body.line, body.column) == (place.line, place.column)
        )
        found = next(fitting, None)
        if found is None:
            return None
        members.append(found[0])
        bodies.append(found[1])
    return members, bodies


def arms(part: Part) -> Iterator[tuple[Part, list[Part]]]:
    """What a value may come to by conditions: itself, or each arm of ``Fn::If``; with the aliases followed."""
    followed = [part] if part.kind is Kind.ALIAS else []
    known = part.known
    called = call_in(known)
    if called is not None and called[0] == "Fn::If" and len(called[1].items) == 3:
        for arm in called[1].items[1:]:
            for each, aliases in arms(arm):
                yield each, followed + aliases
        return
    yield known, followed


def call_in(part: Part) -> tuple[str, Part] | None:
    """The long name and the argument of a function, else None. Of a short tag the argument is the part itself."""
    if part.tag is not None:
        name = SHORT_TAGS.get(part.tag)
        return None if name is None else (name, part)
    if part.kind is Kind.MAP and len(part.entries) == 1:
        key, argument = part.entries[0]
        name = key.plain_text or ""
        if name == "Ref" or name.startswith("Fn::"):
            return name, argument.known
    return None
