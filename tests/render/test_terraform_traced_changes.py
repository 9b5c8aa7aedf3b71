"""Every case of a value that is written elsewhere, with every kind of change: it holds, or is told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from drift.cors.model import BucketCors, CorsRule
from tests.render.terraform_cases import Case, cases, declared, of_name, tried

CASES = [case for case in cases() if case.name.startswith("traced_")]
Rules = list[CorsRule]


def one_more_origin(rules: Rules) -> None:
    rules[0] = replace(rules[0], allowed_origins=(*origins(rules[0]), "https://more.example"))


def other_origins(rules: Rules) -> None:
    rules[0] = replace(rules[0], allowed_origins=("http://localhost:3000", "*.example.net"))


def an_origin_less(rules: Rules) -> None:
    rules[0] = replace(rules[0], allowed_origins=origins(rules[0])[1:] or ("https://left.example",))


def other_methods(rules: Rules) -> None:
    rules[0] = replace(rules[0], allowed_methods=("HEAD", "PUT"))


def new_headers(rules: Rules) -> None:
    rules[0] = replace(rules[0], allowed_headers=("x-${a}", 'y"\\'), expose_headers=("ETag",))


def another_age(rules: Rules) -> None:
    rules[0] = replace(rules[0], max_age_seconds=86_400)


def no_age(rules: Rules) -> None:
    rules[-1] = replace(rules[-1], max_age_seconds=None, allowed_headers=())


def a_rule_more(rules: Rules) -> None:
    rules.append(CorsRule(("DELETE",), ("https://more.example",), ("*",), (), 10))


def a_rule_less(rules: Rules) -> None:
    del rules[0]


def all_new(rules: Rules) -> None:
    rules[:] = [CorsRule(("GET", "HEAD"), ("https://x.example",)), CorsRule(("PUT",), ("https://y.example",))]


CHANGES: Sequence[Callable[[Rules], None]] = (
    one_more_origin,
    other_origins,
    an_origin_less,
    other_methods,
    new_headers,
    another_age,
    no_age,
    a_rule_more,
    a_rule_less,
    all_new,
)


def origins(rule: CorsRule) -> tuple[str, ...]:
    assert isinstance(rule.allowed_origins, tuple)
    return tuple(each for each in rule.allowed_origins if isinstance(each, str))


@pytest.mark.parametrize("change", CHANGES, ids=lambda each: str(each.__name__))
@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case.name))
def test_any_change_is_made_by_an_edit_that_holds_or_told_with_its_place_and_what_is_wanted(
    case: Case, change: Callable[[Rules], None]
) -> None:
    bucket = of_name(declared(case.before, case.units, case.inputs), case.bucket)
    rules = [] if bucket.cors is None else list(bucket.cors.rules)
    if not rules and change is not a_rule_more:
        pytest.skip("there is no rule yet")
    change(rules)
    wanted = BucketCors(tuple(rules), ordered=bucket.cors is None or bucket.cors.ordered) if rules else None
    if bucket.cors == wanted:
        pytest.skip("there is nothing to change")
    found = tried(case.before, case.units, case.inputs, case.bucket, wanted)
    if found.files is None:
        assert found.proposal.by_hand
        for each in found.proposal.by_hand:
            assert each.location.path in case.before.contents
            assert each.why
