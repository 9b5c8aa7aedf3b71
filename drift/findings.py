"""Findings, made from the catalogue so that none can have a word of its own."""

from __future__ import annotations

from drift.catalogue import CATALOGUE
from drift.cors.model import Text
from drift.location import Location, Severity
from drift.report import Finding


def finding(
    kind: str, bucket: Text, message: str | None, place: Location | None, severity: Severity | None = None
) -> Finding:
    """A finding of the catalogue; without a message its title stands for one."""
    entry = CATALOGUE[kind]
    return Finding(kind, severity or entry.severity, bucket, message or entry.title, place, entry.help)
