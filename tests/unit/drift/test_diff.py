"""What differs between two rule lists."""

from __future__ import annotations

from dataclasses import replace

import pytest

from drift.cors.model import BucketCors, CorsRule, Unknown
from drift.diff import Change, ChangeKind, RuleDiff, diff_rules
from tests.rules import rule

BASE = rule("GET PUT", "https://a.example", "x-a", "ETag", max_age_seconds=60, id="one")


def diff(
    declared: tuple[CorsRule, ...], live: tuple[CorsRule, ...], *, ordered: bool = True, zero: bool = False
) -> RuleDiff:
    return diff_rules(BucketCors(declared, ordered), BucketCors(live), zero_is_unset=zero)


@pytest.mark.parametrize(
    ("field", "live", "added", "removed"),
    [
        ("AllowedMethods", replace(BASE, allowed_methods=("GET", "DELETE")), ("DELETE",), ("PUT",)),
        (
            "AllowedOrigins",
            replace(BASE, allowed_origins=("https://A.example",)),
            ("https://A.example",),
            ("https://a.example",),
        ),
        ("AllowedHeaders", replace(BASE, allowed_headers=("x-a", "x-b")), ("x-b",), ()),
        ("ExposeHeaders", replace(BASE, expose_headers=()), (), ("ETag",)),
        ("MaxAgeSeconds", replace(BASE, max_age_seconds=3600), (3600,), (60,)),
        ("ID", replace(BASE, id="two"), ("two",), ("one",)),
    ],
)
def test_a_change_of_one_field_is_told_with_its_values(
    field: str, live: CorsRule, added: tuple[object, ...], removed: tuple[object, ...]
) -> None:
    (change,) = diff((BASE,), (live,)).changes
    assert (change.kind, change.declared, change.live) == (ChangeKind.CHANGED, 0, 0)
    assert (change.field, change.added, change.removed) == (field, added, removed)
    assert change.cosmetic is (field == "ID")


def test_rules_on_one_side_only_are_added_and_removed() -> None:
    other = rule("DELETE", "https://z.example")
    assert diff((BASE,), (BASE, other)).changes == (Change(ChangeKind.ADDED, live=1),)
    assert diff((other, BASE), (BASE,)).changes == (Change(ChangeKind.REMOVED, declared=0),)


def test_rules_with_nothing_in_common_are_not_taken_for_one_changed_rule() -> None:
    kinds = [change.kind for change in diff((rule("GET", "https://a"),), (rule("PUT", "https://b", "x-c"),)).changes]
    assert kinds == [ChangeKind.REMOVED, ChangeKind.ADDED]


def test_one_rule_that_went_to_the_end_is_the_only_one_that_moved() -> None:
    one, two, three = (rule("GET", f"https://{name}") for name in "abc")
    assert diff((one, two, three), (two, three, one)).changes == (Change(ChangeKind.MOVED, 0, 2),)


def test_a_rule_before_the_others_moves_none_of_them() -> None:
    one, two = rule("GET", "https://a"), rule("GET", "https://b")
    assert diff((one, two), (rule("PUT", "https://z"), one, two)).changes == (Change(ChangeKind.ADDED, live=0),)


def test_a_set_has_no_order_and_says_so() -> None:
    one, two = rule("GET", "https://a"), rule("GET", "https://b")
    outcome = diff((one, two), (two, one), ordered=False)
    assert outcome.changes == ()
    assert [fold.id for fold in outcome.folds] == ["rule-order"]


def test_rules_are_paired_by_id_before_likeness() -> None:
    ours = (rule("GET", "https://a", id="x"), rule("GET", "https://b", id="y"))
    theirs = (rule("GET", "https://b", "x-a", id="x"), rule("GET", "https://b", id="y"))
    assert {(change.declared, change.live, change.field) for change in diff(ours, theirs).changes} == {
        (0, 0, "AllowedOrigins"),
        (0, 0, "AllowedHeaders"),
    }


@pytest.mark.parametrize(
    ("declared", "live", "fold"),
    [
        (rule("GET PUT"), rule("PUT GET"), "list-order"),
        (rule(headers="X-A"), rule(headers="x-a"), "header-case"),
        (rule(expose="ETag"), rule(expose="etag"), "header-case"),
        (rule("GET GET"), rule("GET"), "repeated-value"),
    ],
)
def test_a_difference_in_writing_is_folded_and_told(declared: CorsRule, live: CorsRule, fold: str) -> None:
    outcome = diff((declared,), (live,))
    assert outcome.changes == ()
    assert [each.id for each in outcome.folds] == [fold]


def test_origins_keep_their_letter_case() -> None:
    assert diff((rule(origins="https://A"),), (rule(origins="https://a"),)).changes != ()


@pytest.mark.parametrize(("declared", "live"), [(None, 0), (0, None)])
def test_max_age_zero_is_unset_only_where_the_tool_writes_zero(declared: int | None, live: int | None) -> None:
    ours, theirs = rule(max_age_seconds=declared), rule(max_age_seconds=live)
    assert [change.field for change in diff((ours,), (theirs,)).changes] == ["MaxAgeSeconds"]
    folded = diff((ours,), (theirs,), zero=True)
    assert folded.changes == ()
    assert [fold.id for fold in folded.folds] == ["max-age-zero"]


