"""Base, head and live in every combination, held against the table of docs/pull-requests.md."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest

from drift.cors.model import Unknown
from drift.cors.verdict import Effect
from drift.pull_request import Move, PullRequest
from drift.sides import Side
from drift.snapshot import Alternative, Bucket, State
from drift.threeway import three_way, two_way
from tests.rules import bucket, place, rule

DOCUMENT = Path(__file__).parents[3] / "docs" / "pull-requests.md"

A = rule("GET", "https://a.example")
B = rule("GET", "https://b.example")
C = rule("GET", "https://c.example")
AGAIN = rule("GET GET", "https://a.example", id="written otherwise")
"""Means what ``A`` means."""

SIDES: dict[str, Side] = {
    "not declared": None,
    "absent": bucket("b"),
    "A": bucket("b", A),
    "B": bucket("b", B),
    "C": bucket("b", C),
    "A in other words": bucket("b", AGAIN),
    "unknown": Bucket("b", State.UNKNOWN, "test", reason="variable x has no value"),
    "denied": Bucket("b", State.DENIED, "test", reason="AccessDenied"),
}
MEANINGS = {"not declared": "none", "absent": "none", "A in other words": "A", "unknown": "?", "denied": "?"}
CELLS = list(product(SIDES, SIDES, SIDES))


def rows() -> list[tuple[tuple[str, str, str], Move, str]]:
    """The rows of the document's table: three patterns, the verdict, and the sentence that argues for it."""
    text = DOCUMENT.read_text(encoding="utf-8")
    table = text.partition("<!-- cells -->")[2].partition("<!-- /cells -->")[0]
    lines = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.strip().splitlines()[2:]]
    return [((base, head, live), Move(verdict), why) for base, head, live, verdict, why in lines]


ROWS = rows()


def fits(pattern: tuple[str, ...], cell: tuple[str, ...]) -> bool:
    """Whether a row speaks of a cell: one letter stands for one meaning, another letter for another one."""
    meant: dict[str, str] = {}
    for wanted, side in zip(pattern, cell, strict=True):
        meaning = MEANINGS.get(side, side)
        if wanted in ("none", "?"):
            if meaning != wanted:
                return False
        elif wanted != "any" and (meaning in ("none", "?") or meant.setdefault(wanted, meaning) != meaning):
            return False
    return len(set(meant.values())) == len(meant)


def of(cell: tuple[str, str, str]) -> PullRequest:
    base, head, live = (SIDES[name] for name in cell)
    return three_way(base, head, live)


def test_every_combination_has_exactly_one_row_in_the_document_and_every_row_is_of_use() -> None:
    found = {cell: [row for row in ROWS if fits(row[0], cell)] for cell in CELLS}
    assert {cell: len(each) for cell, each in found.items() if len(each) != 1} == {}
    assert {row for each in found.values() for row in each} == set(ROWS)
    assert all(len(why.split()) > 1 and why.endswith(".") for _, _, why in ROWS)


def test_every_combination_ends_as_the_document_says() -> None:
    wanted = {cell: next(move for pattern, move, _ in ROWS if fits(pattern, cell)) for cell in CELLS}
    assert {cell: of(cell).move for cell in CELLS} == wanted
    assert len(CELLS) == 8**3


def test_what_is_not_in_sync_and_known_is_shown_by_a_request_that_tells_two_sides_apart() -> None:
    for cell in CELLS:
        found = of(cell)
        if found.move in (Move.IN_SYNC, Move.UNDECIDED):
            assert found.witness is None
        else:
            assert found.witness is not None, cell
            answers = (found.witness.base, found.witness.head, found.witness.live)
            assert len({answer.allowed for answer in answers if answer}) == 2, cell


def test_a_verdict_that_cannot_be_told_says_which_side_is_not_known_and_why() -> None:
    assert of(("A", "B", "denied")).says == "Who moved cannot be told: live: AccessDenied"
    assert of(("A", "unknown", "A")).reason == "the pull request: variable x has no value"
    assert of(("unknown", "A", "B")).reason == "the target branch: variable x has no value"


def test_effects_are_told_of_all_three_pairs() -> None:
    found = three_way(bucket("b", A), bucket("b", A, B), bucket("b", A))
    assert (found.head_moved, found.live_moved, found.deploying) == (Effect.WIDER, Effect.IDENTICAL, Effect.WIDER)
    assert three_way(bucket("b", A), bucket("b"), bucket("b", A)).deploying is Effect.NARROWER


