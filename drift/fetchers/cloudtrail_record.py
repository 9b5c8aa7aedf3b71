"""One record of CloudTrail as an event: who wrote which rules, as far as the record shows it.

``CloudTrailEvent`` of LookupEvents is the record as JSON text. S3 puts the request body into ``requestParameters`` by a
generic turning of XML into JSON, which the records of other bucket calls show: elements keep their singular names, one
element stands as itself and several as a list, an empty one is ``""`` (in records up to 2019 ``[""]``), ``xmlns`` is a
key like any other, and text that looks like a number, ``true`` or ``null`` becomes that (the tag value ``true`` stands
as ``true``, ``<Days>1</Days>`` as ``1``). What cannot be undone with certainty is an ``Unknown``, never a guess.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from drift.cors.model import MAX_RULES, BucketCors, CorsRule, Seconds, Text, TextList, Unknown
from drift.fetchers.user_agents import MAX_AGENT, tool_of
from drift.history import Call, CorsEvent, plain

MAX_RECORD = 1 << 20
"""Characters of one record; CloudTrail keeps no more than 256 KB of one event."""

MAX_VALUES = 2000
"""Values in one list of a rule. S3 takes 64 KB for a whole configuration."""

NOT_SHOWN = "CloudTrail does not show the rules of this request"
CUT_OFF = "CloudTrail's record of this request is cut off"
ODD = "CloudTrail's record of this request has an unexpected form"
AS_NUMBER = "CloudTrail turned this value into a number"

_ERROR = re.compile(r'(?<!\\)"errorCode"\s*:\s*"([A-Za-z][A-Za-z0-9._]{0,99})"')
_SOURCE = "s3.amazonaws.com"


def event_of(found: Mapping[str, Any]) -> CorsEvent | None:
    """The event in one entry of LookupEvents' answer; None if it is not about the rules of a bucket."""
    text = found.get("CloudTrailEvent")
    record, cut = _record(text)
    name = record.get("eventName", found.get("EventName"))
    source = record.get("eventSource", found.get("EventSource", _SOURCE))
    if name not in tuple(Call) or source != _SOURCE:
        return None
    call = Call(name)
    asked = _mapping(record.get("requestParameters"))
    bucket = _text(asked.get("bucketName")) or _bucket_of(found, record)
    if bucket is None:
        return None
    error = record.get("errorCode") or (_error_in(text) if cut else None)
    agent = record.get("userAgent")
    return CorsEvent(
        bucket=bucket,
        call=call,
        when=_time(record.get("eventTime")) or _time(found.get("EventTime")),
        event_id=plain(record.get("eventID") or found.get("EventId"), 100),
        wrote=None if call is Call.DELETE else _rules(asked, cut),
        tool=tool_of(agent if isinstance(agent, str) else None) or _service(record),
        user_agent=plain(agent[:MAX_AGENT] if isinstance(agent, str) else None),
        source_ip=plain(record.get("sourceIPAddress"), 100),
        account=_account(record),
        region=plain(record.get("awsRegion"), 40),
        error=plain(error, 100),
        **_who(_mapping(record.get("userIdentity")), found),
    )


def _record(text: object) -> tuple[Mapping[str, Any], bool]:
    """The record, and whether it could not be read."""
    if isinstance(text, str) and len(text) <= MAX_RECORD:
        try:
            record = json.loads(text)
        except (ValueError, RecursionError):
            return {}, True
        if isinstance(record, dict):
            return record, False
    return {}, True


def _error_in(text: object) -> str | None:
    """The error code in a record that is cut off: it stands before the parameters. A refused attempt is no change."""
    found = _ERROR.search(text, 0, MAX_RECORD) if isinstance(text, str) else None
    return found.group(1) if found else None


def _who(identity: Mapping[str, Any], found: Mapping[str, Any]) -> dict[str, str | None]:
    session = _mapping(identity.get("sessionContext"))
    issuer = _mapping(session.get("sessionIssuer"))
    known = (identity.get(key) for key in ("arn", "userName", "invokedBy"))  # a service acting for itself has no name
    name = next((each for each in known if each), found.get("Username")) or identity.get("principalId")
    return {
        "who": plain(name),
        "kind": plain(identity.get("type"), 40),
        "role": plain(issuer.get("arn")),
        "invoked_by": plain(identity.get("invokedBy"), 100),
    }


def _service(record: Mapping[str, Any]) -> str | None:
    """The calling service where the user agent does not tell, or that it was a session of the console."""
    for value in (_mapping(record.get("userIdentity")).get("invokedBy"), record.get("sourceIPAddress")):
        if isinstance(value, str) and value.endswith(".amazonaws.com"):
            return tool_of(value)
    return "AWS Console" if str(record.get("sessionCredentialFromConsole")).lower() == "true" else None


