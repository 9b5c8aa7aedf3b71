"""From a path to what is read there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from drift.discovery import declared_in, open_source
from drift.errors import InputError
from drift.interfaces import Claim, Inputs, Tree
from drift.location import Diagnostic, Location, Severity
from drift.snapshot import Bucket, Snapshot, State


@dataclass
class Letters:
    """A parser of files that end with its letter; a file is its own unit, and is one bucket named by its content."""

    name: str
    asked: list[Sequence[str]] = field(default_factory=list)

    def claim(self, tree: Tree, path: str) -> Claim | None:
        if path.endswith(f".{self.name}x"):
            return Claim(path, foreign="a stranger")
        if path.endswith(f".{self.name}again"):
            return Claim(path, named_only=True)
        return Claim(path) if path.endswith(f".{self.name}") else None

    def parse(self, tree: Tree, units: Sequence[str], inputs: Inputs) -> Snapshot:
        self.asked.append(units)
        buckets = tuple(
            Bucket(tree.read(unit).decode(), State.ABSENT, self.name, location=Location(unit, 1)) for unit in units
        )
        return Snapshot(self.name, buckets, (Diagnostic(Severity.INFO, "seen", "x", Location(units[0])),))


def read(path: Path, root: Path | None = None, *parsers: Letters) -> Snapshot:
    return declared_in(open_source(path, root), parsers or (Letters("a"), Letters("b")), Inputs())


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("one.a", "two.b", "sub/three.a", "sub/stranger.ax", "notes"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name.replace("/", "-"))
    return tmp_path


def test_a_folder_is_offered_file_by_file_to_every_parser(here: Path) -> None:
    found = read(Path())
    assert found.source == "a+b"
    assert [(bucket.name, str(bucket.location)) for bucket in found.buckets] == [
        ("one.a", "one.a:1"),
        ("sub-three.a", "sub/three.a:1"),
        ("two.b", "two.b:1"),
    ]


def test_a_parser_without_a_claim_is_not_asked(here: Path) -> None:
    idle = Letters("z")
    read(Path(), None, Letters("a"), idle)
    assert idle.asked == []


def test_paths_are_shown_from_the_working_folder(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (here / ".git").mkdir()
    monkeypatch.chdir(here / "sub")
    found = read(Path("three.a"))
    assert [str(bucket.location) for bucket in found.buckets] == ["three.a:1"]
    assert [str(each.location) for each in found.diagnostics] == ["three.a"]
    (outside,) = read(Path("../two.b")).buckets
    assert str(outside.location) == f"{here.resolve()}/two.b:1"


@pytest.mark.parametrize("nested", [True, False])
def test_the_tree_is_the_git_repository_around_the_path(here: Path, nested: bool) -> None:
    (here / ".git").mkdir()
    if nested:
        (here / "sub" / ".git").write_text("gitdir: elsewhere")
    assert open_source(Path("sub"), None).tree.root == (here / "sub" if nested else here).resolve()


def test_without_a_repository_the_tree_is_the_working_folder_or_the_path(
    here: Path, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    assert open_source(Path("sub/three.a"), None).tree.root == here.resolve()
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    assert open_source(here / "sub" / "three.a", None).tree.root == (here / "sub").resolve()
    assert open_source(here / "sub" / "three.a", here).tree.root == here.resolve()


def test_a_path_outside_the_root_is_refused(here: Path) -> None:
    with pytest.raises(InputError, match="not in the root"):
        open_source(Path("one.a"), here / "sub")


def test_a_named_file_that_is_foreign_is_told_and_in_a_folder_passed_over(here: Path) -> None:
    with pytest.raises(InputError, match="this is a stranger"):
        read(Path("sub/stranger.ax"))
    assert len(read(Path("sub")).buckets) == 1


def test_a_named_file_that_nobody_knows_is_an_error(here: Path) -> None:
    with pytest.raises(InputError, match="was recognised in this file") as caught:
        read(Path("notes"))
    assert str(caught.value.location) == "notes"


def test_a_file_that_cannot_be_looked_at_does_not_stop_the_others(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Careful(Letters):
        def claim(self, tree: Tree, path: str) -> Claim | None:
            tree.read(path)
            return super().claim(tree, path)

    monkeypatch.setattr("drift.tree.MAX_FILE_BYTES", 5)
    found = read(Path(), None, Careful("a"), Careful("b"))
    assert [bucket.name for bucket in found.buckets] == ["one.a", "two.b"]
    assert [(each.severity, str(each.location)) for each in found.diagnostics if each.id == "unreadable-file"] == [
        (Severity.WARNING, "sub/stranger.ax"),
        (Severity.WARNING, "sub/three.a"),
    ]


def test_a_file_that_says_again_what_its_neighbours_declare_is_read_only_if_it_is_named(here: Path) -> None:
    (here / "state.aagain").write_text("again")
    found = read(Path())
    assert "again" not in {bucket.name for bucket in found.buckets}
    assert [str(each.location) for each in found.diagnostics if each.id == "read-only-if-named"] == ["state.aagain"]
    assert [bucket.name for bucket in read(Path("state.aagain")).buckets] == ["again"]


def test_a_link_out_of_the_tree_is_told_and_one_to_what_is_read_anyway_is_not(
    here: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside = tmp_path_factory.mktemp("outside")
    (outside / "x.tf").write_text("x")
    (here / "out.tf").symlink_to(outside / "x.tf")
    (here / "out").symlink_to(outside)
    (here / "again").symlink_to(here / "sub")
    (here / "nowhere.tf").symlink_to("gone")
    found = read(Path())
    told = {str(each.location): each.severity for each in found.diagnostics if each.id == "link-not-followed"}
    assert told == {"out.tf": Severity.ERROR, "out": Severity.INFO}


def test_a_named_link_does_not_take_the_boundary_along(here: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    (here / ".git").mkdir()
    outside = tmp_path_factory.mktemp("outside")
    (outside / "x.a").write_text("x")
    (here / "link").symlink_to(outside)
    with pytest.raises(InputError, match="not in the root"):
        read(Path("link"))


def test_a_file_that_must_not_be_read_is_an_error_in_a_folder_too(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Denied(Letters):
        def claim(self, tree: Tree, path: str) -> Claim | None:
            if path == "two.b":
                raise InputError("denied", location=Location(path))
            return super().claim(tree, path)

    found = read(Path(), None, Denied("a"))
    assert [(each.severity, each.id) for each in found.errors] == [(Severity.ERROR, "unreadable-file")]


def test_a_foreign_file_in_a_folder_is_told(here: Path) -> None:
    told = [each.message for each in read(Path("sub")).diagnostics if each.id == "foreign-file"]
    assert told == ["this is a stranger"]


def test_what_is_compared_with_is_left_out_of_a_folder_but_not_if_it_is_named(here: Path) -> None:
    link = here / "link"
    link.symlink_to(here / "sub")
    for other in (Path("sub/three.a"), Path("sub"), link):
        found = declared_in(open_source(Path(), None), (Letters("a"), Letters("b")), Inputs(), [other])
        assert [bucket.name for bucket in found.buckets] == ["one.a", "two.b"]
    for named in (Path("sub/three.a"), Path("sub")):
        found = declared_in(open_source(named, None), (Letters("a"),), Inputs(), [named])
        assert [bucket.name for bucket in found.buckets] == ["sub-three.a"]
