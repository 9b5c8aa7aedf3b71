"""The walk leaves out what git leaves out: git itself is the judge."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drift.gitignore import IgnoreFile
from drift.tree import DiskTree
from tests.law_numbers import tries

NAMES = ["a", "b", "ab", "a.b", "b-a", "[a]", "a b", "é"]
PATHS = st.lists(st.sampled_from(NAMES), min_size=1, max_size=4).map("/".join)

pieces = st.sampled_from(
    [
        "a",
        "b",
        "ab",
        "a.b",
        "*",
        "**",
        "?",
        "a*",
        "*b",
        "*a*b",
        "[ab]",
        "[!a]",
        "[a-b]*",
        "[[:alpha:]]",
        "[z-a]",
        "[a",
        "\\a",
        "é",
    ]
)
patterns = st.builds(
    lambda negation, anchor, middle, folder, end: negation + anchor + "/".join(middle) + folder + end,
    st.sampled_from(["", "", "!"]),
    st.sampled_from(["", "", "/", "**/"]),
    st.lists(pieces, min_size=1, max_size=3),
    st.sampled_from(["", "", "/", "/**", "/*"]),
    st.sampled_from(["", "", " ", "\r", "\\ "]),
)
ignore_files = st.lists(patterns | st.sampled_from(["# a", "", "!", "/", "\\", "!*/", "*"]), max_size=5)


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if shutil.which("git") is None:
        pytest.skip("git, the judge, is not installed")
    folder = tmp_path_factory.mktemp("judged")
    git(folder, "init", "--quiet", "--template=")
    return folder


def git(folder: Path, *arguments: str) -> str:
    alone = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
    }
    done = subprocess.run(["git", *arguments], cwd=folder, env=alone, capture_output=True, check=True)
    return os.fsdecode(done.stdout)


def emptied(repository: Path) -> None:
    for entry in repository.iterdir():
        if entry.name != ".git":
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()


def laid(repository: Path, files: list[str], ignores: dict[str, list[str]]) -> None:
    """Writes the files, as far as no file stands where a folder should be, and the ignore files of the folders."""
    emptied(repository)
    for path in files:
        target = repository / path
        if not any(parent.is_file() for parent in target.parents) and not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(b"")
    for folder, lines in ignores.items():
        if (repository / folder).is_dir():
            (repository / folder / ".gitignore").write_text("\n".join(lines), encoding="utf-8", newline="")


def not_ignored_by_git(repository: Path) -> list[str]:
    listed = git(repository, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    return sorted(path for path in listed.split("\0") if path)


@settings(max_examples=tries(0.6), deadline=None)
@given(
    files=st.lists(PATHS, min_size=1, max_size=8),
    at_root=ignore_files,
    below=st.dictionaries(st.sampled_from(["a", "b", "a/a", "a/b"]), ignore_files, max_size=2),
)
def test_the_walk_finds_exactly_the_files_that_git_does_not_ignore(
    repository: Path, files: list[str], at_root: list[str], below: dict[str, list[str]]
) -> None:
    laid(repository, files, {"": at_root, **below})
    assert sorted(DiskTree(repository).walk()) == not_ignored_by_git(repository)


CASES = {
    "a suffix": ["*.tf"],
    "a folder": ["build/"],
    "a folder at the root": ["/build"],
    "everything but": ["*", "!*/", "!*.tf"],
    "a file taken back": ["*.tf", "!main.tf"],
    "no file is taken back from an ignored folder": ["modules/", "!modules/net/main.tf"],
    "the content of a folder but one": ["/modules/*", "!/modules/net"],
    "any depth": ["**/net"],
    "all below": ["modules/**"],
    "folders between": ["modules/**/main.tf"],
    "no folder between": ["modules/**/net"],
    "a star does not span folders": ["modules/*.tf"],
    "part of a name below folders": ["modules/**/et", "**/ain.tf"],
    "a question mark is no slash": ["/modules?main.tf"],
    "a negated class has no slash": ["/modules[!x]main.tf"],
    "a class": ["[bm]*d"],
    "a negated class": ["[!m]*"],
    "an escaped star": ["\\*.tf"],
    "an escaped hash and mark": ["\\#x", "\\!x"],
    "a broken class": ["[m"],
    "a broken range": ["[z-a]*"],
    "a broken line does not spoil the others": ["\\", "!", "[z-a]", "*.tf"],
    "an escaped space": ["a\\ "],
    "a byte order mark": ["\ufeff*.tf"],
    "a line separator that is no line end": ["x\u2028*.tf"],
    "Windows line ends": ["*.tf\r", "build/\r"],
}
LAYOUT = [
    "main.tf", "*.tf", "#x", "!x", "a ", "build/out.json", "modules/main.tf", "modules/net/main.tf",
    "modules/net/build/x", "modules/web/a/b/main.tf", "modules/readme.md", "net/x.json",
]  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_git_and_the_walk_agree_on(repository: Path, name: str) -> None:
    laid(repository, LAYOUT, {"": CASES[name]})
    wanted = not_ignored_by_git(repository)
    assert list(DiskTree(repository).walk()) == wanted


def test_an_ignore_file_below_wins_over_one_above(repository: Path) -> None:
    laid(repository, LAYOUT, {"": ["*.tf"], "modules": ["!*.tf"], "modules/net": ["*"]})
    assert sorted(DiskTree(repository).walk()) == not_ignored_by_git(repository)


@settings(max_examples=tries(3), deadline=None)
@given(st.binary(max_size=40) | st.text(alphabet="*?[]!-\\/ a:", max_size=20).map(str.encode), PATHS, st.booleans())
def test_no_content_of_an_ignore_file_makes_it_fail(content: bytes, path: str, is_folder: bool) -> None:
    assert IgnoreFile(content).verdict(path, is_folder=is_folder) in (True, False, None)


def test_a_pattern_of_many_stars_is_matched_without_backtracking() -> None:
    hostile = IgnoreFile(b"*a" * 40 + b"*b\n" + b"**/a/" * 40 + b"b")
    assert hostile.verdict("/".join(["a" * 200] * 20), is_folder=False) is None
    assert hostile.verdict("a" * 200 + "b", is_folder=False) is True
