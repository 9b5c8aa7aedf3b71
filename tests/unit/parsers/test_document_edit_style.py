"""What is near a place tells how it is laid out, whatever the size of the document."""

from __future__ import annotations

from heapq import nsmallest

from hypothesis import given
from hypothesis import strategies as st

from parsers.document.edit import read_source
from parsers.document.edit_parts import Part
from parsers.document.edit_place import Document
from parsers.document.edit_style import _nearest

LINES = st.lists(st.sampled_from(["- a", "- [b, c]", "- {d: e}", "- 'f'"]), min_size=1, max_size=20)


@given(lines=LINES, near=st.integers(0, 200), count=st.integers(1, 8))
def test_the_nearest_parts_are_those_that_a_look_at_all_of_them_gives(lines: list[str], near: int, count: int) -> None:
    document = read_source(("\n".join(lines) + "\n").encode(), "cors.yaml").document

    def distance(part: Part) -> int:
        return abs(part.start - near)

    for parts in (document.containers, document.texts):
        found = _nearest(parts, near, count)
        assert [distance(each) for each in found] == [distance(each) for each in nsmallest(count, parts, key=distance)]


@given(text=st.text("ab\r\n", max_size=40), data=st.data())
def test_a_line_starts_behind_the_last_line_end_of_any_sort(text: str, data: st.DataObject) -> None:
    offset = data.draw(st.integers(0, len(text)))
    start = Document("cors.yaml", text, is_json=False, root=None).line_start(offset)
    assert start == max(text.rfind("\n", 0, offset), text.rfind("\r", 0, offset)) + 1
