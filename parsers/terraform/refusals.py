"""What Terraform refuses in a declaration, out of the reasons why its name or its rules are not known."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from drift.cors.model import Unknown
from drift.location import Diagnostic, Location, Severity
from drift.snapshot import Bucket, State
from parsers.terraform.faults import IN_ERROR, EvaluationError

REFUSED = "invalid-expression"

_PLACE = re.compile(r" \((?P<path>[^()]+):(?P<line>[0-9]+)\)")


def refusals(entry: Bucket) -> Iterator[Diagnostic]:
    """An error for each fault that leaves a part of the declaration without a value; its place is that of the fault."""
    reasons = [entry.reason or ""]
    reasons += [entry.name.reason] if isinstance(entry.name, Unknown) else []
    reasons += [each.reason for _, _, each in entry.cors.unknowns()] if entry.cors is not None else []
    for reason in dict.fromkeys(reasons):
        _, refused, message = reason.partition(IN_ERROR)
        if refused:
            place = _PLACE.search(message)
            at = entry.location
            if place is not None:
                at, message = Location(place["path"], int(place["line"])), message[: place.start()]
            yield Diagnostic(Severity.ERROR, REFUSED, message, at, "Terraform refuses this; correct the expression")


def refused_before_values(entry: Bucket, error: EvaluationError) -> Bucket:
    """The entry of a declaration that Terraform refuses while its variables have no values yet (``validate_walk``)."""
    message = f"{error.message}; Terraform finds this as it validates, before the variables have their values"
    reason = f"{IN_ERROR}{EvaluationError(message, error.at)}"
    return replace(entry, state=State.UNKNOWN, cors=None, places=(), says_none=False, reason=reason)
