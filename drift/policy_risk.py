"""What is found of a list of rules by itself, before it is told of a bucket."""

from __future__ import annotations

from dataclasses import dataclass

from drift.cors.model import CorsRule, TextList
from drift.finding import Example
from drift.location import Severity


@dataclass(frozen=True, slots=True)
class Risk:
    """One thing found. ``id`` is a kind of the catalogue, ``rule`` counts from 0, ``field`` is an API name.

    ``subject`` is the same wherever the rule stands among the others, and on the declared and the live side alike.
    ``severity`` is None where that of the catalogue holds.
    """

    id: str
    message: str
    subject: str
    rule: int | None = None
    field: str | None = None
    example: Example | None = None
    severity: Severity | None = None


def entry_subject(field: str, value: str) -> str:
    """What a finding about one value is told apart by."""
    return f"{field}={value}"


def rule_subject(rule: CorsRule) -> str:
    """What a finding about a whole rule is told apart by: its methods and origins, in any order."""
    return f"{_listed(rule.allowed_methods)} from {_listed(rule.allowed_origins)}"


def _listed(values: TextList) -> str:
    if not isinstance(values, tuple):
        return "?"
    return ",".join(sorted({each if isinstance(each, str) else f"{each.prefix}?{each.suffix}" for each in values}))
