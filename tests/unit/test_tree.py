"""A folder on disk as a tree: what can be read and walked, and what cannot be reached whatever a path or link says."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from drift import tree as tree_module
from drift.errors import InputError
from drift.tree import SKIPPED_FOLDERS, DiskTree

SECRET = b"outside"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A tree beside a file that must never be read through it."""
    (tmp_path / "secret").write_bytes(SECRET)
    (tmp_path / "tree-too").mkdir()
    (tmp_path / "tree-too" / "secret").write_bytes(SECRET)
    folder = tmp_path / "tree"
    folder.mkdir()
    return folder


def laid(root: Path, **files: str) -> DiskTree:
    """Files by their path, with ``__`` for a slash and ``_dot_`` for a leading dot."""
    for name, content in files.items():
        path = root / name.replace("__", "/").replace("_dot_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return DiskTree(root)


def refused(tree: DiskTree, path: str) -> str:
    with pytest.raises(InputError) as caught:
        tree.read(path)
    assert caught.value.location is not None
    assert caught.value.location.path == path
    return caught.value.message


def test_a_file_is_read_as_it_is(root: Path) -> None:
    (root / "a").write_bytes(b"\xff\r\n")
    assert DiskTree(root).read("a") == b"\xff\r\n"


def test_reading_one_file_after_another_gives_each_its_own_content(root: Path) -> None:
    tree = laid(root, a="first", b="second")
    assert [tree.read(path) for path in ("a", "a", "b", "a")] == [b"first", b"first", b"second", b"first"]


def test_a_missing_file_is_told_as_such(root: Path) -> None:
    assert refused(DiskTree(root), "none.tf") == "there is no such file"


def test_a_folder_is_not_a_regular_file(root: Path) -> None:
    assert refused(laid(root, sub__a=""), "sub") == "this is not a regular file"


def test_a_named_pipe_is_refused_and_not_waited_for(root: Path) -> None:
    os.mkfifo(root / "pipe")
    tree = DiskTree(root)
    assert refused(tree, "pipe") == "this is not a regular file"
    assert list(tree.walk()) == []


def test_a_file_over_the_limit_is_refused_with_its_size(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tree_module, "MAX_FILE_BYTES", 1000)
    tree = laid(root, fits="x" * 1000, large="x" * 1001)
    assert len(tree.read("fits")) == 1000
    assert refused(tree, "large") == "this file has 1,001 bytes, more than the 1,000 that are read"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_an_unreadable_file_is_told_as_such(root: Path) -> None:
    tree = laid(root, a="")
    (root / "a").chmod(0)
    assert refused(tree, "a") == "this file cannot be read: Permission denied"


def test_a_file_that_fails_while_it_is_read_is_told_as_such(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    tree = laid(root, a="")
    monkeypatch.setattr(Path, "read_bytes", fail)
    assert refused(tree, "a") == "this file cannot be read: Permission denied"


OUTSIDE: dict[str, Callable[[Path], str]] = {
    "a path upward": lambda _: "../secret",
    "a path up and down again": lambda _: "sub/../../secret",
    "a neighbour whose name begins alike": lambda _: "../tree-too/secret",
    "an absolute path": lambda root: str(root.parent / "secret"),
    "a link to a file outside": lambda _: "link",
    "a link to a link outside": lambda _: "link-to-link",
    "a file through a link to a folder outside": lambda _: "folder-link/secret",
}


@pytest.mark.parametrize("way", OUTSIDE)
def test_nothing_outside_is_read_through(root: Path, way: str) -> None:
    (root / "sub").mkdir()
    (root / "link").symlink_to(root.parent / "secret")
    (root / "link-to-link").symlink_to("link")
    (root / "folder-link").symlink_to(root.parent)
    tree, path = DiskTree(root), OUTSIDE[way](root)
    assert (root / path).read_bytes() == SECRET
    assert refused(tree, path) == "this path leads out of the tree and is not read"
    assert not tree.is_file(path)


@pytest.mark.parametrize("folder", ["..", "../tree-too", "/", "sub/../..", "folder-link"])
def test_a_folder_outside_is_neither_listed_nor_walked(root: Path, folder: str) -> None:
    (root / "sub").mkdir()
    (root / "folder-link").symlink_to(root.parent)
    tree = DiskTree(root)
    assert (tree.is_folder(folder), list(tree.names(folder))) == (False, [])
    with pytest.raises(InputError, match="leads out of the tree"):
        list(tree.walk(folder))


@pytest.mark.parametrize("path", ["a\0b", "\ud800", "a" * 5000, "a/" * 200_000])
def test_text_that_can_be_no_path_is_told_and_is_no_crash(root: Path, path: str) -> None:
    tree = laid(root, a="")
    assert (tree.is_file(path), tree.is_folder(path), list(tree.names(path))) == (False, False, [])
    assert refused(tree, path) == "no file can have this path"
    with pytest.raises(InputError, match="no folder can have this path"):
        list(tree.walk(path))


def test_a_name_longer_than_the_system_allows_is_no_file(root: Path) -> None:
    tree, path = DiskTree(root), "a" * 300
    assert (tree.is_file(path), tree.is_folder(path), list(tree.names(path))) == (False, False, [])
    refused(tree, path)


def test_a_link_to_a_file_inside_is_read_and_walked(root: Path) -> None:
    tree = laid(root, sub__a="text")
    (root / "link").symlink_to("sub/a")
    assert tree.is_file("link")
    assert tree.read("link") == b"text"
    assert list(tree.walk()) == ["link", "sub/a"]


def test_a_link_to_a_folder_inside_can_be_read_through_and_is_not_walked(root: Path) -> None:
    tree = laid(root, sub__a="text")
    (root / "link").symlink_to("sub")
    assert tree.is_folder("link")
    assert tree.names("link") == ["a"]
    assert tree.read("link/a") == b"text"
    assert list(tree.walk()) == ["sub/a"]


def test_a_link_to_the_folder_that_holds_it_makes_no_endless_walk(root: Path) -> None:
    tree = laid(root, sub__a="")
    (root / "sub" / "again").symlink_to("..")
    assert list(tree.walk()) == ["sub/a"]


def test_links_in_a_circle_are_no_files(root: Path) -> None:
    (root / "one").symlink_to("two")
    (root / "two").symlink_to("one")
    tree = DiskTree(root)
    assert not tree.is_file("one")
    assert list(tree.walk()) == []
    refused(tree, "one")


def test_links_to_nowhere_and_outside_are_not_walked(root: Path) -> None:
    (root / "dangling").symlink_to("nowhere")
    (root / "outside").symlink_to(root.parent / "secret")
    assert list(DiskTree(root).walk()) == []


def test_a_root_that_is_itself_a_link_is_the_folder_behind_it(root: Path) -> None:
    laid(root, a="text")
    (root.parent / "link").symlink_to(root)
    tree = DiskTree(root.parent / "link")
    assert list(tree.walk()) == ["a"]
    assert tree.read("a") == b"text"


def test_names_are_sorted_and_have_the_ignored_ones_too(root: Path) -> None:
    tree = laid(root, b="", a="", C="", _dot_gitignore="a\n", sub__x="")
    assert tree.names("") == [".gitignore", "C", "a", "b", "sub"]


def test_a_missing_folder_has_no_names(root: Path) -> None:
    tree = laid(root, a="")
    assert list(tree.names("none")) == []
    assert list(tree.names("a")) == []


def test_walking_a_folder_that_is_not_there_is_an_error(root: Path) -> None:
    with pytest.raises(InputError, match="cannot be listed: No such file"):
        list(DiskTree(root).walk("none"))


@pytest.mark.parametrize("skipped", sorted(SKIPPED_FOLDERS))
def test_folders_of_copies_are_not_walked_at_any_depth_but_can_be_read(root: Path, skipped: str) -> None:
    for folder in (skipped, f"sub/{skipped}"):
        (root / folder).mkdir(parents=True)
        (root / folder / "main.tf").write_text("x")
    (root / "main.tf").write_text("x")
    tree = DiskTree(root)
    assert list(tree.walk()) == ["main.tf"]
    assert tree.read(f"sub/{skipped}/main.tf") == b"x"


def test_a_file_named_like_a_skipped_folder_is_walked(root: Path) -> None:
    assert list(laid(root, node_modules="").walk()) == ["node_modules"]


def test_the_walk_goes_by_name_whatever_order_the_disk_has(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tree = laid(root, z="", a__z="", a__b__x="", a_b="", b="", B="")
    expected = ["B", "a/b/x", "a/z", "a_b", "b", "z"]
    assert list(tree.walk()) == expected
    scandir = os.scandir
    monkeypatch.setattr(os, "scandir", lambda path: sorted(scandir(path), key=lambda each: each.name, reverse=True))
    assert list(tree.walk()) == expected


def test_a_walk_below_a_folder_gives_paths_from_the_root(root: Path) -> None:
    tree = laid(root, a="", sub__a="", sub__deep__b="")
    assert list(tree.walk("sub")) == ["sub/a", "sub/deep/b"]


def nested(root: Path, depth: int) -> str:
    folder = "/".join(["d"] * depth)
    (root / folder).mkdir(parents=True)
    (root / folder / "f").write_text("")
    return f"{folder}/f"


def test_folders_are_walked_down_to_the_limit(root: Path) -> None:
    path = nested(root, tree_module.MAX_DEPTH)
    assert list(DiskTree(root).walk()) == [path]


def test_folders_nested_beyond_the_limit_are_told_and_not_left_out_in_silence(root: Path) -> None:
    nested(root, tree_module.MAX_DEPTH + 1)
    with pytest.raises(InputError, match="folders are nested more than 128 deep here"):
        list(DiskTree(root).walk())


def test_folders_nested_beyond_the_limit_do_no_harm_where_they_are_ignored(root: Path) -> None:
    nested(root, tree_module.MAX_DEPTH + 1)
    assert list(laid(root, _dot_gitignore="d/\n", a="").walk()) == [".gitignore", "a"]


def test_a_name_that_is_no_utf_8_is_walked_and_can_be_read(root: Path) -> None:
    try:
        Path(os.fsdecode(os.fsencode(root) + b"/\xff.json")).write_bytes(b"{}")
    except OSError:
        pytest.skip("this file system takes UTF-8 names only")
    tree = DiskTree(root)
    [path] = tree.walk()
    assert os.fsencode(path) == b"\xff.json"
    assert tree.read(path) == b"{}"


def test_ignored_files_and_folders_are_not_walked(root: Path) -> None:
    tree = laid(root, _dot_gitignore="*.json\nbuild/\n", a__json="", build__b="", keep="")
    (root / "x.json").write_text("")
    assert list(tree.walk()) == [".gitignore", "a/json", "keep"]


def test_ignored_files_can_still_be_read(root: Path) -> None:
    assert laid(root, _dot_gitignore="a\n", a="text").read("a") == b"text"


def test_the_ignore_file_of_a_folder_holds_only_below_it(root: Path) -> None:
    tree = laid(root, sub___dot_gitignore="/a\n", a="", sub__a="", sub__deep__a="")
    assert list(tree.walk()) == ["a", "sub/.gitignore", "sub/deep/a"]


def test_an_ignore_file_above_holds_in_a_walk_that_starts_below(root: Path) -> None:
    tree = laid(root, _dot_gitignore="*.json\n", sub__keep="")
    (root / "sub" / "a.json").write_text("")
    assert list(tree.walk("sub")) == ["sub/keep"]


@pytest.mark.parametrize("start", ["build", "build/deep"])
def test_a_folder_that_is_ignored_is_walked_where_it_is_named(root: Path, start: str) -> None:
    tree = laid(root, _dot_gitignore="*\n", build__deep__a="")
    assert list(tree.walk()) == []
    assert list(tree.walk(start)) == ["build/deep/a"]


def test_an_ignore_file_that_is_a_link_is_not_followed(root: Path) -> None:
    tree = laid(root, rules="*\n", a="")
    (root / ".gitignore").symlink_to("rules")
    assert list(tree.walk()) == [".gitignore", "a", "rules"]


def test_an_ignore_file_that_is_too_large_to_read_ignores_nothing(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tree_module, "MAX_FILE_BYTES", 3)
    assert list(laid(root, _dot_gitignore="a\n# x\n", a="").walk()) == [".gitignore", "a"]


@pytest.mark.parametrize("line", ["[z-a]", "!", "\\", "[", "/", "[[:none:]]"])
def test_a_broken_pattern_neither_fails_nor_spoils_the_others(root: Path, line: str) -> None:
    assert list(laid(root, _dot_gitignore=f"{line}\na\n", a="", b="").walk()) == [".gitignore", "b"]
