"""AWS Config's advanced queries and CloudTrail's event history on loopback, in the SDK's own protocol.

What comes in and what goes out is held against botocore's service models, so that neither can drift from the real
shapes. Queries are understood as far as the developer guide has them; all else is refused as AWS refuses it.
"""

from __future__ import annotations

import json
import re
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any
from urllib.parse import parse_qs

from tests.live.loopback import Handler, Loopback

AGGREGATOR = "everyone"
_SCOPE = re.compile(r"Credential=([^/]+)/\d{8}/([^/]+)/([^/]+)/")
_EXPRESSION = re.compile(r"SELECT (?P<fields>[\w.,()* ]+?) WHERE (?P<where>.+?)(?: GROUP BY (?P<group>[\w, ]+))?")
_CONDITION = re.compile(r"([\w.]+) (?:= '([\w.:-]+)'|IN \(('[\w.:-]+'(?:,'[\w.:-]+')*)\))(?: AND |$)")


@dataclass(frozen=True)
class Fault:
    """An error in place of an answer. ``raw``: this body with status 200 instead."""

    code: str = ""
    status: int = 400
    raw: str | None = None


@dataclass(frozen=True)
class Asked:
    """``key`` is the id of the access key that signed."""

    operation: str
    region: str
    key: str
    parameters: dict[str, Any]


@dataclass
class Recorded:
    """What there is. ``trail`` is by region, records of CloudTrail in any order; ``texts`` stand in for a record's own
    text by event id. ``faults`` by operation are used up one by one; ``always`` never.
    """

    rows: list[dict[str, Any]] = field(default_factory=list)
    sources: list[dict[str, Any]] = field(default_factory=list)
    trail: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    faults: dict[str, list[Fault]] = field(default_factory=dict)
    always: dict[tuple[str, str], Fault] = field(default_factory=dict)
    loops: bool = False
    whole_only: bool = False
    account: str = "111111111111"


class RefusedError(Exception):
    def __init__(self, code: str) -> None:
        self.code = code


class ConfigServer(Loopback):
    """Answers out of ``recorded`` and keeps what it was asked. ``wrong`` are breaches of the service models."""

    def __init__(self) -> None:
        super().__init__(_Handler)
        self.recorded = Recorded()
        self.asked: list[Asked] = []
        self.wrong: list[str] = []
        self._lock = threading.Lock()

    @property
    def counts(self) -> Counter[str]:
        return Counter(each.operation for each in self.asked)

    def of(self, operation: str) -> list[Asked]:
        return [each for each in self.asked if each.operation == operation]

    def answer(self, operation: str, asked: Asked) -> tuple[int, str]:
        region, parameters, shape = asked.region, asked.parameters, _model(operation)
        self._check(operation, "asked", parameters, shape.input_shape)
        with self._lock:
            self.asked.append(asked)
            faults = self.recorded.faults.get(operation, [])
            fault = faults.pop(0) if faults else self.recorded.always.get((operation, region))
        if fault is not None:
            return (200, fault.raw) if fault.raw is not None else (fault.status, _error(fault.code))
        try:
            found = _ANSWERS[operation](self.recorded, region, parameters)
        except RefusedError as error:
            known = [each.name for each in shape.error_shapes]
            if error.code not in known:
                self.wrong.append(f"{operation} has no error {error.code}")
            return 400, _error(error.code)
        self._check(operation, "answered", found, shape.output_shape)
        return 200, json.dumps(found)

    def _check(self, operation: str, what: str, value: dict[str, Any], shape: Any) -> None:
        from botocore.validate import ParamValidator

        report = ParamValidator().validate(value, shape)
        unknown = set(value) - set(shape.members)
        if report.has_errors() or unknown:
            self.wrong.append(f"{operation} {what}: {report.generate_report()} {sorted(unknown)}")
        for name, member in shape.members.items():
            most = member.metadata.get("max")
            given = value.get(name, 0)
            size = given if isinstance(given, int | float) else len(given)
            if most is not None and size > most:
                self.wrong.append(f"{operation} {what}: {name} is more than {most}")

    def failed(self, error: BaseException | None) -> None:
        """A client that hung up is part of the tests; a server that fails is not."""
        if not isinstance(error, OSError):
            self.wrong.append(repr(error))


@cache
def _model(operation: str) -> Any:
    import botocore.session

    service = "cloudtrail" if operation == "LookupEvents" else "config"
    return botocore.session.get_session().get_service_model(service).operation_model(operation)


def _error(code: str) -> str:
    return json.dumps({"__type": code, "message": "no"})


def _page(recorded: Recorded, key: str, items: list[Any], asked: Mapping[str, Any], size: int) -> dict[str, Any]:
    token = asked.get("NextToken")
    if token is not None and not re.fullmatch(r"from-\d+", token):
        raise RefusedError("InvalidNextTokenException")
    start = 0 if token is None else int(token[5:])
    more = {"NextToken": f"from-{start + size}"} if start + size < len(items) else {}
    if recorded.loops:
        more = {"NextToken": "from-0"}
    return {key: items[start : start + size], **more}


