"""The picture of who may do what: every cell is a request that was asked, and nothing is claimed beyond it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drift.access import MAX_ROWS, access_picture
from drift.access_answers import CASE, ORDER, Unsettled, allows
from drift.access_grid import METHODS, Access, AccessPicture, Cell, Mark, Row
from drift.access_origins import ELSEWHERE, entries_of, origin_classes
from drift.cors.evaluate import evaluate
from drift.cors.grammar import is_browser_origin
from drift.cors.model import BucketCors, CorsAnswer, CorsRequest, CorsRule, Unknown
from drift.cors.partial import Undecided, evaluate_known
from drift.cors.pattern import matches
from drift.cors.verdict import Effect, Shows
from drift.judge import Rules, judge
from drift.report import BucketReport, BucketState
from drift.snapshot import Alternative, Bucket, State
from tests.rules import bucket, rule, rules_

lists = st.lists(rules_, min_size=1, max_size=3).map(tuple)


def judged(declared: Bucket, live: Bucket) -> BucketReport:
    return judge(declared, live, Rules())


def picture_of(declared: Bucket, live: Bucket) -> AccessPicture:
    found = access_picture(judged(declared, live))
    assert found is not None
    return found


def cell(picture: AccessPicture, origin: str, method: str, headers: tuple[str, ...] = ()) -> Cell:
    found = [
        each
        for grid in picture.grids
        if grid.headers == headers
        for row in grid.rows
        for each in row.cells
        if (row.who.origin == origin and each.request.method == method)
    ]
    assert len(found) == 1
    return found[0]


def all_cells(picture: AccessPicture) -> list[Cell]:
    return [each for grid in picture.grids for row in grid.rows for each in row.cells]


def bare(answer: object) -> object:
    return replace(answer, considered=()) if isinstance(answer, CorsAnswer) else answer


@given(lists, lists)
def test_every_cell_is_what_each_side_answers_to_its_request(
    ours: tuple[CorsRule, ...], theirs: tuple[CorsRule, ...]
) -> None:
    for each in all_cells(picture_of(bucket("b", *ours), bucket("b", *theirs))):
        assert bare(each.declared) == evaluate(ours, each.request, explain=False)
        assert bare(each.live) == evaluate(theirs, each.request, explain=False)


@given(lists, lists)
def test_a_cell_is_wider_or_narrower_only_as_its_answers_are(
    ours: tuple[CorsRule, ...], theirs: tuple[CorsRule, ...]
) -> None:
    for each in all_cells(picture_of(bucket("b", *ours), bucket("b", *theirs))):
        assert isinstance(each.declared, CorsAnswer)
        assert isinstance(each.live, CorsAnswer)
        if each.declared.allowed != each.live.allowed:
            assert each.access is (Access.WIDER if each.live.allowed else Access.NARROWER)
        elif not each.live.allowed:
            assert each.access is Access.REFUSED
        else:
            assert each.access in (Access.ALLOWED, Access.WIDER, Access.NARROWER, Access.MIXED)


@given(lists, lists)
def test_the_request_of_a_witness_is_a_cell_that_shows_what_it_shows(
    ours: tuple[CorsRule, ...], theirs: tuple[CorsRule, ...]
) -> None:
    report = judged(bucket("b", *ours), bucket("b", *theirs))
    picture = access_picture(report)
    assert picture is not None
    for witness in report.witnesses:
        request = witness.request
        found = cell(picture, request.origin or "", request.method or "", request.headers)
        assert found.request == request
        if witness.shows in (Shows.LIVE_ALLOWS, Shows.LIVE_REFLECTS_CREDENTIALS, Shows.LIVE_EXPOSES_MORE):
            assert found.access in (Access.WIDER, Access.MIXED)
        elif witness.shows is not Shows.DIFFERS:
            assert found.access in (Access.NARROWER, Access.MIXED)
        else:
            assert found.differs


@given(lists, lists)
def test_where_both_sides_mean_the_same_no_cell_differs(
    ours: tuple[CorsRule, ...], theirs: tuple[CorsRule, ...]
) -> None:
    report = judged(bucket("b", *ours), bucket("b", *theirs))
    picture = access_picture(report)
    assert picture is not None
    if report.effect in (Effect.IDENTICAL, Effect.COSMETIC) and not report.witnesses:
        assert not [row for grid in picture.grids for row in grid.rows if row.differs and row.who.unsent is None]


PROBES = (
    "https://a.example",
    "https://b.a.example",
    "https://x.a.example",
    "https://evil.example",
    "http://c.example",
    "http://other.example",
    "null",
    "https://a.example:8443",
)


@given(lists, lists, st.sampled_from(PROBES), st.sampled_from(METHODS))
def test_any_origin_is_treated_as_the_one_that_stands_for_it(
    ours: tuple[CorsRule, ...], theirs: tuple[CorsRule, ...], origin: str, method: str
) -> None:
    classes, complete = origin_classes([ours, theirs])
    assert complete
    patterns = {entry.pattern for entries in entries_of((*ours, *theirs)) for entry in entries}
    own = {pattern for pattern in patterns if matches(pattern, origin)}
    same = [
        each
        for each in classes
        if origin in {entry.pattern for entry in each.entries}
        or (
            not (each.entries and all(entry.exact for entry in each.entries))
            and {pattern for pattern in patterns if matches(pattern, each.origin)} == own
        )
    ]
    assert len(same) == 1
    for rules in (ours, theirs):
        asked, stood = (
            evaluate(rules, CorsRequest(each, method, preflight=False), explain=False)
            for each in (origin, same[0].origin)
        )
        assert (asked.allowed, asked.rule) == (stood.allowed, stood.rule)


@given(lists, lists)
def test_origins_that_stand_for_others_can_be_sent_unless_it_is_said(
    ours: tuple[CorsRule, ...], theirs: tuple[CorsRule, ...]
) -> None:
    for each in origin_classes([ours, theirs])[0]:
        assert is_browser_origin(each.origin) == (each.unsent is None)


def test_exact_origins_that_the_same_rules_name_share_a_row() -> None:
    both = bucket("b", rule("GET", "https://a.example https://b.example"), rule("PUT", "https://c.example"))
    rows = picture_of(both, both).grids[0].rows
    named = [[entry.pattern for entry in row.who.entries] for row in rows]
    assert named == [["https://a.example", "https://b.example"], ["https://c.example"], []]
    assert rows[-1].who.origin in ELSEWHERE


def test_a_pattern_with_an_exact_origin_inside_is_the_rest_of_it() -> None:
    ours = bucket("b", rule("GET", "https://*.corp.example"), rule("PUT", "https://app.corp.example"))
    rows = picture_of(ours, ours).grids[0].rows
    assert [(row.who.entries[0].pattern, row.who.rest) for row in rows[:2]] == [
        ("https://app.corp.example", False),
        ("https://*.corp.example", True),
    ]


def test_where_two_patterns_cross_the_origins_of_both_have_a_row() -> None:
    ours = bucket("b", rule("GET", "https://*.corp.example"), rule("PUT", "https://app.*"))
    rows = picture_of(ours, ours).grids[0].rows
    both = next(row for row in rows if len(row.who.entries) == 2)
    assert [each.access for each in both.cells] == [
        Access.ALLOWED,
        Access.REFUSED,
        Access.ALLOWED,
        Access.REFUSED,
        Access.REFUSED,
    ]


def test_null_has_a_row_of_its_own_where_a_rule_names_it() -> None:
    ours = bucket("b", rule("GET", "https://a.example null"))
    assert [row.who.origin for row in picture_of(ours, ours).grids[0].rows] == [
        "https://a.example",
        "null",
        ELSEWHERE[0],
    ]


def test_an_origin_that_no_browser_sends_says_so() -> None:
    ours = bucket("b", rule("GET", "https://a.example/"))
    row = picture_of(ours, ours).grids[0].rows[0]
    assert row.who.origin == "https://a.example/"
    assert row.who.unsent == "an origin has no slash at its end"


def test_a_header_that_one_side_alone_allows_has_rows_of_its_own() -> None:
    ours = bucket("b", rule("PUT", "https://a.example", "content-type x-amz-*"), rule("GET", "https://b.example"))
    theirs = bucket("b", rule("PUT", "https://a.example", "*"), rule("GET HEAD", "https://b.example"))
    picture = picture_of(ours, theirs)
    assert [(grid.headers, [row.who.origin for row in grid.rows if row.differs]) for grid in picture.grids] == [
        ((), ["https://b.example"]),
        (("x-any-header",), ["https://a.example"]),
    ]
    assert cell(picture, "https://a.example", "PUT").access is Access.ALLOWED
    assert cell(picture, "https://a.example", "PUT", ("x-any-header",)).access is Access.WIDER


def test_credentials_exposure_and_caching_are_marks() -> None:
    ours = bucket("b", rule("GET", "*"))
    assert cell(picture_of(ours, bucket("b", rule("GET", "https://*"))), "https://evil.example", "GET").marks == (
        Mark.CREDENTIALS,
    )
    one = bucket("b", rule("PUT", "https://a.example", expose="ETag", max_age_seconds=5))
    other = bucket("b", rule("PUT", "https://a.example", expose="ETag X-A", max_age_seconds=50))
    found = cell(picture_of(one, other), "https://a.example", "PUT")
    assert (found.access, set(found.marks)) == (Access.WIDER, {Mark.EXPOSURE, Mark.CACHE})


def test_a_cell_that_hangs_on_an_unknown_origin_is_unknown() -> None:
    ours = bucket("b", CorsRule(("GET",), ("https://a.example", Unknown("var.more has no value", "https://x."))))
    theirs = bucket("b", rule("GET", "https://a.example"))
    picture = picture_of(ours, theirs)
    row = next(row for row in picture.grids[0].rows if row.who.entries and row.who.entries[0].shape is not None)
    assert row.cells[0].access is Access.UNKNOWN
    assert isinstance(row.cells[0].declared, Undecided)
    assert [each.access for each in row.cells[1:]] == [Access.REFUSED] * 4
    assert cell(picture, "https://a.example", "GET").access is Access.ALLOWED


def test_a_list_of_origins_that_is_not_known_makes_all_of_its_methods_unknown() -> None:
    ours = bucket("b", CorsRule(("GET",), Unknown("var.origins has no value")))
    picture = picture_of(ours, bucket("b", rule("PUT", "https://a.example")))
    for row in picture.grids[0].rows:
        assert row.cells[METHODS.index("GET")].access is Access.UNKNOWN
        assert row.cells[METHODS.index("DELETE")].access is Access.REFUSED


@given(lists, lists, st.integers(0, 2), st.sampled_from(["allowed_origins", "allowed_methods", "expose_headers"]))
def test_no_value_of_an_unknown_contradicts_a_cell(
    ours: tuple[CorsRule, ...], theirs: tuple[CorsRule, ...], which: int, field: str
) -> None:
    place = which % len(ours)
    open_rule = replace(ours[place], **{field: Unknown("not known")})
    known = (*ours[:place], open_rule, *ours[place + 1 :])
    picture = access_picture(judged(bucket("b", *known), bucket("b", *theirs)))
    assert picture is not None
    for each in all_cells(picture):
        assert each.declared is not None
        assert bare(each.declared) == evaluate_known(known, each.request, explain=False)
        truth = evaluate(ours, each.request, explain=False)
        assert allows(each.declared) in (None, truth.allowed)
        if each.access in (Access.WIDER, Access.NARROWER, Access.REFUSED):
            assert isinstance(each.live, CorsAnswer)
            told = {Access.WIDER: (False, True), Access.NARROWER: (True, False), Access.REFUSED: (False, False)}
            assert (truth.allowed, each.live.allowed) in (told[each.access], (True, True))


def test_rules_that_are_a_set_are_taken_in_the_order_nearest_to_live_and_numbered_as_they_are_written() -> None:
    first, second = rule("GET", "https://a.example", expose="ETag"), rule("GET PUT", "https://a.example")
    ours, theirs = bucket("b", first, second, ordered=False), bucket("b", second, first)
    found = cell(picture_of(ours, theirs), "https://a.example", "GET")
    assert found.access is Access.ALLOWED
    assert isinstance(found.declared, CorsAnswer)
    assert isinstance(found.live, CorsAnswer)
    assert (found.declared.rule, found.live.rule) == (1, 0)


def test_rules_that_are_a_set_by_themselves_leave_open_what_their_order_decides() -> None:
    first, second = rule("GET", "https://a.example", expose="ETag"), rule("GET PUT", "https://a.example")
    alone = BucketReport("b", BucketState.VALIDATED, bucket("b", first, second, ordered=False), None)
    picture = access_picture(alone)
    assert picture is not None
    assert cell(picture, "https://a.example", "GET").declared == Unsettled(ORDER, allowed=True)
    assert cell(picture, "https://a.example", "GET").access is Access.ALLOWED
    assert isinstance(cell(picture, "https://a.example", "PUT").declared, CorsAnswer)


def test_what_hangs_on_the_declared_case_is_unknown_and_the_rest_is_not() -> None:
    cases = tuple(
        Alternative(f"IsProd is {when}", bucket("b", rule(methods, "https://a.example")))
        for when, methods in (("true", "GET"), ("false", "GET PUT"))
    )
    ours = Bucket("b", State.UNKNOWN, "test", reason="IsProd is not known", alternatives=cases)
    report = BucketReport("b", BucketState.UNRESOLVED, ours, bucket("b", rule("GET", "https://a.example")))
    picture = access_picture(report)
    assert picture is not None
    assert cell(picture, "https://a.example", "GET").access is Access.ALLOWED
    assert cell(picture, "https://a.example", "PUT").access is Access.UNKNOWN
    assert cell(picture, "https://a.example", "PUT").declared == Unsettled(CASE, None)


@pytest.mark.parametrize("state", [BucketState.DENIED, BucketState.MISSING, BucketState.VALIDATED])
def test_one_side_alone_is_shown_without_a_comparison(state: BucketState) -> None:
    picture = access_picture(BucketReport("b", state, bucket("b", rule("GET", "https://a.example")), None))
    assert picture is not None
    assert (picture.declared, picture.live, picture.compared) == (True, False, False)
    assert {each.access for each in all_cells(picture)} == {Access.ALLOWED, Access.REFUSED}


def test_undeclared_rules_are_held_against_none_at_all() -> None:
    report = BucketReport("b", BucketState.UNDECLARED, None, bucket("b", rule("GET", "*")))
    picture = access_picture(report)
    assert picture is not None
    assert picture.compared
    assert cell(picture, ELSEWHERE[0], "GET").access is Access.WIDER


def test_without_rules_on_either_side_there_is_no_picture() -> None:
    assert access_picture(judged(bucket("b"), bucket("b"))) is None


def test_a_picture_of_many_origins_keeps_those_that_differ_and_counts_the_others() -> None:
    ours = [rule("GET", f"https://a{number}.example", expose=f"x-{number}") for number in range(30)]
    theirs = [*ours[:25], rule("GET PUT", "https://a25.example", expose="x-25"), *ours[26:]]
    picture = picture_of(bucket("b", *ours), bucket("b", *theirs))
    rows: tuple[Row, ...] = picture.grids[0].rows
    assert len(rows) == MAX_ROWS
    assert [row.who.origin for row in rows if row.differs] == ["https://a25.example"]
    assert rows[-1].who.entries == ()
    assert (picture.left_out, picture.differing_left_out) == (31 - MAX_ROWS, 0)


def test_rules_that_were_written_to_be_hard_are_drawn_in_part_and_that_is_said() -> None:
    hard = tuple(f"https://{'a' * (number % 40)}{number}*{number}.example" for number in range(1_500))
    one = Bucket("b", State.CONFIGURED, "test", cors=BucketCors((CorsRule(("GET",), hard),)))
    picture = access_picture(BucketReport("b", BucketState.VALIDATED, one, None))
    assert picture is not None
    assert not picture.complete
    assert len(picture.grids[0].rows) <= MAX_ROWS
