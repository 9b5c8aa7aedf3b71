"""What a kind of finding is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from drift.location import Severity


class Family(StrEnum):
    """What sort of thing a finding says, which decides how it counts."""

    DRIFT = "drift"
    """The two sides differ. It fails the run, unless the settings lower or waive it."""
    COVERAGE = "coverage"
    """Something could not be compared. It makes the run incomplete and never fails it otherwise."""
    PULL_REQUEST = "pull_request"
    """What a pull request does to live rules. It fails the run where it is an error, whatever ``--fail-on`` says."""
    POLICY = "policy"
    """The rules are risky or without effect, whatever was declared. It fails the run from ``--fail-on`` upwards."""
    PROMISE = "promise"
    """A statement that must hold does not, or cannot be decided. Fails as policy does; undecided is incomplete."""
    WAIVER = "waiver"
    """Something in the settings that accepts findings or leaves out buckets no longer does. Fails as policy does."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of finding.

    ``id`` is its stable word in files, reports and documents; ``title`` what it means in a line; ``severity`` how much
    it weighs unless the settings say otherwise; ``help`` what to do about it. ``meaning`` says why it matters, in a few
    sentences. ``before`` and ``after`` are an example with the finding and one without: of a policy, JSON lists of
    rules under the names of the S3 API. ``security``: how much it weighs for security, above 0 to 10, None where it is
    no matter of security (the scale of code scanning: over 9 critical, from 7 high, from 4 medium).
    """

    id: str
    title: str
    severity: Severity
    help: str
    family: Family
    meaning: str
    before: str
    after: str
    security: float | None = None
