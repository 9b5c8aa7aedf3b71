"""One bucket as AWS Config has recorded it. Pure: a row of an advanced query in, a bucket out.

The form of the CORS part is that of the query schema (awslabs/aws-config-resource-schema, AWS::S3::Bucket) and of the
Java SDK v1 that the recorder serialises: ``supplementaryConfiguration.BucketCrossOriginConfiguration.rules[]`` with
``allowedHeaders``, ``allowedMethods``, ``allowedOrigins``, ``exposedHeaders``, ``id``, ``maxAgeSeconds``. There the age
is an ``int``, so an unset one is recorded as 0 and the two cannot be told apart. Values may be JSON text inside JSON.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from drift.cors.model import MAX_RULES, BucketCors, CorsRule
from drift.fetchers.s3_outcome import is_account
from drift.snapshot import Bucket, State

SOURCE = "aws-config"
"""The ``source`` of these buckets."""

MAX_ROW = 1 << 20
"""Characters of one row; S3 takes 64 KB of rules."""

CORS = "BucketCrossOriginConfiguration"
WITNESSES = ("BucketVersioningConfiguration", "IsRequesterPaysEnabled")
"""What every recorded bucket has. Without them the supplementary part is missing, and so is any proof of no rules."""

_DELETED = frozenset({"ResourceDeleted", "ResourceDeletedNotRecorded"})
_CURRENT = frozenset({"OK", "ResourceDiscovered"})
_REGION = re.compile(r"[a-z]{2,4}(?:-[a-z]{2,12}){1,3}-[0-9]{1,2}")
_LISTS = ("allowedmethods", "allowedorigins", "allowedheaders", "exposedheaders")


@dataclass(frozen=True, slots=True)
class Item:
    """A recorded bucket. ``deleted``: it was, as far as the recorder knows. Its ``as_of`` is when it was recorded."""

    name: str
    bucket: Bucket
    deleted: bool = False

    @property
    def captured(self) -> datetime:
        """When it was recorded; long ago if that is not known."""
        return self.bucket.as_of or datetime.min.replace(tzinfo=UTC)

    @property
    def place(self) -> str:
        """Account and region, for people."""
        return f"{self.bucket.account or 'account unknown'}/{self.bucket.region or 'region unknown'}"


class _UnreadableError(Exception):
    """The recorded rules have another form than is known."""


def item_of(row: object) -> Item | None:
    """The bucket in one row of SelectAggregateResourceConfig, None if the row names none."""
    record = _object(row)
    if record is None:
        return None
    name = record.get("resourceId") or record.get("resourceName")
    if not isinstance(name, str) or not name:
        return None
    state, cors, reason = _state(record)
    bucket = Bucket(
        name=name,
        state=state,
        source=SOURCE,
        cors=cors,
        reason=reason,
        account=account_of(record),
        region=region_of(record),
        writes_max_age_zero=True,
        as_of=_time(record.get("configurationItemCaptureTime")),
    )
    return Item(name, bucket, state is State.MISSING)


def account_of(record: Mapping[str, Any]) -> str | None:
    """The 12-digit id of a row's account."""
    account = record.get("accountId")
    return account if isinstance(account, str) and is_account(account) else None


def region_of(record: Mapping[str, Any]) -> str | None:
    """A row's region, if it looks like one."""
    region = record.get("awsRegion")
    return region if isinstance(region, str) and _REGION.fullmatch(region) else None


def _state(record: Mapping[str, Any]) -> tuple[State, BucketCors | None, str | None]:
    status = record.get("configurationItemStatus")
    if status is not None and not isinstance(status, str):
        status = "?"
    if status in _DELETED:
        return State.MISSING, None, "AWS Config has recorded that this bucket was deleted"
    if status == "ResourceNotRecorded":
        return State.UNKNOWN, None, "AWS Config does not record S3 buckets there; not compared"
    if status is not None and status not in _CURRENT:
        return State.UNKNOWN, None, "AWS Config records this bucket in a state that is not known; not compared"
    supplement = _object(record.get("supplementaryConfiguration")) or {}
    recorded = supplement.get(CORS, record.get(f"supplementaryConfiguration.{CORS}"))
    try:
        cors = _cors(recorded)
    except _UnreadableError as error:
        return State.UNKNOWN, None, f"AWS Config has recorded the CORS rules in a form that is not known: {error}"
    if cors is not None:
        return State.CONFIGURED, cors, None
    if all(_missing(record, supplement, each) for each in WITNESSES):
        reason = "AWS Config's record has no supplementary configuration, so it does not say whether there are rules"
        return State.UNKNOWN, None, reason
    return State.ABSENT, None, None


def _missing(record: Mapping[str, Any], supplement: Mapping[str, Any], key: str) -> bool:
    return supplement.get(key, record.get(f"supplementaryConfiguration.{key}")) is None


def _cors(value: object) -> BucketCors | None:
    """The recorded rules, None where none are recorded."""
    value = _unwrapped(value)
    if value in (None, "", {}):
        return None
    if not isinstance(value, dict) or "rules" not in value:
        raise _UnreadableError("no list of rules")
    rules = _unwrapped(value["rules"])
    if rules in (None, "", []):
        return None
    several = rules if isinstance(rules, list) else [rules]
    if len(several) > MAX_RULES:
        raise _UnreadableError(f"more than {MAX_RULES} rules")
    return BucketCors(tuple(_rule(each) for each in several))


def _rule(value: object) -> CorsRule:
    value = _unwrapped(value)
    if not isinstance(value, dict):
        raise _UnreadableError("a rule is not an object")
    fields = {str(key).lower(): each for key, each in value.items()}
    methods, origins, headers, exposed = (_texts(fields.get(name)) for name in _LISTS)
    if not methods or not origins:
        raise _UnreadableError("a rule without methods or origins")
    name = fields.get("id")
    if name is not None and not isinstance(name, str | int):
        raise _UnreadableError("an id that is no text")
    return CorsRule(methods, origins, headers, exposed, _seconds(fields.get("maxageseconds")), str(name or "") or None)


def _texts(value: object) -> tuple[str, ...]:
    if isinstance(value, str) and value.startswith("["):
        value = _unwrapped(value)
    several = [] if value is None else value if isinstance(value, list) else [value]
    if not all(isinstance(each, str) for each in several):
        raise _UnreadableError("a list that holds something other than text")
    return tuple(several)


def _seconds(value: object) -> int | None:
    if value is None or (isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**31):
        return value
    if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,10}", value):
        return int(value)
    raise _UnreadableError("maxAgeSeconds is no number")


def _unwrapped(value: object) -> object:
    """The value inside JSON text, to a depth of two; text that is no JSON is itself."""
    for _ in range(2):
        if not isinstance(value, str) or not value or len(value) > MAX_ROW:
            return value
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return value
    return value


def _object(value: object) -> dict[str, Any] | None:
    found = _unwrapped(value)
    return found if isinstance(found, dict) else None


def _time(value: object) -> datetime | None:
    if not isinstance(value, str):
        return None
    try:
        found = datetime.fromisoformat(value)
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
