"""Every finding that the program can make, under the one word by which files, reports and documents call it."""

from __future__ import annotations

from drift.catalogue import differences, policies, pull_requests, rulings
from drift.catalogue.kind import Family, Kind

__all__ = ["CATALOGUE", "FOLDS", "Family", "Kind"]

CATALOGUE = {kind.id: kind for kind in (*differences.KINDS, *pull_requests.KINDS, *policies.KINDS, *rulings.KINDS)}
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