def _account(record: Mapping[str, Any]) -> str | None:
    account = record.get("recipientAccountId")
    return account if isinstance(account, str) and re.fullmatch(r"[0-9]{12}", account) else None


def _bucket_of(found: Mapping[str, Any], record: Mapping[str, Any]) -> str | None:
    """The bucket that the event is said to be about, where the parameters do not show it."""
    for each in _items(found.get("Resources")):
        resource = _mapping(each)
        name = _text(resource.get("ResourceName"))
        if resource.get("ResourceType") == "AWS::S3::Bucket" and name:
            return name.rpartition(":::")[2]
    for each in _items(record.get("resources")):
        name = _text(_mapping(each).get("ARN"))
        if name and ":s3:::" in name:
            return name.rpartition(":::")[2].partition("/")[0]
    return None


def _rules(asked: Mapping[str, Any], cut: bool) -> BucketCors | Unknown:
    if cut:
        return Unknown(CUT_OFF)
    body = _one(_named(asked, "CORSConfiguration"))
    if isinstance(body, str):
        try:
            body = json.loads(body) if body else None
        except (ValueError, RecursionError):
            return Unknown(CUT_OFF)
    if not isinstance(body, dict):
        return Unknown(NOT_SHOWN)
    rules = _items(_named(body, "CORSRule"))
    if not rules:
        return Unknown(NOT_SHOWN)
    if len(rules) > MAX_RULES or not all(isinstance(rule, dict) and rule for rule in rules):
        return Unknown(ODD)
    return BucketCors(tuple(_rule(rule) for rule in rules))


def _rule(rule: Mapping[str, Any]) -> CorsRule:
    return CorsRule(
        allowed_methods=_texts(rule, "AllowedMethod"),
        allowed_origins=_texts(rule, "AllowedOrigin"),
        allowed_headers=_texts(rule, "AllowedHeader"),
        expose_headers=_texts(rule, "ExposeHeader"),
        max_age_seconds=_seconds(_one(_named(rule, "MaxAgeSeconds"))),
        id=_value(_one(_named(rule, "ID"))) if _named(rule, "ID") not in (_MISSING, "", [""]) else None,
    )


class _Missing:
    """Stands for a key that is not there: null is a value in these records."""


_MISSING = _Missing()


def _named(values: Mapping[str, Any], name: str) -> Any:
    """By its name, in any letter case."""
    if name in values:
        return values[name]
    return next((value for key, value in values.items() if key.lower() == name.lower()), _MISSING)


def _items(value: Any) -> Sequence[Any]:
    """One or several."""
    if value is _MISSING or value is None:
        return ()
    return value if isinstance(value, list) else (value,)


def _one(value: Any) -> Any:
    """The value, taken out of a list of one."""
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def _texts(rule: Mapping[str, Any], name: str) -> TextList:
    value = _named(rule, name)
    if value is _MISSING:  # a rule has methods and origins: S3 took it
        return Unknown(NOT_SHOWN) if name in ("AllowedMethod", "AllowedOrigin") else ()
    values = value if isinstance(value, list) else [value]
    if len(values) > MAX_VALUES:
        return Unknown(ODD)
    # "null" is an origin that browsers send, and becomes a null on the way.
    return tuple("null" if each is None and name == "AllowedOrigin" else _value(each) for each in values)


def _value(value: Any) -> Text:
    """The text of an element."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value) if abs(value) < 10**15 else Unknown(AS_NUMBER)
    if isinstance(value, float):
        return Unknown(AS_NUMBER)
    return value if isinstance(value, str) else Unknown(ODD)


def _seconds(value: Any) -> Seconds:
    if value is _MISSING or value == "":
        return None
    if isinstance(value, bool):
        return Unknown(ODD)
    if isinstance(value, int) and abs(value) < 2**31:
        return value
    if isinstance(value, str) and re.fullmatch(r"\s*[+-]?[0-9]{1,10}\s*", value):
        return int(value)
    return Unknown(ODD)


def _text(value: Any) -> str | None:
    one = _one(value)
    return one if isinstance(one, str) and one else None


def _mapping(value: Any) -> Mapping[str, Any]:
    """An object, also one that stands as JSON text (Athena gives the parameters so); else an empty one."""
    if isinstance(value, str) and value.startswith("{"):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return {}
    return value if isinstance(value, dict) else {}


def _time(value: object) -> datetime | None:
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return None
    if not isinstance(value, datetime):
        return None
    try:
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
    except (OverflowError, ValueError):
        return None
