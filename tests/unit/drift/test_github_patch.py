"""Lines of a pull request's file on which a click can apply a suggestion."""

from __future__ import annotations

import hashlib

import pytest

from drift.github_patch import PatchedFile, Range, blob_id

CONTENT = b"one\ntwo\nthree\nfour\nfive\nsix\nseven\n"
PATCH = "@@ -1,4 +1,3 @@\n one\n-old\n+two\n-gone\n three\n@@ -6,2 +5,2 @@ section\n five\n-6\n+six"


def patched(content: bytes = CONTENT, patch: str = PATCH) -> PatchedFile:
    return PatchedFile(hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest(), patch)


def test_the_id_of_a_content_is_that_of_git() -> None:
    assert blob_id(b"hello\n", "0" * 40) == "ce013625030ba8dba906f756967f9e9ca394464a"
    assert len(blob_id(b"hello\n", "0" * 64)) == 64


def test_lines_of_the_patch_are_replaced_as_they_are() -> None:
    assert patched().range_of(CONTENT, 2, 2, "TWO\nand more\n") == Range(2, 2, ("TWO", "and more"))
    assert patched().range_of(CONTENT, 1, 2, "both\n") is None, "a deleted line is between the two"
    assert patched().range_of(CONTENT, 5, 6, "both\n") is None, "a deleted line is between the two"


def test_what_only_comes_in_or_goes_takes_a_neighbour_along() -> None:
    assert patched().range_of(CONTENT, 2, 1, "new\n") == Range(1, 1, ("one", "new"))
    assert patched().range_of(CONTENT, 1, 0, "new\n") == Range(1, 1, ("new", "one"))
    whole = PatchedFile(
        patched().blob, "@@ -0,0 +1,7 @@\n" + "\n".join(f"+{line}" for line in CONTENT.decode().split())
    )
    assert whole.range_of(CONTENT, 3, 4, "") == Range(2, 4, ("two",))
    assert whole.range_of(CONTENT, 1, 2, "") == Range(1, 3, ("three",))
    assert whole.range_of(CONTENT, 8, 7, "last\n") == Range(7, 7, ("seven", "last"))


@pytest.mark.parametrize(("start", "end"), [(4, 4), (3, 5), (7, 7), (8, 8), (0, 0), (9, 8), (5, 3)])
def test_lines_that_the_patch_does_not_show_get_none(start: int, end: int) -> None:
    assert patched().range_of(CONTENT, start, end, "x\n") is None


def test_another_content_than_that_of_the_head_commit_gets_none() -> None:
    assert patched().range_of(CONTENT + b"eight\n", 2, 2, "x\n") is None
    assert patched(CONTENT, PATCH.replace("+two", "+TWO")).range_of(CONTENT, 2, 2, "x\n") is None


def test_text_that_is_not_what_it_seems_is_not_suggested() -> None:
    for text in ("a\rb\n", "\u202egnp\n", "zero\u200bwidth\n", "##[error]\n", "no line end", "x" * 30_000 + "\n"):
        assert patched().range_of(CONTENT, 2, 2, text) is None, text
    windows = CONTENT.replace(b"\n", b"\r\n")
    shown = PatchedFile(blob_id(windows, "0" * 40), "@@ -1 +1,2 @@\n one\r\n+two\r")
    assert shown.range_of(windows, 2, 2, "TWO\r\n") is None
    assert patched().range_of(CONTENT, 2, 2, "\ttabs\n") == Range(2, 2, ("\ttabs",))


def test_a_last_line_without_a_line_end_is_not_suggested_on() -> None:
    bare = CONTENT.removesuffix(b"\n")
    shown = PatchedFile(blob_id(bare, "0" * 40), "@@ -6 +6,2 @@\n six\n+seven\n\\ No newline at end of file")
    assert shown.range_of(bare, 7, 7, "SEVEN\n") is None
    assert shown.range_of(bare, 6, 6, "SIX\n") == Range(6, 6, ("SIX",))


@pytest.mark.parametrize("patch", ["", "@@", "+two", "@@ -1 +x @@\n+two", "\\ No newline at end of file"])
def test_a_patch_that_is_none_gets_none(patch: str) -> None:
    assert patched(CONTENT, patch).range_of(CONTENT, 2, 2, "x\n") is None
