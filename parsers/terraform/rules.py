"""CORS rules out of nested blocks or attribute values, with their places.

Source: terraform-provider-aws, internal/service/s3/bucket_cors_configuration.go and bucket.go: which fields there are,
which of them are sets, and that null, an empty list and a missing one are sent alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from drift.cors.model import BucketCors, CorsRule, Seconds, Text, TextList, Unknown
from drift.location import Diagnostic, Location, Severity
from drift.snapshot import RulePlace
from parsers.terraform.convert import convert
from parsers.terraform.expand import evaluated, nested_blocks
from parsers.terraform.expressions import Scope, evaluate_or_unknown
from parsers.terraform.faults import IN_ERROR
from parsers.terraform.nodes import Attribute, Block, ObjectNode, Template, TupleNode
from parsers.terraform.schema import bucket_faults, configuration_faults, missing_fields, rule_faults
from parsers.terraform.secrets import secret_texts
from parsers.terraform.values import (
    EPHEMERAL,
    NUMBER,
    STRING,
    EvaluationError,
    RefusalError,
    Type,
    Unresolved,
    Value,
    deep_marks,
    marked,
)

_FIELDS = {
    "id": "ID",
    "allowed_headers": "AllowedHeaders",
    "allowed_methods": "AllowedMethods",
    "allowed_origins": "AllowedOrigins",
    "expose_headers": "ExposeHeaders",
    "max_age_seconds": "MaxAgeSeconds",
}
"""Arguments of the provider to fields of the S3 API."""

Fields = Mapping[str, Value | None]
"""The arguments of one rule; None for one that is not written."""


class Rules(NamedTuple):
    """What a resource says of its rules: ``cors``, or the ``reason`` why that is not known; neither: nothing is said.

    ``none`` says that the resource declares explicitly that there are no rules. ``sensitive`` are the texts and numbers
    in them that must never be printed.
    """

    cors: BucketCors | None = None
    places: tuple[RulePlace, ...] = ()
    reason: str | None = None
    none: bool = False
    faults: tuple[Diagnostic, ...] = ()
    sensitive: frozenset[str | int] = frozenset()


def _refused(faults: tuple[Diagnostic, ...]) -> Rules:
    """What is said of a resource that Terraform refuses: it never reaches S3, whatever its other rules are."""
    return Rules(reason=f"Terraform refuses it: {faults[0].message} ({faults[0].location})", faults=faults)


def separate_rules(block: Block, scope: Scope) -> Rules:
    """The rules of an ``aws_s3_bucket_cors_configuration``: a set of blocks."""
    faults = configuration_faults(block)
    found = block_rules(block, scope, inline=False)
    if faults:
        return _refused((*faults, *found.faults))
    if found.reason is not None:
        return found
    if found.cors is None:
        return Rules(reason=f"no cors_rule is left, which Terraform refuses ({block.at})")
    kept: dict[object, int] = {}
    for position, rule in enumerate(found.cors.rules):
        kept.setdefault(normal_form(rule) or position, position)
    rules = tuple(found.cors.rules[position] for position in kept.values())
    places = tuple(found.places[position] for position in kept.values())
    return found._replace(cors=BucketCors(rules, ordered=False), places=places)


def inline_rules(block: Block, scope: Scope) -> Rules:
    """The rules inside an ``aws_s3_bucket``: an ordered list, as blocks or as an attribute."""
    faults = bucket_faults(block)
    attribute = block.attributes.get("cors_rule")
    found = block_rules(block, scope, inline=True) if attribute is None else _attribute_rules(attribute, scope)
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
    secrets: set[str | int] = set()
    faults: list[Diagnostic] = []
    for position, member in enumerate(members):
        if not isinstance(member.data, Mapping):
            reason = member.unresolved.reason if member.unresolved is not None else "a rule must be an object"
            return Rules(reason=f"{reason} ({attribute.at})")
        node = nodes[position] if len(nodes) == len(members) else attribute.expression
        fields = {name: marked(each, value.marks | member.marks) for name, each in member.data.items()}
        secrets.update(_secrets(fields))
        faults += _kept(fields, node.at)
        rules.append(_rule(fields, node.at, "list"))
        places.append(_object_place(node))
        faults += missing_fields(member.data.keys(), node.at)
    if faults:
        return _refused(tuple(faults))
    return Rules(BucketCors(tuple(rules), ordered=True), tuple(places), sensitive=frozenset(secrets))


def _object_place(node: object) -> RulePlace:
    at: Location = node.at  # type: ignore[attr-defined]
    fields = []
    if isinstance(node, ObjectNode):
        for key, value in node.items:
            word = key.parts[0] if isinstance(key, Template) and len(key.parts) == 1 else None
            if isinstance(word, str) and word in _FIELDS:
                fields.append((_FIELDS[word], Location(at.path, key.at.line, value.at.end_line, key.at.column)))
    return RulePlace(at, tuple(fields))


def block_rules(block: Block, scope: Scope, *, inline: bool) -> Rules:
    """The rules of all nested blocks in their order, those that are equal included."""
    if "cors_rule" in block.attributes:
        return Rules(reason=f"cors_rule must be written as blocks here ({block.attributes['cors_rule'].at})")
    try:
        blocks = nested_blocks(block, "cors_rule", scope)
    except EvaluationError as error:
        return Rules(reason=f"{IN_ERROR}{error}")
    except RefusalError as error:
        return Rules(reason=f"{error} ({block.at})")
    if isinstance(blocks, Unresolved):
        return Rules(reason=f"how many rules there are is not known: {blocks.reason}")
    if not blocks:
        return Rules()
    faults = rule_faults((each for each, _ in blocks), inline=inline)
    values = [{name: evaluated(each, name, inner) for name in _FIELDS} for each, inner in blocks]
    faults += tuple(fault for fields, (each, _) in zip(values, blocks, strict=True) for fault in _kept(fields, each.at))
    if faults:
        return _refused(tuple(dict.fromkeys(faults)))
    kind = "list" if inline else "set"
    rules = tuple(_rule(fields, each.at, kind) for fields, (each, _) in zip(values, blocks, strict=True))
    secrets = frozenset(secret for fields in values for secret in _secrets(fields))
    places = tuple(_block_place(each) for each, _ in blocks)
    return Rules(BucketCors(rules, ordered=True), places, sensitive=secrets)


def _kept(fields: Fields, at: Location) -> Iterable[Diagnostic]:
    """The arguments that Terraform would have to keep in its state and must not, as they are ephemeral."""
    return (
        Diagnostic(
            Severity.WARNING,
            "ephemeral-value",
            f'an ephemeral value is given to "{name}"',
            at,
            "Terraform refuses it, as this argument is kept in the state; give it a sensitive value",
        )
        for name, value in fields.items()
        if value is not None and EPHEMERAL in deep_marks(value)
    )


def _secrets(fields: Fields) -> Iterable[str | int]:
    return (secret for value in fields.values() if value is not None for secret in secret_texts(value))


def _block_place(block: Block) -> RulePlace:
    fields = ((_FIELDS[name], attribute.at) for name, attribute in block.attributes.items() if name in _FIELDS)
    return RulePlace(block.at, tuple(fields))


def _rule(fields: Fields, at: Location, kind: str) -> CorsRule:
    """One rule; ``kind`` is that of its lists in the provider's schema, which is ``set`` in the separate resource."""
    return CorsRule(
        allowed_methods=_texts(fields, "allowed_methods", at, kind, required=True),
        allowed_origins=_texts(fields, "allowed_origins", at, kind, required=True),
        allowed_headers=_texts(fields, "allowed_headers", at, kind),
        expose_headers=_texts(fields, "expose_headers", at, kind),
        max_age_seconds=_seconds(fields, at),
        id=_id(fields, at),
    )


