"""A tree with files replaced and added in memory."""

from __future__ import annotations

from pathlib import Path

import pytest

from drift.edits import TextEdit
from drift.errors import InputError
from drift.overlay import NotTextError, Overlay
from drift.tree import DiskTree


@pytest.fixture
def tree(tmp_path: Path) -> DiskTree:
    (tmp_path / "modules" / "site").mkdir(parents=True)
    (tmp_path / "main.tf").write_text("one\n")
    (tmp_path / "modules" / "site" / "main.tf").write_text("two\n")
    (tmp_path / "link.tf").symlink_to("main.tf")
    (tmp_path / "linked").symlink_to("modules")
    (tmp_path / ".gitignore").write_text("build/\n")
    return DiskTree(tmp_path)


def test_a_replaced_file_is_read_in_its_place_and_under_every_name(tree: DiskTree) -> None:
    over = Overlay(tree, {"main.tf": b"new\n"})
    assert (over.read("main.tf"), over.read("link.tf"), over.read("modules/../main.tf")) == (b"new\n",) * 3
    assert over.read("modules/site/main.tf") == b"two\n"
    assert tree.read("main.tf") == b"one\n"


def test_a_file_is_replaced_that_is_named_by_a_link(tree: DiskTree) -> None:
    over = Overlay(tree).with_edits([TextEdit("linked/site/main.tf", 0, 3, "TWO")])
    assert over.files == {"modules/site/main.tf": b"TWO\n"}
    assert over.read("linked/site/main.tf") == b"TWO\n"


def test_an_added_file_is_there_in_every_way(tree: DiskTree) -> None:
    over = Overlay(tree, {"new/cors.tf": b"x"})
    assert over.is_file("new/cors.tf")
    assert over.is_folder("new")
    assert over.names("new") == ["cors.tf"]
    assert "new" in over.names("")
    assert not over.is_on_disk("new/cors.tf")
    assert list(over.walk()) == [*tree.walk(), "new/cors.tf"]
    assert list(over.walk("modules")) == ["modules/site/main.tf"]


def test_an_added_file_that_is_ignored_is_not_walked(tree: DiskTree) -> None:
    over = Overlay(tree, {"build/cors.tf": b"x"})
    assert "build/cors.tf" not in list(over.walk())
    assert over.read("build/cors.tf") == b"x"


def test_an_overlay_may_lie_over_another(tree: DiskTree) -> None:
    below = Overlay(tree, {"main.tf": b"1", "a.tf": b"a"})
    over = Overlay(below, {"main.tf": b"2"})
    assert (over.read("main.tf"), over.read("a.tf")) == (b"2", b"a")
    assert over.is_file("a.tf")


def test_edits_are_made_of_the_text_as_it_is_by_now(tree: DiskTree) -> None:
    once = Overlay(tree).with_edits([TextEdit("main.tf", 0, 0, "zero ")])
    twice = once.with_edits([TextEdit("main.tf", 5, 8, "ONE"), TextEdit("b.tf", 0, 0, "b")])
    assert (twice.read("main.tf"), twice.read("b.tf")) == (b"zero ONE\n", b"b")


def test_line_ends_and_a_byte_order_mark_are_text_like_any_other(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"\xef\xbb\xbfa\r\nb\r\n")
    over = Overlay(DiskTree(tmp_path)).with_edits([TextEdit("f", 1, 2, "x")])
    assert over.read("f") == b"\xef\xbb\xbfx\r\nb\r\n"


def test_a_file_that_is_no_text_is_not_edited(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"\xff\xfe")
    with pytest.raises(NotTextError):
        Overlay(DiskTree(tmp_path)).with_edits([TextEdit("f", 0, 0, "x")])


@pytest.mark.parametrize("path", ["../out.tf", "/out.tf", "a/../../out.tf", "main.tf/x", "link.tf/x", "modules", ""])
def test_no_file_is_added_outside_of_the_tree_or_below_a_file(tree: DiskTree, path: str) -> None:
    with pytest.raises(InputError):
        Overlay(tree).with_edits([TextEdit(path, 0, 0, "x")])


def test_a_file_that_is_added_behind_a_link_is_added_where_that_leads(tree: DiskTree) -> None:
    assert Overlay(tree).with_edits([TextEdit("linked/new.tf", 0, 0, "x")]).files == {"modules/new.tf": b"x"}


def test_a_link_that_leads_out_is_not_edited(
    tree: DiskTree, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside = tmp_path_factory.mktemp("outside") / "f.tf"
    outside.write_text("x")
    (tmp_path / "out.tf").symlink_to(outside)
    with pytest.raises(InputError):
        Overlay(tree).with_edits([TextEdit("out.tf", 0, 0, "y")])


def test_overlapping_edits_are_refused(tree: DiskTree) -> None:
    with pytest.raises(ValueError, match="overlap"):
        Overlay(tree).with_edits([TextEdit("main.tf", 0, 2, "x"), TextEdit("main.tf", 1, 3, "y")])
