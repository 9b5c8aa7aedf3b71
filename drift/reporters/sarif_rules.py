"""The catalogue as the rules of a SARIF file: the same in every file, whatever was found."""

from __future__ import annotations

from drift.catalogue import CATALOGUE, Family, Kind
from drift.documents.parts import Json
from drift.location import Severity
from drift.reporters.placed import bounded

LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
"""Severity to the level of a result, a rule and a notification."""

MAX_DESCRIPTION = 1_024
"""What GitHub takes of a description."""

_PROBLEMS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "recommendation"}
_GUESSES = frozenset({"localhost-origin", "may-be-refused-by-s3", "origin-beside-star", "etag-not-exposed"})
"""Kinds that rest on what a bucket seems to be for, or on what is not known of S3; all others are proved or read."""

RULE_INDEX = {identifier: index for index, identifier in enumerate(CATALOGUE)}
"""Id of a finding to its place among the rules."""


def rules() -> list[Json]:
    """Every kind of finding as a reportingDescriptor."""
    return [_rule(kind) for kind in CATALOGUE.values()]


def _rule(kind: Kind) -> Json:
    meaning = kind.meaning or f"{kind.title}."
    return {
        "id": kind.id,
        "name": "".join(word.capitalize() for word in kind.id.split("-")),
        "shortDescription": {"text": bounded(kind.title, MAX_DESCRIPTION)},
        "fullDescription": {"text": bounded(meaning, MAX_DESCRIPTION)},
        "help": {"text": _help(kind, meaning), "markdown": _markdown(kind, meaning)},
        "defaultConfiguration": {"level": LEVELS[kind.severity]},
        "properties": _properties(kind),
    }


def _help(kind: Kind, meaning: str) -> str:
    parts = [meaning, f"How to fix: {kind.help}"]
    if kind.before and kind.after:
        parts.append(f"With the finding:\n\n{kind.before}\n\nWithout it:\n\n{kind.after}")
    return "\n\n".join(parts)


def _markdown(kind: Kind, meaning: str) -> str:
    parts = [meaning, f"**How to fix:** {kind.help}"]
    if kind.before and kind.after:
        parts.append(f"With the finding:\n\n{_fenced(kind.before)}\n\nWithout it:\n\n{_fenced(kind.after)}")
    return "\n\n".join(parts)


def _fenced(text: str) -> str:
    return f"```\n{text}\n```"


def _properties(kind: Kind) -> dict[str, Json]:
    tags = ["cors", "s3", kind.family.value]
    properties: dict[str, Json] = {"precision": "medium" if kind.id in _GUESSES else _PRECISION[kind.family]}
    if kind.security is None:
        properties["problem.severity"] = _PROBLEMS[kind.severity]
    else:
        tags = ["security", *tags, "external/cwe/cwe-942"]  # a cross-domain policy that trusts too many
        properties["security-severity"] = f"{kind.security:.1f}"
    return {"tags": tags, **properties}


_PRECISION = {
    Family.DRIFT: "very-high",
    Family.COVERAGE: "very-high",
    Family.PULL_REQUEST: "very-high",
    Family.POLICY: "high",
    Family.PROMISE: "very-high",
    Family.WAIVER: "very-high",
}
