"""The index, read without git: the same as git says of it, or nothing."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from drift.git_index import indexed_in
from drift.git_objects import Repository as Objects
from tests.repositories import Repository, repository

__all__ = ["repository"]

NAMES = ["a.tf", "a/b/c.tf", "a/b/c.tfvars", "a-b", "sp ace/ümlaut", "deep/" * 40 + "file", "n" * 200]


def fill(made: Repository) -> None:
    for name in NAMES:
        made.put(name, name)
    (made.folder / "link").symlink_to("a.tf")
    made.commit()


@pytest.mark.parametrize("version", ["2", "3", "4"])
def test_every_version_is_read_as_git_reads_it(repository: Repository, version: str) -> None:
    fill(repository)
    repository.put("meant.tf", "to be added")
    repository.git("add", "--intent-to-add", "meant.tf")
    repository.git("update-index", f"--index-version={version}")
    with Objects(repository.folder) as objects:
        told = objects.index()
    assert indexed_in(repository.folder) == told
    assert {*NAMES, "link", "main.tf", "meant.tf"} == {each.path for each in told}


def test_a_repository_of_sha256_a_linked_work_tree_and_a_submodule_are_read(tmp_path: Path) -> None:
    folder = tmp_path / "long"
    folder.mkdir()
    subprocess.run(["git", "init", "--quiet", "--object-format=sha256", "."], cwd=folder, check=True, timeout=60)
    made = Repository(folder)
    fill(made)
    made.git("worktree", "add", "--quiet", str(tmp_path / "linked"), "HEAD")
    outer = Repository(tmp_path / "outer")
    inner = Repository(tmp_path / "inner")
    fill(inner)
    outer.git("submodule", "--quiet", "add", str(inner.folder), "vendor")
    for top in (folder, tmp_path / "linked", outer.folder, outer.folder / "vendor"):
        with Objects(top) as objects:
            assert indexed_in(top) == objects.index()


def test_what_a_sparse_checkout_left_out_and_the_sides_of_a_conflict_are_told(repository: Repository) -> None:
    fill(repository)
    repository.git("checkout", "--quiet", "-b", "other")
    repository.put("main.tf", "theirs")
    repository.commit()
    repository.git("checkout", "--quiet", "change")
    repository.put("main.tf", "ours")
    repository.commit()
    with pytest.raises(AssertionError):
        repository.git("merge", "--quiet", "other")
    repository.git("sparse-checkout", "set", "--no-cone", "/main.tf", "/link")
    with Objects(repository.folder) as objects:
        told = objects.index()
    assert indexed_in(repository.folder) == told
    assert [each.path for each in told].count("main.tf") > 1
    assert any(each.left_out for each in told)


def test_what_is_no_whole_index_is_nothing(repository: Repository) -> None:
    fill(repository)
    path = repository.folder / ".git" / "index"
    whole = path.read_bytes()
    half, wrong = whole[: len(whole) // 2], whole[:4] + b"\xff" * 400
    for damaged in (b"", whole[:11], whole[:100], half, b"x" + whole[1:], wrong):
        path.write_bytes(damaged)
        assert indexed_in(repository.folder) is None
    path.unlink()
    assert indexed_in(repository.folder) is None
    os.mkfifo(path)
    assert indexed_in(repository.folder) is None
    assert indexed_in(repository.folder.parent) is None


def test_an_index_that_is_in_several_files_or_has_whole_folders_is_nothing(repository: Repository) -> None:
    fill(repository)
    repository.git("sparse-checkout", "set", "--cone", "--sparse-index", "sp ace")
    assert indexed_in(repository.folder) is None
    repository.git("sparse-checkout", "disable")
    assert indexed_in(repository.folder) is not None
    repository.git("update-index", "--split-index")
    assert indexed_in(repository.folder) is None