@pytest.mark.parametrize(
    ("base", "head", "live", "move"),
    [
        ([A], [A, B], [A, C], Move.REVERTS),
        ([A], [A, B], [B], Move.REPAIRS),
        ([A], [B, C], [B], Move.ADOPTS),
        ([A], [A, B, C], [A, C], Move.ADOPTS),
        ([A], [A, B], [A, B, C], Move.REPAIRS),
        ([A, B], [A], [A, B, C], Move.REVERTS),
        ([A, B], [B], [A], Move.REVERTS),
        ([A, B, C], [A], [B], Move.CONFLICT),
        ([], [A], [A, B], Move.REVERTS),
        ([], [A, B], [A], Move.ADOPTS),
    ],
    ids=lambda each: each.value if isinstance(each, Move) else "+".join(r.allowed_origins[0][8] for r in each) or "0",
)
def test_where_all_three_differ_it_counts_who_answers_which_requests_otherwise(
    base: list[object], head: list[object], live: list[object], move: Move
) -> None:
    sides = [bucket("b", *rules) for rules in (base, head, live)]  # type: ignore[arg-type]
    assert three_way(*sides).move is move


def test_what_would_be_undone_is_shown_as_live_has_it_and_the_other_two_do_not() -> None:
    found = three_way(bucket("b", A), bucket("b", A, B), bucket("b", A, C))
    assert found.witness is not None
    assert found.witness.live is not None
    assert found.witness.request.origin == "https://c.example"
    answers = (found.witness.base.allowed, found.witness.head.allowed, found.witness.live.allowed)
    assert answers == (False, False, True)
    assert found.says == (
        "Live was changed, and the pull request knows nothing of it (GET from https://c.example: allowed live, refused "
        "by the target branch, refused by the pull request): deploying undoes that"
    )


def test_rules_that_live_took_away_and_head_keeps_are_undone_too() -> None:
    found = three_way(bucket("b", A, B), bucket("b", A, B, C), bucket("b", A))
    assert found.move is Move.REVERTS
    assert found.witness is not None
    assert found.witness.live is not None
    assert (found.witness.head.allowed, found.witness.live.allowed) == (True, False)


def test_methods_that_are_added_to_one_rule_on_both_sides_are_no_conflict_for_the_sake_of_the_preflight_cache() -> None:
    base, head, live = (bucket("b", rule(methods)) for methods in ("GET", "GET PUT", "GET DELETE"))
    assert three_way(base, head, live).move is Move.REVERTS


def test_a_difference_in_what_is_cached_alone_is_decided_like_any_other() -> None:
    base, head, live = (bucket("b", rule(max_age_seconds=age)) for age in (5, 60, 3000))
    assert three_way(base, head, live).move is Move.CONFLICT
    assert three_way(base, base, live).move is Move.STAYS
    assert three_way(base, live, live).move is Move.ADOPTS
    assert three_way(base, head, base).move is Move.CHANGES


def test_what_hangs_on_an_unknown_value_is_not_decided_unless_the_rest_decides_it() -> None:
    open_one = bucket("b", rule(origins="https://a.example"), replace(B, allowed_origins=(Unknown("var.x"),)))
    assert three_way(open_one, bucket("b", A), bucket("b", A)).move is Move.IN_SYNC
    assert three_way(bucket("b", A), open_one, bucket("b", A)).move is Move.UNDECIDED
    assert three_way(bucket("b", A), bucket("b", C), open_one).move is Move.UNDECIDED
    surely = bucket("b", B, replace(A, allowed_origins=(Unknown("var.x"),)))
    assert three_way(bucket("b", A), surely, bucket("b", A)).move is Move.CHANGES


def test_where_it_takes_too_long_nothing_is_made_up() -> None:
    assert three_way(bucket("b", A), bucket("b", B), bucket("b", C), max_steps=1).move is Move.UNDECIDED


MISSING = Bucket("b", State.MISSING, "s3", reason="there is no such bucket")


def test_a_bucket_that_does_not_exist_is_right_for_a_new_one_and_one_that_is_gone_and_else_not_compared() -> None:
    assert three_way(None, bucket("b", A), MISSING).move is Move.NEW
    assert three_way(None, bucket("b"), MISSING).move is Move.NEW
    assert three_way(bucket("b", A), None, MISSING).move is Move.REMOVAL
    assert three_way(bucket("b"), None, MISSING).move is Move.IN_SYNC
    assert three_way(bucket("b", A), bucket("b", A), MISSING).move is Move.UNDECIDED
    assert three_way(bucket("b", A), bucket("b", B), MISSING).reason == "live: there is no such bucket"
    assert three_way(SIDES["unknown"], bucket("b", A), MISSING).move is Move.UNDECIDED


