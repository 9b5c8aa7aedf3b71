"""CORS rules in the S3 API's own spelling, read strictly: what is not understood is a fault, never left out.

What S3 itself refuses (a method that is none, two wildcards, a hundred and one rules) is read as it stands; telling
that is the business of ``drift.cors.validate``. Source of names and types: S3 API reference, CORSRule.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass

from drift.cors.model import API_NAMES, CorsRule
from drift.location import Location
from drift.snapshot import RulePlace
from parsers.document import MAX_DIGITS, ListNode, MapNode, Node, Scalar, shown
from parsers.spec.faults import Faults, described

_FIELDS = tuple(API_NAMES.values())
_OTHER_SPELLINGS = {
    "exposedheader": "ExposeHeaders",
    "exposedheaders": "ExposeHeaders",
    "exposeheader": "ExposeHeaders",
    "maxage": "MaxAgeSeconds",
    "allowedheader": "AllowedHeaders",
    "allowedmethod": "AllowedMethods",
    "allowedorigin": "AllowedOrigins",
} | {name.lower(): name for name in _FIELDS}


@dataclass(frozen=True, slots=True)
class Rules:
    """Rules and, for each, its place."""

    rules: tuple[CorsRule, ...]
    places: tuple[RulePlace, ...]


def near(key: str, known: tuple[str, ...]) -> str:
    """Advice for a key that is not known: the one that was probably meant, else all."""
    folded = key.replace("_", "").replace("-", "").lower()
    meant = _OTHER_SPELLINGS.get(folded)
    if meant not in known:
        close = difflib.get_close_matches(folded, [name.lower() for name in known], n=1)
        meant = next((name for name in known if close and name.lower() == close[0]), None)
    return f"did you mean {meant}?" if meant else f"known keys: {', '.join(known)}"


def read_rules(node: Node, faults: Faults) -> Rules | None:
    """The rules of a list; None if any of them has a fault."""
    before = faults.count
    if not isinstance(node, ListNode) or node.tag is not None:
        advice = "put the rule into a list" if isinstance(node, MapNode) else None
        faults.wrong_type(node, "the rules", "a list of rules", advice)
        return None
    rules: list[CorsRule] = []
    places: list[RulePlace] = []
    for index, item in enumerate(node.items):
        if not isinstance(item, MapNode) or item.tag is not None:
            faults.wrong_type(item, f"rule {index + 1}", "a mapping of its fields")
            continue
        rules.append(_rule(item, f"rule {index + 1}", faults))
        places.append(_place(item, faults.path))
    return Rules(tuple(rules), tuple(places)) if faults.count == before else None


def _rule(node: MapNode, where: str, faults: Faults) -> CorsRule:
    for key, _ in node.entries:
        if key.text not in _FIELDS:
            faults.add("unknown-key", key, f"{where} has the unknown key {shown(key.text)}", near(key.text, _FIELDS))
    spelled = {_OTHER_SPELLINGS.get(name.replace("_", "").replace("-", "").lower(), name) for name in node.names}
    for name in ("AllowedMethods", "AllowedOrigins"):
        if name not in spelled:  # a wrong spelling of it has been told
            faults.add("missing-key", node, f"{where} has no {name}", f"add {name}: S3 needs it in every rule")
    return CorsRule(
        allowed_methods=_texts(node, "AllowedMethods", where, faults),
        allowed_origins=_texts(node, "AllowedOrigins", where, faults),
        allowed_headers=_texts(node, "AllowedHeaders", where, faults),
        expose_headers=_texts(node, "ExposeHeaders", where, faults),
        max_age_seconds=_seconds(node.get("MaxAgeSeconds"), where, faults),
        id=_id(node.get("ID"), where, faults),
    )


def _texts(rule: MapNode, name: str, where: str, faults: Faults) -> tuple[str, ...]:
    node = rule.get(name)
    if node is None:
        return ()
    what = f"{name} of {where}"
    if not isinstance(node, ListNode) or node.tag is not None:
        quoted = f"write [{shown(node.text)}]" if isinstance(node, Scalar) and is_text(node) else None
        faults.wrong_type(node, what, "a list of texts", quoted)
        return ()
    texts: list[str] = []
    for item in node.items:
        if isinstance(item, Scalar) and is_text(item):
            texts.append(item.text)
        else:
            faults.wrong_type(item, f"each member of {what}", "text", in_quotes(item))
    return tuple(texts)


def _id(node: Node | None, where: str, faults: Faults) -> str | None:
    if node is None:
        return None
    if isinstance(node, Scalar) and is_text(node):
        return node.text
    faults.wrong_type(node, f"ID of {where}", "text", in_quotes(node))
    return None


def _seconds(node: Node | None, where: str, faults: Faults) -> int | None:
    if node is None:
        return None
    what = f"MaxAgeSeconds of {where}"
    if not isinstance(node, Scalar) or not node.is_number:
        faults.wrong_type(node, what, "a whole number without quotes")
        return None
    number = node.integer()
    if number is None:
        long = len(node.text) > MAX_DIGITS
        due = f"a whole number of at most {MAX_DIGITS} digits" if long else "a whole number without a leading zero"
        faults.add("wrong-type", node, f"{what} must be {due}, and there is {described(node)}")
    return number


def is_text(node: Scalar) -> bool:
    """Whether a scalar is a text to JSON and to YAML alike."""
    return node.tag is None and not (node.is_null or node.is_boolean or node.is_number)


def in_quotes(node: Node) -> str | None:
    """The advice to quote a scalar that is no text without quotes."""
    return f"write {shown(node.text)} in quotes" if isinstance(node, Scalar) and node.text else None


def _place(rule: MapNode, path: str) -> RulePlace:
    fields = tuple(
        (key.text, Location(path, key.place.line, max(key.place.line, value.place.end_line), key.place.column))
        for key, value in rule.entries
    )
    return RulePlace(rule.place.location(path), fields)