def _wrong(name: str, error: Exception, at: Location) -> Unknown:
    refused = IN_ERROR if isinstance(error, EvaluationError) else ""
    return Unknown(f'{refused}inappropriate value for attribute "{name}": {error} ({at})')


def as_text(value: Value) -> Text:
    """A string value in the engine's words."""
    data = value.data
    if isinstance(data, Unresolved):
        return Unknown(data.reason, data.prefix, data.suffix)
    return data if isinstance(data, str) else Unknown("this is no text")


def _texts(fields: Fields, name: str, at: Location, kind: str, *, required: bool = False) -> TextList:
    value = fields.get(name)
    if value is None or value.is_null:
        return Unknown(f"{IN_ERROR}{name} is required and has no value ({at})") if required else ()
    try:
        converted = convert(value, Type(kind, STRING))
        if kind == "set" and value.type.kind in ("list", "tuple"):
            converted = convert(value, Type("list", STRING))  # the same members, in the order in which they are written
    except (EvaluationError, RefusalError) as error:
        return _wrong(name, error, at)
    if converted.unresolved is not None:
        return Unknown(converted.unresolved.reason)
    members: list[Text] = []
    for member in converted.members:
        shown = Unknown(f"{name} has a null in it ({at})") if member.is_null else as_text(member)
        if isinstance(shown, Unknown) or shown not in members:
            members.append(shown)
    return tuple(members)


def _seconds(fields: Fields, at: Location) -> Seconds:
    value = fields.get("max_age_seconds")
    if value is None or value.is_null:
        return None
    try:
        converted = convert(value, NUMBER)
    except (EvaluationError, RefusalError) as error:
        return _wrong("max_age_seconds", error, at)
    if converted.unresolved is not None:
        return Unknown(converted.unresolved.reason)
    amount = converted.number
    if not amount.is_finite() or amount != int(amount):
        return Unknown(f"{IN_ERROR}max_age_seconds must be a whole number ({at})")
    return int(amount)


def _id(fields: Fields, at: Location) -> Text | None:
    value = fields.get("id")
    if value is None or value.is_null or value.data == "":
        return None
    try:
        return as_text(convert(value, STRING))
    except (EvaluationError, RefusalError) as error:
        return _wrong("id", error, at)


def normal_form(rule: CorsRule) -> object:
    """Equal for rules that are sent alike; None for one with an unknown, of which that cannot be said."""
    if any(True for _ in rule.unknowns()):
        return None
    lists = (rule.allowed_methods, rule.allowed_origins, rule.allowed_headers, rule.expose_headers)
    return (*(frozenset(each) for each in lists if isinstance(each, tuple)), rule.max_age_seconds or 0, rule.id)