def test_drift_that_deploying_passes_over_stays() -> None:
    ignoring = bucket("b", A, left_alone=place(7))
    assert three_way(ignoring, ignoring, bucket("b", B)).move is Move.STAYS
    assert "deploying leaves it so (main.tf:7)" in three_way(ignoring, ignoring, bucket("b", B)).says
    assert three_way(bucket("b", C), ignoring, bucket("b", B)).move is Move.STAYS
    changed = three_way(bucket("b", B), ignoring, bucket("b", B))
    assert changed.move is Move.CHANGES
    assert changed.says.endswith("deploying leaves the live rules as they are (main.tf:7)")


IGNORING = {"source": "terraform", "left_alone": place(7)}
TERRAFORM, STACK = {"source": "terraform"}, {"source": "cloudformation", "address": "Assets"}


@pytest.mark.parametrize(
    ("base", "head", "move", "does"),
    [
        (IGNORING, TERRAFORM, Move.REVERTS, "and the pull request has deploying no longer pass over changes"),
        (IGNORING, IGNORING, Move.STAYS, "deploying leaves it so (main.tf:7)"),
        (TERRAFORM, TERRAFORM, Move.STAYS, "deploying puts back what is declared"),
        (TERRAFORM, IGNORING, Move.STAYS, "deploying leaves it so (main.tf:7)"),
        (TERRAFORM, STACK, Move.STAYS, "deploying puts back what is declared"),
        (STACK, STACK, Move.STAYS, "CloudFormation leaves it so until the rules change in the code"),
        (STACK, STACK | {"address": "Other"}, Move.REVERTS, "which deploys them"),
        (
            STACK,
            TERRAFORM,
            Move.REVERTS,
            "which CloudFormation left alone so far, and the pull request has another tool",
        ),
        (STACK, IGNORING, Move.STAYS, "deploying leaves it so (main.tf:7)"),
        (IGNORING, STACK, Move.REVERTS, "which deploying passed over so far, and the pull request has"),
    ],
)
def test_a_live_change_that_only_the_pull_request_has_undone_is_its_doing_although_the_rules_stay(
    base: dict[str, object], head: dict[str, object], move: Move, does: str
) -> None:
    found = three_way(bucket("b", A, **base), bucket("b", A, **head), bucket("b", A, B))
    assert found.move is move
    assert does in found.says
    assert found.says.endswith("deploying undoes that") == (move is Move.REVERTS)
    gone = three_way(bucket("b", A, **base), bucket("b", A, **head), bucket("b"))
    assert gone.move is (Move.REPAIRS if move is Move.REVERTS else Move.STAYS)
    assert gone.says.endswith("deploying puts its rules there") == (move is Move.REVERTS)


def test_a_template_that_writes_the_same_rules_otherwise_is_deployed_and_that_undoes_what_is_live() -> None:
    found = three_way(bucket("b", A, **STACK), bucket("b", AGAIN, **STACK), bucket("b", A, B))
    assert found.move is Move.REVERTS
    assert (
        "which CloudFormation left alone so far, and the pull request changes how the rules are written" in found.says
    )
    code = three_way(bucket("b", A, **TERRAFORM), bucket("b", AGAIN, **TERRAFORM), bucket("b", A, B))
    assert code.move is Move.STAYS


@pytest.mark.parametrize("base", [IGNORING, STACK], ids=["ignore_changes", "cloudformation"])
def test_a_part_that_is_taken_over_does_not_excuse_the_rest_where_nothing_else_would_have_undone_it(
    base: dict[str, object],
) -> None:
    head = {"source": base["source"], "address": base.get("address")}
    live = bucket("b", A, B, C)
    found = three_way(bucket("b", A, **base), bucket("b", A, B, **head), live)
    assert found.move is Move.REVERTS
    assert "takes over only a part of it (GET from https://c.example: allowed live" in found.says
    assert found.says.endswith("deploying undoes the rest")
    assert three_way(bucket("b", A, **TERRAFORM), bucket("b", A, B, **TERRAFORM), live).move is Move.REPAIRS


