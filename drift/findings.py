"""Findings, made from the catalogue so that none can have a word of its own."""

from __future__ import annotations

from drift.catalogue import CATALOGUE
from drift.cors.model import Text
from drift.finding import Example, Finding, Side
from drift.location import Location, Severity
from drift.snapshot import Bucket


def finding(
    kind: str,
    bucket: Text | None,
    message: str | None,
    place: Location | None,
    severity: Severity | None = None,
    help: str | None = None,
    *,
    side: Side | None = None,
    subject: str = "",
    example: Example | None = None,
) -> Finding:
    """A finding of the catalogue; without a message its title stands for one, without a help that of the catalogue."""
    entry = CATALOGUE[kind]
    return Finding(
        kind,
        severity or entry.severity,
        bucket,
        message or entry.title,
        place,
        help or entry.help,
        side,
        subject,
        example,
    )


def what_to_do(declared: Bucket | None) -> str | None:
    """What helps where deploying does not: None where it does."""
    if declared is None or declared.left_alone is None:
        return None
    return (
        f"Deploying leaves these rules as they are ({declared.left_alone}): put them right by hand, or have the code "
        "no longer ignore their changes."
    )
