"""Whole configurations before and after an edit, and what holds of all of them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.render.terraform_cases import (
    Case,
    Outcome,
    cases,
    changed_lines,
    declared,
    holds,
    is_same,
    of_name,
    tried,
    unformatted,
)

CASES = cases()
EDITED = [case for case in CASES if case.after is not None]
needs_terraform = pytest.mark.skipif(shutil.which("terraform") is None, reason="there is no terraform binary")


def _outcome(case: Case) -> Outcome:
    return tried(case.before, case.units, case.inputs, case.bucket, case.live)


@pytest.mark.parametrize("case", EDITED, ids=lambda case: str(case.name))
def test_a_declaration_is_edited_to_what_is_live_byte_for_byte_as_a_careful_hand_would(case: Case) -> None:
    found = _outcome(case)
    assert case.after is not None
    assert found.files is not None, found.proposal
    for path, wanted in case.after.contents.items():
        assert found.files.contents.get(path) == wanted, "\n".join(changed_lines(wanted, found.files.contents[path]))
    assert found.files.contents.keys() == case.after.contents.keys()


@pytest.mark.parametrize("case", EDITED, ids=lambda case: str(case.name))
def test_the_files_after_mean_what_is_live_and_every_other_bucket_what_it_meant(case: Case) -> None:
    assert case.after is not None
    before, after = (declared(each, case.units, case.inputs) for each in (case.before, case.after))
    assert not is_same(of_name(before, case.bucket), case.live)
    assert holds(before, after, case.bucket, case.live)


@pytest.mark.parametrize("case", EDITED, ids=lambda case: str(case.name))
def test_nothing_but_the_ranges_of_the_edits_is_changed_and_they_do_not_overlap(case: Case) -> None:
    found = _outcome(case)
    for path in {edit.path for edit in found.edits}:
        text = case.before.contents[path].decode()
        at = 0
        for edit in sorted(edit for edit in found.edits if edit.path == path):
            assert at <= edit.start <= edit.end <= len(text)
            assert text[edit.start : edit.end] != edit.text
            at = edit.end


@pytest.mark.parametrize("case", EDITED, ids=lambda case: str(case.name))
def test_an_edit_of_what_is_declared_already_is_not_proposed(case: Case) -> None:
    assert case.after is not None
    again = tried(case.after, case.units, case.inputs, case.bucket, case.live)
    assert not again.edits


@pytest.mark.parametrize("case", [case for case in CASES if case.after is None], ids=lambda case: str(case.name))
def test_what_no_edit_does_is_named_with_its_place_and_why(case: Case) -> None:
    found = _outcome(case)
    assert found.files is None
    told = [f"{each.location} {each.why} {each.wanted}" for each in found.proposal.by_hand]
    for part in case.by_hand:
        assert any(part in each for each in told), told
    assert all(each.location.line for each in found.proposal.by_hand)


def _ends(content: bytes) -> tuple[bool, bool, bool]:
    return content.startswith(b"\xef\xbb\xbf"), b"\r\n" in content, content.endswith(b"\n")


@pytest.mark.parametrize("case", EDITED, ids=lambda case: str(case.name))
def test_byte_order_mark_line_ends_and_a_missing_last_line_end_stay(case: Case) -> None:
    assert case.after is not None
    for path, content in case.before.contents.items():
        after = case.after.contents[path]
        assert _ends(after) == _ends(content)
        assert (after.count(b"\n") == after.count(b"\r\n")) or b"\r\n" not in content


@pytest.mark.terraform
@needs_terraform
@pytest.mark.parametrize("case", EDITED, ids=lambda case: str(case.name))
def test_terraform_fmt_has_nothing_to_do_where_it_had_nothing_before(case: Case, tmp_path: Path) -> None:
    assert case.after is not None
    before = unformatted(case.before.contents, tmp_path / "before")
    after = unformatted(case.after.contents, tmp_path / "after")
    assert set(after) <= set(before)


def test_the_cases_are_there() -> None:
    assert len(EDITED) > 30
