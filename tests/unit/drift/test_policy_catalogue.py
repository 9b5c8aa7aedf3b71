"""The examples of the catalogue are run: the first makes the finding, the second does not."""

from __future__ import annotations

import json
from typing import Any

import pytest

from drift.catalogue.kind import Family
from drift.catalogue.policies import KINDS
from drift.cors.model import API_NAMES, BucketCors, CorsRule
from drift.policy import policy_findings
from drift.report import BucketReport, BucketState
from drift.snapshot import Bucket, State

OF_SEVERAL = {"declared-inline-and-separately", "declared-more-than-once"}
BY_RULES = [kind for kind in KINDS if kind.id not in OF_SEVERAL]


def ids(example: str, *, ordered: bool) -> set[str]:
    """What is found of rules as JSON, of a bucket named shop-prod."""
    attributes = {name: attribute for attribute, name in API_NAMES.items()}
    rules = []
    for each in json.loads(example):
        values: dict[str, Any] = {
            attributes[name]: tuple(value) if isinstance(value, list) else value for name, value in each.items()
        }
        rules.append(CorsRule(**values))
    declared = Bucket("shop-prod", State.CONFIGURED, "spec", cors=BucketCors(tuple(rules), ordered))
    return {each.id for each in policy_findings(BucketReport("shop-prod", BucketState.VALIDATED, declared, None))}


@pytest.mark.parametrize("kind", BY_RULES, ids=[kind.id for kind in BY_RULES])
def test_the_first_example_makes_the_finding_and_the_second_does_not(kind: object) -> None:
    assert kind in KINDS
    entry = next(each for each in KINDS if each is kind)
    ordered = entry.id != "order-matters"
    assert ids(entry.before, ordered=ordered) == {entry.id}
    assert entry.id not in ids(entry.after, ordered=ordered)


@pytest.mark.parametrize("kind", KINDS, ids=[kind.id for kind in KINDS])
def test_every_finding_of_the_policy_is_explained(kind: object) -> None:
    entry = next(each for each in KINDS if each is kind)
    assert entry.family is Family.POLICY
    assert entry.meaning.endswith(".")
    assert entry.before
    assert entry.after
    assert entry.security is None or 0 < entry.security <= 10
