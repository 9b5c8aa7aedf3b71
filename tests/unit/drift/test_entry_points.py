"""Entry points are those that the standard library tells, wherever a package is installed."""

from __future__ import annotations

import sys
import zipfile
from importlib.metadata import Distribution, DistributionFinder, distributions
from importlib.metadata import entry_points as told_by_the_library
from pathlib import Path

import pytest

from drift.entry_points import EntryPoint, entry_points

GROUP = "some.group"


def install(site: Path, name: str, text: str) -> None:
    folder = site / name
    folder.mkdir(parents=True)
    (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name.partition('-')[0]}\nVersion: 1\n")
    (folder / "entry_points.txt").write_text(text)


def the_librarys(group: str) -> set[tuple[str, str]]:
    return {(point.name, point.value) for point in told_by_the_library(group=group)}


def test_every_group_that_is_installed_here_is_told_as_the_library_tells_it() -> None:
    groups = {point.group for each in distributions() for point in each.entry_points}
    assert "cors_drift.parsers" in groups
    for group in groups:
        assert set(entry_points(group)) == the_librarys(group)


def test_files_are_read_as_the_library_reads_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (
        f"# of a stranger\n[console_scripts]\nc = c:main\n\n[{GROUP}]\n# c = c\n  one=package.one : ONE.inner [extra]\n"
        f"two = package.two\n[other]\nthree = x:y\n[{GROUP}]\nfour = a.b:c\n"
    )
    install(tmp_path, "Some.Thing-1.dist-info", text)
    install(tmp_path, "old_thing.egg-info", f"[{GROUP}]\nold = old:OLD\n")
    monkeypatch.syspath_prepend(tmp_path)
    found = entry_points(GROUP)
    assert set(found) == the_librarys(GROUP)
    assert [point.name for point in sorted(found)] == ["four", "old", "one", "two"]


def test_of_two_distributions_with_one_name_the_first_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path / "second", "some_thing-2.dist-info", f"[{GROUP}]\nsecond = m:x\n")
    install(tmp_path / "first", "Some.Thing-1.dist-info", f"[{GROUP}]\nfirst = m:x\n")
    monkeypatch.syspath_prepend(tmp_path / "second")
    monkeypatch.syspath_prepend(tmp_path / "first")
    assert set(entry_points(GROUP)) == the_librarys(GROUP) == {("first", "m:x")}


def test_a_package_in_an_archive_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.writestr("thing-1.dist-info/METADATA", "Metadata-Version: 2.1\nName: thing\nVersion: 1\n")
        archive.writestr("thing-1.dist-info/entry_points.txt", f"[{GROUP}]\nzipped = m:x\n")
    monkeypatch.syspath_prepend(tmp_path / "all.zip")
    assert set(entry_points(GROUP)) == the_librarys(GROUP) == {("zipped", "m:x")}


def test_a_package_in_an_egg_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path / "thing-1-py3.egg", "EGG-INFO", f"[{GROUP}]\negg = m:x\n")
    monkeypatch.syspath_prepend(tmp_path / "thing-1-py3.egg")
    assert set(entry_points(GROUP)) == the_librarys(GROUP) == {("egg", "m:x")}


def test_a_finder_that_knows_distributions_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    class Own(Distribution):
        def read_text(self, filename: str) -> str | None:
            return {"METADATA": "Name: own\n", "entry_points.txt": f"[{GROUP}]\nown = m:x\n"}.get(filename)

        def locate_file(self, path: object) -> Path:
            raise NotImplementedError

    class Finder(DistributionFinder):
        def find_distributions(self, context: object = None) -> list[Distribution]:
            return [Own()]

    monkeypatch.setattr(sys, "meta_path", [*sys.meta_path, Finder()])
    assert set(entry_points(GROUP)) == the_librarys(GROUP) == {("own", "m:x")}


def test_what_cannot_be_read_has_no_entry_points(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file.egg-info").write_text("Name: file\n")
    (tmp_path / "folder.dist-info" / "entry_points.txt").mkdir(parents=True)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.syspath_prepend(tmp_path / "missing")
    assert not entry_points(GROUP)


@pytest.mark.parametrize(
    ("value", "attribute"), [("os.path:join", "join"), ("os : path.join [extra, more]", "join"), ("os.path", None)]
)
def test_the_object_is_loaded(value: str, attribute: str | None) -> None:
    import os.path

    assert EntryPoint("any", value).load() is (getattr(os.path, attribute) if attribute else os.path)