def _select(recorded: Recorded, region: str, asked: Mapping[str, Any]) -> dict[str, Any]:
    if asked["ConfigurationAggregatorName"] != AGGREGATOR:
        raise RefusedError("NoSuchConfigurationAggregatorException")
    found = _EXPRESSION.fullmatch(asked["Expression"])
    if found is None:
        raise RefusedError("InvalidExpressionException")
    fields = [each.strip() for each in found["fields"].split(",")]
    if recorded.whole_only and any(each.startswith("supplementaryConfiguration.") for each in fields):
        raise RefusedError("InvalidExpressionException")
    conditions = _conditions(found["where"])
    rows = [row for row in recorded.rows if all(row.get(name) in values for name, values in conditions)]
    if found["group"]:
        group = [each.strip() for each in found["group"].split(",")]
        counted = Counter(tuple(row[name] for name in group) for row in rows)
        rows = [dict(zip(group, key, strict=True)) | {"COUNT(*)": n} for key, n in counted.items()]
    page = _page(recorded, "Results", rows, asked, asked.get("Limit") or 25)
    page["Results"] = [json.dumps(_projected(row, fields)) for row in page["Results"]]
    return page | {"QueryInfo": {"SelectFields": [{"Name": each} for each in fields]}}


def _conditions(where: str) -> list[tuple[str, set[str]]]:
    """Field and the values that it may have; all of them hold."""
    end, conditions = 0, []
    for found in _CONDITION.finditer(where):
        if found.start() != end:
            raise RefusedError("InvalidExpressionException")
        end = found.end()
        values = {found[2]} if found[2] else {each.strip("'") for each in found[3].split(",")}
        conditions.append((found[1], values))
    if end != len(where):
        raise RefusedError("InvalidExpressionException")
    return conditions


def _projected(row: Mapping[str, Any], fields: list[str]) -> dict[str, Any]:
    """The fields that the row has, nested as in the row."""
    result: dict[str, Any] = {}
    for name in fields:
        *path, last = name.split(".")
        value: Any = row
        into = result
        for part in path:
            value = value.get(part) if isinstance(value, dict) else None
            into = into.setdefault(part, {})
        if isinstance(value, dict) and last in value:
            into[last] = value[last]
    return result


def _sources(recorded: Recorded, region: str, asked: Mapping[str, Any]) -> dict[str, Any]:
    if asked["ConfigurationAggregatorName"] != AGGREGATOR:
        raise RefusedError("NoSuchConfigurationAggregatorException")
    wanted = asked.get("UpdateStatus")
    found = [each for each in recorded.sources if wanted is None or each["LastUpdateStatus"] in wanted]
    return _page(recorded, "AggregatedSourceStatusList", found, asked, asked["Limit"])


def _lookup(recorded: Recorded, region: str, asked: Mapping[str, Any]) -> dict[str, Any]:
    if len(asked["LookupAttributes"]) != 1 or not 1 <= asked.get("MaxResults", 50) <= 50:
        raise RefusedError("InvalidLookupAttributesException")
    attribute = asked["LookupAttributes"][0]
    found = [_found(recorded, record) for record in recorded.trail.get(region, [])]
    start = asked.get("StartTime", 0)
    events = [each for each in found if each["EventTime"] >= start and _has(each, attribute)]
    events.sort(key=lambda each: -each["EventTime"])
    return _page(recorded, "Events", events, asked, asked.get("MaxResults", 50))


def _has(event: Mapping[str, Any], attribute: Mapping[str, str]) -> bool:
    if attribute["AttributeKey"] == "ResourceName":
        return any(each["ResourceName"] == attribute["AttributeValue"] for each in event["Resources"])
    return bool(event[attribute["AttributeKey"]] == attribute["AttributeValue"])


def _found(recorded: Recorded, record: Mapping[str, Any]) -> dict[str, Any]:
    from tests.recorded import found_event

    event = found_event(dict(record), recorded.texts.get(record["eventID"]))
    moment: datetime = event["EventTime"]
    return event | {"EventTime": moment.timestamp()}


_ANSWERS = {
    "SelectAggregateResourceConfig": _select,
    "DescribeConfigurationAggregatorSourcesStatus": _sources,
    "LookupEvents": _lookup,
}


class _Handler(Handler):
    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        scope = _SCOPE.search(self.headers.get("Authorization", ""))
        region = scope[2] if scope else ""
        target = self.headers.get("X-Amz-Target", "").rpartition(".")[2]
        if target:
            key = scope[1] if scope else ""
            status, text = self.server.owner.answer(target, Asked(target, region, key, json.loads(body)))
        else:
            status, text = 200, _sts(self.server.owner.recorded.account, parse_qs(body.decode()))
        self.give(status, text, "application/x-amz-json-1.1" if target else "text/xml")

    do_POST = _serve  # noqa: N815


def _sts(account: str, form: Mapping[str, list[str]]) -> str:
    """Who the caller is; or a role's credentials, whose key holds the role's account."""
    action = form["Action"][0]
    inside = f"<Arn>arn:aws:iam::{account}:user/x</Arn><UserId>AIDA</UserId><Account>{account}</Account>"
    if action == "AssumeRole":
        inside = (
            f"<Credentials><AccessKeyId>ASIA{form['RoleArn'][0].split(':')[4]}</AccessKeyId><SecretAccessKey>s"
            "</SecretAccessKey><SessionToken>t</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials>"
        )
    return (
        f'<{action}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><{action}Result>{inside}</{action}Result>'
        f"<ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></{action}Response>"
    )


def running() -> Iterator[ConfigServer]:
    """A server for one test; at the end nothing may have breached the service models."""
    with ConfigServer() as server:
        yield server
    assert not server.wrong, server.wrong
