"""Lines that edits change, whose they are, and the diff that git takes."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from drift.edits import TextEdit, edited
from drift.line_changes import ChangedFile, unified

texts = st.lists(
    st.sampled_from(["a\n", "b\n", "c", "\n", "d\r\n", "é\n", "\\ No newline\n", "--- x\n", " "]), max_size=14
)
pieces = st.lists(st.sampled_from(["x", "\n", "y\n", "\r\n", "a\n", "z\nw"]), max_size=3).map("".join)


@st.composite
def changes(draw: st.DrawFn) -> tuple[str, list[TextEdit]]:
    text = "".join(draw(texts))
    cuts = sorted(draw(st.lists(st.integers(0, len(text)), max_size=6)))
    pairs = list(zip(cuts[::2], cuts[1::2], strict=False))
    return text, [TextEdit("f", start, end, draw(pieces)) for start, end in pairs]


@settings(max_examples=500, deadline=None)
@given(changes())
def test_edits_line_by_line_come_to_the_edited_text(change: tuple[str, list[TextEdit]]) -> None:
    text, edits = change
    file = ChangedFile[str](text)
    file.apply([(edit, frozenset({"one"})) for edit in edits])
    assert file.text == edited(text, dict.fromkeys(edits))


@settings(max_examples=500, deadline=None)
@given(changes(), changes())
def test_hunks_replace_the_lines_that_they_say(
    one: tuple[str, list[TextEdit]], two: tuple[str, list[TextEdit]]
) -> None:
    text, edits = one
    file = ChangedFile[str](text)
    file.apply([(edit, frozenset({"one"})) for edit in edits])
    now = file.text
    later = [edit for edit in two[1] if edit.end <= len(now)]
    file.apply([(edit, frozenset({"two"})) for edit in later])
    lines = [f"{line}\n" for line in text.split("\n")[:-1]] + (
        [text.split("\n")[-1]] if not text.endswith("\n") else []
    )
    lines = [line for line in lines if line]
    done: list[str] = []
    at = 0
    for hunk in file.hunks():
        assert tuple(lines[hunk.start : hunk.end]) == hunk.before
        assert hunk.owners
        done += [*lines[at : hunk.start], *hunk.after]
        at = hunk.end
    assert "".join([*done, *lines[at:]]) == file.text


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes())
def test_git_applies_the_diff_to_the_byte(tmp_path: Path, change: tuple[str, list[TextEdit]]) -> None:
    text, edits = change
    file = ChangedFile[str](text)
    file.apply([(edit, frozenset({"one"})) for edit in edits])
    diff = unified("f", text, file.hunks())
    (tmp_path / "f").write_bytes(text.encode())
    if not diff:
        assert file.text == text
        return
    done = subprocess.run(["git", "apply", "-"], input=diff.encode(), cwd=tmp_path, capture_output=True)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "f").read_bytes() == file.text.encode()


@pytest.mark.parametrize(
    "name", ["a file.tf", 'quo"te.tf', "tab\there.tf", "back\\slash.tf", "grün.tf", "new\nline.tf"]
)
@pytest.mark.parametrize("text", ["", "one\n"])
def test_git_applies_a_diff_of_any_name(tmp_path: Path, name: str, text: str) -> None:
    if text:
        (tmp_path / name).write_text(text)
    file = ChangedFile[str](text)
    file.apply([(TextEdit(name, len(text), len(text), "two\n"), frozenset({"one"}))])
    diff = unified(name, text, file.hunks(), is_new=not text)
    subprocess.run(["git", "apply", "-"], input=diff.encode(), cwd=tmp_path, check=True)
    assert (tmp_path / name).read_text() == f"{text}two\n"


def test_the_diff_has_three_lines_around_and_says_where_the_file_ends_without_a_line_end() -> None:
    text = "1\n2\n3\n4\n5\n6"
    file = ChangedFile[str](text)
    file.apply([(TextEdit("f", 8, 9, "five"), frozenset({"one"}))])
    assert unified("f", text, file.hunks()) == (
        "--- a/f\n+++ b/f\n@@ -2,5 +2,5 @@\n 2\n 3\n 4\n-5\n+five\n 6\n\\ No newline at end of file\n"
    )


def test_lines_that_two_have_changed_are_both_theirs() -> None:
    file = ChangedFile[str]("a, b\nc\n")
    file.apply([(TextEdit("f", 0, 1, "x"), frozenset({"one"})), (TextEdit("f", 3, 4, "y"), frozenset({"two"}))])
    (hunk,) = file.hunks()
    assert (hunk.before, hunk.after, hunk.owners) == (("a, b\n",), ("x, y\n",), frozenset({"one", "two"}))


def test_an_edit_that_two_want_is_made_once() -> None:
    file = ChangedFile[str]("a\n")
    edit = TextEdit("f", 1, 1, "!")
    file.apply([(edit, frozenset({"one"})), (edit, frozenset({"two"}))])
    assert (file.text, [hunk.owners for hunk in file.hunks()]) == ("a!\n", [frozenset({"one", "two"})])
