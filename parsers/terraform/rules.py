"""CORS rules out of nested blocks or attribute values, with their places.

Source: terraform-provider-aws, internal/service/s3/bucket_cors_configuration.go and bucket.go: which fields there are,
which of them are sets, and that null, an empty list and a missing one are sent alike.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from drift.cors.model import BucketCors, CorsRule, Seconds, Text, TextList, Unknown
from drift.location import Diagnostic, Location
from drift.snapshot import RulePlace
from parsers.terraform.convert import convert
from parsers.terraform.expand import evaluated, nested_blocks
from parsers.terraform.expressions import Scope, evaluate_or_unknown
from parsers.terraform.nodes import Attribute, Block, ObjectNode, Template, TupleNode
from parsers.terraform.schema import bucket_faults, configuration_faults, missing_fields, rule_faults
from parsers.terraform.values import NUMBER, STRING, EvaluationError, RefusalError, Type, Unresolved, Value

_FIELDS = {
    "id": "ID",
    "allowed_headers": "AllowedHeaders",
    "allowed_methods": "AllowedMethods",
    "allowed_origins": "AllowedOrigins",
    "expose_headers": "ExposeHeaders",
    "max_age_seconds": "MaxAgeSeconds",
}
"""Arguments of the provider to fields of the S3 API."""

Field = Callable[[str], Value | None]


@dataclass(frozen=True, slots=True)
class Rules:
    """What a resource says of its rules: ``cors``, or the ``reason`` why that is not known; neither: nothing is said.

    ``none`` says that the resource declares explicitly that there are no rules.
    """

    cors: BucketCors | None = None
    places: tuple[RulePlace, ...] = ()
    reason: str | None = None
    none: bool = False
    faults: tuple[Diagnostic, ...] = ()


def _refused(faults: tuple[Diagnostic, ...]) -> Rules:
    """What is said of a resource that Terraform refuses: it never reaches S3, whatever its other rules are."""
    return Rules(reason=f"Terraform refuses it: {faults[0].message} ({faults[0].location})", faults=faults)


def separate_rules(block: Block, scope: Scope) -> Rules:
    """The rules of an ``aws_s3_bucket_cors_configuration``: a set of blocks."""
    faults = configuration_faults(block)
    found = _block_rules(block, scope, inline=False)
    if faults:
        return _refused((*faults, *found.faults))
    if found.reason is not None:
        return found
    if found.cors is None:
        return Rules(reason=f"no cors_rule is left, which Terraform refuses ({block.at})")
    kept: dict[object, int] = {}
    for position, rule in enumerate(found.cors.rules):
        kept.setdefault(_normal_form(rule) or position, position)
    rules = tuple(found.cors.rules[position] for position in kept.values())
    places = tuple(found.places[position] for position in kept.values())
    return Rules(BucketCors(rules, ordered=False), places)


def inline_rules(block: Block, scope: Scope) -> Rules:
    """The rules inside an ``aws_s3_bucket``: an ordered list, as blocks or as an attribute."""
    faults = bucket_faults(block)
    attribute = block.attributes.get("cors_rule")
    found = _block_rules(block, scope, inline=True) if attribute is None else _attribute_rules(attribute, scope)
    return _refused((*faults, *found.faults)) if faults else found


def _attribute_rules(attribute: Attribute, scope: Scope) -> Rules:
    value = evaluate_or_unknown(attribute.expression, scope)
    if value.unresolved is not None:
        return Rules(reason=value.unresolved.reason)
    if value.is_null:
        return Rules()
    if not isinstance(value.data, tuple):
        return Rules(reason=f"cors_rule must be a list of objects ({attribute.at})")
    members = value.data
    if not members:
        return Rules(none=True)
    nodes = attribute.expression.items if isinstance(attribute.expression, TupleNode) else ()
    rules, places = [], []
    faults: list[Diagnostic] = []
    for position, member in enumerate(members):
        if not isinstance(member.data, Mapping):
            reason = member.unresolved.reason if member.unresolved is not None else "a rule must be an object"
            return Rules(reason=f"{reason} ({attribute.at})")
        node = nodes[position] if len(nodes) == len(members) else attribute.expression
        rules.append(_rule(member.data.get, node.at))
        places.append(_object_place(node))
        faults += missing_fields(member.data.keys(), node.at)
    if faults:
        return _refused(tuple(faults))
    return Rules(BucketCors(tuple(rules), ordered=True), tuple(places))


def _object_place(node: object) -> RulePlace:
    at: Location = node.at  # type: ignore[attr-defined]
    fields = []
    if isinstance(node, ObjectNode):
        for key, value in node.items:
            word = key.parts[0] if isinstance(key, Template) and len(key.parts) == 1 else None
            if isinstance(word, str) and word in _FIELDS:
                fields.append((_FIELDS[word], Location(at.path, key.at.line, value.at.end_line, key.at.column)))
    return RulePlace(at, tuple(fields))


def _block_rules(block: Block, scope: Scope, *, inline: bool) -> Rules:
    if "cors_rule" in block.attributes:
        return Rules(reason=f"cors_rule must be written as blocks here ({block.attributes['cors_rule'].at})")
    try:
        blocks = nested_blocks(block, "cors_rule", scope)
    except EvaluationError as error:
        return Rules(reason=f"error in the configuration: {error}")
    except RefusalError as error:
        return Rules(reason=f"{error} ({block.at})")
    if isinstance(blocks, Unresolved):
        return Rules(reason=f"how many rules there are is not known: {blocks.reason}")
    if not blocks:
        return Rules()
    faults = rule_faults((each for each, _ in blocks), inline=inline)
    if faults:
        return _refused(tuple(dict.fromkeys(faults)))
    rules = tuple(_rule(_reader(each, inner), each.at) for each, inner in blocks)
    return Rules(BucketCors(rules, ordered=True), tuple(_block_place(each) for each, _ in blocks))


def _reader(block: Block, scope: Scope) -> Field:
    return lambda name: evaluated(block, name, scope)


def _block_place(block: Block) -> RulePlace:
    fields = ((_FIELDS[name], attribute.at) for name, attribute in block.attributes.items() if name in _FIELDS)
    return RulePlace(block.at, tuple(fields))


def _rule(field: Field, at: Location) -> CorsRule:
    return CorsRule(
        allowed_methods=_texts(field, "allowed_methods", at, required=True),
        allowed_origins=_texts(field, "allowed_origins", at, required=True),
        allowed_headers=_texts(field, "allowed_headers", at),
        expose_headers=_texts(field, "expose_headers", at),
        max_age_seconds=_seconds(field, at),
        id=_id(field, at),
    )


def as_text(value: Value) -> Text:
    """A string value in the engine's words."""
    data = value.data
    if isinstance(data, Unresolved):
        return Unknown(data.reason, data.prefix, data.suffix)
    return data if isinstance(data, str) else Unknown("this is no text")


