"""Edits upon edits, and which comments belong to what."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drift.edits import TextEdit, edited
from parsers.terraform.render.composing import composed
from parsers.terraform.render.source import Source


@st.composite
def _edits(draw: st.DrawFn, length: int) -> list[TextEdit]:
    places = sorted(draw(st.lists(st.integers(0, length), max_size=6)))
    pairs = zip(places[::2], places[1::2], strict=False)
    return [TextEdit("f", start, end, draw(st.text("xyz", max_size=3))) for start, end in pairs]


@given(st.text("ab\n", max_size=20), st.data())
def test_edits_of_the_outcome_of_edits_are_edits_of_the_first_text(text: str, data: st.DataObject) -> None:
    first = data.draw(_edits(len(text)))
    between = edited(text, first)
    then = data.draw(_edits(len(between)))
    assert edited(text, composed(first, then, between)) == edited(between, then)


@pytest.mark.parametrize(
    ("text", "gone"),
    [
        ("# a\nx\n", "# a\nx\n"),
        ("# a\n\nx\n", "x\n"),
        ("# a\n# b\nx\n\ny\n", "# a\n# b\nx\n"),
        ("# of both\nx\ny\n", "x\n"),
        ("# a\nx\n# b\ny\n", "# a\nx\n"),
        ("{\n  # a\n  x\n}\n", "  # a\n  x\n"),
        ("/* a\nb */\nx\n", "/* a\nb */\nx\n"),
        ("y # of y\nx\n", "x\n"),
        ("# a\r\nx # c\r\n", "# a\r\nx # c\r\n"),
        ("\ufeff# a\nx", "# a\nx"),
    ],
)
def test_a_comment_goes_with_what_it_is_about_alone(text: str, gone: str) -> None:
    at = text.index("x")
    start, end = Source(text).lines_of(at, at + 1)
    assert text[start:end] == gone


@pytest.mark.parametrize(("text", "lines"), [("", [""]), ("a\n", ["a", ""]), ("\ufeffa\r\nb", ["a", "b"])])
def test_lines_are_those_of_the_file_without_its_byte_order_mark(text: str, lines: Sequence[str]) -> None:
    source = Source(text)
    at, found = source.line_start(0), list[str]()
    while True:
        found.append(source.line(at))
        if source.next_line(at) == len(text) and (at == len(text) or not text.endswith("\n")):
            break
        at = source.next_line(at)
    assert found == lines
