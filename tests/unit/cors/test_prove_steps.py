"""The hardest legal lists stay within a number of steps, and what is too hard is undecided instead of slow."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from drift.cors import open_questions
from drift.cors import prove as prover
from drift.cors.budget import MAX_STEPS, Budget
from drift.cors.model import MAX_RULES, BucketCors, CorsRule
from drift.cors.prove import prove
from drift.cors.validate import MAX_DOCUMENT_BYTES, document_size
from drift.cors.verdict import Effect
from tests.rules import rule


def shared(rule: int, place: int) -> str:
    """Long common beginnings and ends, every one a wildcard."""
    kind = (rule * 7 + place * 13) % 97
    head = "https://" + "a" * (kind % 6) + "bcdefg"[kind % 6]
    return f"{head}*{'xyzwvu'[(rule + place) % 6]}{'m' * ((rule * 5 + place) % 7)}.example"


def crossing(rule: int, place: int) -> str:
    """Half of them beginnings, half of them ends: every pair is a region of its own."""
    number = rule * 13 + place
    return f"https://h{number}*" if place % 2 else f"*{number}t"


def nested(rule: int, place: int) -> str:
    """Each beginning continues the one before, each end too."""
    return "https://" + "a" * ((rule + place * 100) // 4) + "*" + "z" * ((rule * 37 + place * 11) % 70)


SHAPES: dict[str, tuple[Callable[[int, int], str], int]] = {
    "shared": (shared, 9),
    "crossing": (crossing, 13),
    "nested": (nested, 4),
}


def hardest(shape: str, *, alike: bool = False) -> tuple[CorsRule, ...]:
    make, each = SHAPES[shape]
    rules = tuple(
        CorsRule(("GET",), tuple(make(rule, place) for place in range(each)), (), () if alike else (f"x-{rule}",))
        for rule in range(MAX_RULES)
    )
    assert document_size(rules) <= MAX_DOCUMENT_BYTES
    return rules


@pytest.fixture
def spent(monkeypatch: pytest.MonkeyPatch) -> list[Budget]:
    budgets: list[Budget] = []

    def counted(limit: int) -> Budget:
        budgets.append(Budget(limit))
        return budgets[-1]

    monkeypatch.setattr(prover, "Budget", counted)
    return budgets


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(
    ("change", "effects"),
    [
        ("reversed", {Effect.DIFFERENT}),
        ("reversed, all answers alike", {Effect.COSMETIC}),
        ("gone", {Effect.NARROWER}),
    ],
)
def test_a_verdict_on_the_hardest_lists_takes_a_part_of_the_steps_allowed(
    shape: str, change: str, effects: set[Effect], spent: list[Budget]
) -> None:
    rules = hardest(shape, alike="alike" in change)
    live = None if change == "gone" else BucketCors(rules[::-1])
    assert prove(BucketCors(rules), live).effect in effects
    assert 0 < spent[0].spent < MAX_STEPS


def test_twice_the_rules_take_no_more_than_a_few_times_the_steps(spent: list[Budget]) -> None:
    rules = hardest("crossing", alike=True)
    for part in (rules[: MAX_RULES // 2], rules):
        assert prove(BucketCors(part), BucketCors(part[::-1])).effect is Effect.COSMETIC
    assert spent[1].spent < 5 * spent[0].spent


def test_what_takes_more_steps_than_allowed_is_undecided_and_says_so() -> None:
    rules = hardest("crossing", alike=True)
    verdict = prove(BucketCors(rules), BucketCors(rules[::-1]), max_steps=1000)
    assert verdict.effect is Effect.UNDECIDED
    assert verdict.reason == "the proof takes more than 1,000 steps"


def test_more_text_than_s3_could_ever_hold_is_undecided() -> None:
    rules = (CorsRule(("GET",), ("a" * (1 << 20),)),)
    assert prove(BucketCors(rules), None).effect is Effect.UNDECIDED


def test_ends_that_overlap_in_thousands_of_ways_do_not_use_up_the_memory() -> None:
    rules = (CorsRule(("GET",), ("a" * 30_000 + "*" + "a" * 30_000,)),)
    assert prove(BucketCors(rules), None).effect is Effect.UNDECIDED


def test_what_is_found_before_the_steps_run_out_is_still_shown() -> None:
    rules = hardest("crossing")
    verdict = prove(BucketCors(rules), None, max_steps=50_000)
    assert [witness.shows for witness in verdict.witnesses] == ["live_refuses"]


@pytest.mark.parametrize(
    ("pair", "question", "whole"),
    [
        (
            (
                [rule("GET"), rule("GET", "*"), rule("PUT", "* https://b.example")],
                [rule("GET", "* https://a.example"), rule("PUT", "https://b.example"), rule("PUT", "*")],
            ),
            open_questions.STAR_BESIDE_ORIGIN,
            Effect.UNDECIDED,
        ),
        (
            ([rule("PUT", headers="x-a*a")], [rule("PUT", headers="x-a*a x-a")]),
            open_questions.WILDCARD_OVERLAP,
            Effect.UNDECIDED,
        ),
        (
            ([rule("GET", "https://a*a")], [rule("PUT", "https://a*a")]),
            open_questions.WILDCARD_OVERLAP,
            Effect.DIFFERENT,
        ),
    ],
)
def test_what_is_found_under_one_reading_before_the_steps_run_out_is_shown_with_the_question(
    pair: tuple[list[CorsRule], list[CorsRule]], question: str, whole: Effect
) -> None:
    declared, live = (BucketCors(tuple(rules)) for rules in pair)
    cut_short = 0
    for steps in range(1000):
        verdict = prove(declared, live, max_steps=steps)
        if (verdict.reason or "").startswith("the proof takes more") and verdict.witnesses:
            assert verdict.notes == (question,)
            cut_short += 1
        elif verdict.witnesses:
            assert verdict.effect is whole
            break
    assert verdict.witnesses
    assert cut_short > 0
