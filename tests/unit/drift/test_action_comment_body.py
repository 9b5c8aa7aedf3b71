"""The comment's text: which one it is, when it is clear, and that it always fits."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drift.action_comment_body import Key, Marker, Said, body_of, is_clear, key_of, marker_of, says_the_same
from drift.action_event import PullRequestEvent, Run
from drift.finding import Finding, Waived
from drift.location import Severity
from drift.report import BucketReport, BucketState, Report, Verdict

EVENT = PullRequestEvent("octo/site", 7, "a" * 40, fork=False)
RUN = Run("0123456789ab", 12, 1, "https://github.example/octo/site/actions/runs/5")
MARKER = Marker(Key("default", "f" * 16), EVENT.commit, RUN, Said.OPEN)
CLEAN = Report(Verdict.IN_SYNC, 0, (BucketReport("b", BucketState.IN_SYNC, None, None),), (), "", "")


def test_a_marker_is_read_as_it_was_written() -> None:
    for said in Said:
        marker = replace(MARKER, said=said)
        found = marker_of(f"text\n{marker}\n\n")
        assert found is not None
        assert (found.key, found.commit, found.run.place, found.said) == (marker.key, marker.commit, (12, 1), said)


@pytest.mark.parametrize(
    "body", ["", "text", f"{MARKER} more", f"{MARKER}\nmore", str(MARKER).replace("run=", "run=x")]
)
def test_what_is_no_marker_in_the_last_line_is_none(body: str) -> None:
    assert marker_of(body) is None


@given(st.text(), st.dictionaries(st.text(), st.text() | st.lists(st.text())))
def test_any_id_and_any_scope_make_a_marker_that_is_read_again(id_: str, scope: dict[str, str | list[str]]) -> None:
    marker = replace(MARKER, key=key_of(id_, scope))
    found = marker_of(str(marker))
    assert found is not None
    assert found.key == marker.key


@given(st.text(), st.text())
def test_ids_that_differ_have_comments_that_differ(one: str, other: str) -> None:
    assert (key_of(one, {}) == key_of(other, {})) == (one == other)


def test_an_id_stands_for_itself_whatever_the_scope() -> None:
    assert key_of("prod", {"paths": "a"}) == key_of("prod", {"paths": "b"})
    assert key_of("", {"paths": "a"}) != key_of("", {"paths": "b"})


def test_runs_that_say_the_same_differ_in_nothing_else() -> None:
    body = body_of(CLEAN, EVENT, MARKER)
    later = replace(MARKER, run=replace(RUN, number=13, url=RUN.url.replace("5", "6")))
    assert says_the_same(body.replace("\n", "\r\n"), body_of(CLEAN, EVENT, later))
    commit = replace(EVENT, commit="b" * 40)
    assert not says_the_same(body, body_of(CLEAN, commit, replace(MARKER, commit=commit.commit)))
    assert not says_the_same(body, body_of(CLEAN, EVENT, replace(MARKER, said=Said.FOLDED)))
    assert not says_the_same(f"somebody edited this\n{body}", body)


def test_only_a_run_in_which_all_is_well_is_clear() -> None:
    assert is_clear(CLEAN)
    assert not is_clear(None)
    for verdict in set(Verdict) - {Verdict.IN_SYNC, Verdict.CLEAN}:
        assert not is_clear(replace(CLEAN, verdict=verdict))


def test_policy_that_fails_nothing_leaves_it_clear() -> None:
    finding = Finding("localhost-origin", Severity.WARNING, "b", "says", None, "help")
    waived = replace(finding, waived=Waived("why", "who", date(2099, 1, 1)))
    assert is_clear(replace(CLEAN, general=(finding, waived)))


def test_it_fits_into_a_comment_whatever_there_is_to_say() -> None:
    buckets = tuple(
        BucketReport(f"bucket-{number}", BucketState.DENIED, None, None, reason="x" * 300) for number in range(3_000)
    )
    report = Report(Verdict.INCOMPLETE, 3, buckets, (), "", "")
    body = body_of(report, EVENT, MARKER)
    assert 50_000 < len(body) < 65_536
    assert marker_of(body) is not None


def test_a_run_without_an_address_says_where_to_look() -> None:
    assert "job summary" in body_of(None, EVENT, replace(MARKER, run=replace(RUN, url="")))
