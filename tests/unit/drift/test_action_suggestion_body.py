"""What is said of edits that take over what a pull request would undo."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drift.action_comment_body import Key
from drift.action_event import Run
from drift.action_suggestion_body import (
    MAX_BUCKETS,
    MAX_SECTION,
    Marker,
    digest_of,
    marker_of,
    review_body,
    section_of,
)
from drift.adoption import Adopting, Outcome, ShownEdit
from drift.edits import ByHand
from drift.finding import Finding
from drift.github_patch import Range
from drift.location import Location, Severity
from drift.pull_request import Move
from drift.suggesting import Suggested, Suggestions

MARKER = Marker(Key("default", "0" * 16), "1" * 32, Run("2" * 12, 3, 1))
EDIT = ShownEdit("main.tf", 9, 9, 'origins = ["a"]\n', 'origins = ["a", "b"]\n')
HOSTILE = st.text(alphabet="`<!->#@|[]()\n\r\t \u202e\x1bsugetion~*_", max_size=40)


def suggested(name: str = "b-one", *edits: ShownEdit, why: str | None = None, **more: object) -> Suggested:
    made = Adopting(name, Outcome.TO_DO, edits=edits, **more)  # type: ignore[arg-type]
    return Suggested(name, Move.REVERTS, made, edits, why)


def finding(message: str) -> Finding:
    return Finding("any-origin", Severity.WARNING, "b-one", message, None, "")


def fences(text: str, outside: list[str] | None = None) -> list[tuple[str, list[str]]]:
    """The blocks of code as CommonMark has them: the word behind the fence, and the lines."""
    found: list[tuple[str, list[str]]] = []
    fence = ""
    for line in text.split("\n"):
        if fence:
            if re.fullmatch(rf" {{0,3}}{fence}`*\s*", line):
                fence = ""
            else:
                found[-1][1].append(line)
        elif match := re.match(r" {0,3}(`{3,})([^`]*)$", line):
            fence = match[1]
            found.append((match[2], []))
        elif outside is not None:
            outside.append(line)
    assert not fence, text
    return found


def test_a_marker_is_read_as_it_was_written_and_in_the_last_line_alone() -> None:
    for each in (MARKER, Marker(Key("a.b", "f" * 16), "a" * 32, Run("b" * 12, 10, 2), gone=True)):
        assert marker_of(f"words\n{each}\n") == each
    assert marker_of(f"{MARKER}\nmore") is None
    assert marker_of(f"> {MARKER}") is None
    assert marker_of("") is None


def test_an_edit_is_known_by_what_it_does_and_for_whom_and_not_by_where_it_stands() -> None:
    digest = digest_of("main.tf", EDIT, [suggested()])
    moved = ShownEdit("main.tf", 20, 20, EDIT.before, EDIT.after)
    assert digest_of("main.tf", moved, [suggested()]) == digest
    others = [
        digest_of("other.tf", EDIT, [suggested()]),
        digest_of("main.tf", EDIT, [suggested("b-two")]),
        digest_of("main.tf", EDIT, [suggested(), suggested("b-two")]),
        digest_of("main.tf", ShownEdit("main.tf", 9, 9, EDIT.before, "x\n"), [suggested()]),
    ]
    assert len({digest, *others}) == 5


@given(st.lists(st.text(alphabet="`suggestion ~#", max_size=12), min_size=1, max_size=4))
def test_no_line_ends_the_suggestion_early(lines: list[str]) -> None:
    body = review_body(Range(1, 2, tuple(lines)), [suggested()], 1, MARKER)
    assert fences(body) == [("suggestion", lines)]
    assert marker_of(body) == MARKER


@given(HOSTILE, HOSTILE, HOSTILE)
def test_text_of_others_opens_no_block_and_is_no_marker(name: str, said: str, text: str) -> None:
    edit = ShownEdit(f"{name}.tf", 1, 1, f"{text}\n", f"{text}{said}\n")
    bucket = suggested(name, edit, says=(said,), findings=(finding(said),))
    where = Range(1, 1, ("fine",))
    body = review_body(where, [bucket], 2, MARKER)
    assert [word for word, _ in fences(body)] == ["suggestion"]
    assert marker_of(body) == MARKER
    section = section_of(Suggestions((bucket, suggested(name, why=said or "why"))), {})
    assert [word for word, _ in fences(section)] == ["diff"]
    for each in (body, section):
        outside: list[str] = []
        fences(each, outside)
        for line in outside:
            bare = re.sub(r"(?<!`)(`+)(?!`).+?(?<!`)\1(?!`)", "", line)
            assert "@" not in bare
            assert "<!--" not in bare.replace(str(MARKER), "")
        assert each.replace("\n", "").isprintable()


def test_what_the_edit_brings_is_told_before_it() -> None:
    bucket = suggested(
        "b-one", EDIT, says=("adopting this lets anybody PUT",), findings=(finding("every site may read it"),)
    )
    body = review_body(Range(9, 9, ('origins = ["a", "b"]',)), [bucket], 1, MARKER)
    assert (
        body.index("lets anybody PUT") < body.index("`any-origin` (warning): every site") < body.index("```suggestion")
    )


def test_the_section_shows_what_no_review_comment_suggests_each_edit_once() -> None:
    new = ShownEdit("new.tf", 1, 0, "", "one\ntwo\n")
    found = Suggestions((suggested("b-one", EDIT), suggested("b-two", EDIT, new)))
    text = section_of(found, {})
    assert [lines[0] for _, lines in fences(text)] == ["@@ -9,1 +9,1 @@", "@@ -0,0 +1,2 @@"]
    assert "The edit at `main.tf:9` is shown above." in text
    assert "In `new.tf`, before line 1:" in text
    text = section_of(found, {EDIT: "https://github.example/1"})
    assert text.count("A suggestion stands on `main.tf:9`: [apply it there](https://github.example/1)") == 2
    assert len(fences(text)) == 1


def test_why_there_is_no_edit_is_told_with_the_places_to_look_at() -> None:
    place = ByHand(Location("main.tf", 3), "the origins are a parameter", "secret wanted text")
    text = section_of(Suggestions((suggested("b-one", why="it hangs on a parameter", by_hand=(place,)),)), {})
    assert "**`b-one`**: no edit is suggested: it hangs on a parameter." in text
    assert "- `main.tf:3`: the origins are a parameter" in text


@pytest.mark.parametrize("length", [10, 2_000])
def test_what_has_no_room_is_counted(length: int) -> None:
    edits = [ShownEdit("main.tf", n, n, "x" * length + "\n", "y" * length + "\n") for n in range(1, 41)]
    text = section_of(Suggestions(tuple(suggested(f"b-{n}", edit) for n, edit in enumerate(edits))), {})
    shown = text.count("```diff")
    assert 0 < shown <= MAX_BUCKETS
    assert f"{40 - shown} more buckets are not told here: there is no room." in text
    assert len(text) < MAX_SECTION + 500


def test_without_anything_to_tell_there_is_no_section() -> None:
    assert section_of(Suggestions(), {}) == ""