def test_rules_that_nobody_declared_and_head_says_are_none_are_undone_by_it() -> None:
    silent, none, live = bucket("b"), bucket("b", says_none=True), bucket("b", A)
    assert three_way(silent, none, live).move is Move.REVERTS
    assert "and the pull request says that there are no rules" in three_way(silent, none, live).says
    assert three_way(None, none, live).move is Move.REVERTS
    assert three_way(none, none, live).move is Move.STAYS
    assert three_way(none, silent, live).move is Move.STAYS
    assert three_way(silent, silent, live).says.endswith("nothing that is declared puts it right")


def test_rules_that_may_be_declared_elsewhere_are_neither_there_nor_not() -> None:
    silent = bucket("b", reason="another module may give the rules")
    assert three_way(silent, silent, bucket("b", A)).move is Move.UNDECIDED
    assert three_way(silent, silent, bucket("b")).move is Move.IN_SYNC
    assert three_way(silent, bucket("b", A), bucket("b")).move is Move.UNDECIDED


def cases(*sides: Side) -> Bucket:
    """A bucket of which the code leaves open which of the sides holds."""
    first = next(side for side in sides if side is not None)
    return replace(first, alternatives=tuple(Alternative(f"case {n}", side) for n, side in enumerate(sides)))


def test_a_side_that_leaves_open_what_it_is_counts_as_far_as_all_its_cases_agree() -> None:
    either = cases(bucket("b", A), bucket("b", AGAIN))
    assert three_way(either, either, bucket("b", A)).move is Move.IN_SYNC
    apart = cases(bucket("b", A), bucket("b", B))
    assert three_way(apart, apart, bucket("b", C)).move is Move.STAYS
    assert three_way(apart, apart, bucket("b", A)).move is Move.UNDECIDED
    assert three_way(bucket("b", A), apart, bucket("b", C)).move is Move.UNDECIDED
    assert three_way(bucket("b", A), cases(bucket("b", A), None), bucket("b", A)).move is Move.UNDECIDED
    assert two_way(apart, apart).move is Move.UNCHANGED


def test_rules_without_an_order_are_taken_as_live_has_them() -> None:
    first, second = rule("GET", "https://*.a.example", max_age_seconds=5), rule("GET", "https://x.a.example")
    declared, live = bucket("b", first, second, ordered=False), bucket("b", second, first)
    assert three_way(declared, declared, live).move is Move.IN_SYNC
    assert three_way(declared, bucket("b", first, second, B, ordered=False), live).move is Move.CHANGES
    assert three_way(declared, declared, bucket("b", second, first, C)).move is Move.STAYS


def test_unset_and_zero_are_one_where_the_tool_stores_zero() -> None:
    unset = bucket("b", rule(), writes_max_age_zero=True)
    zero = bucket("b", rule(max_age_seconds=0))
    assert three_way(unset, unset, zero).move is Move.IN_SYNC


OFFLINE = {
    ("A", "A in other words"): Move.UNCHANGED,
    ("absent", "not declared"): Move.UNCHANGED,
    ("A", "B"): Move.CHANGES,
    ("absent", "A"): Move.NEW,
    ("not declared", "A"): Move.NEW,
    ("A", "absent"): Move.REMOVAL,
    ("A", "not declared"): Move.REMOVAL,
    ("A", "unknown"): Move.UNDECIDED,
    ("denied", "A"): Move.UNDECIDED,
}


@pytest.mark.parametrize("cell", OFFLINE, ids=" to ".join)
def test_without_live_it_is_told_what_the_pull_request_means_and_nothing_of_live(cell: tuple[str, str]) -> None:
    found = two_way(SIDES[cell[0]], SIDES[cell[1]])
    assert found.move is OFFLINE[cell]
    assert (found.live_moved, found.deploying) == (None, None)
    assert found.witness is None or found.witness.live is None


def test_without_live_the_sentence_says_what_browsers_get() -> None:
    wide = rule("PUT", "*", "*")
    assert two_way(bucket("b", A), bucket("b", A, wide)).says == (
        "The pull request changes it: deploying lets https://evil.example PUT"
    )


def test_the_document_names_every_verdict() -> None:
    text = DOCUMENT.read_text(encoding="utf-8").partition("## The verdicts")[2].partition("##")[0]
    assert set(re.findall(r"^\| `([a-z_]+)` \|", text, re.MULTILINE)) == {move.value for move in Move}