def test_an_unset_max_age_still_differs_from_a_real_one() -> None:
    (change,) = diff((rule(),), (rule(max_age_seconds=60),), zero=True).changes
    assert (change.field, change.added, change.removed) == ("MaxAgeSeconds", (60,), ())


def test_a_repeated_rule_is_folded() -> None:
    outcome = diff((rule(),), (rule(), rule()))
    assert outcome.changes == ()
    assert [fold.id for fold in outcome.folds] == ["repeated-rule"]


@pytest.mark.parametrize(
    ("declared", "live", "cosmetic"),
    [
        (rule(origins="https://a.x https://*.x"), rule(origins="https://*.x"), True),
        (rule(origins="https://*.x"), rule(origins="https://*.x https://b.x"), True),
        (rule(origins="* https://a.x"), rule(origins="*"), False),
        (rule(origins="https://a.x"), rule(origins="https://*.x"), False),
        (rule(headers="*"), rule(headers="* x-a"), True),
        (rule("GET"), rule("GET HEAD"), False),
    ],
)
def test_a_value_that_another_pattern_covers_changes_no_answer(
    declared: CorsRule, live: CorsRule, cosmetic: bool
) -> None:
    (change,) = diff((declared,), (live,)).changes
    assert change.cosmetic is cosmetic


def unknown(prefix: str = "", suffix: str = "") -> Unknown:
    return Unknown("nobody gave it", prefix, suffix)


class TestUnknown:
    def test_a_live_value_that_the_unknown_may_be_is_undecided(self) -> None:
        ours = replace(rule(), allowed_origins=("https://a.example", unknown("https://")))
        outcome = diff((ours,), (rule(origins="https://a.example https://cdn.example"),))
        assert outcome.changes == ()
        assert [(each.declared, each.field) for each in outcome.undecided] == [(0, "AllowedOrigins")]

    def test_a_live_value_that_it_cannot_be_is_a_change(self) -> None:
        ours = replace(rule(), allowed_origins=(unknown("https://"),))
        (change,) = diff((ours,), (rule(origins="http://evil.example https://x"),)).changes
        assert change.added == ("http://evil.example",)

    def test_more_live_values_than_unknowns_are_a_change(self) -> None:
        ours = replace(rule(), allowed_origins=(unknown("https://"),))
        (change,) = diff((ours,), (rule(origins="https://x https://y"),)).changes
        assert len(change.added) == 1

    def test_each_unknown_explains_the_value_that_leaves_room_for_the_others(self) -> None:
        ours = replace(rule(), allowed_origins=(unknown("https://"), unknown("https://a")))
        outcome = diff((ours,), (rule(origins="https://a1 https://b1"),))
        assert outcome.changes == ()
        assert len(outcome.undecided) == 2

    def test_an_unknown_that_no_live_value_can_be_is_a_change(self) -> None:
        ours = replace(rule(), allowed_origins=("https://a.example", unknown("https://cdn-")))
        (change,) = diff((ours,), (rule(),)).changes
        assert change.removed == (unknown("https://cdn-"),)

    def test_a_known_value_that_is_gone_is_a_change(self) -> None:
        ours = replace(rule(), allowed_origins=("https://a.example", unknown()))
        (change,) = diff((ours,), (rule(origins="https://z.example"),)).changes
        assert change.removed == ("https://a.example",)

    def test_a_list_that_is_unknown_as_a_whole_is_undecided(self) -> None:
        outcome = diff((replace(rule(), allowed_headers=unknown()),), (rule(headers="x-a x-b"),))
        assert outcome.changes == ()
        assert len(outcome.undecided) == 1

    def test_other_fields_of_the_rule_are_compared_all_the_same(self) -> None:
        ours = replace(rule("GET"), allowed_headers=unknown())
        (change,) = diff((ours,), (rule("GET PUT", headers="x-a"),)).changes
        assert (change.field, change.added) == ("AllowedMethods", ("PUT",))

    def test_an_unknown_max_age_is_undecided(self) -> None:
        outcome = diff((rule(max_age_seconds=unknown()),), (rule(max_age_seconds=60),))
        assert outcome.changes == ()
        assert [each.field for each in outcome.undecided] == ["MaxAgeSeconds"]

    def test_the_same_unknown_on_both_sides_proves_nothing(self) -> None:
        ours = replace(rule(), allowed_origins=(unknown(),))
        outcome = diff((ours,), (ours,))
        assert outcome.changes == ()
        assert len(outcome.undecided) == 1

    def test_an_unlucky_pairing_is_no_drift(self) -> None:
        ours = (replace(rule(), allowed_origins=(unknown("https://"),)), rule("GET", "https://b.example", "x-a"))
        theirs = (rule("GET", "https://b.example", "x-a"), rule("GET", "https://z.example"))
        outcome = diff(ours, theirs, ordered=False)
        assert outcome.changes == ()
        assert outcome.undecided != ()


def test_nothing_is_said_to_be_folded_in_a_list_with_an_unknown() -> None:
    ours = replace(rule(), allowed_origins=(Unknown("why"), "https://b"))
    outcome = diff((ours,), (rule(origins="https://b https://a"),))
    assert outcome.folds == ()
    assert outcome.undecided
