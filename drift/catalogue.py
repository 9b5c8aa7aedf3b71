"""Every finding that the program can make, under the one word by which files, reports and documents call it."""

from __future__ import annotations

from dataclasses import dataclass

from drift.location import Severity


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of finding: its stable id, what it means in a line, how much it weighs, and what to do about it."""

    id: str
    title: str
    severity: Severity
    help: str


_KINDS = (
    Kind(
        "live-differs",
        "The live rules are not the declared ones",
        Severity.ERROR,
        "Deploy the declared rules again, or take the live ones over into the code.",
    ),
    Kind(
        "live-wider",
        "Live lets browsers do more than the code declares",
        Severity.ERROR,
        "Deploy the declared rules again, or take the live ones over into the code.",
    ),
    Kind(
        "live-narrower",
        "Live lets browsers do less than the code declares",
        Severity.ERROR,
        "Deploy the declared rules again, or take the live ones over into the code.",
    ),
    Kind(
        "live-different",
        "Live lets browsers do some things more and some less than the code declares",
        Severity.ERROR,
        "Deploy the declared rules again, or take the live ones over into the code.",
    ),
    Kind(
        "live-cache-only",
        "Live has browsers keep preflights otherwise than the code declares; what they may do is the same",
        Severity.WARNING,
        "Deploy the declared rules again, or take the live ones over into the code.",
    ),
    Kind(
        "live-absent",
        "Rules are declared, and the bucket has no CORS configuration",
        Severity.ERROR,
        "Deploy the declared rules again, or remove them from the code.",
    ),
    Kind(
        "undeclared-rules",
        "The bucket has CORS rules, and the code declares none",
        Severity.ERROR,
        'Declare the rules, or delete them from the bucket; undeclared = "warning" or "ignore" accepts them.',
    ),
    Kind(
        "declared-more-than-once",
        "Several declarations claim the CORS rules of one bucket",
        Severity.WARNING,
        "Keep one of them: whichever is applied last replaces all rules of the others.",
    ),
    Kind(
        "order-matters",
        "The declared rules are a set, and two orders of them answer differently",
        Severity.WARNING,
        "Make the rules apart, so that no request matches two of them: Terraform does not control their order.",
    ),
    Kind(
        "not-compared",
        "The bucket could not be compared",
        Severity.WARNING,
        "Do what the reason says, or accept the gap with --allow-incomplete.",
    ),
)

CATALOGUE = {kind.id: kind for kind in _KINDS}
"""Finding id to its kind."""

FOLDS = {
    "list-order": "the order of values in a list",
    "header-case": "the letter case of header names",
    "repeated-value": "values that stand twice in a list",
    "repeated-rule": "rules that repeat an earlier one",
    "rule-order": "the order of rules, which are declared as a set",
    "max-age-zero": "MaxAgeSeconds unset or 0 (one side does not tell them apart)",
}
"""What is taken as equal although it is written differently: id of the fold to the thing that it passes over."""
