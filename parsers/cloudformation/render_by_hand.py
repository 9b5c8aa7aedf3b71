"""What somebody has to change in a template, where and to what, since no edit of ours does it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

from drift.cors.model import API_NAMES, CorsRule
from drift.edits import ByHand, WantedRules
from drift.location import Location
from drift.snapshot import Bucket
from parsers.cloudformation.render_calls import Elsewhere
from parsers.cloudformation.render_cdk import in_typescript
from parsers.cloudformation.render_places import Resource, RulesPlace, entry_of, rules_of
from parsers.document.edit import CannotWrite, Data, Part, Source
from parsers.document.edit_fresh import in_json, in_yaml
from parsers.document.edit_rules import FieldValue, RuleEdits, differing_fields

NO_EDIT = "no edit of it was found that does this and nothing else"


def told_as_a_whole(
    location: Location, why: str, wanted: WantedRules, source: Source | None, construct: str | None = None
) -> ByHand:
    """All of the rules as they should be, in the language of the file; for a CDK construct in TypeScript."""
    if construct is not None:
        return ByHand(location, why, in_typescript(wanted.rules))
    return ByHand(location, why, _configuration(wanted, source))


def by_hand(
    source: Source, resource: Resource, bucket: Bucket, wanted: WantedRules, edits: RuleEdits, reason: str | None
) -> tuple[ByHand, ...]:
    """Each change by itself where the rules are written out, else all of them in one."""
    assert bucket.location is not None  # noqa: S101 - asked before
    why = reason or NO_EDIT
    loop = resource.loop
    if loop is not None:
        why = f"{loop} makes it together with others"
    place = rules_of(resource, bucket) if bucket.cors is not None else None
    shared = _shared_anchor(place) if place is not None and reason is None else None
    if shared is not None:
        why = f"it is written at the anchor &{shared}, which others use as well"
    if bucket.cors is None or place is None or not wanted.rules:
        at = bucket.location
        properties = resource.properties
        key = None if properties is None else properties.key_of("CorsConfiguration")
        value = None if properties is None else entry_of(properties, "CorsConfiguration")
        decided = _decided(value, edits) if value is not None and loop is None else None
        if decided is not None:
            at, why = _at(source, decided.part), decided.reason
        elif key is not None:
            at = _at(source, key)
        return (ByHand(at, why, _configuration(wanted, source)),)
    return tuple(_each(source, bucket, wanted, edits, why, place))


def _shared_anchor(place: RulesPlace) -> str | None:
    for start in (*place.bodies, place.container):
        part: Part | None = start
        while part is not None:
            if part.aliases:
                return part.anchor
            part = part.parent
    return None


def _decided(value: Part, edits: RuleEdits) -> Elsewhere | None:
    """The place that decides the whole configuration, where it is a parameter or mapping."""
    try:
        edits.call(edits, value.known, (), ())
    except Elsewhere as error:
        return error
    except CannotWrite:
        pass
    return None


def _each(
    source: Source, bucket: Bucket, wanted: WantedRules, edits: RuleEdits, why: str, place: RulesPlace
) -> Iterator[ByHand]:
    assert bucket.cors is not None and bucket.location is not None  # noqa: S101, PT018
    old = bucket.cors.rules
    for rule, replaces in zip(wanted.rules, wanted.replaces, strict=True):
        if replaces is None:
            yield ByHand(bucket.location, why, _text([_data(rule)], source))
            continue
        for api, value in differing_fields(old[replaces], rule, edits.zero):
            one = {attribute: value for attribute, name in API_NAMES.items() if name == api}
            changed = replace(old[replaces], **one)  # type: ignore[arg-type]
            text = (
                f"remove {edits.names[api]}"
                if value in ((), None)
                else _text({edits.names[api]: _plain(value)}, source)
            )
            left = ByHand(bucket.places[replaces].of(api), why, text)
            yield _with_reason(left, source, partial(edits.rule, place.bodies[replaces], old[replaces], changed))
    for index in sorted(set(range(len(old))) - set(wanted.replaces)):
        yield ByHand(bucket.places[index].location, why, "remove this rule")
    kept = [index for index in wanted.replaces if index is not None]
    if kept != sorted(kept):
        yield ByHand(bucket.location, why, _configuration(wanted, source))


def _with_reason(left: ByHand, source: Source, edit: Callable[[], object]) -> ByHand:
    """With the reason for which an edit of it alone cannot be written, if it cannot."""
    try:
        edit()
    except Elsewhere as error:
        return ByHand(_at(source, error.part), error.reason, error.wanted)
    except CannotWrite as error:
        return replace(left, why=error.reason)
    return left


def _at(source: Source, part: Part) -> Location:
    last = part.line + source.text.count("\n", part.start, part.end)
    return Location(source.path, part.line, last, part.column)


def _configuration(wanted: WantedRules, source: Source | None) -> str:
    if not wanted.rules:
        return "remove CorsConfiguration"
    rules: list[Data] = [_data(rule) for rule in wanted.rules]
    return _text({"CorsConfiguration": {"CorsRules": rules}}, source)


def _data(rule: CorsRule) -> dict[str, Data]:
    from parsers.cloudformation.render_bucket import NAMES

    values = dict(rule.by_api_name())
    return {name: _plain(values[api]) for api, name in NAMES.items() if values[api] not in ((), None)}


def _plain(value: FieldValue) -> Data:
    if isinstance(value, tuple):
        return [each if isinstance(each, str) else f"... ({each.reason})" for each in value]
    return value if isinstance(value, str | int | None) else f"... ({value.reason})"


def _text(value: Data, source: Source | None) -> str:
    try:
        return in_json(value) if source is not None and source.document.is_json else in_yaml(value)
    except CannotWrite as error:
        return error.reason
