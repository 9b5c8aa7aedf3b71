"""The rules of a witness are numbered as they are written, in whatever order they were compared."""

from __future__ import annotations

import pytest

from drift.cors.evaluate import evaluate
from drift.cors.model import BucketCors, CorsRule
from drift.cors.prove import prove
from tests.rules import rule

FIRST, SECOND, THIRD = rule("GET"), rule("PUT", "https://b.example"), rule("DELETE", "https://c.example")
MORE = rule("PUT", "https://b.example https://evil.example")


@pytest.mark.parametrize("ordered", [True, False])
@pytest.mark.parametrize(
    ("declared", "live"),
    [
        ((FIRST, SECOND, THIRD), (MORE, THIRD, FIRST)),
        ((THIRD, FIRST, SECOND), (FIRST, MORE, THIRD)),
        ((SECOND, SECOND, FIRST), (FIRST, MORE)),
        ((FIRST, THIRD), (THIRD, MORE, FIRST)),
        ((THIRD, rule("GET", "https://a.example https://a.example"), SECOND), (FIRST, MORE, THIRD)),
    ],
)
def test_the_rule_that_answers_is_the_one_at_that_place(
    declared: tuple[CorsRule, ...], live: tuple[CorsRule, ...], ordered: bool
) -> None:
    verdict = prove(BucketCors(declared, ordered), BucketCors(live))
    assert verdict.witnesses
    for witness in verdict.witnesses:
        for answer, rules in ((witness.declared, declared), (witness.live, live)):
            alone = () if answer.rule is None else (rules[answer.rule],)
            assert evaluate(alone, witness.request).allowed == answer.allowed
            assert len(answer.considered) == len(rules)
            assert {each.rule for each in answer.considered} == set(range(len(rules)))