def _texts(field: Field, name: str, at: Location, *, required: bool = False) -> TextList:
    value = field(name)
    if value is None or value.is_null:
        return Unknown(f"{name} is required and has no value ({at})") if required else ()
    try:
        converted = convert(value, Type("list", STRING))
    except (EvaluationError, RefusalError) as error:
        return Unknown(f"{name} must be a list of strings: {error} ({at})")
    if converted.unresolved is not None:
        return Unknown(converted.unresolved.reason)
    members: list[Text] = []
    for member in converted.members:
        shown = Unknown(f"{name} has a null in it ({at})") if member.is_null else as_text(member)
        if isinstance(shown, Unknown) or shown not in members:
            members.append(shown)
    return tuple(members)


def _seconds(field: Field, at: Location) -> Seconds:
    value = field("max_age_seconds")
    if value is None or value.is_null:
        return None
    try:
        converted = convert(value, NUMBER)
    except (EvaluationError, RefusalError) as error:
        return Unknown(f"max_age_seconds must be a number: {error} ({at})")
    if converted.unresolved is not None:
        return Unknown(converted.unresolved.reason)
    if converted.number != int(converted.number):
        return Unknown(f"max_age_seconds must be a whole number ({at})")
    return int(converted.number)


def _id(field: Field, at: Location) -> Text | None:
    value = field("id")
    if value is None or value.is_null or value.data == "":
        return None
    try:
        return as_text(convert(value, STRING))
    except (EvaluationError, RefusalError) as error:
        return Unknown(f"id must be a string: {error} ({at})")


def _normal_form(rule: CorsRule) -> object:
    """Equal for rules that are sent alike; None for one with an unknown, of which that cannot be said."""
    if any(True for _ in rule.unknowns()):
        return None
    lists = (rule.allowed_methods, rule.allowed_origins, rule.allowed_headers, rule.expose_headers)
    return (*(frozenset(each) for each in lists if isinstance(each, tuple)), rule.max_age_seconds or 0, rule.id)
