"""``CorsConfiguration`` of a bucket, as rules; and what CloudFormation would refuse in it.

Source: resource schema ``AWS::S3::Bucket`` of the CloudFormation registry (CorsConfiguration, CorsRule).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from drift.cors.model import MAX_RULES, METHODS, CorsRule, Seconds, Text, TextList, Unknown
from drift.location import Diagnostic, Location, Severity
from drift.snapshot import RulePlace
from parsers.cloudformation.values import Data, Entries, Null, Value, like, same
from parsers.document import Node, Scalar, Secret, plain, shown, whole_number

FIELDS = {
    "AllowedHeaders": "AllowedHeaders",
    "AllowedMethods": "AllowedMethods",
    "AllowedOrigins": "AllowedOrigins",
    "ExposedHeaders": "ExposeHeaders",
    "Id": "ID",
    "MaxAge": "MaxAgeSeconds",
}
"""Property of a CorsRule to field of the S3 API."""

_SORT = {Entries: "a rule", Unknown: "one expression"}
_OTHER_BASE = re.compile(r"[-+]?(?:0x[0-9a-f]+|0b[01]+|0o[0-7]+|[1-9][0-9]*(?::[0-5]?[0-9])+)", re.IGNORECASE)
"""Whole numbers of YAML 1.1 and 1.2 in other bases, 60 among them."""
MAX_ID = 255
"""Characters of an Id."""

_SPELLINGS = {
    "corsconfiguration": "CorsConfiguration",
    "corsrule": "CorsRules",
    "corsrules": "CorsRules",
    "allowedheader": "AllowedHeaders",
    "allowedheaders": "AllowedHeaders",
    "allowedmethod": "AllowedMethods",
    "allowedmethods": "AllowedMethods",
    "allowedorigin": "AllowedOrigins",
    "allowedorigins": "AllowedOrigins",
    "exposeheader": "ExposedHeaders",
    "exposeheaders": "ExposedHeaders",
    "exposedheader": "ExposedHeaders",
    "exposedheaders": "ExposedHeaders",
    "id": "Id",
    "maxage": "MaxAge",
    "maxageseconds": "MaxAge",
}


def meant_by(key: str) -> str | None:
    """The property that a key of another spelling means (the S3 API's, Terraform's, the XML's), else None."""
    return _SPELLINGS.get(key.replace("_", "").replace("-", "").lower())


@dataclass(slots=True)
class CorsReader:
    """Reads one bucket's block and notes what is wrong with it.

    ``refusals`` are faults that CloudFormation would not deploy: what it refuses is not what any bucket has, whatever
    was meant. ``unknown`` is why the rules as a whole are not known. ``sensitive`` are the texts and numbers that come
    of ``NoEcho`` parameters.
    """

    path: str
    rules: list[CorsRule] = field(default_factory=list)
    places: list[RulePlace] = field(default_factory=list)
    refusals: list[Diagnostic] = field(default_factory=list)
    sensitive: set[str | int] = field(default_factory=set)
    unknown: str | None = None

    def read(self, configuration: Value) -> None:
        """Take the evaluated ``CorsConfiguration``."""
        entries = self._entries(configuration, "CorsConfiguration")
        if entries is None:
            return
        found = self._properties(entries, {"CorsRules": "CorsRules"}, "CorsConfiguration")
        if "CorsRules" not in found:
            if not self.refusals:  # none are written, or they come to AWS::NoValue, which is the same
                self._refuse("missing-property", configuration.node, "CorsConfiguration has no CorsRules")
            return
        key, rules = found["CorsRules"]
        members = self._list(rules, "CorsRules", key)
        if isinstance(members, Unknown):
            self.unknown = f"the rules are not known: {members.reason}"
            return
        if len(members) > MAX_RULES:
            self._refuse("too-many-rules", key, f"CorsRules has {len(members)} rules, and S3 takes {MAX_RULES}")
            return
        for index, member in enumerate(members):
            self._rule(member, index + 1)
        self._refuse_duplicates(rules.data, "CorsRules", key)

    def _rule(self, value: Value, number: int) -> None:
        entries = self._entries(value, f"rule {number}")
        if entries is None:
            return
        found = self._properties(entries, FIELDS, f"rule {number}")
        if "AllowedMethods" not in found or "AllowedOrigins" not in found:
            if not self.refusals:
                missing = " and ".join(name for name in ("AllowedMethods", "AllowedOrigins") if name not in found)
                self._refuse("missing-property", value.node, f"rule {number} has no {missing}")
            return
        self.rules.append(
            CorsRule(
                allowed_methods=self._texts(found, "AllowedMethods"),
                allowed_origins=self._texts(found, "AllowedOrigins"),
                allowed_headers=self._texts(found, "AllowedHeaders"),
                expose_headers=self._texts(found, "ExposedHeaders"),
                max_age_seconds=self._seconds(found),
                id=self._id(found),
            )
        )
        fields = tuple((FIELDS[name], span(key, each.node, self.path)) for name, (key, each) in found.items())
        self.places.append(RulePlace(value.node.place.location(self.path), fields))

    def _entries(self, value: Value, what: str) -> Entries | None:
        if isinstance(value.data, Entries):
            return value.data
        if isinstance(value.data, Unknown):
            self.unknown = f"{what} is not known: {value.data.reason}"
        else:
            self._refuse_type(value, what, "a mapping")
        return None

    def _properties(self, entries: Entries, known: dict[str, str], where: str) -> dict[str, tuple[Scalar, Value]]:
        found: dict[str, tuple[Scalar, Value]] = {}
        for key, value in entries.items:
            if key.text in known:
                found[key.text] = (key, value)
                continue
            meant = meant_by(key.text)
            if meant in known:
                self._refuse(
                    "wrong-spelling",
                    key,
                    f"{shown(key.text)} in {where} is not a property that CloudFormation knows",
                    f"did you mean {meant}?",
                )
            else:
                self._refuse(
                    "unknown-property",
                    key,
                    f"{shown(key.text)} in {where} is not a property that CloudFormation knows",
                    f"it knows {', '.join(known)}",
                )
        return found

    def _texts(self, found: dict[str, tuple[Scalar, Value]], name: str) -> TextList:
        if name not in found:
            return ()
        key, value = found[name]
        members = self._list(value, name, key)
        if isinstance(members, Unknown):
            return members
        texts: list[Text] = []
        for member in members:
            if not isinstance(member.data, str | Unknown):
                self._refuse_type(member, f"a member of {name}", "text")
                continue
            texts.append(self._text(member.data))
            if name == "AllowedMethods" and isinstance(member.data, str) and member.data not in METHODS:
                message = f"{shown(member.data)} is not a method that AllowedMethods takes"
                self._refuse("wrong-method", member.node, message, f"it takes {', '.join(sorted(METHODS))}")
        self._refuse_duplicates(value.data, name, key)
        return tuple(texts)

    def _text(self, text: Text) -> Text:
        if isinstance(text, Secret):
            self.sensitive.add(plain(text))
        return text if isinstance(text, Unknown) else plain(text)

    def _list(self, value: Value, what: str, key: Node) -> tuple[Value, ...] | Unknown:
        if isinstance(value.data, tuple):
            return value.data
        if isinstance(value.data, Unknown):
            return Unknown(value.data.reason)  # ends of a text say nothing of a list
        self._refuse_type(value, what, "a list")
        return ()

    def _id(self, found: dict[str, tuple[Scalar, Value]]) -> Text | None:
        if "Id" not in found:
            return None
        value = found["Id"][1]
        if isinstance(value.data, str | Unknown):
            if isinstance(value.data, str) and len(value.data) > MAX_ID:
                self._refuse("long-id", value.node, f"Id has {len(value.data)} characters, and may have {MAX_ID}")
            return self._text(value.data)
        self._refuse_type(value, "Id", "text")
        return None

    def _seconds(self, found: dict[str, tuple[Scalar, Value]]) -> Seconds:
        if "MaxAge" not in found:
            return None
        value = found["MaxAge"][1]
        if isinstance(value.data, Unknown):
            return Unknown(value.data.reason)
        if not isinstance(value.data, str):
            self._refuse_type(value, "MaxAge", "a whole number")
            return None
        text = value.data
        if isinstance(value.node, Scalar) and value.node.plain:
            text = like((text,), text.replace("_", ""))  # YAML 1.1: 1_000 is 1000
            if _OTHER_BASE.fullmatch(text):
                return Unknown(f"MaxAge {shown(text)} on line {value.node.place.line} is a number to some readers only")
        number = whole_number(text)
        if number is None and text.isdecimal() and text.startswith("0"):
            line = value.node.place.line
            return Unknown(f"MaxAge {shown(text)} on line {line} is octal to some readers and decimal to others")
        if number is None:
            self._refuse("wrong-type", value.node, f"MaxAge must be a whole number, and there is {shown(text)}")
        elif number < 0:
            self._refuse("negative-max-age", value.node, f"MaxAge is {shown(text)}, and must be 0 or more")
        elif isinstance(value.data, Secret):
            self.sensitive.add(number)
        return number

    def _refuse_duplicates(self, data: Data, name: str, key: Scalar) -> None:
        """CloudFormation holds all these lists to unique members, after resolution and by letter case."""
        members = data if isinstance(data, tuple) else ()
        if len(members) > 1000:
            members = members[:1000]
        texts: set[str] = set()
        for index, member in enumerate(members):
            twice = isinstance(member.data, str) and member.data in texts
            if isinstance(member.data, str):
                texts.add(member.data)
            elif index <= 100:
                twice = any(same(member, earlier) for earlier in members[:index])
            if twice:
                kind = _SORT.get(type(member.data), "one thing")
                what = shown(member.data) if isinstance(member.data, str) else kind
                message = f"{what} is there twice in {name}"
                advice = "keep one of them: CloudFormation takes each once"
                self._refuse("duplicate-items", _inside(key, member.node), message, advice)
                return

    def _refuse_type(self, value: Value, what: str, due: str) -> None:
        if isinstance(value.data, Null):
            hint = 'write "null" in quotes if the origin null is meant' if "AllowedOrigins" in what else "give a value"
            self._refuse("null-value", value.node, f"{what} is null, which CloudFormation refuses", hint)
            return
        self._refuse("wrong-type", value.node, f"{what} must be {due}, and there is {value.describe()}")

    def _refuse(self, identifier: str, node: Node, message: str, help_text: str | None = None) -> None:
        location = node.place.location(self.path)
        advice = help_text or "CloudFormation would not deploy this template"
        if len(self.refusals) < 20:
            self.refusals.append(Diagnostic(Severity.WARNING, identifier, message, location, advice))


def span(key: Scalar, node: Node, path: str) -> Location:
    """A key with what stands under it, as far as that is in the same file."""
    start, end = key.place.location(path), node.place.location(path)
    if start.path != end.path:
        return start
    return replace(start, end_line=max(start.end_line or 1, end.end_line or 1))


def _inside(key: Scalar, node: Node) -> Node:
    """The node, unless it stands elsewhere (a parameter, a mapping): then the key that it is under."""
    return node if key.place.line <= node.place.line else key
